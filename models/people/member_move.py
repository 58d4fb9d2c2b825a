"""Where members belonged before: each move within the zone, with the day and the paper."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import BindParameter, CheckConstraint, ColumnElement, Date, String, and_, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, ref
from models.people.member import Member


class MemberMove(Base):
    """One move from a branch to another; on `moved_on` the member belonged to the new one."""

    __tablename__ = "member_move"
    id: Mapped[Key]
    member_id: Mapped[int] = ref("member.id", index=True)
    from_branch_id: Mapped[int] = ref("org.id")
    to_branch_id: Mapped[int] = ref("org.id")
    moved_on: Mapped[date] = mapped_column(Date)
    document: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int] = ref("account.id")
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("from_branch_id <> to_branch_id", name="to_another"),
        CheckConstraint("document <> ''", name="document"),
    )


def branch_on(day: date | BindParameter[date]) -> ColumnElement[int]:
    """Return the id of the branch that a member (of the query around) belonged to on `day`, in SQL."""
    first_after = (
        select(MemberMove.from_branch_id)
        .where(MemberMove.member_id == Member.id, MemberMove.moved_on > day)
        .order_by(MemberMove.moved_on, MemberMove.id)
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(first_after, Member.branch_id)


def belonged(branch_ids: Collection[int], day: date) -> ColumnElement[bool]:
    """Say in SQL that a member (of the query around) belonged to one of these branches on `day`."""
    moved = select(MemberMove.member_id).where(
        MemberMove.from_branch_id.in_(branch_ids), MemberMove.moved_on > day
    )
    # The first condition is what an index finds; the second is what is meant.
    near = or_(Member.branch_id.in_(branch_ids), Member.id.in_(moved))
    return and_(near, branch_on(day).in_(branch_ids))
