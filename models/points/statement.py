"""A member's points as the member reads them: every number with where it comes from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import day_of
from models.gatherings.gathering import Gathering
from models.people.account import Account
from models.people.member import Member, MemberStatus, Spell, SpellKind
from models.people.org import Org
from models.points.cycle import cycle_of, months_of
from models.points.entry import PointEntry, Source
from models.points.facts import Category, Entry, MemberFacts
from models.points.rating import Line, tally
from models.points.result import PartTally
from models.points.scheme import document_of
from models.points.scheme_use import scheme_for
from models.refused import Refused


@dataclass(frozen=True)
class EntryView:
    """One entry as a person reads it: `points` as posted, `counted` after every cap, and why."""

    id: int
    occurred_on: date
    title: str
    about: str  # the gathering, where there is one
    points: Decimal
    counted: Decimal
    why: str
    by: str
    reverses: int | None


@dataclass(frozen=True)
class Statement:
    """The running total of one cycle; `provisional` until the appraisal is in."""

    cycle: str
    scheme_title: str
    total: Decimal
    provisional: bool
    parts: tuple[PartTally, ...]
    entries: tuple[EntryView, ...]  # newest first


def statement_of(
    session: Session, member_id: int, *, cycle: str | None = None, now: datetime
) -> Statement | None:
    """Return the member's points of `cycle` (by default the running one); None without a scheme.

    Three statements, whatever the number of entries. Refused: not_found, cycle_invalid.
    """
    row = session.execute(
        select(Member, Org).join(Org, Org.id == Member.branch_id).where(Member.id == member_id)
    ).first()
    if row is None:
        raise Refused("not_found", "没有找到这位同志")
    month = months_of(cycle)[0] if cycle else f"{day_of(now):%Y-%m}"
    scheme = scheme_for(session, row.Org, month)
    if scheme is None:
        return None
    document = document_of(scheme.document)
    cycle = cycle or cycle_of(document.cycle, month)
    rows = _entries(session, member_id, cycle)
    result = tally(document, _facts(session, row.Member, [entry for entry, _, _ in rows]), cycle=cycle)
    lines = {line.entry_id: line for line in result.lines}
    views = tuple(_view(*row, lines[row[0].id]) for row in reversed(rows))
    provisional = any(part.pending for part in result.parts)
    return Statement(cycle, document.title, result.total, provisional, result.parts, views)


def _facts(session: Session, member: Member, entries: Iterable[PointEntry]) -> MemberFacts:
    spells = select(Spell.code, Spell.from_on, Spell.to_on).where(
        Spell.member_id == member.id, Spell.kind == SpellKind.CATEGORY
    )
    return MemberFacts(
        id=member.id,
        branch=member.branch_id,
        status="probationary" if member.status is MemberStatus.PROBATIONARY else "full",
        since=member.came_on,
        categories=tuple(
            Category(code or "", from_on, to_on) for code, from_on, to_on in session.execute(spells)
        ),
        entries=tuple(_fact(entry) for entry in entries),
    )


def _fact(entry: PointEntry) -> Entry:
    return Entry(
        id=entry.id,
        item=entry.item,
        period=entry.period,
        occurred_on=entry.occurred_on,
        quantity=entry.quantity,
        points=entry.points,
        source=entry.source,
        gathering_id=entry.gathering_id,
        reverses=entry.reverses,
        level=entry.level,
    )


def _view(entry: PointEntry, gathering: str | None, account: str, line: Line) -> EntryView:
    return EntryView(
        id=entry.id,
        occurred_on=entry.occurred_on,
        title=line.title,
        about=gathering or "",
        points=line.points,
        counted=line.counted,
        why=line.why,
        by=_hand(entry, account),
        reverses=entry.reverses,
    )


def _entries(session: Session, member_id: int, cycle: str) -> list[tuple[PointEntry, str | None, str]]:
    query = (
        select(PointEntry, Gathering.title, Account.name)
        .outerjoin(Gathering, Gathering.id == PointEntry.gathering_id)
        .join(Account, Account.id == PointEntry.account_id)
        .where(PointEntry.member_id == member_id, PointEntry.cycle == cycle)
        .order_by(PointEntry.occurred_on, PointEntry.id)
    )
    return list(session.execute(query).all())


def _hand(entry: PointEntry, account: str) -> str:
    if entry.source is not Source.ATTENDANCE:
        return f"{account}审"
    version = "" if entry.revision in (None, 1) else f"第 {entry.revision} 版"
    return f"名册{version} · {account}{'更正' if version else '确认'}"
