"""How many messages one person may get in a month."""

from collections.abc import Collection
from datetime import datetime, time, timedelta

from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.orm import Session

from models.clock import at, day_of
from models.notices.delivery import Delivery, DeliveryState
from models.notices.reason import Reason
from models.people.member import Member
from models.people.org import DEFAULTS, Org, OrgSetting, Setting

# What may still go out, in whatever month its turn comes.
STILL_TO_GO = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING, DeliveryState.FAILED)

_LOCK = text("""
SELECT count(pg_advisory_xact_lock(hashtextextended('month_limit:' || branch_id, 0)))
FROM unnest(CAST(:branches AS bigint[])) AS branch_id
""")


def full_this_month(session: Session, member_ids: Collection[int], *, moment: datetime) -> set[int]:
    """Return those who have had, or may yet get, their month's messages; the month is that of `moment`.

    Counts what went or may have gone out by any channel, a change too. Until the commit nobody else counts
    for the same branches, so that two notices at once do not both take the last place. Rule: four messages
    a month, unless the organisation says otherwise.
    """
    if not member_ids:
        return set()
    rows = session.execute(
        select(Member.id, Member.branch_id, Org.path)
        .join(Org, Org.id == Member.branch_id)
        .where(Member.id.in_(member_ids))
    ).all()
    session.execute(_LOCK, {"branches": sorted({branch_id for _, branch_id, _ in rows})})
    limits = _limits(session)
    counted = _counted(session, member_ids, moment)
    return {member_id for member_id, _, path in rows if counted.get(member_id, 0) >= _limit(limits, path)}


def _counted(session: Session, member_ids: Collection[int], moment: datetime) -> dict[int, int]:
    first = day_of(moment).replace(day=1)
    begins = at(first, time())
    ends = at((first + timedelta(days=32)).replace(day=1), time())
    went = and_(
        Delivery.first_sent_at >= begins,
        Delivery.first_sent_at < ends,
        or_(Delivery.reason.is_(None), Delivery.reason == Reason.MAYBE),
    )
    query = select(Delivery.member_id, func.count()).where(
        Delivery.member_id.in_(member_ids),
        Delivery.channel.is_not(None),
        or_(went, and_(Delivery.state.in_(STILL_TO_GO), Delivery.not_before < ends)),
    )
    return dict(session.execute(query.group_by(Delivery.member_id)).all())


def _limits(session: Session) -> dict[str, int]:
    query = select(Org.path, OrgSetting.value).join(OrgSetting, OrgSetting.org_id == Org.id)
    return dict(session.execute(query.where(OrgSetting.key == Setting.MONTH_LIMIT)).all())


def _limit(limits: dict[str, int], path: str) -> int:
    """Return the nearest organisation's own limit, from `path` upwards."""
    above = max((one for one in limits if path.startswith(one)), key=len, default=None)
    return DEFAULTS[Setting.MONTH_LIMIT] if above is None else limits[above]
