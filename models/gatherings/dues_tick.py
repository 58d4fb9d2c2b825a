"""党费已交: a tick on the roll that somebody paid this month's dues; no amount, no money handled."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Moment, ref


class DuesTick(Base):
    """One member has paid for one month. Taken back by removing the row, which is audited."""

    __tablename__ = "dues_tick"
    member_id: Mapped[int] = ref("member.id", primary_key=True)
    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    gathering_id: Mapped[int | None] = ref("gathering.id", index=True)
    ticked_at: Mapped[Moment]
    ticked_by: Mapped[int] = ref("account.id")
    created_at: Mapped[Created]

    __table_args__ = (CheckConstraint("period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'", name="period"),)
