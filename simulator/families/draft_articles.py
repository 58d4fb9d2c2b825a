"""What an article of a draft may be: one of HTML (news), or one of pictures (newspic)."""

import re
from typing import Any

from simulator.calls import Call
from simulator.content import stripped
from simulator.errcodes import Errcode
from simulator.library import File, Library, new_key

TITLE, AUTHOR, DIGEST, DEFAULT_DIGEST = 32, 16, 120, 54
CONTENT, CONTENT_BYTES, URL_BYTES = 20_000, 1024 * 1024, 1024
MOST_PICTURES = 20
TAG = re.compile(r"<[^>]*>")
RATIOS = ("2.35_1", "1_1", "16_9")
CROPS = ("pic_crop_235_1", "pic_crop_1_1")


def read_article(call: Call, library: Library, asked: object, *, alone: bool) -> dict[str, Any]:
    """Read one article as it will be kept. `alone`: it is the draft's only one, and has a digest.

    Raises 44003, 45002-45005, 45110, 40007, 40215, 47001. Source: WeChat, add draft.
    """
    if not isinstance(asked, dict):
        raise Errcode(47001)
    match asked.get("article_type", "news"):
        case "news":
            own = _news(library, asked, alone=alone)
        case "newspic" if alone:
            own = _pictures(library, asked)
        case _:
            raise Errcode(47001)
    return own | {
        **_crops(asked),
        "need_open_comment": int(asked.get("need_open_comment") == 1),
        "only_fans_can_comment": int(asked.get("only_fans_can_comment") == 1),
        "url": f"{call.host}s/draft-{new_key(8)}",
    }


def _news(library: Library, asked: dict[str, Any], *, alone: bool) -> dict[str, Any]:
    title = _text(asked, "title", TITLE, 45003)
    author, digest = _text(asked, "author", AUTHOR, 45110), _text(asked, "digest", DIGEST, 45004)
    content = _text(asked, "content", CONTENT - 1, 45002)
    address = _text(asked, "content_source_url", URL_BYTES, 45005)
    if not title:
        raise Errcode(45003)
    if not content:
        raise Errcode(44003)
    if len(content.encode()) >= CONTENT_BYTES:
        raise Errcode(45002)
    if len(address.encode()) > URL_BYTES:
        raise Errcode(45005)
    cover = _picture(library, asked.get("thumb_media_id"), "image", "thumb")
    kept = stripped(content, library.addresses())
    return {
        "article_type": "news",
        "title": title,
        "author": author,
        "digest": digest or (TAG.sub("", kept)[:DEFAULT_DIGEST] if alone else ""),
        "content": kept,
        "content_source_url": address,
        "thumb_media_id": cover.key,
    }


def _pictures(library: Library, asked: dict[str, Any]) -> dict[str, Any]:
    """Read an article of 1 to 20 permanent pictures with plain text; the first one is its cover."""
    title, content = _text(asked, "title", TITLE, 45003), _text(asked, "content", CONTENT - 1, 45002)
    if not title:
        raise Errcode(45003)
    info = asked.get("image_info")
    listed = info.get("image_list") if isinstance(info, dict) else None
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_PICTURES:
        raise Errcode(40215)
    keys = [one.get("image_media_id") if isinstance(one, dict) else None for one in listed]
    pictures = [_picture(library, key, "image") for key in keys]
    return {
        "article_type": "newspic",
        "title": title,
        "content": TAG.sub("", content),
        "image_info": {"image_list": [{"image_media_id": picture.key} for picture in pictures]},
        "thumb_media_id": pictures[0].key,
    }


def _picture(library: Library, media_id: object, *kinds: str) -> File:
    file = library.file(media_id)
    if file is None or not file.kept or file.kind not in kinds:
        raise Errcode(40007)
    return file


def _crops(asked: dict[str, Any]) -> dict[str, Any]:
    """Read how the cover is cut: cover_info, or the older fields of the form X1_Y1_X2_Y2. Raises 47001."""
    kept: dict[str, Any] = {name: asked[name] for name in CROPS if asked.get(name)}
    for crop in kept.values():
        _check_crop(str(crop).split("_"))
    info = asked.get("cover_info")
    if info is None:
        return kept
    listed = info.get("crop_percent_list") if isinstance(info, dict) else None
    if not isinstance(listed, list):
        raise Errcode(47001)
    for crop in listed:
        if not isinstance(crop, dict) or crop.get("ratio") not in RATIOS:
            raise Errcode(47001)
        _check_crop([str(crop.get(name)) for name in ("x1", "y1", "x2", "y2")])
    return kept | {"cover_info": {"crop_percent_list": listed}}


def _check_crop(corners: list[str]) -> None:
    try:
        x1, y1, x2, y2 = (float(corner) for corner in corners)
    except ValueError as error:
        raise Errcode(47001) from error
    if not (0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1):
        raise Errcode(47001)


def _text(asked: dict[str, Any], name: str, most: int, too_long: int) -> str:
    value = asked.get(name) or ""
    if not isinstance(value, str):
        raise Errcode(47001)
    if len(value) > most:
        raise Errcode(too_long)
    return value
