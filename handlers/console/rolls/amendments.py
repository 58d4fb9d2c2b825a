"""Correcting a confirmed roll, with a reason."""

from itertools import groupby

from flask import Response, request

from handlers.console.pages import console, go, page, refuse_form, staff_page
from handlers.console.rolls.page import FIRST, OTHERS, fits, typed_marks
from handlers.edge import current
from handlers.identity import staff
from handlers.initials import initials
from handlers.reach import confirmable
from models.gatherings.marks import lines_of
from models.gatherings.roll import STATUS_TEXT
from models.gatherings.roll_head import RollHead, amendments_of
from models.points.posting import amend_roll
from models.refused import Refused

AMENDABLE = (*FIRST, *OTHERS)


@console.route("/console/rolls/<int:roll_id>/amendment", methods=["GET", "POST"])
@staff_page
def amendment(roll_id: int) -> Response:
    """Correct lines of a confirmed roll with a reason: entries are reversed and posted anew."""
    edge, head = current(), confirmable(roll_id)
    if head.roll.confirmed_at is None:
        raise Refused("not_confirmed", "名册还没有确认，直接登记就行")
    if request.method == "GET":
        return _amendment_page(head)
    reason = request.form.get("reason", "").strip()
    try:
        marks = typed_marks()
        amend_roll(edge.session, roll_id, marks, reason=reason, by=staff().account_id, now=edge.now)
    except Refused as error:
        if error.code not in ("reason_missing", "nothing_changed", "status_not_by_hand", "cycle_closed"):
            raise
        refuse_form(error)
        return _amendment_page(confirmable(roll_id), 400, error.message)
    return go("console.roll", roll_id=roll_id)


def _amendment_page(head: RollHead, status: int = 200, error: str = "") -> Response:
    session = current().session
    wanted = request.args.get("q", "").strip()
    lines = [line for line in lines_of(session, head.roll.id) if fits(line, wanted)]
    return page(
        "rolls/amendment.html",
        status,
        gathering=head.gathering,
        org=head.org,
        groups=[(name, list(of)) for name, of in groupby(lines, key=lambda line: line.group_name)],
        choices=[(one.value, STATUS_TEXT[one]) for one in AMENDABLE],
        typed=request.form,
        wanted=wanted,
        initials=initials,
        amendments=amendments_of(session, head.roll.id),
        error=error,
        roll=head.roll,
        text=STATUS_TEXT,
    )
