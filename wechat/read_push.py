"""From a push's elements to a typed push."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from wechat.account_events import ACCOUNT_EVENTS, unknown
from wechat.messages import read_message
from wechat.person_events import PERSON_EVENTS
from wechat.push import OPENID, Fields, Malformed, Push, ReplyTo, Said, id_in, text_in
from wechat.result_events import RESULT_EVENTS

EVENTS: dict[str, Callable[[Said], Push | None]] = {**PERSON_EVENTS, **RESULT_EVENTS, **ACCOUNT_EVENTS}
# WeChat writes one event under two names.
SAME = {"freepublishjobfinish": "publishjobfinish"}


def read_push(fields: Fields, appid: str, reply_to: ReplyTo) -> Push:
    """Turn a push's elements into a typed push. Malformed: one that every push has is missing."""
    openid, kind = id_in(fields, "FromUserName", OPENID), text_in(fields, "MsgType")
    created = text_in(fields, "CreateTime")
    if not openid or not kind or not re.fullmatch("[0-9]{1,10}", created):
        raise Malformed("unreadable")
    said = Said(fields, kind, appid, openid, datetime.fromtimestamp(int(created), UTC), reply_to)
    if kind != "event":
        return read_message(said)
    event = text_in(fields, "Event").lower()  # WeChat itself mixes the cases
    event = SAME.get(event, event)
    said = replace(said, kind=event)
    return EVENTS.get(event, unknown)(said) or unknown(said)
