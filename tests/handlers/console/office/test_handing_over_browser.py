"""An officer on a phone sets up accounts by a list, prints slips by branch and hands a post over."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from models.people.console import start_session
from tests.faults import misfits, out_of_reach, violations
from tests.handlers.console.people.test_slips import PASSWORD, with_password
from tests.handlers.console_site import Site, publish_theme_day

pytestmark = pytest.mark.browser


@pytest.fixture
def officer(site: Site, address: str, chromium: Chromium) -> Iterator[Page]:
    """A phone of the smallest size, logged in as the township's officer."""
    with_password(site, "town")
    with site.sessions.begin() as session:
        token = start_session(session, site.staff["town"], now=site.now)
    context = chromium.new_context(viewport={"width": 360, "height": 740}, base_url=address)
    context.add_cookies([{"name": "console", "value": token, "url": address}])
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def faults(page: Page) -> list[str]:
    """Return what is wrong with the page as it stands, for an eye, a thumb and a keyboard."""
    return violations(page) + misfits(page) + out_of_reach(page, "main")


def test_list_is_looked_at_mended_and_made_and_its_sheet_fits_the_paper(site: Site, officer: Page) -> None:
    home = site.orgs["home"].code
    officer.goto("/console/accounts")
    officer.get_by_role("link", name="批量设账号").click()
    officer.get_by_label("名单").fill(f"{home}\t白玉珍\tbaiyz\t村长\n{home}\t陈春生\tchencs\t党务专干")
    officer.get_by_role("button", name="先看看").click()
    expect(officer.get_by_text("有 1 行要改，一个也没有设")).to_be_visible()
    assert faults(officer) == []
    officer.get_by_label("名单").fill(f"{home}\t白玉珍\tbaiyz\t支部委员\n{home}\t陈春生\tchencs\t党务专干")
    officer.get_by_role("button", name="先看看").click()
    expect(officer.get_by_text("新设 2 个账号，一共定 2 个岗位")).to_be_visible()
    assert faults(officer) == []
    officer.get_by_role("button", name="设账号").click()
    expect(officer.locator(".slip")).to_have_count(2)
    assert faults(officer) == []


def test_slips_of_two_branches_are_chosen_and_printed(site: Site, officer: Page) -> None:
    officer.goto("/console/slips")
    officer.get_by_role("checkbox", name="柳湾村党支部").check()
    officer.get_by_role("checkbox", name="青石村党支部").check()
    officer.get_by_label("您的密码").fill(PASSWORD)
    officer.get_by_role("button", name="打印绑定条").click()
    expect(officer.locator(".sheet")).to_have_count(2)
    expect(officer.get_by_role("heading", name="绑定条 49 张")).to_be_visible()
    assert misfits(officer) == []


def test_post_is_handed_over_in_one_act_and_the_list_is_there_to_sign(site: Site, officer: Page) -> None:
    publish_theme_day(site)
    officer.goto("/console/handovers")
    officer.get_by_label("组织").select_option(label="青石村党支部")
    officer.get_by_role("button", name="选岗位").click()
    officer.get_by_role("radio", name="支部书记 周明远").check()
    officer.get_by_role("button", name="办理交接").click()
    assert officer.evaluate("document.activeElement.name") == "document"
    officer.get_by_label("依据").fill("河东党〔2026〕18号")
    officer.get_by_role("button", name="办理交接").click()
    expect(officer.get_by_text("请选一位，或在下面填写姓名和登录名")).to_be_visible()
    expect(officer.get_by_label("依据")).to_have_value("河东党〔2026〕18号")
    assert faults(officer) == []
    expect(officer.get_by_label("登录名")).to_be_visible()
    officer.get_by_label("接任的同志").select_option(label="林小满（clerk，现任党务专干）")
    for label in ("姓名", "登录名"):
        expect(officer.get_by_label(label)).to_be_hidden()
    assert faults(officer) == []
    officer.get_by_role("button", name="办理交接").click()
    expect(officer.get_by_role("heading", name="青石村党支部 支部书记交接清单")).to_be_visible()
    expect(officer.get_by_text("没有确认的到会名册：1 件")).to_be_visible()
    expect(officer.get_by_text("接任人")).to_be_visible()
    assert faults(officer) == []
