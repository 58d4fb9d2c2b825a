"""Value rules of template keys: thing1, time2, ... are checked by the letters before the number."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from simulator.errcodes import Errcode

# Source: WeChat, subscription messages, table of parameter types; category templates follow it too.
HANZI = r"\u3400-\u9fff\U00020000-\U0003ffff"
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
DATE = r"(\d{4})(?:年(\d{1,2})月(\d{1,2})日|-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2}))"
CLOCK = r"([01]?\d|2[0-3])[:：][0-5]\d(?:[:：][0-5]\d)?"
DAY = re.compile(DATE)
DATE_MAY_TIME = re.compile(rf"{DATE}(?:\s*{CLOCK})?")
TIME_MAY_DATE = re.compile(rf"(?:{DATE}\s*)?{CLOCK}")


def checked_values(
    keys: Sequence[str], values: object, enums: Mapping[str, Sequence[str]] | None = None
) -> dict[str, str]:
    """Read the data of a message that fills exactly the template's keys. Raises 47003.

    `enums` lists what keys of the types enum and enum_string may say; without a list they may say anything.
    """
    if not isinstance(values, dict):
        raise Errcode(47003, "argument invalid! data is empty")
    for key in values:
        if key not in keys:
            raise Errcode(47003, f"argument invalid! data.{key}.value invalid")
    shown: dict[str, str] = {}
    for key in keys:
        held = values.get(key)
        value = held.get("value") if isinstance(held, dict) else None
        if value is None or value == "":
            raise Errcode(47003, f"argument invalid! data.{key}.value is empty")
        shown[key] = str(value)
        allowed = (enums or {}).get(key)
        is_text = isinstance(value, str | int | float) and not isinstance(value, bool)
        if not is_text or value_fault(key, shown[key]) or (allowed and value not in allowed):
            raise Errcode(47003, f"argument invalid! data.{key}.value invalid")
    return shown


def value_fault(key: str, value: str) -> bool:
    """Say whether the value breaks its key's rule; keys of no known type only refuse control characters."""
    if CONTROL.search(value):
        return True
    rule = RULES.get(key.rstrip("0123456789"))
    return rule is not None and not rule(value)


def _pattern(text: str, length: int) -> Callable[[str], bool]:
    compiled = re.compile(text)
    return lambda value: len(value) <= length and compiled.fullmatch(value) is not None


def _real_days(value: str) -> bool:
    for found in DAY.finditer(value):
        year, month, day = (int(group) for group in found.groups() if group is not None)
        try:
            date(year, month, day)
        except ValueError:
            return False
    return True


def _moment(first: re.Pattern[str]) -> Callable[[str], bool]:
    def rule(value: str) -> bool:
        head, *rest = value.split("~")
        if len(rest) > 1 or first.fullmatch(head.strip()) is None or not _real_days(value):
            return False
        return all(
            DATE_MAY_TIME.fullmatch(part.strip()) or TIME_MAY_DATE.fullmatch(part.strip()) for part in rest
        )

    return rule


def _name(value: str) -> bool:
    if re.search(r"\d", value):
        return False
    return len(value) <= (10 if re.search(f"[{HANZI}]", value) else 20)


RULES: dict[str, Callable[[str], bool]] = {
    "thing": _pattern(r".+", 20),
    "number": _pattern(r"\d+(\.\d+)?", 32),
    "letter": _pattern(r"[A-Za-z]+", 32),
    "symbol": _pattern(r"[^\w\s]+|_+", 5),
    "character_string": _pattern(rf"[^{HANZI}]+", 32),
    "time": _moment(TIME_MAY_DATE),
    "date": _moment(DATE_MAY_TIME),
    "amount": _pattern(r"[¥￥$€£]?\d{1,10}(\.\d+)?元?", 20),
    "phone_number": _pattern(r"[^\w\s]*\d[\d\W]*", 17),
    "car_number": _pattern(rf"[{HANZI}]?[A-Za-z0-9]+[{HANZI}]?", 8),
    "name": _name,
    "phrase": _pattern(f"[{HANZI}]+", 5),
}
