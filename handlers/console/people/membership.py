"""党员变动: category, standing outside the rating, coming and leaving, each from a day on."""

from datetime import date, datetime
from typing import TypedDict

from flask import Response, request

from handlers.console.leaves.leaves import typed_choice, typed_day
from handlers.console.leaves.reports import follow
from handlers.console.pages import console, form_page, go, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import require, staff
from handlers.reach import person_reached
from models.audit import Via
from models.clock import day_of
from models.people.member import MEMBER_STATUS_TEXT, SpellKind
from models.people.membership import (
    CATEGORY_TEXT,
    LEAVING,
    join_rating,
    leave_rating,
    let_go,
    note_coming,
    set_category,
    spells_of_member,
)
from models.people.rights import Verb
from models.people.roster import member_seen
from models.people.said import SAID_TEXT, Said
from models.points.back_dating import check_not_filed
from models.points.own_wish import check_own_wish
from models.refused import Refused


class Hand(TypedDict):
    """Who makes a change, through which door, and when."""

    by: int
    via: Via
    now: datetime


@console.get("/console/members/<int:member_id>/membership")
@staff_page
def membership(member_id: int) -> Response:
    """Show what may be changed in one member's standing, and since when it is so."""
    return _membership_page(member_id)


@console.post("/console/members/<int:member_id>/membership")
@staff_page
def change_membership(member_id: int) -> Response:
    """Make the one change that the form names; 400 with the page where something is wrong."""
    person_reached(member_id, Verb.DECIDE)
    change = request.form.get("change", "")
    try:
        _change(member_id, change)
    except Refused as error:
        refuse_form(error)
        return _membership_page(member_id, error)
    return go("console.members") if change == "left" else go("console.membership", member_id=member_id)


def _change(member_id: int, change: str) -> None:
    edge, form = current(), request.form
    match change:
        case "category":
            code, from_on = form.get("category", ""), _open_day(member_id, "from_on")
            how = next((one for one in Said if one == form.get("how")), None)
            _, branch, _ = member_seen(edge.session, member_id)
            check_own_wish(edge.session, branch, code, from_on, how)
            set_category(edge.session, member_id, code, from_on=from_on, how=how, **hand())
        case "unrated":
            how = typed_choice("how", Said, "请选本人怎么说的")
            decided_on = _open_day(member_id, "decided_on")
            leave_rating(edge.session, member_id, decided_on=decided_on, how=how, **hand())
        case "rated":
            join_rating(edge.session, member_id, **hand())
        case "coming":
            note_coming(edge.session, member_id, came_on=day_typed("came_on"), **hand())
        case "left":
            status = next((one for one in LEAVING if one == form.get("status")), None)
            if status is None:
                raise Refused("bad_change", "请选一项", fields={"status": "请选一项"})
            document = form.get("document", "")
            let_go(edge.session, member_id, status, left_on=day_typed("left_on"), document=document, **hand())
            follow(member_id)
        case _:
            raise Refused("not_found", "没有找到")


def _open_day(member_id: int, name: str) -> date:
    """Return the day typed in a field, which no filed cycle has. Refused: bad_report, bad_change."""
    day, session = day_typed(name), current().session
    _, branch, _ = member_seen(session, member_id)
    check_not_filed(session, [branch.id], day, field=name)
    return day


def hand() -> Hand:
    """Return the hand of the person behind the request."""
    return {"by": staff().account_id, "via": Via.CONSOLE, "now": current().now}


def day_typed(name: str) -> date:
    """Return the day typed in a field. Refused: bad_report, bad_change with `fields`."""
    day = typed_day(name)
    if day is None:
        raise Refused("bad_change", "请写日期", fields={name: "请写日期"})
    return day


def _membership_page(member_id: int, error: Refused | None = None) -> Response:
    edge = current()
    member, branch, group = member_seen(edge.session, member_id)
    require(Verb.DECIDE, group or branch)
    spells = spells_of_member(edge.session, member_id)
    today = day_of(edge.now)
    unrated = [one for one in spells if one.kind is SpellKind.NOT_RATED and (one.to_on or today) >= today]
    return form_page(
        "people/membership.html",
        error,
        member=member,
        branch=branch,
        group=group,
        spells=spells,
        unrated=unrated[0] if unrated else None,
        categories=list(CATEGORY_TEXT.items()),
        category_text=CATEGORY_TEXT,
        category=SpellKind.CATEGORY,
        leaving=[(status.value, MEMBER_STATUS_TEXT[status]) for status in LEAVING],
        said=[(how.value, text) for how, text in SAID_TEXT.items()],
        today=today,
        form=request.form.get("change", "") if error else "",
        typed=request.form if error else {},
    )
