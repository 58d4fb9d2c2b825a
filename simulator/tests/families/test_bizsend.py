"""Notices of an official account, and what else a subscription message keeps to."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest

from simulator.tests.conftest import VALUES, Callback, Caller
from simulator.tests.rules import rule

BIZSEND = 'WeChat, "sendNewSubscribeMsg"'
SEND = 'WeChat, "subscribeMessage.send"'
REPORT = "field reports"
NOTICE = {"id": "N1", "title": "办事通知", "keys": ["thing1", "time2"]}
PATHS = {
    "official": "/cgi-bin/message/subscribe/bizsend",
    "mini_program": "/cgi-bin/message/subscribe/send",
}


class Sender:
    """An account with the template N1, and one person."""

    def __init__(self, make_account: Callable[..., Caller], kind: str, **changes: Any) -> None:
        held = [NOTICE | changes.pop("template", {})]
        self.caller = make_account(kind=kind, templates=[], subscribe_templates=held, **changes)
        self.path = PATHS[kind]
        self.token = self.caller.token()["access_token"]

    def allow(self, times: int = 1, **more: Any) -> Any:
        """Let the person tap "accept"."""
        return [self.caller.do("subscribe", choices={"N1": "accept"}, **more) for _ in range(times)][-1]

    def send(self, **changes: Any) -> Any:
        """Send to the person."""
        body = {"touser": self.caller.openid, "template_id": "N1", "data": VALUES} | changes
        return self.caller.sim.post(self.path, body, access_token=self.token)

    def clock(self, seconds: float) -> None:
        """Move the clock, and draw the token anew."""
        self.caller.sim.post("/_sim/clock", {"offset_seconds": seconds})
        self.token = self.caller.token()["access_token"]


def events(callback: Callback) -> list[ET.Element]:
    return [ET.fromstring(body) for _, body in callback.received]


@pytest.fixture
def office(make_account: Callable[..., Caller], callback: Callback) -> Sender:
    return Sender(make_account, "official", callback_url=callback.url)


@rule("One accept on a page or in an article allows an official account one notice, else 43101", BIZSEND)
def test_notice_needs_a_tap(office: Sender, callback: Callback) -> None:
    assert office.send()["errcode"] == 43101
    assert office.allow()["popup"] is True
    assert office.send(page="https://example.org/n/1") == {"errcode": 0, "errmsg": "ok"}
    assert office.send()["errcode"] == 43101
    (message,) = office.caller.messages()
    assert (message["title"], message["url"]) == ("办事通知", "https://example.org/n/1")
    callback.wait_for(2)
    popup, sent = events(callback)
    row = popup.find("SubscribeMsgPopupEvent/List")
    assert row is not None
    assert {child.tag: child.text for child in row} == {
        "TemplateId": "N1",
        "SubscribeStatusString": "accept",
        "PopupScene": "1",
    }
    assert sent.findtext("SubscribeMsgSentEvent/List/MsgID") == str(message["msgid"])
    assert sent.findtext("SubscribeMsgSentEvent/List/ErrorStatus") == "success"


@rule(
    "PopupScene says where an official account's popup was: 1 page, 2 article",
    'WeChat, "subscribe_msg_popup_event"',
)
def test_popup_in_an_article_says_so(office: Sender, callback: Callback) -> None:
    office.allow(scene="article")
    assert events(callback)[0].findtext("SubscribeMsgPopupEvent/List/PopupScene") == "2"


@rule("A notice reaches people who do not follow", BIZSEND)
def test_notice_reaches_who_does_not_follow(office: Sender) -> None:
    office.allow()
    office.caller.do("unfollow")
    assert office.send()["errcode"] == 0


@rule(
    "Switching a template off takes what was allowed and is told as change_event",
    'WeChat, "subscribe_msg_change_event"',
)
def test_switched_off_notice_is_refused(office: Sender, callback: Callback) -> None:
    office.allow()
    office.caller.do("switch", template_id="N1", on=False)
    assert office.send()["errcode"] == 43101
    told = events(callback)[1].findtext("SubscribeMsgChangeEvent/List/SubscribeStatusString")
    assert told == "reject"


@rule("bizsend: 40003, 40037, 43101, 47003, and 40013 for a mini-program that is not linked", BIZSEND)
def test_refused_notice_uses_nothing_up(make_account: Callable[..., Caller]) -> None:
    office = Sender(make_account, "official", linked=["wx-mini"])
    office.allow()
    refused: list[tuple[dict[str, Any], int]] = [
        ({"touser": "o_nobody"}, 40003),
        ({"template_id": "T1"}, 40037),
        ({"data": {"thing1": {"value": "x"}}}, 47003),
        ({"page": "https://example.org/" + "a" * 1024}, 47003),
        ({"miniprogram": {"appid": "wx-other", "pagepath": "p"}}, 40013),
    ]
    for change, errcode in refused:
        assert office.send(**change)["errcode"] == errcode
    assert office.send(miniprogram={"appid": "wx-mini", "pagepath": "p"})["errcode"] == 0
    assert office.caller.messages()[0]["mini"] == {"appid": "wx-mini", "pagepath": "p"}


@rule("The documented example of a notice is taken as it stands", BIZSEND)
def test_documented_notice(make_account: Callable[..., Caller]) -> None:
    office = Sender(make_account, "official", template={"keys": ["name1", "thing8"]})
    office.allow()
    body = {
        "page": "https://mp.weixin.qq.com",
        "miniprogram": {"appid": "wx0000000000000000", "pagepath": "index?foo=bar"},
        "data": {"name1": {"value": "广州"}, "thing8": {"value": "广州至北京"}},
    }
    assert office.send(**body)["errcode"] == 0


@rule("Notices belong to verified 服务号", BIZSEND)
@pytest.mark.parametrize("changes", [{"type": "subscription"}, {"verified": False}])
def test_other_accounts_send_no_notices(make_account: Callable[..., Caller], changes: dict[str, Any]) -> None:
    assert Sender(make_account, "official", **changes).send()["errcode"] == 48001
    mini = Sender(make_account, "mini_program")
    mini.path = PATHS["official"]
    assert mini.send()["errcode"] == 48001


@rule("A message opens only pages of the released version, else 41030; other versions open any", SEND)
def test_page_is_in_the_released_version(make_account: Callable[..., Caller]) -> None:
    mini = Sender(make_account, "mini_program", pages=["pages/home/index"])
    mini.allow(3)
    assert mini.send(page="pages/new/index")["errcode"] == 41030
    assert mini.send(page="pages/new/index", miniprogram_state="formal")["errcode"] == 41030
    assert mini.send(page="pages/new/index", miniprogram_state="trial")["errcode"] == 0
    assert mini.send(page="/pages/home/index?id=7")["errcode"] == 0
    assert mini.send(page="")["errcode"] == 0


@rule("A sensitive word is 45168", SEND)
def test_sensitive_words_are_refused(make_account: Callable[..., Caller]) -> None:
    mini = Sender(make_account, "mini_program", undocumented={"sensitive": ["密令"]})
    mini.allow()
    assert mini.send(data=VALUES | {"thing1": {"value": "一道密令"}})["errcode"] == 45168
    assert mini.send()["errcode"] == 0


@rule("A newer long-term kind limits how many messages one person gets", REPORT)
def test_long_limited_template_sends_so_many_a_day(make_account: Callable[..., Caller]) -> None:
    mini = Sender(make_account, "mini_program", template={"kind": "long_limited", "most_a_day": 2})
    assert mini.send()["errcode"] == 43101
    mini.allow()
    assert [mini.send()["errcode"] for _ in range(3)] == [0, 0, 43117]
    mini.clock(86_400)
    assert mini.send()["errcode"] == 0
    assert mini.allow()["popup"] is False


@rule(
    "A subscription message that is lost on its way ends with an ErrorCode in its event",
    'WeChat, "subscribe_msg_sent_event"',
)
def test_undeliverable_notice_says_so(office: Sender, callback: Callback) -> None:
    office.allow()
    office.caller.do("undeliverable")
    assert office.send()["errcode"] == 0
    callback.wait_for(2)
    row = events(callback)[1].find("SubscribeMsgSentEvent/List")
    assert row is not None
    assert (row.findtext("ErrorCode"), row.findtext("ErrorStatus")) == ("-1", "system error")


@rule("The documented example of a subscription message is taken as it stands", SEND)
def test_documented_subscription_message(make_account: Callable[..., Caller]) -> None:
    mini = Sender(make_account, "mini_program", template={"keys": ["number1", "date2", "thing3"]})
    mini.allow()
    body = {
        "page": "index?foo=bar",
        "miniprogram_state": "formal",
        "lang": "zh_CN",
        "data": {
            "number1": {"value": "339208499"},
            "date2": {"value": "2026年11月24日"},
            "thing3": {"value": "TIT创意园"},
        },
    }
    assert mini.send(**body)["errcode"] == 0


WRONG_ONCE: list[tuple[dict[str, Any], int]] = [
    ({"title": "题" * 16}, 40062),
    ({"scene": "10001"}, 40129),
    ({"url": {"a": 1}}, 40039),
]


@rule(
    "The older one-time message brings a title of 15 signs (40062) and a scene (40129)",
    'WeChat, "one-time subscription message"',
)
def test_older_one_time_message_is_sent_once(make_account: Callable[..., Caller], callback: Callback) -> None:
    office = Sender(make_account, "official", template={"keys": ["content"]}, callback_url=callback.url)
    office.path = "/cgi-bin/message/template/subscribe"
    body: dict[str, Any] = {"url": "https://example.org/", "scene": "1000", "title": "TITLE"}
    body |= {"data": {"content": {"value": "VALUE", "color": "COLOR"}}}
    assert office.send(**body)["errcode"] == 43101
    office.allow()
    for change, errcode in WRONG_ONCE:
        assert office.send(**body | change)["errcode"] == errcode
    assert office.send(**body | {"data": {"content": {"value": "字" * 201}}})["errcode"] == 45002
    assert office.send(**body) == {"errcode": 0, "errmsg": "ok"}
    assert office.send(**body)["errcode"] == 43101
    (message,) = office.caller.messages()
    assert (message["title"], message["data"]) == ("TITLE", {"content": "VALUE"})
    assert len(callback.received) == 1
