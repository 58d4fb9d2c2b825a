"""GET and POST /wechat/mini-program: what WeChat tells us about the mini-program."""

from apiflask import APIBlueprint
from flask import Response

from handlers.edge import current
from handlers.pushed import answer_push, forget, keep_end, prove, take_note
from models.audit import Via
from models.notices.inbound import claim_message
from models.notices.subscription import allow, bound_phone, switch_off
from wechat.callback import SILENCE
from wechat.person_events import AuthorizationCancelled, SubscribeChange, SubscribePopup
from wechat.push import Push
from wechat.result_events import SubscribeSent

mini_program_push = APIBlueprint("mini_program_push", __name__, enable_openapi=False)
ADDRESS = "/wechat/mini-program"


@mini_program_push.get(ADDRESS)
def verify() -> Response:
    """Prove to WeChat's settings that this address is ours."""
    return prove(current().parts.mini_callback)


@mini_program_push.post(ADDRESS)
def receive() -> Response:
    """Take note of an event. A failure in here is a 5xx, for WeChat then tells us again."""
    edge = current()
    return answer_push(edge.parts.mini_callback, _noted, now=edge.now)


def _noted(push: Push) -> Response:
    match push:
        case SubscribePopup() | SubscribeChange():
            _count_answers(push)
        case SubscribeSent():
            _keep_results(push)
        case AuthorizationCancelled():
            forget(push, Via.PHONE)
        case _:
            take_note(push)
    return Response(SILENCE, mimetype="text/plain")


def _count_answers(push: SubscribePopup | SubscribeChange) -> None:
    """Count once what a bound phone allowed by our template, or forget all of it once it is switched off.

    A change that allows is no grant: only the popup gives one.
    """
    edge = current()
    template_id = edge.parts.installation.channels.template_id
    grants = isinstance(push, SubscribePopup)
    told = [item for item in push.items if item.template_id == template_id and item.accepted is grants]
    if template_id is None or not told:
        return
    who = edge.parts.keyring.openid_hash(push.appid, push.openid)
    binding_id = bound_phone(edge.session, push.appid, who)
    # The claim alone, for nobody reads an answer; it is undone together with what follows.
    if binding_id is None or not claim_message(edge.session, push.appid, push.natural_key):
        return
    if grants:
        allow(edge.session, binding_id, template_id, len(told), now=push.at)
    else:
        switch_off(edge.session, binding_id, template_id, now=push.at)


def _keep_results(push: SubscribeSent) -> None:
    for number, row in enumerate(push.items):
        delivered = row.errcode == 0 or (row.errcode is None and row.status == "success")
        keep_end(push, f"{push.natural_key}:{number}", row.msgid, None if delivered else row.status)
