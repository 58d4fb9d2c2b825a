"""Rows that only refer to a gathering wait for nobody who changes it: no ring, nothing undone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.audit import Via
from models.base import Sessions
from models.gatherings.dues_tick import tick_dues
from models.gatherings.expected import sync_rolls
from models.gatherings.gathering import GatheringState
from models.gatherings.leave.leave import ask_leave, hold_place
from models.gatherings.leave.makeup import MakeupForm
from models.gatherings.leave.makeup_plan import plan_makeup
from models.gatherings.marks import begin_confirmation, set_marks
from models.gatherings.plan import gathering_seen
from models.gatherings.roll import LeaveReason, LeaveState, Status
from models.gatherings.roll_head import line_held, roll_seen
from models.points.posting import amend_roll, confirm_roll
from tests.conftest import NOON
from tests.gatherings.halls import Hall, a_hall
from tests.points.published import publish_for
from tests.together import meanwhile

LATER = NOON + timedelta(minutes=20)


def all_marked(sessions: Sessions, status: Status) -> Hall:
    with sessions.begin() as session:
        hall = a_hall(session, 2)
        publish_for(session, hall.branch, "DEMO")
        marks = {member.id: status for member in hall.members}
        set_marks(session, hall.roll.id, marks, by=hall.secretary.id, now=NOON)
        return hall


def confirming(sessions: Sessions, hall: Hall, marks: dict[int, Status] | None = None) -> Callable[[], Any]:
    def confirm() -> Any:
        with sessions.begin() as session:
            begin_confirmation(session, hall.roll.id)
            if marks:
                set_marks(session, hall.roll.id, marks, by=hall.secretary.id, now=LATER)
            return confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=LATER).counts.expected

    return confirm


def test_leave_is_asked_while_somebody_waits_to_confirm(sessions: Sessions) -> None:
    # Control: with the gathering locked FOR UPDATE the leave, which refers to it, waits for who waits for it.
    hall = all_marked(sessions, Status.UNCLEAR)
    gathering, member = hall.gathering.id, hall.members[0].id
    with sessions() as session:
        hold_place(session, gathering, member)
        confirmed = meanwhile(confirming(sessions, hall))
        asked = ask_leave(
            session, gathering, member, LeaveReason.FAMILY, None, filing=None, via=Via.PHONE, now=NOON
        )
        session.commit()
    assert (asked.state, confirmed()) == (LeaveState.SUBMITTED, 2)


def test_leave_is_asked_while_the_roster_is_followed(sessions: Sessions) -> None:
    # Control: as above, with the lock of `gathering_seen`.
    with sessions.begin() as session:
        hall = a_hall(session, 1, GatheringState.PUBLISHED)
    gathering, member = hall.gathering.id, hall.members[0].id

    def follow() -> str:
        with sessions.begin() as session:
            sync_rolls(session, gathering_seen(session, gathering, lock=True))
            return "followed"

    with sessions() as session:
        hold_place(session, gathering, member)
        followed = meanwhile(follow)
        asked = ask_leave(
            session, gathering, member, LeaveReason.FAMILY, None, filing=None, via=Via.PHONE, now=NOON
        )
        session.commit()
    assert (asked.state, followed()) == (LeaveState.SUBMITTED, "followed")


def ticking(session: Session, hall: Hall) -> None:
    tick_dues(
        session, hall.roll.id, hall.members[0].id, True, by=hall.secretary.id, via=Via.CONSOLE, now=NOON
    )


def making_up(session: Session, hall: Hall) -> None:
    plan_makeup(
        session, hall.roll.id, hall.members[0].id, MakeupForm.SELF_STUDY, by=hall.secretary.id,
        via=Via.CONSOLE, now=NOON,
    )  # fmt: skip


@pytest.mark.parametrize("writing", [ticking, making_up])
def test_a_row_saves_dues_and_make_up_while_somebody_waits_to_confirm(
    sessions: Sessions, writing: Callable[[Session, Hall], None]
) -> None:
    # Control: as above.
    hall = all_marked(sessions, Status.UNCLEAR)
    member = hall.members[0].id
    with sessions() as session:
        line_held(session, hall.roll.id, member)
        confirmed = meanwhile(confirming(sessions, hall, {member: Status.LEAVE}))
        writing(session, hall)
        session.commit()
    assert confirmed() == 2


def test_a_roll_is_amended_while_somebody_presses_confirm_once_more(sessions: Sessions) -> None:
    # Control: as above; the new entries refer to the gathering.
    hall = all_marked(sessions, Status.PRESENT)
    assert confirming(sessions, hall)() == 2
    with sessions() as session:
        roll_seen(session, hall.roll.id, lock=True)
        again = meanwhile(confirming(sessions, hall))
        marks = {hall.members[0].id: Status.ABSENT}
        amend_roll(session, hall.roll.id, marks, reason="看错了行", by=hall.secretary.id, now=LATER)
        session.commit()
    assert again() == "roll_confirmed"
