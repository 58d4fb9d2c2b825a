"""Pushes: signatures and modes, three tries, and how the answer is judged."""

import json
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from simulator.crypto import decrypt, encrypt, sign
from simulator.tests.conftest import AES_KEY, TOKEN, Callback, Caller, wait_until

GH = "gh_10f6c3c3ac5a"
UNAVAILABLE = "该公众号暂时无法提供服务，请稍后再试"


def text_reply(content: str, to: str = "o_one", source: str = GH) -> str:
    return (
        f"<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{source}]]></FromUserName>"
        f"<CreateTime>12345678</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{content}]]></Content></xml>"
    )


def sealed_reply(appid: str, content: str, signature: str | None = None) -> bytes:
    cipher = encrypt(text_reply(content), AES_KEY, appid)
    signature = signature or sign(TOKEN, "1413192760", "n1", cipher)
    return (
        f"<xml><Encrypt><![CDATA[{cipher}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
        "<TimeStamp>1413192760</TimeStamp><Nonce><![CDATA[n1]]></Nonce></xml>"
    ).encode()


def fields(xml: str) -> dict[str, str]:
    return {child.tag: child.text or "" for child in ET.fromstring(xml)}


def always(answer: bytes, status: int = 200) -> Callable[[dict[str, str], str], tuple[int, bytes]]:
    return lambda *_: (status, answer)


def test_plain_text_is_signed_and_answered(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url)
    callback.reply = always(text_reply("您好").encode())
    outcome = account.do("say", text="帮助 ]]> <b>")
    query, body = callback.received[0]
    assert query["signature"] == sign(TOKEN, query["timestamp"], query["nonce"])
    assert "encrypt_type" not in query
    said = fields(body)
    assert (said["ToUserName"], said["FromUserName"], said["MsgType"]) == (GH, "o_one", "text")
    assert said["Content"] == "帮助 ]]> <b>"
    assert said["MsgId"].isdecimal()
    assert outcome["replies"] == [{"type": "text", "content": "您好"}]
    assert (outcome["tries"], outcome["status"], outcome["verdict"]) == (1, 200, "reply")


def test_safe_push_hides_the_text_and_takes_a_sealed_reply(
    make_account: Callable[..., Caller], callback: Callback
) -> None:
    account = make_account(callback_url=callback.url, push_mode="safe")
    callback.reply = always(sealed_reply(account.appid, "收到"))
    outcome = account.do("say", text="签到 123456")
    query, body = callback.received[0]
    outer = fields(body)
    assert sorted(outer) == ["Encrypt", "ToUserName"]
    assert query["encrypt_type"] == "aes"
    assert query["msg_signature"] == sign(TOKEN, query["timestamp"], query["nonce"], outer["Encrypt"])
    assert fields(decrypt(outer["Encrypt"], AES_KEY, account.appid))["Content"] == "签到 123456"
    assert outcome["replies"] == [{"type": "text", "content": "收到"}]


def test_compatible_push_carries_both(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url, push_mode="compatible")
    account.do("say", text="积分")
    both = fields(callback.received[0][1])
    assert both["Content"] == "积分"
    assert fields(decrypt(both["Encrypt"], AES_KEY, account.appid))["Content"] == "积分"


def test_mini_program_may_be_pushed_json(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(
        kind="mini_program", push_format="json", push_mode="safe", callback_url=callback.url
    )
    assert account.do("say", text="你好")["verdict"] == "ok"
    outer = json.loads(callback.received[0][1])
    assert sorted(outer) == ["Encrypt", "ToUserName"]
    assert json.loads(decrypt(outer["Encrypt"], AES_KEY, account.appid))["Content"] == "你好"


def test_result_event_reports_the_message(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url)
    msgid = account.send(client_msg_id="d-1")["msgid"]
    account.send(client_msg_id="d-1")
    wait_until(lambda: account.messages()[0]["event_sent"])
    event = fields(callback.received[0][1])
    assert len(callback.received) == 1
    assert (event["MsgType"], event["Event"]) == ("event", "TEMPLATESENDJOBFINISH")
    assert (event["MsgID"], event["Status"]) == (str(msgid), "success")
    assert "MsgId" not in event


def test_blocked_follower_is_reported(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url)
    account.do("block")
    account.send()
    callback.wait_for(1)
    assert fields(callback.received[0][1])["Status"] == "failed:user block"


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


@pytest.mark.parametrize(
    "answer",
    [
        b'{"errcode":0}',
        b"ok",
        b"success\n",
        b"<xml>",
        b"<!DOCTYPE x><xml></xml>",
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


@pytest.mark.parametrize("answer", [b"", b"success"])
def test_no_reply_is_silent(make_account: Callable[..., Caller], callback: Callback, answer: bytes) -> None:
    account = make_account(callback_url=callback.url)
    callback.reply = always(answer)
    outcome = account.do("say", text="帮助")
    assert (outcome["verdict"], outcome["replies"]) == ("ok", [])
    (phone,) = account.sim.get("/_sim/wall", appid=account.appid)["phones"]
    assert [row["kind"] for row in phone["chat"]] == ["said"]


def test_following_and_leaving_are_pushed(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url)
    account.do("unfollow")
    account.do("follow")
    assert [fields(body)["Event"] for _, body in callback.received] == ["unsubscribe", "subscribe"]
    assert account.sim.get("/_sim/followers", appid=account.appid)["items"][0]["subscribed"] is True


def test_scan_pushes_what_was_scanned(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url)
    account.do("scan", key="sign-in", result="https://example.org/c/abc")
    event = ET.fromstring(callback.received[0][1])
    assert event.findtext("Event") == "scancode_waitmsg"
    assert event.findtext("EventKey") == "sign-in"
    assert event.findtext("ScanCodeInfo/ScanResult") == "https://example.org/c/abc"


def test_push_carries_the_simulators_time(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url)
    account.sim.post("/_sim/clock", {"offset_seconds": 1_000_000})
    account.do("say", text="帮助")
    query, body = callback.received[0]
    assert abs(int(query["timestamp"]) - time.time() - 1_000_000) < 5
    assert abs(int(fields(body)["CreateTime"]) - time.time() - 1_000_000) < 5


def test_who_left_cannot_type(account: Caller) -> None:
    account.do("unfollow")
    assert account.do("say", text="帮助")["error"]["code"] == "not_following"
