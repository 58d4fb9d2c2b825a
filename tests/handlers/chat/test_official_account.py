"""The official account's callback: who is let in, what is answered once, what results do."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.pool import NullPool

from models.base import Sessions
from models.gatherings.roll import RollLine
from models.notices.audience import Channels
from models.notices.delivery import Delivery
from models.notices.event import InboundMessage, WechatEvent
from models.notices.outbox import accepted, claim, settle
from models.people.bind import issue_codes
from models.people.binding import Binding
from models.people.tries import Tries
from tests.conftest import NOON, OWNER, url
from tests.factories import KEYRING, a_binding, a_member, an_account
from tests.handlers.chat.follower import ACCOUNT_ADDRESS, OA, Chat, a_hall
from tests.notices.campaign import CHANNELS, FRIDAY, a_draft, states
from wechat.crypto import sign


@pytest.fixture(params=[True, False], ids=["safe", "plain"])
def chat(sessions: Sessions, request: pytest.FixtureRequest) -> Chat:
    """The callback in WeChat's two pure modes."""
    return Chat(sessions, is_safe=request.param)


@pytest.fixture
def safe(sessions: Sessions) -> Chat:
    """The callback in safe mode."""
    return Chat(sessions)


def rows(chat: Chat, table: Any) -> int:
    with chat.sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def ten_times_at_once(chat: Chat, fields: dict[str, Any]) -> set[str]:
    """Push the same elements from ten threads that start together; the different answers read."""
    together = threading.Barrier(10)

    def one(_: int) -> str:
        together.wait()
        return chat.shown(chat.push(fields))

    with ThreadPoolExecutor(10) as threads:
        return set(threads.map(one, range(10)))


def test_wechats_settings_are_answered_with_their_own_echo(safe: Chat) -> None:
    query = {"timestamp": "1", "nonce": "n", "echostr": "4375120948345356249"}
    query["signature"] = sign("pamtest", "1", "n")
    response = safe.app.test_client().get(ACCOUNT_ADDRESS, query_string=query)
    assert (response.status_code, response.text) == (200, "4375120948345356249")


def test_wrong_token_is_not_answered_with_the_echo(safe: Chat) -> None:
    query = {"timestamp": "1", "nonce": "n", "echostr": "437512", "signature": sign("other", "1", "n")}
    response = safe.app.test_client().get(ACCOUNT_ADDRESS, query_string=query)
    assert response.status_code == 403
    assert "437512" not in response.text


def test_follower_is_answered_within_the_request(chat: Chat) -> None:
    assert "【签到 六位数字】会场登记" in chat.say("oA", "帮助")


def test_message_of_eleven_minutes_ago_is_turned_away(chat: Chat) -> None:
    response = chat.push(chat.typed("oA", "帮助"), sent_at=NOON - timedelta(minutes=11))
    assert response.status_code == 403
    assert rows(chat, InboundMessage) == 0


def test_message_signed_with_another_token_is_turned_away(chat: Chat) -> None:
    query, body = chat.packed(chat.typed("oA", "帮助"), NOON)
    name = "msg_signature" if chat.is_safe else "signature"
    query[name] = sign("other", query["timestamp"], "n1")
    assert chat.post(query, body).status_code == 403


def test_plain_message_in_safe_mode_is_turned_away(safe: Chat) -> None:
    plain = Chat(safe.sessions, is_safe=False)
    query, body = plain.packed(plain.typed("oA", "帮助"), NOON)
    assert safe.post(query, body).status_code == 403


def test_body_beyond_64_kib_is_turned_away_unread(chat: Chat) -> None:
    query, _ = chat.packed(chat.typed("oA", "帮助"), NOON)
    assert chat.post(query, b"<xml>" + b"x" * 65_536).status_code == 413


def test_body_that_is_no_push_is_turned_away(sessions: Sessions) -> None:
    chat = Chat(sessions, is_safe=False)
    query, _ = chat.packed(chat.typed("oA", "帮助"), NOON)
    for body in (b"", b"<xml>", b"{", b'<!DOCTYPE a [<!ENTITY b "c">]><xml>&b;</xml>', b"\xff"):
        assert chat.post(query, body).status_code == 400


@pytest.mark.parametrize("typed", ["]]>", "]]></Content></xml>", "<xml>", "&amp;", "😀", "签到 ]]>"])
def test_whatever_is_typed_gets_a_readable_answer(chat: Chat, typed: str) -> None:
    assert chat.say("oA", typed)


def test_mistake_of_ours_gets_polite_words_and_leaves_no_reply_behind(safe: Chat, database: str) -> None:
    engine = create_engine(url(OWNER, database), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ALTER TABLE org_setting RENAME TO away"))
    hall = a_hall(safe.sessions, ends_at=NOON - timedelta(days=1), starts_at=NOON - timedelta(days=2))
    assert safe.say(hall.openid, "主题党日", 7) == "这会儿人多，没有办成。\n请过一会儿再发一次。"
    with engine.connect() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO org_setting"))
    assert "近期没有安排" in safe.say(hall.openid, "主题党日", 7)


def test_repeat_after_a_flush_gets_the_identical_words(safe: Chat) -> None:
    hall = a_hall(safe.sessions)
    first = safe.say(hall.openid, f"签到 {hall.digits()}", 8)
    redis: Redis = safe.app.parts.redis
    redis.flushdb()
    assert first.startswith("【签到成功】")
    assert safe.say(hall.openid, f"签到 {hall.digits()}", 8) == first
    # The same words in a message of their own are another message.
    assert safe.say(hall.openid, f"签到 {hall.digits()}", 9).startswith("您已于 14:50 签到")


def test_one_sign_in_ten_times_at_once_is_one_effect_and_one_answer(safe: Chat) -> None:
    # Control: without the wait on the claim (reply_given's FOR UPDATE) some repeats answer 您已于 … 签到.
    hall = a_hall(safe.sessions)
    answers = ten_times_at_once(safe, safe.typed(hall.openid, f"签到 {hall.digits()}", 10))
    assert len(answers) == 1
    assert answers.pop().startswith("【签到成功】")
    with safe.sessions() as session:
        assert session.scalars(select(RollLine.checked_in_at)).all() == [NOON]


def test_one_wrong_guess_ten_times_at_once_costs_one_try(safe: Chat) -> None:
    hall = a_hall(safe.sessions)
    answers = ten_times_at_once(safe, safe.typed(hall.openid, f"签到 {hall.wrong_digits()}", 11))
    assert answers == {"请看屏幕重新输入。\n这六位数字不对。\n还可以试 4 次。"}
    with safe.sessions() as session:
        assert session.scalar(select(func.sum(Tries.n))) == 1


def test_one_slip_ten_times_at_once_binds_once(safe: Chat) -> None:
    hall = a_hall(safe.sessions)
    with safe.sessions.begin() as session:
        member = a_member(session, hall.branch, "李秀英")
        code = issue_codes(session, KEYRING, [member.id], by=an_account(session).id, now=NOON)[member.id]
    answers = ten_times_at_once(safe, safe.typed("oLi", f"绑定 {code}", 12))
    assert len(answers) == 1
    assert answers.pop().startswith("绑定好了，李秀英同志。")
    with safe.sessions() as session:
        bound = session.scalars(select(Binding.openid).where(Binding.member_id == member.id)).all()
    assert bound == ["oLi"]


def test_same_number_from_two_followers_is_two_messages(safe: Chat) -> None:
    hall = a_hall(safe.sessions)
    safe.say("oStranger", "积分", 13)
    assert "请先绑定" not in safe.say(hall.openid, "积分", 13)


def a_sent_notice(chat: Chat, msgid: str = "2002", people: int = 1) -> list[str]:
    """Send a notice to so many followers; their openids, in the order of their msgids."""
    with chat.sessions.begin() as session:
        campaign = a_draft(session, people, appid=OA)
        campaign.publish(session, FRIDAY, Channels(OA, None, None))
        claims = claim(session, CHANNELS, now=FRIDAY, limit=people)
        results = [accepted(one, str(int(msgid) + n)) for n, one in enumerate(claims)]
        settle(session, results, CHANNELS, now=FRIDAY)
    return [one.openid for one in claims]


def test_result_event_ends_the_message(chat: Chat) -> None:
    (openid,) = a_sent_notice(chat)
    assert chat.shown(chat.push(chat.result(openid, "2002"))) == "success"
    with chat.sessions() as session:
        assert states(session) == ["delivered"]


def test_result_event_ten_times_at_once_is_one_event(safe: Chat) -> None:
    (openid,) = a_sent_notice(safe)
    assert ten_times_at_once(safe, safe.result(openid, "2002")) == {"success"}
    assert rows(safe, WechatEvent) == 1


def test_refused_message_has_failed_with_its_reason(safe: Chat) -> None:
    one, other = a_sent_notice(safe, people=2)
    safe.push(safe.result(one, "2002", "failed:user block"))
    safe.push(safe.result(other, "2003", "failed: system failed"))
    with safe.sessions() as session:
        query = select(Delivery.state, Delivery.reason).order_by(Delivery.msgid)
        assert session.execute(query).all() == [("failed", "blocked"), ("failed", "refused")]


def test_event_with_msgid_nought_waits_for_the_sweep(safe: Chat) -> None:
    (openid,) = a_sent_notice(safe)
    safe.push(safe.result(openid, "0"))
    with safe.sessions() as session:
        assert session.scalars(select(WechatEvent.msgid)).all() == [None]
        assert states(session) == ["accepted"]


def test_follower_who_leaves_loses_the_accounts_link_only(safe: Chat) -> None:
    hall = a_hall(safe.sessions)
    with safe.sessions.begin() as session:
        a_binding(session, hall.member, "wxmini")
    assert safe.event(hall.openid, "unsubscribe") == "success"
    with safe.sessions() as session:
        linked = select(Binding.appid).where(Binding.ended_at.is_(None))
        assert session.scalars(linked).all() == ["wxmini"]


def test_leaving_that_could_not_be_noted_is_told_again(safe: Chat, database: str) -> None:
    # Control: answered with polite words nobody reads, WeChat would never tell it again.
    hall = a_hall(safe.sessions)
    leaving = safe.elements(hall.openid, "event", Event="unsubscribe")
    engine = create_engine(url(OWNER, database), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ALTER TABLE audit RENAME TO away"))
        assert safe.push(leaving).status_code == 500
        connection.execute(text("ALTER TABLE away RENAME TO audit"))
    assert safe.shown(safe.push(leaving)) == "success"
    with safe.sessions() as session:
        assert session.scalars(select(Binding).where(Binding.ended_at.is_(None))).all() == []


def test_new_follower_is_greeted(chat: Chat) -> None:
    greeting = chat.event("oNew", "subscribe", EventKey="")
    assert greeting.startswith("您好，这里是青山示范区党建。")
    assert "自愿使用，不作为考核依据。" in greeting


def test_event_nobody_waits_for_is_taken_silently(chat: Chat) -> None:
    assert chat.event("oA", "VIEW", EventKey="https://dj.example.cn") == "success"
    for kind in ("popup", "change", "sent"):
        assert chat.event("oA", f"subscribe_msg_{kind}_event") == "success"


def test_picture_gets_the_short_help(chat: Chat) -> None:
    fields = chat.elements("oA", "image", PicUrl="https://example.cn/a.jpg", MediaId="m", MsgId=99)
    assert chat.shown(chat.push(fields)).startswith("您可以发：")
