"""The schedule over midnight, the 25th and a leap day, tick after tick, and with a clock that is put back."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from jobs.schedule import Planned, daily, period_of, schedule
from jobs.ticker import FAILED_AGAIN, tick
from models.audit import Audit
from models.base import Sessions
from models.clock import SHANGHAI, at, day_of
from models.gatherings.gathering import Gathering, GatheringKind
from models.notices.delivery import Delivery
from models.notices.notice import Notice
from tests.notices.campaign import CHANNELS, a_draft

DAILY = {"close_gatherings": time(0, 5), "draft_ahead": time(8, 30), "retain": time(3, 30),
         "sync_followers": time(4, 10)}  # fmt: skip
LINES = schedule(CHANNELS, lambda *_: 0, lambda *_: 0)
ACTING = {"open_due", "close_gatherings", "draft_ahead", "remind", "retain"}
HOUR = timedelta(hours=1)
BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
NIGHTS = {  # from an evening to the night after next: two midnights
    "the_25th": datetime(2026, 11, 24, 22, tzinfo=SHANGHAI),
    "the_end_of_a_year": datetime(2026, 12, 30, 22, tzinfo=SHANGHAI),
    "a_leap_day": datetime(2028, 2, 28, 22, tzinfo=SHANGHAI),
    "no_leap_day": datetime(2027, 2, 27, 22, tzinfo=SHANGHAI),
}


def noting(runs: list[tuple[str, datetime]]) -> list[Planned]:
    """Return the daily lines of the schedule, which only note when they run."""

    def line(one: Planned) -> Planned:
        def verb(_: Sessions, now: datetime) -> int:
            runs.append((one.kind, now))
            return 0

        return one._replace(verb=verb)

    return [line(one) for one in LINES if one.kind in DAILY]


@given(st.integers(0, 6 * 366 * 24 * 60 * 60).map(lambda seconds: BEGIN + timedelta(seconds=seconds)))
def test_each_line_last_fell_due_within_its_span_and_on_its_time(now: datetime) -> None:
    for line in LINES:
        due = line.last_due(now)
        span = timedelta(days=1) if line.kind in DAILY else HOUR
        assert due <= now < due + span
        assert line.last_due(due) == due, "due at the very moment"
        if line.kind in DAILY:
            assert due.astimezone(SHANGHAI).time() == DAILY[line.kind]
        assert datetime.fromisoformat(period_of(due)).replace(tzinfo=SHANGHAI) == due.replace(
            second=0, microsecond=0
        )


@pytest.mark.parametrize("evening", NIGHTS.values(), ids=NIGHTS)
def test_each_daily_run_happens_once_a_day(sessions: Sessions, evening: datetime) -> None:
    runs: list[tuple[str, datetime]] = []
    lines = noting(runs)
    tick(sessions, lines, evening)
    runs.clear()
    for half_hour in range(1, 2 * 50):
        tick(sessions, lines, evening + half_hour * HOUR / 2)
    days = [day_of(evening) + timedelta(days=n) for n in (1, 2)]
    assert Counter((kind, day_of(now)) for kind, now in runs) == {(k, day): 1 for k in DAILY for day in days}
    for kind, now in runs:
        assert timedelta(0) <= now - at(day_of(now), DAILY[kind]) < HOUR / 2


def test_clock_put_back_an_hour_runs_nothing_twice(sessions: Sessions) -> None:
    # Control: with periods named by the moment of the tick, each run happens twice.
    runs: list[tuple[str, datetime]] = []
    lines = noting(runs)
    midnight = datetime(2028, 2, 29, tzinfo=SHANGHAI)
    for minutes in (-10, 6, -54, -1, 4, 5, 20):
        tick(sessions, lines, midnight + timedelta(minutes=minutes))
    closings = [now for kind, now in runs if kind == "close_gatherings"]
    assert closings == [midnight - timedelta(minutes=10), midnight + timedelta(minutes=6)]


def test_run_that_failed_is_not_missed_for_a_clock_put_back(sessions: Sessions) -> None:
    # Control: with every other run of the kind marked as missed, the last tick runs nothing.
    fails, runs = [ZeroDivisionError], list[datetime]()

    def verb(_: Sessions, now: datetime) -> int:
        runs.append(now)
        if fails:
            raise fails.pop()
        return 0

    line = Planned("close_gatherings", daily(time(0, 5)), verb)
    five_past = at(date(2026, 11, 26), time(0, 5))
    tick(sessions, [line], five_past)
    tick(sessions, [line], five_past - HOUR)  # the run of the 25th, which nobody had planned
    assert tick(sessions, [line], five_past + FAILED_AGAIN) == 1
    assert runs == [five_past, five_past - HOUR, five_past + FAILED_AGAIN]


def closed_and_told(sessions: Sessions) -> dict[date, Counter[str]]:
    """Return what the clock did to the gathering of each day, and how many were told by it of what."""
    did: dict[date, Counter[str]] = {}
    with sessions() as session:
        for it in session.scalars(select(Gathering)):
            acts = select(Audit.verb).where(Audit.subject == "gathering", Audit.subject_id == it.id)
            told = select(Notice.kind, func.count()).join(Delivery).group_by(Notice.kind)
            by_kind = session.execute(told.where(Notice.gathering_id == it.id)).all()
            counted = Counter(session.scalars(acts.where(Audit.account_id.is_(None))))
            did[day_of(it.starts_at)] = counted + Counter({kind.value: n for kind, n in by_kind})
    return did


def test_february_of_a_leap_year_goes_its_way_once(sessions: Sessions) -> None:
    """A theme day that the clock drafts on the 25th, an assembly on the 29th."""
    leap_day = at(date(2028, 2, 29), time(15))
    with sessions.begin() as session:
        campaign = a_draft(session, people=2, starts_at=leap_day)
        campaign.gathering.kind, campaign.gathering.period = GatheringKind.MEMBER_ASSEMBLY, "2028-02"
    lines = [line for line in LINES if line.kind in ACTING]
    ticks = [timedelta(days=day, hours=hour) for day in (0, 2, 6, 7, 8, 10, 11, 12) for hour in (1, 9, 17)]
    for later in ticks:
        now = at(date(2028, 2, 18), time(0)) + later
        for moment in (now, now - HOUR):  # after every tick somebody puts the clock back
            tick(sessions, lines, moment)
        if now == at(date(2028, 2, 20), time(9)):
            with sessions.begin() as session:
                session.execute(update(Gathering).values(place="村部二楼会议室"))
                for it in session.scalars(select(Gathering)).all():
                    replace(campaign, gathering=it).publish(session, now)
    once = {"open": 1, "close": 1, "notice": 2, "reminder": 2}
    assert closed_and_told(sessions) == {
        date(2028, 2, 25): Counter(once | {"draft": 1}),
        leap_day.date(): Counter(once),
    }
    with sessions() as session:
        ended = {day_of(it.starts_at): it.closed_at for it in session.scalars(select(Gathering))}
    assert ended == {
        date(2028, 2, 25): at(date(2028, 2, 26), time(0)),
        date(2028, 2, 29): at(date(2028, 3, 1), time(0)),
    }
