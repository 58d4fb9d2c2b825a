"""What one row of the roll saves: its mark, the dues, the make-up; each alone, and said in its row."""

from collections.abc import Mapping

from flask import Response, request

from handlers.console.pages import console, go, is_part, page, staff_page
from handlers.console.rolls.page import check_within, roll_page, rows_context, typed_marks, typed_members
from handlers.edge import current
from handlers.identity import staff
from handlers.reach import roll_ticked, within
from models.audit import Via
from models.gatherings.dues_tick import tick_dues
from models.gatherings.leave.makeup import MakeupForm
from models.gatherings.leave.makeup_plan import plan_makeup
from models.gatherings.marks import lines_of, set_marks
from models.gatherings.roll import Status
from models.gatherings.roll_head import RollHead
from models.refused import Refused


@console.post("/console/rolls/<int:roll_id>/marks")
@staff_page
def create_marks(roll_id: int) -> Response:
    """Save one mark or many, each alone; a row that another hand changed meanwhile stays and is shown."""
    edge = current()
    head, groups = roll_ticked(roll_id)
    marks = typed_marks()
    check_within(head, groups, marks)
    seen, by = typed_members("v-"), staff().account_id
    kept = set_marks(edge.session, roll_id, marks, by=by, now=edge.now, seen=seen) if marks else set[int]()
    return _saved(head, groups, list(marks), {member: marks[member] for member in kept})


@console.post("/console/rolls/<int:roll_id>/dues")
@staff_page
def create_dues(roll_id: int) -> Response:
    """Tick that one person paid this month's dues, or take it back; also once the roll is confirmed."""
    edge = current()
    head, groups = roll_ticked(roll_id)
    ticks = typed_members("d-")
    check_within(head, groups, ticks)
    for member, paid in sorted(ticks.items())[:1]:
        tick_dues(
            edge.session, roll_id, member, paid == "1", by=staff().account_id, via=Via.CONSOLE, now=edge.now
        )
    return _saved(head, groups, list(ticks))


@console.post("/console/rolls/<int:roll_id>/makeup")
@staff_page
def create_makeup(roll_id: int) -> Response:
    """Choose in which form one person makes up, or none; also once the roll is confirmed."""
    edge = current()
    head, groups = roll_ticked(roll_id)
    forms = typed_members("u-")
    check_within(head, groups, forms)
    for member, wish in sorted(forms.items())[:1]:
        if wish not in ("none", *MakeupForm):
            raise Refused("bad_makeup", "没有这种补学形式")
        form = None if wish == "none" else MakeupForm(wish)
        plan_makeup(edge.session, roll_id, member, form, by=staff().account_id, via=Via.CONSOLE, now=edge.now)
    return _saved(head, groups, list(forms))


def _saved(
    head: RollHead, groups: set[int] | None, members: list[int], theirs: Mapping[int, Status] | None = None
) -> Response:
    """Answer a script with the row and the sums, a plain form with the page it came from."""
    lines = within(lines_of(current().session, head.roll.id), groups)
    if is_part() and len(members) == 1:
        line = next(line for line in lines if line.member_id == members[0])
        return page("rolls/line.html", line=line, fresh=True, **rows_context(head, lines, theirs))
    if theirs:
        return roll_page(head, groups, 409, "有一位别人先登记了，没有改", theirs)
    show = request.args.get("show") or None
    anchor = f"m{members[0]}" if members else None
    return go("console.roll", roll_id=head.roll.id, show=show, _anchor=anchor)
