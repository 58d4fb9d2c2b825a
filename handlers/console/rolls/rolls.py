"""The roll of one organisation: its page, what changed meanwhile, and the heads in the room."""

from flask import Response, request

from handlers.console.pages import console, go, page, refuse_form, staff_page
from handlers.console.rolls.page import roll_page, rows_context
from handlers.edge import current
from handlers.identity import require
from handlers.reach import roll_ticked, within
from models.gatherings.marks import count_heads, lines_of
from models.people.rights import Verb
from models.refused import Refused


@console.get("/console/rolls/<int:roll_id>")
@staff_page
def roll(roll_id: int) -> Response:
    """Show one roll; a group leader sees the lines of the own group."""
    return roll_page(*roll_ticked(roll_id))


@console.get("/console/rolls/<int:roll_id>/fresh")
@staff_page
def fresh_rows(roll_id: int) -> Response:
    """Answer the page's script with the sums and the rows that differ from those it shows (`s`)."""
    head, groups = roll_ticked(roll_id)
    lines = within(lines_of(current().session, roll_id), groups)
    context = rows_context(head, lines)
    seen = set(request.args.getlist("s"))
    members = {text.partition(".")[0] for text in seen}
    changed = [
        line
        for line in lines
        if str(line.member_id) in members and context["shown"][line.member_id] not in seen
    ]
    answer = page("rolls/fresh.html", changed=changed, **context)
    if head.roll.confirmed_at is not None:
        answer.headers["HX-Refresh"] = "true"
    return answer


def typed_number(name: str) -> int | None:
    """Read a count of people; None where nothing was typed. Refused: bad_heads."""
    text = request.form.get(name, "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) < 5):
        raise Refused("bad_heads", "人数请写 0 到 2000 的整数")
    return int(text) if text else None


@console.post("/console/rolls/<int:roll_id>/heads")
@staff_page
def create_heads(roll_id: int) -> Response:
    """Keep the heads counted in the room and the observers; the red button then leads to the end."""
    edge = current()
    head, groups = roll_ticked(roll_id)
    if groups is not None:
        require(Verb.TICK, head.org)
    try:
        count_heads(edge.session, roll_id, typed_number("heads"), typed_number("observers") or 0)
    except Refused as error:
        if error.code != "bad_heads":
            raise
        refuse_form(error)
        return roll_page(*roll_ticked(roll_id), 400, error.message)
    forward = request.form.get("next") == "confirmation"
    return go("console.confirmation" if forward else "console.roll", roll_id=roll_id)
