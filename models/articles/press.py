"""What became of a claim: each step of a publication is kept before the next is begun.

Lock order: the article, then its try; a claim locks the try alone and waits for nobody.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.articles.act import Act, ArticleAct
from models.articles.article import LONGEST_URL, Article, ArticleState, Picture
from models.articles.claim import LEASE, Claim
from models.articles.publication import Publication, PublicationState
from models.articles.trail import note, to_draft

# When WeChat is asked how it ended, beside its event; then each hour, until a day is over. It answers this
# a hundred times a day only. Source: WeChat, "Get publish status".
POLLS = (timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=60))
WAITS = timedelta(hours=24)
NO_RESULT = "微信一天没有给出结果。请到公众号后台看一看，已经发布的在这里登记链接"
UNCLEAR = "不知道微信收到没有，找了三次没有找到。请到公众号后台看一看，已经发布的在这里登记链接"
GONE = {5: "文章在公众号后台被删除了", 6: "文章被微信下架了"}
NOT_PUBLISHED = {
    2: "微信认为与已有的文章重复，没有发布",
    3: "微信没有发布，也没有说原因",
    4: "没有通过微信的平台审核",
} | GONE
HELD = (PublicationState.WORKING, PublicationState.WITHDRAWING)
UNDER_WAY = (PublicationState.SUBMITTED, PublicationState.WORKING, PublicationState.DOUBTFUL)


def keep_step(session: Session, claim: Claim, *, now: datetime, **given: str) -> bool:
    """Keep what WeChat gave for a step (cover_media_id, draft_media_id), and the claim for another lease.

    False where the try is no longer this claim's: leave it alone.
    """
    order = _mine(session, claim)
    if order is None:
        return False
    for name, value in given.items():
        setattr(order, name, value)
    order.lease_until, order.polls = now + LEASE, 0
    session.flush()
    return True


def keep_picture(session: Session, claim: Claim, picture_id: int, url: str, *, now: datetime) -> bool:
    """Keep the address of a picture in the account, for every later try too; as `keep_step`."""
    mine = keep_step(session, claim, now=now)
    if mine:
        session.execute(update(Picture).where(Picture.id == picture_id).values(wechat_url=url))
    return mine


def keep_submitted(session: Session, claim: Claim, publish_id: str, *, now: datetime) -> bool:
    """Keep the number under which WeChat publishes it; how that ends is told, or asked for in two minutes."""
    order = _mine(session, claim)
    if order is None:
        return False
    order.publish_id, order.submitted_at, order.polls = publish_id, now, 0
    _release(order, PublicationState.SUBMITTED, now + POLLS[0])
    session.flush()
    return True


def keep_waiting(session: Session, claim: Claim, *, now: datetime) -> bool:
    """Ask again later: WeChat is still at it, or did not say; after a day it is left to a person."""
    order = _mine(session, claim)
    if order is None or order.submitted_at is None:
        return False
    if now >= order.submitted_at + WAITS:
        _fail(session, order, NO_RESULT, None, to_writers=False, now=now)
        return True
    order.polls += 1
    later = order.submitted_at + POLLS[order.polls] if order.polls < len(POLLS) else now + POLLS[-1]
    _release(order, PublicationState.SUBMITTED, max(later, now + timedelta(minutes=1)))
    session.flush()
    return True


def keep_looking(session: Session, claim: Claim, *, now: datetime) -> bool:
    """Look again later for what nobody knows of; found nowhere three times, it is left to a person."""
    order = _mine(session, claim)
    if order is None:
        return False
    order.polls += 1
    if order.polls >= len(POLLS):
        _fail(session, order, UNCLEAR, None, to_writers=False, now=now)
        return True
    _release(order, PublicationState.DOUBTFUL, now + POLLS[order.polls])
    session.flush()
    return True


def put_off(
    session: Session, claim: Claim, until: datetime, *, errcode: int | None, doubt: bool, **lost: None
) -> bool:
    """Try again at `until`; `doubt` where the step may have been done. What is `lost` is made anew."""
    order = _mine(session, claim)
    if order is None:
        return False
    if order.state is PublicationState.WITHDRAWING:
        order.not_before = until
    else:
        _release(order, PublicationState.DOUBTFUL if doubt else PublicationState.QUEUED, until)
        if order.publish_id is not None:
            order.state = PublicationState.SUBMITTED
    for name in lost:
        setattr(order, name, None)
    order.errcode = errcode
    session.flush()
    return True


def fail(
    session: Session, claim: Claim, reason: str, *, errcode: int | None, to_writers: bool, now: datetime
) -> bool:
    """End a try: back to its writers where the text is at fault, else it stays approved, with words."""
    order = _mine(session, claim)
    if order is None:
        return False
    _fail(session, order, reason, errcode, to_writers=to_writers, now=now)
    return True


def keep_published(
    session: Session, claim: Claim, wechat_article_id: str, url: str, *, now: datetime
) -> bool:
    """Keep that it was found in the account: a submission whose answer was lost had arrived."""
    order = _mine(session, claim)
    if order is None:
        return False
    _done(session, order, wechat_article_id, url, now)
    return True


def keep_withdrawn(session: Session, claim: Claim) -> bool:
    """Keep that the account no longer has the article."""
    order = _mine(session, claim)
    if order is None:
        return False
    order.state, order.errcode, order.reason = PublicationState.WITHDRAWN, None, None
    session.flush()
    return True


def keep_publish_result(
    session: Session, publish_id: str, status: int, wechat_article_id: str, url: str, *, now: datetime
) -> bool:
    """Keep what WeChat says of a publication, told or asked for, as often as it says so.

    0 published, 1 under way, 2 to 4 not published, 5 and 6 gone later. False where it changes nothing: a
    number of nobody's (published in WeChat's own console, or told before our own answer, which then asks), an
    end that is known, or an article without its number in the account, which is asked for.
    Source: WeChat, PUBLISHJOBFINISH.
    """
    query = select(Publication.article_id).where(Publication.publish_id == publish_id)
    article_id = session.scalar(query)
    if article_id is None or status == 1 or (status == 0 and not wechat_article_id):
        return False
    article = _locked(session, Article, article_id)
    order = session.scalars(
        select(Publication)
        .where(Publication.publish_id == publish_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    is_open = order.state in UNDER_WAY
    given_up = order.state is PublicationState.FAILED and article.state is ArticleState.APPROVED
    if status == 0 and (is_open or (given_up and article.version == order.version)):
        _done(session, order, wechat_article_id, url, now)
    elif status != 0 and (is_open or (order.state is PublicationState.DONE and status in GONE)):
        reason = NOT_PUBLISHED.get(status, f"微信给出了不认识的结果 {status}")
        _fail(session, order, reason, None, to_writers=True, now=now)
    else:
        return False
    return True


def _locked(session: Session, kind: type[Any], key: int) -> Any:
    return session.get_one(kind, key, with_for_update=True, populate_existing=True)


def _mine(session: Session, claim: Claim) -> Publication | None:
    """Lock the article and the try; None where the claim no longer holds it."""
    _locked(session, Article, claim.article_id)
    order: Publication = _locked(session, Publication, claim.publication_id)
    return order if order.attempt_no == claim.attempt_no and order.state in HELD else None


def _release(order: Publication, state: PublicationState, not_before: datetime) -> None:
    order.state, order.lease_until, order.not_before = state, None, not_before
    order.errcode = None


def _done(session: Session, order: Publication, wechat_article_id: str, url: str, now: datetime) -> None:
    article = session.get_one(Article, order.article_id)
    before = article.state
    _release(order, PublicationState.DONE, order.not_before)
    order.finished_at, order.wechat_article_id = now, wechat_article_id or None
    order.reason = None
    article.state, article.came_back, article.published_at = ArticleState.PUBLISHED, None, now
    is_kept = url.startswith(("https://", "http://")) and len(url) <= LONGEST_URL
    article.url = url if is_kept else None
    note(session, article, ArticleAct(act=Act.PUBLISHED), before=before, by=None, now=now)


def _fail(
    session: Session,
    order: Publication,
    reason: str,
    errcode: int | None,
    *,
    to_writers: bool,
    now: datetime,
) -> None:
    article = session.get_one(Article, order.article_id)
    before = article.state
    _release(order, PublicationState.FAILED, order.not_before)
    order.finished_at, order.reason, order.errcode = now, reason, errcode
    if to_writers:
        to_draft(article, reason)
    else:
        article.state, article.came_back = ArticleState.APPROVED, reason
    act = ArticleAct(act=Act.PUBLISH_FAILED, reason=reason)
    note(session, article, act, before=before, by=None, now=now)
