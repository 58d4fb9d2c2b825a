"""Round after round of ten thousand guesses at a hall's six digits, on a real disk."""

import time
import traceback
from pathlib import Path

from models.migrate import migrate
from servers import Postgres
from tests.hard.test_guessing import hold_out
from tests.hard.zones import open_zone

GUESSES = 10_000


def soak(folder: Path, *, seconds: float) -> list[str]:
    """Return the fault that a round found; each is at a new hall of one installation."""
    postgres = Postgres(folder / "postgres").start()
    try:
        postgres.create_database("zone")
        migrate(postgres.url("owner", "zone"), postgres.url("app", "zone"))
        with open_zone(folder, on=postgres) as zone:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                began = time.monotonic()
                hold_out(zone, GUESSES)
                print(f"{GUESSES} guesses at a hall's digits, {time.monotonic() - began:.0f} s", flush=True)
    except AssertionError:
        return [f"guesses: {traceback.format_exc()}"]
    finally:
        postgres.stop()
    said = zone.running.logs()
    return [said[said.index("Traceback") :][:4000]] if "Traceback" in said else []
