"""Members, and the spells in which something else than usual holds for them."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, Date, Index, LargeBinary, String, exists, select, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Created, Key, Lasting, coded, ref


class MemberStatus(StrEnum):
    """A member's standing in the Party."""

    FULL = "full"
    PROBATIONARY = "probationary"
    SUSPENDED = "suspended"
    OUT_OF_CONTACT = "out_of_contact"
    TRANSFERRED_OUT = "transferred_out"
    DECEASED = "deceased"
    REMOVED = "removed"


MEMBER_STATUS_TEXT = {
    MemberStatus.FULL: "正式党员",
    MemberStatus.PROBATIONARY: "预备党员",
    MemberStatus.SUSPENDED: "停止党籍",
    MemberStatus.OUT_OF_CONTACT: "失联党员",
    MemberStatus.TRANSFERRED_OUT: "已转出",
    MemberStatus.DECEASED: "已去世",
    MemberStatus.REMOVED: "已除名",
}

# Who is expected at a gathering.
ON_ROLLS = (MemberStatus.FULL, MemberStatus.PROBATIONARY)


class Member(Base):
    """One Party member of one branch. No sex, no birth date, no ID number, ever."""

    __tablename__ = "member"
    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(40))
    branch_id: Mapped[int] = ref("org.id", index=True)
    group_id: Mapped[int | None] = ref("org.id", index=True)
    status: Mapped[MemberStatus] = coded(MemberStatus, "status")
    joined_on: Mapped[date | None] = mapped_column(Date)
    full_on: Mapped[date | None] = mapped_column(Date)
    office: Mapped[str | None] = mapped_column(String(40))  # as the roster says; gives no right
    no_phone: Mapped[bool] = mapped_column(Boolean, server_default="false")
    phone_box: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    family_phone_box: Mapped[bytes | None] = mapped_column(LargeBinary)
    came_on: Mapped[date | None] = mapped_column(Date)  # to a branch of this zone, from elsewhere
    left_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("name <> '' AND name = btrim(name)", name="name"),
        CheckConstraint("full_on >= joined_on", name="full_after_joined"),
        CheckConstraint("status <> 'probationary' OR full_on IS NULL", name="probationary_not_full"),
        CheckConstraint("(phone_box IS NULL) = (phone_hash IS NULL)", name="phone_sealed_and_hashed"),
        CheckConstraint(
            "(status IN ('transferred_out', 'deceased', 'removed')) = (left_on IS NOT NULL)",
            name="left_with_date",
        ),
        Index("ix_member_branch_id_name", "branch_id", "name"),
    )


def surname_order(name: str) -> bytes:
    """Return the key for the order of surnames: GBK puts common characters in the order of their sound."""
    return name.encode("gbk", errors="replace")


class SpellKind(StrEnum):
    """What holds for a while: away for long, duties not required, outside the rating, a category."""

    AWAY = "away"
    EXEMPT = "exempt"
    NOT_RATED = "not_rated"
    CATEGORY = "category"


class Spell(Base, Lasting):
    """One stretch of days of one kind for one member; two of a kind never overlap.

    Called off before it began, it ends on the eve of its first day and covers none.
    """

    __tablename__ = "spell"
    id: Mapped[Key]
    member_id: Mapped[int] = ref("member.id", index=True)
    kind: Mapped[SpellKind] = coded(SpellKind, "kind")
    code: Mapped[str | None] = mapped_column(String(24))  # category code, or the coarse ground
    place: Mapped[str | None] = mapped_column(String(40))  # county level, never finer
    host: Mapped[str | None] = mapped_column(String(60))  # the branch that receives a floating member
    contact: Mapped[str | None] = mapped_column(String(40))
    approved_by: Mapped[int | None] = ref("account.id")
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("to_on >= from_on - 1", name="ends_after_start"),
        CheckConstraint("kind <> 'category' OR code IS NOT NULL", name="category_has_code"),
        # Ranges of one number stand for equality, so that no extension is needed; kinds differ in
        # their first letter.
        ExcludeConstraint(
            (text("int8range(member_id, member_id, '[]')"), "&&"),
            (text("int4range(ascii(kind), ascii(kind), '[]')"), "&&"),
            (text("daterange(from_on, to_on + 1, '[)')"), "&&"),
            using="gist",
            name="ex_spell_no_overlap",
        ),
    )


def shares_phone(session: Session, member: Member) -> bool:
    """Return whether another member on any roll has the same number on the roster."""
    if member.phone_hash is None:
        return False
    same = exists().where(
        Member.phone_hash == member.phone_hash, Member.id != member.id, Member.status.in_(ON_ROLLS)
    )
    return bool(session.scalar(select(same)))
