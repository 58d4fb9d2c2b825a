"""The outbox's two doors: claim what is due, and settle what became of it, each a short transaction.

Between the two nothing is held but a lease: whoever dies there leaves a row that is taken up again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from models.notices.delivery import Channel, DeliveryState
from models.notices.matching import lock_msgids, match_accepted
from models.notices.quiet import first_loud, quiet_until
from models.notices.reason import Reason

LEASE = timedelta(seconds=60)
# WeChat forgets a client_msg_id after ten minutes; the last repeat must arrive well before.
GUARDED = timedelta(minutes=9)


class Claimed(NamedTuple):
    """One message to send now, as plain values that outlive the transaction.

    `is_first`: no earlier try of it may have reached WeChat.
    """

    delivery_id: int
    attempt_no: int
    binding_id: int
    openid: str
    notice_id: int
    gathering_id: int
    starts_at: datetime
    words: dict[str, str]
    first_sent_at: datetime
    is_first: bool

    @property
    def client_msg_id(self) -> str:
        """The key of this delivery and channel, the same over all its tries."""
        return f"t{self.delivery_id}"


class Settled(NamedTuple):
    """What became of one claim. `nothing_sent`: certainly no try of it reached WeChat so far."""

    claim: Claimed
    state: DeliveryState
    not_before: datetime | None = None
    msgid: str | None = None
    errcode: int | None = None
    reason: Reason | None = None
    nothing_sent: bool = False


_CLAIM = text("""
WITH due AS (
    SELECT d.id, d.binding_id, d.not_before, d.first_sent_at, b.openid, g.id AS gathering_id, g.starts_at,
        n.texts -> CASE WHEN d.at_home THEN 'at_home' ELSE 'member' END AS words, g.ends_at,
        g.state = 'cancelled' AND n.kind <> 'change' AS called_off
    FROM delivery d
    JOIN binding b ON b.id = d.binding_id
    JOIN notice n ON n.id = d.notice_id
    JOIN gathering g ON g.id = n.gathering_id
    WHERE d.state IN ('queued', 'held', 'sending') AND d.not_before <= :now
        AND (d.state <> 'sending' OR d.lease_until <= :now)
        AND (b.busy_until IS NULL OR b.busy_until <= :now)
    ORDER BY d.not_before, d.id
    LIMIT :limit
    FOR NO KEY UPDATE OF d, b SKIP LOCKED
), chosen AS (
    SELECT DISTINCT ON (binding_id) * FROM due ORDER BY binding_id, not_before, id
), judged AS (
    SELECT *, CASE
        WHEN first_sent_at IS NULL AND called_off THEN 'called_off'
        WHEN first_sent_at IS NULL AND openid IS NULL THEN 'binding_ended'
        WHEN first_sent_at IS NULL AND ends_at <= :now THEN 'too_late'
        WHEN first_sent_at <= :oldest OR first_sent_at IS NOT NULL AND (openid IS NULL OR called_off)
            THEN 'doubt'
        ELSE 'send' END AS verdict
    FROM chosen
), stamped AS (
    UPDATE binding SET busy_until = :lease FROM judged
    WHERE binding.id = judged.binding_id AND judged.verdict = 'send'
)
UPDATE delivery d SET
    state = CASE verdict WHEN 'send' THEN 'sending' WHEN 'doubt' THEN 'unknown'
        WHEN 'called_off' THEN 'cancelled' ELSE 'phone_list' END,
    reason = CASE WHEN verdict IN ('send', 'doubt', 'called_off') THEN NULL ELSE verdict END,
    attempt_no = d.attempt_no + CASE verdict WHEN 'send' THEN 1 ELSE 0 END,
    first_sent_at = CASE verdict WHEN 'send' THEN coalesce(d.first_sent_at, :now) ELSE d.first_sent_at END,
    lease_until = CASE verdict WHEN 'send' THEN CAST(:lease AS timestamptz) END,
    settled_at = CASE verdict WHEN 'send' THEN d.settled_at ELSE :now END
FROM judged WHERE d.id = judged.id
RETURNING d.id, d.attempt_no, d.binding_id, judged.openid, d.notice_id, judged.gathering_id,
    judged.starts_at, judged.words, d.first_sent_at, judged.first_sent_at IS NULL, judged.verdict
""")

# By night: what waits is held or left to a telephone; what may already be there is not repeated.
_HOLD = text("""
WITH due AS (
    SELECT d.id, d.first_sent_at, g.starts_at
    FROM delivery d JOIN notice n ON n.id = d.notice_id JOIN gathering g ON g.id = n.gathering_id
    WHERE d.state IN ('queued', 'held', 'sending') AND d.not_before <= :now
        AND (d.state <> 'sending' OR d.lease_until <= :now)
    FOR NO KEY UPDATE OF d SKIP LOCKED
), judged AS (
    SELECT id, CASE WHEN first_sent_at IS NOT NULL THEN 'unknown'
        WHEN starts_at <= :until THEN 'phone_list' ELSE 'held' END AS state
    FROM due
)
UPDATE delivery d SET state = judged.state, lease_until = NULL, settled_at = :now,
    not_before = CASE judged.state WHEN 'held' THEN :until ELSE d.not_before END,
    reason = CASE judged.state WHEN 'held' THEN 'night' WHEN 'phone_list' THEN 'before_morning' END
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
UPDATE delivery SET state = 'phone_list', reason = 'stopped', errcode = :errcode, settled_at = :now
WHERE id IN (
    SELECT id FROM delivery WHERE notice_id = :notice AND channel = :channel AND first_sent_at IS NULL
        AND state IN ('queued', 'held') FOR NO KEY UPDATE SKIP LOCKED
)
""")

_PAUSE = text("""
UPDATE delivery d SET settled_at = :now, not_before = :until,
    state = CASE WHEN due.starts_at <= :sent_at THEN 'phone_list' ELSE d.state END,
    reason = CASE WHEN due.starts_at <= :sent_at THEN 'quota' ELSE d.reason END
FROM (
    SELECT d.id, g.starts_at
    FROM delivery d JOIN notice n ON n.id = d.notice_id JOIN gathering g ON g.id = n.gathering_id
    WHERE d.channel = :channel AND d.state IN ('queued', 'held') AND d.first_sent_at IS NULL
        AND d.not_before < :until
    FOR NO KEY UPDATE OF d SKIP LOCKED
) due WHERE d.id = due.id
""")


def claim(session: Session, *, now: datetime, limit: int) -> list[Claimed]:
    """Take up to `limit` due messages nobody holds, at most one for each person, for a lease of 60 s.

    Commit before the call to WeChat. By night nothing is taken: what is due is held until 08:00.
    A lease that ran out is taken again under the same id, as long as WeChat remembers it. What invites to a
    gathering that was called off meanwhile is not sent any more.
    """
    morning = quiet_until(now)
    if morning is not None:
        session.execute(_HOLD, {"now": now, "until": morning})
        return []
    keys = {"now": now, "lease": now + LEASE, "oldest": now - GUARDED, "limit": limit}
    rows = session.execute(_CLAIM, keys).all()
    return [Claimed(*row[:-1]) for row in rows if row.verdict == "send"]


def accepted(claim: Claimed, msgid: str) -> Settled:
    """WeChat took the message; whether it arrived is told by an event. A msgid of 0 is none."""
    return Settled(claim, DeliveryState.ACCEPTED, msgid=msgid if msgid.strip("0") else None)


def unclear(claim: Claimed, *, pause: timedelta, errcode: int | None = None, now: datetime) -> Settled:
    """WeChat may have taken it: the same id again after a pause, unless that is too late; then unknown."""
    again = now + pause
    if again >= claim.first_sent_at + GUARDED:
        return Settled(claim, DeliveryState.UNKNOWN, errcode=errcode)
    return Settled(claim, DeliveryState.QUEUED, not_before=again, errcode=errcode)


def put_off(
    claim: Claimed, until: datetime, *, errcode: int | None = None, reason: Reason = Reason.TOO_LATE
) -> Settled:
    """This try certainly did not reach WeChat: again at `until`; if the gathering is sooner, somebody phones.

    `reason` is why they do. An earlier try in doubt keeps its own rule: unknown once WeChat has forgotten it.
    """
    if not claim.is_first:
        too_old = until >= claim.first_sent_at + GUARDED
        state = DeliveryState.UNKNOWN if too_old else DeliveryState.QUEUED
        return Settled(claim, state, not_before=None if too_old else until, errcode=errcode)
    if claim.starts_at <= first_loud(until):
        return refused(claim, reason, errcode)
    return Settled(claim, DeliveryState.QUEUED, not_before=until, errcode=errcode, nothing_sent=True)


def refused(claim: Claimed, reason: Reason, errcode: int | None) -> Settled:
    """WeChat will never deliver it: somebody phones, unless an earlier try is still in doubt."""
    if not claim.is_first:
        return Settled(claim, DeliveryState.UNKNOWN, errcode=errcode)
    return Settled(claim, DeliveryState.PHONE_LIST, errcode=errcode, reason=reason)


def settle(session: Session, results: Sequence[Settled], *, now: datetime) -> int:
    """Write what became of claims, each only if it is still the attempt that was made; return how many.

    Events that came before their response are matched here. Locks msgids first, as `matching` does.
    """
    if not results:
        return 0
    msgids = [one.msgid for one in results if one.msgid]
    lock_msgids(session, msgids)
    mine = session.execute(
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
    return len(mine)


def stop_notice(session: Session, notice_id: int, errcode: int | None, *, now: datetime) -> None:
    """Leave everything of a notice that has not gone out to the telephone: it would fail alike."""
    _run(session, _STOP, notice=notice_id, errcode=errcode, now=now)


def pause_channel(session: Session, until: datetime, *, now: datetime) -> None:
    """Put off every waiting message until `until`; whoever meets before it could go out is phoned."""
    _run(session, _PAUSE, until=until, sent_at=first_loud(until), now=now)


def _run(session: Session, statement: TextClause, **keys: object) -> None:
    session.execute(statement, keys | {"channel": Channel.TEMPLATE.value})
