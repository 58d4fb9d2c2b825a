"""What WeChat's servers bring to one of our addresses: its question whether we are we, and its pushes."""

import logging
from collections.abc import Callable
from datetime import datetime

from flask import Response, request

from wechat.account_events import Unknown, VerificationDue, VerificationExpired, VerificationFailed
from wechat.callback import LONGEST_BODY, Callback, Forged, open_push, verify_url
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
