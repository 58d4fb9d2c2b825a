"""A year whose holidays nobody has entered: whoever drafts is told, members read nothing of it."""

import re

from models.gatherings.calendar.calendar import HolidayRule, HolidayYear
from models.people.org import Setting, put_setting
from tests.gatherings.holidays import enter
from tests.handlers.console_site import Site
from tests.handlers.mini_program.at_work import phone_at_work

NOT_ENTERED = "2026 年的放假安排未录入，请核对是不是工作日"
DRAFT = {"place": "村部"}


def to_workdays(site: Site) -> None:
    """Let the branch move its theme day to the next workday."""
    with site.sessions.begin() as session:
        put_setting(session, site.orgs["home"].id, Setting.HOLIDAY_RULE, HolidayRule.NEXT_WORKDAY)


def reason(page: str) -> str:
    found = re.search(r'name="date_reason"[^>]*>([^<]*)<', page)
    assert found
    return found[1]


def test_draft_page_says_that_the_years_holidays_are_not_entered(site: Site) -> None:
    to_workdays(site)
    page = site.browser("secretary").get("/console/gatherings/new").text
    assert NOT_ENTERED in page
    assert reason(page) == "本支部每月 25 日"


def test_draft_page_of_an_entered_year_says_what_the_rule_did(site: Site) -> None:
    to_workdays(site)
    with site.sessions.begin() as session:
        enter(session, 2026)
    page = site.browser("secretary").get("/console/gatherings/new").text
    assert "未录入" not in page
    assert reason(page) == "本支部每月 25 日；当天是工作日，不顺延"


def test_branch_that_never_moves_its_day_needs_no_holidays(site: Site) -> None:
    assert "未录入" not in site.browser("secretary").get("/console/gatherings/new").text


def test_next_theme_day_on_todays_page_says_so_too(site: Site) -> None:
    to_workdays(site)
    site.clock[0] = site.clock[0].replace(day=2)
    assert NOT_ENTERED in site.browser("secretary").get("/console/").text


def test_line_that_asks_for_the_draft_says_so(site: Site) -> None:
    to_workdays(site)
    site.clock[0] = site.clock[0].replace(day=20)
    page = site.browser("secretary").get("/console/").text
    assert f"15:00。本支部每月 25 日。{NOT_ENTERED}" in page


def test_phone_is_told_with_the_draft_and_no_more_once_the_year_is_entered(site: Site) -> None:
    to_workdays(site)
    site.clock[0] = site.clock[0].replace(day=20)
    phone = phone_at_work(site, "secretary")
    made = phone.ask("POST", "branch/gatherings", DRAFT).json
    assert made is not None
    assert (made["calendar_note"], made["date_reason"]) == (NOT_ENTERED, "本支部每月 25 日")
    with site.sessions.begin() as session:
        session.add(HolidayYear(year=2026))
    assert phone.get(f"branch/gatherings/{made['gathering_id']}")["calendar_note"] is None
