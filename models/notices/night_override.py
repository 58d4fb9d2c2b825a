"""An emergency: a notice that may ring phones in the silent hours, by a township or zone officer's act."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import CheckConstraint, ColumnElement, String, and_, case, exists, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.audit import Via, record
from models.base import Base, Created, Key, Moment, ref
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.plan import gathering_seen
from models.notices.delivery import Delivery, DeliveryState
from models.notices.notice import Notice
from models.notices.phone_list import newest_message
from models.notices.quiet import quiet_until
from models.notices.reason import Reason
from models.people.account import Account
from models.refused import Refused

LONGEST = 200
NOTHING = "没有等到早上才发的消息"


class NightOverride(Base):
    """Why one notice was let out at night, and by whom; never changed."""

    __tablename__ = "night_override"
    id: Mapped[Key]
    notice_id: Mapped[int] = ref("notice.id", unique=True)
    reason: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int] = ref("account.id")
    let_out_at: Mapped[Moment]
    created_at: Mapped[Created]

    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)


class Override(NamedTuple):
    """One emergency as the branch reads it: who let the message out, when, and why."""

    by: str
    at: datetime
    reason: str


def _waits_for_the_morning() -> ColumnElement[bool]:
    """Select what a channel could send and the night alone keeps back, calls not yet made included."""
    return and_(
        Delivery.first_sent_at.is_(None),
        or_(
            Delivery.state == DeliveryState.QUEUED,
            and_(Delivery.state == DeliveryState.HELD, Delivery.reason == Reason.NIGHT.value),
            and_(
                Delivery.state == DeliveryState.PHONE_LIST,
                Delivery.reason == Reason.BEFORE_MORNING.value,
                Delivery.channel.is_not(None),
            ),
        ),
    )


def _is_no_night_before(gathering: Gathering, now: datetime) -> bool:
    """Say whether it is day, or the gathering is over: what the night had left to a call stays one."""
    return quiet_until(now) is None or gathering.ends_at <= now


def may_let_out(session: Session, gathering_id: int, *, now: datetime) -> bool:
    """Return whether the newest message of a gathering waits for the morning and was not let out yet."""
    notice = newest_message(session, gathering_id)
    if notice is None or _is_no_night_before(session.get_one(Gathering, gathering_id), now):
        return False
    if session.scalar(select(exists().where(NightOverride.notice_id == notice.id))):
        return False
    kept = exists().where(Delivery.notice_id == notice.id, _waits_for_the_morning())
    return bool(session.scalar(select(kept.where(Delivery.state != DeliveryState.QUEUED))))


def let_out(session: Session, gathering_id: int, reason: str, *, by: int, now: datetime) -> int:
    """Send what the newest message holds back for the night at once; return how many messages that are.

    Once for each message; the branch reads who did it and why. Rule: silence from 21:00 to 08:00, but for
    an emergency that a township or the zone answers for.
    Refused: not_found, not_published, reason_missing, already_overridden, nothing_held.
    """
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= LONGEST:
        raise Refused("reason_missing", f"请写明紧急的原因，最多 {LONGEST} 个字")
    gathering = gathering_seen(session, gathering_id, lock=True)
    notice = newest_message(session, gathering_id)
    if notice is None or gathering.state is GatheringState.DRAFT:
        raise Refused("not_published", "还没有发布")
    if session.scalar(select(exists().where(NightOverride.notice_id == notice.id))):
        raise Refused("already_overridden", "这条消息已经在夜里发过一次")
    if _is_no_night_before(gathering, now):
        raise Refused("nothing_held", NOTHING)
    let = session.execute(
        update(Delivery)
        .where(Delivery.notice_id == notice.id, _waits_for_the_morning())
        .values(
            urgent=True,
            state=DeliveryState.QUEUED,
            reason=None,
            # What WeChat put off keeps its pause.
            not_before=case((Delivery.state == DeliveryState.QUEUED, Delivery.not_before), else_=now),
        )
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not let:
        raise Refused("nothing_held", NOTHING)
    session.add(NightOverride(notice_id=notice.id, reason=reason, account_id=by, let_out_at=now))
    record(
        session, "override_night", "notice", notice.id, via=Via.CONSOLE, account_id=by,
        org_id=gathering.org_id, after={"gathering": gathering_id, "messages": len(let)},
    )  # fmt: skip
    session.flush()
    return len(let)


def overrides_of(session: Session, gathering_id: int) -> list[Override]:
    """Return the emergencies of a gathering's messages, the newest first."""
    rows = session.execute(
        select(Account.name, NightOverride.let_out_at, NightOverride.reason)
        .join(Notice, Notice.id == NightOverride.notice_id)
        .join(Account, Account.id == NightOverride.account_id)
        .where(Notice.gathering_id == gathering_id)
        .order_by(NightOverride.id.desc())
    ).all()
    return [Override(*row) for row in rows]
