"""Forged, foreign and stale codes and links over HTTP: refused by name, whatever was changed in them."""

import base64
from collections.abc import Iterator
from datetime import timedelta

import pytest

from models.gatherings.hall_code import qr_token
from models.people.binding import Binding
from models.people.phone import end_phone_session
from tests.hard.halls import Hall, a_hall, a_slip
from tests.hard.zones import Phone, Zone

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
INVALID = (400, "code_invalid")


@pytest.fixture
def hall(zone: Zone) -> Hall:
    """A hall of two members, nobody signed in."""
    return a_hall(zone, members=2)


def bytes_of(code: str) -> bytes:
    return base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))


def text_of(packed: bytes) -> str:
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def spoilt(code: str) -> Iterator[tuple[int, str]]:
    """Yield the code with each of its bits flipped in turn, and the number of the byte that holds it."""
    packed = bytes_of(code)
    for bit in range(8 * len(packed)):
        changed = bytearray(packed)
        changed[bit // 8] ^= 1 << bit % 8
        yield bit // 8, text_of(bytes(changed))


def refusals(phone: Phone, way: str, code: str) -> dict[int, set[tuple[int, str]]]:
    """Return the answers to each spoilt code, by the byte that was spoilt."""
    answers: dict[int, set[tuple[int, str]]] = {}
    for byte, forged in spoilt(code):
        answers.setdefault(byte, set()).add(phone.sign(**{way: forged}))
    return answers


@pytest.mark.parametrize("way", ["token", "ticket"])
def test_each_flipped_bit_makes_a_code_worthless(hall: Hall, way: str) -> None:
    # Control: with `good = True` in _check_authentic, flips in the MAC and in the time sign in.
    phone, code = hall.phone(), hall.token() if way == "token" else hall.ticket()
    answers = refusals(phone, way, code)
    # Bytes 1 to 4 name the gathering: a number that nobody has given out is not there.
    named = set().union(*(answers.pop(byte) for byte in range(1, 5)))
    assert named <= {INVALID, (404, "not_found")}
    assert set().union(*answers.values()) == {INVALID}
    assert phone.sign(**{way: code}) == (201, "")


@pytest.mark.parametrize("way", ["token", "ticket"])
def test_each_changed_sign_makes_a_code_worthless(hall: Hall, way: str) -> None:
    # Control: with `good = True` in _check_authentic, changed signs are taken.
    phone, code = hall.phone(), hall.token() if way == "token" else hall.ticket()
    for at, sign in enumerate(code):
        other = ALPHABET[(ALPHABET.index(sign) + 17) % 64]
        assert phone.sign(**{way: code[:at] + other + code[at + 1 :]})[0] in (400, 404)
    assert phone.sign(**{way: code}) == (201, "")


@pytest.mark.parametrize("way", ["token", "ticket"])
def test_other_spellings_of_the_same_bytes_are_no_code(hall: Hall, way: str) -> None:
    # Control: without the comparison with `_text(packed)`, the spare bits of the last sign sign in.
    phone, code = hall.phone(), hall.token() if way == "token" else hall.ticket()
    spare = {26: 16, 34: 16}[len(code)]
    last = ALPHABET.index(code[-1])
    assert last % spare == 0
    spellings = [code[:-1] + ALPHABET[last + n] for n in range(1, spare)]
    spellings += [code + "==", code + "=", code + " ", f" {code}", code + "\n", f"{code[:9]}\n{code[9:]}"]
    spellings += [code + "A", code[:-1], chr(ord(code[0]) + 0xFEE0) + code[1:]]
    assert {phone.sign(**{way: spelling}) for spelling in spellings} == {INVALID}
    # Half a surrogate is no text at all, and a NUL is refused wherever it stands.
    for nonsense in ("\ud800" + code[1:], f"{code}\u0000"):
        assert phone.sign(**{way: nonsense}) == (400, "bad_input")
    for sign, swapped in (("-", "+"), ("_", "/")):
        if sign in code:
            assert phone.sign(**{way: code.replace(sign, swapped)}) == INVALID
    assert phone.sign(**{way: code}) == (201, "")


def test_token_made_with_another_gatherings_salt_is_worthless(hall: Hall) -> None:
    # Control: with `hall_salt` left out of _hall_key, the foreign token signs in.
    other, zone = a_hall(hall.zone), hall.zone
    foreign = qr_token(zone.keyring, hall.gathering.id, other.salt, now=zone.now())
    relabelled = bytearray(bytes_of(other.token()))
    relabelled[1:5] = bytes_of(hall.token())[1:5]
    assert hall.phone().sign(token=foreign) == INVALID
    assert hall.phone().sign(token=text_of(bytes(relabelled))) == INVALID
    assert hall.phone().sign(token=other.token()) == (403, "wrong_branch")


def test_new_code_makes_everything_shown_before_worthless(hall: Hall) -> None:
    # Control: with the new salt not stored by new_code, the old token is taken.
    phone, token, ticket, digits = hall.phone(), hall.token(), hall.ticket(), hall.digits()
    assert hall.console().post(f"gatherings/{hall.gathering.id}/new-code").status_code == 303
    assert phone.sign(token=token) == INVALID
    assert phone.sign(ticket=ticket) == INVALID
    assert phone.sign(gathering_id=hall.gathering.id, code=digits) == (400, "code_wrong")
    assert phone.sign(token=hall.token()) == (201, "")


def test_another_phones_ticket_is_worthless(hall: Hall) -> None:
    # Control: with openid left out of _ticket_mac, the neighbour's ticket signs in.
    assert hall.phone(0).sign(ticket=hall.ticket(1)) == INVALID
    assert hall.phone(1).sign(ticket=hall.ticket(1)) == (201, "")


def test_forwarded_picture_is_old_and_says_so(hall: Hall) -> None:
    # Control: without _check_fresh it signs in.
    assert hall.phone().sign(token=hall.token(ago=timedelta(minutes=2))) == (409, "code_expired")
    assert hall.phone().sign(token=hall.token(ago=timedelta(minutes=-2))) == (409, "code_expired")


def test_lost_reply_repeated_with_an_old_token_gets_the_same_answer(hall: Hall) -> None:
    # Control: with the repeat answered after the freshness check it is told code_expired.
    phone = hall.phone()
    first = phone.call("POST", "check-ins", {"token": hall.token()})
    old = hall.token(ago=timedelta(minutes=20))
    hall.console().post(f"gatherings/{hall.gathering.id}/new-code")
    again = phone.call("POST", "check-ins", {"token": old})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


def test_one_phone_signs_in_one_person_whoever_it_is_bound_to(hall: Hall) -> None:
    # Control: without uq_roll_line_openid it signs in the second one too.
    zone, openid = hall.zone, "o-shared"
    with zone.sessions.begin() as session:
        for member in hall.members:
            for link in session.query(Binding).filter_by(member_id=member.id):
                link.ended_at, link.openid = zone.now(), None
    phone = zone.phone(openid)
    slips = [{"bind_code": a_slip(hall, member), "confirm": True} for member in hall.members]
    assert phone.call("POST", "binding", slips[0]).status_code == 201
    assert phone.sign(token=hall.token()) == (201, "")
    assert phone.call("DELETE", "binding").status_code == 204
    assert phone.call("POST", "binding", slips[1]).status_code == 201
    assert phone.sign(token=hall.token()) == (409, "phone_used")
    assert [line.checked_in_at is None for line in hall.lines()] == [False, True]


def test_ended_binding_and_ended_session_act_at_the_next_call(hall: Hall) -> None:
    # Control: with Binding.ended_at left out of phone_behind and _BY_SESSION, the first three are let in.
    phone, other = hall.phone(), hall.phone()
    assert phone.call("GET", "gatherings").status_code == 200
    assert other.call("DELETE", "binding").status_code == 204
    assert phone.call("GET", "gatherings").json()["error"]["code"] == "not_bound"
    answer = phone.call("POST", "check-ins", {"token": hall.token()})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_bound")
    with hall.zone.sessions.begin() as session:
        end_phone_session(session, phone.token)
    assert phone.sign(token=hall.token()) == (401, "not_logged_in")
    assert phone.call("GET", "gatherings").status_code == 401


def test_ended_post_acts_at_the_next_form(hall: Hall) -> None:
    # Control: without Post.to_on in `_behind` the form is still taken.
    secretary, deputy = hall.console(0), hall.console(1)
    address = f"gatherings/{hall.gathering.id}/new-code"
    assert secretary.post(address).status_code == 303
    hall.end_post(0)
    assert secretary.post(address).status_code == 404
    assert deputy.post(address).status_code == 303


def test_foreign_ids_beside_the_session_have_no_effect(hall: Hall) -> None:
    # Control: with unknown fields ignored in the body, the first calls are 201.
    phone, neighbour = hall.phone(0), hall.members[1]
    for name, value in (("member_id", neighbour.id), ("openid", hall.openids[1])):
        named = {"token": hall.token(), name: value}
        assert phone.call("POST", "check-ins", named).json()["error"]["code"] == "bad_input"
        more = {
            "params": {name: str(value)},
            "headers": {f"X-{name.replace('_', '-')}": str(value)},
            "cookies": {name: str(value)},
        }
        assert phone.call("POST", "check-ins", {"token": hall.token()}, **more).status_code in (200, 201)
        mine = phone.call("GET", "me/points", **more).json()
        assert mine == phone.call("GET", "me/points").json()
    assert [line.checked_in_at is None for line in hall.lines()] == [False, True]
