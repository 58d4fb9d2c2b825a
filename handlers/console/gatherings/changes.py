"""Changing a published gathering, and letting an emergency out at night."""

from dataclasses import replace
from datetime import datetime

from flask import Response, request

from handlers.console.gatherings.draft_form import Typed, keep_required, plan_of, stored, typed_form
from handlers.console.gatherings.draft_pages import KINDS, agenda_shown, is_only_shown, required
from handlers.console.pages import console, go, page, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import require, staff
from handlers.reach import draft_reached
from models.gatherings.agenda import agenda_of
from models.gatherings.gathering import Gathering
from models.gatherings.plan import gathering_seen, taking_part
from models.gatherings.required_item import new_required
from models.notices.change import Change, may_move, move_gathering
from models.notices.night_override import let_out
from models.people.org import Org
from models.people.rights import Verb
from models.refused import Refused

FORM_CODES = ("bad_plan", "reason_missing", "nothing_changed")


@console.route("/console/gatherings/<int:gathering_id>/change", methods=["GET", "POST"])
@staff_page
def change(gathering_id: int) -> Response:
    """Show what may be changed of a published gathering; save it and tell everybody once more.

    400 with the form as typed where the change does not hold.
    """
    edge = current()
    it, host = draft_reached(gathering_id, Verb.PUBLISH)
    if request.method == "GET":
        may_move(edge.session, it, now=edge.now)
        new = new_required(edge.session, it)
        reason = "上级新增规定内容" if new else ""
        agenda = agenda_of(edge.session, gathering_id)
        return _change_page(it, host, stored(it, agenda, taking_part(edge.session, gathering_id)), reason)
    typed, reason = _sent(it, host), " ".join(request.form.get("reason", "").split())
    if is_only_shown(typed):
        return _change_page(it, host, typed, reason)
    try:
        move_gathering(
            edge.session, gathering_id, _change(it, typed), reason=reason, by=staff().account_id,
            channels=edge.parts.installation.channels, now=edge.now,
        )  # fmt: skip
    except Refused as error:
        if error.code not in FORM_CODES:
            raise
        refuse_form(error)
        return _change_page(it, host, typed, reason, error)
    return go("console.gathering", gathering_id=gathering_id)


def _sent(it: Gathering, host: Org) -> Typed:
    """Read the form; what it does not ask for is as it was."""
    typed = typed_form()
    typed.texts |= {"title": it.title, "period": it.period}
    typed.kind = it.kind.value
    keep_required(typed, required(host, typed))
    return typed


def _change(it: Gathering, typed: Typed) -> Change:
    """Return the change that the form stands for; an untouched deadline moves along with the start."""
    plan = plan_of(typed)
    if it.leave_until is not None and plan.leave_until == _to_the_minute(it.leave_until):
        plan = replace(plan, leave_until=it.leave_until + (plan.starts_at - it.starts_at))
    return Change(
        plan.starts_at, plan.ends_at, plan.place, plan.bring, plan.contact, plan.leave_until, plan.agenda
    )


def _to_the_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _change_page(
    it: Gathering, host: Org, typed: Typed, reason: str, error: Refused | None = None
) -> Response:
    return page(
        "gatherings/change.html",
        400 if error else 200,
        gathering=it,
        host=host,
        typed=typed,
        reason=reason,
        kinds=KINDS,
        errors=error.fields if error else {},
        error=error.message if error else "",
        **agenda_shown(host, typed),
    )


@console.post("/console/gatherings/<int:gathering_id>/night-override")
@staff_page
def create_night_override(gathering_id: int) -> Response:
    """Let the newest message out in the silent hours, for an emergency, with its reason."""
    edge = current()
    it = gathering_seen(edge.session, gathering_id)
    require(Verb.OVERRIDE_NIGHT, edge.session.get_one(Org, it.org_id))
    reason = request.form.get("reason", "")
    let_out(edge.session, gathering_id, reason, by=staff().account_id, now=edge.now)
    return go("console.gathering", gathering_id=gathering_id)
