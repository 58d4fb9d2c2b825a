"""Writing down the grades that the democratic appraisal gave; the calculation never changes one."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import delete, null
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import day_of, long_day
from models.points.schemes.document import SchemeDocument
from models.ratings.meeting.decision import GradeKind, MemberGrade
from models.ratings.procedure.beginning import RatingSeen, rating_seen
from models.ratings.procedure.rating import DECIDING
from models.ratings.runs.branch_facts import on_roster, status_on
from models.refused import Refused


class Graded(NamedTuple):
    """One member's grade as decided. `votes` are those for 优秀; `at_host`: appraised where they live.

    `voices`: the grade by each voice that the scheme weighs (self, mutual, mass, organisation).
    """

    grade: GradeKind
    votes: int | None = None
    at_host: bool = False
    voices: Mapping[str, GradeKind] | None = None


def write_grades(
    session: Session,
    rating_id: int,
    grades: Mapping[int, Graded | None],
    *,
    decided_on: date,
    by: int,
    now: datetime,
) -> None:
    """Write grades, member id -> grade; None takes one back. Who is not named keeps what was written.

    Too many 优秀 may be written; the meeting's step is refused until the meeting corrects it. A constant
    number of statements. Refused: not_found, wrong_step (the meeting's step is done), grades_not_asked,
    bad_grades with `fields`: decided_on, or the member's id.
    """
    seen = rating_seen(session, rating_id, lock=True)
    if seen.rating.state not in DECIDING:
        raise Refused("wrong_step", "会议已经评议过了，等次不能再改；要改请上级先退回")
    if seen.document.assessment is None:
        raise Refused("grades_not_asked", "这一版积分办法没有民主评议，不用登记等次")
    if wrong := dict(_wrong(session, seen, grades, decided_on, now=now)):
        raise Refused("bad_grades", "有几处要改：" + "；".join(wrong.values()), fields=wrong)
    if taken_back := [member_id for member_id, told in grades.items() if told is None]:
        session.execute(
            delete(MemberGrade).where(
                MemberGrade.rating_id == rating_id, MemberGrade.member_id.in_(taken_back)
            )
        )
    written = _upsert(session, rating_id, grades, decided_on, by=by, now=now)
    record(
        session, "grade", "rating", rating_id, via=Via.CONSOLE, account_id=by, org_id=seen.branch.id,
        after={"written": written, "taken_back": len(taken_back)},
    )  # fmt: skip


def _upsert(
    session: Session,
    rating_id: int,
    grades: Mapping[int, Graded | None],
    decided_on: date,
    *,
    by: int,
    now: datetime,
) -> int:
    rows = [
        {
            "rating_id": rating_id, "member_id": member_id, "grade": told.grade, "votes": told.votes,
            "at_host": told.at_host, "voices": dict(told.voices) if told.voices else null(),
            "decided_on": decided_on, "account_id": by, "written_at": now,
        }
        for member_id, told in grades.items()
        if told is not None
    ]  # fmt: skip
    if rows:
        told = insert(MemberGrade).values(rows)
        anew = {name: told.excluded[name] for name in rows[0] if name not in ("rating_id", "member_id")}
        session.execute(told.on_conflict_do_update(constraint="pk_member_grade", set_=anew))
    return len(rows)


def _wrong(
    session: Session,
    seen: RatingSeen,
    grades: Mapping[int, Graded | None],
    decided_on: date,
    *,
    now: datetime,
) -> Iterator[tuple[str, str]]:
    if not seen.first_day <= decided_on <= day_of(now):
        first = seen.first_day
        yield "decided_on", f"评议的日期应当不早于 {long_day(first)}，不晚于今天"
    members = {member.id: member for member in on_roster(session, [seen.branch.id], seen.last_day)}
    for member_id, told in grades.items():
        if told is None:
            continue
        member = members.get(member_id)
        if member is None:
            yield str(member_id), "名册上没有这位同志"
        elif status_on(member, seen.last_day) != "full":
            yield str(member_id), f"{member.name}是预备党员，不评等次"
        elif told.votes is not None and not 0 <= told.votes <= len(members):
            yield str(member_id), f"{member.name}的优秀票应当是 0 到 {len(members)}"
        elif unknown := _unknown_voices(seen.document, told):
            yield str(member_id), f"{member.name}：这一版积分办法不计“{unknown[0]}”的评议"


def _unknown_voices(document: SchemeDocument, told: Graded) -> list[str]:
    weights = document.assessment.weights if document.assessment else None
    return [voice for voice in told.voices or () if voice not in (weights or ())]
