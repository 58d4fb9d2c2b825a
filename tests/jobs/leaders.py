"""Jobs processes as app.py starts them, with nothing to send by, and which of them keeps the schedule."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from jobs.leader import LOCK
from tests.conftest import APP, OWNER, url
from tests.running import ROOT, until

PROCESS = """
import sys
from datetime import UTC, datetime, timedelta
from sqlalchemy import event
from jobs.deliver import Outlets
from jobs.run import CONNECTIONS, run
from jobs.schedule import schedule
from models.base import connect, sessions_of
from models.notices.audience import Channels
from wechat.breaker import Breaker

url, ahead = sys.argv[1], timedelta(seconds=float(sys.argv[2]))
engine = connect(url, pool_size=CONNECTIONS)

# What a test holds up on purpose may take a slow machine longer than the product waits: a run that gives up
# is tried again in five minutes, by rule, and no test waits for that.
@event.listens_for(engine, "connect")
def be_patient(connection, _):
    connection.execute("SET lock_timeout = '5min'")
    connection.execute("SET idle_in_transaction_session_timeout = '5min'")
    connection.commit()

outlets = Outlets(Channels(None, None, None), {}, Breaker())
lines = schedule(outlets.channels, lambda *_: 0, lambda *_: 0)
sys.exit(run(sessions_of(engine), url, outlets, lines, lambda: datetime.now(UTC) + ahead))
"""
# Of this database only: other tests' leaders sit on the same server.
HELD = (
    "FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
WAITING = (
    "SELECT application_name FROM pg_stat_activity WHERE datname = current_database()"
    " AND query LIKE '%pg_try_advisory_lock%' AND pid <> pg_backend_pid()"
)

Process = subprocess.Popen[bytes]


@contextmanager
def a_process(database: str, name: str = "first", at: datetime | None = None) -> Iterator[Process]:
    """Run one whose clock begins at a moment; the database knows its connections by its name."""
    ahead = (at - datetime.now(UTC)).total_seconds() if at else 0
    command = [sys.executable, "-c", PROCESS, url(APP, database), str(ahead)]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PGAPPNAME": name}) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def two_processes(database: str, at: datetime) -> Iterator[dict[str, Process]]:
    """Run two that ask for the lock, and only then let one of them have it; by their names."""
    engine = create_engine(url(APP, database), poolclass=NullPool)
    with a_process(database, "first", at) as first, a_process(database, "second", at) as second:
        with engine.connect() as connection:
            connection.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
            until(lambda: {"first", "second"} <= set(asked(database, WAITING)))
        yield {"first": first, "second": second}


def asked(database: str, query: str) -> list[Any]:
    """Return what the database answers its owner: a column."""
    engine = create_engine(url(OWNER, database), poolclass=NullPool)
    with engine.connect() as connection:
        return list(connection.execute(text(query)).scalars())


def leaders(database: str) -> list[str]:
    """Return who holds the schedule's lock in this database, by name."""
    return asked(database, f"SELECT application_name {HELD}")


def runs(database: str) -> list[str]:
    """Return the kinds of all runs that are done."""
    return asked(database, "SELECT kind FROM planned_run WHERE done_at IS NOT NULL ORDER BY kind")
