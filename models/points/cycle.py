"""Names of cycles: 2026, 2026H2, 2026Q4, 2026-11, and the months each of them has."""

import re
from typing import Literal

from models.refused import Refused

CycleKind = Literal["month", "quarter", "half", "year"]

MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
PERIOD = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
CYCLE = re.compile(r"([0-9]{4})(?:H([12])|Q([1-4])|-(0[1-9]|1[0-2]))?")


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
