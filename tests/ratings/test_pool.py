"""Seats of a whole township: nobody has a star until all its branches have appraised."""

from typing import Any

from sqlalchemy.orm import Session

from models.ratings.archive.filing import reopen_rating, return_rating
from models.ratings.archive.verify import verify_rating
from models.ratings.meeting.decision import GradeKind
from models.ratings.meeting.grades import Graded
from models.ratings.procedure.beginning import rating_seen
from models.ratings.procedure.progress import steps_of
from models.ratings.runs.pool import pool_missing
from models.ratings.runs.run import run_rating
from tests.ratings.walk import DAY, JANUARY, MEETING, Walk, a_published, a_walk, refused

QUOTA = {"star": 5, "max_ratio": "0.20", "base": "rated", "rounding": "floor", "scope": "township"}


def township(session: Session, *, first: int = 6, second: int = 4, **changes: Any) -> tuple[Walk, Walk]:
    """Two branches of one township that share two seats; each has one who earned five stars or more."""
    one = a_walk(session, full=first, quotas=[QUOTA], **changes)
    two = a_walk(session, full=second, township=one.township, scheme=one.scheme)
    for walk in (one, two):
        for member in walk.members[: 2 if walk is one else 1]:
            walk.earns(member, "award_county", "5")
            for month in ("03", "04", "05", "06"):
                walk.earns(member, "volunteer", "1", times=2, month=f"2026-{month}")
        walk.earns(walk.members[0], "led_project", "3", times=2)
        walk.begins().grades(walk.members[: 2 if walk is one else 1])
    return one, two


def test_star_of_the_township_waits_for_all_its_branches(session: Session) -> None:
    one, two = township(session)
    one.meets()
    assert set(one.stars().values()) == {None}
    with refused("pool_open"):
        one.posts()
    waiting = next(step.waits_for for step in steps_of(session, one.id, now=JANUARY) if step.is_next)
    assert two.branch.name not in waiting
    assert [org.id for org in pool_missing(session, rating_seen(session, one.id))] == [two.branch.id]
    two.meets()
    one.posts()
    two.posts()
    assert pool_missing(session, rating_seen(session, one.id)) == []
    # Ten are rated together: two seats; those who led a project stand above the third.
    assert [star for star in one.stars().values() if star == 5] == [5]
    assert one.stars()["党员01"] == 5
    assert one.stars()["党员02"] == 4
    assert two.stars()["党员01"] == 5


def test_filed_branch_can_be_verified_with_the_township_it_was_rated_in(session: Session) -> None:
    one, two = township(session)
    one.meets()
    two.meets()
    one.posts()
    one.files()
    assert verify_rating(session, one.id) == []


def test_points_that_came_after_the_meeting_do_not_slip_in_with_the_seats(session: Session) -> None:
    one, two = township(session)
    one.meets()
    two.meets()
    one.earns(one.members[5], "volunteer", "1")
    with refused("results_changed"):
        one.posts()


def test_branch_sent_back_holds_up_the_others(session: Session) -> None:
    one, two = township(session)
    one.meets()
    two.meets()
    one.posts()
    return_rating(session, two.id, "票数不对", by=two.officer.id, now=JANUARY + DAY)
    with refused("pool_open"):
        one.files()


def test_seat_of_a_filed_branch_is_not_given_a_second_time(session: Session) -> None:
    """Two seats: one of each branch; sent back, the second branch has two above the filed one."""
    one, two = township(session, first=6, second=6)
    for walk in (one, two):
        walk.meets()
    for walk in (one, two):
        walk.posts()
    one.files()
    late: dict[str, Any] = {"now": JANUARY + 7 * DAY}
    return_rating(session, two.id, "票数不对", by=two.officer.id, **late)
    for member in two.members[:2]:
        for item, points, month in (("award_county", "5", "07"), ("led_project", "3", "08")):
            two.earns(member, item, points, times=2, month=f"2026-{month}")
        for month in ("07", "08", "09", "10"):
            two.earns(member, "volunteer", "1", times=2, month=f"2026-{month}")
        two.earns(member, "innovation", "3", times=2, month="2026-09")
        two.writes({member.id: Graded(GradeKind.EXCELLENT)}, **late)
    two.meets(held_on=MEETING + 10 * DAY, **late)
    with refused("pool_open"):
        two.posts(posted_on=MEETING + 10 * DAY, **late)
    reopen_rating(session, one.id, reason="名额变了", document="河东党〔2027〕9号", by=one.officer.id, **late)
    one.meets(held_on=MEETING + 10 * DAY, **late)
    for walk in (one, two):
        walk.posts(posted_on=MEETING + 10 * DAY, **late)
    assert [star for star in two.stars().values() if star == 5] == [5, 5]
    assert 5 not in one.stars().values()


def test_branch_with_a_scheme_of_its_own_is_not_waited_for(session: Session) -> None:
    one = a_walk(session, quotas=[QUOTA])
    two = a_walk(session, township=one.township, scheme=one.scheme)
    assert [org.id for org in pool_missing(session, rating_seen(session, one.begins().id))] == [two.branch.id]
    a_published(session, two.branch, "DEMO")
    assert pool_missing(session, rating_seen(session, one.id)) == []


def test_trial_run_of_a_branch_leaves_every_star_open(session: Session) -> None:
    one, _ = township(session)
    run_rating(session, one.id, by=one.secretary.id, now=JANUARY)
    assert set(one.stars().values()) == {None}
