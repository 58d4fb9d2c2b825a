"""What members' points of one cycle come to: one balance for page, phone, paper and table."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from models.clock import day_of
from models.people.org import Org
from models.points.cycle import cycle_of, months_of, span_of
from models.points.exact import show
from models.points.explanation import Sums
from models.points.facts import Entry, MemberFacts
from models.points.item_rules import sums_of
from models.points.part_rules import ASSESS
from models.points.rating import close
from models.points.result import PartTally, Standing
from models.points.schemes.document import SchemeDocument
from models.points.schemes.published import document_of
from models.points.schemes.stars import Grade
from models.points.schemes.use import scheme_for
from models.points.star import is_scored, standing_of, zeroed_by
from models.ratings.procedure.rating import Rating
from models.ratings.runs.counted_members import counted_members, rating_of
from models.ratings.statement.part_lines import PartLine, part_lines


@dataclass(frozen=True)
class CycleSeen:
    """The cycle that is looked at, with the scheme it is counted by and its rating, once one began."""

    cycle: str
    document: SchemeDocument
    rating: Rating | None


@dataclass(frozen=True)
class Balance:
    """One member's points of one cycle. `lines` (by part code) add up to the part's subtotal, the subtotals
    to `total_raw`; `total_how` says what turns that into `total`, empty where nothing does.

    `standing` and `category` as they hold on the cycle's last day, as far as is known today.
    `earned` and `deducted` are what the items give and cost after their own caps. `provisional` until the
    appraisal is in. `is_outside`: 不参评, the points are kept, and come to no total and no star.
    """

    member_id: int
    cycle: str
    scheme_title: str
    standing: Standing
    category: str | None
    grade: Grade | None
    total: Decimal
    total_raw: Decimal
    total_how: str
    provisional: bool
    parts: tuple[PartTally, ...]
    lines: Mapping[str, tuple[PartLine, ...]]
    earned: Decimal
    deducted: Decimal
    is_outside: bool


@dataclass(frozen=True)
class Subtotal:
    """What a running cycle came to at the end of `month` (YYYY-MM), without appraisal and star."""

    month: str
    total: Decimal
    parts: tuple[PartTally, ...]


def cycle_seen(session: Session, branch: Org, cycle: str | None, *, now: datetime) -> CycleSeen | None:
    """Return what `cycle` of a branch is counted by, by default the cycle of today; None without a scheme.

    A rating keeps the scheme it began with. Refused: cycle_invalid.
    """
    month = months_of(cycle)[0] if cycle else f"{day_of(now):%Y-%m}"
    scheme = scheme_for(session, branch, month)
    if scheme is None:
        return None
    cycle = cycle or cycle_of(document_of(scheme.document).cycle, month)
    rating, kept = rating_of(session, branch.id, cycle)
    document = document_of((kept or scheme).document)
    span_of(document.cycle, cycle)
    return CycleSeen(cycle, document, rating)


def cycles_to_see(session: Session, branch: Org, *, now: datetime) -> list[str]:
    """Return the running cycle of a branch and the one before, the newest first; empty without a scheme."""
    month, found = f"{day_of(now):%Y-%m}", []
    for _ in range(2):
        scheme = scheme_for(session, branch, month)
        if scheme is None:
            break
        found.append(cycle_of(document_of(scheme.document).cycle, month))
        first = date(int(found[-1][:4]), int(months_of(found[-1])[0][5:]), 1)
        month = f"{first - timedelta(days=1):%Y-%m}"
    return found


def balance_of(
    document: SchemeDocument, member: MemberFacts, cycle: str, sums: Sums | None = None
) -> Balance:
    """Count one member's entries of `cycle`, with the lines that a person can add up by hand.

    `sums`: what the entries come to, where it was counted already.
    """
    if sums is None:
        _, sums = sums_of(document, member, cycle)
    score, span = close(document, member, sums, cycle), span_of(document.cycle, cycle)
    shares = [share.counted for own in sums.values() for share in own]
    raw = sum((part.subtotal for part in score.parts), Decimal(0))
    zeroed, standing = zeroed_by(document, member, cycle), standing_of(document, member, cycle)
    total = Decimal(0).scaleb(-document.rounding.scale) if zeroed else score.total
    return Balance(
        member.id,
        cycle,
        document.title,
        standing,
        member.category(span.last_day),
        member.grade if member.status == "full" else None,
        total,
        raw,
        zeroed or _total_how(document, raw, total),
        score.pending,
        score.parts,
        {
            part.code: part_lines(document, part, member, sums.get(part.code, ()), span)
            for part in document.parts
        },
        sum((points for points in shares if points > 0), Decimal(0)),
        sum((points for points in shares if points < 0), Decimal(0)),
        not is_scored(document, standing),
    )


def _total_how(document: SchemeDocument, raw: Decimal, total: Decimal) -> str:
    if raw == total:
        return ""
    limits = document.total
    if limits.max is not None and raw > limits.max:
        return f"各部分合计 {show(raw)} 分，按总分上限计 {show(total)} 分"
    if limits.min is not None and raw < limits.min:
        return f"各部分合计 {show(raw)} 分，按总分下限计 {show(total)} 分"
    places = document.rounding.scale
    kept = f"保留 {places} 位小数" if places else "取整数"
    return f"各部分合计 {show(raw)} 分，四舍五入{kept}"


def balances_of(session: Session, seen: CycleSeen, member_ids: Collection[int]) -> dict[int, Balance]:
    """Return member id -> balance; a few statements, however many they are."""
    members = counted_members(session, seen.document, seen.cycle, member_ids)
    return {one.id: balance_of(seen.document, one, seen.cycle) for one in members}


def subtotals_of(
    document: SchemeDocument, member: MemberFacts, cycle: str, *, now: datetime
) -> tuple[Subtotal, ...]:
    """Return what the scheme shows within a cycle (`show_every`), for each stretch that is over.

    Same caps, counted up to the end of the stretch, without appraisal and star; never part of a rating.
    """
    if document.show_every is None:
        return ()
    months, today = months_of(cycle), f"{day_of(now):%Y-%m}"
    ends = [
        month
        for month, after in zip(months, [*months[1:], ""], strict=True)
        if not after or cycle_of(document.show_every, month) != cycle_of(document.show_every, after)
    ]
    return tuple(_subtotal(document, member, cycle, month) for month in ends if month < today)


def _subtotal(document: SchemeDocument, member: MemberFacts, cycle: str, month: str) -> Subtotal:
    by_then = _without_grade(member, [entry for entry in member.entries if entry.period <= month])
    score = close(document, by_then, sums_of(document, by_then, cycle)[1], cycle)
    return Subtotal(month, score.total, tuple(part for part in score.parts if part.code != ASSESS))


def _without_grade(member: MemberFacts, entries: Iterable[Entry]) -> MemberFacts:
    return MemberFacts(
        member.id,
        member.branch,
        member.status,
        member.since,
        member.categories,
        previous_total=member.previous_total,
        entries=tuple(entries),
    )
