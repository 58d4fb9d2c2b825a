"""Many at once, on connections of their own: one first time, one confirmation, no line counted wrong."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from models.base import Sessions
from models.gatherings.check_in import check_in_by_binding, check_in_by_session
from models.gatherings.hall_code import read_token
from models.gatherings.marks import set_marks
from models.gatherings.roll import Roll, RollLine, Status
from models.keyring import token_hash
from models.people.phone import start_phone_session
from models.points.entry import PointEntry
from models.points.posting import confirm_roll
from tests.conftest import NOON
from tests.factories import KEYRING
from tests.gatherings.halls import MINI, Hall, a_hall, spender
from tests.points.published import publish_for
from tests.together import at_once

LATER = NOON + timedelta(hours=2)


def a_real_hall(sessions: Sessions, members: int) -> Hall:
    with sessions.begin() as session:
        return a_hall(session, members)


def scanning(sessions: Sessions, hall: Hall, phone: str) -> Callable[[], Any]:
    def scan() -> Any:
        with sessions.begin() as session:
            return check_in_by_session(
                session,
                KEYRING,
                token_hash(phone),
                read_token(hall.token()),
                spend=spender(session),
                now=NOON,
            )

    return scan


def chatting(sessions: Sessions, hall: Hall, n: int) -> Callable[[], Any]:
    def scan() -> Any:
        with sessions.begin() as session:
            return check_in_by_binding(
                session,
                KEYRING,
                hall.bindings[n].id,
                read_token(hall.token()),
                spend=spender(session),
                now=NOON + timedelta(seconds=1),
            )

    return scan


def confirming(sessions: Sessions, hall: Hall) -> Callable[[], Any]:
    def confirm() -> Any:
        with sessions.begin() as session:
            return confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=LATER)

    return confirm


def test_twenty_taps_from_two_sessions_and_the_chat_are_one_first_time(sessions: Sessions) -> None:
    # Control: without `RollLine.checked_in_at.is_(None)` in the write, several are new.
    hall = a_real_hall(sessions, members=1)
    with sessions.begin() as session:
        other = start_phone_session(session, KEYRING, MINI, hall.bindings[0].openid or "", now=NOON)
    taps = [
        chatting(sessions, hall, 0)
        if n % 3 == 0
        else scanning(sessions, hall, (hall.phones[0], other)[n % 2])
        for n in range(20)
    ]
    receipts = at_once(taps)
    assert [receipt.is_new for receipt in receipts].count(True) == 1
    assert len({(receipt.status, receipt.at) for receipt in receipts}) == 1


def test_two_confirmations_at_once_are_one(sessions: Sessions) -> None:
    # Control: without the lock in `unconfirmed`, both pass the check and both answer.
    hall = a_real_hall(sessions, members=2)
    with sessions.begin() as session:
        marks = {member.id: Status.PRESENT for member in hall.members}
        set_marks(session, hall.roll.id, marks, by=hall.secretary.id, now=NOON)
    results = at_once([confirming(sessions, hall)] * 8)
    assert Counter(result for result in results if isinstance(result, str)) == {"roll_confirmed": 7}
    with sessions() as session:
        assert session.get_one(Roll, hall.roll.id).revision == 1


def test_confirmation_among_sign_ins_counts_every_line_right(sessions: Sessions) -> None:
    # Control: without FOR SHARE in the write, a sign-in slips past the confirmation and the numbers differ.
    wrong = []
    hall = a_real_hall(sessions, members=12)
    with sessions.begin() as session:
        # Everybody is recorded by hand, so that the roll can be confirmed at any moment of the race.
        marks = {member.id: Status.UNCLEAR for member in hall.members}
        set_marks(session, hall.roll.id, marks, by=hall.secretary.id, now=NOON)
    taps = [scanning(sessions, hall, phone) for phone in hall.phones]
    results = at_once([*taps[:6], confirming(sessions, hall), *taps[6:]])
    with sessions() as session:
        lines = {
            line.member_id: line
            for line in session.scalars(select(RollLine).where(RollLine.roll_id == hall.roll.id))
        }
    for member, result in zip(hall.members, results[:6] + results[7:], strict=True):
        told = "late" if result == "roll_confirmed" else "in time"
        kept = "late" if lines[member.id].checked_in_at is None else "in time"
        if told != kept:
            wrong.append((member.id, told, kept))
    assert wrong == []


def test_sign_in_waits_for_a_confirmation_that_has_begun(sessions: Sessions) -> None:
    # Control: without FOR SHARE in the write the sign-in is answered at once, on a roll already counted.
    hall = a_real_hall(sessions, members=2)
    with sessions.begin() as session:
        marks = {member.id: Status.UNCLEAR for member in hall.members}
        set_marks(session, hall.roll.id, marks, by=hall.secretary.id, now=NOON)
    answers: list[Any] = []
    with sessions() as confirming_session:
        confirm_roll(confirming_session, hall.roll.id, by=hall.secretary.id, now=LATER)
        tap = threading.Thread(
            target=lambda: answers.extend(at_once([scanning(sessions, hall, hall.phones[0])]))
        )
        tap.start()
        tap.join(0.5)
        assert answers == []
        confirming_session.commit()
    tap.join(20)
    assert answers == ["roll_confirmed"]


def test_confirmation_waits_for_a_sign_in_that_has_begun(sessions: Sessions) -> None:
    hall = a_real_hall(sessions, members=1)
    results: list[Any] = []
    with sessions() as tapping:
        check_in_by_session(
            tapping, KEYRING, token_hash(hall.phones[0]), read_token(hall.token()),
            spend=spender(tapping), now=NOON,
        )  # fmt: skip
        confirmation = threading.Thread(target=lambda: results.extend(at_once([confirming(sessions, hall)])))
        confirmation.start()
        confirmation.join(0.5)
        assert results == []
        tapping.commit()
    confirmation.join(20)
    assert results[0].counts.came == 1


def test_points_are_posted_once_whoever_confirms(sessions: Sessions) -> None:
    hall = a_real_hall(sessions, members=3)
    with sessions.begin() as session:
        publish_for(session, hall.branch, "DEMO")
        marks = {member.id: Status.ABSENT for member in hall.members}
        set_marks(session, hall.roll.id, marks, by=hall.secretary.id, now=NOON)
    at_once([confirming(sessions, hall)] * 5)
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(PointEntry)) == 3
