"""The lines under one part of the total: what stands there, how it came, and what it counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from models.points.cycle import Span
from models.points.exact import readable, show, show_ratio
from models.points.explanation import COUNTED_IN, Share
from models.points.facts import MemberFacts
from models.points.grade_words import GRADE_WORDS, GRADES
from models.points.part_rules import ASSESS, Count, count_part
from models.points.schemes.document import Item, Part, SchemeDocument


@dataclass(frozen=True, slots=True)
class PartLine:
    """One line under a part. `counted` is None as long as the appraisal waits.

    `limit` is the line's own limit over the cycle, in words; empty for none.
    """

    title: str
    how: str
    limit: str
    counted: Decimal | None


def part_lines(
    document: SchemeDocument, part: Part, member: MemberFacts, shares: Sequence[Share], span: Span
) -> tuple[PartLine, ...]:
    """Return the lines whose points add up to the part's subtotal: initial, items, what limits change."""
    count = count_part(document, part, member, shares, span)
    if part.code == ASSESS:
        lines = [_appraisal(document, member, count)]
    else:
        lines = [*_initial(document, part, member, count)]
        lines += (_share(document, part, share) for share in shares)
    return (*lines, *_limits(document, part, count))


def _initial(document: SchemeDocument, part: Part, member: MemberFacts, count: Count) -> Iterator[PartLine]:
    points = sum((one.initial for one in count.stretches), Fraction(0))
    if not points:
        return
    how = "每人相同"
    if document.initial_mode == "carry_over" and member.previous_total is not None:
        how = f"上期总分 {show(member.previous_total)} 分结转"
    elif part.by_category:
        how = "按本人的类别"
    if len(count.stretches) > 1:
        how += f"，{len(count.stretches)} 个月"
    yield PartLine("起始分", how, "", readable(points, document.rounding.scale))


def _share(document: SchemeDocument, part: Part, share: Share) -> PartLine:
    items = [item for item in document.items if item.part == part.code and item.title in share.titles]
    cap = items[0].cap if items else None
    return PartLine(
        "、".join(share.titles),
        _how(items, share),
        f"上限 {show(cap)}" if cap is not None else "",
        readable(Fraction(share.counted), document.rounding.scale),
    )


def _how(items: Sequence[Item], share: Share) -> str:
    """Say how the points came: 11 个月 × 0.5; 8 次 × 1，按上限计 6."""
    if share.highest_of_several:
        return "几项取最高的一项"
    words = f"{show(share.times)} {COUNTED_IN[share.unit]}" if share.unit in COUNTED_IN else "一次"
    each = items[0].pts if len(items) == 1 and items[0].levels is None else None
    if each is not None and each * share.times == share.uncapped and share.unit in COUNTED_IN:
        words += f" × {show(abs(each))}"
    if share.counted != share.uncapped:
        words += f"，按上限{'扣' if share.counted < 0 else '计'} {show(abs(share.counted))}"
    return words


def _appraisal(document: SchemeDocument, member: MemberFacts, count: Count) -> PartLine:
    if count.pending:
        points = document.assessment.points if document.assessment else None
        told = (
            f"{GRADE_WORDS[grade]} {show(getattr(points, grade))}"
            for grade in GRADES
            if getattr(points, grade, None)
        )
        return PartLine("民主评议", "，".join(told), "", None)
    points_here = readable(count.stretches[0].natural, document.rounding.scale)
    if member.status != "full" or member.grade is None:
        return PartLine("民主评议", "预备党员不评定等次", "", points_here)
    by_voice = document.assessment is not None and document.assessment.weights is not None
    how = "按各方评议的权重" if by_voice else "党员大会评定"
    return PartLine(f"民主评议{GRADE_WORDS[member.grade]}", how, "", points_here)


def _limits(document: SchemeDocument, part: Part, count: Count) -> Iterator[PartLine]:
    """Yield what ceiling, floor, mean and weight change, so that the lines add up."""
    scale = document.rounding.scale
    values = sum((one.value for one in count.stretches), Fraction(0))
    cut = values - sum((one.natural for one in count.stretches), Fraction(0))
    monthly = "每月" if len(count.stretches) > 1 else ""
    if cut < 0:
        ceiling = count.stretches[0].ceiling
        size = f" {show(readable(ceiling, 0))}" if ceiling is not None and not monthly else ""
        how = f"{monthly}上限{size}，多出的不计"
        yield PartLine("按上限", how, "", readable(cut, scale))
    elif cut > 0:
        floor = "" if part.floor is None else f" {show(part.floor)}"
        yield PartLine("按下限", f"{monthly}最低{floor}，不再扣", "", readable(cut, scale))
    if count.subtotal != values and not count.pending:
        words = []
        if part.by_month == "mean":
            words.append(f"{len(count.stretches)} 个月平均")
        if part.weight != 1:
            words.append(f"按权重 {show_ratio(part.weight)}")
        yield PartLine("折算", "，".join(words), "", readable(count.subtotal - values, scale))
