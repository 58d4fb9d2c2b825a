"""One PostgreSQL and one Valkey for the whole run, a database for each worker, a clone for each race."""

import gc
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from models.base import Sessions, connect, sessions_of
from models.migrate import migrate
from servers import Postgres, Valkey
from tests.chromium import launched

OWNER, APP, REDIS, TEMPLATE = "TEST_OWNER_URL", "TEST_APP_URL", "TEST_REDIS_URL", "TEST_TEMPLATE"
STARTED: list[Postgres | Valkey] = []
# Begun last, one of these would keep one worker busy while the others have nothing left to do.
LONGEST = (
    "test_taps_through_kills.py",
    "test_the_road.py",
    "test_sends_through_kills.py",
    "test_demo.py",
    "test_demo_ratings.py",
    "test_chat_burst.py",
    "test_calendars.py",
    "test_answers.py",
    "test_guessing.py",
    "test_vectors.py",
    "test_ledgers_large.py",
    "test_sums.py",
)

# Wednesday, 25 November 2026, 14:50 in Shanghai: ten minutes before the usual theme day.
NOON = datetime(2026, 11, 25, 6, 50, tzinfo=UTC)


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers once, in the controller: a worker that owned them would take them along."""
    if hasattr(config, "workerinput"):
        return
    if "DATABASE_URL" in os.environ:
        owner = os.environ.get("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])
        app = _own_app_role(owner)
    else:
        postgres = Postgres(roomy_folder() / "postgres", fast=True).start()
        STARTED.append(postgres)
        owner, app = postgres.url("owner", "postgres"), postgres.url("app", "postgres")
    if "REDIS_URL" in os.environ:
        os.environ[REDIS] = os.environ["REDIS_URL"]
    else:
        valkey = Valkey(Path(tempfile.mkdtemp(prefix="zone-test-")) / "valkey").start()
        STARTED.append(valkey)
        os.environ[REDIS] = valkey.url()
    os.environ[OWNER], os.environ[APP] = owner, app
    # A name of this run's own: two runs on one server do not drop each other's template.
    template = os.environ[TEMPLATE] = f"zone_template_{secrets.token_hex(4)}"
    _statement(f"CREATE DATABASE {template}")
    migrate(url(OWNER, template), url(APP, template))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, whatever order the rest is shuffled into; the road is walked first."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what the imports made, and come round more rarely."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this run started."""
    starter = not hasattr(config, "workerinput")
    if TEMPLATE in os.environ:
        if starter:
            _drop_all(os.environ[TEMPLATE])
            if not any(isinstance(server, Postgres) for server in STARTED):
                _statement(f"DROP ROLE {make_url(os.environ[APP]).username}")
        _server().dispose()
    if starter:
        for server in reversed(STARTED):
            server.stop()
            shutil.rmtree(server.data.parent, ignore_errors=True)


def roomy_folder() -> Path:
    """Return a new folder in memory where there is room, for hundreds of copied databases; else on disk."""
    memory = Path("/dev/shm")  # noqa: S108
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 1024**3
    return Path(tempfile.mkdtemp(prefix="zone-test-", dir=memory if roomy else None))


def _drop_all(template: str) -> None:
    """Drop the template and its copies; a worker that was stopped may have left one."""
    with _server().connect() as connection:
        query = text("SELECT datname FROM pg_database WHERE starts_with(datname, :name)")
        names = connection.scalars(query, {"name": template}).all()
    for name in names:
        drop_database(name)


def _own_app_role(owner: str) -> str:
    """Make a plain role beside an owner that may create roles; return its address."""
    role, password = f"zone_test_{secrets.token_hex(4)}", secrets.token_hex(16)
    engine = create_engine(owner, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
    return make_url(owner).set(username=role, password=password).render_as_string(False)


def url(which: str, name: str) -> str:
    """Return the address of database `name` for the owner (OWNER) or the app (APP)."""
    return make_url(os.environ[which]).set(database=name).render_as_string(hide_password=False)


@cache
def _server() -> Engine:
    """One connection of the owner for each process: to make it costs more than to copy a database."""
    return create_engine(os.environ[OWNER], pool_size=1, isolation_level="AUTOCOMMIT")


def _statement(sql: str) -> None:
    with _server().connect() as connection:
        connection.exec_driver_sql(sql)


class Filled(NamedTuple):
    """A database to be copied by whoever needs the same rows, and what a test must know of them, pickled."""

    database: str
    known: bytes


def clone_database(of: str | None = None) -> str:
    """Copy the migrated template, or another database that nobody is connected to; return the copy's name."""
    name = f"{os.environ[TEMPLATE]}_{secrets.token_hex(4)}"
    _statement(f"CREATE DATABASE {name} TEMPLATE {of or os.environ[TEMPLATE]} STRATEGY file_copy")
    return name


def database_for_all(name: str, fill: Callable[[str], None]) -> str:
    """Return a copy of the template that the first worker to ask has filled; nobody may change it.

    `fill` gets the name of the copy. Whoever asks meanwhile waits.
    """
    whole = f"{os.environ[TEMPLATE]}_{name}"
    with _server().connect() as connection:
        connection.exec_driver_sql("SELECT pg_advisory_lock(hashtext(%(whole)s))", {"whole": whole})
        there = "SELECT FROM pg_database WHERE datname = %(whole)s"
        if not connection.exec_driver_sql(there, {"whole": whole}).rowcount:
            half = clone_database()
            fill(half)
            connection.exec_driver_sql(f"ALTER DATABASE {half} RENAME TO {whole}")
        connection.exec_driver_sql("SELECT pg_advisory_unlock(hashtext(%(whole)s))", {"whole": whole})
    return whole


def drop_database(name: str) -> None:
    """Drop a database and whoever is connected to it."""
    _statement(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The worker's own database, as the app's role."""
    name = clone_database()
    engine = connect(url(APP, name), pool_size=2)
    yield engine
    engine.dispose()
    drop_database(name)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose commits are savepoints, rolled back after the test."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        outer.rollback()


@pytest.fixture
def database() -> Iterator[str]:
    """The name of a database of this test's own: for races, processes and real commits."""
    name = clone_database()
    yield name
    drop_database(name)


@pytest.fixture(scope="session")
def roaming() -> Iterator[tuple[Engine, list[str]]]:
    """An engine, and the name of the database it connects to next: statements are compiled once for all."""
    engine, place = connect(url(APP, "postgres"), pool_size=24), ["postgres"]

    @event.listens_for(engine, "do_connect")
    def go_there(dialect: Any, record: Any, arguments: Any, named: dict[str, Any]) -> None:
        named["dbname"] = place[0]

    yield engine, place
    engine.dispose()


@pytest.fixture
def sessions(database: str, roaming: tuple[Engine, list[str]]) -> Iterator[Sessions]:
    """A session factory on a database of this test's own, with real commits."""
    engine, place = roaming
    place[0] = database
    yield sessions_of(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one browser of a run."""
    with launched() as browser:
        yield browser
