"""Logging in to a mini-program, its session_key, and the phone number a person gives."""

import hmac
from collections.abc import Callable
from typing import Any

import pytest

from simulator.tests.conftest import SECRET, Caller
from simulator.tests.rules import rule
from simulator.tests.shelf import Shelf

LOGIN = 'WeChat, "code2Session"'
SESSION = 'WeChat, "checkSessionKey"'
RESET = 'WeChat, "resetUserSessionKey"'
PHONE = 'WeChat, "getPhoneNumber"'


@pytest.fixture
def mini(make_account: Callable[..., Caller]) -> Shelf:
    """A mini-program with its token and one visitor, o_one."""
    return Shelf(make_account(kind="mini_program", templates=[]))


def exchange(mini: Shelf, code: str, **changes: Any) -> Any:
    asked = {
        "appid": mini.caller.appid,
        "secret": SECRET,
        "js_code": code,
        "grant_type": "authorization_code",
    }
    return mini.caller.sim.get("/sns/jscode2session", **asked | changes)


def log_in(mini: Shelf) -> Any:
    return exchange(mini, mini.caller.do("login-code")["code"])


def session(mini: Shelf, what: str, session_key: str, **changes: Any) -> Any:
    signature = hmac.new(session_key.encode(), b"", "sha256").hexdigest()
    asked = {"openid": "o_one", "signature": signature, "sig_method": "hmac_sha256"}
    return mini.caller.sim.get(f"/wxa/{what}", access_token=mini.token, **asked | changes)


def number(mini: Shelf, code: str, **more: Any) -> Any:
    return mini.caller.sim.post(
        "/wxa/business/getuserphonenumber", {"code": code, **more}, access_token=mini.token
    )


def phone_code(mini: Shelf, **changes: Any) -> str:
    return str(mini.caller.do("phone-code", **{"number": "13800138000"} | changes)["code"])


def move(mini: Shelf, seconds: float) -> None:
    mini.caller.sim.post("/_sim/clock", {"offset_seconds": seconds})


@rule("A code from wx.login is good once (40163)", LOGIN)
def test_code_is_good_once(mini: Shelf) -> None:
    code = mini.caller.do("login-code")["code"]
    answer = exchange(mini, code)
    assert sorted(answer) == ["openid", "session_key"]
    assert answer["openid"] == "o_one"
    assert exchange(mini, code)["errcode"] == 40163


@rule("A code from wx.login is good for five minutes and for its own mini-program (40029)", LOGIN)
def test_code_is_good_for_five_minutes(mini: Shelf, make_account: Callable[..., Caller]) -> None:
    code = mini.caller.do("login-code")["code"]
    other = make_account(kind="mini_program", templates=[])
    assert exchange(mini, code, appid=other.appid)["errcode"] == 40029
    assert exchange(mini, "none")["errcode"] == 40029
    move(mini, 301)
    assert exchange(mini, code)["errcode"] == 40029
    move(mini, 299)
    assert exchange(mini, code)["openid"] == "o_one"


@rule("A log-in of somebody at high risk is blocked (40226)", LOGIN)
def test_person_at_risk_does_not_log_in(mini: Shelf) -> None:
    code = mini.caller.do("login-code")["code"]
    mini.caller.do("risk")
    assert exchange(mini, code)["errcode"] == 40226
    mini.caller.do("risk", risky=False)
    assert exchange(mini, code)["openid"] == "o_one"


@rule("What is wrong with a log-in is named: 41002, 41004, 41008, 40013, 40125, 40002", LOGIN)
@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"js_code": ""}, 41008),
        ({"appid": "wx_none"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"grant_type": "client_credential"}, 40002),
    ],
)
def test_log_in_without_all_it_needs_is_refused(mini: Shelf, change: Any, errcode: int) -> None:
    assert exchange(mini, "a-code", **change)["errcode"] == errcode


@rule("checksession says 0 to a signature with the present session_key, else 87009", SESSION)
def test_session_is_good_until_the_next_log_in(mini: Shelf) -> None:
    assert session(mini, "checksession", "none")["errcode"] == 87009
    key = log_in(mini)["session_key"]
    assert session(mini, "checksession", key) == {"errcode": 0, "errmsg": "ok"}
    assert session(mini, "checksession", key, sig_method="md5")["errcode"] == 87008
    log_in(mini)
    assert session(mini, "checksession", key)["errcode"] == 87009


@rule("resetusersessionkey answers a new session_key and ends the old one", RESET)
def test_session_key_is_replaced(mini: Shelf) -> None:
    assert session(mini, "resetusersessionkey", "none")["errcode"] == 87007
    old = log_in(mini)["session_key"]
    answer = session(mini, "resetusersessionkey", old)
    assert (answer["errcode"], answer["openid"]) == (0, "o_one")
    assert answer["session_key"] != old
    assert session(mini, "checksession", old)["errcode"] == 87009
    assert session(mini, "checksession", answer["session_key"])["errcode"] == 0
    assert session(mini, "resetusersessionkey", old)["errcode"] == 87009


@rule("A code of getPhoneNumber gives the number once (40029)", PHONE)
def test_number_is_given_once(mini: Shelf) -> None:
    code = phone_code(mini)
    answer = number(mini, code)
    watermark = answer["phone_info"].pop("watermark")
    assert watermark["appid"] == mini.caller.appid
    assert isinstance(watermark["timestamp"], int)
    assert answer == {
        "errcode": 0,
        "errmsg": "ok",
        "phone_info": {
            "phoneNumber": "+8613800138000",
            "purePhoneNumber": "13800138000",
            "countryCode": 86,
        },
    }
    assert number(mini, code)["errcode"] == 40029


@rule(
    "A code of getPhoneNumber is good for five minutes (40029), and only for its mini-program (40013)", PHONE
)
def test_code_for_a_number_ends_and_is_its_own(mini: Shelf, make_account: Callable[..., Caller]) -> None:
    code = phone_code(mini)
    other = Shelf(make_account(kind="mini_program", templates=[]))
    assert number(other, code)["errcode"] == 40013
    move(mini, 301)
    assert number(mini, code)["errcode"] == 40029
    assert number(mini, mini.caller.do("login-code")["code"])["errcode"] == 40029


@rule("An openid that comes along with the code has to be the person's own", PHONE)
def test_openid_of_the_number_is_checked(mini: Shelf) -> None:
    code = phone_code(mini, number="98765432", country_code=852)
    assert number(mini, code, openid="o_two")["errcode"] == 40003
    assert number(mini, code, openid="o_one")["phone_info"]["phoneNumber"] == "+85298765432"


@rule("Phone numbers are for verified mini-programs only (48001)", PHONE)
def test_unverified_mini_program_gets_no_number(make_account: Callable[..., Caller]) -> None:
    mini = Shelf(make_account(kind="mini_program", templates=[], verified=False))
    assert number(mini, phone_code(mini))["errcode"] == 48001


def test_who_logs_in_or_visits_is_known_from_then_on(make_account: Callable[..., Caller]) -> None:
    template = {"id": "S1", "title": "通知", "keys": ["thing1"]}
    platform = {"open_platform": "ours", "subscribe_templates": [template]}
    mini = Shelf(make_account(kind="mini_program", templates=[], **platform))
    newcomer = {"openid": "o_new", "person": "钱有粮"}
    unionid = exchange(mini, mini.order("login-code", **newcomer)["code"])["unionid"]
    assert mini.order("subscribe", openid="o_new", choices={"S1": "accept"})["results"] == {"S1": "accept"}
    known = mini.caller.sim.get("/_sim/followers", appid=mini.caller.appid)["items"]
    assert known[-1]["unionid"] == unionid
    mini.order("visit", openid="o_newer")
    assert mini.order("subscribe", openid="o_newer", choices={"S1": "reject"})["results"] == {"S1": "reject"}
