"""What WeChat tells twice, late or out of order has one effect, and Redis has no part in it."""

import itertools
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models.audit import Audit, Via
from models.base import Sessions
from models.gatherings.roll import RollLine
from models.notices.event import InboundMessage, WechatEvent
from models.people.bind import issue_codes
from models.people.binding import Binding, PhoneSession
from models.people.phone import start_phone_session
from models.people.tries import Tries
from tests.conftest import NOON
from tests.factories import KEYRING, a_binding, a_branch, a_member, an_account
from tests.handlers.chat.follower import KEY, MINI, OA, Chat, a_hall
from wechat.callback import Callback
from wechat.crypto import read_key, unseal

SECOND = timedelta(seconds=1)
NOBODY_LISTENS = "redis://127.0.0.1:1"
CANCELLED = {"MsgType": "event", "Event": "user_authorization_cancellation"}


@pytest.fixture(params=[True, False], ids=["safe", "plain"])
def chat(sessions: Sessions, request: pytest.FixtureRequest) -> Chat:
    """The callback in WeChat's two pure modes, with Redis stopped."""
    chat = Chat(sessions, is_safe=request.param)
    chat.app.parts = replace(chat.app.parts, redis=Redis.from_url(NOBODY_LISTENS))
    return chat


def rows(chat: Chat, table: Any) -> int:
    with chat.sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def thrice(chat: Chat, fields: dict[str, Any]) -> list[TestResponse]:
    """Push something, the same bytes again, and the same thing stamped anew; the three answers."""
    query, body = chat.packed(fields, chat.now)
    first = [chat.post(query, body), chat.post(query, body)]
    return [*first, chat.push(fields, sent_at=chat.now + 7 * SECOND)]


def test_sign_in_told_again_has_one_effect_and_one_answer_without_redis(chat: Chat) -> None:
    # Control: with a new claim for each (a nonce in the key) the second says 您已于 14:50 签到.
    hall = a_hall(chat.sessions)
    answers = thrice(chat, chat.typed(hall.openid, f"签到 {hall.digits()}", 20))
    shown = {chat.shown(answer) for answer in answers}
    assert len(shown) == 1
    assert shown.pop().startswith("【签到成功】")
    with chat.sessions() as session:
        assert session.scalars(select(RollLine.checked_in_at)).all() == [NOON]


def test_wrong_guess_told_again_costs_one_try_without_redis(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    answers = thrice(chat, chat.typed(hall.openid, f"签到 {hall.wrong_digits()}", 21))
    assert len({chat.shown(answer) for answer in answers}) == 1
    with chat.sessions() as session:
        assert session.scalar(select(func.sum(Tries.n))) == 1


def test_slip_told_again_binds_once_without_redis(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        member = a_member(session, hall.branch, "李秀英")
        code = issue_codes(session, KEYRING, [member.id], by=an_account(session).id, now=NOON)[member.id]
    answers = thrice(chat, chat.typed("oLi", f"绑定 {code}", 22))
    assert len({chat.shown(answer) for answer in answers}) == 1
    with chat.sessions() as session:
        query = select(func.count()).select_from(Binding).where(Binding.member_id == member.id)
        assert session.scalar(query) == 1


def test_result_told_again_is_one_event_without_redis(chat: Chat) -> None:
    answers = thrice(chat, chat.result("oA", "2002"))
    assert {chat.shown(answer) for answer in answers} == {"success"}
    assert rows(chat, WechatEvent) == 1


def test_leaving_told_again_is_one_act_without_redis(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    answers = thrice(chat, chat.elements(hall.openid, "event", Event="unsubscribe"))
    assert {chat.shown(answer) for answer in answers} == {"success"}
    with chat.sessions() as session:
        assert session.scalars(select(Audit.verb)).all() == ["unbind"]


def test_same_bytes_after_ten_minutes_are_turned_away(chat: Chat) -> None:
    query, body = chat.packed(chat.typed("oA", "帮助"), NOON)
    chat.now = NOON + timedelta(seconds=601)
    assert chat.post(query, body).status_code == 403
    chat.now = NOON + timedelta(seconds=600)
    assert chat.post(query, body).status_code == 200


def test_push_under_the_previous_key_is_answered_under_it(sessions: Sessions) -> None:
    chat = Chat(sessions)
    newer = Callback(OA, "pamtest", ("B" * 42 + "A", KEY), True, "gh_account")
    chat.app.parts = replace(chat.app.parts, account_callback=newer)
    assert "【签到 六位数字】" in chat.say("oA", "帮助")  # which opens the answer with the previous key
    only_newer = replace(newer, aes_keys=newer.aes_keys[:1])
    chat.app.parts = replace(chat.app.parts, account_callback=only_newer)
    assert chat.push(chat.typed("oA", "帮助")).status_code == 403


def linked(chat: Chat) -> list[str | None]:
    with chat.sessions() as session:
        query = select(Binding.openid).where(Binding.ended_at.is_(None))
        return list(session.scalars(query.order_by(Binding.id)))


@pytest.mark.parametrize("leaves", [True, False])
def test_link_stands_or_falls_by_when_things_happened_in_whatever_order_they_are_told(
    sessions: Sessions, leaves: bool
) -> None:
    # Control: without the comparison of the times an old leaving that comes late ends the new link.
    chat = Chat(sessions)
    told = [("unsubscribe", NOON - 2 * SECOND), ("subscribe", NOON - SECOND)]
    told.append(("unsubscribe" if leaves else "SCAN", NOON + SECOND))
    orders = {f"o{n}": order for n, order in enumerate(itertools.permutations(told))}
    with sessions.begin() as session:
        branch = a_branch(session)
        for openid in orders:
            a_binding(session, a_member(session, branch), OA, openid, bound_at=NOON)
    for openid, order in orders.items():
        for name, at in order:
            fields = chat.elements(openid, "event", Event=name) | {"CreateTime": int(at.timestamp())}
            assert chat.push(fields).status_code == 200
    assert linked(chat) == ([] if leaves else list(orders))


def test_relation_that_somebody_had_wechat_end_ends_the_mini_programs_link_alone(sessions: Sessions) -> None:
    chat = Chat(sessions)
    with sessions.begin() as session:
        member = a_member(session, a_branch(session))
        a_binding(session, member, MINI, "oPerson")
        a_binding(session, member, OA, "oChat")
    about = {"ToUserName": "gh_mini", "FromUserName": "oPlatform", "CreateTime": int(NOON.timestamp())}
    for _ in range(2):
        answer = chat.mini(about | CANCELLED | {"OpenID": "oPerson", "AppID": MINI})
        assert (answer.status_code, answer.text) == (200, "success")
    assert linked(chat) == ["oChat"]
    with sessions() as session:
        (act,) = session.scalars(select(Audit))
    assert (act.verb, act.subject_id, act.member_id, act.via) == ("unbind", member.id, member.id, Via.PHONE)


def test_relation_to_the_account_that_wechat_ended_ends_the_accounts_link_alone(sessions: Sessions) -> None:
    # Control: where the address only takes note, an openid stays whose owner asked to have it deleted.
    chat = Chat(sessions)
    with sessions.begin() as session:
        member = a_member(session, a_branch(session))
        a_binding(session, member, MINI, "oPerson")
        a_binding(session, member, OA, "oChat")
    for _ in range(2):
        said = chat.event("oPlatform", "user_authorization_cancellation", OpenID="oChat", AppID=OA)
        assert said == "success"
    assert linked(chat) == ["oPerson"]
    with sessions() as session:
        (act,) = session.scalars(select(Audit))
    assert (act.via, act.before) == (Via.CHAT, {"appid": OA})


def test_relation_that_ends_takes_the_phones_sessions_of_before_with_it(sessions: Sessions) -> None:
    # Control: without it the openid stays in clear for a week.
    chat = Chat(sessions)
    begun = {"oPerson": NOON, "oOther": NOON, "oAgain": NOON + 2 * SECOND}
    with sessions.begin() as session:
        for openid, at in begun.items():
            start_phone_session(session, KEYRING, MINI, openid, now=at)
    about = {"ToUserName": "gh_mini", "FromUserName": "oPlatform", "CreateTime": int(NOON.timestamp())}
    for openid in ("oPerson", "oAgain"):
        chat.mini(about | CANCELLED | {"OpenID": openid})
    with sessions() as session:
        assert set(session.scalars(select(PhoneSession.openid))) == {"oOther", "oAgain"}


def test_relation_ended_before_the_link_was_made_ends_nothing(sessions: Sessions) -> None:
    chat = Chat(sessions)
    with sessions.begin() as session:
        a_binding(session, a_member(session, a_branch(session)), MINI, "oPerson", bound_at=NOON)
    before = int((NOON - SECOND).timestamp())
    chat.mini({"ToUserName": "gh_mini", "FromUserName": "oPerson", "CreateTime": before} | CANCELLED)
    assert linked(chat) == ["oPerson"]


@pytest.mark.parametrize(
    ("event", "said"),
    [("verify_expired", "verification has expired"), ("annual_renew", "verification must be renewed")],
)
def test_verification_that_ends_alerts_the_operator(
    sessions: Sessions, caplog: pytest.LogCaptureFixture, event: str, said: str
) -> None:
    chat = Chat(sessions)
    with caplog.at_level(logging.ERROR):
        assert chat.event("oA", event, ExpiredTime="1414746578") == "success"
        about = {"ToUserName": "gh_mini", "FromUserName": "oA", "CreateTime": int(NOON.timestamp())}
        assert chat.mini(about | {"MsgType": "event", "Event": event}).text == "success"
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 2
    for message, appid in zip(messages, (OA, MINI), strict=True):
        assert message.startswith(f"alert: the {said} of {appid}")


@pytest.mark.parametrize(
    ("event", "own"),
    [
        ("LOCATION", {"Latitude": "23.13", "Longitude": "113.35", "Precision": "119"}),
        ("VIEW", {"EventKey": "https://dj.example.cn/secret"}),
        ("SCAN", {"EventKey": "hall"}),
        ("location_select", {"EventKey": "6", "SendLocationInfo": {"Location_X": "23.13", "Label": "礼堂"}}),
        ("kf_create_session", {"KfAccount": "a@b"}),
        ("no_such_event", {"Anything": "secret"}),
    ],
)
def test_event_about_which_nothing_is_done_leaves_its_name_in_the_log_and_nothing_else(
    sessions: Sessions, caplog: pytest.LogCaptureFixture, event: str, own: dict[str, Any]
) -> None:
    chat = Chat(sessions)
    with caplog.at_level(logging.DEBUG):
        assert chat.event("oPerson", event, **own) == "success"
    assert rows(chat, InboundMessage) == 0
    (line,) = [record.getMessage() for record in caplog.records if record.name == "handlers.pushed"]
    for secret in ("oPerson", "23.13", "secret", "礼堂", "a@b"):
        assert secret not in line


def test_unknown_event_is_named_in_the_log_on_one_line(
    sessions: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    chat = Chat(sessions)
    with caplog.at_level(logging.INFO):
        chat.event("oA", "new_event\nERROR alert: false")
        chat.event("oA", "x" * 5000)
    lines = [record.getMessage() for record in caplog.records if record.name == "handlers.pushed"]
    assert lines[0].startswith("told of 'new_event\\nerror alert")
    assert len(lines[1]) < 120


def test_sealed_answer_holds_the_words_and_no_clear_text(sessions: Sessions) -> None:
    chat = Chat(sessions)
    answer = chat.push(chat.typed("oA", "帮助"))
    assert "会场登记" not in answer.text
    sealed = answer.text.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
    assert "会场登记" in unseal(sealed, [read_key(KEY)], OA)[0]
