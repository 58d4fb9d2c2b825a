"""Who keeps the schedule: the process that holds one advisory lock, and no other."""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

LOCK = 0x5A0E_1EAD
POLL = 1.0  # seconds between two questions whether the lock is free, or still ours
# A lock whose holder's machine is gone is given back by the database within half a minute.
KEEPALIVES = {"keepalives": 1, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}

log = logging.getLogger(__name__)


class LockLost(Exception):
    """The connection that holds, or waits for, the lock is gone: somebody else may lead by now."""


def lead(url: str, stopping: threading.Event, leading: Callable[[], AbstractContextManager[object]]) -> None:
    """Wait for the lock, then stay inside `leading()` until `stopping` is set. Raises LockLost.

    The connection is its own and not pooled, for the lock lives and dies with it.
    """
    engine = create_engine(
        url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"connect_timeout": 5, **KEEPALIVES},
    )
    try:
        with engine.connect() as connection:
            take = text("SELECT pg_try_advisory_lock(:lock)")
            while not connection.scalar(take, {"lock": LOCK}):
                if stopping.wait(POLL):
                    return
            log.info("this process keeps the schedule")
            with leading():
                while not stopping.wait(POLL):
                    connection.execute(text("SELECT 1"))
    except SQLAlchemyError as failure:
        raise LockLost(type(failure).__name__) from None
