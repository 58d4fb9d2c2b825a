"""How the answer to a push is judged, and what becomes of a push that nobody answers."""

import threading
import time
from collections.abc import Callable

import pytest

from simulator.push.crypto import sign
from simulator.tests.conftest import TOKEN, Callback, Caller, Simulator, wait_until
from simulator.tests.rules import rule
from simulator.tests.test_push import PUSH, REPLY, always, fields, sealed_reply, text_reply

UNAVAILABLE = "该公众号暂时无法提供服务，请稍后再试"


@rule("An unanswered push is tried three times with the same MsgId and CreateTime", REPLY)
def test_unanswered_push_is_tried_three_times_with_the_same_numbers(
    make_account: Callable[..., Caller], callback: Callback
) -> None:
    account = make_account(callback_url=callback.url)
    callback.reply = always(b"", 500)
    outcome = account.do("say", text="帮助")
    assert (outcome["tries"], outcome["status"], outcome["verdict"]) == (3, 500, "unanswered")
    numbers = {(fields(body)["MsgId"], fields(body)["CreateTime"]) for _, body in callback.received}
    assert len(callback.received) == 3
    assert len(numbers) == 1
    ledger = account.sim.ledger()
    assert (ledger["pushes"], ledger["push_retries"]) == (1, 2)


def test_second_try_may_succeed(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url)
    callback.reply = lambda *_: (
        (502, b"") if len(callback.received) == 1 else (200, text_reply("迟到").encode())
    )
    outcome = account.do("say", text="帮助")
    assert (outcome["tries"], outcome["verdict"]) == (2, "reply")


@rule("A callback has five seconds to answer", REPLY)
def test_slow_answer_is_dropped_after_five_seconds(
    make_account: Callable[..., Caller], callback: Callback
) -> None:
    account = make_account(callback_url=callback.url)

    def slow_once(*_: object) -> tuple[int, bytes]:
        if len(callback.received) == 1:
            time.sleep(5.5)
        return 200, b"success"

    callback.reply = slow_once
    started = time.monotonic()
    outcome = account.do("say", text="帮助")
    assert 4.9 < time.monotonic() - started < 9
    assert (outcome["tries"], outcome["verdict"]) == (2, "ok")


def test_nobody_listening_is_unanswered(make_account: Callable[..., Caller]) -> None:
    outcome = make_account(callback_url="http://127.0.0.1:9/").do("say", text="帮助")
    assert (outcome["tries"], outcome["status"], outcome["verdict"]) == (3, None, "unanswered")


@pytest.mark.parametrize("url", ["http://[", "http://a:99999999/", "http://a b/", "http://?a", "ftp://a/"])
def test_address_that_is_none_is_refused(sim: Simulator, url: str) -> None:
    account = {"kind": "official", "appid": "wx", "secret": "s", "original_id": "gh_1", "token": "abc"}
    answer = sim.post("/_sim/accounts", account | {"callback_url": url})
    assert [wrong["field"] for wrong in answer["error"]["fields"]] == ["callback_url"]


@rule("JSON, broken XML or a wrong reply shows the follower that the account is unavailable", REPLY)
@pytest.mark.parametrize(
    "answer",
    [
        b'{"errcode":0}',
        b"ok",
        b"success\n",
        b"<xml>",
        b"<!DOCTYPE x><xml></xml>",
        b'<?xml version="1.0" encoding="nothing"?><xml></xml>',
        text_reply("x", to="o_other").encode(),
        text_reply("x", source="gh_other").encode(),
        text_reply("").encode(),
        text_reply("x").replace("12345678", "now").encode(),
        text_reply("x").replace("text", "fax").encode(),
    ],
)
def test_malformed_answer_shows_the_sentence(
    make_account: Callable[..., Caller], callback: Callback, answer: bytes
) -> None:
    account = make_account(callback_url=callback.url)
    callback.reply = always(answer)
    outcome = account.do("say", text="帮助")
    assert (outcome["tries"], outcome["verdict"], outcome["replies"]) == (1, "malformed", [])
    (phone,) = account.sim.get("/_sim/wall", appid=account.appid)["phones"]
    assert phone["chat"][-1]["text"] == UNAVAILABLE


@pytest.mark.parametrize("answer", [b"[" * 60_000, b'{"a":"\\ud800"}', b'{"a":NaN}', b"[1]"])
def test_json_that_nobody_could_read_is_malformed(
    make_account: Callable[..., Caller], callback: Callback, answer: bytes
) -> None:
    account = make_account(kind="mini_program", push_format="json", callback_url=callback.url)
    callback.reply = always(answer)
    assert account.do("say", text="帮助")["verdict"] == "malformed"


@rule("A sealed reply has to carry the right MsgSignature and the account's own appid", PUSH)
def test_safe_mode_refuses_plain_forged_and_foreign_replies(
    make_account: Callable[..., Caller], callback: Callback
) -> None:
    account = make_account(callback_url=callback.url, push_mode="safe")
    answers = [
        text_reply("x").encode(),
        sealed_reply(account.appid, "x", signature="0" * 40),
        sealed_reply("wxother", "x"),
    ]
    for answer in answers:
        callback.reply = always(answer)
        assert account.do("say", text="帮助")["verdict"] == "malformed"


def test_plain_mode_refuses_a_sealed_reply(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url)
    callback.reply = always(sealed_reply(account.appid, "x"))
    assert account.do("say", text="帮助")["verdict"] == "malformed"


@rule("success or an empty body ends a push without a reply", REPLY)
@pytest.mark.parametrize("answer", [b"", b"success"])
def test_no_reply_is_silent(make_account: Callable[..., Caller], callback: Callback, answer: bytes) -> None:
    account = make_account(callback_url=callback.url)
    callback.reply = always(answer)
    outcome = account.do("say", text="帮助")
    assert (outcome["verdict"], outcome["replies"]) == ("ok", [])
    (phone,) = account.sim.get("/_sim/wall", appid=account.appid)["phones"]
    assert [row["kind"] for row in phone["chat"]] == ["said"]


@rule("A retry carries the same numbers under a signature that is right for its own timestamp", PUSH)
def test_every_try_is_signed(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url, push_mode="safe")
    callback.reply = always(b"", 500)
    account.do("say", text="帮助")
    assert len(callback.received) == 3
    for query, body in callback.received:
        cipher = fields(body)["Encrypt"]
        assert query["msg_signature"] == sign(TOKEN, query["timestamp"], query["nonce"], cipher)


@rule("Any status but HTTP 200 is no answer, a redirection too", "chosen: the page says nothing of it")
@pytest.mark.parametrize("status", [204, 302, 404, 503])
def test_other_status_is_no_answer(
    make_account: Callable[..., Caller], callback: Callback, status: int
) -> None:
    account = make_account(callback_url=callback.url)
    callback.reply = always(b"", status)
    assert account.do("say", text="帮助")["verdict"] == "unanswered"


def test_hung_callback_holds_up_neither_answers_nor_others_pushes(
    make_account: Callable[..., Caller], callback: Callback
) -> None:
    goes_on = threading.Event()
    hung, other = (make_account(callback_url=f"{callback.url}?hangs={one}") for one in (1, 0))

    def hang(query: dict[str, str], _: str) -> tuple[int, bytes]:
        if query["hangs"] == "1":
            goes_on.wait(4)
        return 200, b"success"

    callback.reply = hang
    for _ in range(60):
        hung.send()
    started = time.monotonic()
    other.send()
    wait_until(lambda: other.messages()[0]["event_sent"])
    assert time.monotonic() - started < 2
    assert not any(message["event_sent"] for message in hung.messages())
    goes_on.set()
