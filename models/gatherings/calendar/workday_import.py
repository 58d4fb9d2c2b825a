"""Importing the days off and the swapped workdays of one year from a workbook, the whole year at once."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import day_text
from models.gatherings.calendar.calendar import DayKind, HolidayYear, Workday, holiday_year, is_workday
from models.people.imports.cells import BadCell, day_in, text_in
from models.people.imports.org_import import ONE_IMPORT
from models.people.imports.report import Added, Changed, Report
from models.people.imports.workbook import Column, Line, begin_report, read_table

COLUMNS = (
    Column("日期", ("时间", "放假日期", "日子"), required=True, is_day=True),
    Column("类别", ("休或班", "休班", "安排", "类型"), required=True),
)
KINDS = {
    "休": DayKind.OFF, "放假": DayKind.OFF, "休息": DayKind.OFF,
    "班": DayKind.WORK, "上班": DayKind.WORK, "补班": DayKind.WORK, "调休上班": DayKind.WORK,
}  # fmt: skip
KIND_TEXT = {DayKind.OFF: "休", DayKind.WORK: "班"}
LAST = date(2100, 12, 27)
# Days that the law gives every year by the common calendar; the others follow the moon.
FIXED = {(1, 1): "元旦", (5, 1): "劳动节", (10, 1): "国庆节", (10, 2): "国庆节", (10, 3): "国庆节"}
LONGEST = 13  # days off in a row; more would leave a rule without a workday within its seven days


def import_workdays(session: Session, file: bytes, *, dry_run: bool, by: int | None) -> Report:
    """Put the days of one year in the place of whatever was entered for it.

    A year's days are those of the State Council's notice for it, from 28 December of the year before.
    Returns a report; with any problem nothing is written. Refused: as `read_table` and `begin_report`.
    """
    table = read_table(file, COLUMNS)
    report = begin_report(table)
    session.execute(select(func.pg_advisory_xact_lock(ONE_IMPORT)))
    days = dict(_read(table.lines, report))
    year = Counter(holiday_year(day) for day in days).most_common(1)[0][0] if days else 0
    rows = {day: number for day, (number, _) in days.items()}
    special = {day: kind for day, (_, kind) in days.items()}
    if not report.problems:
        _check(special, rows, year, report)
    if report.problems:
        report.settle()
        return report
    entered = session.get(HolidayYear, year) is not None
    known = {row.day: row for row in session.scalars(_of_year(year))}
    _sum_up(report, special, rows, {day: row.kind for day, row in known.items()}, year, entered)
    if (report.added or report.changed or known.keys() - special.keys() or not entered) and not dry_run:
        _write(session, special, known, year, by)
    return report


def _read(lines: list[Line], report: Report) -> Iterator[tuple[date, tuple[int, DayKind]]]:
    seen: dict[date, int] = {}
    for line in lines:
        kind = KINDS.get(text_in(line.cells.get("类别")))
        if kind is None:
            report.complain(line.number, "类别", "请填“休”或“班”")
        try:
            day = whole_day_in(line.cells.get("日期"))
        except BadCell as bad:
            report.complain(line.number, "日期", str(bad))
            continue
        first = seen.setdefault(day, line.number)
        if first != line.number:
            report.complain(line.number, "日期", f"和第 {first} 行是同一天，请只留一行")
        elif kind is not None:
            yield day, (line.number, kind)


def whole_day_in(value: object) -> date:
    """Return a day of a holiday calendar, which a month alone is not. Raises BadCell."""
    day = day_in(value, today=LAST)
    parts = re.findall(r"\d+", unicodedata.normalize("NFKC", text_in(value)))
    if day is None or not (isinstance(value, datetime) or len(parts) == 3 or len(parts[0]) == 8):
        raise BadCell("请写到日，一天一行，例如 2027-10-01")
    if holiday_year(day) < 2020:
        raise BadCell("只录 2020 年以后的安排")
    return day


def _check(special: Mapping[date, DayKind], rows: Mapping[date, int], year: int, report: Report) -> None:
    """Complain where this cannot be a year's whole notice: it would be believed for the whole year."""
    for day, kind in special.items():
        if holiday_year(day) != year:
            said = f"这一天在 {holiday_year(day)} 年的安排里，这个文件是 {year} 年的；一年一个文件"
            report.complain(rows[day], "日期", f"{said}，12 月 28 日以后算下一年")
        elif kind is DayKind.WORK and day.weekday() < 5:
            report.complain(rows[day], "类别", f"{day_text(day)}本来就上班，只写调成上班的周末")
    last = max(rows.values())
    for (month, number), name in FIXED.items():
        if special.get(date(year, month, number)) is not DayKind.OFF:
            report.complain(last, "日期", f"没有 {month} 月 {number} 日 休（{name}），一年的安排要写全")
    spring = date(year, 1, 20)
    if not any(_all_off(special, spring + timedelta(days=step)) for step in range(33)):
        report.complain(last, "日期", "没有春节的休，一年的安排要写全")
    run = 0
    for step in range(-4, 366):
        day = date(year, 1, 1) + timedelta(days=step)
        run = 0 if is_workday(day, special) else run + 1
        if run == LONGEST + 1:
            report.complain(rows.get(day, last), "日期", f"到 {day_text(day)} 连着休了 {run} 天，请核对")


def _all_off(special: Mapping[date, DayKind], first: date) -> bool:
    return all(special.get(first + timedelta(days=step)) is DayKind.OFF for step in range(3))


def _of_year(year: int) -> Select[Workday]:
    return select(Workday).where(Workday.day.between(date(year - 1, 12, 28), date(year, 12, 27)))


def _sum_up(
    report: Report,
    special: Mapping[date, DayKind],
    rows: Mapping[date, int],
    known: Mapping[date, DayKind],
    year: int,
    entered: bool,
) -> None:
    def told(day: date) -> str:
        return f"{day.isoformat()} {KIND_TEXT[special[day]]}"

    for day in special:
        if day not in known:
            report.added.append(Added(rows[day], told(day)))
        elif known[day] is not special[day]:
            report.changed.append(Changed(rows[day], told(day), ("类别",)))
        else:
            report.unchanged += 1
    if gone := sorted(known.keys() - special.keys()):
        days = "、".join(day.isoformat() for day in gone)
        report.notices.append(f"原来录入、文件里没有的 {len(gone)} 天按平常的星期算：{days}")
    if not entered:
        report.notices.append(f"{year} 年的放假安排是第一次录入")


def _write(
    session: Session,
    special: Mapping[date, DayKind],
    known: Mapping[date, Workday],
    year: int,
    by: int | None,
) -> None:
    for day, row in known.items():
        if day not in special:
            session.delete(row)
    for day, kind in special.items():
        if day in known:
            known[day].kind = kind
        else:
            session.add(Workday(day=day, kind=kind))
    session.merge(HolidayYear(year=year))
    counted = Counter(special.values())
    record(
        session, "import_workdays", "holiday_year", year, via=Via.CLI, account_id=by,
        after={"off": counted[DayKind.OFF], "work": counted[DayKind.WORK]},
    )  # fmt: skip
    session.flush()
