"""What an account and one person have to do with each other: how it began, what was done last."""

from dataclasses import dataclass, field

from simulator.errcodes import Errcode
from simulator.state import State

HOURS = 3600.0
# What a person did allows so many customer messages for so long. Source: WeChat, send customer message.
ALLOWED = {
    "message": (5, 48 * HOURS),
    "click": (3, 60.0),
    "follow": (3, 60.0),
    "scan": (3, 60.0),
    "enter": (2, 60.0),
}


@dataclass
class Allowance:
    """So many customer messages may still be sent until a moment."""

    left: int
    until: float


@dataclass
class Tie:
    """One account and one person; moments are None or 0 where it never happened.

    `allowances` are by what the person did, a key of ALLOWED. `exchanged_at` is the last message from one
    to the other. `session_key` is that of the last log-in to a mini-program.
    """

    remark: str = ""
    subscribe_scene: str = "ADD_SCENE_SEARCH"
    qr_scene: int = 0
    qr_scene_str: str = ""
    blacklisted: bool = False
    allowances: dict[str, Allowance] = field(default_factory=dict)
    exchanged_at: float = 0.0
    typing_until: float = 0.0
    visited_at: float = 0.0
    session_key: str = ""
    risky: bool = False


@dataclass
class Ties:
    """All of one account's, by openid; who has none yet has one as in the beginning."""

    people: dict[str, Tie] = field(default_factory=dict)


def tie_of(state: State, appid: str, openid: str) -> Tie:
    """Find the tie, to be changed."""
    return state.of(appid, Ties).people.setdefault(openid, Tie())


def seen_tie(state: State, appid: str, openid: str) -> Tie:
    """Find the tie, to be read only: nothing is kept for who has none yet."""
    return state.of(appid, Ties).people.get(openid) or Tie()


def note_act(state: State, appid: str, openid: str, what: str) -> None:
    """Remember what a person did last: it allows customer messages anew. `what` is a key of ALLOWED."""
    left, seconds = ALLOWED[what]
    with state.lock:
        tie, now = tie_of(state, appid, openid), state.now()
        tie.allowances[what] = Allowance(left, now + seconds)
        if what == "message":
            tie.exchanged_at = now


def note_visit(state: State, appid: str, openid: str) -> None:
    """Remember that a person has the mini-program open; from then on it knows the person."""
    with state.lock:
        state.meet(appid, openid)
        tie_of(state, appid, openid).visited_at = state.now()


def refuse_blacklisted(state: State, appid: str, openid: str) -> None:
    """Refuse to send to somebody on the account's blacklist. Raises 43019."""
    if seen_tie(state, appid, openid).blacklisted:
        raise Errcode(43019)
