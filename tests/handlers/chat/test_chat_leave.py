"""Leave in the chat: by number, once, answered where it was asked, taken back."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import select, update

from models.audit import Audit, Via
from models.base import Sessions
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.leave.leave import decide_leave
from models.gatherings.roll import Leave, LeaveReason, LeaveState, Roll, RollLine, Status
from models.people.member import SpellKind
from models.people.org import Setting, put_setting
from tests.conftest import NOON, REDIS
from tests.factories import THREE_O_CLOCK, a_leave, a_spell, an_account
from tests.handlers.chat.follower import Chat, Hall, a_hall, another_gathering

HOUR = timedelta(hours=1)
SUBMITTED = (
    "【请假已提交】家中有事\n十一月主题党日\n11月25日 周三 15:00\n支部会前答复。\n看答复，请发：请假\n"
    "能来了，请发：撤回请假"
)


@pytest.fixture
def chat(sessions: Sessions) -> Chat:
    """The chat, with a Valkey database that no other test empties meanwhile."""
    chat = Chat(sessions)
    chat.app.parts = replace(chat.app.parts, redis=Redis.from_url(os.environ[REDIS], db=7))
    return chat


def leaves(chat: Chat) -> list[tuple[LeaveReason, LeaveState]]:
    with chat.sessions() as session:
        return [(one.reason, one.state) for one in session.scalars(select(Leave))]


def answered(chat: Chat, hall: Hall, *, approve: bool, answer: str = "") -> None:
    with chat.sessions.begin() as session:
        decide_leave(
            session, hall.gathering.id, hall.member.id, approve=approve, answer=answer, told_how=None,
            by=an_account(session).id, via=Via.CONSOLE, now=chat.now,
        )  # fmt: skip


@pytest.mark.parametrize(
    "typed", ["请假 3", "请假3", "请假３", "请假：3。", "请假 3 家中有事", "请假 家中有事"]
)
def test_number_of_the_reason_asks_leave(chat: Chat, typed: str) -> None:
    hall = a_hall(chat.sessions)
    assert chat.say(hall.openid, typed) == SUBMITTED
    assert leaves(chat) == [(LeaveReason.FAMILY, LeaveState.SUBMITTED)]
    with chat.sessions() as session:
        log = session.scalars(select(Audit).where(Audit.verb == "ask_leave")).one()
        assert (log.via, log.member_id, log.account_id) == (Via.CHAT, hall.member.id, None)
        assert session.scalars(select(Leave.note)).one() is None


def test_question_offers_five_reasons_and_a_number_alone_answers_it(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    assert chat.say(hall.openid, "请假") == (
        "【十一月主题党日】\n11月25日 周三 15:00\n为什么不能来？请回复数字：\n\n"
        "1　身体不适（不用写病情）\n2　公出\n3　家中有事\n4　外出务工\n5　其他\n0　不请了\n\n"
        "长期在外，报备一次就行，\n不用每月请假，请告诉支部。"
    )
    assert leaves(chat) == []
    assert chat.say(hall.openid, "３") == SUBMITTED
    assert leaves(chat) == [(LeaveReason.FAMILY, LeaveState.SUBMITTED)]


def test_number_alone_asks_no_leave_unless_it_was_asked_for_just_now(chat: Chat) -> None:
    # Control: without the question's ten minutes a "1" for 收到 in the wrong chat asks leave.
    hall = a_hall(chat.sessions)
    assert chat.say(hall.openid, "1").startswith("只有数字，不知道要办什么。\n请假，请发：请假 1\n")
    chat.say(hall.openid, "请假")
    chat.now = NOON + timedelta(minutes=10, seconds=1)
    assert chat.say(hall.openid, "1").startswith("只有数字")
    assert leaves(chat) == []


def test_nought_means_that_somebody_thought_better_of_it(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    chat.say(hall.openid, "请假")
    assert chat.say(hall.openid, "0") == "好的，没有请假。"
    assert leaves(chat) == []


def test_dead_valkey_only_costs_the_number_alone(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    chat.app.parts = replace(chat.app.parts, redis=Redis(port=1, retry=Retry(NoBackoff(), 0)))
    assert "请回复数字" in chat.say(hall.openid, "请假")
    assert "请发：请假 3\n" in chat.say(hall.openid, "3")
    assert chat.say(hall.openid, "请假 3") == SUBMITTED


@pytest.mark.parametrize("typed", ["请假 6", "请假 感冒发烧", "请假 25号", "请假 3天", "请假 12"])
def test_whatever_is_no_reason_asks_again_and_is_kept_nowhere(chat: Chat, typed: str) -> None:
    hall = a_hall(chat.sessions)
    assert "为什么不能来？" in chat.say(hall.openid, typed)
    assert leaves(chat) == []


def test_asking_again_says_the_same_whatever_the_number(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    said = {chat.say(hall.openid, typed) for typed in ("请假 3", "请假", "请假 2", "请假 0", "请假 3")}
    assert said == {SUBMITTED}
    assert leaves(chat) == [(LeaveReason.FAMILY, LeaveState.SUBMITTED)]


def test_answer_is_read_where_it_was_asked(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    chat.say(hall.openid, "请假 3")
    assert "您的状态：请假，等支部答复" in chat.say(hall.openid, "主题党日")
    answered(chat, hall, approve=True, answer="路上小心")
    assert chat.say(hall.openid, "请假") == (
        "【支部同意请假】家中有事\n十一月主题党日\n11月25日 周三 15:00\n支部说：路上小心\n"
        "能来了，请发：撤回请假"
    )
    assert "您的状态：请假\n" in chat.say(hall.openid, "主题党日")


def test_no_says_why_and_may_be_asked_again(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    chat.say(hall.openid, "请假 5")
    answered(chat, hall, approve=False, answer="这次要投票，请来")
    said = chat.say(hall.openid, "请假")
    assert said.startswith(
        "【支部没有同意请假】\n十一月主题党日\n11月25日 周三 15:00\n支部说：这次要投票，请来\n"
    )
    assert "为什么不能来？请回复数字：" in said
    assert chat.say(hall.openid, "2").startswith("【请假已提交】公出")


def test_leave_is_taken_back_once_and_said_again(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    assert chat.say(hall.openid, "撤回请假") == "没有要撤回的请假"
    chat.say(hall.openid, "请假 3")
    answered(chat, hall, approve=True)
    first = chat.say(hall.openid, "撤回")
    assert first == "【已撤回请假】\n十一月主题党日\n11月25日 周三 15:00\n又来不了，请发：请假"
    assert chat.say(hall.openid, "撤回请假") == first
    with chat.sessions() as session:
        assert session.scalars(select(RollLine.status)).one() is Status.UNRECORDED
    assert "不能来，请发：请假" in chat.say(hall.openid, "主题党日")


def test_leave_is_for_the_nearest_gathering_one_has_not_come_to(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        later = THREE_O_CLOCK + timedelta(days=30)
        another_gathering(session, hall, starts_at=later, title="十二月主题党日", period="2026-12")
    chat.say(hall.openid, f"签到 {hall.digits()}")
    assert chat.say(hall.openid, "请假 2").startswith("【请假已提交】公出\n十二月主题党日\n12月25日")


def test_line_that_asks_who_came_is_not_the_one_leave_is_for(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        by = an_account(session).id
        session.execute(update(RollLine).values(status=Status.ABSENT, marked_at=NOON, marked_by=by))
        later = THREE_O_CLOCK + timedelta(days=30)
        another_gathering(session, hall, starts_at=later, title="十二月主题党日", period="2026-12")
    assert chat.say(hall.openid, f"签到 {hall.digits()}").startswith("已告知支部核对。")
    assert chat.say(hall.openid, "请假 2").startswith("【请假已提交】公出\n十二月主题党日\n12月25日")


def test_late_leave_is_asked_within_the_hours_of_the_organisation(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        put_setting(session, hall.branch.id, Setting.LEAVE_HOURS, 6)
    chat.now = THREE_O_CLOCK + 5 * HOUR
    assert "已经开始了，算会后补假。" in chat.say(hall.openid, "请假")
    chat.now = THREE_O_CLOCK + 7 * HOUR
    assert chat.say(hall.openid, "请假 3").startswith("近期没有要请假的活动，")
    chat.now = THREE_O_CLOCK + 5 * HOUR
    said = chat.say(hall.openid, "请假 3")
    assert "支部会答复。" in said
    assert leaves(chat) == [(LeaveReason.FAMILY, LeaveState.SUBMITTED)]


def test_confirmed_roll_takes_no_leave(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        by = an_account(session).id
        session.execute(update(Roll).values(confirmed_at=NOON, confirmed_by=by, revision=1))
    assert chat.say(hall.openid, "请假 3").startswith("近期没有要请假的活动，")


def test_cancelled_gathering_takes_no_leave(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        session.execute(update(Gathering).values(state=GatheringState.CANCELLED, reason="大雪"))
    assert chat.say(hall.openid, "请假 3").startswith("近期没有要请假的活动，")


def test_withdrawing_after_the_end_is_refused_in_words(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        by = an_account(session).id
        a_leave(
            session, hall.gathering, hall.member, state=LeaveState.APPROVED, decided_by=by, decided_at=NOON
        )
    chat.now = THREE_O_CLOCK + 5 * HOUR
    assert chat.say(hall.openid, "撤回请假").startswith("活动已经结束，")


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        (SpellKind.AWAY, Status.AWAY, "您已经报备外出，\n外出期间不用每月请假。"),
        (SpellKind.EXEMPT, Status.EXEMPT, "这次对您不作要求，\n不用请假。"),
    ],
)
def test_whoever_is_not_expected_needs_no_leave(
    chat: Chat, kind: SpellKind, status: Status, said: str
) -> None:
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        spell = a_spell(session, hall.member, kind, code="frail" if kind is SpellKind.EXEMPT else None)
        session.execute(update(RollLine).values(status=status, spell_id=spell.id))
    assert chat.say(hall.openid, "请假 1") == said
    assert leaves(chat) == []


def test_message_that_comes_twice_is_one_leave_and_one_answer(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    again = chat.say(hall.openid, "请假 3", 77), chat.say(hall.openid, "请假 3", 77)
    assert again == (SUBMITTED, SUBMITTED)
    with chat.sessions() as session:
        assert len(session.scalars(select(Audit).where(Audit.verb == "ask_leave")).all()) == 1
