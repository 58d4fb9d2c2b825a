"""An emergency: a notice that may ring phones in the silent hours, by a township or zone officer's act."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, ref


class NightOverride(Base):
    """Why one notice was let out at night, and by whom; never changed."""

    __tablename__ = "night_override"
    id: Mapped[Key]
    notice_id: Mapped[int] = ref("notice.id", unique=True)
    reason: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int] = ref("account.id")
    created_at: Mapped[Created]

    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)
