"""The day a theme day falls on: holiday rules, swaps, years that nobody has entered, the turn of the year."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import at
from models.gatherings.calendar.calendar import (
    DayKind,
    HolidayRule,
    HolidayYear,
    Proposal,
    Workday,
    holiday_year,
    is_workday,
    note_on,
    propose_day,
)
from models.gatherings.gathering import GatheringState
from models.gatherings.marks import set_marks
from models.gatherings.plan import Suggestion, coming_month, draft, suggest
from models.gatherings.roll import Roll, Status
from models.notices.audience import Channels
from models.notices.publish import publish
from models.people.org import Org, Setting, put_setting
from models.points.entry import PointEntry
from models.points.posting import confirm_roll
from tests.conftest import NOON
from tests.factories import a_branch, a_gathering, a_member, a_township, a_zone, an_account
from tests.gatherings.holidays import NEW_YEAR, YEARS, enter, special_days
from tests.points.published import publish_for

KEEP, NEXT, PREVIOUS = HolidayRule.KEEP, HolidayRule.NEXT_WORKDAY, HolidayRule.PREVIOUS_WORKDAY
WITHIN = HolidayRule.WITHIN_7_DAYS
WEEK = timedelta(days=7)
NOBODY = Channels(None, None, None)

# Months whose 25th is off, checked by eye against printed calendars: month:workday before<workday after.
OFF = {
    2026: "01:0123<0126 04:0424<0427 07:0724<0727 09:0924<0928 10:1023<1026",
    2027: "07:0723<0726 09:0924<0926 12:1224<1227",
    2028: "01:0124<0202 03:0324<0327 06:0623<0626 11:1124<1127",
    2029: "02:0224<0226 03:0323<0326 08:0824<0827 11:1123<1126",
    2030: "05:0524<0527 08:0823<0826",
    2031: "01:0121<0130 05:0523<0526 10:1024<1027",
    2032: "01:0123<0126 07:0723<0726 09:0924<0926 12:1224<1227",
    2033: "06:0624<0627 12:1223<1226",
    2034: "02:0217<0226 03:0324<0327 06:0623<0626 11:1124<1127",
    2035: "02:0223<0226 03:0323<0326 08:0824<0827 11:1123<1126",
}


def day(year: int, text: str) -> date:
    return date(year, int(text[:2]), int(text[2:]))


def off(year: int) -> dict[int, tuple[date, date]]:
    """Return month -> (workday before, workday after) for each 25th that is off."""
    moves = {}
    for word in OFF[year].split():
        month, _, days = word.partition(":")
        before, _, after = days.partition("<")
        moves[int(month)] = (day(year, before), day(year, after))
    return moves


def propose(session: Session, year: int, month: int, rule: HolidayRule, day_of_month: int = 25) -> Proposal:
    return propose_day(session, year=year, month=month, day_of_month=day_of_month, rule=rule)


def with_rule(session: Session, rule: HolidayRule, theme_day: int = 25) -> Org:
    """Return a branch with a rule and a day of its own."""
    branch = a_branch(session)
    put_setting(session, branch.id, Setting.HOLIDAY_RULE, rule)
    put_setting(session, branch.id, Setting.THEME_DAY, theme_day)
    session.flush()
    return branch


# Every 25th of ten years.


@pytest.mark.parametrize("year", YEARS)
def test_every_25th_of_ten_years_falls_where_its_rule_says(session: Session, year: int) -> None:
    enter(session)
    moves = off(year)
    for month in range(1, 13):
        fixed = date(year, month, 25)
        before, after = moves.get(month, (fixed, fixed))
        near = after if after - fixed <= WEEK else before
        found = [propose(session, year, month, rule) for rule in (KEEP, NEXT, PREVIOUS, WITHIN)]
        assert [one.day for one in found] == [fixed, after, before, near], fixed
        assert all(one.known and not one.note for one in found)


@pytest.mark.parametrize(
    ("rule", "month", "said"),
    [
        (KEEP, 4, "本支部每月 25 日，遇节假日不顺延"),
        (NEXT, 4, "本支部每月 25 日；当天休息，顺延到下一个工作日"),
        (PREVIOUS, 4, "本支部每月 25 日；当天休息，提前到前一个工作日"),
        (WITHIN, 4, "本支部每月 25 日；当天休息，七天以内改到 4月27日 周一"),
        (NEXT, 5, "本支部每月 25 日；当天是工作日，不顺延"),
        (WITHIN, 5, "本支部每月 25 日；当天是工作日，不顺延"),
    ],
)
def test_the_reason_says_what_the_rule_did(
    session: Session, rule: HolidayRule, month: int, said: str
) -> None:
    enter(session)
    assert propose(session, 2026, month, rule).reason == said


def test_a_working_sunday_is_a_workday_and_a_free_friday_none(session: Session) -> None:
    enter(session)
    special = special_days(2026)
    assert is_workday(date(2026, 9, 20), special)
    assert not is_workday(date(2026, 9, 25), special)
    assert propose(session, 2026, 9, NEXT, 20).day == date(2026, 9, 20)
    assert propose(session, 2026, 9, NEXT, 25).day == date(2026, 9, 28)


# Spring Festival.


def test_the_25th_of_january_2028_is_new_years_eve(session: Session) -> None:
    # 26 January 2028 begins the Chinese year: new moon at 23:12 in Beijing.
    assert NEW_YEAR[2028] == (1, 26)
    enter(session)
    assert propose(session, 2028, 1, NEXT).day == date(2028, 2, 2)
    assert propose(session, 2028, 1, PREVIOUS).day == date(2028, 1, 24)
    assert propose(session, 2028, 1, KEEP).day == date(2028, 1, 25)


def test_seven_days_are_seven_days_even_over_spring_festival(session: Session) -> None:
    enter(session)
    found = propose(session, 2028, 1, WITHIN)
    assert found.day == date(2028, 1, 24)
    assert found.reason == "本支部每月 25 日；当天和以后七天都休息，七天以内提前到 1月24日 周一"


def test_committee_speaks_of_the_day_of_its_branches(session: Session) -> None:
    # Control: without `calls` a committee speaks of 本支部.
    enter(session)
    town = a_township(session, a_zone(session))
    put_setting(session, town.id, Setting.HOLIDAY_RULE, NEXT)
    assert suggest(session, town, now=NOON).reason == "各支部每月 25 日过主题党日；当天是工作日，不顺延"
    branch = a_branch(session, town)
    assert suggest(session, branch, now=NOON).reason == "本支部每月 25 日；当天是工作日，不顺延"
    put_setting(session, town.id, Setting.HOLIDAY_RULE, KEEP)
    assert suggest(session, town, now=NOON).reason == "各支部每月 25 日过主题党日，遇节假日不顺延"


@pytest.mark.parametrize(
    ("today", "period"),
    [((2026, 11, 25), "2026-11"), ((2026, 11, 26), "2026-12"), ((2028, 2, 1), "2028-02"),
     ((2026, 12, 26), "2027-01")],
)  # fmt: skip
def test_coming_month_is_the_first_whose_theme_day_is_not_over(
    session: Session, today: tuple[int, int, int], period: str
) -> None:
    enter(session)
    put_setting(session, (town := a_township(session, a_zone(session))).id, Setting.HOLIDAY_RULE, NEXT)
    assert coming_month(session, town, now=at(date(*today), time(9))) == period


def test_januarys_theme_day_in_february_counts_for_january(session: Session) -> None:
    enter(session)
    branch = with_rule(session, NEXT)
    publish_for(session, branch, "DEMO")
    person, by = a_member(session, branch), an_account(session).id
    now = at(date(2028, 1, 18), time(9))
    suggestion = suggest(session, branch, now=now)
    assert (suggestion.day, suggestion.period, suggestion.title) == (
        date(2028, 2, 2),
        "2028-01",
        "1月主题党日",
    )
    it = draft(session, branch.id, replace(suggestion.plan(), place="村部"), by=by, now=now)
    publish(session, it.id, org_ids=[branch.id], by=by, channels=NOBODY, now=now)
    held = it.starts_at
    roll = session.scalars(select(Roll.id).where(Roll.gathering_id == it.id)).one()
    set_marks(session, roll, {person.id: Status.ABSENT}, by=by, now=held)
    confirm_roll(session, roll, by=by, now=held)
    entries = session.scalars(select(PointEntry).where(PointEntry.member_id == person.id)).all()
    assert [(one.period, one.occurred_on) for one in entries] == [("2028-01", date(2028, 2, 2))]
    # January is done; February's is the next, although January's was held in it.
    assert suggest(session, branch, now=held + timedelta(hours=3)).period == "2028-02"


def test_a_day_that_moved_into_the_next_month_is_still_proposed_there(session: Session) -> None:
    enter(session)
    branch = with_rule(session, NEXT)
    found = suggest(session, branch, now=at(date(2028, 2, 1), time(9)))
    assert (found.day, found.period) == (date(2028, 2, 2), "2028-01")
    assert suggest(session, branch, now=at(date(2028, 2, 3), time(9))).period == "2028-02"


def test_a_branch_that_planned_months_ahead_is_proposed_the_first_free_one(session: Session) -> None:
    enter(session)
    branch = with_rule(session, KEEP)
    for month in (11, 12):
        a_gathering(session, branch, GatheringState.DRAFT, NOON, period=f"2026-{month}")
    for month in (1, 2):
        a_gathering(session, branch, GatheringState.DRAFT, NOON, period=f"2027-0{month}")
    found = suggest(session, branch, now=NOON)
    assert (found.day, found.period, found.title) == (date(2027, 3, 25), "2027-03", "3月主题党日")


# Midnight in Shanghai, leap day, the turn of the year.


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime.fromisoformat("2026-11-25T00:00:00+08:00"), date(2026, 11, 25)),
        (datetime.fromisoformat("2026-11-25T23:59:59+08:00"), date(2026, 11, 25)),
        (datetime.fromisoformat("2026-11-26T00:00:00+08:00"), date(2026, 12, 25)),
        (datetime.fromisoformat("2026-11-24T16:00:00+00:00"), date(2026, 11, 25)),
        (datetime.fromisoformat("2026-11-25T15:59:59+00:00"), date(2026, 11, 25)),
        (datetime.fromisoformat("2026-11-25T16:00:00+00:00"), date(2026, 12, 25)),
    ],
)
def test_the_25th_is_the_25th_in_shanghai_to_the_second(
    session: Session, moment: datetime, expected: date
) -> None:
    assert suggest(session, with_rule(session, KEEP), now=moment).day == expected


def test_a_leap_day_is_a_day(session: Session) -> None:
    session.add(HolidayYear(year=2028))
    session.add(Workday(day=date(2028, 2, 28), kind=DayKind.OFF))
    session.flush()
    assert propose(session, 2028, 2, NEXT, 28).day == date(2028, 2, 29)
    assert propose(session, 2028, 2, WITHIN, 28).day == date(2028, 2, 29)
    session.add(Workday(day=date(2028, 2, 29), kind=DayKind.OFF))
    session.flush()
    assert propose(session, 2028, 2, NEXT, 28).day == date(2028, 3, 1)


def test_new_years_days_off_stand_in_the_notice_of_the_year_they_begin() -> None:
    # 29 December 2018 was worked by the notice for 2019.
    days = [date(2027, 12, 27), date(2027, 12, 28), date(2027, 12, 31), date(2028, 1, 1)]
    assert [holiday_year(one) for one in days] == [2027, 2028, 2028, 2028]


def test_the_end_of_a_year_asks_for_the_next_one(session: Session) -> None:
    enter(session, 2027)
    assert propose(session, 2027, 12, NEXT).day == date(2027, 12, 27)
    late = propose(session, 2027, 12, NEXT, 28)
    assert (late.day, late.known) == (date(2027, 12, 28), False)
    assert "2028 年的放假安排未录入" in late.note
    enter(session, 2028)
    assert propose(session, 2027, 12, NEXT, 28).known


def test_the_beginning_of_a_year_asks_for_the_one_before(session: Session) -> None:
    enter(session, 2028)
    # 1 and 2 January 2028 are a weekend; the workday before is still in 2028's notice.
    assert propose(session, 2028, 1, PREVIOUS, 2).day == date(2027, 12, 31)
    session.add_all(Workday(day=date(2027, 12, one), kind=DayKind.OFF) for one in range(28, 32))
    session.flush()
    found = propose(session, 2028, 1, PREVIOUS, 2)
    assert (found.known, "2027 年的放假安排未录入" in found.note) == (False, True)


# A year that nobody has entered.


@pytest.mark.parametrize("rule", [NEXT, PREVIOUS, WITHIN])
def test_a_year_without_holidays_says_so_and_guesses_nothing(session: Session, rule: HolidayRule) -> None:
    enter(session, 2026)
    for month in range(1, 13):
        found = propose(session, 2027, month, rule)
        assert found.day == date(2027, month, 25)
        assert found.known is False
        assert found.note == "2027 年的放假安排未录入，请核对是不是工作日"
        # Members read the reason: nothing in it is a task for somebody else.
        assert found.reason == "本支部每月 25 日"


def test_a_rule_that_never_moves_needs_no_holidays(session: Session) -> None:
    assert propose(session, 2027, 2, KEEP).known


def test_whoever_types_another_day_is_told_of_its_year(session: Session) -> None:
    enter(session, 2026)
    branch = with_rule(session, NEXT)
    assert note_on(session, branch, date(2026, 12, 27)) == ""
    assert "2027 年的放假安排未录入" in note_on(session, branch, date(2026, 12, 28))
    assert note_on(session, with_rule(session, KEEP), date(2027, 3, 25)) == ""


def test_a_suggestion_carries_the_note(session: Session) -> None:
    found: Suggestion = suggest(session, with_rule(session, NEXT), now=NOON)
    assert (found.known, found.note) == (False, "2026 年的放假安排未录入，请核对是不是工作日")
    assert found.plan().date_reason == "本支部每月 25 日"


# Any calendar at all.

SPECIAL = st.dictionaries(
    st.dates(date(2027, 12, 20), date(2028, 3, 20)), st.sampled_from(DayKind), max_size=40
)
PLACES = st.tuples(st.integers(1, 2), st.integers(1, 28))


def lay(session: Session, special: dict[date, DayKind]) -> None:
    session.add_all(HolidayYear(year=year) for year in (2027, 2028))
    session.add_all(Workday(day=one, kind=kind) for one, kind in special.items())
    session.flush()


ANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ANY
@given(special=SPECIAL, place=PLACES, rule=st.sampled_from([NEXT, PREVIOUS, WITHIN]))
def test_in_any_calendar_the_day_is_a_workday_by_its_rule(
    session: Session, special: dict[date, DayKind], place: tuple[int, int], rule: HolidayRule
) -> None:
    month, day_of_month = place
    fixed = date(2028, month, day_of_month)
    with session.begin_nested() as undone:
        lay(session, special)
        found = propose(session, 2028, month, rule, day_of_month)
        undone.rollback()
    session.expunge_all()

    def works(step: int) -> bool:
        return is_workday(fixed + timedelta(days=step), special)

    away = (found.day - fixed).days
    if found.note:  # nowhere near is a workday
        assert found.day == fixed
        assert not any(
            works(step) for step in {NEXT: range(16), PREVIOUS: range(-15, 1)}.get(rule, range(-7, 8))
        )
        return
    assert is_workday(found.day, special)
    assert found.reason.startswith(f"本支部每月 {day_of_month} 日；")
    if away == 0:
        assert "当天是工作日" in found.reason
    elif rule is NEXT:
        assert away > 0
        assert not any(works(step) for step in range(away))
        assert "下一个工作日" in found.reason
    elif rule is PREVIOUS:
        assert away < 0
        assert not any(works(step) for step in range(away + 1, 1))
        assert "前一个工作日" in found.reason
    else:
        assert abs(away) <= 7
        assert "七天以内" in found.reason
        assert not any(works(step) for step in (range(away) if away > 0 else range(away + 1, 8)))


@ANY
@given(special=SPECIAL, place=PLACES)
def test_before_and_after_are_mirror_images(
    session: Session, special: dict[date, DayKind], place: tuple[int, int]
) -> None:
    month, day_of_month = place
    fixed = date(2028, month, day_of_month)
    # Every day spelled out, so that the mirrored calendar knows no weekday.
    whole = {
        (one := fixed + timedelta(days=step)): DayKind.WORK if is_workday(one, special) else DayKind.OFF
        for step in range(-15, 16)
    }
    mirrored = {fixed - (one - fixed): kind for one, kind in whole.items()}
    found = []
    for calendar, rule in ((whole, NEXT), (mirrored, PREVIOUS)):
        with session.begin_nested() as undone:
            lay(session, calendar)
            session.add_all(HolidayYear(year=year) for year in (2026, 2029))
            found.append(propose(session, 2028, month, rule, day_of_month).day)
            undone.rollback()
        session.expunge_all()
    assert found[0] - fixed == fixed - found[1]
