"""绑定 by a slip or by the mini-program's link code, 解绑 in two steps, and leaving the account."""

from handlers.chat import words
from handlers.chat.ask import SILENT, Ask
from handlers.chat.tries import LINK_DIGITS, only_digits
from models.audit import Via
from models.people.bind import bind, bind_by_link_code, read_code, unbind_as_of
from models.people.org import Org
from models.refused import Refused


def bind_follower(ask: Ask) -> str:
    """绑定 and twelve digits of a slip or eight of a link code; its try was counted before."""
    if not ask.rest:
        return words.CODE_MISSING
    if ask.left is not None and ask.left < 0:
        raise Refused("too_many_tries", "试得太多了，请一小时后再来，或找支部")
    edge, push = ask.edge, ask.push
    digits, verb = only_digits(ask.rest), bind_by_link_code
    if len(digits) != LINK_DIGITS:
        digits, verb = read_code(ask.rest), bind
    member = verb(
        edge.session, edge.parts.keyring, digits, push.appid, push.openid, via=Via.CHAT, now=edge.now
    )
    return words.bound_words(member.name, edge.session.get_one(Org, member.branch_id).name)


def explain_unbinding(ask: Ask) -> str:
    """解绑: what it does; nothing is done yet."""
    return words.UNBIND if ask.binding is not None else words.NOT_BOUND


def unbind_follower(ask: Ask) -> str:
    """确认解绑: the link goes, the record stays; one made since this was typed stands, and is asked about."""
    if ask.binding is None:
        return words.NOT_BOUND
    return words.UNBOUND if _unbound(ask) else words.UNBIND


def forget_follower(ask: Ask) -> str:
    """End the account's link of somebody who left; the mini-program's stays, and one made since."""
    _unbound(ask)
    return SILENT


def _unbound(ask: Ask) -> bool:
    push, now = ask.push, ask.edge.now
    return unbind_as_of(ask.session, push.appid, ask.who, happened_at=push.at, via=Via.CHAT, now=now)
