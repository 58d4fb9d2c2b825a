"""Claims: the clock takes one try to publish at a time, with all it needs, before it calls WeChat."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from models.articles.article import Article, Picture
from models.articles.editing import blocks_of
from models.articles.html import Block
from models.articles.publication import Publication, PublicationState

LEASE = timedelta(seconds=60)


class Claim(NamedTuple):
    """One try, held for 60 s: what is to be published, and what WeChat gave for the steps so far.

    `doubt`: nobody knows whether the next step was done already. `pictures` is id -> address in the account,
    in the order of the article.
    """

    publication_id: int
    article_id: int
    attempt_no: int
    withdrawing: bool
    doubt: bool
    polls: int
    title: str
    byline: str
    digest: str
    blocks: list[Block]
    pictures: dict[int, str | None]
    cover_media_id: str | None
    draft_media_id: str | None
    publish_id: str | None
    wechat_article_id: str | None


def claim_publication(session: Session, *, now: datetime) -> Claim | None:
    """Take the try that is due first and nobody holds, for a lease of 60 s; None where there is none.

    Commit before the call to WeChat. A lease that ran out is taken again, in doubt.
    """
    waits = (
        PublicationState.QUEUED,
        PublicationState.DOUBTFUL,
        PublicationState.SUBMITTED,
        PublicationState.WITHDRAWING,
    )
    query = (
        select(Publication)
        .where(
            or_(
                and_(Publication.state.in_(waits), Publication.not_before <= now),
                and_(Publication.state == PublicationState.WORKING, Publication.lease_until <= now),
            )
        )
        .order_by(Publication.not_before, Publication.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    order = session.scalar(query.execution_options(populate_existing=True))
    if order is None:
        return None
    doubt = order.state in (PublicationState.DOUBTFUL, PublicationState.WORKING)
    order.attempt_no += 1
    if order.state is PublicationState.WITHDRAWING:
        order.not_before = now + LEASE
    else:
        order.state, order.lease_until = PublicationState.WORKING, now + LEASE
    session.flush()
    return _claim(session, order, doubt)


def _claim(session: Session, order: Publication, doubt: bool) -> Claim:
    article = session.get_one(Article, order.article_id)
    blocks = blocks_of(session, article.id)
    urls = dict(
        session.execute(select(Picture.id, Picture.wechat_url).where(Picture.article_id == article.id)).all()
    )
    shown = {block.picture_id: urls[block.picture_id] for block in blocks if block.picture_id is not None}
    return Claim(
        order.id, article.id, order.attempt_no, order.state is PublicationState.WITHDRAWING, doubt,
        order.polls, article.title, article.byline, article.digest, blocks, shown, order.cover_media_id,
        order.draft_media_id, order.publish_id, order.wechat_article_id,
    )  # fmt: skip


def jpeg_of(session: Session, picture_id: int) -> bytes:
    """Return the bytes of a picture."""
    return session.scalars(select(Picture.jpeg).where(Picture.id == picture_id)).one()
