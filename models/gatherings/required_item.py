"""规定动作: agenda items that the level above requires of a month's theme days."""

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, coded, ref
from models.gatherings.gathering import AgendaKind


class RequiredItem(Base):
    """One item for one month, required of every branch below its issuer."""

    __tablename__ = "required_item"
    id: Mapped[Key]
    org_id: Mapped[int] = ref("org.id", index=True)
    period: Mapped[str] = mapped_column(String(7))
    kind: Mapped[AgendaKind] = coded(AgendaKind, "kind")
    title: Mapped[str] = mapped_column(String(80))
    issued_by: Mapped[int] = ref("account.id")
    issued_at: Mapped[Moment]
    withdrawn_at: Mapped[Moment | None]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'", name="period"),
        CheckConstraint("title <> ''", name="title"),
        Index(
            "uq_required_item_title",
            "org_id",
            "period",
            "title",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )
