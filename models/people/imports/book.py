"""An open workbook, as openpyxl reads it behind the guard."""

import warnings
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.datetime import from_excel
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from models.people.imports.guard import Guarded
from models.people.imports.package import DAMAGED, open_package
from models.refused import Refused

MOST_COLUMNS = 60
# Formats of days that Chinese Excel does not spell out, and openpyxl takes for numbers.
CHINESE_DAYS = {*range(27, 37), *range(50, 59)}
STRICT = b"http://purl.oclc.org/ooxml/"
NOT_STRICT = "这个表格存成了“严格”格式。请在 Excel 里另存为普通的 .xlsx 再导入"


class Odd(StrEnum):
    """Stands in a cell that holds no value of its own; the words are what its owner reads."""

    FORMULA = "公式"  # its stored result may be stale or missing
    FAULT = "错误值"  # such as #N/A


class Row(NamedTuple):
    """One row: its number as the spreadsheet shows it, and column number -> value where something stands."""

    number: int
    cells: dict[int, object]
    hidden: bool


def open_book(file: bytes) -> Workbook:
    """Open a workbook. Refused: workbook_unreadable, workbook_too_large."""
    open_package(file).close()
    try:
        package = Guarded(BytesIO(file))
        if STRICT in package.read("xl/workbook.xml"):
            raise Refused("workbook_unreadable", NOT_STRICT)
        reader = ExcelReader(BytesIO(file), keep_links=False)
        reader.archive = package
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the library leaves out, such as drawings
            reader.read()
    except Refused:
        raise
    except Exception as error:  # a broken file breaks a library in any way
        raise Refused("workbook_unreadable", DAMAGED) from error
    if not reader.wb.worksheets:
        raise Refused("workbook_unreadable", DAMAGED)
    return reader.wb


def rows_of(sheet: Worksheet, epoch: datetime) -> Iterator[Row]:
    """Yield the rows of a sheet in which something stands, from the top."""
    # Walking row by row would build every empty cell above a stray one at the bottom.
    cells = [cell for cell in sheet._cells.values() if cell.value is not None and cell.column <= MOST_COLUMNS]
    for number, row in groupby(sorted(cells, key=attrgetter("row", "column")), attrgetter("row")):
        hidden = number in sheet.row_dimensions and sheet.row_dimensions[number].hidden
        yield Row(number, {cell.column: _value(cell, epoch) for cell in row}, hidden)


def _value(cell: Cell | MergedCell, epoch: datetime) -> object:
    match cell.data_type:
        case "f":
            return Odd.FORMULA
        case "e":
            return Odd.FAULT
        case "n" if cell._style.numFmtId in CHINESE_DAYS:  # type: ignore[union-attr]
            return from_excel(cell.value, epoch)
    return cell.value
