"""The jobs process: one leader among several, taken over from the dead, ending cleanly when told."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from threading import Event, Thread

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from jobs.leader import LockLost, lead
from jobs.schedule import schedule
from models.base import Sessions
from tests.conftest import APP, url
from tests.jobs.leaders import HELD, a_process, leaders, runs, two_processes
from tests.notices.campaign import CHANNELS
from tests.running import until

pytestmark = pytest.mark.processes


def test_process_leads_runs_its_schedule_and_ends_when_asked(database: str) -> None:
    with a_process(database) as process:
        planned = {line.kind for line in schedule(CHANNELS, lambda *_: 0, lambda *_: 0)}
        until(lambda: set(runs(database)) == planned)
        assert leaders(database) == ["first"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert leaders(database) == []


def leads_now(database: str, name: str) -> bool:
    return leaders(database) == [name]


def test_process_whose_connection_to_the_lock_dies_ends_with_a_failure(database: str) -> None:
    """First the leader's, then that of whoever follows it, as when a database is started anew under both."""
    with two_processes(database, datetime.now(UTC)) as processes:
        (name,) = until(lambda: leaders(database))
        # As the app's own role, which may end what is its own; an owner need not be a superuser.
        engine = create_engine(url(APP, database), poolclass=NullPool)
        for following in sorted(processes, key=lambda other: other != name):
            until(partial(leads_now, database, following))
            with engine.connect() as connection:
                connection.execute(text(f"SELECT pg_terminate_backend(pid) {HELD}"))
            assert processes[following].wait(60) == 1


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
        thread.join(60)
        assert not thread.is_alive()


def test_database_that_is_not_there_is_a_lost_lock() -> None:
    with pytest.raises(LockLost):
        lead("postgresql+psycopg://nobody@127.0.0.1:9/none", Event(), lambda _: pytest.fail("led"))
