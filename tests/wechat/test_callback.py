"""Opening WeChat's pushes: who is let in, what is read, what is answered."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wechat import vectors as v
from wechat.callback import (
    Answer,
    Callback,
    Clicked,
    Forged,
    Malformed,
    OtherMessage,
    ScanWaited,
    Subscribed,
    TemplateResult,
    TextMessage,
    Unknown,
    Unsubscribed,
    open_push,
    reply_text,
    verify_url,
)
from wechat.crypto import new_salt, read_key, seal, sign, unseal

PLAIN = Callback("wx1", "AAAAA", (), safe=False, original_id="gh_1")
SAFE = Callback(v.V3.appid, v.V3.token, (v.V3.key,), safe=True)
NOW = datetime(2026, 11, 25, 6, 50, tzinfo=UTC)
V3_NOW = datetime.fromtimestamp(int(v.V3.timestamp), UTC)


def stamped(callback: Callback, at: datetime = NOW, sealed: str = "") -> dict[str, str]:
    """The query WeChat would send with a push at this time."""
    timestamp, nonce = str(int(at.timestamp())), "486452656"
    query = {"timestamp": timestamp, "nonce": nonce, "signature": sign(callback.token, timestamp, nonce)}
    if sealed:
        signed = sign(callback.token, timestamp, nonce, sealed)
        query |= {"encrypt_type": "aes", "msg_signature": signed, "openid": "somebody"}
    return query


def push_xml(*elements: str, kind: str = "event", created: int = 1764053400) -> bytes:
    """A push's XML with the elements every push has."""
    common = f"<ToUserName>gh_1</ToUserName><FromUserName>oA</FromUserName><CreateTime>{created}</CreateTime>"
    return f"<xml>{common}<MsgType><![CDATA[{kind}]]></MsgType>{''.join(elements)}</xml>".encode()


def envelope(sealed: str) -> bytes:
    return f"<xml><ToUserName>gh</ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()


def refused(callback: Callback, query: dict[str, str], body: bytes, now: datetime = NOW) -> str:
    with pytest.raises(Forged) as forged:
        open_push(callback, query, body, now=now)
    return forged.value.code


def spoilt(text: str) -> list[str]:
    """The text with each sign in turn replaced by another of the same alphabet."""
    return [text[:i] + ("1" if text[i] != "1" else "2") + text[i + 1 :] for i in range(len(text))]


def test_url_check_answers_echostr() -> None:
    callback = Callback(v.V1_APPID, v.V1_TOKEN, (v.V1_KEY,), safe=True)
    assert verify_url(callback, v.V1_GET) == "4375120948345356249"


def test_url_check_refuses_each_spoilt_sign() -> None:
    callback = Callback(v.V1_APPID, v.V1_TOKEN, (v.V1_KEY,), safe=True)
    for name in ("signature", "timestamp", "nonce"):
        for text in [*spoilt(v.V1_GET[name]), ""]:
            with pytest.raises(Forged):
                verify_url(callback, v.V1_GET | {name: text})


def test_published_plain_push_is_let_in() -> None:
    callback = Callback(v.V1_APPID, v.V1_TOKEN, (), safe=False)
    now = datetime.fromtimestamp(int(v.V1_PLAIN["timestamp"]), UTC)
    push = open_push(callback, v.V1_PLAIN, push_xml("<Event>VIEW</Event>"), now=now)
    assert isinstance(push, Unknown)
    assert push.event == "view"


def test_published_safe_json_push_is_opened() -> None:
    callback = Callback(v.V1_APPID, v.V1_TOKEN, (v.V1_KEY,), safe=True, original_id="gh_97417a04a28d")
    now = datetime.fromtimestamp(int(v.V1.timestamp), UTC)
    for sealed in (v.V1.sealed, v.V1.sealed.replace("/", "\\/")):
        body = f'{{"ToUserName": "gh_97417a04a28d", "Encrypt": "{sealed}"}}'.encode()
        push = open_push(callback, v.V1.query, body, now=now)
        assert isinstance(push, Unknown)
        assert (push.openid, push.event, push.at) == ("o9AgO5Kd5ggOC-bXrbNODIiE3bGY", "debug_demo", now)


def test_published_safe_xml_push_is_opened() -> None:
    push = open_push(SAFE, v.V3.query, envelope(v.V3.sealed), now=V3_NOW)
    assert isinstance(push, TextMessage)
    assert (push.content, push.msg_id) == ("abcdteT", "6054768590064713728")


def test_each_spoilt_sign_of_a_safe_push_is_forged() -> None:
    for name in ("timestamp", "nonce", "msg_signature"):
        for text in [*spoilt(v.V3.query[name]), ""]:
            refused(SAFE, v.V3.query | {name: text}, envelope(v.V3.sealed), V3_NOW)
    for sealed in spoilt(v.V3.sealed):
        assert refused(SAFE, v.V3.query, envelope(sealed), V3_NOW) == "bad_signature"


def test_each_spoilt_sign_of_a_plain_push_is_forged() -> None:
    query = stamped(PLAIN)
    for name in ("timestamp", "nonce", "signature"):
        for text in [*spoilt(query[name]), ""]:
            assert refused(PLAIN, query | {name: text}, push_xml("<Event>CLICK</Event>")) == "bad_signature"


def test_wrong_token_is_forged() -> None:
    other = replace(SAFE, token="spamtesu")
    assert refused(other, v.V3.query, envelope(v.V3.sealed), V3_NOW) == "bad_signature"
    assert refused(replace(PLAIN, token="BBBBB"), stamped(PLAIN), push_xml()) == "bad_signature"


def test_signature_of_three_parts_does_not_open_a_safe_push() -> None:
    query = stamped(SAFE)
    mixed_up = query | {"msg_signature": query["signature"], "encrypt_type": "aes"}
    assert refused(SAFE, mixed_up, envelope(v.V3.sealed)) == "bad_signature"


def test_plain_body_in_safe_mode_is_refused_however_signed() -> None:
    body = push_xml("<Event>CLICK</Event>")
    assert refused(SAFE, stamped(SAFE), body) == "plain_refused"
    assert refused(SAFE, stamped(SAFE, sealed="AAAA"), body) == "plain_refused"


def test_another_appid_in_the_cipher_is_refused() -> None:
    other = replace(SAFE, appid="wx0000000000000000")
    assert refused(other, v.V3.query, envelope(v.V3.sealed), V3_NOW) == "wrong_appid"


def test_signed_envelope_of_an_unknown_key_is_refused() -> None:
    sealed = seal(push_xml().decode(), read_key("B" * 42 + "A"), SAFE.appid, salt=new_salt())
    assert refused(SAFE, stamped(SAFE, sealed=sealed), envelope(sealed)) == "undecipherable"


def test_another_account_is_refused() -> None:
    assert refused(replace(PLAIN, original_id="gh_2"), stamped(PLAIN), push_xml()) == "wrong_account"


@pytest.mark.parametrize("off", [timedelta(minutes=11), timedelta(minutes=-11), timedelta(seconds=601)])
def test_push_from_another_time_is_stale(off: timedelta) -> None:
    assert refused(PLAIN, stamped(PLAIN, NOW - off), push_xml("<Event>CLICK</Event>")) == "stale"
    assert refused(SAFE, v.V3.query, envelope(v.V3.sealed), V3_NOW + off) == "stale"


def test_ten_minutes_are_still_fresh() -> None:
    at = NOW - timedelta(seconds=600)
    assert open_push(PLAIN, stamped(PLAIN, at), push_xml("<Event>CLICK</Event>"), now=NOW)


def test_typed_envelope_in_compatible_mode_does_not_replace_the_signed_one() -> None:
    inner = push_xml("<Content>真</Content><MsgId>1</MsgId>", kind="text").decode()
    sealed = seal(inner, read_key(v.V3.key), SAFE.appid, salt=new_salt())
    typed = "<Content><![CDATA[<Encrypt>AAAA</Encrypt>]]></Content>"
    body = push_xml(typed, f"<Encrypt><![CDATA[{sealed}]]></Encrypt>", kind="text")
    push = open_push(replace(SAFE, safe=False), stamped(SAFE, sealed=sealed), body, now=NOW)
    assert isinstance(push, TextMessage)
    assert push.content == "真"


BOMB = "<!DOCTYPE x [" + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12)) + "]>"


@pytest.mark.parametrize(
    "body",
    [
        BOMB.encode() + push_xml("<Content>&a11;</Content>", kind="text"),
        b'<?xml version="1.0"?>' + BOMB.encode() + push_xml("<Content>&a11;</Content>", kind="text"),
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + push_xml("<Content>&f;</Content>"),
        push_xml("<Content>&a;</Content>", kind="text"),
        push_xml(BOMB),
        b"<xml>" + b"<a>" * 21_000,
        b"<xml>" + b"<a>" * 9_000 + b"</a>" * 9_000 + b"</xml>",
        b"[" * 65_000,
        b'{"a":' + b"[" * 65_000,
        b"{" + b'"a":{' * 13_000,
        b"<xml></xml>",
        b"{}",
        b"[]",
        b"",
        b"\xff\xfe",
        b"<xml><ToUserName>gh_1</ToUserName></xml>",
        push_xml("<Event>CLICK</Event>").replace(b"1764053400", b"-1"),
        push_xml("<Event>CLICK</Event>").replace(b"1764053400", b"99999999999999999"),
        push_xml("<Event><a>CLICK</a></Event>"),
        push_xml().replace(b"<FromUserName>oA</FromUserName>", b""),
    ],
)
def test_bomb_or_garbage_is_malformed_at_once(body: bytes) -> None:
    started = time.thread_time()
    with pytest.raises(Malformed) as malformed:
        open_push(PLAIN, stamped(PLAIN), body, now=NOW)
    assert time.thread_time() - started < 0.05
    assert malformed.value.status == 400


def test_body_over_64_kib_is_not_looked_at() -> None:
    with pytest.raises(Malformed) as malformed:
        open_push(PLAIN, {}, b" " * (64 * 1024 + 1), now=NOW)
    assert (malformed.value.code, malformed.value.status) == ("too_large", 413)


def test_body_is_not_parsed_before_its_signature_is_right() -> None:
    assert refused(PLAIN, {}, b"<no xml") == "bad_signature"
    assert refused(SAFE, {}, b"<no xml") == "plain_refused"


def test_text_message_is_read() -> None:
    body = push_xml("<Content><![CDATA[ <签到> & 123456 ]]></Content><MsgId>61</MsgId>", kind="text")
    push = open_push(PLAIN, stamped(PLAIN), body, now=NOW)
    assert isinstance(push, TextMessage)
    assert (push.appid, push.openid, push.content, push.msg_id) == ("wx1", "oA", "<签到> & 123456", "61")
    assert push.at == datetime.fromtimestamp(1764053400, UTC)


def test_other_message_keeps_its_type() -> None:
    push = open_push(PLAIN, stamped(PLAIN), push_xml("<MsgId>61</MsgId>", kind="voice"), now=NOW)
    assert isinstance(push, OtherMessage)
    assert push.type == "voice"


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


def text_push(callback: Callback = PLAIN) -> TextMessage:
    body = push_xml("<Content>a</Content><MsgId>1</MsgId>", kind="text")
    query = stamped(callback)
    if callback.safe:
        sealed = seal(body.decode(), read_key(callback.aes_keys[-1]), callback.appid, salt=new_salt())
        query, body = stamped(callback, sealed=sealed), envelope(sealed)
    push = open_push(callback, query, body, now=NOW)
    assert isinstance(push, TextMessage)
    return push


def element(answer: str, name: str) -> str:
    return ElementTree.fromstring(answer).findtext(name) or ""


@given(st.text(st.sampled_from("]>[!CDATA<x&\n ") | st.characters(codec="utf-8")))
def test_any_text_comes_back_as_itself_and_nothing_more(text: str) -> None:
    answer = reply_text(text_push(), text, now=NOW)
    tree = ElementTree.fromstring(answer.body)
    assert [child.tag for child in tree] == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert tree.findtext("Content") == "".join(sign for sign in lines if sign in "\n\t" or is_xml(sign))


def is_xml(sign: str) -> bool:
    return sign >= " " and sign not in "\ufffe\uffff"


def test_reply_swaps_the_two_ends() -> None:
    answer = reply_text(text_push(), "您好]]><Content>假", now=NOW)
    assert answer == Answer(
        "<xml><ToUserName><![CDATA[oA]]></ToUserName><FromUserName><![CDATA[gh_1]]></FromUserName>"
        "<CreateTime>1795589400</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        "<Content><![CDATA[您好]]]]><![CDATA[><Content>假]]></Content></xml>",
        "application/xml",
    )


def test_sealed_push_is_answered_with_the_key_that_opened_it() -> None:
    rotating = replace(SAFE, aes_keys=("B" * 42 + "A", v.V3.key))
    answer = reply_text(text_push(rotating), "您好", now=NOW)
    sealed = element(answer.body, "Encrypt")
    signed = [rotating.token, element(answer.body, "TimeStamp"), element(answer.body, "Nonce"), sealed]
    assert element(answer.body, "MsgSignature") == sign(*signed)
    assert element(unseal(sealed, [read_key(v.V3.key)], rotating.appid)[0], "Content") == "您好"


def test_json_push_is_answered_in_json() -> None:
    text = json.dumps({"ToUserName": "gh", "FromUserName": "oA", "CreateTime": "1", "MsgType": "text"})
    sealed = seal(text, read_key(v.V3.key), SAFE.appid, salt=new_salt())
    body = json.dumps({"ToUserName": "gh", "Encrypt": sealed}).encode()
    push = open_push(SAFE, stamped(SAFE, sealed=sealed), body, now=NOW)
    answer = reply_text(push, "您好", now=NOW)
    told = json.loads(answer.body)
    assert answer.content_type == "application/json"
    assert told["TimeStamp"] == int(NOW.timestamp())
    assert told["MsgSignature"] == sign(SAFE.token, str(told["TimeStamp"]), told["Nonce"], told["Encrypt"])
    inner = json.loads(unseal(told["Encrypt"], [read_key(v.V3.key)], SAFE.appid)[0])
    assert inner["Content"] == "您好"


def test_no_secret_is_shown() -> None:
    shown = repr(SAFE) + repr(text_push(SAFE))
    assert SAFE.token not in shown
    assert v.V3.key not in shown
    assert repr(read_key(v.V3.key)) not in shown


def test_safe_mode_without_a_key_and_a_key_that_is_none_are_refused() -> None:
    with pytest.raises(ValueError):
        Callback("wx1", "AAAAA", (), safe=True)
    with pytest.raises(ValueError):
        Callback("wx1", "AAAAA", ("short",), safe=False)
