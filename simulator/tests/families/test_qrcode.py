"""Codes with a scene: made, shown as a picture, scanned."""

import io
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest
import requests
import zxingcpp
from PIL import Image

from simulator.accounts import Account
from simulator.calls import Call
from simulator.errcodes import Errcode
from simulator.families.qrcode import SceneCodes, create
from simulator.state import State
from simulator.tests.conftest import SECRET, TOKEN, Callback, Caller
from simulator.tests.rules import rule
from simulator.tests.shelf import Shelf

CREATE = 'WeChat, "createQRCode with a scene"'
EVENTS = 'WeChat, "receiving event pushes"'
FIELDS = {"QR_SCENE": "scene_id", "QR_LIMIT_SCENE": "scene_id"}


@pytest.fixture
def oa(make_account: Callable[..., Caller], callback: Callback) -> Shelf:
    """An official account whose callback keeps what it is told, followed by o_one."""
    return Shelf(make_account(callback_url=callback.url))


def order(action: str, scene: Any, **more: Any) -> dict[str, Any]:
    field = FIELDS.get(action, "scene_str")
    return {"action_name": action, "action_info": {"scene": {field: scene}}} | more


def told(callback: Callback) -> dict[str, str]:
    return {child.tag: child.text or "" for child in ET.fromstring(callback.received[-1][1])}


def shown(oa: Shelf, ticket: str) -> requests.Response:
    return requests.get(f"{oa.base}/cgi-bin/showqrcode", {"ticket": ticket}, timeout=10)


def move(oa: Shelf, seconds: float) -> None:
    oa.caller.sim.post("/_sim/clock", {"offset_seconds": seconds})


@rule("A code's picture is a JPEG that says the code's url; it needs no token", CREATE)
def test_documented_code_is_made_and_its_picture_scans(oa: Shelf) -> None:
    made = oa.post("qrcode/create", order("QR_STR_SCENE", "test", expire_seconds=604_800))
    assert sorted(made) == ["expire_seconds", "ticket", "url"]
    assert made["expire_seconds"] == 604_800
    assert made["url"].startswith("http://weixin.qq.com/q/")
    picture = shown(oa, made["ticket"])
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/jpg")
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.content)))
    assert code.text == made["url"]


@rule("A picture of an unknown ticket is answered HTTP 404", CREATE)
def test_picture_of_no_code_is_not_found(oa: Shelf) -> None:
    assert shown(oa, "gQ_nothing").status_code == 404


@rule("A temporary code lasts 60 s unless it is said, at most 30 days", CREATE)
def test_temporary_code_ends(oa: Shelf) -> None:
    made = oa.post("qrcode/create", order("QR_SCENE", 123))
    assert made["expire_seconds"] == 60
    assert (
        oa.post("qrcode/create", order("QR_SCENE", 1, expire_seconds=2_592_000))["expire_seconds"]
        == 2_592_000
    )
    for wrong in (2_592_001, 0, "60"):
        assert oa.post("qrcode/create", order("QR_SCENE", 1, expire_seconds=wrong))["errcode"] == 40053
    move(oa, 61)
    assert shown(oa, made["ticket"]).status_code == 404
    outcome = oa.caller.do("scan-code", ticket=made["ticket"])
    assert (outcome["verdict"], outcome["detail"]) == ("not_pushed", "the code is expired")


@rule("A permanent code never ends, and the answer says no expire_seconds", CREATE)
def test_permanent_code_stays_and_is_the_same_for_its_scene(oa: Shelf) -> None:
    made = oa.post("qrcode/create", order("QR_LIMIT_STR_SCENE", "hall"))
    assert sorted(made) == ["ticket", "url"]
    assert oa.post("qrcode/create", order("QR_LIMIT_STR_SCENE", "hall")) == made
    move(oa, 365 * 86_400)
    assert shown(oa, made["ticket"]).status_code == 200


@rule("A scene is a 32-bit number but 0, permanent 1 to 100,000, or a text of 1 to 64 signs", CREATE)
@pytest.mark.parametrize(
    ("action", "right", "wrong"),
    [
        ("QR_SCENE", [1, 2**32 - 1], [0, 2**32, "1", None, True]),
        ("QR_LIMIT_SCENE", [1, 100_000], [0, 100_001, "1"]),
        ("QR_STR_SCENE", ["a", "字" * 64], ["", "a" * 65, 7]),
        ("QR_LIMIT_STR_SCENE", ["a", "a" * 64], ["", "a" * 65, None]),
    ],
)
def test_scene_is_checked(oa: Shelf, action: str, right: list[Any], wrong: list[Any]) -> None:
    for scene in right:
        assert "ticket" in oa.post("qrcode/create", order(action, scene))
    for scene in wrong:
        assert oa.post("qrcode/create", order(action, scene))["errcode"] == 40053


def test_code_of_no_action_or_without_info_is_refused(oa: Shelf) -> None:
    assert oa.post("qrcode/create", order("QR_CARD", "x"))["errcode"] == 40052
    assert oa.post("qrcode/create", {"action_name": "QR_SCENE"})["errcode"] == 40053


@rule("An account has at most 100,000 permanent codes (45029)", CREATE)
def test_permanent_codes_come_to_an_end() -> None:
    account = Account(kind="official", appid="wx1", secret=SECRET, original_id="gh_1", token=TOKEN)
    state = State([account], 0.0)
    kept = state.of("wx1", SceneCodes)
    kept.permanent = dict.fromkeys(map(str, range(99_999)), "")
    asked = b'{"action_name":"QR_LIMIT_STR_SCENE","action_info":{"scene":{"scene_str":"%d"}}}'
    calls = [Call("POST", "/", {}, asked % n, "", 0.0, "", "", "", account) for n in range(2)]
    create(state, calls[0])
    with pytest.raises(Errcode) as refused:
        create(state, calls[1])
    assert refused.value.code == 45029
    create(state, calls[0])


@rule("A follower's scan is pushed as SCAN with the scene alone and the ticket", EVENTS)
def test_follower_scans(oa: Shelf, callback: Callback) -> None:
    made = oa.post("qrcode/create", order("QR_SCENE", 98765))
    assert oa.caller.do("scan-code", url=made["url"])["verdict"] == "ok"
    event = told(callback)
    assert (event["Event"], event["EventKey"], event["Ticket"]) == ("SCAN", "98765", made["ticket"])


@rule(
    "A stranger's scan is pushed as subscribe with qrscene_ before the scene, and user/info keeps it", EVENTS
)
def test_stranger_scans_and_follows(oa: Shelf, callback: Callback) -> None:
    made = oa.post("qrcode/create", order("QR_STR_SCENE", "hall"))
    oa.order("scan-code", openid="o_new", scene="hall")
    event = told(callback)
    assert (event["Event"], event["EventKey"], event["Ticket"]) == (
        "subscribe",
        "qrscene_hall",
        made["ticket"],
    )
    info = oa.get("user/info", openid="o_new")
    assert (info["subscribe_scene"], info["qr_scene"], info["qr_scene_str"]) == (
        "ADD_SCENE_QR_CODE",
        0,
        "hall",
    )


def test_who_left_follows_again_by_a_scan(oa: Shelf, callback: Callback) -> None:
    oa.post("qrcode/create", order("QR_SCENE", 98765))
    oa.caller.do("unfollow")
    oa.caller.do("scan-code", scene="98765")
    assert told(callback)["EventKey"] == "qrscene_98765"
    info = oa.get("user/info", openid="o_one")
    assert (info["subscribe"], info["qr_scene"], info["qr_scene_str"]) == (1, 98765, "")


@rule("Following without a code may carry an EventKey that is empty", EVENTS)
def test_plain_follow_has_an_empty_key(oa: Shelf, callback: Callback) -> None:
    oa.order("follow", openid="o_new")
    assert told(callback)["EventKey"] == ""
    assert "Ticket" not in told(callback)


def test_unknown_code_cannot_be_scanned(oa: Shelf) -> None:
    oa.post("qrcode/create", order("QR_SCENE", 1))
    assert oa.caller.do("scan-code", ticket="gQ_nothing")["error"]["code"] == "unknown_code"
    assert oa.caller.do("scan-code")["error"]["code"] == "unknown_code"
