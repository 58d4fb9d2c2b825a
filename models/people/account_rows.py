"""A list of accounts as somebody pasted it or filled it into a workbook: which post, for whom."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from models.people.account import ROLE_TEXT, Role
from models.people.imports.cells import DOTS, text_in
from models.people.imports.report import Report
from models.people.imports.workbook import Column, begin_report, header_text, read_table
from models.refused import Refused

MOST_ROWS = 300
LONGEST_TEXT = 60_000  # characters
COLUMNS = (
    Column(
        "组织", ("组织代码", "组织名称", "党组织", "所在党支部", "支部", "代码"), required=True, spreads=True
    ),
    Column("姓名", (), required=True),
    Column("登录名", ("账号", "用户名"), required=True),
    Column("岗位", ("职务", "角色"), required=True, spreads=True),
)
TITLES = tuple(column.title for column in COLUMNS)
ROLES = {text: role for role, text in ROLE_TEXT.items()} | {
    "书记": Role.SECRETARY, "党支部书记": Role.SECRETARY, "党总支书记": Role.SECRETARY,
    "副书记": Role.DEPUTY, "党支部副书记": Role.DEPUTY, "党总支副书记": Role.DEPUTY,
    "专干": Role.CLERK, "党务工作者": Role.CLERK, "党建专干": Role.CLERK,
    "委员": Role.COMMISSIONER, "支委": Role.COMMISSIONER, "组织委员": Role.COMMISSIONER,
    "宣传委员": Role.COMMISSIONER, "纪检委员": Role.COMMISSIONER,
    "积分小组": Role.POINTS_GROUP, "评议小组": Role.POINTS_GROUP,
    "小组长": Role.GROUP_LEADER, "组长": Role.GROUP_LEADER,
}  # fmt: skip


class Wanted(NamedTuple):
    """One row as it was written: its number in the list, organisation by code or name, and whom for what."""

    number: int
    org: str
    name: str
    login: str
    role: str


def wanted_in_text(text: str) -> list[Wanted]:
    """Return the rows of a pasted list: four cells a line, in the order of the header or of `TITLES`.

    Refused: bad_batch with `fields`.
    """
    if len(text) > LONGEST_TEXT:
        raise _bad(f"名单太长，一次最多 {MOST_ROWS} 行")
    order: Sequence[str] = TITLES
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        cells = _cells(line)
        if not any(cells):
            continue
        if (titles := _titles(cells)) is not None:
            order = titles
            continue
        if len(cells) != len(order):
            raise _bad(f"第 {number} 行有 {len(cells)} 格，应是 {len(order)} 格：{'、'.join(order)}")
        told = dict(zip(order, cells, strict=True))
        rows.append(_wanted(number, told))
    return _few(rows)


def _cells(line: str) -> list[str]:
    """Cut a line where a spreadsheet puts tabs; typed by hand, at commas and blanks."""
    parts = line.rstrip("\n").split("\t") if "\t" in line else re.split(r"[,，;；\s]+", line.strip())
    return [text_in(part) for part in parts]


def _titles(cells: Sequence[str]) -> list[str] | None:
    """Return the order of the columns where a line is the header, else None."""
    known = {name: column.title for column in COLUMNS for name in (column.title, *column.synonyms)}
    titles = [known.get(header_text(cell), "") for cell in cells]
    return titles if set(titles) == set(TITLES) and len(titles) == len(TITLES) else None


def wanted_in_workbook(file: bytes) -> tuple[list[Wanted], Report]:
    """Return the rows of a workbook, numbered as the text below a header would be, and what is to be said.

    With problems in the report there are no rows. Refused: as `read_table`; bad_batch with `fields`.
    """
    table = read_table(file, COLUMNS)
    report = begin_report(table)
    rows = [
        _wanted(number, {title: text_in(line.cells.get(title)) for title in TITLES})
        for number, line in enumerate(table.lines, start=2)
    ]
    return ([] if report.problems else _few(rows)), report


def text_of(rows: Sequence[Wanted]) -> str:
    """Return rows as the text they would be pasted as, below a header."""
    return "\n".join("\t".join(cells) for cells in (TITLES, *(row[1:] for row in rows)))


def _wanted(number: int, told: dict[str, str]) -> Wanted:
    login = unicodedata.normalize("NFKC", told["登录名"]).strip().lower()
    return Wanted(number, told["组织"], told["姓名"].translate(DOTS), login, told["岗位"])


def _few(rows: list[Wanted]) -> list[Wanted]:
    if not rows:
        raise _bad("请先粘贴名单，或选一个表格文件")
    if len(rows) > MOST_ROWS:
        raise _bad(f"一次最多 {MOST_ROWS} 行，请分几次")
    return rows


def _bad(said: str) -> Refused:
    return Refused("bad_batch", said, fields={"rows": said})
