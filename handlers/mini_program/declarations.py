"""/api/v1/me/declarations: what a member did and asks to have counted, and what the branch answered."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from handlers.description import may_answer
from handlers.edge import current
from handlers.identity import member_id, member_needed, phone
from handlers.mini_program import api
from handlers.mini_program.away import Day
from handlers.mini_program.fields import fields_of
from models.audit import Via
from models.people.org import Org
from models.points.deed import LONGEST_EVIDENCE, LONGEST_TITLE, Deed, filed_until, items_for, read_quantity
from models.points.exact import show
from models.points.proposals_waiting import ProposalRow, declarations_of, proposal_seen
from models.points.proposing import propose, withdraw
from models.refused import Refused


class Declaring(BaseModel):
    """A deed as it is declared; `late` says that its becoming 上期事项 was read."""

    model_config = ConfigDict(extra="forbid", strict=True)
    item: str = Field(min_length=1, max_length=40)
    level: str | None = Field(default=None, max_length=40)
    occurred_on: Day
    quantity: str = Field(default="1", max_length=12)
    title: str = Field(min_length=1, max_length=LONGEST_TITLE)
    evidence: str | None = Field(default=None, max_length=LONGEST_EVIDENCE)
    late: bool = False


class DeclarationShown(BaseModel):
    """A declaration, what it would count or counts, and the answer."""

    id: int
    item: str
    item_title: str
    level: str | None
    occurred_on: str
    quantity: str
    title: str
    evidence: str | None
    points: str
    cycle: str
    late: bool
    state: str
    submitted_at: str
    recorded_by: str | None
    answer: str | None
    decided_at: str | None


class Choice(BaseModel):
    """One item that may be declared; `levels` are the outcomes to choose from, with their points."""

    item: str
    title: str
    unit: str
    points: str | None
    levels: list[dict[str, str]]
    evidence: str


class Declarations(BaseModel):
    """What was declared, the newest first; what may be; up to which day a deed comes late."""

    items: list[DeclarationShown]
    next: str | None
    choices: list[Choice]
    late_until: str | None


def _shown(row: ProposalRow) -> dict[str, Any]:
    it = row.proposal
    return fields_of(
        DeclarationShown,
        it,
        item_title=row.title,
        quantity=show(it.quantity),
        points=show(row.points),
        late=row.late,
        recorded_by=row.made_by,
    )


def _one(proposal_id: int) -> dict[str, Any]:
    row = proposal_seen(current().session, proposal_id)
    if row is None:
        raise Refused("not_found", "没有找到这件申报")
    return _shown(row)


def _branch() -> Org:
    return current().session.get_one(Org, phone().branch_id)


@api.get("/me/declarations")
@api.output(Declarations)
@member_needed
def list_declarations() -> dict[str, Any]:
    """What the member declared, by phone or by word of mouth, and what may be declared today."""
    edge = current()
    late_until = filed_until(edge.session, _branch(), now=edge.now)
    choices = items_for(edge.session, _branch(), declared=True, now=edge.now)
    return {
        "items": [_shown(row) for row in declarations_of(edge.session, member_id())],
        "next": None,
        "choices": [
            fields_of(
                Choice,
                item,
                item=item.id,
                points=None if item.levels else show(item.pts),
                levels=[
                    {"level": name, "points": show(points)} for name, points in (item.levels or {}).items()
                ],
            )
            for item in choices
        ],
        "late_until": late_until.isoformat() if late_until else None,
    }


@api.post("/me/declarations")
@api.input(Declaring, arg_name="body")
@api.output(DeclarationShown, status_code=201)
@member_needed
@may_answer(404, 429)
def create_declaration(body: Declaring) -> Any:
    """Declare a deed; it counts once somebody of the branch approves it."""
    edge = current()
    deed = Deed(
        body.item, body.occurred_on, body.title, read_quantity(body.quantity), body.level, body.evidence
    )
    made = propose(
        edge.session, _branch().id, [member_id()], deed, by=None, by_member=member_id(), how=None,
        via=Via.PHONE, now=edge.now, late=body.late,
    )  # fmt: skip
    return _one(made.id), 201


@api.delete("/me/declarations/<int:declaration_id>")
@api.output(DeclarationShown)
@member_needed
def delete_declaration(declaration_id: int) -> dict[str, Any]:
    """Take back what nobody has decided yet."""
    withdraw(current().session, declaration_id, by=None, by_member=member_id(), how=None, via=Via.PHONE)
    return _one(declaration_id)
