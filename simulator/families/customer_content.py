"""What a customer message may contain, type by type, and how a phone shows it."""

from collections.abc import Callable
from typing import Any

from simulator.calls import Call
from simulator.errcodes import Errcode
from simulator.families.mass_content import checked_text
from simulator.state import State


def checked_content(state: State, call: Call, asked: dict[str, Any]) -> tuple[str, dict[str, Any], str]:
    """Read a message: its type, its content, and the words a phone shows.

    Raises 40008 for a type that this kind of account does not send, 40097 for a content that is not an
    object, and the refusals of each type. Source: WeChat, send customer message.
    """
    msgtype, account = asked.get("msgtype"), call.owner()
    if msgtype not in (MINI_PROGRAM if account.kind == "mini_program" else OFFICIAL):
        raise Errcode(40008)
    content = asked.get(msgtype)
    if not isinstance(content, dict):
        raise Errcode(44004 if msgtype == "text" else 40097)
    if msgtype in OF_WORDS:
        return msgtype, content, OF_WORDS[msgtype](content)
    return msgtype, content, OF_OTHERS[msgtype](state, call, content)


def _image(state: State, call: Call, content: dict[str, Any]) -> str:
    return f"[图片 picture] {_file_address(state, call, content.get('media_id'))}"


def _voice(state: State, call: Call, content: dict[str, Any]) -> str:
    return f"[语音 voice] {_file_address(state, call, content.get('media_id'))}"


def _video(state: State, call: Call, content: dict[str, Any]) -> str:
    address = _file_address(state, call, content.get("media_id"))
    if content.get("thumb_media_id"):
        _file_address(state, call, content["thumb_media_id"])
    return f"[视频 video] {content.get('title', '')} {address}"


def _music(state: State, call: Call, content: dict[str, Any]) -> str:
    _file_address(state, call, content.get("thumb_media_id"))
    return f"[音乐 music] {content.get('title', '')} {_required(content, 'musicurl')}"


def _news(content: dict[str, Any]) -> str:
    articles = content.get("articles")
    if not isinstance(articles, list) or not articles or not isinstance(articles[0], dict):
        raise Errcode(44003)
    if len(articles) > 1:
        raise Errcode(45008)
    return f"{_required(articles[0], 'title')} {articles[0].get('url', '')}"


def _mpnews(state: State, call: Call, content: dict[str, Any]) -> str:
    draft = state.library(call.owner().appid).draft(content.get("media_id"))
    if draft is None:
        raise Errcode(40007)
    return f"[图文 article] {draft.articles[0]['title']}"


def _mpnewsarticle(state: State, call: Call, content: dict[str, Any]) -> str:
    order = state.library(call.owner().appid).published(content.get("article_id"))
    if order is None:
        raise Errcode(53600)
    return f"{order.articles[0]['title']} {order.articles[0]['url']}"


def _msgmenu(content: dict[str, Any]) -> str:
    rows = content.get("list")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise Errcode(40097)
    choices = [f"{_required(row, 'id')} {_required(row, 'content')}" for row in rows]
    lines = [content.get("head_content"), *choices, content.get("tail_content")]
    return "\n".join(str(line) for line in lines if line)


def _wxcard(content: dict[str, Any]) -> str:
    return f"[卡券 card] {_required(content, 'card_id')}"


def _page(state: State, call: Call, content: dict[str, Any]) -> str:
    account, appid, path = call.owner(), content.get("appid"), content.get("pagepath")
    if account.kind == "mini_program":
        appid = account.appid
    elif not account.opens(appid):
        raise Errcode(40166)
    if not isinstance(path, str) or not path:
        raise Errcode(40165)
    _file_address(state, call, content.get("thumb_media_id"))
    return f"[小程序 mini-program] {content.get('title', '')} {appid} {path}"


def _link(content: dict[str, Any]) -> str:
    return f"{_required(content, 'title')} {_required(content, 'url')}"


def _required(content: dict[str, Any], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not value:
        raise Errcode(40097, f"invalid args {name}")
    return value


def _file_address(state: State, call: Call, media_id: object) -> str:
    """Find a file, temporary or permanent, and tell where it opens. Raises 40007."""
    file = state.library(call.owner().appid).file(media_id)
    if file is None or not file.is_there(call.now):
        raise Errcode(40007)
    return file.url


OF_WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "text": checked_text,
    "news": _news,
    "msgmenu": _msgmenu,
    "wxcard": _wxcard,
    "link": _link,
}
OF_OTHERS: dict[str, Callable[[State, Call, dict[str, Any]], str]] = {
    "image": _image,
    "voice": _voice,
    "video": _video,
    "music": _music,
    "mpnews": _mpnews,
    "mpnewsarticle": _mpnewsarticle,
    "miniprogrampage": _page,
}
MINI_PROGRAM = ("text", "image", "link", "miniprogrampage")
OFFICIAL = tuple(name for name in OF_WORDS | OF_OTHERS if name != "link")
