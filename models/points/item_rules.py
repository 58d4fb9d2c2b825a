"""How a member's entries count: which of them live, and how those of one item or group count together."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Generic, TypeVar

from models.points.cycle import Span, cycle_of, span_of
from models.points.entry import Source
from models.points.exact import EXACT, exactly
from models.points.explanation import Limit, Share, Sums, cut_words, earned_words, reversal_words
from models.points.facts import Entry, MemberFacts
from models.points.schemes.document import Item, SchemeDocument

# Up to the sums of items points are decimals that end; what part and weight make of them need not.
Number = TypeVar("Number", Decimal, Fraction)


@dataclass(slots=True)
class Row(Generic[Number]):
    """An entry on its way through the rules. Not `live`: struck, and no later rule sees it."""

    entry: Entry
    item: Item | None
    counted: Number
    why: str = ""
    live: bool = True

    def strike(self, why: str) -> None:
        """Take the entry out: it counts nothing, for this reason."""
        self.counted, self.why, self.live = type(self.counted)(0), why, False


@dataclass
class Bucket:
    """The entries that are counted as one: those of an item, or of all items of a group."""

    items: list[Item] = field(default_factory=list)
    rows: list[Row[Decimal]] = field(default_factory=list)


PERIOD_OF: dict[str, Callable[[Row[Decimal]], str]] = {
    "month": lambda row: row.entry.period,
    "quarter": lambda row: cycle_of("quarter", row.entry.period),
    "once": lambda _: "",
}
ONCE_WORDS = {
    "month": "每月只计一次，这一条不计",
    "quarter": "每季度只计一次，这一条不计",
    "once": "只计一次，这一条不计",
}


def sums_of(document: SchemeDocument, member: MemberFacts, cycle: str) -> tuple[list[Row[Decimal]], Sums]:
    """Count the member's entries of `cycle` up to the sums of items and groups, by part.

    Rows come in the order in which limits cut, the last first: by period, day and id. Entries of other
    cycles are left out. Refused: cycle_invalid.
    """
    span = span_of(document.cycle, cycle)
    with localcontext(EXACT):
        rows = _rows(document, member.entries, span)
        _strike_other_categories(rows, member)
        _keep_one_deduction_per_gathering(document, rows)
        return rows, _count_items(document, rows)


def _rows(document: SchemeDocument, entries: Sequence[Entry], span: Span) -> list[Row[Decimal]]:
    """Place the entries by the period of what they are about; strike the reversed with their reversals."""
    by_id = {entry.id: entry for entry in entries}
    if len(by_id) != len(entries):
        raise ValueError("an entry is given twice")
    items = {item.id: item for item in document.items}
    reversed_ids = {entry.reverses for entry in entries if entry.reverses is not None}
    rows: list[Row[Decimal]] = []
    for entry in sorted(entries, key=lambda one: (one.period, one.occurred_on, one.id)):
        original = by_id.get(entry.reverses) if entry.reverses is not None else None
        if (original or entry).period not in span.months:
            continue
        row = Row(entry, items.get(entry.item), Decimal(0))
        if entry.reverses is not None:
            row.strike(reversal_words(original.occurred_on if original else None))
        elif entry.id in reversed_ids:
            row.strike("已由另一条冲回，两条都不计")
        elif row.item is None:
            row.strike("本办法没有这个项目，不计")
        else:
            _earn(row, row.item)
        rows.append(row)
    return rows


def _earn(row: Row[Decimal], item: Item) -> None:
    each = item.pts
    if item.levels is not None:
        told = item.levels.get(row.entry.level or "")
        if told is None:
            row.strike("没有写明办法里有的结果，不计")
            return
        each = told
    points = each * row.entry.quantity
    row.counted = points
    row.why = earned_words(item, row.entry, each, as_posted=points == row.entry.points)


def _strike_other_categories(rows: Iterable[Row[Decimal]], member: MemberFacts) -> None:
    for row in rows:
        only = row.item.applies_to if row.live and row.item else None
        if only and member.category(row.entry.occurred_on) not in only:
            row.strike("这个项目不适用于本人的类别，不计")


def _keep_one_deduction_per_gathering(document: SchemeDocument, rows: Iterable[Row[Decimal]]) -> None:
    by_gathering: dict[int, list[Row[Decimal]]] = defaultdict(list)
    for row in rows:
        if row.live and row.counted < 0 and row.entry.source == Source.ATTENDANCE and row.entry.gathering_id:
            by_gathering[row.entry.gathering_id].append(row)
    places = {item.id: place for place, item in enumerate(document.items)}
    for same in by_gathering.values():
        # Among equals the item that stands first in the scheme, so that posting order decides nothing.
        same.sort(key=lambda row: places[row.entry.item])
        keep_largest(same, "同一次活动只扣最多的一项，这一条不扣")


def _count_items(document: SchemeDocument, rows: Iterable[Row[Decimal]]) -> Sums:
    """Apply the rules of items and groups; return by part what each of them comes to."""
    buckets: dict[tuple[str, str], Bucket] = defaultdict(Bucket)
    for item in document.items:
        buckets[_bucket_key(item)].items.append(item)
    for row in rows:
        if row.live and row.item:
            buckets[_bucket_key(row.item)].rows.append(row)
    by_month = {part.code for part in document.parts if part.by_month}
    shares: dict[str, list[Share]] = defaultdict(list)
    for bucket in buckets.values():
        if bucket.rows:
            part = bucket.items[0].part
            shares[part].append(_count_bucket(bucket, by_month=part in by_month))
    return {part: tuple(own) for part, own in shares.items()}


def _bucket_key(item: Item) -> tuple[str, str]:
    return ("group", item.group) if item.group else ("item", item.id)


def _count_bucket(bucket: Bucket, *, by_month: bool) -> Share:
    """Per event, per period, sum or largest, per month, per cycle: in this order."""
    rule = bucket.items[0]  # the items of a group agree on what follows
    titles = tuple(item.title for item in bucket.items if any(row.item is item for row in bucket.rows))
    for row in bucket.rows:
        if row.item and row.item.cap_per_event is not None:
            _cap([row], "每次上限", row.item.cap_per_event)
    if rule.unit in PERIOD_OF:
        for same in _split(bucket.rows, PERIOD_OF[rule.unit]).values():
            keep_largest(same, ONCE_WORDS[rule.unit])
    live = [row for row in bucket.rows if row.live]
    uncapped, several = _sum(live), rule.aggregate == "max" and len(live) > 1
    if rule.aggregate == "max":
        keep_largest(live, "同类只取最高的一项，这一条不计")
        live = [row for row in live if row.live]
    times = sum((row.entry.quantity for row in live), Decimal(0))
    months = _split(live, lambda row: row.entry.period)
    if rule.cap_per_month is not None:
        for period, same in months.items():
            _cap(same, f"{int(period[5:])}月上限", rule.cap_per_month)
    if rule.cap is not None:
        _cap(live, "上限", rule.cap)
    told = tuple((period, _sum(months[period])) for period in sorted(months)) if by_month else ()
    return Share(titles, rule.unit, times, uncapped, _sum(live), several, told)


def _sum(rows: Iterable[Row[Decimal]]) -> Decimal:
    return sum((row.counted for row in rows), Decimal(0))


def _split(
    rows: Iterable[Row[Decimal]], key: Callable[[Row[Decimal]], str]
) -> Mapping[str, list[Row[Decimal]]]:
    by_key: dict[str, list[Row[Decimal]]] = defaultdict(list)
    for row in rows:
        by_key[key(row)].append(row)
    return by_key


def _cap(rows: Sequence[Row[Decimal]], name: str, size: Decimal) -> None:
    """Hold the sum of the rows between minus and plus `size`."""
    total = _sum(rows)
    if (over := abs(total) - size) > 0:
        own = [row for row in rows if (row.counted > 0) == (total > 0)]
        take_back(own, over, Limit("", name, exactly(size)))


def keep_largest(rows: Sequence[Row[Decimal]], why: str) -> None:
    """Strike all but the row that weighs most, plus before minus; among equals the first stays."""
    largest = max(rows, key=lambda row: (abs(row.counted), row.counted))
    for row in rows:
        if row is not largest:
            row.strike(why)


def take_back(rows: Sequence[Row[Number]], amount: Number, limit: Limit) -> None:
    """Bring rows of one sign nearer to zero by `amount` in all, the latest first."""
    for row in reversed(rows):
        if amount <= 0:
            return
        cut = min(amount, abs(row.counted))
        if cut:
            was = row.counted
            row.counted -= cut if was > 0 else -cut
            row.why = cut_words(limit, exactly(was), exactly(row.counted))
            amount -= cut
