"""Signing in: each answer of the protocol, and what it leaves on the roll."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from models.gatherings.check_in import Proof, Receipt, Typed, check_in_by_session
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.hall_code import make_ticket, read_ticket, read_token
from models.gatherings.marks import set_marks
from models.gatherings.roll import RollLine, Status
from models.people.bind import end_bindings
from models.people.binding import Binding
from models.people.member import SpellKind
from models.points.posting import confirm_roll
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import KEYRING, a_binding, a_branch, a_gathering, a_member, a_roll, a_spell
from tests.gatherings.halls import MINI, Hall, a_hall, a_stranger, hashed, spender

MINUTE = timedelta(minutes=1)


def sign(session: Session, phone: str, proof: Proof, *, now: datetime = NOON) -> Receipt:
    return check_in_by_session(
        session, KEYRING, hashed(phone), proof, spend=spender(session, now=now), now=now
    )


def scan(session: Session, hall: Hall, n: int = 0, *, now: datetime = NOON) -> Receipt:
    return sign(session, hall.phones[n], read_token(hall.token(now)), now=now)


def line(session: Session, hall: Hall, n: int = 0) -> RollLine:
    session.expire_all()
    return session.get_one(RollLine, (hall.gathering.id, hall.members[n].id))


def code_of(caught: pytest.ExceptionInfo[Refused]) -> str:
    return caught.value.code


def test_first_scan_records_the_time_and_presence(session: Session) -> None:
    hall = a_hall(session)
    receipt = scan(session, hall)
    assert (receipt.status, receipt.at, receipt.is_new) == (Status.PRESENT, NOON, True)
    assert line(session, hall).checked_in_at == NOON


def test_second_scan_keeps_the_first_time(session: Session) -> None:
    hall = a_hall(session)
    scan(session, hall)
    again = scan(session, hall, now=NOON + 3 * MINUTE)
    assert (again.at, again.is_new) == (NOON, False)


def test_lost_reply_repeated_with_an_old_token_gets_the_same_answer(session: Session) -> None:
    hall = a_hall(session)
    old = read_token(hall.token())
    scan(session, hall)
    again = sign(session, hall.phones[0], old, now=NOON + timedelta(hours=3))
    assert again == Receipt(hall.gathering.id, Status.PRESENT, NOON, is_new=False)


def test_repeat_is_answered_after_a_new_code_after_closing_and_after_confirmation(session: Session) -> None:
    hall = a_hall(session, members=1)
    old = read_token(hall.token())
    scan(session, hall)
    hall.gathering.hall_salt = b"another salt 16b"
    hall.gathering.state, hall.gathering.closed_at = GatheringState.CLOSED, NOON + MINUTE
    session.flush()
    assert not sign(session, hall.phones[0], old, now=NOON + 2 * MINUTE).is_new
    confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=NOON + timedelta(hours=2))
    assert sign(session, hall.phones[0], old, now=NOON + timedelta(hours=3)).at == NOON


def test_scan_and_tick_leave_the_same_status(session: Session) -> None:
    hall = a_hall(session)
    scan(session, hall, 0)
    set_marks(session, hall.roll.id, {hall.members[1].id: Status.PRESENT}, by=hall.secretary.id, now=NOON)
    assert line(session, hall, 0).status is line(session, hall, 1).status is Status.PRESENT


def test_scan_never_makes_anybody_late(session: Session) -> None:
    hall = a_hall(session)
    assert scan(session, hall, now=NOON + timedelta(hours=1)).status is Status.PRESENT


@pytest.mark.parametrize("status", [Status.LEAVE, Status.ABSENT, Status.UNCLEAR])
def test_persons_mark_wins_and_the_secretary_is_asked(session: Session, status: Status) -> None:
    hall = a_hall(session)
    set_marks(session, hall.roll.id, {hall.members[0].id: status}, by=hall.secretary.id, now=NOON)
    receipt = scan(session, hall)
    assert (receipt.status, receipt.to_confirm) == (status, True)
    assert line(session, hall).checked_in_at == NOON


def test_exempt_person_who_comes_is_present(session: Session) -> None:
    hall = a_hall(session)
    spell = a_spell(session, hall.members[0], SpellKind.EXEMPT)
    exempt = line(session, hall)
    exempt.status, exempt.spell_id = Status.EXEMPT, spell.id
    session.flush()
    assert scan(session, hall).status is Status.PRESENT


def test_digits_sign_in_as_a_scan_does(session: Session) -> None:
    hall = a_hall(session)
    spaced = f"{hall.digits()[:3]} {hall.digits()[3:]}"
    receipt = sign(session, hall.phones[0], Typed(hall.gathering.id, spaced))
    assert (receipt.status, receipt.is_new) == (Status.PRESENT, True)


def test_five_wrong_digits_then_no_sixth_and_the_neighbour_passes(session: Session) -> None:
    hall = a_hall(session)
    wrong = f"{(int(hall.digits()) + 1) % 10**6:06d}"
    lefts = []
    for _ in range(5):
        with pytest.raises(Refused) as caught:
            sign(session, hall.phones[0], Typed(hall.gathering.id, wrong))
        lefts.append(caught.value.extra["left"])
    assert lefts == [4, 3, 2, 1, 0]
    with pytest.raises(Refused) as caught:
        sign(session, hall.phones[0], Typed(hall.gathering.id, hall.digits()))
    assert code_of(caught) == "too_many_tries"
    assert sign(session, hall.phones[1], Typed(hall.gathering.id, hall.digits())).is_new


def test_right_digits_and_repeats_cost_no_try(session: Session) -> None:
    hall = a_hall(session)
    typed = Typed(hall.gathering.id, hall.digits())
    for _ in range(9):
        sign(session, hall.phones[0], typed)
    with pytest.raises(Refused) as caught:
        sign(
            session, hall.phones[1], Typed(hall.gathering.id, "000000" if hall.digits() != "000000" else "1")
        )
    assert caught.value.extra["left"] == 4


def test_unbound_phone_gets_a_ticket_with_which_it_signs_in_after_binding(session: Session) -> None:
    hall = a_hall(session, members=1)
    end_bindings(session, Binding.member_id == hall.members[0].id, now=NOON)
    phone = a_stranger(session, "late")
    with pytest.raises(Refused) as caught:
        sign(session, phone, read_token(hall.token()))
    assert code_of(caught) == "not_bound"
    a_binding(session, hall.members[0], MINI, "late")
    ticket = read_ticket(caught.value.extra["ticket"])
    receipt = sign(session, phone, ticket, now=NOON + 9 * MINUTE)
    # The recorded time is when the code was seen, not when the binding was done.
    assert (receipt.at, receipt.is_new) == (NOON, True)


def test_ticket_outlives_the_closing_it_came_before_and_no_other(session: Session) -> None:
    hall = a_hall(session)
    hall.gathering.state, hall.gathering.closed_at = GatheringState.CLOSED, NOON + MINUTE
    session.flush()
    assert sign(session, hall.phones[0], ticket_of(hall, 0), now=NOON + 2 * MINUTE).is_new
    late = ticket_of(hall, 1, seen_at=NOON + MINUTE)
    with pytest.raises(Refused) as caught:
        sign(session, hall.phones[1], late, now=NOON + 2 * MINUTE)
    assert code_of(caught) == "closed"


def ticket_of(hall: Hall, n: int, seen_at: datetime = NOON) -> Any:
    return read_ticket(
        make_ticket(
            KEYRING,
            gathering_id=hall.gathering.id,
            hall_salt=hall.gathering.hall_salt or b"",
            appid=MINI,
            openid=hall.bindings[n].openid or "",
            seen_at=seen_at,
        )
    )


def test_another_persons_ticket_is_refused(session: Session) -> None:
    hall = a_hall(session)
    with pytest.raises(Refused) as caught:
        sign(session, hall.phones[1], ticket_of(hall, 0))
    assert code_of(caught) == "code_invalid"


def test_new_code_makes_the_old_one_worthless(session: Session) -> None:
    hall = a_hall(session)
    old, ticket = read_token(hall.token()), ticket_of(hall, 0)
    hall.gathering.hall_salt = b"another salt 16b"
    session.flush()
    for proof in (old, ticket):
        with pytest.raises(Refused) as caught:
            sign(session, hall.phones[0], proof)
        assert code_of(caught) == "code_invalid"


def test_another_gatherings_code_is_refused(session: Session) -> None:
    hall, other = a_hall(session), a_hall(session)
    foreign = read_token(other.token())._replace(gathering_id=hall.gathering.id)
    with pytest.raises(Refused) as caught:
        sign(session, hall.phones[0], foreign)
    assert code_of(caught) == "code_invalid"


def test_one_phone_signs_in_one_person(session: Session) -> None:
    hall = a_hall(session, members=2)
    phone, first = hall.phones[0], hall.bindings[0]
    openid = first.openid or ""
    scan(session, hall, 0)
    end_bindings(session, Binding.id == first.id, now=NOON)
    end_bindings(session, Binding.id == hall.bindings[1].id, now=NOON)
    a_binding(session, hall.members[1], MINI, openid)
    with pytest.raises(Refused) as caught:
        sign(session, phone, read_token(hall.token()))
    assert code_of(caught) == "phone_used"


def test_two_branches_share_a_gathering_and_one_confirmation_blocks_no_other(session: Session) -> None:
    hall = a_hall(session, members=1)
    guests = a_branch(session, name="石桥村党支部")
    partner = a_member(session, guests)
    a_binding(session, partner, MINI, "partner")
    a_roll(session, hall.gathering, guests, [partner])
    phone = a_stranger(session, "partner")
    scan(session, hall)
    confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=NOON)
    assert sign(session, phone, read_token(hall.token())).is_new
    assert session.get_one(Gathering, hall.gathering.id).state is GatheringState.OPEN


def statements(session: Session) -> list[str]:
    seen: list[str] = []
    connection = session.connection()

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    return seen


def test_first_check_in_takes_two_statements_and_a_repeat_one(session: Session) -> None:
    hall = a_hall(session)
    seen = statements(session)
    scan(session, hall)
    assert len(seen) == 2
    scan(session, hall)
    assert len(seen) == 3


def test_gathering_of_another_day_is_not_touched(session: Session) -> None:
    hall = a_hall(session)
    other = a_gathering(session, hall.branch, state=GatheringState.OPEN, period="2026-12")
    a_roll(session, other, hall.branch, hall.members)
    scan(session, hall)
    assert session.get_one(RollLine, (other.id, hall.members[0].id)).status is Status.UNRECORDED
