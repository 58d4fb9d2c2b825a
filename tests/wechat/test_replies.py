"""What is answered within the request."""

import json
from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import example, given
from hypothesis import strategies as st

from tests.wechat import vectors as v
from tests.wechat.samples import NOW, PLAIN, SAFE, envelope, push_xml, stamped
from wechat.callback import Answer, Callback, open_push, reply_text
from wechat.crypto import new_salt, read_key, seal, sign, unseal
from wechat.messages import TextMessage


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


@example("学习]]></Content><b>讨论")
@given(st.text(st.sampled_from("]>[!CDATA<x&\n ") | st.characters(codec="utf-8")))
def test_any_text_comes_back_as_itself_and_nothing_more(text: str) -> None:
    answer = reply_text(text_push(), text, now=NOW)
    tree = ElementTree.fromstring(answer.body)
    assert [child.tag for child in tree] == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert tree.findtext("Content") == "".join(sign for sign in lines if sign in "\n\t" or is_xml(sign))


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_reads_back_as_itself_in_both_modes(text: str) -> None:
    # parse(reply(t)) == t, but for line ends and what no XML can carry.
    sealed = element(reply_text(text_push(SAFE), text, now=NOW).body, "Encrypt")
    inside, _ = unseal(sealed, [read_key(v.V3.key)], SAFE.appid)
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    expected = "".join(sign for sign in lines if sign in "\n\t" or is_xml(sign))
    assert element(inside, "Content") == expected
    assert element(reply_text(text_push(), text, now=NOW).body, "Content") == expected


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
