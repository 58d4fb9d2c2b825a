"""Complaints: a receipt for anybody, an answer for whoever wrote, no name for whoever answers."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from handlers.chat.words import BUSY
from models.audit import Audit, Via
from models.base import Sessions
from models.gatherings.calendar.calendar import DayKind, HolidayYear, Workday
from models.gatherings.calendar.workdays import after_workdays
from models.people.complaint import (
    Complaint,
    answer_complaint,
    complaints_answered,
    complaints_waiting,
    own_complaint,
    receive_complaint,
    tidy_complaint,
)
from models.people.tries import Tries
from models.refused import Refused
from tests.conftest import NOON, OWNER, url
from tests.factories import an_account
from tests.handlers.chat.follower import Chat, a_hall
from tests.handlers.world import World, open_world
from tests.together import at_once

DUE = date(2026, 12, 9)
DAY = timedelta(days=1)


@pytest.fixture
def chat(sessions: Sessions) -> Chat:
    """The account's chat."""
    return Chat(sessions)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for the requests of phones; each test undoes what it did."""
    with open_world() as world:
        yield world


def written(
    session: Session, text: str = "通知发得太晚", who: bytes | None = b"wang", **more: object
) -> Complaint:
    now = more.pop("now", NOON)
    assert not more
    return receive_complaint(session, text, None, openid_hash=who, via=Via.CHAT, due_on=DUE, now=now)  # type: ignore[arg-type]


# Receipts and workdays.


def test_receipts_of_a_day_follow_each_other_and_begin_anew_the_next(session: Session) -> None:
    assert [written(session).receipt for _ in range(3)] == ["202611250001", "202611250002", "202611250003"]
    assert written(session, now=NOON + DAY).receipt == "202611260001"
    # Five past midnight in Shanghai is the day before by the other clock.
    assert written(session, now=NOON + timedelta(hours=9, minutes=15)).receipt == "202611260002"


def test_ten_complaints_at_once_get_ten_receipts(sessions: Sessions) -> None:
    # Control: without the lock two of them count to the same number and one fails.
    def one() -> str:
        with sessions.begin() as session:
            return written(session).receipt

    assert sorted(at_once([one] * 10)) == [f"20261125{n:04d}" for n in range(1, 11)]


def test_day_with_all_receipts_given_takes_no_more(session: Session) -> None:
    written(session).receipt = "202611259999"
    session.flush()
    with pytest.raises(Refused) as refused:
        written(session)
    assert refused.value.code == "too_many_tries"


def test_ten_workdays_leave_out_what_the_calendar_leaves_out(session: Session) -> None:
    # From Monday 21 September 2026; off: Friday 25 and 1 to 7 October; worked: Saturday 10 October.
    off = [date(2026, 9, 25), *(date(2026, 10, day) for day in range(1, 8))]
    session.add_all(Workday(day=day, kind=DayKind.OFF) for day in off)
    session.add_all(Workday(day=day, kind=DayKind.WORK) for day in (date(2026, 9, 20), date(2026, 10, 10)))
    session.add(HolidayYear(year=2026))
    session.flush()
    assert after_workdays(session, date(2026, 9, 21), 10) == (date(2026, 10, 12), True)


def test_year_without_holiday_data_is_said_to_be_unknown(session: Session) -> None:
    assert after_workdays(session, date(2026, 11, 25), 10) == (date(2026, 12, 9), False)
    session.add(HolidayYear(year=2026))
    session.flush()
    assert after_workdays(session, date(2026, 11, 25), 10) == (date(2026, 12, 9), True)
    # The last days of December stand in the next year's notice.
    assert after_workdays(session, date(2026, 12, 16), 10) == (date(2026, 12, 30), False)


@given(st.text(max_size=600), st.none() | st.text(max_size=80))
def test_whatever_is_written_is_stored_as_it_is_or_refused(text: str, contact: str | None) -> None:
    fits = 2 <= len(text.strip()) <= 500 and len((contact or "").strip()) <= 60
    if fits:
        assert tidy_complaint(text, contact) == (text.strip(), (contact or "").strip() or None)
    else:
        with pytest.raises(Refused) as refused:
            tidy_complaint(text, contact)
        assert refused.value.code == "bad_complaint"


# Who reads what.


def test_answer_is_for_whoever_wrote_and_for_nobody_else(session: Session) -> None:
    complaint = written(session)
    assert own_complaint(session, complaint.receipt, b"wang") is complaint
    for receipt, who in ((complaint.receipt, b"li"), ("202611250009", b"wang")):
        with pytest.raises(Refused) as refused:
            own_complaint(session, receipt, who)
        assert refused.value.code == "not_found"


def test_nobody_is_named_in_the_log_for_having_complained(session: Session) -> None:
    complaint = written(session)
    assert session.scalars(select(Audit)).all() == []
    by = an_account(session)
    answer_complaint(session, complaint.id, "以后提前五天发。", by=by.id, now=NOON + DAY)
    log = session.scalars(select(Audit)).one()
    assert (log.verb, log.subject_id, log.account_id, log.member_id) == (
        "answer_complaint", complaint.id, by.id, None,
    )  # fmt: skip
    assert log.after == {"receipt": complaint.receipt, "characters": 8}


def test_complaint_is_answered_once_and_then_stands_below(session: Session) -> None:
    first, second = written(session), written(session, "字太小")
    second.due_on = DUE - 2 * DAY
    session.flush()
    assert [one.complaint for one in complaints_waiting(session)] == [second, first]
    by = an_account(session, name="顾云飞")
    for answer in ("", "好", "长" * 501, "🙂" * 451):
        with pytest.raises(Refused) as refused:
            answer_complaint(session, first.id, answer, by=by.id, now=NOON)
        assert refused.value.code == "bad_complaint"
    answer_complaint(session, first.id, "以后提前五天发。", by=by.id, now=NOON)
    with pytest.raises(Refused) as again:
        answer_complaint(session, first.id, "改一改", by=by.id, now=NOON)
    assert again.value.code == "complaint_answered"
    assert [one.complaint for one in complaints_waiting(session)] == [second]
    [done] = complaints_answered(session, since=NOON - DAY)
    assert (done.complaint, done.answered_by) == (first, "顾云飞")
    with pytest.raises(Refused) as missing:
        answer_complaint(session, 10**9, "好的", by=by.id, now=NOON)
    assert missing.value.code == "not_found"


# In the chat.


def test_chat_gives_a_receipt_then_the_answer(chat: Chat) -> None:
    with chat.sessions.begin() as session:
        session.add(HolidayYear(year=2026))
    assert chat.say("oAny", "投诉 通知发得太晚") == (
        "收到了，编号：\n202611250001\n12月9日 周三 以前答复。\n看答复，请发：\n投诉 202611250001"
    )
    assert chat.say("oAny", "投诉 202611250001").startswith("编号 202611250001\n还没有答复，")
    with chat.sessions.begin() as session:
        [one] = complaints_waiting(session)
        answer_complaint(session, one.complaint.id, "长" * 500, by=an_account(session).id, now=NOON)
    said = chat.say("oAny", "投诉 2026 1125 0001")
    assert said == "【编号 202611250001，已答复】\n" + "长" * 500
    assert len(said.encode()) <= 2048
    assert chat.say("oOther", "投诉 202611250001").startswith("没有这个编号，")


def test_unknown_calendar_promises_workdays_and_no_day(chat: Chat) -> None:
    assert "\n十个工作日内答复。\n" in chat.say("oAny", "投诉 通知发得太晚")


def test_sixth_complaint_of_a_day_is_not_taken_and_costs_nothing(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    assert all("收到了，" in chat.say(hall.openid, f"投诉 第{n}件事") for n in range(5))
    assert "今天已经收到您五件了" in chat.say(hall.openid, "投诉 第六件事")
    assert "收到了，" in chat.say("oOther", "投诉 别人的事")
    # Reading an answer, asking how and what is too long are no complaints.
    assert "还没有答复" in chat.say(hall.openid, "投诉 202611250001")
    chat.now = NOON + DAY + timedelta(minutes=1)
    assert "最多" not in chat.say(hall.openid, "投诉")
    assert "请写 2 到 500 个字" in chat.say(hall.openid, "投诉 " + "长" * 501).replace("\n", "")
    assert all("收到了，" in chat.say(hall.openid, f"投诉 第{n}件事") for n in range(5))


def test_complaint_that_was_counted_and_then_failed_is_counted_once(chat: Chat, database: str) -> None:
    engine = create_engine(url(OWNER, database), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ALTER TABLE complaint RENAME TO away"))
        assert chat.say("oAny", "投诉 通知发得太晚", 7) == BUSY
        connection.execute(text("ALTER TABLE away RENAME TO complaint"))
    assert chat.say("oAny", "投诉 通知发得太晚", 7).startswith("收到了，编号：")
    with chat.sessions() as session:
        assert session.scalar(select(func.sum(Tries.n))) == 1


def test_mistyped_receipt_is_no_complaint(chat: Chat) -> None:
    assert chat.say("oAny", "投诉 20261125001").startswith("没有这个编号，")
    with chat.sessions() as session:
        assert session.scalars(select(Complaint)).all() == []


# Over HTTP, with and without a session.


def test_phone_writes_and_reads_and_a_stranger_only_writes(world: World) -> None:
    client, headers = world.app.test_client(), {"Authorization": f"Bearer {world.sessions['stranger']}"}
    with world.rolled_back():
        mine = client.post("/api/v1/complaints", json={"text": "字太小", "contact": "138"}, headers=headers)
        theirs = client.post("/api/v1/complaints", json={"text": "字太小"})
        assert (mine.status_code, theirs.status_code) == (201, 201)
        assert mine.json == {"receipt": "202611250006", "due_on": "2026-12-09"}
        read = client.get(f"/api/v1/complaints/{mine.json['receipt']}", headers=headers)
        assert read.json == {
            "receipt": "202611250006", "text": "字太小", "received_at": "2026-11-25T06:50:00Z",
            "due_on": "2026-12-09", "answer": None, "answered_at": None,
        }  # fmt: skip
        assert theirs.json
        other = client.get(f"/api/v1/complaints/{theirs.json['receipt']}", headers=headers)
        assert other.status_code == 404


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"text": ""}, {"text"}),
        ({"text": " 好 "}, {"text"}),
        ({"text": "长" * 501}, {"text"}),
        ({"text": "字太小", "contact": "0" * 61}, {"contact"}),
        ({"contact": "138"}, {"text"}),
        ({"text": 5}, {"text"}),
        ({"text": "字太小", "name": "王建国"}, {"name"}),
    ],
)
def test_letter_that_is_none_names_the_field_and_costs_nothing(
    world: World, body: dict[str, object], fields: set[str]
) -> None:
    client = world.app.test_client()
    with world.rolled_back():
        for _ in range(6):
            answer = client.post("/api/v1/complaints", json=body)
            assert answer.status_code == 400
            assert answer.json
            assert set(answer.json["error"]["fields"]) == fields


@pytest.mark.parametrize(("who", "most", "wait"), [("stranger", 5, "86400"), ("", 30, "3600")])
def test_number_of_letters_is_limited_for_each_phone_and_for_all_without(
    world: World, who: str, most: int, wait: str
) -> None:
    headers = {"Authorization": f"Bearer {world.sessions[who]}"} if who else {}
    client = world.app.test_client()
    with world.rolled_back():
        sent = [
            client.post("/api/v1/complaints", json={"text": "字太小"}, headers=headers) for _ in range(most)
        ]
        assert {one.status_code for one in sent} == {201}
        answer = client.post("/api/v1/complaints", json={"text": "字太小"}, headers=headers)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, wait)


def test_token_that_ended_is_told_so_rather_than_taken_for_nobody(world: World) -> None:
    headers = {"Authorization": "Bearer " + "x" * 40}
    with world.rolled_back():
        answer = world.app.test_client().post("/api/v1/complaints", json={"text": "字太小"}, headers=headers)
    assert answer.status_code == 401
