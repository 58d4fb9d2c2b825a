"""Access tokens: life, overlap, force, and what a bad one is answered."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from simulator.tests.conftest import SECRET, Caller
from simulator.tests.rules import rule

STABLE, PLAIN = 'WeChat, "getStableAccessToken"', 'WeChat, "getAccessToken"'
CODES = 'WeChat, "global return codes"'


def ahead(account: Caller, seconds: float) -> None:
    account.sim.post("/_sim/clock", {"offset_seconds": seconds})


def errcode_of(account: Caller, token: str) -> Any:
    answer = account.sim.get("/cgi-bin/user/info", access_token=token, openid=account.openid)
    return answer.get("errcode", 0)


def plain(account: Caller, **changes: str) -> Any:
    asked = {"grant_type": "client_credential", "appid": account.appid, "secret": SECRET}
    return account.sim.get("/cgi-bin/token", **(asked | changes))


@rule("Both endpoints answer access_token and expires_in alone, 7200 s at first", STABLE)
def test_fresh_token_lives_7200_seconds_on_both_endpoints(account: Caller) -> None:
    for answer in (account.token(), plain(account)):
        assert set(answer) == {"access_token", "expires_in"}
        assert answer["expires_in"] == 7200
        assert errcode_of(account, answer["access_token"]) == 0


@rule("A token may be 512 characters long", STABLE)
def test_tokens_are_as_long_as_they_may_get(account: Caller) -> None:
    for answer in (account.token(), plain(account)):
        assert len(answer["access_token"]) == 512


@rule("stable_token answers the same token until its last 300 s", STABLE)
def test_stable_token_stays_the_same_until_its_last_300_seconds(account: Caller) -> None:
    first = account.token()
    ahead(account, 6800)
    second = account.token()
    assert second["access_token"] == first["access_token"]
    assert 380 <= second["expires_in"] <= 400


@rule("In a stable token's last 300 s a new one is answered, and both are good for 300 s", STABLE)
def test_in_the_last_300_seconds_both_tokens_are_valid(account: Caller) -> None:
    first = account.token()["access_token"]
    ahead(account, 6950)
    second = account.token()["access_token"]
    assert second != first
    assert (errcode_of(account, first), errcode_of(account, second)) == (0, 0)
    ahead(account, 6950 + 301)
    assert (errcode_of(account, first), errcode_of(account, second)) == (42001, 0)


@rule("force_refresh ends the present stable token at once", STABLE)
def test_forced_refresh_kills_the_old_token_at_once(account: Caller) -> None:
    first = account.token()["access_token"]
    second = account.token(force_refresh=True)["access_token"]
    assert (errcode_of(account, first), errcode_of(account, second)) == (40001, 0)


@rule("force_refresh within 30 s of the one before refreshes nothing", STABLE)
def test_forced_refresh_within_30_seconds_answers_the_present_token(account: Caller) -> None:
    first = account.token(force_refresh=True)["access_token"]
    ahead(account, 20)
    assert account.token(force_refresh=True)["access_token"] == first
    ahead(account, 31)
    assert account.token(force_refresh=True)["access_token"] != first


@rule("force_refresh works 20 times a day, until midnight in Shanghai", STABLE)
def test_forced_refresh_works_20_times_a_day(account: Caller) -> None:
    to_midnight = 86_400 - (time.time() + 8 * 3600) % 86_400
    for number in range(20):
        ahead(account, to_midnight + 40 * number)
        assert "access_token" in account.token(force_refresh=True)
    ahead(account, to_midnight + 40 * 20)
    assert account.token(force_refresh=True)["errcode"] == 45009
    assert "access_token" in account.token()
    ahead(account, to_midnight + 86_400)
    assert "access_token" in account.token(force_refresh=True)


@rule("Each call of token answers a new one; the one before stays good for 300 s", PLAIN)
def test_plain_token_is_new_each_time_and_the_last_one_lives_300_seconds(account: Caller) -> None:
    first, second = plain(account)["access_token"], plain(account)["access_token"]
    assert (errcode_of(account, first), errcode_of(account, second)) == (0, 0)
    ahead(account, 301)
    assert (errcode_of(account, first), errcode_of(account, second)) == (42001, 0)


@rule("The tokens of both endpoints are independent: neither ends the other's", STABLE)
def test_tokens_of_both_endpoints_leave_each_other_alone(account: Caller) -> None:
    stable, former = account.token()["access_token"], plain(account)["access_token"]
    plain(account)
    assert account.token()["access_token"] == stable
    account.token(force_refresh=True)
    assert (errcode_of(account, stable), errcode_of(account, former)) == (40001, 0)


@rule("stable_token is asked by POST", STABLE)
def test_stable_token_by_get_is_refused(account: Caller) -> None:
    assert account.sim.get("/cgi-bin/stable_token", appid=account.appid)["errcode"] == 43002


@rule("What is wrong with the credentials is named: 40125, 40013, 41002, 41004, 40002", STABLE)
@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"secret": "wrong"}, 40125),
        ({"appid": "wxnobody"}, 40013),
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"grant_type": "password"}, 40002),
    ],
)
def test_bad_credentials_are_named(account: Caller, change: dict[str, str], errcode: int) -> None:
    assert account.token(**change)["errcode"] == errcode
    assert plain(account, **change)["errcode"] == errcode


@rule("A frozen secret fetches no token (40243); tokens fetched before stay good", STABLE)
def test_frozen_secret_fetches_nothing_until_it_is_thawed(account: Caller) -> None:
    token = account.token()["access_token"]
    assert account.sim.post("/_sim/secret", {"appid": account.appid, "frozen": True}) == {"frozen": True}
    assert (account.token()["errcode"], plain(account)["errcode"]) == (40243, 40243)
    assert account.token(secret="wrong")["errcode"] == 40125
    assert errcode_of(account, token) == 0
    account.sim.post("/_sim/secret", {"appid": account.appid, "frozen": False})
    assert account.token()["access_token"] == token


@rule("An address outside the whitelist fetches no token (40164), and is named in the text", STABLE)
def test_address_outside_the_whitelist_is_named(make_account: Callable[..., Caller]) -> None:
    account = make_account(ip_whitelist=["10.0.0.0/8", "203.0.113.7"])
    for answer in (account.token(), plain(account)):
        assert answer["errcode"] == 40164
        assert "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist rid: " in answer["errmsg"]
    assert "access_token" in make_account(ip_whitelist=["10.0.0.0/8", "127.0.0.1"]).token()
    assert "access_token" in make_account(ip_whitelist=["127.0.0.0/8"]).token()


@rule("A token is missing (41001), misshapen (40014) or not the latest (40001)", CODES)
@pytest.mark.parametrize(("token", "errcode"), [("", 41001), ("nonsense", 40014), ("92_" + "a" * 128, 40001)])
def test_bad_tokens_are_named(account: Caller, token: str, errcode: int) -> None:
    assert errcode_of(account, token) == errcode


@rule("A changed secret ends all tokens", STABLE)
def test_changed_secret_ends_the_tokens(account: Caller) -> None:
    token = account.token()["access_token"]
    changed = {
        "kind": "official",
        "appid": account.appid,
        "secret": "another",
        "original_id": "gh_1",
        "token": "abc",
    }
    account.sim.post("/_sim/accounts", changed)
    assert errcode_of(account, token) == 40001


def test_token_fetches_are_counted_by_appid(account: Caller) -> None:
    account.token()
    account.token()
    assert account.sim.ledger()["token_fetches"][account.appid] == 2
