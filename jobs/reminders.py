"""What the clock tells people by a message: the reminder of the day before, and prompts to secretaries."""

from datetime import datetime

from models.base import Sessions
from models.notices.audience import Channels
from models.notices.prompt import due_prompts, prompt
from models.notices.reminder import remind, to_remind


def remind_of_gatherings(sessions: Sessions, now: datetime, *, channels: Channels) -> int:
    """Remind of every gathering that begins within a day; return of how many."""
    with sessions() as session:
        ids = to_remind(session, now=now)
    done = 0
    for gathering_id in ids:
        with sessions.begin() as session:
            done += remind(session, gathering_id, channels, now=now)
    return done


def prompt_secretaries(sessions: Sessions, now: datetime, *, channels: Channels) -> int:
    """Tell secretaries what falls due at their branch; return how many prompts reached anybody."""
    with sessions() as session:
        due = due_prompts(session, now=now)
    done = 0
    for one in due:
        with sessions.begin() as session:
            done += prompt(session, one, channels, now=now)
    return done
