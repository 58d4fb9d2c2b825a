"""Importing the tree of organisations."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Audit
from models.people.imports.org_import import import_orgs
from models.people.imports.report import Problem, Report
from models.people.org import Org, Setting, settings_of
from tests.imports.sheets import ORG_HEADER, a_merged_workbook, a_workbook

TREE: list[list[Any]] = [
    ["Q", "青山示范区党工委", "党工委", None, 25],
    ["Q01", "河东镇党委", "党委", "Q", None],
    ["Q0101", "青石村党支部", "党支部", "Q01", "每月20日"],
]


def run(session: Session, rows: Sequence[Sequence[Any]], *, dry_run: bool = False) -> Report:
    return import_orgs(session, a_workbook([ORG_HEADER, *rows]), dry_run=dry_run, by=None)


def complaints(session: Session, rows: Sequence[Sequence[Any]]) -> list[Problem]:
    report = run(session, rows)
    assert session.scalar(select(func.count()).select_from(Org)) == 0
    return report.problems


def test_a_tree_is_added_with_paths_and_theme_days(session: Session) -> None:
    report = run(session, TREE)
    assert [(added.row, added.who) for added in report.added] == [
        (2, "青山示范区党工委"),
        (3, "河东镇党委"),
        (4, "青石村党支部"),
    ]
    zone, town, branch = session.scalars(select(Org).order_by(Org.code))
    assert branch.path == f"{zone.id}/{town.id}/{branch.id}/"
    days = [settings_of(session, org)[Setting.THEME_DAY] for org in (zone, town, branch)]
    assert days == [25, 25, 20]


def test_a_parent_may_come_later_in_the_file(session: Session) -> None:
    assert run(session, list(reversed(TREE))).problems == []
    assert session.scalar(select(func.count()).select_from(Org)) == 3


def test_the_same_file_again_changes_nothing(session: Session) -> None:
    run(session, TREE)
    acts = session.scalar(select(func.count()).select_from(Audit))
    report = run(session, TREE)
    assert (report.added, report.changed, report.unchanged, report.missing) == ([], [], 3, [])
    assert session.scalar(select(func.count()).select_from(Audit)) == acts


def test_a_dry_run_writes_nothing(session: Session) -> None:
    assert len(run(session, TREE, dry_run=True).added) == 3
    assert session.scalar(select(func.count()).select_from(Org)) == 0


def test_changes_are_named_by_their_columns(session: Session) -> None:
    run(session, [*TREE, ["Q02", "河西镇党委", "党委", "Q", None]])
    report = run(session, [["Q0101", "青石社区党支部", "党支部", "Q02", 15]])
    assert [(c.row, c.who, c.fields) for c in report.changed] == [
        (2, "青石社区党支部", ("名称", "上级代码", "主题党日"))
    ]
    assert report.missing == ["青山示范区党工委", "河东镇党委", "河西镇党委"]
    branch = session.scalars(select(Org).where(Org.code == "Q0101")).one()
    town = session.scalars(select(Org).where(Org.code == "Q02")).one()
    assert (branch.name, branch.path.startswith(town.path)) == ("青石社区党支部", True)


def test_an_empty_theme_day_keeps_what_is_set(session: Session) -> None:
    run(session, TREE)
    report = run(session, [["Q0101", "青石村党支部", "党支部", "Q01", None]])
    assert (report.changed, report.unchanged) == ([], 1)


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (["Q 1", "河西镇党委", "党委", "Q", None], "代码", "字母"),
        ([None, "河西镇党委", "党委", "Q", None], "代码", "1 到 32 位"),
        (["Q02", None, "党委", "Q", None], "名称", "请填组织名称"),
        (["Q02", "河" * 61, "党委", "Q", None], "名称", "最多 60 个字"),
        (["Q02", "河西镇党委", "委员会", "Q", None], "类型", "党总支"),
        (["Q02", "河西镇党委", "党委", "Q9", None], "上级代码", "没有这个代码"),
        (["Q02", "河西镇党委", "党委", None, None], "上级代码", "党工委可以没有上级"),
        (["Q02", "河西镇党委", "党委", "Q0101", None], "上级代码", "上级应是"),
        (["Q02", "一组", "党小组", "Q01", None], "上级代码", "上级应是：党支部、联合党支部"),
        (["Q02", "河西镇党委", "党委", "Q02", None], "上级代码", "绕成了圈"),
        (["Q02", "又一个党工委", "党工委", None, None], "上级代码", "只能有一个"),
        (["Q02", "河西镇党委", "党委", "Q", 29], "主题党日", "1 到 28"),
        (["Q02", "河西镇党委", "党委", "Q", "二十五"], "主题党日", "1 到 28"),
        (["Q0101", "河西镇党委", "党委", "Q", None], "代码", "第 4 行"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_written(
    session: Session, row: list[Any], column: str, said: str
) -> None:
    found = complaints(session, [*TREE, row])
    assert [(at, title) for at, title, _ in found] == [(5, column)]
    assert said in found[0][2]


def test_every_bad_row_is_listed(session: Session) -> None:
    found = complaints(session, [["?", "甲", "乙", "Q", 40], *TREE, ["Q03", "丙", "丁", "Q", None]])
    assert [(row, column) for row, column, _ in found] == [
        (2, "代码"),
        (2, "类型"),
        (2, "主题党日"),
        (6, "类型"),
    ]


def test_a_kind_is_not_changed_by_an_import(session: Session) -> None:
    run(session, TREE)
    report = run(session, [["Q0101", "青石村党支部", "党总支", "Q01", None]])
    assert [(p.row, p.column) for p in report.problems] == [(2, "类型")]


def test_an_organisation_does_not_move_below_its_own_child(session: Session) -> None:
    run(session, [*TREE, ["Q02", "河西镇党委", "党委", "Q01", None]])
    report = run(session, [["Q01", "河东镇党委", "党委", "Q02", None]])
    assert [(p.row, p.column) for p in report.problems] == [(2, "上级代码")]


def test_the_log_holds_codes_and_no_names(session: Session) -> None:
    run(session, TREE)
    rows = session.scalars(select(Audit)).all()
    assert sorted(row.verb for row in rows) == ["add", "add", "add", "import_orgs"]
    assert {row.via for row in rows} == {"cli"}
    assert "青" not in repr([(row.before, row.after) for row in rows])


def test_a_parent_merged_down_its_branches_holds_for_each(session: Session) -> None:
    rows = [
        ORG_HEADER,
        *TREE[:2],
        ["Q0101", "青石村党支部", "党支部", "Q01", None],
        ["Q0102", "柳湾村党支部", None, None, None],
    ]
    report = import_orgs(session, a_merged_workbook(rows, "C4:C5", "D4:D5"), dry_run=False, by=None)
    assert (report.problems, len(report.added)) == ([], 4)
    town = session.scalars(select(Org).where(Org.code == "Q01")).one()
    parents = session.scalars(select(Org.parent_id).where(Org.code.in_(["Q0101", "Q0102"]))).all()
    assert parents == [town.id, town.id]
