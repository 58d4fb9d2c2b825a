"""The official account's menu."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wechat.errors import NoClearAnswer, WechatError
from wechat.gateway import Gateway

MENU = "/cgi-bin/menu"
NO_MENU = 46003
# WeChat: three buttons, five behind each of them; lengths in bytes of UTF-8.
MOST_BUTTONS, MOST_UNDER = 3, 5
NAME_BYTES, UNDER_NAME_BYTES, KEY_BYTES = 16, 60, 128


@dataclass(frozen=True)
class Button:
    """One button of the menu: WeChat's `type` (click, scancode_waitmsg) and the `key` it pushes.

    One that opens others has them `under` it and neither type nor key.
    """

    name: str
    type: str = ""
    key: str = ""
    under: tuple["Button", ...] = ()


def create_menu(gateway: Gateway, buttons: Sequence[Button]) -> None:
    """Publish the account's menu in place of the former one; phones show it within five minutes.

    ValueError: more than WeChat takes (3 buttons, 5 under each; a name of 16 bytes, 60 under another; a key
    of 128). Publishing twice is harmless. WechatError. Source: WeChat, "Create custom menu".
    """
    _check_many(buttons, MOST_BUTTONS)
    for button in buttons:
        _check(button, NAME_BYTES)
        for one in button.under:
            _check(one, UNDER_NAME_BYTES)
            if one.under:
                raise ValueError(f"{one.name}: a menu has two levels")
    answer = gateway.post(f"{MENU}/create", {"button": [_told(button) for button in buttons]})
    if "errcode" not in answer:
        raise NoClearAnswer(None, "an answer without errcode", path=f"{MENU}/create")


def menu_of(gateway: Gateway) -> tuple[Button, ...]:
    """Return the published menu, empty where there is none; buttons of other types come without their target.

    WechatError. Source: WeChat, "Get custom menu".
    """
    try:
        answer = gateway.get(f"{MENU}/get", {})
    except WechatError as refused:
        if refused.errcode == NO_MENU:
            return ()
        raise
    try:
        return tuple(_read(button) for button in answer["menu"]["button"])
    except (KeyError, TypeError, AttributeError, RecursionError):
        raise NoClearAnswer(None, "an answer without a menu", path=f"{MENU}/get") from None


def _check(button: Button, name_bytes: int) -> None:
    if not 1 <= len(button.name.encode()) <= name_bytes:
        raise ValueError(f"{button.name}: a name has 1 to {name_bytes} bytes")
    if button.under:
        _check_many(button.under, MOST_UNDER)
        if button.type or button.key:
            raise ValueError(f"{button.name}: a button that opens others does nothing else")
    elif not button.type or not 1 <= len(button.key.encode()) <= KEY_BYTES:
        raise ValueError(f"{button.name}: a button has a type and a key of 1 to {KEY_BYTES} bytes")


def _check_many(buttons: Sequence[Button], most: int) -> None:
    if not 1 <= len(buttons) <= most:
        raise ValueError(f"{len(buttons)} buttons, where 1 to {most} may be")


def _told(button: Button) -> dict[str, Any]:
    if button.under:
        return {"name": button.name, "sub_button": [_told(one) for one in button.under]}
    return {"type": button.type, "name": button.name, "key": button.key}


def _read(told: Mapping[str, Any]) -> Button:
    under = tuple(_read(one) for one in told.get("sub_button") or ())
    name, kind, key = told["name"], told.get("type", ""), told.get("key", "")
    if not all(isinstance(one, str) for one in (name, kind, key)):
        raise TypeError
    return Button(name, kind, key, under)
