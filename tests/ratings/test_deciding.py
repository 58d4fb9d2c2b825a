"""What the meeting decides is written down by people; the calculation only says what follows."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.people.member import MemberStatus, SpellKind
from models.points.schemes.published import document_of
from models.ratings.meeting.decision import GradeKind, MemberGrade, RulingKind
from models.ratings.meeting.grades import Graded
from models.ratings.meeting.ruling import rule, unrule
from models.ratings.meeting.vetoing import lift_veto, record_veto
from models.ratings.procedure.listing import differences, ratings_below, results_of
from models.ratings.procedure.rating import Act, RatingState
from models.ratings.runs.branch_facts import standing_in
from models.ratings.runs.results import RatingRun
from models.ratings.runs.run import run_rating
from models.refused import Refused
from tests.factories import a_branch, a_group, a_member, a_spell, a_township, a_zone
from tests.ratings.walk import DAY, EXCELLENT, JANUARY, MEETING, QUALIFIED, Walk, a_walk, refused

VETOES = [
    {"id": "discipline", "title": "受党纪处分", "effect": "max_star", "max_star": 2},
    {"id": "breach", "title": "违法", "effect": "not_rated", "valid_cycles": 2},
]


def rules(walk: Walk, number: int, kind: RulingKind, star: int | None = None) -> None:
    rule(
        walk.session, walk.id, walk.members[number].id, kind, star, reason="会议研究决定",
        decided_on=MEETING, by=walk.secretary.id, now=JANUARY,
    )  # fmt: skip


def runs(walk: Walk) -> RatingRun:
    return run_rating(walk.session, walk.id, by=walk.secretary.id, now=JANUARY)


def test_run_keeps_every_number_of_everybody_by_group_and_surname(session: Session) -> None:
    walk = a_walk(session, full=2)
    group = a_group(session, walk.branch)
    last = a_member(session, walk.branch, "安建国", group=group)
    walk.members.append(last)
    walk.earns(last, "volunteer", "1", times=2)
    walk.begins().grades([], {last: EXCELLENT})
    run = runs(walk)
    rows = results_of(session, run.id)
    assert [row.member.name for row in rows] == ["党员01", "党员02", "安建国"]
    result = rows[-1].result
    assert (result.total, result.grade, result.star_final) == (Decimal("82.0"), "excellent", 4)
    parts = {part["code"]: part["subtotal"] for part in result.detail["parts"]}
    assert parts == {"base": "60", "task": "2", "assess": "20", "bonus": "0"}


def test_running_again_without_a_change_gives_the_same_run(session: Session) -> None:
    walk = a_walk(session, full=3).begins().grades()
    first = runs(walk)
    assert runs(walk).id == first.id
    walk.earns(walk.members[0], "volunteer", "1")
    second = runs(walk)
    assert second.number == 2
    changed = differences(session, second.id)
    assert [(one.member.name, one.changes) for one in changed] == [
        ("党员01", {"total": (Decimal("75.0000"), Decimal("76.0000"))})
    ]
    assert differences(session, first.id) == []


def test_grade_is_written_by_whoever_leads_and_taken_back_by_them(session: Session) -> None:
    walk = a_walk(session, full=3, probationary=1).begins()
    one, two, three, young = walk.members
    walk.writes({one.id: Graded(EXCELLENT, votes=4, at_host=True), two.id: Graded(QUALIFIED)})
    walk.writes({one.id: None, two.id: Graded(GradeKind.BASICALLY_QUALIFIED)})
    rows = session.scalars(select(MemberGrade).where(MemberGrade.rating_id == walk.id)).all()
    assert [(row.member_id, row.grade) for row in rows] == [(two.id, GradeKind.BASICALLY_QUALIFIED)]
    told = {
        three.id: Graded(QUALIFIED, votes=5),
        young.id: Graded(QUALIFIED),
        10**9: Graded(QUALIFIED),
        two.id: Graded(QUALIFIED, voices={"self": QUALIFIED}),
    }
    with refused("bad_grades") as caught:
        walk.writes(told)
    assert caught.value.extra["fields"] == {
        str(three.id): "党员03的优秀票应当是 0 到 4",
        str(young.id): "预备1是预备党员，不评等次",
        str(10**9): "名册上没有这位同志",
        str(two.id): "党员02：这一版积分办法不计“self”的评议",
    }
    with refused("bad_grades"):
        walk.writes({one.id: Graded(QUALIFIED)}, decided_on=date(2027, 1, 12))


def test_scheme_without_an_appraisal_asks_no_grades(session: Session) -> None:
    parts = [{"code": "base", "title": "基础分", "initial": 60, "mode": "deduct_only", "floor": 0}]
    items = [{"id": "late", "title": "迟到", "part": "base", "pts": "-0.5"}]
    walk = a_walk(
        session, full=3, parts=parts, items=items, assessment=None, bands=[{"star": 1, "min": 0}],
        quotas=[], grade_source=None,
    )  # fmt: skip
    walk.begins()
    with refused("grades_not_asked"):
        walk.grades()
    walk.meets()
    assert walk.stars() == {"党员01": 1, "党员02": 1, "党员03": 1}


def test_meeting_is_not_done_while_a_grade_is_missing(session: Session) -> None:
    walk = a_walk(session, full=3).begins().grades()
    walk.writes({walk.members[1].id: None})
    with refused("grade_missing") as caught:
        walk.meets()
    assert caught.value.message == "还有 1 位同志没有民主评议等次：党员02"
    assert session.scalar(select(func.count()).select_from(RatingRun)) == 0


def test_at_most_a_third_of_the_full_members_is_excellent(session: Session) -> None:
    walk = a_walk(session, full=17, probationary=3)
    a_spell(session, walk.members[16], SpellKind.CATEGORY, code="veteran_or_ill")
    walk.begins().grades(walk.members[:6])
    with refused("excellent_over_limit") as caught:
        walk.meets()
    assert "优秀最多 5 人" in caught.value.message
    assert "党员01、党员02、党员03" in caught.value.message
    walk.writes({walk.members[0].id: Graded(QUALIFIED)})
    walk.meets()


def test_scheme_cannot_allow_more_than_the_third(session: Session) -> None:
    assessment = {
        "points": {"excellent": 20, "qualified": 15, "basically_qualified": 10, "unqualified": 0},
        "max_excellent_ratio": "1/2",
    }
    walk = a_walk(session, full=6, assessment=assessment)
    walk.begins().grades(walk.members[:3])
    with refused("excellent_over_limit"):
        walk.meets()


def test_county_that_asks_for_lower_grades_gets_them(session: Session) -> None:
    points = {"excellent": 20, "qualified": 15, "basically_qualified": 10, "unqualified": 0}
    walk = a_walk(session, full=11, assessment={"points": points, "min_low_ratio": "1/10"})
    lower = {walk.members[0]: GradeKind.BASICALLY_QUALIFIED}
    walk.begins().grades([], lower)
    with refused("low_grades_missing") as caught:
        walk.meets()
    assert "不少于 2 人，现在是 1 人" in caught.value.message
    walk.grades([], lower | {walk.members[1]: GradeKind.UNQUALIFIED})
    walk.meets()


def at_the_last_seat(session: Session) -> Walk:
    """Ten members, two seats of five stars, three who stand equal for the second, one above."""
    walk = a_walk(session, full=10)
    for member in walk.members[:4]:
        walk.earns(member, "award_county", "5")
        for month in ("03", "04", "05", "06"):
            walk.earns(member, "volunteer", "1", times=2, month=f"2026-{month}")
    walk.earns(walk.members[0], "led_project", "3", times=2)
    return walk


def test_seat_that_a_tie_left_open_is_given_by_the_meeting(session: Session) -> None:
    walk = at_the_last_seat(session)
    walk.begins().grades(walk.members[:3])
    walk.writes({walk.members[3].id: Graded(QUALIFIED)})
    with refused("tie_open") as caught:
        walk.meets()
    assert "党员02、党员03" in caught.value.message
    with refused("no_tie"):
        rules(walk, 0, RulingKind.SEAT, 5)  # has a seat without anybody's word


def test_named_member_has_the_seat_and_the_others_one_star_less(session: Session) -> None:
    walk = at_the_last_seat(session)
    walk.begins().grades(walk.members[:3])
    rules(walk, 1, RulingKind.SEAT, 5)
    walk.meets()
    stars = walk.stars()
    assert (stars["党员01"], stars["党员02"], stars["党员03"]) == (5, 5, 4)


def test_no_more_seats_are_given_than_there_are(session: Session) -> None:
    walk = at_the_last_seat(session)
    walk.begins().grades(walk.members[:3])
    rules(walk, 1, RulingKind.SEAT, 5)
    with refused("no_tie"):
        rules(walk, 2, RulingKind.SEAT, 5)


@pytest.mark.parametrize("star", [None, 0, -1, 3, 11, 10**12])
def test_there_is_no_seat_of_a_star_without_a_quota(session: Session, star: int | None) -> None:
    walk = at_the_last_seat(session)
    walk.begins().grades(walk.members[:3])
    with refused("no_tie"):
        rules(walk, 1, RulingKind.SEAT, star)


def test_meeting_moves_a_star_by_one_level_with_a_reason(session: Session) -> None:
    walk = a_walk(session, full=3).begins().grades()
    rules(walk, 0, RulingKind.RAISE)
    rules(walk, 1, RulingKind.LOWER)
    with refused("reason_missing"):
        rule(
            session, walk.id, walk.members[2].id, RulingKind.RAISE, reason=" ", decided_on=MEETING,
            by=walk.secretary.id, now=JANUARY,
        )  # fmt: skip
    walk.meets()
    assert walk.stars() == {"党员01": 4, "党员02": 2, "党员03": 3}


def test_ruling_is_taken_back_before_the_meeting_is_done(session: Session) -> None:
    walk = a_walk(session, full=3).begins().grades()
    rules(walk, 0, RulingKind.RAISE)
    unrule(session, walk.id, walk.members[0].id, by=walk.secretary.id)
    with refused("not_found"):
        unrule(session, walk.id, walk.members[0].id, by=walk.secretary.id)
    walk.meets()
    assert walk.stars()["党员01"] == 3
    with refused("wrong_step"):
        rules(walk, 0, RulingKind.RAISE)
    with refused("wrong_step"):
        walk.grades()
    with refused("wrong_step"):
        runs(walk)


def test_scheme_may_leave_the_meeting_no_level(session: Session) -> None:
    walk = a_walk(session, full=3, meeting_adjust=0).begins().grades()
    with refused("adjust_not_allowed"):
        rules(walk, 0, RulingKind.RAISE)


def test_ruling_is_about_a_member_and_a_day_of_the_rating(session: Session) -> None:
    walk, other = a_walk(session, full=3).begins().grades(), a_member(session, a_branch(session))
    usual: dict[str, Any] = {"reason": "会议研究决定", "by": walk.secretary.id, "now": JANUARY}
    with refused("not_found"):
        rule(session, walk.id, other.id, RulingKind.RAISE, decided_on=MEETING, **usual)
    with refused("bad_step"):
        rule(session, walk.id, walk.members[0].id, RulingKind.RAISE, decided_on=JANUARY.date() + DAY, **usual)


def vetoes(walk: Walk, code: str = "discipline", on: date = date(2026, 9, 3), **more: Any) -> int:
    told: dict[str, Any] = {
        "document": "河东纪〔2026〕9号",
        "decided_by": "河东镇纪委",
        "decided_on": on,
    } | more
    veto = record_veto(walk.session, walk.members[0].id, code, **told, by=walk.officer.id, now=JANUARY)
    return veto.id


def test_veto_holds_a_star_down_until_it_is_lifted(session: Session) -> None:
    walk = a_walk(session, full=3, vetoes=VETOES)
    veto_id = vetoes(walk)
    walk.begins().grades()
    runs(walk)
    assert walk.stars()["党员01"] == 2
    lift_veto(session, veto_id, document="河东纪〔2026〕11号", by=walk.officer.id, now=JANUARY)
    runs(walk)
    assert walk.stars()["党员01"] == 3
    with refused("veto_lifted"):
        lift_veto(session, veto_id, document="河东纪〔2026〕12号", by=walk.officer.id, now=JANUARY)


def test_veto_acts_for_as_many_cycles_as_the_scheme_says(session: Session) -> None:
    walk = a_walk(session, full=3, vetoes=VETOES)
    vetoes(walk, "discipline", date(2025, 9, 3))
    walk.begins().grades()
    runs(walk)
    assert walk.stars()["党员01"] == 3  # one cycle, which was 2025
    vetoes(walk, "breach", date(2025, 9, 3))
    runs(walk)
    assert walk.stars()["党员01"] is None


def test_veto_of_a_year_acts_from_its_own_day_where_quarters_are_rated(session: Session) -> None:
    """Decided in August under a yearly scheme, of a member who then moved to where it is quarters."""
    year = a_walk(session, full=3, vetoes=VETOES)
    vetoes(year, "breach", date(2026, 8, 3))
    quarters = a_walk(session, township=a_township(session, a_zone(session)), code="DEMO", vetoes=VETOES)
    document = document_of(quarters.scheme.document)
    for cycle, in_force in (("2026Q2", 0), ("2026Q3", 1), ("2026Q4", 1), ("2027Q1", 0)):
        facts = standing_in(session, document, cycle, [year.branch.id])
        assert sum(len(one.vetoes) for one in facts.members) == in_force, cycle


def test_veto_stands_on_paper_once(session: Session) -> None:
    walk = a_walk(session, full=3, vetoes=VETOES)
    with refused("document_missing"):
        vetoes(walk, document=" ")
    with refused("bad_veto") as caught:
        vetoes(walk, "sloth", date(2027, 2, 1), decided_by="")
    assert list(caught.value.extra["fields"]) == ["code", "decided_by", "decided_on"]
    vetoes(walk)
    with refused("veto_stands"):
        vetoes(walk)


def test_veto_of_a_filed_year_needs_it_opened_again(session: Session) -> None:
    walk = a_walk(session, full=3, vetoes=VETOES).confirmed()
    with refused("cycle_closed"):
        vetoes(walk)


def test_who_came_later_or_has_left_has_no_result(session: Session) -> None:
    walk = a_walk(session, full=3)
    a_member(session, walk.branch, "新来的", came_on=date(2027, 1, 2))
    a_member(session, walk.branch, "转走的", status=MemberStatus.TRANSFERRED_OUT, left_on=date(2026, 11, 2))
    turned = a_member(session, walk.branch, "刚转正", joined_on=date(2026, 1, 5), full_on=date(2027, 1, 5))
    walk.begins().grades()
    rows = {row.member.name: row.result for row in results_of(session, runs(walk).id)}
    assert set(rows) == {"党员01", "党员02", "党员03", "刚转正"}
    assert rows[turned.name].standing == "probationary"


def test_meetings_of_several_branches_are_listed_in_the_order_of_the_tree(session: Session) -> None:
    first = a_walk(session, full=3)
    second = a_walk(session, full=3, township=first.township, scheme=first.scheme)
    second.begins().grades()
    second.meets()
    rows = ratings_below(session, [first.township], "2026")
    assert [row.branch.id for row in rows] == [first.branch.id, second.branch.id]
    assert rows[0][1:] == (None, None)
    assert rows[1].rating is not None
    assert rows[1].last_act is not None
    assert rows[1].rating.state is RatingState.APPRAISED
    assert rows[1].last_act.act is Act.ASSEMBLY_APPRAISAL


def test_run_of_nothing_has_no_differences(session: Session) -> None:
    with pytest.raises(Refused):
        differences(session, 10**9)
