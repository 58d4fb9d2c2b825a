"""Which articles there are: for the staff by where they stand, for everybody those that are published."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, false, func, or_, select, tuple_
from sqlalchemy.orm import Session

from models.articles.article import Article, ArticleSource, ArticleState
from models.clock import day_of
from models.gatherings.gathering import Gathering
from models.gatherings.minutes.minutes import Minutes, MinutesState
from models.gatherings.roll import Roll
from models.people.org import Org, tree_order
from models.people.rights import RIGHTS, PostAt, Scope, Verb
from models.refused import Refused

A_YEAR = timedelta(days=366)
MOST_TO_TELL = 1000  # records of one month below a zone


class Listed(NamedTuple):
    """One article with the organisation whose it is."""

    article: Article
    org: Org


class Shown(NamedTuple):
    """A published article as everybody may see it; `url` is its place in the official account, if any."""

    id: int
    title: str
    digest: str
    byline: str
    published_at: datetime
    url: str | None

    @property
    def published_on(self) -> date:
        """The day in Shanghai."""
        return day_of(self.published_at)

    def address(self, base_url: str) -> str:
        """Return where it is read: in the official account, else on the page of our own."""
        return self.url or f"{base_url}/a/{self.id}"


class ToTell(NamedTuple):
    """One filed record that an article may tell of; `told` is how many articles do."""

    roll_id: int
    gathering: Gathering
    org: Org
    told: int


def within_reach(posts: Sequence[PostAt], *verbs: Verb) -> ColumnElement[bool]:
    """Return the condition that an organisation (`Org`) is one where these posts carry one of the verbs."""
    reach = [
        Org.path.startswith(post.org_path)
        if RIGHTS[verb][post.role] is Scope.BELOW
        else Org.path == post.org_path
        for verb in verbs
        for post in posts
        if post.role in RIGHTS[verb]
    ]
    return or_(false(), *reach)


def articles_among(
    session: Session,
    posts: Sequence[PostAt],
    states: Collection[ArticleState],
    *,
    before: int | None = None,
    most: int,
) -> list[Listed]:
    """Return the articles in these states that these posts may read, the newest first; one statement.

    Drafts are their own organisation's alone. `before` is the id after which the list goes on.
    """
    mine = within_reach(posts, Verb.DRAFT)
    seen = or_(mine, and_(Article.state != ArticleState.DRAFT, within_reach(posts, Verb.REVIEW_ARTICLE)))
    query = select(Article, Org).join(Org, Org.id == Article.org_id).where(seen, Article.state.in_(states))
    if before is not None:
        query = query.where(Article.id < before)
    return [Listed(*row) for row in session.execute(query.order_by(Article.id.desc()).limit(most))]


def came_back(session: Session, posts: Sequence[PostAt]) -> list[Article]:
    """Return the drafts of these posts' own organisations that were sent back, the oldest first."""
    query = (
        select(Article)
        .join(Org, Org.id == Article.org_id)
        .where(Article.state == ArticleState.DRAFT, Article.came_back.is_not(None))
        .where(within_reach(posts, Verb.DRAFT))
    )
    return list(session.scalars(query.order_by(Article.id)))


def published(session: Session, *, before: int | None = None, most: int) -> list[Shown]:
    """Return the published articles, the newest first; `before` is the one after which the list goes on."""
    query = select(Article).where(Article.state == ArticleState.PUBLISHED)
    if before is not None:
        last = select(Article.published_at).where(Article.id == before).scalar_subquery()
        query = query.where(tuple_(Article.published_at, Article.id) < tuple_(last, before))
    query = query.order_by(Article.published_at.desc(), Article.id.desc()).limit(most)
    return [_shown(article) for article in session.scalars(query)]


def published_seen(session: Session, article_id: int) -> Shown:
    """Return one published article. Refused: not_found, also once it is withdrawn."""
    query = select(Article).where(Article.id == article_id, Article.state == ArticleState.PUBLISHED)
    article = session.scalar(query)
    if article is None:
        raise Refused("not_found", "没有找到这篇文章，可能已经撤下")
    return _shown(article)


def _shown(it: Article) -> Shown:
    at = it.published_at or it.created_at  # the database lets none be published at no time
    return Shown(it.id, it.title, it.digest, it.byline, at, it.url)


def sources_of(session: Session, article_id: int) -> list[ToTell]:
    """Return the records that an article tells of, in the order of the tree and of the days."""
    rolls = select(ArticleSource.roll_id).where(ArticleSource.article_id == article_id)
    return _records(session, Roll.id.in_(rolls))


def records_to_tell(session: Session, org: Org, period: str, *, now: datetime) -> list[ToTell]:
    """Return the filed records of `org` and below in a month (YYYY-MM), of the last year if empty."""
    when = Gathering.period == period if period else Gathering.starts_at > now - A_YEAR
    filed = Minutes.state == MinutesState.FILED
    return _records(session, and_(filed, Org.path.startswith(org.path), when))


def _records(session: Session, which: ColumnElement[bool]) -> list[ToTell]:
    told = select(func.count()).where(ArticleSource.roll_id == Roll.id).scalar_subquery()
    rows = session.execute(
        select(Roll.id, Gathering, Org, told)
        .join(Minutes, Minutes.roll_id == Roll.id)
        .join(Gathering, Gathering.id == Roll.gathering_id)
        .join(Org, Org.id == Roll.org_id)
        .where(which)
        .limit(MOST_TO_TELL)
    )
    records = [ToTell(*row) for row in rows]
    return sorted(records, key=lambda one: (tree_order(one.org), one.gathering.starts_at))
