"""The process that keeps the schedule is killed, or stopped, in the middle of a run: all is done, once."""

import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from datetime import time as clock

import pytest
from sqlalchemy import select

from jobs.schedule import schedule
from models.audit import Audit
from models.base import Sessions
from models.clock import at
from models.gatherings.gathering import Gathering, GatheringState
from models.planned_run import PlannedRun
from tests.factories import a_branch, a_gathering, a_township, a_zone
from tests.jobs.leaders import leaders, two_processes
from tests.notices.campaign import CHANNELS
from tests.running import until
from tests.together import WAIT_FOR_ME

SIX_PAST = at(date(2026, 11, 26), clock(0, 6))  # what was left open on the 25th is to be closed
KINDS = {line.kind for line in schedule(CHANNELS, lambda *_: 0, lambda *_: 0)}
BAR = 15.0


@pytest.fixture
def left_open(sessions: Sessions) -> list[int]:
    """Three gatherings of the 25th that nobody closed."""
    with sessions.begin() as session:
        township = a_township(session, a_zone(session))
        branches = [a_branch(session, township, name=f"{name}村党支部") for name in ("青石", "河东", "上坝")]
        return [a_gathering(session, branch, GatheringState.OPEN).id for branch in branches]


@contextmanager
def held_up(sessions: Sessions, gathering_id: int) -> Iterator[None]:
    """Keep a gathering from everybody; what is inside happens while the leader waits for it."""
    with sessions() as session:
        session.get_one(Gathering, gathering_id, with_for_update=True)
        until(lambda: session.scalar(WAIT_FOR_ME))
        yield


def closings(sessions: Sessions) -> Counter[int | None]:
    """Return how often each gathering was closed, by the log of acts."""
    with sessions() as session:
        return Counter(session.scalars(select(Audit.subject_id).where(Audit.verb == "close")))


def outcomes(sessions: Sessions) -> dict[str, list[str | None]]:
    """Return how the runs of each kind ended; a minute may have passed, and with it a run of each minute."""
    found: dict[str, list[str | None]] = {}
    with sessions() as session:
        for run in session.scalars(select(PlannedRun).where(PlannedRun.outcome.is_distinct_from("missed"))):
            found.setdefault(run.kind, []).append(run.outcome)
    return found


def done(sessions: Sessions) -> set[str]:
    """Return the kinds of which no run waits or is under way."""
    return {kind for kind, ended in outcomes(sessions).items() if None not in ended}


def seconds_until_led_by(database: str, name: str) -> float:
    """Wait until this process keeps the schedule; return how long it took."""
    began = time.monotonic()
    until(lambda: leaders(database) == [name])
    return time.monotonic() - began


def test_standby_takes_over_from_a_leader_killed_in_the_middle_of_a_run(
    database: str, sessions: Sessions, left_open: list[int]
) -> None:
    # Control: with the run's row marked as done before its verb, two of the three stay open.
    with two_processes(database, SIX_PAST) as processes:
        with held_up(sessions, left_open[1]):
            (killed,) = leaders(database)
            assert closings(sessions) == {left_open[0]: 1}
            processes.pop(killed).kill()
        (standby,) = processes
        assert seconds_until_led_by(database, standby) < BAR
        until(lambda: done(sessions) == KINDS)
    assert closings(sessions) == dict.fromkeys(left_open, 1)
    assert outcomes(sessions)["close_gatherings"] == ["2"]


def test_standby_takes_over_from_a_leader_that_is_stopped_and_wakes_up_again(
    database: str, sessions: Sessions, left_open: list[int]
) -> None:
    # Control: without idle_session_timeout the database leaves the lock to the stopped process for ever.
    with two_processes(database, SIX_PAST) as processes:
        with held_up(sessions, left_open[1]):
            (name,) = leaders(database)
            stopped = processes.pop(name)
            stopped.send_signal(signal.SIGSTOP)
        (standby,) = processes
        assert seconds_until_led_by(database, standby) < BAR

        def the_rest_is_done() -> bool:
            assert processes[standby].poll() is None, "the standby has ended too"
            return done(sessions) == KINDS - {"close_gatherings"}

        until(the_rest_is_done)
        stopped.send_signal(signal.SIGCONT)
        assert stopped.wait(60) == 1
        assert leaders(database) == [standby]
    assert closings(sessions) == dict.fromkeys(left_open, 1)
    assert outcomes(sessions)["close_gatherings"] == ["3"]
