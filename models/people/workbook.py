"""Reading a table out of an .xlsx file that a stranger may have made."""

import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, NamedTuple

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string
from openpyxl.workbook import Workbook

from models.people.cells import text_in
from models.people.import_report import Problem
from models.refused import Refused

MOST_BYTES = 20_000_000
MOST_UNPACKED = 60_000_000  # a roster of 10,000 people unpacks to about 7 MB
MOST_PARTS = 500
MOST_ROWS = 20_000
MOST_COLUMNS = 60
LAST_ROW = 1_048_576  # of any spreadsheet
HEADER_WITHIN = 20
NOT_XLSX = "请在表格软件里“另存为”Excel 工作簿（.xlsx，不设密码）再导入"
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
# Never kept, whatever the file holds.
PRIVATE = ("身份证", "证件", "性别", "出生", "生日", "年龄", "民族", "籍贯", "住址", "户籍", "照片")


class Column(NamedTuple):
    """A column we read: its title in the template, and the other headers people give it."""

    title: str
    synonyms: tuple[str, ...] = ()
    required: bool = False


class Line(NamedTuple):
    """One row with something in it: its number as the spreadsheet shows it, and title -> raw value."""

    number: int
    cells: Mapping[str, object]


@dataclass
class Table:
    """The lines found, which of our columns the file has, and what has to be said about the rest."""

    titles: frozenset[str]
    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


class Sheet(NamedTuple):
    """One sheet of the workbook: its rows are read once, from the top; merges are (c1, r1, c2, r2)."""

    title: str
    rows: Iterator[Sequence[Any]]
    merges: list[tuple[int, int, int, int]]


class Header(NamedTuple):
    """The header row found: its number, and column number -> title of ours."""

    row: int
    columns: dict[int, str]
    ignored: list[str]
    private: list[str]


def read_table(file: bytes, columns: Sequence[Column]) -> Table:
    """Read the first sheet whose header row has the required columns; title rows above it are skipped.

    Refused: workbook_unreadable, workbook_too_large, header_missing.
    """
    _check_package(file)
    try:
        # openpyxl warns about drawings and the like, which a roster may well have.
        with warnings.catch_warnings(action="ignore"):
            # Formulas are kept as such and refused by cell: a stored result may be stale or missing.
            book = load_workbook(BytesIO(file), read_only=True, keep_links=False)
            return _read(book, columns)
    except Refused:
        raise
    # A damaged or hostile file breaks the library in any way it likes.
    except Exception as error:
        raise Refused("workbook_unreadable", f"文件读不出来，可能已经损坏。{NOT_XLSX}") from error


def _check_package(file: bytes) -> None:
    """Refuse what is no workbook or unpacks to too much, before anything is unpacked."""
    if len(file) > MOST_BYTES:
        raise Refused("workbook_too_large", f"文件超过 {MOST_BYTES // 1_000_000} MB，请分成几个文件导入")
    try:
        with zipfile.ZipFile(BytesIO(file)) as package:
            parts = package.infolist()
            names = {part.filename for part in parts}
            if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
                raise Refused("workbook_unreadable", f"这不是 .xlsx 文件。{NOT_XLSX}")
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise Refused("workbook_too_large", "文件展开后太大，请只保留名册这一张表，去掉图片再导入")
            for part in parts:
                # Entities are the road to bombs and to other files; no workbook has them.
                if part.filename.endswith((".xml", ".rels")) and _has_doctype(package.read(part)):
                    raise Refused("workbook_unreadable", f"文件里有不允许的内容。{NOT_XLSX}")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Refused("workbook_unreadable", f"这不是 .xlsx 文件，或已损坏、设了密码。{NOT_XLSX}") from error


def _has_doctype(xml: bytes) -> bool:
    return any(doctype in xml for doctype in DOCTYPES)


def _read(book: Workbook, columns: Sequence[Column]) -> Table:
    missing: list[str] = [column.title for column in columns if column.required]
    for sheet in _sheets(book):
        header, lacking = _find_header(sheet, columns)
        if header is not None:
            table = _read_lines(sheet, header)
            if len(book.worksheets) > 1:
                table.notices.append(f"读的是工作表“{sheet.title}”，其他工作表没有读")
            return table
        missing = min(missing, lacking, key=len)
    raise Refused(
        "header_missing",
        f"没有找到表头：前 {HEADER_WITHIN} 行里没有“{'”“'.join(missing)}”列，请对照模板的表头",
    )


def _sheets(book: Workbook) -> Iterator[Sheet]:
    sheets: list[Any] = list(book.worksheets)  # the stubs do not know what a read-only workbook holds
    for sheet in sheets:
        with sheet._get_source() as source:
            merges = [
                (
                    column_index_from_string(c1.decode()),
                    int(r1),
                    column_index_from_string(c2.decode()),
                    int(r2),
                )
                for c1, r1, c2, r2 in MERGED.findall(source.read())
            ]
        yield Sheet(sheet.title, sheet.iter_rows(max_row=LAST_ROW, max_col=MOST_COLUMNS), merges)


def header_text(value: object) -> str:
    """Return a header without blanks, stars and what stands in brackets."""
    text = unicodedata.normalize("NFKC", text_in(value))
    return re.sub(r"\(.*?\)|[\s*:]", "", text)


def _find_header(sheet: Sheet, columns: Sequence[Column]) -> tuple[Header | None, list[str]]:
    """Return the header, or None with the required titles that the best row lacks."""
    known = {name: column.title for column in columns for name in (column.title, *column.synonyms)}
    required = [column.title for column in columns if column.required]
    lacking = required
    for number, row in enumerate(sheet.rows, 1):
        header = Header(number, {}, [], [])
        for position, cell in enumerate(row, 1):
            _sort_header(header, position, header_text(cell.value), known)
        lacks = [title for title in required if title not in header.columns.values()]
        if not lacks:
            return header, []
        lacking = min(lacking, lacks, key=len)
        if number == HEADER_WITHIN:
            break
    return None, lacking


def _sort_header(header: Header, position: int, text: str, known: Mapping[str, str]) -> None:
    if any(word in text for word in PRIVATE):
        header.private.append(text)
    elif text in known:
        header.columns[position] = known[text]
    elif text:
        header.ignored.append(text)


def _read_lines(sheet: Sheet, header: Header) -> Table:
    table = Table(frozenset(header.columns.values()))
    if len(table.titles) < len(header.columns):
        titles = list(header.columns.values())
        twice = next(title for title in titles if titles.count(title) > 1)
        table.problems.append(Problem(header.row, twice, "这一列出现了两次，请只留一列"))
    if header.private:
        table.notices.append(
            f"本平台不保存身份证号、性别、出生日期等信息：“{'”“'.join(header.private)}”没有读入，"
            "建议从上报的表格里也删去"
        )
    if header.ignored:
        table.notices.append(f"没有用到的列：{'、'.join(header.ignored)}")
    table.problems += _merge_problems(sheet, header)
    for number, row in enumerate(sheet.rows, header.row + 1):
        cells = {
            title: row[position - 1]
            for position, title in header.columns.items()
            if position <= len(row) and text_in(row[position - 1].value)
        }
        if not cells:
            continue
        if len(table.lines) == MOST_ROWS:
            raise Refused("workbook_too_large", f"超过 {MOST_ROWS} 行，请分成几个文件导入")
        table.lines.append(Line(number, dict(_values(number, cells, table.problems))))
    return table


def _values(number: int, cells: Mapping[str, Any], problems: list[Problem]) -> Iterator[tuple[str, object]]:
    """Yield title and value of each cell that holds a value; complain about formulas and errors."""
    for title, cell in cells.items():
        if cell.data_type == "f":
            problems.append(Problem(number, title, "这一格是公式，请复制后用“选择性粘贴—数值”改成值"))
        elif cell.data_type == "e":
            problems.append(Problem(number, title, "这一格显示的是错误值，请重新填写"))
        else:
            yield title, cell.value


def _merge_problems(sheet: Sheet, header: Header) -> Iterator[Problem]:
    for first_column, first_row, last_column, last_row in sheet.merges:
        first_row = max(first_row, header.row + 1)
        titles = [title for at, title in header.columns.items() if first_column <= at <= last_column]
        if titles and first_row <= last_row:
            rows = f"第 {first_row} 至 {last_row} 行" if last_row > first_row else f"第 {first_row} 行"
            yield Problem(first_row, titles[0], f"{rows}是合并单元格，请取消合并，每一行都填写")
