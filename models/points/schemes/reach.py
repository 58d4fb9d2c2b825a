"""Whether a part's cap can be reached at all by what its items can give in a cycle."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from models.points.cycle import MONTHS
from models.points.exact import show
from models.points.problem import Problem
from models.points.schemes.document import Item, Part, SchemeDocument

# The most that items counted as one can give in so many months; None where nothing bounds it.
Most = Callable[[Sequence[Item], int], Decimal | None]


def unreachable_caps(document: SchemeDocument) -> Iterator[Problem]:
    """Complain of caps above what the items can give at the very most."""
    for at, most in _short(document, _bound):
        cap = document.parts[at].cap
        yield Problem(f"parts[{at}].cap", f"起始分和项目合计最多 {show(most)} 分，达不到上限 {_shown(cap)}")


def unlikely_caps(document: SchemeDocument) -> Iterator[Problem]:
    """Warn of caps that are reached only if something that counts once is entered with a quantity."""
    proven = {at for at, _ in _short(document, _bound)}
    for at, most in _short(document, _usual):
        if at not in proven:
            cap = document.parts[at].cap
            message = f"起始分和项目通常合计最多 {show(most)} 分，可能达不到上限 {_shown(cap)}"
            yield Problem(f"parts[{at}].cap", message)


def _shown(cap: Decimal | None) -> str:
    return "" if cap is None else show(cap)


def _short(document: SchemeDocument, most: Most) -> Iterator[tuple[int, Decimal]]:
    for at, part in enumerate(document.parts):
        if part.cap is None or part.open or part.code == "assess" or part.mode == "deduct_only":
            continue
        if document.initial_mode == "carry_over" and part.initial:
            continue  # what is carried over is not bounded here
        sums = [most(bucket, _months(document, part)) for bucket in _buckets(document, part.code)]
        bounded = [value for value in sums if value is not None]
        reached = sum(bounded, part.initial)
        if len(bounded) == len(sums) and reached < part.cap:
            yield at, reached


def _months(document: SchemeDocument, part: Part) -> int:
    return MONTHS[document.cycle] if part.by_month is None else 1


def _buckets(document: SchemeDocument, part: str) -> list[list[Item]]:
    buckets: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in document.items:
        if item.part == part:
            key = ("group", item.group) if item.group else ("item", item.id)
            buckets[key].append(item)
    return list(buckets.values())


def _bound(items: Sequence[Item], months: int) -> Decimal | None:
    if (each := _each(items)) == 0:
        return each
    match items[0].unit:
        case "month":
            most: Decimal | None = each if items[0].aggregate == "max" else each * months
        case "quarter":
            most = each if items[0].aggregate == "max" else each * max(months // 3, 1)
        case "once":
            most = each
        case _:
            most = _largest_event(items) if items[0].aggregate == "max" else None
    return _capped(items[0], most, months)


def _usual(items: Sequence[Item], months: int) -> Decimal | None:
    """As `_bound`, what counts the largest only taken once."""
    if items[0].aggregate == "max":
        return _capped(items[0], _each(items), months)
    return _bound(items, months)


def _each(items: Sequence[Item]) -> Decimal:
    return _highest(
        value for item in items for value in (item.levels.values() if item.levels else (item.pts,))
    )


def _highest(values: Iterable[Decimal]) -> Decimal:
    return max((*values, Decimal(0)))


def _largest_event(items: Sequence[Item]) -> Decimal | None:
    caps = [item.cap_per_event for item in items if item.levels or item.pts > 0]
    told = [cap for cap in caps if cap is not None]
    return _highest(told) if len(told) == len(caps) else None


def _capped(item: Item, most: Decimal | None, months: int) -> Decimal | None:
    limits = [most, item.cap, None if item.cap_per_month is None else item.cap_per_month * months]
    return min((limit for limit in limits if limit is not None), default=None)
