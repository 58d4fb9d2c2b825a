"""The mini-program's callback: WeChat is let in and answered, nobody else is."""

import logging

import pytest

from models.base import Sessions
from tests.conftest import NOON
from tests.handlers.chat.follower import MINI_ADDRESS, Chat
from wechat.crypto import sign

EVENT = {
    "ToUserName": "gh_mini",
    "FromUserName": "oA",
    "CreateTime": int(NOON.timestamp()),
    "MsgType": "event",
    "Event": "wxa_media_check",
}


@pytest.fixture
def chat(sessions: Sessions) -> Chat:
    """The callbacks in safe mode."""
    return Chat(sessions)


def test_wechats_settings_are_answered_with_their_own_echo(chat: Chat) -> None:
    query = {"timestamp": "1", "nonce": "n", "echostr": "99", "signature": sign("minitest", "1", "n")}
    response = chat.app.test_client().get(MINI_ADDRESS, query_string=query)
    assert (response.status_code, response.text) == (200, "99")


def test_unknown_event_is_noted_and_answered(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="handlers.pushed"):
        response = chat.mini(EVENT)
    assert (response.status_code, response.text) == (200, "success")
    assert "MediaChecked" in caplog.text
    assert "oA" not in caplog.text


def test_push_signed_with_another_token_is_turned_away(chat: Chat) -> None:
    assert chat.mini(EVENT, token="pamtest").status_code == 403


def test_push_to_another_account_is_turned_away(chat: Chat) -> None:
    assert chat.mini(EVENT | {"ToUserName": "gh_account"}).status_code == 403


def test_sealed_push_without_a_sender_is_no_push(chat: Chat) -> None:
    assert chat.mini({"ToUserName": "gh_mini"}).status_code == 400
