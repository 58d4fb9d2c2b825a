"""The roll of one organisation: marks by hand, one line at a time, and the heads in the room."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask import Response, request

from handlers.console.initials import initials
from handlers.console.pages import console, go, is_part, page, refuse_form, staff_page
from handlers.console.reach import roll_ticked, within
from handlers.edge import current
from handlers.identity import require, staff
from models.gatherings.marks import (
    LineView,
    count_heads,
    counts_of,
    lines_of,
    set_marks,
    settle_rest,
)
from models.gatherings.roll import NOT_EXPECTED, STATUS_TEXT, Status
from models.gatherings.roll_head import RollHead
from models.people.rights import Verb, may
from models.refused import Refused

FIRST = (Status.PRESENT, Status.LATE, Status.LEAVE, Status.ABSENT)
OTHERS = (Status.LEFT_EARLY, Status.UNCLEAR, Status.HOST_BRANCH, Status.EXEMPT, Status.AWAY)
SHOWS = {"unrecorded": (Status.UNRECORDED,), "leave": (Status.LEAVE,), "asks": tuple(Status)}


def line_context(head: RollHead) -> dict[str, Any]:
    """Return what the template of one line needs beside the line."""
    return {
        "roll": head.roll,
        "first": FIRST,
        "others": OTHERS,
        "text": STATUS_TEXT,
        "expected": NOT_EXPECTED,
    }


def roll_page(head: RollHead, groups: set[int] | None, status: int = 200, error: str = "") -> Response:
    """Show the roll by group and in surname order, with its arithmetic and the way to its end."""
    session = current().session
    lines = within(lines_of(session, head.roll.id), groups)
    show, wanted = request.args.get("show", ""), request.args.get("q", "").strip()
    shown = [line for line in lines if _fits(line, show, wanted)]
    asked = [line for line in lines if line.asks and head.roll.confirmed_at is None]
    return page(
        "roll.html",
        status,
        gathering=head.gathering,
        org=head.org,
        groups=[(name, list(of)) for name, of in groupby(shown, key=lambda line: line.group_name)],
        lines=lines,
        asked=asked,
        open_in=_open_in(lines),
        initials=initials,
        show=show,
        wanted=wanted,
        counts=counts_of(session, head.roll.id),
        may_confirm=may(staff().posts, Verb.CONFIRM, head.org.path),
        whole=groups is None,
        error=error,
        **line_context(head),
    )


def _fits(line: LineView, show: str, wanted: str) -> bool:
    if show == "asks" and not line.asks:
        return False
    if show in SHOWS and line.status not in SHOWS[show]:
        return False
    return not wanted or wanted in line.name or initials(line.name).startswith(wanted.lower())


def _open_in(lines: Sequence[LineView]) -> dict[str | None, int]:
    groups: dict[str | None, int] = {}
    for line in lines:
        groups[line.group_name] = groups.get(line.group_name, 0) + (line.status is Status.UNRECORDED)
    return groups


@console.get("/console/rolls/<int:roll_id>")
@staff_page
def roll(roll_id: int) -> Response:
    """Show one roll; a group leader sees the lines of the own group."""
    return roll_page(*roll_ticked(roll_id))


def typed_marks(prefix: str = "m-") -> dict[int, Status]:
    """Read member id -> status from fields `m-<member>`. Refused: status_not_by_hand."""
    marks = {}
    for name, value in request.form.items():
        member = name.removeprefix(prefix)
        if name.startswith(prefix) and member.isdecimal() and len(member) < 18 and value:
            if value not in list(Status):
                raise Refused("status_not_by_hand", "这个状态不能手工登记")
            marks[int(member)] = Status(value)
    return marks


@console.post("/console/rolls/<int:roll_id>/marks")
@staff_page
def create_marks(roll_id: int) -> Response:
    """Save one mark or many; the script gets the line and the arithmetic back, a plain form a 303."""
    edge = current()
    head, groups = roll_ticked(roll_id)
    marks = typed_marks()
    lines = {line.member_id for line in within(lines_of(edge.session, roll_id), groups)}
    if not lines.issuperset(marks):
        raise Refused("not_on_roll", "名册上没有这位同志")
    if marks:
        set_marks(edge.session, roll_id, marks, by=staff().account_id, now=edge.now)
    if not is_part() or len(marks) != 1:
        return go("console.roll", roll_id=roll_id, _anchor=f"m{next(iter(marks))}" if marks else None)
    fresh = within(lines_of(edge.session, roll_id), groups)
    line = next(line for line in fresh if line.member_id in marks)
    return page(
        "line.html",
        line=line,
        saved_at=edge.now,
        initials=initials,
        counts=counts_of(edge.session, roll_id),
        asked=[one for one in fresh if one.asks],
        **line_context(head),
    )


@console.post("/console/rolls/<int:roll_id>/rest")
@staff_page
def create_rest(roll_id: int) -> Response:
    """Record every unrecorded line as 未查明 or 请假; never a whole list as absent."""
    edge = current()
    head, groups = roll_ticked(roll_id)
    if groups is not None:
        require(Verb.TICK, head.org)
    status = request.form.get("status", "")
    if status not in list(Status):
        raise Refused("status_not_by_hand", "其余只能登记为请假或未查明，缺席要逐个定")
    settle_rest(edge.session, roll_id, Status(status), by=staff().account_id, now=edge.now)
    confirms = may(staff().posts, Verb.CONFIRM, head.org.path)
    return go("console.confirmation" if confirms else "console.roll", roll_id=roll_id)


def typed_number(name: str) -> int | None:
    """Read a count of people; None where nothing was typed. Refused: bad_heads."""
    text = request.form.get(name, "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) < 5):
        raise Refused("bad_heads", "人数请写 0 到 2000 的整数")
    return int(text) if text else None


@console.post("/console/rolls/<int:roll_id>/heads")
@staff_page
def create_heads(roll_id: int) -> Response:
    """Keep the heads counted in the room and the observers; the red button then leads to the end."""
    edge = current()
    head, groups = roll_ticked(roll_id)
    if groups is not None:
        require(Verb.TICK, head.org)
    try:
        count_heads(edge.session, roll_id, typed_number("heads"), typed_number("observers") or 0)
    except Refused as error:
        if error.code != "bad_heads":
            raise
        refuse_form(error)
        return roll_page(*roll_ticked(roll_id), 400, error.message)
    forward = request.form.get("next") == "confirmation"
    return go("console.confirmation" if forward else "console.roll", roll_id=roll_id)
