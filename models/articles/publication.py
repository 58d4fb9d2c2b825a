"""Publication: one try to bring one version of an article into the official account, step by step."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, coded, ref


class PublicationState(StrEnum):
    """Queued until a sender claims it; submitted until WeChat tells, by event or when asked, how it ended.

    `doubtful`: nobody knows whether a step was done, so it is looked for before it is repeated.
    """

    QUEUED = "queued"
    WORKING = "working"
    DOUBTFUL = "doubtful"
    SUBMITTED = "submitted"
    DONE = "done"
    FAILED = "failed"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"


OPEN = ("queued", "working", "doubtful", "submitted")


class Publication(Base):
    """One try. What WeChat gave for a step is kept as soon as it is known, so that no step is done twice."""

    __tablename__ = "publication"
    id: Mapped[Key]
    article_id: Mapped[int] = ref("article.id", index=True)
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[PublicationState] = coded(PublicationState, "state", server_default="queued")
    ordered_by: Mapped[int] = ref("account.id")
    ordered_at: Mapped[Moment]
    not_before: Mapped[Moment]
    lease_until: Mapped[Moment | None]
    attempt_no: Mapped[int] = mapped_column(Integer, server_default="0")
    cover_media_id: Mapped[str | None] = mapped_column(String(128))
    draft_media_id: Mapped[str | None] = mapped_column(String(128))
    publish_id: Mapped[str | None] = mapped_column(String(64))
    submitted_at: Mapped[Moment | None]
    polls: Mapped[int] = mapped_column(Integer, server_default="0")
    wechat_article_id: Mapped[str | None] = mapped_column(String(128))
    errcode: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str | None] = mapped_column(String(200))
    finished_at: Mapped[Moment | None]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("(state = 'working') = (lease_until IS NOT NULL)", name="working_under_lease"),
        CheckConstraint("state <> 'submitted' OR publish_id IS NOT NULL", name="submitted_under_a_number"),
        CheckConstraint("state <> 'failed' OR reason IS NOT NULL", name="failed_with_reason"),
        CheckConstraint(
            "(state IN ('done', 'failed', 'withdrawing', 'withdrawn')) = (finished_at IS NOT NULL)",
            name="finished_at_some_time",
        ),
        Index(
            "uq_publication_open",
            "article_id",
            unique=True,
            postgresql_where=text("state IN ('queued', 'working', 'doubtful', 'submitted')"),
        ),
        Index("uq_publication_publish_id", "publish_id", unique=True),
        Index(
            "ix_publication_due",
            "not_before",
            postgresql_where=text("state NOT IN ('done', 'failed', 'withdrawn')"),
        ),
    )
