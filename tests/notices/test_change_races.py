"""A gathering is moved while other hands and phones are at it: nobody is present on a day that never was."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from models.base import Sessions
from models.gatherings.check_in import check_in_by_session
from models.gatherings.gathering import Gathering
from models.gatherings.hall_code import read_token
from models.gatherings.roll import RollLine, Status
from models.notices.audience import Channels
from models.notices.change import Change, move_gathering
from models.notices.publish import cancel
from tests.conftest import NOON
from tests.factories import KEYRING, THREE_O_CLOCK
from tests.gatherings.halls import Hall, a_hall, hashed, spender
from tests.together import at_once, meanwhile

NONE = Channels(None, None, None)
TOMORROW = THREE_O_CLOCK + timedelta(days=1)


def moving(sessions: Sessions, hall: Hall) -> Any:
    change = Change(TOMORROW, TOMORROW + timedelta(hours=2), "老祠堂", None, None, None, ())
    with sessions.begin() as session:
        move_gathering(
            session, hall.gathering.id, change, reason="停电", by=hall.secretary.id, channels=NONE, now=NOON
        )
    return "moved"


def test_day_does_not_move_from_under_a_phone_that_is_signing_in(sessions: Sessions) -> None:
    # Control: without the rolls' lock before the question who came, the phone is present on the new day.
    with sessions.begin() as session:
        hall = a_hall(session, 1)
    with sessions() as session:
        scan = read_token(hall.token())
        check_in_by_session(session, KEYRING, hashed(hall.phones[0]), scan, spend=spender(session), now=NOON)
        moved = meanwhile(lambda: moving(sessions, hall))
        session.commit()
    assert moved() == "too_late_to_move"
    with sessions() as session:
        assert session.scalars(select(RollLine.status)).all() == [Status.PRESENT]
        assert session.scalars(select(Gathering.starts_at)).all() == [THREE_O_CLOCK]


def test_moved_and_called_off_at_once_is_one_after_the_other(sessions: Sessions) -> None:
    with sessions.begin() as session:
        hall = a_hall(session, 3)

    def calling_off() -> str:
        with sessions.begin() as session:
            cancel(session, hall.gathering.id, reason="有大雨", by=hall.secretary.id, channels=NONE, now=NOON)
        return "off"

    results = at_once([lambda: moving(sessions, hall), calling_off] * 2)
    assert sorted(results).count("off") == 1
    assert set(results) <= {"off", "moved", "nothing_changed", "cancelled", "too_late_to_cancel"}
    with sessions() as session:
        assert session.scalars(select(Gathering.state)).all() == ["cancelled"]
