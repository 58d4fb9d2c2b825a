"""Round after round of two thousand who are told on a bad day, with time-outs as long as WeChat's own."""

import secrets
import time
import traceback
from pathlib import Path

from models.migrate import migrate
from servers import Postgres
from tests.hard.sends import TUESDAY, Size
from tests.hard.test_sends_through_kills import live_through
from tests.hard.zones import open_zone

# Longer than our own ten seconds: it is we who give up.
SIZE = Size(followers=1600, phones=300, both=100, held=12.0)


def soak(folder: Path, *, seconds: float) -> list[str]:
    """Return the fault that a round found; each has an installation of its own on a real disk."""
    end, number, fault = time.monotonic() + seconds, 0, ""
    while not fault and time.monotonic() < end:
        number += 1
        place = folder / f"round-{number}"
        place.mkdir()
        fault = _round(place)
    return [fault] if fault else []


def _round(folder: Path) -> str:
    """Return the fault of one round, empty where there is none."""
    seed, began = secrets.randbelow(2**32), time.monotonic()
    postgres = Postgres(folder / "postgres").start()
    try:
        postgres.create_database("zone")
        migrate(postgres.url("owner", "zone"), postgres.url("app", "zone"))
        with open_zone(folder, at=TUESDAY, on=postgres) as zone:
            live_through(zone, SIZE, seed)
    except AssertionError:
        return f"sends, seed {seed}: {traceback.format_exc()}"
    finally:
        postgres.stop()
    said = zone.running.logs()
    if "Traceback" in said:
        return said[said.index("Traceback") :][:4000]
    print(f"{SIZE.people} told through five kills, seed {seed}, {time.monotonic() - began:.0f} s", flush=True)
    return ""
