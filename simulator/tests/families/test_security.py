"""Content checks of a mini-program: who may be named, what is found, and the event of a picture's check."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from simulator.tests.conftest import Callback, Caller
from simulator.tests.rules import rule
from simulator.tests.shelf import Shelf

CHECK = 'WeChat, "msgSecCheck"'
MEDIA = 'WeChat, "mediaCheckAsync"'
WORDS = {"打折": {"suggest": "review", "label": 10001}, "赌博": {"suggest": "risky", "label": 20006}}


@pytest.fixture
def mini(make_account: Callable[..., Caller], callback: Callback) -> Shelf:
    """A mini-program whose check knows two words; o_one has just been there."""
    caller = make_account(kind="mini_program", push_format="json", templates=[], callback_url=callback.url)
    caller.sim.post("/_sim/words", {"appid": caller.appid, "words": WORDS})
    caller.do("visit")
    return Shelf(caller)


def check(mini: Shelf, content: Any = "开会", what: str = "msg_sec_check", **changes: Any) -> Any:
    asked = {"openid": "o_one", "scene": 2, "version": 2, "content": content} | changes
    return mini.caller.sim.post(f"/wxa/{what}", asked, access_token=mini.token)


def check_media(mini: Shelf, url: str | None, **changes: Any) -> Any:
    asked = {"media_url": url, "media_type": 2} | changes
    return check(mini, what="media_check_async", **asked)


def move(mini: Shelf, seconds: float) -> None:
    mini.caller.sim.post("/_sim/clock", {"offset_seconds": seconds})


@rule("A clean text answers result, detail and trace_id", CHECK)
def test_clean_text_passes(mini: Shelf) -> None:
    answer = check(mini)
    assert len(answer.pop("trace_id")) == 24
    assert answer == {
        "errcode": 0,
        "errmsg": "ok",
        "detail": [{"strategy": "content_model", "errcode": 0, "suggest": "pass", "label": 100, "prob": 90}],
        "result": {"suggest": "pass", "label": 100},
    }


@rule("errcode 0 does not mean clean: result says pass, review or risky, and detail says why", CHECK)
def test_worst_word_decides(mini: Shelf) -> None:
    assert check(mini, "全场打折")["result"] == {"suggest": "review", "label": 10001}
    answer = check(mini, "打折赌博")
    assert (answer["errcode"], answer["result"]) == (0, {"suggest": "risky", "label": 20006})
    assert answer["detail"][1] == {
        "strategy": "keyword",
        "errcode": 0,
        "suggest": "risky",
        "label": 20006,
        "level": 20,
        "keyword": "赌博",
    }


@rule("title, nickname and signature are checked with the content", CHECK)
@pytest.mark.parametrize("field", ["title", "nickname", "signature"])
def test_words_beside_the_content_are_checked_too(mini: Shelf, field: str) -> None:
    assert check(mini, **{field: "赌博"})["result"]["suggest"] == "risky"


@rule("A text is checked only in the name of somebody who was there in the last two hours (61010)", CHECK)
def test_visit_of_the_last_two_hours_is_needed(mini: Shelf) -> None:
    move(mini, 7190)
    assert check(mini)["errcode"] == 0
    move(mini, 7210)
    mini.token = mini.caller.token()["access_token"]
    assert check(mini)["errcode"] == 61010
    mini.caller.do("login-code")
    assert check(mini)["errcode"] == 0


@rule("The openid has to be one of the mini-program's (40003), not another account's (43104)", CHECK)
def test_openid_has_to_be_known(mini: Shelf, account: Caller) -> None:
    assert check(mini, openid="o_nobody")["errcode"] == 40003
    account.sim.post("/_sim/followers", {"appid": account.appid, "followers": [{"openid": "o_elsewhere"}]})
    assert check(mini, openid="o_elsewhere")["errcode"] == 43104
    mini.order("followers", followers=[{"openid": "o_new"}])
    assert check(mini, openid="o_new")["errcode"] == 61010


@rule("A text has at most 2,500 signs, the scene is 1 to 4, and the first version is frozen", CHECK)
@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"content": "字" * 2500}, 0),
        ({"content": "字" * 2501}, 45002),
        ({"content": ""}, 44004),
        ({"content": None}, 44004),
        ({"scene": 0}, 40129),
        ({"scene": 5}, 40129),
        ({"scene": "1"}, 40129),
        ({"version": 1}, 40097),
        ({"version": None}, 40097),
        ({"openid": None}, 40003),
    ],
)
def test_what_is_asked_is_checked(mini: Shelf, change: dict[str, Any], errcode: int) -> None:
    assert check(mini, **change)["errcode"] == errcode


@rule("The check of a picture is answered with a trace_id; wxa_media_check tells the result", MEDIA)
def test_picture_is_checked_and_told(mini: Shelf, callback: Callback) -> None:
    trace_id = check_media(mini, "https://example.org/a.jpg")["trace_id"]
    callback.wait_for(1)
    event = json.loads(callback.received[0][1])
    assert (event["MsgType"], event["Event"], event["FromUserName"]) == ("event", "wxa_media_check", "o_one")
    assert (event["appid"], event["trace_id"], event["version"]) == (mini.caller.appid, trace_id, 2)
    assert (event["errcode"], event["result"]) == (0, {"suggest": "pass", "label": 100})
    assert event["detail"] == [
        {"strategy": "content_model", "errcode": 0, "suggest": "pass", "label": 100, "prob": 90}
    ]


@rule("A file that cannot be fetched ends as errcode -1008", MEDIA)
def test_risky_picture_and_one_that_is_not_there(mini: Shelf, callback: Callback) -> None:
    check_media(mini, "https://example.org/赌博.jpg")
    callback.wait_for(1)
    assert json.loads(callback.received[0][1])["result"] == {"suggest": "risky", "label": 20006}
    check_media(mini, "https://nothing.invalid/a.jpg")
    callback.wait_for(2)
    event = json.loads(callback.received[1][1])
    assert (event["errcode"], event["result"]) == (-1008, {})


def test_picture_needs_an_address_and_a_visitor(mini: Shelf) -> None:
    for wrong in ("file:///etc/passwd", "https://", "example.org/a.jpg", f"https://{'a' * 99_999} ", None):
        assert check_media(mini, url=wrong)["errcode"] == 40097
    assert check_media(mini, "https://example.org/", media_type=3)["errcode"] == 40097
    assert check_media(mini, "https://example.org/", openid="o_nobody")["errcode"] == 40003
