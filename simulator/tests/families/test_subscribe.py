"""Subscription messages: taps that allow them, sends that use them up, and the three events."""

import json
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.push.crypto import decrypt
from simulator.tests.conftest import AES_KEY, VALUES, Callback, Caller, wait_until
from simulator.tests.rules import rule

SEND = "/cgi-bin/message/subscribe/send"
TEMPLATES = [
    {"id": "S1", "title": "会议通知", "keys": ["thing1", "time2"]},
    {"id": "S2", "title": "会前提醒", "keys": ["thing1", "time2"], "kind": "once"},
    {"id": "L1", "title": "办事进度", "keys": ["thing1", "time2"], "kind": "long"},
]


@pytest.fixture
def phone(make_account: Callable[..., Caller], callback: Callback) -> Caller:
    """A mini-program that is pushed JSON, and one phone of it."""
    return make_mini(make_account, callback)


def make_mini(make_account: Callable[..., Caller], callback: Callback, **changes: Any) -> Caller:
    mini = {
        "kind": "mini_program",
        "push_format": "json",
        "templates": [],
        "subscribe_templates": TEMPLATES,
        "callback_url": callback.url,
    }
    return make_account(**mini | changes)


def send(phone: Caller, template_id: str = "S1", **changes: Any) -> Any:
    phone.access_token = phone.access_token or phone.token()["access_token"]
    body = {"touser": phone.openid, "template_id": template_id, "data": VALUES} | changes
    return phone.sim.post(SEND, body, access_token=phone.access_token)


def tap(phone: Caller, choice: str = "accept", *template_ids: str, keep: bool = False) -> Any:
    return phone.do("subscribe", choices=dict.fromkeys(template_ids or ("S1",), choice), keep=keep)


def left(phone: Caller, template_id: str = "S1") -> int:
    items = phone.sim.get("/_sim/grants", appid=phone.appid, openid=phone.openid)["items"]
    return next(int(item["left"]) for item in items if item["template_id"] == template_id)


def pushed(callback: Callback) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in callback.received]


@rule("Nobody gets a subscription message who did not allow it: 43101", 'WeChat, "subscribeMessage.send"')
def test_nobody_gets_a_message_who_allowed_none(phone: Caller) -> None:
    answer = send(phone)
    assert answer["errcode"] == 43101
    assert answer["errmsg"].startswith("user refuse to accept the msg rid: ")
    assert phone.messages() == []


@rule("One accepted tap allows one message", 'WeChat, "subscribeMessage.send"')
def test_one_tap_allows_one_message(phone: Caller) -> None:
    assert tap(phone)["results"] == {"S1": "accept"}
    answer = send(phone, page="pages/gathering/index?id=7", miniprogram_state="formal", lang="zh_CN")
    (message,) = phone.messages()
    assert answer == {"errcode": 0, "errmsg": "ok", "msgid": message["msgid"]}
    assert (message["kind"], message["title"]) == ("subscribe", "会议通知")
    assert message["page"] == "pages/gathering/index?id=7"
    assert message["data"] == {"thing1": "村委会二楼", "time2": "2026年11月25日 15:00"}
    assert send(phone)["errcode"] == 43101
    assert send(phone, "S2")["errcode"] == 43101


def test_msgid_is_beyond_what_a_browser_can_count_exactly(phone: Caller) -> None:
    tap(phone)
    assert send(phone)["msgid"] > 2**53


@rule("A refused popup allows nothing", 'WeChat, "wx.requestSubscribeMessage"')
def test_refused_popup_allows_nothing(phone: Caller) -> None:
    assert tap(phone, "reject")["results"] == {"S1": "reject"}
    assert send(phone)["errcode"] == 43101


@rule("A kept answer skips the popup, allows no further messages and is not pushed", "field reports")
def test_kept_answer_asks_no_more_and_each_tap_still_allows_one(phone: Caller, callback: Callback) -> None:
    assert tap(phone, keep=True)["popup"] is True
    again = tap(phone, "reject")
    assert (again["results"], again["popup"], again["verdict"]) == ({"S1": "accept"}, False, "not_pushed")
    assert left(phone) == 2
    assert len(callback.received) == 1


def test_kept_refusal_refuses_every_later_tap(phone: Caller, callback: Callback) -> None:
    tap(phone, "reject", keep=True)
    assert tap(phone)["results"] == {"S1": "reject"}
    assert left(phone) == 0
    assert len(callback.received) == 1


@rule("A long-term template is allowed once for any number", 'WeChat, "wx.requestSubscribeMessage"')
def test_long_template_is_allowed_once_for_any_number(phone: Caller, callback: Callback) -> None:
    assert send(phone, "L1")["errcode"] == 43101
    tap(phone, "accept", "L1")
    assert [send(phone, "L1")["errcode"] for _ in range(3)] == [0, 0, 0]
    again = tap(phone, "reject", "L1")
    assert (again["results"], again["popup"]) == ({"L1": "accept"}, False)
    callback.wait_for(4)


@rule("Switching off is told as change_event, switching on is not", 'WeChat, "subscribe_msg_change_event"')
def test_switched_off_takes_what_was_allowed_and_tells_it_once(phone: Caller, callback: Callback) -> None:
    tap(phone, keep=True)
    phone.do("switch", template_id="S1", on=False)
    phone.do("switch", template_id="S1", on=False)
    assert send(phone)["errcode"] == 43101
    assert tap(phone)["results"] == {"S1": "reject"}
    phone.do("switch", template_id="S1", on=True)
    assert send(phone)["errcode"] == 43101
    assert tap(phone)["popup"] is True
    assert left(phone) == 1
    changes = [push for push in pushed(callback) if push["Event"] == "subscribe_msg_change_event"]
    assert [push["List"] for push in changes] == [{"TemplateId": "S1", "SubscribeStatusString": "reject"}]


@rule("A banned template is 43107, and ban to the tap", 'WeChat, "subscribeMessage.send"')
def test_banned_template_is_banned_for_taps_and_sends(phone: Caller, callback: Callback) -> None:
    tap(phone)
    phone.sim.post("/_sim/ban", {"appid": phone.appid, "template_id": "S1"})
    assert send(phone)["errcode"] == 43107
    told = tap(phone)
    assert (told["results"], told["popup"]) == ({"S1": "ban"}, False)
    phone.sim.post("/_sim/ban", {"appid": phone.appid, "template_id": "S1", "banned": False})
    assert send(phone)["errcode"] == 0


@rule("A popup asks for up to five templates of one kind", 'WeChat, "wx.requestSubscribeMessage"')
def test_popup_may_ask_for_five_of_one_kind(make_account: Callable[..., Caller], callback: Callback) -> None:
    many = [{"id": f"S{n}", "title": f"通知{n}", "keys": ["thing1"]} for n in range(6)]
    phone = make_mini(make_account, callback, subscribe_templates=[*many, TEMPLATES[2]])
    assert len(tap(phone, "accept", *(f"S{n}" for n in range(5)))["results"]) == 5
    assert tap(phone, "accept", *(f"S{n}" for n in range(6)))["error"]["code"] == "20003"
    assert tap(phone, "accept", "S1", "L1")["error"]["code"] == "20002"
    assert tap(phone, "accept", "S9")["error"]["code"] == "unknown_template"
    assert [left(phone, f"S{n}") for n in range(6)] == [1, 1, 1, 1, 1, 0]


@rule("A refused send uses up nothing: 40003, 40037, 47003, 41030", 'WeChat, "subscribeMessage.send"')
@pytest.mark.parametrize(
    ("change", "errcode", "words"),
    [
        ({"touser": "o_unknown"}, 40003, "invalid openid"),
        ({"template_id": "T1"}, 40037, "invalid template_id"),
        ({"data": {**VALUES, "thing9": {"value": "x"}}}, 47003, "data.thing9.value invalid"),
        ({"data": {"thing1": {"value": "x"}}}, 47003, "data.time2.value is empty"),
        ({"data": {**VALUES, "thing1": {"value": "字" * 21}}}, 47003, "data.thing1.value invalid"),
        ({"data": {**VALUES, "time2": {"value": "三点"}}}, 47003, "data.time2.value invalid"),
        ({"page": "https://example.org/"}, 41030, "invalid page"),
        ({"page": "pages/x?q=" + "a" * 1024}, 41030, "invalid page"),
        ({"miniprogram_state": "release"}, 47003, "miniprogram_state invalid"),
        ({"lang": "zh"}, 47003, "lang invalid"),
    ],
)
def test_refused_send_uses_nothing_up(
    phone: Caller, change: dict[str, Any], errcode: int, words: str
) -> None:
    tap(phone)
    answer = send(phone, **change)
    assert answer["errcode"] == errcode
    assert words in answer["errmsg"]
    assert phone.messages() == []
    assert left(phone) == 1


def test_only_a_mini_program_sends_them(account: Caller) -> None:
    assert send(account)["errcode"] == 48001
    assert tap(account)["error"]["code"] == "unknown_template"


@rule("Two sends to one person at once: the second is 43108", 'WeChat, "subscribeMessage.send"')
def test_second_send_to_one_person_at_once_is_refused(phone: Caller) -> None:
    tap(phone)
    tap(phone)
    phone.access_token = phone.token()["access_token"]
    phone.sim.post("/_sim/faults", {"kind": "slow", "path": SEND, "seconds": 0.4})
    url = f"{phone.sim.base}{SEND}?access_token={phone.access_token}"
    body = json.dumps({"touser": phone.openid, "template_id": "S1", "data": VALUES})
    codes: list[int] = []
    threads = [
        threading.Thread(target=lambda: codes.append(requests.post(url, body, timeout=9).json()["errcode"]))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [0, 43108]
    assert len(phone.messages()) == 1
    phone.sim.http.delete(phone.sim.base + "/_sim/faults", timeout=5)
    assert send(phone)["errcode"] == 0


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(st.lists(st.sampled_from(["accept", "reject", "send", "off", "on"]), max_size=12))
def test_nobody_gets_more_than_they_allowed(make_account: Callable[..., Caller], deeds: list[str]) -> None:
    phone = make_account(kind="mini_program", templates=[], subscribe_templates=TEMPLATES)
    allowed = taken = 0
    for deed in deeds:
        match deed:
            case "send":
                assert (send(phone)["errcode"] == 0) == (allowed > 0)
                taken, allowed = taken + (allowed > 0), max(0, allowed - 1)
            case "on" | "off":
                phone.do("switch", template_id="S1", on=deed == "on")
                allowed = allowed if deed == "on" else 0
            case _:
                allowed += tap(phone, deed)["results"]["S1"] == "accept"
        assert left(phone) == allowed
    assert len(phone.messages()) == taken


@rule(
    "As JSON one row stands alone, more in a list, and all values are text",
    'WeChat, "subscription messages: event push"',
)
def test_events_as_json_stand_alone_or_in_a_list_and_all_is_text(phone: Caller, callback: Callback) -> None:
    tap(phone)
    tap(phone, "reject", "S1", "S2")
    msgid = send(phone)["msgid"]
    callback.wait_for(3)
    one, two, sent = pushed(callback)
    accepted = {"TemplateId": "S1", "SubscribeStatusString": "accept", "PopupScene": "0"}
    refused = {"SubscribeStatusString": "reject", "PopupScene": "0"}
    assert (one["Event"], one["List"]) == ("subscribe_msg_popup_event", accepted)
    assert two["List"] == [{"TemplateId": "S1"} | refused, {"TemplateId": "S2"} | refused]
    assert sent["Event"] == "subscribe_msg_sent_event"
    assert sent["List"] == {
        "TemplateId": "S1",
        "MsgID": str(msgid),
        "ErrorCode": "0",
        "ErrorStatus": "success",
    }
    assert (sent["FromUserName"], sent["MsgType"]) == (phone.openid, "event")
    assert all(isinstance(push["CreateTime"], str) for push in (one, two, sent))


@rule(
    "As XML the List repeats inside the element of its event", 'WeChat, "subscription messages: event push"'
)
def test_events_as_xml_repeat_the_list_inside_their_own_element(
    make_account: Callable[..., Caller], callback: Callback
) -> None:
    phone = make_mini(make_account, callback, push_format="xml", push_mode="safe")
    tap(phone, "accept", "S1", "S2")
    msgid = send(phone)["msgid"]
    phone.do("switch", template_id="S2", on=False)
    callback.wait_for(3)
    events = [
        ET.fromstring(decrypt(ET.fromstring(body).findtext("Encrypt", ""), AES_KEY, phone.appid))
        for _, body in callback.received
    ]
    found = {event.findtext("Event", ""): event for event in events}
    popup = found["subscribe_msg_popup_event"].findall("SubscribeMsgPopupEvent/List/TemplateId")
    assert [one.text for one in popup] == ["S1", "S2"]
    sent = found["subscribe_msg_sent_event"].find("SubscribeMsgSentEvent/List")
    assert sent is not None
    assert {child.tag: child.text for child in sent} == {
        "TemplateId": "S1",
        "MsgID": str(msgid),
        "ErrorCode": "0",
        "ErrorStatus": "success",
    }
    change = found["subscribe_msg_change_event"]
    assert change.findtext("SubscribeMsgChangeEvent/List/SubscribeStatusString") == "reject"


def test_message_that_fails_on_its_way_says_so_in_its_event(phone: Caller, callback: Callback) -> None:
    tap(phone)
    phone.do("block")
    assert send(phone)["errcode"] == 0
    callback.wait_for(2)
    row = pushed(callback)[1]["List"]
    assert (row["ErrorCode"], row["ErrorStatus"]) == ("-1", "system error")


def test_faults_strike_as_they_do_for_templates(phone: Caller, callback: Callback) -> None:
    tap(phone, keep=True)
    for _ in range(2):
        tap(phone)
    phone.sim.post("/_sim/faults", {"kind": "timeout_after", "path": SEND, "nth": 1, "seconds": 0.1})
    phone.sim.post("/_sim/faults", {"kind": "event_msgid_zero", "path": SEND, "nth": 2})
    phone.sim.post("/_sim/faults", {"kind": "event_withheld", "path": SEND, "nth": 3})
    with pytest.raises(requests.RequestException):
        send(phone)
    assert send(phone)["errcode"] == 0
    held = send(phone)["msgid"]
    assert len(phone.messages()) == 3
    callback.wait_for(3)
    assert "0" in [push["List"].get("MsgID") for push in pushed(callback)]
    assert phone.sim.post("/_sim/release", {"msgid": str(held)}) == {"released": 1}
    wait_until(lambda: phone.messages()[2]["event_sent"])


def test_wall_shows_what_a_phone_allows_and_received(phone: Caller) -> None:
    tap(phone)
    msgid = send(phone)["msgid"]
    (shown,) = phone.sim.get("/_sim/wall", appid=phone.appid)["phones"]
    assert shown["grants"][0] == {
        "template_id": "S1",
        "title": "会议通知",
        "kind": "once",
        "banned": False,
        "left": 0,
        "kept": "",
        "off": False,
    }
    card = shown["chat"][-1]["card"]
    assert (card["title"], card["msgid"]) == ("会议通知", str(msgid))
