"""What a follower does with a phone: type, follow, unfollow, block, scan."""

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from pydantic import Field

from simulator.bodies import About, known_account, known_follower, read_body, refuse
from simulator.payloads import Push
from simulator.push import Pusher
from simulator.replies import Outcome
from simulator.state import UNAVAILABLE, Follower, State


class SayBody(About):
    """What the follower types."""

    text: str = Field(min_length=1, max_length=2000)


class BlockBody(About):
    """Whether the follower refuses the account's messages from now on."""

    blocked: bool = True


class ScanBody(About):
    """The menu button's key and the text of the scanned picture."""

    key: str
    result: str


def phones_blueprint(state: State, pusher: Pusher) -> Blueprint:
    """Build the followers' side of the control API."""
    phones = Blueprint("phones", __name__, url_prefix="/_sim")
    _chat(phones, state, pusher)
    _following(phones, state, pusher)
    return phones


def _chat(phones: Blueprint, state: State, pusher: Pusher) -> None:
    @phones.post("/say")
    def say() -> ResponseReturnValue:
        body = read_body(SayBody)
        state.show(present(state, body), "said", body.text)
        return push_from(state, pusher, body, "text", {"Content": body.text}, next(state.push_ids))

    @phones.post("/scan")
    def scan() -> ResponseReturnValue:
        body = read_body(ScanBody)
        state.show(present(state, body), "said", f"[扫码 scan] {body.result}")
        scanned = {"ScanType": "qrcode", "ScanResult": body.result}
        fields = {"Event": "scancode_waitmsg", "EventKey": body.key, "ScanCodeInfo": scanned}
        return push_from(state, pusher, body, "event", fields)


def _following(phones: Blueprint, state: State, pusher: Pusher) -> None:
    @phones.post("/follow")
    def follow() -> ResponseReturnValue:
        body = read_body(About)
        known_official(state, body)
        with state.lock:
            person = state.meet(body.appid, body.openid)
            person.subscribed, person.blocked, person.subscribed_at = True, False, state.now()
            state.show(person, "note", "关注 subscribe")
        return push_from(state, pusher, body, "event", {"Event": "subscribe", "EventKey": ""})

    @phones.post("/unfollow")
    def unfollow() -> ResponseReturnValue:
        body = read_body(About)
        known_official(state, body)
        person = present(state, body)
        person.subscribed = False
        state.show(person, "note", "取消关注 unsubscribe")
        return push_from(state, pusher, body, "event", {"Event": "unsubscribe", "EventKey": ""})

    @phones.post("/block")
    def block() -> ResponseReturnValue:
        body = read_body(BlockBody)
        person = known_follower(state, body)
        person.blocked = body.blocked
        state.show(person, "note", "拒收 block" if body.blocked else "不再拒收 unblock")
        return jsonify(Outcome("not_pushed", detail="WeChat tells the account nothing of it").json())


def known_official(state: State, about: About) -> None:
    """End the request unless the account exists (404) and is an official one (409)."""
    known_account(state, about.appid)
    if state.accounts[about.appid].kind != "official":
        refuse(409, "not_an_official_account", "only an official account is followed")


def present(state: State, about: About) -> Follower:
    """Find somebody who follows now, or end the request with 404 or 409."""
    person = known_follower(state, about)
    if not person.subscribed:
        refuse(409, "not_following", f"{about.openid} does not follow")
    return person


def push_from(
    state: State,
    pusher: Pusher,
    about: About,
    msg_type: str,
    fields: dict[str, Any],
    msg_id: int | None = None,
) -> ResponseReturnValue:
    """Push what somebody did, show the answer on the phone, and answer the request with how it ended."""
    account = state.accounts[about.appid]
    outcome = pusher.push(Push(account, about.openid, int(state.now()), msg_type, fields, msg_id))
    person = known_follower(state, about)
    # Who has just left does not see what the account says to that.
    if person.subscribed:
        _show(state, person, outcome)
    return jsonify(outcome.json())


def _show(state: State, person: Follower, outcome: Outcome) -> None:
    if outcome.verdict in ("malformed", "unanswered"):
        state.show(person, "note", UNAVAILABLE)
    for reply in outcome.replies:
        state.show(person, "reply", _words(reply))


def _words(reply: dict[str, Any]) -> str:
    if reply["type"] == "news":
        return "\n".join(f"{one.get('title', '')} {one.get('url', '')}" for one in reply["articles"])
    return str(reply.get("content") or f"[{reply['type']}]")
