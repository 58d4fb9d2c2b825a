"""Publication: approved articles are brought into the official account, and withdrawn ones out of it.

Each step is kept before the next is begun, so that whoever takes over after a death repeats none in vain.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageDraw

from models.articles.claim import Claim, claim_publication, jpeg_of
from models.articles.html import article_html
from models.articles.press import (
    POLLS,
    fail,
    keep_looking,
    keep_picture,
    keep_publish_result,
    keep_published,
    keep_step,
    keep_submitted,
    keep_waiting,
    keep_withdrawn,
    put_off,
)
from models.base import Sessions
from models.clock import midnight_after
from wechat.articles import (
    DRAFT,
    PUBLISH,
    ArticleDraft,
    add_cover,
    add_draft,
    delete_published,
    find_draft,
    find_published,
    publication_result,
    submit_publication,
    upload_article_picture,
)
from wechat.errors import Advice, NoClearAnswer, WechatError
from wechat.gateway import Gateway

MOST = 20  # tries taken up in one run: the next is a minute away
# Seconds after which a run begins no further call: the lines of the schedule wait for one another, and what
# opens and closes gatherings stands behind this one. A call takes 13 at most, a question asked again 17, a
# new token some 25 more.
AT_MOST = 20.0
# Done again, these would stand twice in the account; every other step may be repeated.
ONCE = (f"{DRAFT}/add", f"{PUBLISH}/submit")
# Of silence each one waits a minute longer than the last: a day of it uses up 53.
MOST_TRIES = 60
MAY_PASS = (Advice.RETRY, Advice.WAIT_MOMENT, Advice.WAIT_MINUTE, Advice.REFRESH)
MINUTE, LATER = timedelta(minutes=1), timedelta(hours=1)
LOST_MEDIA = 40007
NO_RIGHT = 48001
NOT_ALLOWED = "这个公众号没有发布的权限。请下载发布包，到公众号后台手工发布，再登记链接"
NO_ANSWER = "微信一直没有答复。可以再发布一次，或者下载发布包手工发布"
TOO_LONG = "微信不收这么长的文章，请删短"
REFUSED = {  # by what is in the article
    45166: "微信说正文里有不允许的内容",
    45168: "微信说文字里有敏感的词",
    53503: "没有通过微信的发布检查",
    53504: "微信要求这篇在公众号后台手工发布",
    53505: "微信要求这篇先在公众号后台保存一次",
}
COVER = (900, 383)  # as wide as WeChat shows a cover: 2.35 to 1

log = logging.getLogger(__name__)


class Late(Exception):
    """The run has had its time: what is left of an article is the next one's."""


class Desk(NamedTuple):
    """What a publication needs: the database, the time, until when, the account, and our own address."""

    sessions: Sessions
    clock: Callable[[], datetime]
    until: datetime
    gateway: Gateway
    base_url: str


def publish_articles(
    sessions: Sessions, now: datetime, *, gateway: Gateway, base_url: str, at_most: float = AT_MOST
) -> int:
    """Take every try that is due as far as it goes in `at_most` seconds; return how many were taken.

    `base_url` is ours: the account's article leads to it, and is known by it. A process that dies in here
    loses nothing: its claim runs out after 60 s, and what may have been done is looked for before it is
    done again. While WeChat is down nothing is taken, but for one now and then that probes.
    """
    started = time.monotonic()

    def clock() -> datetime:
        return now + timedelta(seconds=time.monotonic() - started)

    desk = Desk(sessions, clock, now + timedelta(seconds=at_most), gateway, base_url)
    for taken in range(MOST):
        if clock() >= desk.until or not gateway.breaker.room(1):
            return taken
        with sessions.begin() as session:
            claim = claim_publication(session, now=clock())
        if claim is None:
            return taken
        try:
            _carry(desk, claim)
        except WechatError as failure:
            _after_refusal(desk, claim, failure)
            if failure.errcode is None:
                # No answer at all: the schedule does not wait as long for each of the others.
                return taken + 1
        except Late:
            with sessions.begin() as session:
                put_off(session, claim, clock(), errcode=None, doubt=False)
            return taken + 1
        except ValueError as failure:
            log.warning("article %s is not for WeChat: %s", claim.article_id, failure)
            with sessions.begin() as session:
                fail(session, claim, TOO_LONG, errcode=None, to_writers=True, now=clock())
    return MOST


def source_url(base_url: str, claim: Claim) -> str:
    """Return where the account's article leads to: another address for each try, so none is mistaken."""
    return f"{base_url}/a/{claim.article_id}?t={claim.publication_id}"


def _in_time(desk: Desk) -> None:
    """Let the next step begin, where the one before is kept and none is in doubt. Late."""
    if desk.clock() >= desk.until:
        raise Late


def _carry(desk: Desk, claim: Claim) -> None:
    """Go on from the step that is next, until WeChat publishes it. WechatError, ValueError, Late."""
    if claim.withdrawing:
        _withdraw(desk, claim)
        return
    if claim.publish_id is not None:
        _ask(desk, claim, claim.publish_id)
        return
    draft = claim.draft_media_id
    if draft is None:
        draft = _draft(desk, claim)
    elif claim.doubt:
        draft = _look_for_published(desk, claim)
    if draft is None:
        return
    _in_time(desk)
    if _kept(desk, claim):
        publish_id = submit_publication(desk.gateway, draft)
        with desk.sessions.begin() as session:
            kept = keep_submitted(session, claim, publish_id, now=desk.clock())
        if kept:
            # Its event may have come before the number was kept, and found nobody.
            _ask(desk, claim, publish_id)


def _kept(desk: Desk, claim: Claim, **given: str) -> bool:
    """Keep a step and the claim; False where somebody else has taken the try meanwhile."""
    with desk.sessions.begin() as session:
        return keep_step(session, claim, now=desk.clock(), **given)


def _withdraw(desk: Desk, claim: Claim) -> None:
    if claim.wechat_article_id is not None:
        delete_published(desk.gateway, claim.wechat_article_id)
    with desk.sessions.begin() as session:
        keep_withdrawn(session, claim)


def _ask(desk: Desk, claim: Claim, publish_id: str) -> None:
    told = publication_result(desk.gateway, publish_id)
    now = desk.clock()
    with desk.sessions.begin() as session:
        if not keep_publish_result(session, publish_id, told.status, told.article_id, told.url, now=now):
            keep_waiting(session, claim, now=now)


def _look_for_published(desk: Desk, claim: Claim) -> str | None:
    """Return the draft once it is to be submitted again: an hour on, it still lies in the draft box."""
    address = source_url(desk.base_url, claim)
    found = find_published(desk.gateway, address)
    last = found is None and claim.polls >= len(POLLS) - 1
    draft = find_draft(desk.gateway, address) if last else None
    with desk.sessions.begin() as session:
        if found is not None:
            keep_published(session, claim, found.article_id, found.url, now=desk.clock())
        elif draft is None:
            keep_looking(session, claim, now=desk.clock())
    return draft


def _draft(desk: Desk, claim: Claim) -> str | None:
    """Bring pictures, cover and text into the draft box, each unless it is there; None: no longer ours."""
    address = source_url(desk.base_url, claim)
    draft = find_draft(desk.gateway, address) if claim.doubt else None
    if draft is None:
        urls = _pictures(desk, claim)
        cover = claim.cover_media_id or _cover(desk, claim)
        if len(urls) < len(claim.pictures) or not _kept(desk, claim, cover_media_id=cover):
            return None
        content = article_html(claim.blocks, urls.__getitem__)
        _in_time(desk)
        told = ArticleDraft(claim.title, claim.byline, claim.digest, content, address, cover)
        draft = add_draft(desk.gateway, told)
    return draft if _kept(desk, claim, draft_media_id=draft) else None


def _pictures(desk: Desk, claim: Claim) -> dict[int, str]:
    """Return where each picture stands in the account; fewer where the try is no longer ours."""
    urls: dict[int, str] = {}
    for picture_id, url in claim.pictures.items():
        if url is None:
            _in_time(desk)
            with desk.sessions.begin() as session:
                jpeg = jpeg_of(session, picture_id)
            url = upload_article_picture(desk.gateway, jpeg)
            with desk.sessions.begin() as session:
                if not keep_picture(session, claim, picture_id, url, now=desk.clock()):
                    return urls
        urls[picture_id] = url
    return urls


def _cover(desk: Desk, claim: Claim) -> str:
    _in_time(desk)
    first = next(iter(claim.pictures), None)
    with desk.sessions.begin() as session:
        jpeg = plain_cover() if first is None else jpeg_of(session, first)
    return add_cover(desk.gateway, jpeg)


def plain_cover() -> bytes:
    """Return the cover of an article without pictures, a JPEG: two bands, no emblem, no flag, no words."""
    cover = Image.new("RGB", COVER, "#f6f5f3")
    ImageDraw.Draw(cover).rectangle((0, COVER[1] - 96, *COVER), fill="#b5120f")
    out = BytesIO()
    cover.save(out, "JPEG", quality=90)
    return out.getvalue()


def _after_refusal(desk: Desk, claim: Claim, failure: WechatError) -> None:
    """Keep what WeChat's answer, or its silence, means for the try."""
    log.warning("publication %s: %s", claim.publication_id, failure)
    errcode, now = failure.errcode, desk.clock()
    pause = MINUTE if errcode is not None else claim.attempt_no * MINUTE
    may_go_on = claim.attempt_no < MOST_TRIES
    with desk.sessions.begin() as session:
        if claim.withdrawing:
            put_off(session, claim, now + LATER, errcode=errcode, doubt=False)
        elif failure.advice is Advice.WAIT_MIDNIGHT:
            put_off(session, claim, midnight_after(now), errcode=errcode, doubt=claim.doubt)
        elif claim.publish_id is not None:
            keep_waiting(session, claim, now=now)
        elif isinstance(failure, NoClearAnswer) and (claim.doubt or failure.path in ONCE) and may_go_on:
            put_off(session, claim, now + MINUTE + pause, errcode=None, doubt=True)
        elif failure.advice in MAY_PASS and may_go_on:
            put_off(session, claim, now + pause, errcode=errcode, doubt=claim.doubt)
        elif errcode == LOST_MEDIA and may_go_on:
            lost = "cover_media_id" if claim.draft_media_id is None else "draft_media_id"
            put_off(session, claim, now + MINUTE, errcode=errcode, doubt=False, **{lost: None})
        else:
            by_text = failure.advice is Advice.GIVE_UP
            fail(session, claim, _words(failure), errcode=errcode, to_writers=by_text, now=now)


def _words(failure: WechatError) -> str:
    """Return what a person reads of a refusal that will not pass."""
    if failure.errcode is None or failure.advice in MAY_PASS:
        return NO_ANSWER
    if failure.advice is Advice.GIVE_UP:
        return REFUSED.get(failure.errcode, f"微信没有收下这篇（{failure.errcode}）")
    if failure.errcode == NO_RIGHT:
        return NOT_ALLOWED
    return f"公众号现在不能发布（{failure.errcode}），请告诉管理员，办好以后再发布一次"
