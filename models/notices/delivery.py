"""The outbox: one row per event and person, from planned to delivered, phoned or unknown."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, coded, ref


class Channel(StrEnum):
    """By what a person is reached."""

    TEMPLATE = "template"
    SUBSCRIBE = "subscribe"


class DeliveryState(StrEnum):
    """Where one delivery stands."""

    QUEUED = "queued"
    HELD = "held"
    SENDING = "sending"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    FAILED = "failed"
    PHONE_LIST = "phone_list"
    PHONED = "phoned"
    DROPPED = "dropped"
    CANCELLED = "cancelled"


DELIVERY_STATE_TEXT = {
    DeliveryState.QUEUED: "待发送",
    DeliveryState.HELD: "等到早上八点再发",
    DeliveryState.SENDING: "正在发送",
    DeliveryState.ACCEPTED: "微信已收下，等结果",
    DeliveryState.UNKNOWN: "没有收到结果",
    DeliveryState.DELIVERED: "已送达",
    DeliveryState.FAILED: "没有送达",
    DeliveryState.PHONE_LIST: "要打电话",
    DeliveryState.PHONED: "已告知",
    DeliveryState.DROPPED: "未发",
    DeliveryState.CANCELLED: "已取消",
}


class Delivery(Base):
    """One person is told of one event. `about` (`gathering:81:notice:502`) makes it once.

    `attempt_no` counts claims and is the fence: a sender settles only the attempt it made.
    """

    __tablename__ = "delivery"
    id: Mapped[Key]
    about: Mapped[str] = mapped_column(String(80), unique=True)
    notice_id: Mapped[int] = ref("notice.id", index=True)
    member_id: Mapped[int] = ref("member.id", index=True)
    binding_id: Mapped[int | None] = ref("binding.id")
    channel: Mapped[Channel | None] = coded(Channel, "channel")
    at_home: Mapped[bool] = mapped_column(server_default="false")  # exempt and away: their own text
    urgent: Mapped[bool] = mapped_column(server_default="false")  # let out at night by a night_override
    state: Mapped[DeliveryState] = coded(DeliveryState, "state")
    reason: Mapped[str | None] = mapped_column(String(120))
    not_before: Mapped[Moment]
    attempt_no: Mapped[int] = mapped_column(Integer, server_default="0")
    first_sent_at: Mapped[Moment | None]
    lease_until: Mapped[Moment | None]
    msgid: Mapped[str | None] = mapped_column(String(40))
    errcode: Mapped[int | None] = mapped_column(Integer)
    settled_at: Mapped[Moment | None]
    phoned_at: Mapped[Moment | None]
    phoned_by: Mapped[int | None] = ref("account.id")
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("(channel IS NULL) = (binding_id IS NULL)", name="channel_with_binding"),
        CheckConstraint(
            "state NOT IN ('queued', 'held', 'sending', 'accepted', 'unknown', 'delivered', 'failed')"
            " OR channel IS NOT NULL",
            name="sent_by_channel",
        ),
        CheckConstraint(
            "(state = 'sending') = (lease_until IS NOT NULL)"
            " AND (state <> 'sending' OR (first_sent_at IS NOT NULL AND attempt_no > 0))",
            name="sending_with_lease",
        ),
        CheckConstraint("(state = 'phoned') = (phoned_at IS NOT NULL)", name="phoned_with_time"),
        CheckConstraint("state <> 'dropped' OR reason IS NOT NULL", name="dropped_with_reason"),
        Index(
            "ix_delivery_due",
            "not_before",
            "id",
            postgresql_where=text("state IN ('queued', 'held', 'sending')"),
        ),
        Index("ix_delivery_failed", "id", postgresql_where=text("state = 'failed'")),
        Index("ix_delivery_msgid", "msgid", postgresql_where=text("msgid IS NOT NULL")),
    )
