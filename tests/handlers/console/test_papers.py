"""What is printed: A4, nothing of the screen on it, no page for nothing; looked at as the printer gets it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext

from models.people.console import start_session
from tests.handlers.console.minutes.test_minutes_pages import file, held, write
from tests.handlers.console_site import Site
from tests.office import texts_of

pytestmark = pytest.mark.browser

A4 = (595.3, 841.9)  # points
SCREEN = ("菜单", "退出", "改密码", "跳到内容", "党员名册", "打印", "下载 Word", "经过", "退回补正", "归档")
Print = Callable[[str, str], list[str]]


@pytest.fixture
def printed(site: Site, address: str, chromium: Chromium, tmp_path: Path) -> Iterator[Print]:
    """Print a page as somebody; return the text of each sheet, all of them A4."""
    contexts: list[BrowserContext] = []

    def printed(who: str, place: str) -> list[str]:
        with site.sessions.begin() as session:
            token = start_session(session, site.staff[who], now=site.now)
        context = chromium.new_context(base_url=address)
        contexts.append(context)
        context.add_cookies([{"name": "console", "value": token, "url": address}])
        page = context.new_page()
        answer = page.goto(place)
        assert answer is not None
        assert answer.ok
        pdf = tmp_path / "printed.pdf"
        page.pdf(path=pdf, prefer_css_page_size=True)
        with pypdfium2.PdfDocument(pdf) as document:
            assert all(sheet.get_size() == pytest.approx(A4, abs=1) for sheet in document)
        return texts_of(pdf)

    yield printed
    for context in contexts:
        context.close()


def nothing_of_the_screen(sheets: list[str]) -> None:
    assert all(len(sheet.split()) > 3 for sheet in sheets)
    assert [word for word in SCREEN for sheet in sheets if word in sheet] == []


def test_record_prints_with_its_signatures_and_page_numbers(site: Site, printed: Print) -> None:
    roll = held(site)
    write(site, roll)
    file(site, roll)
    sheets = printed("secretary", f"/console/rolls/{roll}/record")
    nothing_of_the_screen(sheets)
    assert len(sheets) == 2
    assert "青石村党支部主题党日会议记录" in sheets[0]
    assert "主持人（签名）" in sheets[-1]
    for number, sheet in enumerate(sheets, start=1):
        assert f"第{number}页共{len(sheets)}页" in "".join(sheet.split())


def test_long_discussion_goes_on_over_the_page(site: Site, printed: Print) -> None:
    roll = held(site)
    write(site, roll, discussion="\n".join(f"第{n}位：{'商量清淤的先后，' * 8}" for n in range(60)))
    sheets = printed("secretary", f"/console/rolls/{roll}/record")
    nothing_of_the_screen(sheets)
    said = "".join("".join(sheets).split())
    assert all(f"第{n}位：" in said for n in range(60))
    assert len(sheets) > 2


def test_township_prints_the_record_without_names(site: Site, printed: Print) -> None:
    roll = held(site)
    write(site, roll)
    file(site, roll)
    sheets = printed("town", f"/console/rolls/{roll}/record")
    nothing_of_the_screen(sheets)
    assert len(sheets) == 1
    assert "宋桂兰" not in sheets[0]


def test_sign_in_sheet_of_forty_five_is_one_page(site: Site, printed: Print) -> None:
    roll = held(site)
    sheets = printed("secretary", f"/console/rolls/{roll}/sheet")
    assert len(sheets) == 1
    assert "45" in sheets[0]
    assert [word for word in SCREEN if word != "打印" and word in sheets[0]] == []


def test_phone_list_prints_names_and_numbers_alone(site: Site, printed: Print) -> None:
    held(site)
    sheets = printed("secretary", f"/console/gatherings/{site.gathering_id}/phone-list")
    nothing_of_the_screen(sheets)
    assert "电话通知名单" in sheets[0]
    assert "138" in sheets[0]
    assert "通知到了多少" not in "".join("".join(sheets).split())


def test_notice_for_the_board_is_one_page(site: Site, printed: Print) -> None:
    held(site)
    sheets = printed("secretary", f"/console/gatherings/{site.gathering_id}/sheet")
    nothing_of_the_screen(sheets)
    assert len(sheets) == 1
    assert "2026年11月20日" in "".join(sheets[0].split())
