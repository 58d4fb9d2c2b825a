"""长期外出报备: one report for a long absence, which becomes a spell once the branch accepts it."""

import re
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import CheckConstraint, Date, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.audit import Via, record
from models.base import Base, Created, Key, Moment, coded, ref
from models.clock import day_of
from models.people.member import SpellKind
from models.people.said import Filing, Said, hand_of, tidy_answer
from models.people.spells import check_no_overlap, living_member, record_spell
from models.refused import Refused

# A county has no numbers; an address has.
FINER_THAN_A_COUNTY = re.compile(r"[0-9０-９]|[号室栋弄]")
A_YEAR = timedelta(days=366)


class ReportState(StrEnum):
    """Where a report stands that the own branch has to answer."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


REPORT_STATE_TEXT = {
    ReportState.SUBMITTED: "等支部答复",
    ReportState.ACCEPTED: "支部已收下",
    ReportState.REJECTED: "没有同意",
    ReportState.WITHDRAWN: "已撤回",
}


class AwayReport(Base):
    """One report of a long absence. Place at county level, never finer; no address, no track."""

    __tablename__ = "away_report"
    id: Mapped[Key]
    member_id: Mapped[int] = ref("member.id", index=True)
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)
    place: Mapped[str] = mapped_column(String(40))
    host: Mapped[str | None] = mapped_column(String(60))  # the branch that receives a floating member
    contact: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[ReportState] = coded(ReportState, "state")
    asked_at: Mapped[Moment]
    filed_by: Mapped[int | None] = ref("account.id")  # 代录: somebody else recorded it
    filed_how: Mapped[Said | None] = coded(Said, "filed_how")
    decided_by: Mapped[int | None] = ref("account.id")
    decided_at: Mapped[Moment | None]
    answer: Mapped[str | None] = mapped_column(String(60))
    told_how: Mapped[Said | None] = coded(Said, "told_how")
    spell_id: Mapped[int | None] = ref("spell.id")
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("to_on >= from_on", name="ends_after_start"),
        CheckConstraint("place <> ''", name="place"),
        CheckConstraint("(filed_by IS NULL) = (filed_how IS NULL)", name="filed_by_someone_somehow"),
        CheckConstraint(
            "(state IN ('accepted', 'rejected')) = (decided_by IS NOT NULL)"
            " AND (decided_by IS NULL) = (decided_at IS NULL)",
            name="decided_by_someone",
        ),
        CheckConstraint("(state = 'accepted') = (spell_id IS NOT NULL)", name="accepted_with_spell"),
        Index("uq_away_report_open", "member_id", unique=True, postgresql_where=text("state = 'submitted'")),
    )


class Trip(NamedTuple):
    """What a person says of a long absence: from when, until when if known, and where."""

    from_on: date
    to_on: date | None
    place: str
    host: str | None = None
    contact: str | None = None


def report_away(
    session: Session, member_id: int, trip: Trip, *, filing: Filing | None, via: Via, now: datetime
) -> AwayReport:
    """Keep a report of a long absence until the branch answers.

    Refused: not_found, bad_report with `fields`, report_waiting (the last one is not answered yet),
    spell_overlaps. Rule: reported once, and nobody away for long asks leave each month.
    """
    member = living_member(session, member_id)
    trip = _checked(trip, day_of(now))
    waiting = select(AwayReport.id).where(
        AwayReport.member_id == member_id, AwayReport.state == ReportState.SUBMITTED
    )
    if session.scalar(waiting) is not None:
        raise Refused("report_waiting", "上一次报备还在等支部答复，要改请先撤回")
    check_no_overlap(session, member_id, SpellKind.AWAY, trip.from_on, trip.to_on)
    report = AwayReport(
        member_id=member_id,
        state=ReportState.SUBMITTED,
        asked_at=now,
        filed_by=filing.account_id if filing else None,
        filed_how=filing.how if filing else None,
        **trip._asdict(),
    )
    session.add(report)
    session.flush()
    record(
        session, "report_away", "away_report", report.id, via=via, org_id=member.branch_id,
        after={"state": report.state, "how": report.filed_how}, **hand_of(filing, member_id),
    )  # fmt: skip
    return report


def _checked(trip: Trip, today: date) -> Trip:
    place, host, contact = ((said or "").strip() for said in (trip.place, trip.host, trip.contact))
    wrong = {}
    if not 1 <= len(place) <= 40 or FINER_THAN_A_COUNTY.search(place):
        wrong["place"] = "请写到县区，例如“浙江省义乌市”，不写门牌"
    if len(host) > 60:
        wrong["host"] = "最多 60 个字"
    if len(contact) > 40:
        wrong["contact"] = "最多 40 个字"
    if abs(trip.from_on - today) > A_YEAR:
        wrong["from_on"] = "请再看一下日期"
    if trip.to_on is not None and (trip.to_on < trip.from_on or trip.to_on < today):
        wrong["to_on"] = "应当不早于开始那天，也不早于今天"
    if wrong:
        raise Refused("bad_report", "有几处需要改一下", fields=wrong)
    return Trip(trip.from_on, trip.to_on, place, host or None, contact or None)


def _locked(session: Session, report_id: int) -> AwayReport:
    report = session.scalar(
        select(AwayReport)
        .where(AwayReport.id == report_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if report is None:
        raise Refused("not_found", "没有找到这次报备")
    if report.state is not ReportState.SUBMITTED:
        raise Refused("not_waiting", "已经答复过了，或者本人撤回了")
    return report


def decide_away(
    session: Session,
    report_id: int,
    *,
    approve: bool,
    answer: str,
    told_how: Said | None,
    by: int,
    via: Via,
    now: datetime,
) -> AwayReport:
    """Answer a report; accepted, it becomes a spell. Whoever calls brings the rolls up to it (follow_roster).

    Refused: not_found, not_waiting, reason_missing (a no without its line), bad_report, spell_overlaps.
    """
    said = tidy_answer(answer, approve=approve)
    report = _locked(session, report_id)
    if approve:
        spell = record_spell(
            session, report.member_id, SpellKind.AWAY, from_on=report.from_on, to_on=report.to_on,
            place=report.place, host=report.host, contact=report.contact, by=by, via=via,
        )  # fmt: skip
        report.spell_id = spell.id
    report.state = ReportState.ACCEPTED if approve else ReportState.REJECTED
    report.decided_by, report.decided_at, report.answer, report.told_how = by, now, said, told_how
    session.flush()
    record(
        session, "decide_away", "away_report", report.id, via=via, account_id=by,
        after={"state": report.state, "spell": report.spell_id, "told_how": told_how},
    )  # fmt: skip
    return report


def withdraw_away(
    session: Session, report_id: int, *, member_id: int, filing: Filing | None, via: Via
) -> AwayReport:
    """Take back a report that is not answered yet. Refused: not_found, not_waiting."""
    report = _locked(session, report_id)
    if report.member_id != member_id:
        raise Refused("not_found", "没有找到这次报备")
    report.state = ReportState.WITHDRAWN
    session.flush()
    record(
        session, "withdraw_away", "away_report", report.id, via=via,
        after={"state": report.state, "how": filing.how if filing else None}, **hand_of(filing, member_id),
    )  # fmt: skip
    return report


def report_seen(session: Session, report_id: int) -> AwayReport:
    """Return one report. Refused: not_found."""
    report = session.get(AwayReport, report_id)
    if report is None:
        raise Refused("not_found", "没有找到这次报备")
    return report


def last_report(session: Session, member_id: int) -> AwayReport | None:
    """Return the member's newest report, whatever became of it."""
    query = select(AwayReport).where(AwayReport.member_id == member_id).order_by(AwayReport.id.desc())
    return session.scalar(query.limit(1))
