"""The first letters of a name's sounds, so that wfg finds 王福贵."""

from bisect import bisect_right

# GBK orders its 3,755 common characters by sound: where each first letter begins.
LETTERS = "abcdefghjklmnopqrstwxyz"
STARTS = (
    0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8,
    0xC4C3, 0xC5B6, 0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1,
)  # fmt: skip
LAST = 0xD7F9


def initials(name: str) -> str:
    """Return the first letters, `?` for what is not a common character."""
    return "".join(_initial(letter) for letter in name)


def _initial(letter: str) -> str:
    code = int.from_bytes(letter.encode("gbk", errors="replace"), "big")
    return LETTERS[bisect_right(STARTS, code) - 1] if STARTS[0] <= code <= LAST else "?"
