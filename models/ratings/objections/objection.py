"""Objections (异议) to an entry or to a star: by phone or by word of mouth, answered by another hand."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, Index, Integer, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, coded, one_of, ref
from models.people.request import Staged
from models.people.said import Said


class ObjectionState(StrEnum):
    """Where an objection stands; an answer may be appealed by another objection."""

    SUBMITTED = "submitted"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


OBJECTION_STATE_TEXT = {
    ObjectionState.SUBMITTED: "办理中",
    ObjectionState.UPHELD: "属实，已更正",
    ObjectionState.REJECTED: "核实后维持",
    ObjectionState.WITHDRAWN: "已撤回",
}


ANSWERED = (ObjectionState.UPHELD, ObjectionState.REJECTED)
OPEN = text(one_of("state", ObjectionState.SUBMITTED))


class Desk(StrEnum):
    """Who is to answer: the branch, the township above it, or the zone."""

    BRANCH = "branch"
    TOWNSHIP = "township"
    ZONE = "zone"


class Objection(Base, Staged):
    """One objection of one member to one entry, or to the star of one rating.

    Never answered by whoever made the disputed entry. `appeals` is the answer it objects to.
    """

    MISSING = "没有找到这件异议"
    YES = ObjectionState.UPHELD

    __tablename__ = "objection"
    id: Mapped[Key]
    branch_id: Mapped[int] = ref("org.id")
    member_id: Mapped[int] = ref("member.id", index=True)
    entry_id: Mapped[int | None] = ref("point_entry.id", index=True)
    rating_id: Mapped[int | None] = ref("rating.id", index=True)
    appeals: Mapped[int | None] = ref("objection.id", unique=True)
    desk: Mapped[Desk] = coded(Desk, "desk", server_default="branch")
    said: Mapped[str] = mapped_column(String(200))
    how: Mapped[Said | None] = coded(Said, "how")
    recorded_by: Mapped[int | None] = ref("account.id")
    asked_at: Mapped[Moment]
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[ObjectionState] = coded(ObjectionState, "state", server_default="submitted")
    finding: Mapped[str | None] = mapped_column(String(200))
    answered_at: Mapped[Moment | None]
    answered_by: Mapped[int | None] = ref("account.id")
    told_how: Mapped[Said | None] = coded(Said, "told_how")
    told_on: Mapped[date | None] = mapped_column(Date)
    total_before: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    total_after: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    star_before: Mapped[int | None] = mapped_column(Integer)
    star_after: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("num_nonnulls(entry_id, rating_id) = 1", name="about_one_thing"),
        CheckConstraint("said <> ''", name="said"),
        CheckConstraint("(how IS NULL) = (recorded_by IS NULL)", name="recorded_as_it_was_said"),
        CheckConstraint(
            f"({one_of('state', *ANSWERED)}) = (answered_by IS NOT NULL)"
            " AND (answered_by IS NULL) = (answered_at IS NULL) AND (answered_by IS NULL) = (finding IS NULL)"
            " AND finding <> ''",
            name="answered_with_finding",
        ),
        CheckConstraint("(told_how IS NULL) = (told_on IS NULL)", name="told_on_a_day"),
        CheckConstraint(f"appeals IS NULL OR desk <> '{Desk.BRANCH}'", name="appealed_above"),
        Index("ix_objection_branch_id_state", "branch_id", "state"),
        Index("uq_objection_entry_open", "entry_id", unique=True, postgresql_where=OPEN),
        Index("uq_objection_rating_open", "rating_id", "member_id", unique=True, postgresql_where=OPEN),
    )
