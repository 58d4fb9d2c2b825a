"""The ledger of accepted messages: the newest as objects, older ones packed by the block, the oldest gone."""

import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import TypeAdapter

BLOCK = 500
RECENT = 10 * BLOCK
MOST = 200_000


@dataclass
class Message:
    """One accepted message; `event_status` is what its result event says of it, `number` its place."""

    kind: Literal["template", "subscribe"]
    msgid: int
    appid: str
    openid: str
    template_id: str
    title: str
    data: dict[str, str]
    url: str | None
    mini: dict[str, Any] | None
    page: str | None
    client_msg_id: str | None
    at: float
    event_status: str
    event_sent: bool = False
    event_withheld: bool = False
    number: int = 0


ROWS = TypeAdapter(list[Message])


@dataclass(frozen=True)
class Block:
    """BLOCK messages in a row as packed JSON; `appids` tells whose, so that others' need no unpacking."""

    appids: frozenset[str]
    packed: bytes

    def messages(self) -> list[Message]:
        """Unpack the block. Raises zlib.error or ValueError for what is none."""
        return ROWS.validate_json(zlib.decompress(self.packed))


@dataclass
class Ledger:
    """The last MOST messages. 200,000 of them take some 10 MB, 5,000 of these as objects.

    `late` holds packed messages that something was noted of afterwards, by their number.
    """

    blocks: deque[Block] = field(default_factory=deque)
    recent: list[Message] = field(default_factory=list)
    late: dict[int, Message] = field(default_factory=dict)
    count: int = 0

    def append(self, message: Message) -> None:
        """Add a message at the end."""
        self.count += 1
        message.number = self.count
        self.recent.append(message)
        if len(self.recent) >= RECENT + BLOCK:
            self._pack()

    def note(self, message: Message) -> None:
        """Keep what has become of a message; one that is no object any more is kept beside its block."""
        if self.recent and message.number < self.recent[0].number:
            self.late[message.number] = message

    def rows(self, appid: str | None = None, openid: str | None = None) -> Iterator[Message]:
        """List messages in the order in which they were accepted, all or an account's or a person's."""
        for block in self.blocks:
            if appid is None or appid in block.appids:
                found = (one for one in block.messages() if _is_about(one, appid, openid))
                yield from (self.late.get(one.number, one) for one in found)
        yield from (one for one in self.recent if _is_about(one, appid, openid))

    def snapshot(self) -> "Ledger":
        """Copy what has to be read without the state's lock; the messages themselves are the same."""
        return Ledger(self.blocks.copy(), self.recent.copy(), self.late.copy(), self.count)

    def _pack(self) -> None:
        oldest, self.recent = self.recent[:BLOCK], self.recent[BLOCK:]
        packed = zlib.compress(ROWS.dump_json(oldest), 1)
        self.blocks.append(Block(frozenset(one.appid for one in oldest), packed))
        if len(self.blocks) * BLOCK > MOST:
            self.blocks.popleft()
            first = self.recent[0].number - len(self.blocks) * BLOCK
            self.late = {number: one for number, one in self.late.items() if number >= first}


def _is_about(message: Message, appid: str | None, openid: str | None) -> bool:
    return appid in (None, message.appid) and openid in (None, message.openid)
