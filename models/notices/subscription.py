"""How many subscription messages somebody has allowed: an estimate, for WeChat keeps the true count."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, Integer, String, case, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Created, Moment, ref
from models.people.binding import Binding

# A phone's report and WeChat's event of one tap come within so long of each other.
SAME_TAP = timedelta(seconds=60)
# So long nobody is asked again whose phone, or WeChat, had the template switched off.
UNASKED = timedelta(days=7)


class Subscription(Base):
    """What one bound phone allows for one template.

    The phone's report and WeChat's event tell of the same tap: within 60 s the larger counts, never the sum.
    """

    __tablename__ = "subscription"
    binding_id: Mapped[int] = ref("binding.id", primary_key=True)
    template_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    remaining: Mapped[int] = mapped_column(Integer, server_default="0")
    tapped_at: Mapped[Moment | None]
    tapped_n: Mapped[int] = mapped_column(Integer, server_default="0")
    switched_off: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[Created]

    __table_args__ = (CheckConstraint("remaining >= 0 AND tapped_n >= 0", name="counts"),)


def allow(session: Session, binding_id: int, template_id: str, taps: int, *, now: datetime) -> None:
    """Add what somebody allowed by so many taps, told by their phone or by WeChat, in either order.

    Nothing changes where the template was switched off after these taps.
    """
    mine = Subscription
    same = mine.tapped_at.between(now - SAME_TAP, now + SAME_TAP)
    more = func.greatest(taps - mine.tapped_n, 0)
    row = {"binding_id": binding_id, "template_id": template_id, "remaining": taps}
    session.execute(
        insert(Subscription)
        .values(**row, tapped_at=now, tapped_n=taps)
        .on_conflict_do_update(
            index_elements=["binding_id", "template_id"],
            set_={
                "remaining": mine.remaining + case((same, more), else_=taps),
                "tapped_n": case(
                    (same, func.greatest(taps, mine.tapped_n)),
                    (mine.tapped_at > now, mine.tapped_n),
                    else_=taps,
                ),
                "tapped_at": case((same, mine.tapped_at), else_=func.greatest(mine.tapped_at, now)),
                "switched_off": False,
            },
            where=or_(not_(mine.switched_off), mine.tapped_at <= now),
        )
    )


def switch_off(session: Session, binding_id: int, template_id: str, *, now: datetime) -> None:
    """Send nothing more by a template that is banned or switched off; all grants of it are void.

    Nothing changes where a later tap allowed it again.
    """
    row = {"remaining": 0, "tapped_at": now, "tapped_n": 0, "switched_off": True}
    session.execute(
        insert(Subscription)
        .values(binding_id=binding_id, template_id=template_id, **row)
        .on_conflict_do_update(
            index_elements=["binding_id", "template_id"],
            set_=row,
            where=or_(Subscription.tapped_at.is_(None), Subscription.tapped_at <= now),
        )
    )


def is_asked(session: Session, binding_id: int, template_id: str, *, now: datetime) -> bool:
    """Return whether the phone may offer to be reminded: not for a week after it was switched off."""
    switched_off_at = session.scalar(
        select(Subscription.tapped_at).where(
            Subscription.binding_id == binding_id,
            Subscription.template_id == template_id,
            Subscription.switched_off,
        )
    )
    return switched_off_at is None or switched_off_at + UNASKED <= now


def bound_phone(session: Session, appid: str, openid_hash: bytes) -> int | None:
    """Return the id of the open binding of a WeChat user; None for somebody unbound."""
    return session.scalar(
        select(Binding.id).where(
            Binding.appid == appid, Binding.openid_hash == openid_hash, Binding.ended_at.is_(None)
        )
    )


def spend_grants(
    session: Session, template_id: str | None, *, went: Sequence[int], used_up: Sequence[int]
) -> None:
    """Take one grant from the bindings whose message went out, and all from those WeChat says have none."""
    for binding_ids, left in ((went, func.greatest(Subscription.remaining - 1, 0)), (used_up, 0)):
        if binding_ids:
            session.execute(
                update(Subscription)
                .where(Subscription.binding_id.in_(binding_ids), Subscription.template_id == template_id)
                .values(remaining=left)
                .execution_options(synchronize_session=False)
            )
