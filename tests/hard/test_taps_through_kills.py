"""Ten thousand members tap five times each while workers are killed and the database comes and goes."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from tests.conftest import roomy_folder
from tests.hard.bad_day import KILLED, bad_day
from tests.hard.taps import TAPS, a_crowd, live_through
from tests.running import ROOT

ROOMS = ("app.py", "settings.py", "config.toml", "embedded", "handlers", "jobs", "models", "wechat")
# What decides between two taps at once: on a line that is there, and on a guest's that is not yet.
GUARDS = {
    "models/gatherings/check_in.py": "        RollLine.checked_in_at.is_(None),\n",
    "models/gatherings/guests.py": "    .on_conflict_do_nothing()\n",
}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory where there is one: what is killed here are processes, not the power."""
    folder = roomy_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_every_tap_of_ten_thousand_members_ends_in_the_one_receipt(folder: Path) -> None:
    # Controls: below, automatically; and by hand, without respawn_failed_workers the first killed worker
    # ends the web, and with synchronous_commit off the killed database forgets what phones were told.
    with bad_day(folder) as day:
        people = a_crowd(day, members=10_000, branches=250)
        day.running.start(jobs=False)
        blows = [
            (0.1, day.flush_cache),
            (0.3, day.stop_database),
            (0.5, day.stop_cache),
            (0.7, day.kill_database),
        ]
        evening = live_through(day, people, blows=blows, kills=8)
        print(evening)
        assert evening.faults[:20] == []
        assert evening.taps == 10_000 * TAPS
        assert day.struck[KILLED] >= 5
        assert {what: n for what, n in day.struck.items() if what != KILLED} == {
            "cache flushed": 1,
            "database restarted": 1,
            "cache stopped": 1,
            "database killed": 1,
        }
        assert "Traceback" not in day.running.logs()


def test_without_guards_and_keys_the_same_taps_are_found_out(folder: Path) -> None:
    root = folder / "product"
    root.mkdir()
    for room in ROOMS:
        copy = shutil.copytree if (ROOT / room).is_dir() else shutil.copy2
        copy(ROOT / room, root / room)
    for name, guard in GUARDS.items():
        code = (root / name).read_text("utf-8")
        assert code.count(guard) == 1
        (root / name).write_text(code.replace(guard, ""), "utf-8")
    with bad_day(folder, root=root) as day:
        owner = create_engine(day.running.environment["DATABASE_OWNER_URL"])
        with owner.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE roll_line DROP CONSTRAINT pk_roll_line")
            connection.exec_driver_sql("DROP INDEX uq_roll_line_openid")
        owner.dispose()
        people = a_crowd(day, members=200, branches=10, guests=2)
        day.running.start(jobs=False)
        found = live_through(day, people, blows=[], kills=0).faults
    assert any(fault.startswith("told of a first time twice") for fault in found)
    assert any(fault.endswith("lines for 200 members") for fault in found)
