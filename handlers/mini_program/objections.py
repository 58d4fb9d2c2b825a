"""/api/v1/me/objections: what the member says is wrong, how it was answered, and asking those above."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from handlers.description import may_answer
from handlers.edge import current
from handlers.identity import member_id, member_needed
from handlers.mini_program import api
from handlers.mini_program.fields import fields_of
from models.audit import Via
from models.points.exact import show
from models.ratings.objections.appealing import appeal
from models.ratings.objections.objection import ANSWERED
from models.ratings.objections.raising import LONGEST_SAID, object_to, receipt_of, withdraw_objection
from models.ratings.objections.reading import ObjectionView, objection_seen, own_objections


class Objecting(BaseModel):
    """One entry or the star of one rating, and what is wrong with it."""

    model_config = ConfigDict(extra="forbid", strict=True)
    entry_id: int | None = None
    rating_id: int | None = None
    said: str = Field(max_length=LONGEST_SAID)


class Appealing(BaseModel):
    """Why the member does not agree with an answer."""

    model_config = ConfigDict(extra="forbid", strict=True)
    said: str = Field(max_length=LONGEST_SAID)


class ObjectionShown(BaseModel):
    """One objection: who answers until when, or what was found and what it changed."""

    id: int
    receipt: str
    entry_id: int | None
    rating_id: int | None
    appeals: int | None
    about: str
    occurred_on: str | None
    points: str | None
    said: str
    asked_at: str
    state: str
    desk: str
    due_on: str
    handled_by: list[str]
    finding: str | None
    answered_by: str | None
    answered_at: str | None
    total_before: str | None
    total_after: str | None
    star_before: int | None
    star_after: int | None
    appeal_until: str | None
    appealed_by: int | None


class Objections(BaseModel):
    """A list and where it goes on; it never does."""

    items: list[ObjectionShown]
    next: str | None


def _shown(view: ObjectionView) -> dict[str, Any]:
    it, about = view.objection, view.disputed
    return fields_of(
        ObjectionShown,
        view,
        it,
        receipt=receipt_of(it),
        about=about.title,
        occurred_on=about.occurred_on,
        points=None if about.points is None else show(about.points),
        desk=view.hands.desk,
        handled_by=[hand.name for hand in view.hands.free],
        total_before=None if it.total_before is None else show(it.total_before),
        total_after=None if it.total_after is None else show(it.total_after),
        appeal_until=view.appeal_until if it.state in ANSWERED else None,
    )


def _one(objection_id: int) -> dict[str, Any]:
    return _shown(objection_seen(current().session, objection_id, now=current().now))


@api.get("/me/objections")
@api.output(Objections)
@member_needed
def list_objections() -> dict[str, Any]:
    """What the member objected to, the newest first."""
    found = own_objections(current().session, member_id(), now=current().now)
    return {"items": [_shown(one) for one in found], "next": None}


@api.post("/me/objections")
@api.input(Objecting, arg_name="body")
@api.output(ObjectionShown, status_code=201)
@member_needed
@may_answer(404, 429)
def create_objection(body: Objecting) -> Any:
    """Object to an entry of one's own, or to one's star while it is on the board."""
    edge = current()
    made = object_to(
        edge.session, member_id=member_id(), entry_id=body.entry_id, rating_id=body.rating_id, said=body.said,
        filing=None, via=Via.PHONE, now=edge.now,
    )  # fmt: skip
    return _one(made.id), 201


@api.delete("/me/objections/<int:objection_id>")
@api.output(ObjectionShown)
@member_needed
def delete_objection(objection_id: int) -> dict[str, Any]:
    """Take back what is not answered yet."""
    withdraw_objection(current().session, objection_id, member_id=member_id(), filing=None, via=Via.PHONE)
    return _one(objection_id)


@api.post("/me/objections/<int:objection_id>/appeal")
@api.input(Appealing, arg_name="body")
@api.output(ObjectionShown, status_code=201)
@member_needed
@may_answer(429)
def create_appeal(objection_id: int, body: Appealing) -> Any:
    """Ask those above to look again; the answer is an objection of its own."""
    edge = current()
    made = appeal(
        edge.session, objection_id, member_id=member_id(), said=body.said, filing=None, via=Via.PHONE,
        now=edge.now,
    )  # fmt: skip
    return _one(made.id), 201
