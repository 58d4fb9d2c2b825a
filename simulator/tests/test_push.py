"""Pushes: what they carry, how they are signed and sealed."""

import json
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from simulator.push.crypto import decrypt, encrypt, sign
from simulator.tests.conftest import AES_KEY, TOKEN, Callback, Caller, wait_until
from simulator.tests.rules import rule

GH = "gh_10f6c3c3ac5a"
PUSH, REPLY = 'WeChat, "message push"', 'WeChat, "passive replies"'


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


@rule("signature is SHA-1 over token, timestamp and nonce, sorted", PUSH)
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


@rule("A safe push carries ToUserName and Encrypt alone; msg_signature is over the cipher too", PUSH)
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


@rule("A compatible push carries the plain elements and Encrypt, and takes either reply", PUSH)
def test_compatible_push_carries_both_and_takes_either_reply(
    make_account: Callable[..., Caller], callback: Callback
) -> None:
    account = make_account(callback_url=callback.url, push_mode="compatible")
    for reply in (text_reply("收到").encode(), sealed_reply(account.appid, "收到")):
        callback.reply = always(reply)
        assert account.do("say", text="积分")["replies"] == [{"type": "text", "content": "收到"}]
    query, body = callback.received[0]
    both = fields(body)
    assert both["Content"] == "积分"
    assert fields(decrypt(both["Encrypt"], AES_KEY, account.appid))["Content"] == "积分"
    assert query["signature"] == sign(TOKEN, query["timestamp"], query["nonce"])
    assert query["msg_signature"] == sign(TOKEN, query["timestamp"], query["nonce"], both["Encrypt"])


@rule("A mini-program may be pushed JSON, in every mode", PUSH)
def test_mini_program_may_be_pushed_json(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(
        kind="mini_program", push_format="json", push_mode="safe", callback_url=callback.url
    )
    assert account.do("say", text="你好")["verdict"] == "ok"
    outer = json.loads(callback.received[0][1])
    assert sorted(outer) == ["Encrypt", "ToUserName"]
    assert json.loads(decrypt(outer["Encrypt"], AES_KEY, account.appid))["Content"] == "你好"


@rule(
    "TEMPLATESENDJOBFINISH carries the msgid of the send as MsgID, and no MsgId",
    'WeChat, "template messages"',
)
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


@rule("A follower who blocks is reported as failed:user block", 'WeChat, "template messages"')
def test_blocked_follower_is_reported(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url)
    account.do("block")
    account.send()
    callback.wait_for(1)
    assert fields(callback.received[0][1])["Status"] == "failed:user block"


@rule("Following and leaving are pushed as subscribe and unsubscribe", 'WeChat, "event push"')
def test_following_and_leaving_are_pushed(make_account: Callable[..., Caller], callback: Callback) -> None:
    account = make_account(callback_url=callback.url)
    account.do("unfollow")
    account.do("follow")
    assert [fields(body)["Event"] for _, body in callback.received] == ["unsubscribe", "subscribe"]
    assert account.sim.get("/_sim/followers", appid=account.appid)["items"][0]["subscribed"] is True


@rule("scancode_waitmsg carries ScanCodeInfo with ScanType and ScanResult", 'WeChat, "menu events"')
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


@rule("The query of a push names the openid, which no signature covers", PUSH)
@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_query_names_the_openid(make_account: Callable[..., Caller], callback: Callback, mode: str) -> None:
    account = make_account(callback_url=f"{callback.url}?own=1", push_mode=mode)
    account.do("say", text="帮助")
    query = callback.received[0][0]
    assert (query["openid"], query["own"]) == ("o_one", "1")


@rule(
    "Saving a callback asks it for echostr, in every mode under signature alone", 'WeChat, "access overview"'
)
@pytest.mark.parametrize(("answer", "verdict"), [(None, "ok"), (b"success", "malformed"), (b"", "malformed")])
def test_callback_has_to_say_echostr(
    make_account: Callable[..., Caller], callback: Callback, answer: bytes | None, verdict: str
) -> None:
    account = make_account(callback_url=callback.url, push_mode="safe")
    callback.reply = lambda query, _: (200, query["echostr"].encode() if answer is None else answer)
    assert account.sim.post("/_sim/verify", {"appid": account.appid})["verdict"] == verdict
    query = callback.received[0][0]
    assert sorted(query) == ["echostr", "nonce", "signature", "timestamp"]
    assert query["signature"] == sign(TOKEN, query["timestamp"], query["nonce"])
