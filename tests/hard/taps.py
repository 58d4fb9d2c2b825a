"""Ten thousand members who tap five times each on a bad day, and what must be true of it afterwards."""

import json
import random
import re
import socket
import time
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text

from models.clock import iso
from models.gatherings.hall_code import hall_digits, qr_token
from tests.bench.zone import fill
from tests.hard.bad_day import BadDay, Blow
from tests.hard.zones import MINI

TAPS, CLIENTS = 5, 24
PATIENCE, PAUSE = 60.0, 0.3  # seconds: until a person gives up, and before the same is tried again
HOPELESS = 2  # people who gave up, of one client
VISITS = 40  # taps on one connection: phones come and go, and every worker gets its share of them
OLD = 50  # one tap in so many scans a photograph of the screen

# By hand, for a library costs as much as the product's answer: the clients share the machine with it.
HEAD = (
    b"POST /api/v1/check-ins HTTP/1.1\r\nHost: zone\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\nAuthorization: Bearer %s\r\n\r\n"
)
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)


class Person(NamedTuple):
    """One member: the phone's session, the member, and the gathering the member is at."""

    session: str
    member_id: int
    gathering_id: int
    guest: bool


class Tap(NamedTuple):
    """One tap of one person; every member types the digits once, except a guest, who may not."""

    person: Person
    typed: bool
    old: bool


@dataclass
class Screens:
    """What the screens of all halls show; reckoned once in a second."""

    day: BadDay
    salts: dict[int, bytes]
    shown: dict[tuple[int, bool, int], bytes] = field(default_factory=dict)

    def body(self, gathering_id: int, *, typed: bool, old: bool = False) -> bytes:
        """Return what a phone posts that reads the screen now; or, `old`, one that did three minutes ago."""
        now = datetime.now(UTC) - timedelta(minutes=3 * old)
        key = gathering_id, typed, int(now.timestamp())
        if key not in self.shown:
            salt = self.salts[gathering_id]
            if typed:
                code = hall_digits(self.day.keyring, gathering_id, salt, now=now)
                proof = {"gathering_id": gathering_id, "code": code}
            else:
                proof = {"token": qr_token(self.day.keyring, gathering_id, salt, now=now)}
            self.shown[key] = json.dumps(proof).encode()
        return self.shown[key]


class Phones:
    """One of the clients: it takes the next tap and repeats it until it holds a receipt, as people do."""

    def __init__(self, screens: Screens) -> None:
        self.screens, self.port = screens, screens.day.running.web_port
        self.line: socket.socket | None = None
        self.visits = 0
        self.receipts: list[tuple[Person, int, bytes]] = []
        self.refusals: Counter[str] = Counter()
        self.faults: list[str] = []
        self.longest = 0.0

    def take(self, taps: deque[Tap]) -> None:
        """Tap until nothing is left to tap, or until nobody is answered any more."""
        while taps and len(self.faults) < HOPELESS:
            with suppress(IndexError):  # another client took the last one
                self.tap(taps.popleft())
        self.hang_up()

    def tap(self, tap: Tap) -> None:
        """Tap, and again with the same body, until there is a receipt."""
        began, typed = time.monotonic(), tap.typed
        body = self.screens.body(tap.person.gathering_id, typed=typed, old=tap.old)
        while (waited := time.monotonic() - began) < PATIENCE:
            status, answer = self._post(tap.person, body)
            if status in (200, 201):
                self.longest = max(self.longest, waited)
                self.receipts.append((tap.person, status, answer))
                return
            code = self._code(status, answer)
            self.refusals[code] += 1
            if code in ("code_expired", "code_wrong", "too_many_tries"):
                # The screen shows another one by now; after too many tries, the picture only.
                typed = typed and code != "too_many_tries"
                body = self.screens.body(tap.person.gathering_id, typed=typed)
            elif code in ("no answer", "503 unavailable"):
                # Nothing of ours is waited for: a person presses again.
                time.sleep(PAUSE)
            else:
                break
        self.faults.append(f"no receipt: {tap} {status} {answer!r}")

    def _post(self, person: Person, body: bytes) -> tuple[int, bytes]:
        """Post once; (0, b"") where no whole answer came."""
        head = HEAD % (len(body), person.session.encode())
        try:
            if self.line is None:
                self.line, self.visits = socket.create_connection(("127.0.0.1", self.port), timeout=20), 0
            self.line.sendall(head + body)
            status, answer = _answer(self.line)
        except (OSError, ValueError):
            status, answer = 0, b""
        self.visits += 1
        if not status or self.visits == VISITS:
            self.hang_up()
        return status, answer

    def hang_up(self) -> None:
        """Close the connection."""
        if self.line is not None:
            self.line.close()
            self.line = None

    def _code(self, status: int, answer: bytes) -> str:
        """Return what was refused; a 5xx that does not say clearly that a part is down keeps its number."""
        if not status:
            return "no answer"
        try:
            code = str(json.loads(answer)["error"]["code"])
        except (ValueError, KeyError, TypeError):
            code = repr(answer[:80])
        return f"{status} {code}" if status >= 500 else code


def _answer(line: socket.socket) -> tuple[int, bytes]:
    """Read one answer: its status and its body. ValueError where the other side hung up before its end."""
    read, end = b"", -1
    while end < 0 or len(read) < end:
        piece = line.recv(65536)
        if not piece:
            raise ValueError("cut short")
        read += piece
        if end < 0 and (head := read.find(b"\r\n\r\n") + 4) >= 4:
            length = LENGTH.search(read, 0, head)
            end = head + (int(length[1]) if length else 0)
    return int(read[9:12]), read[read.find(b"\r\n\r\n") + 4 :]


@dataclass
class Evening:
    """What a run of taps left behind: its figures, and every fault that was found in it."""

    seconds: float
    taps: int
    longest: float
    refusals: Counter[str]
    struck: Counter[str]
    faults: list[str]

    def __str__(self) -> str:
        """Say it on one line."""
        refused, struck = dict(self.refusals), ", ".join(f"{what} {n}" for what, n in self.struck.items())
        return (
            f"{self.taps} taps in {self.seconds:.1f} s ({self.taps / self.seconds:.0f}/s), "
            f"{struck or 'nothing struck'}, refused {refused}, longest wait {self.longest:.1f} s"
        )


def a_crowd(day: BadDay, *, members: int, branches: int, guests: int = 20) -> list[Person]:
    """Fill the zone: all at gatherings that are open now, one in `guests` as another branch's guest."""
    phones = fill(day.engine, day.keyring, MINI, branches=branches, each=members // branches)
    halls = [gathering_id for _, gathering_id in phones[:branches]]
    with day.engine.begin() as connection:
        ids = connection.scalars(text("SELECT id FROM member ORDER BY id")).all()
        people = [
            Person(token, member_id, halls[(n + 1) % branches] if n % guests == 0 else own, n % guests == 0)
            for n, ((token, own), member_id) in enumerate(zip(phones, ids, strict=True))
        ]
        away = [person.member_id for person in people if person.guest]
        connection.execute(text("UPDATE gathering SET guests = true"))
        connection.execute(text("DELETE FROM roll_line WHERE member_id = ANY (:away)"), {"away": away})
    return people


def in_order(people: list[Person]) -> deque[Tap]:
    """Return five taps of everybody: the first two at once, a nervous thumb, the others among the next."""
    chance = random.Random(25)
    taps: list[tuple[float, Tap]] = []
    for n, person in enumerate(people):
        for turn in range(TAPS):
            tap = Tap(person, (n + turn) % TAPS == 0 and not person.guest, chance.randrange(OLD) == 0)
            taps.append((n + (chance.random() * 400 if turn > 1 else 0), tap))
    return deque(tap for _, tap in sorted(taps, key=lambda one: one[0]))


def live_through(day: BadDay, people: list[Person], *, blows: Sequence[Blow], kills: int) -> Evening:
    """Let everybody tap while workers are killed and the blows fall; return what it was like."""
    with day.engine.connect() as connection:
        halls = connection.execute(text("SELECT id, hall_salt FROM gathering"))
        salts: dict[int, bytes] = {hall.id: hall.hall_salt for hall in halls}
    taps = in_order(people)
    total, began = len(taps), time.monotonic()
    clients = [Phones(Screens(day, salts)) for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        runs = [pool.submit(client.take, taps) for client in clients]

        def done() -> float:
            return 1 if all(run.done() for run in runs) else 0.999 * (1 - len(taps) / total)

        day.strike(blows, kills, done)
        for run in runs:
            run.result()
    seconds = time.monotonic() - began
    receipts = [receipt for client in clients for receipt in client.receipts]
    refusals: Counter[str] = sum((client.refusals for client in clients), Counter())
    faults = [fault for client in clients for fault in client.faults]
    if not day.stands_again():
        faults.append("the web does not stand again")
    faults += faults_in(day, people, receipts)
    longest = max(client.longest for client in clients)
    return Evening(seconds, total, longest, refusals, day.struck, faults)


def faults_in(day: BadDay, people: list[Person], receipts: list[tuple[Person, int, bytes]]) -> list[str]:
    """Return what is not as it was promised: one line, one first time and one receipt for everybody."""
    with day.engine.connect() as connection:
        rows = connection.execute(text("SELECT gathering_id, member_id, checked_in_at FROM roll_line")).all()
    lines = {(gathering_id, member_id): at for gathering_id, member_id, at in rows}
    found = [] if len(rows) == len(people) else [f"{len(rows)} lines for {len(people)} members"]
    held: dict[Person, list[tuple[int, bytes]]] = {person: [] for person in people}
    for person, status, answer in receipts:
        held[person].append((status, answer))
    for person, answers in held.items():
        at = lines.get((person.gathering_id, person.member_id))
        told = {"gathering_id": person.gathering_id, "status": "observer" if person.guest else "present"}
        stored = told | {"at": at and iso(at), "to_confirm": False}
        if len(answers) != TAPS:
            found.append(f"{len(answers)} receipts of {person}")
        if [status for status, _ in answers].count(201) > 1:
            found.append(f"told of a first time twice: {person}")
        if any(json.loads(answer) != stored for _, answer in answers):
            found.append(f"{person} holds {answers}, stored is {stored}")
    return found
