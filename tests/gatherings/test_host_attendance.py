"""在流入地参加: reported with day, branch and contact; accepted, it stands on the home roll of its month."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Via
from models.clock import day_of
from models.gatherings.expected import publish_rolls
from models.gatherings.gathering import GatheringKind, GatheringState
from models.gatherings.leave.host_attendance import (
    HostAttendance,
    Visit,
    attendances_of,
    decide_host_attendance,
    report_host_attendance,
    withdraw_host_attendance,
)
from models.gatherings.marks import counts_of, set_marks
from models.gatherings.roll import Amendment, RollLine, Status
from models.people.away_report import ReportState
from models.points.entry import PointEntry
from models.points.late_answers import ATTENDED_ELSEWHERE, answer_host_attendance
from models.points.posting import confirm_roll
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import a_gathering, a_member, a_roll, a_spell
from tests.gatherings.halls import Hall, a_hall
from tests.points.published import publish_for

VISIT = Visit(date(2026, 11, 20), "商贸城党支部", "张书记")


def report(session: Session, hall: Hall, n: int = 0, visit: Visit = VISIT) -> HostAttendance:
    return report_host_attendance(session, hall.members[n].id, visit, filing=None, via=Via.PHONE, now=NOON)


def decide(
    session: Session, hall: Hall, of: HostAttendance, *, approve: bool = True, answer: str = ""
) -> HostAttendance:
    return decide_host_attendance(
        session, of.id, approve=approve, answer=answer, told_how=None, by=hall.secretary.id, via=Via.CONSOLE,
        now=NOON,
    )  # fmt: skip


def answer(session: Session, hall: Hall, of: HostAttendance) -> HostAttendance:
    return answer_host_attendance(
        session, of.id, approve=True, answer="", told_how=None, by=hall.secretary.id, via=Via.CONSOLE,
        now=NOON,
    )  # fmt: skip


def mark(session: Session, hall: Hall, status: Status, n: int = 0) -> None:
    set_marks(session, hall.roll.id, {hall.members[n].id: status}, by=hall.secretary.id, now=NOON)


def line(session: Session, hall: Hall, n: int = 0) -> RollLine:
    key = (hall.gathering.id, hall.members[n].id)
    return session.get_one(RollLine, key, populate_existing=True)


def refused(doing: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as caught:
        doing()
    return caught.value.code


def test_attendance_waits_and_once_accepted_stands_on_the_roll_of_its_month(session: Session) -> None:
    hall = a_hall(session)
    sent = report(session, hall)
    assert (sent.period, sent.state, line(session, hall).status) == (
        "2026-11",
        ReportState.SUBMITTED,
        Status.UNRECORDED,
    )
    decide(session, hall, sent)
    marked = line(session, hall)
    assert (marked.status, marked.marked_by) == (Status.HOST_BRANCH, hall.secretary.id)
    counts = counts_of(session, hall.roll.id)
    assert (counts.expected, counts.host_branch) == (2, 1)


@pytest.mark.parametrize("status", [Status.ABSENT, Status.UNCLEAR, Status.LEAVE, Status.AWAY, Status.EXEMPT])
def test_attendance_takes_the_place_of_whatever_says_not_here(session: Session, status: Status) -> None:
    hall = a_hall(session)
    mark(session, hall, status)
    decide(session, hall, report(session, hall))
    assert line(session, hall).status is Status.HOST_BRANCH


def test_whoever_came_home_as_well_stays_present(session: Session) -> None:
    hall = a_hall(session)
    mark(session, hall, Status.LATE)
    assert decide(session, hall, report(session, hall)).state is ReportState.ACCEPTED
    assert line(session, hall).status is Status.LATE


def test_other_months_other_kinds_and_what_was_called_off_are_left_alone(session: Session) -> None:
    hall = a_hall(session)
    others = [
        a_gathering(session, hall.branch, **columns)
        for columns in (
            {"period": "2026-10"},
            {"kind": GatheringKind.LECTURE},
            {"state": GatheringState.CANCELLED, "reason": "暴雨"},
        )
    ]
    for other in others:
        a_roll(session, other, hall.branch, [hall.members[0]])
    decide(session, hall, report(session, hall))
    found = {session.get_one(RollLine, (other.id, hall.members[0].id)).status for other in others}
    assert found == {Status.UNRECORDED}


def test_member_without_a_line_keeps_the_record_and_a_roll_published_later_follows_it(
    session: Session,
) -> None:
    # Control: without `_follow_attendances` the line below is away, as its spell says.
    hall = a_hall(session)
    newcomer = a_member(session, hall.branch, "段文斌")
    a_spell(session, newcomer)
    visit = Visit(date(2026, 11, 3), "商贸城党支部", "张书记")
    sent = report_host_attendance(session, newcomer.id, visit, filing=None, via=Via.PHONE, now=NOON)
    assert decide(session, hall, sent).state is ReportState.ACCEPTED
    later = a_gathering(session, hall.branch)
    publish_rolls(session, later, [hall.branch.id])
    found = session.get_one(RollLine, (later.id, newcomer.id))
    assert (found.status, found.marked_by) == (Status.HOST_BRANCH, hall.secretary.id)


def test_accepted_after_the_confirmation_it_amends_the_roll_in_the_same_act(session: Session) -> None:
    hall = a_hall(session)
    publish_for(session, hall.branch, "DEMO")
    for n, status in enumerate((Status.ABSENT, Status.PRESENT, Status.ABSENT)):
        mark(session, hall, status, n)
    sent = report(session, hall)
    confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=NOON)
    assert refused(lambda: decide(session, hall, sent)) == "roll_confirmed"
    assert answer(session, hall, sent).state is ReportState.ACCEPTED
    assert line(session, hall).status is Status.HOST_BRANCH
    assert session.scalars(select(Amendment.reason)).all() == [ATTENDED_ELSEWHERE]
    assert sorted(session.scalars(select(PointEntry.points))) == [-3, -3, 3]


def test_accepted_before_the_confirmation_it_amends_nothing(session: Session) -> None:
    hall = a_hall(session, members=1)
    answer(session, hall, report(session, hall))
    confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=NOON)
    assert session.scalars(select(Amendment)).all() == []


def test_attendance_is_answered_once_and_rejected_with_a_reason(session: Session) -> None:
    hall = a_hall(session)
    sent = report(session, hall)
    assert refused(lambda: decide(session, hall, sent, approve=False)) == "reason_missing"
    decide(session, hall, sent, approve=False, answer="打电话问过，那天没有活动")
    assert refused(lambda: answer(session, hall, sent)) == "not_waiting"
    assert line(session, hall).status is Status.UNRECORDED


def test_one_attendance_counts_a_month_until_it_is_rejected_or_taken_back(session: Session) -> None:
    hall = a_hall(session)
    member = hall.members[0].id
    sent = report(session, hall)
    assert refused(lambda: report(session, hall)) == "attendance_reported"
    withdraw_host_attendance(session, sent.id, member_id=member, filing=None, via=Via.PHONE)
    again = report(session, hall)
    decide(session, hall, again)
    assert (
        refused(
            lambda: withdraw_host_attendance(session, again.id, member_id=member, filing=None, via=Via.PHONE)
        )
        == "not_waiting"
    )
    assert refused(lambda: report(session, hall)) == "attendance_reported"
    assert [one.state for one in attendances_of(session, member)] == [
        ReportState.ACCEPTED,
        ReportState.WITHDRAWN,
    ]


def test_nobody_takes_back_anothers_attendance(session: Session) -> None:
    hall = a_hall(session)
    sent, other = report(session, hall), hall.members[1].id
    assert (
        refused(
            lambda: withdraw_host_attendance(session, sent.id, member_id=other, filing=None, via=Via.PHONE)
        )
        == "not_found"
    )
    assert refused(lambda: decide(session, hall, HostAttendance(id=0))) == "not_found"


@pytest.mark.parametrize(
    ("visit", "field"),
    [
        (VISIT._replace(attended_on=day_of(NOON) + timedelta(days=1)), "attended_on"),
        (VISIT._replace(attended_on=date(2025, 11, 1)), "attended_on"),
        (VISIT._replace(host=" "), "host"),
        (VISIT._replace(contact="1" * 41), "contact"),
    ],
    ids=["still to come", "long ago", "nowhere", "a long contact"],
)
def test_attendance_says_what_is_wrong_with_it(session: Session, visit: Visit, field: str) -> None:
    hall = a_hall(session)
    with pytest.raises(Refused) as caught:
        report(session, hall, visit=visit)
    assert (caught.value.code, list(caught.value.extra["fields"])) == ("bad_report", [field])
