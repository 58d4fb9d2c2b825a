"""One row of a roster workbook, read into what it says of one person."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeVar

from models.people.imports.cells import (
    BadCell,
    day_in,
    mobile_in,
    name_in,
    phone_in,
    short_text_in,
    text_in,
    yes_in,
)
from models.people.imports.report import Report
from models.people.imports.workbook import Column, Line
from models.people.member import MemberStatus
from models.people.org import BRANCHES, Org

Value = TypeVar("Value")

COLUMNS = (
    Column(
        "支部",
        (
            "党支部",
            "所在党支部",
            "所在支部",
            "所属党支部",
            "支部名称",
            "党支部名称",
            "支部代码",
            "所在党组织",
            "所属支部",
            "所属党组织",
            "党支部全称",
        ),
        required=True,
        spreads=True,
    ),
    Column("姓名", ("党员姓名", "名字"), required=True),
    Column(
        "手机号", ("手机号码", "手机", "联系电话", "电话", "联系方式", "移动电话", "本人电话", "电话号码")
    ),
    Column("家属电话", ("家属联系电话", "家属手机号", "家庭电话", "家人电话", "紧急联系电话")),
    Column("党小组", ("所在党小组", "所属党小组", "小组", "党小组名称"), spreads=True),
    Column("党员身份", ("人员类别", "党员类型", "党员性质", "党员类别")),
    Column(
        "入党时间",
        ("入党日期", "加入党组织日期", "加入党组织时间", "入党年月", "加入中国共产党日期"),
        is_day=True,
    ),
    Column("转正时间", ("转正日期", "转为正式党员日期", "转正年月"), is_day=True),
    Column("职务", ("党内职务", "现任职务", "党内职务名称")),
    Column("类别", ("积分类别", "党员分类")),
    Column("流动", ("是否流动", "流动党员", "是否流动党员", "是否为流动党员")),
    Column("不用手机", ("没有手机", "无手机", "是否不用手机", "不使用智能手机", "无智能手机")),
)
STATUSES = {
    "正式党员": MemberStatus.FULL,
    "正式": MemberStatus.FULL,
    "中共党员": MemberStatus.FULL,
    "预备党员": MemberStatus.PROBATIONARY,
    "预备": MemberStatus.PROBATIONARY,
    "停止党籍": MemberStatus.SUSPENDED,
    "失联党员": MemberStatus.OUT_OF_CONTACT,
    "失联": MemberStatus.OUT_OF_CONTACT,
}
# What the point schemes call a category, by the words that rosters use.
CATEGORIES = {
    "干部": "cadre",
    "村干部": "cadre",
    "村组干部": "cadre",
    "居家": "resident",
    "常住": "resident",
    "无职": "resident",
    "在职": "employed",
    "流动": "floating",
    "老弱病残": "veteran_or_ill",
    "年老体弱": "veteran_or_ill",
}


@dataclass(frozen=True)
class PersonRow:
    """What one row says of one person; None is an empty cell and leaves what is known."""

    number: int
    branch_id: int
    name: str
    phone: str | None = None
    family_phone: str | None = None
    group: str | None = None
    status: MemberStatus | None = None
    joined_on: date | None = None
    full_on: date | None = None
    office: str | None = None
    category: str | None = None
    away: bool | None = None
    no_phone: bool | None = None


def branch_finder(orgs: Iterable[Org], only: Org | None) -> Callable[[object], Org]:
    """Return a reader of 支部 cells, by code or name; where `only` is a branch an empty cell means it.

    The reader raises BadCell.
    """
    alone = only if only is not None and only.kind in BRANCHES else None
    named: dict[str, list[Org]] = {}
    for org in orgs:
        if org.kind in BRANCHES:
            for text in {_key(org.code), _key(org.name)}:
                named.setdefault(text, []).append(org)

    def find(value: object) -> Org:
        text = text_in(value)
        if not text and alone is not None:
            return alone
        found = named.get(_key(text), [])
        if not text:
            raise BadCell("请填支部的代码或全称")
        if not found:
            raise BadCell(f"没有“{text[:30]}”这个支部，或不在导入范围内，请填支部的代码或全称")
        if len(found) > 1:
            raise BadCell(f"有 {len(found)} 个支部都叫“{text[:30]}”，请改填支部代码")
        return found[0]

    return find


def _key(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def read_row(
    line: Line, find_branch: Callable[[object], Org], report: Report, *, today: date
) -> PersonRow | None:
    """Read one line; every bad cell of it is reported, and then there is no row."""
    before = len(report.problems)

    def read(title: str, reader: Callable[[object], Value]) -> Value | None:
        try:
            return reader(line.cells.get(title))
        except BadCell as bad:
            report.complain(line.number, title, str(bad))
            return None

    branch = read("支部", find_branch)
    name = read("姓名", name_in)
    if name == "":
        report.complain(line.number, "姓名", "请填姓名")
    row = PersonRow(
        number=line.number,
        branch_id=branch.id if branch else 0,
        name=name or "",
        phone=read("手机号", mobile_in),
        family_phone=read("家属电话", phone_in),
        group=read("党小组", partial(short_text_in, most=60)) or None,
        status=read(
            "党员身份", partial(_one_of, words=STATUSES, what="正式党员、预备党员、停止党籍、失联党员")
        ),
        joined_on=read("入党时间", partial(day_in, today=today)),
        full_on=read("转正时间", partial(day_in, today=today)),
        office=read("职务", partial(short_text_in, most=40)) or None,
        category=read("类别", _category_in),
        away=read("流动", yes_in),
        no_phone=read("不用手机", yes_in),
    )
    return row if len(report.problems) == before else None


def _one_of(value: object, words: Mapping[str, MemberStatus], what: str) -> MemberStatus | None:
    text = text_in(value)
    if text and text not in words:
        raise BadCell(f"请填{what}之一；名册不收入党积极分子，转出、去世请在平台上办理")
    return words.get(text)


def _category_in(value: object) -> str | None:
    text = text_in(value).removesuffix("党员")
    if text and text not in CATEGORIES:
        raise BadCell("请填村组干部、无职、在职、流动、年老体弱之一，也可以空着")
    return CATEGORIES.get(text)
