"""请假 by number for the nearest gathering that expects one, how it stands, 撤回请假."""

import re
from collections.abc import Sequence
from datetime import timedelta

from redis.exceptions import RedisError

from handlers.chat import gathering_words as words
from handlers.chat.ask import Ask
from handlers.chat.words import FIRST_BIND, REASONS, number_words
from models.audit import Via
from models.gatherings.leave.leave import LEAVE_REASON_TEXT, ask_leave, leave_of, withdraw_leave
from models.gatherings.leave.of_member import LeaveSeat, leave_seats
from models.gatherings.of_member import coming_up
from models.gatherings.roll import LeaveReason, LeaveState
from models.people.member import Member
from models.people.spells import spells_now
from models.refused import Refused

# How long a number alone answers the question why somebody cannot come.
QUESTION = timedelta(minutes=10)


def ask_for_leave(ask: Ask) -> str:
    """请假 asks why, 请假 2 asks leave; once asked, both say how it stands."""
    if ask.member is None:
        return words.LEAVE_IS_PRIVATE
    seats = leave_seats(ask.session, ask.member.id, now=ask.edge.now)
    if not seats:
        ahead = coming_up(ask.session, ask.member.id, now=ask.edge.now)
        kinds = set(spells_now(ask.session, ask.member.id, now=ask.edge.now))
        return words.no_leave_words({seat.status for seat in ahead}, kinds)
    gathering, leave = seats[0]
    if leave is not None and leave.stands:
        return words.leave_words(leave, gathering)
    if ask.rest == words.NEVER_MIND:
        return words.NO_LEAVE_THEN
    reason = _reason(ask.rest)
    if reason is not None:
        return _asked_of_first(ask, ask.member, seats, reason)
    _keep_question(ask)
    before = ""
    if leave is not None and leave.state is LeaveState.REJECTED:
        before = words.leave_words(leave, gathering) + "\n\n"
    return before + words.leave_question(gathering, now=ask.edge.now)


def _asked_of_first(ask: Ask, member: Member, seats: Sequence[LeaveSeat], reason: LeaveReason) -> str:
    """Ask leave from the nearest gathering; from the one after it if they sign in at this very moment."""
    for seat in seats[:-1]:
        try:
            return _asked(ask, member, seat, reason)
        except Refused as refused:
            if refused.code != "already_signed_in":
                raise
    return _asked(ask, member, seats[-1], reason)


def _asked(ask: Ask, member: Member, seat: LeaveSeat, reason: LeaveReason) -> str:
    gathering = seat.gathering
    try:
        leave = ask_leave(
            ask.session, gathering.id, member.id, reason, None, filing=None, via=Via.CHAT, now=ask.edge.now
        )
    except Refused as refused:
        # Asked by another message, or in the mini-program, at the same moment.
        found = leave_of(ask.session, gathering.id, member.id)
        if refused.code != "leave_asked" or found is None:
            raise
        leave = found
    return words.leave_words(leave, gathering)


def _reason(rest: str) -> LeaveReason | None:
    """Return the reason that was chosen by its number, its words or both; nothing else is one."""
    plain = re.sub(r"[\s.、:：,，]", "", rest)
    for number, reason in REASONS.items():
        if plain in (number, LEAVE_REASON_TEXT[reason], number + LEAVE_REASON_TEXT[reason]):
            return reason
    return None


def withdraw(ask: Ask) -> str:
    """撤回请假: for the nearest gathering from which leave was asked."""
    if ask.member is None:
        return FIRST_BIND
    seats = leave_seats(ask.session, ask.member.id, now=ask.edge.now)
    asked = [seat for seat in seats if seat.leave is not None and seat.leave.stands]
    for gathering, _ in asked:
        leave = withdraw_leave(
            ask.session, gathering.id, ask.member.id, filing=None, via=Via.CHAT, now=ask.edge.now
        )
        return words.leave_words(leave, gathering)
    for gathering, leave_before in seats:
        if leave_before is not None and leave_before.state is LeaveState.WITHDRAWN:
            return words.leave_words(leave_before, gathering)
    raise Refused("not_waiting", "没有要撤回的请假")


def answer_by_number(ask: Ask) -> str:
    """A number alone: the answer to the question why, as long as it was just asked."""
    if len(ask.rest) == 1 and _question_is_open(ask):
        return ask_for_leave(ask)
    return number_words(ask.rest)


def _keep_question(ask: Ask) -> None:
    # Where it is lost, 请假 and the number together still do: nothing rests on it.
    try:
        ask.edge.parts.redis.set(_key(ask), int(ask.edge.now.timestamp()), ex=QUESTION)
    except RedisError:
        return


def _question_is_open(ask: Ask) -> bool:
    try:
        asked_at = ask.edge.parts.redis.get(_key(ask))
    except RedisError:
        return False
    ago = ask.edge.now.timestamp() - int(asked_at or 0)
    return 0 <= ago <= QUESTION.total_seconds()


def _key(ask: Ask) -> str:
    return f"chat:leave:{ask.who.hex()}"
