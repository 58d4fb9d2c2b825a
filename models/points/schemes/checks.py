"""What must agree inside a scheme document beyond the shape of each piece."""

from collections.abc import Iterator
from decimal import Decimal
from typing import get_args

from models.points.cycle import EVERY
from models.points.exact import show
from models.points.problem import Problem, repeated
from models.points.schemes.document import Part, SchemeDocument
from models.points.schemes.item_checks import attendance, groups, items
from models.points.schemes.narrowing import narrow_paths
from models.points.schemes.procedure import StepName
from models.points.schemes.reach import unlikely_caps, unreachable_caps
from models.points.schemes.star_checks import assessment, bands, quotas, vetoes
from models.points.schemes.year_checks import carry_over, spans, year

ASSESS = "assess"


def problems(document: SchemeDocument) -> list[Problem]:
    """List every disagreement inside the document, in the order of its pieces."""
    return [
        *_parts(document),
        *items(document),
        *groups(document),
        *attendance(document),
        *unreachable_caps(document),
        *assessment(document),
        *vetoes(document),
        *bands(document),
        *quotas(document),
        *spans(document),
        *carry_over(document),
        *year(document),
        *_procedure(document),
        *narrow_paths(document),
    ]


def warnings(document: SchemeDocument, previous: SchemeDocument | None = None) -> list[Problem]:
    """List what a person should look at though it is no fault; `previous` is the version before."""
    found = [Problem(f"open[{at}]", f"{text}（补齐前不能发布）") for at, text in enumerate(document.open)]
    for at, part in enumerate(document.parts):
        if part.open:
            found.append(Problem(f"parts[{at}].open", f"“{part.title}”还没有写全（补齐前不能发布）"))
    found += unlikely_caps(document)
    if document.procedure and all(step.step != "publicity" for step in document.procedure):
        found.append(Problem("procedure", "没有公示这一步，请核对"))
    if previous is not None and previous.cycle != document.cycle:
        was, now = EVERY[previous.cycle], EVERY[document.cycle]
        message = f"第 {previous.version} 版{was}评定，这一版{now}评定；各项上限按一期算，请逐项核对"
        found.append(Problem("cycle", message))
    return found


def is_open(document: SchemeDocument) -> bool:
    """Say whether the document leaves open what its source does not tell."""
    return bool(document.open) or any(part.open for part in document.parts)


def _parts(document: SchemeDocument) -> Iterator[Problem]:
    yield from repeated((part.code for part in document.parts), "parts[{}].code", "部分代码")
    for at, part in enumerate(document.parts):
        yield from (Problem(f"parts[{at}].{key}", message) for key, message in _part(part))


def _part(part: Part) -> Iterator[tuple[str, str]]:
    yield from _limits(part, part.initial, part.cap, "")
    for code, rule in (part.by_category or {}).items():
        if rule.initial is None and rule.cap is None:
            yield f"by_category.{code}", "写明这一类别的起始分或上限"
        initial = part.initial if rule.initial is None else rule.initial
        cap = part.cap if rule.cap is None else rule.cap
        yield from _limits(part, initial, cap, f"by_category.{code}.")
    if part.floor is not None and part.floor > part.initial:
        yield "floor", f"下限 {show(part.floor)} 高于起始分 {show(part.initial)}"
    if part.code == ASSESS and part.by_month is not None:
        yield "by_month", "民主评议部分每期计一次，不按月计"
    by_category = (part.by_category or {}).values()
    has_initial = part.initial or any(rule.initial for rule in by_category)
    if part.code == ASSESS and (has_initial or part.mode != "add"):
        yield "initial", "民主评议部分只计评议等次的分，没有起始分"


def _limits(part: Part, initial: Decimal, cap: Decimal | None, at: str) -> Iterator[tuple[str, str]]:
    if cap is None:
        if at and part.floor is not None and part.floor > initial:
            yield f"{at}initial", f"起始分 {show(initial)} 低于下限 {show(part.floor)}"
    elif cap < 0:
        yield f"{at}cap", "上限不能是负数"
    elif part.floor is not None and cap < part.floor:
        yield f"{at}cap", f"上限 {show(cap)} 低于下限 {show(part.floor)}"
    elif cap < initial:
        yield f"{at}cap", f"上限 {show(cap)} 低于起始分 {show(initial)}"


def _procedure(document: SchemeDocument) -> Iterator[Problem]:
    order = get_args(StepName)
    latest = -1
    for at, step in enumerate(document.procedure):
        place = order.index(step.step)
        if place <= latest:
            yield Problem(f"procedure[{at}].step", f"步骤不重复，先后应当是 {'、'.join(order)}")
        latest = max(latest, place)
