"""A run of the calculation for one branch: what came out, kept for good with every number."""

from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Integer, Numeric, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, ref


class RatingRun(Base):
    """The n-th run for one rating. `sha` is that of the canonical text of all its results."""

    __tablename__ = "rating_run"
    id: Mapped[Key]
    rating_id: Mapped[int] = ref("rating.id")
    number: Mapped[int] = mapped_column(Integer)
    sha: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[int] = ref("account.id")
    made_at: Mapped[Moment]
    created_at: Mapped[Created]

    __table_args__ = (
        UniqueConstraint("rating_id", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("sha ~ '^[0-9a-f]{64}$'", name="sha"),
    )


class RatingResult(Base):
    """What one run gives one member. No star is NULL, never 0; no place among others is kept.

    `detail` holds every intermediate number as a decimal string, with the reasons.
    """

    __tablename__ = "rating_result"
    run_id: Mapped[int] = ref("rating_run.id", primary_key=True)
    member_id: Mapped[int] = ref("member.id", primary_key=True)
    standing: Mapped[str] = mapped_column(String(24))
    total: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    grade: Mapped[str | None] = mapped_column(String(24))
    star_by_total: Mapped[int | None] = mapped_column(Integer)
    star_by_band: Mapped[int | None] = mapped_column(Integer)
    star_by_quota: Mapped[int | None] = mapped_column(Integer)
    star_final: Mapped[int | None] = mapped_column(Integer)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)

    __table_args__ = (
        CheckConstraint(
            "standing IN ('rated', 'probationary', 'not_rated', 'exempt', 'none')", name="standing"
        ),
        CheckConstraint("total <> 'NaN'", name="total"),
        CheckConstraint(
            "star_by_total BETWEEN 1 AND 10 AND star_by_band BETWEEN 1 AND 10"
            " AND star_by_quota BETWEEN 1 AND 10 AND star_final BETWEEN 1 AND 10",
            name="star",
        ),
        CheckConstraint("star_final IS NULL OR standing = 'rated'", name="star_only_when_rated"),
        CheckConstraint("grade <> 'unqualified' OR star_final IS NULL", name="unqualified_has_no_star"),
        CheckConstraint("jsonb_typeof(detail) = 'object'", name="detail"),
    )
