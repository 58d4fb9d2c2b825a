"""Two hands on one roll: neither loses the other's work, and what a hand did not see is left alone."""

from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import event, update
from sqlalchemy.orm import Session

from models.base import Sessions
from models.gatherings.marks import lines_of, set_marks
from models.gatherings.roll import CheckedIn, RollLine, Status
from models.gatherings.standing import rolls_of
from models.points.posting import confirm_roll
from models.points.schemes.use import use_scheme
from tests.conftest import NOON
from tests.factories import an_account
from tests.gatherings.halls import Hall, a_hall
from tests.points.published import publish_for
from tests.together import at_once

LATER = NOON + timedelta(minutes=20)


def versions(session: Session, hall: Hall) -> dict[int, str]:
    return {line.member_id: line.version for line in lines_of(session, hall.roll.id)}


def status(session: Session, hall: Hall, n: int) -> Status:
    return session.get_one(RollLine, (hall.gathering.id, hall.members[n].id), populate_existing=True).status


def scan(session: Session, hall: Hall, n: int, **values: Any) -> None:
    session.execute(
        update(RollLine)
        .where(RollLine.gathering_id == hall.gathering.id, RollLine.member_id == hall.members[n].id)
        .values(checked_in_at=LATER, checked_in_via=CheckedIn.QR, **values)
    )


def test_two_hands_at_once_lose_nothing_of_one_another(sessions: Sessions) -> None:
    # Two people tick different halves of one roll, both with the page as it was at the start.
    with sessions.begin() as session:
        hall = a_hall(session, 40)
        other = an_account(session)
        seen = versions(session, hall)

    def tick(n: int) -> Any:
        by = hall.secretary.id if n % 2 else other.id
        with sessions.begin() as session:
            wish = Status.PRESENT if n % 2 else Status.LEAVE
            return set_marks(session, hall.roll.id, {hall.members[n].id: wish}, by=by, now=LATER, seen=seen)

    assert at_once([partial(tick, n) for n in range(40)]) == [set()] * 40
    with sessions() as session:
        for n in range(40):
            assert status(session, hall, n) is (Status.PRESENT if n % 2 else Status.LEAVE)


def test_of_two_hands_on_one_line_the_second_is_told_and_changes_nothing(sessions: Sessions) -> None:
    # Control: without FOR UPDATE on roll and line, several find the line as they saw it.
    with sessions.begin() as session:
        hall = a_hall(session, 1)
        hands = [an_account(session).id for _ in range(6)]
        seen = versions(session, hall)
    wishes = [Status.PRESENT, Status.LATE, Status.LEAVE, Status.ABSENT, Status.UNCLEAR, Status.LEFT_EARLY]

    def tick(n: int) -> Any:
        with sessions.begin() as session:
            marks = {hall.members[0].id: wishes[n]}
            return set_marks(session, hall.roll.id, marks, by=hands[n], now=LATER, seen=seen)

    results = at_once([partial(tick, n) for n in range(6)])
    [first] = [n for n, kept in enumerate(results) if not kept]
    with sessions() as session:
        assert status(session, hall, 0) is wishes[first]


def test_scan_that_a_hand_did_not_see_is_not_written_over(session: Session) -> None:
    hall = a_hall(session, 1)
    seen = versions(session, hall)
    scan(session, hall, 0, status=Status.PRESENT)
    member = hall.members[0].id
    by = hall.secretary.id
    assert set_marks(session, hall.roll.id, {member: Status.ABSENT}, by=by, now=LATER, seen=seen) == {member}
    assert status(session, hall, 0) is Status.PRESENT
    # The same wish is no quarrel, and leaves the phone's time as the record.
    assert set_marks(session, hall.roll.id, {member: Status.PRESENT}, by=by, now=LATER, seen=seen) == set()
    assert session.get_one(RollLine, (hall.gathering.id, member)).marked_by is None
    seen = versions(session, hall)
    assert set_marks(session, hall.roll.id, {member: Status.ABSENT}, by=by, now=LATER, seen=seen) == set()
    assert status(session, hall, 0) is Status.ABSENT


def test_tick_of_somebody_who_has_signed_in_leaves_the_phone_s_time(session: Session) -> None:
    hall = a_hall(session, 1)
    scan(session, hall, 0, status=Status.PRESENT)
    set_marks(session, hall.roll.id, {hall.members[0].id: Status.PRESENT}, by=hall.secretary.id, now=LATER)
    [line] = lines_of(session, hall.roll.id)
    assert line.how == "扫码 15:10"


def test_own_mark_whose_answer_was_lost_may_be_changed_at_once(session: Session) -> None:
    hall = a_hall(session, 1)
    seen, member, by = versions(session, hall), hall.members[0].id, hall.secretary.id
    set_marks(session, hall.roll.id, {member: Status.LEAVE}, by=by, now=NOON, seen=seen)
    assert set_marks(session, hall.roll.id, {member: Status.LATE}, by=by, now=LATER, seen=seen) == set()
    assert status(session, hall, 0) is Status.LATE


def test_own_mark_does_not_hide_a_phone_that_signed_in_after_it(session: Session) -> None:
    hall = a_hall(session, 1)
    member, by = hall.members[0].id, hall.secretary.id
    set_marks(session, hall.roll.id, {member: Status.LEAVE}, by=by, now=NOON)
    seen = versions(session, hall)
    scan(session, hall, 0)
    assert set_marks(session, hall.roll.id, {member: Status.ABSENT}, by=by, now=LATER, seen=seen) == {member}


def test_question_about_a_scan_is_answered_by_a_later_mark(session: Session) -> None:
    hall = a_hall(session, 1)
    member, by = hall.members[0].id, hall.secretary.id
    set_marks(session, hall.roll.id, {member: Status.LEAVE}, by=by, now=NOON)
    scan(session, hall, 0)
    [line] = lines_of(session, hall.roll.id)
    assert line.asks == "15:10 扫过码。人来了吗？"
    assert [roll.questions for roll in rolls_of(session, hall.gathering.id, now=LATER)] == [1]
    set_marks(session, hall.roll.id, {member: Status.LEAVE}, by=by, now=LATER + timedelta(minutes=1))
    [line] = lines_of(session, hall.roll.id)
    assert line.asks == ""
    assert [roll.questions for roll in rolls_of(session, hall.gathering.id, now=LATER)] == [0]


def statements_of_an_evening(session: Session, hall: Hall) -> int:
    """Return how many statements it takes to mark everybody, show the roll, confirm and post."""
    marks = {
        one.id: (Status.PRESENT, Status.ABSENT, Status.LEAVE)[n % 3] for n, one in enumerate(hall.members)
    }
    roll_id, by, sent = hall.roll.id, hall.secretary.id, list[str]()

    def note(*sending: Any) -> None:
        sent.append(sending[2])

    session.flush()
    session.expunge_all()
    event.listen(session.get_bind(), "before_cursor_execute", note)
    set_marks(session, roll_id, marks, by=by, now=NOON)
    lines_of(session, roll_id)
    confirm_roll(session, roll_id, by=by, now=LATER)
    event.remove(session.get_bind(), "before_cursor_execute", note)
    return len(sent)


def test_statements_do_not_grow_with_the_roll(session: Session) -> None:
    small, large = a_hall(session, 6), a_hall(session, 150)
    scheme = publish_for(session, small.branch, "DEMO")
    use_scheme(session, large.branch, scheme, from_month="2020-01", by=None)
    assert statements_of_an_evening(session, small) == statements_of_an_evening(session, large) < 30
