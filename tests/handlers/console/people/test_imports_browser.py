"""The import page in a real browser: the chosen file stays chosen from the look to the import."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.people.console import start_session
from models.people.member import Member
from tests.faults import misfits
from tests.handlers.console_site import Site
from tests.imports.sheets import a_workbook

pytestmark = pytest.mark.browser
Rows = list[list[str | None]]
HEADER = ["姓名", "手机号", "党员身份", "入党时间"]
GOOD: Rows = [["秦新来", "13712345678", "预备党员", "2026-06"], ["白玉珍", None, None, "1999-07"]]
BAD: Rows = [["秦新来", "138", "预备党员", "85.7"], ["白玉珍", None, "群众", None]]


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def page(request: pytest.FixtureRequest, site: Site, address: str, chromium: Chromium) -> Iterator[Page]:
    """A phone of the smallest size, logged in as the clerk, with and without script."""
    with site.sessions.begin() as session:
        token = start_session(session, site.staff["clerk"], now=site.now)
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, base_url=address, java_script_enabled=request.param
    )
    context.add_cookies([{"name": "console", "value": token, "url": address}])
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def choose(page: Page, folder: Path, rows: Rows, name: str = "名册.xlsx") -> Path:
    """Write a workbook and choose it."""
    file = folder / name
    file.write_bytes(a_workbook([HEADER, *rows]))
    page.get_by_label("名册文件").set_input_files(file)
    return file


def test_a_roster_is_looked_at_and_imported(site: Site, page: Page, tmp_path: Path) -> None:
    page.goto("/console/imports")
    file = choose(page, tmp_path, GOOD)
    page.get_by_role("button", name="先看看").click()
    expect(page.get_by_text("新增 1 人，更新 1 人")).to_be_visible()
    if not page.evaluate("document.getElementById('file').files.length"):
        expect(page.get_by_text("请再选一次刚才的文件")).to_be_visible()
        page.get_by_label("名册文件").set_input_files(file)
    else:
        expect(page.get_by_text("就是刚才看的这个文件")).to_be_visible()
    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.get_by_text("已导入：新增 1 人，更新 1 人")).to_be_visible()
    with site.sessions() as session:
        assert session.scalars(select(Member.id).where(Member.name == "秦新来")).all()


def test_faults_fit_a_phone(page: Page, tmp_path: Path) -> None:
    page.goto("/console/imports")
    choose(page, tmp_path, BAD)
    page.get_by_role("button", name="先看看").click()
    expect(page.get_by_text("有 3 处要改")).to_be_visible()
    expect(page.get_by_role("button", name="导入", exact=True)).to_have_count(0)


def test_a_file_that_is_too_large_says_so(page: Page, tmp_path: Path) -> None:
    page.goto("/console/imports")
    (tmp_path / "大.xlsx").write_bytes(b"PK" + bytes(21_000_000))
    page.get_by_label("名册文件").set_input_files(tmp_path / "大.xlsx")
    page.get_by_role("button", name="先看看").click()
    expect(page.get_by_text("文件超过 20 MB")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("rows", [GOOD, BAD], ids=["good", "bad"])
def test_nothing_sticks_out_and_whatever_can_be_touched_is_tall_enough(
    site: Site, address: str, chromium: Chromium, tmp_path: Path, width: int, rows: Rows
) -> None:
    with site.sessions.begin() as session:
        token = start_session(session, site.staff["town"], now=site.now)
    context = chromium.new_context(viewport={"width": width, "height": 900}, base_url=address)
    context.add_cookies([{"name": "console", "value": token, "url": address}])
    page = context.new_page()
    page.goto("/console/imports")
    page.get_by_label("导入到").select_option(label="青石村党支部")
    choose(page, tmp_path, rows)
    found = misfits(page)
    page.get_by_role("button", name="先看看").click()
    expect(page.locator("table")).to_be_visible()
    found += misfits(page)
    context.close()
    assert found == []
