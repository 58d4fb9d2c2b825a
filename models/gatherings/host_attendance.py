"""在流入地参加: a member away took part in the life of a branch elsewhere, and the home branch accepts it."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, coded, ref
from models.people.away_report import ReportState
from models.people.said import Said


class HostAttendance(Base):
    """One attendance at a host branch, for one month of the home branch. No place, no picture."""

    __tablename__ = "host_attendance"
    id: Mapped[Key]
    member_id: Mapped[int] = ref("member.id", index=True)
    period: Mapped[str] = mapped_column(String(7))
    attended_on: Mapped[date] = mapped_column(Date)
    host: Mapped[str] = mapped_column(String(60))
    contact: Mapped[str] = mapped_column(String(40))
    state: Mapped[ReportState] = coded(ReportState, "state")
    asked_at: Mapped[Moment]
    filed_by: Mapped[int | None] = ref("account.id")  # 代录: somebody else recorded it
    filed_how: Mapped[Said | None] = coded(Said, "filed_how")
    decided_by: Mapped[int | None] = ref("account.id")
    decided_at: Mapped[Moment | None]
    answer: Mapped[str | None] = mapped_column(String(60))
    told_how: Mapped[Said | None] = coded(Said, "told_how")
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'", name="period"),
        CheckConstraint("host <> '' AND contact <> ''", name="host_and_contact"),
        CheckConstraint("(filed_by IS NULL) = (filed_how IS NULL)", name="filed_by_someone_somehow"),
        CheckConstraint(
            "(state IN ('accepted', 'rejected')) = (decided_by IS NOT NULL)"
            " AND (decided_by IS NULL) = (decided_at IS NULL)",
            name="decided_by_someone",
        ),
        Index(
            "uq_host_attendance_month",
            "member_id",
            "period",
            unique=True,
            postgresql_where=text("state IN ('submitted', 'accepted')"),
        ),
    )
