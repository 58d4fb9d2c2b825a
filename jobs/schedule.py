"""The schedule: what runs, how often, and the verb that does it. Times are Shanghai's."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import NamedTuple

from jobs.drafts import draft_ahead
from jobs.gatherings import close_gatherings, open_due
from jobs.guesses import watch_guesses
from jobs.reminders import prompt_secretaries, remind_of_gatherings
from jobs.results import match_events, phone_list_doubtful
from jobs.retain import retain
from models.base import Sessions
from models.clock import SHANGHAI, at, day_of
from models.notices.audience import Channels
from models.notices.quiet import quiet_until

# Safe to run twice; returns how many rows it changed.
Verb = Callable[[Sessions, datetime], int]


class Planned(NamedTuple):
    """One line of the schedule. `last_due` gives the newest moment not after now at which it is due."""

    kind: str
    last_due: Callable[[datetime], datetime]
    verb: Verb


def every(minutes: int) -> Callable[[datetime], datetime]:
    """Return when something last fell due that does so each so many minutes; an hour's part, or an hour."""
    step = timedelta(minutes=minutes)
    return lambda now: now - timedelta(seconds=now.timestamp() % step.total_seconds())


def daily(clock: time) -> Callable[[datetime], datetime]:
    """Return when something last fell due that does so each day at this Shanghai time."""

    def last_due(now: datetime) -> datetime:
        today = at(day_of(now), clock)
        return today if today <= now else at(day_of(now) - timedelta(days=1), clock)

    return last_due


def by_day(verb: Verb) -> Verb:
    """Return the verb that does nothing in the silent hours; its first run after them catches up."""
    return lambda sessions, now: 0 if quiet_until(now) else verb(sessions, now)


def schedule(channels: Channels, publish: Verb, follow: Verb) -> tuple[Planned, ...]:
    """Return all that happens by the clock; what makes messages sends them by these channels.

    `publish` brings articles into the official account, and out of it; `follow` ends the links of those who
    have left it.
    """
    return (
        Planned("match_events", every(minutes=1), match_events),
        Planned("publish_articles", every(minutes=1), publish),
        Planned("open_due", every(minutes=10), open_due),
        Planned("close_gatherings", daily(time(0, 5)), close_gatherings),
        Planned("phone_list_doubtful", every(minutes=10), phone_list_doubtful),
        Planned("draft_ahead", daily(time(8, 30)), draft_ahead),
        Planned("remind", every(minutes=10), by_day(partial(remind_of_gatherings, channels=channels))),
        Planned("prompt", every(minutes=60), by_day(partial(prompt_secretaries, channels=channels))),
        Planned("watch_guesses", every(minutes=60), watch_guesses),
        Planned("retain", daily(time(3, 30)), retain),
        Planned("sync_followers", daily(time(4, 10)), follow),
    )


def period_of(due_at: datetime) -> str:
    """Return the name of the run due then, `2026-11-25T14:30`."""
    return f"{due_at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"
