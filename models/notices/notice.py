"""Notices: what is told about a gathering, once, to a frozen audience."""

from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Integer, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, coded, ref


class NoticeKind(StrEnum):
    """One notice, one reminder, one change message per real change; a prompt is for secretaries alone."""

    NOTICE = "notice"
    REMINDER = "reminder"
    CHANGE = "change"
    PROMPT = "prompt"


# What the whole audience is to hear of, by telephone if not otherwise.
TO_EVERYBODY = (NoticeKind.NOTICE, NoticeKind.CHANGE)


class Notice(Base):
    """One notice of one version of a gathering. `texts` are the words as they were published.

    Reminders and prompts are published by the clock: nobody's hand. A prompt's version says what it is about.
    """

    __tablename__ = "notice"
    id: Mapped[Key]
    gathering_id: Mapped[int] = ref("gathering.id")
    kind: Mapped[NoticeKind] = coded(NoticeKind, "kind")
    version: Mapped[int] = mapped_column(Integer)
    texts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    published_at: Mapped[Moment]
    published_by: Mapped[int | None] = ref("account.id")
    created_at: Mapped[Created]

    __table_args__ = (
        UniqueConstraint("gathering_id", "kind", "version"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint(
            "(published_by IS NULL) = (kind IN ('reminder', 'prompt'))", name="published_by_hand_or_clock"
        ),
    )
