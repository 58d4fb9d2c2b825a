"""What a mass send carries: articles, text, voice, pictures or video."""

from dataclasses import dataclass, field
from typing import Any

from simulator.errcodes import Errcode
from simulator.library import Library

TEXT_BYTES = 2048
MOST_PICTURES = 20
KINDS = {"voice": "voice", "image": "image", "mpvideo": "video"}


@dataclass(frozen=True)
class Content:
    """A message as the phone will show it: WeChat's own fields, and the articles of mpnews."""

    msgtype: str
    fields: dict[str, Any]
    articles: list[dict[str, Any]] = field(default_factory=list)


def named_content(asked: dict[str, Any]) -> dict[str, Any]:
    """Find the member that the msgtype names. Raises 40008, 45113, 47001."""
    msgtype = asked.get("msgtype")
    if msgtype == "wxcard":
        raise Errcode(45113)
    if msgtype not in ("mpnews", "text", *KINDS):
        raise Errcode(40008)
    named = asked.get(msgtype)
    if named is None and msgtype == "image":
        named = asked.get("images")
    if not isinstance(named, dict):
        raise Errcode(47001)
    return named


def read_content(library: Library, asked: dict[str, Any], now: float) -> Content:
    """Read what is to be sent. Raises 40007, 40008, 44004, 45002, 45113, 47001."""
    named, msgtype = named_content(asked), str(asked["msgtype"])
    if msgtype == "text":
        return Content(msgtype, {"content": checked_text(named)})
    if msgtype == "mpnews":
        draft = library.draft(named.get("media_id"))
        if draft is None:
            raise Errcode(40007)
        return Content(msgtype, {"media_id": draft.media_id}, [dict(article) for article in draft.articles])
    ids = named["media_ids"] if "media_ids" in named else [named.get("media_id")]
    if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_PICTURES:
        raise Errcode(40007)
    for media_id in ids:
        file = library.file(media_id)
        if file is None or file.kind != KINDS[msgtype] or not file.is_there(now):
            raise Errcode(40007)
    return Content(msgtype, dict(named))


def checked_text(named: dict[str, Any]) -> str:
    """Read the words of a text. Raises 44004 for none, 45002 beyond 2,048 bytes."""
    content = named.get("content")
    if not isinstance(content, str) or not content:
        raise Errcode(44004)
    if len(content.encode()) > TEXT_BYTES:
        raise Errcode(45002)
    return content
