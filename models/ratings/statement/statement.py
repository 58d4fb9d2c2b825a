"""A member's points as the member reads them: every number with where it comes from and whose hand it was."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from models.clock import day_of
from models.gatherings.gathering import Gathering
from models.gatherings.roll import Amendment, RollLine
from models.people.account import Account
from models.people.member import Member
from models.people.member_move import branch_on
from models.people.org import Org
from models.points.cycle import last_day_of, months_of
from models.points.entry import PointEntry
from models.points.facts import Entry, MemberFacts
from models.points.proposal import Proposal
from models.points.rating import Line, tally
from models.ratings.objections.objection import Objection, ObjectionState
from models.ratings.procedure.rating import DONE
from models.ratings.runs.counted_members import counted_members
from models.ratings.statement.balance import (
    Balance,
    CycleSeen,
    Subtotal,
    balance_of,
    cycle_seen,
    subtotals_of,
)
from models.refused import Refused


class Posted(NamedTuple):
    """An entry with the words beside it: what it is about, whose hands it went through.

    `of_month` (YYYY-MM) is the month that the gathering was held for.
    """

    entry_id: int
    proposal_id: int | None
    revision: int | None
    correction: str | None  # why an approved entry was taken back
    gathering: str | None
    of_month: str | None
    account: str
    deed: str | None
    evidence: str | None
    by_member_id: int | None
    proposer: str | None
    amendment: str | None


Proposer = aliased(Account)
# Built once: they are asked whenever a member looks.
HOME = select(Org).join(Member, Org.id == branch_on(bindparam("day"))).where(Member.id == bindparam("member"))
POSTED = (
    select(
        PointEntry.id,
        PointEntry.proposal_id,
        PointEntry.revision,
        PointEntry.reason,
        Gathering.title,
        Gathering.period,
        Account.name,
        Proposal.title,
        Proposal.evidence,
        Proposal.by_member_id,
        Proposer.name,
        Amendment.reason,
    )
    .join(Account, Account.id == PointEntry.account_id)
    .outerjoin(Gathering, Gathering.id == PointEntry.gathering_id)
    .outerjoin(
        RollLine,
        and_(RollLine.gathering_id == PointEntry.gathering_id, RollLine.member_id == PointEntry.member_id),
    )
    .outerjoin(
        Amendment,
        and_(Amendment.roll_id == RollLine.roll_id, Amendment.revision == PointEntry.revision),
    )
    .outerjoin(Proposal, Proposal.id == PointEntry.proposal_id)
    .outerjoin(Proposer, Proposer.id == Proposal.account_id)
    .where(
        PointEntry.member_id == bindparam("member"),
        PointEntry.period.between(bindparam("first"), bindparam("last")),
    )
)
# Later ones last.
DISPUTED = (
    select(Objection.entry_id, Objection.state)
    .where(
        Objection.member_id == bindparam("member"),
        Objection.entry_id.is_not(None),
        Objection.state != ObjectionState.WITHDRAWN,
    )
    .order_by(Objection.id)
)


class EntryView(NamedTuple):
    """One entry as a person reads it: `points` as posted, `counted` after every cap, and why.

    `about` is the gathering or the deed, `evidence` the paper that shows it, `reason` why an entry was
    corrected or taken back. `proposed_by` and `by` are the two hands. `is_late`: of a cycle before,
    counted in this one. `objection` is the state of the member's last objection to it; `contestable`: one
    may be made now.
    """

    id: int
    occurred_on: date
    title: str
    about: str
    evidence: str
    reason: str
    points: Decimal
    counted: Decimal
    why: str
    proposed_by: str
    by: str
    reverses: int | None
    reversed_by: int | None
    is_late: bool
    objection: ObjectionState | None
    contestable: bool


@dataclass(frozen=True)
class Statement:
    """What one cycle comes to so far, with every entry, newest first."""

    balance: Balance
    entries: tuple[EntryView, ...]
    subtotals: tuple[Subtotal, ...]


def statement_of(
    session: Session, member_id: int, *, cycle: str | None = None, now: datetime
) -> Statement | None:
    """Return the member's points of `cycle` (by default the seen one); None without a scheme.

    A few statements, whatever the number of entries. Refused: not_found, cycle_invalid.
    """
    # A cycle that is over is that of the branch which rated the member in it.
    day = last_day_of(cycle) if cycle else day_of(now)
    branch = session.scalar(HOME, {"member": member_id, "day": day})
    if branch is None:
        raise Refused("not_found", "没有找到这位同志")
    seen = cycle_seen(session, branch, cycle, now=now)
    if seen is None:
        return None
    rows = _rows(session, member_id, seen.cycle)
    member = counted_members(session, seen.document, seen.cycle, [member_id])[0]
    counted = tally(seen.document, member, cycle=seen.cycle)
    return Statement(
        balance_of(seen.document, member, seen.cycle, counted.sums),
        tuple(_views(session, seen, member, rows, counted.lines)),
        subtotals_of(seen.document, member, seen.cycle, now=now),
    )


def running_balance(session: Session, member_id: int, *, now: datetime) -> Balance | None:
    """Return what the running cycle comes to, as `statement_of` has it, without its entries' words."""
    branch = session.scalar(HOME, {"member": member_id, "day": day_of(now)})
    seen = None if branch is None else cycle_seen(session, branch, None, now=now)
    if seen is None:
        return None
    member = counted_members(session, seen.document, seen.cycle, [member_id])[0]
    return balance_of(seen.document, member, seen.cycle)


def _rows(session: Session, member_id: int, cycle: str) -> dict[int, Posted]:
    """Return entry id -> what it is about and whose hands it went through, in one statement."""
    months = months_of(cycle)
    told = {"member": member_id, "first": months[0], "last": months[-1]}
    posted = [Posted._make(row) for row in session.execute(POSTED, told)]
    return {row.entry_id: row for row in posted}


def _views(
    session: Session,
    seen: CycleSeen,
    member: MemberFacts,
    rows: Mapping[int, Posted],
    lines: Iterable[Line],
) -> Iterator[EntryView]:
    objections = _objections(session, member.id)
    lines_by_id = {line.entry_id: line for line in lines}
    reversals = {entry.reverses: entry.id for entry in member.entries if entry.reverses}
    is_done = seen.rating is not None and seen.rating.state in DONE
    months = months_of(seen.cycle)
    for entry in sorted(member.entries, key=lambda one: (one.occurred_on, one.id), reverse=True):
        row, line = rows[entry.id], lines_by_id.get(entry.id)
        objection, reversed_by = objections.get(entry.id), reversals.get(entry.id)
        yield EntryView(
            id=entry.id,
            occurred_on=entry.occurred_on,
            title=line.title if line else entry.item,
            about=row.gathering or row.deed or "",
            evidence=row.evidence or "",
            reason=row.correction or row.amendment or "",
            points=line.points if line else entry.points,
            counted=line.counted if line else Decimal(0),
            why=line.why if line else "不属于这一期，不计",
            proposed_by=_proposer(entry, row),
            by=_hand(entry, row),
            reverses=entry.reverses,
            reversed_by=reversed_by,
            is_late=(row.of_month or f"{entry.occurred_on:%Y-%m}") < months[0],
            objection=objection,
            contestable=not (is_done or reversed_by) and _may_be_disputed(entry, objection),
        )


def _may_be_disputed(entry: Entry, objection: ObjectionState | None) -> bool:
    """Say whether an objection makes sense: none waits or was refused; who was taken back declares anew."""
    if objection in (ObjectionState.SUBMITTED, ObjectionState.REJECTED):
        return False
    return entry.reverses is None or entry.gathering_id is not None


def _proposer(entry: Entry, row: Posted) -> str:
    """Say whose hand proposed it; nobody's where a roll did, or where a hand took an entry back."""
    if entry.reverses is not None or row.proposal_id is None:
        return ""
    if row.by_member_id is None:
        return row.proposer or ""
    return f"{row.proposer}代本人申报" if row.proposer else "本人申报"


def _hand(entry: Entry, row: Posted) -> str:
    if row.revision is not None:
        version = "" if row.revision == 1 else f"第 {row.revision} 版"
        return f"名册{version} · {row.account}{'更正' if version else '确认'}"
    return f"{row.account}{'审' if entry.reverses is None else '冲回'}"


def _objections(session: Session, member_id: int) -> dict[int, ObjectionState]:
    """Return entry id -> state of the member's last objection that was not taken back."""
    disputed = session.execute(DISPUTED, {"member": member_id})
    return {entry_id: state for entry_id, state in disputed if entry_id is not None}
