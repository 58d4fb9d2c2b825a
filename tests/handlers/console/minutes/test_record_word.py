"""会议记录 as LibreOffice opens it: all of the record, on A4, whatever people are called."""

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pypdfium2
import pytest

from handlers.console.minutes.word.make_template import made
from handlers.console.minutes.word.minutes import TEMPLATE
from tests.handlers.console.minutes.test_minutes_pages import file, held, write
from tests.handlers.console_site import Site
from tests.office import pdf_of, texts_of

pytestmark = pytest.mark.office

NAMES = ("=1+1", "+86", "@x", "<b>&", "𠮷𬭎", "{{ 7*7 }}", "{%p if x %}")
A4 = (595.3, 841.9)


def word(site: Site, roll: int, folder: Path, who: str = "secretary") -> Path:
    answer = site.browser(who).get(f"/console/rolls/{roll}/record.docx")
    assert answer.status_code == 200
    path = folder / f"{who}.docx"
    path.write_bytes(answer.data)
    return path


def printed(path: Path) -> str:
    """Return the text of all pages, without blanks and line ends."""
    return "".join("".join(texts_of(pdf_of(path))).split())


def named_oddly(site: Site) -> int:
    """Write and file a record in which people, items and decisions have odd names."""
    roll = held(site)
    with site.sessions.begin() as session:
        member = session.get_one(type(site.members["宋桂兰"]), site.members["宋桂兰"].id)
        member.name = "𠮷𬭎<b>&"
    odd: dict[str, Any] = {
        "host": NAMES[0], "recorder": NAMES[1], "observers": NAMES[2],
        "added_title": [NAMES[5]], "added_kind": ["other"],
        "discussion": "\n".join(NAMES),
        "d_text": list(NAMES), "d_owner": list(reversed(NAMES)), "d_due_on": ["2026-12-31"] * len(NAMES),
        **{f"d_{vote}": [""] * len(NAMES) for vote in ("base", "present", "written", "yes", "no", "abstain")},
    }  # fmt: skip
    assert write(site, roll, **odd).status_code == 303
    assert file(site, roll).status_code == 303
    return roll


def test_word_file_holds_the_whole_record_on_a4(site: Site, tmp_path: Path) -> None:
    roll = held(site)
    write(site, roll)
    file(site, roll)
    path = word(site, roll, tmp_path)
    said = printed(path)
    for text in (
        "青石村党支部主题党日会议记录", "主题：学习粮食安全文件", "2026年11月25日15:00–16:30",
        "村部二楼会议室",
        "主持人周明远", "记录人林小满", "1人（家中有事1）：宋桂兰（家中有事）", "赵大有", "外出1",
        "入党积极分子2人", "一、议程", "2.商议冬季沟渠清淤（改为：商量路灯）", "白玉珍：路灯先修桥头。",
        "桥头路灯月底前修好", "高长山", "2026年12月31日", "赞成30", "党费：当天收36.50元",
        "志愿服务：打扫村道，12人，每人1.5小时", "主持人（签名）", "第1页共2页", "2026年11月",
    ):  # fmt: skip
        assert text in said, text
    with pypdfium2.PdfDocument(path.with_suffix(".pdf")) as document:
        assert all(page.get_size() == pytest.approx(A4, abs=1) for page in document)


def test_days_and_times_stand_on_one_line(site: Site, tmp_path: Path) -> None:
    # Control: with 30 mm for 完成时限 and 58 mm for 时间 both break.
    roll = held(site)
    write(site, roll, began_at="15:05", ended_at="16:05", d_due_on=["2026-12-31"])
    text = "\n".join(texts_of(pdf_of(word(site, roll, tmp_path, "clerk"))))
    lines = ["".join(line.split()) for line in text.splitlines()]
    assert any("2026年12月31日" in line for line in lines), lines
    assert any("2026年11月25日15:05–16:05" in line for line in lines), lines


def test_odd_names_are_text_in_the_word_file(site: Site, tmp_path: Path) -> None:
    said = printed(word(site, named_oddly(site), tmp_path))
    for name in NAMES:
        assert said.count(name.replace(" ", "")) >= 2, name
    assert "49" not in said
    assert "𠮷𬭎<b>&（家中有事）" in said


def test_word_file_for_the_township_names_nobody_of_the_roll(site: Site, tmp_path: Path) -> None:
    roll = held(site)
    write(site, roll)
    file(site, roll)
    with ZipFile(word(site, roll, tmp_path, "town")) as package:
        inside = package.read("word/document.xml").decode()
    assert "家中有事 1" in inside
    for name in ("宋桂兰", "赵大有"):
        assert name not in inside


def test_long_record_goes_on_over_numbered_pages(site: Site, tmp_path: Path) -> None:
    roll = held(site)
    write(site, roll, discussion="\n".join(f"第{n}位：{'商量清淤的先后，' * 8}" for n in range(60)))
    pages = ["".join(page.split()) for page in texts_of(pdf_of(word(site, roll, tmp_path, "clerk")))]
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页共{len(pages)}页" in page
        assert "草稿" in page


def test_template_says_what_its_maker_makes(tmp_path: Path) -> None:
    made().save(str(tmp_path / "made.docx"))
    with ZipFile(tmp_path / "made.docx") as fresh, ZipFile(TEMPLATE) as kept:
        for part in ("word/document.xml", "word/header1.xml", "word/footer1.xml"):
            assert fresh.read(part) == kept.read(part)
