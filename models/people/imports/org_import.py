"""Importing the tree of organisations from a workbook, all or nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.people.imports.cells import BadCell, short_text_in, text_in
from models.people.imports.report import Added, Changed, Report
from models.people.imports.workbook import Column, Line, begin_report, read_table
from models.people.org import (
    COMMITTEES,
    ORG_KIND_TEXT,
    Org,
    OrgKind,
    OrgSetting,
    Setting,
    put_setting,
)

# Two imports at once would both find the same row missing and add it twice.
ONE_IMPORT = 0x1A9027

COLUMNS = (
    Column("代码", ("组织代码", "党组织代码", "编码", "组织编码"), required=True),
    Column("名称", ("组织名称", "党组织名称", "党组织全称"), required=True),
    Column("类型", ("组织类型", "党组织类型", "类别", "组织类别"), required=True, spreads=True),
    Column("上级代码", ("上级组织代码", "上级党组织代码", "上级编码"), required=True, spreads=True),
    Column("主题党日", ("主题党日日期", "每月主题党日", "党日")),
)
KINDS = {text: kind for kind, text in ORG_KIND_TEXT.items()} | {
    "工委": OrgKind.WORKING_COMMITTEE,
    "总支": OrgKind.GENERAL_BRANCH,
    "党总支部": OrgKind.GENERAL_BRANCH,
    "支部": OrgKind.BRANCH,
    "联合支部": OrgKind.JOINT_BRANCH,
    "小组": OrgKind.PARTY_GROUP,
}
BELOW: dict[OrgKind, tuple[OrgKind, ...]] = {
    OrgKind.PARTY_COMMITTEE: COMMITTEES,
    OrgKind.GENERAL_BRANCH: COMMITTEES,
    OrgKind.BRANCH: (*COMMITTEES, OrgKind.GENERAL_BRANCH),
    OrgKind.JOINT_BRANCH: (*COMMITTEES, OrgKind.GENERAL_BRANCH),
    OrgKind.PARTY_GROUP: (OrgKind.BRANCH, OrgKind.JOINT_BRANCH),
}


@dataclass(frozen=True)
class OrgRow:
    """One organisation as the file has it; `parent` is a code, empty for the zone."""

    number: int
    code: str
    name: str
    kind: OrgKind
    parent: str
    theme_day: int | None


def import_orgs(session: Session, file: bytes, *, dry_run: bool, by: int | None) -> Report:
    """Add and update organisations by their code; a parent may come later in the file.

    A kind is never changed by an import and nothing is dissolved; the same file again changes nothing.
    Returns a report; with any problem nothing is written. Refused: as `read_table` and `begin_report`.
    """
    table = read_table(file, COLUMNS)
    report = begin_report(table)
    session.execute(select(func.pg_advisory_xact_lock(ONE_IMPORT)))
    rows = _unique([row for line in table.lines if (row := _read_row(line, report))], report)
    known = {org.code: org for org in session.scalars(select(Org).where(Org.dissolved_on.is_(None)))}
    codes = {org.id: code for code, org in known.items()}
    above = {code: codes.get(org.parent_id or 0, "") for code, org in known.items()}
    _check_tree(rows, known, above, report)
    days = _theme_days(session)
    changes = {
        row.code: _changes(row, known[row.code], above[row.code], days, report)
        for row in rows.values()
        if row.code in known
    }
    _sum_up(report, rows, known, changes)
    if not report.problems and not dry_run:
        _write(session, rows, known, changes, by=by)
    return report


def _read_row(line: Line, report: Report) -> OrgRow | None:
    """Read one line; every bad cell of it is reported."""
    before = len(report.problems)
    code, parent = text_in(line.cells.get("代码")), text_in(line.cells.get("上级代码"))
    for title, text in (("代码", code), ("上级代码", parent)):
        if not re.fullmatch(r"[0-9A-Za-z_-]{1,32}", text) and (text or title == "代码"):
            report.complain(line.number, title, "请填 1 到 32 位的数字、字母、横线或下划线")
    name = _name(line, report)
    kind = KINDS.get(text_in(line.cells.get("类型")))
    if kind is None:
        report.complain(line.number, "类型", f"请填{'、'.join(ORG_KIND_TEXT.values())}之一")
    theme_day = _theme_day(line, report)
    if kind is None or len(report.problems) > before:
        return None
    return OrgRow(line.number, code, name, kind, parent, theme_day)


def _name(line: Line, report: Report) -> str:
    try:
        name = short_text_in(line.cells.get("名称"), 60)
    except BadCell as bad:
        report.complain(line.number, "名称", str(bad))
        return ""
    if not name:
        report.complain(line.number, "名称", "请填组织名称")
    return name


def _theme_day(line: Line, report: Report) -> int | None:
    text = text_in(line.cells.get("主题党日"))
    if not text:
        return None
    found = re.fullmatch(r"(?:每月)?(\d{1,2})[日号]?", text)
    if found is None or not 1 <= int(found[1]) <= 28:
        report.complain(line.number, "主题党日", "请填 1 到 28 之间的日子，例如 25；空着就随上级")
        return None
    return int(found[1])


def _unique(rows: list[OrgRow], report: Report) -> dict[str, OrgRow]:
    unique: dict[str, OrgRow] = {}
    for row in rows:
        first = unique.setdefault(row.code, row)
        if first is not row:
            report.complain(row.number, "代码", f"和第 {first.number} 行的代码相同，每个组织一个代码")
    return unique


def _check_tree(
    rows: Mapping[str, OrgRow], known: Mapping[str, Org], above: Mapping[str, str], report: Report
) -> None:
    """Complain about parents that do not exist, stand too low, or lead round in a circle."""
    kinds = {code: org.kind for code, org in known.items()} | {code: row.kind for code, row in rows.items()}
    parents = {**above, **{code: row.parent for code, row in rows.items()}}
    tops = {code for code, org in known.items() if org.parent_id is None}
    for row in rows.values():
        if row.parent == "":
            if row.kind is not OrgKind.WORKING_COMMITTEE:
                report.complain(row.number, "上级代码", "只有最上面的党工委可以没有上级，请填上级代码")
            elif tops - {row.code}:
                report.complain(row.number, "上级代码", "最上面的党工委已经有了，只能有一个")
            tops.add(row.code)
        elif row.parent not in kinds:
            report.complain(row.number, "上级代码", "文件和平台里都没有这个代码，请先添上这个上级")
        elif kinds[row.parent] not in BELOW.get(row.kind, ()):
            allowed = "、".join(ORG_KIND_TEXT[kind] for kind in BELOW.get(row.kind, ())) or "没有组织"
            report.complain(row.number, "上级代码", f"{ORG_KIND_TEXT[row.kind]}的上级应是：{allowed}")
        elif _goes_round(row.code, parents):
            report.complain(row.number, "上级代码", "上下级绕成了圈，请核对")


def _goes_round(code: str, parents: Mapping[str, str]) -> bool:
    """Return whether the way up from `code` never ends."""
    seen: set[str] = set()
    while code and code not in seen:
        seen.add(code)
        code = parents.get(code, "")
    return bool(code)


def _theme_days(session: Session) -> dict[int, int]:
    query = select(OrgSetting.org_id, OrgSetting.value).where(OrgSetting.key == Setting.THEME_DAY)
    return dict(session.execute(query).all())


def _changes(row: OrgRow, org: Org, above: str, days: Mapping[int, int], report: Report) -> tuple[str, ...]:
    """Return the titles of the columns in which a known organisation differs."""
    if org.kind is not row.kind:
        report.complain(row.number, "类型", f"平台上是{ORG_KIND_TEXT[org.kind]}，导入不能改类型")
    differs = {
        "名称": org.name != row.name,
        "上级代码": above != row.parent,
        "主题党日": row.theme_day is not None and days.get(org.id) != row.theme_day,
    }
    return tuple(title for title, is_different in differs.items() if is_different)


def _sum_up(
    report: Report,
    rows: Mapping[str, OrgRow],
    known: Mapping[str, Org],
    changes: Mapping[str, tuple[str, ...]],
) -> None:
    report.added = [Added(row.number, row.name) for row in rows.values() if row.code not in known]
    report.changed = [
        Changed(rows[code].number, rows[code].name, titles) for code, titles in changes.items() if titles
    ]
    report.unchanged = len(changes) - len(report.changed)
    report.missing = [
        org.name for code, org in known.items() if code not in rows and org.kind is not OrgKind.PARTY_GROUP
    ]
    report.settle()


def _write(
    session: Session,
    rows: Mapping[str, OrgRow],
    known: dict[str, Org],
    changes: Mapping[str, tuple[str, ...]],
    *,
    by: int | None,
) -> None:
    """Add level by level, so that a parent has its key before its children; then update."""
    waiting = [row for row in rows.values() if row.code not in known]
    while waiting:
        ready = [row for row in waiting if not row.parent or row.parent in known]
        added = [
            Org(kind=row.kind, code=row.code, name=row.name, parent_id=_id_of(row.parent, known))
            for row in ready
        ]
        session.add_all(added)
        session.flush()
        known |= {org.code: org for org in added}
        waiting = [row for row in waiting if row.code not in known]
    touched = [row for code, row in rows.items() if changes.get(code) != ()]
    for row in touched:
        org, titles = known[row.code], changes.get(row.code)
        org.name, org.parent_id = row.name, _id_of(row.parent, known)
        if row.theme_day is not None:
            put_setting(session, org.id, Setting.THEME_DAY, row.theme_day)
        _note(session, "add" if titles is None else "change", org, titles or (), by)
    if touched:
        after = {"rows": len(rows), "written": len(touched)}
        record(session, "import_orgs", "org", None, via=Via.CLI, account_id=by, after=after)
    session.flush()
    session.expire_all()  # the database rewrote the paths


def _id_of(code: str, known: Mapping[str, Org]) -> int | None:
    return known[code].id if code else None


FIELDS = {"名称": "name", "上级代码": "parent", "主题党日": "theme_day"}


def _note(session: Session, verb: str, org: Org, titles: tuple[str, ...], by: int | None) -> None:
    after = {"parent": org.parent_id, "fields": [FIELDS[title] for title in titles]}
    record(session, verb, "org", org.id, via=Via.CLI, account_id=by, org_id=org.id, after=after)
