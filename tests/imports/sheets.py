"""Workbooks as strangers write them: with a library that is not our reader, or from bare XML."""

import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter

ORG_HEADER = ["代码", "名称", "类型", "上级代码", "主题党日"]


def a_workbook(rows: Sequence[Sequence[Any]], sheets: Sequence[str] = ("名册",)) -> bytes:
    """Return an .xlsx whose first sheet holds these rows; a leading = makes a formula, None a gap."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    pages = [book.add_worksheet(name) for name in sheets]
    as_day = book.add_format({"num_format": "yyyy-mm-dd"})
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, date):
                pages[0].write_datetime(at, column, value, as_day)
            elif value is not None:
                pages[0].write(at, column, value)
    book.close()
    return out.getvalue()


def a_book(fill: Callable[[xlsxwriter.Workbook], None], **options: Any) -> bytes:
    """Return an .xlsx that a function draws with the writing library."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True} | options)
    fill(book)
    book.close()
    return out.getvalue()


def a_merged_workbook(rows: Sequence[Sequence[Any]], *merges: str) -> bytes:
    """Return an .xlsx in which ranges such as A2:A4 are one cell."""

    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet()
        for merge in merges:
            page.merge_range(merge, "")
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    page.write(at, column, value)

    return a_book(fill)


def repacked(file: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """Return the package with one piece of one part's XML replaced."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(file)) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in package.namelist():
            xml = package.read(name)
            if name == part:
                assert old in xml
                xml = xml.replace(old, new)
            copy.writestr(name, xml)
    return out.getvalue()
