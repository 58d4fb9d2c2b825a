"""Template messages of a verified service account."""

from typing import Any

from simulator.accounts import Template
from simulator.calls import Call, Endpoint
from simulator.errcodes import Errcode
from simulator.families.template_values import checked_values
from simulator.state import Follower, Message, State
from simulator.ties import refuse_blacklisted

REPEAT_WINDOW = 600.0
URL_LENGTH = 1024


def send(state: State, call: Call) -> dict[str, Any]:
    """Accept one template message; its result follows as TEMPLATESENDJOBFINISH.

    The same client_msg_id to the same openid within 10 minutes answers the first msgid and delivers
    nothing. Raises 40003, 43004, 43019, 40037, 40039, 47003. Source: WeChat, sendTemplateMessage.
    """
    asked, appid = call.json(), call.owner().appid
    person = state.follower(appid, asked.get("touser"))
    if person is None:
        raise Errcode(40003)
    if not person.subscribed:
        raise Errcode(43004)
    refuse_blacklisted(state, appid, person.openid)
    template = call.owner().template(asked.get("template_id"))
    if template is None:
        raise Errcode(40037)
    url = asked.get("url") or None
    if url is not None and (not isinstance(url, str) or len(url.encode()) > URL_LENGTH):
        raise Errcode(40039)
    shown = checked_values(template.keys, asked.get("data"))
    client_msg_id = asked.get("client_msg_id") or None
    if client_msg_id is not None:
        known = _first_send(state, (appid, person.openid, str(client_msg_id)), call.now)
        if known is not None:
            state.counters["deduplicated"] += 1
            call.note = f"same client_msg_id again, msgid {known}, not delivered twice"
            return {"errcode": 0, "errmsg": "ok", "msgid": known}
    message = _accept(state, call, person, template, shown)
    if client_msg_id is not None:
        state.sent_ids[appid, person.openid, str(client_msg_id)] = (message.msgid, call.now)
    return {"errcode": 0, "errmsg": "ok", "msgid": message.msgid}


def _first_send(state: State, key: tuple[str, str, str], now: float) -> int | None:
    # Sends are remembered in order of time: the old ones stand at the front.
    for old, (_, at) in list(_head(state.sent_ids, 8)):
        if now - at < REPEAT_WINDOW:
            break
        del state.sent_ids[old]
    msgid, at = state.sent_ids.get(key, (None, 0.0))
    return msgid if msgid is not None and now - at < REPEAT_WINDOW else None


def _head(
    sent: dict[tuple[str, str, str], tuple[int, float]], rows: int
) -> list[tuple[tuple[str, str, str], tuple[int, float]]]:
    return [pair for pair, _ in zip(sent.items(), range(rows), strict=False)]


def _accept(state: State, call: Call, person: Follower, template: Template, shown: dict[str, str]) -> Message:
    asked, mini = call.json(), call.json().get("miniprogram")
    message = Message(
        kind="template",
        msgid=next(state.msgids),
        appid=call.owner().appid,
        openid=person.openid,
        template_id=template.id,
        title=template.title,
        data=shown,
        url=asked.get("url") or None,
        mini=mini if isinstance(mini, dict) and mini else None,
        page=None,
        client_msg_id=str(asked["client_msg_id"]) if asked.get("client_msg_id") else None,
        at=call.now,
        event_status="failed:user block" if person.blocked else "success",
    )
    call.accept(state, person, message)
    return message


ENDPOINTS = [Endpoint("POST", "/cgi-bin/message/template/send", send, kind="official", one_at_a_time=True)]
