"""Reading a stranger's workbook."""

import zipfile
from io import BytesIO
from typing import Any

import pytest

from models.people.workbook import Column, Table, read_table
from models.refused import Refused
from tests.imports.sheets import a_merged_workbook, a_workbook, repacked

COLUMNS = (
    Column("姓名", ("党员姓名",), required=True),
    Column("入党时间", ("入党日期", "加入党组织日期"), required=True),
    Column("手机号", ("联系电话",)),
)
HEADER = ["姓名", "入党时间", "手机号"]
SHEET = "xl/worksheets/sheet1.xml"


def read(file: bytes) -> Table:
    return read_table(file, COLUMNS)


def refusal(file: bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        read(file)
    return refused.value


def test_title_rows_above_the_header_are_skipped() -> None:
    rows: list[list[Any]] = [
        ["青石村党支部党员名册"],
        ["2026年11月"],
        [],
        ["序号", "姓名", "入党时间"],
        [1, "王建国", "2011-07"],
    ]
    lines = read(a_workbook(rows)).lines
    assert [(line.number, line.cells["姓名"]) for line in lines] == [(5, "王建国")]


def test_headers_are_known_by_synonyms_stars_and_brackets() -> None:
    table = read(
        a_workbook([["* 党员姓名", "加入党组织日期（年月）", "联系\n电话"], ["王建国", "2011-07", "1"]])
    )
    assert table.titles == {"姓名", "入党时间", "手机号"}


def test_a_blank_row_does_not_end_the_table() -> None:
    table = read(a_workbook([HEADER, ["王建国", "2011-07"], [], ["  "], ["李秀英", "2012-07"]]))
    assert [line.number for line in table.lines] == [2, 5]


def test_unknown_columns_are_named_as_not_used() -> None:
    table = read(a_workbook([[*HEADER, "备注", "绰号"], ["王建国", "2011-07", None, "a", "b"]]))
    assert table.notices == ["没有用到的列：备注、绰号"]


def test_private_columns_are_dropped_and_said_so() -> None:
    table = read(a_workbook([[*HEADER, "身份证号码", "性别"], ["王建国", "2011-07", None, "41088119", "男"]]))
    assert "“身份证号码”“性别”没有读入" in table.notices[0]
    assert "41088119" not in repr(table)


def test_a_missing_column_is_named() -> None:
    refused = refusal(a_workbook([["姓名", "手机号"], ["王建国", "1"]]))
    assert (refused.code, "“入党时间”" in refused.message) == ("header_missing", True)


def test_a_column_that_appears_twice_is_a_problem() -> None:
    table = read(a_workbook([[*HEADER, "联系电话"], ["王建国", "2011-07", "1", "2"]]))
    assert [(p.row, p.column) for p in table.problems] == [(1, "手机号")]


def test_a_formula_is_a_problem_and_not_a_value() -> None:
    table = read(a_workbook([HEADER, ["王建国", "=DATE(2011,7,1)"]]))
    assert [(p.row, p.column) for p in table.problems] == [(2, "入党时间")]
    assert "公式" in table.problems[0].reason
    assert "入党时间" not in table.lines[0].cells


def test_a_merged_cell_is_a_problem_with_its_rows() -> None:
    rows = [["名册"], HEADER, ["王建国", "2011-07"], ["李秀英", ""], ["赵大山", ""]]
    table = read(a_merged_workbook(rows, "A1:C1", "B3:B5"))
    assert [(p.row, p.column) for p in table.problems] == [(3, "入党时间")]
    assert "第 3 至 5 行" in table.problems[0].reason


def test_the_sheet_with_the_header_is_read_and_named() -> None:
    table = read(a_workbook([HEADER, ["王建国", "2011-07"]], sheets=("名册", "填写说明")))
    assert table.notices == ["读的是工作表“名册”，其他工作表没有读"]


@pytest.mark.parametrize(
    "file",
    [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "姓名,入党时间".encode("gbk")],
    ids=["empty", "cut zip", "old xls or password", "csv"],
)
def test_what_is_no_xlsx_is_refused(file: bytes) -> None:
    refused = refusal(file)
    assert refused.code == "workbook_unreadable"
    assert "另存为" in refused.message


def test_another_zip_is_refused() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", "<a/>")
    assert refusal(out.getvalue()).code == "workbook_unreadable"


def test_twenty_megabytes_are_too_large() -> None:
    assert refusal(b"PK" + bytes(20_000_000)).code == "workbook_too_large"


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    out = BytesIO(a_workbook([HEADER]))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package, package.open("xl/bomb.xml", "w") as part:
        for _ in range(70):
            part.write(bytes(1_000_000))
    assert len(out.getvalue()) < 1_000_000
    assert refusal(out.getvalue()).code == "workbook_too_large"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(encoding: str) -> None:
    whole = a_workbook([HEADER, ["王建国", "2011-07"]])
    with zipfile.ZipFile(BytesIO(whole)) as package:
        xml = package.read(SHEET).decode()
    bomb = xml.replace("?>", '?><!DOCTYPE a [<!ENTITY b "c">]>', 1).replace('encoding="UTF-8" ', "")
    assert refusal(repacked(whole, SHEET, xml.encode(), bomb.encode(encoding))).code == "workbook_unreadable"


def test_a_row_number_beyond_any_sheet_ends_the_reading() -> None:
    whole = a_workbook([HEADER, ["王建国", "2011-07"]])
    table = read(repacked(whole, SHEET, b'<row r="2"', b'<row r="999999999999"'))
    assert table.lines == []


def test_a_column_far_to_the_right_is_not_looked_at() -> None:
    whole = a_workbook([HEADER, ["王建国", "2011-07", 1]])
    far = repacked(whole, SHEET, b'r="C1"', b'r="XFD1"')
    table = read(repacked(far, SHEET, b'<dimension ref="A1:C2"/>', b'<dimension ref="A1:XFD2"/>'))
    assert table.titles == {"姓名", "入党时间"}


def test_a_broken_sheet_is_refused_in_words() -> None:
    whole = a_workbook([HEADER, ["王建国", "2011-07"]])
    assert refusal(repacked(whole, SHEET, b"</row>", b"</cell>")).code == "workbook_unreadable"


def test_more_rows_than_allowed_are_refused() -> None:
    rows = [HEADER] + [["王建国", "2011-07"]] * 20_001
    assert refusal(a_workbook(rows)).code == "workbook_too_large"
