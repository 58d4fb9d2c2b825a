"""How far the notices of several gatherings have come, for the people of one's own branches."""

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from models.notices.delivery import Delivery, DeliveryState
from models.notices.notice import TO_EVERYBODY, Notice
from models.people.member import Member


class Progress(NamedTuple):
    """The audience of one notice: delivered, phoned, on its way, to be telephoned, not sent; adding up."""

    delivered: int
    phoned: int
    under_way: int
    to_phone: int
    unsent: int

    @property
    def told(self) -> int:
        """How many know of it."""
        return self.delivered + self.phoned

    @property
    def audience(self) -> int:
        """How many people the notice is for."""
        return sum(self)


def progress_of(counts: Counter[DeliveryState]) -> Progress:
    """Add the states of deliveries up to what a sender asks about."""
    delivered, phoned = counts[DeliveryState.DELIVERED], counts[DeliveryState.PHONED]
    to_phone = counts[DeliveryState.PHONE_LIST]
    unsent = counts[DeliveryState.DROPPED] + counts[DeliveryState.CANCELLED]
    under_way = counts.total() - delivered - phoned - to_phone - unsent
    return Progress(delivered, phoned, under_way, to_phone, unsent)


def progress_below(
    session: Session, gathering_ids: Collection[int], *, org_ids: Collection[int]
) -> dict[int, Progress]:
    """Return gathering id -> progress of its newest notice or change, for the people of these orgs."""
    newest = (
        select(Notice.id, Notice.gathering_id)
        .where(Notice.gathering_id.in_(gathering_ids), Notice.kind.in_(TO_EVERYBODY))
        .ext(distinct_on(Notice.gathering_id))
        .order_by(Notice.gathering_id, Notice.published_at.desc(), Notice.id.desc())
        .subquery()
    )
    rows = session.execute(
        select(newest.c.gathering_id, Delivery.state, func.count())
        .join(Delivery, Delivery.notice_id == newest.c.id)
        .join(Member, Member.id == Delivery.member_id)
        .where(or_(Member.branch_id.in_(org_ids), Member.group_id.in_(org_ids)))
        .group_by(newest.c.gathering_id, Delivery.state)
    ).all()
    states: dict[int, Counter[DeliveryState]] = {}
    for gathering_id, state, number in rows:
        states.setdefault(gathering_id, Counter())[state] = number
    return {gathering_id: progress_of(counts) for gathering_id, counts in states.items()}
