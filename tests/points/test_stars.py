"""Seats, ties, the meeting's decisions, vetoes and standings, each alone."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal

import pytest

from models.points.facts import Category, Facts, MemberFacts, VetoFact
from models.points.rating import rate
from models.points.result import Result, results_text
from models.points.schemes.document import SchemeDocument
from models.refused import Refused
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
    with_points,
)
from tests.points.strategies import a_scheme


def ladder(**changes: object) -> SchemeDocument:
    """A point is a point: 3 stars from 30, 2 from 20, 1 from 10; one seat in five for 3 stars."""
    content = {
        "cycle": "quarter",
        "bands": [{"star": star, "min": 10 * star} for star in (3, 2, 1)],
        "quotas": [{"star": 3, "max_ratio": "0.20"}],
    }
    return SchemeDocument.model_validate(a_scheme(**(content | changes)))


def people(scheme: SchemeDocument, *points: object, **changes: object) -> list[MemberFacts]:
    return [with_points(scheme, n, str(own), grade=None, **changes) for n, own in enumerate(points, start=1)]


def stars(results: dict[int, Result]) -> list[int | None]:
    return [results[number].star_final for number in sorted(results)]


def given(scheme: SchemeDocument, members: list[MemberFacts], star: int, ids: set[int]) -> dict[int, Result]:
    facts = Facts("2026Q4", tuple(members), ((star, frozenset(ids)),))
    return {one.member_id: one for one in rate(scheme, facts)}


def test_who_finds_no_seat_competes_one_star_lower() -> None:
    scheme = ladder(quotas=[{"star": 3, "max_ratio": "0.20"}, {"star": 2, "max_ratio": "0.20"}])
    results = rated(scheme, people(scheme, 36, 35, 34, 22, 11))
    assert stars(results) == [3, 2, 1, 1, 1]
    assert codes(results[3]) == ["quota", "quota"]


def test_equals_at_the_last_seat_wait_for_the_meeting_and_who_is_clearly_above_keeps_the_seat() -> None:
    scheme = ladder(quotas=[{"star": 3, "max_ratio": "0.40"}], tie_break=["total_raw", "meeting_decision"])
    results = rated(scheme, people(scheme, 36, 35, 35, 34, 11))
    assert stars(results) == [3, None, None, 2, 1]
    assert [results[number].star_by_band for number in (2, 3)] == [3, 3]
    assert (codes(results[2]), codes(results[3])) == (["meeting"], ["meeting"])
    assert "三星名额 2 个，条件相同的同志有 2 位，请会议评定" in texts(results[2])
    assert results[2].undecided
    assert not results[1].undecided


def test_meeting_gives_the_open_seat() -> None:
    scheme = ladder(quotas=[{"star": 3, "max_ratio": "0.40"}])
    results = given(scheme, people(scheme, 36, 35, 35, 34, 11), 3, {3})
    assert stars(results) == [3, 2, 3, 2, 1]
    assert (codes(results[2]), codes(results[3])) == (["quota"], ["meeting_seat"])
    assert not any(one.undecided for one in results.values())


def test_meeting_cannot_give_more_seats_than_are_open_nor_pass_over_who_is_above() -> None:
    scheme = ladder(quotas=[{"star": 3, "max_ratio": "0.40"}])
    members = people(scheme, 36, 35, 35, 34, 11)
    assert stars(given(scheme, members, 3, {2, 3})) == [3, None, None, 2, 1]
    results = given(scheme, members, 3, {4})
    assert stars(results) == [3, None, None, 2, 1]
    assert codes(results[4]) == ["quota", "meeting_not_applied"]


def test_seats_that_the_meeting_leaves_open_stay_open() -> None:
    scheme = ladder(quotas=[{"star": 3, "max_ratio": "0.40"}])
    assert stars(given(scheme, people(scheme, 35, 35, 35, 11, 11), 3, {1})) == [3, None, None, 1, 1]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([], [None, None]),
        (["total_raw"], [5, 4]),
        (["assessment_votes"], [4, 5]),
        (["base_subtotal"], [4, 5]),
        (["meeting_decision", "total_raw"], [None, None]),
        (["assessment_votes", "total_raw"], [4, 5]),
    ],
)
def test_ties_are_broken_by_what_the_scheme_lists_in_its_order_alone(
    keys: list[str], expected: list[int | None]
) -> None:
    scheme = changed_demo(tie_break=keys or None, total={"min": 0, "max": 95})
    more = MEMBER_B | {"dues_late": 1, "innovation": 2}
    members = [
        a_member(1, more, grade="excellent", votes=3),
        a_member(2, MEMBER_B | {"award_county": 0}, grade="excellent", votes=4),
        *(a_member(number) for number in range(3, 7)),
    ]
    results = rated(scheme, members)
    assert [str(results[n].total) for n in (1, 2)] == ["95.0", "95.0"]
    assert [results[n].star_final for n in (1, 2)] == expected


def test_names_numbers_and_order_decide_nothing() -> None:
    members = branch_of_twenty()
    turned = results_text(rate(DEMO, Facts("2026Q4", tuple(reversed(members)))))
    assert turned == results_text(rate(DEMO, Facts("2026Q4", tuple(members))))


def test_quota_only_reported_moves_nobody() -> None:
    scheme = ladder(quotas=[{"star": 3, "max_ratio": "0.20", "overflow": "report"}])
    results = rated(scheme, people(scheme, 36, 35, 34, 22, 11))
    assert stars(results) == [3, 3, 3, 2, 1]
    assert codes(results[1]) == ["quota_reported"]
    assert "三星名额 1 个，达到条件的有 3 位，请会议研究" in texts(results[1])


@pytest.mark.parametrize(("base", "seats"), [("rated", 3), ("all", 4)])
def test_base_of_the_seats_is_who_is_rated_or_everybody(base: str, seats: int) -> None:
    scheme = changed_demo(quotas=[{"star": 4, "max_ratio": "0.20", "base": base}])
    members = [one for one in branch_of_twenty() if one.id > 5]
    members += [a_member(number, MEMBER_B) for number in range(1, 6)]  # all 95, four stars
    text = texts(rated(scheme, members)[1])
    assert f"四星名额 {seats} 个" in text


def test_seats_are_rounded_down() -> None:
    scheme = ladder(quotas=[{"star": 3, "max_ratio": "1/3"}])
    assert stars(rated(scheme, people(scheme, 36, 35, 34, 33, 32))) == [3, 2, 2, 2, 2]
    assert stars(rated(scheme, people(scheme, 36, 35, 34, 33, 32, 31))) == [3, 3, 2, 2, 2, 2]


def test_meeting_lowers_and_raises_by_one_level() -> None:
    scheme = ladder(meeting_adjust=1, quotas=[])
    members = people(scheme, 36, 25, 12, 5)
    moved = [m if m.id == 4 else replace(m, adjust=-1) for m in members]
    results = rated(scheme, moved)
    assert stars(results) == [2, 1, None, None]
    assert [results[n].star_by_quota for n in (1, 2, 3)] == [3, 2, 1]
    assert codes(results[1]) == ["meeting_lowered"]
    raised = rated(scheme, [replace(m, adjust=1) for m in members])
    assert stars(raised) == [3, 3, 2, 1]
    assert [codes(raised[n]) for n in (1, 2, 4)] == [
        ["meeting_not_applied"],
        ["meeting_raised"],
        ["below_bands", "meeting_raised"],
    ]


def adjusted(members: list[MemberFacts], **by: Literal[-1, 1]) -> list[MemberFacts]:
    ways: dict[int, Literal[-1, 0, 1]] = {int(name[1:]): way for name, way in by.items()}
    return [replace(one, adjust=ways.get(one.id, 0)) for one in members]


def test_meeting_raises_into_a_quota_star_only_where_a_seat_is_free() -> None:
    scheme = ladder(meeting_adjust=1)
    members = people(scheme, 36, 25, 24, 12, 12)
    full = rated(scheme, adjusted(members, m2=1))
    assert stars(full) == [3, 2, 2, 1, 1]
    assert codes(full[2]) == ["meeting_not_applied"]
    assert "会议提出上调一级；三星没有空余名额，不作调整" in texts(full[2])
    freed = rated(scheme, adjusted(members, m1=-1, m2=1))
    assert stars(freed) == [2, 3, 2, 1, 1]
    both = rated(scheme, adjusted(members, m1=-1, m2=1, m3=1))
    assert stars(both) == [2, 3, 2, 1, 1]


def test_two_equals_raised_for_one_free_seat_wait_for_the_meeting() -> None:
    scheme = ladder(meeting_adjust=1)
    members = adjusted(people(scheme, 36, 25, 25, 12, 12), m1=-1, m2=1, m3=1)
    waiting = rated(scheme, members)
    assert stars(waiting) == [2, 2, 2, 1, 1]
    assert waiting[2].undecided
    assert waiting[3].undecided
    assert stars(given(scheme, members, 3, {3})) == [2, 2, 3, 1, 1]


def test_freed_seat_is_not_filled_by_calculation() -> None:
    scheme = ladder(meeting_adjust=1)
    assert stars(rated(scheme, adjusted(people(scheme, 36, 35, 24, 12, 12), m1=-1))) == [2, 2, 2, 1, 1]


def test_meeting_never_raises_above_what_grade_and_veto_allow() -> None:
    rules = {"meeting_adjust": 1, "quotas": None}
    a = rated(changed_demo(**rules), [a_member(1, MEMBER_A, adjust=1)])[1]
    assert (a.star_by_quota, a.star_final) == (4, 4)
    assert codes(a) == ["grade_below_min", "meeting_not_applied"]
    assert "民主评议等次或一票否决不允许评五星" in texts(a)
    low = rated(changed_demo(**rules), [a_member(1, MEMBER_B, grade="basically_qualified", adjust=1)])[1]
    assert (low.star_by_total, low.star_final) == (5, 2)
    assert codes(low) == ["max_star_of_grade", "meeting_not_applied"]


def test_meeting_of_a_scheme_without_this_rule_moves_nothing_and_is_told() -> None:
    with pytest.raises(Refused) as refused:
        rated(DEMO, [a_member(7, adjust=1)])
    assert refused.value.code == "facts_invalid"
    assert refused.value.extra["fields"] == [
        {"path": "members[id=7].adjust", "message": "本办法没有会议调整星级"}
    ]


def test_grade_that_is_missing_leaves_total_provisional_and_star_open() -> None:
    one = rated(DEMO, [a_member(1, MEMBER_A, grade=None)])[1]
    assert (str(one.total), one.provisional, one.star_by_total, one.star_final) == ("75.0", True, None, None)
    assert codes(one) == ["grade_missing"]
    assert one.parts[2].pending
    assert one.undecided


def test_basically_qualified_has_two_stars_at_most() -> None:
    one = rated(DEMO, [a_member(1, MEMBER_B, grade="basically_qualified")])[1]
    assert (str(one.total), one.star_by_total, one.star_by_band) == ("98.0", 5, 2)
    assert codes(one) == ["max_star_of_grade"]
    assert "民主评议基本合格，最高二星" in texts(one)


def test_unqualified_has_no_star_even_where_the_scheme_says_nothing() -> None:
    scheme = changed_demo(assessment={"points": {"excellent": 20, "qualified": 15, "basically_qualified": 10,
                                                 "unqualified": 10}})  # fmt: skip
    assert rated(scheme, [a_member(1, MEMBER_B, grade="unqualified")])[1].star_final is None


def test_below_the_lowest_band_there_is_no_star() -> None:
    scheme = ladder()
    one = rated(scheme, people(scheme, 5))[1]
    assert (one.star_by_total, one.star_final, codes(one)) == (None, None, ["below_bands"])
    assert texts(one) == "总分 5 分；一星要 10 分以上"


def test_band_that_asks_for_full_months_passes_over_who_came_late() -> None:
    bands = [{"star": 2, "min": 10, "min_months": 2}, {"star": 1, "min": 0}]
    scheme = ladder(bands=bands, quotas=[])
    came = [None, date(2026, 10, 1), date(2026, 11, 1), date(2026, 11, 2)]
    members = [with_points(scheme, n, "15", grade=None, since=day) for n, day in enumerate(came, start=1)]
    results = rated(scheme, members)
    assert stars(results) == [2, 2, 2, 1]
    assert codes(results[4]) == ["months_below_min"]
    assert "二星要在本支部满 2 个月，本期 1 个月" in texts(results[4])


def with_vetoes(*vetoes: dict[str, object], **changes: object) -> SchemeDocument:
    return changed_demo(vetoes=[{"title": "受到处理"} | veto for veto in vetoes], **changes)


def a_veto(code: str, cycle: str = "2026Q4", document: str = "〔2026〕3号") -> VetoFact:
    return VetoFact(code, cycle, document)


def test_veto_that_limits_the_star_acts_before_the_seats_and_takes_none() -> None:
    scheme = with_vetoes({"id": "low", "effect": "max_star", "max_star": 3})
    members = branch_of_twenty()
    members[0] = replace(members[0], vetoes=(a_veto("low"),))
    results = rated(scheme, members)
    assert (results[1].star_by_band, results[1].star_final) == (3, 3)
    assert [results[n].star_final for n in (2, 3, 4, 5)] == [5, 5, 5, 4]
    assert "“受到处理”，按 〔2026〕3号 最高三星" in texts(results[1])


def test_veto_out_of_the_rating_shows_the_total_without_a_star() -> None:
    scheme = with_vetoes({"id": "out", "effect": "not_rated"})
    one = rated(scheme, [a_member(1, MEMBER_A, vetoes=(a_veto("out"),))])[1]
    assert (str(one.total), one.star_by_total, one.star_by_band, one.star_final) == ("90.0", 5, None, None)
    assert codes(one) == ["veto_not_rated"]


def test_several_vetoes_all_apply_and_a_band_may_ask_for_none() -> None:
    bands = [{"star": 2, "min": 60, "no_veto": True}, {"star": 1, "min": 0}]
    scheme = with_vetoes(
        {"id": "talk", "effect": "manual"}, {"id": "zero", "effect": "set_zero"}, bands=bands, quotas=None
    )
    talked = rated(scheme, [a_member(1, MEMBER_A, vetoes=(a_veto("talk"),))])[1]
    assert (talked.star_by_total, talked.star_final) == (2, 1)
    assert codes(talked) == ["veto_manual", "veto_in_force"]
    both = rated(scheme, [a_member(1, MEMBER_A, vetoes=(a_veto("talk"), a_veto("zero")))])[1]
    assert (str(both.total), both.star_by_total, codes(both)) == ("0.0", 1, ["veto_set_zero", "veto_manual"])


@pytest.mark.parametrize(
    ("decided", "star"), [("2026Q4", 1), ("2026Q3", 1), ("2026Q2", 4), ("2027Q1", 4), ("2025Q4", 4)]
)
def test_veto_holds_for_its_cycles_and_no_longer(decided: str, star: int) -> None:
    scheme = with_vetoes({"id": "low", "effect": "max_star", "max_star": 1, "valid_cycles": 2})
    one = rated(scheme, [a_member(1, MEMBER_A, vetoes=(a_veto("low", decided),))])[1]
    assert one.star_final == star


def test_veto_without_a_document_is_refused_and_one_that_the_scheme_does_not_know() -> None:
    scheme = with_vetoes({"id": "low", "effect": "manual"})
    with pytest.raises(Refused) as refused:
        rated(scheme, [a_member(1, vetoes=(a_veto("low", document=" "),))])
    assert refused.value.code == "veto_without_document"
    with pytest.raises(Refused) as unknown:
        rated(scheme, [a_member(1, vetoes=(a_veto("other"),))])
    assert unknown.value.code == "facts_invalid"


@pytest.mark.parametrize(
    ("policy", "standing", "total", "star"),
    [
        ("score_only", "probationary", "75.0", None),
        ("none", "probationary", "None", None),
        ("rate", "rated", "75.0", 3),
    ],
)
def test_probationary_members_are_scored_rated_or_neither(
    policy: str, standing: str, total: str, star: int | None
) -> None:
    scheme = changed_demo(probationary=policy)
    one = rated(scheme, [a_member(1, MEMBER_A, status="probationary", grade=None)])[1]
    assert (one.standing, str(one.total), one.star_final) == (standing, total, star)
    assert not one.provisional


def test_grade_of_a_probationary_member_counts_nowhere_and_is_said() -> None:
    members = [a_member(1, MEMBER_A, status="probationary", grade="excellent"), a_member(2)]
    results = rated(DEMO, members)
    assert (str(results[1].total), results[1].grade) == ("75.0", None)
    assert codes(results[1]) == ["grade_not_counted", "probationary"]
    assert results[2].star_final == 3  # one excellent of one full member would be over the limit


def test_who_the_meeting_takes_out_is_not_in_the_base_either() -> None:
    scheme = ladder()
    members = people(scheme, 36, 12, 12, 12, 12)
    out = replace(members[4], not_rated=True)
    results = rated(scheme, [*members[:4], out])
    assert (results[5].standing, results[5].total, codes(results[5])) == ("not_rated", None, ["not_rated"])
    assert results[1].star_final == 2  # four rated: no seat


def test_exemption_is_that_of_the_last_day() -> None:
    ended = Category("veteran_or_ill", date(2026, 1, 1), date(2026, 12, 30))
    over = a_member(1, categories=(ended,))
    assert rated(DEMO, [over])[1].standing == "rated"
    assert rated(DEMO, [exempt(1)])[1].standing == "exempt"


def test_grade_of_the_host_branch_counts_and_is_said() -> None:
    one = rated(DEMO, [a_member(1, at_host=True)])[1]
    assert codes(one) == ["assessed_at_host"]
    assert one.star_final == 3


def test_nobody_reads_a_place_number() -> None:
    said = "".join(texts(one) for one in rated(DEMO, branch_of_twenty()).values())
    assert not any(word in said for word in ("第", "名次", "排名", "%"))


def test_results_are_decimal_texts_and_stars_or_nothing() -> None:
    text = results_text(rated(DEMO, [a_member(1, MEMBER_A), exempt(2)]).values())
    assert '"star_final":4' in text
    assert '"total":"90"' in text
    assert '"total":null' in text
    assert Decimal("90") == rated(DEMO, [a_member(1, MEMBER_A)])[1].total
