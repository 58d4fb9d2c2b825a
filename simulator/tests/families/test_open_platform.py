"""One unionid for one person on all accounts of an open platform."""

from collections.abc import Callable
from typing import Any

import pytest

from simulator.tests.conftest import SECRET, Caller
from simulator.tests.rules import rule

MECHANISM = 'WeChat, "UnionID 机制说明"'


@pytest.fixture
def pair(make_account: Callable[..., Caller]) -> tuple[Caller, Caller]:
    """An official account and a mini-program of one open platform."""
    return make_account(open_platform="县"), make_account(kind="mini_program", open_platform="县")


def join(account: Caller, **row: Any) -> None:
    account.sim.post("/_sim/followers", {"appid": account.appid, "followers": [row]})


def unionid_of(account: Caller, openid: str) -> Any:
    token = account.token()["access_token"]
    return account.sim.get("/cgi-bin/user/info", access_token=token, openid=openid).get("unionid")


def logged_in(phone: Caller, **about: Any) -> Any:
    code = phone.do("login-code", **about)["code"]
    query = {"appid": phone.appid, "secret": SECRET, "js_code": code, "grant_type": "authorization_code"}
    return phone.sim.get("/sns/jscode2session", **query)


@rule("One person has one unionid on all accounts of an open platform, under different openids", MECHANISM)
def test_person_has_one_unionid_on_both_accounts(pair: tuple[Caller, Caller]) -> None:
    account, phone = pair
    join(account, openid="o_wang_oa", person="王")
    join(account, openid="o_li_oa", person="李")
    session = logged_in(phone, openid="o_wang_mini", person="王")
    assert session["openid"] == "o_wang_mini"
    assert session["unionid"] == unionid_of(account, "o_wang_oa") != unionid_of(account, "o_li_oa")


@rule("Accounts of another open platform know the person by another unionid", MECHANISM)
def test_other_platforms_name_the_person_otherwise(
    pair: tuple[Caller, Caller], make_account: Callable[..., Caller]
) -> None:
    other = make_account(open_platform="市")
    for account in (pair[0], other):
        join(account, openid="o_wang", person="王")
    assert unionid_of(pair[0], "o_wang") != unionid_of(other, "o_wang")


@rule("An account outside of any open platform is told no unionid", MECHANISM)
def test_account_without_a_platform_is_told_none(make_account: Callable[..., Caller]) -> None:
    account, phone = make_account(), make_account(kind="mini_program")
    join(account, openid="o_wang", person="王")
    assert unionid_of(account, "o_wang") is None
    assert "unionid" not in logged_in(phone, person="王")


def test_unionid_that_is_given_stands(pair: tuple[Caller, Caller]) -> None:
    account, phone = pair
    join(account, openid="o_wang", unionid="u_wang")
    assert unionid_of(account, "o_wang") == "u_wang"
    join(account, openid="o_wang", name="王")
    assert unionid_of(account, "o_wang") == "u_wang"
    assert logged_in(phone, unionid="u_wang", person="李")["unionid"] == "u_wang"


def test_where_nothing_is_said_the_openid_is_the_person(pair: tuple[Caller, Caller]) -> None:
    account, phone = pair
    account.do("follow", openid="o_new")
    assert unionid_of(account, "o_new") == logged_in(phone, openid="o_new")["unionid"]


def test_who_is_known_to_the_mini_program_logs_in_as_that_person(pair: tuple[Caller, Caller]) -> None:
    account, phone = pair
    join(account, openid="o_wang_oa", person="王")
    join(phone, openid="o_wang_mini", person="王")
    assert logged_in(phone, openid="o_wang_mini")["unionid"] == unionid_of(account, "o_wang_oa")
