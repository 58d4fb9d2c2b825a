"""Reading what others wrote: JSON that can be kept and written again, and whole numbers."""

import json
import math
from typing import Any, NoReturn

DEEPEST = 64
MOST_DIGITS = 19


def read_json(written: bytes | str) -> Any:
    """Read JSON in UTF-8. Raises ValueError, also for what JSON has no word for or no other reader takes.

    That is NaN and what is beyond a float, half a surrogate pair, and what is nested deeper than 64.
    """
    text = written if isinstance(written, str) else written.decode()
    try:
        content = DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if text.count("[") + text.count("{") > DEEPEST and _is_deep(content):
        raise ValueError("nested too deep")
    if "\\u" in text:
        json.dumps(content, ensure_ascii=False).encode()
    return content


def whole_number(said: object) -> int | None:
    """Read a number that may stand as digits too; None for what is none, below 0 or longer than 19 digits."""
    digits = str(said) if isinstance(said, str) or type(said) is int else ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS else None


def _is_deep(content: Any) -> bool:
    level = [content]
    for _ in range(DEEPEST):
        nested = [one for one in level if isinstance(one, dict | list)]
        level = [inner for one in nested for inner in (one.values() if isinstance(one, dict) else one)]
        if not level:
            return False
    return True


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("beyond a float")
    return number


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_no_number)
