"""Proposals (申报): what waits for a second person's approval and counts nothing until then."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, Date, Index, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, coded, is_cycle, is_month, ref
from models.people.request import Answered, decided_by_someone
from models.people.said import Said


class ProposalState(StrEnum):
    """Where a proposal stands; only a submitted one changes."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


PROPOSAL_STATE_TEXT = {
    ProposalState.SUBMITTED: "等审核",
    ProposalState.APPROVED: "已记分",
    ProposalState.REJECTED: "没有同意",
    ProposalState.WITHDRAWN: "已撤回",
}


class Proposal(Base, Answered):
    """One deed of one item, for one member or many: declared by the member, or written by an account.

    `by_member_id` is whose wish it is; with an account beside it, it was recorded for them, `how` says how.
    """

    MISSING = "没有找到这件申报"
    OVER = "已经审核过了，或者已经撤回"
    YES = ProposalState.APPROVED

    __tablename__ = "proposal"
    id: Mapped[Key]
    branch_id: Mapped[int] = ref("org.id")
    scheme_id: Mapped[int] = ref("scheme.id")
    item: Mapped[str] = mapped_column(String(40))
    level: Mapped[str | None] = mapped_column(String(40))
    cycle: Mapped[str] = mapped_column(String(7))
    period: Mapped[str] = mapped_column(String(7))
    occurred_on: Mapped[date] = mapped_column(Date)
    quantity: Mapped[Decimal] = mapped_column(Numeric(12, 4))
    title: Mapped[str] = mapped_column(String(60))  # what was done, in the proposer's words
    evidence: Mapped[str | None] = mapped_column(String(80))  # a document's name and number, never a file
    state: Mapped[ProposalState] = coded(ProposalState, "state", server_default="submitted")
    by_member_id: Mapped[int | None] = ref("member.id")
    account_id: Mapped[int | None] = ref("account.id")
    how: Mapped[Said | None] = coded(Said, "how")
    submitted_at: Mapped[Moment]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("title <> '' AND evidence <> ''", name="title"),
        CheckConstraint("quantity > 0 AND quantity <> 'NaN'", name="quantity"),
        is_cycle("cycle"),
        is_month("period"),
        CheckConstraint("num_nonnulls(by_member_id, account_id) > 0", name="by_someone"),
        CheckConstraint(
            "(how IS NOT NULL) = (by_member_id IS NOT NULL AND account_id IS NOT NULL)",
            name="recorded_as_it_was_said",
        ),
        decided_by_someone(ProposalState.APPROVED),
        CheckConstraint("decided_by <> account_id", name="by_a_second_person"),
        CheckConstraint(
            f"state <> '{ProposalState.REJECTED}' OR answer IS NOT NULL", name="rejected_with_reason"
        ),
        Index("ix_proposal_branch_id_state", "branch_id", "state"),
        Index("ix_proposal_by_member_id", "by_member_id", postgresql_where=text("by_member_id IS NOT NULL")),
    )


class ProposalMember(Base):
    """One of those a proposal is for. Struck by whoever approved it: no entry is made."""

    __tablename__ = "proposal_member"
    proposal_id: Mapped[int] = ref("proposal.id", primary_key=True)
    member_id: Mapped[int] = ref("member.id", primary_key=True)
    struck: Mapped[bool] = mapped_column(Boolean, server_default="false")

    __table_args__ = (Index("ix_proposal_member_member_id", "member_id"),)
