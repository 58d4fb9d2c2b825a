"""Spoilt callbacks against the real application: `python -m tests.wechat.mutations 20000 [SEED]`.

The suite sends a part of them, from another seed each time; whoever wants all gives the number.
"""

import gc
import logging
import os
import random
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import text
from sqlalchemy.orm import Session

from handlers.edge import App
from models.base import Base, Sessions, connect, sessions_of
from models.gatherings.gathering import GatheringState
from models.migrate import migrate
from servers import Postgres
from tests.conftest import NOON, REDIS
from tests.factories import a_binding, a_branch, a_gathering, a_member, a_roll
from tests.handlers.chat.follower import ACCOUNT_ADDRESS, KEY, MINI, MINI_ADDRESS, MINI_TOKEN, OA, Chat
from tests.handlers.one_app import app_with
from tests.wechat.spoilt import PEOPLE, Shot, Target, shots
from wechat.callback import Callback

MB = 1024 * 1024
TARGETS = (
    Target(ACCOUNT_ADDRESS, OA, "gh_account", "pamtest", KEY, safe=False),
    Target(MINI_ADDRESS, MINI, "gh_mini", MINI_TOKEN, KEY, safe=True),
)


@dataclass
class Fired:
    """What became of so many callbacks: answers by kind, what must not be, the slowest, and the memory."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0
    slowest_how: str = ""
    growth: float = 0.0

    def shown(self) -> str:
        """Return it for reading."""
        rows = [f"{how:<28}{status:>5}{count:>7}" for (how, status), count in sorted(self.answers.items())]
        slow = f"slowest {self.slowest * 1000:.0f} ms ({self.slowest_how}), memory {self.growth:+.1f} MB"
        return "\n".join([*rows, slow, *self.wrong[:20]])


def target_app(sessions: Sessions) -> App:
    """Return the real application over a branch whose people are bound on both sides, with a roll open."""
    with sessions.begin() as session:
        branch = a_branch(session)
        members = [a_member(session, branch, f"党员{n}") for n in range(PEOPLE)]
        for n, member in enumerate(members):
            for appid in (OA, MINI):
                a_binding(session, member, appid, f"o{n}")
        gathering = a_gathering(session, branch, state=GatheringState.OPEN)
        a_roll(session, gathering, branch, members)
    parts = Chat(sessions).app.parts
    # The account takes every mode: plain, compatible and safe.
    return app_with(replace(parts, account_callback=Callback(OA, "pamtest", (KEY,), False, "gh_account")))


def spoilt(seed: int) -> Iterable[Shot]:
    """Yield callbacks without end for the application's own moment."""
    return shots(TARGETS, random.Random(seed), int((NOON + timedelta(seconds=1)).timestamp()))


def fire(app: App, bullets: Iterable[Shot], number: int) -> Fired:
    """Send so many; memory is compared from a quarter of them on, when all is built that is built once."""
    fired, process, settled = Fired(), psutil.Process(), 0
    for turn, shot in enumerate(islice(bullets, number)):
        if turn == number // 4:
            settled = process.memory_info().rss
        started = time.perf_counter()
        status = _answer(app, shot)
        took = time.perf_counter() - started
        if took > fired.slowest:
            fired.slowest, fired.slowest_how = took, shot.how
        fired.answers[shot.how, status] += 1
        if status not in ((200, 400, 403, 413) if shot.signed else (400, 403, 413)):
            fired.wrong.append(f"{status} {shot.how}: {shot.query} {shot.body[:2000]!r}")
    fired.growth = (process.memory_info().rss - settled) / MB
    return fired


def _answer(app: App, shot: Shot) -> int:
    """Call the application as a WSGI server does; return the status."""
    statuses: list[str] = []

    def start(status: str, *_: Any) -> Callable[[bytes], object]:
        statuses.append(status)
        return statuses.append  # type: ignore[return-value]

    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": shot.address,
        "QUERY_STRING": shot.query,
        "CONTENT_TYPE": "text/xml",
        "CONTENT_LENGTH": str(len(shot.body)),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(shot.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    body = app.wsgi_app(environ, start)
    b"".join(body)
    body.close()  # type: ignore[attr-defined]
    return int(statuses[0][:3])


def everything(session: Session) -> dict[str, tuple[int, int]]:
    """Return how many rows each table has, and a sum over all that is in them."""
    found = {}
    for name in Base.metadata.tables:
        row = session.execute(
            text(f"SELECT count(*), coalesce(sum(hashtext(t::text)::bigint), 0) FROM {name} t")
        ).one()
        found[name] = (int(row[0]), int(row[1]))
    return found


def main() -> int:
    """Send as many as the command line says; 1 where one was answered as none may be, or had an effect."""
    number = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else secrets.randbelow(2**32)
    logging.disable(logging.CRITICAL)
    os.environ.setdefault(REDIS, "redis://127.0.0.1:1")  # nothing listens there, and nothing asks
    with tempfile.TemporaryDirectory(prefix="zone-mutations-") as folder:
        postgres = Postgres(Path(folder) / "postgres", fast=True).start()
        try:
            owner, address = postgres.url("owner", "postgres"), postgres.url("app", "postgres")
            migrate(owner, address)
            sessions = sessions_of(connect(address, pool_size=2))
            app = target_app(sessions)
            gc.collect()
            gc.freeze()  # as the web does: else some callback waits for a walk through all that is loaded
            started = time.perf_counter()
            fired = fire(app, spoilt(seed), number)
            seconds = time.perf_counter() - started
        finally:
            postgres.stop()
    print(f"{fired.shown()}\nseed {seed}: {number} callbacks in {seconds:.0f} s, {len(fired.wrong)} wrong")
    return 1 if fired.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
