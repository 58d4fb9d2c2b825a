"""What an account's administrator and the platform decide about its sends, as the control API's side."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from simulator.campaigns import REFUSED, Desk, end_of, finish, give_up_waiting
from simulator.control.bodies import About, Body, known_account, known_follower, read_body, refuse
from simulator.library import Library, MassSend
from simulator.push.pusher import Pusher
from simulator.state import State, iso


class ProtectBody(Body):
    """Whether an administrator has to confirm each send to all."""

    appid: str
    on: bool


class ConfirmBody(Body):
    """What the administrator answers to a send that waits."""

    appid: str
    msg_id: int
    confirmed: bool


class JudgeBody(Body):
    """How the platform ends the next mass send, as MASSSENDJOBFINISH says it."""

    appid: str
    status: str = Field(pattern=r"^(send success|send fail|err\(\d{5}\))$")


class UndeliverableBody(About):
    """Whether the platform's own delivery to this person fails from now on."""

    undeliverable: bool = True


def administrator_blueprint(state: State, pusher: Pusher) -> Blueprint:
    """Build the side of the control API on which people decide about sends."""
    administrator = Blueprint("administrator", __name__, url_prefix="/_sim")
    _switches(administrator, state)
    _sends(administrator, state, pusher)
    return administrator


def _switches(administrator: Blueprint, state: State) -> None:
    @administrator.post("/protect")
    def protect() -> ResponseReturnValue:
        body = read_body(ProtectBody)
        known_account(state, body.appid)
        with state.lock:
            state.of(body.appid, Desk).protected = body.on
        return jsonify(on=body.on)

    @administrator.post("/judge")
    def judge() -> ResponseReturnValue:
        body = read_body(JudgeBody)
        known_account(state, body.appid)
        with state.lock:
            state.of(body.appid, Desk).next_end = body.status
        return jsonify(status=body.status)

    @administrator.post("/undeliverable")
    def undeliverable() -> ResponseReturnValue:
        body = read_body(UndeliverableBody)
        known_follower(state, body)
        with state.lock:
            listed = state.of(body.appid, Desk).undeliverable
            rest = [openid for openid in listed if openid != body.openid]
            listed[:] = [*rest, body.openid] if body.undeliverable else rest
        return jsonify(undeliverable=body.undeliverable)


def _sends(administrator: Blueprint, state: State, pusher: Pusher) -> None:
    @administrator.get("/mass")
    def mass() -> ResponseReturnValue:
        appid = request.args.get("appid", "")
        known_account(state, appid)
        with state.lock:
            return jsonify(items=[shown_send(one) for one in state.library(appid).mass_sends.values()])

    @administrator.post("/confirm")
    def confirm() -> ResponseReturnValue:
        body = read_body(ConfirmBody)
        known_account(state, body.appid)
        with state.lock:
            order = state.library(body.appid).mass_sends.get(str(body.msg_id))
            if order is None:
                refuse(404, "unknown_send", f"no mass send {body.msg_id}")
            if order.status:
                refuse(409, "not_waiting", f"mass send {body.msg_id} has ended: {order.status}")
            end = end_of(state.of(body.appid, Desk), order) if body.confirmed else REFUSED
            finish(state, order, end)
        return jsonify(pusher.push_event(order).json())

    @administrator.after_app_request
    def look_at_the_clock(answer: Response) -> Response:
        # Whoever watches or moves the clock sees the half hour end; a call about mass sends does as well.
        if request.path.startswith("/_sim/"):
            with state.lock:
                late = [one for appid, _ in state.all_of(Library) for one in give_up_waiting(state, appid)]
            for order in late:
                pusher.queue_event(order)
        return answer


def shown_send(order: MassSend) -> dict[str, Any]:
    """Show a mass send without the list of people."""
    shown = {name: value for name, value in vars(order).items() if name not in ("openids", "reached", "host")}
    counts = {"total": len(order.openids), "reached": len(order.reached)}
    return {**shown, **counts, "msg_id": str(order.msg_id), "at": iso(order.at)}
