"""So many workdays from a day: until when something is answered."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.gatherings.calendar import HolidayYear, Workday, is_workday

# A year's notice also speaks for the days off before its first of January.
NEW_YEAR_BEGINS = timedelta(days=4)


def after_workdays(session: Session, day: date, number: int) -> tuple[date, bool]:
    """Return the last of so many workdays after `day`, and whether the holidays until then are entered.

    Without them Monday to Friday are counted, and whoever shows the day says only how many workdays.
    Source: the State Council's yearly notice on the arrangement of public holidays.
    """
    span = (day, day + timedelta(days=4 * number + 30))
    rows = session.execute(select(Workday.day, Workday.kind).where(Workday.day.between(*span)))
    special = dict(rows.all())
    last = day
    while number:
        last += timedelta(days=1)
        number -= is_workday(last, special)
    years = set(range(day.year, (last + NEW_YEAR_BEGINS).year + 1))
    known = session.scalars(select(HolidayYear.year).where(HolidayYear.year.in_(years)))
    return last, set(known) == years
