"""Make-up and dues in the roll's own row: due before the next theme day, never counted as having come."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Audit, Via
from models.base import Sessions
from models.gatherings.dues_tick import DuesTick, tick_dues
from models.gatherings.gathering import GatheringState
from models.gatherings.leave.makeup import Makeup, MakeupForm
from models.gatherings.leave.makeup_plan import due_day, makeups_done, makeups_due, plan_makeup, record_makeup
from models.gatherings.marks import counts_of, lines_of, set_marks
from models.gatherings.roll import RollLine, Status
from models.points.entry import PointEntry
from models.points.posting import amend_roll, confirm_roll
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import THREE_O_CLOCK, a_gathering, a_member, a_roll
from tests.gatherings.halls import Hall, a_hall
from tests.points.published import publish_for
from tests.together import at_once

LATER = NOON + timedelta(hours=3)
NEXT_WEEK = NOON + timedelta(days=7)


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.code


def mark(session: Session, hall: Hall, n: int, status: Status) -> None:
    set_marks(session, hall.roll.id, {hall.members[n].id: status}, by=hall.secretary.id, now=NOON)


def plan(session: Session, hall: Hall, n: int, form: MakeupForm | None) -> None:
    plan_makeup(
        session, hall.roll.id, hall.members[n].id, form, by=hall.secretary.id, via=Via.CONSOLE, now=LATER
    )


def done(session: Session, hall: Hall, n: int, day: date | None, content: str = "学习全会精神") -> None:
    record_makeup(
        session, hall.gathering.id, hall.members[n].id,
        done_on=day, content=content, by=hall.secretary.id, via=Via.CONSOLE, now=NEXT_WEEK,
    )  # fmt: skip


def dues(session: Session, hall: Hall, n: int, paid: bool) -> None:
    tick_dues(
        session, hall.roll.id, hall.members[n].id, paid, by=hall.secretary.id, via=Via.CONSOLE, now=NOON
    )


def test_make_up_is_due_the_day_before_the_theme_day_that_the_rule_proposes(session: Session) -> None:
    hall = a_hall(session)
    mark(session, hall, 0, Status.LEAVE)
    plan(session, hall, 0, MakeupForm.ONE_TO_ONE)
    # The 25th of December 2026 is a Friday, and the year's holidays are not entered.
    assert session.get_one(Makeup, (hall.gathering.id, hall.members[0].id)).due_on == date(2026, 12, 24)


def test_make_up_is_due_before_a_theme_day_that_is_planned_earlier_and_not_before_a_cancelled_one(
    session: Session,
) -> None:
    hall = a_hall(session)
    a_gathering(
        session, hall.branch, GatheringState.CANCELLED, THREE_O_CLOCK + timedelta(days=5), reason="大雪"
    )
    assert due_day(session, hall.branch, after=date(2026, 11, 25)) == date(2026, 12, 24)
    a_gathering(session, hall.branch, starts_at=THREE_O_CLOCK + timedelta(days=20), period="2026-12")
    assert due_day(session, hall.branch, after=date(2026, 11, 25)) == date(2026, 12, 14)


def test_make_up_planned_late_is_due_before_the_theme_day_that_is_still_to_come(session: Session) -> None:
    hall = a_hall(session)
    mark(session, hall, 0, Status.ABSENT)
    plan_makeup(
        session, hall.roll.id, hall.members[0].id, MakeupForm.SELF_STUDY,
        by=hall.secretary.id, via=Via.CONSOLE, now=NOON + timedelta(days=40),
    )  # fmt: skip
    assert session.get_one(Makeup, (hall.gathering.id, hall.members[0].id)).due_on == date(2027, 1, 24)


@pytest.mark.parametrize("status", [Status.LEAVE, Status.ABSENT, Status.UNCLEAR, Status.EXEMPT, Status.AWAY])
def test_make_up_never_raises_who_came_and_earns_no_points(session: Session, status: Status) -> None:
    hall = a_hall(session)
    publish_for(session, hall.branch, "DEMO")
    mark(session, hall, 0, status)
    set_marks(
        session, hall.roll.id, {one.id: Status.PRESENT for one in hall.members[1:]},
        by=hall.secretary.id, now=NOON,
    )  # fmt: skip
    confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=LATER)
    counted = counts_of(session, hall.roll.id)
    entries = session.scalars(select(PointEntry.id)).all()
    plan(session, hall, 0, MakeupForm.HOME_STUDY)
    done(session, hall, 0, date(2026, 12, 1))
    assert counts_of(session, hall.roll.id) == counted
    assert counted.came == 2
    assert session.get_one(RollLine, (hall.gathering.id, hall.members[0].id)).status is status
    assert session.scalars(select(PointEntry.id)).all() == entries


@pytest.mark.parametrize("status", [Status.PRESENT, Status.LATE, Status.HOST_BRANCH])
def test_nobody_who_took_part_makes_up(session: Session, status: Status) -> None:
    hall = a_hall(session)
    mark(session, hall, 0, status)
    with pytest.raises(Refused) as refused:
        plan(session, hall, 0, MakeupForm.SELF_STUDY)
    assert code_of(refused) == "no_makeup"


def test_whoever_came_after_all_has_nothing_to_make_up(session: Session) -> None:
    hall = a_hall(session)
    mark(session, hall, 0, Status.LEAVE)
    plan(session, hall, 0, MakeupForm.SELF_STUDY)
    mark(session, hall, 0, Status.LATE)
    assert makeups_due(session, [hall.branch.id], now=LATER) == []
    mark(session, hall, 0, Status.LEAVE)
    plan(session, hall, 0, MakeupForm.ONE_TO_ONE)
    assert [one.form for one in makeups_due(session, [hall.branch.id], now=LATER)] == ["一对一补学"]


def test_amended_roll_gives_up_the_make_up_of_whoever_had_come(session: Session) -> None:
    hall = a_hall(session, 1)
    mark(session, hall, 0, Status.ABSENT)
    plan(session, hall, 0, MakeupForm.SELF_STUDY)
    by = hall.secretary.id
    confirm_roll(session, hall.roll.id, by=by, now=LATER)
    amend_roll(
        session, hall.roll.id, {hall.members[0].id: Status.PRESENT}, reason="看错了行", by=by, now=LATER
    )
    assert makeups_due(session, [hall.branch.id], now=LATER) == []


def test_choice_is_taken_back_and_its_hand_is_logged(session: Session) -> None:
    hall = a_hall(session)
    mark(session, hall, 0, Status.LEAVE)
    plan(session, hall, 0, MakeupForm.SELF_STUDY)
    plan(session, hall, 0, MakeupForm.SELF_STUDY)
    plan(session, hall, 0, None)
    assert makeups_due(session, [hall.branch.id], now=LATER) == []
    told = session.execute(
        select(Audit.before, Audit.after).where(Audit.verb == "plan_makeup").order_by(Audit.id)
    ).all()
    it = hall.gathering.id
    assert [tuple(row) for row in told] == [
        ({"form": None}, {"form": "self_study", "gathering": it}),
        ({"form": "self_study"}, {"form": None, "gathering": it}),
    ]


def test_what_is_done_leaves_the_list_and_says_by_whom(session: Session) -> None:
    hall = a_hall(session)
    mark(session, hall, 0, Status.LEAVE)
    plan(session, hall, 0, MakeupForm.HOME_STUDY)
    [due] = makeups_due(session, [hall.branch.id], now=LATER)
    assert (due.name, due.title, due.form, due.overdue) == ("王建0", "十一月主题党日", "送学上门", False)
    done(session, hall, 0, date(2026, 12, 1), " 学习全会精神 ")
    assert makeups_due(session, [hall.branch.id], now=LATER) == []
    [made] = makeups_done(session, [hall.branch.id], since=date(2026, 11, 1), now=NEXT_WEEK)
    assert (made.done_on, made.done_by, made.content) == (date(2026, 12, 1), "周明远", "学习全会精神")
    with pytest.raises(Refused) as refused:
        plan(session, hall, 0, None)
    assert code_of(refused) == "makeup_done"
    done(session, hall, 0, None)
    assert len(makeups_due(session, [hall.branch.id], now=LATER)) == 1


def test_make_up_that_its_day_has_passed_is_still_on_the_list(session: Session) -> None:
    hall = a_hall(session)
    mark(session, hall, 0, Status.LEAVE)
    plan(session, hall, 0, MakeupForm.SELF_STUDY)
    [due] = makeups_due(session, [hall.branch.id], now=NOON + timedelta(days=30))
    assert due.overdue


@pytest.mark.parametrize(
    ("day", "content", "field"),
    [
        (date(2026, 11, 24), "学习", "done_on"),
        (date(2026, 12, 3), "学习", "done_on"),
        (date(2026, 12, 1), "  ", "content"),
        (date(2026, 12, 1), "学" * 81, "content"),
    ],
)
def test_make_up_lies_between_the_meeting_and_today_and_says_what(
    session: Session, day: date, content: str, field: str
) -> None:
    hall = a_hall(session)
    mark(session, hall, 0, Status.LEAVE)
    plan(session, hall, 0, MakeupForm.SELF_STUDY)
    with pytest.raises(Refused) as refused:
        done(session, hall, 0, day, content)
    assert code_of(refused) == "bad_makeup"
    assert list(refused.value.extra["fields"]) == [field]


def test_nothing_is_made_up_that_was_not_planned(session: Session) -> None:
    hall = a_hall(session)
    with pytest.raises(Refused) as refused:
        done(session, hall, 0, date(2026, 12, 1))
    assert code_of(refused) == "not_found"


def test_list_is_the_own_branch_s_or_group_s(session: Session) -> None:
    hall = a_hall(session)
    other = a_hall(session)
    for one in (hall, other):
        mark(session, one, 0, Status.LEAVE)
        plan(session, one, 0, MakeupForm.SELF_STUDY)
    assert len(makeups_due(session, [hall.branch.id], now=LATER)) == 1
    assert makeups_due(session, [], now=LATER) == []


def test_dues_are_ticked_for_the_month_and_stay_editable_after_confirmation(session: Session) -> None:
    hall = a_hall(session, 1)
    dues(session, hall, 0, True)
    dues(session, hall, 0, True)
    assert [line.dues for line in lines_of(session, hall.roll.id)] == [True]
    mark(session, hall, 0, Status.PRESENT)
    confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=LATER)
    dues(session, hall, 0, False)
    dues(session, hall, 0, False)
    assert [line.dues for line in lines_of(session, hall.roll.id)] == [False]
    told = session.scalars(select(Audit.after).where(Audit.verb == "tick_dues").order_by(Audit.id)).all()
    assert told == [{"paid": True, "period": "2026-11"}, {"paid": False, "period": "2026-11"}]


def test_dues_of_a_month_are_paid_at_whichever_meeting(session: Session) -> None:
    hall = a_hall(session, 1)
    second = a_gathering(session, hall.branch, starts_at=THREE_O_CLOCK + timedelta(days=2))
    roll = a_roll(session, second, hall.branch, hall.members)
    dues(session, hall, 0, True)
    assert [line.dues for line in lines_of(session, roll.id)] == [True]


def test_dues_and_make_up_need_a_line_of_a_meeting_that_stands(session: Session) -> None:
    hall = a_hall(session)
    stranger = a_member(session, hall.branch, "段文斌")
    with pytest.raises(Refused) as refused:
        tick_dues(session, hall.roll.id, stranger.id, True, by=hall.secretary.id, via=Via.CONSOLE, now=NOON)
    assert code_of(refused) == "not_on_roll"
    hall.gathering.state, hall.gathering.reason = GatheringState.CANCELLED, "大雪"
    session.flush()
    acts: list[Callable[[], None]] = [
        lambda: dues(session, hall, 0, True), lambda: plan(session, hall, 0, MakeupForm.SELF_STUDY),
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(Refused) as refused:
            act()
        assert code_of(refused) == "cancelled"


def test_one_dues_tick_from_many_hands_at_once_is_one(sessions: Sessions) -> None:
    with sessions.begin() as session:
        hall = a_hall(session, 1)

    def tick() -> None:
        with sessions.begin() as session:
            dues(session, hall, 0, True)

    at_once([tick] * 8)
    with sessions() as session:
        assert len(session.scalars(select(DuesTick)).all()) == 1
        assert len(session.scalars(select(Audit).where(Audit.verb == "tick_dues")).all()) == 1


def test_make_up_chosen_by_many_hands_at_once_is_one(sessions: Sessions) -> None:
    # Control: without FOR UPDATE on the line, the second insert breaks the key.
    with sessions.begin() as session:
        hall = a_hall(session, 1)
        mark(session, hall, 0, Status.LEAVE)

    def choose(form: MakeupForm) -> None:
        with sessions.begin() as session:
            plan(session, hall, 0, form)

    at_once([partial(choose, form) for form in list(MakeupForm) * 2])
    with sessions() as session:
        assert len(session.scalars(select(Makeup)).all()) == 1
