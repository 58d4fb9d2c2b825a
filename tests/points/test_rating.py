"""The calculation by examples: the worked example, each rule alone, and what a member reads."""

from decimal import Decimal

import pytest

from models.points.facts import Entry
from models.points.rating import Tally
from models.points.schemes.document import SchemeDocument
from models.refused import Refused
from tests.points.strategies import a_reversal, a_scheme, an_entry, every_rule, shipped, tallied


def some(document: SchemeDocument, *facts: tuple[str, int], period: str = "2026-10") -> list[Entry]:
    """So many entries of each item, numbered as posted."""
    items = {item.id: item for item in document.items}
    codes = [code for code, times in facts for _ in range(times)]
    return [an_entry(number, items[code], period) for number, code in enumerate(codes, start=1)]


def subtotals(result: Tally) -> dict[str, Decimal]:
    return {part.code: part.subtotal for part in result.parts}


def whys(result: Tally) -> dict[str, str]:
    return {part.code: part.why for part in result.parts}


def one_item(cycle: str = "year", **item: object) -> SchemeDocument:
    content = {"id": "help", "title": "帮扶", "part": "task", "pts": 1} | item
    return SchemeDocument.model_validate(a_scheme(cycle=cycle, items=[content]))


def posts(document: SchemeDocument) -> list[Entry]:
    item = next(item for item in document.items if item.id == "post_duty")
    return [an_entry(100 + month, item, f"2026-{month}") for month in (10, 11, 12)]


def test_member_a_of_the_worked_example_has_55_15_and_5() -> None:
    demo = shipped("DEMO")
    facts = some(
        demo,
        ("absent_theme", 1),
        ("late", 2),
        ("volunteer", 8),
        ("mediation", 3),
        ("award_county", 1),
        ("award_town", 1),
    )
    result = tallied(demo, facts + posts(demo), cycle="2026Q4")
    assert subtotals(result) == {"base": 55, "task": 15, "assess": 0, "bonus": 5}
    assert result.total == 75  # and 15 for the grade, once it is decided: 90


def test_member_b_of_the_worked_example_has_60_20_and_8() -> None:
    demo = shipped("DEMO")
    facts = some(demo, ("volunteer", 6), ("mediation", 3), ("led_project", 2), ("award_county", 1))
    facts.append(an_entry(50, next(item for item in demo.items if item.id == "innovation")))
    result = tallied(demo, facts + posts(demo), cycle="2026Q4")
    assert subtotals(result) == {"base": 60, "task": 20, "assess": 0, "bonus": 8}
    assert str(result.total) == "88.0"
    assert whys(result)["task"] == (
        "志愿服务 6 次，计 6 分；设岗定责 3 个月，计 6 分；调解邻里纠纷 3 次，计 3 分；"
        "领办实事 2 次，计 8 分；合计 23 分，按上限计 20 分"
    )


def test_part_says_what_a_cap_cut() -> None:
    demo = shipped("DEMO")
    result = tallied(demo, some(demo, ("volunteer", 8), ("late", 5)), cycle="2026Q4")
    assert whys(result)["task"] == "志愿服务 8 次，按上限计 6 分"
    assert whys(result)["base"] == "起始 60 分；迟到 5 次，按上限扣 3 分"


def test_entries_beyond_the_cap_say_so_and_the_earlier_ones_count() -> None:
    demo = shipped("DEMO")
    lines = tallied(demo, some(demo, ("volunteer", 8)), cycle="2026Q4").lines
    assert [line.counted for line in lines] == [1, 1, 1, 1, 1, 1, 0, 0]
    assert [line.why for line in lines[5:7]] == ["每次加 1 分", "已到上限 6，合计时不计"]


def test_entry_at_the_edge_of_a_cap_counts_in_part() -> None:
    scheme = one_item(pts=2, cap=3)
    line = tallied(scheme, some(scheme, ("help", 2)), cycle="2026").lines[1]
    assert (str(line.points), str(line.counted), line.why) == ("2.0", "1.0", "按上限 3，这一条计 1 分")


def test_appraisal_is_pending_and_adds_nothing() -> None:
    part = tallied(shipped("ZONE"), [], cycle="2026").parts[2]
    assert part.pending
    assert (str(part.subtotal), part.why) == ("0.0", "待评，民主评议后计入，最多 20 分")


def test_year_begins_with_the_initial_points_and_no_deduction() -> None:
    result = tallied(shipped("ZONE"), [], cycle="2026")
    assert str(result.total) == "60.0"
    assert [(str(part.cap), part.why) for part in result.parts[:2]] == [
        ("60", "起始 60 分；没有扣分"),
        ("20", "还没有记录"),
    ]


def test_attendance_town_adds_one_a_meeting_up_to_thirty() -> None:
    town = shipped("ATTEND")
    attended = next(item for item in town.items if item.id == "attended")
    facts = [an_entry(number, attended, f"2026-{1 + number % 12:02d}") for number in range(1, 33)]
    result = tallied(town, facts, cycle="2026")
    assert subtotals(result) == {"org_life": 30, "duty": 0, "pledge": 0}
    assert whys(result)["org_life"] == "参加组织生活 32 次，计 32 分；合计 32 分，按上限计 30 分"
    assert result.lines[-1].why == "“组织生活”已到上限 30，合计时不计"


def test_reversal_frees_the_place_under_the_cap() -> None:
    scheme = one_item(cap=2)
    facts = some(scheme, ("help", 3))
    undone = tallied(scheme, [*facts, a_reversal(9, facts[0])], cycle="2026")
    assert undone.total == 2
    assert [line.entry_id for line in undone.lines] == [1, 9, 2, 3]
    assert [line.counted for line in undone.lines] == [0, 0, 1, 1]
    assert [line.why for line in undone.lines[:2]] == [
        "已由另一条冲回，两条都不计",
        "冲回10月1日的一条，两条都不计",
    ]


def test_reversal_counts_in_the_cycle_of_what_it_reverses() -> None:
    scheme = one_item("quarter")
    facts = some(scheme, ("help", 1), period="2026-09")
    facts.append(a_reversal(2, facts[0], period="2026-10"))
    assert len(tallied(scheme, facts, cycle="2026Q3").lines) == 2
    assert tallied(scheme, facts, cycle="2026Q4").lines == ()


def test_reversal_without_its_entry_at_hand_counts_nothing() -> None:
    scheme = one_item()
    facts = some(scheme, ("help", 2))
    result = tallied(scheme, [a_reversal(9, facts[0]), facts[1]], cycle="2026")
    assert result.total == 1
    assert result.lines[0].why == "冲回其他期的一条，本期不计"


def test_period_and_not_the_date_places_an_entry() -> None:
    scheme = one_item()
    january = some(scheme, ("help", 1), period="2027-01")[0]
    late = an_entry(2, scheme.items[0], "2026-12", occurred_on=january.occurred_on)
    assert [line.entry_id for line in tallied(scheme, [january, late], cycle="2026").lines] == [2]


def test_one_gathering_costs_its_largest_deduction_only() -> None:
    demo = shipped("DEMO")
    items = {item.id: item for item in demo.items}
    facts = [
        an_entry(1, items["late"], gathering_id=7),
        an_entry(2, items["absent_meeting"], gathering_id=7),
        an_entry(3, items["absent_theme"], gathering_id=7),
        an_entry(4, items["late"], gathering_id=8),
    ]
    result = tallied(demo, facts, cycle="2026Q4")
    assert [line.counted for line in result.lines] == [0, -5, 0, -1]
    assert result.lines[0].why == "同一次活动只扣最多的一项，这一条不扣"


def test_month_item_counts_once_a_month() -> None:
    scheme = one_item(unit="month", pts=2)
    facts = [an_entry(number, scheme.items[0], period) for number, period in ((1, "2026-10"), (2, "2026-10"))]
    facts.append(an_entry(3, scheme.items[0], "2026-11"))
    result = tallied(scheme, facts, cycle="2026")
    assert [line.counted for line in result.lines] == [2, 0, 2]
    assert whys(result)["task"] == "帮扶 2 个月，计 4 分"


def test_quarter_item_counts_once_a_quarter() -> None:
    scheme = one_item(unit="quarter", pts=2)
    months = ("2026-07", "2026-09", "2026-10")
    facts = [an_entry(number, scheme.items[0], month) for number, month in enumerate(months, start=1)]
    result = tallied(scheme, facts, cycle="2026")
    assert [line.counted for line in result.lines] == [2, 0, 2]
    assert result.lines[1].why == "每季度只计一次，这一条不计"


def test_cap_per_month_leaves_the_other_month_alone() -> None:
    scheme = one_item(cap_per_month=2, cap=3)
    facts = [an_entry(number, scheme.items[0], "2026-10") for number in (1, 2, 3)]
    facts += [an_entry(number, scheme.items[0], "2026-11") for number in (4, 5)]
    lines = tallied(scheme, facts, cycle="2026").lines
    assert [line.counted for line in lines] == [1, 1, 0, 1, 0]
    assert [lines[2].why, lines[4].why] == ["已到10月上限 2，合计时不计", "已到上限 3，合计时不计"]


def test_hours_are_multiplied_and_capped_by_event() -> None:
    scheme = one_item(unit="hour", pts="0.5", cap_per_event=1)
    facts = [
        an_entry(1, scheme.items[0], quantity="1.5"),
        an_entry(2, scheme.items[0], quantity=4),
    ]
    lines = tallied(scheme, facts, cycle="2026").lines
    assert [line.counted for line in lines] == [Decimal("0.75"), 1]
    assert [line.why for line in lines] == [
        "1.5 小时，每小时加 0.5 分",
        "按每次上限 1，这一条计 1 分",
    ]


def test_group_takes_its_highest() -> None:
    zone = shipped("ZONE")
    result = tallied(zone, some(zone, ("award_town", 2), ("award_county", 1)), cycle="2026")
    assert [line.counted for line in result.lines] == [0, 0, 5]
    assert whys(result)["bonus"] == "县级以上表彰、乡镇表彰，取最高一项，计 5 分"


def test_item_of_another_category_counts_nothing() -> None:
    scheme = one_item(applies_to=["cadre"])
    facts = some(scheme, ("help", 1))
    assert tallied(scheme, facts, cycle="2026", category="cadre").total == 1
    line = tallied(scheme, facts, cycle="2026", category="resident").lines[0]
    assert (str(line.counted), line.why) == ("0.0", "这个项目不适用于本人的类别，不计")


def test_item_of_another_scheme_counts_nothing() -> None:
    zone = shipped("ZONE")
    stranger = an_entry(1, one_item().items[0])
    line = tallied(zone, [stranger], cycle="2026").lines[0]
    assert (line.part, str(line.counted), line.why) == (None, "0.0", "本办法没有这个项目，不计")


def test_points_of_the_scheme_count_where_an_entry_was_posted_under_another() -> None:
    zone = shipped("ZONE")
    moved = an_entry(1, zone.items[0], points=Decimal(-3))
    line = tallied(zone, [moved], cycle="2026").lines[0]
    assert (str(line.points), str(line.counted), line.why) == ("-3.0", "-2.0", "按本办法计：每次扣 2 分")


def test_floor_holds_and_the_later_deduction_says_so() -> None:
    scheme = every_rule()
    result = tallied(scheme, some(scheme, ("absent", 5)), cycle="2026H2")
    assert result.parts[0].subtotal == 1
    assert [line.counted for line in result.lines] == [Decimal("-2.5")] * 3 + [Decimal("-1.5"), 0]
    assert [line.why for line in result.lines[3:]] == [
        "“基础分”按下限 1，这一条扣 1.5 分",
        "“基础分”已到下限 1，合计时不再扣",
    ]
    assert whys(result)["base"] == "起始 10 分；项目0 5 次，扣 12.5 分；合计 -2.5 分，按下限计 1 分"


def test_total_is_held_between_its_limits_and_the_raw_sum_is_kept() -> None:
    scheme = SchemeDocument.model_validate(a_scheme(total={"max": 2}))
    result = tallied(scheme, some(scheme, ("help", 3)), cycle="2026")
    assert (str(result.total), str(result.total_raw)) == ("2.0", "3.0")


@pytest.mark.parametrize(
    ("pts", "total"), [("0.25", "0.3"), ("-0.25", "-0.3"), ("0.24", "0.2"), ("-0.04", "0.0")]
)
def test_total_is_rounded_half_away_from_zero(pts: str, total: str) -> None:
    scheme = one_item(pts=pts)
    result = tallied(scheme, some(scheme, ("help", 1)), cycle="2026")
    assert str(result.total) == total
    assert str(result.lines[0].counted) == pts


def test_many_small_points_add_up_exactly() -> None:
    scheme = one_item(pts="0.1")
    assert str(tallied(scheme, some(scheme, ("help", 30)), cycle="2026").total_raw) == "3.0"


def test_title_of_the_fact_stands_before_the_title_of_the_item() -> None:
    scheme = one_item()
    facts = [an_entry(1, scheme.items[0], title="清扫村道"), an_entry(2, scheme.items[0])]
    assert [line.title for line in tallied(scheme, facts, cycle="2026").lines] == ["清扫村道", "帮扶"]


@pytest.mark.parametrize("cycle", ["2026Q4", "2026-11", "2026H1", "nonsense"])
def test_cycle_of_another_length_is_refused(cycle: str) -> None:
    with pytest.raises(Refused) as refused:
        tallied(shipped("ZONE"), [], cycle=cycle)
    assert refused.value.code == "cycle_invalid"


def test_entry_given_twice_is_a_fault() -> None:
    scheme = one_item()
    facts = some(scheme, ("help", 1))
    with pytest.raises(ValueError, match="twice"):
        tallied(scheme, facts * 2, cycle="2026")
