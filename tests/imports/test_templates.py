"""The templates in docs/ and the file that a common office program saved."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people.imports import org_import, roster_row
from models.people.imports.roster_import import import_roster
from models.people.imports.workbook import Column, read_table
from models.people.member import Member, MemberStatus
from models.people.org import Org
from tests.conftest import NOON
from tests.factories import KEYRING, a_branch, a_township, a_zone
from tests.imports.templates import DOCS, ORGS, ROSTER

SAVED = Path(__file__).parents[1] / "fixtures" / "roster-saved-by-libreoffice.xlsx"


@pytest.mark.parametrize(
    ("name", "columns", "written"),
    [("名册模板.xlsx", roster_row.COLUMNS, ROSTER), ("组织模板.xlsx", org_import.COLUMNS, ORGS)],
)
def test_a_template_has_every_column_in_its_order(
    name: str, columns: tuple[Column, ...], written: tuple[tuple[str, bool, str], ...]
) -> None:
    table = read_table((DOCS / name).read_bytes(), columns)
    assert [column.title for column in columns] == [title for title, _, _ in written]
    assert [column.required for column in columns] == [needed for _, needed, _ in written]
    assert set(table.letters) == {column.title for column in columns}
    assert (table.lines, table.problems) == ([], [])


def test_a_roster_saved_by_libreoffice_is_read_whole(session: Session) -> None:
    town = a_township(session, a_zone(session))
    a_branch(session, town, "QS01")
    a_branch(session, town, "HX01", name="河西村党支部")
    file = SAVED.read_bytes()
    report = import_roster(session, KEYRING, file, org_code=None, dry_run=False, now=NOON, by=None)
    assert report.problems == []
    assert len(report.added) == 7
    assert any("“性别”“身份证号”没有读入" in notice for notice in report.notices)
    one, other = session.scalars(select(Member).where(Member.name == "张建国").order_by(Member.joined_on))
    assert [one.joined_on, other.joined_on] == [date(1996, 7, 1), date(2011, 7, 1)]
    assert one.phone_hash == KEYRING.phone_hash("13800000003")
    young = session.scalars(select(Member).where(Member.name == "周小雨")).one()
    assert (young.status, young.joined_on) == (MemberStatus.PROBATIONARY, date(2026, 6, 1))
    groups = session.scalars(select(Org.name).where(Org.code.like("QS01-%")).order_by(Org.code))
    assert list(groups) == ["第一党小组", "第二党小组"]
    again = import_roster(session, KEYRING, file, org_code=None, dry_run=False, now=NOON, by=None)
    assert (again.added, again.changed, again.unchanged, again.missing) == ([], [], 7, [])
