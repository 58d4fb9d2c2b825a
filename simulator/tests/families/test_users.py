"""The list of followers, what is said of each, and remarks."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from simulator.tests.conftest import Caller
from simulator.tests.rules import rule
from simulator.tests.shelf import Shelf

GET = 'WeChat, "getFans"'
INFO = 'WeChat, "getUserInfo"'
BATCH = 'WeChat, "batchUserInfo"'


@pytest.fixture
def oa(account: Caller) -> Shelf:
    """An official account with its token, followed by o_one."""
    return Shelf(account)


def add(oa: Shelf, *openids: str, **more: Any) -> None:
    oa.order("followers", followers=[{"openid": openid, **more} for openid in openids])


@rule("user/get lists those who follow, with their number and the last one as next_openid", GET)
def test_list_of_followers_leaves_out_who_left(oa: Shelf) -> None:
    add(oa, "o_two")
    add(oa, "o_gone", subscribed=False)
    answer = oa.get("user/get")
    assert answer == {
        "total": 2,
        "count": 2,
        "data": {"openid": ["o_one", "o_two"]},
        "next_openid": "o_two",
    }


@rule("user/get gives 10,000 a page; a full last page is followed by an empty one without data", GET)
def test_twenty_thousand_followers_come_in_two_pages_and_an_end(oa: Shelf) -> None:
    add(oa, *(f"o_{n}" for n in range(19_999)))
    first = oa.get("user/get", next_openid="")
    second = oa.get("user/get", next_openid=first["next_openid"])
    assert (first["total"], first["count"], second["count"]) == (20_000, 10_000, 10_000)
    assert len({*first["data"]["openid"], *second["data"]["openid"]}) == 20_000
    end = oa.get("user/get", next_openid=second["next_openid"])
    assert end == {"total": 20_000, "count": 0, "next_openid": ""}


def test_list_goes_on_after_somebody_who_left_meanwhile(oa: Shelf) -> None:
    add(oa, "o_two")
    oa.caller.do("unfollow")
    assert oa.get("user/get", next_openid="o_one")["data"]["openid"] == ["o_two"]
    assert oa.get("user/get", next_openid="o_nobody")["errcode"] == 40003


def test_account_without_followers_has_an_empty_list(oa: Shelf) -> None:
    oa.caller.do("unfollow")
    assert oa.get("user/get") == {"total": 0, "count": 0, "next_openid": ""}


@rule("user/info gives no nickname and no picture, and says how the person came", INFO)
def test_follower_is_described_without_name_and_picture(oa: Shelf) -> None:
    oa.caller.do("follow", scene="ADD_SCENE_PROFILE_CARD")
    told = oa.get("user/info", openid="o_one", lang="zh_TW")
    assert abs(told.pop("subscribe_time") - time.time()) < 60
    assert told == {
        "subscribe": 1,
        "openid": "o_one",
        "nickname": "",
        "sex": 0,
        "language": "zh_TW",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_PROFILE_CARD",
        "qr_scene": 0,
        "qr_scene_str": "",
    }


@rule("user/info gives a unionid only where the account is on an open platform", INFO)
def test_unionid_is_told_of_who_has_one(make_account: Callable[..., Caller]) -> None:
    oa = Shelf(make_account(open_platform="a platform"))
    assert oa.get("user/info", openid="o_one")["unionid"].startswith("o")


@rule("user/info/batchget describes up to 100 persons; of who left only subscribe 0", BATCH)
def test_documented_batch_tells_followers_from_those_who_left(oa: Shelf) -> None:
    add(oa, "o_gone", subscribed=False)
    asked = {"user_list": [{"openid": "o_one", "lang": ["zh_TW"]}, {"openid": "o_gone"}]}
    here, gone = oa.post("user/info/batchget", asked)["user_info_list"]
    assert (here["openid"], here["subscribe"], here["language"]) == ("o_one", 1, "zh_CN")
    assert gone == {"subscribe": 0, "openid": "o_gone"}


@rule("user/info/batchget asks for 1 to 100 persons, each with an openid", BATCH)
@pytest.mark.parametrize(
    ("rows", "errcode"),
    [
        ([{"openid": "o_one"}] * 101, 40032),
        ([], 40031),
        (["o_one"], 40031),
        ("o_one", 40031),
        ([{"openid": "o_one"}, {"openid": "o_nobody"}], 40003),
    ],
)
def test_batch_of_persons_is_refused(oa: Shelf, rows: Any, errcode: int) -> None:
    assert oa.post("user/info/batchget", {"user_list": rows})["errcode"] == errcode


def test_hundred_persons_are_described_at_once(oa: Shelf) -> None:
    answer = oa.post("user/info/batchget", {"user_list": [{"openid": "o_one"}] * 100})
    assert len(answer["user_info_list"]) == 100


@rule("A remark is shorter than 30 signs", 'WeChat, "updateRemark"')
def test_remark_is_kept_up_to_29_signs(oa: Shelf) -> None:
    change = {"openid": "o_one", "remark": "pangzi"}
    assert oa.post("user/info/updateremark", change) == {"errcode": 0, "errmsg": "ok"}
    assert oa.post("user/info/updateremark", change | {"remark": "字" * 29})["errcode"] == 0
    assert oa.post("user/info/updateremark", change | {"remark": "字" * 30})["errcode"] == 40092
    assert oa.post("user/info/updateremark", change | {"openid": "o_nobody"})["errcode"] == 40003
    assert oa.get("user/info", openid="o_one")["remark"] == "字" * 29


def test_who_comes_back_has_no_remark_and_no_tag_any_more(oa: Shelf) -> None:
    oa.post("user/info/updateremark", {"openid": "o_one", "remark": "老王"})
    tag = oa.post("tags/create", {"tag": {"name": "广东"}})["tag"]["id"]
    oa.post("tags/members/batchtagging", {"openid_list": ["o_one"], "tagid": tag})
    assert oa.get("user/info", openid="o_one")["tagid_list"] == [tag]
    oa.caller.do("unfollow")
    oa.caller.do("follow")
    told = oa.get("user/info", openid="o_one")
    assert (told["remark"], told["tagid_list"]) == ("", [])


def test_mini_program_has_no_followers(make_account: Callable[..., Caller]) -> None:
    mini = Shelf(make_account(kind="mini_program", templates=[]))
    assert mini.get("user/get")["errcode"] == 48001
