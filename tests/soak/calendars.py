"""Calendar after calendar of three months in a small zone, on a real disk."""

import secrets
import time
import traceback
from pathlib import Path

from models.base import connect, sessions_of
from models.migrate import migrate
from servers import Postgres
from tests.notices.months import Months
from tests.notices.test_calendars import live_through

CONNECTIONS = 24


def soak(folder: Path, *, seconds: float) -> list[str]:
    """Return the fault that a calendar showed; each has a database of its own."""
    postgres = Postgres(folder / "postgres").start()
    end, number, fault = time.monotonic() + seconds, 0, ""
    try:
        while not fault and time.monotonic() < end:
            number += 1
            fault = _round(postgres, f"round_{number}")
    finally:
        postgres.stop()
    return [fault] if fault else []


def _round(postgres: Postgres, name: str) -> str:
    """Return the fault of one calendar, empty where there is none."""
    seed, began = secrets.randbelow(2**32), time.monotonic()
    postgres.create_database(name)
    migrate(postgres.url("owner", name), postgres.url("app", name))
    engine = connect(postgres.url("app", name), pool_size=CONNECTIONS)
    try:
        live_through(Months(sessions_of(engine), seed))
    except AssertionError:
        return f"calendars, seed {seed}: {traceback.format_exc()}"
    finally:
        engine.dispose()
    print(f"three months, seed {seed}, {time.monotonic() - began:.0f} s", flush=True)
    return ""
