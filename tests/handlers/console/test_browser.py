"""The console in a real browser: it fits a phone, saves each tap alone and covers a stale code."""

import io

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Route, expect

from models.gatherings.gathering import Gathering
from models.gatherings.hall_code import read_token, token_is_authentic
from tests.factories import KEYRING
from tests.faults import misfits, out_of_reach
from tests.handlers.console_site import Site, publish_theme_day

pytestmark = pytest.mark.browser


def test_no_page_sticks_out_and_whatever_can_be_touched_is_tall_enough(site: Site, page: Page) -> None:
    roll = publish_theme_day(site)["home"]
    it, member = f"/console/gatherings/{site.gathering_id}", site.members["何桂芳"].id
    found = {}
    for where in (
        "/console/", "/console/gatherings", "/console/gatherings/new", it, f"{it}/phone-list",
        f"{it}/projector", f"{it}/cancellation", f"/console/rolls/{roll}",
        f"/console/rolls/{roll}/confirmation",
        "/console/members", f"/console/members/{member}/points", "/console/points", "/console/points/month",
        "/console/points/cards", "/console/points/cards/print?who=all", "/console/slips", "/console/password",
        "/console/phone-code",
    ):  # fmt: skip
        page.goto(where)
        found[where] = misfits(page)
    assert not any(found.values()), found


def test_tap_is_saved_alone_and_says_so(site: Site, page: Page) -> None:
    roll = publish_theme_day(site)["home"]
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"/console/rolls/{roll}")
    page.locator(".line", has_text="高长山").get_by_role("button", name="到会").click()
    expect(page.locator(".line", has_text="高长山").locator(".saved")).to_have_text("已存 14:50")
    expect(page.locator("#left")).to_contain_text("还有 44 人未登记")
    assert page.url.endswith(f"/console/rolls/{roll}")


def test_tap_without_network_says_unsaved_and_is_saved_by_trying_again(site: Site, page: Page) -> None:
    roll = publish_theme_day(site)["home"]
    page.goto(f"/console/rolls/{roll}")

    def cut(route: Route) -> None:
        route.abort()

    page.route("**/marks", cut)
    line = page.locator(".line", has_text="高长山")
    line.get_by_role("button", name="请假").click()
    expect(line.locator(".saved")).to_contain_text("未存")
    page.unroute("**/marks", cut)
    line.get_by_role("button", name="再存一次").click()
    expect(line.locator(".now")).to_contain_text("请假")


@pytest.mark.parametrize("width", [360, 1280])
def test_tab_walks_through_rows_open_and_recorded(site: Site, page: Page, width: int) -> None:
    roll = publish_theme_day(site)["home"]
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(f"/console/rolls/{roll}?q=g")
    row = page.locator(".line", has_text="高长山")
    row.get_by_role("button", name="到会").click()
    expect(row.locator(".saved")).to_contain_text("已存")
    page.goto(f"/console/rolls/{roll}?q=g")
    assert out_of_reach(page) == []


def test_name_is_found_by_first_letters_while_typing(site: Site, page: Page) -> None:
    roll = publish_theme_day(site)["home"]
    page.goto(f"/console/rolls/{roll}")
    page.keyboard.press("/")
    page.keyboard.type("wfg")
    expect(page.locator(".line:visible")).to_have_count(1)
    expect(page.locator(".line:visible")).to_contain_text("王福贵")


def test_choice_on_the_confirmation_counts_at_once_and_writes_nothing(site: Site, page: Page) -> None:
    roll = publish_theme_day(site)["home"]
    page.goto(f"/console/rolls/{roll}/confirmation")
    page.locator("fieldset", has_text="白玉珍").locator("label", has_text="请假").click()
    expect(page.locator("#sums .inner", has_text="请假").locator("dd")).to_have_text("1")
    page.goto(f"/console/rolls/{roll}?show=leave")
    expect(page.locator(".line")).to_have_count(0)


@pytest.mark.parametrize("screen", [(1920, 1080), (1024, 768)])
def test_code_is_read_from_a_picture_of_the_screen_taken_in_the_last_row(
    site: Site, page: Page, screen: tuple[int, int]
) -> None:
    publish_theme_day(site)
    page.set_viewport_size({"width": screen[0], "height": screen[1]})
    page.goto(f"/console/gatherings/{site.gathering_id}/projector")
    expect(page.locator("#picture svg")).to_be_visible()
    seen = Image.open(io.BytesIO(page.screenshot()))
    with site.sessions() as session:
        salt = session.get_one(Gathering, site.gathering_id).hall_salt
    assert salt is not None
    for smaller in (1, 6):
        (read,) = zxingcpp.read_barcodes(seen.resize((seen.width // smaller, seen.height // smaller)))
        assert read.text.startswith("http://127.0.0.1:8000/c/")
        assert token_is_authentic(KEYRING, read_token(read.text.rpartition("/")[2]), salt)


def test_screen_without_network_covers_the_code_once_the_seconds_ran_out(site: Site, page: Page) -> None:
    publish_theme_day(site)
    # Two seconds before the code changes.
    site.clock[0] = site.clock[0].replace(second=28)
    page.goto(f"/console/gatherings/{site.gathering_id}/projector")
    expect(page.locator("#picture svg")).to_be_visible()
    page.route("**/projector/code", lambda route: route.abort())
    expect(page.locator("#cover-say")).to_have_text("请在名册上登记")
    expect(page.locator("#picture")).to_be_hidden()
    expect(page.locator("#digits")).to_have_text("暂停使用")
    page.unroute("**/projector/code")
    expect(page.locator("#picture svg")).to_be_visible()


def test_hall_without_a_log_in_shows_the_screen_by_one_line_until_it_is_ended(
    site: Site, page: Page, address: str, chromium: Chromium
) -> None:
    publish_theme_day(site)
    page.goto(f"/console/gatherings/{site.gathering_id}")
    page.get_by_role("button", name="投到别的电脑").click()
    link = page.locator("#address .keep")
    expect(link).to_contain_text("/s/")
    assert misfits(page) == []
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, base_url=address)
    hall = context.new_page()
    hall.goto(link.inner_text())
    assert hall.url == f"{address}/console/screens/{site.gathering_id}"
    expect(hall.locator("#picture svg")).to_be_visible()
    page.get_by_role("button", name="不投了，链接作废").click()
    expect(hall.get_by_role("heading", name="投屏已经结束")).to_be_visible()
    context.close()
