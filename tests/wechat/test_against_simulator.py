"""The gateway and the callback against the WeChat simulator, a process that shares no code with them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from redis import Redis

from tests.wechat.phone import Phone, listening
from wechat.errors import Advice, NoClearAnswer, WechatError
from wechat.followers import list_followers
from wechat.gateway import Gateway
from wechat.log_in import OpenSession, log_in
from wechat.messages import TextMessage
from wechat.person_events import ScanWaited, Subscribed, Unsubscribed
from wechat.result_events import TemplateResult
from wechat.template import send_template

FIELDS = {"thing1": "主题党日\n请准时参加", "time2": "2026年11月25日 15:00", "phrase3": "", "name4": "王建国"}


def send(gateway: Gateway, phone: Phone, client_msg_id: str = "d1", openid: str | None = None) -> str:
    return send_template(gateway, openid or phone.openid, "theme_day", FIELDS, client_msg_id=client_msg_id)


def test_template_arrives_once_with_values_that_obey_the_rules(wechat: str, redis: Redis) -> None:
    phone = Phone(wechat)
    gateway = phone.gateway(redis)
    msgid = send(gateway, phone)
    assert send(gateway, phone) == msgid
    (message,) = phone.inbox()
    assert str(message["msgid"]) == msgid
    assert message["data"]["thing1"] == "主题党日 请准时参加"
    assert message["data"]["phrase3"] == "无"


def test_cold_senders_fetch_one_token(wechat: str, redis: Redis) -> None:
    phone = Phone(wechat)
    gateway = phone.gateway(redis)
    with ThreadPoolExecutor(20) as threads:
        assert all(threads.map(lambda n: send(gateway, phone, f"d{n}"), range(20)))
    assert phone.token_fetches() == 1
    assert len(phone.inbox()) == 20


def test_token_killed_by_somebody_else_is_replaced_on_the_way(wechat: str, redis: Redis) -> None:
    phone = Phone(wechat)
    gateway = phone.gateway(redis)
    send(gateway, phone)
    forced = {"grant_type": "client_credential", "appid": phone.appid, "force_refresh": True}
    body = forced | {"secret": phone.account["secret"]}
    assert "access_token" in requests.post(f"{wechat}/cgi-bin/stable_token", json=body, timeout=5).json()
    with ThreadPoolExecutor(20) as threads:
        assert all(threads.map(lambda n: send(gateway, phone, f"later{n}"), range(20)))
    assert phone.token_fetches() == 3  # ours, theirs, and one for twenty stale senders


def test_lost_answer_leaves_no_clear_answer_and_the_same_id_finds_the_message(
    wechat: str, redis: Redis
) -> None:
    phone = Phone(wechat)
    gateway = phone.gateway(redis, timeout=(3, 0.5))
    phone.fault("timeout_after", nth=1, seconds=3)
    with pytest.raises(NoClearAnswer):
        send(gateway, phone)
    assert send(gateway, phone) == str(phone.inbox()[0]["msgid"])
    assert len(phone.inbox()) == 1


@pytest.mark.parametrize("kind", ["html_502", "reset_before"])
def test_page_or_reset_instead_of_an_answer_is_no_clear_answer(wechat: str, redis: Redis, kind: str) -> None:
    phone = Phone(wechat)
    phone.fault(kind, nth=1)
    with pytest.raises(NoClearAnswer):
        send(phone.gateway(redis), phone)
    assert phone.inbox() == []


def test_refusals_carry_their_advice(wechat: str, redis: Redis) -> None:
    phone = Phone(wechat)
    gateway = phone.gateway(redis)
    with pytest.raises(WechatError) as stranger:
        send(gateway, phone, openid="oNobody")
    assert (stranger.value.errcode, stranger.value.advice) == (40003, Advice.GIVE_UP)
    phone.fault("errcode", nth=1, errcode=45011)
    with pytest.raises(WechatError) as hurried:
        send(gateway, phone)
    assert hurried.value.advice is Advice.WAIT_MINUTE
    assert hurried.value.rid
    with pytest.raises(WechatError) as unknown:
        send_template(gateway, phone.openid, "no_such", FIELDS, client_msg_id="d2")
    assert (unknown.value.errcode, unknown.value.advice) == (40037, Advice.STOP)


def test_followers_and_log_in(wechat: str, redis: Redis) -> None:
    phone, mini = Phone(wechat), Phone(wechat, "mini_program", templates=[])
    assert list_followers(phone.gateway(redis)) == {phone.openid}
    code = mini.act("login-code", unionid="u1")["code"]
    assert log_in(mini.gateway(redis), code) == OpenSession(mini.openid, "u1")
    with pytest.raises(WechatError) as used:
        log_in(mini.gateway(redis), code)
    assert (used.value.errcode, used.value.advice) == (40163, Advice.GIVE_UP)
    assert mini.token_fetches() == 0


@pytest.mark.parametrize(
    ("mode", "safe"), [("plain", False), ("compatible", False), ("compatible", True), ("safe", True)]
)
def test_chat_and_events_in_every_mode(wechat: str, mode: str, safe: bool) -> None:
    phone = Phone(wechat, push_mode=mode)
    with listening(phone, safe=safe) as received:
        told = phone.act("say", text="签到 ]]><Encrypt>AAAA</Encrypt> & 123456")
        assert told["verdict"] == "reply"
        assert told["replies"] == [
            {"type": "text", "content": "您说：签到 ]]><Encrypt>AAAA</Encrypt> & 123456"}
        ]
        assert phone.act("scan", key="check_in", result="AQ-x_y")["verdict"] == "ok"
        assert phone.act("unfollow")["verdict"] == "ok"
        assert phone.act("follow")["verdict"] == "ok"
    said, scanned, left, came = received
    assert isinstance(said, TextMessage)
    assert isinstance(scanned, ScanWaited)
    assert (scanned.key, scanned.result) == ("check_in", "AQ-x_y")
    assert isinstance(left, Unsubscribed)
    assert isinstance(came, Subscribed)
    assert {push.openid for push in received} == {phone.openid}


def test_mini_program_push_in_safe_json(wechat: str) -> None:
    phone = Phone(wechat, "mini_program", push_mode="safe", push_format="json", templates=[])
    with listening(phone, safe=True) as received:
        told = phone.act("say", text="帮助")
    assert told["verdict"] == "reply"
    assert told["replies"][0]["content"]["Content"] == "您说：帮助"
    assert isinstance(received[0], TextMessage)


def test_result_before_the_answer_names_the_msgid_that_the_answer_brings(wechat: str, redis: Redis) -> None:
    phone = Phone(wechat, push_mode="safe")
    with listening(phone, safe=True) as received:
        phone.fault("event_before_response", nth=1)
        msgid = send(phone.gateway(redis), phone)
        (result,) = received
    assert isinstance(result, TemplateResult)
    assert (result.msgid, result.status, result.openid) == (msgid, "success", phone.openid)


def test_blocked_account_fails_with_its_reason(wechat: str, redis: Redis) -> None:
    phone = Phone(wechat, push_mode="safe")
    phone.act("block")
    with listening(phone, safe=True) as received:
        phone.fault("event_before_response", nth=1)
        send(phone.gateway(redis), phone)
    assert isinstance(received[0], TemplateResult)
    assert (received[0].status, received[0].reason) == ("failed", "user block")
