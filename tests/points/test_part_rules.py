"""Parts of the total: categories, months, weights, voices, outcomes; numbers that have no end."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from models.points.explanation import Share
from models.points.facts import Category, Entry, MemberFacts
from models.points.item_rules import sums_of
from models.points.rating import close, rate_sums, tally
from models.points.schemes.document import SchemeDocument
from tests.points.strategies import a_scheme, an_entry

Content = dict[str, Any]
FOREVER = date(2000, 1, 1)


def scheme(part: Content, *items: Content, **changes: Any) -> SchemeDocument:
    """A quarter with one part and items of 1 point in it."""
    content = {"code": "task", "title": "履职"} | part
    listed = [
        {"id": "help", "title": "帮扶", "part": content["code"], "pts": 1} | item for item in items or ({},)
    ]
    return SchemeDocument.model_validate(
        a_scheme(**({"cycle": "quarter", "parts": [content], "items": listed} | changes))
    )


def member(entries: Sequence[Entry] = (), **changes: Any) -> MemberFacts:
    return MemberFacts(1, 1, entries=tuple(entries), **changes)


def posted(document: SchemeDocument, *by_month: int) -> list[Entry]:
    """So many entries of the first item in October, November and December."""
    months = [month for month, times in zip((10, 11, 12), by_month, strict=False) for _ in range(times)]
    return [an_entry(n, document.items[0], f"2026-{month}") for n, month in enumerate(months, start=1)]


def exact(document: SchemeDocument, one: MemberFacts) -> Fraction:
    return close(document, one, sums_of(document, one, "2026Q4")[1], "2026Q4").total_raw


BY_CATEGORY = {
    "code": "base",
    "title": "基础分",
    "initial": 60,
    "mode": "deduct_only",
    "by_category": {"floating": {"initial": 50, "cap": 50}},
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (date(2026, 10, 1), "50"),  # floating on the first of all three months
        (date(2026, 10, 2), "160/3"),
        (date(2026, 11, 1), "160/3"),
        (date(2026, 11, 2), "170/3"),
        (date(2026, 12, 2), "60"),
    ],
)
def test_change_of_category_counts_by_the_category_on_each_month_s_first_day(
    change: date, expected: str
) -> None:
    document = scheme(BY_CATEGORY, {"pts": -2}, category_change="by_month")
    kinds = (
        Category("resident", FOREVER, date.fromordinal(change.toordinal() - 1)),
        Category("floating", change),
    )
    assert exact(document, member(categories=kinds)) == Fraction(expected)


def test_thirds_stay_thirds_until_the_total_is_rounded() -> None:
    document = scheme(BY_CATEGORY, {"pts": -2}, category_change="by_month", rounding={"scale": 2})
    kinds = (Category("resident", FOREVER, date(2026, 10, 31)), Category("floating", date(2026, 11, 1)))
    result = tally(document, member(posted(document, 1), categories=kinds), cycle="2026Q4")
    assert (str(result.total), str(result.total_raw)) == ("51.33", "51.333333")
    assert result.parts[0].why == "起始约 53.33 分（按各月的类别平均）；帮扶 1 次，扣 2 分"


def test_three_thirds_are_a_whole() -> None:
    """Three parts of a third each: a total of decimals would come to 49.999999 and fall below the band."""
    parts = [{"code": f"part{n}", "title": "基础", "initial": 50, "weight": "1/3"} for n in range(3)]
    items = [{"id": f"help{n}", "title": "帮扶", "part": f"part{n}", "pts": 1} for n in range(3)]
    document = SchemeDocument.model_validate(
        a_scheme(cycle="quarter", parts=parts, items=items, rounding={"scale": 0},
                 bands=[{"star": 1, "min": 50}])
    )  # fmt: skip
    assert exact(document, member()) == 50
    assert rate_sums(document, "2026Q4", [(member(), {})])[0].star_final == 1


def test_who_joins_begins_with_the_whole_of_the_category_joined_in() -> None:
    document = scheme({"by_category": {"resident": {"initial": 60}}}, category_change="by_month")
    came = date(2026, 11, 15)
    one = member(since=came, categories=(Category("resident", came),))
    assert exact(document, one) == 60


def test_who_joins_keeps_the_mean_of_what_changes_afterwards() -> None:
    document = scheme(BY_CATEGORY, {"pts": -2}, category_change="by_month")
    categories = (
        Category("floating", date(2026, 10, 15), date(2026, 11, 20)),
        Category("resident", date(2026, 11, 21)),
    )
    assert exact(document, member(since=date(2026, 10, 15), categories=categories)) == Fraction(160, 3)


def test_without_the_change_by_month_the_category_of_the_last_day_counts() -> None:
    document = scheme(BY_CATEGORY, {"pts": -2})
    late = (Category("floating", date(2026, 12, 31)),)
    assert exact(document, member(categories=late)) == 50
    assert exact(document, member(categories=(Category("floating", FOREVER, date(2026, 12, 30)),))) == 60
    assert exact(document, member()) == 60


def test_cap_of_a_category_is_a_mean_too_and_cuts_the_later_lines() -> None:
    rules = {"cap": 6, "by_category": {"floating": {"cap": 3}}}
    document = scheme(rules, category_change="by_month")
    kinds = (Category("resident", FOREVER, date(2026, 11, 30)), Category("floating", date(2026, 12, 1)))
    result = tally(document, member(posted(document, 4, 4), categories=kinds), cycle="2026Q4")
    assert (str(result.total), str(result.parts[0].cap)) == ("5.0", "5")
    assert [line.counted for line in result.lines] == [1, 1, 1, 1, 1, 0, 0, 0]
    assert result.parts[0].why == "帮扶 8 次，计 8 分；合计 8 分，按上限计 5 分"


def test_entries_go_by_the_category_of_their_own_day() -> None:
    document = scheme({}, {"applies_to": ["floating"]})
    kinds = (Category("resident", FOREVER, date(2026, 10, 4)), Category("floating", date(2026, 10, 5)))
    days = [an_entry(n, document.items[0], occurred_on=date(2026, 10, n)) for n in (3, 4, 5, 6)]
    result = tally(document, member(days, categories=kinds), cycle="2026Q4")
    assert [line.counted for line in result.lines] == [0, 0, 1, 1]
    assert result.lines[0].why == "这个项目不适用于本人的类别，不计"


def test_months_are_held_to_their_limits_by_themselves_and_then_averaged() -> None:
    document = scheme({"by_month": "mean", "initial": 2, "cap": 4}, rounding={"scale": 2})
    result = tally(document, member(posted(document, 5, 1, 0)), cycle="2026Q4")
    assert exact(document, member(posted(document, 5, 1, 0))) == 3  # (4 + 3 + 2) / 3
    assert result.parts[0].why == "每月起始 2 分；帮扶 6 次，计 6 分；逐月按上限、下限计分再平均，计 3 分"
    assert [line.why for line in result.lines[2:4]] == [
        "“履职”10月已到上限 4，合计时不计",
        "“履职”10月已到上限 4，合计时不计",
    ]
    assert result.lines[0].why == "每次加 1 分，折算计入总分约 0.33 分"


def test_months_may_be_added_instead() -> None:
    document = scheme({"by_month": "sum", "cap": 2, "floor": 0})
    assert exact(document, member(posted(document, 5, 1, 0))) == 3
    result = tally(document, member(posted(document, 5, 1, 0)), cycle="2026Q4")
    assert result.parts[0].why == "帮扶 6 次，计 6 分；逐月按上限、下限计分再相加，计 3 分"
    assert str(result.parts[0].cap) == "6"


def test_mean_of_months_is_a_fraction() -> None:
    document = scheme({"by_month": "mean"})
    one = member(posted(document, 1, 0, 0))
    assert exact(document, one) == Fraction(1, 3)
    assert (
        tally(document, one, cycle="2026Q4").parts[0].why
        == "帮扶 1 次，计 1 分；逐月计分再平均，计约 0.33 分"
    )


def test_months_by_category_each_have_their_own_rule() -> None:
    rules = {"by_month": "sum", "initial": 2, "by_category": {"floating": {"initial": 5}}}
    document = scheme(rules, category_change="by_month")
    kinds = (Category("floating", FOREVER, date(2026, 11, 15)),)
    assert exact(document, member(categories=kinds)) == 5 + 5 + 2
    assert "每月起始分按当月类别计" in tally(document, member(categories=kinds), cycle="2026Q4").parts[0].why


def test_sums_tell_the_months_only_where_the_part_asks() -> None:
    document = scheme({"by_month": "mean"}, {"cap_per_month": 2})
    _, sums = sums_of(document, member(posted(document, 3, 0, 1)), "2026Q4")
    assert sums == {
        "task": (
            Share(("帮扶",), "event", Decimal(4), Decimal(4), Decimal(3), highest_of_several=False,
                  months=(("2026-10", Decimal(2)), ("2026-12", Decimal(1)))),
        )
    }  # fmt: skip
    plain = scheme({})
    assert sums_of(plain, member(posted(plain, 1)), "2026Q4")[1]["task"][0].months == ()


def test_weight_comes_after_the_limits_of_the_part() -> None:
    document = scheme({"cap": 5, "weight": "0.4"})
    one = member(posted(document, 8))
    result = tally(document, one, cycle="2026Q4")
    assert (str(result.total), str(result.parts[0].cap)) == ("2.0", "2")
    assert result.parts[0].why == "帮扶 8 次，计 8 分；合计 8 分，按上限计 5 分；按权重 40% 计 2 分"


def with_voices(**changes: Any) -> SchemeDocument:
    points = {"excellent": 20, "qualified": 15, "basically_qualified": 10, "unqualified": 0}
    parts = [{"code": "task", "title": "履职"}, {"code": "assess", "title": "民主评议", "cap": 20}]
    bands = [{"star": 2, "min": 10, "min_grade": "excellent"}, {"star": 1, "min": 0}]
    rule = {"points": points, "weights": {"self": "1/3", "mutual": "2/3"}}
    return SchemeDocument.model_validate(
        a_scheme(cycle="quarter", parts=parts, assessment=rule, bands=bands) | changes
    )


def test_voices_weigh_into_the_points_and_the_decided_grade_into_the_star() -> None:
    document = with_voices()
    told = (("mutual", "qualified"), ("self", "excellent"))
    one = rate_sums(document, "2026Q4", [(member(grade="qualified", voices=told), {})])[0]
    assert (str(one.total), str(one.total_raw), one.star_final) == ("16.7", "16.666667", 1)
    assert one.parts[1].why == "自评优秀、互评合格，按权重计约 16.67 分"


def test_voice_that_is_missing_leaves_the_star_open() -> None:
    told = (("self", "excellent"),)
    one = rate_sums(with_voices(), "2026Q4", [(member(grade="qualified", voices=told), {})])[0]
    assert (one.star_final, one.provisional) == (None, True)
    assert [reason.text for reason in one.reasons] == ["民主评议还缺互评的等次，总分是暂计的，星级待评"]


def test_outcomes_stand_instead_of_points() -> None:
    document = scheme({}, {"pts": 0, "levels": {"按时": 2, "迟报": 0, "未报": -2}})
    told = ("按时", "未报", "迟报", None, "不详")
    entries = [an_entry(n, document.items[0], level=level) for n, level in enumerate(told, start=1)]
    result = tally(document, member(entries), cycle="2026Q4")
    assert [line.counted for line in result.lines] == [2, -2, 0, 0, 0]
    assert [line.why for line in result.lines[:4]] == [
        "按本办法计：结果“按时”，加 2 分",
        "按本办法计：结果“未报”，扣 2 分",
        "结果“迟报”，加 0 分",
        "没有写明办法里有的结果，不计",
    ]


def test_limit_of_outcomes_holds_on_both_sides_and_cuts_the_side_that_is_too_much() -> None:
    document = scheme({}, {"pts": 0, "levels": {"好": 3, "差": -2}, "cap": 4})
    up = [
        an_entry(n, document.items[0], level=level)
        for n, level in enumerate(["好", "差", "好", "好"], start=1)
    ]
    result = tally(document, member(up), cycle="2026Q4")
    assert [line.counted for line in result.lines] == [3, -2, 3, 0]
    down = [an_entry(n, document.items[0], level="差") for n in (1, 2, 3)]
    assert tally(document, member(down), cycle="2026Q4").total == -4


def test_limits_cut_what_belongs_to_the_latest_month_first() -> None:
    document = scheme({}, {"cap": 1})
    late = an_entry(1, document.items[0], "2026-10", occurred_on=date(2026, 12, 9))
    early = an_entry(2, document.items[0], "2026-11", occurred_on=date(2026, 11, 9))
    result = tally(document, member([late, early]), cycle="2026Q4")
    assert [line.entry_id for line in result.lines] == [2, 1]
    assert [line.counted for line in result.lines] == [0, 1]


def test_largest_of_a_month_lives_whatever_was_posted_first() -> None:
    document = scheme(
        {}, {"unit": "month", "group": "post"}, {"id": "more", "unit": "month", "group": "post", "pts": 2}
    )
    small, large = (an_entry(n, item) for n, item in enumerate(document.items, start=1))
    assert exact(document, member([small, large])) == 2


def test_largest_of_a_group_tells_what_it_was_chosen_from() -> None:
    award = {"group": "award", "aggregate": "max", "cap": 4}
    document = scheme({}, award, award | {"id": "more", "title": "表彰", "pts": 5})
    entries = [an_entry(n, item) for n, item in enumerate(document.items, start=1)]
    _, sums = sums_of(document, member(entries), "2026Q4")
    assert sums["task"] == (Share(("帮扶", "表彰"), "event", Decimal(1), Decimal(6), Decimal(4), True),)
