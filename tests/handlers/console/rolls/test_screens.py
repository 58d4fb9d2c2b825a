"""The hall's screen on another computer: one line typed once, this screen, four hours and nothing else."""

import json
import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.audit import Audit
from models.base import Sessions
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.screen_link import LIFE, ScreenLink, issue_screen_link, open_screen
from tests.conftest import NOON
from tests.factories import KEYRING
from tests.gatherings.halls import a_hall
from tests.handlers.console_site import NAMES, Browser, Site, publish_theme_day
from tests.together import at_once


def a_link(site: Site, who: str = "secretary") -> str:
    """Press the button; return the address of the link without its host."""
    page = site.browser(who).post(f"/console/gatherings/{site.gathering_id}/screen-links")
    assert page.status_code == 200, page.text
    found = re.search(r">(/s/[a-z0-9]{5}-[a-z0-9]{5})<", page.text)
    assert found
    return found[1]


def a_screen(site: Site) -> Browser:
    """Type the link on a computer where nobody is logged in."""
    publish_theme_day(site)
    browser = site.browser()
    assert browser.get(a_link(site)).status_code == 303
    return browser


def screen(site: Site) -> str:
    return f"/console/screens/{site.gathering_id}"


def test_link_typed_once_shows_the_screen_without_logging_in(site: Site) -> None:
    publish_theme_day(site)
    browser, link = site.browser(), a_link(site)
    answer = browser.get(link)
    assert (answer.status_code, answer.headers["Location"]) == (303, screen(site))
    page = browser.get(screen(site))
    assert page.status_code == 200
    assert f'data-code="{screen(site)}/code"' in page.text
    shown = browser.get(f"{screen(site)}/code").json
    projected = site.browser("secretary").get(f"/console/gatherings/{site.gathering_id}/projector/code").json
    assert shown is not None
    assert shown == projected
    assert shown["picture"]
    assert not [name for name in " ".join(NAMES).split() if name in page.text + json.dumps(shown)]


def test_link_is_read_as_people_type_it(site: Site) -> None:
    publish_theme_day(site)
    plain = a_link(site).removeprefix("/s/").replace("-", "")
    assert site.browser().get(f"/s/{plain[:3].upper()} {plain[3:]}").status_code == 303


def test_second_computer_gets_nothing_from_a_used_link(site: Site) -> None:
    publish_theme_day(site)
    link = a_link(site)
    assert site.browser().get(link).status_code == 303
    other = site.browser()
    answer = other.get(link)
    assert (answer.status_code, "再给一个" in answer.text) == (401, True)
    assert other.get(screen(site)).status_code == 401
    ended = other.get(f"{screen(site)}/code").json
    assert ended is not None
    assert ended["error"]["code"] == "screen_ended"


def test_cookie_reads_this_screen_and_nothing_else(site: Site) -> None:
    # Control: without the gathering in `check_screen` it reads the neighbour's screen too.
    browser = a_screen(site)
    with site.sessions.begin() as session:
        it = session.get_one(Gathering, site.gathering_id)
        kept = ("kind", "title", "starts_at", "ends_at", "place", "state", "hall_salt")
        other = Gathering(org_id=site.orgs["neighbour"].id, period="2026-12",
                          **{name: getattr(it, name) for name in kept})  # fmt: skip
        session.add(other)
        session.flush()
        elsewhere = f"/console/screens/{other.id}"
    assert browser.get(elsewhere).status_code == 401
    assert browser.get(f"{elsewhere}/code").status_code == 401
    it_page = f"/console/gatherings/{site.gathering_id}"
    for page in ("/console/", it_page, f"{it_page}/projector", f"{it_page}/phone-list", "/console/members"):
        assert browser.get(page).status_code == 401, page
    assert browser.client.post(f"{it_page}/closing").status_code == 401


def test_secretarys_own_log_in_is_no_screen_and_a_made_up_cookie_neither(site: Site) -> None:
    publish_theme_day(site)
    assert site.browser("secretary").get(screen(site)).status_code == 401
    browser = site.browser()
    for made_up in ("", "x" * 43):
        browser.client.set_cookie("screen", made_up)
        assert browser.get(screen(site)).status_code == 401


def test_link_and_screen_are_good_for_four_hours(site: Site) -> None:
    browser = a_screen(site)
    unused = a_link(site)
    site.clock[0] += LIFE - timedelta(seconds=1)
    assert browser.get(screen(site)).status_code == 200
    site.clock[0] += timedelta(seconds=1)
    assert browser.get(screen(site)).status_code == 401
    assert site.browser().get(unused).status_code == 401


@pytest.mark.parametrize("state", [GatheringState.CANCELLED, GatheringState.CONFIRMED])
def test_screen_ends_with_its_gathering(site: Site, state: GatheringState) -> None:
    # Control: without the state in `_shown` the screen goes on.
    browser = a_screen(site)
    unused = a_link(site)
    with site.sessions.begin() as session:
        it = session.get_one(Gathering, site.gathering_id)
        it.state, it.reason = state, "大雪封路"
    assert browser.get(f"{screen(site)}/code").status_code == 401
    assert site.browser().get(unused).status_code == 401
    answer = site.browser("secretary").post(f"/console/gatherings/{site.gathering_id}/screen-links")
    assert answer.status_code == 409


def test_secretary_ends_what_was_given(site: Site) -> None:
    browser = a_screen(site)
    unused, secretary = a_link(site), site.browser("secretary")
    it = f"/console/gatherings/{site.gathering_id}"
    assert "投屏链接作废" in secretary.get(it).text
    assert secretary.post(f"{it}/screen-links/ending").status_code == 303
    assert browser.get(screen(site)).status_code == 401
    assert site.browser().get(unused).status_code == 401
    assert "投屏链接作废" not in secretary.get(it).text
    with site.sessions() as session:
        told = select(Audit.verb).where(Audit.verb.contains("screen_link")).order_by(Audit.id)
        verbs = session.scalars(told).all()
    assert verbs == ["issue_screen_link", "issue_screen_link", "end_screen_links"]


def test_draft_has_no_screen_and_a_clerk_gives_no_link(site: Site) -> None:
    publish_theme_day(site)
    it = f"/console/gatherings/{site.gathering_id}"
    assert site.browser("clerk").post(f"{it}/screen-links").status_code == 403
    assert "投到别的电脑" not in site.browser("clerk").get(it).text
    with site.sessions.begin() as session:
        gathering = session.get_one(Gathering, site.gathering_id)
        gathering.state, gathering.hall_salt = GatheringState.DRAFT, None
    assert site.browser("secretary").post(f"{it}/screen-links").status_code == 409


def test_link_leaves_no_trace_but_its_hash(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    publish_theme_day(site)
    link = a_link(site)
    typed = link.removeprefix("/s/")
    answer = site.browser().get(link)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert typed not in answer.text
    assert site.browser().get(link).headers["Referrer-Policy"] == "no-referrer"
    cookie = re.search(r"screen=([^;]+)", answer.headers["Set-Cookie"])
    assert cookie
    assert {"HttpOnly", "SameSite=Lax"} <= set(answer.headers["Set-Cookie"].split("; "))
    for secret in (typed, typed.replace("-", ""), cookie[1]):
        assert secret not in caplog.text
    with site.sessions() as session:
        [kept] = session.scalars(select(ScreenLink))
        assert typed.replace("-", "").encode() not in kept.link_hash


def test_of_twenty_computers_at_once_one_gets_the_screen(sessions: Sessions) -> None:
    # Control: without `ScreenLink.used_at.is_(None)` in the statement all twenty do.
    with sessions.begin() as session:
        hall = a_hall(session, members=1)
        link = issue_screen_link(session, KEYRING, hall.gathering, by=hall.secretary.id, now=NOON)

    def type_it() -> Any:
        with sessions.begin() as session:
            return open_screen(session, KEYRING, link, now=NOON).gathering_id

    results = at_once([type_it] * 20)
    assert (results.count(hall.gathering.id), results.count("screen_ended")) == (1, 19)
