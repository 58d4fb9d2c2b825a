"""A member's points as the member reads them: every number with where it comes from and whose hand it was."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import and_, select
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
from models.points.proposal import Proposal
from models.points.rating import Line, tally
from models.ratings.balance import Balance, CycleSeen, Subtotal, balance_of, cycle_seen, subtotals_of
from models.ratings.counted_members import counted_members
from models.ratings.objection import Objection, ObjectionState
from models.ratings.rating import RatingState
from models.refused import Refused

DONE = (RatingState.CONFIRMED, RatingState.ARCHIVED)


class Posted(NamedTuple):
    """An entry with the words beside it: what it is about, whose hands it went through.

    `of_month` (YYYY-MM) is the month that the gathering was held for.
    """

    entry: PointEntry
    gathering: str | None
    of_month: str | None
    account: str
    deed: str | None
    evidence: str | None
    by_member_id: int | None
    proposer: str | None
    reason: str | None


@dataclass(frozen=True)
class EntryView:
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
    home = branch_on(last_day_of(cycle) if cycle else day_of(now))
    branch = session.scalar(select(Org).join(Member, Org.id == home).where(Member.id == member_id))
    if branch is None:
        raise Refused("not_found", "没有找到这位同志")
    seen = cycle_seen(session, branch, cycle, now=now)
    if seen is None:
        return None
    rows = _rows(session, member_id, seen.cycle)
    member = counted_members(session, seen.document, seen.cycle, [member_id])[0]
    lines = {line.entry_id: line for line in tally(seen.document, member, cycle=seen.cycle).lines}
    return Statement(
        balance_of(seen.document, member, seen.cycle),
        tuple(_views(session, seen, member_id, rows, lines)),
        subtotals_of(seen.document, member, seen.cycle, now=now),
    )


def _rows(session: Session, member_id: int, cycle: str) -> list[Posted]:
    """Return the entries with what they are about and whose hands they went through, in one statement."""
    proposer, months = aliased(Account), months_of(cycle)
    query = (
        select(
            PointEntry,
            Gathering.title,
            Gathering.period,
            Account.name,
            Proposal.title,
            Proposal.evidence,
            Proposal.by_member_id,
            proposer.name,
            Amendment.reason,
        )
        .join(Account, Account.id == PointEntry.account_id)
        .outerjoin(Gathering, Gathering.id == PointEntry.gathering_id)
        .outerjoin(
            RollLine,
            and_(RollLine.gathering_id == PointEntry.gathering_id, RollLine.member_id == member_id),
        )
        .outerjoin(
            Amendment,
            and_(Amendment.roll_id == RollLine.roll_id, Amendment.revision == PointEntry.revision),
        )
        .outerjoin(Proposal, Proposal.id == PointEntry.proposal_id)
        .outerjoin(proposer, proposer.id == Proposal.account_id)
        .where(PointEntry.member_id == member_id, PointEntry.period.between(months[0], months[-1]))
        .order_by(PointEntry.occurred_on.desc(), PointEntry.id.desc())
    )
    return [Posted(*row) for row in session.execute(query)]


def _views(
    session: Session,
    seen: CycleSeen,
    member_id: int,
    rows: list[Posted],
    lines: Mapping[int, Line],
) -> Iterator[EntryView]:
    objections = _objections(session, member_id)
    reversals = {row.entry.reverses: row.entry.id for row in rows if row.entry.reverses}
    is_done = seen.rating is not None and seen.rating.state in DONE
    months = months_of(seen.cycle)
    for row in rows:
        entry = row.entry
        line = lines.get(entry.id)
        objection, reversed_by = objections.get(entry.id), reversals.get(entry.id)
        yield EntryView(
            id=entry.id,
            occurred_on=entry.occurred_on,
            title=line.title if line else entry.item,
            about=row.gathering or row.deed or "",
            evidence=row.evidence or "",
            reason=entry.reason or row.reason or "",
            points=line.points if line else entry.points,
            counted=line.counted if line else Decimal(0),
            why=line.why if line else "不属于这一期，不计",
            proposed_by=_proposer(row),
            by=_hand(entry, row.account),
            reverses=entry.reverses,
            reversed_by=reversed_by,
            is_late=(row.of_month or f"{entry.occurred_on:%Y-%m}") < months[0],
            objection=objection,
            contestable=not (is_done or reversed_by) and _may_be_disputed(entry, objection),
        )


def _may_be_disputed(entry: PointEntry, objection: ObjectionState | None) -> bool:
    """Say whether an objection makes sense: none waits or was refused; who was taken back declares anew."""
    if objection in (ObjectionState.SUBMITTED, ObjectionState.REJECTED):
        return False
    return entry.reverses is None or entry.gathering_id is not None


def _proposer(row: Posted) -> str:
    """Say whose hand proposed it; nobody's where a roll did, or where a hand took an entry back."""
    if row.entry.reverses is not None or row.entry.proposal_id is None:
        return ""
    if row.by_member_id is None:
        return row.proposer or ""
    return f"{row.proposer}代本人申报" if row.proposer else "本人申报"


def _hand(entry: PointEntry, account: str) -> str:
    if entry.revision is not None:
        version = "" if entry.revision == 1 else f"第 {entry.revision} 版"
        return f"名册{version} · {account}{'更正' if version else '确认'}"
    return f"{account}{'审' if entry.reverses is None else '冲回'}"


def _objections(session: Session, member_id: int) -> dict[int, ObjectionState]:
    """Return entry id -> state of the member's last objection that was not taken back."""
    query = (
        select(Objection.entry_id, Objection.state)
        .where(
            Objection.member_id == member_id,
            Objection.entry_id.is_not(None),
            Objection.state != ObjectionState.WITHDRAWN,
        )
        .order_by(Objection.id)
    )
    return {entry_id: state for entry_id, state in session.execute(query) if entry_id is not None}
