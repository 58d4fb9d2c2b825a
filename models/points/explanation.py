"""How the calculation explains its numbers, in the words a member reads."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from models.points.exact import say, show
from models.points.facts import Entry
from models.points.schemes.document import Item

EACH = {"event": "每次", "hour": "每小时", "month": "每月", "quarter": "每季度", "once": ""}
COUNTED_IN = {"event": "次", "hour": "小时", "month": "个月", "quarter": "个季度"}


class Limit(NamedTuple):
    """A limit that cuts: whose it is (“履职” or nothing), what it is called, its size."""

    where: str
    name: str
    value: Fraction


class Share(NamedTuple):
    """What one item or group comes to in its part over the cycle.

    `titles` are those of the items that have an entry here. `uncapped` are the points after
    `cap_per_event` and once-per-period, before `max` and the other caps; `times` the quantity of the
    entries that live then, with `max` that of the one kept. `months` are the counted points month by month
    (YYYY-MM), only in parts that are counted by month.
    """

    titles: tuple[str, ...]
    unit: str
    times: Decimal
    uncapped: Decimal
    counted: Decimal
    highest_of_several: bool
    months: tuple[tuple[str, Decimal], ...] = ()


# By part code, in the order in which the document first names an item or group of the part.
Sums = Mapping[str, tuple[Share, ...]]


def earned_words(item: Item, entry: Entry, each: Decimal, *, as_posted: bool) -> str:
    """Say what an entry gives where nothing cuts it: 每次扣 3 分; 2.5 小时，每小时加 1 分.

    Not `as_posted`: it was posted under another scheme, and counts here by this one's points.
    """
    words = f"结果“{entry.level}”，" if item.levels is not None else EACH[item.unit]
    words += _signed(each)
    if entry.quantity != 1:
        words = f"{show(entry.quantity)} {COUNTED_IN.get(item.unit, '次')}，{words}"
    return words if as_posted else f"按本办法计：{words}"


def reversal_words(original_on: date | None) -> str:
    """Say that this entry takes back another one, of this day."""
    if original_on is None:
        return "冲回其他期的一条，本期不计"
    return f"冲回{original_on.month}月{original_on.day}日的一条，两条都不计"


def cut_words(limit: Limit, was: Fraction, now: Fraction) -> str:
    """Say what a limit leaves of an entry: 已到上限 6，合计时不计; 按上限 6，这一条计 1 分."""
    size = say(limit.name, limit.value)
    if was > 0:
        return (
            f"{limit.where}按{size}，{say('这一条计', now)} 分"
            if now
            else f"{limit.where}已到{size}，合计时不计"
        )
    return (
        f"{limit.where}按{size}，{say('这一条扣', -now)} 分"
        if now
        else f"{limit.where}已到{size}，合计时不再扣"
    )


def share_words(shares: Sequence[Share]) -> list[str]:
    """Say what each item or group comes to, e.g. 志愿服务 8 次，按上限计 6 分."""
    return [_share_words(share) for share in shares]


def limit_words(natural: Fraction, counted: Fraction) -> str:
    """Say what a limit made of a sum: 合计 23 分，按上限计 20 分; nothing where none cut."""
    if natural == counted:
        return ""
    limit = "上限" if natural > counted else "下限"
    return f"{say('合计', natural)} 分，按{limit}{say('计', counted)} 分"


def _share_words(share: Share) -> str:
    words = "、".join(share.titles)
    if share.highest_of_several:
        words += "，取最高一项"
    elif share.unit in COUNTED_IN:
        words += f" {show(share.times)} {COUNTED_IN[share.unit]}"
    verb = "扣" if share.counted < 0 else "计"
    # Of the highest of several, `uncapped` is what all of them would be together.
    by_cap = "按上限" if share.counted != share.uncapped and not share.highest_of_several else ""
    return f"{words}，{by_cap}{verb} {show(abs(share.counted))} 分"


def _signed(points: Decimal) -> str:
    return f"{'扣' if points < 0 else '加'} {show(abs(points))} 分"
