"""Two people of one name in one branch."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.people.imports.report import Report
from models.people.imports.roster_import import import_roster
from models.people.member import Member, MemberStatus
from models.people.org import Org
from tests.conftest import NOON
from tests.factories import KEYRING, a_branch, a_member
from tests.imports.sheets import a_workbook

HEADER = ["支部", "姓名", "手机号", "入党时间", "党员身份"]


def row(phone: str | None, joined: str | None) -> list[str | None]:
    return ["QS", "张建国", phone, joined, "正式党员"]


def run(session: Session, *rows: list[str | None]) -> Report:
    file = a_workbook([HEADER, *rows])
    return import_roster(session, KEYRING, file, org_code=None, dry_run=False, now=NOON, by=None)


def verdict(report: Report) -> tuple[int, list[tuple[str, ...]], int, int]:
    changed = [changed.fields for changed in report.changed]
    return len(report.added), changed, report.unchanged, len(report.problems)


@pytest.fixture
def branch(session: Session) -> Org:
    return a_branch(session, code="QS")


def known(session: Session, branch: Org, phone: str | None, joined: date | None) -> Member:
    sealed: dict[str, Any] = (
        {"phone_box": KEYRING.seal(phone), "phone_hash": KEYRING.phone_hash(phone)} if phone else {}
    )
    return a_member(session, branch, "张建国", joined_on=joined, **sealed)


def test_two_of_one_name_are_told_apart_by_the_join_date(session: Session, branch: Org) -> None:
    first = known(session, branch, None, date(1996, 7, 1))
    second = known(session, branch, None, date(2011, 7, 1))
    report = run(session, row("13800000001", "2011-07"), row(None, "1996-07"))
    assert verdict(report) == (0, [("手机号",)], 1, 0)
    assert (first.phone_hash, second.phone_hash) == (None, KEYRING.phone_hash("13800000001"))


def test_two_of_one_name_are_told_apart_by_the_phone(session: Session, branch: Org) -> None:
    known(session, branch, "13800000001", None)
    second = known(session, branch, "13800000002", None)
    report = run(session, row("13800000002", "2011-07"), row("13800000001", None))
    assert verdict(report) == (0, [("入党时间",)], 1, 0)
    assert second.joined_on == date(2011, 7, 1)


def test_two_new_people_of_one_name_are_both_added(session: Session, branch: Org) -> None:
    assert verdict(run(session, row("13800000001", None), row("13800000002", None))) == (2, [], 0, 0)


def test_a_second_person_of_a_known_name_is_added(session: Session, branch: Org) -> None:
    known(session, branch, None, date(1996, 7, 1))
    assert verdict(run(session, row(None, "1996-07"), row(None, "2011-07"))) == (1, [], 1, 0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((None, None), (None, None)),
        (("13800000001", None), (None, "2011-07")),
        (("13800000001", "2011-07"), ("13800000001", "2011-07")),
        ((None, "2011-07"), (None, "2011-07")),
    ],
)
def test_rows_that_nothing_tells_apart_are_refused(
    session: Session,
    branch: Org,
    one: tuple[str | None, str | None],
    other: tuple[str | None, str | None],
) -> None:
    report = run(session, row(*one), row(*other))
    assert [(p.row, p.column) for p in report.problems] == [(2, "姓名"), (3, "姓名")]
    assert "第 3 行" in report.problems[0].reason


def test_a_lone_row_between_two_known_people_needs_a_mark(session: Session, branch: Org) -> None:
    known(session, branch, None, date(1996, 7, 1))
    known(session, branch, None, date(2011, 7, 1))
    assert verdict(run(session, row("13800000001", None))) == (0, [], 0, 1)
    assert verdict(run(session, row("13800000001", "1996-07"))) == (0, [("手机号",)], 0, 0)


def test_a_row_that_speaks_of_two_known_people_is_refused(session: Session, branch: Org) -> None:
    known(session, branch, "13800000001", date(1996, 7, 1))
    known(session, branch, "13800000002", date(2011, 7, 1))
    assert verdict(run(session, row("13800000001", "2011-07"))) == (0, [], 0, 1)


def test_two_rows_that_speak_of_one_known_person_are_refused(session: Session, branch: Org) -> None:
    known(session, branch, "13800000001", date(1996, 7, 1))
    report = run(session, row("13800000001", "2011-07"), row("13800000002", "1996-07"))
    assert verdict(report) == (0, [], 0, 2)


def test_one_of_a_name_keeps_that_name_when_the_phone_is_new(session: Session, branch: Org) -> None:
    known(session, branch, "13800000001", date(1996, 7, 1))
    assert verdict(run(session, row("13800000002", "1996-07"))) == (0, [("手机号",)], 0, 0)


def test_a_name_alone_is_not_enough_when_phone_and_date_both_differ(session: Session, branch: Org) -> None:
    known(session, branch, "13800000001", date(1996, 7, 1))
    assert verdict(run(session, row("13800000002", "2011-07"))) == (0, [], 0, 1)


def test_somebody_who_left_does_not_come_back_by_an_import(session: Session, branch: Org) -> None:
    gone: dict[str, Any] = {"status": MemberStatus.TRANSFERRED_OUT, "left_on": date(2025, 1, 1)}
    a_member(session, branch, "张建国", joined_on=date(1996, 7, 1), **gone)
    report = run(session, row(None, "1996-07"))
    assert [(p.row, p.column) for p in report.problems] == [(2, "姓名")]


def test_a_newcomer_may_bear_the_name_of_somebody_who_left(session: Session, branch: Org) -> None:
    gone: dict[str, Any] = {"status": MemberStatus.DECEASED, "left_on": date(2025, 1, 1)}
    a_member(session, branch, "张建国", joined_on=date(1966, 7, 1), **gone)
    assert verdict(run(session, row(None, "2011-07"))) == (1, [], 0, 0)


def test_more_namesakes_than_any_branch_has_are_refused_at_once(session: Session, branch: Org) -> None:
    rows = [row(f"138000000{number:02d}", None) for number in range(21)]
    assert verdict(run(session, *rows)) == (0, [], 0, 21)


def test_one_person_in_two_branches_of_a_file_is_a_problem(session: Session, branch: Org) -> None:
    a_branch(session, session.get_one(Org, branch.parent_id), code="LW", name="柳湾村党支部")
    report = run(session, row("13800000001", "2011-07"), ["LW", *row("13800000001", "2011-07")[1:]])
    assert [(p.row, p.column) for p in report.problems] == [(3, "支部")]
    assert "和第 2 行" in report.problems[0].reason


def test_one_phone_of_a_family_in_two_branches_is_none(session: Session, branch: Org) -> None:
    a_branch(session, session.get_one(Org, branch.parent_id), code="LW", name="柳湾村党支部")
    wife: list[str | None] = ["LW", "何桂芳", "13800000001", "2011-07", "正式党员"]
    assert verdict(run(session, row("13800000001", "2011-07"), wife)) == (2, [], 0, 0)


def test_a_member_of_another_branch_is_never_moved_and_the_likeness_is_said(
    session: Session, branch: Org
) -> None:
    there = known(session, branch, "13800000001", date(2011, 7, 1))
    a_branch(session, session.get_one(Org, branch.parent_id), code="LW", name="柳湾村党支部")
    report = run(session, ["LW", *row("13800000001", "2011-07")[1:]])
    assert verdict(report) == (1, [], 0, 0)
    assert there.branch_id == branch.id
    assert ["第 2 行 柳湾村党支部 张建国：平台上别的支部有" in notice for notice in report.notices] == [True]


def test_each_duplicate_of_a_file_is_named_with_the_other_row(session: Session, branch: Org) -> None:
    report = run(session, row("13800000001", "2011-07"), row("13800000001", "2011-07"))
    assert [(p.row, p.column) for p in report.problems] == [(2, "姓名"), (3, "姓名")]
    assert ("和第 3 行" in report.problems[0].reason, "和第 2 行" in report.problems[1].reason) == (
        True,
        True,
    )
