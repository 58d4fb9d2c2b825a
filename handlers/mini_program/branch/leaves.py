"""/api/v1/branch/leaves: leave that waits for an answer, and the answer."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

from handlers.edge import current
from handlers.identity import branch_phone_needed, need_somewhere, staff
from handlers.mini_program import api
from handlers.mini_program.fields import fields_of
from handlers.reach import leave_verb
from handlers.todo.work import asked_of
from models.audit import Via
from models.gatherings.delegate import standing_in
from models.gatherings.leave.pending import LeaveRow
from models.people.rights import Verb


class LeaveOut(BaseModel):
    """One request; `note` is empty for illness, `filed_by` whose account recorded it for somebody else."""

    gathering_id: int
    title: str
    starts_at: str
    member_id: int
    name: str
    joined_year: int | None
    branch: str
    group: str | None
    reason: str
    note: str | None
    late: bool
    asked_at: str
    filed_by: str | None


class Leaves(BaseModel):
    """What waits, by gathering and in surname order."""

    items: list[LeaveOut]
    next: str | None


class Decision(BaseModel):
    """Yes or no, and the line the person reads; a no says why."""

    model_config = ConfigDict(extra="forbid", strict=True)
    approve: bool
    answer: Annotated[str, StringConstraints(max_length=200)] = ""


class Decided(BaseModel):
    """Where the request stands now."""

    state: str
    answer: str | None


@api.get("/branch/leaves")
@branch_phone_needed
@api.output(Leaves)
def list_leaves() -> dict[str, Any]:
    """The leave that waits for this person's answer; empty for a clerk, who may not answer."""
    need_somewhere(Verb.TICK, Verb.DECIDE)
    edge = current()
    delegated = standing_in(edge.session, staff().account_id, now=edge.now)
    return {"items": [_shown(row) for row in asked_of(delegated).leaves], "next": None}


def _shown(row: LeaveRow) -> dict[str, Any]:
    whose = row.whose
    return fields_of(
        LeaveOut,
        row.request,
        row.gathering,
        whose,
        branch=whose.branch.name,
        group=whose.group.name if whose.group else None,
        filed_by=row.filed_by,
    )


@api.post("/branch/leaves/<int:gathering_id>/<int:member_id>/decision")
@branch_phone_needed
@api.input(Decision, arg_name="body")
@api.output(Decided)
def decide_branch_leave(gathering_id: int, member_id: int, body: Decision) -> dict[str, Any]:
    """Answer once; a yes marks the line unless the person came. 409 not_waiting if it was answered."""
    edge = current()
    decide = leave_verb(gathering_id, member_id)
    leave = decide(
        edge.session, gathering_id, member_id, approve=body.approve, answer=body.answer, told_how=None,
        by=staff().account_id, via=Via.PHONE, now=edge.now,
    )  # fmt: skip
    return fields_of(Decided, leave)
