"""What one database is drawn for after another: bursts of chat messages, and calendars of three months."""

import os
import random
import secrets
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from models.base import Sessions, connect, sessions_of
from models.migrate import migrate
from servers import Postgres, Valkey
from tests.conftest import REDIS
from tests.handlers.chat import test_chat_burst
from tests.notices import test_calendars
from tests.notices.months import Months

CONNECTIONS = 24


def chat(sessions: Sessions, seed: int) -> None:
    """Have five hundred followers write five thousand messages."""
    burst = test_chat_burst.a_burst(sessions, branches=10, in_each=50)
    test_chat_burst.live_through(burst, random.Random(seed))


def calendars(sessions: Sessions, seed: int) -> None:
    """Have a small zone live through three months."""
    test_calendars.live_through(Months(sessions, seed))


def soak(folder: Path, *, seconds: float) -> list[str]:
    """Return the fault that a round found; each has a database of its own on a real disk."""
    postgres, valkey = Postgres(folder / "postgres").start(), Valkey(folder / "valkey").start()
    os.environ[REDIS] = valkey.url()
    try:
        for live in (chat, calendars):
            end, number, fault = time.monotonic() + seconds / 2, 0, ""
            while not fault and time.monotonic() < end:
                number += 1
                fault = _round(postgres, f"{live.__name__}_{number}", live)
            if fault:
                return [fault]
    finally:
        valkey.stop()
        postgres.stop()
    return []


def _round(postgres: Postgres, name: str, live: Callable[[Sessions, int], None]) -> str:
    """Return the fault of one round, empty where there is none."""
    seed, began = secrets.randbelow(2**32), time.monotonic()
    postgres.create_database(name)
    migrate(postgres.url("owner", name), postgres.url("app", name))
    engine = connect(postgres.url("app", name), pool_size=CONNECTIONS)
    try:
        live(sessions_of(engine), seed)
    except AssertionError:
        return f"{name}, seed {seed}: {traceback.format_exc()}"
    finally:
        engine.dispose()
    print(f"{name}, seed {seed}, {time.monotonic() - began:.0f} s", flush=True)
    return ""
