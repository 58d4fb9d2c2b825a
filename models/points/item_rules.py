"""How entries of one item, or of one group of items, count together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from models.points.cycle import cycle_of
from models.points.explanation import Limit, Share, cut_words

if TYPE_CHECKING:
    from models.points.rating import Entry
    from models.points.scheme_document import Item, SchemeDocument


@dataclass
class Row:
    """An entry on its way through the rules. Not `live`: struck, and no later rule sees it."""

    entry: Entry
    item: Item | None
    counted: Decimal = Decimal(0)
    why: str = ""
    live: bool = True

    def strike(self, why: str) -> None:
        """Take the entry out: it counts nothing, for this reason."""
        self.counted, self.why, self.live = Decimal(0), why, False


@dataclass
class Bucket:
    """The entries that are counted as one: those of an item, or of all items of a group."""

    items: list[Item] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


PERIOD_OF: dict[str, Callable[[Row], str]] = {
    "month": lambda row: row.entry.period,
    "quarter": lambda row: cycle_of("quarter", row.entry.period),
    "once": lambda _: "",
}
ONCE_WORDS = {
    "month": "每月只计一次，这一条不计",
    "quarter": "每季度只计一次，这一条不计",
    "once": "只计一次，这一条不计",
}


def count_items(document: SchemeDocument, rows: Iterable[Row]) -> dict[str, list[Share]]:
    """Apply the rules of items and groups; return by part what each of them comes to."""
    buckets: dict[tuple[str, str], Bucket] = defaultdict(Bucket)
    for item in document.items:
        buckets[_bucket_key(item)].items.append(item)
    for row in rows:
        if row.live and row.item:
            buckets[_bucket_key(row.item)].rows.append(row)
    shares: dict[str, list[Share]] = defaultdict(list)
    for bucket in buckets.values():
        if bucket.rows:
            shares[bucket.items[0].part].append(_count_bucket(bucket))
    return shares


def _bucket_key(item: Item) -> tuple[str, str]:
    return ("group", item.group) if item.group else ("item", item.id)


def _count_bucket(bucket: Bucket) -> Share:
    """Per event, per period, sum or largest, per month, per cycle: in this order."""
    rule = bucket.items[0]  # the items of a group agree on what follows
    for row in bucket.rows:
        if row.item and row.item.cap_per_event is not None:
            _cap([row], Limit("", "每次上限", row.item.cap_per_event))
    if rule.unit in PERIOD_OF:
        for same in _split(bucket.rows, PERIOD_OF[rule.unit]):
            keep_largest(same, ONCE_WORDS[rule.unit])
    live = [row for row in bucket.rows if row.live]
    titles = tuple(item.title for item in bucket.items if any(row.item is item for row in live))
    uncapped = sum((row.counted for row in live), Decimal(0))
    count = sum((row.entry.quantity for row in live), Decimal(0))
    if rule.aggregate == "max":
        uncapped = max((row.counted for row in live), key=abs)
        keep_largest(live, "同类只取最高的一项，这一条不计")
    if rule.cap_per_month is not None:
        for same in _split(live, lambda row: row.entry.period):
            _cap(same, Limit("", f"{int(same[0].entry.period[5:])}月上限", rule.cap_per_month))
    if rule.cap is not None:
        _cap(live, Limit("", "上限", rule.cap))
    counted = sum((row.counted for row in live), Decimal(0))
    return Share(titles, rule.unit, count, uncapped, counted, rule.aggregate == "max" and len(live) > 1)


def _split(rows: Iterable[Row], key: Callable[[Row], str]) -> Iterable[list[Row]]:
    by_key: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_key[key(row)].append(row)
    return by_key.values()


def _cap(rows: Sequence[Row], limit: Limit) -> None:
    """Hold rows of one sign together to the size of the limit."""
    over = abs(sum((row.counted for row in rows), Decimal(0))) - limit.value
    take_back(rows, over, limit)


def keep_largest(rows: Sequence[Row], why: str) -> None:
    """Strike all but the row that weighs most; among equals the earliest stays."""
    largest = max(rows, key=lambda row: abs(row.counted))
    for row in rows:
        if row is not largest:
            row.strike(why)


def take_back(rows: Sequence[Row], amount: Decimal, limit: Limit) -> None:
    """Bring rows of one sign nearer to zero by `amount` in all, the latest first."""
    for row in reversed(rows):
        if amount <= 0:
            return
        cut = min(amount, abs(row.counted))
        if cut:
            was = row.counted
            row.counted -= cut if was > 0 else -cut
            row.why = cut_words(limit, was, row.counted)
            amount -= cut
