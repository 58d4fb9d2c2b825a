"""Whatever WeChat or a proxy answers: a typed error or a plain value, and no secret in either."""

import gzip
import json
import logging
import time
import traceback
from dataclasses import asdict, is_dataclass
from typing import Any

import pytest

from tests.wechat.calls import CALLS, Call
from tests.wechat.conftest import Stage
from wechat.breaker import Breaker
from wechat.errcodes import ADVICE, Advice, advice_on
from wechat.errors import NoClearAnswer, WechatError
from wechat.gateway import App, Gateway
from wechat.menu import menu_of
from wechat.metrics import read_metrics

pytestmark = pytest.mark.thorough

TOKEN, LOG_IN = "/cgi-bin/stable_token", "/sns/jscode2session"
SECRET, HELD = "0123456789abcdef0123456789abcdef", "92_the-token-that-nobody-may-see"
NAMES = (
    *("errcode", "msgid", "openid", "unionid", "menu", "total", "data", "count", "url", "media_id", "item"),
    *("publish_id", "publish_status", "article_id", "article_detail", "total_count"),
)
SAME: tuple[Any, ...] = (0, 1, "1", "", None, True, [], {}, [[]], [{}], 0.5)
# No menu, no such article: what was asked for is so.
ANSWERS = {("/cgi-bin/menu/get", 46003), ("/cgi-bin/freepublish/delete", 53600)}
NESTED = b'{"errcode":0,"menu":' + b'{"button":[' * 300 + b"]}" * 300 + b"}"


def all_as(value: Any) -> bytes:
    """An answer whose every field holds the same."""
    return json.dumps(dict.fromkeys(NAMES, value)).encode()


BODIES: dict[str, bytes] = {
    "empty": b"",
    "html": b"<html>maintenance</html>",
    "html in gbk": "<html>系统维护中</html>".encode("gbk"),
    "a cut answer": b'{"errcode":0,"msg',
    "huge": b'{"errcode":0,"errmsg":"' + b"x" * 2_000_000 + b'"}',
    "utf-16": '{"errcode":0,"errmsg":"ok"}'.encode("utf-16"),
    "a list": b"[]",
    "a list of answers": b'[{"errcode":0}]',
    "a number": b"0",
    "text": b'"ok"',
    "null": b"null",
    "nothing in it": b"{}",
    "nan": b'{"errcode":0,"msgid":NaN,"expires_in":NaN}',
    "infinity": b'{"errcode":0,"total_count":1e999,"total":1e999,"publish_status":1e999}',
    "a digit too many": b'{"errcode":0,"total_count":' + b"9" * 5000 + b"}",
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"errcode":' * 100_000,
    "as deep as json goes": NESTED,
    "an errcode twice": b'{"errcode":40001,"errcode":0}',
    "an errcode that is none": b'{"errcode":"x"}',
    "an errcode that is a list": b'{"errcode":[40001]}',
    "an errcode that is true": b'{"errcode":true}',
    "an errcode without end": b'{"errcode":' + b"9" * 400 + b"}",
    "base_resp that is none": b'{"base_resp":"x","errcode":0}',
    "binary": bytes(range(256)) * 8,
    "zip that is none": gzip.compress(b'{"errcode":0}')[:-4],
} | {f"all fields {value!r}": all_as(value) for value in SAME}


def a_gateway(stage: Stage) -> Gateway:
    """A gateway that does not pause, and whose breaker stays out of the way."""
    stage.always(TOKEN, {"access_token": HELD, "expires_in": "7200"})
    never = Breaker(clock=iter(range(0, 10**9, 1000)).__next__)
    app = App("wx1", SECRET)
    return Gateway(app, base_url=stage.url, redis=None, timeout=(5, 5), breaker=never, sleep=lambda _: None)


def told_by(call: Call, gateway: Gateway) -> str:
    """Make a call; everything that is said about its failure, "" where it succeeded with plain values."""
    try:
        value = call.make(gateway)
    except WechatError as error:
        told = [str(error), repr(error), repr(error.__context__), repr(vars(error))]
        return "\n".join([*told, *traceback.format_exception(error)])
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    json.dumps(plain, default=lambda one: sorted(one) if isinstance(one, frozenset) else one.__dict__)
    return ""


@pytest.mark.parametrize("call", CALLS, ids=[call.path for call in CALLS])
def test_call_ends_in_a_typed_error_whatever_body_comes(
    stage: Stage, caplog: pytest.LogCaptureFixture, call: Call
) -> None:
    # Control: with wechatpy's own reading six of these bodies raise TypeError, RecursionError, OverflowError.
    gateway = a_gateway(stage)
    told = []
    with caplog.at_level(logging.DEBUG):
        for name, body in BODIES.items():
            stage.always(call.path, (200, body))
            try:
                told.append(told_by(call, gateway))
            except Exception as untyped:
                raise AssertionError(name) from untyped
    told += [record.getMessage() for record in caplog.records]
    for secret in (SECRET, HELD, "the-code"):
        assert not any(secret in one for one in told if "lambda" not in one)


@pytest.mark.parametrize("call", CALLS, ids=[call.path for call in CALLS])
def test_every_errcode_comes_back_as_one_typed_error_without_what_it_echoes(
    stage: Stage, caplog: pytest.LogCaptureFixture, call: Call
) -> None:
    gateway = a_gateway(stage)
    token = "" if call.path == LOG_IN else f"access_token={HELD} {HELD}"  # only what it was sent
    said = f"no {token} appsecret={SECRET} {SECRET} rid: 61725984-6126f6f9-040f19c4"
    told = []
    with caplog.at_level(logging.DEBUG):
        for errcode in (*ADVICE, 999_999):
            stage.always(call.path, {"errcode": errcode, "errmsg": said})
            if (call.path, errcode) in ANSWERS:
                continue
            before = stage.paths().count(call.path)
            with pytest.raises(WechatError) as refused:
                call.make(gateway)
            error = refused.value
            assert type(error) is WechatError
            assert (error.errcode, error.path, error.rid) == (
                errcode,
                call.path,
                "61725984-6126f6f9-040f19c4",
            )
            assert error.advice is advice_on(errcode)
            times = stage.paths().count(call.path) - before
            repeats = 3 if call.asks and error.advice is Advice.RETRY else 1
            assert times == repeats or (error.advice is Advice.REFRESH and times <= 2)
            told += [str(error), repr(error), repr(vars(error)), repr(error.__context__)]
    told += [record.getMessage() for record in caplog.records]
    assert not any(secret in one for one in told for secret in (SECRET, HELD))


UNCLEAR: tuple[str, ...] = (
    "empty",
    "html",
    "html in gbk",
    "a cut answer",
    "huge",
    "utf-16",
    "a list of answers",
    "nan",
)
UNCLEAR += (
    "an errcode twice",
    "an errcode that is true",
    "deep objects",
    "zip that is none",
    "nothing in it",
)


def test_send_counts_as_taken_only_by_one_whole_plain_answer(stage: Stage) -> None:
    # Controls: without the limit the huge one, without `_once` the errcode said twice, would count as sent.
    gateway = a_gateway(stage)
    for name in UNCLEAR:
        stage.always(CALLS[0].path, (200, BODIES[name]))
        with pytest.raises(NoClearAnswer):
            CALLS[0].make(gateway)
    assert stage.paths().count(CALLS[0].path) == len(UNCLEAR)


def test_question_is_asked_three_times_with_growing_and_uneven_pauses(stage: Stage) -> None:
    pauses: list[float] = []
    gateway = Gateway(App("wx1", SECRET), base_url=stage.url, redis=None, sleep=pauses.append)
    stage.always("/cgi-bin/menu/get", {"errcode": -1, "errmsg": "system error"})
    for _ in range(5):
        with pytest.raises(WechatError):
            menu_of(gateway)
    assert stage.paths().count("/cgi-bin/menu/get") == 15
    assert all(
        0.15 <= first <= 0.45 and 0.5 <= second <= 1.5
        for first, second in zip(pauses[::2], pauses[1::2], strict=True)
    )
    assert len(set(pauses)) == len(pauses)


def test_numbers_that_no_table_knows_are_counted_as_one(stage: Stage) -> None:
    gateway = a_gateway(stage)
    for errcode in (987_001, 987_002, -987_003):
        stage.always(CALLS[0].path, {"errcode": errcode, "errmsg": "x"})
        with pytest.raises(WechatError):
            CALLS[0].make(gateway)
    told = read_metrics().decode()
    assert 'errcode="unknown"' in told
    assert "98700" not in told


def test_question_that_was_answered_late_is_not_asked_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wechat.gateway.REPEAT_WITHIN", 0.04)
    path = "/cgi-bin/menu/get"

    def answer(_: int) -> dict[str, Any]:
        time.sleep(0.05)
        return {"errcode": -1, "errmsg": "system error"}

    stage.answers[path] = answer
    with pytest.raises(WechatError):
        menu_of(a_gateway(stage))
    assert stage.paths().count(path) == 1


def test_errcode_written_as_text_is_the_same_errcode(stage: Stage) -> None:
    gateway = a_gateway(stage)
    for call in CALLS:
        stage.always(call.path, {"errcode": "45009", "errmsg": ["not", "text"]})
        with pytest.raises(WechatError) as refused:
            call.make(gateway)
        assert (refused.value.errcode, refused.value.advice) == (45009, Advice.WAIT_MIDNIGHT)


def test_byte_order_mark_before_an_answer_is_no_harm(stage: Stage) -> None:
    stage.always(CALLS[0].path, (200, b'\xef\xbb\xbf{"errcode":0,"msgid":"77"}'))
    assert CALLS[0].make(a_gateway(stage)) == "77"


def test_hostile_answer_to_the_token_call_is_a_typed_error(stage: Stage) -> None:
    for name, body in BODIES.items():
        gateway = a_gateway(stage)
        stage.always(TOKEN, (200, body))
        with pytest.raises(WechatError) as refused:
            CALLS[0].make(gateway)
        assert SECRET not in f"{refused.value}{vars(refused.value)}", name
    stage.always(CALLS[0].path, {"errcode": 0, "msgid": 1})
    for lives in (0, -1, 10**14, "7200"):
        gateway = a_gateway(stage)
        stage.always(TOKEN, {"access_token": HELD, "expires_in": lives})
        assert CALLS[0].make(gateway) == "1"


@pytest.mark.parametrize("slowly", ["head", "body"])
def test_answer_that_comes_byte_by_byte_is_broken_off_in_time(stage: Stage, slowly: str) -> None:
    # Control: without the thread that ends late calls this takes 20 s.
    gateway = Gateway(App("wx1", SECRET), base_url=stage.url, redis=None, timeout=(0.3, 0.3))
    stage.always(CALLS[0].path, {"errcode": 0, "msgid": 1})
    CALLS[0].make(gateway)
    stage.drip(CALLS[0].path, slowly)
    began = time.monotonic()
    with pytest.raises(NoClearAnswer):
        CALLS[0].make(gateway)
    assert time.monotonic() - began < 5
