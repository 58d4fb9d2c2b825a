"""Result events and the messages they speak of, whichever is stored first."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import TextClause, func, select, text, update
from sqlalchemy.orm import Session

from models.notices.delivery import Delivery, DeliveryState
from models.notices.event import Outcome, WechatEvent
from models.notices.reason import Reason

OPEN = (DeliveryState.ACCEPTED, DeliveryState.UNKNOWN)
# An event without a usable msgid belongs to a message first sent at most so long before it …
EARLIEST = timedelta(minutes=15)
# … or so little after it, for WeChat's clock is not ours.
LATEST = timedelta(minutes=1)
# Older events are not looked at again.
LOOKED_AT = timedelta(days=2)


class Result(NamedTuple):
    """One result event: how a message to one WeChat user of `appid` ended; `msgid` is None for 0."""

    appid: str
    natural_key: str
    msgid: str | None
    openid_hash: bytes
    happened_at: datetime
    outcome: Outcome
    reason: str | None


_LOCK = text("""
SELECT count(pg_advisory_xact_lock(hashtextextended(msgid, 0)))
FROM unnest(CAST(:msgids AS text[])) AS msgid
""")

# One statement for one event. The guard: what ended, or was told by telephone, no event changes.
_KEEP = text("""
WITH hit AS (
    UPDATE delivery d SET state = :state, reason = :end_reason, settled_at = :now
    FROM binding b
    WHERE d.msgid = :msgid AND d.state IN ('accepted', 'unknown')
        AND b.id = d.binding_id AND b.appid = :appid AND b.openid_hash = :openid_hash
    RETURNING d.id
)
INSERT INTO wechat_event (appid, natural_key, msgid, openid_hash, happened_at, outcome, reason, delivery_id)
VALUES (:appid, :natural_key, :msgid, :openid_hash, :happened_at, :outcome, :reason, (SELECT id FROM hit))
ON CONFLICT (appid, natural_key) DO NOTHING
""")

_BY_MSGID = text("""
SELECT e.id, d.id, e.outcome, e.reason, e.msgid
FROM wechat_event e
JOIN delivery d ON d.msgid = e.msgid
JOIN binding b ON b.id = d.binding_id AND b.appid = e.appid AND b.openid_hash = e.openid_hash
WHERE e.delivery_id IS NULL AND e.msgid = ANY(CAST(:msgids AS text[]))
""")

# Told twice of one message, an event counts once.
_BY_PERSON_AND_TIME = text("""
SELECT event_id, delivery_id, outcome, reason, msgid
FROM (
    SELECT e.id AS event_id, d.id AS delivery_id, d.state, e.outcome, e.reason, e.msgid,
        count(*) OVER (PARTITION BY e.id) AS deliveries, count(*) OVER (PARTITION BY d.id) AS events
    FROM wechat_event e
    JOIN binding b ON b.appid = e.appid AND b.openid_hash = e.openid_hash
    JOIN delivery d ON d.binding_id = b.id
    WHERE e.delivery_id IS NULL AND e.happened_at > :since
        AND d.first_sent_at BETWEEN e.happened_at - CAST(:earliest AS interval)
            AND e.happened_at + CAST(:latest AS interval)
        AND d.state IN ('queued', 'sending', 'accepted', 'unknown')
        AND (e.msgid IS NULL OR d.msgid IS NULL)
        AND NOT EXISTS (SELECT FROM wechat_event twin WHERE twin.delivery_id IS NULL AND twin.msgid = e.msgid
            AND twin.appid = e.appid AND twin.openid_hash = e.openid_hash AND twin.id < e.id)
) fit
WHERE deliveries = 1 AND events = 1 AND state IN ('accepted', 'unknown')
""")


def lock_msgids(session: Session, msgids: Sequence[str]) -> None:
    """Keep the other side out until the commit: an event and its response could else miss each other."""
    if msgids:
        session.execute(_LOCK, {"msgids": sorted(msgids)})


def keep_result(session: Session, result: Result, *, now: datetime) -> None:
    """Store a result event once and end the message it speaks of, if that is known already.

    An event that is early, or carries no msgid, waits. What failed is moved on by whoever delivers next.
    Source: WeChat, TEMPLATESENDJOBFINISH and subscribe_msg_sent_event.
    """
    if result.msgid is not None:
        lock_msgids(session, [result.msgid])
    state, end_reason = _end(result.outcome, result.reason)
    keys = {"outcome": result.outcome.value, "state": state, "end_reason": end_reason, "now": now}
    session.execute(_KEEP, result._asdict() | keys)


def match_accepted(session: Session, msgids: Sequence[str], *, now: datetime) -> int:
    """End the messages of these msgids whose event came before their response; return how many."""
    return _apply(session, _BY_MSGID, now=now, msgids=list(msgids))


def match_waiting(session: Session, *, now: datetime) -> int:
    """Match what is left: by msgid, else by person, template and time, where one message alone fits.

    Returns how many events found their message.
    """
    since = now - LOOKED_AT
    waiting = select(WechatEvent.msgid).where(
        WechatEvent.delivery_id.is_(None), WechatEvent.msgid.is_not(None), WechatEvent.happened_at > since
    )
    found = _apply(session, _BY_MSGID, now=now, msgids=list(session.scalars(waiting)))
    return found + _apply(
        session, _BY_PERSON_AND_TIME, now=now, since=since, earliest=EARLIEST, latest=LATEST
    )


def _apply(session: Session, pairs: TextClause, *, now: datetime, **keys: object) -> int:
    """End the delivery of each pair unless it has ended already, and note the event as matched.

    A delivery that never learnt its msgid keeps the event's, so that the same event again finds it.
    """
    found = session.execute(pairs, keys).all()
    for event_id, delivery_id, outcome, said, msgid in found:
        state, reason = _end(Outcome(outcome), said)
        session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id, Delivery.state.in_(OPEN))
            .values(state=state, reason=reason, settled_at=now, msgid=func.coalesce(Delivery.msgid, msgid))
            .execution_options(synchronize_session=False)
        )
        session.execute(
            update(WechatEvent)
            .where(WechatEvent.id == event_id)
            .values(delivery_id=delivery_id)
            .execution_options(synchronize_session=False)
        )
    return len(found)


def _end(outcome: Outcome, said: str | None) -> tuple[str, str | None]:
    if outcome is Outcome.DELIVERED:
        return DeliveryState.DELIVERED.value, None
    return DeliveryState.FAILED.value, (Reason.BLOCKED if said == "user block" else Reason.REFUSED).value
