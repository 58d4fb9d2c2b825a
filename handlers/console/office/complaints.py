"""投诉与建议: what people wrote and until when it is answered; who they are is not known here."""

from datetime import timedelta

from flask import Response, request

from handlers.console.pages import console, form_page, go, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import need_somewhere, staff
from models.audit import Via
from models.clock import day_of, day_text
from models.people.complaint import LONGEST, answer_complaint, complaints_answered, complaints_waiting
from models.people.rights import Verb
from models.refused import Refused

SHOWN_FOR = timedelta(days=92)  # how long what was answered stays on the page
VIA_TEXT = {Via.CHAT: "从公众号来", Via.PHONE: "从小程序来"}


@console.get("/console/complaints")
@staff_page
def complaints() -> Response:
    """Show what waits, the one due first on top, and what was answered lately."""
    need_somewhere(Verb.ANSWER_PUBLIC)
    return _page()


@console.post("/console/complaints/<int:complaint_id>/answer")
@staff_page
def create_complaint_answer(complaint_id: int) -> Response:
    """Answer once; whoever wrote it reads the answer where they wrote."""
    need_somewhere(Verb.ANSWER_PUBLIC)
    edge = current()
    try:
        answer_complaint(
            edge.session, complaint_id, request.form.get("answer", ""), by=staff().account_id, now=edge.now
        )
    except Refused as error:
        refuse_form(error)
        return _page(error, complaint_id)
    return go("console.complaints")


def _page(error: Refused | None = None, complaint_id: int = 0) -> Response:
    edge = current()
    return form_page(
        "office/complaints.html",
        error,
        waiting=complaints_waiting(edge.session),
        answered=complaints_answered(edge.session, since=edge.now - SHOWN_FOR),
        today=day_of(edge.now),
        day=day_text,
        via_text=VIA_TEXT,
        longest=LONGEST,
        refused_id=complaint_id,
        typed=request.form.get("answer", ""),
    )
