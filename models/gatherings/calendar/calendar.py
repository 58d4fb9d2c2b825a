"""Workdays as data, and the day a branch's theme day falls on."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import CheckConstraint, Date, Integer, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, coded
from models.clock import day_text
from models.people.org import Org, Setting, settings_of


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
    """A proposed date, the sentence that explains it to members, and what whoever drafts has to check.

    `known` is false where the holidays of a year that matters have not been entered.
    """

    day: date
    reason: str
    known: bool
    note: str


# How far a rule looks for a workday, in its order of preference.
LATER, EARLIER = tuple(range(1, 16)), tuple(range(-1, -16, -1))
REACH = {
    HolidayRule.KEEP: (),
    HolidayRule.NEXT_WORKDAY: LATER,
    HolidayRule.PREVIOUS_WORKDAY: EARLIER,
    HolidayRule.WITHIN_7_DAYS: (*LATER[:7], *EARLIER[:7]),
}


def is_workday(day: date, special: Mapping[date, DayKind]) -> bool:
    """Return whether `day` is worked, by its weekday unless the calendar says otherwise."""
    kind = special.get(day)
    return kind is DayKind.WORK if kind else day.weekday() < 5


def holiday_year(day: date) -> int:
    """Return the year in whose notice a day stands: New Year's days off may begin on 28 December.

    Source: the State Council's yearly notice on the arrangement of public holidays.
    """
    return day.year + (day >= date(day.year, 12, 28))


def propose_day(
    session: Session, *, year: int, month: int, day_of_month: int, rule: HolidayRule, calls: bool = False
) -> Proposal:
    """Return the theme day of a month under the organisation's holiday rule.

    `calls` is for a committee that calls branches together: the reason then speaks of their day.
    A year without holiday data is said to be so; the date is then the fixed day, to be checked by a person.
    Source: each Party committee's own rule for theme days that fall on a day off.
    """
    fixed = date(year, month, day_of_month)
    usual = f"各支部每月 {day_of_month} 日过主题党日" if calls else f"本支部每月 {day_of_month} 日"
    if rule is HolidayRule.KEEP:
        return Proposal(fixed, f"{usual}，遇节假日不顺延", True, "")
    steps = (0, *REACH[rule])
    span = (fixed + timedelta(days=min(steps)), fixed + timedelta(days=max(steps)))
    rows = session.execute(select(Workday.day, Workday.kind).where(Workday.day.between(*span)))
    special = dict(rows.all())
    years = select(HolidayYear.year).where(HolidayYear.year.between(year - 1, year + 1))
    entered = set(session.scalars(years))
    for days in steps:
        day = fixed + timedelta(days=days)
        if holiday_year(day) not in entered:
            return Proposal(fixed, usual, False, _not_entered(day))
        if is_workday(day, special):
            return Proposal(day, f"{usual}；{_why(day, days, rule)}", True, "")
    asked = "请定一天" if calls else "请支部定一天"
    return Proposal(fixed, usual, True, f"{day_text(fixed)} 前后都没有工作日，{asked}，写明原因")


def _not_entered(day: date) -> str:
    return f"{holiday_year(day)} 年的放假安排未录入，请核对是不是工作日"


def _why(day: date, days: int, rule: HolidayRule) -> str:
    """Say how the rule led `days` days away from the fixed day."""
    if not days:
        return "当天是工作日，不顺延"
    if rule is HolidayRule.NEXT_WORKDAY:
        return "当天休息，顺延到下一个工作日"
    if rule is HolidayRule.PREVIOUS_WORKDAY:
        return "当天休息，提前到前一个工作日"
    if days > 0:
        return f"当天休息，七天以内改到 {day_text(day)}"
    return f"当天和以后七天都休息，七天以内提前到 {day_text(day)}"


def note_on(session: Session, org: Org, day: date) -> str:
    """Return what whoever plans `day` has to check: its year's holidays are not entered; '' if they are."""
    if settings_of(session, org)[Setting.HOLIDAY_RULE] == HolidayRule.KEEP:
        return ""
    return "" if session.get(HolidayYear, holiday_year(day)) else _not_entered(day)
