"""The browser of the tests understands Playwright and writes Chinese."""

import subprocess
import sys
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.chromium import FONT
from tests.faults import violations

pytestmark = pytest.mark.browser

# Names of people and places: three that are in every font, then those that most fonts lack.
COMMON, RARE = "周明远", "䶮㛃𬴂𬬭𬭶𬙊𫖮𠮷"
# Draws each character by itself and returns those that look like one that no font has.
TOFU = """text => {
  const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true})
  const drawn = one => {
    pen.clearRect(0, 0, 60, 60)
    pen.font = '40px sans-serif'
    pen.fillText(one, 5, 45)
    return pen.getImageData(0, 0, 60, 60).data.join()
  }
  return [...text].filter(one => drawn(one) === drawn('\\u{10FFFD}'))
}"""


def fonts(page: Page, selector: str) -> set[str]:
    """Return the fonts that an element's text is really drawn in."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("DOM.enable")
    devtools.send("CSS.enable")
    root = devtools.send("DOM.getDocument")["root"]["nodeId"]
    found = devtools.send("DOM.querySelector", {"nodeId": root, "selector": selector})
    used: dict[str, Any] = devtools.send("CSS.getPlatformFontsForNode", {"nodeId": found["nodeId"]})
    return {font["familyName"] for font in used["fonts"]}


@pytest.fixture
def page(chromium: Browser) -> Page:
    """An empty page in Chinese."""
    page = chromium.new_page()
    page.set_content(f"<html lang=zh-CN><title>字</title><main><h1>{COMMON}{RARE}</h1><input></main></html>")
    return page


def test_browser_and_playwright_understand_one_another(page: Page) -> None:
    assert page.evaluate("1 + 1") == 2


@pytest.mark.parametrize("family", ["sans-serif", "serif", '"PingFang SC", "Microsoft YaHei", system-ui'])
def test_chinese_is_written_in_the_font_of_the_package(page: Page, family: str) -> None:
    page.evaluate("family => { document.querySelector('h1').style.fontFamily = family }", family)
    assert fonts(page, "h1") == {FONT}


def test_rare_names_are_no_empty_boxes(page: Page) -> None:
    assert page.evaluate(TOFU, COMMON + RARE) == []
    assert page.evaluate(TOFU, "\U0010fffc") == ["\U0010fffc"]


def test_axe_finds_a_field_without_a_name(page: Page) -> None:
    (found,) = violations(page)
    assert found.startswith("critical label:")


def test_browser_that_does_not_start_is_named_with_both_versions() -> None:
    asked = [sys.executable, "-m", "tests.chromium"]
    told = subprocess.run(asked, env={"CHROMIUM": "/nowhere"}, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "Playwright 1." in told.stderr
    assert "/nowhere" in told.stderr
