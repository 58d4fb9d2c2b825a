"""JSON read so that nothing is lost or guessed: exact numbers, no key twice, bounded in size and depth."""

import json
from decimal import Decimal
from typing import Any

LARGEST_TEXT = 500_000
LONGEST_NUMBER = 40


class UnreadableJSON(ValueError):
    """The text cannot be read; the message says why, in Chinese."""


def parse_json(text: str | bytes, *, largest: int = LARGEST_TEXT) -> object:
    """Parse JSON with fractions as Decimal, as they were written. Raises UnreadableJSON."""
    if len(text) > largest:
        raise UnreadableJSON(f"文件太大，最多 {largest // 1000} KB")
    try:
        content: object = json.loads(
            text.decode("utf-8-sig") if isinstance(text, bytes) else text,
            parse_float=_fraction,
            parse_int=_whole,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError:
        raise UnreadableJSON("请用 UTF-8 编码保存") from None
    except json.JSONDecodeError as error:
        raise UnreadableJSON(f"不是完整的 JSON，第 {error.lineno} 行第 {error.colno} 列读不下去") from None
    except RecursionError:
        raise UnreadableJSON("层次太深") from None
    return content


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise UnreadableJSON("有一个数太长")
    return int(digits)


def _fraction(digits: str) -> Decimal:
    if len(digits) > LONGEST_NUMBER:
        raise UnreadableJSON("有一个数太长")
    if "e" in digits.lower():
        raise UnreadableJSON(f"数要写成普通小数，不写成 {digits}")
    return Decimal(digits)


def _constant(name: str) -> object:
    raise UnreadableJSON(f"{name} 不是可用的数")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for key, value in pairs:
        if not key.isprintable():
            raise UnreadableJSON("名称里有读不了的字符")
        if key in content:
            raise UnreadableJSON(f"“{key[:40]}”在同一处写了两次")
        content[key] = value
    return content
