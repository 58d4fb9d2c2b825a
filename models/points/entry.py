"""The ledger of points: entries are added, corrected by reversing entries, and never changed."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, Index, Integer, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, coded, is_cycle, is_month, ref


class Source(StrEnum):
    """Where points may come from. Nothing about the use of an app can ever stand here."""

    ATTENDANCE = "attendance"
    DUES = "dues"
    TRAINING = "training"
    VOLUNTEER = "volunteer"
    POST = "post"
    MANUAL = "manual"
    SELF_DECLARE = "self_declare"


class PointEntry(Base):
    """One line of the ledger. It exists only once it counts; what waits for approval is a proposal.

    `about` is its natural key: `roll:<gathering>:<revision>:<member>:<item>`, `proposal:<proposal>:<member>`
    or `reverse:<entry>`. Whoever confirmed the roll or approved the proposal is `account`.
    """

    __tablename__ = "point_entry"
    id: Mapped[Key]
    about: Mapped[str] = mapped_column(String(120), unique=True)
    member_id: Mapped[int] = ref("member.id")
    branch_id: Mapped[int] = ref("org.id")
    scheme_id: Mapped[int] = ref("scheme.id")
    item: Mapped[str] = mapped_column(String(40))
    level: Mapped[str | None] = mapped_column(String(40))  # which outcome, where the item has several
    cycle: Mapped[str] = mapped_column(String(7))
    period: Mapped[str] = mapped_column(String(7))
    occurred_on: Mapped[date] = mapped_column(Date)
    quantity: Mapped[Decimal] = mapped_column(Numeric(12, 4))
    points: Mapped[Decimal] = mapped_column(Numeric(12, 4))
    source: Mapped[Source] = coded(Source, "source")
    gathering_id: Mapped[int | None] = ref("gathering.id", index=True)
    revision: Mapped[int | None] = mapped_column(Integer)
    proposal_id: Mapped[int | None] = ref("proposal.id", index=True)
    reverses: Mapped[int | None] = ref("point_entry.id", unique=True)
    reason: Mapped[str | None] = mapped_column(String(200))  # why what was approved is taken back
    account_id: Mapped[int] = ref("account.id")
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("quantity > 0 AND quantity <> 'NaN'", name="quantity"),
        CheckConstraint("points <> 'NaN'", name="points"),
        is_cycle("cycle"),
        is_month("period"),
        CheckConstraint(
            "source <> 'attendance' OR (gathering_id IS NOT NULL AND revision IS NOT NULL)",
            name="attendance_from_roll",
        ),
        CheckConstraint(
            "(gathering_id IS NOT NULL AND revision IS NOT NULL) OR (proposal_id IS NOT NULL AND"
            " (reverses IS NOT NULL OR about = 'proposal:' || proposal_id || ':' || member_id))",
            name="from_roll_or_proposal",
        ),
        CheckConstraint(
            "(reverses IS NULL) = (about NOT LIKE 'reverse:%')"
            " AND (reverses IS NULL OR about = 'reverse:' || reverses)",
            name="reversal_is_about_its_entry",
        ),
        CheckConstraint(
            "(reverses IS NOT NULL AND proposal_id IS NOT NULL) = (reason IS NOT NULL) AND reason <> ''",
            name="reversed_with_reason",
        ),
        Index("ix_point_entry_member_id_period", "member_id", "period"),
        Index("ix_point_entry_branch_id_cycle", "branch_id", "cycle"),
    )
