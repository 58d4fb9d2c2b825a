"""Commits that are undone in the end: a savepoint for each of them, and none for what only reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event


class Undone(psycopg.Connection[Any]):
    """A connection that can be made to keep to itself what is committed."""

    undoing = done = False

    def commit(self) -> None:
        """Keep what was done so far, whatever is rolled back after it."""
        if not self.undoing:
            super().commit()
            return
        self.execute("SAVEPOINT done")
        self.done = True

    def rollback(self) -> None:
        """Take back what was not committed."""
        if self.done:
            self.execute("ROLLBACK TO done")
        else:
            super().rollback()


def can_undo(engine: Engine) -> None:
    """Have an engine make such connections."""

    @event.listens_for(engine, "do_connect")
    def connected(dialect: Any, record: Any, arguments: Any, named: dict[str, Any]) -> Undone:
        return Undone.connect(*arguments, **named)


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """Take back everything that is done on a connection, also what is committed."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, Undone)
    driver.undoing = True
    try:
        yield
    finally:
        driver.undoing = driver.done = False
        if not driver.closed:
            driver.rollback()
