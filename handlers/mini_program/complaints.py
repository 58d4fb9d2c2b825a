"""POST and GET /api/v1/complaints: a complaint or suggestion of anybody, and the answer to it."""

from typing import Any

from flask import request
from pydantic import BaseModel, ConfigDict

from handlers.description import may_answer
from handlers.edge import current
from handlers.identity import bearer, phone, phone_needed
from handlers.mini_program import api
from handlers.mini_program.fields import fields_of
from handlers.mini_program.paging import Paging
from models.audit import Via
from models.clock import day_of
from models.gatherings.calendar.workdays import after_workdays
from models.people.complaint import (
    A_DAY,
    AN_HOUR,
    UNSIGNED,
    WORKDAYS,
    Wrong,
    complaints_of,
    own_complaint,
    receive_complaint,
    tidy_complaint,
)
from models.people.phone import phone_behind
from models.people.tries import Guess
from models.refused import Refused

PAGE = 20


class Letter(BaseModel):
    """What somebody wants to say; a way to reach them only where they like."""

    model_config = ConfigDict(extra="forbid", strict=True)
    text: str
    contact: str | None = None


class Receipt(BaseModel):
    """The number to ask by, and the day until which it is answered."""

    receipt: str
    due_on: str


class Answered(BaseModel):
    """One complaint as whoever wrote it reads it."""

    receipt: str
    text: str
    received_at: str
    due_on: str
    answer: str | None
    answered_at: str | None


@api.post("/complaints")
@api.input(Letter, arg_name="body")
@api.output(Receipt, status_code=201)
@may_answer(401, 429)
def create_complaint(body: Letter) -> dict[str, Any]:
    """Take in what anybody has to say; only a phone that is logged in can read the answer later.

    Five a day for each phone. Without a session all share thirty an hour, because nothing is asked by which
    to tell them apart. 401 for a token that ended.
    """
    edge = current()
    tidy_complaint(body.text, body.contact)
    who = None
    if "Authorization" in request.headers:
        who = phone_behind(edge.session, bearer(), now=edge.now).openid_hash
    spend_letter(who)
    return taken_in(body.text, body.contact, who)


def spend_letter(who: bytes | None) -> None:
    """Count one letter of a phone, or of all who write without one. Refused: too_many_tries."""
    limit = A_DAY if who else AN_HOUR
    if current().spend(Guess.COMPLAINT, who or UNSIGNED, limit) < 0:
        words, wait = "收到的太多了，请过些时候再写，或者打电话", int(limit[0].total_seconds())
        raise Refused("too_many_tries", words, retry_after=wait)


def taken_in(text: str, contact: str | None, who: bytes | None, wish: Wrong | None = None) -> dict[str, Any]:
    """Take in a letter for which a try was spent; return its receipt as JSON values."""
    edge = current()
    due_on, _ = after_workdays(edge.session, day_of(edge.now), WORKDAYS)
    complaint = receive_complaint(
        edge.session, text, contact, openid_hash=who, via=Via.PHONE, due_on=due_on, now=edge.now, wish=wish
    )
    return fields_of(Receipt, complaint)


class Letters(BaseModel):
    """A list and where it goes on."""

    items: list[Answered]
    next: str | None


@api.get("/complaints")
@api.input(Paging, location="query", arg_name="page")
@api.output(Letters)
@phone_needed
def list_complaints(page: Paging) -> dict[str, Any]:
    """What this phone wrote, newest first, twenty a page, so that no receipt is lost."""
    found = complaints_of(current().session, phone().openid_hash, before=page.id, most=PAGE + 1)
    following = str(found[PAGE - 1].id) if len(found) > PAGE else None
    return {"items": [fields_of(Answered, one) for one in found[:PAGE]], "next": following}


@api.get("/complaints/<receipt>")
@api.output(Answered)
@phone_needed
def show_complaint(receipt: str) -> dict[str, Any]:
    """Show the phone that wrote it what became of it; 404 to any other."""
    return fields_of(Answered, own_complaint(current().session, receipt, phone().openid_hash))
