"""What must agree inside a scheme document beyond the shape of each piece."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from models.gatherings.roll import CAME, Status
from models.points.cycle import MONTHS
from models.points.entry import Source
from models.points.exact import show

if TYPE_CHECKING:
    from models.points.scheme_document import Item, Part, SchemeDocument

ASSESS = "assess"
ONCE_A_PERIOD = ("month", "quarter", "once")


class Problem(NamedTuple):
    """One thing to correct: where it stands in the JSON, and why, in Chinese."""

    path: str
    message: str


def problems(document: SchemeDocument) -> list[Problem]:
    """List every disagreement inside the document, in the order of its pieces."""
    return [
        *_parts(document),
        *_items(document),
        *_groups(document),
        *_attendance(document),
        *_assessment(document),
        *_bands(document),
        *_quotas(document),
        *_spans(document),
    ]


def _repeated(values: Iterable[object], path: str, what: str) -> Iterator[Problem]:
    seen: set[object] = set()
    for at, value in enumerate(values):
        if value in seen:
            yield Problem(path.format(at), f"{what}“{value}”重复")
        seen.add(value)


def _parts(document: SchemeDocument) -> Iterator[Problem]:
    yield from _repeated((part.code for part in document.parts), "parts[{}].code", "部分代码")
    for at, part in enumerate(document.parts):
        yield from (Problem(f"parts[{at}].{key}", message) for key, message in _part(part))


def _part(part: Part) -> Iterator[tuple[str, str]]:
    if part.cap is not None and part.cap < 0:
        yield "cap", "上限不能是负数"
    elif part.cap is not None and part.floor is not None and part.cap < part.floor:
        yield "cap", f"上限 {show(part.cap)} 低于下限 {show(part.floor)}"
    elif part.cap is not None and part.cap < part.initial:
        yield "cap", f"上限 {show(part.cap)} 低于起始分 {show(part.initial)}"
    if part.floor is not None and part.floor > part.initial:
        yield "floor", f"下限 {show(part.floor)} 高于起始分 {show(part.initial)}"
    if part.code == ASSESS and (part.initial or part.mode != "add"):
        yield "initial", "民主评议部分只计评议等次的分，没有起始分"


def _items(document: SchemeDocument) -> Iterator[Problem]:
    yield from _repeated((item.id for item in document.items), "items[{}].id", "项目代码")
    codes = {part.code for part in document.parts}
    for at, item in enumerate(document.items):
        if item.part not in codes:
            yield Problem(f"items[{at}].part", f"没有“{item.part}”这一部分")
        yield from (Problem(f"items[{at}].{key}", message) for key, message in _item(item))


def _item(item: Item) -> Iterator[tuple[str, str]]:
    if item.part == ASSESS:
        yield "part", "民主评议部分只计评议等次的分，不再列项目"
    if item.pts == 0:
        yield "pts", "分值不能是 0；不计分的情况不用列项目"
    for key in ("cap", "cap_per_month", "cap_per_event"):
        cap = getattr(item, key)
        if cap is not None and cap <= 0:
            yield key, "上限写正数，扣分项目也一样"
    if item.cap is not None and item.cap_per_month is not None and item.cap_per_month > item.cap:
        yield "cap_per_month", f"每月上限高于本期上限 {show(item.cap)}"
    if item.unit in ONCE_A_PERIOD and item.cap_per_event is not None:
        yield "cap_per_event", "按月、按季度或一次性计的项目没有每次上限"
    if item.unit in ("quarter", "once") and item.cap_per_month is not None:
        yield "cap_per_month", "按季度或一次性计的项目没有每月上限"
    if item.source is Source.ATTENDANCE and item.unit == "hour":
        yield "unit", "到会按次计，没有时长"
    yield from _repeated_text(item)


def _repeated_text(item: Item) -> Iterator[tuple[str, str]]:
    for key, values in (
        ("applies_to", item.applies_to or ()),
        ("when.kinds", item.when.kinds if item.when else ()),
        ("when.status", item.when.status if item.when else ()),
    ):
        for value, times in Counter(map(str, values)).items():
            if times > 1:
                yield key, f"“{value}”重复"


def _groups(document: SchemeDocument) -> Iterator[Problem]:
    """The items of a group are counted as one item, so what counts them must be the same."""
    first: dict[str, Item] = {}
    for at, item in enumerate(document.items):
        if item.group is None:
            continue
        like = first.setdefault(item.group, item)
        for key in ("part", "unit", "aggregate", "cap", "cap_per_month"):
            if getattr(item, key) != getattr(like, key):
                yield Problem(f"items[{at}].{key}", f"与同组的“{like.title}”不一致；同组合起来当一项计")
        if item.pts * like.pts < 0:
            yield Problem(f"items[{at}].pts", f"与同组的“{like.title}”一加一减，不能同组")


def _attendance(document: SchemeDocument) -> Iterator[Problem]:
    deductions: list[Item] = []
    for at, item in enumerate(document.items):
        if item.source is Source.ATTENDANCE and item.when is None:
            yield Problem(f"items[{at}].when", "来源是到会的项目要写明活动类型和到会情况")
        if item.when is None:
            continue
        if item.source is not Source.ATTENDANCE:
            yield Problem(f"items[{at}].when", "只有来源是到会的项目才写活动类型和到会情况")
        if item.pts > 0 and any(status not in CAME for status in item.when.status):
            yield Problem(f"items[{at}].when.status", "缺席不能加分")
        if item.pts < 0 and Status.PRESENT in item.when.status:
            yield Problem(f"items[{at}].when.status", "到会不能扣分")
        if item.pts < 0:
            # One absence makes one entry, so that no two deductions may stand for the same thing.
            if same := next((other for other in deductions if _overlap(other, item)), None):
                message = f"与“{same.title}”重复：同一次活动的同一情况只扣一项"
                yield Problem(f"items[{at}].when", message)
            deductions.append(item)


def _overlap(one: Item, other: Item) -> bool:
    if one.when is None or other.when is None:
        return False
    for_all = one.applies_to is None or other.applies_to is None
    return (
        not set(one.when.kinds).isdisjoint(other.when.kinds)
        and not set(one.when.status).isdisjoint(other.when.status)
        and (for_all or not set(one.applies_to or ()).isdisjoint(other.applies_to or ()))
    )


def _assessment(document: SchemeDocument) -> Iterator[Problem]:
    has_part = any(part.code == ASSESS for part in document.parts)
    if document.assessment is None:
        if has_part:
            yield Problem("assessment", f"有“{ASSESS}”部分，就要写明各评议等次的分")
        return
    if not has_part:
        yield Problem("assessment", f"写了评议等次的分，就要有“{ASSESS}”部分")
    by_grade = document.assessment.points
    grades = (by_grade.excellent, by_grade.qualified, by_grade.basically_qualified, by_grade.unqualified)
    if list(grades) != sorted(grades, reverse=True):
        yield Problem("assessment.points", "优秀、合格、基本合格、不合格的分应当由高到低")
    if by_grade.unqualified < 0:
        yield Problem("assessment.points.unqualified", "评议等次的分不能是负数")


def _bands(document: SchemeDocument) -> Iterator[Problem]:
    total, bands = document.total, document.bands
    if total.min is not None and total.max is not None and total.min >= total.max:
        yield Problem("total.max", "总分上限应当高于总分下限")
    for at, (band, below) in enumerate(pairwise(bands), start=1):
        if below.star >= band.star:
            yield Problem(f"bands[{at}].star", "星级应当由高到低，不能重复")
        if below.min >= band.min:
            yield Problem(f"bands[{at}].min", f"最低分应当低于上一档的 {show(band.min)}")
    for at, band in enumerate(bands):
        if band.min_grade is not None and document.assessment is None:
            yield Problem(f"bands[{at}].min_grade", "没有民主评议，就不能要求评议等次")
        if total.max is not None and band.min > total.max:
            yield Problem(f"bands[{at}].min", f"高于总分上限 {show(total.max)}，没有人能达到")
        if band.min_months is not None and band.min_months > MONTHS[document.cycle]:
            yield Problem(f"bands[{at}].min_months", "多于一个评定周期的月数")


def _quotas(document: SchemeDocument) -> Iterator[Problem]:
    yield from _repeated((quota.star for quota in document.quotas), "quotas[{}].star", "星级")
    stars = {band.star for band in document.bands}
    for at, quota in enumerate(document.quotas):
        if quota.star not in stars:
            yield Problem(f"quotas[{at}].star", f"星级分档里没有 {quota.star} 星")
    if sum(quota.max_ratio for quota in document.quotas) > 1:
        yield Problem("quotas", "各星级名额合计超过 100%")
    yield from _repeated(document.tie_break, "tie_break[{}]", "比较项")
    yield from _repeated(document.exempt, "exempt[{}]", "类别")


def _spans(document: SchemeDocument) -> Iterator[Problem]:
    months = MONTHS[document.cycle]
    if document.show_every is not None and MONTHS[document.show_every] >= months:
        yield Problem("show_every", "公布的间隔应当短于评定周期")
    for at, item in enumerate(document.items):
        if item.unit == "quarter" and months < MONTHS["quarter"]:
            yield Problem(f"items[{at}].unit", "计分单位不能长于评定周期")
