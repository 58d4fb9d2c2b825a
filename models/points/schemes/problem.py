"""One thing to correct in a scheme document, and what many checks ask alike."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple


class Problem(NamedTuple):
    """One thing to correct: where it stands in the JSON, and why, in Chinese."""

    path: str
    message: str


def repeated(values: Iterable[object], path: str, what: str) -> Iterator[Problem]:
    """Complain of each value that stands a second time; `path` has a place for its number."""
    seen: set[object] = set()
    for at, value in enumerate(values):
        if value in seen:
            yield Problem(path.format(at), f"{what}“{value}”重复")
        seen.add(value)


def highest(values: Iterable[Decimal]) -> Decimal:
    """Return the largest, 0 where there is none above it."""
    return max((*values, Decimal(0)))
