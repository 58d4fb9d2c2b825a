"""What the meeting decided about one member in one rating: the grade, a level up or down, a seat."""

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Date, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, coded, ref


class GradeKind(StrEnum):
    """The four grades of the democratic appraisal, as a scheme weighs them (models.points.schemes.stars)."""

    EXCELLENT = "excellent"
    QUALIFIED = "qualified"
    BASICALLY_QUALIFIED = "basically_qualified"
    UNQUALIFIED = "unqualified"


class MemberGrade(Base):
    """The grade decided for one member. `votes` are all those for 优秀; `at_host`: appraised elsewhere."""

    __tablename__ = "member_grade"
    rating_id: Mapped[int] = ref("rating.id", primary_key=True)
    member_id: Mapped[int] = ref("member.id", primary_key=True)
    grade: Mapped[GradeKind] = coded(GradeKind, "grade")
    votes: Mapped[int | None] = mapped_column(Integer)
    at_host: Mapped[bool] = mapped_column(Boolean, server_default="false")
    voices: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    decided_on: Mapped[date] = mapped_column(Date)
    account_id: Mapped[int] = ref("account.id")
    written_at: Mapped[Moment]

    __table_args__ = (
        CheckConstraint("votes >= 0", name="votes"),
        CheckConstraint("voices IS NULL OR jsonb_typeof(voices) = 'object'", name="voices"),
    )


class RulingKind(StrEnum):
    """What a meeting may decide beside the grade."""

    RAISE = "raise"
    LOWER = "lower"
    SEAT = "seat"


class Ruling(Base):
    """A star one level up or down with the meeting's reason, or a seat that a tie left open."""

    __tablename__ = "ruling"
    rating_id: Mapped[int] = ref("rating.id", primary_key=True)
    member_id: Mapped[int] = ref("member.id", primary_key=True)
    kind: Mapped[RulingKind] = coded(RulingKind, "kind")
    star: Mapped[int | None] = mapped_column(Integer)  # of the seat
    reason: Mapped[str] = mapped_column(String(200))
    decided_on: Mapped[date] = mapped_column(Date)
    account_id: Mapped[int] = ref("account.id")
    written_at: Mapped[Moment]

    __table_args__ = (
        CheckConstraint("(kind = 'seat') = (star IS NOT NULL) AND star BETWEEN 1 AND 10", name="seat"),
        CheckConstraint("reason <> ''", name="reason"),
    )
