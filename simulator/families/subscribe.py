"""Subscription messages of a mini-program: a phone has to have allowed each of them."""

import re
from typing import Any

from simulator.accounts import SubscribeTemplate
from simulator.calls import Call, Endpoint
from simulator.errcodes import Errcode
from simulator.families.template_values import checked_values
from simulator.state import Follower, Grant, Message, State

PAGE = re.compile(r"/?[\w-]+(/[\w-]+)*(\?\S*)?")
PAGE_LENGTH = 1024
STATES = ("formal", "trial", "developer")
LANGUAGES = ("zh_CN", "zh_HK", "zh_TW", "en_US")


def send(state: State, call: Call) -> dict[str, Any]:
    """Accept one subscription message and use up what allowed it; subscribe_msg_sent_event follows.

    Nothing makes a repeated call the same message. Raises 43108 while another send to the person is in
    flight, 40003, 40037, 41030, 47003, 43107, 43101. Source: WeChat, subscribeMessage.send.
    """
    asked, account = call.json(), call.owner()
    if call.is_second:
        raise Errcode(43108)
    person = state.follower(account.appid, asked.get("touser"))
    if person is None:
        raise Errcode(40003)
    template = account.subscribe_template(asked.get("template_id"))
    if template is None:
        raise Errcode(40037)
    page = _checked_page(asked.get("page"))
    _check_choice("miniprogram_state", asked.get("miniprogram_state"), STATES)
    _check_choice("lang", asked.get("lang"), LANGUAGES)
    shown = checked_values(template.keys, asked.get("data"))
    if (account.appid, template.id) in state.banned:
        raise Errcode(43107)
    grant = person.grants.get(template.id, Grant())
    if grant.left < 1:
        raise Errcode(43101)
    if template.kind == "once":
        grant.left -= 1
    message = _message(state, call, person, template, shown, page)
    call.accept(state, person, message)
    return {"errcode": 0, "errmsg": "ok", "msgid": message.msgid}


def _checked_page(page: object) -> str | None:
    if page in (None, ""):
        return None
    if not isinstance(page, str) or len(page.encode()) > PAGE_LENGTH or not PAGE.fullmatch(page):
        raise Errcode(41030)
    return page


def _check_choice(name: str, chosen: object, allowed: tuple[str, ...]) -> None:
    if chosen is not None and chosen not in allowed:
        raise Errcode(47003, f"argument invalid! {name} invalid")


def _message(
    state: State,
    call: Call,
    person: Follower,
    template: SubscribeTemplate,
    shown: dict[str, str],
    page: str | None,
) -> Message:
    return Message(
        kind="subscribe",
        msgid=next(state.push_ids),
        appid=call.owner().appid,
        openid=person.openid,
        template_id=template.id,
        title=template.title,
        data=shown,
        url=None,
        mini=None,
        page=page,
        client_msg_id=None,
        at=call.now,
        event_status="system error" if person.blocked else "success",
    )


ENDPOINTS = [
    Endpoint("POST", "/cgi-bin/message/subscribe/send", send, kind="mini_program", one_at_a_time=True)
]
