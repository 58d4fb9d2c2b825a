"""GET and POST /wechat/mini-program: what WeChat tells us about the mini-program."""

import logging

from apiflask import APIBlueprint
from flask import Response

from handlers.edge import current
from handlers.pushed import answer_push, prove
from wechat.callback import SILENCE, Push, Unknown

mini_program_push = APIBlueprint("mini_program_push", __name__, enable_openapi=False)
ADDRESS = "/wechat/mini-program"

log = logging.getLogger(__name__)


@mini_program_push.get(ADDRESS)
def verify() -> Response:
    """Prove to WeChat's settings that this address is ours."""
    return prove(current().parts.mini_callback)


@mini_program_push.post(ADDRESS)
def receive() -> Response:
    """Take note of an event; none asks anything of us yet."""
    edge = current()
    return answer_push(edge.parts.mini_callback, _noted, now=edge.now)


def _noted(push: Push) -> Response:
    kind = push.event if isinstance(push, Unknown) else type(push).__name__
    log.info("the mini-program was told of %s", kind)
    return Response(SILENCE, mimetype="text/plain")
