"""Subscription notices of an official account: each was allowed by a tap in an article or on a web page.

The older one-time message is beside them: its template has the key `content` alone, and it brings its title.
"""

from typing import Any

from simulator.calls import OK, Call, Endpoint
from simulator.errcodes import Errcode
from simulator.families.subscribe import (
    checked_content,
    recipient_and_template,
    subscribe_message,
    use_grant,
)
from simulator.families.template import URL_LENGTH, check_jumps, check_linked
from simulator.reading import whole_number
from simulator.state import State

TITLE_LENGTH, CONTENT_LENGTH, MOST_SCENE = 15, 200, 10_000


def send(state: State, call: Call) -> dict[str, Any]:
    """Accept one notice to somebody who allowed it, follower or not; subscribe_msg_sent_event follows.

    The answer carries no msgid, and nothing makes a repeated call the same notice. Raises 40003, 40037,
    40013, 47003, 45168, 43107, 43101. Source: WeChat, sendNewSubscribeMsg.
    """
    asked, account = call.json(), call.owner()
    person, template = recipient_and_template(state, call)
    page, mini = asked.get("page") or None, asked.get("miniprogram") or None
    if page is not None and (not isinstance(page, str) or len(page.encode()) > URL_LENGTH):
        raise Errcode(47003, "argument invalid! page invalid")
    check_linked(account, mini)
    shown = checked_content(account, template, asked.get("data"))
    use_grant(state, account, person, template, call.now)
    message = subscribe_message(state, call, person, template, shown)
    message.url, message.mini = page, mini
    call.accept(state, person, message)
    return OK


def send_once(state: State, call: Call) -> dict[str, Any]:
    """Accept one older one-time message. Nothing is told of its end.

    Raises 40003, 40037, 40129 for a scene that is none of 0 to 10,000, 40062 beyond 15 signs of title, 45002
    beyond 200 of content, 40039, 40013, 47003, 43101. Source: WeChat, one-time subscription message.
    """
    asked, account = call.json(), call.owner()
    person, template = recipient_and_template(state, call)
    scene, title = whole_number(asked.get("scene")), asked.get("title")
    if scene is None or scene > MOST_SCENE:
        raise Errcode(40129)
    if not isinstance(title, str) or not 1 <= len(title) <= TITLE_LENGTH:
        raise Errcode(40062)
    check_jumps(account, asked)
    shown = checked_content(account, template, asked.get("data"))
    if any(len(value) > CONTENT_LENGTH for value in shown.values()):
        raise Errcode(45002)
    use_grant(state, account, person, template, call.now)
    message = subscribe_message(state, call, person, template, shown)
    message.title, message.url = title, asked.get("url") or None
    message.mini = asked.get("miniprogram") or None
    call.accept(state, person, message)
    call.accepted.remove(message)
    return OK


ENDPOINTS = [
    Endpoint("POST", "/cgi-bin/message/template/subscribe", send_once, kind="official"),
    Endpoint("POST", "/cgi-bin/message/subscribe/bizsend", send, kind="official", one_at_a_time=True),
]
