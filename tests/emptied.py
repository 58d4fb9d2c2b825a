"""A database that is emptied and used again: a copy for each test would cost ten times as much."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import psycopg
from sqlalchemy import Engine, QueuePool

from models.tables import TABLES
from tests.databases import OWNER, clone_database, drop_database, url

FILLED = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in TABLES)
BEGUN = "SELECT seqrelid::regclass::text, pg_sequence_last_value(seqrelid) FROM pg_sequence"
# What another test has left behind: a transaction, or a lock of a session.
BUSY = """
SELECT FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
AND state <> 'idle'
UNION ALL SELECT FROM pg_locks WHERE locktype = 'advisory'
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
CONNECTED = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
# So often one database is used: what was deleted still takes room in it.
USES = 100
# One stays connected to the database of the worker.
OWNERS: dict[str, psycopg.Connection] = {}


class Rows(NamedTuple):
    """All rows of a database, to be put into an empty one, and how far its keys have come."""

    tables: dict[str, bytes]
    keys: dict[str, int]


def owned(database: str) -> psycopg.Connection:
    """Connect as the owner, past every trigger and reference: rows go and come as they are.

    So the owner of a server that is given by DATABASE_OWNER_URL has to be a superuser.
    """
    address = url(OWNER, database).replace("+psycopg", "")
    return psycopg.connect(address, autocommit=True, options="-c session_replication_role=replica")


def rows_of(database: str) -> Rows:
    """Read all rows of a database."""
    tables: dict[str, bytes] = {}
    with owned(database) as connection, connection.cursor() as cursor:
        for (name,) in connection.execute(FILLED).fetchall():
            with cursor.copy(f'COPY "{name}" TO STDOUT (FORMAT binary)') as copied:
                tables[name] = b"".join(bytes(part) for part in copied)
        keys = {name: last for name, last in connection.execute(BEGUN).fetchall() if last is not None}
    return Rows(tables, keys)


def put(rows: Rows, database: str) -> None:
    """Write them into an empty database, with their keys."""
    with _owner_of(database) as connection, connection.transaction(), connection.cursor() as cursor:
        for name, content in rows.tables.items():
            with cursor.copy(f'COPY "{name}" FROM STDIN (FORMAT binary)') as copy:
                copy.write(content)
        cursor.execute("".join(f"SELECT setval('{name}', {last});" for name, last in rows.keys.items()))


@contextmanager
def _owner_of(database: str) -> Iterator[psycopg.Connection]:
    """Give the owner's connection to the worker's database, which stays, or a new one to another."""
    if database in OWNERS:
        yield OWNERS[database]
    else:
        with owned(database) as connection:
            yield connection


def put_away(engine: Engine) -> None:
    """Close an engine's connections, also those of sessions that nobody closed and nobody has any more."""
    pool = engine.pool
    assert isinstance(pool, QueuePool)
    if pool.checkedout():
        gc.collect()
    engine.dispose()


@dataclass
class Emptied:
    """The worker's database for real commits, and the engine whose connections outlive a test."""

    engine: Engine
    place: list[str]
    database: str = ""
    left: int = 0

    def enter(self) -> None:
        """Have the engine connect to a database without rows."""
        if self.left and self._quiet():
            _empty(OWNERS[self.database])
        else:
            self.leave()
            self.database, self.left = clone_database(), USES
            OWNERS[self.database] = owned(self.database)
        self.left -= 1
        self.place[0] = self.database

    def leave(self) -> None:
        """Drop the database, and whoever is still connected."""
        put_away(self.engine)
        if self.database:
            OWNERS.pop(self.database).close()
            drop_database(self.database)

    def _quiet(self) -> bool:
        """Say whether nobody but the engine's own idle connections is there."""
        if self.place[0] != self.database:
            put_away(self.engine)
        owner, pool = OWNERS[self.database], self.engine.pool
        assert isinstance(pool, QueuePool)
        idle = owner.execute(CONNECTED, prepare=True).fetchone()
        return idle == (pool.checkedin(),) and not owner.execute(BUSY, prepare=True).rowcount


def _empty(owner: psycopg.Connection) -> None:
    filled = [name for (name,) in owner.execute(FILLED, prepare=True)]
    begun = [name for name, last in owner.execute(BEGUN, prepare=True) if last is not None]
    owner.execute(
        "".join(f'DELETE FROM "{name}";' for name in filled)
        + "".join(f"SELECT setval('{name}', 1, false);" for name in begun)
    )
