"""A notice in a real browser: published in few actions, texts to copy, ticks taken back, all by keyboard."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from models.gatherings.gathering import AgendaKind
from models.gatherings.required_item import issue_item
from models.notices.link import notice_token
from models.people.console import start_session
from models.people.member import Member
from tests.factories import KEYRING
from tests.faults import misfits
from tests.gatherings.test_usual import held
from tests.handlers.console.test_doors import a_password
from tests.handlers.console_site import Site, publish_theme_day

pytestmark = pytest.mark.browser
LONG = "学习《关于全面推进乡村振兴加快农业农村现代化的意见》中保障粮食安全、整治沟渠和秸秆禁烧的部分"


def prepared(site: Site) -> None:
    """Let the branch have met last month, the township require two items, and two have their birthday."""
    with site.sessions.begin() as session:
        held(session, site.orgs["home"], 10)
        by = site.staff["town"].id
        for title in (LONG, "交纳11月党费"):
            issue_item(session, site.orgs["town"], "2026-11", AgendaKind.STUDY, title, by=by, now=site.now)
        born = {"joined_on": date(1999, 11, 8)}
        session.execute(update(Member).where(Member.name.in_(["何桂芳", "张建国"])).values(born))


def test_pages_of_a_notice_fit_a_phone(site: Site, page: Page) -> None:
    site.clock[0] = site.now - timedelta(days=2)
    prepared(site)
    publish_theme_day(site, title=LONG)
    it = f"/console/gatherings/{site.gathering_id}"
    found = {}
    for where in (
        "/console/gatherings/new", it, f"{it}/phone-list", f"{it}/change", f"{it}/sheet",
        f"/n/{notice_token(KEYRING, site.gathering_id)}",
    ):  # fmt: skip
        page.goto(where)
        if wrong := misfits(page):
            found[where] = wrong
    assert found == {}


def test_page_of_what_is_required_fits_a_phone(site: Site, page: Page, address: str) -> None:
    prepared(site)
    with site.sessions.begin() as session:
        token = start_session(session, site.staff["town"], now=site.now)
    page.context.add_cookies([{"name": "console", "value": token, "url": address}])
    page.goto("/console/required-items")
    expect(page.get_by_role("heading", name=LONG)).to_be_visible()
    assert misfits(page) == []


def test_from_log_in_to_published_takes_four_actions_beyond_typing(site: Site, page: Page) -> None:
    prepared(site)
    password = a_password(site)
    site.clock[0] = site.now - timedelta(days=3)
    page.context.clear_cookies()
    page.goto("/console/")
    page.get_by_label("登录名").fill("newcomer")
    page.get_by_label("密码").fill(password)
    pressed = 0

    def press(role: str, name: str) -> None:
        nonlocal pressed
        page.get_by_role(role, name=re.compile(name)).first.click()  # type: ignore[arg-type]
        pressed += 1

    press("button", "^登录$")
    press("link", "起草通知")
    page.locator("[name=agenda_title]:not([readonly])").first.fill("商议冬季沟渠清淤")
    press("button", "^存草稿$")
    press("button", "^发布给 46 人$")
    expect(page.get_by_text("通知已发布")).to_be_visible()
    assert pressed <= 4
    expect(page.locator("#text-group")).to_contain_text("商议冬季沟渠清淤")
    expect(page.locator("#text-group")).to_contain_text(LONG)


def test_text_for_the_chat_group_is_copied_with_one_tap(site: Site, page: Page, address: str) -> None:
    publish_theme_day(site)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    page.goto(f"/console/gatherings/{site.gathering_id}")
    card = page.locator("article", has_text="微信群").first
    card.get_by_role("button", name="复制到微信群").click()
    expect(card.get_by_role("status")).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines()[0] == "各位同志："
    assert f"/n/{notice_token(KEYRING, site.gathering_id)}" in copied
    assert copied.splitlines()[-1] == "看到就好，不用回复。"


def test_without_a_script_the_texts_stand_there_and_no_button_does_nothing(
    site: Site, page: Page, address: str
) -> None:
    publish_theme_day(site)
    browser = page.context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    quiet = plain.new_page()
    quiet.goto(f"{address}/console/gatherings/{site.gathering_id}")
    expect(quiet.locator("#text-loud")).to_be_visible()
    assert quiet.locator("[data-copy]:visible").count() == 0
    plain.close()


def test_agenda_is_arranged_by_keyboard_and_the_hand_stays(site: Site, page: Page) -> None:
    prepared(site)
    page.goto("/console/gatherings/new")
    page.get_by_role("button", name="第 1 项下移").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#a2")).to_have_value(LONG)
    page.keyboard.press("Enter")
    expect(page.locator("#a1")).to_have_value(LONG)
    page.get_by_role("button", name="加一项议程").focus()
    rows = page.locator("[name=agenda_title]").count()
    page.keyboard.press("Enter")
    expect(page.locator("[name=agenda_title]")).to_have_count(rows + 1)
    page.keyboard.type("排定值班表")
    expect(page.locator("[name=agenda_title]").last).to_have_value("排定值班表")


def test_ticked_names_become_one_item_without_leaving_the_page(site: Site, page: Page) -> None:
    prepared(site)
    page.goto("/console/gatherings/new")
    page.get_by_label(re.compile("何桂芳")).check()
    page.get_by_role("button", name="加进议程").click()
    titles = page.locator("[name=agenda_title]")
    expect(titles.filter(has_text="过政治生日")).to_have_value("为 何桂芳 过政治生日")
    page.get_by_role("button", name="照现在填的再看").click()
    expect(page.locator("#text-group")).to_contain_text("为 何桂芳 过政治生日")


def test_tick_counts_at_once_and_is_taken_back_on_the_page(site: Site, page: Page) -> None:
    publish_theme_day(site)
    page.goto(f"/console/gatherings/{site.gathering_id}/phone-list")
    row = page.locator(".line", has_text="白玉珍")
    row.get_by_role("button", name="已告知").click()
    expect(row).to_contain_text("14:50 周明远")
    head = page.locator(".group", has_text="第一党小组").locator(".to-phone")
    expect(head).to_have_text("3")
    expect(page.locator("#progress .sums div", has_text="电话已告知").locator("dd")).to_have_text("1")
    row.get_by_role("button", name="撤销").click()
    expect(row.get_by_role("button", name="已告知")).to_be_visible()
    expect(head).to_have_text("4")
    expect(page.locator("#progress .sums div", has_text="还要打").locator("dd")).to_have_text("10")
    expect(row.get_by_role("link", name="138 0000 0000")).to_have_attribute("href", "tel:13800000000")


def test_sheet_for_the_board_prints_on_one_page(site: Site, page: Page) -> None:
    publish_theme_day(site, title=LONG)
    page.goto(f"/console/gatherings/{site.gathering_id}/sheet")
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1
