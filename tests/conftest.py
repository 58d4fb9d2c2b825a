"""One PostgreSQL and one Valkey for the whole run, databases for each worker, a clone for each race."""

import gc
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from models.base import Sessions, connect, sessions_of
from models.migrate import migrate
from servers import Postgres, Valkey
from tests.chromium import launched
from tests.databases import (
    APP,
    OWNER,
    TEMPLATE,
    Filled,
    clone_database,
    database_for_all,
    drop_database,
    server,
    statement,
    url,
)
from tests.emptied import Emptied, put_away
from tests.undone import can_undo

__all__ = [
    "APP",
    "NOON",
    "OWNER",
    "REDIS",
    "TEMPLATE",
    "Filled",
    "clone_database",
    "database_for_all",
    "drop_database",
    "url",
]

REDIS = "TEST_REDIS_URL"
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

# Whoever asks for one of these commits for real, and most ask a whole site.
COMMITS = {"site", "sessions", "database"}

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
    statement(f"CREATE DATABASE {template}")
    migrate(url(OWNER, template), url(APP, template))


def pytest_itemcollected(item: pytest.Item) -> None:
    """Leave out of make quick what commits for real, and what is proved by many drawn examples."""
    if isinstance(item, pytest.Function) and (
        COMMITS.intersection(item.fixturenames) or getattr(item.obj, "is_hypothesis_test", False)
    ):
        item.add_marker("thorough")


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
            if not any(isinstance(started, Postgres) for started in STARTED):
                statement(f"DROP ROLE {make_url(os.environ[APP]).username}")
        server().dispose()
    if starter:
        for started in reversed(STARTED):
            started.stop()
            shutil.rmtree(started.data.parent, ignore_errors=True)


def roomy_folder() -> Path:
    """Return a new folder in memory where there is room, for hundreds of copied databases; else on disk."""
    memory = Path("/dev/shm")  # noqa: S108
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 1024**3
    return Path(tempfile.mkdtemp(prefix="zone-test-", dir=memory if roomy else None))


def _drop_all(template: str) -> None:
    """Drop the template and its copies; a worker that was stopped may have left one."""
    with server().connect() as connection:
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


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The worker's own database, as the app's role."""
    name = clone_database()
    engine = connect(url(APP, name), pool_size=2)
    can_undo(engine)
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


@pytest.fixture(scope="session")
def emptied(roaming: tuple[Engine, list[str]]) -> Iterator[Emptied]:
    """The worker's database for real commits."""
    emptied = Emptied(*roaming)
    yield emptied
    emptied.leave()


@pytest.fixture
def sessions(request: pytest.FixtureRequest, roaming: tuple[Engine, list[str]]) -> Iterator[Sessions]:
    """A session factory with real commits, on a database without rows.

    It is this test's own where the test asks for `database` too, and may then be altered.
    """
    engine, place = roaming
    if "database" not in request.fixturenames:
        emptied: Emptied = request.getfixturevalue("emptied")
        emptied.enter()
        yield sessions_of(engine)
        return
    put_away(engine)
    place[0] = request.getfixturevalue("database")
    yield sessions_of(engine)
    put_away(engine)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one browser of a run."""
    with launched() as browser:
        yield browser
