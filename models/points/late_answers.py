"""Answers that come after a roll is confirmed: the roll is amended in the same act, with its reason."""

from typing import Unpack

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.gatherings.gathering import Gathering
from models.gatherings.leave.host_attendance import (
    HostAttendance,
    counts_elsewhere,
    decide_host_attendance,
    hold_home_lines,
    of_month,
)
from models.gatherings.leave.leave import decide_leave, hold_place, leave_takes
from models.gatherings.roll import Leave, Roll, RollLine, Status
from models.people.request import Answer, seen
from models.points.posting import amend_roll

LEAVE_GRANTED = "会后答复：同意本人提出的请假"
ATTENDED_ELSEWHERE = "会后答复：本人在流入地参加了组织生活"


def answer_leave(session: Session, gathering_id: int, member_id: int, **answer: Unpack[Answer]) -> Leave:
    """Answer leave as `decide_leave`; a yes that comes after the confirmation amends the roll first.

    Refused: as decide_leave.
    """
    own_line = (RollLine.gathering_id == gathering_id, RollLine.member_id == member_id)
    if answer["approve"] and _lock_confirmed(session, *own_line):
        place = hold_place(session, gathering_id, member_id)
        if place.leave is not None and place.leave.waits and leave_takes(place.line):
            _amend(session, place.roll, {member_id: Status.LEAVE}, LEAVE_GRANTED, answer)
    return decide_leave(session, gathering_id, member_id, **answer)


def answer_host_attendance(session: Session, attendance_id: int, **answer: Unpack[Answer]) -> HostAttendance:
    """Answer an attendance as `decide_host_attendance`; a yes after the confirmation amends the roll first.

    Refused: as decide_host_attendance.
    """
    attendance = seen(session, HostAttendance, attendance_id)
    member_id = attendance.member_id
    if answer["approve"] and _lock_confirmed(session, *of_month(member_id, attendance.period)):
        session.refresh(attendance)
        for line, roll in hold_home_lines(session, member_id, attendance.period):
            if attendance.waits and roll.confirmed_at is not None and counts_elsewhere(line):
                _amend(session, roll, {member_id: Status.HOST_BRANCH}, ATTENDED_ELSEWHERE, answer)
    return decide_host_attendance(session, attendance_id, **answer)


def _amend(session: Session, roll: Roll, marks: dict[int, Status], reason: str, answer: Answer) -> None:
    amend_roll(session, roll.id, marks, reason=reason, by=answer["by"], now=answer["now"], via=answer["via"])


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
