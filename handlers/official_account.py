"""GET and POST /wechat/official-account: followers' messages; how our messages and publications ended."""

import logging

from apiflask import APIBlueprint
from flask import Response

from handlers.chat.ask import SILENT
from handlers.chat.replies import reply_to
from handlers.chat.tries import count_again, count_try
from handlers.chat.words import BUSY
from handlers.edge import Edge, current
from handlers.pushed import answer_push, forget, keep_end, prove, take_note
from models.articles.press import keep_publish_result
from models.audit import Via
from models.notices.inbound import claim_message, keep_reply, reply_given
from wechat.callback import SILENCE, reply_text
from wechat.messages import Message
from wechat.person_events import AuthorizationCancelled, Clicked, ScanWaited, Subscribed, Unsubscribed
from wechat.push import Push
from wechat.result_events import PublishFinished, TemplateResult

official_account = APIBlueprint("official_account", __name__, enable_openapi=False)
ADDRESS = "/wechat/official-account"

log = logging.getLogger(__name__)


@official_account.get(ADDRESS)
def verify() -> Response:
    """Prove to WeChat's settings that this address is ours."""
    return prove(current().parts.account_callback)


@official_account.post(ADDRESS)
def receive() -> Response:
    """Answer a follower within the request, or store how a message or a publication ended."""
    edge = current()
    return answer_push(edge.parts.account_callback, _answer, now=edge.now)


def _answer(push: Push) -> Response:
    edge = current()
    match push:
        # A failure in these is a 5xx, for WeChat then tells us again.
        case TemplateResult(natural_key=key, msgid=msgid, status=status, reason=reason):
            keep_end(push, key, msgid, None if status == "success" else reason)
        case PublishFinished(publish_id=publish_id, status=ended, article_id=article_id, url=url):
            keep_publish_result(edge.session, publish_id, ended, article_id, url, now=edge.now)
        case AuthorizationCancelled():
            forget(push, Via.CHAT)
        case Message() | Clicked() | ScanWaited() | Subscribed() | Unsubscribed():
            return _replied(edge, push)
        case _:
            # Nothing is done and nothing kept: where somebody is, say, or what they look at.
            take_note(push)
    return Response(SILENCE, mimetype="text/plain")


def _replied(edge: Edge, push: Push) -> Response:
    try:
        said = _said_once(edge, push)
    except Exception:
        if isinstance(push, Unsubscribed):
            # Nobody reads our words any more; a 5xx lets WeChat tell it again.
            raise
        edge.session.rollback()
        log.exception("a follower's %s could not be answered", type(push).__name__)
        said = BUSY
    if said == SILENT:
        return Response(SILENCE, mimetype="text/plain")
    answer = reply_text(push, said, now=edge.now)
    return Response(answer.body, content_type=answer.content_type)


def _said_once(edge: Edge, push: Push) -> str:
    """Return the reply of a push: worked out once, repeated from the database ever after.

    A guess is counted together with the claim; the lock is then taken anew, and whoever holds it works.
    """
    key = (push.appid, push.natural_key)
    is_new = claim_message(edge.session, *key)
    left = count_try(edge, push) if is_new else None
    said = reply_given(edge.session, *key)
    if said is None:
        said = reply_to(edge, push, left if is_new else count_again(edge, push))
        keep_reply(edge.session, *key, said)
    return said
