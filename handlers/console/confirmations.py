"""The end of a roll: who is still open, the sums, what confirming does; and correcting it later."""

from itertools import groupby

from flask import Response, request

from handlers.console.pages import console, go, page, refuse_form, staff_page
from handlers.console.reach import confirmable
from handlers.console.rolls import FIRST, OTHERS, line_context, typed_marks
from handlers.edge import current
from handlers.identity import staff
from models.gatherings.gathering import opens_at
from models.gatherings.marks import begin_confirmation, lines_of, set_marks
from models.gatherings.roll import STATUS_TEXT, Status, counts
from models.gatherings.roll_head import RollHead
from models.points.forecast import attendance_told
from models.points.posting import amend_roll, confirm_roll
from models.refused import Refused

OPEN_CHOICES = (Status.UNCLEAR, Status.LEAVE, Status.ABSENT, Status.PRESENT)
AMENDABLE = (*FIRST, *OTHERS)


def _chosen() -> dict[int, Status]:
    """Read what was chosen for the open lines, from the address or the form."""
    return {
        int(name[2:]): Status(value)
        for name, value in request.values.items()
        if name.startswith("m-") and name[2:].isdecimal() and len(name) < 20 and value in OPEN_CHOICES
    }


@console.get("/console/rolls/<int:roll_id>/confirmation")
@staff_page
def confirmation(roll_id: int) -> Response:
    """Show the names still open and the sums as they will be; choices in the address are counted in."""
    return _confirmation_page(confirmable(roll_id))


def _confirmation_page(head: RollHead, status: int = 200, error: str = "") -> Response:
    edge = current()
    lines = lines_of(edge.session, head.roll.id)
    left = [line for line in lines if line.status is Status.UNRECORDED]
    chosen = {line.member_id: _chosen().get(line.member_id, Status.UNCLEAR) for line in left}
    final = [chosen.get(line.member_id, line.status) for line in lines]
    return page(
        "confirmation.html",
        status,
        gathering=head.gathering,
        org=head.org,
        left=left,
        chosen=chosen,
        choices=OPEN_CHOICES,
        sums=counts(final),
        late=final.count(Status.LATE),
        on_roster=len(lines),
        asked=[line for line in lines if line.asks],
        told=attendance_told(edge.session, head.org, head.gathering.kind, final),
        opens_at=opens_at(head.gathering.starts_at),
        too_early=edge.now < opens_at(head.gathering.starts_at),
        error=error,
        **line_context(head),
    )


@console.post("/console/rolls/<int:roll_id>/confirmation")
@staff_page
def create_confirmation(roll_id: int) -> Response:
    """Settle the open lines as chosen, confirm and post the points: all of it or nothing."""
    edge, by = current(), staff().account_id
    confirmable(roll_id)
    try:
        chosen = typed_marks()
        # Before the open lines are read: else a mark is written over somebody who signs in meanwhile.
        begin_confirmation(edge.session, roll_id)
        open_lines = {
            line.member_id for line in lines_of(edge.session, roll_id) if line.status is Status.UNRECORDED
        }
        # A line that a phone or another hand has settled meanwhile stays as it is.
        marks = {member: status for member, status in chosen.items() if member in open_lines}
        if marks:
            set_marks(edge.session, roll_id, marks, by=by, now=edge.now)
        confirm_roll(edge.session, roll_id, by=by, now=edge.now)
    except Refused as error:
        if error.code not in ("roll_incomplete", "too_early", "status_not_by_hand"):
            raise
        refuse_form(error)
        return _confirmation_page(confirmable(roll_id), 400, error.message)
    return go("console.roll", roll_id=roll_id)


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
        if error.code not in ("reason_missing", "nothing_changed", "status_not_by_hand"):
            raise
        refuse_form(error)
        return _amendment_page(confirmable(roll_id), 400, error.message)
    return go("console.roll", roll_id=roll_id)


def _amendment_page(head: RollHead, status: int = 200, error: str = "") -> Response:
    lines = lines_of(current().session, head.roll.id)
    return page(
        "amendment.html",
        status,
        gathering=head.gathering,
        org=head.org,
        groups=[(name, list(of)) for name, of in groupby(lines, key=lambda line: line.group_name)],
        choices=[(one.value, STATUS_TEXT[one]) for one in AMENDABLE],
        typed=request.form,
        error=error,
        roll=head.roll,
        text=STATUS_TEXT,
    )
