"""Objections in a real browser: the pages fit a phone, and an answer is three fields and two presses."""

import pytest
from playwright.sync_api import Page, expect

from models.people.console import start_session
from models.ratings.objections.objection import ObjectionState
from tests.faults import misfits
from tests.handlers.console.objections.disputing import WHO, dispute, objected, objection_of
from tests.handlers.console.objections.test_objections_pages import FOUND, answer
from tests.handlers.console_site import Site

pytestmark = pytest.mark.browser


def as_(site: Site, page: Page, address: str, who: str) -> None:
    with site.sessions.begin() as session:
        token = start_session(session, site.staff[who], now=site.now)
    page.context.add_cookies([{"name": "console", "value": token, "url": address}])


def test_pages_of_objections_fit_a_phone(site: Site, page: Page, address: str) -> None:
    entry = dispute(site)
    member, waiting = site.members[WHO].id, objected(site, entry, by="clerk")
    one = f"/console/objections/{waiting}"
    found: dict[str, object] = {}

    def look(who: str, *places: str) -> None:
        as_(site, page, address, who)
        for where in places:
            page.goto(where)
            if wrong := misfits(page):
                found[f"{who} {where}"] = wrong

    new = "/console/objections/new"
    look("clerk", new, f"{new}?member={member}", "/console/objections", one, f"{one}/receipt")
    look("committee", one)
    answer(site.browser("committee"), waiting, say="reject", status="")
    look("clerk", one, f"{one}/paper", "/console/objections")
    assert found == {}


def test_an_answer_is_looked_at_and_sent_without_leaving_the_page(
    site: Site, page: Page, address: str
) -> None:
    objection = objected(site, dispute(site))
    as_(site, page, address, "committee")
    page.goto("/console/")
    page.get_by_role("link", name="去答复").click()
    page.get_by_label("属实，更正").check()
    page.get_by_label("名册上应当记成").select_option("到会")
    page.get_by_label("核实的情况").fill(FOUND)
    page.get_by_role("button", name="先看改前改后").click()
    expect(page.locator("#change")).to_contain_text("57.0 → 60.0")
    expect(page.get_by_label("核实的情况")).to_have_value(FOUND)
    page.get_by_role("button", name="更正并答复").click()
    expect(page.get_by_text("属实，已更正").first).to_be_visible()
    assert objection_of(site, objection).state is ObjectionState.UPHELD
