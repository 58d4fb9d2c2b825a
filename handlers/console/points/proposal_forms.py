"""登记一批, a deed of many members on one page; and a declaration recorded for whoever said so (代录)."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from flask import Response, request

from handlers.console.leaves.leaves import filing, typed_day, typed_person
from handlers.console.pages import console, form_page, go, refuse_form, staff_page
from handlers.console.points.proposals import choices_of, proposals_page
from handlers.edge import current
from handlers.identity import need_somewhere, staff
from handlers.reach import paths_where, person_reached
from models.audit import Via
from models.clock import day_of
from models.people.org import Org
from models.people.rights import Verb
from models.people.roster import member_seen
from models.people.whose import Whose, people_of
from models.points.cycle import cycle_words
from models.points.deed import Deed, filed_until, read_quantity, wrong
from models.points.proposals_waiting import last_list, unpaid_of
from models.points.proposing import propose
from models.refused import Refused


class Ticks(NamedTuple):
    """Which names of the form are ticked."""

    branch: Org
    people: Sequence[Whose]
    ticked: set[int]


def _people() -> list[Whose]:
    """Return for whom the person may write down anything, by group in surname order; maybe nobody."""
    return people_of(current().session, paths_where(Verb.PROPOSE_ENTRY))


def _ticks() -> Ticks:
    """Return the people of the branch that is chosen (the first without a choice), as the form ticks them."""
    people = _people()
    chosen = request.values.get("org", "")
    branch = next((one.branch for one in people if str(one.branch.id) == chosen), None)
    if branch is None:
        if chosen or not people:
            raise Refused("not_found", "没有找到可以登记的党员")
        branch = people[0].branch
    return Ticks(branch, [one for one in people if one.branch.id == branch.id], typed_members())


def typed_members() -> set[int]:
    """Return whose names are ticked."""
    return {int(one) for one in request.form.getlist("member") if one.isdecimal() and len(one) < 18}


def _filled(ticks: Ticks, wish: str) -> set[int]:
    """Return whom a button of the form ticks: the last list's, those without dues, a group, nobody."""
    session = current().session
    here = {one.member_id for one in ticks.people}
    if wish == "last":
        return here & set(last_list(session, ticks.branch.id, _item()[0] or None))
    if wish == "dues":
        return here & set(unpaid_of(session, ticks.branch.id, f"{day_of(current().now):%Y-%m}"))
    if wish.startswith("group-"):
        return ticks.ticked | {one.member_id for one in ticks.people if f"group-{one.home.id}" == wish}
    return set()


def _item() -> tuple[str, str | None]:
    code, _, level = request.form.get("item", "").partition("/")
    return code, level or None


def _deed() -> Deed:
    """Read what a form says was done. Refused: bad_proposal, bad_report (the day)."""
    code, level = _item()
    if not code:
        raise wrong(item="请选一个项目")
    day = typed_day("day")
    if day is None:
        raise wrong(day="请写哪天做的")
    form = request.form
    quantity = read_quantity(form.get("quantity", ""))
    return Deed(code, day, form.get("title", ""), quantity, level, form.get("evidence"))


def _form_page(ticks: Ticks, error: Refused | None = None) -> Response:
    edge = current()
    today = day_of(edge.now)
    branches = {one.branch.id: one.branch for one in _people()}
    filled = request.form.get("fill", "")
    return form_page(
        "points/proposal_form.html",
        error,
        branch=ticks.branch,
        branches=list(branches.values()),
        groups=[(home, list(of)) for home, of in groupby(ticks.people, key=lambda one: one.home)],
        ticked=_filled(ticks, filled) if filled else ticks.ticked,
        filled=filled,
        choices=choices_of(ticks.branch, declared=False),
        late_until=filed_until(edge.session, ticks.branch, now=edge.now),
        today=today,
        late=late_words(error),
        errors=fields_of(error),
        typed=request.form,
    )


def late_words(error: Refused | None) -> str:
    """Return the name of the cycle into which a late deed would go, where that is why it was refused."""
    return cycle_words(error.extra["cycle"]) if error and error.code == "late_fact" else ""


def fields_of(error: Refused | None) -> dict[str, str]:
    """Return what is wrong in which field of the form."""
    fields = dict(error.fields) if error else {}
    return fields | ({"day": fields["occurred_on"]} if "occurred_on" in fields else {})


@console.get("/console/proposals/new")
@staff_page
def new_proposal() -> Response:
    """Show the form for a list."""
    need_somewhere(Verb.PROPOSE_ENTRY)
    return _form_page(_ticks())


@console.post("/console/proposals")
@staff_page
def create_proposal() -> Response:
    """Put a list before the branch; with `fill` only tick names and show the form again."""
    edge = current()
    strangers = typed_members() - {one.member_id for one in _people()}
    if strangers:
        person_reached(min(strangers), Verb.PROPOSE_ENTRY)
    need_somewhere(Verb.PROPOSE_ENTRY)
    ticks = _ticks()
    if request.form.get("fill"):
        return _form_page(ticks)
    try:
        propose(
            edge.session, ticks.branch.id, sorted(ticks.ticked), _deed(), by=staff().account_id,
            by_member=None, how=None, via=Via.CONSOLE, now=edge.now, late=request.form.get("late") == "1",
        )  # fmt: skip
    except Refused as error:
        refuse_form(error)
        return _form_page(ticks, error)
    return go("console.proposals")


@console.post("/console/declarations")
@staff_page
def create_declaration() -> Response:
    """Record what somebody declared by word of mouth; somebody else approves it."""
    edge = current()
    try:
        member_id, by = typed_person(Verb.PROPOSE_ENTRY), filing()
        _, branch, _ = member_seen(edge.session, member_id)
        propose(
            edge.session, branch.id, [member_id], _deed(), by=by.account_id, by_member=member_id, how=by.how,
            via=Via.CONSOLE, now=edge.now, late=request.form.get("late") == "1",
        )  # fmt: skip
    except Refused as error:
        refuse_form(error)
        return proposals_page(error, form="declaration")
    return go("console.proposals")
