"""What of the outbox is not settled yet: how much, and how long the oldest is due."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.notices.delivery import Delivery, DeliveryState

UNSETTLED = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING, DeliveryState.UNKNOWN)


class Waiting(NamedTuple):
    """Messages by their state, every unsettled state named; and for how many seconds the oldest is due."""

    by_state: dict[DeliveryState, int]
    oldest_due_seconds: float


def waiting_of(session: Session, *, now: datetime) -> Waiting:
    """Return what waits; 0.0 seconds where nothing in the queue is due."""
    rows = session.execute(
        select(Delivery.state, func.count(), func.min(Delivery.not_before))
        .where(Delivery.state.in_(UNSETTLED))
        .group_by(Delivery.state)
    ).all()
    counts = dict.fromkeys(UNSETTLED, 0) | {state: count for state, count, _ in rows}
    due = [since for state, _, since in rows if state == DeliveryState.QUEUED]
    return Waiting(counts, max((now - due[0]).total_seconds(), 0.0) if due else 0.0)
