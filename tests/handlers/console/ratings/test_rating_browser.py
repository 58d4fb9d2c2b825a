"""One year of one branch on phones of the smallest size: from deeds put down to the sheet in the archive."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, expect

from models.people.console import start_session
from tests.faults import misfits
from tests.handlers.console.ratings.rated_site import rate_by
from tests.handlers.console_site import Site

pytestmark = pytest.mark.browser

FIVE = ("白玉珍", "陈春生", "方国栋", "高长山", "郭爱莲")
ONCE_MORE = FIVE[:3]
Phones = Callable[[str], Page]


@pytest.fixture
def phone(site: Site, address: str, chromium: Chromium) -> Iterator[Phones]:
    """Give somebody's phone, logged in now; a breach of the policy or a page too wide fails the test."""
    opened: list[BrowserContext] = []
    said: list[str] = []

    def hand_out(who: str) -> Page:
        with site.sessions.begin() as session:
            token = start_session(session, site.staff[who], now=site.now)
        context = chromium.new_context(viewport={"width": 360, "height": 740}, base_url=address)
        context.add_cookies([{"name": "console", "value": token, "url": address}])
        context.set_default_timeout(15_000)
        opened.append(context)
        page = context.new_page()
        page.on("console", lambda told: said.append(told.text) if "Security Policy" in told.text else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("load", lambda shown: said.extend(misfits(shown) if "/ratings" in shown.url else []))
        return page

    yield hand_out
    for context in opened:
        context.close()
    assert said == []


def put_down(page: Page, item: str, names: tuple[str, ...]) -> None:
    page.goto("/console/proposals/new")
    page.get_by_label("项目").select_option(label=item)
    page.get_by_label("做了什么").fill("清理沟渠")
    for name in names:
        page.get_by_label(name).check()
    page.get_by_role("button", name="提交审核").click()
    page.wait_for_load_state()


def test_a_year_is_rated_from_deeds_to_the_archive(site: Site, phone: Phones) -> None:
    rate_by(site)
    put_down_deeds(phone)
    secretary = phone("secretary")
    begin_and_review(secretary)
    grade_all(secretary)
    settle_the_tie(secretary)
    hold_the_meeting(secretary)
    put_the_sheet_up(secretary)
    correct_what_somebody_said(phone)
    put_two_up_again(secretary)
    site.clock[0] += timedelta(days=24)
    file_above(phone("town"))
    archive(phone("secretary"))


def put_down_deeds(phone: Phones) -> None:
    clerk = phone("clerk")
    put_down(clerk, "领办实事（每次 3 分）", FIVE)
    put_down(clerk, "志愿服务（每次 1 分）", ONCE_MORE)
    secretary = phone("secretary")
    for left in ("1 件等审核", "没有等审核的"):
        secretary.goto("/console/proposals")
        secretary.locator("#waiting").get_by_role("button", name="同意").first.click()
        expect(secretary.get_by_text(left, exact=False).first).to_be_visible()


def begin_and_review(page: Page) -> None:
    page.goto("/console/")
    owed = page.locator(".owed", has_text="开始2026年星级评定")
    owed.get_by_role("link", name="去看看").click()
    page.get_by_role("button", name="开始评定").click()
    expect(page.locator("#next-title")).to_have_text("个人申报")
    page.get_by_role("link", name="去登记申报截止").click()
    page.get_by_role("button", name="登记申报截止").click()
    expect(page.locator("#next-title")).to_have_text("支委会审核")
    page.get_by_role("link", name="去登记审核").click()
    page.get_by_label("应到").fill("5")
    page.get_by_role("button", name="登记审核").click()
    # What was typed is there, and the field says what it lacks.
    expect(page.get_by_label("应到")).to_have_value("5")
    expect(page.locator("#present-said")).to_be_visible()
    page.get_by_label("实到").fill("5")
    page.get_by_role("button", name="登记审核").click()
    expect(page.locator("#next-title")).to_have_text("党员大会通报评议")


def grade_all(page: Page) -> None:
    page.get_by_role("link", name="填写评议等次").first.click()
    expect(page.get_by_text("优秀最多 15 人：正式党员 46 人的三分之一").first).to_be_visible()
    rows = page.locator(".graded")
    for at in range(rows.count() - 1):
        rows.nth(at).get_by_text("合格", exact=True).click()
    expect(page.locator("[data-left]")).to_have_text("还有 1 人没有填，这次填的还没有存")
    page.get_by_role("button", name="先存着").click()
    expect(page.get_by_role("status")).to_contain_text("还有 1 人没有填")
    rows.last.get_by_text("合格", exact=True).click()
    page.get_by_role("button", name="存好，去试算").click()


def settle_the_tie(page: Page) -> None:
    ties = page.locator("#ties")
    expect(ties).to_contain_text("五星名额 4 个，3 个已定，下面 2 位条件相同，请会议定 1 位")
    expect(ties.locator(".tick")).to_have_text(["高长山", "郭爱莲"])
    # While the meeting has to decide here, nothing leads on.
    expect(page.get_by_role("link", name="去登记大会")).to_have_count(0)
    ties.get_by_label("郭爱莲").check()
    ties.get_by_role("button", name="记下会议决定").click()
    # A decision without its reason is asked for again, with the choice as it was.
    expect(ties.get_by_label("郭爱莲")).to_be_checked()
    ties.get_by_label("会议的理由").fill("全年义务调解最多")
    ties.get_by_role("button", name="记下会议决定").click()
    expect(ties).to_have_count(0)
    expect(page.locator("#differs")).to_contain_text("郭爱莲：星级为五星")
    expect(page.locator(".member", has_text="郭爱莲")).to_contain_text("全年义务调解最多")
    expect(page.get_by_role("link", name="去登记大会")).to_be_visible()


def hold_the_meeting(page: Page) -> None:
    page.goto("/console/")
    page.locator(".owed", has_text="党员大会通报评议").get_by_role("link").click()
    page.get_by_label("实到").fill("40")
    for label, votes in (("赞成", "39"), ("反对", "0"), ("弃权", "1")):
        page.get_by_label(label).fill(votes)
    page.get_by_role("button", name="登记大会，定出星级").click()
    expect(page.locator("#next-title")).to_have_text("公示")


def put_the_sheet_up(page: Page) -> None:
    page.get_by_role("link", name="去公示").click()
    page.get_by_role("button", name="登记已贴出").click()
    expect(page.locator("#contact_phone-said")).to_be_visible()
    page.get_by_label("联系人").fill("沈秀英")
    page.get_by_label("联系电话").fill("0391-3550123")
    page.get_by_label("河东镇党委监督电话").fill("0391-3550100")
    page.get_by_role("button", name="登记已贴出").click()
    expect(page.locator(".posted")).to_contain_text("2026年12月21日")
    page.get_by_role("link", name="打印公示").click()
    board = page.locator(".board")
    expect(board.locator("section", has_text="五星").locator("li")).to_have_text(
        ["白玉珍", "陈春生", "方国栋", "郭爱莲"]
    )
    expect(board).to_contain_text("河东镇党委监督电话")
    assert "分" not in board.locator("section").first.inner_text()


def correct_what_somebody_said(phone: Phones) -> None:
    """Somebody tells the group's leader that a deed was not theirs; a commissioner finds it so."""
    leader = phone("leader")
    leader.goto("/console/objections/new")
    leader.get_by_label("姓名").select_option(label="白玉珍")
    leader.get_by_role("button", name="看他的记录").click()
    leader.locator(".choice", has_text="领办实事").get_by_role("radio").check()
    leader.get_by_label("照本人的话写").fill("这件实事不是我领办的")
    leader.get_by_label("本人怎么说的").select_option(label="当面")
    leader.get_by_role("button", name="登记异议").click()
    commissioner = phone("commissioner")
    commissioner.goto("/console/objections")
    commissioner.locator("#waiting").get_by_role("link", name="去答复").click()
    commissioner.get_by_label("属实，更正").check()
    commissioner.get_by_label("核实的情况，写给本人看").fill("问过同组三位同志，确实不是")
    commissioner.get_by_role("button", name="先看改前改后").click()
    commissioner.get_by_role("button", name="更正并答复").click()
    expect(commissioner.locator("#answered")).to_contain_text("属实")


def put_two_up_again(page: Page) -> None:
    """One star fell and one seat is free: both are put up again, and nobody else."""
    page.goto("/console/")
    page.locator(".owed", has_text="重新公示").get_by_role("link", name="去公示").click()
    for name in ("白玉珍", "高长山"):
        expect(page.locator("summary", has_text=name)).to_be_visible()
        page.get_by_role("button", name="登记已贴出").click()
        page.wait_for_load_state()
    expect(page.locator("summary")).to_have_count(1)  # the menu's
    expect(page.locator(".posted tbody tr")).to_have_count(3)


def file_above(page: Page) -> None:
    page.goto("/console/")
    page.locator(".owed", has_text="备案2026年星级评定").get_by_role("link", name="去备案").click()
    expect(page.locator("#roster-title")).to_have_count(1)
    page.get_by_role("button", name="备案", exact=True).click()
    expect(page.locator("#document-said")).to_be_visible()
    page.get_by_label("备案的文号").fill("河东党〔2027〕3号")
    page.get_by_role("button", name="备案", exact=True).click()
    expect(page.locator(".head .state")).to_have_text("已备案")


def archive(page: Page) -> None:
    page.goto("/console/")
    page.locator(".owed", has_text="归档").get_by_role("link", name="去归档").click()
    page.get_by_role("link", name="打印登记表").click()
    sheet = page.locator(".archive")
    expect(sheet.locator("tbody tr", has_text="郭爱莲")).to_contain_text("全年义务调解最多")
    expect(sheet).to_contain_text("上级党委备案：2027年1月7日，河东党〔2027〕3号")
    expect(sheet).to_contain_text("封存校验码")
    page.go_back()
    page.get_by_role("button", name="登记归档").click()
    expect(page.locator(".head .state")).to_have_text("已归档")
