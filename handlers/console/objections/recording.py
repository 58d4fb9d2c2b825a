"""代录异议: writing down what somebody said by word of mouth is wrong."""

from itertools import groupby

from flask import Response, request

from handlers.console.leaves.leaves import filing, typed_person
from handlers.console.objections.objections import words
from handlers.console.pages import console, form_page, go, page, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import need_somewhere
from handlers.reach import paths_where, person_reached
from models.audit import Via
from models.people.rights import Verb
from models.people.roster import member_seen
from models.people.whose import people_of
from models.points.cycle import cycle_words
from models.ratings.objections.dispute import disputable_of
from models.ratings.objections.raising import object_to
from models.refused import Refused


@console.get("/console/objections/new")
@staff_page
def new_objection() -> Response:
    """Ask who said it and which number it is about; `member` and `entry` choose them beforehand."""
    need_somewhere(Verb.TICK)
    member_id = _asked("member")
    if not member_id:
        return _choose_person()
    person_reached(member_id, Verb.TICK)
    return _form(member_id, _asked("entry"))


def _asked(name: str) -> int:
    value = request.args.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 18 else 0


def _choose_person() -> Response:
    people = people_of(current().session, paths_where(Verb.TICK))
    return page(
        "objections/person.html",
        people=[(home, list(of)) for home, of in groupby(people, key=lambda one: one.home)],
    )


def _form(member_id: int, entry_id: int, error: Refused | None = None) -> Response:
    edge = current()
    member, branch, group = member_seen(edge.session, member_id)
    found = disputable_of(edge.session, member_id, now=edge.now)
    return form_page(
        "objections/new.html",
        error,
        member=member,
        branch=branch,
        group=group,
        disputable=found.entries,
        star=found.star,
        star_title=cycle_words(found.star.cycle) if found.star else "",
        chosen=entry_id,
        typed=request.form,
        **words(),
    )


@console.post("/console/objections")
@staff_page
def create_objection() -> Response:
    """Write down an objection; its receipt is printed from its page."""
    edge = current()
    member_id = typed_person(Verb.TICK)
    about, entry_id, rating_id = request.form.get("about", ""), None, None
    if about.startswith("e"):
        entry_id = _number(about[1:])
    elif about.startswith("s"):
        rating_id = _number(about[1:])
    try:
        made = object_to(
            edge.session, member_id=member_id, entry_id=entry_id, rating_id=rating_id,
            said=request.form.get("said", ""), filing=filing(), via=Via.CONSOLE, now=edge.now,
        )  # fmt: skip
    except Refused as error:
        if error.code == "not_found":
            raise
        refuse_form(error)
        return _form(member_id, entry_id or 0, error)
    return go("console.objection", objection_id=made.id)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None
