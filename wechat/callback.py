"""WeChat's pushes to us: verified first, opened second, read last; and the answer within the request."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict

from wechat.crypto import ForeignEnvelope, Undecipherable, new_salt, read_key, same, seal, sign, unseal
from wechat.push import NOT_XML, Malformed, Push, ReplyTo
from wechat.read_push import read_push

SILENCE = "success"
"""The body that ends a push without an answer to the person; never encrypted."""
LONGEST_BODY = 64 * 1024
MOST_TAGS = 4096
"""A push has some dozens of elements, and a person's text at most 2,048 bytes of what looks like them."""
FRESH = timedelta(seconds=600)

# Found without a parser: nothing is parsed before its signature is known to be right.
_SEALED = re.compile(
    rb"<Encrypt>\s*(?:<!\[CDATA\[)?([A-Za-z0-9+/=]+)(?:\]\]>)?\s*</Encrypt>"
    rb'|"Encrypt"\s*:\s*"((?:[A-Za-z0-9+/=]|\\/)+)"'
)
# A DOCTYPE, and with it every entity, can stand only before the root: so nothing may stand there.
_XML_START = re.compile(r"\s*(?:<\?xml[^<>]*\?>\s*)?<xml>")


class Forged(Exception):
    """A push that is not WeChat's, or not for us, or not from now.

    `code`: bad_signature, stale, plain_refused, undecipherable, wrong_appid, wrong_account. Answer 403.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Callback:
    """One app's push settings, as in its console.

    `aes_keys` are EncodingAESKeys, the current one first, the previous one after it. `safe` refuses bodies
    that come unsealed. With `original_id` (gh_…) a push addressed to another account is refused.
    ValueError: a key that is none, or safe without a key.
    """

    appid: str
    token: str = field(repr=False)
    aes_keys: tuple[str, ...] = field(repr=False)
    safe: bool
    original_id: str | None = None

    def __post_init__(self) -> None:
        for key in self.aes_keys:
            read_key(key)
        if self.safe and not self.aes_keys:
            raise ValueError("safe mode needs an EncodingAESKey")


@dataclass(frozen=True)
class Answer:
    """What to send back to WeChat, with status 200."""

    body: str
    content_type: str


def verify_url(callback: Callback, query: Mapping[str, str]) -> str:
    """Return the echostr that proves to WeChat's console that this address is ours.

    The three-part signature in every mode. Forged: bad_signature. Source: WeChat, "Message push".
    """
    if not _is_signed(callback, query, "signature"):
        raise Forged("bad_signature")
    return query.get("echostr", "")


def open_push(callback: Callback, query: Mapping[str, str], body: bytes, *, now: datetime) -> Push:
    """Verify, decrypt and read one push, XML or JSON.

    A push with `msg_signature` is opened from its sealed part alone, whatever stands in clear beside it.
    `openid` in the query is unsigned and not looked at. Forged, Malformed. Source: WeChat, "Message push".
    """
    if len(body) > LONGEST_BODY:
        raise Malformed("too_large", 413)
    key = None
    if "msg_signature" in query:
        sealed = _signed_part(callback, query, body)
        _check_fresh(query, now)
        text, key = _unseal(callback, sealed)
    elif callback.safe:
        raise Forged("plain_refused")
    elif not _is_signed(callback, query, "signature"):
        raise Forged("bad_signature")
    else:
        _check_fresh(query, now)
        text = _decode(body)
    fields, is_json = _parse(text)
    account = fields.get("ToUserName")
    if not account or not isinstance(account, str):
        raise Malformed("unreadable")
    if callback.original_id is not None and account != callback.original_id:
        raise Forged("wrong_account")
    return read_push(fields, callback.appid, ReplyTo(account, is_json, callback.token, key))


def reply_text(push: Push, text: str, *, now: datetime) -> Answer:
    """Build the answer that the person reads in the chat, sealed if the push came sealed.

    Signs that XML cannot carry are dropped and line ends become \\n; otherwise what is read is `text`.
    Source: WeChat, "Passive user reply".
    """
    path = push.reply_to
    fields: dict[str, str | int] = {
        "ToUserName": push.openid,
        "FromUserName": path.account,
        "CreateTime": int(now.timestamp()),
        "MsgType": "text",
        "Content": NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n")),
    }
    plain = _write(fields, is_json=path.is_json)
    content_type = "application/json" if path.is_json else "application/xml"
    if path.key is None:
        return Answer(plain, content_type)
    timestamp, nonce = int(now.timestamp()), secrets.token_hex(8)
    sealed = seal(plain, path.key, push.appid, salt=new_salt())
    envelope: dict[str, str | int] = {
        "Encrypt": sealed,
        "MsgSignature": sign(path.token, str(timestamp), nonce, sealed),
        "TimeStamp": timestamp,
        "Nonce": nonce,
    }
    return Answer(_write(envelope, is_json=path.is_json), content_type)


def _is_signed(callback: Callback, query: Mapping[str, str], name: str, *sealed: str) -> bool:
    ours = sign(callback.token, query.get("timestamp", ""), query.get("nonce", ""), *sealed)
    return same(ours, query.get(name, ""))


def _signed_part(callback: Callback, query: Mapping[str, str], body: bytes) -> str:
    """Return the sealed text that msg_signature signs.

    In the compatible mode a person can type an <Encrypt> of their own, hence more than one candidate.
    """
    candidates: list[str] = [
        (xml or in_json).decode().replace("\\/", "/") for xml, in_json in _SEALED.findall(body)
    ]
    for sealed in candidates:
        if _is_signed(callback, query, "msg_signature", sealed):
            return sealed
    raise Forged("bad_signature" if candidates else "plain_refused")


def _check_fresh(query: Mapping[str, str], now: datetime) -> None:
    timestamp = query.get("timestamp", "")
    if (
        not re.fullmatch("[0-9]{1,12}", timestamp)
        or abs(now.timestamp() - int(timestamp)) > FRESH.total_seconds()
    ):
        raise Forged("stale")


def _unseal(callback: Callback, sealed: str) -> tuple[str, bytes]:
    try:
        return unseal(sealed, [read_key(key) for key in callback.aes_keys], callback.appid)
    except ForeignEnvelope:
        raise Forged("wrong_appid") from None
    except Undecipherable:
        raise Forged("undecipherable") from None


def _decode(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Malformed("unreadable") from None


def _parse(text: str) -> tuple[dict[str, Any], bool]:
    """Return a push's elements and whether it was JSON."""
    is_json = text.lstrip().startswith("{")
    if not is_json and (not _XML_START.match(text) or text.count("<") > MOST_TAGS):
        raise Malformed("unreadable")
    try:
        fields = json.loads(text) if is_json else xmltodict.parse(text)["xml"]
    except (ValueError, RecursionError, ExpatError):
        raise Malformed("unreadable") from None
    if not isinstance(fields, dict):
        raise Malformed("unreadable")
    return fields, is_json


def _write(fields: Mapping[str, str | int], *, is_json: bool) -> str:
    if is_json:
        return json.dumps(fields, ensure_ascii=False)
    return f"<xml>{''.join(f'<{name}>{_element(value)}</{name}>' for name, value in fields.items())}</xml>"


def _element(value: str | int) -> str:
    # A person's text is quoted in replies: its own ]]> would end the CDATA and begin elements of theirs.
    return str(value) if isinstance(value, int) else f"<![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]>"


def challenge(callback: Callback, *, now: datetime) -> dict[str, str]:
    """Return the query with which WeChat's console asks an address to prove itself.

    `verify_url` answers it.
    """
    timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(8)
    return {
        "signature": sign(callback.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "echostr": secrets.token_hex(16),
    }
