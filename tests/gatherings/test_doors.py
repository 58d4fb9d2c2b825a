"""At the door: whom a gathering turns away, and what a phone is told."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.gatherings.check_in import Typed
from models.gatherings.gathering import GatheringState
from models.gatherings.hall_code import read_token
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import a_binding, a_branch, a_member
from tests.gatherings.halls import MINI, a_hall, a_stranger
from tests.gatherings.test_check_in import MINUTE, code_of, scan, sign

DAY = timedelta(days=1)
STATES: list[tuple[str, dict[str, Any], str]] = [
    ("draft", {"state": GatheringState.DRAFT}, "not_found"),
    ("too early", {"state": GatheringState.PUBLISHED, "starts_at": NOON + timedelta(hours=2),
                   "ends_at": NOON + timedelta(hours=3)}, "too_early"),
    ("closed", {"state": GatheringState.CLOSED, "closed_at": NOON - MINUTE}, "closed"),
    ("yesterday’s, never closed", {"starts_at": NOON - DAY, "opened_at": NOON - DAY},
     "closed"),
    ("cancelled", {"state": GatheringState.CANCELLED, "reason": "会议室停电"}, "cancelled"),
    ("by hand only", {"scan": False}, "scan_off"),
    ("confirmed", {"state": GatheringState.CONFIRMED}, "roll_confirmed"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "code"), [case[1:] for case in STATES], ids=[case[0] for case in STATES])
def test_doors_that_are_not_open_say_why(session: Session, changes: dict[str, Any], code: str) -> None:
    hall = a_hall(session)
    for name, value in changes.items():
        setattr(hall.gathering, name, value)
    session.flush()
    with pytest.raises(Refused) as caught:
        scan(session, hall)
    assert code_of(caught) == code


def test_too_early_says_when_it_opens(session: Session) -> None:
    hall = a_hall(session, state=GatheringState.PUBLISHED)
    with pytest.raises(Refused) as caught:
        scan(session, hall, now=NOON - 21 * MINUTE)
    assert caught.value.extra["opens_at"] == "2026-11-25T06:30:00Z"
    assert scan(session, hall, now=NOON - 20 * MINUTE).is_new


def test_old_code_is_told_apart_from_a_false_one(session: Session) -> None:
    hall = a_hall(session)
    old = read_token(hall.token())
    with pytest.raises(Refused) as caught:
        sign(session, hall.phones[0], old, now=NOON + 5 * MINUTE)
    assert code_of(caught) == "code_expired"


def test_who_is_on_no_roll_is_sent_to_the_own_branch(session: Session) -> None:
    hall = a_hall(session)
    outsider = a_member(session, a_branch(session, name="石桥村党支部"))
    a_binding(session, outsider, MINI, "outsider")
    with pytest.raises(Refused) as caught:
        sign(session, a_stranger(session, "outsider"), read_token(hall.token()))
    assert code_of(caught) == "wrong_branch"


def test_outsiders_digits_are_not_even_judged(session: Session) -> None:
    hall = a_hall(session)
    phone = a_stranger(session)
    with pytest.raises(Refused) as caught:
        sign(session, phone, Typed(hall.gathering.id, hall.digits()))
    assert code_of(caught) == "not_bound"
    assert "ticket" not in caught.value.extra


def test_unknown_gathering_and_ended_session_do_not_exist(session: Session) -> None:
    hall = a_hall(session)
    with pytest.raises(Refused) as caught:
        sign(session, hall.phones[0], Typed(hall.gathering.id + 10**6, "123456"))
    assert code_of(caught) == "not_found"
    with pytest.raises(Refused) as caught:
        scan(session, hall, now=NOON + timedelta(days=7))
    assert code_of(caught) == "not_logged_in"
