"""A committee's draft in a real browser: branches ticked on a phone, and the numbers that follow."""

import pytest
from playwright.sync_api import Page, expect

from models.people.console import start_session
from tests.factories import a_branch, a_member
from tests.faults import misfits, out_of_reach, violations
from tests.handlers.console.gatherings.test_convening_pages import called, create
from tests.handlers.console.gatherings.test_drafts import form
from tests.handlers.console_site import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def officers(site: Site, page: Page, address: str) -> Page:
    """The phone of the zone's officer."""
    with site.sessions.begin() as session:
        token = start_session(session, site.staff["zone"], now=site.now)
    page.context.add_cookies([{"name": "console", "value": token, "url": address}])
    return page


def test_numbers_follow_the_branches_that_are_ticked(site: Site, officers: Page) -> None:
    officers.goto("/console/gatherings/new")
    officers.get_by_label("主题", exact=True).fill("十二月主题党日")
    officers.get_by_label("地点").fill("区党群中心")
    officers.locator("button[value=all]").click()
    expect(officers.get_by_text("通知 3 个支部 50 人")).to_be_visible()
    officers.get_by_text("河西镇党委", exact=True).click()
    officers.get_by_label("远山村党支部").uncheck()
    officers.get_by_role("button", name="照现在勾的再数人数").click()
    expect(officers.get_by_text("通知 2 个支部 49 人")).to_be_visible()
    # What was typed is there still, and so is what was not ticked.
    expect(officers.get_by_label("主题", exact=True)).to_have_value("十二月主题党日")
    officers.get_by_role("button", name="存草稿").last.click()
    officers.get_by_role("button", name="发布给 49 人").click()
    expect(officers.get_by_text("2 个支部，已确认 0 个")).to_be_visible()


def test_pages_of_a_committees_gathering_fit_a_phone_and_shut_nobody_out(site: Site, officers: Page) -> None:
    with site.sessions.begin() as session:
        more = [
            a_branch(session, site.orgs["far"], name=f"石桥{sign}村党支部") for sign in "一二三四五六七八"
        ]
        for branch in more:
            a_member(session, branch, "王丽")
        partners = [branch.id for branch in more]
    zone = site.browser("zone")
    draft = create(site, zone, "far", org="zone", kind="study", title="宪法专题学习").headers["Location"]
    many = zone.post("/console/gatherings", form(org=site.orgs["zone"].id, partners=partners)).headers[
        "Location"
    ]
    assert zone.post(f"{many}/publication").status_code == 303
    called(site, "home", kind="study", who="town")
    found = {}
    for where in (
        "/console/gatherings/new",
        draft,
        many,
        f"{many}/change",
        "/console/gatherings",
        "/console/",
    ):
        officers.goto(where)
        if wrong := misfits(officers) + violations(officers) + out_of_reach(officers):
            found[where] = wrong
    assert found == {}
