"""Workdays as data, and the day a branch's theme day falls on."""

from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import CheckConstraint, Date, Integer, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, coded
from models.clock import day_text


class DayKind(StrEnum):
    """A day that the calendar of public holidays sets apart from its weekday."""

    OFF = "off"
    WORK = "work"


class Workday(Base):
    """One day that is off although a weekday, or worked although a weekend."""

    __tablename__ = "workday"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[DayKind] = coded(DayKind, "kind")


class HolidayYear(Base):
    """A year whose public holidays have been entered; other years answer "not known"."""

    __tablename__ = "holiday_year"
    year: Mapped[int] = mapped_column(Integer, primary_key=True)

    __table_args__ = (CheckConstraint("year BETWEEN 2020 AND 2100", name="year"),)


class HolidayRule(StrEnum):
    """What an organisation does when its day is not a workday."""

    KEEP = "keep"
    NEXT_WORKDAY = "next_workday"
    WITHIN_7_DAYS = "within_7_days"
    PREVIOUS_WORKDAY = "previous_workday"


class Proposal(NamedTuple):
    """A proposed date and the sentence that explains it; `known` is false without holiday data."""

    day: date
    reason: str
    known: bool


def is_workday(day: date, special: dict[date, DayKind]) -> bool:
    """Return whether `day` is worked, by its weekday unless the calendar says otherwise."""
    kind = special.get(day)
    return kind is DayKind.WORK if kind else day.weekday() < 5


def propose_day(session: Session, *, year: int, month: int, day_of_month: int, rule: HolidayRule) -> Proposal:
    """Return the theme day of a month under the organisation's holiday rule.

    A year without holiday data is said to be so; the date is then the fixed day, to be checked by a person.
    Source: each Party committee's own rule for theme days that fall on a day off.
    """
    fixed = date(year, month, day_of_month)
    usual = f"本支部每月 {day_of_month} 日"
    if rule is HolidayRule.KEEP:
        return Proposal(fixed, f"{usual}，遇节假日不顺延", True)
    if session.get(HolidayYear, year) is None:
        return Proposal(fixed, f"{usual}；{year} 年的放假安排还没有录入，请核对是不是工作日", False)
    span = (fixed - timedelta(days=15), fixed + timedelta(days=15))
    rows = session.execute(select(Workday.day, Workday.kind).where(Workday.day.between(*span)))
    special = dict(rows.all())
    if is_workday(fixed, special):
        return Proposal(fixed, f"{usual}；当天是工作日，不顺延", True)
    step = -1 if rule is HolidayRule.PREVIOUS_WORKDAY else 1
    moved = next(
        day for day in (fixed + timedelta(days=step * n) for n in range(1, 16)) if is_workday(day, special)
    )
    if rule is HolidayRule.WITHIN_7_DAYS:
        return Proposal(moved, f"{usual}；当天休息，七天以内改期，建议 {day_text(moved)}", True)
    where = "提前到前一个" if step < 0 else "顺延到下一个"
    return Proposal(moved, f"{usual}；当天休息，{where}工作日", True)


def after_workdays(session: Session, day: date, number: int) -> tuple[date, bool]:
    """Return the last of so many workdays after `day`, and whether the holidays until then are entered.

    Without them Monday to Friday are counted, and whoever shows the day says only how many workdays.
    """
    span = (day, day + timedelta(days=4 * number + 30))
    rows = session.execute(select(Workday.day, Workday.kind).where(Workday.day.between(*span)))
    special = dict(rows.all())
    last = day
    while number:
        last += timedelta(days=1)
        number -= is_workday(last, special)
    years = set(range(day.year, last.year + 1))
    known = session.scalars(select(HolidayYear.year).where(HolidayYear.year.in_(years)))
    return last, set(known) == years
