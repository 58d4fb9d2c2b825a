"""/api/v1/branch/rolls: ticking, the rest, the heads in the room, and the confirmation, on a phone."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from handlers.edge import current
from handlers.identity import branch_phone_needed, require, staff
from handlers.mini_program import api
from handlers.mini_program.branch.gatherings import CountsOut, counts_shown
from handlers.mini_program.fields import fields_of
from handlers.reach import answers_for, confirmable, roll_ticked, within
from models.audit import Via
from models.gatherings.gathering import state_at
from models.gatherings.guests import guests_on
from models.gatherings.leave.leave import leave_of_lines
from models.gatherings.marks import (
    LineView,
    begin_confirmation,
    count_heads,
    counts_of,
    lines_of,
    set_marks,
    settle_rest,
)
from models.gatherings.roll import Leave, Status
from models.gatherings.roll_head import RollHead
from models.people.rights import Verb
from models.points.posting import confirm_roll
from models.refused import Refused

Number = Annotated[int, Field(ge=0, le=2000)]


class LineOut(BaseModel):
    """One line. `asks`: a phone signed in against a person's mark; `leave` where leave was asked.

    `saved_by` is whose hand marked it, empty where none did.
    """

    member_id: int
    name: str
    joined_year: int | None
    group: str | None
    status: str
    how: str
    asks: str
    leave: str | None
    version: str
    saved_by: str


class BranchRoll(BaseModel):
    """A roll by group in surname order; `whole` is false where it is limited to the own group."""

    roll_id: int
    gathering_id: int
    org: str
    title: str
    starts_at: str
    state: str
    confirmed: bool
    heads: int | None
    observers: int
    guests: int
    counts: CountsOut
    whole: bool
    may_confirm: bool
    lines: list[LineOut]


class Mark(BaseModel):
    """One mark by hand; `seen` is the line's version that the hand had before it."""

    model_config = ConfigDict(extra="forbid", strict=True)
    member_id: Annotated[int, Field(ge=1, lt=2**63)]
    status: Annotated[str, StringConstraints(max_length=24)]
    seen: Annotated[str, StringConstraints(max_length=64)] | None = None


class Marks(BaseModel):
    """One mark or many."""

    model_config = ConfigDict(extra="forbid", strict=True)
    marks: Annotated[list[Mark], Field(min_length=1, max_length=500)]


class Marked(BaseModel):
    """The marked lines as they are now; `kept` are members whose line had changed meanwhile."""

    counts: CountsOut
    lines: list[LineOut]
    kept: list[int]


class Rest(BaseModel):
    """What every unrecorded line becomes: leave or unclear."""

    model_config = ConfigDict(extra="forbid", strict=True)
    status: Annotated[str, StringConstraints(max_length=24)]


class Settled(BaseModel):
    """How many lines that was, and the sums."""

    recorded: int
    counts: CountsOut


class Heads(BaseModel):
    """The heads counted in the room, and observers without names."""

    model_config = ConfigDict(extra="forbid", strict=True)
    heads: Number | None
    observers: Number = 0


class HeadsKept(BaseModel):
    """The numbers kept."""

    heads: int | None
    observers: int


class Confirmation(BaseModel):
    """What every line still unrecorded becomes; without it, one that is refuses the confirmation."""

    model_config = ConfigDict(extra="forbid", strict=True)
    rest: Annotated[str, StringConstraints(max_length=24)] | None = None


class Confirmed(BaseModel):
    """The sums confirmed, and how many entries of points were posted."""

    counts: CountsOut
    entries: int


def line_shown(line: LineView, leave: Leave | None) -> dict[str, Any]:
    """Return one line as JSON values; of leave its state alone."""
    return fields_of(LineOut, line, group=line.group_name, leave=leave.state if leave else None)


@api.get("/branch/rolls/<int:roll_id>")
@branch_phone_needed
@api.output(BranchRoll)
def show_branch_roll(roll_id: int) -> dict[str, Any]:
    """One roll; a group leader sees the lines of the own group and the sums of all."""
    edge = current()
    head, groups = roll_ticked(roll_id)
    it, leaves = head.gathering, leave_of_lines(edge.session, head.gathering.id)
    return fields_of(
        BranchRoll,
        head.roll,
        it,
        roll_id=roll_id,
        org=head.org.name,
        state=state_at(it.state, it.starts_at, it.opened_at, now=edge.now),
        confirmed=head.roll.confirmed_at is not None,
        guests=guests_on(edge.session, head),
        counts=counts_shown(counts_of(edge.session, roll_id)),
        whole=groups is None,
        may_confirm=answers_for(head),
        lines=[
            line_shown(line, leaves.get(line.member_id))
            for line in within(lines_of(edge.session, roll_id), groups)
        ],
    )


@api.post("/branch/rolls/<int:roll_id>/marks")
@branch_phone_needed
@api.input(Marks, arg_name="body")
@api.output(Marked)
def mark_branch_roll(roll_id: int, body: Marks) -> dict[str, Any]:
    """Save marks by hand; a line that changed since it was `seen` is left alone and stands in `kept`."""
    edge = current()
    head, groups = roll_ticked(roll_id)
    marks = {mark.member_id: _by_hand(mark.status) for mark in body.marks}
    if not {line.member_id for line in within(lines_of(edge.session, roll_id), groups)}.issuperset(marks):
        raise Refused("not_on_roll", "名册上没有这位同志")
    seen = {mark.member_id: mark.seen for mark in body.marks if mark.seen}
    kept = set_marks(
        edge.session, roll_id, marks, by=staff().account_id, now=edge.now, via=Via.PHONE, seen=seen or None
    )
    leaves = leave_of_lines(edge.session, head.gathering.id)
    fresh = [line for line in lines_of(edge.session, roll_id) if line.member_id in marks]
    return {
        "counts": counts_shown(counts_of(edge.session, roll_id)),
        "lines": [line_shown(line, leaves.get(line.member_id)) for line in fresh],
        "kept": sorted(kept),
    }


def _by_hand(status: str) -> Status:
    if status not in list(Status):
        raise Refused("status_not_by_hand", "这个状态不能手工登记")
    return Status(status)


def _whole_roll(roll_id: int) -> RollHead:
    """Return a roll of which the person may write every line. Refused: not_found, not_yours."""
    head, groups = roll_ticked(roll_id)
    if groups is not None:
        require(Verb.TICK, head.org)
    return head


@api.post("/branch/rolls/<int:roll_id>/rest")
@branch_phone_needed
@api.input(Rest, arg_name="body")
@api.output(Settled)
def settle_branch_roll(roll_id: int, body: Rest) -> dict[str, Any]:
    """Record every unrecorded line as leave or unclear; never a whole list as absent."""
    edge = current()
    _whole_roll(roll_id)
    status, by = _by_hand(body.status), staff().account_id
    recorded = settle_rest(edge.session, roll_id, status, by=by, now=edge.now, via=Via.PHONE)
    return {"recorded": recorded, "counts": counts_shown(counts_of(edge.session, roll_id))}


@api.post("/branch/rolls/<int:roll_id>/heads")
@branch_phone_needed
@api.input(Heads, arg_name="body")
@api.output(HeadsKept)
def count_branch_heads(roll_id: int, body: Heads) -> dict[str, Any]:
    """Keep the heads counted in the room; a number that differs from the roll blocks nothing."""
    _whole_roll(roll_id)
    count_heads(current().session, roll_id, body.heads, body.observers)
    return fields_of(HeadsKept, body)


@api.post("/branch/rolls/<int:roll_id>/confirmation")
@branch_phone_needed
@api.input(Confirmation, arg_name="body")
@api.output(Confirmed)
def confirm_branch_roll(roll_id: int, body: Confirmation) -> dict[str, Any]:
    """Settle the rest as chosen, confirm and post the points: all of it or nothing.

    409 roll_incomplete while a line is unrecorded and nothing was chosen.
    """
    edge, by = current(), staff().account_id
    confirmable(roll_id)
    if body.rest is not None:
        # The gathering before the roll, as everybody who locks both.
        begin_confirmation(edge.session, roll_id)
        settle_rest(edge.session, roll_id, _by_hand(body.rest), by=by, now=edge.now, via=Via.PHONE)
    done = confirm_roll(edge.session, roll_id, by=by, now=edge.now, via=Via.PHONE)
    return {"counts": counts_shown(done.counts), "entries": done.entries}
