"""Faults on demand: what is done, what is answered, and whom they strike."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator.tests.conftest import VALUES, Callback, Caller, wait_until

SEND = "/cgi-bin/message/template/send"


def order(account: Caller, kind: str, **more: Any) -> int:
    answer = account.sim.post("/_sim/faults", {"kind": kind, "path": SEND, **more})
    return int(answer["id"])


def send_raw(account: Caller, timeout: float, **changes: Any) -> requests.Response:
    account.access_token = account.access_token or account.token()["access_token"]
    body = {"touser": "o_one", "template_id": "T1", "data": VALUES, "client_msg_id": "d-1"} | changes
    url = f"{account.sim.base}{SEND}?access_token={account.access_token}"
    return requests.post(url, json.dumps(body), timeout=timeout)


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


def test_withheld_answer_is_no_second_send_in_flight(account: Caller) -> None:
    order(account, "timeout_after", count=1, seconds=3)
    with pytest.raises(requests.ReadTimeout):
        send_raw(account, 0.3)
    send_raw(account, 5)
    assert account.sim.ledger()["concurrent_same_openid_max"] == 1


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


def test_errcode_is_answered_and_nothing_done(account: Caller) -> None:
    order(account, "errcode", errcode=45009, count=1)
    answer = account.send()
    assert answer["errcode"] == 45009
    assert answer["errmsg"].startswith("reach max api daily quota limit rid: ")
    assert account.messages() == []
    assert account.send()["errcode"] == 0


def test_gateway_page_is_html_502_and_nothing_done(account: Caller) -> None:
    order(account, "html_502")
    answer = send_raw(account, 5)
    assert answer.status_code == 502
    assert answer.headers["Content-Type"].startswith("text/html")
    assert account.messages() == []


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


def test_share_is_repeatable_by_its_seed(account: Caller) -> None:
    def codes(seed: int) -> list[int]:
        number = order(account, "errcode", errcode=-1, share=0.3, seed=seed)
        answers = [account.send()["errcode"] for _ in range(60)]
        requests.delete(f"{account.sim.base}/_sim/faults/{number}", timeout=5)
        return answers

    first, again, other = codes(1), codes(1), codes(2)
    assert first == again != other
    assert 5 < first.count(-1) < 35


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "errcode"},
        {"kind": "slow", "errcode": -1},
        {"kind": "slow", "nth": 1, "share": 0.5},
        {"kind": "event_lost", "seconds": 3},
    ],
)
def test_fault_that_makes_no_sense_is_refused(account: Caller, body: dict[str, Any]) -> None:
    assert account.sim.post("/_sim/faults", body)["error"]["code"] == "bad_input"
