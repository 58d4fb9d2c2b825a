"""The hours in which nobody's phone is made to ring."""

from datetime import datetime, time, timedelta

from models.clock import SHANGHAI, at, day_of

FROM, UNTIL = time(21), time(8)


def quiet_until(now: datetime) -> datetime | None:
    """Return 08:00 in Shanghai that ends the night around `now`; None by day.

    Rule: nothing is sent from 21:00 to 08:00.
    """
    clock = now.astimezone(SHANGHAI).time()
    if clock >= FROM:
        return at(day_of(now) + timedelta(days=1), UNTIL)
    return at(day_of(now), UNTIL) if clock < UNTIL else None


def first_loud(now: datetime) -> datetime:
    """Return the first moment from `now` on at which a message may go out."""
    return quiet_until(now) or now
