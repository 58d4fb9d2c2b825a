"""Callbacks as nobody sends them, from a seed: spoilt after the signature was made, and before it."""

import base64
import json
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

import xmltodict
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.wechat.pushes import SAMPLES
from wechat.crypto import read_key, sign

Elements = dict[str, Any]
PEOPLE = 40  # who sends them: o0, o1 …
UNSIGNED = 0.35  # so many of all are not WeChat's


class Target(NamedTuple):
    """One of our two addresses, and what WeChat and we know of it."""

    address: str
    appid: str
    original_id: str
    token: str
    key: str
    safe: bool


class Shot(NamedTuple):
    """One callback; one that is not rightly `signed` gets 4xx and may have no effect."""

    address: str
    query: str
    body: bytes
    signed: bool
    how: str


NASTY = (
    *(
        "",
        " ",
        "0",
        "-1",
        "1e400",
        "NaN",
        "9" * 5000,
        "1" * 19,
        "\x00",
        "\x00" * 40,
        "\u202e",
        "\ufffe",
        "\ud800",
    ),
    *(
        "]]>",
        "]]></Content></xml>",
        "<xml>",
        "&lt;",
        "&#0;",
        "&a;",
        "<!--",
        "<![CDATA[",
        "😀" * 300,
        "签到 123456",
    ),
    *("'; DROP TABLE member; --", "%s%n", "绑定 123456789012", "投诉 " + "长" * 3000, "确认解绑", "下个月"),
)
SHAPES: tuple[Any, ...] = (
    None,
    True,
    1.5,
    float("nan"),
    float("inf"),
    10**300,
    [],
    {},
    [[]],
    ["a", 1],
    {"a": {"b": 1}},
)
XML_SHAPES = (
    "<!DOCTYPE x [<!ENTITY a 'b'>]>",
    "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>",
    "<?xml version='1.0' encoding='utf-16'?>",
    "<?xml version='1.0' encoding='none'?>",
    "<?php x ?>",
    "<!-- x -->",
    "\ufeff",
)


def shots(targets: tuple[Target, ...], chance: random.Random, now: int) -> Iterator[Shot]:
    """Yield callbacks without end; the same ones for the same seed and moment."""
    while True:
        target = chance.choice(targets)
        if chance.random() < UNSIGNED:
            yield _unsigned(target, _elements(target, chance, now), chance, now)
        else:
            yield _signed(target, _elements(target, chance, now), chance, now)


def _elements(target: Target, chance: random.Random, now: int) -> Elements:
    own = chance.choice(list(SAMPLES.values())).elements
    who = {
        "ToUserName": target.original_id,
        "FromUserName": f"o{chance.randrange(PEOPLE)}",
        "CreateTime": str(now),
    }
    for name in ("MsgId", "MsgID"):
        if name in own:
            own = own | {name: str(chance.randrange(10**18))}
    return who | own


def _signed(target: Target, elements: Elements, chance: random.Random, now: int) -> Shot:
    """Spoil what is inside, or how it is sealed, or what stands around it; the signature is right."""
    how, mutate = chance.choice(MUTATIONS)
    inside = mutate(elements, chance)
    if not target.safe and chance.random() < 0.2:
        query = {
            name: one for name, one in _query(target, now, chance, "").items() if name != "msg_signature"
        }
        return Shot(target.address, urlencode(query), inside, True, f"plain: {how}")
    sealed, envelope = _sealed(target, inside, chance), _envelope
    if chance.random() < 0.15:
        how, sealed = "sealed badly", _sealed_badly(target, inside, chance)
    elif chance.random() < 0.15:
        how, envelope = "enveloped badly", _enveloped_badly
    query = _query(target, now, chance, sealed)
    return Shot(target.address, urlencode(query), envelope(target, sealed, chance), True, f"signed: {how}")


def _unsigned(target: Target, elements: Elements, chance: random.Random, now: int) -> Shot:
    """Spoil something that the signature covers, or the signature, or the time."""
    sealed = _sealed(target, _written(elements, chance), chance)
    query = _query(target, now, chance, sealed)
    how = chance.choice(
        ("sealed", "timestamp", "nonce", "msg_signature", "none", "clear", "old", "token", "three")
    )
    if how == "sealed":
        sealed = _spoilt(sealed, chance)
    elif how in ("timestamp", "nonce", "msg_signature"):
        query[how] = chance.choice((_spoilt(query[how], chance), chance.choice(NASTY)))
    elif how == "none":
        del query["msg_signature"]
    elif how == "old":
        query = _query(target, now + chance.choice((-1, 1)) * chance.randrange(601, 10**9), chance, sealed)
    elif how == "token":
        query = _query(target._replace(token="another"), now, chance, sealed)
    elif how == "three":
        query["msg_signature"] = query["signature"]
    body = _written(elements, chance) if how == "clear" else _envelope(target, sealed, chance)
    return Shot(target.address, urlencode(query, errors="replace"), body, False, f"unsigned: {how}")


def _query(target: Target, now: int, chance: random.Random, sealed: str) -> dict[str, str]:
    stamp, nonce = str(now), str(chance.randrange(10**9))
    return {
        "signature": sign(target.token, stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "openid": "oSomebody",
        "encrypt_type": "aes",
        "msg_signature": sign(target.token, stamp, nonce, sealed),
    }


def _sealed(target: Target, inside: bytes, chance: random.Random) -> str:
    return _cipher(target, chance.randbytes(16) + len(inside).to_bytes(4) + inside + target.appid.encode())


def _sealed_badly(target: Target, inside: bytes, chance: random.Random) -> str:
    """Lie about the length or the appid, use another key or no block, seal nothing or what is no message."""
    salt, appid, right = chance.randbytes(16), target.appid.encode(), len(inside)
    length = chance.choice((0, 1, right - 1, right + 1, right + len(appid), right + 99, 2**31, 2**32 - 1))
    match chance.randrange(8):
        case 0 | 1 | 2:
            return _cipher(target, salt + (length % 2**32).to_bytes(4) + inside + appid)
        case 3:
            return _cipher(
                target, salt + right.to_bytes(4) + inside + chance.choice((b"", b"wx2", appid * 2))
            )
        case 4:
            return _cipher(target._replace(key="B" * 42 + "A"), salt + right.to_bytes(4) + inside + appid)
        case 5:
            return _cipher(target, chance.randbytes(chance.randrange(40)))
        case 6:
            return _spoilt(_sealed(target, inside, chance), chance)  # and then signed
        case _:
            return base64.b64encode(chance.randbytes(chance.choice((0, 1, 15, 16, 31, 32, 160)))).decode()


def _cipher(target: Target, plain: bytes) -> str:
    """Encrypt bytes that may be no message, with WeChat's pad."""
    pad, key = 32 - len(plain) % 32, read_key(target.key)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def _envelope(target: Target, sealed: str, chance: random.Random) -> bytes:
    outside = {"ToUserName": target.original_id, "Encrypt": sealed}
    if chance.random() < 0.5:
        return json.dumps(outside).encode()
    text: str = xmltodict.unparse({"xml": outside}, full_document=False)
    return text.encode()


def _enveloped_badly(target: Target, sealed: str, chance: random.Random) -> bytes:
    """Write nonsense around a sealed text: others beside it, bytes that are no text, too much of all."""
    right, typed = _envelope(target, sealed, chance), b"<Encrypt><![CDATA[AAAA]]></Encrypt>"
    return chance.choice((
        typed * 40 + right,
        right + typed,
        right + right,
        b"\xff\x00\xfe" * 30 + right,
        right.replace(target.original_id.encode(), b"gh_another"),
        right + b" " * 70_000,
        b"[" * 30_000 + right,
        right[: chance.randrange(len(right))],
        sealed.encode(),
        b"",
    ))  # fmt: skip


def _written(elements: Elements, chance: random.Random) -> bytes:
    """Write elements as XML or as JSON, whichever the account expects."""
    if chance.random() < 0.5:
        return json.dumps(elements, ensure_ascii=chance.random() < 0.5).encode()
    return _as_xml(elements)


def _as_xml(elements: Elements) -> bytes:
    text: str = xmltodict.unparse({"xml": elements}, full_document=False)
    return text.encode()


def _spoilt(text: str, chance: random.Random) -> str:
    """Replace one sign by another of the same alphabet; or cut, or double, a part."""
    at = chance.randrange(len(text) or 1)
    if chance.random() < 0.7:
        return text[:at] + ("1" if text[at : at + 1] != "1" else "2") + text[at + 1 :]
    return text[:at] + chance.choice(("", text[at:] * 2 + "1", "\x00"))


def _flipped(elements: Elements, chance: random.Random) -> bytes:
    inside = bytearray(_written(elements, chance))
    for _ in range(chance.randrange(1, 9)):
        inside[chance.randrange(len(inside))] ^= 1 << chance.randrange(8)
    return bytes(inside)


def _cut(elements: Elements, chance: random.Random) -> bytes:
    inside = _written(elements, chance)
    return inside[chance.randrange(4) : chance.randrange(len(inside))]


def _value(elements: Elements, chance: random.Random) -> bytes:
    """Put a text nobody expects into one element: in JSON, or into XML without any escape."""
    told = elements | {chance.choice(list(elements)): chance.choice(NASTY)}
    if chance.random() < 0.5:
        return json.dumps(told).encode()
    text = "".join(f"<{name}>{value}</{name}>" for name, value in told.items())
    return f"<xml>{text}</xml>".encode("utf-8", "surrogatepass")


def _shape(elements: Elements, chance: random.Random) -> bytes:
    """Put something of another shape where a text, or a row, stands; at any depth."""
    told = json.loads(json.dumps(elements))
    place: Any = told
    while True:
        name = chance.choice(list(place) if isinstance(place, dict) else range(len(place)))
        if not place[name] or not isinstance(place[name], dict | list) or chance.random() < 0.3:
            place[name] = chance.choice((*SHAPES, *NASTY))
            return json.dumps(told).encode()
        place = place[name]


def _doubled(elements: Elements, chance: random.Random) -> bytes:
    name = chance.choice(list(elements))
    again = _as_xml({name: elements[name]}).removeprefix(b"<xml>").removesuffix(b"</xml>")
    return _as_xml(elements).replace(b"</xml>", again * chance.randrange(1, 4) + b"</xml>")


def _missing(elements: Elements, chance: random.Random) -> bytes:
    gone = set(chance.sample(list(elements), chance.randrange(1, 4)))
    return _written({name: one for name, one in elements.items() if name not in gone}, chance)


def _other_type(elements: Elements, chance: random.Random) -> bytes:
    kinds = [one.elements["MsgType"] for one in SAMPLES.values()]
    events = [one.elements["Event"] for one in SAMPLES.values() if "Event" in one.elements]
    kind = chance.choice((*kinds, "EVENT", "event ", "x" * 300))
    return _written(elements | {"MsgType": kind, "Event": chance.choice(events)}, chance)


def _nested(elements: Elements, chance: random.Random) -> bytes:
    depth, name = chance.choice((3, 100, 1000, 2000, 9000)), chance.choice(("a", "xml", "List", "Event"))
    if chance.random() < 0.5:
        inner = f"<{name}>" * depth + f"</{name}>" * depth
        return _as_xml(elements).replace(b"</xml>", inner.encode() + b"</xml>")
    return (json.dumps(elements)[:-1] + f', "{name}": ' + "[" * depth + "]" * depth + "}").encode()


def _before(elements: Elements, chance: random.Random) -> bytes:
    return chance.choice(XML_SHAPES).encode() + _as_xml(elements)


def _no_push(_: Elements, chance: random.Random) -> bytes:
    return chance.choice(
        (b"", b"\x00", b"\xff\xfe\xfd", b"null", b"[]", b"1", b'"x"', b"<xml/>", b"{}", b"success")
    )


MUTATIONS: tuple[tuple[str, Callable[[Elements, random.Random], bytes]], ...] = (
    ("as it is", _written),
    ("bits", _flipped),
    ("cut", _cut),
    ("value", _value),
    ("value", _value),
    ("shape", _shape),
    ("shape", _shape),
    ("doubled", _doubled),
    ("missing", _missing),
    ("type", _other_type),
    ("nested", _nested),
    ("before", _before),
    ("no push", _no_push),
)
