"""长期外出报备: one report for a long absence, which becomes a spell once the branch accepts it."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, coded, ref
from models.people.said import Said


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
