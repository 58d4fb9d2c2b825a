"""Template messages of a verified service account."""

from dataclasses import dataclass, field
from typing import Any

from simulator.accounts import Account, Template
from simulator.calls import OK, Call, Endpoint
from simulator.campaigns import Desk
from simulator.errcodes import Errcode
from simulator.families.template_values import checked_values
from simulator.state import Follower, Message, State
from simulator.ties import refuse_blacklisted

REPEAT_WINDOW, MINUTE = 600.0, 60.0
URL_LENGTH, ID_LENGTH = 1024, 64


@dataclass
class Pace:
    """When each person of an account was sent template messages, as far as it still counts."""

    sent: dict[str, list[float]] = field(default_factory=dict)


def send(state: State, call: Call) -> dict[str, Any]:
    """Accept one template message; its result follows as TEMPLATESENDJOBFINISH.

    The same client_msg_id to the same openid within 10 minutes delivers nothing and is answered as the
    account's `undocumented` says. Raises 40003, 43004, 43019, 40036, 40037, 43116, 40039, 40013, 47003,
    40249, 43117. Source: WeChat, sendTemplateMessage.
    """
    asked, account = call.json(), call.owner()
    person = _recipient(state, call, asked.get("touser"))
    template = _template(state, account, asked.get("template_id"))
    check_jumps(account, asked)
    shown = checked_values(template.keys, asked.get("data"), template.enums)
    if any(word in value for value in shown.values() for word in account.undocumented.marketing):
        raise Errcode(40249)
    client_msg_id = asked.get("client_msg_id") or None
    key = (account.appid, person.openid, str(client_msg_id))
    if client_msg_id is not None:
        known = _first_send(state, key, call.now)
        if known is not None:
            state.counters["deduplicated"] += 1
            call.note = f"same client_msg_id again, msgid {known}, not delivered twice"
            answers = {"same": known, "new": next(state.msgids), "zero": 0}
            return OK | {"msgid": answers[account.undocumented.repeated_id]}
    _check_pace(state, account, person, call.now)
    message = _accept(state, call, person, template, shown)
    if client_msg_id is not None:
        state.sent_ids[key] = (message.msgid, call.now)
    return OK | {"msgid": message.msgid}


def _recipient(state: State, call: Call, touser: object) -> Follower:
    person = call.person(state, touser)
    if not person.subscribed:
        raise Errcode(43004)
    refuse_blacklisted(state, call.owner().appid, person.openid)
    return person


def _template(state: State, account: Account, template_id: object) -> Template:
    if not isinstance(template_id, str) or not 1 <= len(template_id) <= ID_LENGTH:
        raise Errcode(40036)
    template = account.template(template_id)
    if template is None:
        raise Errcode(40037)
    if (account.appid, template.id) in state.banned:
        raise Errcode(43116)
    return template


def check_jumps(account: Account, asked: dict[str, Any]) -> None:
    """Check where the card leads: to an address, or to a mini-program that is linked. Raises 40039, 40013."""
    url, mini = asked.get("url") or None, asked.get("miniprogram") or None
    if url is not None and (not isinstance(url, str) or len(url.encode()) > URL_LENGTH):
        raise Errcode(40039)
    check_linked(account, mini)


def check_linked(account: Account, mini: object) -> None:
    """Refuse to open a mini-program that is not linked with the account. Raises 40013."""
    if mini is not None and not (isinstance(mini, dict) and account.opens(mini.get("appid"))):
        raise Errcode(40013)


def _check_pace(state: State, account: Account, person: Follower, now: float) -> None:
    most = account.undocumented.most_a_minute
    if most is None:
        return
    sent = state.of(account.appid, Pace).sent
    recent = [at for at in sent.get(person.openid, []) if now - at < MINUTE]
    if len(recent) >= most:
        raise Errcode(43117)
    sent[person.openid] = [*recent, now]


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
        event_status=_outcome(state, call.owner(), person),
    )
    call.accept(state, person, message)
    return message


def _outcome(state: State, account: Account, person: Follower) -> str:
    """Tell how the message ends, as TEMPLATESENDJOBFINISH words it; one of the two has a space."""
    if person.blocked:
        return "failed:user block"
    lost = person.openid in state.of(account.appid, Desk).undeliverable
    return "failed: system failed" if lost else "success"


ENDPOINTS = [Endpoint("POST", "/cgi-bin/message/template/send", send, kind="official", one_at_a_time=True)]
