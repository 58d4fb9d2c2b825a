"""Reading a stranger's workbook."""

import re
import zipfile
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter

from models.people.imports.workbook import Column, Table, read_table
from models.refused import Refused
from tests.imports.sheets import a_book, a_merged_workbook, a_workbook, repacked

COLUMNS = (
    Column("姓名", ("党员姓名",), required=True),
    Column("入党时间", ("入党日期", "加入党组织日期"), required=True, is_day=True),
    Column("手机号", ("联系电话",)),
    Column("支部", spreads=True),
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
    assert set(table.letters) == {"姓名", "入党时间", "手机号"}


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


def test_a_header_is_known_with_blanks_around_it() -> None:
    assert set(read(a_workbook([[" 姓　名 ", "入党时间  ", "\u00a0手机号\n"], ["王建国"]])).letters) == set(
        HEADER
    )


def test_a_column_is_told_by_its_letters() -> None:
    rows: list[list[Any]] = [["序号", "姓名", *["备注"] * 25, "入党时间"], [1, "王建国"]]
    assert read(a_workbook(rows)).letters == {"姓名": "B", "入党时间": "AB"}


def test_a_header_that_comes_again_on_each_printed_page_is_no_person() -> None:
    rows = [HEADER, ["王建国", "2011-07"], [], HEADER, ["李秀英", "2012-07"]]
    assert [line.number for line in read(a_workbook(rows)).lines] == [2, 5]


# Formulas and errors: never worked out, never taken for what somebody meant.


def test_a_formula_is_a_problem_although_the_file_stores_its_result() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADER)
        page.write_row(1, 0, ["王建国"])
        page.write_formula(1, 1, "=DATE(2011,7,1)", None, 40725)

    table = read(a_book(fill))
    assert [(p.row, p.column) for p in table.problems] == [(2, "入党时间")]
    assert "公式" in table.problems[0].reason
    assert "选择性粘贴" in table.problems[0].reason
    assert "入党时间" not in table.lines[0].cells


def test_the_text_of_a_formula_is_a_problem_too() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADER)
        page.write_string(1, 0, '=HYPERLINK("http://a.b","王建国")')

    table = read(a_book(fill))
    assert [(p.row, p.column) for p in table.problems] == [(2, "姓名")]
    assert "公式的文字" in table.problems[0].reason


def test_a_cell_that_shows_an_error_is_a_problem() -> None:
    whole = a_workbook([HEADER, ["王建国", "2011-07", 1]])
    table = read(repacked(whole, SHEET, b'<c r="C2"><v>1<', b'<c r="C2" t="e"><v>#N/A<'))
    assert [(p.row, p.column, "错误值" in p.reason) for p in table.problems] == [(2, "手机号", True)]


# Merged cells.

BRANCHED = ["支部", "姓名", "入党时间"]


def test_a_merged_title_is_no_matter() -> None:
    table = read(a_merged_workbook([["名册"], [], BRANCHED, ["青石", "王建国", "2011-07"]], "A1:C2"))
    assert (table.problems, table.notices, len(table.lines)) == ([], [], 1)


def test_a_branch_merged_down_holds_for_each_of_its_rows_and_is_said() -> None:
    rows: list[list[Any]] = [
        BRANCHED,
        ["青石", "王建国", "2011-07"],
        [None, "李秀英", "2012-07"],
        [],
        [None, "赵大山", "2013-07"],
        ["柳湾", "冯小军", "2014-07"],
    ]
    table = read(a_merged_workbook(rows, "A2:A5"))
    assert [line.cells["支部"] for line in table.lines] == ["青石", "青石", "青石", "柳湾"]
    assert table.problems == []
    assert table.notices == ["合并的单元格按每一行都填了读入：第 2 至 5 行“支部”都是“青石”"]


def test_a_branch_without_its_merge_is_not_carried_on() -> None:
    table = read(a_workbook([BRANCHED, ["青石", "王建国", "2011-07"], [None, "李秀英", "2012-07"]]))
    assert "支部" not in table.lines[1].cells


def test_any_other_merged_cell_is_a_problem_with_its_rows() -> None:
    rows = [["名册"], HEADER, ["王建国", "2011-07"], ["李秀英"], ["赵大山"]]
    table = read(a_merged_workbook(rows, "A1:C1", "B3:B5"))
    assert [(p.row, p.column) for p in table.problems] == [(3, "入党时间")]
    assert "第 3 至 5 行是合并单元格，请取消合并" in table.problems[0].reason


def test_cells_merged_side_by_side_are_a_problem() -> None:
    table = read(a_merged_workbook([BRANCHED, ["青石", None, "2011-07"]], "A2:B2"))
    assert [(p.row, p.column) for p in table.problems] == [(2, "支部")]


def test_a_header_of_two_rows_is_a_problem_that_says_so() -> None:
    rows: list[list[Any]] = [
        ["名册"],
        ["支部", "姓名", "入党时间", "联系电话"],
        [None, None, None, "手机号"],
        ["青石", "王建国"],
    ]
    table = read(a_merged_workbook(rows, "A2:A3", "B2:B3"))
    assert (2, "支部") in [(p.row, p.column) for p in table.problems]
    assert "表头占了几行" in table.problems[0].reason


def test_a_merged_remark_below_the_table_is_no_matter() -> None:
    rows: list[list[Any]] = [["序号", *BRANCHED], [1, "青石", "王建国", "2011-07"], ["填表人：何桂芳"]]
    table = read(a_merged_workbook(rows, "A3:D3"))
    assert (table.problems, len(table.lines)) == ([], 1)


# Days as spreadsheets store them.


@pytest.mark.parametrize(
    "shape", ["yyyy-mm-dd", 'yyyy"年"m"月"', "[$-804]yyyy年m月d日;@", "m/d/yy", "yyyy/m/d h:mm"]
)
@pytest.mark.parametrize("since_1904", [False, True])
def test_a_day_is_a_day_in_whatever_format_it_is_shown(shape: str, since_1904: bool) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADER)
        page.write_datetime(1, 1, datetime(1985, 7, 1), book.add_format({"num_format": shape}))  # noqa: DTZ001

    file = a_book(fill, date_1904=since_1904)
    assert read(file).lines[0].cells["入党时间"] == datetime(1985, 7, 1)  # noqa: DTZ001


@pytest.mark.parametrize("number", [14, 31, 57])
def test_a_day_is_known_by_the_formats_that_chinese_excel_does_not_spell_out(number: int) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet()
        page.write_row(0, 0, BRANCHED)
        page.write_number(1, 0, 31229, book.add_format({"num_format": 14}))

    file = repacked(a_book(fill), "xl/styles.xml", b'numFmtId="14"', f'numFmtId="{number}"'.encode())
    assert read(file).lines[0].cells["支部"] == datetime(1985, 7, 1)  # noqa: DTZ001


@pytest.mark.parametrize("serial", [31229, 31229.0, "31229", "３１２２９"])
def test_a_day_that_lost_its_format_is_counted_from_the_spreadsheets_first(serial: object) -> None:
    table = read(a_workbook([HEADER, ["王建国", serial]]))
    assert table.lines[0].cells["入党时间"] == datetime(1985, 7, 1)  # noqa: DTZ001


def test_five_digits_that_may_be_a_year_and_a_month_are_a_problem() -> None:
    table = read(a_workbook([HEADER, ["王建国", 19857]]))
    assert [(p.row, p.column, "分不清" in p.reason) for p in table.problems] == [(2, "入党时间", True)]


def test_five_digits_elsewhere_are_what_they_are() -> None:
    table = read(a_workbook([BRANCHED, [31229, "王建国", "2011-07"]]))
    assert table.lines[0].cells["支部"] == 31229


# Texts as programs store them.


def test_texts_stand_in_cells_of_programs_that_share_none() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADER)
        page.write_row(1, 0, ["王建国", "2011-07"])

    assert read(a_book(fill, in_memory=False, constant_memory=True)).lines[0].cells["姓名"] == "王建国"


def test_a_text_in_several_colours_is_one_text_without_its_pronunciation() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADER)
        page.write_rich_string(1, 0, "王", book.add_format({"bold": True}), "建国")

    spoken = repacked(
        a_book(fill),
        "xl/sharedStrings.xml",
        b"</si></sst>",
        b'<rPh sb="0" eb="1"><t>wang</t></rPh></si></sst>',
    )
    assert read(spoken).lines[0].cells["姓名"] == "王建国"


def test_a_text_inside_its_cell_has_no_pronunciation_either() -> None:
    whole = a_workbook([HEADER, ["王建国", "2011-07", 1]])
    inline = b'<c r="C2" t="inlineStr"><is><t>2</t><rPh sb="0" eb="1"><t>er</t></rPh></is></c>'
    table = read(repacked(whole, SHEET, b'<c r="C2"><v>1</v></c>', inline))
    assert table.lines[0].cells["手机号"] == "2"


def part_of(file: bytes, name: str) -> bytes:
    """Return the XML of one part."""
    with zipfile.ZipFile(BytesIO(file)) as package:
        return package.read(name)


def prefixed(xml: bytes) -> bytes:
    """Return a part as programs write it that name their namespace in every tag."""
    return re.sub(rb"<(/?)(\w)", rb"<\1x:\2", xml).replace(b" xmlns=", b" xmlns:x=")


def test_tags_may_name_their_namespace_and_parts_their_whole_path() -> None:
    file = a_workbook([HEADER, ["王建国", "2011-07"]])
    for name in (SHEET, "xl/sharedStrings.xml", "xl/workbook.xml"):
        xml = part_of(file, name)
        file = repacked(file, name, xml, prefixed(xml))
    rels = "xl/_rels/workbook.xml.rels"
    file = repacked(file, rels, b'Target="worksheets/', b'Target="/xl/worksheets/')
    assert read(file).lines[0].cells == {"姓名": "王建国", "入党时间": "2011-07"}


def test_what_newer_programs_add_to_a_sheet_is_passed_over() -> None:
    whole = a_workbook([HEADER, ["王建国", "2011-07"]])
    file = repacked(whole, SHEET, b"</worksheet>", b'<extLst><ext uri="{0}"/></extLst></worksheet>')
    assert read(file).lines[0].cells["姓名"] == "王建国"


def test_a_strict_workbook_is_refused_with_what_to_do() -> None:
    file = a_workbook([HEADER, ["王建国", "2011-07"]])
    ours, theirs = (
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/",
        b"http://purl.oclc.org/ooxml/spreadsheetml/",
    )
    for part in ("xl/workbook.xml", SHEET, "xl/sharedStrings.xml", "xl/styles.xml"):
        file = repacked(file, part, ours, theirs)
    refused = refusal(file)
    assert refused.code == "workbook_unreadable"
    assert "请在 Excel 里另存为普通的 .xlsx 再导入" in refused.message


# Which rows and sheets are read.


def test_the_sheet_with_the_header_is_read_and_named() -> None:
    table = read(a_workbook([HEADER, ["王建国", "2011-07"]], sheets=("名册", "填写说明")))
    assert table.notices == ["读的是工作表“名册”，其他工作表没有读"]


def several_sheets(**sheets: list[list[Any]]) -> bytes:
    """Return a workbook with these sheets; a name that ends in _ is hidden."""

    def fill(book: xlsxwriter.Workbook) -> None:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)
            if name.endswith("_"):
                page.hide()

    return a_book(fill)


def test_the_roster_may_be_on_the_second_sheet() -> None:
    table = read(several_sheets(封面=[["青石村党支部"]], 名册=[["名册"], HEADER, ["王建国", "2011-07"]]))
    assert [line.cells["姓名"] for line in table.lines] == ["王建国"]
    assert table.notices == ["读的是工作表“名册”，其他工作表没有读"]


def test_an_empty_form_on_the_first_sheet_does_not_hide_the_roster_on_the_second() -> None:
    table = read(several_sheets(模板=[HEADER], 名册=[HEADER, ["王建国", "2011-07"]]))
    assert [line.cells["姓名"] for line in table.lines] == ["王建国"]


def test_a_second_sheet_with_a_roster_is_named_as_not_read() -> None:
    table = read(
        several_sheets(一支部=[HEADER, ["王建国", "2011-07"]], 二支部=[HEADER, ["李秀英", "2012-07"]])
    )
    assert [line.cells["姓名"] for line in table.lines] == ["王建国"]
    assert "“二支部”里也有名册，没有读" in table.notices[0]


def test_a_hidden_sheet_is_not_read_and_that_is_said() -> None:
    table = read(
        several_sheets(名册=[HEADER, ["王建国", "2011-07"]], 旧名册_=[HEADER, ["李秀英", "2012-07"]])
    )
    assert [line.cells["姓名"] for line in table.lines] == ["王建国"]
    assert table.notices == ["隐藏的工作表没有读"]


def test_a_workbook_whose_only_roster_is_hidden_is_refused() -> None:
    refused = refusal(several_sheets(空=[], 名册_=[HEADER, ["王建国", "2011-07"]]))
    assert (refused.code, "取消隐藏" in refused.message) == ("workbook_empty", True)


def test_hidden_rows_are_read_and_named() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet()
        for at, row in enumerate(
            [HEADER, ["王建国", "2011-07"], ["李秀英", "2012-07"], ["赵大山", "2013-07"], []]
        ):
            page.write_row(at, 0, row)
        for at in (2, 4):
            page.set_row(at, None, None, {"hidden": True})

    table = read(a_book(fill))
    assert [line.number for line in table.lines] == [2, 3, 4]
    assert table.notices == ["第 3 行在表里是隐藏的，也读了；不要的请从表里删去"]


def test_a_stray_word_in_the_last_row_of_all_is_a_line_of_its_own() -> None:
    whole = a_workbook([HEADER, ["王建国", "2011-07"], ["李秀英", "2012-07"]])
    stray = re.sub(rb'"([A-Z]?)3"', rb'"\g<1>1048576"', part_of(whole, SHEET))
    file = repacked(whole, SHEET, part_of(whole, SHEET), stray)
    assert [line.number for line in read(file).lines] == [2, 1_048_576]


def test_sixty_five_thousand_rows_of_borders_are_nothing() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page, border = book.add_worksheet(), book.add_format({"border": 1})
        for row in range(65_000):
            for column in range(3):
                page.write_blank(row, column, None, border)
        page.write_row(0, 0, HEADER, border)
        page.write_row(1, 0, ["王建国", "2011-07"], border)
        page.write_row(64_999, 0, ["李秀英", "2012-07"], border)

    assert [line.number for line in read(a_book(fill)).lines] == [2, 65_000]


def test_a_column_far_to_the_right_is_not_looked_at() -> None:
    whole = a_workbook([HEADER, ["王建国", "2011-07", 1]])
    far = repacked(whole, SHEET, b'r="C1"', b'r="XFD1"')
    table = read(repacked(far, SHEET, b'<dimension ref="A1:C2"/>', b'<dimension ref="A1:XFD2"/>'))
    assert set(table.letters) == {"姓名", "入党时间"}


def test_more_rows_than_allowed_are_refused() -> None:
    rows = [HEADER] + [["王建国", "2011-07"]] * 20_001
    assert refusal(a_workbook(rows)).code == "workbook_too_large"
