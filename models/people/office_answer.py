"""What the account answers a follower who asks about the office: editable texts, one for each matter."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Moment, coded, ref


class Matter(StrEnum):
    """What followers ask about who are no members, or not yet."""

    TRANSFER = "transfer"
    JOINING = "joining"
    FLOATING = "floating"
    CENTRE = "centre"


class OfficeAnswer(Base):
    """One edited text; without a row the built-in text answers."""

    __tablename__ = "office_answer"
    matter: Mapped[Matter] = coded(Matter, "matter", primary_key=True)
    text: Mapped[str] = mapped_column(String(600))
    edited_by: Mapped[int] = ref("account.id")
    edited_at: Mapped[Moment]
    created_at: Mapped[Created]

    __table_args__ = (CheckConstraint("text <> ''", name="text"),)
