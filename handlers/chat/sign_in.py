"""签到: by the six digits on the hall's screen, or by the menu's scan of its code."""

from datetime import datetime

from sqlalchemy.orm import Session

from handlers.chat import gathering_words as words
from handlers.chat.ask import Ask
from handlers.chat.words import FIRST_BIND, refusal_words
from models.clock import day_of
from models.gatherings.check_in import Proof, SpendTry, Typed, check_in_by_binding
from models.gatherings.gathering import GatheringState
from models.gatherings.hall_code import read_token, tidy_digits
from models.gatherings.of_member import Seat, coming_up, seat_of, seats_of
from models.gatherings.roll import CheckedIn
from models.people.binding import Binding
from models.people.member import Member
from models.people.tries import Guess, give_back_try
from models.refused import Refused


def sign_in_by_digits(ask: Ask) -> str:
    """签到 and the six digits on the screen, tried against the open gatherings on whose rolls one stands."""
    if tidy_digits(ask.rest) is None:
        return words.DIGITS_MISSING
    if ask.binding is None or ask.member is None:
        return FIRST_BIND
    was_judged = False

    def left(_: bytes) -> int:
        nonlocal was_judged
        was_judged = True
        return -1 if ask.left is None else ask.left

    try:
        said = _first_that_takes(ask, ask.binding, ask.member, left)
    except Refused as refused:
        said = refusal_words(refused)
    # Digits that were not looked at were no guess.
    if ask.left is not None and ask.left >= 0 and not was_judged:
        give_back_try(ask.session, Guess.DIGITS, ask.who, now=ask.edge.now)
    return said


def _first_that_takes(ask: Ask, binding: Binding, member: Member, left: SpendTry) -> str:
    session, now = ask.session, ask.edge.now
    refusal: Refused | None = None
    for seat in _seats_of_today(session, member.id, now):
        proof = Typed(seat.gathering.id, ask.rest, CheckedIn.CHAT)
        try:
            with session.begin_nested():
                return _signed_in(ask, binding, member, proof, left)
        except Refused as refused:
            refusal = refusal or refused
    if refusal is not None:
        raise refusal
    ahead = coming_up(session, member.id, now=now)
    return words.nothing_open_words(ahead[0] if ahead else None)


def _seats_of_today(session: Session, member_id: int, now: datetime) -> list[Seat]:
    """Return the gatherings the digits may be for: the open ones not signed in to yet come first."""
    seats, _ = seats_of(session, member_id, now=now)
    near = [
        seat
        for seat in seats
        if seat.state is GatheringState.OPEN or day_of(seat.gathering.starts_at) == day_of(now)
    ]
    return sorted(
        near, key=lambda seat: (seat.checked_in_at is not None, seat.state is not GatheringState.OPEN)
    )


def sign_in_by_scan(ask: Ask) -> str:
    """The menu's scan of the hall's code: its address, or the token alone."""
    if ask.binding is None or ask.member is None:
        return FIRST_BIND
    address = f"{ask.edge.parts.installation.base_url}/c/"
    token = read_token(ask.rest.removeprefix(address))
    return _signed_in(ask, ask.binding, ask.member, token, lambda _: 0)


def _signed_in(ask: Ask, binding: Binding, member: Member, proof: Proof, left: SpendTry) -> str:
    edge = ask.edge
    receipt = check_in_by_binding(
        edge.session, edge.parts.keyring, binding.id, proof, spend=left, now=edge.now
    )
    seat, _ = seat_of(edge.session, member.id, proof.gathering_id, now=edge.now)
    return words.receipt_words(receipt, seat, member.name)
