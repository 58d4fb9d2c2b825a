"""What WeChat's servers bring to either of our addresses: its question whether we are we, and its pushes."""

import logging
from collections.abc import Callable
from datetime import datetime

from flask import Response, request

from handlers.edge import current
from models.audit import Via
from models.notices.event import Outcome
from models.notices.matching import Result, keep_result
from models.people.bind import unbind_as_of
from models.people.phone import end_phone_sessions
from wechat.account_events import Unknown, VerificationDue, VerificationExpired, VerificationFailed
from wechat.callback import LONGEST_BODY, Callback, Forged, open_push, verify_url
from wechat.person_events import AuthorizationCancelled
from wechat.push import Malformed, Push

log = logging.getLogger(__name__)


def prove(callback: Callback) -> Response:
    """Answer the check that WeChat's settings make of an address; 403 for anybody else."""
    try:
        return Response(verify_url(callback, request.args), mimetype="text/plain")
    except Forged as forged:
        return _turned_away(forged.code, 403)


def answer_push(callback: Callback, answer: Callable[[Push], Response], *, now: datetime) -> Response:
    """Open the push and answer it; 403 for a forged or stale one, 400 or 413 for no push at all."""
    # By its announced length first, so that a large body is not even read.
    if (request.content_length or 0) > LONGEST_BODY:
        return _turned_away("too_large", 413)
    try:
        push = open_push(callback, request.args, request.get_data(cache=False), now=now)
    except Forged as forged:
        return _turned_away(forged.code, 403)
    except Malformed as malformed:
        return _turned_away(malformed.code, malformed.status)
    return answer(push)


def keep_end(push: Push, natural_key: str, msgid: str, failure: str | None) -> None:
    """Keep how a message of ours ended; `failure` is WeChat's reason, None where it was delivered."""
    edge = current()
    result = Result(
        appid=push.appid,
        natural_key=natural_key,
        # WeChat was seen to write 0 where a client_msg_id was given.
        msgid=msgid if msgid.strip("0") else None,
        openid_hash=edge.parts.keyring.openid_hash(push.appid, push.openid),
        happened_at=push.at,
        outcome=Outcome.DELIVERED if failure is None else Outcome.FAILED,
        reason=None if failure is None else failure[:40] or "failed",
    )
    keep_result(edge.session, result, now=edge.now)


def forget(push: AuthorizationCancelled, via: Via) -> None:
    """End the link of somebody who asked WeChat to end it, as they could have done here; the record stays."""
    edge = current()
    who = edge.parts.keyring.openid_hash(push.appid, push.person)
    unbind_as_of(edge.session, push.appid, who, happened_at=push.at, via=via, now=edge.now)
    end_phone_sessions(edge.session, push.appid, who, begun_by=push.at)


def take_note(push: Push) -> None:
    """Log that something was told about which nothing is done: its name alone, never who or what."""
    match push:
        case VerificationExpired(appid=appid):
            log.error("alert: the verification has expired of %s", appid)
        case VerificationDue(appid=appid, expires_at=expires_at):
            log.error("alert: the verification must be renewed of %s, by %s", appid, expires_at)
        case VerificationFailed(appid=appid, what=what):
            log.warning("the verification of %s failed: %s", appid, what)
        case Unknown(event=event):
            log.info("told of %.60r, which has no name here", event)
        case _:
            log.info("told of %s", type(push).__name__)


def _turned_away(code: str, status: int) -> Response:
    log.warning("a push to %s was turned away: %s", request.path, code)
    return Response(code, status, mimetype="text/plain")
