"""The trail of an article: who proposed, reviewed, approved, published it or sent it back."""

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Date, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, coded, ref


class Act(StrEnum):
    """One step of the way."""

    PROPOSED = "proposed"
    TAKEN_BACK = "taken_back"
    REVIEW_PASSED = "review_passed"
    REVIEW_REJECTED = "review_rejected"
    APPROVED = "approved"
    APPROVAL_REJECTED = "approval_rejected"
    ORDERED = "ordered"  # 发布: the job does the rest
    PUBLISHED = "published"
    PUBLISH_FAILED = "publish_failed"
    WITHDRAWN = "withdrawn"


ACT_TEXT = {
    Act.PROPOSED: "供稿",
    Act.TAKEN_BACK: "收回修改",
    Act.REVIEW_PASSED: "保密审核通过",
    Act.REVIEW_REJECTED: "保密审核退回",
    Act.APPROVED: "批准",
    Act.APPROVAL_REJECTED: "审批退回",
    Act.ORDERED: "交付发布",
    Act.PUBLISHED: "已发布",
    Act.PUBLISH_FAILED: "没有发布成功",
    Act.WITHDRAWN: "撤稿",
}
SENT_BACK = (Act.REVIEW_REJECTED, Act.APPROVAL_REJECTED, Act.PUBLISH_FAILED, Act.WITHDRAWN)


class ArticleAct(Base):
    """One act on one version of an article. A signature on paper has its signer, day and number."""

    __tablename__ = "article_act"
    id: Mapped[Key]
    article_id: Mapped[int] = ref("article.id", index=True)
    version: Mapped[int] = mapped_column(Integer)
    act: Mapped[Act] = coded(Act, "act")
    account_id: Mapped[int | None] = ref("account.id")  # none: WeChat's answer, brought by the clock
    checklist: Mapped[dict[str, Any] | None] = mapped_column(JSONB)  # code -> ticked
    reason: Mapped[str | None] = mapped_column(String(200))
    paper_signer: Mapped[str | None] = mapped_column(String(40))
    paper_signed_on: Mapped[date | None] = mapped_column(Date)
    paper_number: Mapped[str | None] = mapped_column(String(40))
    acted_at: Mapped[Moment]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("act IN ('published', 'publish_failed') OR account_id IS NOT NULL", name="has_hand"),
        CheckConstraint(
            "(act IN ('review_rejected', 'approval_rejected', 'publish_failed', 'withdrawn'))"
            " = (reason IS NOT NULL) AND reason <> ''",
            name="sent_back_with_reason",
        ),
        CheckConstraint("act <> 'review_passed' OR checklist IS NOT NULL", name="reviewed_by_checklist"),
        CheckConstraint(
            "num_nonnulls(paper_signer, paper_signed_on, paper_number) IN (0, 3)"
            " AND (paper_signer IS NULL OR act IN ('approved', 'approval_rejected'))",
            name="paper_is_whole",
        ),
    )
