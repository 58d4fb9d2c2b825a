"""Subscription messages of a mini-program: a phone has to have allowed each of them."""

import re
from dataclasses import dataclass, field
from typing import Any

from simulator.accounts import Account, SubscribeTemplate
from simulator.calls import OK, Call, Endpoint
from simulator.campaigns import Desk
from simulator.errcodes import Errcode
from simulator.families.template_values import checked_values
from simulator.state import Follower, Grant, Message, State, day_of

PAGE = re.compile(r"/?[\w-]+(/[\w-]+)*(\?\S*)?")
PAGE_LENGTH = 1024
STATES = ("formal", "trial", "developer")
LANGUAGES = ("zh_CN", "zh_HK", "zh_TW", "en_US")


@dataclass
class Daily:
    """How many messages of a long_limited template people of an account were sent on one day in China.

    `sent` is by template id and openid, with a space between them.
    """

    day: str = ""
    sent: dict[str, int] = field(default_factory=dict)


def send(state: State, call: Call) -> dict[str, Any]:
    """Accept one subscription message and use up what allowed it; subscribe_msg_sent_event follows.

    Nothing makes a repeated call the same message. Raises 43108 while another send to the person is in
    flight, 40003, 40037, 41030, 47003, 45168, 43107, 43101, 43117. Source: WeChat, subscribeMessage.send.
    """
    asked, account = call.json(), call.owner()
    if call.is_second:
        raise Errcode(43108)
    person, template = recipient_and_template(state, call)
    _check_choice("miniprogram_state", asked.get("miniprogram_state"), STATES)
    _check_choice("lang", asked.get("lang"), LANGUAGES)
    page = _checked_page(account, asked)
    shown = checked_content(account, template, asked.get("data"))
    use_grant(state, account, person, template, call.now)
    message = subscribe_message(state, call, person, template, shown)
    message.page = page
    call.accept(state, person, message)
    return OK | {"msgid": message.msgid}


def recipient_and_template(state: State, call: Call) -> tuple[Follower, SubscribeTemplate]:
    """Find who is to get a message of which template. Raises 40003, 40037."""
    asked, account = call.json(), call.owner()
    person = call.person(state, asked.get("touser"))
    template = account.subscribe_template(asked.get("template_id"))
    if template is None:
        raise Errcode(40037)
    return person, template


def checked_content(account: Account, template: SubscribeTemplate, values: object) -> dict[str, str]:
    """Read what the message says. Raises 47003, and 45168 for one of the account's sensitive words."""
    shown = checked_values(template.keys, values, template.enums)
    if any(word in value for value in shown.values() for word in account.undocumented.sensitive):
        raise Errcode(45168)
    return shown


def use_grant(
    state: State, account: Account, person: Follower, template: SubscribeTemplate, now: float
) -> None:
    """Use up what the person allowed. Raises 43107 banned, 43101 not allowed, 43117 enough for today."""
    if (account.appid, template.id) in state.banned:
        raise Errcode(43107)
    grant = person.grants.get(template.id, Grant())
    if grant.left < 1:
        raise Errcode(43101)
    if template.kind == "once":
        grant.left -= 1
    if template.kind == "long_limited":
        daily, key = state.of(account.appid, Daily), f"{template.id} {person.openid}"
        if daily.day != day_of(now):
            daily.day, daily.sent = day_of(now), {}
        if daily.sent.get(key, 0) >= template.most_a_day:
            raise Errcode(43117)
        daily.sent[key] = daily.sent.get(key, 0) + 1


def _checked_page(account: Account, asked: dict[str, Any]) -> str | None:
    """Read the page; a released version has the account's `pages` only. Raises 41030."""
    page = asked.get("page")
    if page in (None, ""):
        return None
    if not isinstance(page, str) or len(page.encode()) > PAGE_LENGTH or not PAGE.fullmatch(page):
        raise Errcode(41030)
    is_released = asked.get("miniprogram_state") in (None, "formal")
    path = page.partition("?")[0].removeprefix("/")
    if is_released and not account.has_page(path):
        raise Errcode(41030)
    return page


def _check_choice(name: str, chosen: object, allowed: tuple[str, ...]) -> None:
    if chosen is not None and chosen not in allowed:
        raise Errcode(47003, f"argument invalid! {name} invalid")


def subscribe_message(
    state: State, call: Call, person: Follower, template: SubscribeTemplate, shown: dict[str, str]
) -> Message:
    """Make the message, as yet without anything that a tap on it opens."""
    appid = call.owner().appid
    is_lost = person.blocked or person.openid in state.of(appid, Desk).undeliverable
    return Message(
        kind="subscribe",
        msgid=next(state.push_ids),
        appid=appid,
        openid=person.openid,
        template_id=template.id,
        title=template.title,
        data=shown,
        url=None,
        mini=None,
        page=None,
        client_msg_id=None,
        at=call.now,
        event_status="system error" if is_lost else "success",
    )


ENDPOINTS = [
    Endpoint("POST", "/cgi-bin/message/subscribe/send", send, kind="mini_program", one_at_a_time=True)
]
