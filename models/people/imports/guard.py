"""The guard before openpyxl: counts what stands in each part of a package, and understands none of it."""

import zipfile
from typing import IO, Literal
from xml.parsers import expat

from openpyxl.utils import range_boundaries

from models.people.imports.package import DAMAGED, MOST_UNPACKED, UNPACKED
from models.refused import Refused

PIECE = 65_536
DEEPEST = 40
LONGEST_TAG = 100_000
LONGEST_PLACE = 10  # XFD1048576 is the last cell of any spreadsheet
# Tags by name in all parts together; a roster of 10,000 people and 12 columns has half a million.
MOST = {
    "c": 600_000, "v": 1_000_000, "t": 1_000_000, "si": 500_000, "is": 500_000, "row": 200_000,
    "f": 200_000, "r": 100_000, "xf": 100_000, "mergeCell": 10_000, "sheet": 200,
}  # fmt: skip
MOST_OTHERS = 200_000
# Cells under merges, links and remarks: the library builds each of them.
MOST_SPANNED = 100_000
SPANNING = ("mergeCell", "hyperlink", "comment")
SPANNED = "合并的单元格或链接占的范围太大。请取消合并，只留名册的格子，再导入"
# Characters of what the library takes apart; Excel itself allows no more.
LONGEST = {"f": 8_192, "definedName": 8_192, "formatCode": 255} | {
    f"{which}{what}": 255 for which in ("odd", "even", "first") for what in ("Header", "Footer")
}
MOST_FORMULA = 10_000_000  # characters, were each formula as long as the longest before it


class Guarded(zipfile.ZipFile):
    """A package whose parts are counted each time before they are handed out.

    Refused while opening a part: workbook_unreadable, workbook_too_large.
    """

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self.left = MOST | {"other": MOST_OTHERS, "formula": MOST_FORMULA}
        self.bytes_left, self.spanned_left, self.longest_formula = MOST_UNPACKED, MOST_SPANNED, 0

    def open(
        self,
        name: str | zipfile.ZipInfo,
        mode: Literal["r", "w"] = "r",
        pwd: bytes | None = None,
        *,
        force_zip64: bool = False,
    ) -> IO[bytes]:
        """Count a part, then open it."""
        with super().open(name) as part:
            self._count(part)
        return super().open(name, mode, pwd, force_zip64=force_zip64)

    def _count(self, part: IO[bytes]) -> None:
        parser, fed, depth, inside, length = expat.ParserCreate(), 0, 0, "", 0

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal depth, inside, length
            depth += 1
            inside, length = tag.rpartition(":")[2], 0
            self._count_tag(inside, attributes)
            if depth > DEEPEST:
                raise Refused("workbook_too_large", UNPACKED)

        def end(_: str) -> None:
            nonlocal depth
            depth -= 1

        def text(piece: str) -> None:
            nonlocal length
            if inside in LONGEST:
                length += len(piece)
                self._measure(inside, length)

        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, _refuse
        try:
            while piece := part.read(PIECE):
                fed += len(piece)
                self.bytes_left -= len(piece)
                if self.bytes_left < 0:
                    raise Refused("workbook_too_large", UNPACKED)
                parser.Parse(piece, False)
                # An endless tag is read from its start again with every piece.
                if fed - parser.CurrentByteIndex > LONGEST_TAG:
                    _refuse()
        except expat.ExpatError:
            return  # the library reads with expat too and stops at the same place

    def _count_tag(self, tag: str, attributes: dict[str, str]) -> None:
        self._take(tag if tag in MOST else "other", 1)
        if tag in SPANNING:
            self._span(attributes.get("ref", ""))
        elif tag == "f":
            self._take("formula", self.longest_formula)
        elif tag == "numFmt":
            self._measure("formatCode", len(attributes.get("formatCode", "")))
        elif tag in ("row", "c") and len(attributes.get("r", "")) > LONGEST_PLACE:
            _refuse()

    def _take(self, what: str, number: int) -> None:
        self.left[what] -= number
        if self.left[what] < 0:
            raise Refused("workbook_too_large", UNPACKED)

    def _measure(self, what: str, length: int) -> None:
        if length > LONGEST[what]:
            _refuse()
        if what == "f":
            self.longest_formula = max(self.longest_formula, length)

    def _span(self, ref: str) -> None:
        try:
            left, top, right, bottom = (side or 0 for side in range_boundaries(ref))
        except ValueError:
            _refuse()
        # A range of whole rows or columns goes to the end of the sheet.
        self.spanned_left -= (right - left + 1) * (bottom - top + 1) if left and top else MOST_SPANNED + 1
        if self.spanned_left < 0:
            raise Refused("workbook_unreadable", SPANNED)


def _refuse(*_: object) -> None:
    # Entities, the road to bombs and to other files, end here too.
    raise Refused("workbook_unreadable", DAMAGED)
