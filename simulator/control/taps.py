"""What a phone taps: a mini-program's popup and its settings, and the menu under an account's chat."""

from hashlib import md5
from typing import Any, Literal

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Base64Bytes, Field

from simulator.accounts import Account, SubscribeTemplate
from simulator.control.bodies import About, Body, known_account, known_follower, read_body, refuse
from simulator.control.orders import shown_grants
from simulator.control.phones import known_official, present, push_from
from simulator.control.talk import PLAIN_PICTURE, Place, send_picture
from simulator.push.payloads import subscribe_event
from simulator.push.pusher import Pusher
from simulator.push.replies import Outcome
from simulator.state import Follower, Grant, State
from simulator.ties import note_visit

MOST_TEMPLATES = 5
SCENES = {"page": 1, "article": 2}
WORDS = {"accept": "允许 accept", "reject": "拒绝 reject", "ban": "已封禁 ban"}


class SubscribeBody(About):
    """What wx.requestSubscribeMessage asks for, each template with what the person taps in its popup.

    `keep` ticks 总是保持以上选择: the same answer from now on, without a popup. An official account asks on a
    web `page` or in an `article`; a mini-program's popup has no such scene.
    """

    choices: dict[str, Literal["accept", "reject"]] = Field(min_length=1)
    keep: bool = False
    scene: Literal["page", "article"] = "page"


class SwitchBody(About):
    """One template switched on or off in the settings of the phone."""

    template_id: str
    on: bool


class BanBody(Body):
    """A template that the platform bans, or bans no longer."""

    appid: str
    template_id: str
    banned: bool = True


class TapBody(About):
    """A menu button by its key, or by its url where it has none.

    `result` is what a scan found, `picture` what was taken, base64, `place` what was chosen on the map.
    """

    key: str = Field(min_length=1)
    result: str | None = None
    picture: Base64Bytes | None = None
    place: Place = Place(latitude=39.9, longitude=116.4, label="北京")


def taps_blueprint(state: State, pusher: Pusher) -> Blueprint:
    """Build the side of the control API on which phones tap."""
    taps = Blueprint("taps", __name__, url_prefix="/_sim")
    _subscriptions(taps, state, pusher)
    _bans(taps, state)

    @taps.post("/tap")
    def tap() -> ResponseReturnValue:
        body = read_body(TapBody)
        known_official(state, body)
        person = present(state, body)
        button = _button(state, body)
        said, fields = _tapped(button, body, state.menus[body.appid].menuid)
        state.show(person, "said", said)
        answer = push_from(state, pusher, body, "event", fields)
        if "SendPicsInfo" in fields:
            send_picture(state, pusher, body, body.picture or PLAIN_PICTURE)
        return answer

    return taps


def _subscriptions(taps: Blueprint, state: State, pusher: Pusher) -> None:
    @taps.post("/subscribe")
    def subscribe() -> ResponseReturnValue:
        body = read_body(SubscribeBody)
        account, person = _phone_of(state, body)
        note_visit(state, body.appid, body.openid)
        with state.lock:
            results, asked = _answer(state, account, person, body)
        scene = SCENES[body.scene] if account.kind == "official" else 0
        popup = {"TemplateId": "", "SubscribeStatusString": "", "PopupScene": scene}
        rows = [popup | {"TemplateId": one, "SubscribeStatusString": results[one]} for one in asked]
        outcome = _push(state, pusher, account, person, "Popup", rows)
        return jsonify(results=results, popup=bool(asked), **outcome.json())

    @taps.post("/switch")
    def switch() -> ResponseReturnValue:
        body = read_body(SwitchBody)
        account, person = _phone_of(state, body)
        template = _template(account, body.template_id)
        with state.lock:
            grant = person.grants.setdefault(template.id, Grant())
            was_off, grant.off = grant.off, not body.on
            if grant.off:
                grant.left, grant.kept = 0, ""
            state.show(person, "note", f"{template.title} {'打开 on' if body.on else '关闭 off'}")
        row = {"TemplateId": template.id, "SubscribeStatusString": "reject"}
        rows = [row] if grant.off and not was_off else []
        return jsonify(_push(state, pusher, account, person, "Change", rows).json())


def _bans(taps: Blueprint, state: State) -> None:
    @taps.post("/ban")
    def ban() -> ResponseReturnValue:
        body = read_body(BanBody)
        known_account(state, body.appid)
        account, template_id = state.accounts[body.appid], body.template_id
        key = (body.appid, (account.template(template_id) or _template(account, template_id)).id)
        with state.lock:
            (state.banned.add if body.banned else state.banned.discard)(key)
        return jsonify(banned=body.banned)

    @taps.get("/grants")
    def grants() -> ResponseReturnValue:
        about = About(appid=request.args.get("appid", ""), openid=request.args.get("openid") or "-")
        person = known_follower(state, about)
        with state.lock:
            return jsonify(items=shown_grants(state, about.appid, person))


def _phone_of(state: State, about: About) -> tuple[Account, Follower]:
    person = known_follower(state, about)
    return state.accounts[about.appid], person


def _template(account: Account, template_id: str) -> SubscribeTemplate:
    template = account.subscribe_template(template_id)
    if template is None:
        refuse(404, "unknown_template", f"no template {template_id} for subscription messages")
    return template


def _answer(
    state: State, account: Account, person: Follower, body: SubscribeBody
) -> tuple[dict[str, str], list[str]]:
    """Answer as the phone would: what each template's status is, and which of them the popup asked for.

    Source: WeChat, wx.requestSubscribeMessage.
    """
    templates = [_template(account, one) for one in body.choices]
    if len(templates) > MOST_TEMPLATES:
        refuse(409, "20003", f"more than {MOST_TEMPLATES} templates at once")
    if len({template.kind == "once" for template in templates}) > 1:
        refuse(409, "20002", "templates of both kinds at once")
    results, asked = dict[str, str](), list[str]()
    for template in templates:
        grant = person.grants.setdefault(template.id, Grant())
        known = _known_answer(state, account, template, grant)
        if known is None:
            asked.append(template.id)
            grant.kept = body.choices[template.id] if body.keep else ""
        results[template.id] = known or body.choices[template.id]
        if results[template.id] == "accept":
            grant.left = grant.left + 1 if template.kind == "once" else 1
        state.show(person, "note", f"{template.title} {WORDS[results[template.id]]}")
    return results, asked


def _known_answer(state: State, account: Account, template: SubscribeTemplate, grant: Grant) -> str | None:
    """Return the answer that needs no popup, None where one has to ask."""
    if (account.appid, template.id) in state.banned:
        return "ban"
    if grant.off:
        return "reject"
    if template.kind != "once" and grant.left:
        return "accept"
    return grant.kept or None


def _push(
    state: State, pusher: Pusher, account: Account, person: Follower, what: str, rows: list[dict[str, Any]]
) -> Outcome:
    if not rows:
        return Outcome("not_pushed", detail="WeChat tells the mini-program nothing of it")
    about = " ".join(f"{row['TemplateId']} {row['SubscribeStatusString']}" for row in rows)
    return pusher.push(subscribe_event(account, person.openid, what, rows, state.now(), about=about))


def _button(state: State, body: TapBody) -> dict[str, Any]:
    menu = state.menus.get(body.appid)
    leaves = [one for top in (menu.buttons if menu else []) for one in (top["sub_button"] or [top])]
    found = [one for one in leaves if body.key in (one.get("key"), one.get("url"))]
    if not found:
        refuse(404, "unknown_button", f"no button {body.key} in the menu")
    return dict(found[0])


def _tapped(button: dict[str, Any], body: TapBody, menuid: int) -> tuple[str, dict[str, Any]]:
    """Return what the phone shows of the tap, and the elements of its event. Source: WeChat, menu events."""
    said = f"[菜单 menu] {button['name']}"
    if button["type"].startswith("scancode_"):
        if body.result is None:
            refuse(409, "nothing_scanned", "a scan needs a result")
        scanned = {"ScanType": "qrcode", "ScanResult": body.result}
        fields = {"Event": button["type"], "EventKey": body.key, "ScanCodeInfo": scanned}
        return f"{said} {body.result}", fields
    if button["type"].startswith("pic_"):
        digest = md5(body.picture or PLAIN_PICTURE, usedforsecurity=False).hexdigest()
        sent = {"Count": 1, "PicList": {"item": [{"PicMd5Sum": digest}]}}
        return said, {"Event": button["type"], "EventKey": body.key, "SendPicsInfo": sent}
    if button["type"] == "location_select":
        place = body.place
        # Text, all of it, other than in a message that sends a place.
        at = {"Location_X": f"{place.latitude:.6f}", "Location_Y": f"{place.longitude:.6f}"}
        chosen = {**at, "Scale": str(place.scale), "Label": place.label, "Poiname": ""}
        return said, {"Event": button["type"], "EventKey": body.key, "SendLocationInfo": chosen}
    events = {"click": "CLICK", "view": "VIEW", "miniprogram": "view_miniprogram"}
    event = events.get(button["type"])
    if event is None:
        refuse(409, "not_simulated", f"taps on {button['type']} are not simulated")
    fields = {"Event": event, "EventKey": button.get("pagepath") or body.key}
    return said, fields if event == "CLICK" else {**fields, "MenuId": menuid}
