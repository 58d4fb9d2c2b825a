"""The calculation: one member's entries under one scheme, pure and exact, with every number explained."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from models.points.cycle import cycle_of, months_of
from models.points.exact import EXACT, round_half_up, with_places
from models.points.explanation import Limit, Share, earned_words, explain_part, reversal_words
from models.points.item_rules import Row, count_items, keep_largest, take_back
from models.points.scheme_document import Part, SchemeDocument
from models.refused import Refused


@dataclass(frozen=True)
class Entry:
    """One fact of the ledger. `points` is what was posted; `period` is the month it belongs to."""

    id: int
    item: str
    period: str
    occurred_on: date
    quantity: Decimal
    points: Decimal
    source: str
    gathering_id: int | None
    reverses: int | None
    title: str | None


@dataclass(frozen=True)
class PartTally:
    """One part of the total. `cap` is its upper limit, None where it is open.

    `pending` is the appraisal before its grade: read 待评, not 0.
    """

    code: str
    title: str
    initial: Decimal
    subtotal: Decimal
    cap: Decimal | None
    why: str
    pending: bool = False


@dataclass(frozen=True)
class Line:
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

    Per part, `initial` and the counted lines add up to the subtotal; the subtotals to `total_raw`.
    """

    cycle: str
    total: Decimal
    total_raw: Decimal
    parts: tuple[PartTally, ...]
    lines: tuple[Line, ...]


def tally(
    document: SchemeDocument, entries: Sequence[Entry], *, cycle: str, category: str | None = None
) -> Tally:
    """Count one member's entries of `cycle`; entries of other cycles are left out.

    The order is the scheme rules': reversals first, then one deduction a gathering, then caps by entry,
    item, month and part, at the end the limits of the total, rounded once. The order of `entries` is
    without effect: lines stand by date and id, and where a cap cuts, the later lines carry it.
    `category` is the member's, for items that apply to some. Refused: cycle_invalid.
    """
    months = months_of(cycle)
    if cycle_of(document.cycle, months[0]) != cycle:
        raise Refused("cycle_invalid", "这个积分周期与积分办法的评定周期不一致。")
    with localcontext(EXACT):
        rows = _rows(document, entries, frozenset(months))
        _strike_other_categories(rows, category)
        _keep_one_deduction_per_gathering(rows)
        shares = count_items(document, rows)
        parts = tuple(_close_part(document, part, rows, shares) for part in document.parts)
        raw = sum((part.subtotal for part in parts), Decimal(0))
        return Tally(
            cycle,
            round_half_up(_clamp(document, raw), document.rounding.scale),
            with_places(raw, document.rounding.scale),
            parts,
            tuple(_line(document, row) for row in rows),
        )


def _rows(document: SchemeDocument, entries: Sequence[Entry], months: frozenset[str]) -> list[Row]:
    """Place the entries by the period of what they are about; strike the reversed with their reversals."""
    by_id = {entry.id: entry for entry in entries}
    if len(by_id) != len(entries):
        raise ValueError("an entry is given twice")
    items = {item.id: item for item in document.items}
    reversed_ids = {entry.reverses for entry in entries if entry.reverses is not None}
    rows = []
    for entry in sorted(entries, key=lambda one: (one.occurred_on, one.id)):
        original = by_id.get(entry.reverses) if entry.reverses is not None else None
        if (original or entry).period not in months:
            continue
        row = Row(entry, items.get(entry.item))
        if entry.reverses is not None:
            row.strike(reversal_words(original.occurred_on if original else None))
        elif entry.id in reversed_ids:
            row.strike("已由另一条冲回，两条都不计")
        elif row.item is None:
            row.strike("本办法没有这个项目，不计")
        else:
            row.counted = row.item.pts * entry.quantity
            row.why = earned_words(row.item, entry.quantity, as_posted=row.counted == entry.points)
        rows.append(row)
    return rows


def _strike_other_categories(rows: Iterable[Row], category: str | None) -> None:
    for row in rows:
        if row.live and row.item and row.item.applies_to and category not in row.item.applies_to:
            row.strike("这个项目不适用于本人的类别，不计")


def _keep_one_deduction_per_gathering(rows: Iterable[Row]) -> None:
    by_gathering: dict[int | None, list[Row]] = defaultdict(list)
    for row in rows:
        if row.live and row.counted < 0 and row.entry.source == "attendance":
            by_gathering[row.entry.gathering_id].append(row)
    by_gathering.pop(None, None)
    for same in by_gathering.values():
        keep_largest(same, "同一次活动只扣最多的一项，这一条不扣")


def _close_part(
    document: SchemeDocument, part: Part, rows: Iterable[Row], shares: dict[str, list[Share]]
) -> PartTally:
    """Add the part up and hold it to its ceiling and floor; the lines carry what is cut."""
    own = [row for row in rows if row.live and row.item and row.item.part == part.code]
    ceiling = part.cap
    if part.mode == "deduct_only" and (ceiling is None or ceiling > part.initial):
        ceiling = part.initial
    natural = sum((row.counted for row in own), part.initial)
    if ceiling is not None:
        limit = Limit(f"“{part.title}”", "上限", ceiling)
        take_back([row for row in own if row.counted > 0], natural - ceiling, limit)
    if part.floor is not None:
        limit = Limit(f"“{part.title}”", "下限", part.floor)
        take_back([row for row in own if row.counted < 0], part.floor - natural, limit)
    subtotal = sum((row.counted for row in own), part.initial)
    scale = document.rounding.scale
    return PartTally(
        part.code,
        part.title,
        with_places(part.initial, scale),
        with_places(subtotal, scale),
        ceiling,
        explain_part(part, shares[part.code], natural, subtotal),
        pending=part.code == "assess",
    )


def _clamp(document: SchemeDocument, raw: Decimal) -> Decimal:
    if document.total.max is not None:
        raw = min(raw, document.total.max)
    return raw if document.total.min is None else max(raw, document.total.min)


def _line(document: SchemeDocument, row: Row) -> Line:
    item, entry, scale = row.item, row.entry, document.rounding.scale
    return Line(
        entry.id,
        entry.item,
        entry.title or (item.title if item else "其他办法的项目"),
        item.part if item else None,
        with_places(entry.points, scale),
        with_places(row.counted, scale),
        row.why,
    )
