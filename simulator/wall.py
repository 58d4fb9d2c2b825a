"""The wall of phones: what the simulator's page shows of one account."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from simulator.articles import shown_library
from simulator.control import shown_follower, shown_grants, shown_ledger, shown_message
from simulator.state import Follower, Message, State, iso

PHONES = 24
ROWS = 30


def wall_blueprint(state: State) -> Blueprint:
    """Build the route that the page reads."""
    walls = Blueprint("wall", __name__, url_prefix="/_sim")

    @walls.get("/wall")
    def wall() -> ResponseReturnValue:
        return jsonify(_wall(state, request.args.get("appid"), request.args.get("q", "").strip()))

    return walls


def _wall(state: State, appid: str | None, wanted: str) -> dict[str, Any]:
    with state.lock:
        if appid not in state.accounts:
            appid = next(iter(state.accounts), None)
        people = [person for (owner, _), person in state.followers.items() if owner == appid]
        found = [one for one in people if wanted in one.name or wanted in one.openid]
        # Those with something on their screen come first, else the order in which they were added.
        found.sort(key=lambda one: not one.chat)
        menu = state.menus.get(appid or "")
        return {
            "generation": state.generation,
            "accounts": [{"appid": one.appid, "kind": one.kind} for one in state.accounts.values()],
            "appid": appid,
            "total": len(people),
            "found": len(found),
            "menu": menu.buttons if menu else [],
            "library": shown_library(state, appid or ""),
            "phones": [_phone(state, appid or "", one) for one in found[:PHONES]],
            "faults": [fault.json() for fault in state.faults],
            "ledger": shown_ledger(state),
            "now": iso(state.now()),
            "offset_seconds": state.offset,
        }


def _phone(state: State, appid: str, person: Follower) -> dict[str, Any]:
    return {
        **shown_follower(appid, person),
        "grants": shown_grants(state, appid, person),
        "chat": [
            {"at": iso(row.at), "kind": row.kind, "text": row.text, "card": row.card and _card(row.card)}
            for row in list(person.chat)[-ROWS:]
        ],
    }


def _card(message: Message) -> dict[str, Any]:
    # As text: a browser's numbers end before the msgids of subscription messages do.
    return {**shown_message(message), "msgid": str(message.msgid)}
