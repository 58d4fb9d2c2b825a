"""Round after round of five thousand messages of five hundred followers, on a real disk."""

import os
import random
import secrets
import time
import traceback
from pathlib import Path

from models.base import connect, sessions_of
from models.migrate import migrate
from servers import Postgres, Valkey
from tests.conftest import REDIS
from tests.handlers.test_chat_burst import THREADS, a_burst, live_through

BRANCHES, IN_EACH = 10, 50


def soak(folder: Path, *, seconds: float) -> list[str]:
    """Return the fault that a round found; each has a database of its own."""
    postgres, valkey = Postgres(folder / "postgres").start(), Valkey(folder / "valkey").start()
    os.environ[REDIS] = valkey.url()
    end, number, fault = time.monotonic() + seconds, 0, ""
    try:
        while not fault and time.monotonic() < end:
            number += 1
            fault = _round(postgres, f"round_{number}")
    finally:
        valkey.stop()
        postgres.stop()
    return [fault] if fault else []


def _round(postgres: Postgres, name: str) -> str:
    """Return the fault of one round, empty where there is none."""
    seed, began = secrets.randbelow(2**32), time.monotonic()
    postgres.create_database(name)
    migrate(postgres.url("owner", name), postgres.url("app", name))
    engine = connect(postgres.url("app", name), pool_size=THREADS)
    try:
        burst = a_burst(sessions_of(engine), branches=BRANCHES, in_each=IN_EACH)
        live_through(burst, random.Random(seed))
    except AssertionError:
        return f"chat, seed {seed}: {traceback.format_exc()}"
    finally:
        engine.dispose()
    print(
        f"{BRANCHES * IN_EACH} wrote to the account, seed {seed}, {time.monotonic() - began:.0f} s",
        flush=True,
    )
    return ""
