"""The rows of a sheet, one at a time, each cell as text, number, yes or no, or day."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from models.people.book import Attributes, Book, Sheet, is_on, parse
from models.people.package import DAMAGED, UNPACKED
from models.refused import Refused

MOST_MERGES = 20_000
MOST_COLUMNS = 60
LAST_ROW = 1_048_576  # of any spreadsheet
MERGED = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")


class Odd(StrEnum):
    """Stands in a cell that holds no value of its own; the words are what its owner reads."""

    FORMULA = "公式"  # its stored result may be stale or missing
    FAULT = "错误值"  # such as #N/A


class Row(NamedTuple):
    """One row: its number as the spreadsheet shows it, and column number -> value where something stands."""

    number: int
    cells: dict[int, object]
    hidden: bool


class Merge(NamedTuple):
    """Cells made into one, from the upper left to the lower right."""

    first_column: int
    first_row: int
    last_column: int
    last_row: int


def column_letters(column: int) -> str:
    """Return the letters above a column (27 -> AA)."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the number of a column (AA -> 27)."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def day_of_serial(serial: float, epoch: date) -> datetime:
    """Return the day that a spreadsheet stores as this number. Raises OverflowError far from our age."""
    return datetime.combine(epoch, time()) + timedelta(days=serial)


def rows_of(book: Book, sheet: Sheet, merges: list[Merge]) -> Iterator[Row]:
    """Yield the rows of a sheet from the top; `merges` is filled once the last row has come.

    Raises whatever `readable` turns into a refusal. Refused: workbook_unreadable, workbook_too_large.
    """
    reader = _Reader(book, merges)
    for _ in parse(book, sheet.part, reader.start, reader.end, reader.text):
        yield from reader.rows
        reader.rows.clear()


class _Reader:
    """What stands between two tags of a sheet."""

    def __init__(self, book: Book, merges: list[Merge]) -> None:
        self.book, self.merges = book, merges
        self.rows: list[Row] = []
        self.row = Row(0, {}, False)
        self.column = 0
        self.kind = self.style = ""
        self.formula = self.listens = False
        self.pieces: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        if name in ("v", "t"):
            self.listens = True
        elif name == "c":
            self._begin_cell(attributes)
        elif name == "f":
            self.formula = True
        elif name == "rPh":
            self.kind = "spoken"  # how a word is pronounced is not what stands there
        elif name == "row":
            number = int(attributes.get("r", self.row.number + 1))
            if number > LAST_ROW:
                raise Refused("workbook_unreadable", DAMAGED)
            self.row, self.column = Row(number, {}, is_on(attributes, "hidden")), 0
        elif name == "mergeCell":
            self._merge(attributes["ref"])

    def _begin_cell(self, attributes: Attributes) -> None:
        place = attributes.get("r")
        self.column = column_number(place.rstrip("0123456789")) if place else self.column + 1
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "0")
        self.formula = False

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self.listens = False
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self.rows.append(self.row)

    def text(self, piece: str) -> None:
        if self.listens and self.kind != "spoken" and self.column <= MOST_COLUMNS:
            self.pieces.append(piece)

    def _end_cell(self) -> None:
        text = "".join(self.pieces)
        self.pieces.clear()
        if self.column > MOST_COLUMNS or not (text or self.formula):
            return
        self.row.cells[self.column] = Odd.FORMULA if self.formula else self._value(text)

    def _value(self, text: str) -> object:
        match self.kind:
            case "s":
                return self.book.strings[int(text)]
            case "b":
                return text == "1"
            case "e":
                return Odd.FAULT
            case "d":
                return datetime.fromisoformat(text)
            case "n":
                number = float(text)
                days, style = self.book.days, int(self.style)
                if style < len(days) and days[style]:
                    return day_of_serial(number, self.book.epoch)
                return int(number) if number.is_integer() else number
        return text

    def _merge(self, ref: str) -> None:
        found = MERGED.fullmatch(ref)
        if found is None:
            return
        left, top, right, bottom = found.groups()
        self.merges.append(Merge(column_number(left), int(top), column_number(right), int(bottom)))
        if len(self.merges) > MOST_MERGES:
            raise Refused("workbook_too_large", UNPACKED)
