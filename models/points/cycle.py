"""Names of cycles: 2026, 2026H2, 2026Q4, 2026-11, and the months each of them has."""

import re
from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from models.refused import Refused

CycleKind = Literal["month", "quarter", "half", "year"]

EVERY = {"month": "每月", "quarter": "每季度", "half": "每半年", "year": "每年"}
MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
# No calendar has a year 0000.
PERIOD = re.compile(r"([1-9][0-9]{3})-(0[1-9]|1[0-2])")
CYCLE = re.compile(r"([1-9][0-9]{3})(?:H([12])|Q([1-4])|-(0[1-9]|1[0-2]))?")


def cycle_of(scheme_cycle: CycleKind, period: str) -> str:
    """Return the name of the cycle that the month `period` (YYYY-MM) belongs to.

    Refused: period_invalid.
    """
    if (found := PERIOD.fullmatch(period)) is None:
        raise Refused("period_invalid", "所属月份应当写成 2026-11 这样。")
    year, month = found[1], int(found[2])
    match scheme_cycle:
        case "month":
            return period
        case "quarter":
            return f"{year}Q{(month + 2) // 3}"
        case "half":
            return f"{year}H{(month + 5) // 6}"
        case "year":
            return year


def months_of(cycle: str) -> list[str]:
    """Return the months (YYYY-MM) of a cycle, first to last. Refused: cycle_invalid."""
    if (found := CYCLE.fullmatch(cycle)) is None:
        raise Refused("cycle_invalid", "积分周期应当写成 2026、2026H2、2026Q4 或 2026-11 这样。")
    year, half, quarter, month = found.groups()
    if month:
        first, count = int(month), 1
    elif quarter:
        first, count = 3 * int(quarter) - 2, 3
    elif half:
        first, count = 6 * int(half) - 5, 6
    else:
        first, count = 1, 12
    return [f"{year}-{number:02d}" for number in range(first, first + count)]


def last_day_of(cycle: str) -> date:
    """Return the last day of a cycle. Refused: cycle_invalid."""
    year, month = map(int, months_of(cycle)[-1].split("-"))
    return date(year, month, monthrange(year, month)[1])


def cycle_words(cycle: str) -> str:
    """Name a cycle as people do: 2026年, 2026年下半年, 2026年第四季度, 2026年11月."""
    year, rest = cycle[:4], cycle[4:]
    if rest.startswith("H"):
        return f"{year}年{'上下'[int(rest[1]) - 1]}半年"
    if rest.startswith("Q"):
        return f"{year}年第{'一二三四'[int(rest[1]) - 1]}季度"
    return f"{year}年{int(rest[1:])}月" if rest else f"{year}年"


class Span(NamedTuple):
    """The stretch of time that is rated: its months (YYYY-MM), their first days, and the last day."""

    months: tuple[str, ...]
    first_days: tuple[date, ...]
    last_day: date


@lru_cache(maxsize=512)
def span_of(scheme_cycle: CycleKind, cycle: str) -> Span:
    """Return the span of `cycle`, which must be one of the scheme's length. Refused: cycle_invalid."""
    months = tuple(months_of(cycle))
    if cycle_of(scheme_cycle, months[0]) != cycle:
        raise Refused("cycle_invalid", "这个积分周期与积分办法的评定周期不一致。")
    days = tuple(date(int(month[:4]), int(month[5:]), 1) for month in months)
    return Span(months, days, last_day_of(cycle))


def place_of(scheme_cycle: CycleKind, cycle: str) -> int:
    """Return which of the year's cycles this is, from 0, for a cycle of the scheme's length."""
    return (int(span_of(scheme_cycle, cycle).months[0][5:]) - 1) // MONTHS[scheme_cycle]


def cycles_between(scheme_cycle: CycleKind, earlier: str, later: str) -> int:
    """Count the cycles from `earlier` to `later`, 0 for the same; `earlier` may be of another length."""
    first = months_of(earlier)[-1]
    then, now = cycle_of(scheme_cycle, first), span_of(scheme_cycle, later).months[0]
    years = int(now[:4]) - int(first[:4])
    return years * (12 // MONTHS[scheme_cycle]) + place_of(scheme_cycle, later) - place_of(scheme_cycle, then)
