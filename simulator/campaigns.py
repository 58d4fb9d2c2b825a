"""Mass sends on their way: who may still be sent to, who is reached, and what an administrator decides."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from simulator.accounts import Account
from simulator.errcodes import Errcode
from simulator.library import REPRINT, Library, MassSend, give_addresses
from simulator.state import State, day_of
from simulator.ties import seen_tie

SUCCESS, FAIL = "send success", "send fail"
REFUSED, NOT_CONFIRMED = "err(40001)", "err(40002)"
CONFIRM_WITHIN = 1800.0
MOST_A_MONTH = 4
MEDIA_WORDS = {"image": "[图片 picture]", "voice": "[语音 voice]", "mpvideo": "[视频 video]"}


@dataclass
class Known:
    """The mass send that a clientmsgid stands for, and when it was last asked for."""

    msg_id: int
    at: float
    asked_at: float


@dataclass
class Desk:
    """What is decided about one account's sends outside of its program.

    `protected`: an administrator confirms each send to all. `next_end` is how the platform ends the next
    mass send, empty for well. `undeliverable` are openids at whom the platform's own delivery fails.
    """

    protected: bool = False
    next_end: str = ""
    undeliverable: list[str] = field(default_factory=list)
    client_ids: dict[str, Known] = field(default_factory=dict)
    previews: dict[str, int] = field(default_factory=dict)
    speed: int = 0


def check_quota(account: Account, library: Library, now: float, *, to_all: bool) -> None:
    """Refuse what is over the account's number of sends. Raises 45028.

    公众号: one a day; 服务号: one to all a day and four a month. What failed is not counted. Source: WeChat,
    Batch Sends.
    """
    today = day_of(now)
    counted = [send for send in library.mass_sends.values() if send.status in ("", SUCCESS)]
    days = [day_of(send.at) for send in counted if send.to_all or account.type == "subscription"]
    if not to_all and account.type == "service":
        return
    a_month = sum(day[:7] == today[:7] for day in days)
    if today in days or (account.type == "service" and a_month >= MOST_A_MONTH):
        raise Errcode(45028)


def end_of(desk: Desk, order: MassSend) -> str:
    """Take the end that was decided for the next send; who ignores reprints is not stopped by one."""
    end, desk.next_end = desk.next_end or SUCCESS, ""
    return SUCCESS if end == REPRINT and order.ignores_reprint else end


def finish(state: State, order: MassSend, status: str) -> None:
    """End a send: done, its articles stand on the phones and the draft is gone.

    Left out are people who no longer follow, who refuse messages, who are on the blacklist, and those whom
    a 服务号 has sent to four times this month. Source: WeChat, MASSSENDJOBFINISH.
    """
    order.status = status
    if status != SUCCESS:
        return
    library, undeliverable = state.library(order.appid), set(state.of(order.appid, Desk).undeliverable)
    chosen = _filtered(state, library, order)
    order.filtered = len(chosen)
    order.reached = [openid for openid in chosen if openid not in undeliverable]
    if not order.reached:
        order.status = FAIL
        return
    give_addresses(order)
    if order.articles:
        library.drafts.pop(order.content["media_id"], None)
    rows = shown_rows(library, order.msgtype, order.content, order.articles)
    for openid in order.reached:
        for kind, text in rows:
            state.show(state.followers[order.appid, openid], kind, text)


def give_up_waiting(state: State, appid: str) -> list[MassSend]:
    """End what no administrator confirmed within 30 minutes; these are to be told of."""
    now = state.now()
    waiting = [send for send in state.library(appid).mass_sends.values() if not send.status]
    late = [send for send in waiting if now - send.at >= CONFIRM_WITHIN]
    for send in late:
        finish(state, send, NOT_CONFIRMED)
    return late


def shown_rows(
    library: Library, msgtype: str, content: dict[str, Any], articles: list[dict[str, Any]]
) -> list[tuple[str, str]]:
    """Write what a phone shows of a message, each row with its kind; every picture is one of its own."""
    if articles:
        return [("news", "\n".join(f"{one['title']} {one['url']}" for one in articles))]
    if msgtype == "text":
        return [("reply", str(content["content"]))]
    kept = [library.files[key] for key in media_ids(content) if key in library.files]
    return [("reply", f"{MEDIA_WORDS[msgtype]} {file.url}") for file in kept]


def media_ids(content: dict[str, Any]) -> list[str]:
    """List the media_ids of a message: pictures have several, a text none."""
    one = [content["media_id"]] if "media_id" in content else []
    return content.get("media_ids") or one


def _filtered(state: State, library: Library, order: MassSend) -> list[str]:
    month, is_service = day_of(order.at)[:7], state.accounts[order.appid].type == "service"
    sends = [send for send in library.mass_sends.values() if day_of(send.at)[:7] == month]
    received = Counter(openid for send in sends for openid in send.reached)
    chosen = []
    for openid in order.openids:
        person = state.followers[order.appid, openid]
        if not person.subscribed or person.blocked or seen_tie(state, order.appid, openid).blacklisted:
            continue
        if not is_service or received[openid] < MOST_A_MONTH:
            chosen.append(openid)
    return chosen
