"""The databases of a run: the migrated template, its copies, and where to reach them."""

import os
import secrets
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from sqlalchemy import Engine, create_engine, make_url

OWNER, APP, TEMPLATE = "TEST_OWNER_URL", "TEST_APP_URL", "TEST_TEMPLATE"


def url(which: str, name: str) -> str:
    """Return the address of database `name` for the owner (OWNER) or the app (APP)."""
    return make_url(os.environ[which]).set(database=name).render_as_string(hide_password=False)


@cache
def server() -> Engine:
    """One connection of the owner for each process: to make it costs more than to copy a database."""
    return create_engine(os.environ[OWNER], pool_size=1, isolation_level="AUTOCOMMIT")


def statement(sql: str) -> None:
    """Run one statement as the owner."""
    with server().connect() as connection:
        connection.exec_driver_sql(sql)


class Filled(NamedTuple):
    """A database to be copied by whoever needs the same rows, and what a test must know of them, pickled."""

    database: str
    known: bytes


def clone_database(of: str | None = None) -> str:
    """Copy the migrated template, or another database that nobody is connected to; return the copy's name."""
    name = f"{os.environ[TEMPLATE]}_{secrets.token_hex(4)}"
    statement(f"CREATE DATABASE {name} TEMPLATE {of or os.environ[TEMPLATE]} STRATEGY file_copy")
    return name


def database_for_all(name: str, fill: Callable[[str], None]) -> str:
    """Return a copy of the template that the first worker to ask has filled; nobody may change it.

    `fill` gets the name of the copy. Whoever asks meanwhile waits.
    """
    whole = f"{os.environ[TEMPLATE]}_{name}"
    with server().connect() as connection:
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
    statement(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
