"""Reading a table out of an .xlsx file that a stranger may have made."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import from_excel
from openpyxl.workbook import Workbook
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from models.people.imports.book import Odd, Row, open_book, rows_of
from models.people.imports.cells import text_in
from models.people.imports.report import Problem, Report
from models.refused import Refused

MOST_ROWS = 20_000
HEADER_WITHIN = 20
# Never kept, whatever the file holds.
PRIVATE = (
    "身份证", "公民身份", "证件", "性别", "出生", "生日", "年龄", "民族", "籍贯", "住址", "户籍", "照片",
)  # fmt: skip
# Five digits in a column of days count days; these may also be a year and a month run together.
SERIAL, YEAR_AND_MONTH = re.compile(r"\d{5}"), re.compile(r"(19|20)\d\d[1-9]")
MOST_NUMBERS = 10  # row numbers listed in one sentence


class Column(NamedTuple):
    """A column we read: its title in the template, and the other headers people give it.

    A cell merged downwards holds for each of its rows only where the column `spreads`.
    """

    title: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    is_day: bool = False
    spreads: bool = False


class Line(NamedTuple):
    """One row with something in it: its number as the spreadsheet shows it, and title -> raw value."""

    number: int
    cells: dict[str, object]


@dataclass
class Table:
    """The lines found, where our columns stand (title -> letters), and what has to be said about the rest."""

    letters: dict[str, str]
    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


@dataclass
class Header:
    """The header row found: its number, and column number -> column of ours and header as written."""

    row: int
    columns: dict[int, Column] = field(default_factory=dict)
    written: dict[int, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    private: list[str] = field(default_factory=list)


def read_table(file: bytes, columns: Sequence[Column]) -> Table:
    """Read the first sheet in sight that has the required columns and a line below them.

    Title rows above the header are skipped. Hidden sheets are not read, hidden rows are.
    Refused: workbook_unreadable, workbook_too_large, header_missing, workbook_empty.
    """
    book = open_book(file)
    missing = [column.title for column in columns if column.required]
    empty, seen, found = True, [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"], None
    others = []
    for sheet in seen:
        rows = rows_of(sheet, book.epoch)
        header, lacking, blank = _find_header(rows, columns)
        empty = empty and blank
        if header is None:
            missing = min(missing, lacking, key=len)
        elif found is None or not found[1].lines:
            table = _read_lines(sheet, rows, header, book.epoch)
            found = (sheet, table) if found is None or table.lines else found
        else:
            others.append(sheet.title)
    if found is None:
        raise _nothing(book, missing, empty)
    sheet, table = found
    table.notices += _say_sheets(seen, book.worksheets, sheet, others)
    return table


def _nothing(book: Workbook, missing: Sequence[str], empty: bool) -> Refused:
    """Return why no sheet can be read."""
    if not empty:
        said = f"没有找到表头：前 {HEADER_WITHIN} 行里没有“{'”“'.join(missing)}”列，请对照模板的表头"
        return Refused("header_missing", said)
    if any(sheet.sheet_state != "visible" for sheet in book.worksheets):
        return Refused("workbook_empty", "看得见的工作表都是空的。名册在隐藏的工作表里，请取消隐藏再导入")
    return Refused("workbook_empty", "文件里一个字也没有。请把名册填好、保存以后再导入")


def _say_sheets(
    seen: Sequence[Worksheet], sheets: Sequence[Worksheet], read: Worksheet, others: Sequence[str]
) -> Iterator[str]:
    if others:
        yield (
            f"读的是工作表“{read.title}”；“{'”“'.join(others)}”里也有名册，没有读。"
            "请合到一张工作表，或者分成几个文件导入"
        )
    elif len(seen) > 1:
        yield f"读的是工作表“{read.title}”，其他工作表没有读"
    if len(sheets) > len(seen):
        yield "隐藏的工作表没有读"


def header_text(value: object) -> str:
    """Return a header without blanks, stars and what stands in brackets."""
    text = unicodedata.normalize("NFKC", text_in(value))
    return re.sub(r"\(.*?\)|[\s*:]", "", text)


def _find_header(rows: Iterator[Row], columns: Sequence[Column]) -> tuple[Header | None, list[str], bool]:
    """Return the header, else None with the required titles that the best row lacks; and if all is blank."""
    known = {name: column for column in columns for name in (column.title, *column.synonyms)}
    required = [column.title for column in columns if column.required]
    lacking, blank = required, True
    for row in rows:
        if row.number > HEADER_WITHIN:
            break
        header = Header(row.number)
        for position, value in sorted(row.cells.items()):
            _sort_header(header, position, header_text(value), known)
            blank = blank and not text_in(value)
        titles = {column.title for column in header.columns.values()}
        lacks = [title for title in required if title not in titles]
        if not lacks:
            return header, [], False
        lacking = min(lacking, lacks, key=len)
    return None, lacking, blank


def _sort_header(header: Header, position: int, text: str, known: Mapping[str, Column]) -> None:
    if any(word in text for word in PRIVATE):
        header.private.append(text)
    elif text in known:
        header.columns[position], header.written[position] = known[text], text
    elif text:
        header.ignored.append(text)


def _read_lines(sheet: Worksheet, rows: Iterator[Row], header: Header, epoch: datetime) -> Table:
    letters = {column.title: get_column_letter(at) for at, column in reversed(header.columns.items())}
    table = Table(letters)
    table.problems += _twice(header)
    if header.private:
        table.notices.append(
            f"本平台不保存身份证号、性别、出生日期等信息：“{'”“'.join(header.private)}”没有读入，"
            "建议从上报的表格里也删去"
        )
    if header.ignored:
        table.notices.append(f"没有用到的列：{'、'.join(header.ignored)}")
    hidden = []
    for row in rows:
        cells = {at: row.cells[at] for at in header.columns if text_in(row.cells.get(at))}
        if not cells or _repeats_header(cells, header):
            continue
        if len(table.lines) == MOST_ROWS:
            raise Refused("workbook_too_large", f"超过 {MOST_ROWS} 行，请分成几个文件导入")
        table.lines.append(Line(row.number, dict(_values(row.number, cells, header, epoch, table))))
        if row.hidden:
            hidden.append(row.number)
    if hidden:
        table.notices.append(f"{_numbers(hidden)}在表里是隐藏的，也读了；不要的请从表里删去")
    _spread(table, header, sheet.merged_cells.sorted())
    return table


def _twice(header: Header) -> Iterator[Problem]:
    titles = [column.title for column in header.columns.values()]
    for title in dict.fromkeys(title for title in titles if titles.count(title) > 1):
        places = "、".join(
            get_column_letter(at) for at, column in header.columns.items() if column.title == title
        )
        yield Problem(header.row, title, f"{places} 列都是这一项，请只留一列")


def _repeats_header(cells: Mapping[int, object], header: Header) -> bool:
    """Return whether a row is the header again, as lists have it that were printed page by page."""
    return all(header_text(value) == header.written[at] for at, value in cells.items())


def _numbers(rows: Sequence[int]) -> str:
    shown = "、".join(str(number) for number in rows[:MOST_NUMBERS])
    return f"第 {shown} 行" if len(rows) <= MOST_NUMBERS else f"第 {shown} 等 {len(rows)} 行"


def _values(
    number: int, cells: Mapping[int, object], header: Header, epoch: datetime, table: Table
) -> Iterator[tuple[str, object]]:
    """Yield title and value of each cell that holds a value; complain about what is none."""
    for at, value in cells.items():
        column = header.columns[at]
        if value is Odd.FORMULA:
            said = "这一格是公式，不会替您计算，请复制后用“选择性粘贴—数值”改成值"
        elif value is Odd.FAULT:
            said = "这一格显示的是错误值，请重新填写"
        elif isinstance(value, str) and text_in(value).startswith("="):
            said = "这一格写的是公式的文字，请改成要填的内容"
        elif column.is_day and YEAR_AND_MONTH.fullmatch(text_in(value)):
            said = "五位数字分不清是年月还是表格的日期序号，请写成 2011-07 这样"
        elif column.is_day and SERIAL.fullmatch(text_in(value)):
            yield column.title, from_excel(int(text_in(value)), epoch)
            continue
        else:
            yield column.title, value
            continue
        table.problems.append(Problem(number, column.title, said))


def _spread(table: Table, header: Header, merges: Sequence[CellRange]) -> None:
    """Let a cell that is merged downwards hold for each of its lines where the column allows it."""
    lines = {line.number: line for line in table.lines}
    numbers = sorted(lines)
    spread: list[str] = []
    for merge in merges:
        columns = [column for at, column in header.columns.items() if _covers(merge, at)]
        within = numbers[bisect_left(numbers, merge.min_row) : bisect_right(numbers, merge.max_row)]
        if not columns or not within:
            continue
        title = columns[0].title
        value = lines[within[0]].cells.get(title)
        if wrong := _wrong_merge(merge, header, columns[0]):
            table.problems.append(Problem(max(merge.min_row, header.row), title, wrong))
        elif within[0] == merge.min_row and value is not None:
            for number in within:
                lines[number].cells[title] = value
            spread.append(f"{_span(merge)}“{title}”都是“{text_in(value)[:30]}”")
    if spread:
        more = f"等 {len(spread)} 处" if len(spread) > MOST_NUMBERS else ""
        table.notices.append(f"合并的单元格按每一行都填了读入：{'，'.join(spread[:MOST_NUMBERS])}{more}")


def _covers(merge: CellRange, column: int) -> bool:
    return merge.min_col <= column <= merge.max_col


def _span(merge: CellRange) -> str:
    several = merge.max_row > merge.min_row
    return f"第 {merge.min_row} 至 {merge.max_row} 行" if several else f"第 {merge.min_row} 行"


def _wrong_merge(merge: CellRange, header: Header, column: Column) -> str | None:
    """Say why a merged cell cannot be taken, None where it may spread."""
    if merge.min_row <= header.row:
        return "表头占了几行，请把表头改成一行，下面直接是名册"
    if merge.min_col < merge.max_col or not column.spreads:
        return f"{_span(merge)}是合并单元格，请取消合并，每一格都填写"
    return None


def begin_report(table: Table) -> Report:
    """Return the report of an import from this table. Refused: workbook_empty without a line."""
    if not table.lines and not table.problems:
        raise Refused("workbook_empty", "表头下面一行也没有填。请填好、保存以后再导入")
    return Report(problems=table.problems, notices=table.notices, letters=table.letters)
