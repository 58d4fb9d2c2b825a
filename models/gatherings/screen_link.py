"""A link that shows the hall's screen of one gathering on a computer where nobody is logged in."""

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, ref


class ScreenLink(Base):
    """Good for four hours; exchanged once for a cookie that reads this screen and nothing else."""

    __tablename__ = "screen_link"
    id: Mapped[Key]
    gathering_id: Mapped[int] = ref("gathering.id", index=True)
    link_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    cookie_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    issued_by: Mapped[int] = ref("account.id")
    issued_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("expires_at > issued_at", name="expires_after_issue"),
        CheckConstraint("(used_at IS NULL) = (cookie_hash IS NULL)", name="used_with_cookie"),
    )
