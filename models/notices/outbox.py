"""The outbox's two doors: claim what is due, and settle what became of it, each a short transaction.

Between the two nothing is held but a lease: whoever dies there leaves a row that is taken up again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.notices.audience import Channels
from models.notices.delivery import Channel, DeliveryState
from models.notices.matching import lock_msgids, match_accepted
from models.notices.next_channel import move_on
from models.notices.quiet import first_loud, quiet_until
from models.notices.reason import Reason
from models.notices.subscription import spend_grants

LEASE = timedelta(seconds=60)
# WeChat forgets a client_msg_id after ten minutes; the last repeat must arrive well before.
GUARDED = timedelta(minutes=9)
# The person allows no (more) subscription messages.
NOT_ALLOWED = 43101


class Claimed(NamedTuple):
    """One message to send now, as plain values that outlive the transaction.

    `needed_by`: later it is of no use. `is_first`: no earlier try of it may have reached WeChat.
    """

    delivery_id: int
    attempt_no: int
    channel: Channel
    binding_id: int
    openid: str
    notice_id: int
    gathering_id: int
    needed_by: datetime
    urgent: bool
    words: dict[str, str]
    first_sent_at: datetime
    is_first: bool

    @property
    def client_msg_id(self) -> str:
        """The key of this delivery by template, the same over all its tries; no other channel has one."""
        return f"t{self.delivery_id}"

    @property
    def is_guarded(self) -> bool:
        """Whether a second try of it is the same message to WeChat."""
        return self.channel is Channel.TEMPLATE


class Settled(NamedTuple):
    """What became of one claim. `nothing_sent`: certainly no try of it reached WeChat so far."""

    claim: Claimed
    state: DeliveryState
    not_before: datetime | None = None
    msgid: str | None = None
    errcode: int | None = None
    reason: Reason | None = None
    nothing_sent: bool = False


# A message is needed by the start of its gathering; a prompt, which asks nobody to come, within two days.
_CLAIM = text("""
WITH due AS (
    SELECT d.id, d.binding_id, d.channel, d.not_before, d.first_sent_at, b.openid, g.id AS gathering_id,
        n.texts -> CASE WHEN d.at_home THEN 'at_home' ELSE 'member' END AS words,
        CASE n.kind WHEN 'prompt' THEN n.published_at + interval '2 days' ELSE g.starts_at END AS needed_by,
        CASE n.kind WHEN 'prompt' THEN n.published_at + interval '2 days' WHEN 'reminder' THEN g.starts_at
            ELSE g.ends_at END AS sent_until,
        -- A later change, a cancellation among them, says what holds now.
        n.kind <> 'prompt' AND EXISTS (SELECT FROM notice c WHERE c.gathering_id = g.id
            AND c.kind = 'change' AND c.id > n.id) AS called_off
    FROM delivery d
    JOIN binding b ON b.id = d.binding_id
    JOIN notice n ON n.id = d.notice_id
    JOIN gathering g ON g.id = n.gathering_id
    WHERE d.state IN ('queued', 'held', 'sending') AND d.not_before <= :now
        AND (d.state <> 'sending' OR d.lease_until <= :now)
        AND (b.busy_until IS NULL OR b.busy_until <= :now) AND (d.urgent OR NOT :night)
    ORDER BY d.not_before, d.id
    LIMIT :limit
    FOR NO KEY UPDATE OF d, b SKIP LOCKED
), chosen AS (
    SELECT DISTINCT ON (binding_id) * FROM due ORDER BY binding_id, not_before, id
), judged AS (
    SELECT *, CASE
        WHEN first_sent_at IS NULL AND called_off THEN 'called_off'
        WHEN first_sent_at IS NULL AND openid IS NULL THEN 'binding_ended'
        WHEN first_sent_at IS NULL AND sent_until <= :now THEN 'too_late'
        WHEN first_sent_at <= :oldest OR first_sent_at IS NOT NULL
            AND (openid IS NULL OR called_off OR channel <> 'template') THEN 'doubt'
        ELSE 'send' END AS verdict
    FROM chosen
), stamped AS (
    UPDATE binding SET busy_until = :lease FROM judged
    WHERE binding.id = judged.binding_id AND judged.verdict = 'send'
)
UPDATE delivery d SET
    state = CASE verdict WHEN 'send' THEN 'sending' WHEN 'doubt' THEN 'unknown'
        WHEN 'called_off' THEN 'cancelled' ELSE 'failed' END,
    reason = CASE WHEN verdict IN ('send', 'doubt', 'called_off') THEN NULL ELSE verdict END,
    attempt_no = d.attempt_no + CASE verdict WHEN 'send' THEN 1 ELSE 0 END,
    first_sent_at = CASE verdict WHEN 'send' THEN coalesce(d.first_sent_at, :now) ELSE d.first_sent_at END,
    lease_until = CASE verdict WHEN 'send' THEN CAST(:lease AS timestamptz) END,
    settled_at = CASE verdict WHEN 'send' THEN d.settled_at ELSE :now END
FROM judged WHERE d.id = judged.id
RETURNING d.id, d.attempt_no, d.channel, d.binding_id, judged.openid, d.notice_id, judged.gathering_id,
    judged.needed_by, d.urgent, judged.words, d.first_sent_at, judged.first_sent_at IS NULL, judged.verdict
""")

# By night: what waits is held or left to a telephone; what may already be there is not repeated.
_HOLD = text("""
WITH due AS (
    SELECT d.id, d.first_sent_at,
        CASE n.kind WHEN 'prompt' THEN n.published_at + interval '2 days' ELSE g.starts_at END AS needed_by
    FROM delivery d JOIN notice n ON n.id = d.notice_id JOIN gathering g ON g.id = n.gathering_id
    WHERE d.state IN ('queued', 'held', 'sending') AND d.not_before <= :now AND NOT d.urgent
        AND (d.state <> 'sending' OR d.lease_until <= :now)
    FOR NO KEY UPDATE OF d SKIP LOCKED
), judged AS (
    SELECT id, CASE WHEN first_sent_at IS NOT NULL THEN 'unknown'
        WHEN needed_by <= :until THEN 'failed' ELSE 'held' END AS state
    FROM due
)
UPDATE delivery d SET state = judged.state, lease_until = NULL, settled_at = :now,
    not_before = CASE judged.state WHEN 'held' THEN :until ELSE d.not_before END,
    reason = CASE judged.state WHEN 'held' THEN 'night' WHEN 'failed' THEN 'before_morning' END
FROM judged WHERE d.id = judged.id
""")

_SETTLE = text("""
WITH done AS (
    UPDATE delivery d SET state = v.state, reason = v.reason, errcode = v.errcode,
        not_before = coalesce(v.not_before, d.not_before), msgid = coalesce(v.msgid, d.msgid),
        lease_until = NULL, settled_at = :now,
        first_sent_at = CASE WHEN v.nothing_sent THEN NULL ELSE d.first_sent_at END
    FROM unnest(CAST(:ids AS bigint[]), CAST(:attempts AS integer[]), CAST(:states AS text[]),
        CAST(:not_befores AS timestamptz[]), CAST(:msgids AS text[]), CAST(:errcodes AS integer[]),
        CAST(:reasons AS text[]), CAST(:nothing_sents AS boolean[]))
        AS v(id, attempt_no, state, not_before, msgid, errcode, reason, nothing_sent)
    WHERE d.id = v.id AND d.attempt_no = v.attempt_no AND d.state = 'sending'
    RETURNING d.id, d.binding_id
), freed AS (
    UPDATE binding SET busy_until = NULL FROM done WHERE binding.id = done.binding_id
)
SELECT id FROM done
""")

_STOP = text("""
UPDATE delivery SET state = 'failed', reason = 'stopped', errcode = :errcode, settled_at = :now
WHERE id IN (
    SELECT id FROM delivery WHERE notice_id = :notice AND channel = :channel AND first_sent_at IS NULL
        AND state IN ('queued', 'held') FOR NO KEY UPDATE SKIP LOCKED
)
""")

_PAUSE = text("""
UPDATE delivery d SET settled_at = :now, not_before = :until,
    state = CASE WHEN due.too_late THEN 'failed' ELSE d.state END,
    reason = CASE WHEN due.too_late THEN 'quota' ELSE d.reason END
FROM (
    SELECT d.id,
        CASE n.kind WHEN 'prompt' THEN n.published_at + interval '2 days' ELSE g.starts_at END
            <= CASE WHEN d.urgent THEN CAST(:until AS timestamptz) ELSE :sent_at END AS too_late
    FROM delivery d JOIN notice n ON n.id = d.notice_id JOIN gathering g ON g.id = n.gathering_id
    WHERE d.channel = :channel AND d.state IN ('queued', 'held') AND d.first_sent_at IS NULL
        AND d.not_before < :until
    FOR NO KEY UPDATE OF d SKIP LOCKED
) due WHERE d.id = due.id
""")


def claim(session: Session, channels: Channels, *, now: datetime, limit: int) -> list[Claimed]:
    """Take up to `limit` due messages nobody holds, at most one for each person, for a lease of 60 s.

    Commit before the call to WeChat. By night only what is urgent is taken, the rest is held until 08:00.
    A lease that ran out is taken again under the same id, as long as WeChat remembers it. What invites to a
    gathering that was called off meanwhile is not sent any more. What failed goes on to the next of
    `channels`, or to a telephone.
    """
    morning = quiet_until(now)
    if morning is not None:
        session.execute(_HOLD, {"now": now, "until": morning})
    keys = {"now": now, "lease": now + LEASE, "oldest": now - GUARDED, "limit": limit}
    rows = session.execute(_CLAIM, keys | {"night": morning is not None}).all()
    move_on(session, channels, now=now)
    return [_claimed(*row[:-1]) for row in rows if row.verdict == "send"]


def _claimed(delivery_id: int, attempt_no: int, channel: str, *rest: Any) -> Claimed:
    return Claimed(delivery_id, attempt_no, Channel(channel), *rest)


def accepted(claim: Claimed, msgid: str) -> Settled:
    """WeChat took the message; whether it arrived is told by an event. A msgid of 0 is none."""
    return Settled(claim, DeliveryState.ACCEPTED, msgid=msgid if msgid.strip("0") else None)


def unclear(claim: Claimed, *, pause: timedelta, errcode: int | None = None, now: datetime) -> Settled:
    """WeChat may have taken it: the same id again after a pause, unless that is too late; then unknown.

    A subscription message has no id of ours, so it is unknown at once.
    """
    again = now + pause
    if not claim.is_guarded or again >= claim.first_sent_at + GUARDED:
        return Settled(claim, DeliveryState.UNKNOWN, errcode=errcode)
    return Settled(claim, DeliveryState.QUEUED, not_before=again, errcode=errcode)


def put_off(
    claim: Claimed, until: datetime, *, errcode: int | None = None, reason: Reason = Reason.TOO_LATE
) -> Settled:
    """This try certainly did not reach WeChat: again at `until`; if it is needed sooner, it has failed.

    `reason` is why. An earlier try in doubt keeps its own rule: unknown once WeChat has forgotten it.
    """
    if not claim.is_first:
        too_old = until >= claim.first_sent_at + GUARDED
        state = DeliveryState.UNKNOWN if too_old else DeliveryState.QUEUED
        return Settled(claim, state, not_before=None if too_old else until, errcode=errcode)
    if claim.needed_by <= (until if claim.urgent else first_loud(until)):
        return refused(claim, reason, errcode)
    return Settled(claim, DeliveryState.QUEUED, not_before=until, errcode=errcode, nothing_sent=True)


def refused(claim: Claimed, reason: Reason, errcode: int | None) -> Settled:
    """WeChat will never deliver it by this channel, unless an earlier try is still in doubt."""
    if not claim.is_first:
        return Settled(claim, DeliveryState.UNKNOWN, errcode=errcode)
    return Settled(claim, DeliveryState.FAILED, errcode=errcode, reason=reason)


def settle(session: Session, results: Sequence[Settled], channels: Channels, *, now: datetime) -> int:
    """Write what became of claims, each only if it is still the attempt that was made; return how many.

    Events that came before their response are matched here. What failed goes on to the next of `channels`.
    A subscription message that went out uses up a grant. Locks msgids first, as `matching` does.
    """
    if not results:
        return 0
    msgids = [one.msgid for one in results if one.msgid]
    lock_msgids(session, msgids)
    mine = session.scalars(
        _SETTLE,
        {
            "now": now,
            "ids": [one.claim.delivery_id for one in results],
            "attempts": [one.claim.attempt_no for one in results],
            "states": [one.state.value for one in results],
            "not_befores": [one.not_before for one in results],
            "msgids": [one.msgid for one in results],
            "errcodes": [one.errcode for one in results],
            "reasons": [one.reason and one.reason.value for one in results],
            "nothing_sents": [one.nothing_sent for one in results],
        },
    ).all()
    if msgids:
        match_accepted(session, msgids, now=now)
    _count_grants(session, [one for one in results if one.claim.delivery_id in set(mine)], channels)
    move_on(session, channels, now=now)
    return len(mine)


def _count_grants(session: Session, results: Sequence[Settled], channels: Channels) -> None:
    asked = [one for one in results if one.claim.channel is Channel.SUBSCRIBE]
    went = [one.claim.binding_id for one in asked if one.state is DeliveryState.ACCEPTED]
    none = [one.claim.binding_id for one in asked if one.errcode == NOT_ALLOWED]
    spend_grants(session, channels.template_id, went=[] if channels.lasting else went, used_up=none)


def stop_notice(session: Session, claim: Claimed, errcode: int | None, *, now: datetime) -> None:
    """Send nothing more of a claim's notice by its channel: it would fail alike."""
    keys = {"notice": claim.notice_id, "channel": claim.channel.value}
    session.execute(_STOP, keys | {"errcode": errcode, "now": now})


def pause_channel(session: Session, channel: Channel, until: datetime, *, now: datetime) -> None:
    """Put off every waiting message of a channel until `until`; what is needed before that has failed."""
    keys = {"channel": channel.value, "until": until, "sent_at": first_loud(until)}
    session.execute(_PAUSE, keys | {"now": now})
