"""Shanghai time for people, UTC for storage: the one place where the two meet."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAYS = "一二三四五六日"


def day_of(moment: datetime) -> date:
    """Return the calendar day in Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def at(day: date, clock: time) -> datetime:
    """Return the UTC moment of a Shanghai wall-clock time."""
    return datetime.combine(day, clock, SHANGHAI).astimezone(UTC)


def midnight_after(moment: datetime) -> datetime:
    """Return the first 00:00 in Shanghai after `moment`."""
    return at(day_of(moment) + timedelta(days=1), time())


def clock_text(moment: datetime) -> str:
    """Return `15:02`."""
    return moment.astimezone(SHANGHAI).strftime("%H:%M")


def day_text(day: date) -> str:
    """Return `11月25日 周三`."""
    return f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


def long_day(day: date) -> str:
    """Write a day as official papers do: 2026年12月28日."""
    return f"{day.year}年{day.month}月{day.day}日"


def moment_text(moment: datetime) -> str:
    """Return `11月25日 周三 15:00`."""
    return f"{day_text(day_of(moment))} {clock_text(moment)}"


def iso(moment: datetime) -> str:
    """Return the UTC ISO-8601 text of the public contract, `2026-11-25T07:02:11Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
