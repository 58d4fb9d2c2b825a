"""What members asked of their branch: leave, long absences, attendances elsewhere, waiting or answered."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, aliased

from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.leave.host_attendance import HostAttendance
from models.gatherings.roll import Leave, Roll, RollLine
from models.people.account import Account
from models.people.away_report import AwayReport
from models.people.member import Member
from models.people.request import Asked, over_since, waiting
from models.people.whose import WHOSE, Whose, at_home_below, in_order, whose, with_home

Filed, Decided = aliased(Account), aliased(Account)


class LeaveRow(NamedTuple):
    """One leave, with whose hand recorded it and whose answered."""

    request: Leave
    whose: Whose
    filed_by: str | None
    decided_by: str | None
    gathering: Gathering
    roll: Roll


class ReportRow(NamedTuple):
    """One report of a long absence, or of an attendance at a host branch."""

    request: AwayReport | HostAttendance
    whose: Whose
    filed_by: str | None
    decided_by: str | None


class Requests(NamedTuple):
    """Requests of the three kinds: leave by gathering, and each in surname order."""

    leaves: list[LeaveRow]
    reports: list[ReportRow]
    attendances: list[ReportRow]

    @property
    def number(self) -> int:
        """Return how many they are."""
        return len(self.leaves) + len(self.reports) + len(self.attendances)


def pending_of(session: Session, paths: Sequence[str], *, roll_ids: Sequence[int] = ()) -> Requests:
    """Return what waits for an answer of the members below these paths, and the leave on these rolls.

    Three statements, whatever their number.
    """
    return _requests(session, paths, roll_ids, waiting)


def answered_of(
    session: Session, paths: Sequence[str], *, roll_ids: Sequence[int] = (), since: datetime
) -> Requests:
    """Return what was answered or taken back since then, of the same people."""

    def over(kind: type[Asked]) -> ColumnElement[bool]:
        return over_since(kind, kind.decided_at, kind.asked_at, since)

    return _requests(session, paths, roll_ids, over)


def _requests(
    session: Session,
    paths: Sequence[str],
    roll_ids: Sequence[int],
    which: Callable[[type[Asked]], ColumnElement[bool]],
) -> Requests:
    below = at_home_below(paths)
    of_people = _leaves().where(or_(below, Roll.id.in_(roll_ids)), which(Leave))
    leaves = [LeaveRow(*row) for row in _rows(session, of_people)]
    leaves.sort(key=lambda row: (row.gathering.starts_at, row.gathering.id))
    reports, attendances = (
        [ReportRow(*row) for row in _rows(session, _with_people(kind).where(below, which(kind)))]
        for kind in (AwayReport, HostAttendance)
    )
    return Requests(leaves, reports, attendances)


def _leaves() -> Select[*tuple[Any, ...]]:
    on_line = (RollLine.gathering_id == Leave.gathering_id) & (RollLine.member_id == Leave.member_id)
    return (
        _with_people(Leave, Gathering, Roll)
        .join(RollLine, on_line)
        .join(Roll, Roll.id == RollLine.roll_id)
        .join(Gathering, Gathering.id == Leave.gathering_id)
        .where(Gathering.state != GatheringState.CANCELLED)
    )


def _with_people(kind: type[Asked], *more: Any) -> Select[*tuple[Any, ...]]:
    query = select(kind, *WHOSE, Filed.name, Decided.name, *more).join(Member, Member.id == kind.member_id)
    return (
        with_home(query)
        .outerjoin(Filed, Filed.id == kind.filed_by)
        .outerjoin(Decided, Decided.id == kind.decided_by)
        .where(Member.left_on.is_(None))
    )


def _rows(session: Session, query: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return request, whose, who filed, who decided and whatever was asked beside, in surname order."""
    ends = 1 + len(WHOSE)
    found = [(row[0], whose(*row[1:ends]), *row[ends:]) for row in session.execute(query)]
    return sorted(found, key=lambda row: in_order(row[1]))
