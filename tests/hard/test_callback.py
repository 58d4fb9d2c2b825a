"""The account's callback over HTTP: whatever was spoilt, forged, old or monstrous is turned away unread."""

import os
import time
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

import requests
from redis import Redis
from sqlalchemy import func, select

from models.gatherings.gathering import Gathering
from models.gatherings.roll import CheckedIn
from models.notices.event import InboundMessage
from tests.hard import pushes
from tests.hard.halls import Hall, a_hall
from tests.hard.zones import MINI, Zone
from tests.together import at_once

NUMBERS = count(70_000)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "'
    + "ha" * 50
    + '">'
    + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 20}">' for before, name in zip("abcdefg", "bcdefgh", strict=True)
    )
    + "]><xml><ToUserName>gh_demooa000001</ToUserName><Content>&h;</Content></xml>"
)


def help_wanted(zone: Zone) -> str:
    """Return a message that anybody is answered."""
    return pushes.text_message("o-anybody", "帮助", next(NUMBERS), int(zone.now().timestamp()))


def messages(zone: Zone) -> int:
    with zone.sessions() as session:
        return session.scalar(select(func.count()).select_from(InboundMessage)) or 0


def worker_memory(zone: Zone) -> int:
    """Return the resident bytes of the web process and its workers."""
    pid = zone.running.children["web"].pid
    workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pages = [int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in [pid, *workers]]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE")


def test_each_spoilt_sign_of_a_sealed_push_is_turned_away(zone: Zone) -> None:
    # Control: with _is_signed always true each one is opened, and answered or 403 undecipherable.
    sealed = pushes.sealed_text(zone, help_wanted(zone))
    query, before = pushes.stamped(zone, sealed=sealed), messages(zone)
    for name in ("msg_signature", "timestamp", "nonce"):
        for wrong in pushes.spoilt(query[name]):
            assert pushes.post(zone, query | {name: wrong}, pushes.envelope(sealed)).status_code == 403
    for wrong in pushes.spoilt(sealed, every=7):
        assert pushes.post(zone, query, pushes.envelope(wrong)).status_code == 403
    assert messages(zone) == before
    assert "签到" in pushes.shown(zone, pushes.post(zone, query, pushes.envelope(sealed)))


def test_each_spoilt_sign_of_the_address_check_is_turned_away(zone: Zone) -> None:
    # Control: with _is_signed always true each one is echoed.
    query = pushes.stamped(zone) | {"echostr": "4375120948345356249"}
    for name in ("signature", "timestamp", "nonce"):
        for wrong in pushes.spoilt(query[name]):
            answer = requests.get(zone.running.web + pushes.ADDRESS, params=query | {name: wrong}, timeout=20)
            assert (answer.status_code, query["echostr"] in answer.text) == (403, False)


def test_push_signed_with_another_token_or_not_at_all_is_turned_away(zone: Zone) -> None:
    # Control: with _is_signed always true it is answered.
    sealed = pushes.sealed_text(zone, help_wanted(zone))
    for query in (pushes.stamped(zone, token="another", sealed=sealed), {}, {"encrypt_type": "aes"}):
        assert pushes.post(zone, query, pushes.envelope(sealed)).status_code == 403


def test_plain_body_in_safe_mode_is_turned_away_however_it_is_signed(zone: Zone) -> None:
    # Control: without `elif callback.safe` the plain message is answered.
    plain = help_wanted(zone).encode()
    signed = pushes.stamped(zone)
    for query in (signed, signed | {"encrypt_type": "raw"}, signed | {"msg_signature": signed["signature"]}):
        assert pushes.post(zone, query, plain).status_code == 403


def test_cipher_for_another_app_is_turned_away(zone: Zone) -> None:
    # Control: without the comparison of the appid in unseal it is answered.
    for appid in (MINI, "", "wx0000000000000000"):
        sealed = pushes.sealed_text(zone, help_wanted(zone), appid=appid)
        query = pushes.stamped(zone, sealed=sealed)
        assert pushes.post(zone, query, pushes.envelope(sealed)).status_code == 403


def test_push_of_eleven_minutes_ago_is_turned_away_and_of_nine_taken(zone: Zone) -> None:
    # Control: without _check_fresh both are taken.
    sealed = pushes.sealed_text(zone, help_wanted(zone))
    for ago, status in ((660, 403), (-660, 403), (540, 200)):
        query = pushes.stamped(zone, ago=ago, sealed=sealed)
        assert pushes.post(zone, query, pushes.envelope(sealed)).status_code == status


def test_bomb_is_turned_away_at_once_and_takes_no_memory(zone: Zone) -> None:
    # Control: with _XML_START let through and xmltodict allowed entities, memory grows by 60 MiB.
    sealed = pushes.sealed_text(zone, BOMB)
    query, body = pushes.stamped(zone, sealed=sealed), pushes.envelope(sealed)
    # Every thread has its own heap, which its first pushes fill.
    at_once([partial(pushes.push, zone, "<a>" + "x" * len(BOMB))] * 40)
    before, spans = worker_memory(zone), []
    for _ in range(20):
        began = time.perf_counter()
        assert pushes.post(zone, query, body).status_code == 400
        spans.append(time.perf_counter() - began)
    # The quickest: the others also tell what else this machine was doing.
    assert min(spans) < 0.05
    assert worker_memory(zone) - before < 4 * 1024 * 1024


def test_body_of_one_mebibyte_is_turned_away_unread(zone: Zone) -> None:
    # Control: with LONGEST_BODY and MAX_CONTENT_LENGTH raised it is read, and refused as forged.
    def in_pieces() -> Iterator[bytes]:
        yield b"<xml>"
        yield from [b"x" * 65_536] * 16

    query = pushes.stamped(zone)
    assert pushes.post(zone, query, b"x" * 1_048_576).status_code == 413
    assert pushes.post(zone, query, in_pieces()).status_code == 413


def test_one_message_ten_times_at_once_and_after_a_flush_is_one_effect_and_one_reply(zone: Zone) -> None:
    # Control: without the wait on the claim (reply_given's FOR UPDATE) some repeats answer 您已于 … 签到.
    for _ in range(3):
        hall = a_hall(zone)
        message = sign_in_by_chat(hall)
        answers = at_once([partial(pushes.push, zone, message)] * 10)
        with Redis.from_url(zone.valkey.url()) as redis:
            redis.flushall()
        answers.append(pushes.push(zone, message))
        words = {pushes.shown(zone, answer) for answer in answers}
        assert len(words) == 1, words
        assert words.pop().startswith("【签到成功】")
        (line,) = hall.lines()
        assert line.checked_in_via is CheckedIn.CHAT


def sign_in_by_chat(hall: Hall) -> str:
    zone = hall.zone
    return pushes.text_message(
        hall.openids[0], f"签到 {hall.digits()}", next(NUMBERS), int(zone.now().timestamp())
    )


def test_whatever_is_typed_gets_one_readable_answer(zone: Zone) -> None:
    hall = a_hall(zone)
    for text in (
        "]]>",
        "]]></Content><MsgType>news</MsgType>",
        "签到 ]]>",
        "绑定 ]]>",
        "<xml>&amp;",
        "\u202e😀",
    ):
        assert zone.say(hall.openids[0], text)
    assert hall.lines()[0].checked_in_at is None


def test_title_that_would_end_its_own_quotation_is_read_as_it_was_written(zone: Zone) -> None:
    # Control: with ]]> left whole in _element, the follower reads nothing.
    hall, title = a_hall(zone), "学习]]></Content><b>讨论"
    with zone.sessions.begin() as session:
        session.get_one(Gathering, hall.gathering.id).title = title
    assert title in zone.say(hall.openids[0], "主题党日")
    assert title in zone.say(hall.openids[0], f"签到 {hall.digits()}")
