"""A person and a mini-program: visits, phone numbers, risk, rights taken back, words to be found."""

from typing import Any, Literal

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from pydantic import Field

from simulator.control.bodies import About, Body, known_follower, known_mini_program, read_body
from simulator.control.phones import push_from
from simulator.families.phone import make_phone_code
from simulator.families.security import Word, Words
from simulator.push.pusher import Pusher
from simulator.state import State
from simulator.ties import note_visit, tie_of

TAKEN = {"revoke": "撤回授权 revoke", "cancel": "解除关系 cancel", "modify": "修改资料 modify"}


class PhoneCodeBody(About):
    """The number that the person chooses to give, without its country's code."""

    number: str = Field(pattern=r"^\d{5,15}$")
    country_code: int = Field(default=86, ge=1, le=999)


class RiskBody(About):
    """Whether log-ins of the person are blocked."""

    risky: bool = True


class AuthorizationBody(About):
    """What a person does in the settings: takes a permission back, ends the relation, changes the profile.

    `revoke_info` is WeChat's number of the permission, 8 for the phone number.
    """

    act: Literal["revoke", "cancel", "modify"]
    revoke_info: str = "1"


class FoundWord(Body):
    """What the check says of a word; the label is WeChat's number for the reason."""

    suggest: Literal["risky", "review"] = "risky"
    label: int = 20006


class WordsBody(Body):
    """All words that the check is to find from now on."""

    appid: str
    words: dict[str, FoundWord]


def visits_blueprint(state: State, pusher: Pusher) -> Blueprint:
    """Build the mini-programs' side of the control API."""
    visits = Blueprint("visits", __name__, url_prefix="/_sim")
    _settings(visits, state, pusher)

    @visits.post("/visit")
    def visit() -> ResponseReturnValue:
        body = read_body(About)
        known_mini_program(state, body.appid)
        note_visit(state, body.appid, body.openid)
        return jsonify(ok=True)

    @visits.post("/phone-code")
    def phone_code() -> ResponseReturnValue:
        body = read_body(PhoneCodeBody)
        known_mini_program(state, body.appid)
        with state.lock:
            note_visit(state, body.appid, body.openid)
            code = make_phone_code(state, body.appid, body.openid, body.number, body.country_code)
        return jsonify(code=code)

    @visits.post("/risk")
    def risk() -> ResponseReturnValue:
        body = read_body(RiskBody)
        known_mini_program(state, body.appid)
        with state.lock:
            tie_of(state, body.appid, body.openid).risky = body.risky
        return jsonify(risky=body.risky)

    @visits.post("/words")
    def words() -> ResponseReturnValue:
        body = read_body(WordsBody)
        known_mini_program(state, body.appid)
        found = {word: Word(kind.suggest, kind.label) for word, kind in body.words.items()}
        with state.lock:
            state.of(body.appid, Words).words = found
        return jsonify(words=len(found))

    return visits


def _settings(visits: Blueprint, state: State, pusher: Pusher) -> None:
    @visits.post("/authorization")
    def authorization() -> ResponseReturnValue:
        body = read_body(AuthorizationBody)
        person = known_follower(state, body)
        state.show(person, "note", TAKEN[body.act])
        return push_from(state, pusher, body, "event", _authorization_event(body))


def _authorization_event(body: AuthorizationBody) -> dict[str, Any]:
    """Tell of it. Source: WeChat, user_authorization_revoke, _cancellation, user_info_modified."""
    if body.act == "modify":
        return {"Event": "user_info_modified", "openid": body.openid, "appid": body.appid}
    whose = {"OpenID": body.openid, "AppID": body.appid}
    if body.act == "cancel":
        return {"Event": "user_authorization_cancellation", **whose}
    return {"Event": "user_authorization_revoke", **whose, "RevokeInfo": body.revoke_info}
