"""The schedule: when each run is due, that it runs once, and that what was missed is caught up once."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from jobs.schedule import Planned, daily, every, period_of, schedule
from jobs.ticker import FAILED_AGAIN, tick
from models.base import Sessions
from models.planned_run import PlannedRun, take_due
from tests.notices.campaign import CHANNELS

# 23:59:59 and 00:05:00 in Shanghai on the last day of a month and the first of the next.
BEFORE = datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)
FIVE_PAST = datetime(2026, 11, 30, 16, 5, tzinfo=UTC)


def counting(kind: str = "count", fails: int = 0) -> tuple[Planned, list[datetime]]:
    runs: list[datetime] = []

    def verb(_: Sessions, now: datetime) -> int:
        runs.append(now)
        if len(runs) <= fails:
            raise ZeroDivisionError
        return len(runs)

    return Planned(kind, daily(time(0, 5)), verb), runs


def done(sessions: Sessions) -> list[tuple[str, str | None]]:
    with sessions() as session:
        query = select(PlannedRun.period, PlannedRun.outcome).order_by(PlannedRun.due_at)
        return list(session.execute(query).all())


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (BEFORE, "2026-11-30T00:05"),
        (FIVE_PAST - timedelta(seconds=1), "2026-11-30T00:05"),
        (FIVE_PAST, "2026-12-01T00:05"),
    ],
)
def test_daily_run_falls_due_by_shanghais_clock(now: datetime, due: str) -> None:
    assert period_of(daily(time(0, 5))(now)) == due


def test_runs_of_every_ten_minutes_fall_due_on_the_tens() -> None:
    assert period_of(every(minutes=10)(BEFORE)) == "2026-11-30T23:50"
    assert period_of(every(minutes=10)(FIVE_PAST)) == "2026-12-01T00:00"
    assert period_of(every(minutes=60)(FIVE_PAST)) == "2026-12-01T00:00"


def test_kinds_of_the_schedule_are_told_apart() -> None:
    kinds = [line.kind for line in schedule(CHANNELS, lambda *_: 0, lambda *_: 0)]
    assert len(set(kinds)) == len(kinds)


def test_run_happens_once_however_often_it_ticks(sessions: Sessions) -> None:
    line, runs = counting()
    for minute in range(3):
        tick(sessions, [line], FIVE_PAST + timedelta(minutes=minute))
    assert runs == [FIVE_PAST]
    assert done(sessions) == [("2026-12-01T00:05", "1")]


def test_three_days_without_a_tick_are_caught_up_once(sessions: Sessions) -> None:
    line, runs = counting()
    tick(sessions, [line], FIVE_PAST)
    tick(sessions, [line], FIVE_PAST + timedelta(days=3))
    assert len(runs) == 2
    assert [period for period, _ in done(sessions)] == ["2026-12-01T00:05", "2026-12-04T00:05"]


def test_run_that_fails_is_tried_again_and_keeps_no_other_from_running(sessions: Sessions) -> None:
    broken, broken_runs = counting("broken", fails=1)
    sound, sound_runs = counting("sound")
    assert tick(sessions, [broken, sound], FIVE_PAST) == 1
    assert len(sound_runs) == 1
    tick(sessions, [broken, sound], FIVE_PAST + FAILED_AGAIN - timedelta(seconds=1))
    assert len(broken_runs) == 1
    assert tick(sessions, [broken, sound], FIVE_PAST + FAILED_AGAIN) == 1
    assert len(broken_runs) == 2


def test_run_that_somebody_else_is_at_is_passed_over(sessions: Sessions) -> None:
    inner: list[int] = []
    line, _ = counting()

    def verb(own: Sessions, now: datetime) -> int:
        inner.append(tick(own, [line], now))
        return 0

    tick(sessions, [line._replace(verb=verb)], FIVE_PAST)
    assert inner == [0]


def test_failed_run_of_yesterday_is_not_tried_beside_todays(sessions: Sessions) -> None:
    line, runs = counting(fails=1)
    tick(sessions, [line], FIVE_PAST)
    tick(sessions, [line], FIVE_PAST + timedelta(days=1))
    assert len(runs) == 2
    assert done(sessions)[0][1] == "missed" or done(sessions)[1][1] == "missed"


def test_run_that_a_stopped_process_holds_keeps_nothing_of_the_next_day_waiting(sessions: Sessions) -> None:
    # Control: with an UPDATE that waits for the row, the second tick ends after five seconds in an error.
    line, runs = counting(fails=1)
    tick(sessions, [line], FIVE_PAST)
    with sessions.begin() as stopped:
        assert take_due(stopped, now=FIVE_PAST + FAILED_AGAIN) is not None
        assert tick(sessions, [line], FIVE_PAST + timedelta(days=1)) == 1
    assert runs == [FIVE_PAST, FIVE_PAST + timedelta(days=1)]


def test_nothing_is_begun_by_who_may_lead_no_longer(sessions: Sessions) -> None:
    # Control: without the question before each run, the second one is run too.
    first, first_runs = counting("first")
    second, second_runs = counting("second")
    tick(sessions, [first, second], FIVE_PAST, lambda: not first_runs)
    assert (len(first_runs), len(second_runs)) == (1, 0)
    assert tick(sessions, [first, second], FIVE_PAST, lambda: False) == 0
    assert tick(sessions, [first, second], FIVE_PAST) == 1
    assert (len(first_runs), len(second_runs)) == (1, 1)
