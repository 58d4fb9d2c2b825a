"""请假与报备: what members asked, answered in its row; and leave recorded for whoever has no phone."""

from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import TypeVar

from flask import Response, request

from handlers.console.pages import console, form_page, go, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import need_somewhere, staff
from handlers.reach import leave_verb, paths_where, person_reached
from models.audit import Via
from models.gatherings.delegate import standing_in
from models.gatherings.leave.leave import (
    LEAVE_REASON_TEXT,
    LEAVE_STATE_TEXT,
    ask_leave,
    decide_leave,
    leave_of,
    leave_open,
    withdraw_leave,
)
from models.gatherings.leave.pending import answered_of, pending_of
from models.gatherings.roll import LeaveReason
from models.people.away_report import REPORT_STATE_TEXT
from models.people.member import SpellKind
from models.people.request import Answer, record_told
from models.people.rights import Verb, may
from models.people.said import SAID_TEXT, Filing, Said
from models.people.spells import GROUND_TEXT, spells_of
from models.people.whose import in_order, people_of
from models.refused import Refused

Choice = TypeVar("Choice", bound=StrEnum)
SHOWN_FOR = timedelta(days=31)  # how long what was answered stays on the page


def leaves_page(error: Refused | None = None, form: str = "") -> Response:
    """Show what waits, what was answered, spells in force and the forms; `form` is the one sent back."""
    edge, who = current(), staff()
    paths = paths_where(Verb.TICK, Verb.DECIDE)
    rolls = standing_in(edge.session, who.account_id, now=edge.now)
    people = people_of(edge.session, paths)
    return form_page(
        "leaves/leaves.html",
        error,
        waiting=pending_of(edge.session, paths, roll_ids=rolls),
        answered=answered_of(edge.session, paths, roll_ids=rolls, since=edge.now - SHOWN_FOR),
        spells=sorted(spells_of(edge.session, paths, now=edge.now), key=lambda of: in_order(of.whose)),
        people=[(home, list(of)) for home, of in groupby(people, key=lambda one: one.home)],
        gatherings=leave_open(edge.session, paths, now=edge.now),
        ticks=lambda org: may(who.posts, Verb.TICK, org.path),
        decides=lambda org, roll=None: may(who.posts, Verb.DECIDE, org.path) or (roll and roll.id in rolls),
        decides_somewhere=bool(paths_where(Verb.DECIDE)),
        now=edge.now,
        said=[(how.value, text) for how, text in SAID_TEXT.items()],
        said_text=SAID_TEXT,
        reasons=[(reason.value, text) for reason, text in LEAVE_REASON_TEXT.items()],
        reason_text=LEAVE_REASON_TEXT,
        grounds=[(ground.value, text) for ground, text in GROUND_TEXT.items()],
        leave_state=LEAVE_STATE_TEXT,
        report_state=REPORT_STATE_TEXT,
        away=SpellKind.AWAY,
        form=form,
        typed=request.form if error else {},
    )


@console.get("/console/leaves")
@staff_page
def leaves() -> Response:
    """Show the requests of the own branch or group, those that wait for an answer first."""
    need_somewhere(Verb.TICK, Verb.DECIDE)
    return leaves_page()


def sent_back(error: Refused, form: str = "") -> Response:
    """Show the page again with what was typed and why it was refused."""
    refuse_form(error)
    return leaves_page(error, form)


def typed_choice(name: str, kind: type[Choice], words: str) -> Choice:
    """Return the value chosen in a field. Refused: bad_report with `fields`."""
    value = request.form.get(name, "")
    if value not in list(kind):
        raise Refused("bad_report", words, fields={name: words})
    return kind(value)


def typed_day(name: str) -> date | None:
    """Return the day typed in a field, None for an empty one. Refused: bad_report with `fields`."""
    text = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused("bad_report", "日期不对", fields={name: "请写年月日，例如 2026-12-01"}) from None


def typed_id(name: str) -> int:
    """Return the id chosen in a field; 0, which is nobody's, where none was."""
    value = request.form.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 18 else 0


def typed_person(verb: Verb) -> int:
    """Return the member chosen in a form, for whom the person may do this.

    Refused: bad_report with `fields`, not_found, not_yours.
    """
    member_id = typed_id("member")
    if not member_id:
        need_somewhere(verb)
        raise Refused("bad_report", "请选一位同志", fields={"member": "请选一位同志"})
    person_reached(member_id, verb)
    return member_id


def filing() -> Filing:
    """Return whose account records it and how it was said. Refused: bad_report with `fields`."""
    return Filing(staff().account_id, typed_choice("how", Said, "请选本人怎么说的"))


def answered() -> Answer:
    """Return what an answer's form says, as the verbs take it."""
    return {
        "approve": request.form.get("say") == "yes",
        "answer": request.form.get("answer", ""),
        # How the person was told is recorded once somebody has told them.
        "told_how": None,
        "by": staff().account_id,
        "via": Via.CONSOLE,
        "now": current().now,
    }


@console.post("/console/leaves")
@staff_page
def create_leave() -> Response:
    """Record leave for somebody who said so; who may decide can answer it in the same act."""
    edge = current()
    try:
        member_id, gathering_id, by = typed_person(Verb.TICK), typed_id("gathering"), filing()
        if not gathering_id:
            raise Refused("bad_report", "请选哪次活动", fields={"gathering": "请选哪次活动"})
        reason = typed_choice("reason", LeaveReason, "请选一个事由")
        ask_leave(
            edge.session, gathering_id, member_id, reason, request.form.get("note"), filing=by,
            via=Via.CONSOLE, now=edge.now,
        )  # fmt: skip
        if request.form.get("then") == "approve":
            person_reached(member_id, Verb.DECIDE)
            decide_leave(
                edge.session, gathering_id, member_id, approve=True, answer="", told_how=by.how,
                by=by.account_id, via=Via.CONSOLE, now=edge.now,
            )  # fmt: skip
    except Refused as error:
        return sent_back(error, "leave")
    return go("console.leaves")


@console.post("/console/leaves/<int:gathering_id>/<int:member_id>/answer")
@staff_page
def create_leave_answer(gathering_id: int, member_id: int) -> Response:
    """Answer leave: the branch's secretary, or the delegate of this roll."""
    answer = leave_verb(gathering_id, member_id)
    try:
        answer(current().session, gathering_id, member_id, **answered())
    except Refused as error:
        return sent_back(error)
    return go("console.leaves")


@console.post("/console/leaves/<int:gathering_id>/<int:member_id>/withdrawal")
@staff_page
def create_leave_withdrawal(gathering_id: int, member_id: int) -> Response:
    """Take leave back for somebody who said that they can come."""
    edge = current()
    person_reached(member_id, Verb.TICK)
    try:
        withdraw_leave(edge.session, gathering_id, member_id, filing=filing(), via=Via.CONSOLE, now=edge.now)
    except Refused as error:
        return sent_back(error)
    return go("console.leaves")


@console.post("/console/leaves/<int:gathering_id>/<int:member_id>/telling")
@staff_page
def create_leave_telling(gathering_id: int, member_id: int) -> Response:
    """Record how the answer reached somebody who has no phone to read it on."""
    session = current().session
    person_reached(member_id, Verb.TICK)
    leave = leave_of(session, gathering_id, member_id)
    if leave is None:
        raise Refused("not_found", "没有找到这次请假")
    try:
        by = filing()
        record_told(session, leave, by.how, by=by.account_id, via=Via.CONSOLE)
    except Refused as error:
        return sent_back(error)
    return go("console.leaves")
