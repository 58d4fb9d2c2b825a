"""What must agree in spans: units within the cycle, what is carried over, how a year is made."""

from collections.abc import Iterator

from models.points.cycle import MONTHS
from models.points.problem import Problem
from models.points.schemes.document import SchemeDocument
from models.points.schemes.star_checks import ladder


def spans(document: SchemeDocument) -> Iterator[Problem]:
    """Check that nothing is longer than the cycle it is counted in."""
    months = MONTHS[document.cycle]
    if document.show_every is not None and MONTHS[document.show_every] >= months:
        yield Problem("show_every", "公布的间隔应当短于评定周期")
    for at, item in enumerate(document.items):
        if item.unit == "quarter" and months < MONTHS["quarter"]:
            yield Problem(f"items[{at}].unit", "计分单位不能长于评定周期")


def carry_over(document: SchemeDocument) -> Iterator[Problem]:
    """Check that there is one initial to carry over into, and a cycle before in the same year."""
    if document.initial_mode == "fixed":
        if document.carry_over_rate is not None:
            yield Problem("carry_over_rate", "只有结转（initial_mode 是 carry_over）才写比例")
        return
    if document.carry_over_rate is None:
        yield Problem("carry_over_rate", "写明上一期总分的多少结转为起始分")
    if document.cycle == "year":
        yield Problem("initial_mode", "每年评定一次的办法，年内没有上一期可以结转")
    starts = [
        part
        for part in document.parts
        if part.initial or any(rule.initial for rule in (part.by_category or {}).values())
    ]
    if len(starts) != 1:
        yield Problem("initial_mode", f"结转要有且只有一个部分有起始分，现在有 {len(starts)} 个")


def year(document: SchemeDocument) -> Iterator[Problem]:
    """Check how a year is made from its cycles."""
    cycles = MONTHS["year"] // MONTHS[document.cycle]
    if document.aggregate_up is not None and cycles == 1:
        yield Problem("aggregate_up", "每年评定一次的办法，不用再合计全年")
    if document.aggregate_up == "weighted":
        if len(document.year_weights) != cycles:
            yield Problem("year_weights", f"一年有 {cycles} 期，权重就写 {cycles} 个")
        elif sum(document.year_weights) != 1:
            yield Problem("year_weights", "各期权重合计应当是 1")
    elif document.year_weights:
        yield Problem("year_weights", "只有全年按权重合计（aggregate_up 是 weighted）才写权重")
    if document.aggregate_up == "sum" and not document.year_bands and not document.open:
        yield Problem("year_bands", "全年把各期相加，要另写全年的星级分档")
    if document.aggregate_up is None and document.year_bands:
        yield Problem("year_bands", "没有写全年怎样合计（aggregate_up）")
    yield from ladder(document.year_bands, "year_bands")
