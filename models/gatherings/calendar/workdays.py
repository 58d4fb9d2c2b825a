"""So many workdays from a day: until when something is answered."""

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.gatherings.calendar.calendar import HolidayYear, Workday, is_workday

# A year's notice also speaks for the days off before its first of January.
NEW_YEAR_BEGINS = timedelta(days=4)


def after_workdays(session: Session, day: date, number: int) -> tuple[date, bool]:
    """Return the last of so many workdays after `day`, and whether the holidays until then are entered.

    Without them Monday to Friday are counted, and whoever shows the day says only how many workdays.
    Source: the State Council's yearly notice on the arrangement of public holidays.
    """
    return after_workdays_each(session, {day}, number)[day]


def after_workdays_each(
    session: Session, days: Collection[date], number: int
) -> dict[date, tuple[date, bool]]:
    """Return each of these days -> what `after_workdays` says of it; two statements, however many."""
    if not days:
        return {}
    span = (min(days), max(days) + timedelta(days=4 * number + 30))
    rows = session.execute(select(Workday.day, Workday.kind).where(Workday.day.between(*span)))
    special = dict(rows.all())
    known = set(session.scalars(select(HolidayYear.year)))
    found = {}
    for day in days:
        last, left = day, number
        while left:
            last += timedelta(days=1)
            left -= is_workday(last, special)
        years = set(range(day.year, (last + NEW_YEAR_BEGINS).year + 1))
        found[day] = (last, years <= known)
    return found
