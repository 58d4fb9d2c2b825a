"""Vetoes (一票否决): the number of the paper that says so, and never what it was about."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, is_cycle, ref


class Veto(Base):
    """One veto of the scheme on one member, decided in `cycle`; lifted by another paper."""

    __tablename__ = "veto"
    id: Mapped[Key]
    member_id: Mapped[int] = ref("member.id")
    code: Mapped[str] = mapped_column(String(40))  # as in the scheme
    cycle: Mapped[str] = mapped_column(String(7))
    document: Mapped[str] = mapped_column(String(80))
    decided_by: Mapped[str] = mapped_column(String(60))  # which committee
    decided_on: Mapped[date] = mapped_column(Date)
    account_id: Mapped[int] = ref("account.id")
    lifted_document: Mapped[str | None] = mapped_column(String(80))
    lifted_at: Mapped[Moment | None]
    lifted_by: Mapped[int | None] = ref("account.id")
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("document <> '' AND decided_by <> ''", name="on_paper"),
        is_cycle("cycle"),
        CheckConstraint(
            "num_nonnulls(lifted_document, lifted_at, lifted_by) IN (0, 3) AND lifted_document <> ''",
            name="lifted_on_paper",
        ),
        Index(
            "uq_veto_standing",
            "member_id",
            "code",
            "cycle",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )
