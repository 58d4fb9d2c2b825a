"""Articles: what a branch tells the public of its activities, and the pictures in it."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, Integer, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, coded, ref

LONGEST_URL = 500


class ArticleState(StrEnum):
    """Only a draft is edited: what was reviewed is what is published."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


ARTICLE_STATE_TEXT = {
    ArticleState.DRAFT: "草稿",
    ArticleState.PROPOSED: "已供稿，待保密审核",
    ArticleState.REVIEWED: "审核通过，待审批",
    ArticleState.APPROVED: "已批准，待发布",
    ArticleState.PUBLISHING: "正在发布",
    ArticleState.PUBLISHED: "已发布",
    ArticleState.WITHDRAWN: "已撤稿",
}


class Article(Base):
    """One article of one organisation. `came_back` says why it is a draft again, or was not published.

    Lengths are WeChat's own. Nobody reviews or approves what they wrote or signed; approval on
    screen is another person's than the review's; on paper the signer is the approver.
    """

    __tablename__ = "article"
    id: Mapped[Key]
    org_id: Mapped[int] = ref("org.id", index=True)
    state: Mapped[ArticleState] = coded(ArticleState, "state", server_default="draft")
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    title: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(120), server_default="")
    byline: Mapped[str] = mapped_column(String(16))
    came_back: Mapped[str | None] = mapped_column(String(200))
    drafted_by: Mapped[int] = ref("account.id")
    proposed_at: Mapped[Moment | None]
    proposed_by: Mapped[int | None] = ref("account.id")
    reviewed_at: Mapped[Moment | None]
    reviewed_by: Mapped[int | None] = ref("account.id")
    approved_at: Mapped[Moment | None]
    approved_by: Mapped[int | None] = ref("account.id")  # who entered it, where it was signed on paper
    paper_signer: Mapped[str | None] = mapped_column(String(40))
    published_at: Mapped[Moment | None]
    url: Mapped[str | None] = mapped_column(String(LONGEST_URL))  # in the official account
    withdrawn_at: Mapped[Moment | None]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("title <> '' AND byline <> ''", name="title_and_byline"),
        CheckConstraint(
            "num_nonnulls(proposed_at, proposed_by) <> 1 AND num_nonnulls(reviewed_at, reviewed_by) <> 1"
            " AND num_nonnulls(approved_at, approved_by) <> 1",
            name="each_step_by_someone",
        ),
        CheckConstraint(
            "CASE state WHEN 'draft' THEN num_nonnulls(proposed_by, reviewed_by, approved_by) = 0"
            " WHEN 'proposed' THEN proposed_by IS NOT NULL AND num_nonnulls(reviewed_by, approved_by) = 0"
            " WHEN 'reviewed' THEN num_nonnulls(proposed_by, reviewed_by) = 2 AND approved_by IS NULL"
            " WHEN 'withdrawn' THEN withdrawn_at IS NOT NULL"
            " ELSE num_nonnulls(proposed_by, reviewed_by, approved_by) = 3 END",
            name="no_step_left_out",
        ),
        CheckConstraint(
            "reviewed_by NOT IN (proposed_by, drafted_by) AND approved_by NOT IN (proposed_by, drafted_by)"
            " AND (paper_signer IS NOT NULL OR approved_by <> reviewed_by)",
            name="nobody_approves_their_own",
        ),
        CheckConstraint(
            "paper_signer <> '' AND (paper_signer IS NULL OR approved_by IS NOT NULL)", name="signer"
        ),
        CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published_at_some_time"),
        CheckConstraint("url ~ '^https?://'", name="url"),
        Index("ix_article_published_at", "published_at", postgresql_where=text("state = 'published'")),
    )


class ArticleSource(Base):
    """One filed record that an article tells of; several make a 综合稿."""

    __tablename__ = "article_source"
    article_id: Mapped[int] = ref("article.id", primary_key=True)
    roll_id: Mapped[int] = ref("minutes.roll_id", primary_key=True, index=True)


class ArticleWriter(Base):
    """One account that wrote on an article: whoever did neither reviews nor approves it."""

    __tablename__ = "article_writer"
    article_id: Mapped[int] = ref("article.id", primary_key=True)
    account_id: Mapped[int] = ref("account.id", primary_key=True)
    wrote_at: Mapped[Moment]  # for the first time


class BlockKind(StrEnum):
    """What stands in an article; nothing else can."""

    TEXT = "text"
    LIST = "list"
    PICTURE = "picture"


class ArticleBlock(Base):
    """One block in its order: plain text, never markup. A list has one entry a line."""

    __tablename__ = "article_block"
    article_id: Mapped[int] = ref("article.id", primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[BlockKind] = coded(BlockKind, "kind")
    text: Mapped[str] = mapped_column(Text, server_default="")  # a picture's caption
    picture_id: Mapped[int | None] = ref("picture.id", index=True)

    __table_args__ = (
        CheckConstraint("position > 0", name="position"),
        CheckConstraint("(kind = 'picture') = (picture_id IS NOT NULL)", name="picture"),
        CheckConstraint("kind = 'picture' OR text <> ''", name="text"),
        CheckConstraint("char_length(text) <= 4000", name="length"),
    )


class Picture(Base):
    """One picture of one article, encoded anew: no EXIF, no place, no device. Someone vouches for consent."""

    __tablename__ = "picture"
    id: Mapped[Key]
    article_id: Mapped[int] = ref("article.id", index=True)
    sha: Mapped[bytes] = mapped_column(LargeBinary)
    jpeg: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    added_by: Mapped[int] = ref("account.id")
    added_at: Mapped[Moment]
    consent_at: Mapped[Moment]  # when whoever added it ticked that those shown agree
    wechat_url: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[Created]

    __table_args__ = (
        UniqueConstraint("article_id", "sha"),
        CheckConstraint("octet_length(sha) = 32", name="sha"),
        # WeChat takes less than a megabyte for a picture in an article. Source: WeChat, "uploadimg".
        CheckConstraint("octet_length(jpeg) BETWEEN 100 AND 1000000", name="jpeg"),
        CheckConstraint("substring(jpeg FROM 1 FOR 3) = '\\xffd8ff'::bytea", name="is_jpeg"),
        CheckConstraint("width BETWEEN 1 AND 4096 AND height BETWEEN 1 AND 4096", name="size"),
    )
