"""Leave and other hands at the same moment: one answer, one mark, nothing behind a confirmation."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from models.audit import Via
from models.base import Sessions
from models.gatherings.check_in import check_in_by_session
from models.gatherings.hall_code import read_token
from models.gatherings.leave.host_attendance import Visit, report_host_attendance
from models.gatherings.leave.leave import ask_leave, decide_leave, leave_of, withdraw_leave
from models.gatherings.marks import set_marks
from models.gatherings.roll import Amendment, Leave, LeaveReason, LeaveState, RollLine, Status
from models.people.away_report import Trip, decide_away, report_away
from models.people.member import Spell
from models.points.entry import PointEntry
from models.points.late_answers import answer_host_attendance, answer_leave
from models.points.posting import confirm_roll
from tests.conftest import NOON
from tests.factories import KEYRING
from tests.gatherings.halls import Hall, a_hall, hashed, spender
from tests.points.published import publish_for
from tests.together import at_once

LATER = NOON + timedelta(minutes=20)
Doing = Callable[[], Any]


def a_real_hall(sessions: Sessions, members: int = 1, *, asked: bool = True) -> Hall:
    with sessions.begin() as session:
        hall = a_hall(session, members)
    if asked:
        for n in range(members):
            asking(sessions, hall, n)()
    return hall


def asking(sessions: Sessions, hall: Hall, n: int = 0) -> Doing:
    def ask() -> Any:
        with sessions.begin() as session:
            return ask_leave(
                session, hall.gathering.id, hall.members[n].id, LeaveReason.FAMILY, None, filing=None,
                via=Via.PHONE, now=NOON,
            ).state  # fmt: skip

    return ask


def deciding(sessions: Sessions, hall: Hall, n: int = 0, *, approve: bool = True) -> Doing:
    def decide() -> Any:
        with sessions.begin() as session:
            return decide_leave(
                session, hall.gathering.id, hall.members[n].id, approve=approve,
                answer="" if approve else "请尽量参加", told_how=None, by=hall.secretary.id, via=Via.CONSOLE,
                now=LATER,
            ).state  # fmt: skip

    return decide


def withdrawing(sessions: Sessions, hall: Hall, n: int = 0) -> Doing:
    def withdraw() -> Any:
        with sessions.begin() as session:
            return withdraw_leave(
                session, hall.gathering.id, hall.members[n].id, filing=None, via=Via.PHONE, now=LATER
            ).state

    return withdraw


def scanning(sessions: Sessions, hall: Hall, n: int = 0) -> Doing:
    def scan() -> Any:
        with sessions.begin() as session:
            return check_in_by_session(
                session, KEYRING, hashed(hall.phones[n]), read_token(hall.token()), spend=spender(session),
                now=NOON,
            ).status  # fmt: skip

    return scan


def confirming(sessions: Sessions, hall: Hall) -> Doing:
    def confirm() -> Any:
        with sessions.begin() as session:
            return confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=LATER).counts.leave

    return confirm


def settled(sessions: Sessions, hall: Hall, status: Status) -> None:
    with sessions.begin() as session:
        marks = {member.id: status for member in hall.members}
        set_marks(session, hall.roll.id, marks, by=hall.secretary.id, now=NOON)


def kept(sessions: Sessions, hall: Hall, n: int = 0) -> tuple[RollLine, Leave]:
    with sessions() as session:
        leave = leave_of(session, hall.gathering.id, hall.members[n].id)
        assert leave is not None
        return session.get_one(RollLine, (hall.gathering.id, hall.members[n].id)), leave


def test_asked_eight_times_at_once_is_asked_once(sessions: Sessions) -> None:
    # Control: without the lock on the line two insert the same row, and one is answered by the database.
    hall = a_real_hall(sessions, asked=False)
    results = Counter(at_once([asking(sessions, hall)] * 8))
    assert results == {LeaveState.SUBMITTED: 1, "leave_asked": 7}


def test_a_yes_and_a_no_at_once_are_one_answer(sessions: Sessions) -> None:
    # Control: without the lock on the line all of them answer, and the last one stays.
    hall = a_real_hall(sessions)
    results = at_once([deciding(sessions, hall, approve=n % 2 == 0) for n in range(8)])
    (said,) = [result for result in results if isinstance(result, LeaveState)]
    assert results.count("not_waiting") == 7
    line, leave = kept(sessions, hall)
    assert leave.state is said
    assert line.status is (Status.LEAVE if said is LeaveState.APPROVED else Status.UNRECORDED)


def test_decision_and_sign_in_at_once_lose_neither(sessions: Sessions) -> None:
    """Whichever comes first: a line that says leave asks the secretary, one that says present stays."""
    # Control: without the lock on the line a yes that read it empty overwrites the present of a phone.
    hall = a_real_hall(sessions, members=10)
    doings = [
        doing for n in range(10) for doing in (deciding(sessions, hall, n), scanning(sessions, hall, n))
    ]
    results = at_once(doings)
    wrong = []
    for n in range(10):
        line, leave = kept(sessions, hall, n)
        told = results[2 * n + 1]
        if line.checked_in_at is None or line.status is not told or leave.state is not LeaveState.APPROVED:
            wrong.append((line.status, told, leave.state))
    assert wrong == []


def test_withdrawal_and_decision_at_once_leave_no_mark_without_its_leave(sessions: Sessions) -> None:
    # Control: without the lock on the line some lines say leave that nobody asks any more.
    hall = a_real_hall(sessions, members=10)
    doings = [
        doing for n in range(10) for doing in (deciding(sessions, hall, n), withdrawing(sessions, hall, n))
    ]
    results = at_once(doings)
    for n in range(10):
        line, leave = kept(sessions, hall, n)
        assert (line.status, leave.state) == (Status.UNRECORDED, LeaveState.WITHDRAWN)
        assert results[2 * n] in (LeaveState.APPROVED, "not_waiting")
        assert results[2 * n + 1] is LeaveState.WITHDRAWN


def test_decisions_among_a_confirmation_are_counted_or_refused(sessions: Sessions) -> None:
    # Control: without the lock on the roll a yes is written behind the confirmation, which has counted.
    hall = a_real_hall(sessions, members=12)
    settled(sessions, hall, Status.UNCLEAR)
    doings = [deciding(sessions, hall, n) for n in range(12)]
    results = at_once([*doings[:6], confirming(sessions, hall), *doings[6:]])
    counted = results.pop(6)
    granted = [n for n, result in enumerate(results) if result is LeaveState.APPROVED]
    assert counted == len(granted)
    assert set(results) <= {LeaveState.APPROVED, "roll_confirmed"}
    on_roll = [n for n in range(12) if kept(sessions, hall, n)[0].status is Status.LEAVE]
    assert on_roll == granted


def test_leave_asked_while_a_roll_is_being_confirmed_waits_and_is_refused(sessions: Sessions) -> None:
    # Control: without the lock on the roll it is answered at once, on a roll already counted.
    hall = a_real_hall(sessions, asked=False)
    settled(sessions, hall, Status.UNCLEAR)
    answers: list[Any] = []
    with sessions() as confirming_session:
        confirm_roll(confirming_session, hall.roll.id, by=hall.secretary.id, now=LATER)
        asked = threading.Thread(target=lambda: answers.extend(at_once([asking(sessions, hall)])))
        asked.start()
        asked.join(0.5)
        assert answers == []
        confirming_session.commit()
    asked.join(20)
    assert answers == ["leave_closed"]


def test_answers_after_the_confirmation_amend_once_however_many_press(sessions: Sessions) -> None:
    # Control: with the roll locked for sharing first, two presses lock each other out.
    hall = a_real_hall(sessions, members=2)
    with sessions.begin() as session:
        publish_for(session, hall.branch, "DEMO")
        visit = Visit(NOON.date(), "商贸城党支部", "张书记")
        attendance = report_host_attendance(
            session, hall.members[1].id, visit, filing=None, via=Via.PHONE, now=NOON
        ).id
    settled(sessions, hall, Status.ABSENT)
    confirming(sessions, hall)()
    told: dict[str, Any] = {"approve": True, "answer": "", "told_how": None, "by": hall.secretary.id}
    told |= {"via": Via.CONSOLE, "now": LATER}

    def grant() -> Any:
        with sessions.begin() as session:
            return answer_leave(session, hall.gathering.id, hall.members[0].id, **told).state

    def accept() -> Any:
        with sessions.begin() as session:
            return answer_host_attendance(session, attendance, **told).state

    results = Counter(at_once([grant, accept] * 4))
    assert results == {LeaveState.APPROVED: 1, "accepted": 1, "not_waiting": 6}
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Amendment)) == 2
        assert sorted(session.scalars(select(PointEntry.points))) == [-3, -3, 3, 3]


def test_report_accepted_twice_at_once_becomes_one_spell(sessions: Sessions) -> None:
    # Control: without the lock on the report the second is answered by the database as a conflict.
    hall = a_real_hall(sessions, asked=False)
    with sessions.begin() as session:
        trip = Trip(NOON.date(), None, "杭州市")
        report = report_away(session, hall.members[0].id, trip, filing=None, via=Via.PHONE, now=NOON).id

    def accept() -> Any:
        with sessions.begin() as session:
            return decide_away(
                session, report, approve=True, answer="", told_how=None, by=hall.secretary.id,
                via=Via.CONSOLE, now=LATER,
            ).state  # fmt: skip

    assert Counter(at_once([accept] * 6)) == {"accepted": 1, "not_waiting": 5}
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Spell)) == 1
