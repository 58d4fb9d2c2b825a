"""Commits that are undone in the end: a savepoint for each of them, and none for what only reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Connection, Engine, event


class Undone(psycopg.Connection[Any]):
    """A connection that can be made to keep to itself what is committed."""

    undoing = done = False

    def commit(self) -> None:
        """Keep what was done so far, whatever is rolled back after it."""
        if not self.undoing:
            super().commit()
        elif self._begun:
            self._say(b"SAVEPOINT done")
            self.done = True

    def rollback(self) -> None:
        """Take back what was not committed."""
        if self.done:
            self._say(b"ROLLBACK TO done")
        elif self._begun:
            self._say(b"ROLLBACK")

    @property
    def _begun(self) -> bool:
        return self.pgconn.transaction_status != TransactionStatus.IDLE

    def _say(self, command: bytes) -> None:
        """Tell the database past the driver, which forgets every prepared statement after a rollback.

        It has to where a table may have come or gone; here none does, and to plan all anew costs more than
        to ask.
        """
        answer = self.pgconn.exec_(command)
        assert answer.status == ExecStatus.COMMAND_OK, answer.get_error_message()


def can_undo(engine: Engine) -> None:
    """Have an engine make such connections."""

    @event.listens_for(engine, "do_connect")
    def connected(dialect: Any, record: Any, arguments: Any, named: dict[str, Any]) -> Undone:
        connection = Undone.connect(*arguments, **named)
        connection.prepared_max = 1_000
        return connection


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
