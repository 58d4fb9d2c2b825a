"""Guests: admitted by the host, by the picture alone, once; on no roll, and proved to their own branch."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from models.base import Sessions
from models.gatherings.check_in import Proof, Receipt, Typed, check_in_by_session
from models.gatherings.gathering import GatheringState
from models.gatherings.guests import Guest, guest_seats, guests_of
from models.gatherings.hall_code import make_ticket, read_ticket, read_token
from models.gatherings.of_member import coming_up, seat_of
from models.gatherings.roll import CheckedIn, RollLine, Status
from models.people.binding import Binding
from models.people.member import Member, MemberStatus
from models.points.posting import confirm_roll
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import KEYRING, a_binding, a_branch, a_gathering, a_group, a_member, a_roll
from tests.gatherings.halls import MINI, Hall, a_hall, a_stranger, hashed, spender
from tests.together import at_once

SECOND = timedelta(seconds=1)


def a_guest(session: Session, name: str = "石大山", branch: str = "石桥村党支部") -> tuple[Member, str]:
    """Return a member of another branch and the session token of the phone."""
    member = a_member(session, a_branch(session, name=branch), name)
    openid = a_binding(session, member, MINI).openid or ""
    return member, a_stranger(session, openid)


def an_admitting_hall(session: Session, members: int = 1) -> Hall:
    hall = a_hall(session, members)
    hall.gathering.guests = True
    session.flush()
    return hall


def sign(session: Session, phone: str, proof: Proof) -> Receipt:
    return check_in_by_session(session, KEYRING, hashed(phone), proof, spend=spender(session), now=NOON)


def scan(session: Session, hall: Hall, phone: str) -> Receipt:
    return sign(session, phone, read_token(hall.token()))


def refusal(session: Session, phone: str, proof: Proof) -> str:
    with pytest.raises(Refused) as caught:
        sign(session, phone, proof)
    return caught.value.code


def line(session: Session, hall: Hall, member: Member) -> RollLine | None:
    return session.get(RollLine, (hall.gathering.id, member.id), populate_existing=True)


def test_guest_is_an_observer_on_no_roll(session: Session) -> None:
    hall = an_admitting_hall(session)
    member, phone = a_guest(session)
    receipt = scan(session, hall, phone)
    assert (receipt.status, receipt.at, receipt.is_new) == (Status.OBSERVER, NOON, True)
    assert not receipt.to_confirm
    kept = line(session, hall, member)
    assert kept is not None
    assert (kept.roll_id, kept.status, kept.checked_in_via) == (None, Status.OBSERVER, CheckedIn.QR)


def test_guest_who_scans_again_gets_the_same_answer(session: Session) -> None:
    hall = an_admitting_hall(session)
    _, phone = a_guest(session)
    first = scan(session, hall, phone)
    again = check_in_by_session(
        session, KEYRING, hashed(phone), read_token(hall.token()), spend=spender(session),
        now=NOON + timedelta(hours=1),
    )  # fmt: skip
    assert again == first._replace(is_new=False)


def test_guest_of_a_branch_that_admits_none_is_at_the_wrong_one(session: Session) -> None:
    hall = a_hall(session, members=1)
    member, phone = a_guest(session)
    assert refusal(session, phone, read_token(hall.token())) == "wrong_branch"
    assert line(session, hall, member) is None


def test_guest_uses_the_picture_or_its_ticket_and_never_digits(session: Session) -> None:
    hall = an_admitting_hall(session)
    _, phone = a_guest(session)
    assert refusal(session, phone, Typed(hall.gathering.id, hall.digits())) == "wrong_branch"
    openid = session.scalars(select(Binding.openid).order_by(Binding.id.desc()).limit(1)).one()
    ticket = make_ticket(
        KEYRING, gathering_id=hall.gathering.id, hall_salt=hall.gathering.hall_salt or b"", appid=MINI,
        openid=openid or "", seen_at=NOON - timedelta(minutes=9),
    )  # fmt: skip
    receipt = sign(session, phone, read_ticket(ticket))
    assert (receipt.status, receipt.at) == (Status.OBSERVER, NOON - timedelta(minutes=9))


def test_own_people_who_stand_on_no_roll_are_no_guests(session: Session) -> None:
    # Control: without `~_OWN` a newcomer of the branch sits in as a stranger.
    hall = an_admitting_hall(session)
    group = a_group(session, hall.branch)
    for place in (None, group):
        newcomer = a_member(session, hall.branch, "新来的", place)
        phone = a_stranger(session, a_binding(session, newcomer, MINI).openid or "")
        assert refusal(session, phone, read_token(hall.token())) == "wrong_branch"
    groups = a_gathering(session, group, state=GatheringState.OPEN, guests=True, period="2026-12")
    a_roll(session, groups, group)
    scanned = read_token(hall._replace(gathering=groups).token())
    assert refusal(session, phone, scanned) == "wrong_branch"


def test_who_has_left_is_nobodys_guest(session: Session) -> None:
    hall = an_admitting_hall(session)
    member, phone = a_guest(session)
    member.status, member.left_on = MemberStatus.TRANSFERRED_OUT, NOON.date()
    session.flush()
    assert refusal(session, phone, read_token(hall.token())) == "wrong_branch"


def test_stranger_gets_a_ticket_and_is_a_guest_once_bound(session: Session) -> None:
    hall = an_admitting_hall(session)
    phone = a_stranger(session, "later")
    with pytest.raises(Refused) as caught:
        scan(session, hall, phone)
    assert caught.value.code == "not_bound"
    a_binding(session, a_member(session, a_branch(session)), MINI, "later")
    assert sign(session, phone, read_ticket(caught.value.extra["ticket"])).status is Status.OBSERVER


def test_phone_that_signed_in_a_member_signs_in_no_guest(session: Session) -> None:
    hall = an_admitting_hall(session)
    scan(session, hall, hall.phones[0])
    binding = hall.bindings[0]
    openid = binding.openid or ""
    binding.openid, binding.ended_at = None, NOON
    session.flush()
    a_binding(session, a_member(session, a_branch(session)), MINI, openid)
    assert refusal(session, hall.phones[0], read_token(hall.token())) == "phone_used"


def test_confirmed_roll_of_the_host_takes_no_more_guests_while_a_partner_is_open(session: Session) -> None:
    # Control: without `Roll.confirmed_at.is_(None)` in the write the guest comes late onto a closed roll.
    hall = an_admitting_hall(session)
    partner = a_branch(session, name="柳湾村党支部")
    a_roll(session, hall.gathering, partner, [a_member(session, partner)])
    scan(session, hall, hall.phones[0])
    confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=NOON)
    _, phone = a_guest(session)
    assert refusal(session, phone, read_token(hall.token())) == "roll_confirmed"


def test_guest_changes_no_number_of_the_roll(session: Session) -> None:
    hall = an_admitting_hall(session)
    scan(session, hall, hall.phones[0])
    _, phone = a_guest(session)
    scan(session, hall, phone)
    told = confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=NOON)
    assert (told.counts.expected, told.counts.came) == (1, 1)


def test_guest_finds_the_gathering_among_the_own_ones(session: Session) -> None:
    hall = an_admitting_hall(session)
    member, phone = a_guest(session)
    scan(session, hall, phone)
    seat, _ = seat_of(session, member.id, hall.gathering.id, now=NOON)
    assert (seat.status, seat.host, seat.checked_in_at) == (Status.OBSERVER, "青石村党支部", NOON)
    assert [one.gathering.id for one in coming_up(session, member.id, now=NOON)] == [hall.gathering.id]


def test_host_reads_who_came_by_branch_and_surname(session: Session) -> None:
    hall = an_admitting_hall(session)
    people = [a_guest(session, name, f"{name[0]}庄党支部") for name in ("赵一", "陈二")]
    late = a_member(session, session.get_one(type(hall.branch), people[0][0].branch_id), "白三")
    people.append((late, a_stranger(session, a_binding(session, late, MINI).openid or "")))
    for _, phone in people:
        scan(session, hall, phone)
    assert guests_of(session, hall.gathering.id) == [
        Guest(late.id, "白三", "赵庄党支部"),
        Guest(people[0][0].id, "赵一", "赵庄党支部"),
        Guest(people[1][0].id, "陈二", "陈庄党支部"),
    ]


def test_own_branch_sees_the_proof_of_its_month(session: Session) -> None:
    host = an_admitting_hall(session)
    host.branch.name = "石桥村党支部"
    member, phone = a_guest(session, branch="河湾村党支部")
    scan(session, host, phone)
    other = host.members[0]
    seats = guest_seats(session, [member.id, other.id], "2026-11")
    assert {who: [seat.remark for seat in of] for who, of in seats.items()} == {
        member.id: ["11月25日在石桥村列席"]
    }
    assert guest_seats(session, [member.id], "2026-12") == {}
    host.gathering.state, host.gathering.reason = GatheringState.CANCELLED, "停电"
    session.flush()
    assert guest_seats(session, [member.id], "2026-11") == {}


def test_first_check_in_of_a_guest_takes_three_statements_and_a_repeat_one(session: Session) -> None:
    hall = an_admitting_hall(session)
    _, phone = a_guest(session)
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(session.connection(), "before_cursor_execute", note)
    scan(session, hall, phone)
    assert len(seen) == 3
    scan(session, hall, phone)
    assert len(seen) == 4


def tapping(sessions: Sessions, hall: Hall, phone: str) -> Callable[[], Any]:
    def tap() -> Any:
        with sessions.begin() as session:
            return scan(session, hall, phone).is_new

    return tap


def test_of_twenty_taps_of_a_guest_one_is_the_first(sessions: Sessions) -> None:
    with sessions.begin() as session:
        hall = an_admitting_hall(session)
        member, phone = a_guest(session)
    taps = at_once([tapping(sessions, hall, phone)] * 20)
    assert Counter(taps) == {True: 1, False: 19}
    with sessions() as session:
        assert [one.member_id for one in guests_of(session, hall.gathering.id)] == [member.id]


def test_guest_waits_for_a_confirmation_that_has_begun(sessions: Sessions) -> None:
    # Control: without the lock in `admits` the guest is written after the host has counted.
    with sessions.begin() as session:
        hall = an_admitting_hall(session)
        partner = a_branch(session, name="柳湾村党支部")
        a_roll(session, hall.gathering, partner, [a_member(session, partner)])
        scan(session, hall, hall.phones[0])
        _, phone = a_guest(session)
    answers: list[Any] = []
    with sessions() as confirming:
        confirm_roll(confirming, hall.roll.id, by=hall.secretary.id, now=NOON)
        tap = threading.Thread(target=lambda: answers.extend(at_once([tapping(sessions, hall, phone)])))
        tap.start()
        tap.join(0.5)
        assert answers == []
        confirming.commit()
    tap.join(20)
    assert answers == ["roll_confirmed"]


def test_confirmation_among_guests_lets_in_only_those_it_answered(sessions: Sessions) -> None:
    with sessions.begin() as session:
        hall = an_admitting_hall(session)
        scan(session, hall, hall.phones[0])
        people = [a_guest(session) for _ in range(8)]

    def confirm() -> Any:
        with sessions.begin() as session:
            return confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=NOON + SECOND)

    taps = [tapping(sessions, hall, phone) for _, phone in people]
    results = at_once([*taps[:4], confirm, *taps[4:]])
    answers = results[:4] + results[5:]
    assert set(answers) <= {True, "roll_confirmed"}
    with sessions() as session:
        assert len(guests_of(session, hall.gathering.id)) == answers.count(True)
