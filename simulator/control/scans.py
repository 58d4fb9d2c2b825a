"""An account's codes with a scene: their pictures as WeChat shows them, and phones that scan them."""

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from simulator.control.bodies import About, read_body, refuse
from simulator.control.phones import begin_following, known_official, push_from
from simulator.families.qrcode import SceneCode, SceneCodes
from simulator.pictures import drawn_code
from simulator.push.pusher import Pusher
from simulator.push.replies import Outcome
from simulator.state import State

WIDTH = 430


class ScanCodeBody(About):
    """Which code of the account is scanned: by its ticket, its url, or the scene it was made for."""

    ticket: str | None = None
    url: str | None = None
    scene: str | None = None


def scans_blueprint(state: State, pusher: Pusher) -> Blueprint:
    """Build the pictures of codes and the phones' scanning of them."""
    scans = Blueprint("scans", __name__)

    @scans.get("/cgi-bin/showqrcode")
    def show() -> ResponseReturnValue:
        ticket = request.args.get("ticket", "")
        found = [kept.codes[ticket] for _, kept in state.all_of(SceneCodes) if ticket in kept.codes]
        if not found or not found[0].is_good(state.now()):
            return Response(status=404)
        return Response(drawn_code(found[0].url, WIDTH), mimetype="image/jpg")

    @scans.post("/_sim/scan-code")
    def scan_code() -> ResponseReturnValue:
        body = read_body(ScanCodeBody)
        known_official(state, body)
        code, person = _code(state, body), state.follower(body.appid, body.openid)
        if not code.is_good(state.now()):
            if person is not None:
                state.show(person, "note", "二维码已过期 code expired")
            return jsonify(Outcome("not_pushed", detail="the code is expired").json())
        if person is not None and person.subscribed:
            state.show(person, "note", f"扫描二维码 scan {code.scene}")
            fields = {"Event": "SCAN", "EventKey": code.scene, "Ticket": code.ticket}
        else:
            begin_following(state, body, "ADD_SCENE_QR_CODE", code.scene_id, code.scene_str)
            fields = {"Event": "subscribe", "EventKey": f"qrscene_{code.scene}", "Ticket": code.ticket}
        return push_from(state, pusher, body, "event", fields)

    return scans


def _code(state: State, body: ScanCodeBody) -> SceneCode:
    """Find the code; of several for one scene the newest. Ends the request with 404."""
    with state.lock:
        codes = list(state.of(body.appid, SceneCodes).codes.values())
    found = next((code for code in reversed(codes) if _is_meant(body, code)), None)
    if found is None:
        refuse(404, "unknown_code", "no such code of the account")
    return found


def _is_meant(body: ScanCodeBody, code: SceneCode) -> bool:
    asked = [(body.ticket, code.ticket), (body.url, code.url), (body.scene, code.scene)]
    said = [pair for pair in asked if pair[0] is not None]
    return bool(said) and all(wanted == is_ for wanted, is_ in said)
