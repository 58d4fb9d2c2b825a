"""The jobs process: it delivers always, and keeps the schedule while it leads."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from jobs.deliver import Outlets, deliver_until
from jobs.leader import Leads, LockLost, lead
from jobs.schedule import Planned
from jobs.ticker import tick
from models.base import Sessions

# Some claim and settle while the others' batches are on their way; a slow answer holds up one batch only:
# measured with 5 % faults, 645 messages a second with four, 386 with two.
DELIVERIES = 4
# Connections one process holds at most, beside the leader's own: its deliveries', a run's and its verb's.
CONNECTIONS = DELIVERIES + 2

log = logging.getLogger(__name__)


def run(
    sessions: Sessions,
    database_url: str,
    outlets: Outlets,
    lines: Sequence[Planned],
    clock: Callable[[], datetime],
) -> int:
    """Work until SIGTERM or SIGINT (0), or until the lock's connection is lost (1).

    Any number of these processes share the sending; one of them keeps the schedule, `lines`. Call it from
    the main thread.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    deliveries = [
        threading.Thread(target=deliver_until, args=(stopping, sessions, outlets, clock), daemon=True)
        for _ in range(DELIVERIES)
    ]
    for delivery in deliveries:
        delivery.start()
    try:
        lead(database_url, stopping, lambda leads: _ticking(leads, sessions, lines, clock))
    except LockLost as lost:
        # Not a moment longer: another process may be ticking already.
        log.error("the schedule's lock is lost (%s), this process ends", lost)
        return 1
    finally:
        stopping.set()
        for delivery in deliveries:
            delivery.join()
    return 0


@contextmanager
def _ticking(
    leads: Leads, sessions: Sessions, lines: Sequence[Planned], clock: Callable[[], datetime]
) -> Iterator[None]:
    """Tick now and each minute, one tick at a time; at the end wait for the run under way and no other."""
    ended = threading.Event()

    def tick_once() -> None:
        try:
            tick(sessions, lines, clock(), may_go_on=lambda: leads() and not ended.is_set())
        except SQLAlchemyError as failure:
            # What was due stays due; without the database the lock is lost too, and this process ends.
            log.warning("the schedule waits for the database: %s", type(failure).__name__)

    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_job(
        tick_once,
        "interval",
        minutes=1,
        next_run_time=datetime.now(UTC),
        coalesce=True,
        misfire_grace_time=None,
        max_instances=1,
    )
    scheduler.start()
    try:
        yield
    finally:
        ended.set()
        scheduler.shutdown(wait=True)
