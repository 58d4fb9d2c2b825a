"""The worked example of the quarter, to the last number: members A, B and C, three branches, a year."""

from datetime import date
from decimal import Decimal

import pytest

from models.points.facts import Category, MemberFacts, VetoFact
from models.points.result import Result
from models.points.schemes.document import SchemeDocument
from models.points.seats import excellent_allowed
from models.points.year import year_of
from tests.points.rated import (
    DEMO,
    MEMBER_A,
    MEMBER_B,
    a_member,
    branch_of_twenty,
    changed_demo,
    codes,
    exempt,
    rated,
    texts,
)
from tests.points.strategies import a_scheme, an_entry


def subtotals(result: Result) -> dict[str, str]:
    return {part.code: str(part.subtotal) for part in result.parts}


def test_member_a_has_90_points_and_four_stars_for_the_grade_is_not_excellent() -> None:
    a = rated(DEMO, [a_member(1, MEMBER_A)])[1]
    assert subtotals(a) == {"base": "55.0", "task": "15.0", "assess": "15.0", "bonus": "5.0"}
    assert (str(a.total), str(a.total_raw)) == ("90.0", "90.0")
    assert (a.star_by_total, a.star_by_band, a.star_by_quota, a.star_final) == (5, 4, 4, 4)
    assert codes(a) == ["grade_below_min"]
    assert texts(a) == "总分 90 分，达到五星的 90 分；民主评议合格。五星要民主评议优秀"
    assert [part.why for part in a.parts] == [
        "起始 60 分；主题党日缺席 1 次，扣 3 分；迟到 2 次，扣 2 分",
        "志愿服务 8 次，按上限计 6 分；设岗定责 3 个月，计 6 分；调解邻里纠纷 3 次，计 3 分",
        "民主评议合格，计 15 分",
        "县级以上表彰、乡镇表彰，取最高一项，计 5 分",
    ]


def test_member_b_has_100_printed_and_108_kept_for_ties() -> None:
    others = [a_member(number) for number in range(2, 6)]
    b = rated(DEMO, [a_member(1, MEMBER_B, grade="excellent"), *others])[1]
    assert subtotals(b) == {"base": "60.0", "task": "20.0", "assess": "20.0", "bonus": "8.0"}
    assert (str(b.total), str(b.total_raw), b.star_final) == ("100.0", "108.0", 5)
    assert "合计 23 分，按上限计 20 分" in b.parts[1].why


def test_member_c_has_88_points_and_no_star_for_the_grade_is_unqualified() -> None:
    c = rated(DEMO, [a_member(1, MEMBER_B, grade="unqualified")])[1]
    assert subtotals(c) == {"base": "60.0", "task": "20.0", "assess": "0.0", "bonus": "8.0"}
    assert (str(c.total), c.star_by_total, c.star_by_band, c.star_final) == ("88.0", 4, None, None)
    assert codes(c) == ["grade_unqualified"]
    assert texts(c) == (
        "民主评议不合格，不评星级。总分 88 分，在 80 到 90 分之间；民主评议不合格；五星要 90 分以上"
    )


def test_branch_of_twenty_has_three_seats_and_the_third_goes_to_base_60() -> None:
    results = rated(DEMO, branch_of_twenty())
    assert [str(results[number].total) for number in range(1, 6)] == ["100.0", "97.0", "95.0", "95.0", "92.0"]
    assert [str(results[number].parts[0].subtotal) for number in (3, 4)] == ["60.0", "58.0"]
    assert [results[number].star_final for number in range(1, 6)] == [5, 5, 5, 4, 4]
    assert [results[number].star_by_band for number in (4, 5)] == [5, 5]
    assert [codes(results[number]) for number in (3, 4, 5)] == [[], ["quota"], ["quota"]]
    assert "五星名额 3 个，已经评满" in texts(results[4])
    assert [result.standing for result in results.values()].count("rated") == 16


def test_exempt_and_probationary_members_have_no_star_and_no_zero() -> None:
    results = rated(DEMO, branch_of_twenty())
    ill, new = results[17], results[18]
    assert (ill.standing, ill.total, ill.total_raw, ill.parts, ill.star_final) == (
        "exempt",
        None,
        None,
        (),
        None,
    )
    assert (new.standing, str(new.total), new.provisional, new.star_final) == (
        "probationary",
        "60.0",
        False,
        None,
    )
    assert (codes(ill), codes(new)) == (["exempt"], ["probationary"])


def branch_of_twenty_five(excellent: int) -> list[MemberFacts]:
    """21 full members, of whom 2 are exempt, and 4 probationary; so many of the full graded 优秀."""
    full = [a_member(n, grade="excellent" if n <= excellent else "qualified") for n in range(1, 20)]
    return [
        *full,
        *(exempt(n, grade="qualified") for n in (20, 21)),
        *(a_member(n, status="probationary", grade=None) for n in (22, 23, 24, 25)),
    ]


def test_branch_of_twenty_five_may_grade_seven_excellent_neither_eight_nor_six() -> None:
    assert excellent_allowed(DEMO, 21) == 7
    seven = rated(DEMO, branch_of_twenty_five(7))
    assert [one.star_final for one in seven.values() if one.standing == "rated"] == [4] * 7 + [3] * 12
    eight = rated(DEMO, branch_of_twenty_five(8))
    assert {one.star_final for one in eight.values()} == {None}
    assert {one.star_by_total for one in eight.values()} == {None}
    assert codes(eight[19]) == ["excellent_over_limit"]
    assert "支部评为优秀的有 8 人，正式党员 21 人，优秀最多 7 人" in texts(eight[19])
    assert eight[19].undecided


def test_excellent_grade_of_an_exempt_member_counts_for_the_limit() -> None:
    members = branch_of_twenty_five(7)
    members[19] = exempt(20, grade="excellent")
    assert {one.star_final for one in rated(DEMO, members).values()} == {None}


def test_branch_over_the_limit_leaves_other_branches_alone() -> None:
    members = [a_member(1, grade="excellent"), a_member(2, branch=2)]
    results = rated(DEMO, members)
    assert (results[1].star_final, results[2].star_final) == (None, 3)


def four_members() -> list[MemberFacts]:
    best = a_member(31, MEMBER_B, grade="excellent", branch=2)
    return [best, *(a_member(n, branch=2) for n in (32, 33, 34))]


QUOTA = {"star": 5, "max_ratio": "0.20"}


@pytest.mark.parametrize(("quota", "star"), [({}, 4), ({"min_one": True}, 5), ({"scope": "township"}, 5)])
def test_branch_of_four_has_no_seat_unless_one_is_kept_or_the_township_pools(
    quota: dict[str, object], star: int
) -> None:
    scheme = changed_demo(quotas=[QUOTA | quota])
    results = rated(scheme, branch_of_twenty() + four_members())
    assert results[31].star_final == star


def test_township_pool_is_one_contest_on_the_summed_base() -> None:
    scheme = changed_demo(quotas=[QUOTA | {"scope": "township"}])
    results = rated(scheme, branch_of_twenty() + four_members())
    given = [number for number, one in results.items() if one.star_final == 5]
    assert given == [1, 2, 3, 31]  # 20 rated in all: 4 seats
    assert "五星名额 4 个" in texts(results[4])


def test_year_of_member_a_is_the_mean_of_its_printed_totals() -> None:
    totals = [("2026Q1", "90"), ("2026Q2", "86"), ("2026Q3", "88.5"), ("2026Q4", "91")]
    year = year_of(DEMO, [(cycle, Decimal(total)) for cycle, total in totals], grade="qualified")
    assert year is not None
    assert (str(year.total_raw), str(year.total), year.star_by_band) == ("88.875", "88.9", 4)


def carry_over() -> SchemeDocument:
    """Base 20 in the first quarter, then a fifth of the last total; tasks are all that is added."""
    parts = [{"code": "base", "title": "基础分", "initial": 20}, {"code": "task", "title": "履职"}]
    return SchemeDocument.model_validate(
        a_scheme(cycle="quarter", parts=parts, initial_mode="carry_over", carry_over_rate="0.20")
    )


@pytest.mark.parametrize(
    ("cycle", "previous", "initial"),
    [
        ("2026Q2", "82.0", "16.4"),
        ("2026Q2", None, "20.0"),
        ("2026Q1", "82.0", "20.0"),
        ("2026Q3", "0", "0.0"),
    ],
)
def test_initial_points_are_carried_over_within_the_year(
    cycle: str, previous: str | None, initial: str
) -> None:
    before = None if previous is None else Decimal(previous)
    result = rated(carry_over(), [a_member(1, previous_total=before)], cycle=cycle)[1]
    assert str(result.parts[0].initial) == initial
    if initial == "16.4":
        assert result.parts[0].why.startswith("起始 16.4 分（上期总分 82 分的 20%）")


@pytest.mark.parametrize(
    ("points", "star", "label"), [(0, 2, "合格"), (9, 2, "合格"), (20, 4, "优秀"), (75, 5, "标兵")]
)
def test_open_ended_scheme_has_bands_by_name_and_no_ceiling(points: int, star: int, label: str) -> None:
    bands = [(5, 40, "标兵"), (4, 30, "优秀"), (3, 20, "良好"), (2, 10, "合格")]
    scheme = SchemeDocument.model_validate(
        a_scheme(
            cycle="quarter",
            parts=[{"code": "task", "title": "十加", "initial": 10}],
            bands=[{"star": star, "min": least, "label": name} for star, least, name in bands],
        )
    )
    entry = an_entry(1, scheme.items[0], quantity=points or 1)
    result = rated(scheme, [a_member(1, entries=(entry,) if points else (), grade=None)])[1]
    assert (str(result.total), result.star_final) == (f"{10 + points}.0", star)
    if star == 5:
        assert texts(result) == f"总分 85 分，达到{label}的 40 分"


def veto(effect: str, **more: object) -> SchemeDocument:
    return changed_demo(vetoes=[{"id": "law", "title": "违纪违法", "effect": effect} | more])


def test_veto_sets_the_total_to_zero_and_keeps_the_sum() -> None:
    decided = VetoFact("law", "2026Q4", "〔2026〕3号")
    one = rated(veto("set_zero"), [a_member(1, MEMBER_A, vetoes=(decided,))])[1]
    assert (str(one.total), str(one.total_raw), one.star_final) == ("0.0", "90.0", 1)
    assert texts(one).startswith("“违纪违法”，按 〔2026〕3号 总分计为 0 分。总分 0 分，在 0 到 60 分之间")


def test_floating_member_reports_and_proves_and_is_never_absent() -> None:
    items = [
        {"id": "absent_theme", "title": "主题党日无故缺席", "part": "base", "pts": -3,
         "applies_to": ["resident"]},
        {"id": "no_report", "title": "每季未报告", "part": "base", "pts": -5, "unit": "quarter",
         "applies_to": ["floating"]},
        {"id": "proof", "title": "流入地参加活动", "part": "task", "pts": 2, "applies_to": ["floating"]},
    ]  # fmt: skip
    parts = [
        part.model_dump(mode="json", exclude_defaults=True) for part in DEMO.parts if part.code != "bonus"
    ]
    parts[1].pop("cap")
    scheme = changed_demo(items=items, parts=parts)
    away = (Category("floating", date(2026, 1, 1)),)
    absent, report, proof = (an_entry(n, item) for n, item in enumerate(scheme.items, start=1))
    one = rated(scheme, [a_member(1, categories=away, entries=(absent, report, proof))])[1]
    assert subtotals(one) == {"base": "55.0", "task": "2.0", "assess": "15.0"}
