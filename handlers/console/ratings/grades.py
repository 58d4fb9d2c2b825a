"""评议等次: one row for each full member with the four grades, saved as far as it is filled."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response, request

from handlers.console.pages import console, form_page, go, refuse_form, staff_page
from handlers.console.ratings.frame import rating_frame
from handlers.console.ratings.reach import rating_led
from handlers.console.ratings.steps import day_typed
from handlers.console.ratings.words import excellent_words
from handlers.edge import current
from handlers.identity import staff
from models.clock import day_of
from models.points.grade_words import GRADE_WORDS, VOICE_WORDS
from models.ratings.meeting.decision import GradeKind, MemberGrade
from models.ratings.meeting.grades import Graded, write_grades
from models.ratings.meeting.roster import RosterRow, away_in, by_group, graded_roster, grades_of
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.rating import DECIDING
from models.ratings.runs.run import run_rating
from models.refused import Refused


@console.get("/console/ratings/<int:rating_id>/grades")
@staff_page
def rating_grades(rating_id: int) -> Response:
    """Show the grades written so far; nothing is decided by writing them down."""
    seen = rating_led(rating_id)
    return _grades_page(seen, _stored(seen), saved="saved" in request.args)


def _stored(seen: RatingSeen) -> dict[str, str]:
    """Return what is stored as the form would send it."""
    fields: dict[str, str] = {}
    rows = grades_of(current().session, seen.rating.id)
    for member_id, row in rows.items():
        fields |= _fields(member_id, row)
    days = [row.decided_on for row in rows.values()]
    fields["decided_on"] = (max(days) if days else day_of(current().now)).isoformat()
    return fields


def _fields(member_id: int, row: MemberGrade) -> dict[str, str]:
    fields = {f"g-{member_id}": row.grade.value}
    if row.votes is not None:
        fields[f"v-{member_id}"] = str(row.votes)
    if row.at_host:
        fields[f"h-{member_id}"] = "1"
    return fields | {f"w-{member_id}-{voice}": grade for voice, grade in (row.voices or {}).items()}


@console.post("/console/ratings/<int:rating_id>/grades")
@staff_page
def create_rating_grades(rating_id: int) -> Response:
    """Save what is filled in, and perhaps try the calculation; 400 or 409 with the form as typed."""
    edge, by = current(), staff().account_id
    seen = rating_led(rating_id)
    try:
        rows = graded_roster(edge.session, seen)
        grades = {row.member.id: told for row in rows if (told := _graded(seen, row.member.id)) is not None}
        write_grades(edge.session, rating_id, grades, decided_on=_decided_on(), by=by, now=edge.now)
        if request.form.get("do") == "go":
            run_rating(edge.session, rating_id, by=by, now=edge.now)
            return go("console.rating_results", rating_id=rating_id)
    except Refused as error:
        refuse_form(error)
        return _grades_page(rating_led(rating_id), request.form, error)
    return go("console.rating_grades", rating_id=rating_id, saved=1)


def _decided_on() -> date:
    day = day_typed(request.form.get("decided_on", ""))
    if day is None:
        raise Refused("bad_grades", "请选等次是哪天定的", fields={"decided_on": "请选日期"})
    return day


def _graded(seen: RatingSeen, member_id: int) -> Graded | None:
    """Read one row of the form; None where no grade is chosen. Refused: bad_grades."""
    form = request.form
    grade = _grade(form.get(f"g-{member_id}", ""))
    if grade is None:
        return None
    votes = form.get(f"v-{member_id}", "").strip()
    if votes and not (votes.isascii() and votes.isdecimal() and len(votes) <= 4):
        raise Refused("bad_grades", "优秀票请写整数", fields={str(member_id): "优秀票请写整数"})
    voices = {
        voice: told
        for voice in _voices(seen)
        if (told := _grade(form.get(f"w-{member_id}-{voice}", ""))) is not None
    }
    return Graded(
        grade,
        votes=int(votes) if votes and grade is GradeKind.EXCELLENT else None,
        at_host=f"h-{member_id}" in form,
        voices=voices or None,
    )


def _grade(text: str) -> GradeKind | None:
    return GradeKind(text) if text in list(GradeKind) else None


def _voices(seen: RatingSeen) -> list[str]:
    weights = seen.document.assessment.weights if seen.document.assessment else None
    return [voice for voice in VOICE_WORDS if voice in (weights or {})]


def _grades_page(
    seen: RatingSeen, typed: Mapping[str, str], error: Refused | None = None, *, saved: bool = False
) -> Response:
    if seen.document.assessment is None:
        raise Refused("not_found", "这份办法没有民主评议")
    edge = current()
    rows = graded_roster(edge.session, seen)
    left = sum(f"g-{row.member.id}" not in typed for row in rows)
    voices: dict[str, str] = dict(VOICE_WORDS.items())
    away = away_in(edge.session, seen)
    return form_page(
        "ratings/grades.html",
        error,
        **rating_frame(seen, own=True),
        groups=[(name, [_row(row, of, away) for row in of]) for name, of in by_group(rows, seen.branch)],
        full=len(rows),
        left=f"还有 {left} 人没有填" if left else "都填好了",
        limit=excellent_words(seen.document, len(rows)),
        grades=list(GRADE_WORDS.items()),
        voices=[(voice, voices[voice]) for voice in _voices(seen)],
        asks_votes="assessment_votes" in seen.document.tie_break,
        closed=seen.rating.state not in DECIDING,
        typed=typed,
        today=day_of(edge.now),
        saved=saved,
    )


def _row(row: RosterRow, of: list[RosterRow], away: set[int]) -> dict[str, Any]:
    joined = row.member.joined_on
    same = sum(other.member.name == row.member.name for other in of) > 1
    return {
        "id": row.member.id,
        "name": row.member.name,
        "year": joined.year if joined and same else None,
        "away": row.member.id in away,
    }
