"""/api/v1/branch/gatherings/{id}/phone-list: whom to telephone, with numbers, for this purpose alone."""

from typing import Any

from pydantic import BaseModel

from handlers.edge import current
from handlers.identity import branch_phone_needed, staff
from handlers.mini_program import api
from handlers.mini_program.branch.gatherings import ProgressOut, progress_shown
from handlers.mini_program.fields import fields_of
from handlers.phone_lists import asked_for, opened_list, phoned, progress_among
from models.audit import Via
from models.clock import day_of
from models.notices.phone_list import PhoneRow, mark_phoned, messages_of, tick_of, unmark_phoned


class PhoneLine(BaseModel):
    """One person to telephone, or told already; `family_phone` is a relative's."""

    delivery_id: int
    member_id: int
    name: str
    joined_year: int | None
    group: str | None
    phone: str | None
    family_phone: str | None
    at_home: bool
    reason: str
    phoned_at: str | None
    phoned_by: str | None


class PhoneList(BaseModel):
    """The list with its purpose; `message` is the kind of what is to be told; opening it is logged."""

    purpose: str
    message: str | None
    told: ProgressOut
    items: list[PhoneLine]
    next: str | None


class Told(BaseModel):
    """The tick as it stands, and how far the message has come among the people of this list."""

    phoned_at: str | None
    phoned_by: str | None
    told: ProgressOut


@api.get("/branch/gatherings/<int:gathering_id>/phone-list")
@branch_phone_needed
@api.output(PhoneList)
def show_phone_list(gathering_id: int) -> dict[str, Any]:
    """Whom to telephone, by group and in surname order; each sees the own branch or group.

    About the newest message with somebody left, or the one that `?message=` names.
    """
    edge = current()
    rolls, orgs = phoned(gathering_id)
    it = rolls[0].gathering
    day = day_of(it.starts_at)
    message = asked_for(messages_of(edge.session, gathering_id, org_ids=orgs))
    rows = opened_list(gathering_id, message, orgs, via=Via.PHONE)
    return {
        "purpose": f"通知 {day.month}月{day.day}日{it.title}。打开名单已记入日志，请不要截图外传。",
        "message": message.kind if message else None,
        "told": progress_shown(progress_among(gathering_id, message, orgs)),
        "items": [_line(row) for row in rows],
        "next": None,
    }


def _line(row: PhoneRow) -> dict[str, Any]:
    return fields_of(PhoneLine, row, group=row.group_name)


@api.post("/branch/gatherings/<int:gathering_id>/phone-list/<int:delivery_id>")
@branch_phone_needed
@api.output(Told)
def tick_phoned(gathering_id: int, delivery_id: int) -> dict[str, Any]:
    """Tick 已告知; twice is once, and the first hand stays."""
    edge = current()
    _, orgs = phoned(gathering_id)
    mark_phoned(edge.session, delivery_id, org_ids=orgs, by=staff().account_id, via=Via.PHONE, now=edge.now)
    return _ticked(gathering_id, delivery_id, orgs)


@api.delete("/branch/gatherings/<int:gathering_id>/phone-list/<int:delivery_id>")
@branch_phone_needed
@api.output(Told)
def untick_phoned(gathering_id: int, delivery_id: int) -> dict[str, Any]:
    """Take a tick back: somebody has yet to telephone; twice is once."""
    _, orgs = phoned(gathering_id)
    unmark_phoned(current().session, delivery_id, org_ids=orgs, by=staff().account_id, via=Via.PHONE)
    return _ticked(gathering_id, delivery_id, orgs)


def _ticked(gathering_id: int, delivery_id: int, orgs: list[int]) -> dict[str, Any]:
    session = current().session
    tick, message = tick_of(session, delivery_id), asked_for(messages_of(session, gathering_id, org_ids=orgs))
    told = progress_shown(progress_among(gathering_id, message, orgs))
    return fields_of(Told, tick, told=told)
