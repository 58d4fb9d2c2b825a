"""What is read from a push, and the key that stays the same over its retries."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.wechat.samples import NOW, PLAIN, push_xml, stamped
from wechat.callback import open_push
from wechat.messages import OtherMessage, TextMessage
from wechat.person_events import Clicked, ScanWaited, Subscribed, Unsubscribed
from wechat.result_events import TemplateResult


def test_text_message_is_read() -> None:
    body = push_xml("<Content><![CDATA[ <签到> & 123456 ]]></Content><MsgId>61</MsgId>", kind="text")
    push = open_push(PLAIN, stamped(PLAIN), body, now=NOW)
    assert isinstance(push, TextMessage)
    assert (push.appid, push.openid, push.content, push.msg_id) == ("wx1", "oA", "<签到> & 123456", "61")
    assert push.at == datetime.fromtimestamp(1764053400, UTC)


def test_other_message_keeps_its_type() -> None:
    push = open_push(PLAIN, stamped(PLAIN), push_xml("<MsgId>61</MsgId>", kind="hologram"), now=NOW)
    assert isinstance(push, OtherMessage)
    assert push.type == "hologram"


def event(*elements: str, created: int = 1764053400) -> object:
    return open_push(PLAIN, stamped(PLAIN), push_xml(*elements, created=created), now=NOW)


def test_events_are_read_whatever_their_case() -> None:
    scan = "<ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult><![CDATA[AQ-x]]></ScanResult></ScanCodeInfo>"
    subscribed = event("<Event>subscribe</Event><EventKey>qrscene_hall</EventKey><Ticket>t</Ticket>")
    assert isinstance(subscribed, Subscribed)
    assert subscribed.scene == "hall"
    bare = event("<Event>SUBSCRIBE</Event><EventKey></EventKey>")
    assert isinstance(bare, Subscribed)
    assert bare.scene == ""
    assert isinstance(event("<Event>unsubscribe</Event>"), Unsubscribed)
    clicked = event("<Event>Click</Event><EventKey>theme_day</EventKey>")
    assert isinstance(clicked, Clicked)
    assert clicked.key == "theme_day"
    waited = event("<Event>scancode_waitmsg</Event><EventKey>scan</EventKey>", scan)
    assert isinstance(waited, ScanWaited)
    assert (waited.key, waited.result) == ("scan", "AQ-x")


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        ("success", "success", ""),
        ("failed:user block", "failed", "user block"),
        ("failed: system failed", "failed", "system failed"),
    ],
)
def test_template_result_is_read(said: str, status: str, reason: str) -> None:
    result = event(f"<Event>TEMPLATESENDJOBFINISH</Event><MsgID>200163836</MsgID><Status>{said}</Status>")
    assert isinstance(result, TemplateResult)
    assert (result.msgid, result.status, result.reason) == ("200163836", status, reason)


def test_json_push_is_read_with_numbers_or_text() -> None:
    fields = {"ToUserName": "gh_1", "FromUserName": "oA", "MsgType": "text", "Content": "帮\u0000助"}
    pushes = [
        open_push(PLAIN, stamped(PLAIN), json.dumps(fields | numbers).encode(), now=NOW)
        for numbers in ({"CreateTime": 1764053400, "MsgId": 61}, {"CreateTime": "1764053400", "MsgId": "61"})
    ]
    assert pushes[0] == pushes[1]
    assert isinstance(pushes[0], TextMessage)
    assert pushes[0].content == "帮助"


def test_natural_key_tells_nobody_without_the_token_whose_it_is() -> None:
    # Control: as a bare digest, whoever holds a list of openids could try them all.
    body = push_xml("<Event>subscribe</Event>")
    other = replace(PLAIN, token="BBBBB")
    keys = [open_push(one, stamped(one), body, now=NOW).natural_key for one in (PLAIN, other)]
    assert keys[0] != keys[1]


def test_natural_key_is_the_same_for_a_retry_and_different_for_anything_else() -> None:
    def subscription(*msgids: str) -> str:
        rows = "".join(f"<List><TemplateId>t</TemplateId><MsgID>{msgid}</MsgID></List>" for msgid in msgids)
        sent = f"<SubscribeMsgSentEvent>{rows}</SubscribeMsgSentEvent>"
        return f"<Event>subscribe_msg_sent_event</Event>{sent}"

    bodies = [
        push_xml("<Content>a</Content><MsgId>1</MsgId>", kind="text"),
        push_xml("<Content>a</Content><MsgId>2</MsgId>", kind="text"),
        push_xml("<Content>a</Content><MsgId>1</MsgId>", kind="text").replace(b"oA", b"oB"),
        push_xml("<Event>CLICK</Event><EventKey>a</EventKey>"),
        push_xml("<Event>CLICK</Event><EventKey>b</EventKey>"),
        push_xml("<Event>CLICK</Event><EventKey>a</EventKey>", created=1764053401),
        push_xml("<Event>VIEW</Event><EventKey>a</EventKey>"),
        push_xml("<Event>subscribe</Event>"),
        push_xml("<Event>unsubscribe</Event>"),
        push_xml("<Event>TEMPLATESENDJOBFINISH</Event><MsgID>1</MsgID><Status>success</Status>"),
        push_xml("<Event>TEMPLATESENDJOBFINISH</Event><MsgID>2</MsgID><Status>success</Status>"),
        push_xml(subscription("1")),
        push_xml(subscription("2")),
        push_xml(subscription("1", "2")),
    ]
    keys = [
        [open_push(PLAIN, stamped(PLAIN, at), body, now=NOW).natural_key for body in bodies]
        for at in (NOW, NOW - timedelta(seconds=5))
    ]
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == len(bodies)
