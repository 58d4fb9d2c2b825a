"""Workbooks made to hurt whoever opens them: refused within seconds, with the memory of a small one."""

import re
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from models.people.imports.workbook import Column, read_table
from models.refused import Refused
from tests.imports.sheets import a_workbook, repacked

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]
COLUMNS = (Column("姓名", required=True),)
ROWS = [["姓名"], ["王建国"]]
SHEET, STYLES, BOOK = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"
END, CELLS = b"</sheetData>", b'<cellXfs count="1">'
MILLIONS = 4_000_000

# Names of bombs: the part, what of it is replaced, by what. Each weighs less than 100 KB on its way here.
BOMBS = {
    "a row of cells without end": (SHEET, END, b"<row>" + b"<c/>" * MILLIONS + b"</row>" + END),
    "styles without end": (STYLES, CELLS, CELLS + b"<xf/>" * MILLIONS),
    "texts without end": ("xl/sharedStrings.xml", b"</sst>", b"<si><t/></si>" * (MILLIONS // 2) + b"</sst>"),
    "rows without end": (SHEET, END, b"<row/>" * MILLIONS + END),
    "boxes within boxes": (SHEET, END, b"<a>" * (MILLIONS // 2) + b"</a>" * (MILLIONS // 2) + END),
    "one tag without end": (SHEET, END, b'<row a="' + b" " * 40_000_000 + b'"/>' + END),
    "merged cells without end": (
        SHEET,
        END,
        END + b"<mergeCells>" + b'<mergeCell ref="A9:A10"/>' * 1_500_000 + b"</mergeCells>",
    ),
    "sheets without end": (
        BOOK,
        b"</sheets>",
        b'<sheet name="a" sheetId="1" r:id="rId1"/>' * 500_000 + b"</sheets>",
    ),
    "one merged cell for half a million": (
        SHEET,
        END,
        END + b'<mergeCells><mergeCell ref="A9:Z20000"/></mergeCells>',
    ),
    "one link for half a million cells": (
        SHEET,
        END,
        END + b'<hyperlinks><hyperlink ref="A9:Z20000" location="a"/></hyperlinks>',
    ),
    "a link for whole rows": (
        SHEET,
        END,
        END + b'<hyperlinks><hyperlink ref="3:20000" location="a"/></hyperlinks>',
    ),
    "a long formula shared by thousands": (
        SHEET,
        END,
        b'<row><c r="B5"><f t="shared" ref="B5:B9" si="0">A1' + b"+A1" * 500 + b"</f></c></row>"
        + b'<row><c r="B6"><f t="shared" si="0"/></c></row>' * 8_000 + END,
    ),
    "a number format without end": (
        STYLES,
        b"<fonts ",
        b'<numFmts><numFmt numFmtId="200" formatCode="' + b"[" * 300 + b'"/></numFmts><fonts ',
    ),
    "a name without end": (
        BOOK,
        b"</sheets>",
        b'</sheets><definedNames><definedName name="a">' + b"a" * 9_000 + b"</definedName></definedNames>",
    ),
    "a page header without end": (
        SHEET,
        END,
        END + b"<headerFooter><oddHeader>" + b"&amp;L" * 200 + b"</oddHeader></headerFooter>",
    ),
}  # fmt: skip
WITNESS = """
import sys, time
from models.people.imports.workbook import Column, read_table
from models.refused import Refused
file = sys.stdin.buffer.read()
began = time.process_time()
try:
    read_table(file, (Column("姓名", required=True),))
    code = "read"
except Refused as refused:
    code = refused.code
# What getrusage says at most includes the process that started this one.
status = open("/proc/self/status").read()
print(code, time.process_time() - began, int(status.split("VmHWM:")[1].split()[0]) // 1024)
"""


def read_alone(file: bytes) -> tuple[str, float, int]:
    """Read a file in a process of its own; return the refusal, seconds of work and megabytes at most."""
    command = [sys.executable, "-c", WITNESS]
    done = subprocess.run(command, input=file, capture_output=True, check=True, cwd=ROOT, timeout=120)
    code, seconds, megabytes = done.stdout.decode().split()
    return code, float(seconds), int(megabytes)


def refusal(file: bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        read_table(file, COLUMNS)
    return refused.value


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_in_seconds_and_costs_no_memory(bomb: str) -> None:
    file = repacked(a_workbook(ROWS), *BOMBS[bomb])
    assert len(file) < 300_000
    code, seconds, megabytes = read_alone(file)
    _, _, usual = read_alone(a_workbook(ROWS))
    assert code in ("workbook_too_large", "workbook_unreadable")
    assert seconds < 10
    assert megabytes < usual + 64


@pytest.mark.parametrize("tag", ["v", "t", "is", "r", "f", "anything"])
def test_a_million_tags_of_any_name_are_refused(tag: str) -> None:
    file = repacked(a_workbook(ROWS), SHEET, END, f"<{tag}/>".encode() * 1_000_001 + END)
    assert refusal(file).code == "workbook_too_large"


@pytest.mark.parametrize("inside", [b"<row/>" * 5_000, b" " * 2_000_000])
def test_what_sixty_sheets_refer_to_is_counted_for_each_of_them(inside: bytes) -> None:
    file = repacked(a_workbook(ROWS), SHEET, END, inside + END)
    sheets = b"".join(b'<sheet name="a%d" sheetId="1" r:id="rId1"/>' % number for number in range(60))
    assert refusal(repacked(file, BOOK, b"</sheets>", sheets + b"</sheets>")).code == "workbook_too_large"


def test_a_package_of_a_hundred_thousand_parts_is_not_even_listed() -> None:
    file = a_workbook(ROWS)
    assert refusal(file + b"PK\x01\x02" * 100_000).code == "workbook_too_large"


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    out = BytesIO(a_workbook(ROWS))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package, package.open("xl/bomb.xml", "w") as part:
        for _ in range(70):
            part.write(bytes(1_000_000))
    assert len(out.getvalue()) < 1_000_000
    assert refusal(out.getvalue()).code == "workbook_too_large"


def test_a_packing_that_no_office_writes_is_refused() -> None:
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(a_workbook(ROWS))) as package,
        zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as copy,
    ):
        for name in package.namelist():
            copy.writestr(name, package.read(name))
    assert refusal(out.getvalue()).code == "workbook_unreadable"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", [SHEET, STYLES, BOOK, "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"])
def test_entities_are_refused_in_every_part(part: str, encoding: str) -> None:
    whole = a_workbook(ROWS)
    with zipfile.ZipFile(BytesIO(whole)) as package:
        xml = package.read(part).decode()
    bomb = xml.replace("?>", '?><!DOCTYPE a [<!ENTITY b "c">]>', 1).replace('encoding="UTF-8" ', "")
    assert refusal(repacked(whole, part, xml.encode(), bomb.encode(encoding))).code == "workbook_unreadable"


def test_merged_cells_that_lie_upon_each_other_are_refused() -> None:
    rows = [["姓名", "支部"]] + [["王建国", "QS"]] * 2000
    whole = a_workbook(rows)
    over = b"<mergeCells>" + b'<mergeCell ref="B2:B2001"/>' * 2000 + b"</mergeCells>"
    file = repacked(whole, SHEET, END, END + over)
    columns = (*COLUMNS, Column("支部", spreads=True))
    with pytest.raises(Refused) as refused:
        read_table(file, columns)
    assert refused.value.code == "workbook_unreadable"


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (SHEET, b"</row>", b"</cell>"),
        (SHEET, b'<row r="2"', b'<row r="999999999999"'),
        (SHEET, b't="s"><v>1<', b't="s"><v>7<'),
        (SHEET, b't="s"><v>1<', b't="n"><v>x<'),
        (BOOK, b'r:id="rId1"', b'r:id="rId9"'),
        ("xl/_rels/workbook.xml.rels", b"worksheets/sheet1.xml", b"../../etc/passwd"),
    ],
)
def test_a_broken_workbook_is_refused_in_words(part: str, old: bytes, new: bytes) -> None:
    refused = refusal(repacked(a_workbook(ROWS), part, old, new))
    assert refused.code == "workbook_unreadable"
    assert re.search("损坏.*另存为", refused.message)
