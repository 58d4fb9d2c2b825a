"""`python app.py menu`: what it prints, what a phone then shows, and what it says when WeChat is away."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from handlers.account_menu import MENU
from tests.conftest import REDIS
from tests.running import Running

pytestmark = pytest.mark.processes

ACCOUNT = "wxdemooa00000001"
PRINTED = """\
主题党日：同发“主题党日”
扫码签到：扫会场的二维码
我的
  积分：同发“积分”
  星级：同发“星级”
  请假：同发“请假”
  动态：同发“动态”
  帮助：同发“帮助”
"""


@pytest.fixture
def zone(tmp_path: Path) -> Any:
    """An installation whose commands need no database."""
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:9/none"
    running = Running(
        tmp_path, database=nowhere, owner=nowhere, redis=os.environ[REDIS], at=datetime.now(UTC)
    )
    yield running
    running.stop()


def shown(zone: Running) -> list[dict[str, Any]]:
    wall = requests.get(f"{zone.simulator}/_sim/wall", params={"appid": ACCOUNT}, timeout=5).json()
    menu: list[dict[str, Any]] = wall["menu"]
    return menu


def test_menu_is_printed_without_a_word_to_wechat(zone: Running) -> None:
    assert zone.command("menu", "--dry-run") == PRINTED


def test_menu_stands_under_the_chat_once_it_is_published(zone: Running) -> None:
    zone.start_simulator()
    assert shown(zone) == []
    assert zone.command("menu") == "菜单已发布，手机上五分钟内可以看到。\n"
    assert zone.command("menu") == "菜单已发布，手机上五分钟内可以看到。\n"
    day, scan, mine = shown(zone)
    assert (day["type"], day["name"], day["key"]) == ("click", "主题党日", "主题党日")
    assert (scan["type"], scan["name"], scan["key"]) == ("scancode_waitmsg", "扫码签到", "签到")
    assert mine["name"] == "我的"
    assert [one["key"] for one in mine["sub_button"]] == ["积分", "星级", "请假", "动态", "帮助"]


def test_menu_that_wechat_did_not_take_is_one_sentence(zone: Running) -> None:
    said = zone.command("menu", fails=True)
    assert said.startswith("菜单没有发布，可以再试一次。微信的回答：")
    assert said.count("\n") == 1
    assert zone.environment["WECHAT_OA_SECRET"] not in said


def test_every_name_is_short_enough_to_be_shown_whole() -> None:
    # WeChat shows four signs of a first button and eight of one behind it.
    assert all(len(button.name) <= 4 for button in MENU)
    assert all(len(one.name) <= 8 for button in MENU for one in button.under)
