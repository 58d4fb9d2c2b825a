"""The menu under an official account's chat."""

import re
from typing import Any, NamedTuple

from simulator.accounts import Account
from simulator.calls import OK, Call, Endpoint
from simulator.errcodes import Errcode
from simulator.library import Library
from simulator.state import Menu, State

ESCAPED = re.compile(rb"\\u[0-9A-Fa-f]{4}")
KEYED = {"click", "scancode_push", "scancode_waitmsg"}
KEYED |= {"pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select"}
LINKED = {"view", "miniprogram"}
MATERIAL = {"media_id", "view_limited"}
ARTICLE = {"article_id", "article_view_limited"}
WEB = re.compile(r"https?://[^/\s]+", re.IGNORECASE)
MOST, MOST_UNDER = 3, 5
KEY_BYTES, URL_BYTES = 128, 1024


class Limits(NamedTuple):
    """What one level of the menu keeps to, and the refusals it has of its own."""

    name_bytes: int
    bad_type: int
    bad_name: int
    bad_key: int
    bad_url: int
    bad_domain: int


FIRST = Limits(16, 40017, 40018, 40019, 40020, 40055)
SECOND = Limits(60, 40024, 40025, 40026, 40027, 40054)


def create(state: State, call: Call) -> dict[str, Any]:
    """Publish a menu in place of the former one.

    Raises 40033 for \\uXXXX in the body; 40016-40020, 40023-40027, 40054 and 40055 for what a button may not
    be; 45064, 40007 and 53600 where it opens a mini-program, file or article that is not there.
    Source: WeChat, createCustomMenu.
    """
    if ESCAPED.search(call.body):
        raise Errcode(40033)
    buttons = call.json().get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= MOST:
        raise Errcode(40016)
    shown = [_button(button) for button in buttons]
    for leaf in (one for top in shown for one in (top["sub_button"] or [top])):
        _check_target(call.owner(), state.library(call.owner().appid), leaf)
    state.menus[call.owner().appid] = Menu(next(state.msgids), shown)
    return OK


def get(state: State, call: Call) -> dict[str, Any]:
    """Show the published menu. Raises 46003 where there is none. Source: WeChat, getCustomMenu."""
    menu = state.menus.get(call.owner().appid)
    if menu is None:
        raise Errcode(46003)
    return {"menu": {"button": menu.buttons, "menuid": menu.menuid}}


def get_current(state: State, call: Call) -> dict[str, Any]:
    """Show the menu that followers see, in a shape of its own, to unverified accounts too.

    Source: WeChat, getCurrentSelfmenuInfo.
    """
    menu = state.menus.get(call.owner().appid)
    if menu is None:
        return {"is_menu_open": 0, "selfmenu_info": {"button": []}}
    return {"is_menu_open": 1, "selfmenu_info": {"button": [_current(button) for button in menu.buttons]}}


def delete(state: State, call: Call) -> dict[str, Any]:
    """Take the menu away, also where there is none. Source: WeChat, deleteCustomMenu."""
    state.menus.pop(call.owner().appid, None)
    return OK


def _button(asked: object) -> dict[str, Any]:
    """Check a button of the first level: it either does something or opens up to five others."""
    if not isinstance(asked, dict):
        raise Errcode(40016)
    under = asked.get("sub_button") or []
    if not under:
        return _leaf(asked, FIRST)
    if not isinstance(under, list) or len(under) > MOST_UNDER:
        raise Errcode(40023)
    if not _fits(asked.get("name"), FIRST.name_bytes):
        raise Errcode(FIRST.bad_name)
    return {"name": asked["name"], "sub_button": [_leaf(one, SECOND) for one in under]}


def _leaf(asked: object, limits: Limits) -> dict[str, Any]:
    if not isinstance(asked, dict) or asked.get("sub_button"):
        raise Errcode(40023)
    if not _fits(asked.get("name"), limits.name_bytes):
        raise Errcode(limits.bad_name)
    kind = asked.get("type")
    if not isinstance(kind, str) or kind not in KEYED | LINKED | MATERIAL | ARTICLE:
        raise Errcode(limits.bad_type)
    if kind in KEYED and not _fits(asked.get("key"), KEY_BYTES):
        raise Errcode(limits.bad_key)
    if kind in LINKED and not _fits(asked.get("url"), URL_BYTES):
        raise Errcode(limits.bad_url)
    if kind in LINKED and not WEB.match(asked["url"]):
        raise Errcode(limits.bad_domain)
    return {**asked, "sub_button": []}


def _check_target(account: Account, library: Library, leaf: dict[str, Any]) -> None:
    kind = leaf["type"]
    if kind == "miniprogram" and not account.opens(leaf.get("appid")):
        raise Errcode(45064)
    if kind in MATERIAL:
        file = library.file(leaf.get("media_id"))
        if file is None or not file.kept:
            raise Errcode(40007)
    if kind in ARTICLE and library.published(leaf.get("article_id")) is None:
        raise Errcode(53600)


def _current(button: dict[str, Any]) -> dict[str, Any]:
    under = button["sub_button"]
    shown = {name: value for name, value in button.items() if name != "sub_button"}
    return shown | {"sub_button": {"list": [_current(one) for one in under]}} if under else shown


def _fits(text: object, most_bytes: int) -> bool:
    return isinstance(text, str) and 1 <= len(text.encode()) <= most_bytes


ENDPOINTS = [
    Endpoint("POST", "/cgi-bin/menu/create", create, kind="official"),
    Endpoint("GET", "/cgi-bin/menu/get", get, kind="official"),
    Endpoint("GET", "/cgi-bin/menu/delete", delete, kind="official"),
    Endpoint("GET", "/cgi-bin/get_current_selfmenu_info", get_current, kind="official"),
]
