"""Delivery: claim what is due, send it outside any transaction, settle what became of it."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.base import Sessions
from models.clock import midnight_after
from models.notices.audience import Channels
from models.notices.delivery import Channel
from models.notices.outbox import (
    Claimed,
    Settled,
    accepted,
    claim,
    pause_channel,
    put_off,
    refused,
    settle,
    stop_notice,
    unclear,
)
from models.notices.reason import Reason
from wechat.breaker import Breaker
from wechat.errors import Advice, NotSent, WechatError

# Sends one message and returns WeChat's msgid, "0" or "" when it gives none. WechatError.
Send = Callable[[Claimed], str]
Result = tuple[Settled, Advice | None]


@dataclass(frozen=True)
class Outlets:
    """What messages leave by: who is reached by which channel, what sends by it, whether WeChat is there.

    `used_up` says until when WeChat takes no more by a channel, as it has told this process.
    """

    channels: Channels
    senders: Mapping[Channel, Send]
    breaker: Breaker
    used_up: dict[Channel, datetime] = field(default_factory=dict)


THREADS = 32
# Kept over the batches, so that each thread keeps its connection to WeChat.
POOL = ThreadPoolExecutor(THREADS, thread_name_prefix="send")
# A call, with a token fetched, refreshed and the call repeated, ends within 50 s: one that starts later
# could outlast its lease of 60 s, and another sender would then have a second message in flight.
START_WITHIN = 8.0
BUSY_WAITS = (1, 4, 16)  # seconds, while the answer is "busy" or none; then a minute each
IN_DOUBT = timedelta(minutes=1)
UNREACHED = timedelta(seconds=10)
IDLE = 1.0

log = logging.getLogger(__name__)


def deliver_due(sessions: Sessions, outlets: Outlets, now: datetime, *, limit: int = 50) -> int:
    """Send up to `limit` due messages; return how many were taken. Any number of processes may do so at once.

    A process that dies in here loses nothing: its claims run out after 60 s and are taken up again. While
    WeChat is down nothing is taken, and no try is counted, but for one now and then that probes.
    """
    limit = outlets.breaker.room(limit)
    if not limit:
        return 0
    with sessions.begin() as session:
        claims = claim(session, outlets.channels, now=now, limit=limit)
    if not claims:
        return 0
    start_before = time.monotonic() + START_WITHIN
    results = list(POOL.map(partial(_send_one, outlets, now, start_before), claims))
    with sessions.begin() as session:
        _spare_the_rest(session, results, now)
        settle(session, [settled for settled, _ in results], outlets.channels, now=now)
    return len(claims)


def _send_one(outlets: Outlets, now: datetime, start_before: float, claim: Claimed) -> Result:
    if time.monotonic() > start_before:
        return put_off(claim, now), None
    used_up_until = outlets.used_up.get(claim.channel, now)
    if used_up_until > now:
        return put_off(claim, used_up_until, reason=Reason.QUOTA), None
    try:
        return accepted(claim, outlets.senders[claim.channel](claim)), None
    except WechatError as failure:
        if failure.advice is Advice.WAIT_MIDNIGHT:
            outlets.used_up[claim.channel] = midnight_after(now)
        return after_refusal(claim, failure, now), failure.advice
    except Exception:
        log.exception("delivery %s ended without an answer", claim.delivery_id)
        return unclear(claim, pause=IN_DOUBT, now=now), None


def after_refusal(claim: Claimed, failure: WechatError, now: datetime) -> Settled:
    """Return what WeChat's answer, or its silence, means for one message."""
    errcode = failure.errcode
    match failure.advice:
        case Advice.RETRY if isinstance(failure, NotSent):
            return put_off(claim, now + UNREACHED)
        case Advice.RETRY if errcode is not None and not claim.is_guarded:
            # WeChat itself says that it did nothing; a third time nobody asks again without a guard.
            if claim.attempt_no > len(BUSY_WAITS):
                return unclear(claim, pause=IN_DOUBT, errcode=errcode, now=now)
            return put_off(claim, now + timedelta(seconds=BUSY_WAITS[claim.attempt_no - 1]), errcode=errcode)
        case Advice.RETRY:
            seconds = BUSY_WAITS[claim.attempt_no - 1] if claim.attempt_no <= len(BUSY_WAITS) else 60
            return unclear(claim, pause=timedelta(seconds=seconds), errcode=errcode, now=now)
        case Advice.WAIT_MOMENT:
            return put_off(claim, now + timedelta(seconds=1), errcode=errcode)
        case Advice.WAIT_MINUTE | Advice.REFRESH:
            return put_off(claim, now + timedelta(minutes=1), errcode=errcode)
        case Advice.WAIT_MIDNIGHT:
            return put_off(claim, midnight_after(now), errcode=errcode, reason=Reason.QUOTA)
        case Advice.DONE:
            return accepted(claim, "")
        case Advice.STOP:
            return refused(claim, Reason.STOPPED, errcode)
        case Advice.GIVE_UP:
            return refused(claim, Reason.REFUSED, errcode)
        case _:
            log.error("delivery %s was refused: %s", claim.delivery_id, failure)
            return refused(claim, Reason.REFUSED, errcode)


def _spare_the_rest(session: Session, results: Sequence[Result], now: datetime) -> None:
    """Keep back what waits where WeChat has just said that it would fail alike."""
    for settled, advice in results:
        if advice is Advice.STOP:
            log.error("notice %s stops at errcode %s", settled.claim.notice_id, settled.errcode)
            stop_notice(session, settled.claim, settled.errcode, now=now)
    for channel in Channel:
        said = {advice for settled, advice in results if settled.claim.channel is channel}
        if Advice.WAIT_MIDNIGHT in said:
            log.error("the quota by %s is used up until midnight", channel)
            pause_channel(session, channel, midnight_after(now), now=now)
        elif Advice.WAIT_MINUTE in said or said == {Advice.REFRESH}:  # a token that is refused for all
            pause_channel(session, channel, now + timedelta(minutes=1), now=now)


def deliver_until(
    stopping: threading.Event, sessions: Sessions, outlets: Outlets, clock: Callable[[], datetime]
) -> None:
    """Deliver about each second, and at once again while messages remain, until `stopping` is set."""
    while not stopping.is_set():
        taken = 0
        try:
            taken = deliver_due(sessions, outlets, clock())
        except SQLAlchemyError as failure:
            # The database is away or busy; the claims are safe in it, or were never made.
            log.warning("delivery waits for the database: %s", type(failure).__name__)
        except Exception as failure:
            # One bad message must not end the sending; its claim runs out and is judged again.
            log.error("alert: delivery stumbled over %s", type(failure).__name__)
        if not taken:
            stopping.wait(IDLE)
