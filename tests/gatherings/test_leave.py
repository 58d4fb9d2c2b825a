"""Leave: asked, recorded for others, answered once, taken back; its mark on the roll and nothing else's."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Audit, Via
from models.gatherings.check_in import check_in_by_session
from models.gatherings.gathering import GatheringState
from models.gatherings.hall_code import read_token
from models.gatherings.leave.leave import ask_leave, decide_leave, leave_of, leave_of_lines, withdraw_leave
from models.gatherings.leave.pending import answered_of, pending_of
from models.gatherings.marks import set_marks
from models.gatherings.roll import Amendment, Leave, LeaveReason, LeaveState, RollLine, Status
from models.people.member import SpellKind
from models.people.org import Setting, put_setting
from models.people.request import record_told
from models.people.said import Filing, Said
from models.points.entry import PointEntry
from models.points.late_answers import LEAVE_GRANTED, answer_leave
from models.points.posting import confirm_roll
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import (
    KEYRING,
    THREE_O_CLOCK,
    a_gathering,
    a_group,
    a_member,
    a_roll,
    a_spell,
    an_account,
)
from tests.gatherings.halls import Hall, a_hall, hashed, spender
from tests.points.published import publish_for

EVE = NOON - timedelta(days=1)
AFTER = THREE_O_CLOCK + timedelta(hours=2, minutes=1)


def ask(
    session: Session,
    hall: Hall,
    n: int = 0,
    reason: LeaveReason = LeaveReason.FAMILY,
    note: str | None = None,
    filing: Filing | None = None,
    now: datetime = EVE,
) -> Leave:
    via = Via.CONSOLE if filing else Via.PHONE
    member = hall.members[n].id
    return ask_leave(session, hall.gathering.id, member, reason, note, filing=filing, via=via, now=now)


def decide(
    session: Session, hall: Hall, n: int = 0, *, approve: bool = True, answer: str = "", now: datetime = EVE
) -> Leave:
    return decide_leave(
        session, hall.gathering.id, hall.members[n].id, approve=approve, answer=answer, told_how=None,
        by=hall.secretary.id, via=Via.CONSOLE, now=now,
    )  # fmt: skip


def withdraw(session: Session, hall: Hall, n: int = 0, now: datetime = EVE) -> Leave:
    return withdraw_leave(session, hall.gathering.id, hall.members[n].id, filing=None, via=Via.PHONE, now=now)


def mark(session: Session, hall: Hall, status: Status, n: int = 0, now: datetime = EVE) -> None:
    set_marks(session, hall.roll.id, {hall.members[n].id: status}, by=hall.secretary.id, now=now)


def scan(session: Session, hall: Hall, n: int = 0, now: datetime = NOON) -> Status:
    phone = hashed(hall.phones[n])
    token = read_token(hall.token(now))
    return check_in_by_session(session, KEYRING, phone, token, spend=spender(session), now=now).status


def confirm(session: Session, hall: Hall) -> None:
    confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=NOON)


def line(session: Session, hall: Hall, n: int = 0) -> RollLine:
    return session.get_one(RollLine, (hall.gathering.id, hall.members[n].id), populate_existing=True)


def refused(doing: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as caught:
        doing()
    return caught.value.code


def test_leave_waits_for_the_branch_and_leaves_the_roll_alone(session: Session) -> None:
    hall = a_hall(session, state=GatheringState.PUBLISHED)
    leave = ask(session, hall, note=" 送孩子看病 ")
    assert (leave.state, leave.note, leave.late) == (LeaveState.SUBMITTED, "送孩子看病", False)
    assert line(session, hall).status is Status.UNRECORDED


def test_yes_marks_the_line_with_the_hand_that_said_it(session: Session) -> None:
    hall = a_hall(session, state=GatheringState.PUBLISHED)
    ask(session, hall)
    decide(session, hall, now=NOON)
    marked = line(session, hall)
    assert (marked.status, marked.marked_by, marked.marked_at) == (Status.LEAVE, hall.secretary.id, NOON)


def test_no_says_why_and_leaves_the_roll_alone(session: Session) -> None:
    hall = a_hall(session, state=GatheringState.PUBLISHED)
    ask(session, hall)
    assert refused(lambda: decide(session, hall, approve=False, answer=" ")) == "reason_missing"
    decide(session, hall, approve=False, answer="这次要表决，请尽量参加")
    leave = leave_of(session, hall.gathering.id, hall.members[0].id)
    assert leave is not None
    assert (leave.state, leave.answer) == (LeaveState.REJECTED, "这次要表决，请尽量参加")
    assert line(session, hall).status is Status.UNRECORDED


def test_leave_is_answered_once(session: Session) -> None:
    hall = a_hall(session, state=GatheringState.PUBLISHED)
    ask(session, hall)
    decide(session, hall)
    assert refused(lambda: decide(session, hall, approve=False, answer="再想一想")) == "not_waiting"


def test_after_a_no_it_may_be_asked_again_and_waits_again(session: Session) -> None:
    hall = a_hall(session, state=GatheringState.PUBLISHED)
    ask(session, hall)
    decide(session, hall, approve=False, answer="请尽量参加")
    leave = ask(session, hall, reason=LeaveReason.ILLNESS)
    assert (leave.state, leave.answer, leave.decided_by) == (LeaveState.SUBMITTED, None, None)


def test_leave_taken_back_takes_its_own_mark_along(session: Session) -> None:
    # Control: without the comparison of hand and time, the secretary's own mark below is lost as well.
    hall = a_hall(session, state=GatheringState.PUBLISHED)
    for n in (0, 1):
        ask(session, hall, n)
    mark(session, hall, Status.LEAVE, 1, now=EVE - timedelta(hours=1))
    for n in (0, 1):
        decide(session, hall, n)
        withdraw(session, hall, n)
    assert [line(session, hall, n).status for n in (0, 1)] == [Status.UNRECORDED, Status.LEAVE]
    leave = leave_of_lines(session, hall.gathering.id)[hall.members[0].id]
    assert (leave.state, leave.decided_at) == (LeaveState.WITHDRAWN, None)


def test_somebody_who_came_after_all_is_present_once_leave_is_taken_back(session: Session) -> None:
    hall = a_hall(session)
    ask(session, hall)
    decide(session, hall)
    assert scan(session, hall) is Status.LEAVE
    withdraw(session, hall, now=NOON)
    assert line(session, hall).status is Status.PRESENT


def test_whoever_signed_in_keeps_the_place_when_the_answer_comes_late(session: Session) -> None:
    hall = a_hall(session)
    ask(session, hall)
    scan(session, hall)
    decide(session, hall, now=NOON)
    assert line(session, hall).status is Status.PRESENT


@pytest.mark.parametrize("kind", [SpellKind.AWAY, SpellKind.EXEMPT])
def test_spell_that_began_meanwhile_outweighs_the_yes(session: Session, kind: SpellKind) -> None:
    hall = a_hall(session, state=GatheringState.PUBLISHED)
    ask(session, hall)
    spelled = line(session, hall)
    spelled.status, spelled.spell_id = Status(kind), a_spell(session, hall.members[0], kind).id
    session.flush()
    decide(session, hall)
    assert line(session, hall).status is Status(kind)


def test_late_leave_is_taken_within_the_hours_of_the_organisation(session: Session) -> None:
    # 24 hours where nothing is set; what the level above sets reaches down.
    hall = a_hall(session)
    day_later = THREE_O_CLOCK + timedelta(hours=24)
    assert ask(session, hall, 0, now=day_later).late
    assert refused(lambda: ask(session, hall, 1, now=day_later + timedelta(seconds=1))) == "leave_closed"
    put_setting(session, hall.branch.parent_id or 0, Setting.LEAVE_HOURS, 48)
    assert ask(session, hall, 1, now=day_later + timedelta(hours=24)).late
    put_setting(session, hall.branch.id, Setting.LEAVE_HOURS, 0)
    assert refused(lambda: ask(session, hall, 2, now=THREE_O_CLOCK + timedelta(minutes=1))) == "leave_closed"
    assert not ask(session, hall, 2, now=THREE_O_CLOCK).late


def test_late_leave_takes_the_place_of_an_absence_and_gives_it_back_as_open(session: Session) -> None:
    hall = a_hall(session)
    mark(session, hall, Status.ABSENT, now=NOON)
    ask(session, hall, now=THREE_O_CLOCK + timedelta(minutes=5))
    decide(session, hall, now=THREE_O_CLOCK + timedelta(minutes=6))
    assert line(session, hall).status is Status.LEAVE
    withdraw(session, hall, now=THREE_O_CLOCK + timedelta(minutes=7))
    assert line(session, hall).status is Status.UNRECORDED


def test_granted_leave_is_not_taken_back_when_all_is_over(session: Session) -> None:
    hall = a_hall(session)
    ask(session, hall)
    decide(session, hall)
    assert refused(lambda: withdraw(session, hall, now=AFTER)) == "leave_closed"
    assert line(session, hall).status is Status.LEAVE


def a_confirmed_hall(session: Session, *statuses: Status) -> Hall:
    hall = a_hall(session, members=len(statuses))
    publish_for(session, hall.branch, "DEMO")
    for n, status in enumerate(statuses):
        mark(session, hall, status, n, now=NOON)
    return hall


def test_confirmed_roll_takes_no_leave(session: Session) -> None:
    hall = a_confirmed_hall(session, Status.ABSENT, Status.PRESENT)
    confirm(session, hall)
    assert refused(lambda: ask(session, hall, now=NOON)) == "leave_closed"


def test_yes_after_the_confirmation_amends_the_roll_in_the_same_act(session: Session) -> None:
    hall = a_confirmed_hall(session, Status.ABSENT, Status.PRESENT)
    ask(session, hall, now=NOON)
    confirm(session, hall)
    assert refused(lambda: decide(session, hall, now=NOON)) == "roll_confirmed"
    answer_leave(
        session, hall.gathering.id, hall.members[0].id, approve=True, answer="", told_how=None,
        by=hall.secretary.id, via=Via.CONSOLE, now=NOON,
    )  # fmt: skip
    assert line(session, hall).status is Status.LEAVE
    assert session.scalars(select(Amendment.reason)).all() == [LEAVE_GRANTED]
    assert sorted(session.scalars(select(PointEntry.points))) == [-3, 3]


def test_yes_to_somebody_whose_confirmed_line_says_leave_amends_nothing(session: Session) -> None:
    hall = a_confirmed_hall(session, Status.LEAVE, Status.PRESENT)
    ask(session, hall, now=NOON)
    confirm(session, hall)
    answer_leave(
        session, hall.gathering.id, hall.members[0].id, approve=True, answer="", told_how=None,
        by=hall.secretary.id, via=Via.CONSOLE, now=NOON,
    )  # fmt: skip
    assert session.scalars(select(Amendment)).all() == []
    assert refused(lambda: withdraw(session, hall, now=NOON)) == "roll_confirmed"


def test_leave_is_refused_where_it_says_nothing(session: Session) -> None:
    hall = a_hall(session, members=8)
    for n, status in enumerate((Status.PRESENT, Status.LATE, Status.EXEMPT, Status.AWAY, Status.HOST_BRANCH)):
        mark(session, hall, status, n)
    scan(session, hall, 5)
    codes = [refused(lambda n=n: ask(session, hall, n)) for n in range(6)]  # type: ignore[misc]
    assert codes == [*["already_signed_in"] * 2, *["not_required"] * 3, "already_signed_in"]
    ask(session, hall, 6)
    assert refused(lambda: ask(session, hall, 6)) == "leave_asked"
    withdraw(session, hall, 6)
    assert refused(lambda: withdraw(session, hall, 6)) == "not_waiting"
    assert refused(lambda: decide(session, hall, 6)) == "not_waiting"
    assert refused(lambda: withdraw(session, hall, 7)) == "not_found"
    assert refused(lambda: decide(session, hall, 7)) == "not_found"


def test_gathering_called_off_needs_no_leave_and_one_not_published_knows_none(session: Session) -> None:
    hall = a_hall(session)
    ask(session, hall, 1)
    hall.gathering.state, hall.gathering.reason = GatheringState.CANCELLED, "暴雨"
    session.flush()
    assert refused(lambda: ask(session, hall)) == "cancelled"
    assert refused(lambda: decide(session, hall, 1)) == "cancelled"
    assert pending_of(session, [hall.branch.path]).number == 0
    hall.gathering.state = GatheringState.DRAFT
    session.flush()
    assert refused(lambda: ask(session, hall)) == "not_found"


def test_nobody_asks_leave_from_anothers_gathering(session: Session) -> None:
    hall, other = a_hall(session), a_hall(session)
    stranger = other.members[0].id
    code = refused(
        lambda: ask_leave(
            session, hall.gathering.id, stranger, LeaveReason.OTHER, None, filing=None, via=Via.PHONE, now=EVE
        )
    )
    assert code == "not_found"


def test_illness_takes_no_words_and_other_reasons_few(session: Session) -> None:
    hall = a_hall(session)
    assert refused(lambda: ask(session, hall, reason=LeaveReason.ILLNESS, note="感冒")) == "bad_leave"
    assert refused(lambda: ask(session, hall, note="长" * 61)) == "bad_leave"
    assert ask(session, hall, reason=LeaveReason.ILLNESS, note=" ").note is None


def test_leave_recorded_for_another_says_by_whom_how_and_how_the_answer_was_told(session: Session) -> None:
    hall = a_hall(session)
    leader = an_account(session, name="何桂芳")
    leave = ask(session, hall, filing=Filing(leader.id, Said.PHONE_CALL))
    assert (leave.filed_by, leave.filed_how) == (leader.id, Said.PHONE_CALL)
    assert (
        refused(lambda: record_told(session, leave, Said.FAMILY, by=leader.id, via=Via.CONSOLE))
        == "not_answered"
    )
    decide(session, hall)
    record_told(session, leave, Said.FAMILY, by=leader.id, via=Via.CONSOLE)
    assert leave.told_how is Said.FAMILY
    acts = session.scalars(select(Audit).where(Audit.subject == "leave").order_by(Audit.id)).all()
    assert [(act.verb, act.account_id, act.member_id) for act in acts] == [
        ("ask_leave", leader.id, None),
        ("decide_leave", hall.secretary.id, None),
        ("tell_answer", leader.id, None),
    ]


def test_log_of_leave_names_the_person_who_asked_and_no_reason(session: Session) -> None:
    hall = a_hall(session)
    ask(session, hall, reason=LeaveReason.ILLNESS)
    act = session.scalars(select(Audit).where(Audit.verb == "ask_leave")).one()
    assert (act.member_id, act.account_id, act.via) == (hall.members[0].id, None, Via.PHONE)
    assert "illness" not in str(act.after)


def test_what_waits_is_seen_by_the_branch_the_own_group_and_the_delegate(session: Session) -> None:
    hall = a_hall(session, members=0)
    groups = [a_group(session, hall.branch, name) for name in ("第一党小组", "第二党小组")]
    members = [
        a_member(session, hall.branch, name, groups[n // 2])
        for n, name in enumerate(("张建国", "白玉珍", "王福贵", "陈春生"))
    ]
    gathering = a_gathering(session, hall.branch)
    roll = a_roll(session, gathering, hall.branch, members)
    for member in members:
        ask_leave(
            session, gathering.id, member.id, LeaveReason.OTHER, None, filing=None, via=Via.PHONE, now=EVE
        )

    def names(paths: list[str], **rolls: list[int]) -> list[str]:
        return [row.whose.name for row in pending_of(session, paths, **rolls).leaves]

    assert names([hall.branch.path]) == ["白玉珍", "张建国", "陈春生", "王福贵"]
    assert names([groups[1].path]) == ["陈春生", "王福贵"]
    assert names([], roll_ids=[roll.id]) == ["白玉珍", "张建国", "陈春生", "王福贵"]
    assert names([]) == []
    decide_leave(
        session, gathering.id, members[0].id, approve=True, answer="", told_how=None, by=hall.secretary.id,
        via=Via.CONSOLE, now=NOON,
    )  # fmt: skip
    assert len(names([hall.branch.path])) == 3
    (row,) = answered_of(session, [hall.branch.path], since=NOON).leaves
    assert (row.whose.name, row.decided_by) == ("张建国", "周明远")
    assert answered_of(session, [hall.branch.path], since=NOON + timedelta(seconds=1)).number == 0


def test_one_of_two_namesakes_is_named_with_the_year(session: Session) -> None:
    hall = a_hall(session, members=0)
    years = [
        a_member(session, hall.branch, "张建国", joined_on=EVE.date().replace(year=year))
        for year in (1986, 1999)
    ]
    gathering = a_gathering(session, hall.branch)
    a_roll(session, gathering, hall.branch, years)
    ask_leave(
        session, gathering.id, years[1].id, LeaveReason.OTHER, None, filing=None, via=Via.PHONE, now=EVE
    )
    (row,) = pending_of(session, [hall.branch.path]).leaves
    assert row.whose.joined_year == 1999
