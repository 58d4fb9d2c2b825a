"""What of the outbox is not settled yet: how much, and how long the oldest is due."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from models.notices.delivery import Delivery, DeliveryState

UNSETTLED = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING, DeliveryState.UNKNOWN)


class Waiting(NamedTuple):
    """Messages by their state, every unsettled state named; and for how many seconds the oldest is due."""

    by_state: dict[DeliveryState, int]
    oldest_due_seconds: float


def waiting_of(session: Session, *, now: datetime) -> Waiting:
    """Return what waits; 0.0 seconds where nothing in the queue is due."""
    unsettled = select(Delivery.state, func.count()).where(Delivery.state.in_(UNSETTLED))
    found = session.execute(unsettled.group_by(Delivery.state)).all()
    return Waiting(dict.fromkeys(UNSETTLED, 0) | dict(found), oldest_due_seconds(session, now=now) or 0.0)


def oldest_due_seconds(database: Session | Connection, *, now: datetime) -> float | None:
    """Return for how many seconds the oldest message that is due has been waiting; None: none is."""
    due = (Delivery.state == DeliveryState.QUEUED) & (Delivery.not_before <= now)
    since: datetime | None = database.scalar(select(func.min(Delivery.not_before)).where(due))
    return None if since is None else (now - since).total_seconds()
