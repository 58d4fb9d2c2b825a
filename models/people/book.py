"""An open workbook: its sheets, shared texts and number formats, read so that nothing can grow large."""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sized
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from xml.parsers import expat

from models.people.package import DAMAGED, UNPACKED, open_package
from models.refused import Refused

MOST_TAGS = 3_000_000  # in all parts together; a roster of 10,000 people has half a million
MOST_SHEETS = 200
MOST_TARGETS = 500
DEEPEST = 40
LONGEST_TAG = 1_000_000
PIECE = 65_536
# Number formats of days that a file need not spell out; 27 to 36 and 50 to 58 are the Chinese ones.
DAY_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
NO_DAY_LETTERS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
SINCE_1900, SINCE_1904 = date(1899, 12, 30), date(1904, 1, 1)
BROKEN = (
    expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError,
    ValueError, LookupError, OverflowError, StopIteration,
)  # fmt: skip

Attributes = Mapping[str, str]


@dataclass
class Sheet:
    """One sheet by its name, and the part of the package that holds it."""

    title: str
    hidden: bool
    part: str


@dataclass
class Book:
    """An open workbook: its sheets in their order, and what their cells refer to."""

    package: zipfile.ZipFile
    sheets: list[Sheet] = field(default_factory=list)
    epoch: date = SINCE_1900  # day 0 of its serial numbers
    strings: list[str] = field(default_factory=list)
    days: list[bool] = field(default_factory=list)  # by cell style: whether its numbers are days
    tags_left: int = MOST_TAGS


@contextmanager
def readable() -> Iterator[None]:
    """Turn whatever a damaged file does to its reader into a sentence for its owner."""
    try:
        yield
    except BROKEN as error:
        raise Refused("workbook_unreadable", DAMAGED) from error


def open_book(file: bytes) -> Book:
    """Open a workbook. Refused: workbook_unreadable, workbook_too_large."""
    book = Book(open_package(file))
    with readable():
        targets = _targets(book)
        _read_sheets(book, targets)
        for kind, target in targets.values():
            if kind.endswith("/sharedStrings"):
                _read_strings(book, target)
            elif kind.endswith("/styles"):
                _read_styles(book, target)
    return book


def parse(
    book: Book,
    part: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] = lambda _: None,
    text: Callable[[str], None] = lambda _: None,
) -> Iterator[None]:
    """Read one part piece by piece; names come without their namespace."""
    parser, depth, fed = expat.ParserCreate(), 0, 0

    def open_tag(name: str, attributes: Attributes) -> None:
        nonlocal depth
        depth += 1
        book.tags_left -= 1
        if depth > DEEPEST or book.tags_left < 0:
            raise Refused("workbook_too_large", UNPACKED)
        start(name.rpartition(":")[2], attributes)

    def close_tag(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name.rpartition(":")[2])

    def refuse(*_: object) -> None:
        # Entities are the road to bombs and to other files; no workbook has them.
        raise Refused("workbook_unreadable", DAMAGED)

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = open_tag, close_tag
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, refuse
    with book.package.open(part) as source:
        while piece := source.read(PIECE):
            parser.Parse(piece, False)
            fed += len(piece)
            # An endless tag is read from its start again with every piece.
            if fed - parser.CurrentByteIndex > LONGEST_TAG:
                refuse()
            yield
    parser.Parse(b"", True)
    yield


def _read_all(pieces: Iterator[None]) -> None:
    for _ in pieces:
        pass


def _few(held: Sized, most: int) -> None:
    if len(held) > most:
        raise Refused("workbook_too_large", UNPACKED)


def _targets(book: Book) -> dict[str, tuple[str, str]]:
    """Return relation id -> (kind, part)."""
    targets: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            part = posixpath.normpath(posixpath.join("/xl", attributes["Target"]))
            targets[attributes["Id"]] = (attributes["Type"], part.lstrip("/"))
            _few(targets, MOST_TARGETS)

    _read_all(parse(book, "xl/_rels/workbook.xml.rels", start))
    return targets


def _read_sheets(book: Book, targets: Mapping[str, tuple[str, str]]) -> None:
    def start(name: str, attributes: Attributes) -> None:
        if name == "workbookPr":
            book.epoch = SINCE_1904 if is_on(attributes, "date1904") else SINCE_1900
        elif name == "sheet":
            relation = next(value for key, value in attributes.items() if key.endswith(":id"))
            kind, part = targets[relation]
            if kind.endswith("/worksheet"):
                hidden = attributes.get("state", "visible") != "visible"
                book.sheets.append(Sheet(attributes["name"], hidden, part))
                _few(book.sheets, MOST_SHEETS)

    _read_all(parse(book, "xl/workbook.xml", start))


def is_on(attributes: Attributes, name: str) -> bool:
    """Return whether a yes-or-no attribute is there and says yes."""
    return attributes.get(name) in ("1", "true")


def _read_strings(book: Book, part: str) -> None:
    """Read the texts that cells share; marks of pronunciation beside them are no part of them."""
    pieces: list[str] = []
    inside = {"t": 0, "rPh": 0}

    def start(name: str, _: Attributes) -> None:
        if name in inside:
            inside[name] += 1

    def end(name: str) -> None:
        if name in inside:
            inside[name] -= 1
        elif name == "si":
            book.strings.append("".join(pieces))
            pieces.clear()

    def text(piece: str) -> None:
        if inside["t"] and not inside["rPh"]:
            pieces.append(piece)

    _read_all(parse(book, part, start, end, text))


def _read_styles(book: Book, part: str) -> None:
    """Read which cell styles show their numbers as days."""
    formats: dict[int, bool] = {}
    inside = ""

    def start(name: str, attributes: Attributes) -> None:
        nonlocal inside
        if name == "numFmt":
            formats[int(attributes["numFmtId"])] = _shows_day(attributes["formatCode"])
        elif name in ("cellXfs", "cellStyleXfs"):
            inside = name
        elif name == "xf" and inside == "cellXfs":
            number = int(attributes.get("numFmtId", "0"))
            book.days.append(formats.get(number, number in DAY_FORMATS))

    _read_all(parse(book, part, start))


def _shows_day(code: str) -> bool:
    return bool(re.search("[dmyhs]", NO_DAY_LETTERS.sub("", code.partition(";")[0]).lower()))
