"""One tick of the schedule: plan what has fallen due, and run each once."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import text

from jobs.schedule import Planned, Verb, period_of
from models.base import Sessions
from models.planned_run import plan, take_due

FAILED_AGAIN = timedelta(minutes=5)
# Longer than any run takes: the row of a process that was stopped in the middle is free again after this.
LONGEST_RUN = "10min"

log = logging.getLogger(__name__)


def tick(
    sessions: Sessions,
    schedule: Sequence[Planned],
    now: datetime,
    may_go_on: Callable[[], bool] = lambda: True,
) -> int:
    """Plan and run what is due; return how many runs ended well.

    What was missed while nobody ticked is caught up once. A run that fails is tried again in five minutes.
    No run is begun once `may_go_on` says no: somebody else may keep the schedule by now.
    """
    if not may_go_on():
        return 0
    with sessions.begin() as session:
        for line in schedule:
            due_at = line.last_due(now)
            plan(session, line.kind, period_of(due_at), due_at=due_at)
    verbs = {line.kind: line.verb for line in schedule}
    ended_well = 0
    while may_go_on() and (went := _run_one(sessions, verbs, now)) is not None:
        ended_well += went
    return ended_well


def _run_one(sessions: Sessions, verbs: dict[str, Verb], now: datetime) -> bool | None:
    """Run the oldest due run while holding its row; None when there is none."""
    with sessions.begin() as session:
        # The row is held while its verb works in transactions of its own.
        session.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{LONGEST_RUN}'"))
        run = take_due(session, now=now)
        if run is None:
            return None
        verb = verbs.get(run.kind)
        if verb is None:
            run.done_at, run.outcome = now, "no such kind"
            return False
        try:
            changed = verb(sessions, now)
        except Exception:
            log.exception("%s of %s failed", run.kind, run.period)
            run.due_at = now + FAILED_AGAIN
            return False
        run.done_at, run.outcome = now, str(changed)
        return True
