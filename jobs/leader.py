"""Who keeps the schedule: the process that holds one advisory lock, and no other."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from models.base import GIVEN_UP, GIVING_UP

LOCK = 0x5A0E_1EAD
POLL = 1.0  # seconds between two questions whether the lock is free, or still ours
# Seconds without a question after which the database takes the lock back: from a process that was stopped
# and from a machine that is gone alike, whatever becomes of their connection.
SILENCE = 10
SPARE = 2.0  # seconds before that in which the holder begins nothing any more

Leads = Callable[[], bool]

log = logging.getLogger(__name__)


class LockLost(Exception):
    """The connection that holds, or waits for, the lock is gone: somebody else may lead by now."""


def lead(
    url: str, stopping: threading.Event, leading: Callable[[Leads], AbstractContextManager[object]]
) -> None:
    """Wait for the lock, then stay inside `leading(...)` until `stopping` is set. Raises LockLost.

    What `leading` is given says whether the lock is still certainly ours. The connection is its own and not
    pooled, for the lock lives and dies with it.
    """
    engine = create_engine(
        url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={
            **GIVING_UP,
            "options": f"-c idle_session_timeout={SILENCE}s -c statement_timeout=5s {GIVEN_UP}",
        },
    )
    asked = time.monotonic()

    def leads() -> bool:
        return time.monotonic() < asked + SILENCE - SPARE

    try:
        with engine.connect() as connection:
            take = text("SELECT pg_try_advisory_lock(:lock)")
            while not connection.scalar(take, {"lock": LOCK}):
                if stopping.wait(POLL):
                    return
                asked = time.monotonic()
            log.info("this process keeps the schedule")
            with leading(leads):
                while not stopping.wait(POLL):
                    # Before the question, for the database counts from its answer.
                    about_to_ask = time.monotonic()
                    connection.execute(text("SELECT 1"))
                    asked = about_to_ask
    except SQLAlchemyError as failure:
        raise LockLost(type(failure).__name__) from None
