"""The roll in a real browser: what a row says while it is saved, without network, under two hands."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect
from sqlalchemy import select, update

from models.gatherings.dues_tick import DuesTick
from models.gatherings.leave.makeup import Makeup, MakeupForm
from models.gatherings.roll import CheckedIn, RollLine, Status
from models.people.console import start_session
from tests.faults import misfits
from tests.handlers.console.rolls.test_rolls import status_of
from tests.handlers.console_site import Site, publish_theme_day

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


@pytest.fixture
def open_page(site: Site, address: str, chromium: Chromium) -> Iterator[Open]:
    """Open a browser of somebody's own; a breach of the policy or a fault of the script fails the test."""
    contexts: list[BrowserContext] = []
    refused: list[str] = []

    def opened(who: str = "secretary", width: int = 1280, script: bool = True) -> Page:
        with site.sessions.begin() as session:
            token = start_session(session, site.staff[who], now=site.now)
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, base_url=address, java_script_enabled=script
        )
        context.add_cookies([{"name": "console", "value": token, "url": address}])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda said: refused.append(said.text) if "Security Policy" in said.text else None)
        page.on("pageerror", lambda error: refused.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert refused == []


def line(page: Page, name: str) -> Locator:
    return page.locator("#lines form.line", has=page.locator("h3", has_text=name))


def chip(page: Page, name: str, status: str) -> Locator:
    return line(page, name).locator(".chips").get_by_role("button", name=status, exact=True)


def saved(page: Page, name: str) -> Locator:
    return line(page, name).locator(".saved")


def test_row_says_that_it_is_saving_then_when_it_was_saved(site: Site, open_page: Open) -> None:
    roll = publish_theme_day(site)["home"]
    page = open_page()
    page.goto(f"/console/rolls/{roll}")
    held: list[Route] = []
    page.route("**/marks", lambda route: held.append(route))
    chip(page, "高长山", "到会").click()
    expect(saved(page, "高长山")).to_have_text("正在存…")
    expect(chip(page, "高长山", "到会")).to_have_attribute("aria-pressed", "true")
    held[0].continue_()
    expect(saved(page, "高长山")).to_have_text("已存 14:50")
    expect(page.locator("#tally")).to_contain_text("实到 1")


@pytest.mark.parametrize("width", [360, 1280])
def test_tick_without_network_is_kept_and_saved_when_it_is_back(
    site: Site, open_page: Open, width: int
) -> None:
    roll = publish_theme_day(site)["home"]
    page = open_page(width=width)
    page.goto(f"/console/rolls/{roll}")
    page.context.set_offline(True)
    chip(page, "高长山", "请假").click()
    line(page, "郭爱莲").locator(".dues").click()
    for name in ("高长山", "郭爱莲"):
        expect(saved(page, name)).to_contain_text("未存")
        expect(saved(page, name).get_by_role("button", name="再存一次")).to_be_visible()
    expect(chip(page, "高长山", "请假")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#wishes")).to_contain_text("2 行未存")
    # The way to the confirmation does not lead past them.
    page.get_by_role("button", name="去确认名册").click()
    assert page.url.endswith(f"/console/rolls/{roll}")
    page.context.set_offline(False)
    for name in ("高长山", "郭爱莲"):
        expect(saved(page, name)).to_have_text("已存 14:50")
    expect(page.locator("#wishes")).to_be_hidden()
    assert status_of(site, "高长山") is Status.LEAVE
    with site.sessions() as session:
        assert session.scalars(select(DuesTick.member_id)).all() == [site.members["郭爱莲"].id]


def test_row_is_saved_again_by_its_own_button(site: Site, open_page: Open) -> None:
    roll = publish_theme_day(site)["home"]
    page = open_page()
    page.goto(f"/console/rolls/{roll}")
    page.route("**/marks", lambda route: route.abort())
    chip(page, "高长山", "缺席").click()
    expect(saved(page, "高长山")).to_contain_text("未存")
    page.unroute("**/marks")
    saved(page, "高长山").get_by_role("button", name="再存一次").click()
    expect(saved(page, "高长山")).to_have_text("已存 14:50")
    assert status_of(site, "高长山") is Status.ABSENT


def test_second_tap_before_the_first_answer_is_what_counts(site: Site, open_page: Open) -> None:
    roll = publish_theme_day(site)["home"]
    page = open_page()
    page.goto(f"/console/rolls/{roll}")
    held: list[Route] = []
    page.route("**/marks", lambda route: held.append(route) if not held else route.continue_())
    chip(page, "高长山", "到会").click()
    expect(saved(page, "高长山")).to_have_text("正在存…")
    chip(page, "高长山", "请假").click()
    line(page, "高长山").locator(".dues").click()
    held[0].continue_()
    expect(line(page, "高长山").locator(".makeup")).to_be_visible()
    expect(saved(page, "高长山")).to_have_text("已存 14:50")
    expect(line(page, "高长山").locator(".dues")).to_have_attribute("aria-pressed", "true")
    assert status_of(site, "高长山") is Status.LEAVE


def test_way_to_the_confirmation_waits_for_a_tick_that_is_under_way(site: Site, open_page: Open) -> None:
    roll = publish_theme_day(site)["home"]
    page, asked = open_page(), list[str]()
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    page.goto(f"/console/rolls/{roll}")
    held: list[Route] = []
    page.route("**/marks", lambda route: held.append(route))
    chip(page, "高长山", "到会").click()
    expect(saved(page, "高长山")).to_have_text("正在存…")
    page.get_by_role("button", name="去确认名册").click()
    expect(saved(page, "高长山")).to_have_text("正在存…")
    held[0].continue_()
    expect(page).to_have_url(re.compile("/confirmation$"))
    assert status_of(site, "高长山") is Status.PRESENT
    assert asked == []


def test_two_people_tick_at_once_and_each_sees_the_other_s_rows(site: Site, open_page: Open) -> None:
    roll = publish_theme_day(site)["home"]
    first, second = open_page("secretary"), open_page("clerk", width=360)
    for page in (first, second):
        page.clock.install()
        page.goto(f"/console/rolls/{roll}")
    chip(first, "高长山", "到会").click()
    chip(second, "郭爱莲", "请假").click()
    with second.expect_response("**/makeup"):
        line(second, "郭爱莲").locator("select").select_option("one_to_one")
    expect(first.locator("#tally")).to_contain_text("实到 1")
    expect(line(second, "郭爱莲").locator("select")).to_have_value("one_to_one")
    for page in (first, second):
        page.clock.run_for(21_000)
    expect(chip(first, "郭爱莲", "请假")).to_have_attribute("aria-pressed", "true")
    expect(line(first, "郭爱莲").locator("select")).to_have_value("one_to_one")
    expect(line(second, "高长山").locator(".now")).to_have_text("到会")
    for page in (first, second):
        expect(page.locator("#left")).to_contain_text("还有 43 人未登记")


def test_row_that_somebody_else_ticked_is_not_written_over(site: Site, open_page: Open) -> None:
    roll = publish_theme_day(site)["home"]
    first, second = open_page("secretary"), open_page("clerk")
    for page in (first, second):
        page.goto(f"/console/rolls/{roll}")
    chip(first, "高长山", "请假").click()
    expect(saved(first, "高长山")).to_have_text("已存 14:50")
    chip(second, "高长山", "到会").click()
    expect(line(second, "高长山")).to_contain_text("手工 14:50 周明远 已登记为请假，您选的到会没有存")
    expect(saved(second, "高长山")).to_have_text("没有改")
    assert status_of(site, "高长山") is Status.LEAVE
    line(second, "高长山").get_by_role("button", name="改为到会").click()
    expect(saved(second, "高长山")).to_have_text("已存 14:50")
    assert status_of(site, "高长山") is Status.PRESENT


def test_roll_confirmed_by_somebody_else_says_so_and_offers_to_open_again(
    site: Site, open_page: Open
) -> None:
    roll = publish_theme_day(site)["home"]
    page, other = open_page("clerk"), open_page("secretary")
    page.goto(f"/console/rolls/{roll}")
    other.goto(f"/console/rolls/{roll}/confirmation")
    other.locator("label[for=rest-unclear]").click()
    other.get_by_role("button", name="确认名册").click()
    chip(page, "高长山", "到会").click()
    expect(saved(page, "高长山")).to_contain_text("未存")
    saved(page, "高长山").get_by_role("button", name="刷新本页").click()
    expect(page.get_by_text("名册已确认")).to_be_visible()


def test_keyboard_finds_moves_and_ticks(site: Site, open_page: Open) -> None:
    roll = publish_theme_day(site)["home"]
    page = open_page()
    page.goto(f"/console/rolls/{roll}")
    page.keyboard.press("/")
    page.keyboard.type("gcs")
    expect(page.locator("#lines .line:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("1")
    expect(saved(page, "高长山")).to_have_text("已存 14:50")
    page.keyboard.press("/")
    page.keyboard.press("Control+A")
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")
    chip(page, "高长山", "到会").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("3")
    expect(saved(page, "郭爱莲")).to_have_text("已存 14:50")
    page.keyboard.press("f")
    expect(line(page, "郭爱莲").locator(".dues")).to_have_attribute("aria-pressed", "true")
    assert (status_of(site, "高长山"), status_of(site, "郭爱莲")) == (Status.PRESENT, Status.LEAVE)


def test_everything_works_without_a_script(site: Site, open_page: Open) -> None:
    roll = publish_theme_day(site)["home"]
    page = open_page(script=False)
    page.goto(f"/console/rolls/{roll}?q=gcs")
    expect(page.locator("#lines form.line")).to_have_count(1)
    chip(page, "高长山", "请假").click()
    line(page, "高长山").locator("select").select_option("home_study")
    line(page, "高长山").get_by_role("button", name="存补学").click()
    line(page, "高长山").locator(".dues").click()
    expect(line(page, "高长山").locator(".dues")).to_have_attribute("aria-pressed", "true")
    with site.sessions() as session:
        assert session.scalars(select(Makeup.form)).all() == [MakeupForm.HOME_STUDY]
    assert status_of(site, "高长山") is Status.LEAVE
    page.goto(f"/console/rolls/{roll}?show=unrecorded")
    chip(page, "郭爱莲", "到会").click()
    # The next one is still in view.
    expect(page).to_have_url(re.compile(r"show=unrecorded"))


def signed_by_phone(site: Site, names: list[str]) -> None:
    """Let these people's phones have signed in."""
    ids = [site.members[name].id for name in names]
    with site.sessions.begin() as session:
        session.execute(
            update(RollLine)
            .where(RollLine.gathering_id == site.gathering_id, RollLine.member_id.in_(ids))
            .values(status=Status.PRESENT, checked_in_at=site.now, checked_in_via=CheckedIn.QR)
        )


@pytest.mark.parametrize("width", [360, 1280])
def test_roll_of_45_with_38_signed_is_finished_in_ten_actions(
    site: Site, open_page: Open, width: int
) -> None:
    roll = publish_theme_day(site, partners=False)["home"]
    with site.sessions() as session:
        lines = select(RollLine.member_id).where(RollLine.roll_id == roll, RollLine.status == "unrecorded")
        everybody = session.scalars(lines.order_by(RollLine.member_id)).all()
    names = {member.id: name for name, member in site.members.items()}
    # Of two namesakes the site knows one by name.
    signed_by_phone(site, [names[member] for member in everybody if member in names][:38])
    site.clock[0] += timedelta(hours=2)
    page, actions = open_page(width=width), 0

    def act(target: Locator) -> None:
        nonlocal actions
        actions += 1
        target.click()

    page.goto(f"/console/rolls/{roll}")
    act(page.get_by_role("link", name="未登记 7"))
    act(chip(page, "杨雪梅", "到会"))
    act(chip(page, "赵大有", "请假"))
    expect(page.locator("#left")).to_contain_text("还有 5 人未登记")
    act(page.get_by_label("现场清点"))
    page.keyboard.type("40")
    act(page.get_by_label("列席"))
    page.keyboard.press("Control+A")
    page.keyboard.type("1")
    act(page.get_by_role("button", name="去确认名册"))
    act(page.locator("label[for=rest-unclear]"))
    expect(page.locator("#sums .inner", has_text="未查明").locator("dd")).to_have_text("5")
    act(page.get_by_role("button", name="确认名册"))
    expect(page.get_by_text("名册已确认")).to_be_visible()
    assert actions <= 10


def test_sheet_of_45_people_is_one_page_of_a4(site: Site, open_page: Open) -> None:
    roll = publish_theme_day(site)["home"]
    signed_by_phone(site, ["白玉珍", "陈春生"])
    page = open_page()
    for query in ("", "?blank=1"):
        page.goto(f"/console/rolls/{roll}/sheet{query}")
        printed = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_of_the_roll_sticks_out_and_whatever_can_be_touched_is_tall_enough(
    site: Site, open_page: Open, width: int
) -> None:
    roll = publish_theme_day(site)["home"]
    page = open_page(width=width)
    page.goto(f"/console/rolls/{roll}")
    chip(page, "高长山", "请假").click()
    line(page, "高长山").locator("select").select_option("home_study")
    expect(saved(page, "高长山")).to_contain_text("已存")
    for where in (f"/console/rolls/{roll}", f"/console/rolls/{roll}/paper", f"/console/rolls/{roll}/sheet",
                  f"/console/rolls/{roll}/confirmation", "/console/makeups"):  # fmt: skip
        page.goto(where)
        assert misfits(page) == []
