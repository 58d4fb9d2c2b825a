"""Every message and event that WeChat documents is read as what it is, in XML and in JSON, in every mode."""

import json
from dataclasses import replace
from typing import Any

import pytest
import xmltodict

from tests.wechat.pushes import EVENTS, SAMPLES, Sample
from tests.wechat.samples import NOW, PLAIN, SAFE, envelope, stamped
from wechat.callback import Callback, open_push
from wechat.crypto import new_salt, read_key, seal
from wechat.push import ID, Malformed, Push

COMMON = {"ToUserName": "gh_1", "FromUserName": "oA", "CreateTime": "1764053400"}
EVERY = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)


def as_xml(elements: dict[str, Any]) -> bytes:
    written: str = xmltodict.unparse({"xml": COMMON | elements}, full_document=False)
    return written.encode()


def as_json(elements: dict[str, Any]) -> bytes:
    return json.dumps(COMMON | elements, ensure_ascii=False).encode()


def opened(body: bytes, callback: Callback = PLAIN) -> Push:
    return open_push(callback, stamped(callback), body, now=NOW)


def sealed(callback: Callback, body: bytes, beside: bytes = b"") -> Push:
    """Open a push that comes sealed, with or without its clear text beside it."""
    text = seal(body.decode(), read_key(callback.aes_keys[0]), callback.appid, salt=new_salt())
    outside = envelope(text).replace(b"</xml>", beside + b"</xml>")
    return open_push(callback, stamped(callback, sealed=text), outside, now=NOW)


def said(push: Push, sample: Sample) -> dict[str, Any]:
    assert type(push) is sample.type
    return {name: getattr(push, name) for name in sample.says}


@EVERY
def test_push_is_read_as_what_it_is(sample: Sample) -> None:
    assert said(opened(as_xml(sample.elements)), sample) == sample.says


@EVERY
def test_push_in_json_says_the_same_whether_numbers_are_text_or_not(sample: Sample) -> None:
    numbers = json.loads(
        json.dumps(sample.elements), object_hook=lambda row: {key: number(one) for key, one in row.items()}
    )
    texts = opened(as_json(sample.elements))
    assert said(texts, sample) == sample.says
    assert said(opened(as_json(numbers)), sample) == sample.says
    assert texts.reply_to.is_json


def number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isascii() and value.lstrip("-").isdigit() else value


@EVERY
def test_push_says_the_same_in_plain_compatible_and_safe_mode(sample: Sample) -> None:
    body = as_xml(sample.elements)
    compatible = replace(SAFE, safe=False)
    inside = body.removeprefix(b"<xml>").removesuffix(b"</xml>")
    pushes = [
        opened(body, compatible),
        sealed(compatible, body, beside=inside),
        sealed(compatible, body, beside=inside.replace(b"oA", b"oB")),  # nobody signs what stands beside
        sealed(SAFE, body),
    ]
    assert len({(type(push), push.openid, push.natural_key) for push in pushes}) == 1
    assert [said(push, sample) for push in pushes] == [sample.says] * 4
    assert [push.reply_to.key is None for push in pushes] == [True, False, False, False]


@pytest.mark.parametrize("sample", EVENTS.values(), ids=EVENTS)
@pytest.mark.parametrize("written", [str.upper, str.lower, str.title])
def test_event_is_known_whatever_the_case_of_its_name(sample: Sample, written: Any) -> None:
    name = written(sample.elements["Event"])
    assert said(opened(as_xml(sample.elements | {"Event": name})), sample) == sample.says


@pytest.mark.parametrize("name", ["location", "place", "location_select"])
def test_place_is_nowhere_in_what_is_read(name: str) -> None:
    # Control: with the place among what makes the key, the two keys differ.
    elements = SAMPLES[name].elements
    push = opened(as_xml(elements))
    for text in ("23.13", "113.35", "119.38", "村委会", "礼堂"):
        assert text not in repr(push)
    text = (
        json.dumps(elements).replace("23.13", "31.00").replace("113.35", "121.00").replace("119.38", "7.00")
    )
    assert opened(as_xml(json.loads(text))).natural_key == push.natural_key


def test_no_two_pushes_have_one_key_and_each_keeps_its_own() -> None:
    keys = [[opened(as_xml(one.elements)).natural_key for one in SAMPLES.values()] for _ in range(2)]
    assert keys[0] == keys[1]
    # Messages share a number here; following with an empty key is following; results in either shape are one.
    twins = [name for name in SAMPLES if name in ("follow, with an empty key", "sent, without a wrapper")]
    messages = sum(one.elements["MsgType"] != "event" for one in SAMPLES.values())
    assert len(set(keys[0])) == len(SAMPLES) - messages + 1 - len(twins)


@pytest.mark.parametrize("name", ["FromUserName", "MsgId", "MsgID"])
def test_id_longer_than_any_of_wechats_is_no_push(name: str) -> None:
    # Control: without the bound it reaches a column that cannot hold it, and the answer is a 5xx.
    sample = SAMPLES["template" if name == "MsgID" else "text"]
    longest = "9" * (64 if name == "FromUserName" else ID)
    assert opened(as_xml(sample.elements | {name: longest}))
    with pytest.raises(Malformed):
        opened(as_xml(sample.elements | {name: longest + "9"}))


@pytest.mark.parametrize("wrong", [{"a": "b"}, ["a", "b"], 1.5, True])
@EVERY
def test_element_of_another_shape_is_malformed_or_left_out(sample: Sample, wrong: Any) -> None:
    for name in sample.elements:
        try:
            push = opened(as_json(sample.elements | {name: wrong}))
        except Malformed:
            continue
        assert push.openid == "oA"
