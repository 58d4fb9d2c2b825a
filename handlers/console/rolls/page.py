"""The roll's page and what its rows need, whichever request shows them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zlib import crc32

from flask import Response, request

from handlers.console.minutes.links import record_links
from handlers.console.pages import console, page
from handlers.edge import current
from handlers.identity import staff
from handlers.initials import initials
from handlers.reach import answers_for, within
from models.clock import clock_text, day_of
from models.gatherings.delegate import delegate_of, may_stand_in
from models.gatherings.guests import guest_seats, guests_on
from models.gatherings.leave.leave import LEAVE_REASON_TEXT, leave_of_lines
from models.gatherings.leave.makeup import MAKEUP_FORM_TEXT
from models.gatherings.leave.makeup_plan import MAKES_UP
from models.gatherings.marks import LineView, lines_of
from models.gatherings.roll import STATUS_TEXT, Leave, LeaveState, Status, counts
from models.gatherings.roll_head import RollHead, amendments_of
from models.people.rights import Verb, may
from models.refused import Refused

FIRST = (Status.PRESENT, Status.LATE, Status.LEAVE, Status.ABSENT)
OTHERS = (Status.LEFT_EARLY, Status.UNCLEAR, Status.HOST_BRANCH, Status.EXEMPT, Status.AWAY)


@console.app_template_filter("clock_or_day")
def clock_or_day(moment: datetime, today: date) -> str:
    """Show a moment of today by its clock, an older one by its day: 15:04, 11月24日."""
    day = day_of(moment)
    return clock_text(moment) if day == today else f"{day.month}月{day.day}日"


def rows_context(
    head: RollHead, lines: Sequence[LineView], theirs: Mapping[int, Status] | None = None
) -> dict[str, Any]:
    """Return what the templates of rows and sums need; `theirs` are wishes that somebody else forestalled."""
    edge = current()
    statuses = [line.status for line in lines]
    leaves = leave_of_lines(edge.session, head.gathering.id)
    return {
        "roll": head.roll,
        "first": FIRST,
        "others": OTHERS,
        "text": STATUS_TEXT,
        "makes_up": MAKES_UP,
        "forms": MAKEUP_FORM_TEXT,
        "leaves": leaves,
        "reasons": LEAVE_REASON_TEXT,
        "waiting": LeaveState.SUBMITTED,
        "approved": LeaveState.APPROVED,
        "may_decide": answers_for(head, Verb.DECIDE),
        "theirs": theirs or {},
        "guests": guests_on(edge.session, head),
        "seats": guest_seats(edge.session, [line.member_id for line in lines], head.gathering.period),
        "initials": initials,
        "shown": {line.member_id: _shown(head, line, leaves.get(line.member_id)) for line in lines},
        "now": edge.now,
        "today": day_of(edge.now),
        "counts": counts(statuses),
        "late": statuses.count(Status.LATE),
        "dues": sum(line.dues for line in lines),
        "asked": [line for line in lines if line.asks and head.roll.confirmed_at is None],
    }


def _shown(head: RollHead, line: LineView, leave: Leave | None) -> str:
    """Return a short text that differs once anything in the row does."""
    told = (*astuple(line), leave and leave.state, head.roll.revision)
    return f"{line.member_id}.{crc32(repr(told).encode()):08x}"


SHOWS = {"unrecorded": (Status.UNRECORDED,), "leave": (Status.LEAVE,)}


def roll_page(
    head: RollHead,
    groups: set[int] | None,
    status: int = 200,
    error: str = "",
    theirs: Mapping[int, Status] | None = None,
) -> Response:
    """Show the roll by group and in surname order, with its arithmetic and the way to its end."""
    edge = current()
    lines = within(lines_of(edge.session, head.roll.id), groups)
    show, wanted = request.args.get("show", ""), request.args.get("q", "").strip()
    shown = [line for line in lines if fits(line, wanted) and _shows(line, show)]
    return page(
        "rolls/roll.html",
        status,
        gathering=head.gathering,
        org=head.org,
        groups=[(name, list(of)) for name, of in groupby(shown, key=lambda line: line.group_name)],
        lines=lines,
        open_in=_open_in(lines),
        show=show,
        wanted=wanted,
        may_confirm=answers_for(head),
        whole=groups is None,
        error=error,
        amendments=amendments_of(edge.session, head.roll.id) if head.roll.revision > 1 else [],
        record=record_links([head]).get(head.roll.id),
        **_delegates(head),
        **rows_context(head, lines, theirs),
    )


def _delegates(head: RollHead) -> dict[str, Any]:
    """Return who stands in on this roll, and to whoever may name one, whom they may choose."""
    edge = current()
    names = may(staff().posts, Verb.DECIDE, head.org.path)
    return {
        "standin": delegate_of(edge.session, head.roll.id, now=edge.now),
        "may_name": names,
        "could_stand_in": may_stand_in(edge.session, head.org, now=edge.now) if names else [],
    }


def fits(line: LineView, wanted: str) -> bool:
    """Say whether a name or its first letters are what somebody looks for."""
    return not wanted or wanted in line.name or initials(line.name).startswith(wanted.lower())


def _shows(line: LineView, show: str) -> bool:
    return bool(line.asks) if show == "asks" else show not in SHOWS or line.status in SHOWS[show]


def _open_in(lines: Sequence[LineView]) -> dict[str | None, int]:
    groups: dict[str | None, int] = {}
    for line in lines:
        groups[line.group_name] = groups.get(line.group_name, 0) + (line.status is Status.UNRECORDED)
    return groups


def typed_members(prefix: str) -> dict[int, str]:
    """Read member id -> value from fields `<prefix><member>`, empty values left out."""
    return {
        int(name.removeprefix(prefix)): value
        for name, value in request.values.items()
        if name.startswith(prefix) and name.removeprefix(prefix).isdecimal() and len(name) < 20 and value
    }


def typed_marks() -> dict[int, Status]:
    """Read member id -> status from fields `m-<member>`. Refused: status_not_by_hand."""
    marks = typed_members("m-")
    if not set(marks.values()) <= set(Status):
        raise Refused("status_not_by_hand", "这个状态不能手工登记")
    return {member: Status(value) for member, value in marks.items()}


def check_within(head: RollHead, groups: set[int] | None, members: Collection[int]) -> None:
    """Let whoever is limited to groups go on only with people of theirs. Refused: not_on_roll."""
    if groups is not None:
        mine = {line.member_id for line in within(lines_of(current().session, head.roll.id), groups)}
        if not mine.issuperset(members):
            raise Refused("not_on_roll", "名册上没有这位同志")
