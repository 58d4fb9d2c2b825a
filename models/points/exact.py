"""Exact numbers of points and ratios: decimals and fractions, never floats."""

import re
from decimal import (
    Context,
    Decimal,
    DivisionByZero,
    FloatOperation,
    Inexact,
    InvalidOperation,
    Overflow,
)
from fractions import Fraction
from functools import lru_cache
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

LARGEST = 10_000
PLACES = 2
MOST_PLACES = 6  # of numbers that are only read
MOST_DIGITS = 40
POINTS_TEXT = re.compile(r"[+-]?[0-9]{1,5}(\.[0-9]{1,6})?")
RATIO_TEXT = re.compile(r"[0-9]{1,6}/[0-9]{1,6}|[0-9](\.[0-9]{1,6})?")

# Sums and products of points always end; should one not, it is a fault and not a rounding.
EXACT = Context(prec=80, traps=[Inexact, InvalidOperation, Overflow, DivisionByZero, FloatOperation])
WIDE = Context(prec=80)


def parse_points(value: object) -> Decimal:
    """Read points from an int, a Decimal or text such as "-0.5"; ValueError says what is wrong."""
    if isinstance(value, float):
        raise ValueError("分值要写成十进制数，程序里不能用浮点数")
    if isinstance(value, str) and POINTS_TEXT.fullmatch(value):
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("应当是一个数，例如 3 或 -0.5")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError("应当是一个数，例如 3 或 -0.5")
    if abs(number) > LARGEST:
        raise ValueError(f"绝对值最大是 {LARGEST}")
    # Before `plain`, which would round what has more digits than its context.
    if len(number.as_tuple().digits) > MOST_DIGITS or number.adjusted() < -MOST_DIGITS:
        raise ValueError(f"最多 {PLACES} 位小数")
    number = plain(number)
    if -int(number.as_tuple().exponent) > PLACES:
        raise ValueError(f"最多 {PLACES} 位小数")
    return number


def parse_ratio(value: object) -> Fraction:
    """Read a share from text, "1/3" or "0.20", above 0 and at most 1; ValueError says what is wrong."""
    if isinstance(value, Fraction):
        ratio = value
    elif isinstance(value, str) and RATIO_TEXT.fullmatch(value):
        try:
            ratio = Fraction(value)
        except ZeroDivisionError:
            raise ValueError("分母不能是 0") from None
    else:
        raise ValueError('比例要写成文字，例如 "1/3" 或 "0.20"')
    if not 0 < ratio <= 1:
        raise ValueError("比例应当大于 0，不超过 1")
    return ratio


def plain(value: Decimal) -> Decimal:
    """Return the same number in its one shortest form: no trailing zeros, no exponent, no -0."""
    shortest = value.normalize(WIDE)
    if not shortest:
        return Decimal(0)
    return shortest.quantize(Decimal(1), context=WIDE) if int(shortest.as_tuple().exponent) > 0 else shortest


@lru_cache(maxsize=8192)
def with_places(value: Decimal, places: int) -> Decimal:
    """Return the same number with at least `places` decimals, more where it has more."""
    has = -int(plain(value).as_tuple().exponent)
    return value.quantize(Decimal(1).scaleb(-max(places, has)), context=WIDE)


def round_half_up(value: Fraction, places: int) -> Decimal:
    """Round once, half away from zero: -0.25 to one place is -0.3."""
    above, below = abs(value.numerator) * 10**places, value.denominator
    whole = (2 * above + below) // (2 * below)
    return Decimal(-whole if value < 0 else whole).scaleb(-places, context=WIDE)


@lru_cache(maxsize=8192)
def exactly(value: Decimal) -> Fraction:
    """Return the same number as a fraction, for divisions that do not end."""
    return Fraction(value)


@lru_cache(maxsize=8192)
def readable(value: Fraction, places: int) -> Decimal:
    """Return a number for reading: at least `places` decimals, at most six, half away from zero."""
    return with_places(round_half_up(value, MOST_PLACES), places)


@lru_cache(maxsize=8192)
def show(value: Decimal) -> str:
    """Write a number for people: 6, 0.5."""
    return f"{plain(value):f}"


@lru_cache(maxsize=8192)
def say(words: str, value: Fraction) -> str:
    """Put an exact number behind a word: 计 16.4, and where it has no end about what it is: 计约 56.67."""
    shown = round_half_up(value, MOST_PLACES)
    return f"{words} {show(shown)}" if shown == value else f"{words}约 {show(round_half_up(value, 2))}"


def show_ratio(value: Fraction) -> str:
    """Write a share for people: 20%, or 1/3 where percent would not end."""
    percent = value * 100
    shown = round_half_up(percent, 2)
    return f"{show(shown)}%" if shown == percent else f"{value.numerator}/{value.denominator}"


Points = Annotated[Decimal, BeforeValidator(parse_points), PlainSerializer(show)]
Ratio = Annotated[Fraction, BeforeValidator(parse_ratio), PlainSerializer(str)]
