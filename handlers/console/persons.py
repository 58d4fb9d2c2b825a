"""One person seen from above (查看党员情况): by the full name, for a stated purpose, each look logged."""

from flask import Response, request

from handlers.console.leaves import paths_where
from handlers.console.members import SPELL_TEXT, statement_shown
from handlers.console.pages import console, need_somewhere, page, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import require, staff
from models.audit import Via
from models.clock import day_of
from models.gatherings.attendance_year import attendance_of_year
from models.gatherings.gathering import GATHERING_KIND_TEXT
from models.gatherings.roll import STATUS_TEXT
from models.people.member import MEMBER_STATUS_TEXT
from models.people.persons_above import (
    LONGEST_NAME,
    PURPOSE_TEXT,
    Found,
    note_look,
    persons_named,
    purpose_of,
    spells_seen,
)
from models.people.rights import Verb
from models.people.roster import member_seen
from models.points.statement import statement_of
from models.refused import Refused


@console.get("/console/people")
@staff_page
def people() -> Response:
    """Ask whom the officer looks for and why."""
    need_somewhere(Verb.SEE_PERSON)
    return _people_page()


@console.post("/console/people")
@staff_page
def find_people() -> Response:
    """Show who bears this name below the officer, and where; 400 with the form where it is wrong."""
    need_somewhere(Verb.SEE_PERSON)
    try:
        purpose = purpose_of(request.form.get("purpose", ""))
        found = persons_named(
            current().session, paths_where(Verb.SEE_PERSON), request.form.get("name", ""), purpose,
            by=staff().account_id, via=Via.CONSOLE,
        )  # fmt: skip
    except Refused as error:
        return _sent_back(error)
    return _people_page(found=found)


@console.post("/console/people/<int:member_id>")
@staff_page
def see_person(member_id: int) -> Response:
    """Show one person's page and log who looked and why; nothing of it can be had by an address alone."""
    edge = current()
    member, branch, group = member_seen(edge.session, member_id)
    require(Verb.SEE_PERSON, group or branch)
    if member.left_on is not None:
        raise Refused("not_found", "没有找到这位同志")
    try:
        purpose = purpose_of(request.form.get("purpose", ""))
    except Refused as error:
        return _sent_back(error)
    note_look(edge.session, member, purpose, by=staff().account_id, via=Via.CONSOLE)
    today = day_of(edge.now)
    return page(
        "person.html",
        member=member,
        branch=branch,
        group=group,
        purpose=PURPOSE_TEXT[purpose],
        standing=MEMBER_STATUS_TEXT[member.status],
        spells=spells_seen(edge.session, member_id),
        spell_text=SPELL_TEXT,
        today=today,
        attendance=attendance_of_year(edge.session, member_id, today.year),
        kind_text=GATHERING_KIND_TEXT,
        status_text=STATUS_TEXT,
        **statement_shown(statement_of(edge.session, member_id, now=edge.now), edge.now),
    )


def _sent_back(error: Refused) -> Response:
    refuse_form(error)
    return _people_page(400, error)


def _people_page(
    status: int = 200, error: Refused | None = None, found: list[Found] | None = None
) -> Response:
    return page(
        "people.html",
        status,
        purposes=[(one.value, text) for one, text in PURPOSE_TEXT.items()],
        longest=LONGEST_NAME,
        found=found,
        typed=request.form,
        wrong=error.extra.get("fields", {}) if error else {},
    )
