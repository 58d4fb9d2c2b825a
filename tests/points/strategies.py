"""Schemes and entries of points: the shipped ones, a small one with every rule, and generated facts."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from models.points.cycle import months_of
from models.points.facts import Category, Entry, MemberFacts
from models.points.rating import Tally, tally
from models.points.schemes.document import Item, SchemeDocument
from models.points.schemes.reading import read_scheme

SHIPPED = Path(__file__).parents[2] / "models" / "points" / "schemes"
CYCLES = {"DEMO": "2026Q4", "ZONE": "2026", "ATTEND": "2026", "EVERY": "2026H2"}


def shipped(code: str) -> SchemeDocument:
    return read_scheme((SHIPPED / f"{code}.json").read_bytes())


def a_scheme(**changes: Any) -> dict[str, Any]:
    """A small valid scheme as JSON content; `changes` replace its top-level fields."""
    return {
        "code": "SMALL",
        "version": 1,
        "title": "小办法",
        "cycle": "year",
        "parts": [{"code": "task", "title": "履职"}],
        "items": [{"id": "help", "title": "帮扶", "part": "task", "pts": 1}],
        "rounding": {"scale": 1},
    } | changes


def every_rule() -> SchemeDocument:
    """A scheme in which each rule of items and parts can bite, plus and minus in one part."""
    attend = {"kinds": ["theme_day"], "status": ["absent"]}
    leave_early = {"kinds": ["theme_day"], "status": ["left_early"]}
    items: list[dict[str, Any]] = [
        {"id": "absent", "pts": "-2.5", "part": "base", "source": "attendance", "when": attend},
        {"id": "early", "pts": "-0.25", "part": "base", "source": "attendance", "when": leave_early},
        {"id": "clean", "pts": "-3", "part": "mixed", "cap": 7},
        {
            "id": "hours",
            "pts": "0.75",
            "part": "mixed",
            "unit": "hour",
            "cap_per_event": 2,
            "cap_per_month": 3,
        },
        {"id": "seasonal", "pts": 2, "part": "mixed", "unit": "quarter"},
        {"id": "cadre", "pts": 1, "part": "mixed", "applies_to": ["cadre"]},
        {"id": "post", "pts": "1.5", "part": "capped", "unit": "month", "cap": 4},
        {"id": "prize", "pts": 5, "part": "capped", "group": "prizes", "aggregate": "max", "cap": 6},
        {"id": "praise", "pts": 3, "part": "capped", "group": "prizes", "aggregate": "max", "cap": 6},
        {"id": "song", "pts": 1, "part": "capped", "group": "shows", "cap_per_month": 2, "cap": 3},
        {"id": "dance", "pts": "0.5", "part": "capped", "group": "shows", "cap_per_month": 2, "cap": 3},
    ]
    document = a_scheme(
        code="EVERY",
        cycle="half",
        parts=[
            {"code": "base", "title": "基础分", "initial": 10, "mode": "deduct_only", "floor": 1},
            {"code": "mixed", "title": "加减分", "initial": 2, "cap": 6, "floor": -4},
            {"code": "capped", "title": "履职", "cap": "9.5"},
        ],
        items=[item | {"title": f"项目{at}"} for at, item in enumerate(items)],
        rounding={"scale": 0},
        total={"min": 0, "max": 20},
    )
    return SchemeDocument.model_validate(document)


def tallied(
    document: SchemeDocument, entries: Sequence[Entry], *, cycle: str, category: str | None = None
) -> Tally:
    """The running total of a full member who all along has had this category, and no grade yet."""
    categories = (Category(category, date(2000, 1, 1)),) if category else ()
    return tally(document, MemberFacts(1, 1, categories=categories, entries=tuple(entries)), cycle=cycle)


def an_entry(number: int, item: Item, period: str = "2026-10", **changes: Any) -> Entry:
    """An entry of one unit of `item` on the number-th day of the month at the latest."""
    year, month = int(period[:4]), int(period[5:])
    quantity = Decimal(changes.pop("quantity", 1))
    values: dict[str, Any] = {
        "id": number,
        "item": item.id,
        "period": period,
        "occurred_on": date(year, month, min(max(number, 1), monthrange(year, month)[1])),
        "quantity": quantity,
        "points": item.pts * quantity,
        "source": item.source.value,
        "gathering_id": number if item.source == "attendance" else None,
        "reverses": None,
        "title": None,
    }
    return Entry(**(values | changes))


def a_reversal(number: int, of: Entry, period: str | None = None) -> Entry:
    return Entry(
        number,
        of.item,
        period or of.period,
        of.occurred_on,
        of.quantity,
        -of.points,
        of.source,
        of.gathering_id,
        of.id,
        "冲回",
    )


@st.composite
def entries(draw: st.DrawFn, document: SchemeDocument, most: int = 30) -> list[Entry]:
    """Facts of one member in one cycle, some of them reversed, in the order of posting."""
    months = months_of(CYCLES[document.code])
    facts: list[Entry] = []
    for number in range(1, draw(st.integers(0, most)) + 1):
        item = draw(st.sampled_from(document.items))
        period = draw(st.sampled_from(months))
        quantity = draw(st.integers(1, 16)) if item.unit == "hour" else 4
        facts.append(
            an_entry(
                number,
                item,
                period,
                occurred_on=date(int(period[:4]), int(period[5:]), draw(st.integers(1, 28))),
                quantity=Decimal(quantity) / 4,
                gathering_id=draw(st.integers(1, 5)) if item.source == "attendance" else None,
            )
        )
    undone = (
        draw(st.lists(st.sampled_from(facts), unique_by=lambda fact: fact.id, max_size=4)) if facts else []
    )
    return facts + [a_reversal(1000 + fact.id, fact) for fact in undone]


@st.composite
def cases(draw: st.DrawFn) -> tuple[SchemeDocument, Sequence[Entry]]:
    """A scheme and entries under it."""
    document = draw(st.sampled_from(DOCUMENTS))
    return document, draw(entries(document))


DOCUMENTS = (every_rule(), shipped("ZONE"), shipped("DEMO"), shipped("ATTEND"))
