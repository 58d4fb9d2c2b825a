"""Faults of result events: early, late, lost, withheld, doubled, without their number, by a skewed clock."""

import time
from collections.abc import Callable

from simulator.push.crypto import sign
from simulator.tests.conftest import TOKEN, Callback, Caller, wait_until
from simulator.tests.rules import rule
from simulator.tests.test_faults import order, send_raw

REPORTS = "field reports"


@rule("A result event may come before the answer of its call", REPORTS)
def test_event_comes_before_the_response(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url)
    order(account, "event_before_response")
    pushed_at: list[float] = []

    def answer_late(*_: object) -> tuple[int, bytes]:
        time.sleep(0.3)
        pushed_at.append(time.monotonic())
        return 200, b"success"

    callback.reply = answer_late
    assert send_raw(account, 10).json()["errcode"] == 0
    assert pushed_at[0] < time.monotonic()
    assert len(callback.received) == 1


def test_withheld_event_comes_when_released(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url)
    order(account, "event_withheld")
    msgid = account.send()["msgid"]
    (message,) = account.messages()
    assert (message["event_withheld"], message["event_sent"]) == (True, False)
    assert account.sim.post("/_sim/release", {"msgid": msgid}) == {"released": 1}
    wait_until(lambda: account.messages()[0]["event_sent"])
    assert len(callback.received) == 1


@rule("A result event may come twice, never, or with MsgID 0", REPORTS)
def test_event_may_come_twice_never_or_without_its_number(
    make_account: Callable[..., Caller], callback: Callback
) -> None:
    account = make_account(callback_url=callback.url)
    order(account, "event_lost", nth=1)
    order(account, "event_twice", nth=2)
    order(account, "event_msgid_zero", nth=3)
    msgids = [account.send()["msgid"] for _ in range(3)]
    callback.wait_for(3)
    bodies = [body for _, body in callback.received]
    assert [sum(f"<MsgID>{msgid}<" in body for body in bodies) for msgid in msgids] == [0, 2, 0]
    assert sum("<MsgID>0<" in body for body in bodies) == 1


@rule("A result event may come late", REPORTS)
def test_late_event_comes_when_its_time_has(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url)
    order(account, "event_late", nth=1, seconds=3600)
    late, prompt = account.send()["msgid"], account.send()["msgid"]
    callback.wait_for(1)
    account.sim.post("/_sim/clock", {"offset_seconds": 3601})
    callback.wait_for(2)
    first, second = (body for _, body in callback.received)
    assert f"<MsgID>{prompt}<" in first
    assert f"<MsgID>{late}<" in second


def test_event_may_be_both_late_and_double(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url)
    order(account, "event_twice")
    order(account, "event_late", seconds=3600)
    account.send()
    account.sim.post("/_sim/clock", {"offset_seconds": 3601})
    callback.wait_for(2)


def test_late_event_of_before_a_reset_does_not_come(
    make_account: Callable[..., Caller], callback: Callback
) -> None:
    account = make_account(callback_url=callback.url)
    order(account, "event_late", seconds=3600)
    account.send()
    account.sim.post("/_sim/reset", {})
    account.access_token = ""
    account.sim.post("/_sim/followers", {"appid": account.appid, "followers": [{"openid": "o_one"}]})
    account.sim.post("/_sim/clock", {"offset_seconds": 3601})
    msgid = account.send()["msgid"]
    callback.wait_for(1)
    assert [f"<MsgID>{msgid}<" in body for _, body in callback.received] == [True]


def test_skewed_clock_dates_the_event(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url)
    account.token()
    order(account, "clock_skew", seconds=-1800)
    account.send()
    callback.wait_for(1)
    query, body = callback.received[0]
    assert abs(int(query["timestamp"]) - (time.time() - 1800)) < 60
    assert abs(int(body.split("<CreateTime>")[1].split("<")[0]) - (time.time() - 1800)) < 60
    assert query["signature"] == sign(TOKEN, query["timestamp"], query["nonce"])


def test_skewed_clock_dates_any_push_where_it_is_ordered_for_pushes(
    make_account: Callable[..., Caller], callback: Callback
) -> None:
    account = make_account(callback_url=callback.url)
    order(account, "clock_skew", path="push", seconds=900, nth=2)
    account.do("unfollow")
    account.do("follow")
    ahead = [int(query["timestamp"]) - time.time() for query, _ in callback.received]
    assert [one > 600 for one in ahead] == [False, True]
    assert account.sim.get("/_sim/log")["items"][-1]["faults"] == ["clock_skew"]
