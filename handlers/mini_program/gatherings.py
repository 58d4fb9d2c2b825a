"""GET /api/v1/gatherings: what is coming up in one's own branch, and what was recorded of oneself."""

from typing import Any

from pydantic import BaseModel

from handlers.edge import current
from handlers.identity import member_id, member_needed
from handlers.mini_program import api
from handlers.mini_program.fields import fields_of
from handlers.mini_program.leaves import LeaveShown
from handlers.mini_program.paging import Paging
from models.gatherings.leave.leave import leave_of
from models.gatherings.leave.of_member import may_ask_leave
from models.gatherings.of_member import Seat, record_of, seat_of, seats_of


class AgendaLine(BaseModel):
    """One line of the plan."""

    kind: str
    title: str


class Attending(BaseModel):
    """One gathering as this member sees it; `leave_state` is submitted, approved or rejected."""

    id: int
    kind: str
    title: str
    starts_at: str
    ends_at: str
    place: str
    bring: str | None
    contact: str | None
    state: str
    host: str
    status: str
    checked_in_at: str | None
    leave_state: str | None


class RecordShown(BaseModel):
    """How a line came about (qr, ticket, digits, chat, hand or report), by whose hand, and who confirmed."""

    how: str | None
    at: str | None
    by: str | None
    confirmed_at: str | None
    confirmed_by: str | None


class Detail(Attending):
    """The same with the agenda, the reason of the date, the leave that was asked and the member's record."""

    date_reason: str | None
    leave_until: str | None
    reason: str | None
    agenda: list[AgendaLine]
    leave: LeaveShown | None
    leave_open: bool
    record: RecordShown | None


class Page(BaseModel):
    """A list and where it goes on."""

    items: list[Attending]
    next: str | None


def shown(seat: Seat) -> dict[str, Any]:
    """Return a member's view of one gathering as JSON values."""
    return fields_of(Attending, seat, seat.gathering)


@api.get("/gatherings")
@api.input(Paging, location="query", arg_name="page")
@api.output(Page)
@member_needed
def list_gatherings(page: Paging) -> dict[str, Any]:
    """The member's gatherings, newest first, twenty a page (`?before=` the id that `next` names)."""
    edge = current()
    seats, following = seats_of(edge.session, member_id(), before=page.id, now=edge.now)
    return {"items": [shown(seat) for seat in seats], "next": following}


@api.get("/gatherings/<int:gathering_id>")
@api.output(Detail)
@member_needed
def show_gathering(gathering_id: int) -> dict[str, Any]:
    """One gathering on whose roll the member stands; any other does not exist for this phone (404)."""
    edge = current()
    seat, agenda = seat_of(edge.session, member_id(), gathering_id, now=edge.now)
    leave = leave_of(edge.session, gathering_id, member_id())
    record = record_of(edge.session, member_id(), gathering_id)
    return fields_of(
        Detail,
        seat,
        seat.gathering,
        agenda=[fields_of(AgendaLine, item) for item in agenda],
        leave=fields_of(LeaveShown, leave) if leave else None,
        leave_open=may_ask_leave(edge.session, member_id(), gathering_id, now=edge.now),
        record=fields_of(RecordShown, record) if record else None,
    )
