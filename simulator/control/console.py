"""What an owner sees and switches in WeChat's own console: calls that are left, a frozen secret."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from simulator.control.bodies import Body, known_account, read_body, refuse
from simulator.families import ENDPOINTS
from simulator.families.quota import ALL_A_MONTH, SINGLE_A_MONTH, clearings
from simulator.families.token import AppSecret
from simulator.limits import ANY, LIMITS, usage
from simulator.state import State


class QuotaBody(Body):
    """How many calls of a path an account has left today."""

    appid: str
    path: str
    left: int = Field(ge=0)


class SecretBody(Body):
    """An account's secret, frozen or thawed."""

    appid: str
    frozen: bool


def console_blueprint(state: State) -> Blueprint:
    """Build the side of the control API that stands for WeChat's console."""
    console = Blueprint("console", __name__, url_prefix="/_sim")

    @console.get("/quota")
    def quota() -> ResponseReturnValue:
        appid = request.args.get("appid", "")
        known_account(state, appid)
        with state.lock:
            return jsonify(shown_quota(state, appid))

    @console.post("/quota")
    def set_quota() -> ResponseReturnValue:
        body = read_body(QuotaBody)
        known_account(state, body.appid)
        if body.path not in ENDPOINTS:
            refuse(404, "unknown_path", f"{body.path} is not simulated")
        with state.lock:
            usage(state, body.appid, state.now()).leave(body.path, body.left)
            return jsonify(shown_quota(state, body.appid))

    @console.post("/secret")
    def secret() -> ResponseReturnValue:
        body = read_body(SecretBody)
        known_account(state, body.appid)
        with state.lock:
            state.of(body.appid, AppSecret).frozen = body.frozen
        return jsonify(frozen=body.frozen)

    return console


def shown_quota(state: State, appid: str) -> dict[str, Any]:
    """Show today's counters of every path that was called or given a limit, and the clearings left."""
    now = state.now()
    found, cleared = usage(state, appid, now), clearings(state, appid, now)
    return {
        "day": found.day,
        "items": [
            {
                "path": path,
                "used": found.used.get(path, 0),
                "daily_limit": found.most_a_day(path),
                "call_count": LIMITS.get(path, ANY).often,
                "refresh_second": LIMITS.get(path, ANY).per,
                "used_lately": found.lately(LIMITS.get(path, ANY).per, now).get(path, 0),
            }
            for path in sorted({*found.used, *found.granted})
        ],
        "clear_all_left": ALL_A_MONTH - cleared.all,
        "clear_single_left": SINGLE_A_MONTH - cleared.single,
    }
