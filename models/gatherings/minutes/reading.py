"""Reading minutes: everything one record says, its way so far, and where it stands on a list."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, bindparam, func, literal_column, select, true
from sqlalchemy.orm import Session, aliased

from models.clock import day_of
from models.gatherings.calendar.workdays import after_workdays_each
from models.gatherings.dues_tick import DuesTick
from models.gatherings.gathering import Gathering
from models.gatherings.guests import guests_on
from models.gatherings.leave.leave import LEAVE_REASON_TEXT
from models.gatherings.leave.makeup import Makeup, planned_of
from models.gatherings.minutes.minutes import (
    Decision,
    FilingAct,
    Minutes,
    MinutesAct,
    MinutesItem,
    MinutesState,
)
from models.gatherings.roll import CAME, NOT_EXPECTED, Counts, Leave, Roll, RollLine, Status, counts
from models.gatherings.roll_head import RollHead
from models.people.account import Account
from models.people.member import Member, MemberStatus, surname_order
from models.people.org import Org

# Source: inspections ask whether minutes were filed within three workdays.
WORKDAYS_TO_FILE = 3
NO_CLASS = "没有写事由"


class Missed(NamedTuple):
    """One expected person who did not come; `why` is the class of a leave."""

    name: str
    status: Status
    why: str


class Act(NamedTuple):
    """One filing or return, as the trail of a record shows it."""

    at: datetime
    act: FilingAct
    name: str
    reason: str


class Alike(NamedTuple):
    """An earlier filed record whose discussion says the same."""

    roll_id: int
    title: str
    held_on: date


Host, Drafter = aliased(Org), aliased(Account)


@dataclass(frozen=True)
class Record:
    """Everything a reader of one record sees. Names of the roster stand in `missed` alone."""

    minutes: Minutes
    roll: Roll
    gathering: Gathering
    org: Org
    host_org: Org  # who called the gathering
    drafter: str
    items: tuple[MinutesItem, ...]
    decisions: tuple[Decision, ...]
    counts: Counts
    late: int
    left_early: int
    full: int  # of the expected
    probationary: int
    leaves: tuple[tuple[str, int], ...]  # class of leave and number
    missed: tuple[Missed, ...]  # leave first, then absent, then unclear, each in surname order
    observers: int  # counted or signed in, beside the roll
    makeups: int  # planned, done or not
    made_up: int
    dues_paid: int  # ticked for this month
    acts: tuple[Act, ...]  # oldest first
    alike: Alike | None
    due_on: date
    due_known: bool  # whether the holidays until then are entered

    @property
    def hints(self) -> tuple[str, ...]:
        """Return what a reader may want to look at again; nothing of it blocks."""
        hints = []
        if self.alike is not None:
            day = self.alike.held_on
            hints.append(f"讨论要点与 {day.month}月{day.day}日“{self.alike.title}”的记录相同")
        if self.minutes.filed_revision is not None and self.roll.revision > self.minutes.filed_revision:
            hints.append("归档以后名册更正过，这里的人数是更正以后的")
        for one in self.decisions:
            if one.vote_base is None or one.vote_present is None or one.vote_yes is None:
                continue
            if one.vote_present * 2 <= one.vote_base:
                hints.append(f"第 {one.position} 条决议：实到有表决权的没有超过应到的一半")
            elif one.vote_yes * 2 <= one.vote_base:
                hints.append(f"第 {one.position} 条决议：赞成的没有超过应到有表决权的一半")
        return tuple(hints)


def record_of(session: Session, roll_id: int) -> Record | None:
    """Return the record of one roll as its readers see it, None where nobody has begun it.

    The same number of statements, whatever the number of people, items and acts.
    """
    row = session.execute(
        select(Minutes, Roll, Gathering, Org, Host, Drafter.name)
        .join(Roll, Roll.id == Minutes.roll_id)
        .join(Gathering, Gathering.id == Roll.gathering_id)
        .join(Org, Org.id == Roll.org_id)
        .join(Host, Host.id == Gathering.org_id)
        .join(Drafter, Drafter.id == Minutes.drafted_by)
        .where(Minutes.roll_id == roll_id)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        return None
    _, roll, gathering, org, _, _ = row
    due_on, due_known = records_due_on(session, [gathering])[gathering.id]
    return Record(
        *row,
        items=_parts(session, MinutesItem, roll_id),
        decisions=_parts(session, Decision, roll_id),
        **_people(session, roll_id),
        observers=roll.observers + guests_on(session, RollHead(roll, gathering, org)),
        acts=_acts(session, roll_id),
        alike=alike_of(session, [roll_id]).get(roll_id),
        due_on=due_on,
        due_known=due_known,
    )


def _parts(session: Session, table: Any, roll_id: int) -> tuple[Any, ...]:
    return tuple(session.scalars(select(table).where(table.roll_id == roll_id).order_by(table.position)))


def _people(session: Session, roll_id: int) -> dict[str, Any]:
    """Return what the roll says, in numbers, and who did not come."""
    rows = session.execute(
        select(
            RollLine.status, Member.name, Member.status, Leave.reason,
            Makeup.member_id, Makeup.done_on, DuesTick.member_id,
        )
        .join(Gathering, Gathering.id == RollLine.gathering_id)
        .join(Member, Member.id == RollLine.member_id)
        .outerjoin(
            Leave, (Leave.gathering_id == RollLine.gathering_id) & (Leave.member_id == RollLine.member_id)
        )
        .outerjoin(Makeup, planned_of(RollLine.gathering_id, RollLine.member_id))
        .outerjoin(DuesTick, (DuesTick.member_id == Member.id) & (DuesTick.period == Gathering.period))
        .where(RollLine.roll_id == roll_id)
    ).all()  # fmt: skip
    statuses = [status for status, *_ in rows]
    expected = [standing for status, _, standing, *_ in rows if status not in NOT_EXPECTED]
    missed = [
        Missed(name, status, _class(reason) if status is Status.LEAVE else "")
        for status, name, _, reason, *_ in rows
        if status not in (*NOT_EXPECTED, *CAME, Status.UNRECORDED)
    ]
    order = list(Status)
    classes = Counter(one.why for one in missed if one.status is Status.LEAVE)
    return {
        "counts": counts(statuses),
        "late": statuses.count(Status.LATE),
        "left_early": statuses.count(Status.LEFT_EARLY),
        "full": len(expected) - expected.count(MemberStatus.PROBATIONARY),
        "probationary": expected.count(MemberStatus.PROBATIONARY),
        "leaves": tuple(
            (text, classes[text]) for text in (*LEAVE_REASON_TEXT.values(), NO_CLASS) if classes[text]
        ),
        "missed": tuple(sorted(missed, key=lambda one: (order.index(one.status), surname_order(one.name)))),
        "makeups": sum(planned is not None for *_, planned, _, _ in rows),
        "made_up": sum(done is not None for *_, done, _ in rows),
        "dues_paid": sum(paid is not None for *_, paid in rows),
    }


def _class(reason: Any) -> str:
    return LEAVE_REASON_TEXT[reason] if reason is not None else NO_CLASS


def _acts(session: Session, roll_id: int) -> tuple[Act, ...]:
    rows = session.execute(
        select(MinutesAct.acted_at, MinutesAct.act, Account.name, func.coalesce(MinutesAct.reason, ""))
        .join(Account, Account.id == MinutesAct.account_id)
        .where(MinutesAct.roll_id == roll_id)
        .order_by(MinutesAct.id)
    )
    return tuple(Act(*row) for row in rows)


def alike_of(session: Session, roll_ids: Collection[int]) -> dict[int, Alike]:
    """Return roll id -> the newest earlier filed record of its organisation that says the same.

    Its discussion is the same; blanks do not tell two texts apart. One statement, however many rolls.
    """
    rows = session.execute(_alike(), {"rolls": list(roll_ids)})
    return {mine_id: Alike(roll_id, title, day_of(at)) for mine_id, roll_id, title, at in rows}


@cache
def _alike() -> Select[int, int, str, datetime]:
    """Ask for all that say the same, the newest last; built at the first question."""
    other, held, earlier = aliased(Roll), aliased(Gathering), aliased(Gathering)
    mine = (
        select(Minutes.roll_id, Roll.org_id, held.starts_at, _said(Minutes).label("said"))
        .select_from(Minutes)
        .join(Roll, Roll.id == Minutes.roll_id)
        .join(held, held.id == Roll.gathering_id)
        .where(Minutes.roll_id.in_(bindparam("rolls", expanding=True)), Minutes.discussion != "")
        .cte("mine")
    )
    said = aliased(Minutes)
    # Looked up one by one in the index: the planner would rather tidy every text there is.
    same = (
        select(said.roll_id)
        .where(_said(said) == mine.c.said, said.filed_at.is_not(None))
        .offset(literal_column("0"))
        .lateral("same")
    )
    return (
        select(mine.c.roll_id, other.id, earlier.title, earlier.starts_at)
        .select_from(mine)
        .join(same, true())
        .join(other, (other.id == same.c.roll_id) & (other.org_id == mine.c.org_id))
        .join(earlier, (earlier.id == other.gathering_id) & (earlier.starts_at < mine.c.starts_at))
        .order_by(earlier.starts_at, other.id)
    )


def _said(minutes: Any) -> ColumnElement[str]:
    """Return the expression of the index ix_minutes_said."""
    no_blank = (literal_column(word, String) for word in (r"'\s'", "''", "'g'"))
    return func.md5(func.regexp_replace(minutes.discussion, *no_blank))


def records_due_on(session: Session, gatherings: Sequence[Gathering]) -> dict[int, tuple[date, bool]]:
    """Return gathering id -> the day by which its record is filed, and whether the holidays are entered.

    That is the third workday after it. Source: inspections ask for minutes within three workdays.
    """
    held = {one.id: day_of(one.starts_at) for one in gatherings}
    due = after_workdays_each(session, set(held.values()), WORKDAYS_TO_FILE)
    return {gathering_id: due[day] for gathering_id, day in held.items()}


class Stand(NamedTuple):
    """Where the minutes of one roll stand; `reason` is that of a return."""

    state: MinutesState
    reason: str


def minutes_stand(session: Session, roll_ids: Collection[int]) -> dict[int, Stand]:
    """Return roll id -> where its minutes stand; nothing where nobody has begun. At most one statement."""
    if not roll_ids:
        return {}
    rows = session.execute(
        select(Minutes.roll_id, Minutes.state, Minutes.return_reason).where(Minutes.roll_id.in_(roll_ids))
    )
    return {
        roll_id: Stand(state, (reason or "") if state is MinutesState.RETURNED else "")
        for roll_id, state, reason in rows
    }
