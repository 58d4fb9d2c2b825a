"""The page for putting the mini-program online, docs/小程序.md, and the settings agree with the sources."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "miniprogram"
PAGE = (ROOT / "docs" / "小程序.md").read_text("utf-8")
APP = json.loads((SOURCES / "app.json").read_text("utf-8"))
PROJECT = json.loads((SOURCES / "project.config.json").read_text("utf-8"))
WORDS = (SOURCES / "words.js").read_text("utf-8")
SCRIPTS = "".join(path.read_text("utf-8") for path in SOURCES.rglob("*.js"))
# What the privacy guide has to name as soon as a script calls it, and not before.
ASKED_FOR = {
    "| 摄像头 |": "wx.scanCode",
    "| 剪切板 |": "wx.setClipboardData",
    "| 手机号 |": "getPhoneNumber",
    "| 位置 |": "wx.getLocation",
    "| 选中的照片或视频 |": "wx.chooseMedia",
}


def test_message_of_a_notice_opens_a_page_there_is() -> None:
    settings = tomllib.loads((ROOT / "config.toml").read_text("utf-8"))
    assert settings["mini_program"]["gathering_page"] in APP["pages"]


def test_scanned_code_opens_the_page_that_takes_it() -> None:
    [page] = set(re.findall(r"页面填 `(\S+)`", PAGE))
    assert page in APP["pages"]
    assert f"const PAGE = '{page}'" in (SOURCES / "arrival.js").read_text("utf-8")


def test_base_library_is_the_one_of_the_project() -> None:
    assert f"| 基础库最低版本 | {PROJECT['libVersion']} |" in PAGE
    assert f"`{PROJECT['appid']}`" in PAGE


@pytest.mark.parametrize(("named", "called"), ASKED_FOR.items())
def test_privacy_guide_names_what_is_called_and_nothing_else(named: str, called: str) -> None:
    assert (named in PAGE) == (called in SCRIPTS)


@pytest.mark.parametrize(
    "word", sorted(set(re.findall(r"“(.+?)”", "".join(re.findall(r"^> .*", PAGE, re.M)))))
)
def test_reviewer_finds_the_word_he_is_told(word: str) -> None:
    assert f"'{word}'" in WORDS


def test_checklist_has_a_box_for_each_phone() -> None:
    rows = re.findall(r"^\| .+ \| .+ \|(?: □ \|| \|){3}$", PAGE, re.M)
    assert len(rows) >= 15
