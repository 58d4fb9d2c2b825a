"""党费已交: a tick on the roll that somebody paid this month's dues; no amount, no money handled."""

from datetime import datetime

from sqlalchemy import String, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.audit import Via, record
from models.base import Base, Created, Moment, is_month, ref
from models.gatherings.roll_head import line_held


class DuesTick(Base):
    """One member has paid for one month. Taken back by removing the row, which is audited."""

    __tablename__ = "dues_tick"
    member_id: Mapped[int] = ref("member.id", primary_key=True)
    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    gathering_id: Mapped[int | None] = ref("gathering.id", index=True)
    ticked_at: Mapped[Moment]
    ticked_by: Mapped[int] = ref("account.id")
    created_at: Mapped[Created]

    __table_args__ = (is_month("period"),)


def tick_dues(
    session: Session, roll_id: int, member_id: int, paid: bool, *, by: int, via: Via, now: datetime
) -> None:
    """Write that somebody on this roll paid the dues of its month, or take that back; also once confirmed.

    The same tick again changes nothing. Refused: not_found, not_published, cancelled, not_on_roll.
    """
    head, _ = line_held(session, roll_id, member_id)
    period = head.gathering.period
    if paid:
        tick = insert(DuesTick).values(
            member_id=member_id, period=period, gathering_id=head.gathering.id, ticked_at=now, ticked_by=by
        )
        changed = session.scalar(tick.on_conflict_do_nothing().returning(DuesTick.member_id))
    else:
        gone = delete(DuesTick).where(DuesTick.member_id == member_id, DuesTick.period == period)
        changed = session.scalar(gone.returning(DuesTick.member_id))
    if changed is not None:
        record(
            session, "tick_dues", "member", member_id, via=via, account_id=by, org_id=head.org.id,
            before={"paid": not paid}, after={"paid": paid, "period": period},
        )  # fmt: skip
