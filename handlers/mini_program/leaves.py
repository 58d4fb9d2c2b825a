"""POST and DELETE /api/v1/gatherings/<id>/leave: ask leave from one gathering, and take it back."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from handlers.edge import current
from handlers.identity import member_id, member_needed
from handlers.mini_program import api
from handlers.mini_program.fields import fields_of
from models.audit import Via
from models.gatherings.leave.leave import LONGEST_NOTE, ask_leave, withdraw_leave
from models.gatherings.roll import LeaveReason


class Asking(BaseModel):
    """Why somebody cannot come; illness takes no words."""

    model_config = ConfigDict(extra="forbid", strict=True)
    reason: Literal["illness", "official", "family", "work_away", "other"]
    note: str | None = Field(default=None, max_length=LONGEST_NOTE)


class LeaveShown(BaseModel):
    """Where leave stands, and what the branch answered."""

    state: str
    reason: str
    asked_at: str
    answer: str | None
    decided_at: str | None


@api.post("/gatherings/<int:gathering_id>/leave")
@api.input(Asking, arg_name="body")
@api.output(LeaveShown, status_code=201)
@member_needed
def create_leave(gathering_id: int, body: Asking) -> Any:
    """Ask leave; the branch answers, and the answer stands on the gathering."""
    edge = current()
    leave = ask_leave(
        edge.session, gathering_id, member_id(), LeaveReason(body.reason), body.note, filing=None,
        via=Via.PHONE, now=edge.now,
    )  # fmt: skip
    return fields_of(LeaveShown, leave), 201


@api.delete("/gatherings/<int:gathering_id>/leave")
@api.output(LeaveShown)
@member_needed
def delete_leave(gathering_id: int) -> Any:
    """Take leave back; what a yes wrote on the roll goes with it."""
    edge = current()
    leave = withdraw_leave(edge.session, gathering_id, member_id(), filing=None, via=Via.PHONE, now=edge.now)
    return fields_of(LeaveShown, leave)
