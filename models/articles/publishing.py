"""From approval into the official account and out of it: ordered by a person, carried out by the clock."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from models.articles.act import Act, ArticleAct
from models.articles.article import LONGEST_URL, Article, ArticleState, ArticleWriter
from models.articles.publication import Publication, PublicationState
from models.articles.trail import held, note, tidy_reason
from models.clock import at, day_of
from models.people.org import Org, tree_order
from models.people.rights import RIGHTS, PostAt, Scope, Verb
from models.refused import Refused

ACCOUNT_HOST = "mp.weixin.qq.com"  # where every article of an official account stands
WITHDRAWN_UNSENT = "发布以前撤稿"
# What waits in a state for whoever holds the verb.
STEPS = {
    ArticleState.PROPOSED: Verb.REVIEW_ARTICLE,
    ArticleState.REVIEWED: Verb.APPROVE_ARTICLE,
    ArticleState.APPROVED: Verb.PUBLISH_ARTICLE,
}
WITHDRAWN_FROM = (
    ArticleState.DRAFT,
    ArticleState.PROPOSED,
    ArticleState.REVIEWED,
    ArticleState.APPROVED,
    ArticleState.PUBLISHING,
    ArticleState.PUBLISHED,
)


class Waiting(NamedTuple):
    """One article that waits for a step, and the right that takes it."""

    article: Article
    org: Org
    verb: Verb


def order_publication(
    session: Session, article: Article, *, seen: int, by: int, now: datetime
) -> Publication:
    """Hand an approved article to the clock, which brings it into the official account.

    Refused: article_moved_on.
    """
    held(session, article, ArticleState.APPROVED, seen=seen)
    article.state, article.came_back = ArticleState.PUBLISHING, None
    order = Publication(
        article_id=article.id, version=article.version, ordered_by=by, ordered_at=now, not_before=now
    )
    session.add(order)
    note(session, article, ArticleAct(act=Act.ORDERED), before=ArticleState.APPROVED, by=by, now=now)
    return order


def publication_of(session: Session, article_id: int) -> Publication | None:
    """Return the last try to publish an article."""
    query = select(Publication).where(Publication.article_id == article_id)
    return session.scalar(query.order_by(Publication.id.desc()).limit(1))


def register_by_hand(
    session: Session, article: Article, url: str, on: date | None, *, seen: int, by: int, now: datetime
) -> None:
    """Record that an approved article was published by hand: its address in the account, and the day.

    Refused: article_moved_on, bad_registration with `fields` url, on.
    """
    held(session, article, ArticleState.APPROVED, seen=seen)
    url, wrong = url.strip(), {}
    if not _is_of_account(url):
        wrong["url"] = f"请贴公众号文章的链接，以 https://{ACCOUNT_HOST}/ 开头"
    if on is None:
        wrong["on"] = "请写发布的日期"
    elif article.approved_at is not None and on < day_of(article.approved_at):
        wrong["on"] = "发布的日期早于批准，请核对"
    elif on > day_of(now):
        wrong["on"] = "发布的日期还没有到，请核对"
    if wrong or on is None:
        raise Refused("bad_registration", "登记有几处要改", fields=wrong)
    article.state, article.came_back, article.url = ArticleState.PUBLISHED, None, url
    article.published_at = now if on == day_of(now) else at(on, time(12))
    note(session, article, ArticleAct(act=Act.PUBLISHED), before=ArticleState.APPROVED, by=by, now=now)


def _is_of_account(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            (parts.scheme, parts.netloc) == ("https", ACCOUNT_HOST)
            and len(parts.path) > 1
            and len(url) <= LONGEST_URL
            and url.isascii()
            and url.isprintable()
            and " " not in url
        )
    except ValueError:
        return False


def withdraw(session: Session, article: Article, reason: str, *, by: int, now: datetime) -> None:
    """Take an article back for good, with a reason; what is published is also deleted in the account.

    While a try to publish is under way nobody knows what WeChat has of it; until then it can be called off.
    Refused: article_moved_on, article_publishing, reason_missing.
    """
    held(session, article, *WITHDRAWN_FROM)
    reason, before = tidy_reason(reason), article.state
    if before in (ArticleState.PUBLISHING, ArticleState.PUBLISHED):
        _call_off(session, article, now)
    article.state, article.withdrawn_at = ArticleState.WITHDRAWN, now
    act = ArticleAct(act=Act.WITHDRAWN, reason=reason)
    note(session, article, act, before=before, by=by, now=now)


def _call_off(session: Session, article: Article, now: datetime) -> None:
    """End the last try: not begun it never begins, done it is undone by the clock."""
    order = publication_of(session, article.id)
    if order is None:
        return
    session.refresh(order, with_for_update=True)
    if order.state is PublicationState.DONE:
        order.state, order.not_before = PublicationState.WITHDRAWING, now
        order.reason = order.errcode = None
    elif order.state is PublicationState.QUEUED:
        order.state, order.finished_at, order.reason = PublicationState.FAILED, now, WITHDRAWN_UNSENT
    elif article.state is ArticleState.PUBLISHING:
        raise Refused("article_publishing", "正在发布，等微信给出结果以后再撤稿")
    session.flush()


def waiting_for(session: Session, posts: Sequence[PostAt], account_id: int) -> list[Waiting]:
    """Return what waits for this person to review, approve or publish, in the order of the tree.

    Nobody is asked to review or approve what they wrote or signed.
    """
    if not any(post.role in RIGHTS[verb] for post in posts for verb in STEPS.values()):
        return []
    steps = [and_(Article.state == state, _within(posts, verb)) for state, verb in STEPS.items()]
    query = select(Article, Org).join(Org, Org.id == Article.org_id).where(or_(*steps))
    waiting = [Waiting(article, org, STEPS[article.state]) for article, org in session.execute(query)]
    wrote = select(ArticleWriter.article_id).where(
        ArticleWriter.account_id == account_id,
        ArticleWriter.article_id.in_([one.article.id for one in waiting]),
    )
    mine = set(session.scalars(wrote)) | {
        one.article.id for one in waiting if account_id in (one.article.drafted_by, one.article.proposed_by)
    }
    theirs = [one for one in waiting if one.verb is Verb.PUBLISH_ARTICLE or one.article.id not in mine]
    return sorted(theirs, key=lambda one: (tree_order(one.org), one.article.id))


def _within(posts: Sequence[PostAt], verb: Verb) -> ColumnElement[bool]:
    reach = [
        Org.path.startswith(post.org_path)
        if RIGHTS[verb][post.role] is Scope.BELOW
        else Org.path == post.org_path
        for post in posts
        if post.role in RIGHTS[verb]
    ]
    return or_(false(), *reach)
