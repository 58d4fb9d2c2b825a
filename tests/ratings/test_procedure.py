"""A rating goes forward step by step, decided by as many people as a decision takes."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from models.people.account import Role
from models.points.schemes.procedure import Quorum
from models.points.schemes.use import SchemeUse
from models.ratings.meeting.quorum import HALF_OF_MEMBERS, Votes, needed
from models.ratings.procedure.beginning import begin_rating
from models.ratings.procedure.progress import steps_of
from models.ratings.procedure.rating import Act, RatingState
from tests.factories import a_branch, a_member, a_post, an_account
from tests.ratings.walk import DAY, JANUARY, MEETING, Walk, a_published, a_walk, refused

ALL_STEPS = [
    {"step": "self_declare", "due_workdays": 10},
    {"step": "group_review"},
    {"step": "committee_review"},
    {"step": "assembly_appraisal", "quorum": {"share": "2/3", "base": "full_members"}},
    {"step": "publicity"},
    {"step": "upper_review"},
    {"step": "archive"},
]


@pytest.mark.parametrize(
    ("expected", "half", "two_thirds", "four_fifths"),
    [(15, 8, 10, 12), (16, 9, 11, 13), (43, 22, 29, 35), (50, 26, 34, 40), (145, 73, 97, 116)],
)
def test_as_many_must_come_as_the_rules_on_meetings_say(
    expected: int, half: int, two_thirds: int, four_fifths: int
) -> None:
    def at_least(share: str) -> Quorum:
        return Quorum.model_validate({"share": share})

    assert needed(HALF_OF_MEMBERS, expected) == half
    assert needed(at_least("2/3"), expected) == two_thirds
    assert needed(at_least("4/5"), expected) == four_fifths


def test_light_way_has_four_steps_and_leads_to_the_archive(session: Session) -> None:
    walk = a_walk(session).begins()
    assert [(view.title, view.is_next) for view in steps_of(session, walk.id, now=JANUARY)] == [
        ("党员大会通报评议", True), ("公示", False), ("上级党委备案", False), ("归档", False),
    ]  # fmt: skip
    walk.grades()
    walk.meets()
    assert walk.stands() is RatingState.APPRAISED
    walk.posts()
    assert walk.stands() is RatingState.PUBLICISED
    walk.files()
    assert walk.stands() is RatingState.CONFIRMED


def test_next_step_says_what_it_waits_for(session: Session) -> None:
    walk = a_walk(session, full=3).begins()

    def waits() -> str:
        return next(one.waits_for for one in steps_of(session, walk.id, now=JANUARY) if one.is_next)

    assert waits() == "还有 3 位同志没有民主评议等次：党员01、党员02、党员03"
    walk.grades()
    assert waits() == ""
    walk.meets()
    walk.posts()
    assert waits() == "公示到 2027年1月14日，期满以后再办"


def test_no_step_is_skipped_and_none_is_taken_twice(session: Session) -> None:
    walk = a_walk(session, procedure=ALL_STEPS).begins()
    with refused("wrong_step"):
        walk.steps(Act.GROUP_REVIEW)
    with refused("wrong_step"):
        walk.posts()
    with refused("wrong_step"):
        walk.files()
    walk.steps(Act.SELF_DECLARE)
    with refused("wrong_step"):
        walk.steps(Act.SELF_DECLARE)
    walk.steps(Act.GROUP_REVIEW)
    walk.steps(Act.COMMITTEE_REVIEW, body="committee")
    assert walk.stands() is RatingState.REVIEWING


def test_step_of_upper_levels_is_not_taken_by_the_branch(session: Session) -> None:
    walk = a_walk(session).begins().grades()
    walk.meets()
    with refused("wrong_step"):
        walk.steps(Act.PUBLICITY)


def test_step_is_due_so_many_workdays_after_the_one_before(session: Session) -> None:
    walk = a_walk(session, procedure=ALL_STEPS).begins()
    first = steps_of(session, walk.id, now=JANUARY)[0]
    assert (first.step, first.due_on) == (Act.SELF_DECLARE, date(2027, 1, 25))


def test_meeting_of_too_few_decides_nothing(session: Session) -> None:
    walk = a_walk(session, full=15).begins().grades()
    with refused("no_quorum") as caught:
        walk.meets(base=15, present=7, votes=None)
    assert caught.value.extra["needed"] == 8
    assert walk.stands() is RatingState.COLLECTING
    walk.meets(base=15, present=8, votes=Votes(8, 0, 0))


def test_who_became_a_full_member_since_the_cycle_is_called_to_its_meeting(session: Session) -> None:
    walk = a_walk(session, full=5)
    a_member(session, walk.branch, "刚转正", joined_on=date(2026, 1, 5), full_on=date(2027, 1, 5))
    walk.begins().grades()
    with refused("bad_step"):
        walk.meets(base=6, present=6, votes=Votes(6, 0, 0), held_on=date(2027, 1, 4))
    walk.meets(base=6, present=6, votes=Votes(6, 0, 0))
    assert walk.stars()["刚转正"] is None


def test_scheme_may_ask_two_thirds(session: Session) -> None:
    quorum = {"share": "2/3", "base": "full_members"}
    walk = a_walk(session, full=15, procedure=[{"step": "assembly_appraisal", "quorum": quorum}])
    walk.begins().grades()
    with refused("no_quorum"):
        walk.meets(present=9, votes=None)
    walk.meets(present=10, votes=None)


def test_probationary_members_do_not_count_among_those_who_vote(session: Session) -> None:
    walk = a_walk(session, full=12, probationary=3).begins().grades()
    with refused("bad_step") as caught:
        walk.meets(base=15, present=15, votes=None)
    assert caught.value.extra["fields"]["base"] == "应到人数是 1 到 12，支部当天有正式党员 12 人"
    walk.meets(base=10, present=6, votes=Votes(6, 0, 0))  # two left out with approval


@pytest.mark.parametrize(
    ("numbers", "field"),
    [
        ({"base": None, "present": None, "votes": None}, "base"),
        ({"base": 0, "present": 0, "votes": None}, "base"),
        ({"base": 15, "present": None, "votes": None}, "present"),
        ({"base": 14, "present": 15, "votes": None}, "present"),
        ({"base": 15, "present": 12, "votes": Votes(12, 1, 0)}, "votes"),
        ({"base": 15, "present": 12, "votes": Votes(10, 1, 0)}, "votes"),
        ({"base": 15, "present": 12, "votes": Votes(13, -1, 0)}, "votes"),
        ({"held_on": date(2027, 1, 12)}, "held_on"),
        ({"held_on": date(2025, 12, 31)}, "held_on"),
        ({"document": "号" * 81}, "document"),
    ],
)
def test_numbers_of_a_meeting_must_fit(session: Session, numbers: dict[str, object], field: str) -> None:
    walk = a_walk(session, full=15).begins().grades()
    with refused("bad_step") as caught:
        walk.meets(**numbers)
    assert list(caught.value.extra["fields"]) == [field]


def test_vote_without_half_of_those_expected_has_not_passed(session: Session) -> None:
    walk = a_walk(session, full=15).begins().grades()
    with refused("vote_not_passed"):
        walk.meets(present=8, votes=Votes(7, 1, 0))


def test_steps_stand_in_the_order_of_their_days(session: Session) -> None:
    walk = a_walk(session, procedure=ALL_STEPS).begins()
    walk.steps(Act.SELF_DECLARE, held_on=MEETING)
    with refused("bad_step"):
        walk.steps(Act.GROUP_REVIEW, held_on=MEETING - DAY)


def small(session: Session) -> Walk:
    walk = a_walk(session, full=6, procedure=ALL_STEPS).begins()
    walk.steps(Act.SELF_DECLARE)
    walk.steps(Act.GROUP_REVIEW)
    return walk


def test_where_there_is_no_committee_a_points_group_reviews(session: Session) -> None:
    walk = small(session)
    for number in range(2):
        a_post(session, an_account(session), walk.branch, Role.POINTS_GROUP)
        with refused("body_missing"):
            walk.steps(Act.COMMITTEE_REVIEW)
        assert number < 2
    a_post(session, an_account(session), walk.branch, Role.POINTS_GROUP)
    assert walk.steps(Act.COMMITTEE_REVIEW).body == "points_group"


def test_points_group_has_at_most_five(session: Session) -> None:
    walk = small(session)
    for _ in range(6):
        a_post(session, an_account(session), walk.branch, Role.POINTS_GROUP)
    with refused("body_missing"):
        walk.steps(Act.COMMITTEE_REVIEW)


def test_group_whose_members_were_replaced_is_not_there(session: Session) -> None:
    walk = small(session)
    for _ in range(3):
        a_post(session, an_account(session), walk.branch, Role.POINTS_GROUP, to_on=date(2026, 12, 31))
    with refused("body_missing"):
        walk.steps(Act.COMMITTEE_REVIEW)


def test_small_branch_with_a_commissioner_has_a_committee(session: Session) -> None:
    walk = small(session)
    a_post(session, an_account(session), walk.branch, Role.COMMISSIONER)
    assert walk.steps(Act.COMMITTEE_REVIEW).body == "committee"


def test_nobody_else_reviews_in_place_of_the_committee(session: Session) -> None:
    walk = a_walk(session, full=7, procedure=ALL_STEPS).begins()
    walk.steps(Act.SELF_DECLARE)
    walk.steps(Act.GROUP_REVIEW)
    with refused("body_missing"):
        walk.steps(Act.COMMITTEE_REVIEW, body="assembly")
    with refused("body_missing"):
        walk.steps(Act.COMMITTEE_REVIEW, body="points_group")  # nobody was chosen into it


def test_rating_begins_in_the_last_month_of_its_cycle(session: Session) -> None:
    walk = a_walk(session)
    december = JANUARY - timedelta(days=42)
    with refused("too_early") as caught:
        walk.begins(now=december)  # 30 November
    assert caught.value.extra["opens_on"] == "2026-12-01"
    walk.begins(now=december + DAY)


def test_cycle_is_begun_once_and_no_month_twice(session: Session) -> None:
    walk = a_walk(session).begins()
    with refused("rating_begun"):
        walk.begins()


def test_month_rated_in_a_quarter_is_not_rated_again_in_the_year(session: Session) -> None:
    walk = a_walk(session, code="DEMO")
    walk.begins("2026Q4")
    yearly = a_published(session, walk.township, "ZONE")
    session.merge(SchemeUse(org_id=walk.branch.id, from_month="2026-01", scheme_id=yearly.id))
    session.flush()
    with refused("cycle_overlaps"):
        walk.begins("2026")


def test_branch_without_a_scheme_is_not_rated(session: Session) -> None:
    branch, account = a_branch(session), an_account(session)
    with refused("no_scheme"):
        begin_rating(session, branch.id, "2026", by=account.id, now=JANUARY)


def test_only_branches_are_rated_by_the_length_of_their_scheme(session: Session) -> None:
    walk = a_walk(session)
    with refused("not_found"):
        begin_rating(session, walk.township.id, "2026", by=walk.secretary.id, now=JANUARY)
    with refused("cycle_invalid"):
        walk.begins("2026Q4")
    with refused("cycle_invalid"):
        walk.begins("26")
