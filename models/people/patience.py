"""How long somebody who guessed passwords wrongly waits before the next try is judged."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people.tries import Guess, Tries

# Five in a quarter of an hour, ten in an hour, twenty in six hours: the wait grows and always ends.
LIMITS = ((timedelta(minutes=15), 5), (timedelta(hours=1), 10), (timedelta(hours=6), 20))


def next_try_at(session: Session, who_hash: bytes, *, now: datetime) -> datetime:
    """Return when the next password may be tried under LIMITS; `now` if it may be at once."""
    rows = session.execute(
        select(Tries.minute, Tries.n)
        .where(Tries.purpose == Guess.PASSWORD, Tries.who_hash == who_hash, Tries.n > 0)
        .order_by(Tries.minute.desc())
        .limit(60)
    ).all()
    free_at = now
    for span, most in LIMITS:
        spent = 0
        for minute, n in rows:
            spent += n
            if spent >= most:
                free_at = max(free_at, datetime.fromtimestamp(minute * 60, UTC) + span)
                break
    return free_at
