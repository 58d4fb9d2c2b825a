"""What one part of the total comes to: initial points, ceiling, floor, month by month, weight."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from models.points.cycle import Span
from models.points.exact import exactly, say, show_ratio
from models.points.explanation import Share, limit_words, share_words
from models.points.facts import MemberFacts
from models.points.grade_words import GRADE_WORDS, VOICE_WORDS
from models.points.schemes.document import Part, SchemeDocument
from models.points.schemes.stars import Assessment

ASSESS, BASE = "assess", "base"


class Stretch(NamedTuple):
    """What is held to ceiling and floor by itself: the cycle, or one month of it (`period`)."""

    period: str | None
    initial: Fraction
    natural: Fraction
    ceiling: Fraction | None
    value: Fraction


class Count(NamedTuple):
    """One part for one member. `factor` turns the values of the stretches into the subtotal.

    `pending`: the appraisal before its grade.
    """

    stretches: tuple[Stretch, ...]
    factor: Fraction
    subtotal: Fraction
    pending: bool = False


def count_part(
    document: SchemeDocument, part: Part, member: MemberFacts, shares: Sequence[Share], span: Span
) -> Count:
    """Add the part up: initial, items or grade; ceiling, then floor; by month where asked; weight last."""
    if part.code == ASSESS:
        points = grade_points(document.assessment, member) if document.assessment else Fraction(0)
        cap = None if part.cap is None else exactly(part.cap)
        one = _hold(part, None, Fraction(0), points or Fraction(0), cap)
        pending = points is None and member.status == "full"
        return Count((one,), part.weight, one.value * part.weight, pending)
    if part.by_month:
        stretches = tuple(_months(document, part, member, shares, span))
        factor = part.weight / len(stretches) if part.by_month == "mean" else part.weight
        return Count(stretches, factor, sum((one.value for one in stretches), Fraction(0)) * factor)
    initial, cap = _allowed(document, part, member, span)
    points = exactly(sum((share.counted for share in shares), Decimal(0)))
    one = _hold(part, None, initial, points, cap)
    return Count((one,), part.weight, one.value if part.weight == 1 else one.value * part.weight)


def grade_points(assessment: Assessment, member: MemberFacts) -> Fraction | None:
    """Return what the appraisal gives: by the decided grade, or by voice and weight; None while it waits.

    A probationary member has no grade.
    """
    if member.grade is None or member.status != "full":
        return None
    if assessment.weights is None:
        return exactly(getattr(assessment.points, member.grade))
    told = dict(member.voices)
    if missing_voices(assessment, member):
        return None
    by_voice = (
        exactly(getattr(assessment.points, told[voice])) * weight
        for voice, weight in assessment.weights.items()
    )
    return sum(by_voice, Fraction(0))


def missing_voices(assessment: Assessment, member: MemberFacts) -> list[str]:
    """List the voices that the scheme weighs and that have not been told."""
    told = dict(member.voices)
    return [voice for voice in assessment.weights or () if voice not in told]


def _hold(
    part: Part, period: str | None, initial: Fraction, points: Fraction, cap: Fraction | None
) -> Stretch:
    """Hold one sum to its limits: never above the initial where only deducted, then cap, then floor."""
    ceiling = cap
    if part.mode == "deduct_only" and (ceiling is None or ceiling > initial):
        ceiling = initial
    value = natural = initial + points
    if ceiling is not None and value > ceiling:
        value = ceiling
    if part.floor is not None and value < part.floor:
        value = exactly(part.floor)
    return Stretch(period, initial, natural, ceiling, value)


def _months(
    document: SchemeDocument, part: Part, member: MemberFacts, shares: Sequence[Share], span: Span
) -> Iterator[Stretch]:
    told: dict[str, Decimal] = {}
    for share in shares:
        for period, points in share.months:
            told[period] = told.get(period, Decimal(0)) + points
    carried = _carried(document, part, member, span)
    for period, category in zip(span.months, _categories(document, member, span), strict=True):
        initial, cap = _rule(part, category)
        yield _hold(
            part,
            period,
            exactly(initial) if carried is None else carried,
            exactly(told.get(period, Decimal(0))),
            None if cap is None else exactly(cap),
        )


def _allowed(
    document: SchemeDocument, part: Part, member: MemberFacts, span: Span
) -> tuple[Fraction, Fraction | None]:
    """Return initial points and cap over the whole cycle, as means of the months by category."""
    carried = _carried(document, part, member, span)
    if part.by_category:
        rules = [_rule(part, category) for category in _categories(document, member, span)]
        initial = _mean(tuple(one for one, _ in rules))
        caps = tuple(cap for _, cap in rules if cap is not None)
        # Without a limit in one month, there is none over the cycle.
        cap = _mean(caps) if len(caps) == len(rules) else None
    else:
        initial, cap = exactly(part.initial), None if part.cap is None else exactly(part.cap)
    return (initial if carried is None else carried), cap


@lru_cache(maxsize=1024)
def _mean(values: tuple[Decimal, ...]) -> Fraction:
    return sum(map(Fraction, values), Fraction(0)) / len(values)


def _categories(document: SchemeDocument, member: MemberFacts, span: Span) -> Sequence[str | None]:
    """Return the category for each month: that of its first day, or all along that of the last day.

    Months before somebody came go by the category of the day of coming: who joins begins with all of it.
    """
    if document.category_change == "by_month":
        return [member.category(max(day, member.since or day)) for day in span.first_days]
    return [member.category(span.last_day)] * len(span.months)


def _rule(part: Part, category: str | None) -> tuple[Decimal, Decimal | None]:
    rule = part.by_category.get(category) if part.by_category and category else None
    if rule is None:
        return part.initial, part.cap
    return (
        part.initial if rule.initial is None else rule.initial,
        part.cap if rule.cap is None else rule.cap,
    )


def _carried(document: SchemeDocument, part: Part, member: MemberFacts, span: Span) -> Fraction | None:
    """Return the initial points carried over from the printed total of the cycle before, if any are.

    The first cycle of a year begins afresh, and so does who has no result before.
    """
    if document.initial_mode != "carry_over" or document.carry_over_rate is None:
        return None
    if member.previous_total is None or span.months[0].endswith("-01"):
        return None
    if not part.initial and not any(rule.initial for rule in (part.by_category or {}).values()):
        return None
    return document.carry_over_rate * exactly(member.previous_total)


def part_words(
    document: SchemeDocument, part: Part, member: MemberFacts, shares: Sequence[Share], count: Count
) -> str:
    """Explain a part's subtotal, e.g. 志愿服务 8 次，按上限计 6 分；设岗定责 3 个月，计 6 分."""
    if part.code == ASSESS:
        return _assess_words(document, part, member, count)
    words = _initial_words(document, part, member, count)
    words += share_words(shares)
    if count.stretches[0].period is None:
        words.append(limit_words(count.stretches[0].natural, count.stretches[0].value))
    if not shares:
        words.append("没有扣分" if part.mode == "deduct_only" else "还没有记录")
    if part.by_month:
        held = "按上限、下限" if any(one.natural != one.value for one in count.stretches) else ""
        values = sum((one.value for one in count.stretches), Fraction(0))
        if part.by_month == "mean":
            words.append(f"逐月{held}计分再平均，{say('计', values / len(count.stretches))} 分")
        else:
            words.append(f"逐月{held}计分再相加，{say('计', values)} 分")
    if part.weight != 1:
        words.append(f"按权重 {show_ratio(part.weight)} {say('计', count.subtotal)} 分")
    return "；".join(word for word in words if word)


def _initial_words(document: SchemeDocument, part: Part, member: MemberFacts, count: Count) -> list[str]:
    initial = count.stretches[0].initial
    if part.by_month:
        each = {one.initial for one in count.stretches}
        if each == {Fraction(0)}:
            return []
        return [f"{say('每月起始', initial)} 分" if len(each) == 1 else "每月起始分按当月类别计"]
    if not initial:
        return []
    words = f"{say('起始', initial)} 分"
    rate, previous = document.carry_over_rate, member.previous_total
    if rate is not None and previous is not None and initial == rate * exactly(previous):
        words += f"（{say('上期总分', exactly(previous))} 分的 {show_ratio(rate)}）"
    elif part.by_category and document.category_change == "by_month" and initial != part.initial:
        words += "（按各月的类别平均）"
    return [words]


def _assess_words(document: SchemeDocument, part: Part, member: MemberFacts, count: Count) -> str:
    if count.pending:
        most = f"，{say('最多', exactly(part.cap) * part.weight)} 分" if part.cap is not None else ""
        return f"待评，民主评议后计入{most}"
    if member.status != "full" or member.grade is None:
        return "预备党员不评定等次，这一部分不计分"
    stretch = count.stretches[0]
    words = [f"民主评议{GRADE_WORDS[member.grade]}，{say('计', stretch.natural)} 分"]
    if document.assessment and document.assessment.weights:
        told = dict(member.voices)
        weighed = [voice for voice in VOICE_WORDS if voice in document.assessment.weights]
        said = (f"{VOICE_WORDS[voice]}{GRADE_WORDS[told[voice]]}" for voice in weighed)
        words = [f"{'、'.join(said)}，{say('按权重计', stretch.natural)} 分"]
    words.append(limit_words(stretch.natural, stretch.value))
    if part.weight != 1:
        words.append(f"按权重 {show_ratio(part.weight)} {say('计', count.subtotal)} 分")
    return "；".join(word for word in words if word)
