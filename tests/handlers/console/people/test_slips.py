"""Slips exist on paper only; accounts below are given, ended and shown a first password once."""

import re
from datetime import date, timedelta

from sqlalchemy import select, update

from models.audit import Audit, Via
from models.people.account import Account
from models.people.bind import bind, read_code
from models.people.binding import BindCode
from models.people.console import HASHER
from tests.factories import KEYRING, a_member
from tests.handlers.console_site import MINI, Browser, Site

PASSWORD = "river-stone-42"
XSS = "<img src=x onerror=alert(1)>"


def with_password(site: Site, who: str) -> Browser:
    """Return a browser of somebody whose password is known."""
    with site.sessions.begin() as session:
        session.execute(
            update(Account).where(Account.login == who).values(password_hash=HASHER.hash(PASSWORD))
        )
    return site.browser(who)


def codes_on(page: str) -> list[str]:
    """Read the codes off the sheet."""
    return re.findall(r'<p class="code">([0-9 ]{14})</p>', page)


def test_sheet_shows_codes_that_bind_and_are_stored_nowhere(site: Site) -> None:
    member = site.members["白玉珍"]
    answer = with_password(site, "secretary").post(
        "/console/slips", {"member": [member.id], "password": PASSWORD}
    )
    assert answer.status_code == 200
    [code] = codes_on(answer.text)
    assert "周明远 2026年11月25日印发，12月24日前有效" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    digits = read_code(code)
    with site.sessions.begin() as session:
        stored = session.scalars(select(BindCode)).one()
        told = repr(vars(stored)) + "".join(repr(vars(row)) for row in session.scalars(select(Audit)))
        assert digits not in told
        assert bind(session, KEYRING, digits, MINI, "openid-x", via=Via.PHONE, now=site.now).id == member.id


def test_two_of_one_name_are_told_apart_where_slips_are_chosen_and_printed(site: Site) -> None:
    with site.sessions.begin() as session:
        home, group = site.orgs["home"], site.orgs["group1"]
        twin = a_member(session, home, "白玉珍", group, joined_on=date(2019, 7, 1))
    browser = with_password(site, "secretary")
    page = browser.get("/console/slips").text
    assert "<small>2019年</small>" in page
    assert "<small>1986年</small>" in page
    sheet = browser.post("/console/slips", {"member": [twin.id], "password": PASSWORD}).text
    assert "<b>白玉珍</b> <small>2019年</small>" in sheet


def test_wrong_password_prints_nothing_and_keeps_the_choice(site: Site) -> None:
    member = site.members["白玉珍"]
    answer = with_password(site, "secretary").post(
        "/console/slips", {"member": [member.id], "password": "wrong"}
    )
    assert answer.status_code == 400
    assert re.search(rf'value="{member.id}" checked', answer.text)
    assert 'value="wrong"' not in answer.text
    with site.sessions() as session:
        assert session.scalar(select(BindCode.id)) is None


def test_guessing_the_password_on_the_form_waits_like_the_login(site: Site) -> None:
    browser = with_password(site, "secretary")
    fields = {"member": [site.members["白玉珍"].id], "password": "wrong"}
    assert [browser.post("/console/slips", fields).status_code for _ in range(6)] == [400] * 5 + [429]
    assert browser.post("/console/slips", fields | {"password": PASSWORD}).status_code == 429


def test_nobody_chosen_is_said(site: Site) -> None:
    answer = with_password(site, "secretary").post("/console/slips", {"password": PASSWORD})
    assert answer.status_code == 400
    assert "请先选要打印的同志" in answer.text


def test_slip_of_a_foreign_member_is_not_printed(site: Site) -> None:
    browser = with_password(site, "secretary")
    ids = [site.members["白玉珍"].id, site.members["远山人"].id]
    assert browser.post("/console/slips", {"member": ids, "password": PASSWORD}).status_code == 404
    fields = {"org": site.orgs["far"].id, "member": ids[1:], "password": PASSWORD}
    assert browser.post("/console/slips", fields).status_code == 404


def test_officer_makes_an_account_whose_first_password_works_once_shown(site: Site) -> None:
    browser = with_password(site, "town")
    fields = {"login": "newcomer", "name": "赵一", "org": site.orgs["home"].id, "role": "clerk"}
    answer = browser.post("/console/accounts", fields | {"password": PASSWORD})
    assert answer.status_code == 200
    password = answer.text.split('class="password">')[1].split("<")[0]
    logged = site.browser().client.post("/console/login", data={"login": "newcomer", "password": password})
    assert logged.status_code == 303
    assert password not in browser.get("/console/accounts").text


def test_officer_gives_no_post_of_the_own_level_or_elsewhere(site: Site) -> None:
    browser = with_password(site, "town")
    fields = {"login": "newcomer", "name": "赵一", "password": PASSWORD}
    for org, role in (("town", "township_officer"), ("far", "clerk"), ("home", "auditor"), ("town", "clerk")):
        answer = browser.post("/console/accounts", fields | {"org": site.orgs[org].id, "role": role})
        assert answer.status_code == 400, (org, role)
        assert 'value="赵一"' in answer.text


def test_wrong_account_form_comes_back_as_typed_and_escaped(site: Site) -> None:
    fields = {"login": "Ä", "name": XSS, "org": site.orgs["home"].id, "role": "clerk", "password": PASSWORD}
    answer = with_password(site, "town").post("/console/accounts", fields)
    assert answer.status_code == 400
    assert XSS not in answer.text
    assert "&lt;img src=x" in answer.text
    assert "登录名用小写字母和数字" in answer.text
    assert PASSWORD not in answer.text


def test_ended_account_is_out_at_once(site: Site) -> None:
    secretary, town = site.browser("secretary"), with_password(site, "town")
    address = f"/console/accounts/{site.staff['secretary'].id}"
    assert town.post(f"{address}/ending", {"password": "wrong"}).status_code == 400
    assert secretary.get("/console/").status_code == 200
    assert town.post(f"{address}/ending", {"password": PASSWORD}).status_code == 303
    assert secretary.get("/console/").status_code == 401
    assert town.post(f"{address}/ending", {"password": PASSWORD}).status_code == 404


def test_new_first_password_ends_the_sessions_and_must_be_changed(site: Site) -> None:
    clerk, town = site.browser("clerk"), with_password(site, "town")
    answer = town.post(f"/console/accounts/{site.staff['clerk'].id}/password", {"password": PASSWORD})
    assert answer.status_code == 200
    password = answer.text.split('class="password">')[1].split("<")[0]
    assert clerk.get("/console/").status_code == 401
    again = site.browser().client.post("/console/login", data={"login": "clerk", "password": password})
    assert again.headers["Location"] == "/console/password"


def test_accounts_elsewhere_or_above_are_not_touched(site: Site) -> None:
    town = with_password(site, "town")
    for who, status in (("far", 404), ("zone", 404), ("town", 403)):
        address = f"/console/accounts/{site.staff[who].id}/ending"
        assert town.post(address, {"password": PASSWORD}).status_code == status, who


def test_password_is_asked_again_after_ten_minutes(site: Site) -> None:
    town = with_password(site, "town")
    assert "您的密码" not in town.get("/console/accounts").text
    site.clock[0] += timedelta(minutes=11)
    assert "您的密码" in town.get("/console/accounts").text
    address = f"/console/accounts/{site.staff['clerk'].id}/ending"
    assert town.post(address).status_code == 400
    assert town.post(address, {"password": PASSWORD}).status_code == 303
