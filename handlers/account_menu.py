"""The menu under the account's chat: each button says a word that can also be typed, one scans."""

import logging

import click

from wechat.errors import WechatError
from wechat.gateway import Gateway
from wechat.menu import Button, create_menu


def _word(word: str) -> Button:
    return Button(word, "click", word)


MENU = (
    _word("主题党日"),
    Button("扫码签到", "scancode_waitmsg", "签到"),
    Button("我的", under=tuple(_word(word) for word in ("积分", "星级", "请假", "动态", "帮助"))),
)


def publish_menu(gateway: Gateway) -> None:
    """Put this menu in place of the account's former one. ClickException where WeChat did not take it."""
    # What is said here says it all: without a handler the gateway's line for the log would come before it.
    logging.getLogger("wechat").addHandler(logging.NullHandler())
    try:
        create_menu(gateway, MENU)
    except WechatError as failure:
        raise click.ClickException(f"菜单没有发布，可以再试一次。微信的回答：{failure}") from failure


def menu_lines() -> list[str]:
    """Say what the menu holds, one line a button, those behind another indented."""
    lines: list[str] = []
    for button in MENU:
        lines.append(_line(button))
        lines += [f"  {_line(one)}" for one in button.under]
    return lines


def _line(button: Button) -> str:
    match button.type:
        case "":
            return button.name
        case "scancode_waitmsg":
            return f"{button.name}：扫会场的二维码"
        case _:
            return f"{button.name}：同发“{button.key}”"
