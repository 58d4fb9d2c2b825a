"""What WeChat makes of a callback's answer: nothing, a reply, or a fault the follower gets to see."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Any

from simulator.push.crypto import BadCipher, decrypt, sign
from simulator.push.payloads import Push
from simulator.reading import read_json

REPLY_LIMIT = 64 * 1024
MEDIA = {"image": "Image", "voice": "Voice", "video": "Video", "music": "Music"}


class Malformed(Exception):
    """An answer WeChat does not take; the text says why."""


@dataclass
class Outcome:
    """How a push ended: `verdict` is ok, reply, malformed, unanswered, no_callback or not_pushed."""

    verdict: str
    tries: int = 0
    status: int | None = None
    replies: list[dict[str, Any]] = field(default_factory=list)
    detail: str = ""

    def json(self) -> dict[str, Any]:
        """Show the outcome to the control API."""
        return {
            "replies": self.replies,
            "tries": self.tries,
            "status": self.status,
            "verdict": self.verdict,
            "detail": self.detail,
        }


def judge(push: Push, body: bytes) -> list[dict[str, Any]]:
    """Read an answer; empty or `success` is no reply. Raises Malformed.

    In safe mode a reply must be a cipher with the right MsgSignature, in plain mode it must not be;
    compatible takes both. Source: WeChat, passive replies and message push.
    """
    if body in (b"", b"success"):
        return []
    if len(body) > REPLY_LIMIT:
        raise Malformed("too long")
    if push.account.push_format == "json":
        return _judge_json(push, body)
    elements = _parse(body)
    if elements.find("Encrypt") is not None:
        sealed = {name: elements.findtext(name, "") for name in SEAL}
        elements = _parse(_open(push, sealed).encode())
    elif push.account.push_mode == "safe":
        raise Malformed("plain reply in safe mode")
    return [_reply(push, elements)]


SEAL = ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")


def _judge_json(push: Push, body: bytes) -> list[dict[str, Any]]:
    try:
        content = read_json(body)
        if isinstance(content, dict) and "Encrypt" in content:
            content = read_json(_open(push, {name: str(content.get(name, "")) for name in SEAL}))
        elif push.account.push_mode == "safe":
            raise Malformed("plain reply in safe mode")
    except ValueError as error:
        raise Malformed("not JSON") from error
    if not isinstance(content, dict):
        raise Malformed("not a JSON object")
    return [{"type": "json", "content": content}]


def _open(push: Push, sealed: dict[str, str]) -> str:
    account = push.account
    if account.push_mode == "plain" or account.aes_key is None:
        raise Malformed("cipher in plain mode")
    expected = sign(account.token, sealed["TimeStamp"], sealed["Nonce"], sealed["Encrypt"])
    if sealed["MsgSignature"] != expected:
        raise Malformed("MsgSignature wrong")
    try:
        return decrypt(sealed["Encrypt"], account.aes_key, account.appid)
    except BadCipher as error:
        raise Malformed(f"cipher: {error}") from error


def _parse(body: bytes) -> ET.Element:
    if b"<!" in body.replace(b"<![CDATA[", b""):
        raise Malformed("XML with declarations")
    try:
        root = ET.fromstring(body)  # noqa: S314  declarations were refused above
    except (ET.ParseError, LookupError, ValueError) as error:
        raise Malformed("not XML") from error
    if root.tag != "xml":
        raise Malformed("root is not <xml>")
    return root


def _reply(push: Push, elements: ET.Element) -> dict[str, Any]:
    found = {
        name: elements.findtext(name, "").strip() for name in ("ToUserName", "FromUserName", "CreateTime")
    }
    if found["ToUserName"] != push.openid or found["FromUserName"] != push.account.original_id:
        raise Malformed("ToUserName or FromUserName wrong")
    if not found["CreateTime"].isdecimal():
        raise Malformed("CreateTime is not a number")
    kind = elements.findtext("MsgType", "").strip()
    if kind == "text":
        content = elements.findtext("Content", "")
        if not content:
            raise Malformed("text without Content")
        return {"type": "text", "content": content}
    if kind == "news":
        return _news(push, elements)
    if kind in MEDIA:
        held = elements.find(MEDIA[kind])
        if held is None:
            raise Malformed(f"{kind} without {MEDIA[kind]}")
        return {"type": kind, **{child.tag: child.text or "" for child in held}}
    if kind == "transfer_customer_service":
        return {"type": kind}
    raise Malformed("MsgType unknown")


def _news(push: Push, elements: ET.Element) -> dict[str, Any]:
    articles = [{child.tag.lower(): child.text or "" for child in item} for item in elements.iter("item")]
    if elements.findtext("ArticleCount", "").strip() != str(len(articles)) or not articles:
        raise Malformed("ArticleCount wrong")
    # One article answers a message, up to eight answer an event.
    if len(articles) > (8 if push.msg_type == "event" else 1):
        raise Malformed("too many articles")
    return {"type": "news", "articles": articles}
