"""One thing to do, as the console and the phone show it, and how its line speaks of days and people."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from handlers.edge import current
from models.clock import clock_text, day_of, day_text, moment_text
from models.gatherings.standing import Standing

NAMED = 3  # people named in one line


class Todo(NamedTuple):
    """One thing that waits for this person: what, why and until when, and the one button.

    It is done on `page` of the console, with `values` in its address. What can be done on a phone too is
    called `what` there, with a number and the roll or the organisation that it is about.
    """

    title: str
    why: str
    button: str
    page: str
    values: Mapping[str, Any]
    what: str = ""
    number: int = 1
    roll: Standing | None = None
    org_id: int | None = None


def when(moment: datetime) -> str:
    """Return a moment as people say it: 今天 15:00, 明天 15:00, otherwise 11月25日 周三 15:00."""
    days = (day_of(moment) - day_of(current().now)).days
    return f"{('今天', '明天')[days]} {clock_text(moment)}" if days in (0, 1) else moment_text(moment)


def on_day(day: date) -> str:
    """Return a day as people say it: 今天, 明天, otherwise 11月25日 周三."""
    days = (day - day_of(current().now)).days
    return ("今天", "明天")[days] if days in (0, 1) else day_text(day)


def names(all_of: Sequence[str], of_what: str = "位同志") -> str:
    """Return some names, and how many there are where that is not all: 王建国、李兰、赵平等 5 位同志."""
    once = list(dict.fromkeys(all_of))
    shown = "、".join(once[:NAMED])
    return shown if len(once) <= NAMED else f"{shown}等 {len(once)} {of_what}"
