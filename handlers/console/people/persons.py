"""One person seen from above (查看党员情况): by the full name, for a stated purpose, each look logged."""

from flask import Response, request

from handlers.console.pages import console, form_page, page, refuse_form, staff_page
from handlers.console.people.members import SPELL_TEXT
from handlers.console.people.membership import day_typed, hand
from handlers.console.points.member_points import statement_shown
from handlers.edge import current
from handlers.identity import need_somewhere, require, staff
from handlers.reach import paths_where
from models.audit import Via
from models.clock import day_of
from models.gatherings.gathering import GATHERING_KIND_TEXT
from models.gatherings.of_member import attendance_of_year
from models.gatherings.roll import STATUS_TEXT
from models.notices.joiners import follow_roster
from models.people.member import MEMBER_STATUS_TEXT, Member
from models.people.membership import move_member
from models.people.org import Org, branches_among
from models.people.persons_above import (
    LONGEST_NAME,
    PURPOSE_TEXT,
    Found,
    Purpose,
    note_look,
    persons_named,
    purpose_of,
    spells_seen,
)
from models.people.rights import Verb
from models.people.roster import member_seen
from models.points.back_dating import check_not_filed
from models.ratings.statement.statement import statement_of
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
    return _person_page(member, branch, group, purpose)


@console.post("/console/people/<int:member_id>/move")
@staff_page
def move_person(member_id: int) -> Response:
    """Move somebody to another branch below the officer; the coming rolls of both branches follow."""
    edge, form = current(), request.form
    member, branch, group = member_seen(edge.session, member_id)
    require(Verb.SEE_PERSON, group or branch)
    purpose = purpose_of(form.get("purpose", ""))
    to = next((org for org in _branches_below(branch) if f"{org.id}" == form.get("branch")), None)
    try:
        if to is None:
            raise Refused("bad_change", "请选另一个党支部", fields={"branch": "请选另一个党支部"})
        moved_on, document = day_typed("moved_on"), form.get("document", "")
        check_not_filed(edge.session, [branch.id, to.id], moved_on, field="moved_on")
        move_member(edge.session, member_id, to, moved_on=moved_on, document=document, **hand())
        follow_roster(edge.session, [branch.id, to.id], now=edge.now)
    except Refused as error:
        refuse_form(error)
        member, branch, group = member_seen(edge.session, member_id)
        return _person_page(member, branch, group, purpose, error)
    return page("people/moved.html", member=member, before=branch, branch=to)


def _branches_below(but: Org) -> list[Org]:
    edge = current()
    tops = [edge.session.get_one(Org, post.org_id) for post in staff().posts]
    return [org for org in branches_among(edge.session, tops) if org.id != but.id]


def _person_page(
    member: Member, branch: Org, group: Org | None, purpose: Purpose, error: Refused | None = None
) -> Response:
    edge = current()
    today, member_id = day_of(edge.now), member.id
    return form_page(
        "people/person.html",
        error,
        member=member,
        branches=_branches_below(branch),
        why=purpose.value,
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
        "people/people.html",
        status,
        purposes=[(one.value, text) for one, text in PURPOSE_TEXT.items()],
        longest=LONGEST_NAME,
        found=found,
        typed=request.form,
        wrong=error.fields if error else {},
    )
