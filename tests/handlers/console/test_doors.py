"""The console's doors: where a log-in leads, who may send its form, what a cookie and a draft give away."""

from dataclasses import replace
from datetime import timedelta

from models.gatherings.gathering import Gathering
from models.gatherings.plan import Plan, draft
from models.people.console import make_account
from tests.factories import THREE_O_CLOCK, a_post
from tests.handlers.console_site import Site


def a_password(site: Site) -> str:
    """Add a secretary whose password need not be changed; return it."""
    with site.sessions.begin() as session:
        account, password = make_account(session, "newcomer", "赵一")
        account.must_change = False
        a_post(session, account, site.orgs["home"])
    return password


def test_next_page_with_a_line_end_in_it_is_no_page(site: Site) -> None:
    form = {"login": "newcomer", "password": a_password(site), "next": "/console/\r\nSet-Cookie: a=b"}
    answer = site.browser().client.post("/console/login", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/")


def test_log_in_form_that_another_site_sends_is_refused(site: Site) -> None:
    form = {"login": "newcomer", "password": a_password(site)}
    foreign = {"Sec-Fetch-Site": "cross-site"}
    answer = site.browser().client.post("/console/login", data=form, headers=foreign)
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers
    own = {"Sec-Fetch-Site": "same-origin"}
    assert site.browser().client.post("/console/login", data=form, headers=own).status_code == 303


def test_logging_out_takes_a_host_cookie_back_as_browsers_demand(site: Site) -> None:
    house = replace(site.app.parts.installation, base_url="https://dj.example.cn")
    site.app.parts = replace(site.app.parts, installation=house)
    form = {"login": "newcomer", "password": a_password(site)}
    client = site.browser().client
    client.post("/console/login", data=form, base_url="https://dj.example.cn")
    page = client.get("/console/", base_url="https://dj.example.cn").text
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    answer = client.post("/console/logout", data={"csrf": csrf}, base_url="https://dj.example.cn")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-console=;")
    assert "Secure" in cookie


def test_group_leader_reads_nothing_of_a_draft_on_todays_page(site: Site) -> None:
    begins = THREE_O_CLOCK + timedelta(days=5)
    plan = Plan("还没定的活动", begins, begins + timedelta(hours=1), "村部", "2026-11")
    with site.sessions.begin() as session:
        made: Gathering = draft(
            session, site.orgs["home"].id, plan, by=site.staff["secretary"].id, now=site.now
        )
        assert made.id
    assert "还没定的活动" in site.browser("secretary").get("/console/").text
    assert "还没定的活动" not in site.browser("leader").get("/console/").text


def test_draft_moved_to_a_month_that_is_taken_is_refused(site: Site) -> None:
    home = site.orgs["home"].id
    months = {"2026-12": 30, "2027-01": 60}
    addresses = []
    for period, days in months.items():
        begins = THREE_O_CLOCK + timedelta(days=days)
        plan = Plan(f"{period}的党日", begins, begins + timedelta(hours=1), "村部", period)
        with site.sessions.begin() as session:
            by = site.staff["secretary"].id
            addresses.append(f"/console/gatherings/{draft(session, home, plan, by=by, now=site.now).id}")
    form = {
        "title": "改到十二月", "day": "2027-01-24", "start": "15:00", "end": "16:00", "place": "村部",
        "period": "2026-12",
    }  # fmt: skip
    browser = site.browser("secretary")
    assert browser.post(addresses[1], form).status_code == 400
    assert browser.post(addresses[1], form | {"period": "2027-01"}).status_code == 303


def test_answers_about_a_person_are_kept_by_no_cache(site: Site) -> None:
    client = site.app.test_client()
    for address in ("/api/v1/home", "/api/v1/me/points"):
        assert client.get(address).headers["Cache-Control"] == "no-store"
