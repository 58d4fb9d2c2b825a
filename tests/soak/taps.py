"""Round after round of ten thousand members who tap, on a real disk, with twice as many blows."""

import time
from pathlib import Path

from sqlalchemy import text

from tests.bench.zone import reset
from tests.hard.bad_day import BadDay, Blow, bad_day
from tests.hard.taps import a_crowd, live_through

NO_END = 10**9


def soak(folder: Path, *, seconds: float) -> list[str]:
    """Return the faults that the rounds found; one installation lives through all of them."""
    faults: list[str] = []
    with bad_day(folder) as day:
        people = a_crowd(day, members=10_000, branches=250)
        day.running.start(jobs=False)
        end = time.monotonic() + seconds
        while time.monotonic() < end and not faults:
            evening = live_through(day, people, blows=blows_of(day), kills=NO_END)
            print(evening, flush=True)
            faults += evening.faults[:20]
            _forget(day)
        if "Traceback" in (said := day.running.logs()):
            faults.append(said[said.index("Traceback") :][:4000])
    return faults


def blows_of(day: BadDay) -> list[Blow]:
    """Return the blows of one round."""
    return [
        (0.1, day.flush_cache),
        (0.2, day.stop_database),
        (0.35, day.kill_database),
        (0.45, day.stop_cache),
        (0.55, day.start_cache),
        (0.65, day.kill_database),
        (0.8, day.stop_database),
        (0.9, day.flush_cache),
    ]


def _forget(day: BadDay) -> None:
    """Let nobody have come, as before the first round."""
    with day.engine.begin() as connection:
        connection.execute(text("DELETE FROM roll_line WHERE roll_id IS NULL"))
        connection.execute(text("DELETE FROM tries"))
    reset(day.running.environment["DATABASE_OWNER_URL"])
