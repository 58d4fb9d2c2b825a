"""Members and branches for the tests of stars: so many entries of each item, numbered as posted."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from models.points.facts import Category, Entry, Facts, MemberFacts
from models.points.rating import rate
from models.points.result import Result
from models.points.schemes.document import SchemeDocument, canonical
from tests.points.strategies import an_entry, shipped

NUMBERS = count(1)
CYCLE = "2026Q4"


def entries_of(document: SchemeDocument, times: dict[str, int], period: str = "2026-10") -> tuple[Entry, ...]:
    """So many entries of each item; those by month one a month from October on."""
    items = {item.id: item for item in document.items}
    found = []
    for code, number in times.items():
        for at in range(number):
            month = f"2026-{10 + at}" if items[code].unit == "month" else period
            day = date(int(month[:4]), int(month[5:]), 1 + at)
            found.append(an_entry(next(NUMBERS), items[code], month, occurred_on=day))
    return tuple(found)


def a_member(number: int, times: dict[str, int] | None = None, **changes: Any) -> MemberFacts:
    """A full member of branch 1 under DEMO, graded 合格; `changes` replace any field."""
    values: dict[str, Any] = {"id": number, "branch": 1, "grade": "qualified"}
    values |= {"entries": entries_of(DEMO, times or {})}
    return MemberFacts(**(values | changes))


def changed_demo(**changes: Any) -> SchemeDocument:
    """DEMO with some of its top-level fields replaced."""
    content = json.loads(canonical(DEMO)) | changes
    return SchemeDocument.model_validate({key: value for key, value in content.items() if value is not None})


def rated(
    document: SchemeDocument, members: Iterable[MemberFacts], *, cycle: str = CYCLE, **seats: set[int]
) -> dict[int, Result]:
    """Rate; `seats` as five={…} name to whom the meeting gave the seats of a star."""
    stars = {"five": 5, "four": 4}
    given = tuple((stars[name], frozenset(ids)) for name, ids in seats.items())
    return {one.member_id: one for one in rate(document, Facts(cycle, tuple(members), given))}


def codes(result: Result) -> list[str]:
    """The reasons' words without the one that only tells the band."""
    return [reason.code for reason in result.reasons if reason.code != "band"]


def texts(result: Result) -> str:
    return "。".join(reason.text for reason in result.reasons)


def with_points(document: SchemeDocument, number: int, points: str, **changes: Any) -> MemberFacts:
    """A member under a scheme whose first item is worth 1 point each, with so many points."""
    entry = an_entry(next(NUMBERS), document.items[0], f"{CYCLE[:4]}-10", quantity=Decimal(points))
    return replace(a_member(number, **changes), entries=(entry,) if Decimal(points) else ())


DEMO = shipped("DEMO")
# What a member of the worked example did in the quarter.
MEMBER_A = {"absent_theme": 1, "late": 2, "volunteer": 8, "post_duty": 3, "mediation": 3}
MEMBER_A |= {"award_county": 1, "award_town": 1}
MEMBER_B = {"volunteer": 6, "post_duty": 3, "mediation": 3, "led_project": 2}
MEMBER_B |= {"award_county": 1, "innovation": 1}


def branch_of_twenty() -> list[MemberFacts]:
    """One exempt, three probationary, sixteen rated; five of seventeen full members graded 优秀."""
    task = {"volunteer": 6, "post_duty": 3}
    best = [
        MEMBER_B,  # 100
        task | {"mediation": 1, "led_project": 1},  # 97
        task | {"mediation": 3},  # 95, base 60
        task | {"mediation": 1, "led_project": 1, "dues_late": 1},  # 95, base 58
        task,  # 92
    ]
    members = [a_member(number, times, grade="excellent") for number, times in enumerate(best, start=1)]
    members += [a_member(number) for number in range(6, 17)]
    members.append(exempt(17))
    return members + [a_member(number, status="probationary", grade=None) for number in (18, 19, 20)]


def exempt(number: int, **changes: Any) -> MemberFacts:
    """A full member of a category that is 不参评, by the member's own wish."""
    ill = (Category("veteran_or_ill", date(2026, 3, 1)),)
    return a_member(number, categories=ill, **({"grade": None} | changes))
