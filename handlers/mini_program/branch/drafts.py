"""POST /api/v1/branch/gatherings: a draft like last month's, changed by hand, then told to all."""

from dataclasses import replace
from datetime import date, time
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from handlers.description import may_answer
from handlers.edge import current
from handlers.identity import branch_phone_needed, staff
from handlers.mini_program import api
from handlers.mini_program.branch.gatherings import GatheringDetail, detail
from handlers.publication import publish_promised
from handlers.reach import draft_reached, gathering_reached, org_asked
from models.audit import Via
from models.clock import SHANGHAI, at
from models.gatherings.gathering import AgendaKind
from models.gatherings.partners import convenes
from models.gatherings.plan import Plan, draft, plan_kept, redraft, suggest
from models.gatherings.required_item import merge_required
from models.people.rights import Verb
from models.refused import Refused

Words = Annotated[str, StringConstraints(max_length=60)]


class AgendaTyped(BaseModel):
    """One line of the agenda as it is to be."""

    model_config = ConfigDict(extra="forbid", strict=True)
    kind: Annotated[AgendaKind, Field(strict=False)]
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class Changing(BaseModel):
    """What to change of a draft; each may be left out. An empty `bring` or `contact` takes it away.

    `agenda` is the whole of it; what the level above requires stays on it whatever is sent.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    title: Words | None = None
    day: Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}$")] | None = None
    start: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}:[0-9]{2}$")] | None = None
    place: Words | None = None
    bring: Words | None = None
    contact: Words | None = None
    agenda: Annotated[list[AgendaTyped], Field(max_length=20)] | None = None


class NewDraft(Changing):
    """What to change of the draft that last month's proposes, and for which organisation it is."""

    org_id: Annotated[int, Field(ge=1, lt=2**63)] | None = None


class Promise(BaseModel):
    """How many people the button said it would tell."""

    model_config = ConfigDict(extra="forbid", strict=True)
    people: Annotated[int, Field(ge=0, lt=10**6)]


@api.post("/branch/gatherings")
@branch_phone_needed
@api.input(NewDraft, arg_name="body")
@api.output(GatheringDetail, status_code=201)
@may_answer(404)
def create_branch_gathering(body: NewDraft) -> dict[str, Any]:
    """201: the next theme day's draft as last month's proposes it, with what the body changes."""
    edge = current()
    org = org_asked(Verb.DRAFT, None if body.org_id is None else str(body.org_id))
    if convenes(org):
        raise Refused("not_found", "这一级召集支部，请在电脑上起草")
    plan = _changed(suggest(edge.session, org, now=edge.now).plan(), body)
    it = draft(edge.session, org.id, plan, by=staff().account_id, now=edge.now, via=Via.PHONE)
    return detail(gathering_reached(it.id))


@api.post("/branch/gatherings/<int:gathering_id>")
@branch_phone_needed
@api.input(Changing, arg_name="body")
@api.output(GatheringDetail)
def change_branch_gathering(gathering_id: int, body: Changing) -> dict[str, Any]:
    """200: the draft with what the body changes; 409 not_a_draft once it is published."""
    edge = current()
    it, host = draft_reached(gathering_id, Verb.DRAFT)
    if convenes(host):
        raise Refused("not_found", "这一级召集支部，请在电脑上改")
    merge_required(edge.session, it)
    plan = _changed(plan_kept(edge.session, it), body)
    redraft(edge.session, it, plan, by=staff().account_id, now=edge.now, via=Via.PHONE)
    return detail(gathering_reached(gathering_id))


def _changed(plan: Plan, body: Changing) -> Plan:
    """Put what the body says into a plan; what hangs on the hour moves along. Refused: bad_plan."""
    proposed = plan.starts_at.astimezone(SHANGHAI)
    try:
        day = date.fromisoformat(body.day) if body.day else proposed.date()
        clock = time.fromisoformat(body.start) if body.start else proposed.time()
    except ValueError:
        wrong = {"day" if body.day else "start": "没有这一天或这个时间"}
        raise Refused("bad_plan", "日期或时间不对", fields=wrong) from None
    starts_at = at(day, clock)
    later = starts_at - plan.starts_at
    return replace(
        plan,
        title=plan.title if body.title is None else body.title.strip(),
        place=plan.place if body.place is None else body.place.strip(),
        bring=plan.bring if body.bring is None else body.bring.strip() or None,
        contact=plan.contact if body.contact is None else body.contact.strip() or None,
        agenda=plan.agenda if body.agenda is None else tuple((one.kind, one.title) for one in body.agenda),
        starts_at=starts_at,
        ends_at=plan.ends_at + later,
        leave_until=plan.leave_until and plan.leave_until + later,
        # The reason speaks of the day that was proposed.
        date_reason=plan.date_reason if day == proposed.date() else None,
    )


@api.post("/branch/gatherings/<int:gathering_id>/publication")
@branch_phone_needed
@api.input(Promise, arg_name="body")
@api.output(GatheringDetail)
def publish_branch_gathering(gathering_id: int, body: Promise) -> dict[str, Any]:
    """200: rolls, notice and outbox in one transaction; 409 audience_changed if it would reach others."""
    it, _ = draft_reached(gathering_id, Verb.PUBLISH)
    merge_required(current().session, it)
    publish_promised(gathering_id, str(body.people), via=Via.PHONE)
    return detail(gathering_reached(gathering_id))
