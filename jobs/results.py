"""What happens to messages by the clock after they were sent."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, or_, select, update

from models.base import Sessions
from models.gatherings.gathering import Gathering
from models.notices.delivery import Delivery, DeliveryState
from models.notices.matching import match_waiting
from models.notices.notice import TO_EVERYBODY, Notice
from models.notices.quiet import quiet_until
from models.notices.reason import Reason

WAITS = timedelta(hours=24)
# While there is still time to telephone.
UNKNOWN_BEFORE = timedelta(hours=3)
ACCEPTED_BEFORE = timedelta(hours=2)
# WeChat tells of a result within seconds; what it has not told in an hour it will hardly tell any more.
SILENT_FOR = timedelta(hours=1)


def match_events(sessions: Sessions, now: datetime) -> int:
    """Match the result events that found no message when they came; return how many."""
    with sessions.begin() as session:
        return match_waiting(session, now=now)


def phone_list_doubtful(sessions: Sessions, now: datetime) -> int:
    """Leave to the telephone what may not have arrived (可能未收到); return how many.

    What nobody knows the end of: after a day, or when the gathering starts within three hours. What WeChat
    took without ever telling of a result, and what a whole hour by day did not bring to it: when it starts
    within two hours. Reminders and prompts are worth no call.
    """
    unknown = and_(
        Delivery.state == DeliveryState.UNKNOWN,
        or_(Delivery.settled_at <= now - WAITS, Gathering.starts_at <= now + UNKNOWN_BEFORE),
    )
    near = and_(Gathering.starts_at <= now + ACCEPTED_BEFORE, Gathering.ends_at > now)
    silent = and_(Delivery.state == DeliveryState.ACCEPTED, Delivery.settled_at <= now - SILENT_FOR)
    waiting: ColumnElement[bool] = and_(
        Delivery.state == DeliveryState.QUEUED, Notice.published_at <= now - SILENT_FOR
    )
    if quiet_until(now - SILENT_FOR):
        waiting = false()
    doubtful = (
        select(Delivery.id)
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Gathering, Gathering.id == Notice.gathering_id)
        .where(Notice.kind.in_(TO_EVERYBODY), or_(unknown, and_(near, or_(silent, waiting))))
        .with_for_update(of=Delivery, key_share=True)
    )
    with sessions.begin() as session:
        moved = session.execute(
            update(Delivery)
            .where(Delivery.id.in_(doubtful))
            .values(state=DeliveryState.PHONE_LIST, reason=Reason.MAYBE)
            .returning(Delivery.id)
            .execution_options(synchronize_session=False)
        )
        return len(moved.all())
