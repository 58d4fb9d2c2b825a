"""Signatures and the AES envelope against WeChat's own samples."""

import base64

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from tests.wechat import vectors as v
from wechat.crypto import ForeignEnvelope, Undecipherable, new_salt, read_key, same, seal, sign, unseal

KEY = read_key(v.V2_KEY)


def test_url_check_and_plain_push_are_signed_over_three_parts() -> None:
    for query in (v.V1_GET, v.V1_PLAIN):
        assert sign(v.V1_TOKEN, query["timestamp"], query["nonce"]) == query["signature"]


@pytest.mark.parametrize("envelope", [v.V1, v.V1_REPLY, v.V3, v.V4], ids=["V1", "V1 reply", "V3", "V4"])
def test_sealed_text_is_signed_as_fourth_part(envelope: v.Envelope) -> None:
    signed = sign(envelope.sealed, envelope.nonce, envelope.timestamp, envelope.token)
    assert same(signed, envelope.msg_signature)


def test_published_envelopes_open() -> None:
    assert unseal(v.V1.sealed, [read_key(v.V1.key)], v.V1.appid)[0] == v.V1_TEXT
    assert unseal(v.V2_SEALED, [KEY], v.V2_APPID)[0] == v.V2_TEXT
    assert "<![CDATA[abcdteT]]>" in unseal(v.V3.sealed, [KEY], v.V3.appid)[0]
    assert "<Content><![CDATA[hello]]></Content>" in unseal(v.V4.sealed, [read_key(v.V4.key)], v.V4.appid)[0]


def test_published_texts_seal_to_the_same_bytes() -> None:
    assert seal(v.V2_TEXT, KEY, v.V2_APPID, salt=v.V2_SALT) == v.V2_SEALED
    reply = seal(v.V1_REPLY_TEXT, read_key(v.V1_KEY), v.V1_APPID, salt=v.V1_REPLY_SALT)
    assert reply == v.V1_REPLY.sealed


@given(st.text(st.characters(codec="utf-8")))
def test_what_is_sealed_is_what_opens(text: str) -> None:
    assert unseal(seal(text, KEY, "wx1", salt=new_salt()), [KEY], "wx1") == (text, KEY)


def test_previous_key_opens_and_is_named() -> None:
    current = read_key("B" * 42 + "A")
    assert unseal(v.V3.sealed, [current, KEY], v.V3.appid)[1] == KEY
    with pytest.raises(Undecipherable):
        unseal(v.V3.sealed, [current], v.V3.appid)


def test_another_appid_inside_is_told_apart_from_a_wrong_key() -> None:
    with pytest.raises(ForeignEnvelope):
        unseal(v.V3.sealed, [KEY], "wx0000000000000000")


@pytest.mark.parametrize(
    "end",
    [
        b"\x00" * 32,  # a pad of none
        b"\x21" * 32,  # a pad longer than 32
        b"\x07" + b"\x20" * 31,  # one byte of the pad is not its length
    ],
)
def test_every_byte_of_the_pad_counts(end: bytes) -> None:
    plain = b"s" * 16 + (2).to_bytes(4) + b"hi" + b"wx12345678" + end
    assert len(plain) % 32 == 0
    encryptor = Cipher(algorithms.AES(KEY), modes.CBC(KEY[:16])).encryptor()
    sealed = base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()
    with pytest.raises(Undecipherable):
        unseal(sealed, [KEY], "wx12345678")


@pytest.mark.parametrize("sealed", ["", "AAAA", "not base64", v.V3.sealed[:-24], v.V3.sealed[4:]])
def test_garbage_is_undecipherable(sealed: str) -> None:
    with pytest.raises(Undecipherable):
        unseal(sealed, [KEY], v.V3.appid)


@pytest.mark.parametrize("key", ["", "A" * 42, "A" * 44, "A" * 42 + "!", "汉" * 43])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError):
        read_key(key)


def test_salts_differ_and_are_sixteen_bytes() -> None:
    salts = {new_salt() for _ in range(100)}
    assert len(salts) == 100
    assert {len(salt) for salt in salts} == {16}


def test_signature_of_other_letters_is_compared_without_a_crash() -> None:
    assert not same(sign("a", "b", "c"), "签名")
    assert not same(sign("a", "b", "c"), "\ud800")
