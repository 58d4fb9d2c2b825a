"""What a branch recorded in one month, for the board and the meeting: deeds and numbers, nobody's total."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Result, exists, select
from sqlalchemy.orm import Session, aliased

from models.people.member import Member, surname_order
from models.points.entry import PointEntry
from models.points.proposal import Proposal
from models.points.schemes.document import Item
from models.points.schemes.published import Scheme, document_of


class ItemRecorded(NamedTuple):
    """One item of the month: how often, `unit` as in the scheme, for how many people."""

    title: str
    times: Decimal
    unit: str
    people: int


class Deed(NamedTuple):
    """What was done on a day, in the words it was proposed with, by whom; no points stand beside a name."""

    done_on: date
    item: str
    told: str
    people: tuple[Member, ...]  # in surname order


@dataclass(frozen=True)
class MonthRecorded:
    """One month of one branch. `deductions` is how many entries cost points: they have no names here."""

    items: tuple[ItemRecorded, ...]  # in the order of the scheme
    deeds: tuple[Deed, ...]  # by day
    deductions: int


def month_recorded(session: Session, branch_ids: Collection[int], month: str) -> MonthRecorded:
    """Return what stands in the ledger for `month` (YYYY-MM), without what was taken back; one statement.

    Attendance is counted and not named: who came or stayed away is no deed for the board.
    """
    counted: dict[tuple[int, str], list[PointEntry]] = defaultdict(list)  # by place in a scheme's text
    doers: dict[tuple[date, str, str], dict[int, Member]] = defaultdict(dict)
    deductions = 0
    for entry, member, told, text in _standing(session, branch_ids, month):
        items = document_of(text).items
        place = next((at for at, item in enumerate(items) if item.id == entry.item), None)
        if entry.points < 0:
            deductions += 1
        elif place is not None:
            counted[place, text].append(entry)
            if entry.revision is None:
                doers[entry.occurred_on, items[place].title, told or ""][member.id] = member
    deeds = (Deed(*key, tuple(sorted(doers[key].values(), key=_by_surname))) for key in sorted(doers))
    recorded = [_recorded(document_of(text).items[at], counted[at, text]) for at, text in sorted(counted)]
    return MonthRecorded(tuple(recorded), tuple(deeds), deductions)


def _by_surname(member: Member) -> tuple[bytes, int]:
    return surname_order(member.name), member.id


def _standing(
    session: Session, branch_ids: Collection[int], month: str
) -> Result[PointEntry, Member, str | None, str]:
    reversal = aliased(PointEntry)
    query = (
        select(PointEntry, Member, Proposal.title, Scheme.document)
        .join(Member, Member.id == PointEntry.member_id)
        .join(Scheme, Scheme.id == PointEntry.scheme_id)
        .outerjoin(Proposal, Proposal.id == PointEntry.proposal_id)
        .where(
            PointEntry.branch_id.in_(branch_ids),
            PointEntry.period == month,
            PointEntry.reverses.is_(None),
            ~exists().where(reversal.reverses == PointEntry.id),
        )
    )
    return session.execute(query)


def _recorded(item: Item, entries: Sequence[PointEntry]) -> ItemRecorded:
    times = sum((entry.quantity for entry in entries), Decimal(0))
    return ItemRecorded(item.title, times, item.unit, len({entry.member_id for entry in entries}))
