"""Minutes: written on one page, read once more, filed; sent back from above."""

from typing import Any

from flask import Response, request

from handlers.console.minutes.form import Typed, drop_blank, move_rows, stored, typed_form, written_by
from handlers.console.minutes.records import record_page
from handlers.console.pages import console, go, page, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import require, staff
from handlers.reach import confirmable, roll_reached
from models.audit import Via
from models.clock import day_of
from models.gatherings.gathering import AGENDA_KIND_TEXT
from models.gatherings.minutes.filing import file_minutes, return_minutes
from models.gatherings.minutes.minutes import (
    ITEM_OUTCOME_TEXT,
    Decision,
    ItemOutcome,
    Minutes,
    MinutesItem,
    MinutesState,
)
from models.gatherings.minutes.reading import record_of
from models.gatherings.minutes.writing import LONGEST_DISCUSSION, begin_minutes, save_minutes, sketch_minutes
from models.gatherings.roll_head import RollHead
from models.people.rights import Verb
from models.refused import Refused

KINDS = [(kind.value, text) for kind, text in AGENDA_KIND_TEXT.items()]
OUTCOMES = [(one.value, text) for one, text in ITEM_OUTCOME_TEXT.items() if one is not ItemOutcome.PLANNED]


def _as_stored(head: RollHead) -> tuple[Minutes, list[MinutesItem], list[Decision]]:
    """Return what is stored of the minutes, or what would be begun."""
    edge = current()
    record = record_of(edge.session, head.roll.id)
    if record is not None:
        return record.minutes, list(record.items), list(record.decisions)
    _, minutes, items = sketch_minutes(edge.session, head.roll.id, now=edge.now)
    return minutes, items, []


@console.get("/console/rolls/<int:roll_id>/minutes")
@staff_page
def minutes(roll_id: int) -> Response:
    """Show the form, filled from agenda and roll where nobody has begun; a filed record is read instead."""
    head = confirmable(roll_id, Verb.DRAFT)
    kept = _as_stored(head)
    if kept[0].state is MinutesState.FILED:
        return go("console.record", roll_id=roll_id)
    return _minutes_page(head, stored(*kept), kept[0])


def _minutes_page(
    head: RollHead, typed: Typed, kept: Minutes, status: int = 200, error: str = "", **more: Any
) -> Response:
    return page(
        "minutes/minutes.html",
        status,
        gathering=head.gathering,
        org=head.org,
        roll=head.roll,
        kept=kept,
        typed=typed,
        kinds=KINDS,
        kind_text=AGENDA_KIND_TEXT,
        outcomes=OUTCOMES,
        longest=LONGEST_DISCUSSION,
        error=error,
        **{"errors": {}, "changed": False} | more,
    )


@console.post("/console/rolls/<int:roll_id>/minutes")
@staff_page
def create_minutes(roll_id: int) -> Response:
    """Save, or only add and remove rows of the form; 400 or 409 with the form as typed where it fails."""
    edge, by = current(), staff().account_id
    head = confirmable(roll_id, Verb.DRAFT)
    kept, items, _ = _as_stored(head)
    typed, wish = typed_form(items), request.form.get("do", "")
    if move_rows(typed, wish):
        return _minutes_page(head, typed, kept)
    drop_blank(typed)
    try:
        begin_minutes(edge.session, roll_id, by=by, via=Via.CONSOLE, now=edge.now)
        written = written_by(typed, day_of(head.gathering.starts_at))
        save_minutes(edge.session, roll_id, written, seen=typed.seen, by=by, via=Via.CONSOLE)
    except Refused as error:
        if error.code not in ("bad_minutes", "minutes_changed"):
            raise
        refuse_form(error)
        changed = error.code == "minutes_changed"
        kept = _as_stored(confirmable(roll_id, Verb.DRAFT))[0]
        if changed:
            typed.seen = kept.version
        errors = error.fields
        return _minutes_page(
            head, typed, kept, 409 if changed else 400, error.message, errors=errors, changed=changed
        )
    return go("console.minutes" if wish == "stay" else "console.record", roll_id=roll_id)


@console.post("/console/rolls/<int:roll_id>/minutes/filing")
@staff_page
def create_filing(roll_id: int) -> Response:
    """File what the page had shown; what is missing is asked for in the form, 400."""
    edge = current()
    confirmable(roll_id)
    try:
        file_minutes(
            edge.session, roll_id, by=staff().account_id, via=Via.CONSOLE, now=edge.now, seen=_seen() or 0
        )
    except Refused as error:
        if error.code == "minutes_changed":
            refuse_form(error)
            return record_page(roll_id, 409, error.message)
        if error.code != "minutes_incomplete":
            raise
        refuse_form(error)
        kept = _as_stored(head := confirmable(roll_id))
        return _minutes_page(head, stored(*kept), kept[0], 400, error.message, errors=error.fields)
    return go("console.record", roll_id=roll_id)


@console.post("/console/rolls/<int:roll_id>/minutes/return")
@staff_page
def create_return(roll_id: int) -> Response:
    """Send back what the page had shown, with a reason; 400 or 409 with the record where it fails."""
    edge = current()
    require(Verb.RETURN_RECORD, roll_reached(roll_id).org)
    reason = request.form.get("reason", "")
    try:
        return_minutes(
            edge.session, roll_id, reason, by=staff().account_id, via=Via.CONSOLE, now=edge.now, seen=_seen()
        )
    except Refused as error:
        if error.code not in ("reason_missing", "minutes_changed"):
            raise
        refuse_form(error)
        return record_page(roll_id, error.status, error.message, typed_reason=reason)
    return go("console.record", roll_id=roll_id)


def _seen() -> int | None:
    """Return the version that the page had shown."""
    seen = request.form.get("seen", "")
    return int(seen) if seen.isdecimal() and len(seen) < 9 else None
