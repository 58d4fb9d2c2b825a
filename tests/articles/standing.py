"""Articles that stand somewhere on their way, each step by another hand."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.articles.article import Article, ArticleBlock, ArticleState, BlockKind
from models.people.org import Org
from tests.conftest import NOON
from tests.factories import an_account, an_article

STEPS = ("proposed", "reviewed", "approved")
TAKEN = {ArticleState.DRAFT: 0, ArticleState.PROPOSED: 1, ArticleState.REVIEWED: 2}


def an_article_at(
    session: Session, org: Org, state: ArticleState, text: str = "渠通了。", **columns: Any
) -> Article:
    """Add an article of one paragraph in this state; a published one since noon."""
    article = an_article(session, org, an_account(session), **columns)
    session.add(ArticleBlock(article_id=article.id, position=1, kind=BlockKind.TEXT, text=text))
    session.flush()
    bring(session, article, state)
    return article


def bring(session: Session, article: Article, state: ArticleState) -> None:
    """Take a draft to this state."""
    hands = [an_account(session).id for _ in STEPS]
    for step, account_id in list(zip(STEPS, hands, strict=True))[: TAKEN.get(state, 3)]:
        setattr(article, f"{step}_by", account_id)
        setattr(article, f"{step}_at", NOON)
    article.state = state
    if state in (ArticleState.PUBLISHED, ArticleState.WITHDRAWN):
        article.published_at = article.published_at or NOON
    if state is ArticleState.WITHDRAWN:
        article.withdrawn_at = NOON + timedelta(hours=1)
    session.flush()
