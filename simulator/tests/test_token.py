"""Access tokens: life, overlap, force, and what a bad one is answered."""

import time
from typing import Any

import pytest

from simulator.tests.conftest import SECRET, Caller


def ahead(account: Caller, seconds: float) -> None:
    account.sim.post("/_sim/clock", {"offset_seconds": seconds})


def errcode_of(account: Caller, token: str) -> Any:
    answer = account.sim.get("/cgi-bin/user/info", access_token=token, openid=account.openid)
    return answer.get("errcode", 0)


def test_stable_token_stays_the_same_until_its_last_300_seconds(account: Caller) -> None:
    first = account.token()
    ahead(account, 6800)
    second = account.token()
    assert second["access_token"] == first["access_token"]
    assert 380 <= second["expires_in"] <= 400


def test_in_the_last_300_seconds_both_tokens_are_valid(account: Caller) -> None:
    first = account.token()["access_token"]
    ahead(account, 6950)
    second = account.token()["access_token"]
    assert second != first
    assert (errcode_of(account, first), errcode_of(account, second)) == (0, 0)
    ahead(account, 6950 + 301)
    assert (errcode_of(account, first), errcode_of(account, second)) == (42001, 0)


def test_forced_refresh_kills_the_old_token_at_once(account: Caller) -> None:
    first = account.token()["access_token"]
    second = account.token(force_refresh=True)["access_token"]
    assert (errcode_of(account, first), errcode_of(account, second)) == (40001, 0)


def test_forced_refresh_within_30_seconds_answers_the_present_token(account: Caller) -> None:
    first = account.token(force_refresh=True)["access_token"]
    ahead(account, 20)
    assert account.token(force_refresh=True)["access_token"] == first
    ahead(account, 31)
    assert account.token(force_refresh=True)["access_token"] != first


def test_forced_refresh_works_20_times_a_day(account: Caller) -> None:
    to_midnight = 86_400 - (time.time() + 8 * 3600) % 86_400
    for number in range(20):
        ahead(account, to_midnight + 40 * number)
        assert "access_token" in account.token(force_refresh=True)
    ahead(account, to_midnight + 40 * 20)
    assert account.token(force_refresh=True)["errcode"] == 45009
    ahead(account, to_midnight + 86_400)
    assert "access_token" in account.token(force_refresh=True)


def test_plain_token_is_new_each_time_and_the_last_one_lives_300_seconds(account: Caller) -> None:
    def fetch() -> str:
        answer = account.sim.get(
            "/cgi-bin/token", grant_type="client_credential", appid=account.appid, secret=SECRET
        )
        return str(answer["access_token"])

    first, second = fetch(), fetch()
    assert (errcode_of(account, first), errcode_of(account, second)) == (0, 0)
    ahead(account, 301)
    assert (errcode_of(account, first), errcode_of(account, second)) == (42001, 0)


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


@pytest.mark.parametrize(("token", "errcode"), [("", 41001), ("nonsense", 40014), ("92_" + "a" * 128, 40001)])
def test_bad_tokens_are_named(account: Caller, token: str, errcode: int) -> None:
    assert errcode_of(account, token) == errcode


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
