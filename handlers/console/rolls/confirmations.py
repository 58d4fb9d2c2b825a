"""The end of a roll: who is still open, the sums, what confirming does."""

from flask import Response, request

from handlers.console.pages import console, go, page, refuse_form, staff_page
from handlers.console.rolls.page import rows_context, typed_marks, typed_members
from handlers.edge import current
from handlers.identity import staff
from handlers.reach import confirmable
from models.clock import day_of
from models.gatherings.gathering import opens_at
from models.gatherings.leave.makeup_plan import due_day
from models.gatherings.marks import begin_confirmation, lines_of, set_marks, unrecorded_of
from models.gatherings.roll import Status, counts
from models.gatherings.roll_head import RollHead
from models.points.forecast import attendance_told
from models.points.posting import confirm_roll
from models.refused import Refused

OPEN_CHOICES = (Status.UNCLEAR, Status.LEAVE, Status.ABSENT, Status.PRESENT)
# What may be said of a whole list of names; absence is said of one person at a time.
REST = (Status.UNCLEAR, Status.LEAVE)


def _rest() -> Status | None:
    """Return what is chosen for all listed names without a choice of their own."""
    wanted = request.values.get("rest", "")
    return Status(wanted) if wanted in REST else None


def _chosen(member: int) -> Status | None:
    """Return what is chosen for one open line, from the address or the form."""
    wanted = request.values.get(f"m-{member}", "")
    return Status(wanted) if wanted in OPEN_CHOICES else None


@console.get("/console/rolls/<int:roll_id>/confirmation")
@staff_page
def confirmation(roll_id: int) -> Response:
    """Show the names still open and the sums as they will be; choices in the address are counted in."""
    return _confirmation_page(confirmable(roll_id))


def _confirmation_page(head: RollHead, status: int = 200, error: str = "") -> Response:
    edge = current()
    lines = lines_of(edge.session, head.roll.id)
    left = [line for line in lines if line.status is Status.UNRECORDED]
    rest, chosen = _rest(), {line.member_id: _chosen(line.member_id) for line in left}
    final = [(chosen.get(line.member_id) or rest if line.member_id in chosen else None) or line.status
             for line in lines]  # fmt: skip
    planned = sum(line.makeup is not None and not line.made_up for line in lines)
    return page(
        "rolls/confirmation.html",
        status,
        gathering=head.gathering,
        org=head.org,
        left=left,
        chosen=chosen,
        rest=request.values.get("rest", ""),
        choices=OPEN_CHOICES,
        sums=counts(final),
        late_in_all=final.count(Status.LATE),
        on_roster=len(lines),
        told=attendance_told(
            edge.session, head.org, head.gathering.kind, head.gathering.period, final, now=edge.now
        ),
        planned=planned,
        due_on=due_day(edge.session, head.org, after=day_of(edge.now)) if planned else None,
        opens_at=opens_at(head.gathering.starts_at),
        too_early=edge.now < opens_at(head.gathering.starts_at),
        error=error,
        **rows_context(head, lines),
    )


@console.post("/console/rolls/<int:roll_id>/confirmation")
@staff_page
def create_confirmation(roll_id: int) -> Response:
    """Settle the open lines as chosen, confirm and post the points: all of it or nothing."""
    edge, by = current(), staff().account_id
    confirmable(roll_id)
    try:
        typed_marks()
        # Before the open lines are read: else a mark is written over somebody who signs in meanwhile.
        begin_confirmation(edge.session, roll_id)
        # A line that a phone or another hand has settled meanwhile stays as it is.
        listed = typed_members("l-")
        wishes = {
            member: _chosen(member) or (_rest() if member in listed else None)
            for member in unrecorded_of(edge.session, roll_id)
        }
        marks = {member: status for member, status in wishes.items() if status is not None}
        if marks:
            set_marks(edge.session, roll_id, marks, by=by, now=edge.now)
        confirm_roll(edge.session, roll_id, by=by, now=edge.now)
    except Refused as error:
        if error.code not in ("roll_incomplete", "too_early", "status_not_by_hand", "cycle_closed"):
            raise
        refuse_form(error)
        return _confirmation_page(confirmable(roll_id), 400, error.message)
    return go("console.roll", roll_id=roll_id)
