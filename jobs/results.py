"""What happens to messages by the clock after they were sent."""

from datetime import datetime, timedelta

from sqlalchemy import update

from models.base import Sessions
from models.notices.delivery import Delivery, DeliveryState
from models.notices.matching import match_waiting
from models.notices.reason import Reason

WAITS = timedelta(hours=24)


def match_events(sessions: Sessions, now: datetime) -> int:
    """Match the result events that found no message when they came; return how many."""
    with sessions.begin() as session:
        return match_waiting(session, now=now)


def phone_list_unknown(sessions: Sessions, now: datetime) -> int:
    """Leave to the telephone what nobody knows the end of after a day; return how many."""
    overdue = (
        update(Delivery)
        .where(Delivery.state == DeliveryState.UNKNOWN, Delivery.settled_at <= now - WAITS)
        .values(state=DeliveryState.PHONE_LIST, reason=Reason.MAYBE)
        .returning(Delivery.id)
    )
    with sessions.begin() as session:
        return len(session.execute(overdue).all())
