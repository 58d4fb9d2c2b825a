"""What a follower does with a phone: follow, unfollow, block; and how anything done there is pushed."""

from typing import Any, Literal

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from simulator.control.bodies import About, known_account, known_follower, read_body, refuse
from simulator.families.tags import Tags
from simulator.push.payloads import Push
from simulator.push.pusher import Pusher
from simulator.push.replies import Outcome
from simulator.state import UNAVAILABLE, Follower, State
from simulator.ties import note_act, seen_tie, tie_of

# What allows customer messages for a while, by its event; so does every message.
ACTS = {
    "CLICK": "click",
    "scancode_push": "click",
    "scancode_waitmsg": "click",
    "subscribe": "follow",
    "SCAN": "scan",
    "user_enter_tempsession": "enter",
}


class FollowBody(About):
    """How a person came to follow, as subscribe_scene says it."""

    scene: Literal[
        "ADD_SCENE_SEARCH",
        "ADD_SCENE_ACCOUNT_MIGRATION",
        "ADD_SCENE_PROFILE_CARD",
        "ADD_SCENE_QR_CODE",
        "ADD_SCENE_PROFILE_LINK",
        "ADD_SCENE_PROFILE_ITEM",
        "ADD_SCENE_PAID",
        "ADD_SCENE_WECHAT_ADVERTISEMENT",
        "ADD_SCENE_REPRINT",
        "ADD_SCENE_LIVESTREAM",
        "ADD_SCENE_CHANNELS",
        "ADD_SCENE_WXA",
        "ADD_SCENE_OTHERS",
    ] = "ADD_SCENE_SEARCH"


class BlockBody(About):
    """Whether the follower refuses the account's messages from now on."""

    blocked: bool = True


def phones_blueprint(state: State, pusher: Pusher) -> Blueprint:
    """Build the followers' side of the control API."""
    phones = Blueprint("phones", __name__, url_prefix="/_sim")

    @phones.post("/follow")
    def follow() -> ResponseReturnValue:
        body = read_body(FollowBody)
        known_official(state, body)
        begin_following(state, body, body.scene)
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

    return phones


def begin_following(
    state: State, about: About, scene: str, qr_scene: int = 0, qr_scene_str: str = ""
) -> None:
    """Let a person follow from now on; of an earlier time neither tags nor remark are left."""
    with state.lock:
        known = state.follower(about.appid, about.openid)
        came = known is None or not known.subscribed
        person, tie = state.meet(about.appid, about.openid), tie_of(state, about.appid, about.openid)
        person.subscribed, person.blocked, person.subscribed_at = True, False, state.now()
        if came:
            state.of(about.appid, Tags).forget(about.openid)
            tie.remark = ""
        tie.subscribe_scene, tie.qr_scene, tie.qr_scene_str = scene, qr_scene, qr_scene_str
        state.show(person, "note", "关注 subscribe")


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
    """Push what somebody did, show the answer on the phone, and answer the request with how it ended.

    What it allows is allowed before the push: whoever is pushed may answer at once.
    """
    account, is_event = state.accounts[about.appid], msg_type == "event"
    act = ACTS.get(fields["Event"]) if is_event else "message"
    if act is not None:
        note_act(state, about.appid, about.openid, act)
    if not is_event and seen_tie(state, about.appid, about.openid).blacklisted:
        outcome = Outcome("not_pushed", detail="the account has this person on its blacklist")
    else:
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
        state.show(person, "news" if reply["type"] == "news" else "reply", _words(reply))


def _words(reply: dict[str, Any]) -> str:
    if reply["type"] == "news":
        return "\n".join(f"{one.get('title', '')} {one.get('url', '')}" for one in reply["articles"])
    return str(reply.get("content") or f"[{reply['type']}]")
