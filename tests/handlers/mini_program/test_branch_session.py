"""A phone acts for a console account after eight digits, and for nothing longer than it should."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from models.audit import Audit, Via
from models.people.account import Account, Post
from models.people.bind import bind, end_bindings, issue_codes
from models.people.binding import Binding, PhoneSession
from models.people.console import HASHER, change_password
from models.people.link_code import LIFE
from models.people.member import Member
from models.people.phone import STAFF_LIFE
from models.people.posts import end_account, new_first_password
from tests.factories import KEYRING, a_member
from tests.handlers.console_site import MINI, Site
from tests.handlers.mini_program.at_work import Phone, bound_phone, digits_for, phone_at_work
from tests.handlers.world import PASSWORD


def works(phone: Phone) -> bool:
    answer = phone.ask("DELETE", "branch/session")
    assert answer.status_code in (204, 403)
    return answer.status_code == 204


def start(phone: Phone, code: str) -> tuple[int, str]:
    answer = phone.ask("POST", "branch/session", {"code": code})
    return answer.status_code, (answer.json or {}).get("error", {}).get("code", "")


def test_link_code_of_a_member_is_eight_digits_for_five_minutes(site: Site) -> None:
    phone = bound_phone(site)
    shown = phone.get("me/link-code")
    assert re.fullmatch(r"\d{8}", shown["code"])
    assert shown["expires_in"] == 300
    assert phone.get("me/link-code")["code"] != shown["code"]


def test_console_shows_the_digits_after_the_password_is_typed_again(site: Site) -> None:
    with site.sessions.begin() as session:
        session.get_one(Account, site.staff["secretary"].id).password_hash = HASHER.hash(PASSWORD)
    browser = site.browser("secretary")
    assert "手机办公" in browser.get("/console/").text
    wrong = browser.post("/console/phone-code", {"password": "something else"})
    assert (wrong.status_code, "密码不对" in wrong.text) == (400, True)
    page = browser.post("/console/phone-code", {"password": PASSWORD})
    assert page.status_code == 200
    found = re.search(r"(\d{4}) (\d{4})", page.text)
    assert found
    answer = bound_phone(site).ask("POST", "branch/session", {"code": found[0]})
    assert answer.status_code == 201
    assert answer.json == {
        "name": "周明远",
        "expires_in": 12 * 3600,
        "posts": [{"role": "secretary", "org_id": site.orgs["home"].id, "org": "青石村党支部"}],
    }
    assert found[0] not in browser.get("/console/phone-code").text


def test_who_has_nothing_to_do_by_phone_gets_no_digits(site: Site) -> None:
    auditor = site.browser("auditor")
    assert auditor.get("/console/phone-code").status_code == 403
    assert "手机办公" not in auditor.get("/console/").text


def test_work_on_a_phone_starts_and_ends_with_its_hand_in_the_log(site: Site) -> None:
    phone = phone_at_work(site, "secretary")
    assert works(phone)
    assert not works(phone)
    with site.sessions() as session:
        acts = session.scalars(select(Audit).where(Audit.verb.endswith("_branch_work")).order_by(Audit.id))
        assert [(act.verb, act.via, act.account_id) for act in acts] == [
            ("start_branch_work", Via.PHONE, site.staff["secretary"].id),
            ("end_branch_work", Via.PHONE, site.staff["secretary"].id),
        ]


def test_phone_that_is_bound_to_nobody_gets_no_work(site: Site) -> None:
    phone = bound_phone(site)
    with site.sessions.begin() as session:
        end_bindings(session, Binding.appid == MINI, now=site.now)
    assert phone.refusal("POST", "branch/session", {"code": digits_for(site, "secretary")}) == (
        403,
        "not_bound",
    )


def test_digits_are_good_once_and_for_five_minutes(site: Site) -> None:
    first, second = bound_phone(site), bound_phone(site)
    code = digits_for(site, "secretary")
    site.clock[0] += LIFE
    assert start(first, code) == (409, "link_code_used")
    site.clock[0] -= LIFE
    assert start(first, code) == (201, "")
    assert start(second, code) == (409, "link_code_used")
    assert start(second, "0000000") == (400, "link_code_wrong")


def test_digits_of_an_account_open_the_phone_of_its_own_member_alone(site: Site) -> None:
    # Control: without the check in `start_branch_work` a stolen glance at the screen is enough.
    with site.sessions.begin() as session:
        session.get_one(Account, site.staff["secretary"].id).member_id = site.members["周明远"].id
    code, thief, own = (
        digits_for(site, "secretary"),
        bound_phone(site),
        bound_phone(site, site.members["周明远"]),
    )
    assert start(thief, code) == (403, "not_your_code")
    assert not works(thief)
    assert start(own, code) == (201, "")
    assert works(own)


def test_five_wrong_digits_an_hour_and_the_right_ones_wait_too(site: Site) -> None:
    phone, neighbour = bound_phone(site), bound_phone(site)
    code = digits_for(site, "secretary")
    assert [start(phone, f"{n:08d}")[0] for n in range(5)] == [400] * 5
    answer = phone.ask("POST", "branch/session", {"code": code})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert start(neighbour, code) == (201, "")
    site.clock[0] += timedelta(hours=1)
    assert start(phone, digits_for(site, "secretary")) == (201, "")


def test_codes_of_somebody_else_cost_tries_and_right_ones_do_not(site: Site) -> None:
    with site.sessions.begin() as session:
        session.get_one(Account, site.staff["secretary"].id).member_id = site.members["周明远"].id
    phone, code = bound_phone(site), digits_for(site, "secretary")
    for _ in range(7):
        assert start(phone, digits_for(site, "clerk")) == (201, "")
    assert [start(phone, code)[1] for _ in range(6)] == ["not_your_code"] * 5 + ["too_many_tries"]


def test_account_without_a_post_has_no_work(site: Site) -> None:
    phone, code = bound_phone(site), digits_for(site, "clerk")
    with site.sessions.begin() as session:
        session.execute(update(Post).values(to_on=date(2026, 11, 24)))
    assert start(phone, code) == (403, "not_yours")


def an_hour_short(site: Site) -> None:
    site.clock[0] += STAFF_LIFE - timedelta(hours=1)


def twelve_hours(site: Site) -> None:
    site.clock[0] += STAFF_LIFE


def account_ended(site: Site) -> None:
    with site.sessions.begin() as session:
        secretary = session.get_one(Account, site.staff["secretary"].id)
        end_account(session, secretary, by=site.staff["town"].id, now=site.now)


def account_ended_by_other_hands(site: Site) -> None:
    with site.sessions.begin() as session:
        session.get_one(Account, site.staff["secretary"].id).ended_at = site.now


def first_password_given(site: Site) -> None:
    with site.sessions.begin() as session:
        secretary = session.get_one(Account, site.staff["secretary"].id)
        new_first_password(session, secretary, by=site.staff["town"].id)


def password_changed(site: Site) -> None:
    with site.sessions.begin() as session:
        secretary = session.get_one(Account, site.staff["secretary"].id)
        secretary.password_hash = HASHER.hash(PASSWORD)
        change_password(session, secretary.id, PASSWORD, "stone-river-24")


def post_ended(site: Site) -> None:
    with site.sessions.begin() as session:
        of = Post.account_id == site.staff["secretary"].id
        session.execute(update(Post).where(of).values(to_on=date(2026, 11, 24)))


def linked_to_another(site: Site) -> None:
    with site.sessions.begin() as session:
        session.get_one(Account, site.staff["secretary"].id).member_id = site.members["何桂芳"].id


def rebound(site: Site) -> None:
    """Let the phone be bound to somebody else since."""
    site.clock[0] += timedelta(minutes=1)
    with site.sessions.begin() as session:
        openid = session.scalars(select(PhoneSession.openid)).one()
        end_bindings(session, Binding.appid == MINI, now=site.now)
        member = a_member(session, site.orgs["home"], "另一位")
        [slip] = issue_codes(session, KEYRING, [member.id], by=site.staff["town"].id, now=site.now).values()
        bind(session, KEYRING, slip, MINI, openid, via=Via.PHONE, now=site.now)


def member_left(site: Site) -> None:
    with site.sessions.begin() as session:
        bound = select(Binding.member_id).where(Binding.appid == MINI)
        session.execute(
            update(Member)
            .where(Member.id.in_(bound))
            .values(status="transferred_out", left_on=date(2026, 11, 25))
        )


@pytest.mark.parametrize(
    ("happens", "left"),
    [
        (an_hour_short, True),
        (twelve_hours, False),
        (account_ended, False),
        (account_ended_by_other_hands, False),
        (first_password_given, False),
        (password_changed, False),
        (post_ended, False),
        (linked_to_another, False),
        (rebound, False),
        (member_left, False),
    ],
)
def test_work_on_a_phone_is_over_at_the_next_call(
    site: Site, happens: Callable[[Site], None], left: bool
) -> None:
    phone = phone_at_work(site, "secretary")
    happens(site)
    assert works(phone) is left


def test_phone_that_logs_in_anew_has_no_work_until_it_types_digits(site: Site) -> None:
    phone = phone_at_work(site, "secretary")
    assert phone.ask("DELETE", "session").status_code == 204
    assert phone.refusal("DELETE", "branch/session") == (401, "not_logged_in")


def test_digits_taken_before_the_password_was_changed_are_worth_nothing(site: Site) -> None:
    code = digits_for(site, "secretary")
    first_password_given(site)
    assert start(bound_phone(site), code) == (400, "link_code_wrong")
