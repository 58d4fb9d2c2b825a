"""What must agree in appraisal, vetoes, bands and quotas."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from models.points.cycle import MONTHS
from models.points.exact import show
from models.points.problem import Problem, repeated
from models.points.schemes.document import SchemeDocument
from models.points.schemes.stars import UNTOLD, Assessment, YearBand


def assessment(document: SchemeDocument) -> Iterator[Problem]:
    """Check the points of the grades, where they come from, and that they have their part."""
    yield from _grade_source(document)
    part = next((part for part in document.parts if part.code == "assess"), None)
    untold = part is not None and part.open
    if document.assessment is None:
        if part is not None and not untold:
            yield Problem("assessment", "有“assess”部分，就要写明各评议等次的分")
        return
    if part is None:
        yield Problem("assessment", "写了评议等次的分，就要有“assess”部分")
    elif document.assessment.points == UNTOLD and not untold:
        yield Problem("assessment.points", "写明各评议等次的分")
    elif part.cap is not None and part.cap > document.assessment.points.excellent and not untold:
        most = show(document.assessment.points.excellent)
        message = f"评议优秀只有 {most} 分，达不到上限 {show(part.cap)}"
        yield Problem(f"parts[{document.parts.index(part)}].cap", message)
    yield from _grades(document.assessment)


def _grade_source(document: SchemeDocument) -> Iterator[Problem]:
    if document.grade_source is None:
        return
    if document.assessment is None and not document.open:
        yield Problem("grade_source", "没有民主评议，就不写等次从哪里来")
    if document.grade_source == "annual_appraisal" and document.cycle != "year":
        message = "民主评议每年一次，评定周期短于一年的写 cycle_meeting，由每期的会议评等次"
        yield Problem("grade_source", message)


def _grades(rule: Assessment) -> Iterator[Problem]:
    points = rule.points
    grades = (points.excellent, points.qualified, points.basically_qualified, points.unqualified)
    if list(grades) != sorted(grades, reverse=True):
        yield Problem("assessment.points", "优秀、合格、基本合格、不合格的分应当由高到低")
    if points.unqualified < 0:
        yield Problem("assessment.points.unqualified", "评议等次的分不能是负数")
    if rule.weights is not None and sum(rule.weights.values()) != 1:
        yield Problem("assessment.weights", "各方面评议的权重合计应当是 1")
    if rule.max_excellent_ratio and rule.min_low_ratio and rule.max_excellent_ratio + rule.min_low_ratio > 1:
        yield Problem("assessment.min_low_ratio", "与优秀的最高比例合计超过 100%")


def vetoes(document: SchemeDocument) -> Iterator[Problem]:
    """Check that each veto says what it does, and that bands ask for none only where there are some."""
    yield from repeated((veto.id for veto in document.vetoes), "vetoes[{}].id", "一票否决的代码")
    for at, veto in enumerate(document.vetoes):
        if veto.effect == "max_star" and veto.max_star is None:
            yield Problem(f"vetoes[{at}].max_star", "写明最高可评几星；0 是不评星级")
        if veto.effect != "max_star" and veto.max_star is not None:
            yield Problem(f"vetoes[{at}].max_star", "只有作用是 max_star 的才写最高星级")
    for at, band in enumerate(document.bands):
        if band.no_veto and not document.vetoes:
            yield Problem(f"bands[{at}].no_veto", "办法里没有一票否决的情形，不用写这一条")


def ladder(steps: Sequence[YearBand], name: str) -> Iterator[Problem]:
    """Check that stars and their points go down together, no level left out between two."""
    for at, (band, below) in enumerate(pairwise(steps), start=1):
        if below.star >= band.star:
            yield Problem(f"{name}[{at}].star", "星级应当由高到低，不能重复")
        elif below.star < band.star - 1:
            missing = "、".join(f"{star} 星" for star in range(band.star - 1, below.star, -1))
            yield Problem(f"{name}[{at}].star", f"{band.star} 星与 {below.star} 星之间缺 {missing}")
        if below.min >= band.min:
            yield Problem(f"{name}[{at}].min", f"最低分应当低于上一档的 {show(band.min)}")


def bands(document: SchemeDocument) -> Iterator[Problem]:
    """Check the stars of a cycle against total, appraisal and months."""
    total = document.total
    if total.min is not None and total.max is not None and total.min >= total.max:
        yield Problem("total.max", "总分上限应当高于总分下限")
    yield from ladder(document.bands, "bands")
    for at, band in enumerate(document.bands):
        if band.min_grade is not None and document.assessment is None:
            yield Problem(f"bands[{at}].min_grade", "没有民主评议，就不能要求评议等次")
        if total.max is not None and band.min > total.max:
            yield Problem(f"bands[{at}].min", f"高于总分上限 {show(total.max)}，没有人能达到")
        if band.min_months is not None and band.min_months > MONTHS[document.cycle]:
            yield Problem(f"bands[{at}].min_months", "多于一个评定周期的月数")


def quotas(document: SchemeDocument) -> Iterator[Problem]:
    """Check the seats of each star, and what is listed beside them."""
    yield from repeated((quota.star for quota in document.quotas), "quotas[{}].star", "星级")
    stars = [band.star for band in document.bands]
    # A source may tell the seats and not the points; then the document is open and has no bands yet.
    told = bool(stars) or not document.open
    for at, quota in enumerate(document.quotas):
        if quota.star not in stars and told:
            yield Problem(f"quotas[{at}].star", f"星级分档里没有 {quota.star} 星")
        elif stars and quota.star == min(stars) and quota.overflow == "down":
            yield Problem(f"quotas[{at}].overflow", "最低一档的名额只能提示（report），没有更低的一档")
    if sum(quota.max_ratio for quota in document.quotas) > 1:
        yield Problem("quotas", "各星级名额合计超过 100%")
    yield from repeated(document.tie_break, "tie_break[{}]", "比较项")
    yield from repeated(document.exempt, "exempt[{}]", "类别")
