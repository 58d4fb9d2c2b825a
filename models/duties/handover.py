"""Handing over (交接): at an election one act gives a branch's unfinished work to its new secretary."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Date, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, coded, ref
from models.people.account import Role


class Handover(Base):
    """One post that passed from one account to another, with the list of what was open that day.

    `items` is kind -> ids, such as `{"drafts": [12], "leaves": [[9, 31]]}`; no names. `kept` and `ended` are
    the posts that the new hand held there besides.
    """

    __tablename__ = "handover"
    id: Mapped[Key]
    org_id: Mapped[int] = ref("org.id", index=True)
    role: Mapped[Role] = coded(Role, "role")
    from_account_id: Mapped[int] = ref("account.id")
    to_account_id: Mapped[int] = ref("account.id")
    handed_on: Mapped[date] = mapped_column(Date)
    document: Mapped[str] = mapped_column(String(80))  # of the election or appointment
    items: Mapped[dict[str, Any]] = mapped_column(JSONB)
    account_id: Mapped[int] = ref("account.id")
    acted_at: Mapped[Moment]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("from_account_id <> to_account_id", name="to_another"),
        CheckConstraint("document <> ''", name="document"),
    )
