"""Files that are no .xlsx, whatever their name says: each owner reads what it is and what to do next."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from models.people.imports.workbook import Column, read_table
from models.refused import Refused
from tests.imports.sheets import a_workbook

FIXTURES = Path(__file__).parents[1] / "fixtures"
COLUMNS = (Column("姓名", required=True),)
CSV = "支部,姓名,手机号\r\n青石村党支部,王建国,13800000001\r\n"
XLSX = a_workbook([["姓名"], ["王建国"]])


def a_package(*parts: str) -> bytes:
    """Return a zip with these parts in it."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for part in parts:
            package.writestr(part, "<a/>")
    return out.getvalue()


def an_archive() -> bytes:
    """Return a zip in which somebody packed the workbook."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("名册.xlsx", XLSX)
    return out.getvalue()


def refusal(file: bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        read_table(file, COLUMNS)
    return refused.value


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ((FIXTURES / "roster-old-excel.xls").read_bytes(), "老格式的表格（.xls 或 .et）"),
        ((FIXTURES / "roster-with-password.xlsx").read_bytes(), "设了打开密码"),
        ((FIXTURES / "roster-open-document.ods").read_bytes(), ".ods"),
        (CSV.encode(), "文本文件（.csv"),
        (CSV.encode("utf-8-sig"), "文本文件（.csv"),
        (CSV.encode("gb18030"), "文本文件（.csv"),
        (CSV.encode("utf-16"), "文本文件（.csv"),
        (a_package("[Content_Types].xml", "word/document.xml"), "Word 文档"),
        (a_package("[Content_Types].xml", "ppt/presentation.xml"), "PowerPoint"),
        (a_package("[Content_Types].xml", "xl/workbook.bin"), ".xlsb"),
        (an_archive(), "压缩包"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(100), "压缩包"),
        (b"\r\n<html><table><tr><td>\xd0\xd5\xc3\xfb</td></tr></table></html>", "网页格式"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "网页格式"),
        (b"%PDF-1.7\n" + bytes(100), "PDF"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "图片"),
        (b"", "空文件"),
        (XLSX[: len(XLSX) // 2], "不完整"),
        (bytes(range(256)), "读不出来"),
    ],
    ids=[
        "xls", "password", "ods", "csv", "csv with mark", "csv of old Excel", "csv as UTF-16", "docx", "pptx",
        "xlsb", "zip", "rar", "html", "xml table", "pdf", "photo", "nothing", "cut", "anything",
    ],
)  # fmt: skip
def test_whoever_sends_something_else_reads_what_it_is_and_what_to_do(file: bytes, said: str) -> None:
    refused = refusal(file)
    assert refused.code == "workbook_unreadable"
    assert said in refused.message
    assert "导入" in refused.message or "重新选" in refused.message


def test_a_workbook_without_a_word_in_it_is_said_to_be_empty() -> None:
    refused = refusal(a_workbook([]))
    assert (refused.code, "一个字也没有" in refused.message) == ("workbook_empty", True)


def test_fifty_megabytes_are_refused_by_their_size() -> None:
    refused = refusal(b"PK\x03\x04" + bytes(50_000_000))
    assert (refused.code, "20 MB" in refused.message) == ("workbook_too_large", True)
