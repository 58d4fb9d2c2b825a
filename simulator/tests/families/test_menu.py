"""The account's menu: what it may hold, and what a tap on it pushes."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator.tests.conftest import Callback, Caller
from simulator.tests.rules import rule
from simulator.tests.shelf import Shelf

CREATE, TAPS = 'WeChat, "createCustomMenu"', 'WeChat, "自定义菜单事件推送"'
CLICK = {"type": "click", "name": "主题党日", "key": "主题党日"}
SCAN = {"type": "scancode_waitmsg", "name": "签到", "key": "签到"}
VIEW = {"type": "view", "name": "网站", "url": "https://example.org/"}
MINI = {
    "type": "miniprogram",
    "name": "小程序",
    "url": "https://example.org/",
    "appid": "wx1",
    "pagepath": "a",
}
POINTS = {"type": "click", "name": "积分", "key": "积分"}
FOLDER = {"name": "我的", "sub_button": [POINTS, VIEW]}


def publish(account: Caller, *buttons: dict[str, Any]) -> Any:
    account.access_token = account.access_token or account.token()["access_token"]
    return account.sim.post("/cgi-bin/menu/create", {"button": buttons}, access_token=account.access_token)


def read(account: Caller, what: str) -> Any:
    account.access_token = account.access_token or account.token()["access_token"]
    return account.sim.get(f"/cgi-bin/menu/{what}", access_token=account.access_token)


@rule("menu/get shows the menu that was created last, 46003 where there is none", 'WeChat, "getCustomMenu"')
def test_menu_is_published_shown_and_taken_away(account: Caller) -> None:
    assert read(account, "get")["errcode"] == 46003
    assert publish(account, CLICK, SCAN, FOLDER) == {"errcode": 0, "errmsg": "ok"}
    menu = read(account, "get")["menu"]
    assert [one["name"] for one in menu["button"]] == ["主题党日", "签到", "我的"]
    assert menu["button"][0] == CLICK | {"sub_button": []}
    assert menu["button"][2]["sub_button"] == [POINTS | {"sub_button": []}, VIEW | {"sub_button": []}]
    assert account.sim.get("/_sim/wall", appid=account.appid)["menu"] == menu["button"]
    assert publish(account, SCAN)["errcode"] == 0
    assert [one["name"] for one in read(account, "get")["menu"]["button"]] == ["签到"]
    assert read(account, "delete")["errcode"] == 0
    assert read(account, "get")["errcode"] == 46003
    assert read(account, "delete")["errcode"] == 0


# The two bodies on the page of createCustomMenu, the second without the buttons beyond its third.
SONGS = [
    {"type": "click", "name": "今日歌曲", "key": "V1001_TODAY_MUSIC"},
    {
        "name": "菜单",
        "sub_button": [
            {"type": "view", "name": "搜索", "url": "http://www.soso.com/"},
            {
                "type": "miniprogram",
                "name": "wxa",
                "url": "http://mp.weixin.qq.com",
                "appid": "wx286b93c14bbf93aa",
                "pagepath": "pages/lunar/index",
            },
            {"type": "click", "name": "赞一下我们", "key": "V1001_GOOD"},
        ],
    },
]
SCANS = [
    {
        "name": "扫码",
        "sub_button": [
            {"type": "scancode_waitmsg", "name": "扫码带提示", "key": "rselfmenu_0_0", "sub_button": []},
            {"type": "scancode_push", "name": "扫码推事件", "key": "rselfmenu_0_1", "sub_button": []},
        ],
    },
    {
        "name": "发图",
        "sub_button": [
            {"type": "pic_sysphoto", "name": "系统拍照发图", "key": "rselfmenu_1_0", "sub_button": []},
            {"type": "pic_photo_or_album", "name": "拍照或者相册发图", "key": "rselfmenu_1_1"},
            {"type": "pic_weixin", "name": "微信相册发图", "key": "rselfmenu_1_2", "sub_button": []},
        ],
    },
    {"name": "发送位置", "type": "location_select", "key": "rselfmenu_2_0"},
]


@rule("The documented examples of createCustomMenu are taken", CREATE)
@pytest.mark.parametrize("buttons", [SONGS, SCANS])
def test_documented_menus_are_taken(account: Caller, buttons: list[dict[str, Any]]) -> None:
    assert publish(account, *buttons) == {"errcode": 0, "errmsg": "ok"}


def under(**changes: Any) -> dict[str, Any]:
    return {"name": "我的", "sub_button": [CLICK | changes]}


@rule("A button that is too many, too long, of no type or opens nothing is named by its own code", CREATE)
@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        ([], 40016),
        ([CLICK] * 4, 40016),
        ([CLICK | {"type": "dance"}], 40017),
        ([CLICK | {"type": ["click"]}], 40017),
        ([CLICK | {"name": "字" * 5 + "ab"}], 40018),
        ([CLICK | {"name": ""}], 40018),
        ([FOLDER | {"name": "字" * 6}], 40018),
        ([CLICK | {"key": "k" * 129}], 40019),
        ([CLICK | {"key": ""}], 40019),
        ([VIEW | {"url": "https://example.org/" + "a" * 1024}], 40020),
        ([{"name": "我的", "sub_button": [CLICK] * 6}], 40023),
        ([under(sub_button=[CLICK])], 40023),
        ([under(type="dance")], 40024),
        ([under(name="字" * 20 + "a")], 40025),
        ([under(key="键" * 43)], 40026),
        ([{"name": "我的", "sub_button": [VIEW | {"url": ""}]}], 40027),
        ([VIEW | {"url": "pages/index"}], 40055),
        ([MINI | {"url": "example.org"}], 40055),
        ([{"name": "我的", "sub_button": [VIEW | {"url": "ftp://example.org"}]}], 40054),
        ([{"type": "media_id", "name": "图片", "media_id": "nothing"}], 40007),
        ([{"name": "我的", "sub_button": [{"type": "view_limited", "name": "图文"}]}], 40007),
        ([{"type": "article_id", "name": "文章", "article_id": "nothing"}], 53600),
    ],
)
def test_what_no_menu_may_hold_is_refused_and_the_old_one_stays(
    account: Caller, buttons: list[dict[str, Any]], errcode: int
) -> None:
    publish(account, SCAN)
    assert publish(account, *buttons)["errcode"] == errcode
    assert [one["name"] for one in read(account, "get")["menu"]["button"]] == ["签到"]


@rule("Names may have 16 bytes, below 60, keys 128; three buttons, five below each", CREATE)
def test_longest_names_and_keys_are_taken(account: Caller) -> None:
    long = CLICK | {"name": "字" * 5 + "a", "key": "k" * 128}
    assert publish(account, long, long, {"name": "我", "sub_button": [CLICK | {"name": "字" * 20}] * 5}) == {
        "errcode": 0,
        "errmsg": "ok",
    }


@rule("A body with \\uXXXX in it is 40033", CREATE)
def test_escaped_signs_are_refused(account: Caller) -> None:
    token = account.token()["access_token"]
    body = '{"button":[{"type":"click","name":"\\u7b7e\\u5230","key":"a"}]}'
    url = f"{account.sim.base}/cgi-bin/menu/create?access_token={token}"
    assert requests.post(url, body, timeout=5).json()["errcode"] == 40033


@rule("A menu opens linked mini-programs alone; others are 45064", CREATE)
def test_mini_program_that_is_not_linked_is_refused(make_account: Callable[..., Caller]) -> None:
    account = make_account(linked=["wx1"])
    assert publish(account, MINI)["errcode"] == 0
    assert publish(account, {"name": "我的", "sub_button": [MINI | {"appid": "wx2"}]})["errcode"] == 45064
    assert read(account, "get")["menu"]["button"] == [MINI | {"sub_button": []}]


def test_button_opens_a_file_and_an_article_that_are_there(account: Caller) -> None:
    shelf = Shelf(account)
    article_id = shelf.published()[1]["article_id"]
    picture = {"type": "media_id", "name": "图片", "media_id": shelf.cover()}
    article = {"type": "article_id", "name": "文章", "article_id": article_id}
    assert publish(account, picture, article)["errcode"] == 0


@rule(
    "get_current_selfmenu_info shows buttons below under sub_button.list", 'WeChat, "getCurrentSelfmenuInfo"'
)
def test_current_menu_has_a_shape_of_its_own(account: Caller) -> None:
    def current() -> Any:
        token = account.access_token or account.token()["access_token"]
        return account.sim.get("/cgi-bin/get_current_selfmenu_info", access_token=token)

    assert current() == {"is_menu_open": 0, "selfmenu_info": {"button": []}}
    publish(account, CLICK, FOLDER)
    assert current() == {
        "is_menu_open": 1,
        "selfmenu_info": {"button": [CLICK, {"name": "我的", "sub_button": {"list": [POINTS, VIEW]}}]},
    }


@rule("A mini-program has no menu (48001)", CREATE)
def test_mini_program_has_no_menu(make_account: Callable[..., Caller]) -> None:
    assert publish(make_account(kind="mini_program"), CLICK)["errcode"] == 48001


@rule("A tap pushes CLICK, VIEW or scancode_waitmsg with the button's key or address", TAPS)
def test_taps_push_what_each_button_is(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url)
    publish(account, CLICK, SCAN, FOLDER)
    assert account.do("tap", key="主题党日")["verdict"] == "ok"
    assert account.do("tap", key="签到", result="https://example.org/c/abc")["verdict"] == "ok"
    assert account.do("tap", key="https://example.org/")["verdict"] == "ok"
    clicked, scanned, viewed = (ET.fromstring(body) for _, body in callback.received)
    assert (clicked.findtext("Event"), clicked.findtext("EventKey")) == ("CLICK", "主题党日")
    assert (scanned.findtext("Event"), scanned.findtext("EventKey")) == ("scancode_waitmsg", "签到")
    assert scanned.findtext("ScanCodeInfo/ScanResult") == "https://example.org/c/abc"
    assert (viewed.findtext("Event"), viewed.findtext("EventKey")) == ("VIEW", "https://example.org/")
    (phone,) = account.sim.get("/_sim/wall", appid=account.appid)["phones"]
    assert phone["chat"][0]["text"] == "[菜单 menu] 主题党日"


def test_taps_that_are_impossible_are_refused(account: Caller) -> None:
    assert account.do("tap", key="主题党日")["error"]["code"] == "unknown_button"
    publish(account, CLICK, SCAN)
    assert account.do("tap", key="积分")["error"]["code"] == "unknown_button"
    assert account.do("tap", key="签到")["error"]["code"] == "nothing_scanned"
    account.do("unfollow")
    assert account.do("tap", key="主题党日")["error"]["code"] == "not_following"
