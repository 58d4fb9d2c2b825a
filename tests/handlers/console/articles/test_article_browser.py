"""An article from record to preview in a real browser, with our script and without any."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from models.articles.article import ArticleState
from models.people.console import start_session
from models.people.org import Org
from tests.articles.photos import a_photo_of_a_phone
from tests.articles.records import a_record
from tests.articles.standing import an_article_at
from tests.handlers.console_site import Site

pytestmark = pytest.mark.browser
XSS = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"


@pytest.fixture
def plain(site: Site, address: str, chromium: Chromium) -> Iterator[Page]:
    """The secretary's phone with scripts switched off."""
    with site.sessions.begin() as session:
        token = start_session(session, site.staff["secretary"], now=site.now)
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, base_url=address, java_script_enabled=False
    )
    context.add_cookies([{"name": "console", "value": token, "url": address}])
    yield context.new_page()
    context.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo as a phone takes it."""
    file = tmp_path / "IMG_2026.jpg"
    file.write_bytes(a_photo_of_a_phone())
    return file


def write_article(site: Site, page: Page, photo: Path) -> None:
    """Go from the filed record to the preview, as a secretary does."""
    with site.sessions.begin() as session:
        roll_id = a_record(session, session.get_one(Org, site.orgs["home"].id)).roll.id
    page.goto(f"/console/rolls/{roll_id}/record")
    page.get_by_role("link", name="写宣传稿").click()
    expect(page.get_by_role("checkbox", name="十一月主题党日")).to_be_checked()
    page.get_by_role("button", name="起草").click()
    page.get_by_label("标题").fill("渠清水畅迎冬灌")
    page.get_by_role("button", name="加一段文字").click()
    page.get_by_label("第 6 段文字").fill("渠通了，大家都说好。")
    page.get_by_role("button", name="第 6 段上移").click()
    expect(page.get_by_label("第 5 段文字")).to_have_value("渠通了，大家都说好。")
    page.get_by_role("button", name="去掉第 6 段").click()
    page.get_by_label("选一张照片").set_input_files(photo)
    page.get_by_label("照片里的人都同意公开").check()
    page.get_by_role("button", name="放入照片").click()
    page.get_by_label("图片说明，可以不写").fill("清淤现场")
    page.get_by_role("button", name="保存，看预览").click()


def read_preview(page: Page) -> None:
    """See in the preview what was written."""
    preview = page.get_by_role("region", name="稿件预览")
    expect(page.get_by_role("heading", name="渠清水畅迎冬灌")).to_be_visible()
    expect(preview).to_contain_text("学习全会精神")
    expect(preview).to_contain_text("渠通了，大家都说好。")
    expect(preview).not_to_contain_text("十二月十日前清完南段")  # the block that was taken away
    expect(preview).to_contain_text("清淤现场")
    expect(preview.get_by_role("img", name="清淤现场")).to_be_visible()


def test_article_is_written_on_a_phone(site: Site, page: Page, photo: Path) -> None:
    write_article(site, page, photo)
    read_preview(page)
    shown = "document.querySelector('.reading img').naturalWidth"
    page.wait_for_function(f"{shown} > 0")
    assert page.evaluate(shown) == 300  # upright


def test_article_is_written_without_a_script(site: Site, plain: Page, photo: Path) -> None:
    write_article(site, plain, photo)
    read_preview(plain)


def test_chosen_photo_stays_chosen_while_blocks_are_moved(site: Site, page: Page, photo: Path) -> None:
    with site.sessions.begin() as session:
        it = an_article_at(session, session.get_one(Org, site.orgs["home"].id), ArticleState.DRAFT)
    page.goto(f"/console/articles/{it.id}/edit")
    page.get_by_label("选一张照片").set_input_files(photo)
    page.get_by_role("button", name="加一个列表").click()
    # Whoever works by keyboard writes on in the new block.
    expect(page.get_by_label("第 2 段列表")).to_be_focused()
    assert page.evaluate("document.getElementById('picture').files.length") == 1


def test_nothing_typed_runs_in_editor_preview_or_public_page(site: Site, page: Page) -> None:
    with site.sessions.begin() as session:
        home = session.get_one(Org, site.orgs["home"].id)
        it = an_article_at(session, home, ArticleState.DRAFT)
        done = an_article_at(
            session, home, ArticleState.PUBLISHED, XSS, title=XSS[:32], digest=XSS, byline=XSS[:16]
        )
    page.goto(f"/console/articles/{it.id}/edit")
    page.get_by_label("标题").fill(XSS[:32])
    page.get_by_label("摘要").fill(XSS)
    page.get_by_label("第 1 段文字").fill(XSS)
    page.get_by_role("button", name="加一个列表").click()
    page.get_by_label("第 2 段列表").fill(f"{XSS}\n{XSS}")
    page.get_by_role("button", name="保存，看预览").click()
    expect(page.get_by_role("region", name="稿件预览")).to_contain_text("onerror")
    for address in (
        f"/console/articles/{it.id}", f"/console/articles/{it.id}/edit", "/console/articles", f"/a/{done.id}",
        "/console/",
    ):  # fmt: skip
        page.goto(address)
        assert "broken" not in page.title()
        assert page.locator("main img, main script").count() == 0, address
