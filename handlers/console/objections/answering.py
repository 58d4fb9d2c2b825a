"""What is done with an objection: answered after a look at what would change, told, appealed, taken back."""

from flask import Response, request

from handlers.console.leaves.leaves import filing, typed_choice, typed_day
from handlers.console.objections.objections import objection_page, objection_reached
from handlers.console.pages import console, go, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import staff
from handlers.reach import person_reached
from models.audit import Via
from models.gatherings.roll import Status
from models.people.rights import Verb
from models.people.said import Said
from models.ratings.objections.answering import Answer, Change, answer_objection, look_ahead, tell_answer
from models.ratings.objections.appealing import appeal
from models.ratings.objections.raising import withdraw_objection
from models.ratings.objections.reading import ObjectionView
from models.refused import Refused


@console.post("/console/objections/<int:objection_id>/answer")
@staff_page
def create_objection_answer(objection_id: int) -> Response:
    """Show what an answer would change; it is sent with the numbers that were seen, and with no others."""
    edge, view, form = current(), objection_reached(objection_id), request.form
    try:
        answer, by = _answer(view), staff().account_id
        change = look_ahead(edge.session, objection_id, answer, by=by, via=Via.CONSOLE, now=edge.now)
        seen = seen_text(change, answer)
        if form.get("do") != "send" or form.get("seen") != seen:
            return objection_page(view, None, "answer", form, change, seen)
        answer_objection(edge.session, objection_id, answer, by=by, via=Via.CONSOLE, now=edge.now)
    except Refused as error:
        return _sent_back(objection_id, error, "answer")
    return go("console.objection", objection_id=objection_id)


def seen_text(change: Change, answer: Answer) -> str:
    """Return what was seen of a change, so that nothing else is sent."""
    told = (answer.uphold, answer.status or "", change.before.total, change.after.total, change.after.star)
    return "/".join(str(one) for one in told)


def _answer(view: ObjectionView) -> Answer:
    """Read what was found, and for a roll what it should say. Refused: bad_objection with `fields`."""
    say, status = request.form.get("say", ""), request.form.get("status", "")
    if say not in ("uphold", "reject"):
        words = "请选核实的结果"
        raise Refused("bad_objection", words, fields={"say": words})
    takes_status = say == "uphold" and view.disputed.status is not None and status in list(Status)
    finding = request.form.get("finding", "")
    return Answer(say == "uphold", finding, Status(status) if takes_status else None)


def _sent_back(objection_id: int, error: Refused, form: str) -> Response:
    refuse_form(error)
    if error.code in ("own_entry", "not_your_desk"):
        raise error
    return objection_page(objection_reached(objection_id), error, form, request.form)


def _may_write_for(view: ObjectionView) -> None:
    """Let the request go on for who writes down what this member says. Refused: not_found, not_yours."""
    person_reached(view.objection.member_id, Verb.TICK)


@console.post("/console/objections/<int:objection_id>/withdrawal")
@staff_page
def create_objection_withdrawal(objection_id: int) -> Response:
    """Take an objection back for somebody who said so."""
    edge, view = current(), objection_reached(objection_id)
    _may_write_for(view)
    try:
        withdraw_objection(
            edge.session, objection_id, member_id=view.objection.member_id, filing=filing(), via=Via.CONSOLE
        )
    except Refused as error:
        return _sent_back(objection_id, error, "withdrawal")
    return go("console.objection", objection_id=objection_id)


@console.post("/console/objections/<int:objection_id>/telling")
@staff_page
def create_objection_telling(objection_id: int) -> Response:
    """Record how and when the answer reached somebody without a phone."""
    edge, view = current(), objection_reached(objection_id)
    _may_write_for(view)
    try:
        how = typed_choice("how", Said, "请选怎么告诉的")
        tell_answer(
            edge.session, objection_id, how, typed_day("told_on"), by=staff().account_id, via=Via.CONSOLE,
            now=edge.now,
        )  # fmt: skip
    except Refused as error:
        return _sent_back(objection_id, error, "telling")
    return go("console.objection", objection_id=objection_id)


@console.post("/console/objections/<int:objection_id>/appeal")
@staff_page
def create_objection_appeal(objection_id: int) -> Response:
    """Ask those above to look again, for somebody who does not agree with the answer."""
    edge, view = current(), objection_reached(objection_id)
    _may_write_for(view)
    try:
        made = appeal(
            edge.session, objection_id, member_id=view.objection.member_id, said=request.form.get("said", ""),
            filing=filing(), via=Via.CONSOLE, now=edge.now,
        )  # fmt: skip
    except Refused as error:
        return _sent_back(objection_id, error, "appeal")
    return go("console.objection", objection_id=made.id)
