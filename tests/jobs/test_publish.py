"""Approved articles reach the account once, whatever WeChat answers, and withdrawn ones leave it."""

from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
import requests
from PIL import Image
from sqlalchemy.orm import Session

from jobs.publish import plain_cover, publish_articles
from models.articles.article import Article, ArticleBlock, ArticleState, BlockKind, Picture
from models.articles.claim import claim_publication
from models.articles.editing import Edited, save_article
from models.articles.html import Block
from models.articles.press import fail, keep_publish_result, keep_step, keep_submitted, put_off
from models.articles.publication import Publication, PublicationState
from models.articles.publishing import order_publication, publication_of, withdraw
from models.articles.trail import trail_of
from models.base import Sessions
from models.clock import midnight_after
from models.refused import Refused
from tests.articles.hands import TEXT, Cast, a_cast, take_steps
from tests.conftest import NOON
from tests.simulated import Account
from tests.together import at_once
from wechat.breaker import FAILURES, Breaker

ADD, SUBMIT = "/cgi-bin/draft/add", "/cgi-bin/freepublish/submit"
COVER, PICTURE = "/cgi-bin/material/add_material", "/cgi-bin/media/uploadimg"
DRAFTS, PUBLISHED = "/cgi-bin/draft/batchget", "/cgi-bin/freepublish/batchget"
MINUTE = timedelta(minutes=1)
SITE = "https://dangjian.example.cn"


class Press:
    """One article on its way, the account it goes to, and a clock."""

    def __init__(self, sessions: Sessions, account: Account) -> None:
        self.sessions, self.account, self.now = sessions, account, NOON
        with sessions.begin() as session:
            self.cast = a_cast(session, ArticleState.PUBLISHING)

    def work(self, after: timedelta = timedelta()) -> int:
        """Let the clock's job run, so much later than the last time."""
        # A step that took a moment is due again that moment later.
        self.now += after + (timedelta(seconds=3) if after >= MINUTE else timedelta())
        gateway = self.account.gateway(timeout=(1, 0.5))
        return publish_articles(self.sessions, self.now, gateway=gateway, base_url=SITE)

    def article(self) -> Article:
        """The article as it stands."""
        with self.sessions() as session:
            return session.get_one(Article, self.cast.article.id)

    def order(self) -> Publication:
        """The last try."""
        with self.sessions() as session:
            order = publication_of(session, self.cast.article.id)
            assert order is not None
            return order

    def state(self) -> tuple[ArticleState, PublicationState]:
        """How article and try stand."""
        return self.article().state, self.order().state

    def fault(self, kind: str, path: str, **more: Any) -> None:
        """Order a fault."""
        self.account.order("faults", {"kind": kind, "path": path, "appid": self.account.appid} | more)

    def lift(self) -> None:
        """End every fault."""
        requests.delete(f"{self.account.url}/_sim/faults", timeout=20).raise_for_status()

    def listed(self, path: str, *, content: bool = False) -> list[dict[str, Any]]:
        """The articles of the draft box, or those published and not deleted."""
        asked = {"offset": 0, "count": 20, "no_content": 0 if content else 1}
        items = self.account.gateway().post(path, asked)["item"]
        found = [one for item in items for one in item["content"]["news_item"]]
        return [one for one in found if not one.get("is_deleted")]


@pytest.fixture
def press(sessions: Sessions, account: Account) -> Press:
    """An article that was just handed over for publication."""
    return Press(sessions, account)


def with_pictures(session: Session, cast: Cast, colours: list[str]) -> list[int]:
    """Put pictures into a draft; return their ids."""
    ids = []
    for colour in colours:
        out = BytesIO()
        Image.new("RGB", (640, 360), colour).save(out, "JPEG")
        jpeg = out.getvalue()
        row = Picture(
            article_id=cast.article.id, sha=sha256(jpeg).digest(), jpeg=jpeg, width=640, height=360,
            added_by=cast.clerk.id, added_at=NOON, consent_at=NOON,
        )  # fmt: skip
        session.add(row)
        session.flush()
        ids.append(row.id)
    shown = tuple(Block(BlockKind.PICTURE, "清淤现场 <b>", one) for one in ids)
    edited = Edited("有图有真相", "", "青石村党支部", (TEXT, *shown))
    save_article(session, cast.article, edited, seen=cast.article.version, by=cast.clerk.id, now=NOON)
    return ids


def test_article_goes_out_once_and_leads_back_to_us(press: Press) -> None:
    assert press.work() == 1
    assert press.state() == (ArticleState.PUBLISHED, PublicationState.DONE)
    [told] = press.listed(PUBLISHED, content=True)
    assert (told["title"], told["author"], told["digest"]) == ("沟渠清淤忙", "青石村党支部", "一段摘要")
    assert told["content"] == f"<p>{TEXT.text}</p>"
    assert told["content_source_url"].startswith(f"{SITE}/a/{press.cast.article.id}?")
    assert told["url"] == press.article().url
    assert (told["need_open_comment"], press.article().published_at) == (
        0,
        press.order().finished_at,
    )
    assert press.listed(DRAFTS) == []
    with press.sessions() as session:
        last = trail_of(session, press.cast.article.id)[-1]
    assert (last.text, last.name) == ("已发布", "")
    assert [press.work(wait * MINUTE) for wait in (1, 60, 3000)] == [0, 0, 0]


def test_pictures_stand_in_the_account_and_the_first_is_the_cover(
    sessions: Sessions, account: Account
) -> None:
    press = Press(sessions, account)
    press.work()
    with sessions.begin() as session:
        cast = a_cast(session)
        with_pictures(session, cast, ["#336699", "#996633"])
        take_steps(session, cast, ArticleState.PUBLISHING)
    press.cast = cast
    press.work()
    press.work(2 * MINUTE)
    told = press.listed(PUBLISHED, content=True)[0]
    with sessions() as session:
        urls = [one.wechat_url for one in session.query(Picture).order_by(Picture.id)]
    assert all(url and f'src="{url}"' in told["content"] for url in urls)
    assert "&lt;b&gt;" in told["content"]
    # The account strips what it does not know: nothing of ours was.
    assert told["content"].count("<img") == 2
    assert told["thumb_media_id"] == press.order().cover_media_id


def test_picture_that_is_in_the_account_is_not_sent_again(sessions: Sessions, account: Account) -> None:
    press = Press(sessions, account)
    press.work()
    with sessions.begin() as session:
        cast = a_cast(session)
        with_pictures(session, cast, ["#336699", "#996633"])
        take_steps(session, cast, ArticleState.PUBLISHING)
    press.cast = cast
    press.fault("errcode", PICTURE, errcode=-1, nth=2)
    press.work()
    assert press.state() == (ArticleState.PUBLISHING, PublicationState.QUEUED)
    with sessions() as session:
        first, second = [one.wechat_url for one in session.query(Picture).order_by(Picture.id)]
    assert (first is None, second is None) == (False, True)
    press.work(MINUTE)
    with sessions() as session:
        again, second = [one.wechat_url for one in session.query(Picture).order_by(Picture.id)]
    assert (again, second is None) == (first, False)


@pytest.mark.parametrize("path", [COVER, ADD])
def test_busy_account_is_asked_again_in_a_minute(press: Press, path: str) -> None:
    press.fault("errcode", path, errcode=-1, count=2)
    press.work()
    assert (press.work(), press.order().errcode) == (0, -1)
    press.work(MINUTE)
    press.work(MINUTE)
    assert press.state() == (ArticleState.PUBLISHED, PublicationState.DONE)
    assert press.order().errcode is None


@pytest.mark.parametrize("kind", ["timeout_after", "html_502", "reset_before"])
def test_draft_whose_answer_was_lost_is_looked_for_before_it_is_repeated(press: Press, kind: str) -> None:
    press.fault(kind, ADD, count=1)
    press.work()
    assert press.state() == (ArticleState.PUBLISHING, PublicationState.DOUBTFUL)
    press.lift()
    press.work(2 * MINUTE)
    assert press.state() == (ArticleState.PUBLISHED, PublicationState.DONE)
    assert (len(press.listed(PUBLISHED)), press.listed(DRAFTS)) == (1, [])


def test_submission_whose_answer_was_lost_is_found(press: Press) -> None:
    press.fault("timeout_after", SUBMIT, count=1)
    press.work()
    assert press.state() == (ArticleState.PUBLISHING, PublicationState.DOUBTFUL)
    press.lift()
    press.work(2 * MINUTE)
    assert press.state() == (ArticleState.PUBLISHED, PublicationState.DONE)
    [told] = press.listed(PUBLISHED)
    assert press.article().url == told["url"]


def test_submission_that_never_arrived_is_repeated_after_an_hour(press: Press) -> None:
    press.fault("reset_before", SUBMIT, count=1)
    press.work()
    press.lift()
    for wait in (2, 10):
        press.work(wait * MINUTE)
        assert press.state() == (ArticleState.PUBLISHING, PublicationState.DOUBTFUL)
        assert press.listed(PUBLISHED) == []
    press.work(60 * MINUTE)
    assert press.state() == (ArticleState.PUBLISHED, PublicationState.DONE)
    assert len(press.listed(PUBLISHED)) == 1


def test_what_is_found_nowhere_is_left_to_a_person(press: Press) -> None:
    press.fault("reset_before", SUBMIT, count=1)
    press.work()
    press.lift()
    gateway = press.account.gateway()
    [item] = gateway.post(DRAFTS, {"offset": 0, "count": 20, "no_content": 1})["item"]
    gateway.post("/cgi-bin/draft/delete", {"media_id": item["media_id"]})
    for wait in (2, 10, 60):
        press.work(wait * MINUTE)
    assert press.state() == (ArticleState.APPROVED, PublicationState.FAILED)
    assert "找了三次没有找到" in (press.article().came_back or "")


@pytest.mark.parametrize("died_before", ["cover", "draft", "submission", "answer"])
def test_whoever_takes_over_from_the_dead_repeats_nothing(press: Press, died_before: str) -> None:
    if died_before == "draft":
        press.fault("errcode", ADD, errcode=-1, count=1)
        press.work()
    if died_before == "submission":
        press.fault("errcode", SUBMIT, errcode=-1, count=1)
        press.work()
    if died_before == "answer":
        press.fault("publish_status", SUBMIT, status=1)
        press.work()
    press.lift()
    press.now += 3 * MINUTE
    with press.sessions.begin() as session:
        assert claim_publication(session, now=press.now) is not None
    assert press.work(timedelta(seconds=59)) == 0
    assert press.work(timedelta(seconds=1)) == 1
    for wait in (2, 10, 60):
        press.work(wait * MINUTE)
    if died_before != "answer":
        press.work(2 * MINUTE)
        assert press.article().state is ArticleState.PUBLISHED
        assert len(press.listed(PUBLISHED)) == 1
    assert press.listed(DRAFTS) == [] or died_before == "answer"


def test_claim_that_another_has_taken_settles_nothing(press: Press) -> None:
    with press.sessions.begin() as session:
        old = claim_publication(session, now=NOON)
        assert old is not None
        assert claim_publication(session, now=NOON) is None
    press.work(timedelta(seconds=61))
    before = press.order()
    with press.sessions.begin() as session:
        assert not keep_step(session, old, now=NOON, draft_media_id="x")
        assert not keep_submitted(session, old, "77", now=NOON)
        assert not put_off(session, old, NOON, errcode=1, doubt=False)
        assert not fail(session, old, "x", errcode=None, to_writers=True, now=NOON)
    assert (press.order().publish_id, press.order().state) == (before.publish_id, before.state)


def test_used_up_quota_waits_for_midnight(press: Press) -> None:
    press.fault("errcode", ADD, errcode=45009, count=1)
    press.work()
    assert press.order().not_before == midnight_after(press.now)
    assert press.article().state is ArticleState.PUBLISHING
    assert press.work(60 * MINUTE) == 0
    press.work(midnight_after(press.now) - press.now)
    assert press.state() == (ArticleState.PUBLISHED, PublicationState.DONE)


def test_account_without_the_right_leaves_the_article_approved_with_words(
    sessions: Sessions, simulator: str
) -> None:
    press = Press(sessions, Account(simulator, publishes=False))
    press.work()
    assert press.state() == (ArticleState.APPROVED, PublicationState.FAILED)
    assert "下载发布包" in (press.article().came_back or "")
    assert press.order().errcode == 48001


@pytest.mark.parametrize(
    ("path", "errcode"), [(SUBMIT, 53503), (SUBMIT, 53504), (SUBMIT, 53505), (ADD, 45166), (ADD, 45003)]
)
def test_refused_text_goes_back_to_its_writers_whole(press: Press, path: str, errcode: int) -> None:
    press.fault("errcode", path, errcode=errcode)
    press.work()
    assert press.state() == (ArticleState.DRAFT, PublicationState.FAILED)
    article = press.article()
    assert article.came_back
    assert (article.proposed_by, article.reviewed_by, article.approved_by) == (None, None, None)
    with press.sessions() as session:
        blocks = session.query(ArticleBlock).filter_by(article_id=article.id).all()
        assert [block.text for block in blocks] == [TEXT.text]
        last = trail_of(session, article.id)[-1]
    assert (last.text, last.act.reason) == ("没有发布成功", article.came_back)


@pytest.mark.parametrize(("errcode", "times"), [(40001, 2), (42001, 2), (44990, 1), (45011, 1), (45066, 1)])
def test_refusal_that_passes_is_waited_for_a_minute(press: Press, errcode: int, times: int) -> None:
    press.fault("errcode", ADD, errcode=errcode, count=times)
    press.work()
    assert (press.order().errcode, press.order().state) == (errcode, PublicationState.QUEUED)
    press.work(MINUTE)
    assert press.state() == (ArticleState.PUBLISHED, PublicationState.DONE)


@pytest.mark.parametrize("errcode", [40164, 50004, 47001, 40249, 999_999])
def test_fault_of_the_account_leaves_the_article_approved(press: Press, errcode: int) -> None:
    press.fault("errcode", ADD, errcode=errcode)
    press.work()
    assert press.state() == (ArticleState.APPROVED, PublicationState.FAILED)
    assert str(errcode) in (press.article().came_back or "")


def test_cover_that_the_account_lost_is_made_anew(press: Press) -> None:
    press.fault("errcode", ADD, errcode=40007, count=1)
    press.work()
    assert (press.order().state, press.order().cover_media_id) == (PublicationState.QUEUED, None)
    press.work(MINUTE)
    assert press.order().state is PublicationState.DONE


@pytest.mark.parametrize("status", [2, 3, 4])
def test_article_that_wechat_did_not_publish_is_a_draft_with_the_reason(press: Press, status: int) -> None:
    press.fault("publish_status", SUBMIT, status=status)
    press.work()
    press.work(2 * MINUTE)
    assert press.state() == (ArticleState.DRAFT, PublicationState.FAILED)
    assert press.article().came_back


def test_failed_article_is_mended_and_published(press: Press) -> None:
    press.fault("publish_status", SUBMIT, status=4, count=1)
    press.work()
    press.work(2 * MINUTE)
    with press.sessions.begin() as session:
        cast = press.cast._replace(article=session.get_one(Article, press.cast.article.id))
        edited = Edited("改好了", "", "青石村党支部", (TEXT,))
        save_article(session, cast.article, edited, seen=cast.article.version, by=cast.clerk.id, now=NOON)
        take_steps(session, cast, ArticleState.PUBLISHING)
    press.work()
    press.work(2 * MINUTE)
    assert press.article().state is ArticleState.PUBLISHED
    assert [one["title"] for one in press.listed(PUBLISHED)] == ["改好了"]


def test_slow_publication_is_asked_for_after_2_10_and_60_minutes_then_each_hour_for_a_day(
    press: Press,
) -> None:
    press.fault("publish_status", SUBMIT, status=1)
    press.work()
    asked: list[int] = []
    begun = press.now
    while press.order().state is PublicationState.SUBMITTED:
        press.now = press.order().not_before
        assert press.work() == 1
        asked.append(round((press.now - begun) / MINUTE))
    assert asked[:5] == [2, 10, 60, 120, 180]
    assert len(asked) <= 27
    assert press.state() == (ArticleState.APPROVED, PublicationState.FAILED)
    # It is told in the end.
    told(press, 0, "late", "https://mp.weixin.qq.com/s/late")
    assert press.state() == (ArticleState.PUBLISHED, PublicationState.DONE)


def told(press: Press, status: int, article_id: str = "", url: str = "", now: datetime | None = None) -> bool:
    """Let WeChat's event arrive for the last try."""
    number = press.order().publish_id or "0"
    with press.sessions.begin() as session:
        return keep_publish_result(session, number, status, article_id, url, now=now or press.now)


def test_event_ends_it_once_whoever_comes_first(press: Press) -> None:
    press.fault("publish_status", SUBMIT, status=1)
    press.work()
    url = "https://mp.weixin.qq.com/s/abc"
    assert [told(press, 1), told(press, 0, "A", url), told(press, 0, "A", url)] == [False, True, False]
    assert (press.article().url, press.order().wechat_article_id) == (url, "A")
    assert [told(press, 3), told(press, 4)] == [False, False]
    assert press.work(2 * MINUTE) == 0
    with press.sessions() as session:
        acts = [step.text for step in trail_of(session, press.cast.article.id)]
    assert acts.count("已发布") == 1


def test_address_that_no_column_holds_keeps_no_article_from_being_published(press: Press) -> None:
    press.fault("publish_status", SUBMIT, status=1)
    press.work()
    publish_id, url = press.order().publish_id or "", f"https://mp.weixin.qq.com/s?{'x' * 500}"
    with press.sessions.begin() as session:
        assert keep_publish_result(session, publish_id, 0, "a1", url, now=press.now)
    assert (press.article().state, press.article().url) == (ArticleState.PUBLISHED, None)


def test_event_that_does_not_say_which_article_leaves_it_to_the_question(press: Press) -> None:
    # Without its number in the account it could never be taken out of it.
    press.fault("publish_status", SUBMIT, status=1)
    press.work()
    assert not told(press, 0, "", "")
    assert press.state() == (ArticleState.PUBLISHING, PublicationState.SUBMITTED)
    assert told(press, 0, "a1")
    assert press.order().wechat_article_id == "a1"


def test_event_of_nobodys_number_changes_nothing(press: Press) -> None:
    press.fault("publish_status", SUBMIT, status=1)
    press.work()
    with press.sessions.begin() as session:
        assert not keep_publish_result(session, "999999", 0, "A", "https://mp.weixin.qq.com/s/a", now=NOON)
    assert press.state() == (ArticleState.PUBLISHING, PublicationState.SUBMITTED)


def test_end_that_was_told_before_the_number_was_kept_is_asked_for_at_once(press: Press) -> None:
    press.fault("event_lost", SUBMIT)
    press.work()
    assert press.state() == (ArticleState.PUBLISHED, PublicationState.DONE)


def test_event_and_question_at_once_leave_one_act(press: Press) -> None:
    press.fault("publish_status", SUBMIT, status=1)
    press.work()
    press.now += 2 * MINUTE
    event = partial(told, press, 0, "A", "https://mp.weixin.qq.com/s/abc")
    at_once([event, press.work, event, press.work])
    assert press.state() == (ArticleState.PUBLISHED, PublicationState.DONE)
    with press.sessions() as session:
        acts = [step.text for step in trail_of(session, press.cast.article.id)]
    assert acts.count("已发布") == 1


@pytest.mark.parametrize("status", [5, 6])
def test_article_that_is_gone_from_the_account_is_a_draft_again(press: Press, status: int) -> None:
    press.work()
    press.work(2 * MINUTE)
    assert told(press, status)
    assert press.state() == (ArticleState.DRAFT, PublicationState.FAILED)
    assert (press.article().url, press.article().published_at) == (None, None)


def test_two_processes_publish_one_article(press: Press) -> None:
    assert sorted(at_once([press.work] * 4)) == [0, 0, 0, 1]
    press.work(2 * MINUTE)
    assert (len(press.listed(PUBLISHED)), press.listed(DRAFTS)) == (1, [])


def test_withdrawn_article_leaves_the_account(press: Press) -> None:
    press.work()
    press.work(2 * MINUTE)
    call_off(press)
    assert press.state() == (ArticleState.WITHDRAWN, PublicationState.WITHDRAWING)
    press.fault("errcode", "/cgi-bin/freepublish/delete", errcode=-1, count=1)
    press.work()
    assert press.order().state is PublicationState.WITHDRAWING
    press.work(60 * MINUTE)
    assert press.state() == (ArticleState.WITHDRAWN, PublicationState.WITHDRAWN)
    assert press.listed(PUBLISHED) == []
    assert press.work(60 * MINUTE) == 0


def call_off(press: Press) -> None:
    """Withdraw the article."""
    with press.sessions.begin() as session:
        article = session.get_one(Article, press.cast.article.id)
        withdraw(session, article, "照片里有孩子", by=press.cast.chief.id, now=press.now)


def test_order_that_nobody_began_is_called_off(press: Press) -> None:
    call_off(press)
    assert press.state() == (ArticleState.WITHDRAWN, PublicationState.FAILED)
    assert press.work() == 0
    assert (press.listed(PUBLISHED), press.listed(DRAFTS)) == ([], [])


def test_article_that_is_being_published_is_not_withdrawn_meanwhile(press: Press) -> None:
    press.fault("publish_status", SUBMIT, status=1)
    press.work()
    with pytest.raises(Refused) as error:
        call_off(press)
    assert error.value.code == "article_publishing"


def test_withdrawing_and_publishing_at_once_end_in_one_of_both(press: Press) -> None:
    def withdrawn() -> str:
        call_off(press)
        return "withdrawn"

    said, *_ = at_once([withdrawn, press.work, press.work])
    if said == "withdrawn":
        assert press.article().state is ArticleState.WITHDRAWN
        press.work(MINUTE)
        assert press.listed(PUBLISHED) == []
    else:
        assert (said, press.article().state) == ("article_publishing", ArticleState.PUBLISHED)


def test_account_that_gives_no_answer_holds_up_the_schedule_once(press: Press) -> None:
    with press.sessions.begin() as session:
        a_cast(session, ArticleState.PUBLISHING)
    press.fault("reset_before", COVER)
    assert [press.work(), press.work(), press.work()] == [1, 1, 0]
    press.lift()
    assert press.work(MINUTE) == 2


def test_hours_without_an_answer_use_up_no_publication(press: Press) -> None:
    # Control: with a minute after each try all sixty are used up in an hour.
    press.fault("reset_before", COVER)
    while press.now < NOON + 3 * 60 * MINUTE:
        assert press.work() == 1
        press.now = press.order().not_before
    assert press.article().state is ArticleState.PUBLISHING
    assert press.order().attempt_no < 20
    press.lift()
    press.work()
    assert press.article().state is ArticleState.PUBLISHED


def test_platform_that_counts_as_down_costs_no_try(press: Press) -> None:
    gateway = press.account.gateway(breaker=Breaker(clock=lambda: 0))
    for _ in range(FAILURES):
        gateway.breaker.failed()
    assert publish_articles(press.sessions, press.now, gateway=gateway, base_url=SITE) == 0
    assert press.order().attempt_no == 0
    gateway.breaker.answered()
    assert publish_articles(press.sessions, press.now, gateway=gateway, base_url=SITE) == 1


def test_slow_account_holds_up_the_schedule_no_longer_than_a_run_may_take(
    sessions: Sessions, account: Account
) -> None:
    # Control: without its bound the first run sends both pictures.
    press = Press(sessions, account)
    press.work()
    press.work(2 * MINUTE)
    with sessions.begin() as session:
        cast = a_cast(session)
        with_pictures(session, cast, ["#336699", "#996633"])
        take_steps(session, cast, ArticleState.PUBLISHING)
    press.cast = cast
    press.fault("slow", PICTURE, seconds=0.5)
    sent = []
    for _ in range(2):
        press.now += MINUTE
        gateway = account.gateway(timeout=(3, 10))
        assert publish_articles(sessions, press.now, gateway=gateway, base_url=SITE, at_most=0.4) == 1
        assert press.state() == (ArticleState.PUBLISHING, PublicationState.QUEUED)
        with sessions() as session:
            sent.append([one.wechat_url for one in session.query(Picture).order_by(Picture.id)])
    (first, none), (kept, second) = sent
    assert (first, none) == (kept, None)
    assert second is not None
    press.lift()
    press.work(MINUTE)
    press.work(2 * MINUTE)
    assert press.article().state is ArticleState.PUBLISHED
    assert len(press.listed(PUBLISHED)) == 2


def test_one_article_is_ordered_once(press: Press) -> None:
    with press.sessions.begin() as session:
        cast = a_cast(session, ArticleState.APPROVED)
        seen = cast.article.version

    def order() -> str:
        with press.sessions.begin() as session:
            article = session.get_one(Article, cast.article.id)
            order_publication(session, article, seen=seen, by=cast.chief.id, now=NOON)
        return "ordered"

    assert sorted(at_once([order] * 4)) == ["article_moved_on"] * 3 + ["ordered"]


def test_plain_cover_is_a_picture_as_wide_as_wechat_shows_it() -> None:
    cover = Image.open(BytesIO(plain_cover()))
    assert (cover.format, cover.size) == ("JPEG", (900, 383))
    assert len(plain_cover()) < 64 * 1024
