"""The list of followers: whole however WeChat ends it, and never taken for whole when it is not."""

from typing import Any

import pytest
from redis import Redis

from tests.wechat.conftest import Stage
from tests.wechat.phone import Phone
from wechat.errors import NoClearAnswer, WechatError
from wechat.followers import FOLLOWERS, MOST_PAGES, list_followers
from wechat.gateway import App, Gateway

pytestmark = pytest.mark.thorough


def on_stage(stage: Stage) -> Gateway:
    app = App("wx1", "0123456789abcdef0123456789abcdef")
    return Gateway(app, base_url=stage.url, redis=None, timeout=(1, 1), sleep=lambda _: None)


def page(total: int, *openids: str, after: str | None = None) -> dict[str, Any]:
    """A page as WeChat writes it: the next begins after its last."""
    last = openids[-1] if openids else ""
    told = {"total": total, "count": len(openids), "next_openid": last if after is None else after}
    return told | ({"data": {"openid": list(openids)}} if openids else {})


def pages(stage: Stage, *answers: Any) -> None:
    """Answer the calls one after the other, the last one for ever."""
    stage.answers[FOLLOWERS] = lambda turn: answers[min(turn, len(answers)) - 1]


def asked(stage: Stage) -> list[str]:
    """Where each page was asked to begin."""
    return [query.get("next_openid", "") for path, query, _, _ in stage.calls if path == FOLLOWERS]


@pytest.mark.parametrize(
    "end",
    [
        page(4),
        {"total": 4, "count": 0, "next_openid": ""},
        {"total": 4, "count": 0},
        {"total": 4, "count": 0, "data": {"openid": []}, "next_openid": ""},
        {"total": 4, "count": 0, "data": {}, "next_openid": None},
        {"total": 4},
    ],
)
def test_list_ends_in_every_way_that_wechat_ends_it(stage: Stage, end: dict[str, Any]) -> None:
    pages(stage, page(4, "o1", "o2"), page(4, "o3", "o4"), end)
    assert list_followers(on_stage(stage)) == {"o1", "o2", "o3", "o4"}
    assert asked(stage) == ["", "o2", "o4"]


def test_list_ends_on_a_page_without_a_next_one(stage: Stage) -> None:
    pages(stage, page(3, "o1", "o2"), page(3, "o3", after=""))
    assert list_followers(on_stage(stage)) == {"o1", "o2", "o3"}
    assert asked(stage) == ["", "o2"]


def test_account_that_nobody_follows_has_an_empty_list(stage: Stage) -> None:
    pages(stage, {"total": 0, "count": 0, "next_openid": ""})
    assert list_followers(on_stage(stage)) == set()


@pytest.mark.parametrize("totals", [(3, 4, 4), (4, 3, 3)])
def test_somebody_who_comes_or_leaves_meanwhile_spoils_no_list(stage: Stage, totals: tuple[int, ...]) -> None:
    pages(stage, page(totals[0], "o1", "o2"), page(totals[1], "o3"), page(totals[2]))
    assert list_followers(on_stage(stage)) == {"o1", "o2", "o3"}


def test_list_shorter_than_wechats_own_count_is_none(stage: Stage) -> None:
    # Control: without the comparison these three would be all who follow.
    pages(stage, page(4, "o1", "o2"), page(4, "o3", after=""))
    with pytest.raises(NoClearAnswer, match="3 followers on a list of 4"):
        list_followers(on_stage(stage))


@pytest.mark.parametrize("totals", [(4, 0), (4, 2), (1000, 3)])
def test_count_that_sinks_by_more_than_can_have_left_is_no_list(
    stage: Stage, totals: tuple[int, int]
) -> None:
    # Control: without the comparison a cut list is whole as soon as the last page counts nobody.
    pages(stage, page(totals[0], "o1", "o2"), page(totals[1]))
    with pytest.raises(NoClearAnswer, match="sinks"):
        list_followers(on_stage(stage))


def test_pages_that_turn_in_a_circle_are_left(stage: Stage) -> None:
    # Control: without the guard these are a hundred calls.
    pages(stage, page(9, "o1"), page(9, "o2"), page(9, "o3", after="o1"))
    with pytest.raises(NoClearAnswer, match="circle"):
        list_followers(on_stage(stage))
    assert asked(stage) == ["", "o1", "o2"]


def test_list_without_an_end_is_left_long_before_the_days_quota(stage: Stage) -> None:
    stage.answers[FOLLOWERS] = lambda turn: page(10**6, f"o{turn}")
    with pytest.raises(NoClearAnswer, match="without an end"):
        list_followers(on_stage(stage))
    assert len(asked(stage)) == MOST_PAGES < 500


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"total": "2", "count": 0},
        {"total": 1, "count": 1, "data": {"openid": "o1"}},
        {"total": 1, "count": 1, "data": ["o1"]},
        {"total": 1, "count": 1, "data": {"openid": [1]}},
        {"total": 1, "count": 1, "data": {"openid": [""]}},
        {"total": 2, "count": 2, "data": {"openid": ["o1"]}},
        {"total": 1, "count": 1},
        {"total": 1, "count": 1, "data": {"openid": ["o1"]}, "next_openid": 7},
        (200, b"<html>"),
        (200, b""),
        (200, b'{"total": 1cut'),
        (502, b"<html>"),
        "hang up",
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_page_that_cannot_be_read_is_no_list(stage: Stage, answer: Any, first: bool) -> None:
    pages(stage, *(() if first else (page(1, "o0"),)), answer)
    with pytest.raises(NoClearAnswer):
        list_followers(on_stage(stage))


@pytest.mark.parametrize("errcode", [45009, 40003, 48001])
def test_refusal_midway_is_a_refusal(stage: Stage, errcode: int) -> None:
    pages(stage, page(2, "o1"), {"errcode": errcode, "errmsg": "no"})
    with pytest.raises(WechatError) as refused:
        list_followers(on_stage(stage))
    assert refused.value.errcode == errcode


def test_list_of_the_simulator_has_who_follows_and_not_who_left(wechat: str, redis: Redis) -> None:
    phone = Phone(wechat)
    others = [{"openid": f"o{n:05d}"} for n in range(10_001)]
    phone.order("followers", {"appid": phone.appid, "followers": others})
    phone.act("unfollow")
    assert list_followers(phone.gateway(redis)) == {row["openid"] for row in others}
