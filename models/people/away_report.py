"""长期外出报备: one report for a long absence, which becomes a spell once the branch accepts it."""

import re
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Unpack

from sqlalchemy import CheckConstraint, Date, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.audit import Via, record
from models.base import Base, Created, Key, coded, one_of, ref
from models.clock import day_of
from models.people.member import SpellKind
from models.people.request import (
    Answer,
    Asked,
    check_waits,
    decided_by_someone,
    filed_by_someone,
    held,
    settle,
    take_back,
    take_in,
    tidy_answer,
    waiting,
)
from models.people.said import Filing, hand_of
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


class Report(Asked):
    """A request with an id, that the own branch accepts: an absence, or an attendance elsewhere."""

    id: Mapped[Key]
    member_id: Mapped[int] = ref("member.id", index=True)
    state: Mapped[ReportState] = coded(ReportState, "state")
    created_at: Mapped[Created]

    YES = ReportState.ACCEPTED

    @property
    def subject(self) -> tuple[int, None]:
        """Return its id; no gathering."""
        return self.id, None


class AwayReport(Base, Report):
    """One report of a long absence. Place at county level, never finer; no address, no track."""

    MISSING = "没有找到这次报备"

    __tablename__ = "away_report"
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)
    place: Mapped[str] = mapped_column(String(40))
    host: Mapped[str | None] = mapped_column(String(60))  # the branch that receives a floating member
    contact: Mapped[str | None] = mapped_column(String(40))
    spell_id: Mapped[int | None] = ref("spell.id")

    __table_args__ = (
        CheckConstraint("to_on >= from_on", name="ends_after_start"),
        CheckConstraint("place <> ''", name="place"),
        filed_by_someone(),
        decided_by_someone(ReportState.ACCEPTED),
        CheckConstraint(
            f"({one_of('state', ReportState.ACCEPTED)}) = (spell_id IS NOT NULL)", name="accepted_with_spell"
        ),
        Index(
            "uq_away_report_open", "member_id", unique=True,
            postgresql_where=text(one_of("state", ReportState.SUBMITTED)),
        ),
    )  # fmt: skip


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
    if session.scalar(select(AwayReport.id).where(AwayReport.member_id == member_id, waiting(AwayReport))):
        raise Refused("report_waiting", "上一次报备还在等支部答复，要改请先撤回")
    check_no_overlap(session, member_id, SpellKind.AWAY, trip.from_on, trip.to_on)
    report = AwayReport(member_id=member_id, **trip._asdict())
    take_in(session, report, filing, now=now)
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


def decide_away(session: Session, report_id: int, **answer: Unpack[Answer]) -> AwayReport:
    """Answer a report; accepted, it becomes a spell. Whoever calls brings the rolls up to it (follow_roster).

    Refused: not_found, not_waiting, reason_missing (a no without its line), bad_report, spell_overlaps.
    """
    line = tidy_answer(answer["answer"], approve=answer["approve"])
    report = held(session, AwayReport, report_id)
    check_waits(report)
    if answer["approve"]:
        spell = record_spell(
            session, report.member_id, SpellKind.AWAY, from_on=report.from_on, to_on=report.to_on,
            place=report.place, host=report.host, contact=report.contact, by=answer["by"], via=answer["via"],
        )  # fmt: skip
        report.spell_id = spell.id
    settle(session, report, line, answer)
    record(
        session, "decide_away", "away_report", report.id, via=answer["via"], account_id=answer["by"],
        after={"state": report.state, "spell": report.spell_id, "told_how": report.told_how},
    )  # fmt: skip
    return report


def withdraw_away(
    session: Session, report_id: int, *, member_id: int, filing: Filing | None, via: Via
) -> AwayReport:
    """Take back a report that is not answered yet. Refused: not_found, not_waiting."""
    report = held(session, AwayReport, report_id)
    if report.member_id != member_id:
        raise Refused("not_found", AwayReport.MISSING)
    check_waits(report)
    take_back(session, report)
    after = {"state": report.state, "how": filing.how if filing else None}
    record(
        session, "withdraw_away", "away_report", report.id, via=via, after=after, **hand_of(filing, member_id)
    )
    return report


def last_report(session: Session, member_id: int) -> AwayReport | None:
    """Return the member's newest report, whatever became of it."""
    query = select(AwayReport).where(AwayReport.member_id == member_id).order_by(AwayReport.id.desc())
    return session.scalar(query.limit(1))
