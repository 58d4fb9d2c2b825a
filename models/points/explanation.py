"""How the calculation explains its numbers, in the words a member reads."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from models.points.exact import show
from models.points.scheme_document import Item, Part

EACH = {"event": "每次", "hour": "每小时", "month": "每月", "quarter": "每季度", "once": ""}
COUNTED_IN = {"event": "次", "hour": "小时", "month": "个月", "quarter": "个季度"}


class Limit(NamedTuple):
    """A limit that cuts: whose it is (“履职” or nothing), what it is called, its size."""

    where: str
    name: str
    value: Decimal


class Share(NamedTuple):
    """What one item or group comes to in its part over the cycle.

    `times` is the quantity of the entries that live after once-per-period; `uncapped` their points after
    `cap_per_event`; `counted` what stays after `max`, `cap_per_month` and `cap`. `months` are the same
    points month by month (YYYY-MM), only in parts that are counted by month.
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


def earned_words(item: Item, quantity: Decimal, *, as_posted: bool) -> str:
    """Say what an entry gives where nothing cuts it: 每次扣 3 分; 2.5 小时，每小时加 1 分.

    Not `as_posted`: it was posted under another scheme, and counts here by this one's points.
    """
    words = f"{EACH[item.unit]}{_signed(item.pts)}"
    if quantity != 1:
        words = f"{show(quantity)} {COUNTED_IN.get(item.unit, '次')}，{words}"
    return words if as_posted else f"按本办法计：{words}"


def reversal_words(original_on: date | None) -> str:
    """Say that this entry takes back another one, of this day."""
    if original_on is None:
        return "冲回其他期的一条，本期不计"
    return f"冲回{original_on.month}月{original_on.day}日的一条，两条都不计"


def cut_words(limit: Limit, was: Decimal, now: Decimal) -> str:
    """Say what a limit leaves of an entry: 已到上限 6，合计时不计; 按上限 6，这一条计 1 分."""
    size = f"{limit.name} {show(limit.value)}"
    if was > 0:
        return (
            f"{limit.where}按{size}，这一条计 {show(now)} 分"
            if now
            else f"{limit.where}已到{size}，合计时不计"
        )
    return (
        f"{limit.where}按{size}，这一条扣 {show(-now)} 分"
        if now
        else f"{limit.where}已到{size}，合计时不再扣"
    )


def explain_part(part: Part, shares: Sequence[Share], natural: Decimal, subtotal: Decimal) -> str:
    """Explain a part's subtotal, e.g. 志愿服务 8 次，按上限计 6 分；设岗定责 3 个月，计 6 分.

    `natural` is initial plus shares before the part's own ceiling and floor.
    """
    if part.code == "assess":
        most = f"，最多 {show(part.cap)} 分" if part.cap is not None else ""
        return f"待评，民主评议后计入{most}"
    words = [f"起始 {show(part.initial)} 分"] if part.initial else []
    words += [_share_words(share) for share in shares]
    if natural > subtotal:
        words.append(f"合计 {show(natural)} 分，按上限计 {show(subtotal)} 分")
    elif natural < subtotal:
        words.append(f"合计 {show(natural)} 分，按下限计 {show(subtotal)} 分")
    if not shares:
        words.append("没有扣分" if part.mode == "deduct_only" else "还没有记录")
    return "；".join(words)


def _share_words(share: Share) -> str:
    words = "、".join(share.titles)
    if share.highest_of_several:
        words += "，取最高一项"
    elif share.unit in COUNTED_IN:
        words += f" {show(share.times)} {COUNTED_IN[share.unit]}"
    verb = "扣" if share.counted < 0 else "计"
    by_cap = "按上限" if share.counted != share.uncapped else ""
    return f"{words}，{by_cap}{verb} {show(abs(share.counted))} 分"


def _signed(points: Decimal) -> str:
    return f"{'扣' if points < 0 else '加'} {show(abs(points))} 分"
