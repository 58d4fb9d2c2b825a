"""Template messages: who may get one, what values may say, and that each is accepted once."""

import json
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator.families.template_values import value_fault
from simulator.tests.conftest import VALUES, Callback, Caller
from simulator.tests.rules import rule

PAGE = 'WeChat, "sendTemplateMessage"'
TYPES = 'WeChat, "Subscription messages: parameter types"'
REPORT = "field reports"


def test_accepted_message_is_shown_once(account: Caller) -> None:
    answer = account.send(url="https://example.org/n/1", client_msg_id="d-1")
    (message,) = account.messages()
    assert answer == {"errcode": 0, "errmsg": "ok", "msgid": message["msgid"]}
    assert message["openid"] == "o_one"
    assert message["title"] == "活动通知"
    assert message["data"] == {"thing1": "村委会二楼", "time2": "2026年11月25日 15:00"}
    assert message["url"] == "https://example.org/n/1"
    assert message["event_status"] == "success"


@rule("The same client_msg_id to the same openid is delivered once", PAGE)
def test_same_client_msg_id_answers_the_same_msgid_and_delivers_nothing(account: Caller) -> None:
    first, second = account.send(client_msg_id="d-1"), account.send(client_msg_id="d-1")
    assert first["msgid"] == second["msgid"]
    assert len(account.messages()) == 1
    ledger = account.sim.ledger()
    assert (ledger["accepted"], ledger["deduplicated"]) == (1, 1)


@rule("A client_msg_id counts for ten minutes", PAGE)
def test_client_msg_id_counts_for_ten_minutes_only(account: Caller) -> None:
    first = account.send(client_msg_id="d-1")
    account.sim.post("/_sim/clock", {"offset_seconds": 599})
    assert account.send(client_msg_id="d-1")["msgid"] == first["msgid"]
    account.sim.post("/_sim/clock", {"offset_seconds": 601})
    assert account.send(client_msg_id="d-1")["msgid"] != first["msgid"]


@rule("A client_msg_id counts for one openid", PAGE)
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


@rule("Template messages: 40003, 40036, 40037, 40039, and 47003 with the field's name", PAGE)
@pytest.mark.parametrize(
    ("change", "errcode", "words"),
    [
        ({"touser": "o_unknown"}, 40003, "invalid openid"),
        ({"touser": 7}, 40003, "invalid openid"),
        ({"template_id": "T9"}, 40037, "invalid template_id"),
        ({"template_id": ""}, 40036, "invalid template_id size"),
        ({"template_id": "T" * 65}, 40036, "invalid template_id size"),
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


@rule("A template message to somebody who does not follow is 43004", PAGE)
def test_who_left_gets_nothing(account: Caller) -> None:
    account.do("unfollow")
    assert account.send()["errcode"] == 43004


@rule(
    "A message to somebody who refuses messages is accepted and ends as failed:user block",
    'WeChat, "TEMPLATESENDJOBFINISH"',
)
def test_blocked_message_is_accepted_and_its_event_says_so(account: Caller) -> None:
    account.do("block")
    assert account.send()["errcode"] == 0
    assert account.messages()[0]["event_status"] == "failed:user block"


def test_mini_program_may_not_send_templates(make_account: Callable[..., Caller]) -> None:
    assert make_account(kind="mini_program").send()["errcode"] == 48001


@rule("A value keeps to the type in its key's letters, else 47003", TYPES)
@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("thing1", ["字" * 20, "A-1 号"], ["字" * 21, "一\n二", "\x07"]),
        ("number2", ["12", "3.50", "9" * 32], ["十", "1" * 33, "-1", "1."]),
        ("letter3", ["Abc", "a" * 32], ["abc1", "a" * 33]),
        ("symbol4", ["#*", "_____"], ["abc", "######"]),
        ("character_string5", ["A-2026/11", "a" * 32], ["编号1", "a" * 33]),
        (
            "time6",
            [
                "15:01",
                "9:05",
                "15：01",
                "15:01:30",
                "2019年10月1日 15:01",
                "15:00~16:30",
                "9:00~2019-10-02 9:00",
            ],
            [
                "25:00",
                "15:60",
                "2019年10月1日",
                "下午三点",
                "15:00~",
                "15:00~16:00~17:00",
                "2019年2月30日 15:00",
            ],
        ),
        (
            "date7",
            ["2019年10月1日", "2018-01-01", "2018/01/01", "2018.01.01", "2019年10月1日~2019年10月7日"],
            ["2019年13月1日", "2019年2月30日", "10月1日", "15:01"],
        ),
        ("amount8", ["¥100", "12.5元", "$1234567890.12"], ["12345678901", "一百元", "-5", "¥¥5"]),
        ("phone_number9", ["13800001111", "+86-0766-66888866"], ["电话", "1" * 18, "1a"]),
        (
            "car_number10",
            ["豫U12345", "粤A8Z888挂", "AB12345"],
            ["豫U1234567890", "豫·12345", "U豫12345", "粤A8Z8888挂"],
        ),
        (
            "name11",
            ["钱有粮", "Anna Karenina", "字" * 10, "a" * 20],
            ["字" * 11, "甲1", "a" * 21, "甲" + "a" * 10],
        ),
        ("phrase12", ["已安排"], ["已安排了人员", "ok"]),
        ("const13", ["任何固定值"], ["一\n二"]),
    ],
)
def test_values_follow_the_letters_of_their_key(key: str, good: list[str], bad: list[str]) -> None:
    assert [value for value in good if value_fault(key, value)] == []
    assert [value for value in bad if not value_fault(key, value)] == []


@rule("A value of the type enum is one of the template's list", TYPES)
def test_enum_says_what_the_template_lists(make_account: Callable[..., Caller]) -> None:
    keys, listed = ["enum_string1", "enum2"], {"enum_string1": ["客厅", "书房"]}
    account = make_account(templates=[{"id": "T1", "title": "房间", "keys": keys, "enums": listed}])

    def sent(room: object) -> Any:
        return account.send(data={"enum_string1": {"value": room}, "enum2": {"value": "随意"}})

    assert sent("客厅")["errcode"] == 0
    for room in ("厨房", ["客厅"], True):
        answer = sent(room)
        assert (answer["errcode"], "data.enum_string1.value invalid" in answer["errmsg"]) == (47003, True)


@rule("What a repeated client_msg_id is answered is not documented: the same msgid, a new one, or 0", REPORT)
@pytest.mark.parametrize("way", ["same", "new", "zero"])
def test_repeated_id_is_answered_in_one_of_three_ways(
    make_account: Callable[..., Caller], callback: Callback, way: str
) -> None:
    account = make_account(undocumented={"repeated_id": way}, callback_url=callback.url)
    first, second = (account.send(client_msg_id="d-1") for _ in range(2))
    assert (second["errcode"], len(account.messages())) == (0, 1)
    assert (second["msgid"] == first["msgid"], second["msgid"] == 0) == (way == "same", way == "zero")
    account.send()
    callback.wait_for(2)
    assert len(callback.received) == 2


@rule("TEMPLATESENDJOBFINISH may carry MsgID 0 where a client_msg_id was sent along", REPORT)
def test_result_may_come_without_its_msgid(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(undocumented={"result_without_msgid": True}, callback_url=callback.url)
    account.send(client_msg_id="d-1")
    callback.wait_for(1)
    msgid = account.send()["msgid"]
    callback.wait_for(2)
    told = [ET.fromstring(body).findtext("MsgID") for _, body in callback.received]
    assert told == ["0", str(msgid)]


@rule("Delivery that fails ends as failed: system failed, with a space", 'WeChat, "TEMPLATESENDJOBFINISH"')
def test_delivery_may_fail(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url)
    account.do("undeliverable")
    assert account.send()["errcode"] == 0
    callback.wait_for(1)
    assert ET.fromstring(callback.received[0][1]).findtext("Status") == "failed: system failed"
    account.do("undeliverable", undeliverable=False)
    account.send()
    assert account.messages()[1]["event_status"] == "success"


@rule("A banned template is 43116", PAGE)
def test_banned_template_sends_nothing(account: Caller) -> None:
    account.sim.post("/_sim/ban", {"appid": account.appid, "template_id": "T1"})
    answer = account.send()
    assert (answer["errcode"], answer["errmsg"][:27]) == (43116, "This template_id is banned ")
    account.sim.post("/_sim/ban", {"appid": account.appid, "template_id": "T1", "banned": False})
    assert account.send()["errcode"] == 0


@rule("Template messages too fast to one person are 43117; the threshold is unpublished", REPORT)
def test_too_many_to_one_person_a_minute(make_account: Callable[..., Caller]) -> None:
    account = make_account(undocumented={"most_a_minute": 2})
    account.sim.post("/_sim/followers", {"appid": account.appid, "followers": [{"openid": "o_two"}]})
    assert [account.send()["errcode"] for _ in range(3)] == [0, 0, 43117]
    assert account.send(touser="o_two")["errcode"] == 0
    account.sim.post("/_sim/clock", {"offset_seconds": 60})
    assert account.send()["errcode"] == 0


@rule("Who is on the account's blacklist is 43019", 'WeChat, "global return codes"')
def test_blacklisted_person_gets_nothing(account: Caller) -> None:
    token = account.token()["access_token"]
    listed = {"openid_list": ["o_one"]}
    account.sim.post("/cgi-bin/tags/members/batchblacklist", listed, access_token=token)
    assert account.send()["errcode"] == 43019


@rule("Marketing content is 40249", PAGE)
def test_marketing_is_refused(make_account: Callable[..., Caller]) -> None:
    account = make_account(undocumented={"marketing": ["年货"]})
    assert account.send(data=VALUES | {"thing1": {"value": "年货大集"}})["errcode"] == 40249
    assert account.send(data=VALUES | {"thing1": {"value": "限时打折"}})["errcode"] == 0


@rule("A card opens only a mini-program that is linked with the account, else 40013", PAGE)
def test_card_opens_a_linked_mini_program(make_account: Callable[..., Caller]) -> None:
    account = make_account(linked=["wx-mini"])
    mini = {"appid": "wx-mini", "pagepath": "index?foo=bar"}
    assert account.send(miniprogram=mini, url="https://example.org/")["errcode"] == 0
    assert account.messages()[0]["mini"] == mini
    for wrong in ({"appid": "wx-other"}, {"pagepath": "index"}, "index"):
        assert account.send(miniprogram=wrong)["errcode"] == 40013


@rule("The documented example of a template message is taken as it stands", PAGE)
def test_documented_template_message(make_account: Callable[..., Caller]) -> None:
    keys = ["thing1", "time2"]
    account = make_account(
        templates=[{"id": "ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY", "title": "t", "keys": keys}]
    )
    body = {
        "template_id": "ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY",
        "url": "http://weixin.qq.com/download",
        "miniprogram": {"appid": "xiaochengxuappid12345", "pagepath": "index?foo=bar"},
        "client_msg_id": "MSG_000001",
        "data": {
            "thing1": {"value": "巧克力", "color": "#173177"},
            "time2": {"value": "2026年11月24日 10:00"},
        },
    }
    assert account.send(**body)["errcode"] == 0
