"""What is left of a quota, how it is cleared, and what became of a call by its rid."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from simulator.tests.conftest import SECRET, Caller
from simulator.tests.rules import rule

SEND = "/cgi-bin/message/template/send"
GET = 'WeChat, "getApiQuota"'
CLEAR, CLEAR_PATH = 'WeChat, "clearQuota"', 'WeChat, "clearApiQuota"'
RID = 'WeChat, "getRidInfo"'
OK = {"errcode": 0, "errmsg": "ok"}


def ask(account: Caller, path: str, body: Any) -> Any:
    account.access_token = account.access_token or account.token()["access_token"]
    return account.sim.post(f"/cgi-bin/{path}", body, access_token=account.access_token)


def leave(account: Caller, left: int) -> None:
    account.sim.post("/_sim/quota", {"appid": account.appid, "path": SEND, "left": left})


def next_month() -> float:
    """Count the seconds until it is surely another month in Shanghai."""
    return 31 * 86_400 - (time.time() + 8 * 3600) % 86_400


@rule("quota/get tells the day's limit, the calls of today and what remains", GET)
def test_quota_of_a_path_counts_its_calls(account: Caller) -> None:
    account.send()
    answer = ask(account, "openapi/quota/get", {"cgi_path": SEND})
    assert answer | {"rate_limit": None, "component_rate_limit": None} == OK | {
        "quota": {"daily_limit": 100_000, "used": 1, "remain": 99_999},
        "rate_limit": None,
        "component_rate_limit": None,
    }
    leave(account, 5)
    assert ask(account, "openapi/quota/get", {"cgi_path": SEND})["quota"]["remain"] == 5


@rule("quota/get tells the calls that fit into how many seconds", GET)
def test_rate_limit_is_told_where_there_is_one(account: Caller) -> None:
    asked = {"cgi_path": "/cgi-bin/stable_token"}
    told = ask(account, "openapi/quota/get", asked)
    assert told["rate_limit"] == {"call_count": 10_000, "refresh_second": 60}
    assert told["quota"] == {"daily_limit": 500_000, "used": 1, "remain": 499_999}
    unlimited = ask(account, "openapi/quota/get", {"cgi_path": SEND})
    assert unlimited["rate_limit"] == {"call_count": 0, "refresh_second": 0}


@rule("The documented example of getApiQuota is answered", GET)
def test_documented_path_has_a_quota(account: Caller) -> None:
    told = ask(account, "openapi/quota/get", {"cgi_path": "/cgi-bin/message/custom/send"})
    assert told["quota"] == {"daily_limit": 500_000, "used": 0, "remain": 500_000}
    assert (told["errcode"], told["errmsg"]) == (0, "ok")


@rule("A cgi_path without its slash, unknown, or not this account's is named: 76003, 76021, 76022", GET)
@pytest.mark.parametrize("path", ["openapi/quota/get", "openapi/quota/clear"])
@pytest.mark.parametrize(
    ("cgi_path", "errcode"),
    [
        ("cgi-bin/message/template/send", 76003),
        ("https://api.weixin.qq.com/cgi-bin/message/template/send", 76003),
        (None, 76003),
        ("/cgi-bin/message/template/sent", 76021),
        ("/cgi-bin/message/subscribe/send", 76022),
        ("/sns/jscode2session", 76022),
    ],
)
def test_wrong_path_is_named(account: Caller, path: str, cgi_path: str | None, errcode: int) -> None:
    assert ask(account, path, {"cgi_path": cgi_path})["errcode"] == errcode


@rule("openapi/quota/clear gives one path its day again", CLEAR_PATH)
def test_cleared_path_is_open_again(account: Caller) -> None:
    leave(account, 0)
    assert account.send()["errcode"] == 45009
    assert ask(account, "openapi/quota/clear", {"cgi_path": SEND}) == OK
    assert account.send()["errcode"] == 0
    assert ask(account, "openapi/quota/get", {"cgi_path": SEND})["quota"]["remain"] == 99_999


@rule("openapi/quota/clear works 50 times a month, apart from clear_quota", CLEAR_PATH)
def test_paths_are_cleared_50_times_a_month(account: Caller) -> None:
    codes = [ask(account, "openapi/quota/clear", {"cgi_path": SEND})["errcode"] for _ in range(51)]
    assert codes == [0] * 50 + [45009]
    assert ask(account, "clear_quota", {"appid": account.appid}) == OK
    account.sim.post("/_sim/clock", {"offset_seconds": next_month()})
    account.access_token = ""
    assert ask(account, "openapi/quota/clear", {"cgi_path": SEND}) == OK


@rule("clear_quota gives every path of the account its day again", CLEAR)
def test_cleared_account_is_open_again(account: Caller) -> None:
    leave(account, 0)
    assert account.send()["errcode"] == 45009
    assert ask(account, "clear_quota", {"appid": account.appid}) == OK
    assert account.send()["errcode"] == 0


@rule("clear_quota clears the account of its own token alone (40013)", CLEAR)
def test_other_accounts_are_not_cleared(make_account: Callable[..., Caller]) -> None:
    first, second = make_account(), make_account()
    assert ask(first, "clear_quota", {"appid": second.appid})["errcode"] == 40013


@rule("clear_quota and clear_quota/v2 work 10 times a month together, then 48006", CLEAR)
def test_accounts_are_cleared_10_times_a_month(account: Caller) -> None:
    by_secret = {"appid": account.appid, "appsecret": SECRET}
    for _ in range(5):
        assert ask(account, "clear_quota", {"appid": account.appid}) == OK
        assert account.sim.post("/cgi-bin/clear_quota/v2", by_secret) == OK
    refused = ask(account, "clear_quota", {"appid": account.appid})
    assert refused["errmsg"].startswith("forbid to clear quota because of reaching the limit rid: ")
    assert account.sim.post("/cgi-bin/clear_quota/v2", by_secret)["errcode"] == refused["errcode"] == 48006
    account.sim.post("/_sim/clock", {"offset_seconds": next_month()})
    assert account.sim.post("/cgi-bin/clear_quota/v2", by_secret) == OK
    assert account.sim.get("/_sim/quota", appid=account.appid)["clear_all_left"] == 9


@rule("clear_quota/v2 takes the secret from the body or the query", 'WeChat, "clearQuotaByAppSecret"')
def test_secret_clears_without_a_token(account: Caller) -> None:
    leave(account, 0)
    by_secret = {"appid": account.appid, "appsecret": SECRET}
    assert account.sim.post("/cgi-bin/clear_quota/v2", **by_secret) == OK
    assert account.send()["errcode"] == 0
    for change, errcode in (({"appid": ""}, 41002), ({"appsecret": ""}, 41004), ({"appid": "wx0"}, 40013)):
        assert account.sim.post("/cgi-bin/clear_quota/v2", by_secret | change)["errcode"] == errcode


@rule("rid/get tells what was asked and answered, the token cut short", RID)
def test_rid_leads_to_the_call(account: Caller) -> None:
    refused = account.send(touser="o_nobody")
    rid = refused["errmsg"].rsplit(" ", 1)[1]
    answer = ask(account, "openapi/rid/get", {"rid": rid})
    asked = answer.pop("request")
    assert answer == OK
    assert abs(asked["invoke_time"] - time.time()) < 60
    assert asked["request_url"] == f"access_token={account.access_token[:8]}xxxx"
    assert '"touser": "o_nobody"' in asked["request_body"]
    assert f'"errcode":40003,"errmsg":"invalid openid rid: {rid}"' in asked["response_body"]
    assert (asked["client_ip"], asked["cost_in_ms"] >= 0) == ("127.0.0.1", True)


@rule("A rid is misshapen (76002), unknown (76001) or older than 7 days (76004)", RID)
def test_rid_that_leads_nowhere_is_named(account: Caller) -> None:
    for rid in ("", "x", None, "61725984-6126f6f9"):
        assert ask(account, "openapi/rid/get", {"rid": rid})["errcode"] == 76002
    unknown = f"{int(time.time()):08x}-6126f6f9-040f19c4"
    assert ask(account, "openapi/rid/get", {"rid": unknown})["errcode"] == 76001
    assert ask(account, "openapi/rid/get", {"rid": "61725984-6126f6f9-040f19c4"})["errcode"] == 76004


@rule("A rid is told to the account that made the call alone (76003), of /sns/ to nobody (76022)", RID)
def test_rid_of_others_is_not_told(make_account: Callable[..., Caller]) -> None:
    first, second = make_account(), make_account()
    rid = first.send(touser="o_nobody")["errmsg"].rsplit(" ", 1)[1]
    assert ask(second, "openapi/rid/get", {"rid": rid})["errcode"] == 76003
    of_sns = first.sim.get("/sns/jscode2session")["errmsg"].rsplit(" ", 1)[1]
    assert ask(first, "openapi/rid/get", {"rid": of_sns})["errcode"] == 76022
