"""What the simulator remembers: accounts, followers, tokens, messages, log, counters and its clock."""

import itertools
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from simulator.accounts import Account
from simulator.faults import Fault
from simulator.ledger import Ledger
from simulator.ledger import Message as Message
from simulator.library import Library, MassSend, MediaCheck, Publication

Kept = TypeVar("Kept")
# What ends with an event of its own.
Reported = Message | Publication | MassSend | MediaCheck
LOG_ROWS = 2000
CHAT_ROWS = 100  # on one phone
ALL_CHAT_ROWS = 20_000
CHINA = 8 * 3600.0
UNAVAILABLE = "该公众号暂时无法提供服务，请稍后再试"


@dataclass
class ChatRow:
    """One thing a phone shows: "said" by the follower, a "reply", a "card", a "note".

    "news" is a reply whose every line is an article's title and address.
    """

    at: float
    kind: str
    text: str = ""
    card: Message | None = None


@dataclass
class Grant:
    """What one phone allows one template of a mini-program.

    `left` is how many messages may still come, 1 for any number of a long one. `kept` is the answer that
    was ticked as the one to keep: no popup asks again. `off`: switched off in the settings of the phone.
    """

    left: int = 0
    kept: str = ""
    off: bool = False


@dataclass
class Follower:
    """One person as one account knows them; `blocked` means messages of the account are refused."""

    openid: str
    name: str = ""
    unionid: str | None = None
    subscribed: bool = True
    blocked: bool = False
    subscribed_at: float = 0.0
    grants: dict[str, Grant] = field(default_factory=dict)
    chat: list[ChatRow] = field(default_factory=list)


@dataclass(frozen=True)
class Menu:
    """An account's menu as it was published; `buttons` is WeChat's own list of buttons."""

    menuid: int
    buttons: list[dict[str, Any]]


@dataclass
class IssuedToken:
    """One access token; `killed` ones are answered 40001, expired ones 42001."""

    appid: str
    valid_until: float
    killed: bool = False


@dataclass
class TokenLine:
    """The tokens one appid draws from one of the two endpoints."""

    current: str | None = None
    forced_at: list[float] = field(default_factory=list)


@dataclass
class LoginCode:
    """A code as wx.login hands it out: good once, for five minutes."""

    appid: str
    openid: str
    unionid: str | None
    made_at: float
    used: bool = False


@dataclass
class LogRow:
    """One call received ("in") or one push ("push"), as the page's call log shows it."""

    number: int
    at: float
    way: str
    method: str
    path: str
    query: str
    request: bytes
    answer: str
    status: int | None
    ms: int
    rid: str = ""
    ip: str = ""
    faults: list[str] = field(default_factory=list)
    note: str = ""


class State:
    """Everything the process knows, behind one lock that is never held during a network call."""

    def __init__(self, accounts: Iterable[Account], clock_offset: float) -> None:
        self.lock = threading.RLock()
        self.accounts = {account.appid: account for account in accounts}
        self.first_offset = clock_offset
        self.generation = 0
        self.changes = 0  # whoever changes something counts it here: what is kept on disk is written anew
        self.forget()

    def forget(self) -> None:
        """Forget all but the accounts and set the clock back to its start."""
        with self.lock:
            self.generation += 1  # queued pushes of before are not sent any more
            self.offset = self.first_offset
            self.followers: dict[tuple[str, str], Follower] = {}
            self.chat_rows: deque[tuple[Follower, ChatRow]] = deque()
            self.messages = Ledger()
            self.sent_ids: dict[tuple[str, str, str], tuple[int, float]] = {}
            self.withheld: dict[int, Reported] = {}
            self.kept: dict[tuple[str, type], Any] = {}
            self.tokens: dict[str, IssuedToken] = {}
            self.token_lines: dict[tuple[str, str], TokenLine] = {}
            self.token_fetches: Counter[str] = Counter()
            self.codes: dict[str, LoginCode] = {}
            self.banned: set[tuple[str, str]] = set()
            self.menus: dict[str, Menu] = {}
            self.faults: list[Fault] = []
            self.counters: Counter[str] = Counter()
            self.in_flight: Counter[tuple[str, str]] = Counter()
            self.log: deque[LogRow] = deque(maxlen=LOG_ROWS)
            self.log_numbers = itertools.count(1)
            # Template msgids stay below 2**53 so that a browser can show them; MsgIds use all 64 bits.
            self.msgids = itertools.count(time.time_ns() // 1000)
            self.push_ids = itertools.count(time.time_ns())

    def now(self) -> float:
        """Tell the simulator's time in epoch seconds: the real clock plus the offset."""
        return time.time() + self.offset

    def follower(self, appid: str, openid: object) -> Follower | None:
        """Find a follower, present or former, of an account."""
        return self.followers.get((appid, openid)) if isinstance(openid, str) else None

    def meet(self, appid: str, openid: str, person: str | None = None) -> Follower:
        """Find a person of an account, who is made at the first mention.

        `person` tells who it is on all accounts of an open platform, the openid where nothing is said.
        """
        known = self.followers.get((appid, openid))
        if known is None:
            known = self.followers[appid, openid] = Follower(openid, subscribed_at=self.now())
            person = person or openid
        if person is not None:
            known.unionid = self.accounts[appid].unionid_of(person) or known.unionid
        return known

    def of(self, appid: str, kind: type[Kept]) -> Kept:
        """Find what an account keeps of one kind, for instance its Library; the first time it is empty.

        `kind` is a dataclass whose fields all have defaults. It belongs to the family that asks for it.
        """
        found: Kept | None = self.kept.get((appid, kind))
        if found is None:
            found = self.kept[appid, kind] = kind()
        return found

    def all_of(self, kind: type[Kept]) -> list[tuple[str, Kept]]:
        """List what accounts keep of one kind, each with its appid."""
        with self.lock:
            return [(appid, found) for (appid, of), found in list(self.kept.items()) if of is kind]

    def library(self, appid: str) -> Library:
        """Find what an account keeps: files, drafts, articles."""
        return self.of(appid, Library)

    def show(self, person: Follower, kind: str, text: str = "", card: Message | None = None) -> None:
        """Add a row to what the follower's phone shows; the oldest rows, of all phones too, make room."""
        with self.lock:
            row = ChatRow(self.now(), kind, text, card)
            person.chat.append(row)
            self.chat_rows.append((person, row))
            del person.chat[:-CHAT_ROWS]
            if len(self.chat_rows) > ALL_CHAT_ROWS:
                oldest, row = self.chat_rows.popleft()
                if oldest.chat and oldest.chat[0] is row:
                    del oldest.chat[0]

    def note(self, about: Reported) -> None:
        """Keep what has become of something accepted: its event was sent, withheld or released."""
        with self.lock:
            self.changes += 1
            if isinstance(about, Message):
                self.messages.note(about)

    def kill_token(self, token: str) -> None:
        """Make one token unusable: it is answered 40001 from now on."""
        if token in self.tokens:
            self.tokens[token].killed = True

    def kill_tokens(self, appid: str) -> None:
        """Make every token of an account unusable, as changing its secret does."""
        for issued in self.tokens.values():
            if issued.appid == appid:
                issued.killed = True
        for line in [key for key in self.token_lines if key[0] == appid]:
            del self.token_lines[line]

    def write_log(self, way: str, method: str, path: str, **columns: Any) -> None:
        """Add a row to the call log; the oldest rows make room."""
        with self.lock:
            self.changes += 1
            row = LogRow(next(self.log_numbers), self.now(), way, method, path, **columns)
            self.log.append(row)


def day_of(moment: float) -> str:
    """Name the day in China, by which WeChat counts; its first seven signs are the month."""
    return time.strftime("%Y-%m-%d", time.gmtime(moment + CHINA))


def iso(moment: float) -> str:
    """Write epoch seconds as a UTC ISO-8601 time with milliseconds."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
