"""Files of an official account: temporary ones, permanent ones, pictures inside articles."""

import io
from dataclasses import replace
from typing import Any, NamedTuple

from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from simulator.calls import OK, Binary, Call, Endpoint
from simulator.errcodes import Errcode
from simulator.library import File, new_key
from simulator.reading import read_json
from simulator.state import State

MB = 1024 * 1024
MOST_LISTED = 20


class Rule(NamedTuple):
    """What a file of one type may be: its MIME types, its most bytes, the refusal of a bigger one."""

    mimes: tuple[str, ...]
    most: int
    too_big: int


PICTURES = ("image/jpeg", "image/png", "image/gif")
RULES = {
    "image": Rule(PICTURES, 10 * MB, 40009),
    "voice": Rule(("audio/amr", "audio/mpeg"), 2 * MB, 40006),
    "video": Rule(("video/mp4",), 10 * MB, 40006),
    "thumb": Rule(("image/jpeg",), 64 * 1024, 40006),
}
IN_ARTICLE = Rule(("image/jpeg", "image/png"), MB - 1, 40009)
# The bytes of one frame of AMR, 20 ms, by the type in its head; what has no type here ends the sound.
AMR = b"#!AMR\n"
FRAMES = (13, 14, 16, 18, 20, 21, 27, 32, 6)
FRAME_SECONDS, MOST_SECONDS = 0.02, 60
ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "video/mp4": "mp4",
}


def upload(state: State, call: Call) -> dict[str, Any]:
    """Keep a file for three days. Raises 40004, 40005, 40006, 40009, 41005. Source: WeChat, upload media."""
    kind = call.query.get("type", "")
    file = _stored(state, call, kind, _rule(kind), kept=False)
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: file.key, "created_at": int(call.now)}


def get(state: State, call: Call) -> dict[str, Any] | Binary:
    """Give a temporary file back. Raises 40007. Source: WeChat, get media."""
    file = _known(state, call, call.query.get("media_id"), kept=False)
    return {"video_url": file.url} if file.kind == "video" else _binary(file)


def upload_image(state: State, call: Call) -> dict[str, Any]:
    """Keep a picture for use in articles and tell its address; no library counts it.

    Raises 40005, 40009, 41005. Source: WeChat, upload image in article.
    """
    file = _read(call, "image", IN_ARTICLE, kept=True)
    state.library(call.owner().appid).pictures[file.key] = file
    return {"url": file.url}


def add_material(state: State, call: Call) -> dict[str, Any]:
    """Keep a file for good; a video's form says its title.

    Raises as upload, 47001 without a title, 45001 where the library is full. Source: WeChat, add permanent
    material.
    """
    kind = call.query.get("type", "")
    if not state.library(call.owner().appid).has_room(kind):
        raise Errcode(45001)
    file = _stored(state, call, kind, _rule(kind), kept=True)
    return {"media_id": file.key, "url": file.url} if kind == "image" else {"media_id": file.key}


def upload_video(state: State, call: Call) -> dict[str, Any]:
    """Make a temporary video, with title and description, one that can be sent to many. Raises 40007."""
    asked = call.json()
    file = _known(state, call, asked.get("media_id"), kept=False)
    if file.kind != "video":
        raise Errcode(40007)
    told = {"title": str(asked.get("title", "")), "introduction": str(asked.get("description", ""))}
    video = replace(file, key=new_key(32), at=call.now, told=told)
    state.library(call.owner().appid).files[video.key] = video
    return {"type": "video", "media_id": video.key, "created_at": int(call.now)}


def get_material(state: State, call: Call) -> dict[str, Any] | Binary:
    """Give a permanent file back. Raises 40007. Source: WeChat, get permanent material."""
    file = _known(state, call, call.json().get("media_id"), kept=True)
    if file.kind != "video":
        return _binary(file)
    return {"title": file.told["title"], "description": file.told["introduction"], "down_url": file.url}


def del_material(state: State, call: Call) -> dict[str, Any]:
    """Throw a permanent file away; drafts lose their cover then. Raises 40007."""
    file = _known(state, call, call.json().get("media_id"), kept=True)
    del state.library(call.owner().appid).files[file.key]
    return OK


def get_materialcount(state: State, call: Call) -> dict[str, Any]:
    """Count permanent files by their type. Source: WeChat, get material count."""
    kinds = [file.kind for file in _kept(state, call)]
    return {f"{kind}_count": kinds.count(kind) for kind in ("voice", "video", "image")} | {"news_count": 0}


def batchget_material(state: State, call: Call) -> dict[str, Any]:
    """List permanent files of one type, the newest first. Raises 40004, 47001."""
    asked = call.json()
    if asked.get("type") != "news":  # drafts took their place
        _rule(asked.get("type"))
    offset, count = page_asked(asked)
    files = [file for file in _kept(state, call) if file.kind == asked["type"]][::-1]
    items = [
        {"media_id": file.key, "name": file.name, "update_time": int(file.at)}
        | ({"url": file.url} if file.kind == "image" else {})
        for file in files[offset : offset + count]
    ]
    return {"total_count": len(files), "item_count": len(items), "item": items}


def page_asked(asked: dict[str, Any]) -> tuple[int, int]:
    """Read offset and count (1 to 20) of a call that lists something. Raises 47001."""
    offset, count = asked.get("offset"), asked.get("count")
    if type(offset) is not int or type(count) is not int or offset < 0 or not 1 <= count <= MOST_LISTED:
        raise Errcode(47001)
    return offset, count


def _rule(kind: object) -> Rule:
    if not isinstance(kind, str) or kind not in RULES:
        raise Errcode(40004)
    return RULES[kind]


def _kept(state: State, call: Call) -> list[File]:
    return [file for file in state.library(call.owner().appid).files.values() if file.kept]


def _stored(state: State, call: Call, kind: str, rule: Rule, *, kept: bool) -> File:
    file = _read(call, kind, rule, kept=kept)
    state.library(call.owner().appid).files[file.key] = file
    return file


def _known(state: State, call: Call, media_id: object, *, kept: bool) -> File:
    file = state.library(call.owner().appid).file(media_id)
    if file is None or file.kept is not kept or not file.is_there(call.now):
        raise Errcode(40007)
    return file


def _read(call: Call, kind: str, rule: Rule, *, kept: bool) -> File:
    """Read the form's field `media`; what the file is, its content says and not its name."""
    mimetype, options = parse_options_header(call.content_type)
    if mimetype != "multipart/form-data":
        raise Errcode(41005)
    body = io.BytesIO(call.body)
    try:
        _, form, files = FormDataParser(silent=False).parse(body, mimetype, len(call.body), options)
    except ValueError as error:
        raise Errcode(41005) from error
    if "media" not in files:
        raise Errcode(41005)
    content = files["media"].read()
    mime = _mime(content)
    if mime not in rule.mimes:
        raise Errcode(40005)
    if len(content) > rule.most:
        raise Errcode(rule.too_big)
    if content.startswith(AMR) and _seconds(content) > MOST_SECONDS:
        raise Errcode(45007)
    told = _description(form.get("description", "")) if kind == "video" and kept else {}
    key, name = new_key(32), files["media"].filename or "media"
    url = f"{call.host}mmbiz_{ENDINGS[mime]}/{key}/0?wx_fmt={mime.rpartition('/')[2]}"
    return File(key, kind, name, mime, content, url, call.now, kept, told)


def _mime(content: bytes) -> str:
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content.startswith(b"#!AMR"):
        return "audio/amr"
    if content.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3")):
        return "audio/mpeg"
    return "video/mp4" if content[4:8] == b"ftyp" else ""


def _seconds(content: bytes) -> float:
    """Tell how long a sound in AMR plays."""
    at, frames = len(AMR), 0
    while at < len(content):
        kind = (content[at] >> 3) & 15
        at += FRAMES[kind] if kind < len(FRAMES) else 1
        frames += 1
    return frames * FRAME_SECONDS


def _description(text: str) -> dict[str, str]:
    try:
        told = read_json(text)
        return {name: str(told[name]) for name in ("title", "introduction")}
    except (ValueError, KeyError, TypeError) as error:
        raise Errcode(47001) from error


def _binary(file: File) -> Binary:
    return Binary(file.content, file.mime, f"{file.key}.{ENDINGS[file.mime]}")


ENDPOINTS = [
    Endpoint("POST", "/cgi-bin/media/upload", upload),
    Endpoint("GET", "/cgi-bin/media/get", get),
    Endpoint("POST", "/cgi-bin/media/uploadvideo", upload_video, kind="official"),
    Endpoint("POST", "/cgi-bin/media/uploadimg", upload_image, kind="official"),
    Endpoint("POST", "/cgi-bin/material/add_material", add_material, kind="official"),
    Endpoint("POST", "/cgi-bin/material/get_material", get_material, kind="official"),
    Endpoint("POST", "/cgi-bin/material/del_material", del_material, kind="official"),
    Endpoint("GET", "/cgi-bin/material/get_materialcount", get_materialcount, kind="official"),
    Endpoint("POST", "/cgi-bin/material/batchget_material", batchget_material, kind="official"),
]
