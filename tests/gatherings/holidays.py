"""Public holidays of ten years as data: 2026 as announced, later years as they might be."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy.orm import Session

from models.gatherings.calendar.calendar import DayKind, HolidayYear, Workday

YEARS = range(2026, 2036)
# The first day of the Chinese year, as observatories publish it.
NEW_YEAR = {
    2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11),
    2033: (1, 31), 2034: (2, 19), 2035: (2, 8),
}  # fmt: skip
AS_ANNOUNCED = {
    2026: (
        "0101-0103 0215-0223 0404-0406 0501-0505 0619-0621 0925-0927 1001-1007",
        "0104 0214 0228 0509 0920 1010",
    )
}


def special_days(year: int) -> dict[date, DayKind]:
    """Return the days of a year that are off or worked against their weekday's habit."""
    if year not in AS_ANNOUNCED:
        return _as_it_might_be(year)
    off, worked = AS_ANNOUNCED[year]
    days = {day: DayKind.OFF for span in off.split() for day in _span(year, span)}
    return days | {_day(year, text): DayKind.WORK for text in worked.split()}


def _day(year: int, text: str) -> date:
    return date(year, int(text[:2]), int(text[2:]))


def _span(year: int, text: str) -> Iterator[date]:
    first, _, last = text.partition("-")
    day = _day(year, first)
    while day <= _day(year, last or first):
        yield day
        day += timedelta(days=1)


def _as_it_might_be(year: int) -> dict[date, DayKind]:
    """Return eight days from New Year's Eve, five in May, seven in October, and swaps on weekends beside."""
    days: dict[date, DayKind] = {date(year, 1, 1): DayKind.OFF}
    eve = date(year, *NEW_YEAR[year]) - timedelta(days=1)
    for first, length in ((eve, 8), (date(year, 5, 1), 5), (date(year, 10, 1), 7)):
        days |= {first + timedelta(days=step): DayKind.OFF for step in range(length)}
        last = first + timedelta(days=length - 1)
        before = next(day for n in range(1, 8) if (day := first - timedelta(days=n)).weekday() >= 5)
        after = next(day for n in range(1, 8) if (day := last + timedelta(days=n)).weekday() >= 5)
        # The nearest days of the weekends before and after are worked for it.
        days |= {before: DayKind.WORK, after: DayKind.WORK}
    return days


def enter(session: Session, *years: int) -> None:
    """Enter these years, or all ten."""
    for year in years or YEARS:
        session.add(HolidayYear(year=year))
        session.add_all(Workday(day=day, kind=kind) for day, kind in special_days(year).items())
    session.flush()
