"""What a confirmed rating was made of, frozen: anyone can reckon it again years later."""

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, ref


class RatingSnapshot(Base):
    """Scheme, facts, results and acts of one confirmed rating as one JSON text with its hash."""

    __tablename__ = "rating_snapshot"
    id: Mapped[Key]
    rating_id: Mapped[int] = ref("rating.id", index=True)
    run_id: Mapped[int] = ref("rating_run.id", unique=True)
    document: Mapped[str] = mapped_column(Text)
    sha: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[int] = ref("account.id")
    made_at: Mapped[Moment]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("jsonb_typeof(document::jsonb) = 'object'", name="document"),
        CheckConstraint("sha = encode(sha256(convert_to(document, 'UTF8')), 'hex')", name="sha"),
    )
