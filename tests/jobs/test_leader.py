"""The jobs process: one leader among several, taken over from the dead, ending cleanly when told."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from jobs.leader import LockLost, lead
from jobs.schedule import schedule
from models.base import Sessions
from tests.conftest import APP, OWNER, url
from tests.notices.campaign import CHANNELS
from tests.running import ROOT, until

pytestmark = pytest.mark.processes

# A jobs process as app.py starts one, with nothing to send by.
PROCESS = """
import sys
from datetime import UTC, datetime
from jobs.deliver import Outlets
from jobs.run import CONNECTIONS, run
from jobs.schedule import schedule
from models.base import connect, sessions_of
from models.notices.audience import Channels
from wechat.breaker import Breaker

url = sys.argv[1]
engine = connect(url, pool_size=CONNECTIONS)
outlets = Outlets(Channels(None, None, None), {}, Breaker())
lines = schedule(outlets.channels, lambda *_: 0, lambda *_: 0)
sys.exit(run(sessions_of(engine), url, outlets, lines, lambda: datetime.now(UTC)))
"""


@contextmanager
def a_process(database: str) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen([sys.executable, "-c", PROCESS, url(APP, database)], cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


# Of this database only: other tests' leaders sit on the same server.
HELD = (
    "FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def leaders(database: str) -> int:
    """How many connections hold the schedule's lock in this database."""
    engine = create_engine(url(OWNER, database), poolclass=NullPool)
    with engine.connect() as connection:
        return int(connection.scalar(text(f"SELECT count(*) {HELD}")) or 0)


def runs(database: str) -> list[str]:
    engine = create_engine(url(OWNER, database), poolclass=NullPool)
    with engine.connect() as connection:
        query = text("SELECT kind FROM planned_run WHERE done_at IS NOT NULL ORDER BY kind")
        return list(connection.execute(query).scalars())


def test_process_leads_runs_its_schedule_and_ends_when_asked(database: str) -> None:
    with a_process(database) as process:
        planned = {line.kind for line in schedule(CHANNELS, lambda *_: 0, lambda *_: 0)}
        until(lambda: set(runs(database)) == planned)
        assert leaders(database) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert leaders(database) == 0


def test_standby_takes_over_from_a_killed_leader(database: str) -> None:
    with a_process(database) as first:
        until(lambda: leaders(database) == 1)
        with a_process(database) as second:
            time.sleep(1.5)  # a standby that would not wait had the lock by now, or had ended
            assert second.poll() is None
            assert leaders(database) == 1
            os.kill(first.pid, signal.SIGKILL)
            first.wait(5)
            until(lambda: leaders(database) == 1, seconds=5)
            assert second.poll() is None


def test_leader_whose_lock_connection_dies_ends_with_a_failure(database: str) -> None:
    with a_process(database) as process:
        until(lambda: leaders(database) == 1)
        # As the app's own role, which may end what is its own; an owner need not be a superuser.
        engine = create_engine(url(APP, database), poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text(f"SELECT pg_terminate_backend(pid) {HELD}"))
        assert process.wait(10) == 1


def test_second_leader_waits_until_the_first_is_done(database: str, sessions: Sessions) -> None:
    led: list[str] = []

    @contextmanager
    def leading(name: str) -> Iterator[None]:
        led.append(name)
        yield

    stops = {name: Event() for name in "ab"}
    address = url(APP, database)
    threads = {
        name: Thread(target=lead, args=(address, stops[name], lambda _, name=name: leading(name)))
        for name in "ab"
    }
    threads["a"].start()
    until(lambda: led == ["a"])
    threads["b"].start()
    stops["a"].set()
    until(lambda: led == ["a", "b"])
    stops["b"].set()
    for thread in threads.values():
        thread.join(5)
        assert not thread.is_alive()


def test_database_that_is_not_there_is_a_lost_lock() -> None:
    with pytest.raises(LockLost):
        lead("postgresql+psycopg://nobody@127.0.0.1:9/none", Event(), lambda _: pytest.fail("led"))
