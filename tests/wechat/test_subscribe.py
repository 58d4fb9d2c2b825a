"""Subscription messages: how one goes out, what each answer means, and that none is ever sent twice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from redis import Redis

from embedded.process import free_port
from tests.wechat.conftest import Stage
from tests.wechat.phone import Phone, listening
from wechat.errors import Advice, NoClearAnswer, NotSent, WechatError
from wechat.gateway import App, Gateway
from wechat.person_events import Choice, SubscribeChange, SubscribePopup
from wechat.result_events import SentRow, SubscribeSent
from wechat.subscribe import SUBSCRIBE_SEND, send_subscribe

TOKEN = "/cgi-bin/stable_token"
ONCE = {"id": "S1", "title": "主题党日通知", "keys": ["thing1", "time2", "phrase3"]}
LONG = ONCE | {"id": "L1", "kind": "long"}
VALUES = {"thing1": "主题党日\n请准时参加", "time2": "2026年11月25日 15:00", "phrase3": ""}


def on_stage(stage: Stage) -> Gateway:
    app = App("wx1", "0123456789abcdef0123456789abcdef")
    return Gateway(app, base_url=stage.url, redis=None, timeout=(1, 1))


def send(gateway: Gateway, openid: str = "oA", template_id: str = "S1", **more: Any) -> str:
    return send_subscribe(gateway, openid, template_id, VALUES, **{"page": None} | more)


def mini(url: str, **settings: Any) -> Phone:
    return Phone(
        url,
        "mini_program",
        templates=[],
        **{"subscribe_templates": [ONCE, LONG], "push_format": "json"} | settings,
    )


def allow(phone: Phone, *template_ids: str, choice: str = "accept", keep: bool = False) -> Any:
    about = {"appid": phone.appid, "openid": phone.openid, "keep": keep}
    return phone.order("subscribe", about | {"choices": dict.fromkeys(template_ids or ("S1",), choice)})


def test_message_goes_out_as_wechat_wants_it(stage: Stage) -> None:
    stage.always(SUBSCRIBE_SEND, {"errcode": 0, "errmsg": "ok", "msgid": 1864323726461255680})
    msgid = send(on_stage(stage), page="pages/gathering/index?id=7", state="trial")
    assert msgid == "1864323726461255680"
    assert stage.calls[-1][2] == {
        "touser": "oA",
        "template_id": "S1",
        "page": "pages/gathering/index?id=7",
        "miniprogram_state": "trial",
        "lang": "zh_CN",
        "data": {
            "thing1": {"value": "主题党日 请准时参加"},
            "time2": {"value": "2026年11月25日 15:00"},
            "phrase3": {"value": "无"},
        },
    }


def test_answer_without_a_msgid_is_an_empty_one_and_no_page_is_no_jump(stage: Stage) -> None:
    stage.always(SUBSCRIBE_SEND, {"errcode": 0, "errmsg": "ok"})
    assert send(on_stage(stage)) == ""
    assert "page" not in stage.calls[-1][2]
    assert stage.calls[-1][2]["miniprogram_state"] == "formal"


@pytest.mark.parametrize(
    "answer", ["hang up", (502, b"<html>"), (200, b"<html>"), (200, b'{"errcode":0 cut'), (200, b"{}")]
)
def test_call_that_may_have_arrived_is_not_repeated(stage: Stage, answer: Any) -> None:
    stage.always(SUBSCRIBE_SEND, answer)
    with pytest.raises(NoClearAnswer):
        send(on_stage(stage))
    assert stage.paths().count(SUBSCRIBE_SEND) == 1


def test_call_that_certainly_did_not_arrive_says_so(stage: Stage) -> None:
    app = App("wx1", "0123456789abcdef0123456789abcdef")
    down = Gateway(app, base_url=f"http://127.0.0.1:{free_port()}", redis=None)
    with pytest.raises(NotSent):
        send(down)
    stage.always(TOKEN, "hang up")
    with pytest.raises(NotSent):
        send(on_stage(stage))
    assert stage.paths() == [TOKEN]


def test_message_arrives_with_its_page_and_uses_up_what_was_allowed(wechat: str, redis: Redis) -> None:
    phone = mini(wechat)
    gateway = phone.gateway(redis)
    allow(phone)
    msgid = send(gateway, phone.openid, page="pages/gathering/index?id=7")
    (message,) = phone.inbox()
    assert (msgid, message["page"]) == (str(message["msgid"]), "pages/gathering/index?id=7")
    assert message["data"] == {
        "thing1": "主题党日 请准时参加",
        "time2": "2026年11月25日 15:00",
        "phrase3": "无",
    }
    with pytest.raises(WechatError) as used_up:
        send(gateway, phone.openid)
    assert (used_up.value.errcode, used_up.value.advice) == (43101, Advice.GIVE_UP)
    allow(phone, "L1")
    assert send(gateway, phone.openid, "L1") != send(gateway, phone.openid, "L1")


def test_refusals_carry_their_advice(wechat: str, redis: Redis) -> None:
    phone = mini(wechat)
    gateway = phone.gateway(redis)

    def refusal(*about: str, **more: Any) -> tuple[int | None, Advice]:
        with pytest.raises(WechatError) as refused:
            send(gateway, *about, **more)
        return refused.value.errcode, refused.value.advice

    assert refusal("oNobody") == (40003, Advice.GIVE_UP)
    assert refusal(phone.openid, "S9") == (40037, Advice.STOP)
    assert refusal(phone.openid, page="https://example.cn") == (41030, Advice.STOP)
    assert refusal(phone.openid) == (43101, Advice.GIVE_UP)
    phone.order("accounts", phone.account | {"subscribe_templates": [ONCE | {"keys": ["thing1"]}]})
    assert refusal(phone.openid) == (47003, Advice.STOP)
    phone.order("accounts", phone.account)
    phone.order("ban", {"appid": phone.appid, "template_id": "S1"})
    assert refusal(phone.openid) == (43107, Advice.STOP)
    assert phone.inbox() == []


def test_lost_answer_is_no_clear_answer_and_the_message_stands_once(wechat: str, redis: Redis) -> None:
    phone = mini(wechat)
    allow(phone, "L1")
    phone.fault("timeout_after", path=SUBSCRIBE_SEND, nth=1, seconds=3)
    with pytest.raises(NoClearAnswer):
        send(phone.gateway(redis, timeout=(3, 0.5)), phone.openid, "L1")
    assert len(phone.inbox()) == 1


def test_token_killed_on_the_way_is_replaced_and_the_message_stands_once(wechat: str, redis: Redis) -> None:
    phone = mini(wechat)
    allow(phone, "L1")
    phone.fault("errcode", path=SUBSCRIBE_SEND, nth=1, errcode=40001)
    assert send(phone.gateway(redis), phone.openid, "L1")
    assert len(phone.inbox()) == 1


def test_two_at_once_to_one_person_wait_a_moment(wechat: str, redis: Redis) -> None:
    phone = mini(wechat)
    gateway = phone.gateway(redis)
    allow(phone, "L1")
    phone.fault("slow", path=SUBSCRIBE_SEND, seconds=0.5)
    together = threading.Barrier(2)

    def advice(_: int) -> Advice | None:
        together.wait()
        try:
            send(gateway, phone.openid, "L1")
        except WechatError as refused:
            return refused.advice
        return None

    with ThreadPoolExecutor(2) as threads:
        assert set(threads.map(advice, range(2))) == {None, Advice.WAIT_MOMENT}
    assert len(phone.inbox()) == 1


@pytest.mark.parametrize(
    ("settings", "safe"),
    [
        ({"push_mode": "safe"}, True),
        ({"push_mode": "plain"}, False),
        ({"push_mode": "safe", "push_format": "xml"}, True),
        ({"push_mode": "compatible", "push_format": "xml"}, False),
    ],
    ids=["safe JSON", "plain JSON", "safe XML", "compatible XML"],
)
def test_popup_switch_and_result_are_told(wechat: str, redis: Redis, settings: Any, safe: bool) -> None:
    other = ONCE | {"id": "S2", "title": "会前提醒"}
    phone = mini(wechat, subscribe_templates=[ONCE, other], **settings)
    with listening(phone, safe=safe) as received:
        assert allow(phone, "S1", "S2")["verdict"] == "ok"
        assert allow(phone, choice="reject")["verdict"] == "ok"
        phone.fault("event_before_response", path=SUBSCRIBE_SEND)
        msgid = send(phone.gateway(redis), phone.openid)
        about = {"appid": phone.appid, "openid": phone.openid, "template_id": "S2"}
        assert phone.order("switch", about | {"on": False})["verdict"] == "ok"
    both, refused, sent, off = received
    assert isinstance(both, SubscribePopup)
    assert both.items == (Choice("S1", True, "0"), Choice("S2", True, "0"))
    assert isinstance(refused, SubscribePopup)
    assert refused.items == (Choice("S1", False, "0"),)
    assert isinstance(sent, SubscribeSent)
    assert sent.items == (SentRow("S1", msgid, 0, "success"),)
    assert isinstance(off, SubscribeChange)
    assert off.items == (Choice("S2", False, ""),)
    assert {(push.appid, push.openid) for push in received} == {(phone.appid, phone.openid)}
    assert len({push.natural_key for push in received}) == 4


def test_tap_without_a_popup_is_told_to_nobody(wechat: str) -> None:
    phone = mini(wechat)
    with listening(phone, safe=False) as received:
        allow(phone, keep=True)
        assert allow(phone)["verdict"] == "not_pushed"
    assert len(received) == 1
