"""Long absences, exemptions and attendances elsewhere: recorded for others, answered, ended."""

from collections.abc import Callable
from typing import TypeVar

from flask import Response, request

from handlers.console.leaves.leaves import answered, filing, sent_back, typed_choice, typed_day, typed_person
from handlers.console.pages import console, go, staff_page
from handlers.edge import current
from handlers.reach import answers_for, person_reached
from models.audit import Via
from models.clock import day_of
from models.gatherings.leave.host_attendance import (
    HostAttendance,
    Visit,
    decide_host_attendance,
    home_rolls,
    report_host_attendance,
    withdraw_host_attendance,
)
from models.notices.joiners import follow_roster
from models.people.away_report import AwayReport, Trip, decide_away, report_away, withdraw_away
from models.people.member import Member, SpellKind
from models.people.request import Answer, record_told, seen
from models.people.rights import Verb
from models.people.said import Filing
from models.people.spells import Ground, end_spell, record_spell, spell_seen
from models.points.late_answers import answer_host_attendance
from models.refused import Refused

REPORT = TypeVar("REPORT", AwayReport, HostAttendance)


def approved(by: Filing) -> Answer:
    """Return a yes that was said to the person at once, as the verbs take it."""
    return {
        "approve": True,
        "answer": "",
        "told_how": by.how,
        "by": by.account_id,
        "via": Via.CONSOLE,
        "now": current().now,
    }


def follow(member_id: int) -> None:
    """Bring the rolls not yet open up to the member's spells."""
    edge = current()
    branch_id = edge.session.get_one(Member, member_id).branch_id
    follow_roster(edge.session, [branch_id], now=edge.now)


@console.post("/console/away-reports")
@staff_page
def create_away_report() -> Response:
    """Record a long absence for somebody; who may decide can accept it in the same act."""
    edge = current()
    try:
        member_id, by, form = typed_person(Verb.TICK), filing(), request.form
        from_on = typed_day("from_on")
        if from_on is None:
            raise Refused("bad_report", "请写哪天走", fields={"from_on": "请写哪天走"})
        trip = Trip(from_on, typed_day("to_on"), form.get("place", ""), form.get("host"), form.get("contact"))
        report = report_away(edge.session, member_id, trip, filing=by, via=Via.CONSOLE, now=edge.now)
        if form.get("then") == "approve":
            person_reached(member_id, Verb.DECIDE)
            decide_away(edge.session, report.id, **approved(by))
            follow(member_id)
    except Refused as error:
        return sent_back(error, "away")
    return go("console.leaves")


def _report(kind: type[REPORT], report_id: int, verb: Verb) -> REPORT:
    report = seen(current().session, kind, report_id)
    person_reached(report.member_id, verb)
    return report


@console.post("/console/away-reports/<int:report_id>/answer")
@staff_page
def create_away_answer(report_id: int) -> Response:
    """Answer a report; accepted, it marks every roll not yet open."""
    report = _report(AwayReport, report_id, Verb.DECIDE)
    try:
        decide_away(current().session, report_id, **answered())
        follow(report.member_id)
    except Refused as error:
        return sent_back(error)
    return go("console.leaves")


@console.post("/console/away-reports/<int:report_id>/withdrawal")
@staff_page
def create_away_withdrawal(report_id: int) -> Response:
    """Take back a report that waits, for somebody who said so."""
    member_id = _report(AwayReport, report_id, Verb.TICK).member_id
    try:
        withdraw_away(current().session, report_id, member_id=member_id, filing=filing(), via=Via.CONSOLE)
    except Refused as error:
        return sent_back(error)
    return go("console.leaves")


@console.post("/console/away-reports/<int:report_id>/telling")
@staff_page
def create_away_telling(report_id: int) -> Response:
    """Record how the answer to a report reached the person."""
    return _told(_report(AwayReport, report_id, Verb.TICK))


def _told(request_of: AwayReport | HostAttendance) -> Response:
    try:
        by = filing()
        record_told(current().session, request_of, by.how, by=by.account_id, via=Via.CONSOLE)
    except Refused as error:
        return sent_back(error)
    return go("console.leaves")


@console.post("/console/spells")
@staff_page
def create_spell() -> Response:
    """Record 长期不作要求: by the person's own wish, with a coarse ground, by the secretary."""
    edge = current()
    try:
        member_id, by = typed_person(Verb.DECIDE), filing()
        record_spell(
            edge.session, member_id, SpellKind.EXEMPT, code=typed_choice("ground", Ground, "请选一个原因"),
            from_on=typed_day("from_on") or day_of(edge.now), to_on=typed_day("to_on"), how=by.how,
            by=by.account_id, via=Via.CONSOLE,
        )  # fmt: skip
        follow(member_id)
    except Refused as error:
        return sent_back(error, "exempt")
    return go("console.leaves")


@console.post("/console/spells/<int:spell_id>/ending")
@staff_page
def create_spell_ending(spell_id: int) -> Response:
    """Let a spell end with yesterday; its lines are given back."""
    edge = current()
    spell = spell_seen(edge.session, spell_id)
    # Who came back says so; who is required again is for the secretary to say.
    person_reached(spell.member_id, Verb.TICK if spell.kind is SpellKind.AWAY else Verb.DECIDE)
    try:
        end_spell(
            edge.session, spell_id, member_id=spell.member_id, filing=filing(), via=Via.CONSOLE, now=edge.now
        )
        follow(spell.member_id)
    except Refused as error:
        return sent_back(error)
    return go("console.leaves")


@console.post("/console/host-attendances")
@staff_page
def create_host_attendance() -> Response:
    """Record an attendance elsewhere for somebody; who may decide can accept it in the same act."""
    edge = current()
    try:
        member_id, by, form = typed_person(Verb.TICK), filing(), request.form
        attended_on = typed_day("attended_on")
        if attended_on is None:
            raise Refused("bad_report", "请写哪天参加的", fields={"attended_on": "请写哪天参加的"})
        visit = Visit(attended_on, form.get("host", ""), form.get("contact", ""))
        attendance = report_host_attendance(
            edge.session, member_id, visit, filing=by, via=Via.CONSOLE, now=edge.now
        )
        if form.get("then") == "approve":
            person_reached(member_id, Verb.DECIDE)
            attendance_verb(attendance)(edge.session, attendance.id, **approved(by))
    except Refused as error:
        return sent_back(error, "attendance")
    return go("console.leaves")


def attendance_verb(attendance: HostAttendance) -> Callable[..., HostAttendance]:
    """Return the verb by which this person answers: a confirmed roll is amended by who may confirm it."""
    rolls = home_rolls(current().session, attendance.member_id, attendance.period)
    mine = all(answers_for(head) for head in rolls)
    return answer_host_attendance if mine else decide_host_attendance


@console.post("/console/host-attendances/<int:attendance_id>/answer")
@staff_page
def create_attendance_answer(attendance_id: int) -> Response:
    """Answer an attendance; accepted, it stands on the home roll of its month."""
    answer = attendance_verb(_report(HostAttendance, attendance_id, Verb.DECIDE))
    try:
        answer(current().session, attendance_id, **answered())
    except Refused as error:
        return sent_back(error)
    return go("console.leaves")


@console.post("/console/host-attendances/<int:attendance_id>/withdrawal")
@staff_page
def create_attendance_withdrawal(attendance_id: int) -> Response:
    """Take back an attendance that waits, for somebody who said so."""
    member_id = _report(HostAttendance, attendance_id, Verb.TICK).member_id
    try:
        withdraw_host_attendance(
            current().session, attendance_id, member_id=member_id, filing=filing(), via=Via.CONSOLE
        )
    except Refused as error:
        return sent_back(error)
    return go("console.leaves")


@console.post("/console/host-attendances/<int:attendance_id>/telling")
@staff_page
def create_attendance_telling(attendance_id: int) -> Response:
    """Record how the answer about an attendance reached the person."""
    return _told(_report(HostAttendance, attendance_id, Verb.TICK))
