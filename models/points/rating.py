"""The calculation: a member's points and a branch's stars, pure and exact, every number explained."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import NamedTuple

from models.points.cycle import span_of
from models.points.exact import EXACT, exactly, readable, round_half_up, say, with_places
from models.points.explanation import Limit, Sums
from models.points.facts import Facts, MemberFacts
from models.points.item_rules import Row, sums_of, take_back
from models.points.meeting import move
from models.points.part_rules import BASE, Count, count_part, part_words
from models.points.result import PartTally, Result, Score
from models.points.schemes.document import Part, SchemeDocument
from models.points.seats import contests_of, hold, hold_back_branches
from models.points.star import Candidate, is_scored, stand, standing_of


class Line(NamedTuple):
    """One entry as it counts: `points` as posted, `counted` after every cap, and why.

    `part` is None where the scheme does not know the item.
    """

    entry_id: int
    item: str
    title: str
    part: str | None
    points: Decimal
    counted: Decimal
    why: str


@dataclass(frozen=True)
class Tally:
    """The running total of a cycle, provisional as long as a part is pending.

    Per part, `initial` and the counted lines add up to the subtotal; the subtotals to `total_raw`. `sums` is
    what the lines come to before the parts' own limits.
    """

    cycle: str
    total: Decimal
    total_raw: Decimal
    parts: tuple[PartTally, ...]
    lines: tuple[Line, ...]
    sums: Sums


def tally(document: SchemeDocument, member: MemberFacts, *, cycle: str) -> Tally:
    """Count one member's entries of `cycle`, line by line; entries of other cycles are left out.

    The order of the entries is without effect: lines stand by date and id, and where a limit cuts, the
    later lines carry it. Refused: cycle_invalid.
    """
    counted, sums = sums_of(document, member, cycle)
    rows = [Row(row.entry, row.item, exactly(row.counted), row.why, row.live) for row in counted]
    with localcontext(EXACT):
        score = close(document, member, sums, cycle)
        span = span_of(document.cycle, cycle)
        for part in document.parts:
            count = count_part(document, part, member, sums.get(part.code, ()), span)
            _carry_cuts(part, count, [row for row in rows if row.item and row.item.part == part.code])
        rows.sort(key=lambda row: (row.entry.occurred_on, row.entry.id))
        raw = readable(score.total_raw, document.rounding.scale)
        lines = tuple(_line(document, row) for row in rows)
        return Tally(cycle, score.total, raw, score.parts, lines, sums)


def close(document: SchemeDocument, member: MemberFacts, sums: Sums, cycle: str) -> Score:
    """Turn the sums of items into parts and total: what both ways of counting share.

    Refused: cycle_invalid.
    """
    span, scale = span_of(document.cycle, cycle), document.rounding.scale
    parts = []
    raw = base = Fraction(0)
    pending = False
    for part in document.parts:
        shares = sums.get(part.code, ())
        count = count_part(document, part, member, shares, span)
        raw += count.subtotal
        pending = pending or count.pending
        if part.code == BASE:
            base = count.subtotal
        parts.append(_part_tally(part, count, scale, part_words(document, part, member, shares, count)))
    return Score(tuple(parts), base, raw, round_half_up(_clamp(document, raw), scale), pending)


def rate(document: SchemeDocument, facts: Facts) -> tuple[Result, ...]:
    """Rate the members of `facts` from their entries, in the order of their ids.

    Refused: cycle_invalid, facts_invalid, veto_without_document.
    """
    counted = ((member, sums_of(document, member, facts.cycle)[1]) for member in facts.members)
    return rate_sums(document, facts.cycle, counted, facts.seats)


def rate_sums(
    document: SchemeDocument,
    cycle: str,
    counted: Iterable[tuple[MemberFacts, Sums]],
    seats: Iterable[tuple[int, frozenset[int]]] = (),
) -> tuple[Result, ...]:
    """Rate members whose sums are known already, in the order of their ids; entries are not looked at.

    Refused: cycle_invalid, facts_invalid, veto_without_document.
    """
    with localcontext(EXACT):
        candidates = []
        for member, sums in counted:
            standing = standing_of(document, member, cycle)
            score = close(document, member, sums, cycle) if is_scored(document, standing) else None
            candidates.append(stand(document, member, cycle, standing, score))
        return _settle(document, candidates, seats)


def _settle(
    document: SchemeDocument, candidates: Sequence[Candidate], seats: Iterable[tuple[int, frozenset[int]]]
) -> tuple[Result, ...]:
    """Give the seats from the highest star down, then let the meeting move stars by its one level."""
    named: dict[int, frozenset[int]] = defaultdict(frozenset)
    for star, members in seats:
        named[star] |= members
    hold_back_branches(document, candidates)
    contests = {quota.star: contests_of(document, quota, candidates) for quota in document.quotas}
    for band in document.bands:
        for contest in contests.get(band.star, ()):
            hold(document, contest, named)
    for one in candidates:
        one.by_quota = one.star
    move(document, candidates, contests, named)
    return tuple(_result(document, one) for one in sorted(candidates, key=lambda one: one.member.id))


def _result(document: SchemeDocument, one: Candidate) -> Result:
    score, scale = one.score, document.rounding.scale
    return Result(
        member_id=one.member.id,
        branch=one.member.branch,
        standing=one.standing,
        parts=score.parts if score else (),
        total_raw=readable(score.total_raw, scale) if score else None,
        total=one.total,
        provisional=bool(score and score.pending),
        grade=one.grade,
        star_by_total=one.by_total,
        star_by_band=one.by_band,
        star_by_quota=one.by_quota,
        star_final=one.star,
        reasons=tuple(one.reasons),
    )


def _clamp(document: SchemeDocument, raw: Fraction) -> Fraction:
    if document.total.max is not None:
        raw = min(raw, exactly(document.total.max))
    return raw if document.total.min is None else max(raw, exactly(document.total.min))


def _part_tally(part: Part, count: Count, scale: int, why: str) -> PartTally:
    first, *others = count.stretches
    initial, cap = first.initial, first.ceiling
    for one in others:
        initial += one.initial
        cap = None if one.ceiling is None or cap is None else cap + one.ceiling
    if count.factor != 1:
        initial *= count.factor
        cap = None if cap is None else cap * count.factor
    return PartTally(
        part.code,
        part.title,
        readable(initial, scale),
        readable(count.subtotal, scale),
        None if cap is None else readable(cap, 0),
        why,
        count.pending,
    )


def _carry_cuts(part: Part, count: Count, rows: list[Row[Fraction]]) -> None:
    """Let the latest lines carry what ceiling and floor cut, and weight all of them as the part is."""
    for stretch in count.stretches:
        own = [row for row in rows if row.live and stretch.period in (None, row.entry.period)]
        where = f"“{part.title}”" if stretch.period is None else f"“{part.title}”{int(stretch.period[5:])}月"
        if stretch.ceiling is not None:
            limit = Limit(where, "上限", stretch.ceiling)
            take_back([row for row in own if row.counted > 0], stretch.natural - stretch.ceiling, limit)
        if part.floor is not None:
            limit = Limit(where, "下限", exactly(part.floor))
            take_back([row for row in own if row.counted < 0], limit.value - stretch.natural, limit)
    if count.factor != 1:
        for row in rows:
            if row.counted:
                row.counted *= count.factor
                row.why += f"，{say('折算计入总分', row.counted)} 分"


def _line(document: SchemeDocument, row: Row[Fraction]) -> Line:
    item, entry, scale = row.item, row.entry, document.rounding.scale
    return Line(
        entry.id,
        entry.item,
        entry.title or (item.title if item else "其他办法的项目"),
        item.part if item else None,
        with_places(entry.points, scale),
        readable(row.counted, scale),
        row.why,
    )
