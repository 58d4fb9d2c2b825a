"""Drafting an article from filed records: what happened, how many came; nobody's name, phone or leave."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from models.articles.article import Article, ArticleSource, ArticleState, ArticleWriter
from models.articles.editing import (
    LONGEST_BLOCK,
    LONGEST_BYLINE,
    LONGEST_DIGEST,
    LONGEST_TITLE,
    plain_line,
    put_blocks,
    written,
)
from models.articles.secrecy import is_public, names_around
from models.articles.telling import Told, of_one, of_several
from models.audit import Via, record
from models.clock import day_of
from models.gatherings.birthdays import is_birthday_item
from models.gatherings.gathering import Gathering
from models.gatherings.minutes.minutes import Decision, ItemOutcome, Minutes, MinutesItem, MinutesState
from models.gatherings.roll import CAME, Roll, RollLine
from models.people.org import Org, tree_order
from models.refused import Refused

MOST_RECORDS = 40  # in one article
SENT_TWICE = timedelta(minutes=10)
BIRTHDAYS = "过政治生日"  # the plan names the people, the article does not


def draft_from_records(
    session: Session, org: Org, roll_ids: Collection[int], *, by: int, now: datetime
) -> Article:
    """Draft an article of `org` from filed records of its own or of the branches below it.

    Several records make one article for all (综合稿). What has a member's name, a number or hardship in it
    is left out; a person may add it in other words. The same asked for again at once, as by a form that is
    sent twice, is the same draft.

    Refused: bad_article with `fields` records, not_found outside the subtree, record_not_filed.
    """
    if not 0 < len(set(roll_ids)) <= MOST_RECORDS:
        said = f"请选 1 到 {MOST_RECORDS} 次活动"
        raise Refused("bad_article", said, fields={"records": said})
    told = _told(session, org, set(roll_ids))
    session.execute(select(Org.id).where(Org.id == org.id).with_for_update(key_share=True))
    if (drafted := _drafted_just_now(session, org, set(roll_ids), by=by, now=now)) is not None:
        return drafted
    first = of_one(told[0]) if len(told) == 1 else of_several(org, told)
    article = Article(
        org_id=org.id, title=first.title[:LONGEST_TITLE], digest=first.digest[:LONGEST_DIGEST],
        byline=org.name[:LONGEST_BYLINE], version=0, drafted_by=by,
    )  # fmt: skip
    session.add(article)
    session.flush()
    session.add_all(ArticleSource(article_id=article.id, roll_id=roll_id) for roll_id in set(roll_ids))
    put_blocks(session, article, [block._replace(text=block.text[:LONGEST_BLOCK]) for block in first.blocks])
    written(session, article, by=by, now=now)
    record(
        session, "draft_article", "article", article.id, via=Via.CONSOLE, account_id=by, org_id=org.id,
        after={"records": sorted(set(roll_ids))},
    )  # fmt: skip
    return article


def _drafted_just_now(
    session: Session, org: Org, roll_ids: set[int], *, by: int, now: datetime
) -> Article | None:
    """Return the draft of exactly these records that this hand began minutes ago and nobody touched."""
    sources = (
        select(func.array_agg(aggregate_order_by(ArticleSource.roll_id, ArticleSource.roll_id)))
        .where(ArticleSource.article_id == Article.id)
        .scalar_subquery()
    )
    query = (
        select(Article)
        .join(ArticleWriter, ArticleWriter.article_id == Article.id)
        .where(
            Article.org_id == org.id,
            Article.drafted_by == by,
            Article.state == ArticleState.DRAFT,
            Article.version == 1,
            Article.came_back.is_(None),
            ArticleWriter.wrote_at > now - SENT_TWICE,
            sources == sorted(roll_ids),
        )
        .limit(1)
    )
    return session.scalar(query)


def _told(session: Session, org: Org, roll_ids: set[int]) -> list[Told]:
    rows = session.execute(
        select(Minutes, Org, Gathering)
        .join(Roll, Roll.id == Minutes.roll_id)
        .join(Org, Org.id == Roll.org_id)
        .join(Gathering, Gathering.id == Roll.gathering_id)
        .where(Minutes.roll_id.in_(roll_ids), Org.path.startswith(org.path))
    ).all()
    if len(rows) < len(roll_ids):
        raise Refused("not_found", "没有找到这份会议记录")
    if any(minutes.state is not MinutesState.FILED for minutes, _, _ in rows):
        raise Refused("record_not_filed", "会议记录归档以后才能起草稿件")
    names = names_around(session, [home for _, home, _ in rows])
    came = dict(
        session.execute(
            select(RollLine.roll_id, func.count())
            .where(RollLine.roll_id.in_(roll_ids), RollLine.status.in_(CAME))
            .group_by(RollLine.roll_id)
        ).all()
    )
    items, decisions = _items(session, roll_ids, names), _decisions(session, roll_ids, names)
    told = [
        Told(
            home, it.kind, it.period, day_of(minutes.began_at or it.starts_at),
            it.place if is_public(it.place, names) else "", came.get(minutes.roll_id, 0),
            tuple(items.get(minutes.roll_id, ())), _volunteering(minutes, names),
            tuple(decisions.get(minutes.roll_id, ())),
        )
        for minutes, home, it in rows
    ]  # fmt: skip
    return sorted(told, key=lambda one: (tree_order(one.org), one.day))


def _items(session: Session, roll_ids: set[int], names: Collection[str]) -> dict[int, list[str]]:
    query = (
        select(MinutesItem.roll_id, func.coalesce(MinutesItem.changed_to, MinutesItem.title))
        .where(
            MinutesItem.roll_id.in_(roll_ids),
            MinutesItem.outcome.in_((ItemOutcome.HELD, ItemOutcome.CHANGED)),
        )
        .order_by(MinutesItem.roll_id, MinutesItem.position)
    )
    rows = session.execute(query).all()
    return _public(
        ((roll_id, BIRTHDAYS if is_birthday_item(text) else text) for roll_id, text in rows), names
    )


def _decisions(session: Session, roll_ids: set[int], names: Collection[str]) -> dict[int, list[str]]:
    query = (
        select(Decision.roll_id, Decision.text)
        .where(Decision.roll_id.in_(roll_ids))
        .order_by(Decision.roll_id, Decision.position)
    )
    return _public(((roll_id, text) for roll_id, text in session.execute(query)), names)


def _public(rows: Iterable[tuple[int, str]], names: Collection[str]) -> dict[int, list[str]]:
    texts: dict[int, list[str]] = defaultdict(list)
    for roll_id, text in rows:
        if is_public(text, names):
            texts[roll_id].append(plain_line(text))
    return texts


def _volunteering(minutes: Minutes, names: Collection[str]) -> str:
    if not minutes.volunteering or not is_public(minutes.volunteering, names):
        return ""
    people = f"，{minutes.volunteers} 人参加" if minutes.volunteers else ""
    hours = f"，每人 {minutes.volunteer_hours.normalize():f} 小时" if minutes.volunteer_hours else ""
    return plain_line(minutes.volunteering).rstrip("。") + people + hours
