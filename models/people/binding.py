"""The link between a WeChat user and a member: bind codes, bindings, phone sessions."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, and_, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, coded, ref


class BoundBy(StrEnum):
    """How a binding came about."""

    SLIP = "slip"
    LINK_CODE = "link_code"
    PHONE = "phone"


class Binding(Base):
    """One WeChat user of one app is one member, from one moment to another.

    The openid is erased when the binding ends; its keyed hash stays. `busy_until` keeps two messages
    to one person from being in flight at once.
    """

    __tablename__ = "binding"
    id: Mapped[Key]
    appid: Mapped[str] = mapped_column(String(32))
    openid: Mapped[str | None] = mapped_column(String(64))
    openid_hash: Mapped[bytes] = mapped_column(LargeBinary)
    member_id: Mapped[int] = ref("member.id", index=True)
    bound_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    how: Mapped[BoundBy] = coded(BoundBy, "how")
    issued_by: Mapped[int | None] = ref("account.id")
    busy_until: Mapped[Moment | None]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (openid IS NOT NULL)", name="openid_while_open"),
        Index(
            "uq_binding_openid",
            "appid",
            "openid_hash",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_binding_member", "appid", "member_id", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
    )


class BindCode(Base):
    """A printed slip for one member; only the code's keyed hash is stored."""

    __tablename__ = "bind_code"
    id: Mapped[Key]
    member_id: Mapped[int] = ref("member.id")
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    issued_by: Mapped[int | None] = ref("account.id")
    issued_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    void_at: Mapped[Moment | None]

    __table_args__ = (
        CheckConstraint("expires_at > issued_at", name="expires_after_issue"),
        Index("uq_bind_code_live", "member_id", unique=True, postgresql_where=text("void_at IS NULL")),
    )


class BindCodeUse(Base):
    """A slip serves each app once: whoever inserts the row has claimed it."""

    __tablename__ = "bind_code_use"
    code_id: Mapped[int] = ref("bind_code.id", primary_key=True)
    appid: Mapped[str] = mapped_column(String(32), primary_key=True)
    openid_hash: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[Moment]


class PhoneSession(Base):
    """A phone that logged in by wx.login. No session_key is kept."""

    __tablename__ = "phone_session"
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    appid: Mapped[str] = mapped_column(String(32))
    openid: Mapped[str] = mapped_column(String(64))
    openid_hash: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    started_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    staff_id: Mapped[int | None] = ref("account.id", index=True)  # whose posts it carries, and since when
    staff_from: Mapped[Moment | None]

    __table_args__ = (
        CheckConstraint("expires_at > started_at", name="expires_after_start"),
        CheckConstraint("(staff_id IS NULL) = (staff_from IS NULL)", name="staff_since"),
    )


# In SQL: the binding that is open behind a phone session.
BEHIND_SESSION = and_(
    Binding.appid == PhoneSession.appid,
    Binding.openid_hash == PhoneSession.openid_hash,
    Binding.ended_at.is_(None),
)
