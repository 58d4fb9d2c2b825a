"""What else people do with their phones: pictures, voice, places, links, pages, and coming back."""

import base64
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from hashlib import md5
from typing import Any

import pytest
import requests
from PIL import Image

from simulator.tests.conftest import Callback, Caller
from simulator.tests.rules import rule
from simulator.tests.shelf import JPEG, Shelf

RECEIVE = 'WeChat, "receiving messages"'
EVENTS = 'WeChat, "receiving event pushes"'


@pytest.fixture
def oa(make_account: Callable[..., Caller], callback: Callback) -> Shelf:
    """An official account whose callback keeps what it is told, followed by o_one."""
    return Shelf(make_account(callback_url=callback.url))


def told(callback: Callback) -> dict[str, str]:
    return {child.tag: child.text or "" for child in ET.fromstring(callback.received[-1][1])}


@rule("A picture is pushed with PicUrl and a MediaId that media/get answers for three days", RECEIVE)
def test_picture_arrives_and_can_be_fetched(oa: Shelf, callback: Callback) -> None:
    oa.caller.do("picture")
    message = told(callback)
    assert message["MsgType"] == "image"
    assert message["MsgId"].isdecimal()
    asked = {"access_token": oa.token, "media_id": message["MediaId"]}
    fetched = requests.get(f"{oa.base}/cgi-bin/media/get", asked, timeout=10)
    assert fetched.headers["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(fetched.content)).size == (320, 240)
    assert requests.get(message["PicUrl"], timeout=10).content == fetched.content
    oa.caller.sim.post("/_sim/clock", {"offset_seconds": 3 * 86_400})
    assert oa.get("media/get", media_id=message["MediaId"])["errcode"] in (40007, 42001)


def test_picture_may_be_ones_own_and_has_to_be_one(oa: Shelf, callback: Callback) -> None:
    oa.caller.do("picture", content=base64.b64encode(JPEG).decode())
    assert requests.get(told(callback)["PicUrl"], timeout=10).content == JPEG
    wrong = oa.caller.do("picture", content=base64.b64encode(b"text").decode())
    assert wrong["error"]["code"] == "not_a_picture"


@rule("A voice message is pushed with its Format and a MediaId, without Recognition", RECEIVE)
def test_voice_arrives_and_can_be_fetched(oa: Shelf, callback: Callback) -> None:
    oa.caller.do("voice")
    message = told(callback)
    assert (message["MsgType"], message["Format"]) == ("voice", "amr")
    assert "Recognition" not in message
    asked = {"access_token": oa.token, "media_id": message["MediaId"]}
    fetched = requests.get(f"{oa.base}/cgi-bin/media/get", asked, timeout=10)
    assert fetched.content.startswith(b"#!AMR")
    wrong = oa.caller.do("voice", content=base64.b64encode(b"text").decode())
    assert wrong["error"]["code"] == "not_a_recording"


@rule("A place is pushed with Location_X, Location_Y, Scale and Label", RECEIVE)
def test_place_arrives(oa: Shelf, callback: Callback) -> None:
    oa.caller.do("location", latitude=23.134521, longitude=113.358803, scale=20, label="村委会")
    message = told(callback)
    assert message["MsgType"] == "location"
    assert message["Label"] == "村委会"
    at = "<Location_X>23.134521</Location_X><Location_Y>113.358803</Location_Y><Scale>20</Scale><Label>"
    assert at in callback.received[-1][1]


@rule("A link is pushed with Title, Description and Url", RECEIVE)
def test_link_arrives(oa: Shelf, callback: Callback) -> None:
    oa.caller.do("link", title="官网", url="https://example.org/", description="链接")
    message = told(callback)
    assert (message["MsgType"], message["Title"]) == ("link", "官网")
    assert (message["Description"], message["Url"]) == ("链接", "https://example.org/")


@rule("What is tapped in a msgmenu comes as text with bizmsgmenuid", RECEIVE)
def test_choice_of_a_menu_message_carries_its_id(oa: Shelf, callback: Callback) -> None:
    oa.caller.do("say", text="满意", menu_id="101")
    message = told(callback)
    assert (message["MsgType"], message["Content"], message["bizmsgmenuid"]) == ("text", "满意", "101")
    oa.caller.do("say", text="满意")
    assert "bizmsgmenuid" not in told(callback)


@rule("VIEW and view_miniprogram carry the address or page and the MenuId", EVENTS)
def test_taps_that_lead_somewhere_name_their_menu(oa: Shelf, callback: Callback) -> None:
    page = {
        "type": "miniprogram",
        "name": "进入",
        "url": "https://example.org/",
        "appid": "wx1",
        "pagepath": "pages/a",
    }
    view = {"type": "view", "name": "官网", "url": "https://example.org/b"}
    assert oa.post("menu/create", {"button": [page, view]})["errcode"] == 0
    oa.caller.do("tap", key="https://example.org/")
    opened = told(callback)
    oa.caller.do("tap", key="https://example.org/b")
    viewed = told(callback)
    assert (opened["Event"], opened["EventKey"]) == ("view_miniprogram", "pages/a")
    assert (viewed["Event"], viewed["EventKey"]) == ("VIEW", "https://example.org/b")
    assert opened["MenuId"] == viewed["MenuId"] != ""


@rule("Taps that take a picture push SendPicsInfo with its MD5, and then the picture", EVENTS)
@pytest.mark.parametrize("kind", ["pic_sysphoto", "pic_photo_or_album", "pic_weixin"])
def test_tap_takes_a_picture(oa: Shelf, callback: Callback, kind: str) -> None:
    assert (
        oa.post("menu/create", {"button": [{"type": kind, "name": "拍照", "key": "photo"}]})["errcode"] == 0
    )
    oa.caller.do("tap", key="photo", picture=base64.b64encode(JPEG).decode())
    event, message = (body for _, body in callback.received)
    assert f"<Event><![CDATA[{kind}]]></Event><EventKey><![CDATA[photo]]></EventKey>" in event
    digest = md5(JPEG, usedforsecurity=False).hexdigest()
    listed = f"<PicList><item><PicMd5Sum><![CDATA[{digest}]]></PicMd5Sum></item></PicList>"
    assert f"<SendPicsInfo><Count>1</Count>{listed}</SendPicsInfo>" in event
    assert "<MsgType><![CDATA[image]]></MsgType>" in message


@rule("A tap that chooses a place pushes SendLocationInfo", EVENTS)
def test_tap_chooses_a_place(oa: Shelf, callback: Callback) -> None:
    button = {"type": "location_select", "name": "位置", "key": "where"}
    assert oa.post("menu/create", {"button": [button]})["errcode"] == 0
    oa.caller.do("tap", key="where", place={"latitude": 23, "longitude": 113, "scale": 15, "label": "广州"})
    (event,) = (body for _, body in callback.received)
    assert "<Event><![CDATA[location_select]]></Event>" in event
    assert "<SendLocationInfo><Location_X><![CDATA[23.000000]]></Location_X>" in event
    assert "<Scale><![CDATA[15]]></Scale>" in event
    assert "<Label><![CDATA[广州]]></Label><Poiname><![CDATA[]]></Poiname></SendLocationInfo>" in event


def test_who_left_may_come_back_and_sends_nothing_meanwhile(oa: Shelf, callback: Callback) -> None:
    oa.caller.do("unfollow")
    assert told(callback)["Event"] == "unsubscribe"
    for what, body in (("say", {"text": "在吗"}), ("picture", {}), ("voice", {})):
        assert oa.caller.do(what, **body)["error"]["code"] == "not_following"
    oa.caller.do("follow")
    assert told(callback)["Event"] == "subscribe"
    assert oa.get("user/info", openid="o_one")["subscribe"] == 1
    assert oa.caller.do("say", text="在吗")["verdict"] == "ok"


@rule("Entering a mini-program's customer service is pushed as user_enter_tempsession", EVENTS)
def test_session_of_a_mini_program_is_entered(
    make_account: Callable[..., Caller], callback: Callback
) -> None:
    mini = make_account(kind="mini_program", push_format="json", templates=[], callback_url=callback.url)
    assert mini.do("enter", session_from="sessionFrom")["verdict"] == "ok"
    event: dict[str, Any] = json.loads(callback.received[-1][1])
    assert (event["Event"], event["SessionFrom"]) == ("user_enter_tempsession", "sessionFrom")


def test_official_account_has_no_such_session(oa: Shelf) -> None:
    assert oa.caller.do("enter")["error"]["code"] == "not_a_mini_program"


@rule(
    "Taking a permission back, ending the relation and changing the profile are told to the account", EVENTS
)
@pytest.mark.parametrize(
    ("act", "told_as", "more"),
    [
        ("revoke", "user_authorization_revoke", {"OpenID": "o_one", "RevokeInfo": "8"}),
        ("cancel", "user_authorization_cancellation", {"OpenID": "o_one"}),
        ("modify", "user_info_modified", {"openid": "o_one"}),
    ],
)
def test_settings_of_a_person_are_told(
    make_account: Callable[..., Caller], callback: Callback, act: str, told_as: str, more: dict[str, str]
) -> None:
    mini = make_account(kind="mini_program", push_format="json", templates=[], callback_url=callback.url)
    assert mini.do("authorization", act=act, revoke_info="8")["verdict"] == "ok"
    event: dict[str, Any] = json.loads(callback.received[-1][1])
    assert event["Event"] == told_as
    assert event.items() >= more.items()
    assert mini.appid in event.values()
