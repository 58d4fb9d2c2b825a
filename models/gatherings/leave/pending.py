"""What members asked of their branch: leave, long absences, attendances elsewhere; and who told them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.audit import Via, record
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.leave.host_attendance import HostAttendance
from models.gatherings.marks import surname_order
from models.gatherings.roll import Leave, LeaveState, Roll, RollLine
from models.people.account import Account
from models.people.away_report import AwayReport, ReportState
from models.people.member import ON_ROLLS, Member
from models.people.org import Org, tree_order
from models.people.said import Said
from models.refused import Refused

Home, Group, Twin = aliased(Org), aliased(Org), aliased(Member)
Filed, Decided = aliased(Account), aliased(Account)
HAS_NAMESAKE = exists().where(
    Twin.branch_id == Member.branch_id, Twin.name == Member.name, Twin.id != Member.id
)


class Whose(NamedTuple):
    """Who asked, as a list names them; the joining year only where the branch has two of the name."""

    member_id: int
    name: str
    joined_year: int | None
    branch: Org
    group: Org | None

    @property
    def home(self) -> Org:
        """Return the organisation whose staff this person's requests belong to."""
        return self.group or self.branch


class LeaveRow(NamedTuple):
    """One leave, with whose hand recorded it and whose answered."""

    request: Leave
    whose: Whose
    filed_by: str | None
    decided_by: str | None
    gathering: Gathering
    roll: Roll


class AwayRow(NamedTuple):
    """One report of a long absence."""

    request: AwayReport
    whose: Whose
    filed_by: str | None
    decided_by: str | None


class AttendanceRow(NamedTuple):
    """One attendance at a host branch."""

    request: HostAttendance
    whose: Whose
    filed_by: str | None
    decided_by: str | None


class Requests(NamedTuple):
    """Requests of the three kinds: leave by gathering, and each in surname order."""

    leaves: list[LeaveRow]
    reports: list[AwayRow]
    attendances: list[AttendanceRow]

    @property
    def number(self) -> int:
        """Return how many they are."""
        return len(self.leaves) + len(self.reports) + len(self.attendances)


def people_of(session: Session, paths: Sequence[str]) -> list[Whose]:
    """Return the members below these paths by group and in surname order; one statement."""
    query = (
        select(Member, Org, Group, HAS_NAMESAKE)
        .join(Org, Org.id == Member.branch_id)
        .join(Home, Home.id == func.coalesce(Member.group_id, Member.branch_id))
        .outerjoin(Group, Group.id == Member.group_id)
        .where(_below(paths), Member.status.in_(ON_ROLLS))
    )
    return sorted((_whose(*row) for row in session.execute(query)), key=_order)


def _below(paths: Sequence[str]) -> ColumnElement[bool]:
    return or_(false(), *(Home.path.startswith(path) for path in paths))


def _whose(member: Member, branch: Org, group: Org | None, has_namesake: bool) -> Whose:
    year = member.joined_on.year if has_namesake and member.joined_on else None
    return Whose(member.id, member.name, year, branch, group)


def _order(whose: Whose) -> tuple[list[int], bytes, int]:
    return tree_order(whose.home), surname_order(whose.name), whose.member_id


def pending_of(session: Session, paths: Sequence[str], *, roll_ids: Sequence[int] = ()) -> Requests:
    """Return what waits for an answer of the members below these paths, and the leave on these rolls.

    Three statements, whatever their number.
    """
    return _requests(
        session,
        paths,
        roll_ids,
        Leave.state == LeaveState.SUBMITTED,
        AwayReport.state == ReportState.SUBMITTED,
        HostAttendance.state == ReportState.SUBMITTED,
    )


def answered_of(
    session: Session, paths: Sequence[str], *, roll_ids: Sequence[int] = (), since: datetime
) -> Requests:
    """Return what was answered or taken back since then, of the same people."""
    return _requests(
        session,
        paths,
        roll_ids,
        _over(Leave, LeaveState.SUBMITTED, since),
        _over(AwayReport, ReportState.SUBMITTED, since),
        _over(HostAttendance, ReportState.SUBMITTED, since),
    )


def _over(table: Any, waiting: LeaveState | ReportState, since: datetime) -> ColumnElement[bool]:
    over: ColumnElement[bool] = table.state != waiting
    return over & (func.coalesce(table.decided_at, table.asked_at) >= since)


def _requests(
    session: Session,
    paths: Sequence[str],
    roll_ids: Sequence[int],
    leave: ColumnElement[bool],
    report: ColumnElement[bool],
    attendance: ColumnElement[bool],
) -> Requests:
    below = _below(paths)
    leaves = [
        LeaveRow(*row) for row in _rows(session, _leaves().where(or_(below, Roll.id.in_(roll_ids)), leave))
    ]
    reports = [AwayRow(*row) for row in _rows(session, _with_people(AwayReport).where(below, report))]
    attendances = _rows(session, _with_people(HostAttendance).where(below, attendance))
    leaves.sort(key=lambda row: (row.gathering.starts_at, row.gathering.id))
    return Requests(leaves, reports, [AttendanceRow(*row) for row in attendances])


def _leaves() -> Select[*tuple[Any, ...]]:
    on_line = (RollLine.gathering_id == Leave.gathering_id) & (RollLine.member_id == Leave.member_id)
    return (
        _with_people(Leave, Gathering, Roll)
        .join(RollLine, on_line)
        .join(Roll, Roll.id == RollLine.roll_id)
        .join(Gathering, Gathering.id == Leave.gathering_id)
        .where(Gathering.state != GatheringState.CANCELLED)
    )


def _with_people(table: Any, *more: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(table, Member, Org, Group, HAS_NAMESAKE, Filed.name, Decided.name, *more)
        .join(Member, Member.id == table.member_id)
        .join(Org, Org.id == Member.branch_id)
        .join(Home, Home.id == func.coalesce(Member.group_id, Member.branch_id))
        .outerjoin(Group, Group.id == Member.group_id)
        .outerjoin(Filed, Filed.id == table.filed_by)
        .outerjoin(Decided, Decided.id == table.decided_by)
        .where(Member.left_on.is_(None))
    )


def _rows(session: Session, query: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return request, whose, who filed, who decided and whatever was asked beside, in surname order."""
    found = []
    for request, member, branch, group, has_namesake, *more in session.execute(query):
        found.append((request, _whose(member, branch, group, has_namesake), *more))
    return sorted(found, key=lambda row: _order(row[1]))


def record_told(
    session: Session, request: Leave | AwayReport | HostAttendance, how: Said, *, by: int, via: Via
) -> None:
    """Keep how an answer reached somebody without a phone. Refused: not_answered."""
    if request.decided_at is None:
        raise Refused("not_answered", "还没有答复，先不用告诉本人")
    request.told_how = how
    session.flush()
    gathering = request.gathering_id if isinstance(request, Leave) else None
    subject_id = request.member_id if isinstance(request, Leave) else request.id
    record(
        session, "tell_answer", request.__tablename__, subject_id, via=via, account_id=by,
        after={"told_how": how, "gathering": gathering},
    )  # fmt: skip
