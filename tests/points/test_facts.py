"""The facts that a rating is made from, as JSON: read strictly, refused place by place."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from models.points.facts import Category, VetoFact, read_facts
from models.refused import Refused

Content = dict[str, Any]


def an_entry(**changes: Any) -> Content:
    return {
        "id": 1,
        "item": "late",
        "period": "2026-10",
        "occurred_on": "2026-10-25",
        "quantity": "1",
        "points": "-1",
        "source": "attendance",
        "gathering_id": 7,
    } | changes


def some_facts(*members: Content, **changes: Any) -> Content:
    listed = [{"id": number, "branch": 1} | member for number, member in enumerate(members, start=1)]
    return {"cycle": "2026Q4", "members": listed} | changes


def complaints(content: Content) -> dict[str, str]:
    with pytest.raises(Refused) as refused:
        read_facts(json.dumps(content))
    assert refused.value.code == "facts_invalid"
    return {field["path"]: field["message"] for field in refused.value.extra["fields"]}


def test_facts_are_read_whole() -> None:
    content = some_facts(
        {
            "grade": "qualified",
            "votes": 3,
            "categories": [{"code": "floating", "from_on": "2026-01-01", "to_on": None}],
            "voices": {"self": "excellent", "mutual": "qualified"},
            "vetoes": [{"id": "law", "cycle": "2026Q3", "document": "〔2026〕3号"}],
            "previous_total": "82.0",
            "since": "2026-11-01",
            "entries": [an_entry(gathering_id=7), an_entry(id=2, points="0.5", quantity="1.25", level="好")],
        },
        seats={"5": [1]},
    )
    facts = read_facts(json.dumps(content))
    member = facts.members[0]
    assert facts.seats == ((5, frozenset({1})),)
    assert member.categories == (Category("floating", date(2026, 1, 1)),)
    assert member.voices == (("mutual", "qualified"), ("self", "excellent"))
    assert member.vetoes == (VetoFact("law", "2026Q3", "〔2026〕3号"),)
    assert (member.previous_total, member.since) == (Decimal("82.0"), date(2026, 11, 1))
    assert (member.entries[1].quantity, member.entries[1].level) == (Decimal("1.25"), "好")


def test_numbers_may_be_written_as_numbers_and_stay_as_written() -> None:
    text = json.dumps(some_facts({"entries": [an_entry(quantity=1)]})).replace('"-1"', "-0.1")
    entry = read_facts(text).members[0].entries[0]
    assert (str(entry.points), str(entry.quantity)) == ("-0.1", "1")


@pytest.mark.parametrize(
    ("content", "path", "message"),
    [
        (some_facts(cycle="2026Q5"), "cycle", "写成 2026、2026H2、2026Q4 或 2026-11 这样"),
        (some_facts({"status": "suspended"}), "members[0].status", "只能是 full、probationary"),
        (some_facts({"grade": "good"}), "members[0].grade", "只能是"),
        (some_facts({"adjust": 2}), "members[0].adjust", "只能是"),
        (some_facts({"rank": 1}), "members[0].rank", "不认识这一项"),
        (some_facts({"votes": -1}), "members[0].votes", "最小是 0"),
        (some_facts({"since": "2026-13-01"}), "members[0].since", "日期写成"),
        (some_facts({"since": 20260101}), "members[0].since", "日期写成"),
        (some_facts({"entries": [an_entry(quantity="0")]}), "members[0].entries[0].quantity", "大于 0"),
        (some_facts({"entries": [an_entry(points="1e3")]}), "members[0].entries[0].points", "最多 4 位小数"),
        (some_facts({"entries": [an_entry(points=True)]}), "members[0].entries[0].points", "最多 4 位小数"),
        (some_facts({"entries": [an_entry(period="2026-13")]}), "members[0].entries[0].period", "2026-11"),
        (some_facts({"entries": [an_entry(source="login")]}), "members[0].entries[0].source", "只能是"),
        (some_facts({"entries": [an_entry(source="attendance", gathering_id=None)]}),
         "members[0].entries[0].gathering_id", "活动的编号"),
        (some_facts({"id": "1"}), "members[0].id", "应当是整数"),
        (some_facts({"id": 2}, {}), "members[0].id", "同一个编号写了两次"),
        (some_facts({"entries": [an_entry(), an_entry()]}), "members[0].entries[1].id", "同一个编号写了两次"),
        (some_facts({}, seats={"11": [1]}), "seats", "星级写成 1 到 10"),
        (some_facts({}, seats=[1]), "seats", "应当是一组"),
        ([], "", "应当是一组"),
    ],
)  # fmt: skip
def test_refusal_names_the_place_and_the_reason(content: Content, path: str, message: str) -> None:
    assert message in complaints(content)[path]


def test_one_day_has_one_category() -> None:
    spells = [
        {"code": "resident", "from_on": "2026-01-01", "to_on": "2026-11-01"},
        {"code": "floating", "from_on": "2026-11-01", "to_on": None},
    ]
    assert complaints(some_facts({"categories": spells})) == {
        "members[0].categories": "同一天只能属于一个类别"
    }


def test_spell_called_off_before_it_began_covers_no_day() -> None:
    spells = [
        {"code": "resident", "from_on": "2026-01-01"},
        {"code": "floating", "from_on": "2026-11-01", "to_on": "2026-10-31"},
    ]
    member = read_facts(json.dumps(some_facts({"categories": spells}))).members[0]
    assert member.category(date(2026, 11, 1)) == "resident"


def test_entry_is_taken_back_once_and_a_reversal_never() -> None:
    first, second = an_entry(id=2, reverses=1), an_entry(id=3, reverses=1)
    assert set(complaints(some_facts({"entries": [an_entry(), first, second]}))) == {
        "members[0].entries[1].reverses",
        "members[0].entries[2].reverses",
    }
    again = an_entry(id=3, reverses=2)
    assert complaints(some_facts({"entries": [an_entry(), first, again]})) == {
        "members[0].entries[2].reverses": "冲回的一条不能再冲回"
    }
