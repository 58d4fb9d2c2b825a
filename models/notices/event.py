"""What WeChat pushed: results of messages, and the replies we gave, each kept once."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, coded, ref


class Outcome(StrEnum):
    """What a result event says of a message."""

    DELIVERED = "delivered"
    FAILED = "failed"


class WechatEvent(Base):
    """One result event, stored before its message may even have its id; matched when both are there."""

    __tablename__ = "wechat_event"
    id: Mapped[Key]
    appid: Mapped[str] = mapped_column(String(32))
    natural_key: Mapped[str] = mapped_column(String(200))
    msgid: Mapped[str | None] = mapped_column(String(40))
    openid_hash: Mapped[bytes] = mapped_column(LargeBinary)
    happened_at: Mapped[Moment]
    outcome: Mapped[Outcome] = coded(Outcome, "outcome")
    reason: Mapped[str | None] = mapped_column(String(40))
    delivery_id: Mapped[int | None] = ref("delivery.id")
    created_at: Mapped[Created]

    __table_args__ = (
        UniqueConstraint("appid", "natural_key"),
        CheckConstraint("outcome <> 'failed' OR reason IS NOT NULL", name="failed_with_reason"),
        Index("ix_wechat_event_unmatched", "msgid", postgresql_where=text("delivery_id IS NULL")),
    )


class InboundMessage(Base):
    """One message or event of a follower and the reply it got: a repeat gets the identical text."""

    __tablename__ = "inbound_message"
    appid: Mapped[str] = mapped_column(String(32), primary_key=True)
    natural_key: Mapped[str] = mapped_column(String(200), primary_key=True)
    reply: Mapped[str] = mapped_column(String(2048))
    created_at: Mapped[Created]
