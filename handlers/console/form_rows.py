"""Rows of a form that its own buttons move and remove, without a script."""

import re
from typing import Any

MOVED = re.compile(r"(remove|up|down)-(\d{1,3})")


def move_row(rows: list[Any], wish: str) -> bool:
    """Move or remove the row that a button names (`up-3`); False where it was no such button."""
    found = MOVED.fullmatch(wish)
    if not found:
        return False
    step, row = found[1], int(found[2])
    if step == "remove" and row < len(rows):
        del rows[row]
    other = row + {"up": -1, "down": 1, "remove": 0}[step]
    if step != "remove" and 0 <= other < len(rows) and row < len(rows):
        rows[row], rows[other] = rows[other], rows[row]
    return True
