"""Bodies of a push: XML or JSON, plain, compatible or safe, and the query that signs them."""

import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from simulator.accounts import Account
from simulator.crypto import encrypt, sign

# What XML 1.0 cannot carry at all.
UNSPEAKABLE = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Push:
    """One message or event for an account's callback; every try carries the same numbers.

    `awaits_reply` is true where a follower waits for words: a text, a follow, a scan.
    """

    account: Account
    openid: str
    create_time: int
    msg_type: str
    fields: dict[str, Any] = field(default_factory=dict)
    msg_id: int | None = None
    awaits_reply: bool = True

    @property
    def label(self) -> str:
        """Name the push in the call log."""
        return str(self.fields.get("Event", self.msg_type))


def push_request(push: Push, now: float) -> tuple[dict[str, str], bytes, str]:
    """Make one try: the query, the body, its content type. Timestamp and nonce are fresh each time.

    Source: WeChat, message push: signature over token, timestamp, nonce; msg_signature also over the
    cipher text.
    """
    account, timestamp, nonce = push.account, str(int(now)), str(secrets.randbelow(10**9))
    query = {
        "signature": sign(account.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": push.openid,
    }
    content = message_fields(push)
    if account.push_mode != "plain":
        assert account.aes_key is not None  # noqa: S101  the account's own rule
        cipher = encrypt(write(account, content), account.aes_key, account.appid)
        query |= {"encrypt_type": "aes", "msg_signature": sign(account.token, timestamp, nonce, cipher)}
        plain = {"ToUserName": account.original_id} if account.push_mode == "safe" else content
        content = {**plain, "Encrypt": cipher}
    kind = "application/json" if account.push_format == "json" else "text/xml"
    return query, write(account, content).encode(), kind


def message_fields(push: Push) -> dict[str, Any]:
    """List the elements of a push in WeChat's order."""
    content = {
        "ToUserName": push.account.original_id,
        "FromUserName": push.openid,
        "CreateTime": push.create_time,
        "MsgType": push.msg_type,
        **push.fields,
    }
    if push.msg_id is not None:
        content["MsgId"] = push.msg_id
    return content


def write(account: Account, content: dict[str, Any]) -> str:
    """Write elements as the account's push format wants them."""
    if account.push_format == "json":
        return json.dumps(content, ensure_ascii=False)
    return f"<xml>{_elements(content)}</xml>"


def signed_url(url: str, query: dict[str, str]) -> str:
    """Add the query to the callback's address, which may have one of its own."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def _elements(content: dict[str, Any]) -> str:
    return "".join(f"<{name}>{_value(value)}</{name}>" for name, value in content.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return _elements(value)
    if isinstance(value, int):
        return str(value)
    text = UNSPEAKABLE.sub("", str(value)).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{text}]]>"


def template_event(account: Account, openid: str, msgid: int, status: str, now: float) -> Push:
    """Report a template message's end. Source: WeChat, TEMPLATESENDJOBFINISH."""
    fields = {"Event": "TEMPLATESENDJOBFINISH", "MsgID": msgid, "Status": status}
    return Push(account, openid, int(now), "event", fields, awaits_reply=False)
