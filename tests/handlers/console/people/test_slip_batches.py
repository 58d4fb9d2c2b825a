"""Slips from above: by branch, a sheet each, and no word of who is bound."""

import re
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select

from handlers.console.people import slip_batches
from models.audit import Audit, Via
from models.people.bind import bind, read_code
from models.people.binding import BindCode
from tests.factories import KEYRING, a_binding, a_member
from tests.handlers.console.people.test_slips import PASSWORD, codes_on, with_password
from tests.handlers.console_site import MINI, Site

PAGE, SEND = "/console/slips", "/console/slips/branches"


def form(site: Site, *orgs: str, who: str = "new", password: str = PASSWORD) -> dict[str, Any]:
    return {"branch": [site.orgs[org].id for org in orgs], "who": who, "password": password}


def printed(site: Site) -> int:
    with site.sessions() as session:
        return session.scalar(select(func.count()).select_from(BindCode)) or 0


def test_several_branches_get_a_sheet_each_with_codes_that_bind(site: Site) -> None:
    sheet = with_password(site, "town").post(SEND, form(site, "home", "neighbour"))
    assert sheet.status_code == 200
    assert sheet.headers["Cache-Control"] == "no-store"
    parts = sheet.text.split('<div class="sheet')
    home, neighbour = parts[1], parts[2]
    assert (len(codes_on(home)), len(codes_on(neighbour))) == (46, 3)
    assert "冯小军" in neighbour
    assert "冯小军" not in home
    names = re.findall(r'<p class="whose"><b>([^<]+)</b>', neighbour)
    assert names == ["冯小军", "葛秀兰", "蒋大海"]
    with site.sessions.begin() as session:
        digits = read_code(codes_on(neighbour)[0])
        assert bind(session, KEYRING, digits, MINI, "o", via=Via.PHONE, now=site.now).name == "冯小军"


def test_printing_is_in_the_log_by_branch_and_by_person_without_a_name(site: Site) -> None:
    with_password(site, "town").post(SEND, form(site, "neighbour"))
    with site.sessions() as session:
        acts = session.scalars(select(Audit).where(Audit.account_id == site.staff["town"].id)).all()
        told = [(act.verb, act.org_id, act.after) for act in acts if act.verb == "print_slips"]
        assert told == [("print_slips", site.orgs["neighbour"].id, {"slips": 3})]
        assert sum(act.verb == "issue_code" for act in acts) == 3


def test_whoever_had_a_slip_gets_none_again_unless_everybody_is_asked_for(site: Site) -> None:
    town = with_password(site, "town")
    town.post(SEND, form(site, "neighbour"))
    again = town.post(SEND, form(site, "neighbour"))
    assert again.status_code == 400
    assert "每位同志都印过了" in again.text
    with site.sessions.begin() as session:
        a_member(session, site.orgs["neighbour"], "秦新来")
    assert len(codes_on(town.post(SEND, form(site, "neighbour")).text)) == 1
    assert len(codes_on(town.post(SEND, form(site, "neighbour", who="all")).text)) == 4


def test_nothing_above_the_branch_tells_who_is_bound(site: Site) -> None:
    # Control: with `without_slip` in place of `never_printed` the second sheet is shorter.
    town = with_password(site, "town")
    before = town.get(PAGE).text
    sheet = codes_on(town.post(SEND, form(site, "neighbour")).text)
    with site.sessions.begin() as session:
        fresh = a_member(session, site.orgs["neighbour"], "秦新来")
        a_binding(session, fresh, MINI, "bound-without-a-slip")
    after = town.get(PAGE).text
    assert len(sheet) == 3
    assert "绑定条</small>" not in before
    assert before.replace("3 人", "") == after.replace("4 人", "")
    assert len(codes_on(town.post(SEND, form(site, "neighbour")).text)) == 1


def test_township_is_ticked_as_a_whole(site: Site) -> None:
    sheet = with_password(site, "town").post(SEND, form(site, "town"))
    assert len(codes_on(sheet.text)) == 49
    zone = with_password(site, "zone").post(SEND, form(site, "town", "home", "far", who="all"))
    assert len(codes_on(zone.text)) == 50


def test_officers_page_names_branches_and_numbers_and_no_person(site: Site) -> None:
    page = site.browser("town").get(PAGE).text
    assert "青石村党支部 <small" in page
    assert "46 人" in page
    assert "白玉珍" not in page
    assert "远山村" not in page
    assert "远山村" in site.browser("zone").get(PAGE).text
    asked = site.browser("town").get(f"{PAGE}?org={site.orgs['neighbour'].id}").text
    assert re.search(rf'value="{site.orgs["neighbour"].id}" checked', asked)


def test_officer_prints_for_nobody_by_name(site: Site) -> None:
    member = site.members["冯小军"].id
    form = {"org": site.orgs["neighbour"].id, "member": [member], "password": PASSWORD}
    assert with_password(site, "town").post(PAGE, form).status_code == 403
    assert printed(site) == 0


@pytest.mark.parametrize(("orgs", "status"), [(("far",), 404), (("home", "far"), 404), (("zone",), 404)])
def test_branch_that_is_not_below_prints_nothing(site: Site, orgs: tuple[str, ...], status: int) -> None:
    assert with_password(site, "town").post(SEND, form(site, *orgs)).status_code == status
    assert printed(site) == 0


def test_wrong_password_prints_nothing_and_keeps_the_choice(site: Site) -> None:
    page = with_password(site, "town").post(SEND, form(site, "neighbour", who="all", password="wrong"))
    assert page.status_code == 400
    assert "密码不对" in page.text
    assert re.search(rf'value="{site.orgs["neighbour"].id}" checked', page.text)
    assert 'value="all" checked' in page.text
    assert printed(site) == 0


def test_nothing_chosen_and_too_much_chosen_are_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    town = with_password(site, "town")
    assert "请先选支部" in town.post(SEND, {"password": PASSWORD}).text
    monkeypatch.setattr(slip_batches, "MOST", 48)
    page = town.post(SEND, form(site, "town"))
    assert page.status_code == 400
    assert "一共 49 张，一次最多 48 张" in page.text
    assert printed(site) == 0


def test_page_costs_the_same_for_many_branches(site: Site) -> None:
    engine: Engine = site.sessions.kw["bind"]
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    costs = []
    for who in ("town", "zone"):
        browser = site.browser(who)
        asked.clear()
        assert browser.get(PAGE).status_code == 200
        costs.append(len(asked))
    assert costs[0] == costs[1]
