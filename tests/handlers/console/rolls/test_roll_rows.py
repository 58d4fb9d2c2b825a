"""The rows of the roll: mark, dues, make-up and leave, each saved alone; other hands' work is never lost."""

import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from models.audit import Audit, Via
from models.gatherings.dues_tick import DuesTick
from models.gatherings.leave.leave import ask_leave, decide_leave
from models.gatherings.leave.makeup import Makeup, MakeupForm
from models.gatherings.roll import LeaveReason, Status
from tests.handlers.console.rolls.test_rolls import listed, mark, scan, status_of
from tests.handlers.console_site import Browser, Site, publish_theme_day
from tests.together import at_once

SCRIPT = {"HX-Request": "true"}


def row(page: str, site: Site, name: str) -> str:
    """Return the form of one row."""
    member = site.members[name].id
    found = re.search(rf'<form class="line[^>]* id="m{member}".*?</form>', page, re.DOTALL)
    assert found, f"no row of {name}"
    return found[0]


def hidden(form: str) -> dict[str, str]:
    """Return the hidden fields of a row, without the page's own."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: value for name, value in fields if name != "csrf"}


def field(site: Site, prefix: str, name: str, value: str) -> dict[str, str]:
    return {f"{prefix}-{site.members[name].id}": value}


def confirm(site: Site, browser: Browser, roll: int) -> None:
    fields = listed(browser.get(f"/console/rolls/{roll}/confirmation").text) | {"rest": "unclear"}
    assert browser.post(f"/console/rolls/{roll}/confirmation", fields).status_code == 303


def test_two_people_tick_different_rows_of_one_page_and_both_see_the_sums(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    first, second = site.browser("secretary"), site.browser("clerk")
    page = first.get(f"/console/rolls/{roll}").text
    for browser, name in ((first, "白玉珍"), (second, "陈春生")):
        sent = hidden(row(page, site, name)) | mark(site, name, "present")
        answer = browser.post(f"/console/rolls/{roll}/marks", sent, **SCRIPT)
        assert "已存 14:50" in answer.text
    assert "还有 43 人未登记" in answer.text
    assert (status_of(site, "白玉珍"), status_of(site, "陈春生")) == (Status.PRESENT, Status.PRESENT)


def test_row_that_somebody_else_marked_meanwhile_stays_and_offers_to_be_changed(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    first, second = site.browser("secretary"), site.browser("clerk")
    seen = hidden(row(first.get(f"/console/rolls/{roll}").text, site, "白玉珍"))
    second.post(f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "leave"))
    answer = first.post(f"/console/rolls/{roll}/marks", seen | mark(site, "白玉珍", "present"), **SCRIPT)
    assert "手工 14:50 林小满 已登记为请假" in answer.text
    assert "改为到会" in answer.text
    assert "已存 14:50" not in answer.text
    assert status_of(site, "白玉珍") is Status.LEAVE
    again = hidden(answer.text) | mark(site, "白玉珍", "present")
    assert "已存 14:50" in first.post(f"/console/rolls/{roll}/marks", again, **SCRIPT).text
    assert status_of(site, "白玉珍") is Status.PRESENT


def test_plain_form_is_told_the_same(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("secretary")
    seen = hidden(row(browser.get(f"/console/rolls/{roll}").text, site, "白玉珍"))
    site.browser("clerk").post(f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "leave"))
    answer = browser.post(f"/console/rolls/{roll}/marks", seen | mark(site, "白玉珍", "present"))
    assert answer.status_code == 409
    assert "林小满 已登记为请假" in row(answer.text, site, "白玉珍")


def test_many_browsers_at_once_lose_no_tick(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    people = list(site.members)[:24]
    browsers = [(site.browser("secretary"), site.browser("clerk"))[n % 2] for n in range(len(people))]
    csrf = [browser.csrf() for browser in browsers]
    page = browsers[0].get(f"/console/rolls/{roll}").text

    def tick(n: int) -> int:
        sent = hidden(row(page, site, people[n])) | mark(site, people[n], ("present", "late")[n % 2])
        answer = browsers[n].client.post(f"/console/rolls/{roll}/marks", data={"csrf": csrf[n]} | sent)
        return answer.status_code

    assert at_once([partial(tick, n) for n in range(len(people))]) == [303] * len(people)
    assert [status_of(site, name) for name in people] == [Status.PRESENT, Status.LATE] * 12


def test_page_learns_which_rows_differ_from_what_it_shows(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    first = site.browser("secretary")
    page = first.get(f"/console/rolls/{roll}").text
    seen = re.findall(r'name="s" value="([^"]+)"', page)
    asked: Any = {"query_string": {"s": seen}}
    fresh = first.client.get(f"/console/rolls/{roll}/fresh", **asked).text
    assert "<form" not in fresh
    assert 'id="tally" hx-swap-oob="true"' in fresh
    second = site.browser("clerk")
    second.post(f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "late"))
    second.post(f"/console/rolls/{roll}/dues", field(site, "d", "陈春生", "1"))
    scan(site, "方国栋", status=Status.PRESENT)
    fresh = first.client.get(f"/console/rolls/{roll}/fresh", **asked).text
    assert {name for name in site.members if f'id="m{site.members[name].id}"' in fresh} == {
        "白玉珍", "陈春生", "方国栋",
    }  # fmt: skip
    assert 'hx-swap-oob="true"' in row(fresh, site, "白玉珍")
    # A leader's page asks about the own group only, and learns of no other.
    foreign = f"{site.members['丁立民'].id}.0"
    leader = site.browser("leader")
    assert "<form" not in leader.get(f"/console/rolls/{roll}/fresh?s={foreign}").text


def test_page_of_a_roll_confirmed_meanwhile_opens_again(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("secretary")
    assert "HX-Refresh" not in browser.get(f"/console/rolls/{roll}/fresh").headers
    confirm(site, browser, roll)
    assert browser.get(f"/console/rolls/{roll}/fresh").headers["HX-Refresh"] == "true"


def test_dues_are_ticked_alone_before_and_after_the_confirmation(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("secretary")
    answer = browser.post(f"/console/rolls/{roll}/dues", field(site, "d", "白玉珍", "1"), **SCRIPT)
    assert "已存 14:50" in answer.text
    assert "党费已交 <b>1</b>" in answer.text
    assert status_of(site, "白玉珍") is Status.UNRECORDED
    confirm(site, browser, roll)
    answer = browser.post(f"/console/rolls/{roll}/dues", field(site, "d", "白玉珍", "0"))
    assert answer.headers["Location"].endswith(f"#m{site.members['白玉珍'].id}")
    browser.post(f"/console/rolls/{roll}/dues", field(site, "d", "陈春生", "1"))
    with site.sessions() as session:
        assert session.scalars(select(DuesTick.member_id)).all() == [site.members["陈春生"].id]


def test_make_up_is_chosen_in_the_row_before_and_after_the_confirmation(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("secretary")
    assert 'name="u-' not in row(browser.get(f"/console/rolls/{roll}").text, site, "白玉珍")
    browser.post(f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "leave"))
    choice = field(site, "u", "白玉珍", "home_study")
    assert (
        'value="home_study" selected' in browser.post(f"/console/rolls/{roll}/makeup", choice, **SCRIPT).text
    )
    confirm(site, browser, roll)
    browser.post(f"/console/rolls/{roll}/makeup", field(site, "u", "陈春生", "one_to_one"))
    browser.post(f"/console/rolls/{roll}/makeup", field(site, "u", "白玉珍", "none"))
    with site.sessions() as session:
        made = session.execute(
            select(Makeup.member_id, Makeup.form).where(Makeup.cancelled_at.is_(None))
        ).all()
    assert [tuple(one) for one in made] == [(site.members["陈春生"].id, MakeupForm.ONE_TO_ONE)]
    assert browser.post(f"/console/rolls/{roll}/makeup", field(site, "u", "陈春生", "nap")).status_code == 400


def test_whoever_came_makes_nothing_up(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("secretary")
    browser.post(f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "present"))
    choice = field(site, "u", "白玉珍", "self_study")
    assert browser.post(f"/console/rolls/{roll}/makeup", choice).status_code == 409


@pytest.mark.parametrize(("route", "prefix", "value"), [("dues", "d", "1"), ("makeup", "u", "self_study")])
def test_leader_ticks_dues_and_make_up_of_the_own_group_only(
    site: Site, route: str, prefix: str, value: str
) -> None:
    roll = publish_theme_day(site)["home"]
    staff, leader = site.browser("clerk"), site.browser("leader")
    for name in ("白玉珍", "丁立民"):
        staff.post(f"/console/rolls/{roll}/marks", mark(site, name, "leave"))
    address = f"/console/rolls/{roll}/{route}"
    assert leader.post(address, field(site, prefix, "丁立民", value)).status_code == 404
    assert leader.post(address, field(site, prefix, "白玉珍", value)).status_code == 303


def test_leave_that_waits_or_is_granted_is_said_in_the_row(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    with site.sessions.begin() as session:
        before = site.now - timedelta(days=1)
        asked = partial(ask_leave, session, site.gathering_id, filing=None, via=Via.PHONE, now=before)
        asked(site.members["白玉珍"].id, LeaveReason.FAMILY, "孙子办喜事")
        asked(site.members["陈春生"].id, LeaveReason.ILLNESS, None)
        decide_leave(
            session, site.gathering_id, site.members["陈春生"].id, approve=True, answer="", told_how=None,
            by=site.staff["secretary"].id, via=Via.CONSOLE, now=before,
        )  # fmt: skip
    page = site.browser("secretary").get(f"/console/rolls/{roll}").text
    assert "请假等答复：家中有事（孙子办喜事）" in row(page, site, "白玉珍")
    assert "身体不适" in row(page, site, "陈春生")
    assert "已存 11月24日" in row(page, site, "陈春生")


def test_question_about_a_scan_has_two_answers(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("secretary")
    browser.post(f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "leave"))
    scan(site, "白玉珍")
    form = row(browser.get(f"/console/rolls/{roll}").text, site, "白玉珍")
    assert "14:50 扫过码。人来了吗？" in form
    site.clock[0] += timedelta(minutes=1)
    answer = browser.post(
        f"/console/rolls/{roll}/marks", hidden(form) | mark(site, "白玉珍", "leave"), **SCRIPT
    )
    assert "人来了吗" not in answer.text
    assert status_of(site, "白玉珍") is Status.LEAVE
    assert "核对 1 位" not in browser.get("/console/").text


def test_marks_are_logged_with_their_hand(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    site.browser("leader").post(f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "present"))
    with site.sessions() as session:
        [row] = session.scalars(select(Audit).where(Audit.verb == "mark")).all()
    assert (row.account_id, row.subject_id) == (site.staff["leader"].id, site.members["白玉珍"].id)
