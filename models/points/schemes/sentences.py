"""A scheme as sentences that a secretary reads: the cycle, each part and item, appraisal, stars, steps."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from models.gatherings.gathering import GATHERING_KIND_TEXT
from models.gatherings.roll import STATUS_TEXT
from models.people.membership import CATEGORY_TEXT
from models.points.cycle import EVERY
from models.points.exact import show
from models.points.explanation import EACH
from models.points.grade_words import GRADE_WORDS, GRADES, VOICE_WORDS
from models.points.schemes.document import Item, Part, SchemeDocument
from models.points.schemes.star_sentences import ratio_words, star_sections
from models.points.schemes.stars import UNTOLD

SPAN = {"month": "一个月", "quarter": "一季度", "half": "半年", "year": "一年"}
YEAR_WORDS = {
    "mean": "全年取各期的平均分",
    "sum": "全年把各期的分相加",
    "last": "全年以最后一期为准",
    "weighted": "全年按各期的权重合计",
}
SOURCE_WORDS = {
    "annual_appraisal": "等次用当年民主评议党员的结果，不另外测评。",
    "cycle_meeting": "等次由每期的党员大会评定。",
}


class Section(NamedTuple):
    """One heading and its sentences."""

    title: str
    lines: tuple[str, ...]


def sections_of(document: SchemeDocument) -> list[Section]:
    """Say the whole document, section by section; sections without a sentence are left out."""
    found = [Section("怎样评", tuple(_cycle(document)))]
    found += [
        Section(f"{part.title}{_part_words(document, part)}", tuple(_items(document, part)))
        for part in document.parts
    ]
    found.append(Section("评议等次", tuple(_assessment(document))))
    found += [Section(title, tuple(lines)) for title, lines in star_sections(document)]
    return [section for section in found if section.lines]


def category_words(code: str) -> str:
    """Say a category of members as rosters do."""
    return CATEGORY_TEXT.get(code, code)


def _cycle(document: SchemeDocument) -> Iterator[str]:
    shown = f"，{EVERY[document.show_every]}公布一次积分" if document.show_every else ""
    yield f"{EVERY[document.cycle]}评定一次{shown}。"
    if document.carry_over_rate is not None:
        share = ratio_words(document.carry_over_rate)
        yield f"每年第一期的起始分照下面写的；以后各期的起始分是上一期总分的 {share}。"
    if document.category_change == "by_month":
        yield "类别有变动的，起始分和上限按各月的类别平均计算，项目按当天的类别计。"
    if document.aggregate_up is not None:
        weights = "、".join(ratio_words(weight) for weight in document.year_weights)
        yield f"{YEAR_WORDS[document.aggregate_up]}{f'（{weights}）' if weights else ''}。"
    limits = _limits(document.total.min, document.total.max)
    yield f"总分{limits}，四舍五入{_places(document.rounding.scale)}。"
    if document.probationary == "rate":
        yield "预备党员一并评星。"
    elif document.probationary == "score_only":
        yield "预备党员只计分，不评星。"
    else:
        yield "预备党员不计分。"
    if document.exempt:
        yield f"{'、'.join(category_words(code) for code in document.exempt)}不参评。"


def _places(scale: int) -> str:
    return f"保留 {scale} 位小数" if scale else "取整数"


def _limits(least: Decimal | None, most: Decimal | None) -> str:
    if least is None and most is None:
        return "不设上下限"
    words = [f"最低 {show(least)} 分"] if least is not None else []
    return "，".join([*words, f"最高 {show(most)} 分" if most is not None else "上不封顶"])


def _part_words(document: SchemeDocument, part: Part) -> str:
    carried = document.carry_over_rate is not None and bool(part.initial)
    words = [f"起始 {show(part.initial)} 分" + ("（第一期）" if carried else "")] if part.initial else []
    if part.mode == "deduct_only":
        words.append("只扣不加")
    if part.cap is not None:
        words.append(f"最多 {show(part.cap)} 分")
    if part.floor is not None:
        words.append(f"最低 {show(part.floor)} 分")
    if part.weight != 1:
        words.append(f"按 {ratio_words(part.weight)} 计入总分")
    if part.by_month is not None:
        words.append("按月计，" + ("取各月平均" if part.by_month == "mean" else "各月相加"))
    return f"（{'，'.join(words)}）" if words else ""


def _items(document: SchemeDocument, part: Part) -> Iterator[str]:
    if part.code == "assess":
        yield "按民主评议的等次计分。"
    for code, rule in (part.by_category or {}).items():
        words = [f"起始 {show(rule.initial)} 分"] if rule.initial is not None else []
        words += [f"最多 {show(rule.cap)} 分"] if rule.cap is not None else []
        yield f"{category_words(code)}：{'，'.join(words)}。"
    for item in document.items:
        if item.part == part.code:
            yield _item_words(document, item)
    if part.open:
        yield "这一部分还没有写全。"
    elif part.code != "assess" and all(item.part != part.code for item in document.items):
        yield "没有另列项目。"


def _item_words(document: SchemeDocument, item: Item) -> str:
    words = [_points_words(item)]
    span = SPAN[document.cycle]
    for limit, name in ((item.cap_per_event, "每次"), (item.cap_per_month, "每月"), (item.cap, span)):
        if limit is not None:
            words.append(f"{name}最多{'扣' if item.pts < 0 else '计'} {show(limit)} 分")
    same = [other.title for other in document.items if other.group == item.group and other is not item]
    if item.group is not None and same:
        how = "只取最高的一项" if item.aggregate == "max" else "合起来算上限"
        words.append(f"与“{'”“'.join(same)}”{how}")
    elif item.aggregate == "max":
        words.append("只取最高的一次")
    if item.applies_to is not None:
        words.append("只适用于" + "、".join(category_words(code) for code in item.applies_to))
    if item.review:
        words.append("须审核")
    if item.evidence != "none":
        words.append("须附材料" if item.evidence == "required" else "可附材料")
    if item.legal_basis is not None:
        words.append(f"依据：{item.legal_basis}")
    return f"{item.title}{_when(item)}：{'，'.join(words)}。"


def _when(item: Item) -> str:
    if item.when is None:
        return ""
    kinds = "、".join(GATHERING_KIND_TEXT[kind] for kind in item.when.kinds)
    return f"（{kinds}，登记为{'、'.join(STATUS_TEXT[status] for status in item.when.status)}）"


def _points_words(item: Item) -> str:
    each = EACH[item.unit]
    if item.levels is None:
        return f"{each}{_signed(item.pts)}"
    outcomes = "，".join(f"{name}{_signed(points)}" for name, points in item.levels.items())
    return f"{each}，{outcomes}" if each else outcomes


def _signed(points: Decimal) -> str:
    if not points:
        return "不计分"
    return f"{'扣' if points < 0 else '加'} {show(abs(points))} 分"


def _assessment(document: SchemeDocument) -> Iterator[str]:
    if (rule := document.assessment) is None:
        return
    if document.grade_source is not None:
        yield SOURCE_WORDS[document.grade_source]
    points = "，".join(f"{GRADE_WORDS[grade]} {show(getattr(rule.points, grade))} 分" for grade in GRADES)
    yield "各等次计多少分还没有写明。" if rule.points == UNTOLD else f"{points}。"
    if rule.weights is not None:
        voices = rule.weights.items()
        yield f"{'，'.join(f'{VOICE_WORDS[voice]}占 {ratio_words(share)}' for voice, share in voices)}。"
    if rule.max_excellent_ratio is not None:
        yield f"优秀不超过支部正式党员的 {ratio_words(rule.max_excellent_ratio)}，不足一人的舍去。"
    if rule.min_low_ratio is not None:
        yield f"基本合格和不合格合计不少于 {ratio_words(rule.min_low_ratio)}。"
    for grade in GRADES:
        most = getattr(rule.max_star, grade)
        if most is not None:
            yield f"评议为{GRADE_WORDS[grade]}的，{f'最高 {most} 星' if most else '不评星'}。"
