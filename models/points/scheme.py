"""Published schemes: documents with a version that is never changed again."""

from typing import Any

from sqlalchemy import CheckConstraint, Integer, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, ref


class Scheme(Base):
    """One version of one scheme. Once `published_at` is set the database refuses every change."""

    __tablename__ = "scheme"
    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(24))
    version: Mapped[int] = mapped_column(Integer)
    issuer_id: Mapped[int] = ref("org.id")
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sha: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[Moment | None]
    created_at: Mapped[Created]

    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("code ~ '^[A-Z][A-Z0-9_]*$'", name="code"),
        CheckConstraint("sha ~ '^[0-9a-f]{64}$'", name="sha"),
    )
