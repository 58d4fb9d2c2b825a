"""Faults on demand: what is done, what is answered, and whom they strike."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator.tests.conftest import VALUES, Caller, wait_until
from simulator.tests.rules import rule

REPORTS, CODES = "field reports", 'WeChat, "global return codes"'

SEND = "/cgi-bin/message/template/send"


def order(account: Caller, kind: str, **more: Any) -> int:
    answer = account.sim.post("/_sim/faults", {"kind": kind, "path": SEND, **more})
    return int(answer["id"])


def send_raw(account: Caller, timeout: float, **changes: Any) -> requests.Response:
    account.access_token = account.access_token or account.token()["access_token"]
    body = {"touser": "o_one", "template_id": "T1", "data": VALUES, "client_msg_id": "d-1"} | changes
    url = f"{account.sim.base}{SEND}?access_token={account.access_token}"
    return requests.post(url, json.dumps(body), timeout=timeout)


@rule("A message whose answer never came may have gone out", REPORTS)
def test_timeout_after_counts_the_message_and_withholds_the_answer(account: Caller) -> None:
    fault = order(account, "timeout_after", count=1)
    with pytest.raises(requests.ReadTimeout):
        send_raw(account, 0.5)
    (message,) = account.messages()
    assert send_raw(account, 5).json()["msgid"] == message["msgid"]
    assert len(account.messages()) == 1
    (row,) = [row for row in account.sim.get("/_sim/faults")["items"] if row["id"] == fault]
    assert (row["matched"], row["fired"]) == (2, 1)


def test_timeout_after_breaks_the_connection_in_the_end(account: Caller) -> None:
    order(account, "timeout_after", seconds=0.2)
    with pytest.raises(requests.RequestException):
        send_raw(account, 5)
    assert len(account.messages()) == 1


def test_lifting_a_fault_lets_waiting_calls_go(account: Caller) -> None:
    order(account, "timeout_after", seconds=60)
    account.token()
    ended = threading.Event()

    def wait() -> None:
        with pytest.raises(requests.RequestException):
            send_raw(account, 30)
        ended.set()

    thread = threading.Thread(target=wait)
    thread.start()
    wait_until(lambda: len(account.messages()) == 1)
    requests.delete(account.sim.base + "/_sim/faults", timeout=5)
    assert ended.wait(5)
    thread.join()


def test_hundreds_of_withheld_answers_hold_up_nobody(account: Caller) -> None:
    account.access_token = account.token()["access_token"]
    order(account, "timeout_before", seconds=60)
    with contextlib.ExitStack() as waiting:
        for _ in range(300):
            waiting.enter_context(opened(account)).sendall(send_request(account))
        wait_until(lambda: account.sim.get("/_sim/faults")["items"][0]["matched"] == 300)
        assert account.token()["access_token"] == account.access_token
        lift(account)


def test_withheld_answer_is_no_second_send_in_flight(account: Caller) -> None:
    order(account, "timeout_after", count=1, seconds=3)
    with pytest.raises(requests.ReadTimeout):
        send_raw(account, 0.3)
    send_raw(account, 5)
    assert account.sim.ledger()["concurrent_same_openid_max"] == 1


@rule("Sends to one person at the same time are counted", REPORTS)
def test_two_sends_to_one_person_at_once_are_seen(account: Caller) -> None:
    order(account, "slow", seconds=0.4)
    account.access_token = account.token()["access_token"]
    threads = [
        threading.Thread(target=send_raw, args=(account, 10), kwargs={"client_msg_id": f"d-{number}"})
        for number in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert account.sim.ledger()["concurrent_same_openid_max"] == 2


@rule("A busy system answers -1 and does nothing", CODES)
def test_errcode_is_answered_and_nothing_done(account: Caller) -> None:
    order(account, "errcode", errcode=45009, count=1)
    answer = account.send()
    assert answer["errcode"] == 45009
    assert answer["errmsg"].startswith("reach max api daily quota limit rid: ")
    assert account.messages() == []
    assert account.send()["errcode"] == 0


@rule("A gateway may answer HTTP 502 with an HTML page", REPORTS)
def test_gateway_page_is_html_502_and_nothing_done(account: Caller) -> None:
    order(account, "html_502")
    answer = send_raw(account, 5)
    assert answer.status_code == 502
    assert answer.headers["Content-Type"].startswith("text/html")
    assert account.messages() == []


@rule("A connection may break before anything is done", REPORTS)
def test_broken_connection_does_nothing(account: Caller) -> None:
    order(account, "reset_before")
    with pytest.raises(requests.RequestException):
        send_raw(account, 5)
    assert account.messages() == []


def test_fault_strikes_only_its_openid_and_path(account: Caller) -> None:
    order(account, "errcode", errcode=-1, openid="o_two")
    account.sim.post("/_sim/followers", {"appid": account.appid, "followers": [{"openid": "o_two"}]})
    assert account.send()["errcode"] == 0
    assert account.send(touser="o_two")["errcode"] == -1
    assert "access_token" in account.token()


def test_fault_strikes_only_its_appid_even_where_a_token_is_fetched(
    make_account: Callable[..., Caller],
) -> None:
    one, other = make_account(), make_account()
    order(one, "errcode", errcode=-1, path="/cgi-bin/stable_token", appid=one.appid)
    assert one.token()["errcode"] == -1
    assert "access_token" in other.token()


def test_nth_call_alone_is_struck(account: Caller) -> None:
    order(account, "errcode", errcode=-1, nth=2)
    assert [account.send()["errcode"] for _ in range(4)] == [0, -1, 0, 0]


def test_same_seed_and_order_of_calls_strike_the_same_calls(account: Caller) -> None:
    def codes(seed: int) -> list[int]:
        number = order(account, "errcode", errcode=-1, share=0.3, seed=seed)
        answers = [account.send()["errcode"] for _ in range(60)]
        requests.delete(f"{account.sim.base}/_sim/faults/{number}", timeout=5)
        return answers

    first, again, other = codes(1), codes(1), codes(2)
    assert first == again != other
    assert 5 < first.count(-1) < 35


def test_timeout_before_does_nothing(account: Caller) -> None:
    order(account, "timeout_before", count=1)
    with pytest.raises(requests.ReadTimeout):
        send_raw(account, 0.3)
    assert account.messages() == []
    lift(account)


@rule("A connection may break after the work is done", REPORTS)
@pytest.mark.parametrize("kind", ["reset_after", "truncated_body"])
def test_broken_answer_hides_that_the_work_is_done(account: Caller, kind: str) -> None:
    order(account, kind, count=1)
    with pytest.raises(requests.RequestException):
        send_raw(account, 5)
    (message,) = account.messages()
    assert send_raw(account, 5).json()["msgid"] == message["msgid"]


def test_truncated_body_is_the_beginning_of_the_answer(account: Caller) -> None:
    order(account, "truncated_body")
    account.access_token = account.token()["access_token"]
    head, body = spoken(account, send_request(account)).split(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert b'{"errcode":0'.startswith(body[:12])
    assert 12 < len(body) < length


def test_empty_body_hides_that_the_work_is_done(account: Caller) -> None:
    order(account, "empty_body")
    answer = send_raw(account, 5)
    assert (answer.status_code, answer.content) == (200, b"")
    assert len(account.messages()) == 1


def test_invalid_token_is_refused_from_then_on(account: Caller) -> None:
    order(account, "token_invalid", count=1)
    assert [account.send()["errcode"] for _ in range(2)] == [40001, 40001]
    assert account.messages() == []
    fresh = account.token()["access_token"]
    assert fresh != account.access_token
    account.access_token = fresh
    assert account.send()["errcode"] == 0


@pytest.mark.parametrize(("seconds", "errcode"), [(7201, 42001), (-7201, 0)])
def test_skewed_clock_ends_lifetimes_at_another_time(account: Caller, seconds: int, errcode: int) -> None:
    account.access_token = account.token()["access_token"]
    order(account, "clock_skew", seconds=seconds)
    assert account.send()["errcode"] == errcode


def test_skewed_clock_makes_a_token_die_before_its_expires_in(account: Caller) -> None:
    order(account, "clock_skew", path="/cgi-bin/stable_token", seconds=-7201, count=1)
    answer = account.token()
    assert answer["expires_in"] == 7200
    account.access_token = answer["access_token"]
    assert account.send()["errcode"] == 42001


# What is ordered, in an order that means nothing, and what comes to pass: an errcode, or the connection ends.
@pytest.mark.parametrize(
    ("kinds", "errcode", "accepted"),
    [
        (["errcode", "reset_before"], None, 0),
        (["timeout_after", "errcode"], 45009, 0),
        (["errcode", "token_invalid"], 45009, 0),
        (["truncated_body", "empty_body", "reset_after"], None, 1),
        (["html_502", "errcode"], 502, 0),
    ],
)
def test_faults_of_one_call_take_effect_in_a_set_order(
    account: Caller, kinds: list[str], errcode: int | None, accepted: int
) -> None:
    for kind in kinds:
        order(account, kind, **({"errcode": 45009} if kind == "errcode" else {}))
    try:
        answer = send_raw(account, 5)
    except requests.RequestException:
        found = None
    else:
        found = answer.json()["errcode"] if answer.ok else answer.status_code
    assert (found, len(account.messages())) == (errcode, accepted)
    if "token_invalid" in kinds:
        lift(account)
        assert send_raw(account, 5).json()["errcode"] == 40001


def lift(account: Caller) -> None:
    requests.delete(account.sim.base + "/_sim/faults", timeout=5)


def send_request(account: Caller) -> bytes:
    body = json.dumps({"touser": "o_one", "template_id": "T1", "data": VALUES}).encode()
    head = f"POST {SEND}?access_token={account.access_token} HTTP/1.1\r\nHost: x\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def opened(account: Caller) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(account.sim.base.rsplit(":", 1)[1])), 5)


def spoken(account: Caller, request: bytes) -> bytes:
    """Say something to the process's port and read until it closes the connection."""
    with opened(account) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "errcode"},
        {"kind": "slow", "errcode": -1},
        {"kind": "slow", "nth": 1, "share": 0.5},
        {"kind": "event_lost", "seconds": 3},
        {"kind": "slow", "seconds": -1},
        {"kind": "slow", "seconds": 601},
        {"kind": "slow", "path": "push"},
        {"kind": "publish_status"},
    ],
)
def test_fault_that_makes_no_sense_is_refused(account: Caller, body: dict[str, Any]) -> None:
    assert account.sim.post("/_sim/faults", body)["error"]["code"] == "bad_input"
