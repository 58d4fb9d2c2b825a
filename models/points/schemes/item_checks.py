"""What must agree in the items of a scheme: points, caps, sources, groups, gatherings."""

from collections import Counter
from collections.abc import Iterator

from models.gatherings.roll import CAME, Status
from models.points.entry import Source
from models.points.exact import show
from models.points.problem import Problem, repeated
from models.points.schemes.document import Item, Part, SchemeDocument

ONCE_A_PERIOD = ("month", "quarter", "once")
FROM_ROLL = (Source.ATTENDANCE, Source.TRAINING, Source.VOLUNTEER)
WITHOUT_HOURS = {Source.ATTENDANCE: "到会按次计", Source.DUES: "党费按月计", Source.POST: "设岗按月计"}


def items(document: SchemeDocument) -> Iterator[Problem]:
    """Check each item by itself, and against its part."""
    if not document.items and not document.open and not any(part.open for part in document.parts):
        yield Problem("items", "至少要有 1 项")
    yield from repeated((item.id for item in document.items), "items[{}].id", "项目代码")
    parts = {part.code: part for part in document.parts}
    for at, item in enumerate(document.items):
        part = parts.get(item.part)
        if part is None:
            yield Problem(f"items[{at}].part", f"没有“{item.part}”这一部分")
        elif part.by_month is not None:
            yield from (Problem(f"items[{at}].{key}", message) for key, message in _by_month(part, item))
        yield from (Problem(f"items[{at}].{key}", message) for key, message in _item(item))


def _item(item: Item) -> Iterator[tuple[str, str]]:
    if item.part == "assess":
        yield "part", "民主评议部分只计评议等次的分，不再列项目"
    yield from _points(item)
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
    if item.unit == "hour" and item.source in WITHOUT_HOURS:
        yield "unit", f"{WITHOUT_HOURS[item.source]}，没有时长"
    yield from _repeated_text(item)


def _points(item: Item) -> Iterator[tuple[str, str]]:
    if item.levels is None:
        if item.pts == 0:
            yield "pts", "分值不能是 0；不计分的情况不用列项目"
        return
    if item.pts:
        yield "pts", "写了各种情况的分（levels），就不再写分值"
    if not any(item.levels.values()):
        yield "levels", "至少有一种情况计分"
    if item.unit == "hour":
        yield "unit", "分情况计的项目没有时长"
    if item.when is not None:
        yield "levels", "按到会情况计分的项目写分值，每种情况一项"


def _by_month(part: Part, item: Item) -> Iterator[tuple[str, str]]:
    """A month is counted by itself, so that nothing in it may reach over its end."""
    where = f"“{part.title}”按月计"
    if item.unit in ("quarter", "once"):
        yield "unit", f"{where}，项目只能按次、按小时或按月计"
    if item.aggregate != "sum":
        yield "aggregate", f"{where}，项目只能逐次相加"
    if item.cap is not None:
        yield "cap", f"{where}，请写每月上限（cap_per_month）"


def _repeated_text(item: Item) -> Iterator[tuple[str, str]]:
    for key, values in (
        ("applies_to", item.applies_to or ()),
        ("when.kinds", item.when.kinds if item.when else ()),
        ("when.status", item.when.status if item.when else ()),
    ):
        for value, times in Counter(map(str, values)).items():
            if times > 1:
                yield key, f"“{value}”重复"


def _signs(item: Item) -> set[bool]:
    points = item.levels.values() if item.levels else (item.pts,)
    return {value > 0 for value in points if value}


def groups(document: SchemeDocument) -> Iterator[Problem]:
    """The items of a group are counted as one item, so what counts them must be the same."""
    first: dict[str, Item] = {}
    for at, item in enumerate(document.items):
        if item.group is None:
            continue
        like = first.setdefault(item.group, item)
        for key in ("part", "unit", "aggregate", "cap", "cap_per_month"):
            if getattr(item, key) != getattr(like, key):
                yield Problem(f"items[{at}].{key}", f"与同组的“{like.title}”不一致；同组合起来当一项计")
        if len(_signs(item) | _signs(like)) > 1:
            yield Problem(f"items[{at}].pts", f"与同组的“{like.title}”一加一减，不能同组")


def attendance(document: SchemeDocument) -> Iterator[Problem]:
    """Check what is posted from rolls: only who came can earn, and one absence costs once."""
    deductions: list[Item] = []
    for at, item in enumerate(document.items):
        if item.source is Source.ATTENDANCE and item.when is None:
            yield Problem(f"items[{at}].when", "来源是到会的项目要写明活动类型和到会情况")
        if item.when is None:
            continue
        if item.source not in FROM_ROLL:
            yield Problem(
                f"items[{at}].when", "只有来源是到会、学习培训、志愿服务的项目才写活动类型和到会情况"
            )
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
