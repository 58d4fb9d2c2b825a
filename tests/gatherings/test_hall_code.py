"""The hall's codes: authentic for their gathering, salt and time, and for nothing else."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.gatherings.hall_code import (
    digits_match,
    hall_digits,
    make_ticket,
    qr_token,
    read_ticket,
    read_token,
    seconds_left,
    ticket_is_authentic,
    ticket_is_fresh,
    tidy_digits,
    token_is_authentic,
    token_is_fresh,
)
from models.keyring import Keyring
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import KEYRING

SALT, OTHER_SALT = b"0123456789abcdef", b"fedcba9876543210"
STEP = timedelta(seconds=30)
# The beginning of a step, so that whole steps can be counted from it.
START = datetime.fromtimestamp(int(NOON.timestamp()) // 120 * 120, UTC)


def token(gathering_id: int = 7, salt: bytes = SALT, now: datetime = START) -> str:
    return qr_token(KEYRING, gathering_id, salt, now=now)


def ticket(openid: str = "o1", salt: bytes = SALT) -> str:
    return make_ticket(KEYRING, gathering_id=7, hall_salt=salt, appid="wxmini", openid=openid, seen_at=START)


def test_token_has_26_characters_that_fit_a_scene() -> None:
    assert len(token()) == 26
    assert len(token(gathering_id=2**32 - 1)) == 26


@given(st.integers(min_value=1, max_value=2**32 - 1), st.binary(min_size=16, max_size=16))
def test_token_reads_back_as_what_it_was_made_of(gathering_id: int, salt: bytes) -> None:
    read = read_token(token(gathering_id, salt))
    assert read.gathering_id == gathering_id
    assert token_is_authentic(KEYRING, read, salt)


@pytest.mark.parametrize("make", [token, ticket], ids=["token", "ticket"])
def test_every_flipped_byte_is_refused(make: Callable[[], str]) -> None:
    text = make()
    packed = bytearray(base64.urlsafe_b64decode(text + "=="[: -len(text) % 4]))
    for at in range(len(packed)):
        for bit in range(8):
            changed = bytearray(packed)
            changed[at] ^= 1 << bit
            forged = base64.urlsafe_b64encode(bytes(changed)).rstrip(b"=").decode()
            assert not believed(forged), (at, bit)
    assert believed(text)


def believed(text: str) -> bool:
    """Return whether a token or ticket for gathering 7 and this user passes as authentic."""
    try:
        if len(text) == 26:
            read = read_token(text)
            return read.gathering_id == 7 and token_is_authentic(KEYRING, read, SALT)
        shown = read_ticket(text)
        known = ticket_is_authentic(KEYRING, shown, SALT, appid="wxmini", openid="o1")
        return shown.gathering_id == 7 and known
    except Refused:
        return False


@pytest.mark.parametrize("make", [token, ticket], ids=["token", "ticket"])
def test_base64_that_is_not_canonical_is_refused(make: Callable[[], str]) -> None:
    text = make()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    same_bytes = [
        text[:-1] + last
        for last in alphabet
        if last != text[-1]
        and base64.urlsafe_b64decode(text[:-1] + last + "==") == base64.urlsafe_b64decode(text + "==")
    ]
    assert same_bytes
    assert not any(believed(other) for other in same_bytes)
    for other in (text + "=", text + "==", f" {text}", f"{text}\n", text + "A", text[:-1], ""):
        assert not believed(other), other


def test_plus_and_slash_do_not_stand_for_minus_and_underscore() -> None:
    texts = (token(gathering_id) for gathering_id in range(1, 400))
    text = next(text for text in texts if "-" in text or "_" in text)
    with pytest.raises(Refused):
        read_token(text.replace("-", "+").replace("_", "/"))


def test_another_salt_and_another_gathering_are_refused() -> None:
    assert not token_is_authentic(KEYRING, read_token(token(salt=OTHER_SALT)), SALT)
    assert not token_is_authentic(KEYRING, read_token(token(8))._replace(gathering_id=7), SALT)


def test_the_old_secret_is_still_believed_and_a_foreign_one_is_not() -> None:
    rotated = Keyring((b"new secret".ljust(32), *KEYRING.short_lived), KEYRING.lasting)
    foreign = Keyring((b"another secret".ljust(32),), KEYRING.lasting)
    assert token_is_authentic(rotated, read_token(token()), SALT)
    assert not token_is_authentic(foreign, read_token(token()), SALT)


@pytest.mark.parametrize(
    ("steps", "fresh"), [(-2, False), (-1, True), (0, True), (1, True), (2, True), (3, False)]
)
def test_token_lives_from_one_step_ahead_to_two_behind(steps: int, fresh: bool) -> None:
    assert token_is_fresh(read_token(token()), now=START + steps * STEP) is fresh


def test_screen_knows_how_long_its_code_stays() -> None:
    assert seconds_left(START) == 30
    assert seconds_left(START + timedelta(seconds=29)) == 1


@pytest.mark.parametrize(
    ("seconds", "good"), [(0, True), (119, True), (239, True), (240, False), (-1, False)]
)
def test_digits_live_two_to_four_minutes(seconds: int, good: bool) -> None:
    digits = hall_digits(KEYRING, 7, SALT, now=START)
    assert digits_match(KEYRING, digits, 7, SALT, now=START + timedelta(seconds=seconds)) is good


@pytest.mark.parametrize(
    ("typed", "read"),
    [("306512", "306512"), ("306 512", "306512"), ("３０６５１２", "306512"), (" 306512\n", "306512"),
     ("30651", None), ("3065123", None), ("30651a", None), ("٣٠٦٥١٢", None), ("", None)],
)  # fmt: skip
def test_digits_are_read_as_people_type_them(typed: str, read: str | None) -> None:
    assert tidy_digits(typed) == read


def test_ticket_is_one_persons() -> None:
    shown = read_ticket(ticket("o1"))
    assert ticket_is_authentic(KEYRING, shown, SALT, appid="wxmini", openid="o1")
    assert not ticket_is_authentic(KEYRING, shown, SALT, appid="wxmini", openid="o2")
    assert not ticket_is_authentic(KEYRING, shown, SALT, appid="wxother", openid="o1")
    # Length-prefixed: a letter moved from one part to the next is another ticket.
    assert not ticket_is_authentic(KEYRING, shown, SALT, appid="wxminio", openid="1")


@pytest.mark.parametrize(
    ("seconds", "fresh"), [(-6, False), (-5, True), (0, True), (600, True), (601, False)]
)
def test_ticket_lives_ten_minutes(seconds: int, fresh: bool) -> None:
    assert ticket_is_fresh(read_ticket(ticket()), now=START + timedelta(seconds=seconds)) is fresh
