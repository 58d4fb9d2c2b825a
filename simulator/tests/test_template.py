"""Template messages: who may get one, what values may say, and that each is accepted once."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator.families.template_values import value_fault
from simulator.tests.conftest import VALUES, Caller


def test_accepted_message_is_shown_once(account: Caller) -> None:
    answer = account.send(url="https://example.org/n/1", client_msg_id="d-1")
    (message,) = account.messages()
    assert answer == {"errcode": 0, "errmsg": "ok", "msgid": message["msgid"]}
    assert message["openid"] == "o_one"
    assert message["title"] == "活动通知"
    assert message["data"] == {"thing1": "村委会二楼", "time2": "2026年11月25日 15:00"}
    assert message["url"] == "https://example.org/n/1"
    assert message["event_status"] == "success"


def test_same_client_msg_id_answers_the_same_msgid_and_delivers_nothing(account: Caller) -> None:
    first, second = account.send(client_msg_id="d-1"), account.send(client_msg_id="d-1")
    assert first["msgid"] == second["msgid"]
    assert len(account.messages()) == 1
    ledger = account.sim.ledger()
    assert (ledger["accepted"], ledger["deduplicated"]) == (1, 1)


def test_client_msg_id_counts_for_ten_minutes_only(account: Caller) -> None:
    first = account.send(client_msg_id="d-1")
    account.sim.post("/_sim/clock", {"offset_seconds": 599})
    assert account.send(client_msg_id="d-1")["msgid"] == first["msgid"]
    account.sim.post("/_sim/clock", {"offset_seconds": 601})
    assert account.send(client_msg_id="d-1")["msgid"] != first["msgid"]


def test_client_msg_id_counts_for_one_openid_only(account: Caller) -> None:
    account.sim.post("/_sim/followers", {"appid": account.appid, "followers": [{"openid": "o_two"}]})
    assert (
        account.send(client_msg_id="d")["msgid"] != account.send(client_msg_id="d", touser="o_two")["msgid"]
    )


def test_twenty_sends_of_one_id_at_once_are_accepted_once(account: Caller) -> None:
    account.token()
    token = account.token()["access_token"]
    body = {"touser": "o_one", "template_id": "T1", "client_msg_id": "d", "data": VALUES}
    url = f"{account.sim.base}/cgi-bin/message/template/send?access_token={token}"
    msgids: list[int] = []

    def send() -> None:
        msgids.append(requests.post(url, json.dumps(body), timeout=20).json()["msgid"])

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(msgids) == 20
    assert len(set(msgids)) == 1
    assert account.sim.ledger()["accepted"] == 1


@pytest.mark.parametrize(
    ("change", "errcode", "words"),
    [
        ({"touser": "o_unknown"}, 40003, "invalid openid"),
        ({"touser": 7}, 40003, "invalid openid"),
        ({"template_id": "T9"}, 40037, "invalid template_id"),
        ({"url": "https://example.org/" + "a" * 1024}, 40039, "invalid url size"),
        ({"data": {**VALUES, "thing9": {"value": "x"}}}, 47003, "data.thing9.value invalid"),
        ({"data": {"thing1": {"value": "x"}}}, 47003, "data.time2.value is empty"),
        ({"data": {**VALUES, "thing1": {"value": ""}}}, 47003, "data.thing1.value is empty"),
        ({"data": {**VALUES, "thing1": {"value": "字" * 21}}}, 47003, "data.thing1.value invalid"),
        ({"data": {**VALUES, "time2": {"value": "三点"}}}, 47003, "data.time2.value invalid"),
        ({"data": "x"}, 47003, "argument invalid!"),
    ],
)
def test_what_may_not_be_sent_is_refused(
    account: Caller, change: dict[str, Any], errcode: int, words: str
) -> None:
    answer = account.send(**change)
    assert answer["errcode"] == errcode
    assert words in answer["errmsg"]
    assert " rid: " in answer["errmsg"]
    assert account.messages() == []


def test_who_left_gets_nothing(account: Caller) -> None:
    account.do("unfollow")
    assert account.send()["errcode"] == 43004


def test_blocked_message_is_accepted_and_its_event_says_so(account: Caller) -> None:
    account.do("block")
    assert account.send()["errcode"] == 0
    assert account.messages()[0]["event_status"] == "failed:user block"


def test_mini_program_may_not_send_templates(make_account: Callable[..., Caller]) -> None:
    assert make_account(kind="mini_program").send()["errcode"] == 48001


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("thing1", ["字" * 20, "A-1 号"], ["字" * 21, "一\n二", "\x07"]),
        ("number2", ["12", "3.50"], ["十", "1" * 33]),
        ("letter3", ["Abc"], ["abc1"]),
        ("symbol4", ["#*"], ["abc", "######"]),
        ("character_string5", ["A-2026/11"], ["编号1", "a" * 33]),
        ("time6", ["15:01", "2019年10月1日 15:01", "15:00~16:30"], ["25:00", "2019年10月1日", "下午三点"]),
        (
            "date7",
            ["2019年10月1日", "2018-01-01", "2018/01/01", "2018.01.01", "2019年10月1日~2019年10月7日"],
            ["2019年13月1日", "2019年2月30日", "10月1日", "15:01"],
        ),
        ("amount8", ["¥100", "12.5元"], ["12345678901", "一百元"]),
        ("phone_number9", ["13800001111", "0391-000-2300"], ["电话", "1" * 18]),
        ("car_number10", ["豫U12345"], ["豫U1234567890"]),
        ("name11", ["钱有粮", "Anna Karenina"], ["字" * 11, "甲1"]),
        ("phrase12", ["已安排"], ["已安排了人员", "ok"]),
        ("const13", ["任何固定值"], ["一\n二"]),
    ],
)
def test_values_follow_the_letters_of_their_key(key: str, good: list[str], bad: list[str]) -> None:
    assert [value for value in good if value_fault(key, value)] == []
    assert [value for value in bad if not value_fault(key, value)] == []
