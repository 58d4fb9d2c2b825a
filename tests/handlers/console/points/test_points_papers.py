"""积分明白卡 and the month's sheet as they come out of a printer."""

from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Page

from tests.handlers.console.points.a_year_of_points import (
    WHO,
    be_absent,
    count_by_the_zone,
    fill_the_book,
    live_the_year,
    post_by_hand,
)
from tests.handlers.console_site import Site

pytestmark = pytest.mark.browser
A4 = (595, 842)
# A card whose lines stick out of its quarter of the page.
CUT = """() => [...document.querySelectorAll('.point-card')]
  .filter(one => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
  .map(one => one.querySelector('.whose').innerText)"""


def printed(page: Page, folder: Path) -> pypdfium2.PdfDocument:
    page.pdf(path=folder / "out.pdf", prefer_css_page_size=True)
    return pypdfium2.PdfDocument(folder / "out.pdf")


def test_cards_fill_pages_of_a4_on_its_side_and_none_is_cut_off(
    site: Site, page: Page, tmp_path: Path
) -> None:
    scheme = count_by_the_zone(site)
    live_the_year(site, scheme)
    fill_the_book(site, scheme)
    with site.sessions.begin() as session:
        be_absent(session, site, scheme, WHO, 10)
    page.set_viewport_size({"width": 1122, "height": 793})
    page.goto("/console/points/cards/print?who=all")
    page.emulate_media(media="print")
    assert page.evaluate(CUT) == []
    paper = printed(page, tmp_path)
    assert len(paper) == page.locator(".cards").count()
    width, height = paper[0].get_size()
    assert (round(height), round(width)) == A4
    everything = "".join(one.get_textpage().get_text_bounded() for one in paper)
    assert everything.count("积分明白卡") == page.locator(".point-card").count()
    assert everything.count("本人签字") == everything.count("积分明白卡")


def test_card_with_many_lines_takes_two_places_and_is_whole(site: Site, page: Page, tmp_path: Path) -> None:
    scheme = count_by_the_zone(site)
    live_the_year(site, scheme)
    with site.sessions.begin() as session:
        member = session.merge(site.members[WHO])
        for item, month in (("late", 3), ("dues_late", 4), ("innovation", 5)):
            post_by_hand(session, site, scheme, member.name, item, date(2026, month, 3), "-1", "记录")
    page.set_viewport_size({"width": 1122, "height": 793})
    page.goto(f"/console/points/cards/print?member={site.members[WHO].id}")
    page.emulate_media(media="print")
    assert page.locator(".tall-card").count() == 1
    assert page.evaluate(CUT) == []
    assert len(printed(page, tmp_path)) == 1


def test_month_sheet_is_one_page_of_a4(site: Site, page: Page, tmp_path: Path) -> None:
    scheme = count_by_the_zone(site)
    live_the_year(site, scheme)
    fill_the_book(site, scheme)
    page.goto("/console/points/month?month=2026-06")
    paper = printed(page, tmp_path)
    assert len(paper) == 1
    width, height = paper[0].get_size()
    assert (round(width), round(height)) == A4
    said = paper[0].get_textpage().get_text_bounded()
    assert "积分通报" in said
    assert "打印" not in said
