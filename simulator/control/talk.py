"""What a person sends from a phone: words, pictures, voice, places, links; and a mini-program's session."""

import io
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from PIL import Image
from pydantic import Base64Bytes, Field

from simulator.control.bodies import (
    About,
    Body,
    known_account,
    known_follower,
    known_mini_program,
    read_body,
    refuse,
)
from simulator.control.phones import present, push_from
from simulator.families.customer import CustomerMessages
from simulator.library import File, new_key
from simulator.push.pusher import Pusher
from simulator.state import State, iso
from simulator.ties import note_visit

PICTURES = {b"\xff\xd8\xff": "jpeg", b"\x89PNG": "png", b"GIF8": "gif"}
SILENCE = b"#!AMR\n" + bytes(32)


def _plain_picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (320, 240), (148, 176, 201)).save(written, "JPEG")
    return written.getvalue()


PLAIN_PICTURE = _plain_picture()


class SayBody(About):
    """What the follower types; `menu_id` is there where it is tapped in a msgmenu instead."""

    text: str = Field(min_length=1, max_length=2000)
    menu_id: str | None = None


class PictureBody(About):
    """The picture's content in base64, JPEG, PNG or GIF; a plain one where nothing is said."""

    content: Base64Bytes | None = None


class VoiceBody(About):
    """The recording's content in base64, AMR; silence where nothing is said."""

    content: Base64Bytes | None = None


class Place(Body):
    """A place on the map, degrees north and east."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    scale: int = 16
    label: str = ""

    def fields(self) -> dict[str, Any]:
        """Write the place as messages do: numbers, and words only for its label."""
        return {
            "Location_X": self.latitude,
            "Location_Y": self.longitude,
            "Scale": self.scale,
            "Label": self.label,
        }


class LocationBody(About, Place):
    """The place that is sent."""


class LinkBody(About):
    """A page that is passed on."""

    title: str
    url: str
    description: str = ""


class EnterBody(About):
    """Where in the mini-program the session was entered, as its button says it."""

    session_from: str = ""


class ScanBody(About):
    """The menu button's key and the text of the scanned picture."""

    key: str
    result: str


def talk_blueprint(state: State, pusher: Pusher) -> Blueprint:
    """Build the side of the control API on which people send something."""
    talk = Blueprint("talk", __name__, url_prefix="/_sim")
    _sayings(talk, state, pusher)
    _files(talk, state, pusher)

    @talk.post("/scan")
    def scan() -> ResponseReturnValue:
        body = read_body(ScanBody)
        state.show(present(state, body), "said", f"[扫码 scan] {body.result}")
        scanned = {"ScanType": "qrcode", "ScanResult": body.result}
        fields = {"Event": "scancode_waitmsg", "EventKey": body.key, "ScanCodeInfo": scanned}
        return push_from(state, pusher, body, "event", fields)

    @talk.post("/enter")
    def enter() -> ResponseReturnValue:
        body = read_body(EnterBody)
        known_mini_program(state, body.appid)
        person = known_follower(state, body)
        note_visit(state, body.appid, body.openid)
        state.show(person, "note", "进入客服会话 enter session")
        fields = {"Event": "user_enter_tempsession", "SessionFrom": body.session_from}
        return push_from(state, pusher, body, "event", fields)

    @talk.get("/customer-messages")
    def customer_messages() -> ResponseReturnValue:
        appid, openid = request.args.get("appid", ""), request.args.get("openid")
        known_account(state, appid)
        with state.lock:
            sent = state.of(appid, CustomerMessages).sent
            items = [{**vars(one), "at": iso(one.at)} for one in sent if openid in (None, one.openid)]
        return jsonify(items=items)

    return talk


def _sayings(talk: Blueprint, state: State, pusher: Pusher) -> None:
    @talk.post("/say")
    def say() -> ResponseReturnValue:
        body = read_body(SayBody)
        fields = {"Content": body.text} | ({"bizmsgmenuid": body.menu_id} if body.menu_id else {})
        return _sent(state, pusher, body, body.text, "text", fields)

    @talk.post("/location")
    def location() -> ResponseReturnValue:
        body = read_body(LocationBody)
        return _sent(state, pusher, body, f"[位置 location] {body.label}", "location", body.fields())

    @talk.post("/link")
    def link() -> ResponseReturnValue:
        body = read_body(LinkBody)
        fields = {"Title": body.title, "Description": body.description, "Url": body.url}
        return _sent(state, pusher, body, f"[链接 link] {body.title} {body.url}", "link", fields)


def _files(talk: Blueprint, state: State, pusher: Pusher) -> None:
    @talk.post("/picture")
    def picture() -> ResponseReturnValue:
        body = read_body(PictureBody)
        return send_picture(state, pusher, body, body.content or PLAIN_PICTURE)

    @talk.post("/voice")
    def voice() -> ResponseReturnValue:
        body = read_body(VoiceBody)
        content = body.content or SILENCE
        if not content.startswith(b"#!AMR"):
            refuse(409, "not_a_recording", "a recording is AMR")
        file = _kept(state, body, "voice", "audio/amr", content)
        return _sent(state, pusher, body, "[语音 voice]", "voice", {"MediaId": file.key, "Format": "amr"})


def send_picture(state: State, pusher: Pusher, about: About, content: bytes) -> ResponseReturnValue:
    """Send a picture to the account; ends the request with 409 unless it is one."""
    kind = next((kind for start, kind in PICTURES.items() if content.startswith(start)), None)
    if kind is None:
        refuse(409, "not_a_picture", "a picture is JPEG, PNG or GIF")
    file = _kept(state, about, "image", f"image/{kind}", content)
    fields = {"PicUrl": file.url, "MediaId": file.key}
    return _sent(state, pusher, about, f"[图片 picture] {file.url}", "image", fields)


def _sent(
    state: State, pusher: Pusher, body: About, shown: str, msg_type: str, fields: dict[str, Any]
) -> ResponseReturnValue:
    state.show(present(state, body), "said", shown)
    return push_from(state, pusher, body, msg_type, fields, next(state.push_ids))


def _kept(state: State, body: About, kind: str, mime: str, content: bytes) -> File:
    """Keep what somebody sends, as a temporary file of the account. Source: WeChat, receive messages."""
    present(state, body)
    key, ending = new_key(32), {"image/jpeg": "jpg", "audio/amr": "amr"}.get(mime, mime.rpartition("/")[2])
    url = f"{request.host_url}mmbiz_{ending}/{key}/0?wx_fmt={mime.rpartition('/')[2]}"
    file = File(key, kind, f"{key}.{ending}", mime, content, url, state.now(), kept=False)
    with state.lock:
        state.library(body.appid).files[key] = file
    return file
