"""/api/v1/me/away and /me/host-attendances: one report for a long absence, and life in a branch elsewhere."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from handlers.description import may_answer
from handlers.edge import current
from handlers.identity import member_id, member_needed, phone
from handlers.mini_program import api
from handlers.mini_program.fields import fields_of
from models.audit import Via
from models.gatherings.leave.host_attendance import (
    Visit,
    attendances_of,
    report_host_attendance,
    withdraw_host_attendance,
)
from models.notices.joiners import follow_roster
from models.people.away_report import AwayReport, Trip, last_report, report_away, withdraw_away
from models.people.member import Spell, SpellKind
from models.people.spells import end_spell, spell_to_end
from models.refused import Refused


def read_day(value: Any) -> date:
    """Read a day as the contract writes it, `2026-12-01`, and in no other way."""
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("a day is written 2026-12-01")
    return date.fromisoformat(value)


Day = Annotated[date, BeforeValidator(read_day)]


class Leaving(BaseModel):
    """What a long absence is reported with; the place is a county, never an address."""

    model_config = ConfigDict(extra="forbid", strict=True)
    from_on: Day
    to_on: Day | None = None
    place: str = Field(min_length=1, max_length=40)
    host: str | None = Field(default=None, max_length=60)
    contact: str | None = Field(default=None, max_length=40)


class ReportShown(BaseModel):
    """A report and what the branch answered."""

    id: int
    from_on: str
    to_on: str | None
    place: str
    host: str | None
    contact: str | None
    state: str
    asked_at: str
    answer: str | None
    decided_at: str | None


class AwayNow(BaseModel):
    """The days for which the branch knows the member to be away."""

    from_on: str
    to_on: str | None
    place: str | None
    host: str | None


class Away(BaseModel):
    """The newest report, and the absence that runs or is to come."""

    report: ReportShown | None
    away: AwayNow | None


def _shown(report: AwayReport | None, spell: Spell | None) -> dict[str, Any]:
    return {
        "report": report and fields_of(ReportShown, report),
        "away": fields_of(AwayNow, spell) if spell else None,
    }


def _standing() -> tuple[AwayReport | None, Spell | None]:
    edge = current()
    spell = spell_to_end(edge.session, member_id(), SpellKind.AWAY, now=edge.now)
    return last_report(edge.session, member_id()), spell


@api.get("/me/away")
@api.output(Away)
@member_needed
def show_away() -> dict[str, Any]:
    """The member's newest report and the absence in force; both null where there is none."""
    return _shown(*_standing())


@api.post("/me/away")
@api.input(Leaving, arg_name="body")
@api.output(Away, status_code=201)
@member_needed
def create_away(body: Leaving) -> Any:
    """Report a long absence once; accepted, no leave is asked each month."""
    edge = current()
    trip = Trip(body.from_on, body.to_on, body.place, body.host, body.contact)
    report_away(edge.session, member_id(), trip, filing=None, via=Via.PHONE, now=edge.now)
    return _shown(*_standing()), 201


@api.delete("/me/away")
@api.output(Away)
@member_needed
@may_answer(404)
def delete_away() -> dict[str, Any]:
    """Take back what waits; else be back (我回来了): expected again from today on."""
    edge = current()
    report, spell = _standing()
    if report is not None and report.waits:
        withdraw_away(edge.session, report.id, member_id=member_id(), filing=None, via=Via.PHONE)
    elif spell is not None:
        end_spell(edge.session, spell.id, member_id=member_id(), filing=None, via=Via.PHONE, now=edge.now)
        follow_roster(edge.session, [phone().branch_id or 0], now=edge.now)
    else:
        raise Refused("not_found", "现在没有报备")
    return _shown(*_standing())


class Visiting(BaseModel):
    """An attendance elsewhere as it is reported."""

    model_config = ConfigDict(extra="forbid", strict=True)
    attended_on: Day
    host: str = Field(min_length=1, max_length=60)
    contact: str = Field(min_length=1, max_length=40)


class AttendanceShown(BaseModel):
    """An attendance elsewhere, the month it counts for, and what the branch answered."""

    id: int
    period: str
    attended_on: str
    host: str
    contact: str
    state: str
    asked_at: str
    answer: str | None
    decided_at: str | None


class Attendances(BaseModel):
    """A list and where it goes on; it never does."""

    items: list[AttendanceShown]
    next: str | None


@api.get("/me/host-attendances")
@api.output(Attendances)
@member_needed
def list_host_attendances() -> dict[str, Any]:
    """What the member reported, the newest first."""
    found = attendances_of(current().session, member_id())
    return {"items": [fields_of(AttendanceShown, one) for one in found], "next": None}


@api.post("/me/host-attendances")
@api.input(Visiting, arg_name="body")
@api.output(AttendanceShown, status_code=201)
@member_needed
def create_host_attendance(body: Visiting) -> Any:
    """Report an attendance elsewhere, for the month of its day."""
    edge = current()
    visit = Visit(body.attended_on, body.host, body.contact)
    one = report_host_attendance(edge.session, member_id(), visit, filing=None, via=Via.PHONE, now=edge.now)
    return fields_of(AttendanceShown, one), 201


@api.delete("/me/host-attendances/<int:attendance_id>")
@api.output(AttendanceShown)
@member_needed
def delete_host_attendance(attendance_id: int) -> dict[str, Any]:
    """Take back what the branch has not answered yet."""
    one = withdraw_host_attendance(
        current().session, attendance_id, member_id=member_id(), filing=None, via=Via.PHONE
    )
    return fields_of(AttendanceShown, one)
