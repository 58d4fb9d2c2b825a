"""A list of fourteen put down on a phone of the smallest size, approved by another hand, by taps alone."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from models.people.console import start_session
from models.points.entry import PointEntry
from tests.faults import misfits, violations
from tests.handlers.console.points.test_proposals import PLACE, SPELLED, file_last_year, put_down
from tests.handlers.console_site import NAMES, Site

pytestmark = pytest.mark.browser
FOURTEEN = NAMES[0].split()[:14]


def log_in(site: Site, page: Page, address: str, who: str) -> None:
    with site.sessions.begin() as session:
        token = start_session(session, site.staff[who], now=site.now)
    page.context.add_cookies([{"name": "console", "value": token, "url": address}])


def test_fourteen_are_put_down_and_approved_in_twenty_taps(site: Site, page: Page, address: str) -> None:
    log_in(site, page, address, "clerk")
    page.goto(PLACE)
    page.get_by_role("link", name="登记一批").click()
    page.get_by_label("项目").select_option(label="每月固定活动日（每次 1 分）")
    page.get_by_label("做了什么").fill("清淤")
    # Day and quantity are there already: today, once.
    page.get_by_role("button", name="全组都勾").first.click()
    for name in ("周明远", "段文斌"):
        page.get_by_label(name).uncheck()
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_text("1 件等审核")).to_be_visible()
    log_in(site, page, address, "secretary")
    page.goto(PLACE)
    page.get_by_role("button", name="同意", exact=False).first.click()
    expect(page.get_by_text("没有等审核的", exact=False).first).to_be_visible()
    with site.sessions() as session:
        assert session.scalar(select(func.count()).select_from(PointEntry)) == len(FOURTEEN)


def fill_the_lists(site: Site) -> None:
    """Let there be something of each kind on the page."""
    file_last_year(site)
    put_down(site, *FOURTEEN, "张建国")
    put_down(site, "白玉珍", "何桂芳", day="2025-12-30", late="1", evidence="村委会值班表〔2025〕12号")
    done = put_down(site, *FOURTEEN[:5], title="修剪绿化带")
    spoken = SPELLED | {"member": site.members["曹振海"].id, "title": "给独居老人送药", "how": "phone_call"}
    site.browser("clerk").post("/console/declarations", spoken)
    site.browser("secretary").post(f"{PLACE}/{done}/approval", {"strike": site.members["方国栋"].id})


def open_all(page: Page) -> None:
    folded = page.locator("main details:not([open]) > summary")
    while folded.count():
        folded.first.click()


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_of_proposals_fit_and_shut_nobody_out(site: Site, page: Page, width: int) -> None:
    fill_the_lists(site)
    page.set_viewport_size({"width": width, "height": 800})
    for where in (PLACE, f"{PLACE}/new"):
        page.goto(where)
        open_all(page)
        assert misfits(page) + violations(page) == []
