"""One ledger as one worksheet, written row by row: printed on A4 as it stands, and no text is a formula."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from math import ceil
from typing import IO, Any, NamedTuple
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | date | None

# What XML cannot hold, and what turns or hides a part of a text.
UNFIT = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
LONGEST = 2000  # far above every column of ours, far below what Excel takes
THIN = Side(style="thin", color="FF808080")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
TITLE, HEAD, BODY, SMALL = (
    Font(name=name, size=size) for name, size in (("黑体", 16), ("黑体", 11), ("仿宋", 11), ("仿宋", 10))
)
NARROW = 14  # digits: what such a column holds stands in its middle
LINE_HEIGHT, PADDING = 15, 4  # points
SPACE = "　"


class Form(StrEnum):
    """How a column's values are written."""

    TEXT = "@"  # typed over, it stays text as well
    WHOLE = "0"
    DAY = "yyyy-mm-dd"
    SHARE = "0.0%"
    POINTS = "0.0##"


class Column(NamedTuple):
    """One column: its head as printed, its width in digits, how its values are written."""

    title: str
    width: float
    form: Form = Form.TEXT


class Ledger(NamedTuple):
    """What one worksheet shows. `rows` may be a stream: each is written and forgotten."""

    title: str
    about: Sequence[str]  # beneath the title: organisation, period
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]
    sums: Sequence[str] = ()  # beneath the table
    hands: Sequence[str] = ("制表人", "审核人")  # who signs by hand
    wide: bool = False  # A4 on its side
    row_height: float = 0  # points, where hands write into the rows


def fit(text: str) -> str:
    """Return a text without what a cell cannot hold or what would show it otherwise than it reads."""
    return UNFIT.sub("", text)[:LONGEST]


def write_ledger(file: IO[bytes], ledger: Ledger, stamp: str) -> int:
    """Write a workbook of this ledger; return the number of its rows.

    `stamp` says who took it out, when and what for: it stands beneath the table and on each page.
    Whatever the number of rows, one of them is in memory at a time.
    """
    book = Workbook(write_only=True)
    # Any: the stubs leave out what a sheet of this kind has of every other.
    sheet: Any = book.create_sheet(ledger.title)
    book.properties.title, book.properties.creator = ledger.title, "示范区党建"
    head, number = len(ledger.about) + 2, 0
    _lay_out(sheet, ledger, head, fit(stamp))
    try:
        _write_lines(sheet, ledger, [(ledger.title, TITLE), *((line, SMALL) for line in ledger.about)], 1)
        heads = [_boxed(sheet, HEAD, Column(column.title, 0)) for column in ledger.columns]
        _write_row(sheet, head, ledger, heads, [column.title for column in ledger.columns])
        cells = [_boxed(sheet, BODY, column) for column in ledger.columns]
        for number, row in enumerate(ledger.rows, start=1):
            _write_row(sheet, head + number, ledger, cells, row)
        signed = (SPACE * 8).join(f"{hand}：" for hand in ledger.hands)
        nothing = [] if number else ["没有记录。"]
        beneath = [(line, SMALL) for line in (*nothing, *ledger.sums, signed, stamp) if line]
        _write_lines(sheet, ledger, beneath, head + number + 1)
    finally:
        # Also where a row cannot be read: saving takes the half-written sheet off the disk.
        book.save(file)
    return number


def _lay_out(sheet: Any, ledger: Ledger, head: int, stamp: str) -> None:
    """Set what stands above the rows in the file: the pane that stays, the widths, the paper."""
    sheet.freeze_panes = f"A{head + 1}"
    sheet.print_title_rows = f"{head}:{head}"
    for number, column in enumerate(ledger.columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.paperSize = int(Worksheet.PAPERSIZE_A4)
    sheet.page_setup.orientation = "landscape" if ledger.wide else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_options.horizontalCentered = True
    sheet.page_margins = PageMargins(left=0.6, right=0.6, top=0.7, bottom=0.8)
    # Half-width it would begin a code of Excel's own; and Excel takes 255 characters of a footer in all.
    sheet.oddFooter.left.text = stamp.replace("&", "＆")[:160]
    sheet.oddFooter.right.text = "第 &P 页 共 &N 页"
    sheet.oddFooter.left.size = sheet.oddFooter.right.size = 8


def _write_lines(sheet: Any, ledger: Ledger, lines: Sequence[tuple[str, Font]], first: int) -> None:
    """Write lines across the whole table from row `first` on, each as high as its text needs."""
    last, width = get_column_letter(len(ledger.columns)), sum(column.width for column in ledger.columns)
    for row, (line, font) in enumerate(lines, start=first):
        cell = WriteOnlyCell(sheet)
        cell.font = font
        across = "center" if font is TITLE else "left"
        cell.alignment = Alignment(horizontal=across, vertical="center", wrap_text=True)
        cell.number_format = Form.TEXT
        sheet.merged_cells.add(f"A{row}:{last}{row}")
        sheet.row_dimensions[row].height = _height(line, width) * font.size / SMALL.size
        sheet.append([_put(cell, line)])


def _write_row(sheet: Any, row: int, ledger: Ledger, cells: Sequence[Cell], values: Sequence[Value]) -> None:
    """Write one row of the table, as high as its longest text needs: not every program sees to that."""
    texts = [
        _height(value, column.width)
        for value, column in zip(values, ledger.columns, strict=True)
        if isinstance(value, str)
    ]
    sheet.row_dimensions[row].height = max(ledger.row_height, _height("", 1), *texts, 0)
    sheet.append([_put(cell, value) for cell, value in zip(cells, values, strict=True)])
    del sheet.row_dimensions[row]  # it is written


def _height(text: str, width: float) -> float:
    """Return the points that a text takes in a column of `width` digits; a Chinese character takes two."""
    digits = sum(2 if east_asian_width(sign) in "WFA" else 1 for sign in text)
    # Something is left over at the end of each line.
    return LINE_HEIGHT * max(1, ceil(digits / max(width - 2, 1))) + PADDING


def _boxed(sheet: Any, font: Font, column: Column) -> Cell:
    """Return a cell of the table; it is written again and again, as a style costs more than a value."""
    cell = WriteOnlyCell(sheet)
    cell.font, cell.border, cell.number_format = font, BOX, column.form
    beside = column.form is Form.TEXT and column.width > NARROW
    across = "left" if beside else "center"
    cell.alignment = Alignment(horizontal=across, vertical="center", wrap_text=True, indent=int(beside))
    return cell


def _put(cell: Cell, value: Value) -> Cell:
    """Put a value into a cell; whatever it begins with, a text is a text."""
    if isinstance(value, str):
        value = fit(value) or None
        cell.value = value
        cell.data_type = "s" if value else "n"
    else:
        cell.value = value
    return cell
