"""Logging in to the console, waiting after wrong passwords, changing the first one."""

from datetime import timedelta

from models.people.console import make_account
from tests.factories import a_post
from tests.handlers.console_site import Browser, Site


def newcomer(site: Site) -> str:
    """Add a secretary with a first password; return it."""
    with site.sessions.begin() as session:
        account, password = make_account(session, "newcomer", "赵一")
        a_post(session, account, site.orgs["home"])
    return password


def log_in(browser: Browser, password: str, login: str = "newcomer", **more: str) -> int:
    """Send the log-in form; return the status."""
    return browser.client.post(
        "/console/login", data={"login": login, "password": password} | more
    ).status_code


def changed(site: Site) -> str:
    """Let the newcomer change the first password; return the new one."""
    browser = site.browser()
    first = newcomer(site)
    assert log_in(browser, first) == 303
    fields = {"old": first, "new": "river-stone-42", "again": "river-stone-42"}
    page = browser.get("/console/password").text
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    assert browser.client.post("/console/password", data=fields | {"csrf": csrf}).status_code == 303
    return "river-stone-42"


def test_first_password_opens_nothing_until_it_is_changed(site: Site) -> None:
    browser = site.browser()
    answer = browser.client.post("/console/login", data={"login": "newcomer", "password": newcomer(site)})
    assert answer.headers["Location"] == "/console/password"
    assert browser.get("/console/").status_code == 403
    assert browser.get("/console/password").status_code == 200


def test_changed_password_logs_in_and_the_old_one_does_not(site: Site) -> None:
    password = changed(site)
    assert log_in(site.browser(), "not-" + password) == 401
    browser = site.browser()
    assert log_in(browser, password) == 303
    assert browser.get("/console/").status_code == 200


def test_unknown_login_gets_the_same_answer_as_a_wrong_password(site: Site) -> None:
    changed(site)
    known = site.browser().client.post("/console/login", data={"login": "newcomer", "password": "x"})
    unknown = site.browser().client.post("/console/login", data={"login": "nobody00", "password": "x"})
    assert known.status_code == unknown.status_code == 401
    assert known.text.replace("newcomer", "nobody00") == unknown.text


def test_sixth_try_waits_and_says_until_when_and_the_wait_ends(site: Site) -> None:
    password = changed(site)
    for _ in range(5):
        assert log_in(site.browser(), "wrong") == 401
    answer = site.browser().client.post("/console/login", data={"login": "newcomer", "password": password})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60
    assert "15:05 以后可以再试" in answer.text
    site.clock[0] += timedelta(minutes=16)
    assert log_in(site.browser(), password) == 303


def test_tries_during_the_wait_do_not_lengthen_it(site: Site) -> None:
    password = changed(site)
    for _ in range(5):
        log_in(site.browser(), "wrong")
    site.clock[0] += timedelta(minutes=10)
    assert log_in(site.browser(), "wrong") == 429
    site.clock[0] += timedelta(minutes=6)
    assert log_in(site.browser(), password) == 303


def test_unknown_login_waits_too(site: Site) -> None:
    answers = [log_in(site.browser(), "wrong", "nobody00") for _ in range(6)]
    assert answers == [401] * 5 + [429]


def test_after_logging_in_only_an_address_of_the_console_is_gone_to(site: Site) -> None:
    password = changed(site)
    for wanted, reached in (
        ("/console/members", "/console/members"),
        ("https://evil.example/", "/console/"),
        ("//evil.example/console/", "/console/"),
        ("/console//evil.example", "/console/"),
    ):
        answer = site.browser().client.post(
            "/console/login", data={"login": "newcomer", "password": password, "next": wanted}
        )
        assert answer.headers["Location"] == reached


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    answer = site.browser().client.post(
        "/console/login", data={"login": "newcomer", "password": newcomer(site)}
    )
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("console=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_logging_out_ends_the_session_on_the_server(site: Site) -> None:
    browser = site.browser("secretary")
    cookie = browser.client.get_cookie("console")
    assert cookie is not None
    assert browser.post("/console/logout").status_code == 303
    browser.client.set_cookie("console", cookie.value)
    assert browser.get("/console/").status_code == 401


def test_idle_session_ends_after_an_hour(site: Site) -> None:
    browser = site.browser("secretary")
    site.clock[0] += timedelta(minutes=59)
    assert browser.get("/console/").status_code == 200
    site.clock[0] += timedelta(minutes=61)
    assert browser.get("/console/").status_code == 401


def test_two_different_new_passwords_change_nothing(site: Site) -> None:
    browser = site.browser("secretary")
    answer = browser.post(
        "/console/password", {"old": "x", "new": "river-stone-42", "again": "river-stone-43"}
    )
    assert answer.status_code == 400
    assert "两次输入的新密码不一样" in answer.text
