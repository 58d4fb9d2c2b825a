"""A named delegate: stands in for the secretary at one gathering, and only there."""

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from models.base import Base, Created, Key, Moment, ref


class Delegate(Base):
    """One account may decide leave, open, close, confirm and amend for one roll's organisation."""

    __tablename__ = "delegate"
    id: Mapped[Key]
    roll_id: Mapped[int] = ref("roll.id", index=True)
    account_id: Mapped[int] = ref("account.id", index=True)
    named_by: Mapped[int] = ref("account.id")
    named_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("account_id <> named_by", name="not_oneself"),
        Index(
            "uq_delegate_open",
            "roll_id",
            "account_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
