"""Customer messages: what may be said to somebody who did something a while ago, and typing."""

from dataclasses import dataclass, field
from typing import Any

from simulator.calls import OK, Call, Endpoint
from simulator.errcodes import Errcode
from simulator.families.customer_content import checked_content
from simulator.state import State
from simulator.ties import Tie, refuse_blacklisted, tie_of

INTERACTED = 30.0
TYPES_FOR = 15.0


@dataclass
class CustomerMessage:
    """One customer message as it was sent; `content` is WeChat's own body of its type."""

    at: float
    openid: str
    msgtype: str
    content: dict[str, Any]
    kf_account: str


@dataclass
class CustomerMessages:
    """All that one account sent, in order."""

    sent: list[CustomerMessage] = field(default_factory=list)


def send(state: State, call: Call) -> dict[str, Any]:
    """Show a message to somebody whose last act still allows one, and use that up.

    Five within 48 hours after a message, three within a minute after a tap, a follow or a scan; a
    mini-program two within a minute after a session was entered. Raises 40003, 43019, 45015, 48002,
    45047, and what the content is refused with. Source: WeChat, send customer message.
    """
    asked, account = call.json(), call.owner()
    person = call.person(state, asked.get("touser"))
    if not person.subscribed:
        raise Errcode(45015)
    refuse_blacklisted(state, account.appid, person.openid)
    if person.blocked:
        raise Errcode(48002)
    msgtype, content, shown = checked_content(state, call, asked)
    tie = tie_of(state, account.appid, person.openid)
    _use_allowance(tie, call.now)
    tie.exchanged_at, tie.typing_until = call.now, 0.0
    service = asked.get("customservice")
    kf_account = str(service.get("kf_account", "")) if isinstance(service, dict) else ""
    message = CustomerMessage(call.now, person.openid, msgtype, content, kf_account)
    state.of(account.appid, CustomerMessages).sent.append(message)
    state.show(person, "news" if msgtype in ("news", "mpnewsarticle") else "reply", shown)
    call.note = f"accepted, customer message {msgtype}"
    return OK


def typing(state: State, call: Call) -> dict[str, Any]:
    """Show that somebody is typing, for 15 s or until a message comes.

    Raises 40003, 45072, 45080 without a message from one to the other in the last 30 s, 45081 while it is
    shown already. Source: WeChat, typing.
    """
    asked = call.json()
    person, command = call.person(state, asked.get("touser")), asked.get("command")
    if command not in ("Typing", "CancelTyping"):
        raise Errcode(45072)
    tie = tie_of(state, call.owner().appid, person.openid)
    if command == "CancelTyping":
        tie.typing_until = 0.0
        return OK
    if call.now - tie.exchanged_at > INTERACTED:
        raise Errcode(45080)
    if call.now < tie.typing_until:
        raise Errcode(45081)
    tie.typing_until = call.now + TYPES_FOR
    state.show(person, "note", "对方正在输入… typing")
    return OK


def _use_allowance(tie: Tie, now: float) -> None:
    """Use up one message, of what ends first. Raises 45015 if the time of all is over, 45047."""
    open_ones = [one for one in tie.allowances.values() if now < one.until]
    if not open_ones:
        raise Errcode(45015)
    left = [one for one in open_ones if one.left]
    if not left:
        raise Errcode(45047)
    min(left, key=lambda one: one.until).left -= 1


ENDPOINTS = [
    Endpoint("POST", "/cgi-bin/message/custom/send", send),
    Endpoint("POST", "/cgi-bin/message/custom/typing", typing),
]
