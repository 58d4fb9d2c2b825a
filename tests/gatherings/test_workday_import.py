"""Entering a year's holidays and swaps from a workbook: the whole year, or nothing."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Audit
from models.gatherings.calendar.calendar import DayKind, HolidayRule, HolidayYear, Workday, propose_day
from models.gatherings.calendar.workday_import import import_workdays
from models.people.imports.report import Problem, Report
from models.refused import Refused
from tests.gatherings.holidays import special_days
from tests.imports.sheets import a_workbook

NOTHING: Mapping[str, str | None] = {}
TEXT = {DayKind.OFF: "休", DayKind.WORK: "班"}


def notice(year: int = 2026, changed: Mapping[str, str | None] = NOTHING) -> list[list[Any]]:
    """Return the rows of a year's notice; {"1010": "休"} changes a day, None takes it out."""
    days = {day: TEXT[kind] for day, kind in special_days(year).items()}
    for name, text in changed.items():
        day = date(year, int(name[:2]), int(name[2:]))
        days.pop(day, None)
        if text:
            days[day] = text
    return [[day, text] for day, text in sorted(days.items())]


def run(session: Session, rows: list[list[Any]], *, dry_run: bool = False) -> Report:
    return import_workdays(session, a_workbook([["日期", "类别"], *rows]), dry_run=dry_run, by=None)


def stored(session: Session) -> dict[date, DayKind]:
    return {row.day: row.kind for row in session.scalars(select(Workday))}


def years(session: Session) -> list[int]:
    return list(session.scalars(select(HolidayYear.year)))


def faults(session: Session, rows: list[list[Any]]) -> list[Problem]:
    report = run(session, rows)
    assert (stored(session), years(session)) == ({}, [])
    return report.problems


def test_a_year_is_entered_whole_and_the_rules_know_it(session: Session) -> None:
    report = run(session, notice())
    assert (report.problems, len(report.added)) == ([], len(special_days(2026)))
    assert (stored(session), years(session)) == (special_days(2026), [2026])
    found = propose_day(session, year=2026, month=9, day_of_month=25, rule=HolidayRule.NEXT_WORKDAY)
    assert (found.day, found.known) == (date(2026, 9, 28), True)
    act = session.scalars(select(Audit)).one()
    assert (act.verb, act.subject_id, act.after) == ("import_workdays", 2026, {"off": 33, "work": 6})


def test_a_dry_run_shows_and_writes_nothing(session: Session) -> None:
    report = run(session, notice(), dry_run=True)
    assert len(report.added) == 39
    assert report.notices == ["2026 年的放假安排是第一次录入"]
    assert (stored(session), years(session)) == ({}, [])


def test_the_same_file_again_changes_nothing(session: Session) -> None:
    run(session, notice())
    report = run(session, notice())
    assert (report.added, report.changed, report.unchanged, report.notices) == ([], [], 39, [])
    assert len(session.scalars(select(Audit)).all()) == 1


def test_a_corrected_notice_takes_the_place_of_the_old_one(session: Session) -> None:
    run(session, notice())
    report = run(session, notice(changed={"1010": None, "1017": "班"}))
    assert [added.who for added in report.added] == ["2026-10-17 班"]
    assert report.notices == ["原来录入、文件里没有的 1 天按平常的星期算：2026-10-10"]
    assert date(2026, 10, 10) not in stored(session)
    assert stored(session)[date(2026, 10, 17)] is DayKind.WORK


def test_another_year_is_left_alone(session: Session) -> None:
    run(session, notice(2026))
    run(session, notice(2028))
    assert sorted(years(session)) == [2026, 2028]
    assert special_days(2026).items() <= stored(session).items()


def test_days_of_december_that_the_next_years_notice_swaps_belong_to_it(session: Session) -> None:
    rows = [[date(2025, 12, 28), "班"], *notice()]
    assert run(session, rows).problems == []
    assert stored(session)[date(2025, 12, 28)] is DayKind.WORK


def test_days_may_be_written_in_every_shape(session: Session) -> None:
    shapes = ["2026年{0.month}月{0.day}日", "{0:%Y-%m-%d}", "{0:%Y%m%d}", "{0.year}.{0.month}.{0.day}"]
    rows = [[shapes[at % 4].format(day), text] for at, (day, text) in enumerate(notice())]
    assert run(session, rows).problems == []
    assert stored(session) == special_days(2026)


@pytest.mark.parametrize(
    ("rows", "column", "said"),
    [
        ([["2026-10", "休"]], "日期", "请写到日"),
        ([["10月8日", "休"]], "日期", "看不懂"),
        ([["2026-02-30", "休"]], "日期", "没有这一天"),
        ([[None, "休"]], "日期", "请写到日"),
        ([["2026-10-08", "假"]], "类别", "“休”或“班”"),
        ([["2026-10-08", None]], "类别", "“休”或“班”"),
        ([["2026-10-01", "休"]], "日期", "同一天"),
        ([["2026-10-12", "班"]], "类别", "本来就上班"),
        ([["2027-05-03", "休"]], "日期", "这个文件是 2026 年的"),
    ],
)
def test_each_fault_is_named_by_its_row(
    session: Session, rows: list[list[Any]], column: str, said: str
) -> None:
    problems = faults(session, [*notice(), *rows])
    assert [(p.row, p.column) for p in problems] == [(41, column)]
    assert said in problems[0].reason


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"0101": None}, "1 月 1 日 休（元旦）"),
        ({"0501": None}, "劳动节"),
        ({"1002": None}, "国庆节"),
        ({f"02{day}": None for day in range(15, 24)}, "春节"),
        ({f"10{day:02d}": "休" for day in range(8, 15)}, "连着休了 14 天"),
    ],
)
def test_what_cannot_be_a_whole_year_is_not_believed(
    session: Session, changed: dict[str, str | None], said: str
) -> None:
    assert any(said in problem.reason for problem in faults(session, notice(changed=changed)))


def test_a_file_without_days_is_refused(session: Session) -> None:
    with pytest.raises(Refused) as refused:
        run(session, [])
    assert refused.value.code == "workbook_empty"
