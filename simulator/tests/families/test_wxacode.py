"""A mini-program's codes, which scan, and the links that open it."""

import io
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import zxingcpp
from PIL import Image

from simulator.accounts import Account
from simulator.calls import Binary, Call
from simulator.errcodes import Errcode
from simulator.families.wxacode import MiniCodes, getwxacode
from simulator.state import State
from simulator.tests.conftest import SECRET, TOKEN, Caller
from simulator.tests.rules import rule
from simulator.tests.shelf import Shelf

UNLIMITED = 'WeChat, "getUnlimitedQRCode"'
LIMITED = 'WeChat, "getQRCode"'
LINK = 'WeChat, "generateUrlLink"'
SCHEME = 'WeChat, "generateScheme"'
DAY = 86_400


@pytest.fixture
def mini(make_account: Callable[..., Caller]) -> Shelf:
    """A mini-program with two released pages."""
    return Shelf(make_account(kind="mini_program", templates=[], pages=["pages/index/index", "pages/x"]))


def code(mini: Shelf, path: str = "/wxa/getwxacodeunlimit", /, **asked: Any) -> requests.Response:
    body = {"scene": "a=1"} | asked if path.endswith("unlimit") else asked
    return requests.post(mini.base + path, json=body, params={"access_token": mini.token}, timeout=10)


def read(answer: requests.Response) -> tuple[str, dict[str, list[str]]]:
    picture = Image.open(io.BytesIO(answer.content)).convert("RGBA")
    paper = Image.new("RGBA", picture.size, "white")
    (found,) = zxingcpp.read_barcodes(Image.alpha_composite(paper, picture).convert("RGB"))
    address = urlsplit(found.text)
    return f"{address.scheme}://{address.netloc}", parse_qs(address.query)


def post(mini: Shelf, path: str, /, **asked: Any) -> Any:
    return mini.caller.sim.post(f"/wxa/{path}", asked, access_token=mini.token)


@rule("A code is a picture, image/jpeg, and only a refusal is JSON", UNLIMITED)
def test_documented_code_scans_and_says_where_it_leads(mini: Shelf) -> None:
    answer = code(
        mini,
        page="pages/index/index",
        check_path=True,
        env_version="release",
        width=430,
        auto_color=False,
        line_color={"r": 0, "g": 0, "b": 0},
        is_hyaline=False,
    )
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(answer.content)).size == (430, 430)
    where = {"appid": [mini.caller.appid], "page": ["pages/index/index"], "scene": ["a=1"]}
    assert read(answer) == ("weixin://wxacode", where)


@rule("is_hyaline makes it a PNG with nothing behind the code", UNLIMITED)
def test_transparent_code_is_a_png(mini: Shelf) -> None:
    answer = code(mini, is_hyaline=True, line_color={"r": 180, "g": 20, "b": 20}, width=280)
    assert answer.headers["Content-Type"] == "image/png"
    picture = Image.open(io.BytesIO(answer.content)).convert("RGBA")
    assert {pixel for _, pixel in picture.getcolors() or []} >= {(180, 20, 20, 255)}
    assert picture.getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert read(answer)[1]["scene"] == ["a=1"]


@rule("A scene has 1 to 32 visible signs of a short list (40129)", UNLIMITED)
def test_scene_is_checked(mini: Shelf) -> None:
    every = "!#$&'()*+,/:;=?@-._~0aZ"
    assert read(code(mini, scene=every))[1]["scene"] == [every]
    assert code(mini, scene="x" * 32).headers["Content-Type"] == "image/jpeg"
    for wrong in ("x" * 33, "", "字", "50%", "a b", None, 7):
        assert code(mini, scene=wrong).json()["errcode"] == 40129
    assert code(mini, scene="scancode_time=1").json()["errcode"] == 85096


@rule(
    "The page is of the released version (41030) unless check_path is false, without / before it or query",
    UNLIMITED,
)
def test_page_has_to_be_there(mini: Shelf) -> None:
    for wrong in ("pages/none", "/pages/x", "pages/x?a=1", 7):
        assert code(mini, page=wrong).json()["errcode"] == 41030
    assert code(mini, page="/pages/x", check_path=False).json()["errcode"] == 41030
    there = code(mini, page="pages/none", check_path=False, env_version="trial")
    assert read(there)[1]["env_version"] == ["trial"]


@rule("A code is 280 to 1,280 pixels wide", UNLIMITED)
@pytest.mark.parametrize(
    "wrong",
    [{"width": 279}, {"width": 1281}, {"width": "430"}, {"env_version": "beta"}, {"line_color": {"r": 256}}],
)
def test_what_a_code_looks_like_is_checked(mini: Shelf, wrong: dict[str, Any]) -> None:
    assert code(mini, **wrong).json()["errcode"] == 40097


def test_widest_code_scans(mini: Shelf) -> None:
    assert read(code(mini, width=1280, scene="x" * 32, page="pages/index/index"))[1]["scene"] == ["x" * 32]


@rule("getwxacode takes a path with its query of up to 1,024 bytes", LIMITED)
@pytest.mark.parametrize("path", ["/wxa/getwxacode", "/cgi-bin/wxaapp/createwxaqrcode"])
def test_code_of_a_path_scans(mini: Shelf, path: str) -> None:
    answer = code(mini, path, path="pages/index/index?a=1", width=430)
    assert read(answer)[1]["path"] == ["pages/index/index?a=1"]
    for wrong in ("", "x" * 1025, None):
        assert code(mini, path, path=wrong).json()["errcode"] == 40159


@rule("An account makes at most 100,000 codes with a path (45029)", LIMITED)
def test_codes_of_paths_come_to_an_end() -> None:
    account = Account(kind="mini_program", appid="wx1", secret=SECRET, original_id="gh_1", token=TOKEN)
    state = State([account], 0.0)
    state.of("wx1", MiniCodes).made = 99_999
    call = Call("POST", "/", {}, b'{"path":"pages/x"}', "", 0.0, "", "", "", account)
    assert isinstance(getwxacode(state, call), Binary)
    with pytest.raises(Errcode) as refused:
        getwxacode(state, call)
    assert refused.value.code == 45029


def test_official_account_has_no_such_codes(account: Caller) -> None:
    assert code(Shelf(account)).json()["errcode"] == 48001


@rule("A link is good for at most 30 days, by its last moment or by days", LINK)
def test_documented_link_is_made_and_told(mini: Shelf) -> None:
    made = post(
        mini,
        "generate_urllink",
        path="/pages/x",
        query="a=1",
        env_version="release",
        expire_type=1,
        expire_interval=30,
    )
    assert made["url_link"].startswith("https://wxaurl.cn/")
    told = post(mini, "query_urllink", url_link=made["url_link"], query_type=0)
    info = told["url_link_info"]
    assert (info["appid"], info["path"], info["query"]) == (mini.caller.appid, "/pages/x", "a=1")
    assert info["expire_time"] - info["create_time"] == 30 * DAY
    assert told["quota_info"] == {"remain_visit_quota": 3_000_000}
    assert "url_link_info" not in post(mini, "query_urllink", query_type=1)
    assert post(mini, "query_urllink", url_link="https://wxaurl.cn/none")["errcode"] == 40097


@rule("A scheme is good for at most 30 days, by its last moment or by days", SCHEME)
def test_documented_scheme_is_made_and_told(mini: Shelf) -> None:
    until = int(time.time()) + DAY
    leads = {"path": "/pages/x", "query": "", "env_version": "release"}
    made = post(mini, "generatescheme", jump_wxa=leads, is_expire=True, expire_type=0, expire_time=until)
    assert made["openlink"].startswith("weixin://dl/business/?t=")
    info = post(mini, "queryscheme", scheme=made["openlink"])["scheme_info"]
    assert (info["path"], info["expire_time"]) == ("/pages/x", until)


@pytest.mark.parametrize(
    ("asked", "errcode"),
    [
        ({"path": "/pages/none"}, 40165),
        ({"path": "/pages/x?a=1"}, 40165),
        ({"query": "a" * 1025}, 40212),
        ({"query": "a=字"}, 40212),
        ({"env_version": "beta"}, 40097),
        ({"expire_type": 2}, 40097),
        ({"expire_type": 0, "expire_time": 1}, 85401),
        ({"expire_type": 0, "expire_time": int(time.time()) + 31 * DAY}, 85401),
        ({"expire_type": 1, "expire_interval": 31}, 85402),
        ({"expire_type": 1}, 85402),
    ],
)
def test_link_that_leads_nowhere_or_too_long_is_refused(
    mini: Shelf, asked: dict[str, Any], errcode: int
) -> None:
    assert post(mini, "generate_urllink", **asked)["errcode"] == errcode
    leads = {name: value for name, value in asked.items() if not name.startswith("expire")}
    assert post(mini, "generatescheme", jump_wxa=leads, **asked)["errcode"] == errcode


@rule("Without a released version there are no links (85079)", LINK)
def test_unreleased_mini_program_has_no_links(make_account: Callable[..., Caller]) -> None:
    mini = Shelf(make_account(kind="mini_program", templates=[], pages=[]))
    assert post(mini, "generate_urllink")["errcode"] == 85079
