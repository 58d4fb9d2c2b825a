"""The hands on a gathering: publish, open, close, show a new code, call off."""

from flask import Response, request

from handlers.console.gatherings.convening import kind_of
from handlers.console.gatherings.draft_form import plan_of, typed_form
from handlers.console.gatherings.draft_pages import draft_again, form_of, required
from handlers.console.pages import console, go, page, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import staff
from handlers.publication import publish_promised
from handlers.reach import draft_reached, roll_hosted
from models.audit import Via
from models.gatherings.doors import close_gathering, new_code, open_gathering
from models.gatherings.plan import redraft
from models.gatherings.required_item import merge_required
from models.notices.change import LONGEST_REASON
from models.notices.publish import cancel
from models.people.org import Org
from models.people.rights import Verb
from models.refused import Refused


@console.post("/console/gatherings/<int:gathering_id>/publication")
@staff_page
def create_publication(gathering_id: int) -> Response:
    """Save what the form holds and publish it: rolls, notice and outbox in one transaction.

    400 with the form if it does not hold, or if audience or agenda are not those that the page showed.
    """
    edge, by = current(), staff().account_id
    it, host = draft_reached(gathering_id, Verb.PUBLISH)
    typed = form_of(host, it)
    try:
        if "title" in request.form:
            _check_agenda(host)
            redraft(edge.session, it, plan_of(typed), kind=kind_of(host, typed), by=by, now=edge.now)
        else:
            merge_required(edge.session, it)
        publish_promised(gathering_id, request.form.get("people"), via=Via.CONSOLE)
    except Refused as error:
        if "title" not in request.form:
            raise
        return draft_again(error, host, typed, it)
    return go("console.gathering", gathering_id=gathering_id)


def _check_agenda(host: Org) -> None:
    """Refuse to publish what the level above required after the page was opened. Refused: agenda_changed."""
    sent = typed_form()
    ids, titles = {row.required for row in sent.agenda}, {row.title for row in sent.agenda}
    new = [one.title for one in required(host, sent) if one.id not in ids and one.title not in titles]
    if new:
        raise Refused("agenda_changed", f"上级刚刚规定了“{new[0]}”，已经放进议程。请看一遍再发布")


@console.post("/console/gatherings/<int:gathering_id>/opening")
@staff_page
def create_opening(gathering_id: int) -> Response:
    """Open to phones by hand, also again after closing."""
    edge = current()
    it = roll_hosted(gathering_id)
    open_gathering(edge.session, it, by=staff().account_id, now=edge.now)
    return go("console.gathering", gathering_id=gathering_id)


@console.post("/console/gatherings/<int:gathering_id>/closing")
@staff_page
def create_closing(gathering_id: int) -> Response:
    """Close to phones; what was scanned before still counts."""
    edge = current()
    it = roll_hosted(gathering_id)
    close_gathering(edge.session, it, by=staff().account_id, now=edge.now)
    return go("console.gathering", gathering_id=gathering_id)


@console.post("/console/gatherings/<int:gathering_id>/new-code")
@staff_page
def create_new_code(gathering_id: int) -> Response:
    """Make every code shown so far worthless."""
    it, _ = draft_reached(gathering_id, Verb.PUBLISH)
    new_code(current().session, it, by=staff().account_id)
    return go("console.gathering", gathering_id=gathering_id)


@console.route("/console/gatherings/<int:gathering_id>/cancellation", methods=["GET", "POST"])
@staff_page
def cancellation(gathering_id: int) -> Response:
    """Ask for the reason, say what calling off does, then call off and tell everybody once."""
    edge = current()
    it, _ = draft_reached(gathering_id, Verb.PUBLISH)
    if request.method == "GET":
        return page("gatherings/cancellation.html", gathering=it, reason="", error="")
    reason = request.form.get("reason", "").strip()
    try:
        if len(reason) > LONGEST_REASON:
            raise Refused("reason_missing", f"原因请写在 {LONGEST_REASON} 个字以内")
        cancel(
            edge.session, gathering_id, reason=reason, by=staff().account_id,
            channels=edge.parts.installation.channels, now=edge.now,
        )  # fmt: skip
    except Refused as error:
        if error.code != "reason_missing":
            raise
        refuse_form(error)
        return page("gatherings/cancellation.html", 400, gathering=it, reason=reason, error=error.message)
    return go("console.gathering", gathering_id=gathering_id)
