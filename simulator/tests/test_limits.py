"""Limits of calls: by day until midnight in Shanghai, by minute, and by user."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from simulator.errcodes import Errcode
from simulator.limits import LIMITS, count, usage
from simulator.state import State
from simulator.tests.conftest import SECRET, Caller
from simulator.tests.rules import rule

SEND = "/cgi-bin/message/template/send"
LIMITS_PAGE = 'WeChat, "接口调用频次限制"'


def leave(account: Caller, path: str, left: int) -> Any:
    return account.sim.post("/_sim/quota", {"appid": account.appid, "path": path, "left": left})


def used(account: Caller, path: str) -> int:
    items = account.sim.get("/_sim/quota", appid=account.appid)["items"]
    return next((one["used"] for one in items if one["path"] == path), 0)


@rule("A path called as often as a day allows is answered 45009", LIMITS_PAGE)
def test_call_beyond_the_days_limit_is_refused_and_counts_for_nothing(account: Caller) -> None:
    account.send()
    leave(account, SEND, 2)
    assert [account.send()["errcode"] for _ in range(4)] == [0, 0, 45009, 45009]
    assert used(account, SEND) == 3
    assert len(account.messages()) == 3


@rule("Daily counters are empty again at 00:00 Asia/Shanghai", LIMITS_PAGE)
def test_midnight_in_shanghai_gives_the_day_again(account: Caller) -> None:
    to_midnight = 86_400 - (time.time() + 8 * 3600) % 86_400
    account.sim.post("/_sim/clock", {"offset_seconds": to_midnight - 60})
    account.send()
    leave(account, SEND, 0)
    assert account.send()["errcode"] == 45009
    account.sim.post("/_sim/clock", {"offset_seconds": to_midnight + 1})
    assert account.send()["errcode"] == 0
    assert used(account, SEND) == 1


@rule("Limits are each account's and each path's own", LIMITS_PAGE)
def test_other_paths_and_accounts_are_not_stopped(make_account: Callable[..., Caller]) -> None:
    first, second = make_account(), make_account()
    leave(first, SEND, 0)
    assert first.send()["errcode"] == 45009
    assert second.send()["errcode"] == 0
    info = first.sim.get("/cgi-bin/user/info", access_token=first.access_token, openid="o_one")
    assert info["subscribe"] == 1


def test_call_without_a_good_token_counts_for_nothing(account: Caller) -> None:
    account.send()
    for token in ("", "nonsense"):
        assert "errcode" in account.sim.post(SEND, {}, access_token=token)
    account.sim.get(SEND, access_token=account.access_token)
    assert used(account, SEND) == 1


@rule("token is answered 2,000 times a day, then 45009", 'WeChat, "getAccessToken"')
def test_tokens_run_out(account: Caller) -> None:
    def fetch() -> Any:
        return account.sim.get(
            "/cgi-bin/token", grant_type="client_credential", appid=account.appid, secret=SECRET
        )

    assert "access_token" in fetch()
    shown = leave(account, "/cgi-bin/token", 1)["items"]
    assert [(one["path"], one["used"], one["daily_limit"]) for one in shown] == [("/cgi-bin/token", 1, 2)]
    assert "access_token" in fetch()
    assert fetch()["errcode"] == 45009
    assert account.sim.ledger()["token_fetches"][account.appid] == 2


@rule("jscode2session is answered 100 times a minute for one user, then 45011", 'WeChat, "code2Session"')
def test_user_who_logs_in_too_often_waits_a_minute(make_account: Callable[..., Caller]) -> None:
    phone = make_account(kind="mini_program")
    to_minute = 60 - time.time() % 60  # so that all of it falls into one minute
    phone.sim.post("/_sim/clock", {"offset_seconds": to_minute})
    code, other = phone.do("login-code")["code"], phone.do("login-code", openid="o_two")["code"]

    def exchange(code: str) -> Any:
        query = {"appid": phone.appid, "secret": SECRET, "grant_type": "authorization_code"}
        return phone.sim.get("/sns/jscode2session", js_code=code, **query).get("errcode", 0)

    assert [exchange(code) for _ in range(100)] == [0] + [40163] * 99
    assert exchange(code) == 45011
    assert exchange(other) == 0
    phone.sim.post("/_sim/clock", {"offset_seconds": to_minute + 60})
    assert exchange(code) == 40163


@rule("mass/send and mass/sendall are answered 60 times a minute each, then 45011", 'WeChat, "sendAll"')
def test_mass_sends_keep_to_60_a_minute(account: Caller) -> None:
    account.sim.post("/_sim/clock", {"offset_seconds": 60 - time.time() % 60})
    token = account.token()["access_token"]
    path = "/cgi-bin/message/mass/sendall"
    codes = [account.sim.post(path, {}, access_token=token)["errcode"] for _ in range(61)]
    assert codes == [47001] * 60 + [45011]


PACED = [path for path, limit in LIMITS.items() if limit.often]


@rule(
    "A path called too fast is answered 45011 until the next minute; by content checks 44991",
    LIMITS_PAGE,
)
@pytest.mark.parametrize("path", PACED)
def test_paths_keep_to_their_pace(path: str) -> None:
    state, limit, start = State([], 0), LIMITS[path], 60.0 * 29_000_000
    assert limit.often
    for _ in range(limit.often):
        count(state, "wx1", path, start)
    assert refused(state, path, start + limit.per - 0.1) == limit.too_fast
    count(state, "wx1", path, start + limit.per)


@rule(
    "Links are made 100 times a second, then 44990, and 500,000 times a day, then 44993",
    'WeChat, "generateUrlLink"',
)
@pytest.mark.parametrize("path", ["/wxa/generate_urllink", "/wxa/generatescheme"])
def test_links_keep_to_their_own_codes(path: str) -> None:
    state, start = State([], 0), 60.0 * 29_000_000
    assert (LIMITS[path].day, LIMITS[path].often, LIMITS[path].per) == (500_000, 100, 1)
    for _ in range(100):
        count(state, "wx1", path, start)
    assert refused(state, path, start) == 44990
    usage(state, "wx1", start).leave(path, 0)
    assert refused(state, path, start + 1) == 44993


def refused(state: State, path: str, now: float) -> int:
    with pytest.raises(Errcode) as refusal:
        count(state, "wx1", path, now)
    return refusal.value.code


@rule("A new account's limits of a day and a minute are those that WeChat publishes", LIMITS_PAGE)
@pytest.mark.parametrize(
    ("path", "day", "minute"),
    [
        ("/cgi-bin/token", 2_000, None),
        ("/cgi-bin/stable_token", 500_000, 10_000),
        ("/sns/jscode2session", None, 100),
        ("/cgi-bin/menu/create", 1_000, None),
        ("/cgi-bin/menu/get", 10_000, None),
        ("/cgi-bin/menu/delete", 1_000, None),
        ("/cgi-bin/media/upload", 100_000, None),
        ("/cgi-bin/media/get", 200_000, None),
        ("/cgi-bin/message/custom/send", 500_000, None),
        ("/cgi-bin/message/template/send", 100_000, None),
        ("/cgi-bin/message/mass/sendall", 100, 60),
        ("/cgi-bin/message/mass/send", 100, 60),
        ("/cgi-bin/message/mass/delete", 10, None),
        ("/cgi-bin/qrcode/create", 100_000, None),
        ("/cgi-bin/user/get", 500, None),
        ("/cgi-bin/user/info", 5_000_000, None),
        ("/cgi-bin/draft/add", 1_000, None),
        ("/cgi-bin/draft/get", 500, None),
        ("/cgi-bin/draft/update", 1_000, None),
        ("/cgi-bin/freepublish/submit", 100, None),
        ("/cgi-bin/freepublish/get", 100, None),
        ("/cgi-bin/freepublish/delete", 10, None),
        ("/cgi-bin/message/subscribe/send", 10_000_000, None),
        ("/wxa/msg_sec_check", 2_000_000, 4_000),
        ("/wxa/media_check_async", 200_000, 2_000),
        ("/wxa/getwxacodeunlimit", 1_000_000, 5_000),
    ],
)
def test_limits_are_those_of_a_new_account(path: str, day: int | None, minute: int | None) -> None:
    assert (LIMITS[path].day, LIMITS[path].often) == (day, minute)


def test_limit_for_nobody_or_nothing_is_refused(account: Caller) -> None:
    assert leave(account, "/cgi-bin/nothing", 1)["error"]["code"] == "unknown_path"
    body = {"appid": "wxnobody", "path": SEND, "left": 1}
    assert account.sim.post("/_sim/quota", body)["error"]["code"] == "unknown_account"
    assert account.sim.get("/_sim/quota", appid="wxnobody")["error"]["code"] == "unknown_account"
    assert leave(account, SEND, -1)["error"]["fields"][0]["field"] == "left"
