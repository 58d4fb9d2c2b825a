"""What the official account does about what a follower types, taps or scans, and the reply it gives."""

import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from handlers import chat_words as words
from handlers.edge import Edge
from models.audit import Via
from models.clock import day_of
from models.gatherings.check_in import DIGITS_LIMIT, Proof, SpendTry, Typed, check_in_by_binding
from models.gatherings.gathering import GatheringState
from models.gatherings.hall_code import read_token, tidy_digits
from models.gatherings.of_member import Seat, coming_up, seat_of, seats_of
from models.gatherings.roll import CheckedIn
from models.people.bind import CODE_LIMITS, bind, open_binding, read_code, unbind
from models.people.binding import Binding
from models.people.member import Member
from models.people.org import Org, Setting, settings_of
from models.people.tries import Guess, give_back_try, spent_tries
from models.points.statement import statement_of
from models.refused import Refused
from wechat.callback import (
    Clicked,
    Push,
    ScanWaited,
    SubscribeChange,
    Subscribed,
    SubscribePopup,
    SubscribeSent,
    TextMessage,
    Unknown,
    Unsubscribed,
)

SILENT = "success"  # stored like a reply, and what WeChat gets where the person reads nothing
LIMITS = {Guess.DIGITS: (DIGITS_LIMIT,), Guess.BIND_CODE: CODE_LIMITS}
BRACKETS = str.maketrans("", "", "【】[]「」“”\"'")


class Said(NamedTuple):
    """A command and what stands behind it; the command is empty where it is none of ours."""

    command: str
    rest: str


class Ask(NamedTuple):
    """What a follower wants: the push, what stands behind the command, and who asks.

    `left`: tries left after the one this push was counted as, -1 where none was, None where none was counted.
    """

    edge: Edge
    push: Push
    rest: str
    binding: Binding | None
    left: int | None


def read_words(text: str) -> Said:
    """Read a command as people type it: full-width signs, no blank, quotation marks and all."""
    plain = unicodedata.normalize("NFKC", text).translate(BRACKETS).strip(" \t\n。.!?,，")
    for command in ("签到", "绑定"):
        if plain.startswith(command):
            return Said(command, plain.removeprefix(command).strip(" :：+,，"))
    return Said(plain, "") if plain in REPLIES else Said("", plain)


def count_try(edge: Edge, push: Push) -> int | None:
    """Count what this push guesses, before it is judged; return the tries left, None if it guesses nothing.

    Commits, and the claim of the push with it. A mistyped slip, and digits that are none, cost nothing.
    """
    guess = _guess_of(edge, push)
    return None if guess is None else edge.spend(guess, _who(edge, push), *LIMITS[guess])


def count_again(edge: Edge, push: Push) -> int | None:
    """Return what `count_try` returned to somebody who counted this push and ended before answering it.

    At the limit it says that none was left, for the last try counted may have been another one.
    """
    guess = _guess_of(edge, push)
    if guess is None:
        return None
    counted = ((most, span) for span, most in LIMITS[guess])
    left = min(
        most - spent_tries(edge.session, guess, _who(edge, push), within=span, now=edge.now)
        for most, span in counted
    )
    return left if left > 0 else -1


def _guess_of(edge: Edge, push: Push) -> Guess | None:
    if not isinstance(push, TextMessage):
        return None
    command, rest = read_words(push.content)
    if command == "绑定" and is_code(rest):
        return Guess.BIND_CODE
    is_bound = command == "签到" and open_binding(edge.session, push.appid, _who(edge, push)) is not None
    return Guess.DIGITS if is_bound and tidy_digits(rest) else None


def is_code(text: str) -> bool:
    """Say whether this could be the code of a slip, by its check digit."""
    try:
        read_code(text)
    except Refused:
        return False
    return True


def reply_to(edge: Edge, push: Push, left: int | None) -> str:
    """Do what the push asks for and return the reply, or SILENT; `left` is what `count_try` returned.

    A refusal undoes what was begun, and is the reply.
    """
    try:
        with edge.session.begin_nested():
            return _reply(Ask(edge, push, "", open_binding(edge.session, push.appid, _who(edge, push)), left))
    except Refused as refused:
        return words.refusal_words(refused)


def _reply(ask: Ask) -> str:
    match ask.push:
        case TextMessage(content=content):
            command, rest = read_words(content)
            return REPLIES[command](ask._replace(rest=rest))
        case Clicked(key=key):
            return REPLIES.get(key, not_understood)(ask)
        case ScanWaited(result=result):
            return sign_in_by_scan(ask._replace(rest=result))
        case Subscribed():
            return show_help(ask)
        case Unsubscribed():
            return forget_follower(ask)
        case Unknown() | SubscribePopup() | SubscribeChange() | SubscribeSent():
            return SILENT
        case _:
            return words.NOT_UNDERSTOOD


def show_help(ask: Ask) -> str:
    """帮助, and the greeting of a new follower."""
    house = ask.edge.parts.installation
    return words.help_words(house.zone_name, house.complaint_phone, is_bound=ask.binding is not None)


def not_understood(_: Ask) -> str:
    """Anything else."""
    return words.NOT_UNDERSTOOD


def forget_follower(ask: Ask) -> str:
    """End the account's link of somebody who left; the mini-program's stays."""
    if ask.binding is not None:
        unbind(ask.edge.session, ask.binding.id, ask.binding.member_id, via=Via.CHAT, now=ask.edge.now)
    return SILENT


def show_gatherings(ask: Ask) -> str:
    """主题党日: the member's next gatherings; the general rule to anybody unknown."""
    session, now = ask.edge.session, ask.edge.now
    if ask.binding is None:
        return words.rule_words(_theme_day(session, Org.parent_id.is_(None)))
    seats = coming_up(session, ask.binding.member_id, now=now)
    if not seats:
        member = session.get_one(Member, ask.binding.member_id)
        return words.no_gathering_words(_theme_day(session, Org.id == member.branch_id))
    first, agenda = seat_of(session, ask.binding.member_id, seats[0].gathering.id, now=now)
    blocks = [words.gathering_words(first, agenda, now=now), *map(words.later_words, seats[1:])]
    return "\n\n".join(blocks)


def _theme_day(session: Session, which: ColumnElement[bool]) -> int:
    org = session.scalars(select(Org).where(which).order_by(Org.id).limit(1)).one()
    return int(settings_of(session, org)[Setting.THEME_DAY])


def show_points(ask: Ask) -> str:
    """积分: one's own, and nobody else's."""
    if ask.binding is None:
        return words.POINTS_ARE_PRIVATE
    points = statement_of(ask.edge.session, ask.binding.member_id, now=ask.edge.now)
    return words.NO_SCHEME if points is None else words.points_words(_name(ask), points)


def bind_by_slip(ask: Ask) -> str:
    """绑定 and the twelve digits of a slip; its try was counted by `count_try`."""
    if not ask.rest:
        return words.CODE_MISSING
    if ask.left is not None and ask.left < 0:
        raise Refused("too_many_tries", "试得太多了，请一小时后再来，或找支部")
    push, session = ask.push, ask.edge.session
    digits = read_code(ask.rest)
    member = bind(
        session, ask.edge.parts.keyring, digits, push.appid, push.openid, via=Via.CHAT, now=ask.edge.now
    )
    return words.bound_words(member.name, session.get_one(Org, member.branch_id).name)


def sign_in_by_digits(ask: Ask) -> str:
    """签到 and the six digits on the screen, tried against the open gatherings on whose rolls one stands."""
    if tidy_digits(ask.rest) is None:
        return words.DIGITS_MISSING
    if ask.binding is None:
        return words.FIRST_BIND
    was_judged = False

    def left(_: bytes) -> int:
        nonlocal was_judged
        was_judged = True
        return -1 if ask.left is None else ask.left

    try:
        said = _first_that_takes(ask, ask.binding, left)
    except Refused as refused:
        said = words.refusal_words(refused)
    # Digits that were not looked at were no guess.
    if ask.left is not None and ask.left >= 0 and not was_judged:
        give_back_try(ask.edge.session, Guess.DIGITS, ask.binding.openid_hash, now=ask.edge.now)
    return said


def _first_that_takes(ask: Ask, binding: Binding, left: SpendTry) -> str:
    session, now = ask.edge.session, ask.edge.now
    seats = _seats_of_today(session, binding.member_id, now)
    refusal: Refused | None = None
    for seat in seats:
        proof = Typed(seat.gathering.id, ask.rest, CheckedIn.CHAT)
        try:
            with session.begin_nested():
                return _signed_in(ask, binding, proof, left)
        except Refused as refused:
            refusal = refusal or refused
    if refusal is not None:
        raise refusal
    ahead = coming_up(session, binding.member_id, now=now)
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
    if ask.binding is None:
        return words.FIRST_BIND
    address = f"{ask.edge.parts.installation.base_url}/c/"
    return _signed_in(ask, ask.binding, read_token(ask.rest.removeprefix(address)), lambda _: 0)


def _signed_in(ask: Ask, binding: Binding, proof: Proof, left: SpendTry) -> str:
    edge = ask.edge
    receipt = check_in_by_binding(
        edge.session, edge.parts.keyring, binding.id, proof, spend=left, now=edge.now
    )
    seat, _ = seat_of(edge.session, binding.member_id, proof.gathering_id, now=edge.now)
    return words.receipt_words(receipt, seat, _name(ask))


def _name(ask: Ask) -> str:
    return ask.edge.session.get_one(Member, ask.binding.member_id).name if ask.binding else ""


def _who(edge: Edge, push: Push) -> bytes:
    return edge.parts.keyring.openid_hash(push.appid, push.openid)


# What people type, and the keys of the account's menu.
REPLIES: dict[str, Callable[[Ask], str]] = {
    "帮助": show_help,
    "主题党日": show_gatherings,
    "积分": show_points,
    "签到": sign_in_by_digits,
    "绑定": bind_by_slip,
    "": not_understood,
}
