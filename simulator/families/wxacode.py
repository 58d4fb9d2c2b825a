"""A mini-program's codes; each is a QR code here, which says in plain words where it leads."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from simulator.calls import Binary, Call, Endpoint
from simulator.errcodes import Errcode
from simulator.pictures import drawn_code
from simulator.reading import whole_number
from simulator.state import State

SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
PATH_BYTES = 1024
WIDTHS = range(280, 1281)
USUAL_WIDTH = 430
MOST = 100_000
VERSIONS = ("release", "trial", "develop")


@dataclass
class MiniCodes:
    """How many codes with a path an account has made; those with a scene are not counted."""

    made: int = 0


def getwxacodeunlimit(_state: State, call: Call) -> Binary:
    """Draw a code for a page and a scene; nothing counts them.

    Its text is weixin://wxacode?appid=…&page=…&scene=…. Raises 40129, 85096, 41030, 40097. Source: WeChat,
    getUnlimitedQRCode.
    """
    asked, account = call.json(), call.owner()
    scene, page = asked.get("scene"), asked.get("page") or ""
    if not isinstance(scene, str) or not SCENE.fullmatch(scene):
        raise Errcode(40129)
    if "scancode_time" in scene:
        raise Errcode(85096)
    if not isinstance(page, str) or page.startswith("/") or "?" in page:
        raise Errcode(41030)
    if page and asked.get("check_path", True) and not account.has_page(page):
        raise Errcode(41030)
    return _drawn(call, asked, {"page": page, "scene": scene})


def getwxacode(state: State, call: Call) -> Binary:
    """Draw a code for a path with its query, one of 100,000. Raises 40159, 85096, 45029, 40097.

    Its text is weixin://wxacode?appid=…&path=…. Source: WeChat, getQRCode, createQRCode.
    """
    asked, kept = call.json(), state.of(call.owner().appid, MiniCodes)
    path = asked.get("path")
    if not isinstance(path, str) or not 1 <= len(path.encode()) <= PATH_BYTES:
        raise Errcode(40159, "invalid length for path, or the data is not json string")
    if "scancode_time" in path:
        raise Errcode(85096)
    if kept.made >= MOST:
        raise Errcode(45029)
    drawn = _drawn(call, asked, {"path": path})
    kept.made += 1
    return drawn


def _drawn(call: Call, asked: dict[str, Any], leads: dict[str, str]) -> Binary:
    width, version = asked.get("width", USUAL_WIDTH), asked.get("env_version", "release")
    if type(width) is not int or width not in WIDTHS or version not in VERSIONS:
        raise Errcode(40097)
    dark = (0, 0, 0) if asked.get("auto_color") else _colour(asked.get("line_color"))
    where = {"appid": call.owner().appid, **leads}
    if version != "release":
        where["env_version"] = version
    png = asked.get("is_hyaline") is True
    try:
        content = drawn_code(f"weixin://wxacode?{urlencode(where)}", width, png=png, dark=dark)
    except ValueError as error:
        raise Errcode(40097) from error
    return Binary(content, "image/png", "code.png") if png else Binary(content, "image/jpeg", "code.jpg")


def _colour(said: object) -> tuple[int, int, int]:
    red, green, blue = (whole_number(said.get(name, 0)) if isinstance(said, dict) else 0 for name in "rgb")
    if red is None or green is None or blue is None or max(red, green, blue) > 255:
        raise Errcode(40097)
    return red, green, blue


ENDPOINTS = [
    Endpoint("POST", "/wxa/getwxacodeunlimit", getwxacodeunlimit, kind="mini_program"),
    Endpoint("POST", "/wxa/getwxacode", getwxacode, kind="mini_program"),
    Endpoint("POST", "/cgi-bin/wxaapp/createwxaqrcode", getwxacode, kind="mini_program"),
]
