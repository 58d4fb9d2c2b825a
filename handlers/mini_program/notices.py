"""GET /api/v1/notices: what a member was told, in the words that went out, and what they have read."""

from typing import Any

from pydantic import BaseModel

from handlers.edge import current
from handlers.identity import member_id, member_needed
from handlers.mini_program import api
from handlers.mini_program.fields import fields_of
from handlers.mini_program.gatherings import Attending, shown
from handlers.mini_program.paging import Paging
from models.clock import iso
from models.gatherings.agenda import agenda_of
from models.gatherings.gathering import AgendaKind
from models.gatherings.of_member import seat_if_any
from models.notices.reading import mark_read, notice_told, notices_of

STUDIED = (AgendaKind.STUDY, AgendaKind.LECTURE)


class NoticeOut(BaseModel):
    """One notice; `kind` is notice, reminder, change or cancellation."""

    id: int
    gathering_id: int
    kind: str
    title: str
    summary: str
    sent_at: str
    read_at: str | None


class Notices(BaseModel):
    """A list and where it goes on."""

    items: list[NoticeOut]
    next: str | None


class NoticeText(NoticeOut):
    """The same with its words, the gathering as it is now, and what somebody at home studies alone."""

    text: str
    at_home: bool
    gathering: Attending | None
    materials: list[str]


class ReadAt(BaseModel):
    """When it was opened for the first time."""

    read_at: str


@api.get("/notices")
@api.input(Paging, location="query", arg_name="page")
@api.output(Notices)
@member_needed
def list_notices(page: Paging) -> dict[str, Any]:
    """What the member was told, newest first, twenty a page (`?before=` the id that `next` names)."""
    found, following = notices_of(current().session, member_id(), before=page.id)
    return {"items": [fields_of(NoticeOut, told) for told in found], "next": following}


@api.get("/notices/<int:notice_id>")
@api.output(NoticeText)
@member_needed
def show_notice(notice_id: int) -> dict[str, Any]:
    """One notice in the words that this member was sent; 404 for anybody else's."""
    edge = current()
    told = notice_told(edge.session, member_id(), notice_id)
    seat = seat_if_any(edge.session, member_id(), told.gathering_id, now=edge.now)
    agenda = agenda_of(edge.session, told.gathering_id) if told.at_home and seat else []
    materials = [item.title for item in agenda if item.kind in STUDIED]
    return fields_of(NoticeText, told, gathering=shown(seat) if seat else None, materials=materials)


@api.post("/notices/<int:notice_id>/read")
@api.output(ReadAt)
@member_needed
def read_notice(notice_id: int) -> dict[str, Any]:
    """Note that the member opened it, for the member's own list alone; again is the same answer."""
    edge = current()
    return {"read_at": iso(mark_read(edge.session, member_id(), notice_id, now=edge.now))}
