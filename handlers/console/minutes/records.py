"""A record as it is read: the page that prints as 会议记录, the Word file, the fields for copying."""

from typing import NamedTuple

from flask import Response, send_file

from handlers.console.gatherings.below import readers_of
from handlers.console.minutes import words as record_words
from handlers.console.minutes.word.minutes import word_of
from handlers.console.pages import console, page, staff_page
from handlers.edge import current
from handlers.identity import count, require, staff
from handlers.limits import FILES
from handlers.reach import answers_for, confirmable, roll_reached
from models.audit import Via
from models.audit import record as note
from models.gatherings.minutes.hints import number_hints
from models.gatherings.minutes.minutes import MINUTES_STATE_TEXT, ItemOutcome, MinutesState
from models.gatherings.minutes.reading import Record, record_of
from models.gatherings.minutes.review import filing_to_read
from models.gatherings.roll import Status
from models.gatherings.roll_head import RollHead
from models.people.rights import Verb, may
from models.refused import Refused

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Reached(NamedTuple):
    """A record and its roll; `own` is false above the branch, where nobody reads the members' names."""

    head: RollHead
    record: Record
    own: bool


def record_reached(roll_id: int) -> Reached:
    """Return a record that the person may read: the branch's own, or a filed one from above.

    Refused: not_found, also for a draft of a branch below; not_yours.
    """
    head = roll_reached(roll_id)
    own = answers_for(head, Verb.DRAFT)
    if not own:
        require(Verb.SEE_FILED, head.org)
    record = record_of(current().session, roll_id)
    if record is None or (not own and record.minutes.state is MinutesState.DRAFT):
        raise Refused("not_found", "这次活动还没有归档的记录")
    return Reached(head, record, own)


@console.get("/console/rolls/<int:roll_id>/record")
@staff_page
def record(roll_id: int) -> Response:
    """Show the record as it is read and printed, with its way so far; above the branch in numbers only."""
    return record_page(roll_id)


def record_page(roll_id: int, status: int = 200, error: str = "", typed_reason: str = "") -> Response:
    """Show the record, after a refused filing or return with what was typed. Refused: as above."""
    head, found, own = record_reached(roll_id)
    filed = found.minutes.state is MinutesState.FILED
    session, may_return = current().session, may(staff().posts, Verb.RETURN_RECORD, head.org.path)
    return page(
        "minutes/record.html",
        status,
        record=found,
        gathering=head.gathering,
        org=head.org,
        roll=head.roll,
        own=own,
        filed=filed,
        state=MINUTES_STATE_TEXT[found.minutes.state],
        returned=found.minutes.state is MinutesState.RETURNED,
        may_file=own and not filed and answers_for(head),
        may_return=filed and may_return,
        to_read=filing_to_read(session, found.minutes, found.roll, readers_of(head.org)),
        hints=[*(number_hints(session, roll_id) if may_return else ()), *found.hints],
        words=record_words,
        outcomes=ItemOutcome,
        statuses=Status,
        error=error,
        typed_reason=typed_reason,
    )


@console.get("/console/rolls/<int:roll_id>/record.docx")
@staff_page
def record_word(roll_id: int) -> Response:
    """Send the record as a Word file in the official form; each is in the log."""
    head, found, own = record_reached(roll_id)
    count(FILES)
    session = current().session
    note(
        session, "export", "minutes", roll_id, via=Via.CONSOLE, account_id=staff().account_id,
        org_id=head.org.id, after={"kind": "word", "version": found.minutes.version},
    )  # fmt: skip
    name = f"{record_words.heading_of(found)}{record_words.day_words(found)}.docx"
    return send_file(word_of(found, named=own), WORD, as_attachment=True, download_name=name)


@console.get("/console/rolls/<int:roll_id>/relay")
@staff_page
def relay(roll_id: int) -> Response:
    """Show a filed record field by field, to be copied into the platform above. Refused: not_filed."""
    head = confirmable(roll_id, Verb.DRAFT)
    found = record_reached(roll_id).record
    if found.minutes.state is not MinutesState.FILED:
        raise Refused("not_filed", "记录归档以后再转报")
    facts = record_words.facts_of(found)
    return page(
        "minutes/relay.html",
        record=found,
        gathering=head.gathering,
        org=head.org,
        roll=head.roll,
        facts=facts,
        whole=record_words.whole_text(facts),
    )
