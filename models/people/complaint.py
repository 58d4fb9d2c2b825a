"""投诉与建议: open to anybody, with a receipt, answered by the owner's office."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Via
from models.base import Base, Created, Key, Moment, coded, ref


class Complaint(Base):
    """One complaint or suggestion. Whoever wrote it need not say who they are."""

    __tablename__ = "complaint"
    id: Mapped[Key]
    receipt: Mapped[str] = mapped_column(String(12), unique=True)
    text: Mapped[str] = mapped_column(String(500))
    contact: Mapped[str | None] = mapped_column(String(60))  # as the person typed it, or none
    via: Mapped[Via] = coded(Via, "via")
    openid_hash: Mapped[bytes | None] = mapped_column(LargeBinary)  # the chat reads the answer by it
    received_at: Mapped[Moment]
    due_on: Mapped[date] = mapped_column(Date)
    answer: Mapped[str | None] = mapped_column(String(500))
    answered_by: Mapped[int | None] = ref("account.id")
    answered_at: Mapped[Moment | None]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("text <> ''", name="text"),
        CheckConstraint("receipt ~ '^[0-9]{8,12}$'", name="receipt"),
        CheckConstraint(
            "(answer IS NULL) = (answered_by IS NULL) AND (answer IS NULL) = (answered_at IS NULL)",
            name="answered_by_someone",
        ),
    )
