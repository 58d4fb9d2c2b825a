"""One call of the WeChat API as the families see it, and how a family declares what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.accounts import Account
from simulator.errcodes import Errcode
from simulator.reading import read_json
from simulator.state import Follower, Message, Reported, State

OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
"""What an order is answered; families add to a copy of it."""


@dataclass(frozen=True)
class Binary:
    """A file as an answer, where WeChat answers no JSON."""

    content: bytes
    mime: str
    name: str


@dataclass
class Call:
    """A call under way; `account` is whose access_token came with it, `accepted` what is to be reported.

    `host` is the address it came to, with a slash at its end, `ip` the one it came from.
    """

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    rid: str
    now: float
    content_type: str
    host: str
    ip: str
    account: Account | None = None
    accepted: list[Reported] = field(default_factory=list)
    publish_status: int | None = None
    """How a publication is to end, where a fault says so."""
    is_second: bool = False
    """Another send to the same person was in flight when this one came."""
    note: str = ""
    _read: dict[str, Any] | None = None

    def json(self) -> dict[str, Any]:
        """Read the body as a JSON object, whatever its Content-Type. Raises 44002 or 47001."""
        if self._read is None:
            self._read = self._content()
        return self._read

    def _content(self) -> dict[str, Any]:
        if not self.body:
            raise Errcode(44002)
        try:
            content = read_json(self.body)
        except ValueError as error:
            raise Errcode(47001) from error
        if not isinstance(content, dict):
            raise Errcode(47001)
        return content

    def logged(self, most: int) -> bytes:
        """Give the body's beginning for the call log; of a form only its size."""
        if self.content_type.startswith("multipart/"):
            return f"[form, {len(self.body)} bytes]".encode()
        return self.body[:most]

    def openid(self) -> str | None:
        """Tell whom the call is about, for faults: touser or openid of the body, or the query's openid."""
        asked = self._asked()
        about = asked.get("touser", asked.get("openid", self.query.get("openid")))
        return about if isinstance(about, str) else None

    def appid(self) -> str | None:
        """Tell the appid that a call for a token names, for faults."""
        named = self.query.get("appid", self._asked().get("appid"))
        return named if isinstance(named, str) else None

    def _asked(self) -> dict[str, Any]:
        if self.method != "POST" or self.content_type.startswith("multipart/"):
            return {}
        try:
            return self.json()
        except Errcode:
            return {}

    def accept(self, state: State, person: Follower, message: Message) -> None:
        """Take a message: it stands on the phone from now on, and its result is to be reported."""
        state.messages.append(message)
        state.counters["accepted"] += 1
        self.accepted.append(message)
        self.note = f"accepted, msgid {message.msgid}"
        if message.event_status != "success":
            state.show(person, "note", f"没有送到 not delivered · {message.event_status}")
        else:
            state.show(person, "card", card=message)

    def person(self, state: State, openid: object) -> Follower:
        """Find a person, present or former, of the caller's account. Raises 40003."""
        found = state.follower(self.owner().appid, openid)
        if found is None:
            raise Errcode(40003)
        return found

    def owner(self) -> Account:
        """Tell the account whose access_token was checked."""
        if self.account is None:
            raise Errcode(41001)
        return self.account


@dataclass(frozen=True)
class Endpoint:
    """One path of the API: its method, whether it needs an access_token, for which kind of account."""

    method: str
    path: str
    work: Callable[[State, Call], dict[str, Any] | Binary]
    token: bool = True
    kind: str | None = None
    # Sends to one person at the same time are counted: a careful client never does that.
    one_at_a_time: bool = False


# The whole API by path: simulator.families fills it, since one of them speaks of all.
BY_PATH: dict[str, Endpoint] = {}
