"""A rating with every number on its way, for whoever checks a result outside the system."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import localcontext
from fractions import Fraction
from hashlib import sha256
from typing import Any

from models.points.cycle import span_of
from models.points.exact import EXACT, MOST_PLACES, round_half_up, show
from models.points.explanation import Share
from models.points.facts import Facts, MemberFacts, facts_refused
from models.points.item_rules import ONCE_WORDS, sums_of
from models.points.part_rules import Count, count_part
from models.points.problem import Problem
from models.points.rating import Line, rate, tally
from models.points.result import Result, result_json, results_text
from models.points.schemes.document import SchemeDocument, sha
from models.points.seats import excellent_allowed, seats_of


def every_number(document: SchemeDocument, facts: Facts) -> dict[str, Any]:
    """Rate, and return as JSON content each entry, sum, part, seat and star with its reasons.

    Numbers are decimal text, and where they have no end fractions such as "160/3". `results_sha` is the
    SHA-256 of the results' one text. Refused: cycle_invalid, facts_invalid, veto_without_document.
    """
    _check_quantities(document, facts)
    results = rate(document, facts)
    members = {member.id: member for member in facts.members}
    span = span_of(document.cycle, facts.cycle)
    return {
        "scheme": {"code": document.code, "version": document.version, "sha": sha(document)},
        "cycle": facts.cycle,
        "months": list(span.months),
        "last_day": span.last_day.isoformat(),
        "excellent": list(_excellent(document, facts.members)),
        "seats": list(_seats(document, results)),
        "members": [_member(document, members[one.member_id], one, facts.cycle) for one in results],
        "results_sha": sha256(results_text(results).encode()).hexdigest(),
    }


def _check_quantities(document: SchemeDocument, facts: Facts) -> None:
    """Refuse a quantity where an item counts once a period. The ledger has none: no proposal takes one."""
    once = {item.id: item.title for item in document.items if item.unit in ONCE_WORDS}
    wrong = [
        Problem(
            f"members[{at}].entries[{place}].quantity",
            f"“{once[entry.item]}”按月、按季度或一次性计，数量写 1",
        )
        for at, member in enumerate(facts.members)
        for place, entry in enumerate(member.entries)
        if entry.item in once and entry.quantity != 1
    ]
    if wrong:
        raise facts_refused(wrong)


def _excellent(document: SchemeDocument, members: Iterable[MemberFacts]) -> Iterator[dict[str, Any]]:
    if document.assessment is None:
        return
    full: dict[int, list[MemberFacts]] = defaultdict(list)
    for member in members:
        if member.status == "full":
            full[member.branch].append(member)
    for branch, own in sorted(full.items()):
        yield {
            "branch": branch,
            "full_members": len(own),
            "excellent": sum(member.grade == "excellent" for member in own),
            "allowed": excellent_allowed(document, len(own)),
        }


def _seats(document: SchemeDocument, results: Iterable[Result]) -> Iterator[dict[str, Any]]:
    for quota in document.quotas:
        groups: dict[int | None, list[Result]] = defaultdict(list)
        for one in results:
            groups[one.branch if quota.scope == "branch" else None].append(one)
        for branch, own in sorted(groups.items(), key=lambda group: group[0] or 0):
            yield {
                "star": quota.star,
                "branch": branch,
                "rated": sum(one.standing == "rated" for one in own),
                "all": len(own),
                "seats": seats_of(quota, [one.standing for one in own]),
                "given": sum(one.star_final == quota.star for one in own),
            }


def _member(document: SchemeDocument, member: MemberFacts, result: Result, cycle: str) -> dict[str, Any]:
    content = result_json(result)
    if not result.parts:
        return content
    _, sums = sums_of(document, member, cycle)
    span = span_of(document.cycle, cycle)
    with localcontext(EXACT):
        for part, told in zip(document.parts, content["parts"], strict=True):
            shares = sums.get(part.code, ())
            told["items"] = [_share(share) for share in shares]
            told |= _count(count_part(document, part, member, shares, span))
    lines = tally(document, member, cycle=cycle).lines
    return content | {"entries": [_line(line) for line in lines]}


def _share(share: Share) -> dict[str, Any]:
    content = {
        "titles": list(share.titles),
        "times": show(share.times),
        "uncapped": show(share.uncapped),
        "counted": show(share.counted),
        "highest_of_several": share.highest_of_several,
    }
    return content | (
        {"months": {month: show(points) for month, points in share.months}} if share.months else {}
    )


def _count(count: Count) -> dict[str, Any]:
    stretches = [
        {
            "month": one.period,
            "initial": _exact(one.initial),
            "sum": _exact(one.natural),
            "ceiling": None if one.ceiling is None else _exact(one.ceiling),
            "held": _exact(one.value),
        }
        for one in count.stretches
    ]
    return {"stretches": stretches, "factor": _exact(count.factor), "exact": _exact(count.subtotal)}


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": line.entry_id,
        "item": line.item,
        "part": line.part,
        "points": show(line.points),
        "counted": show(line.counted),
        "why": line.why,
    }


def _exact(value: Fraction) -> str:
    shown = round_half_up(value, MOST_PLACES)
    return show(shown) if shown == value else f"{value.numerator}/{value.denominator}"
