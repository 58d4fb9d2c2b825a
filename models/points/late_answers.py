"""Answers that come after a roll is confirmed: the roll is amended in the same act, with its reason."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.audit import Via
from models.gatherings.gathering import Gathering
from models.gatherings.leave.host_attendance import (
    HostAttendance,
    attendance_seen,
    counts_elsewhere,
    decide_host_attendance,
    hold_home_lines,
    of_month,
)
from models.gatherings.leave.leave import decide_leave, hold_place, leave_takes
from models.gatherings.roll import Leave, LeaveState, Roll, RollLine, Status
from models.people.away_report import ReportState
from models.people.said import Said
from models.points.posting import amend_roll

LEAVE_GRANTED = "会后答复：同意本人提出的请假"
ATTENDED_ELSEWHERE = "会后答复：本人在流入地参加了组织生活"


def answer_leave(
    session: Session,
    gathering_id: int,
    member_id: int,
    *,
    approve: bool,
    answer: str,
    told_how: Said | None,
    by: int,
    via: Via,
    now: datetime,
) -> Leave:
    """Answer leave as `decide_leave`; a yes that comes after the confirmation amends the roll first.

    Refused: as decide_leave.
    """
    own_line = (RollLine.gathering_id == gathering_id, RollLine.member_id == member_id)
    if approve and _lock_confirmed(session, *own_line):
        place = hold_place(session, gathering_id, member_id)
        waits = place.leave is not None and place.leave.state is LeaveState.SUBMITTED
        if waits and leave_takes(place.line):
            marks = {member_id: Status.LEAVE}
            amend_roll(session, place.roll.id, marks, reason=LEAVE_GRANTED, by=by, now=now, via=via)
    return decide_leave(
        session, gathering_id, member_id, approve=approve, answer=answer, told_how=told_how, by=by, via=via,
        now=now,
    )  # fmt: skip


def answer_host_attendance(
    session: Session,
    attendance_id: int,
    *,
    approve: bool,
    answer: str,
    told_how: Said | None,
    by: int,
    via: Via,
    now: datetime,
) -> HostAttendance:
    """Answer an attendance as `decide_host_attendance`; a yes after the confirmation amends the roll first.

    Refused: as decide_host_attendance.
    """
    attendance = attendance_seen(session, attendance_id)
    member_id = attendance.member_id
    if approve and _lock_confirmed(session, *of_month(member_id, attendance.period)):
        session.refresh(attendance)
        for line, roll in hold_home_lines(session, member_id, attendance.period):
            waits = attendance.state is ReportState.SUBMITTED
            if waits and roll.confirmed_at is not None and counts_elsewhere(line):
                marks = {member_id: Status.HOST_BRANCH}
                amend_roll(session, roll.id, marks, reason=ATTENDED_ELSEWHERE, by=by, now=now, via=via)
    return decide_host_attendance(
        session, attendance_id, approve=approve, answer=answer, told_how=told_how, by=by, via=via, now=now
    )


def _lock_confirmed(session: Session, *lines: ColumnElement[bool]) -> bool:
    """Lock the confirmed rolls of these lines as an amendment does, before anything weaker; say if one is."""
    query = (
        select(Roll.id)
        .join(RollLine, RollLine.roll_id == Roll.id)
        .join(Gathering, Gathering.id == Roll.gathering_id)
        .where(*lines, Roll.confirmed_at.is_not(None))
        .order_by(Roll.id)
        .with_for_update(of=Roll)
    )
    return bool(session.scalars(query).all())
