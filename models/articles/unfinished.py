"""Articles on their way: what a branch passes on when its hands change."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.articles.article import Article, ArticleState
from models.people.org import Org

OVER = (ArticleState.PUBLISHED, ArticleState.WITHDRAWN)


def unfinished_articles(session: Session, org: Org) -> list[int]:
    """Return the articles of an organisation and those below it that are neither out nor withdrawn."""
    query = (
        select(Article.id)
        .join(Org, Org.id == Article.org_id)
        .where(Org.path.startswith(org.path), Article.state.not_in(OVER))
    )
    return list(session.scalars(query.order_by(Article.id)))


def article_titles(session: Session, article_ids: Collection[int]) -> dict[int, str]:
    """Return id -> title of these articles."""
    query = select(Article.id, Article.title).where(Article.id.in_(article_ids))
    return dict(session.execute(query).all())
