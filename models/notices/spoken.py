"""Days and hours as somebody says them aloud: 十一月二十五号，星期三 … 下午三点半."""

from datetime import date, datetime

from models.clock import SHANGHAI, WEEKDAYS, day_of

DIGITS = "零一二三四五六七八九"
# Until which hour a part of the day lasts.
PARTS = ((6, "凌晨"), (9, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))


def number(value: int) -> str:
    """Return 0..99 in words."""
    tens, ones = divmod(value, 10)
    if not tens:
        return DIGITS[ones]
    return f"{DIGITS[tens] if tens > 1 else ''}十{DIGITS[ones] if ones else ''}"


def spoken_day(day: date) -> str:
    """Return `十一月二十五号，星期三`."""
    return f"{number(day.month)}月{number(day.day)}号，星期{WEEKDAYS[day.weekday()]}"


def spoken_time(moment: datetime) -> str:
    """Return `下午三点半`, Shanghai time."""
    clock = moment.astimezone(SHANGHAI)
    part = next(name for until, name in PARTS if clock.hour < until)
    hour = clock.hour - 12 if clock.hour > 12 else clock.hour
    said = "两" if hour == 2 else number(hour)
    if clock.minute == 30:
        return f"{part}{said}点半"
    nought = "零" if 0 < clock.minute < 10 else ""
    return f"{part}{said}点{f'{nought}{number(clock.minute)}分' if clock.minute else ''}"


def spoken_moment(moment: datetime, *, beside: datetime) -> str:
    """Return a day and an hour aloud; 当天 for the day that was just named."""
    if day_of(moment) == day_of(beside):
        return f"当天{spoken_time(moment)}"
    return f"{spoken_day(day_of(moment)).partition('，')[0]}{spoken_time(moment)}"
