"""The HTTP client: what it sends, what it makes of each answer, what it never shows."""

import logging
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from redis import Redis

from embedded.process import free_port
from tests.wechat.conftest import Stage
from wechat.errors import ADVICE, Advice, NoClearAnswer, NotSent, WechatError
from wechat.followers import list_followers
from wechat.gateway import App, Gateway
from wechat.log_in import OpenSession, log_in
from wechat.template import send_template

TOKEN, SEND = "/cgi-bin/stable_token", "/cgi-bin/message/template/send"
LIST, LOG_IN = "/cgi-bin/user/get", "/sns/jscode2session"
NOBODY = {"total": 0, "count": 0}
SECRET = "0123456789abcdef0123456789abcdef"
APP = App("wx1", SECRET)


def gateway_to(url: str, timeout: tuple[float, float] = (1, 1)) -> Gateway:
    return Gateway(APP, base_url=url, redis=None, timeout=timeout, sleep=lambda _: None)


def send(gateway: Gateway, openid: str = "oA") -> str:
    return send_template(gateway, openid, "tpl", {"thing1": "主题党日"}, client_msg_id="d1")


def test_template_goes_out_as_wechat_wants_it(stage: Stage) -> None:
    stage.always(SEND, {"errcode": 0, "errmsg": "ok", "msgid": 200228332})
    msgid = send_template(
        gateway_to(stage.url),
        "oA",
        "tpl",
        {"thing1": "主题\n党日", "phrase2": ""},
        client_msg_id="d1",
        url="https://example.cn/x",
        mini_page=("wx2", "pages/notice?id=1"),
    )
    assert msgid == "200228332"
    path, query, body, headers = stage.calls[-1]
    assert (path, query) == (SEND, {"access_token": "T1"})
    assert headers["Content-Type"] == "application/json"
    assert body == {
        "touser": "oA",
        "template_id": "tpl",
        "client_msg_id": "d1",
        "url": "https://example.cn/x",
        "miniprogram": {"appid": "wx2", "pagepath": "pages/notice?id=1"},
        "data": {"thing1": {"value": "主题 党日"}, "phrase2": {"value": "无"}},
    }


def test_chinese_travels_unescaped(stage: Stage) -> None:
    stage.always(SEND, {"errcode": 0, "errmsg": "ok", "msgid": 1})
    gateway = gateway_to(stage.url)
    for value in ("主题党日", "abcd"):
        send_template(gateway, "oA", "tpl", {"thing1": value}, client_msg_id="d1")
    chinese, latin = (int(call[3]["Content-Length"]) for call in stage.calls[1:])
    assert chinese - latin == 4 * (3 - 1)  # three bytes a hanzi; escaped it would be six


@pytest.mark.parametrize(("answer", "msgid"), [({"msgid": 0}, "0"), ({}, ""), ({"msgid": "77"}, "77")])
def test_msgid_is_text_whatever_wechat_gives(stage: Stage, answer: dict[str, Any], msgid: str) -> None:
    stage.always(SEND, {"errcode": 0, "errmsg": "ok"} | answer)
    assert send(gateway_to(stage.url)) == msgid


def test_token_call_carries_the_secret_in_its_body_alone(stage: Stage) -> None:
    stage.always(LIST, NOBODY)
    list_followers(gateway_to(stage.url))
    assert stage.calls[0][:2] == (TOKEN, {})
    assert stage.bodies(TOKEN) == [
        {"grant_type": "client_credential", "appid": "wx1", "secret": SECRET, "force_refresh": False}
    ]


def test_log_in_needs_no_token_and_keeps_no_session_key(stage: Stage) -> None:
    stage.always(LOG_IN, {"openid": "oM", "session_key": "HyVFkGl5F5OQWJZZaNzBBg=="})
    session = log_in(gateway_to(stage.url), "the-code")
    assert session == OpenSession("oM", None)
    assert "HyVFk" not in repr(session)
    assert stage.paths() == [LOG_IN]
    sent = {"appid": "wx1", "secret": SECRET, "js_code": "the-code", "grant_type": "authorization_code"}
    assert stage.calls[0][1] == sent


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_run_out_token_is_renewed_and_the_call_repeated(stage: Stage, errcode: int) -> None:
    stage.answers[SEND] = lambda turn: (
        {"errcode": errcode, "errmsg": "x"} if turn == 1 else {"errcode": 0, "msgid": 5}
    )
    assert send(gateway_to(stage.url)) == "5"
    assert stage.paths() == [TOKEN, SEND, TOKEN, SEND]
    assert [call[1].get("access_token") for call in stage.calls if call[0] == SEND] == ["T1", "T2"]


def test_token_that_stays_bad_makes_three_calls_and_ends(stage: Stage) -> None:
    stage.always(SEND, {"errcode": 40001, "errmsg": "invalid credential"})
    stage.always(LIST, NOBODY)
    gateway = gateway_to(stage.url)
    list_followers(gateway)
    with pytest.raises(WechatError) as refused:
        send(gateway)
    assert (refused.value.errcode, refused.value.advice) == (40001, Advice.REFRESH)
    assert stage.paths() == [TOKEN, LIST, SEND, TOKEN, SEND]


def test_token_refused_for_good_costs_three_calls_a_request_and_one_forced_refresh(
    appid: str, stage: Stage, redis: Redis
) -> None:
    stage.always(TOKEN, {"access_token": "T", "expires_in": 7200})
    stage.always(SEND, {"errcode": 40001, "errmsg": "invalid credential"})
    gateway = Gateway(App(appid, SECRET), base_url=stage.url, redis=redis)
    costs: list[int] = []
    for _ in range(5):
        before = len(stage.calls)
        with pytest.raises(WechatError) as refused:
            send(gateway)
        assert (refused.value.errcode, refused.value.advice) == (40001, Advice.REFRESH)
        costs.append(len(stage.calls) - before)
    assert [body["force_refresh"] for body in stage.bodies(TOKEN)].count(True) == 1
    assert costs[0] == 4  # with the first token of all
    assert max(costs[1:]) <= 3


def test_errcode_brings_its_advice_path_and_rid(stage: Stage) -> None:
    said = "require subscribe rid: 61725984-6126f6f9-040f19c4"
    stage.always(SEND, {"errcode": 43004, "errmsg": said})
    with pytest.raises(WechatError) as refused:
        send(gateway_to(stage.url))
    error = refused.value
    assert type(error) is WechatError
    assert (error.errcode, error.errmsg, error.path) == (43004, said, SEND)
    assert error.rid == "61725984-6126f6f9-040f19c4"
    assert error.advice is Advice.GIVE_UP
    assert stage.paths().count(SEND) == 1


@pytest.mark.parametrize(
    ("errcode", "advice"),
    [
        (-1, Advice.RETRY),
        (45011, Advice.WAIT_MINUTE),
        (43108, Advice.WAIT_MOMENT),
        (45009, Advice.WAIT_MIDNIGHT),
        (40003, Advice.GIVE_UP),
        (43101, Advice.GIVE_UP),
        (43116, Advice.STOP),
        (48001, Advice.STOP),
        (20004, Advice.GIVE_UP),
        (40037, Advice.STOP),
        (47003, Advice.STOP),
        (47001, Advice.BUG),
        (123456, Advice.BUG),
    ],
)
def test_each_refusal_has_one_advice_and_is_not_repeated(stage: Stage, errcode: int, advice: Advice) -> None:
    stage.always(SEND, {"errcode": errcode, "errmsg": "x"})
    with pytest.raises(WechatError) as refused:
        send(gateway_to(stage.url))
    assert refused.value.advice is advice
    assert stage.paths().count(SEND) == 1


def test_only_three_codes_renew_the_token() -> None:
    assert {code for code, advice in ADVICE.items() if advice is Advice.REFRESH} == {40001, 40014, 42001}


@pytest.mark.parametrize(
    "answer", [(500, b'{"errcode":0,"msgid":1}'), (200, b'{"errcode":0, cut'), (302, b""), "hang up"], ids=str
)
def test_what_is_no_answer_is_no_clear_answer(stage: Stage, answer: object) -> None:
    stage.always(SEND, answer)
    stage.always("/elsewhere", {"errcode": 0, "msgid": 1})  # no redirect may take the token there
    with pytest.raises(NoClearAnswer):
        send(gateway_to(stage.url))
    assert stage.paths() == [TOKEN, SEND]


def test_late_answer_is_no_clear_answer(stage: Stage) -> None:
    stage.always(LIST, NOBODY)
    gateway = gateway_to(stage.url, timeout=(1, 0.3))
    list_followers(gateway)
    done = threading.Event()
    stage.answers[SEND] = lambda _: done.wait(5) and {"errcode": 0, "msgid": 1}
    with pytest.raises(NoClearAnswer):
        send(gateway)
    done.set()


def test_refused_connection_sent_nothing() -> None:
    with pytest.raises(NotSent):
        log_in(gateway_to(f"http://127.0.0.1:{free_port()}"), "code")


def test_unknown_host_sent_nothing() -> None:
    with pytest.raises(NotSent):
        log_in(gateway_to("http://nowhere.invalid"), "code")


def test_failed_handshake_sent_nothing(stage: Stage) -> None:
    with pytest.raises(NotSent):
        log_in(gateway_to(stage.url.replace("http:", "https:")), "code")
    assert stage.calls == []


@pytest.mark.parametrize(
    "answer",
    [(502, b""), (200, b"{}"), (200, b'{"access_token":"T"}'), (200, b'{"errcode":-1}'), "hang up"],
    ids=str,
)
def test_unclear_token_call_means_the_message_was_not_sent(stage: Stage, answer: object) -> None:
    stage.always(TOKEN, answer)
    with pytest.raises(NotSent):
        send(gateway_to(stage.url))
    assert stage.paths() == [TOKEN]


def test_every_call_is_announced_before_it_is_made(stage: Stage) -> None:
    stage.always(LIST, NOBODY)
    seen: list[int] = []
    gateway = Gateway(
        APP, base_url=f"{stage.url}/", redis=None, on_call=lambda: seen.append(len(stage.calls))
    )
    list_followers(gateway)
    assert seen == [0, 1]


def test_announcement_that_raises_keeps_the_call_from_being_made(stage: Stage) -> None:
    def object_to_it() -> None:
        raise AssertionError("a database connection is checked out")

    with pytest.raises(AssertionError):
        list_followers(Gateway(APP, base_url=stage.url, redis=None, on_call=object_to_it))
    assert stage.calls == []


def test_thirty_two_threads_send_each_message_once(appid: str, stage: Stage, redis: Redis) -> None:
    stage.always(SEND, {"errcode": 0, "errmsg": "ok", "msgid": 1})
    gateway = Gateway(App(appid, SECRET), base_url=stage.url, redis=redis)
    with ThreadPoolExecutor(32) as threads:
        assert set(threads.map(lambda n: send(gateway, f"o{n}"), range(320))) == {"1"}
    assert sorted(body["touser"] for body in stage.bodies(SEND)) == sorted(f"o{n}" for n in range(320))
    assert stage.paths().count(TOKEN) == 1


def test_no_secret_reaches_an_error_a_traceback_or_a_log(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    echo = f"bad access_token=T1&secret={SECRET} T1 {SECRET}"
    stage.always(SEND, {"errcode": 47003, "errmsg": echo})
    stage.always(LOG_IN, {"errcode": 40125, "errmsg": echo})
    stage.always(LIST, "hang up")
    gateway = gateway_to(stage.url)
    down = gateway_to(f"http://127.0.0.1:{free_port()}")
    told: list[str] = [repr(APP), repr(gateway), str(vars(APP).keys())]
    with caplog.at_level(logging.DEBUG):
        for act in (
            lambda: send(gateway),
            lambda: log_in(gateway, "the-code"),
            lambda: list_followers(gateway),
            lambda: log_in(down, "the-code"),
        ):
            with pytest.raises(WechatError) as refused:
                act()
            error = refused.value
            told += [str(error), repr(error), *traceback.format_exception(error)]
            assert error.__context__ is None
    told += [record.getMessage() for record in caplog.records]
    assert SECRET not in "".join(told)
    assert "access_token=T1" not in "".join(told)
    assert "the-code" not in "".join(line for line in told if "lambda" not in line)
