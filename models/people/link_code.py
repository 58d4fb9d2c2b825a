"""Eight digits that tie one device to what another already is; only their keyed hash is stored."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, coded, ref


class LinkKind(StrEnum):
    """What is tied: the account's chat to a member (关联码), a phone to a console account."""

    CHAT = "chat"
    BRANCH = "branch"


class LinkCode(Base):
    """One code, good for five minutes and once."""

    __tablename__ = "link_code"
    id: Mapped[Key]
    kind: Mapped[LinkKind] = coded(LinkKind, "kind")
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    member_id: Mapped[int | None] = ref("member.id")
    account_id: Mapped[int | None] = ref("account.id")
    issued_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]
    void_at: Mapped[Moment | None]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("expires_at > issued_at", name="expires_after_issue"),
        CheckConstraint(
            "(kind = 'chat') = (member_id IS NOT NULL) AND (kind = 'branch') = (account_id IS NOT NULL)",
            name="of_one_person",
        ),
        CheckConstraint("used_at IS NULL OR void_at IS NULL", name="used_or_void"),
        Index(
            "uq_link_code_live",
            "kind",
            "code_hash",
            unique=True,
            postgresql_where=text("used_at IS NULL AND void_at IS NULL"),
        ),
    )
