"""Who is let in: signatures, age, modes, and bodies that are none."""

import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.wechat import vectors as v
from tests.wechat.samples import NOW, PLAIN, SAFE, V3_NOW, envelope, push_xml, stamped
from wechat.account_events import Unknown
from wechat.callback import Callback, Forged, open_push, verify_url
from wechat.crypto import new_salt, read_key, seal
from wechat.messages import TextMessage
from wechat.push import Malformed


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
    push = open_push(callback, v.V1_PLAIN, push_xml("<Event>debug_demo</Event>"), now=now)
    assert isinstance(push, Unknown)
    assert push.event == "debug_demo"


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


def test_previous_key_opens_a_push_and_no_older_one_does() -> None:
    new, newest = "B" * 42 + "A", "C" * 42 + "A"
    rotating = replace(SAFE, aes_keys=(new, v.V3.key))
    push = open_push(rotating, v.V3.query, envelope(v.V3.sealed), now=V3_NOW)
    assert push.reply_to.key == read_key(v.V3.key)
    sealed = seal(push_xml().decode(), read_key(new), SAFE.appid, salt=new_salt())
    push = open_push(rotating, stamped(SAFE, sealed=sealed), envelope(sealed), now=NOW)
    assert push.reply_to.key == read_key(new)
    gone = replace(SAFE, aes_keys=(newest, new))
    assert refused(gone, v.V3.query, envelope(v.V3.sealed), V3_NOW) == "undecipherable"


class Untouchable(str):
    """A text that may be looked at only as a whole: == stops at the first sign that differs."""

    def __eq__(self, other: object) -> bool:
        raise AssertionError("compared sign by sign")

    __ne__ = __eq__
    __hash__ = str.__hash__


def test_no_signature_is_compared_sign_by_sign() -> None:
    # Control: with == in `same` each of these fails.
    plain, safe = stamped(PLAIN), v.V3.query
    url = v.V1_GET | {"signature": Untouchable(v.V1_GET["signature"])}
    assert verify_url(Callback(v.V1_APPID, v.V1_TOKEN, (), safe=False), url)
    for signature in (plain["signature"], "0" * 40, ""):
        query = plain | {"signature": Untouchable(signature)}
        with suppress(Forged):
            open_push(PLAIN, query, push_xml("<Event>CLICK</Event>"), now=NOW)
    for signature in (safe["msg_signature"], "0" * 40, ""):
        query = safe | {"msg_signature": Untouchable(signature)}
        with suppress(Forged):
            open_push(SAFE, query, envelope(v.V3.sealed), now=V3_NOW)


def test_published_sample_of_another_product_is_opened_all_the_same() -> None:
    callback = Callback(v.V4.appid, v.V4.token, (v.V4.key,), safe=True)
    now = datetime.fromtimestamp(int(v.V4.timestamp), UTC)
    push = open_push(callback, v.V4.query, envelope(v.V4.sealed), now=now)
    assert isinstance(push, TextMessage)
    assert (push.content, push.msg_id) == ("hello", "4561255354251345929")


BOMB = "<!DOCTYPE x [" + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12)) + "]>"


@pytest.mark.parametrize(
    "body",
    [
        BOMB.encode() + push_xml("<Content>&a11;</Content>", kind="text"),
        b'<?xml version="1.0"?>' + BOMB.encode() + push_xml("<Content>&a11;</Content>", kind="text"),
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + push_xml("<Content>&f;</Content>"),
        b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd">' + push_xml("<Event>CLICK</Event>"),
        push_xml("<Content>&a;</Content>", kind="text"),
        push_xml(BOMB),
        b"<xml>" + b"<a>" * 21_000,
        b"<xml>" + b"<a>" * 9_000 + b"</a>" * 9_000 + b"</xml>",
        b"[" * 65_000,
        b'{"a":' + b"[" * 65_000,
        b"{" + b'"a":{' * 13_000,
        b"<xml></xml>",
        push_xml("<Event>debug_demo</Event>", "<a>" * 2000, "</a>" * 2000),  # deeper than its key can be made
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
    assert time.thread_time() - started < 2  # a bomb that went off would take minutes
    assert malformed.value.status == 400


def test_body_over_64_kib_is_not_looked_at() -> None:
    with pytest.raises(Malformed) as malformed:
        open_push(PLAIN, {}, b" " * (64 * 1024 + 1), now=NOW)
    assert (malformed.value.code, malformed.value.status) == ("too_large", 413)


def test_body_is_not_parsed_before_its_signature_is_right() -> None:
    assert refused(PLAIN, {}, b"<no xml") == "bad_signature"
    assert refused(SAFE, {}, b"<no xml") == "plain_refused"


def test_safe_mode_without_a_key_and_a_key_that_is_none_are_refused() -> None:
    with pytest.raises(ValueError):
        Callback("wx1", "AAAAA", (), safe=True)
    with pytest.raises(ValueError):
        Callback("wx1", "AAAAA", ("short",), safe=False)
