"""Who did what to an article, in its order: written with each step, shown to whoever decides the next."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.articles.act import ACT_TEXT, ArticleAct
from models.articles.article import Article, ArticleState
from models.articles.editing import plain_line
from models.audit import Via, record
from models.people.account import Account
from models.refused import Refused

LONGEST_REASON = 200


class Step(NamedTuple):
    """One act as a page shows it; `name` is empty where it was WeChat's answer."""

    act: ArticleAct
    text: str
    name: str


def held(session: Session, article: Article, *states: ArticleState, seen: int | None = None) -> None:
    """Lock an article that stands in one of these states, and in the version that was shown.

    Refused: article_moved_on.
    """
    session.refresh(article, with_for_update=True)
    if article.state not in states or (seen is not None and article.version != seen):
        raise Refused("article_moved_on", "这篇稿件刚刚有人办过或改过，请看看现在到了哪一步")


def tidy_reason(reason: str) -> str:
    """Return why something is sent back, on one line. Refused: reason_missing with `fields`."""
    reason = plain_line(reason)
    if not 2 <= len(reason) <= LONGEST_REASON:
        words = f"请写明原因，2 到 {LONGEST_REASON} 个字"
        raise Refused("reason_missing", words, fields={"reason": words})
    return reason


def note(
    session: Session,
    article: Article,
    act: ArticleAct,
    *,
    before: ArticleState,
    by: int | None,
    now: datetime,
) -> None:
    """Add an act to the article's trail and to the log; `by` is None where WeChat's answer was the act."""
    act.article_id, act.version, act.account_id, act.acted_at = article.id, article.version, by, now
    session.add(act)
    session.flush()
    record(
        session, f"article_{act.act.value}", "article", article.id, via=Via.CONSOLE if by else Via.JOB,
        account_id=by, org_id=article.org_id, before={"state": before.value},
        after={"state": article.state.value, "version": article.version},
    )  # fmt: skip


def to_draft(article: Article, reason: str | None) -> None:
    """Make an article a draft again: whatever was signed is signed anew. `reason` is why it came back."""
    article.state, article.came_back = ArticleState.DRAFT, reason
    article.proposed_at = article.proposed_by = article.reviewed_at = article.reviewed_by = None
    article.approved_at = article.approved_by = article.paper_signer = None
    article.published_at = article.url = None


def trail_of(session: Session, article_id: int) -> list[Step]:
    """Return all acts on an article, the first on top."""
    query = (
        select(ArticleAct, Account.name)
        .outerjoin(Account, Account.id == ArticleAct.account_id)
        .where(ArticleAct.article_id == article_id)
        .order_by(ArticleAct.id)
    )
    return [Step(act, ACT_TEXT[act.act], name or "") for act, name in session.execute(query)]


def names_of(session: Session, account_ids: Sequence[int]) -> list[str]:
    """Return the names of these accounts, in no order."""
    return list(session.scalars(select(Account.name).where(Account.id.in_(account_ids))))
