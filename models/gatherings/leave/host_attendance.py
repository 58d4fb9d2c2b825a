"""在流入地参加: a member away took part in the life of a branch elsewhere, and the home branch accepts it."""

from datetime import date, datetime
from typing import NamedTuple, Unpack

from sqlalchemy import CheckConstraint, ColumnElement, Date, Index, String, exists, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.audit import Via, record
from models.base import Base, is_month, one_of
from models.clock import day_of
from models.gatherings.gathering import Gathering, GatheringKind, GatheringState
from models.gatherings.roll import CAME, Roll, RollLine, Status
from models.gatherings.roll_head import HEADS, RollHead
from models.people.away_report import A_YEAR, Report, ReportState
from models.people.request import (
    Answer,
    check_waits,
    decided_by_someone,
    filed_by_someone,
    held,
    seen,
    settle,
    take_back,
    take_in,
    tidy_answer,
    waiting_or_granted,
)
from models.people.said import Filing, hand_of
from models.people.spells import living_member
from models.refused import Refused


class HostAttendance(Base, Report):
    """One attendance at a host branch, for one month of the home branch. No place, no picture."""

    MISSING = "没有找到这条记录"

    __tablename__ = "host_attendance"
    period: Mapped[str] = mapped_column(String(7))
    attended_on: Mapped[date] = mapped_column(Date)
    host: Mapped[str] = mapped_column(String(60))
    contact: Mapped[str] = mapped_column(String(40))

    __table_args__ = (
        is_month("period"),
        CheckConstraint("host <> '' AND contact <> ''", name="host_and_contact"),
        filed_by_someone(),
        decided_by_someone(ReportState.ACCEPTED),
        Index(
            "uq_host_attendance_month", "member_id", "period", unique=True,
            postgresql_where=text(one_of("state", ReportState.SUBMITTED, ReportState.ACCEPTED)),
        ),
    )  # fmt: skip


class Visit(NamedTuple):
    """What a member says of an attendance elsewhere: the day, the branch, and whom to ask there."""

    attended_on: date
    host: str
    contact: str


def report_host_attendance(
    session: Session, member_id: int, visit: Visit, *, filing: Filing | None, via: Via, now: datetime
) -> HostAttendance:
    """Keep an attendance at a host branch, for the month of its day, until the home branch answers.

    Refused: not_found, bad_report with `fields`, attendance_reported (one a month).
    """
    member = living_member(session, member_id)
    visit = _checked(visit, day_of(now))
    period = f"{visit.attended_on:%Y-%m}"
    counted = exists().where(
        HostAttendance.member_id == member_id,
        HostAttendance.period == period,
        waiting_or_granted(HostAttendance),
    )
    if session.scalar(select(counted)):
        raise Refused("attendance_reported", "这个月在流入地参加的情况已经报过了")
    attendance = HostAttendance(member_id=member_id, period=period, **visit._asdict())
    take_in(session, attendance, filing, now=now)
    record(
        session, "report_attendance", "host_attendance", attendance.id, via=via, org_id=member.branch_id,
        after={"period": period, "how": attendance.filed_how}, **hand_of(filing, member_id),
    )  # fmt: skip
    return attendance


def _checked(visit: Visit, today: date) -> Visit:
    host, contact = visit.host.strip(), visit.contact.strip()
    wrong = {}
    if not today - A_YEAR <= visit.attended_on <= today:
        wrong["attended_on"] = "请写一年以内、今天以前的日期"
    if not 1 <= len(host) <= 60:
        wrong["host"] = "请写那边党组织的名称，最多 60 个字"
    if not 1 <= len(contact) <= 40:
        wrong["contact"] = "请写那边的联系人或电话，最多 40 个字"
    if wrong:
        raise Refused("bad_report", "有几处需要改一下", fields=wrong)
    return Visit(visit.attended_on, host, contact)


class HomeLine(NamedTuple):
    """The member's line at a theme day of the month that an attendance counts for."""

    line: RollLine
    roll: Roll


def of_month(member_id: int, period: str) -> tuple[ColumnElement[bool], ...]:
    """Select the member's lines for which an attendance of this month counts; a draft is no gathering yet."""
    return (
        RollLine.member_id == member_id,
        Gathering.period == period,
        Gathering.kind == GatheringKind.THEME_DAY,
        Gathering.state.not_in((GatheringState.DRAFT, GatheringState.CANCELLED)),
    )


def home_rolls(session: Session, member_id: int, period: str) -> list[RollHead]:
    """Return the rolls on which an attendance of this month counts."""
    query = HEADS.join(RollLine, RollLine.roll_id == Roll.id).where(*of_month(member_id, period))
    return [RollHead(*row) for row in session.execute(query)]


def hold_home_lines(session: Session, member_id: int, period: str) -> list[HomeLine]:
    """Lock the rolls, then the lines, for which an attendance of this month counts."""
    rolls = session.scalars(
        select(Roll)
        .join(RollLine, RollLine.roll_id == Roll.id)
        .join(Gathering, Gathering.id == Roll.gathering_id)
        .where(*of_month(member_id, period))
        .order_by(Roll.id)
        .with_for_update(read=True, of=Roll)
        .execution_options(populate_existing=True)
    ).all()
    lines = session.scalars(
        select(RollLine)
        .where(RollLine.member_id == member_id, RollLine.roll_id.in_([roll.id for roll in rolls]))
        .order_by(RollLine.gathering_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    by_id = {roll.id: roll for roll in rolls}
    return [HomeLine(line, by_id[line.roll_id]) for line in lines if line.roll_id is not None]


def counts_elsewhere(line: RollLine) -> bool:
    """Return whether an attendance elsewhere changes this line: not where the person came as well."""
    return line.status not in (*CAME, Status.HOST_BRANCH)


def decide_host_attendance(session: Session, attendance_id: int, **answer: Unpack[Answer]) -> HostAttendance:
    """Answer an attendance once. Accepted, it marks the home line of its month 在流入地参加.

    Where no line is, the record alone stands, and publishing a roll of that month later follows it. On a
    confirmed roll a yes needs the line to say so already (models.points.late_answers amends it).
    Refused: not_found, not_waiting, roll_confirmed, reason_missing (a no without its line).
    """
    said = tidy_answer(answer["answer"], approve=answer["approve"])
    attendance = seen(session, HostAttendance, attendance_id)
    lines = hold_home_lines(session, attendance.member_id, attendance.period)
    check_waits(held(session, HostAttendance, attendance_id))
    for line, roll in lines if answer["approve"] else ():
        if not counts_elsewhere(line):
            continue
        if roll.confirmed_at is not None:
            raise Refused("roll_confirmed", "名册已经确认，要改请用更正")
        line.status, line.marked_by, line.marked_at = Status.HOST_BRANCH, answer["by"], answer["now"]
    settle(session, attendance, said, answer)
    record(
        session, "decide_attendance", "host_attendance", attendance.id, via=answer["via"],
        account_id=answer["by"],
        after={"state": attendance.state, "lines": len(lines), "told_how": attendance.told_how},
    )  # fmt: skip
    return attendance


def withdraw_host_attendance(
    session: Session, attendance_id: int, *, member_id: int, filing: Filing | None, via: Via
) -> HostAttendance:
    """Take back what is not answered yet. Refused: not_found, not_waiting."""
    attendance = held(session, HostAttendance, attendance_id)
    if attendance.member_id != member_id:
        raise Refused("not_found", HostAttendance.MISSING)
    check_waits(attendance)
    take_back(session, attendance)
    record(
        session, "withdraw_attendance", "host_attendance", attendance.id, via=via,
        after={"how": filing.how if filing else None}, **hand_of(filing, member_id),
    )  # fmt: skip
    return attendance


def attendances_of(session: Session, member_id: int) -> list[HostAttendance]:
    """Return what a member reported, the newest month first."""
    query = select(HostAttendance).where(HostAttendance.member_id == member_id)
    return list(session.scalars(query.order_by(HostAttendance.attended_on.desc(), HostAttendance.id.desc())))
