"""Draft, secrecy review, approval: each by a named person, none by whoever wrote or signed it."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.articles.act import Act
from models.articles.approval import (
    CHECKLIST,
    Paper,
    approve,
    pass_review,
    propose,
    reject_approval,
    reject_review,
    take_back,
)
from models.articles.article import Article, ArticleState, BlockKind
from models.articles.editing import Edited, blocks_of, save_article
from models.articles.html import Block
from models.articles.publishing import (
    Waiting,
    order_publication,
    register_by_hand,
    waiting_for,
    withdraw,
)
from models.articles.trail import trail_of
from models.audit import Audit
from models.base import Sessions
from models.people.account import Account, Post
from models.people.org import Org
from models.people.rights import PostAt, Verb
from models.refused import Refused
from tests.articles.hands import TEXT, Cast, a_cast, take_steps
from tests.conftest import NOON
from tests.factories import a_branch, an_article
from tests.together import at_once

DRAFT, PROPOSED, REVIEWED, APPROVED = list(ArticleState)[:4]
TODAY = date(2026, 11, 25)
ALL = list(CHECKLIST)
SIGNED = Paper("党工委副书记 罗正清", TODAY, "青宣审〔2026〕18 号")


def refused(code: str, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Refused:
    """Return the refusal with this code."""
    with pytest.raises(Refused) as error:
        verb(*args, **kwargs)
    assert error.value.code == code
    return error.value


def waiting_of(session: Session, account: Account) -> list[Waiting]:
    """Return what waits for an account by its posts."""
    query = select(Post.role, Org.id, Org.path, Org.kind, Org.name).join(Org, Org.id == Post.org_id)
    posts = [PostAt(*row) for row in session.execute(query.where(Post.account_id == account.id))]
    return waiting_for(session, posts, account.id)


def test_article_goes_from_hand_to_hand_and_keeps_every_name(session: Session) -> None:
    cast = a_cast(session, ArticleState.PUBLISHING)
    assert [(step.text, step.name) for step in trail_of(session, cast.article.id)] == [
        ("供稿", "周明远"),
        ("保密审核通过", "程若兰"),
        ("批准", "顾云飞"),
        ("交付发布", "安思齐"),
    ]
    verbs = select(Audit.verb).where(Audit.subject == "article", Audit.subject_id == cast.article.id)
    assert [verb for verb in session.scalars(verbs.order_by(Audit.id)) if verb.startswith("article_")] == [
        "article_proposed",
        "article_review_passed",
        "article_approved",
        "article_ordered",
    ]


def test_review_passes_only_when_every_line_is_ticked(session: Session) -> None:
    cast = a_cast(session, PROPOSED)
    keys: dict[str, Any] = {"seen": cast.article.version, "by": cast.officer.id, "now": NOON}
    for left in ALL:
        ticked = [code for code in ALL if code != left]
        error = refused("review_incomplete", pass_review, session, cast.article, ticked, **keys)
        assert "还有 1 项" in error.message
    pass_review(session, cast.article, ALL, **keys)
    assert trail_of(session, cast.article.id)[-1].act.checklist == dict.fromkeys(ALL, True)


@pytest.mark.parametrize("who", ["clerk", "secretary"])
def test_nobody_reviews_or_approves_what_they_wrote_or_signed(session: Session, who: str) -> None:
    cast = a_cast(session, PROPOSED)
    by, seen = getattr(cast, who).id, cast.article.version
    refused("own_article", pass_review, session, cast.article, ALL, seen=seen, by=by, now=NOON)
    refused("own_article", reject_review, session, cast.article, "不行", by=by, now=NOON)
    pass_review(session, cast.article, ALL, seen=seen, by=cast.officer.id, now=NOON)
    for paper in (None, SIGNED):
        refused("own_article", approve, session, cast.article, seen=seen, by=by, now=NOON, paper=paper)
    refused("own_article", reject_approval, session, cast.article, "不行", by=by, now=NOON)
    assert cast.article.state is REVIEWED


def test_officer_who_mended_a_word_does_not_review_it(session: Session) -> None:
    cast = a_cast(session)
    edited = Edited("沟渠清淤忙起来", "", "青石村党支部", (TEXT,))
    save_article(session, cast.article, edited, seen=cast.article.version, by=cast.officer.id, now=NOON)
    seen = cast.article.version
    propose(session, cast.article, seen=seen, by=cast.secretary.id, now=NOON)
    refused("own_article", pass_review, session, cast.article, ALL, seen=seen, by=cast.officer.id, now=NOON)
    assert waiting_of(session, cast.officer) == []


def test_who_reviewed_approves_on_paper_only(session: Session) -> None:
    cast = a_cast(session, REVIEWED)
    keys: dict[str, Any] = {"seen": cast.article.version, "by": cast.officer.id, "now": NOON}
    error = refused("own_article", approve, session, cast.article, paper=None, **keys)
    assert "录入纸质审批" in error.message
    approve(session, cast.article, paper=SIGNED, **keys)
    last = trail_of(session, cast.article.id)[-1].act
    assert (last.paper_signer, last.paper_signed_on, last.paper_number) == (
        "党工委副书记罗正清",
        TODAY,
        "青宣审〔2026〕18 号",
    )


@pytest.mark.parametrize(
    "signer",
    ["程若兰", "程若兰主任", "副书记程若兰", " 程 若兰 ", "程\u200b若\u2060兰", "周明远", "林小满", "顾云飞"],
)
def test_signer_is_none_of_the_hands_it_went_through(session: Session, signer: str) -> None:
    cast = a_cast(session, REVIEWED)
    keys: dict[str, Any] = {"seen": cast.article.version, "by": cast.chief.id, "now": NOON}
    paper = SIGNED._replace(signer=signer)
    error = refused("bad_paper", approve, session, cast.article, paper=paper, **keys)
    assert set(error.extra["fields"]) == {"signer"}


def test_somebody_whose_name_begins_alike_may_sign(session: Session) -> None:
    cast = a_cast(session, REVIEWED)
    paper = SIGNED._replace(signer="程若兰英")
    approve(session, cast.article, seen=cast.article.version, by=cast.chief.id, now=NOON, paper=paper)
    assert cast.article.state is APPROVED


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"signer": ""}, "signer"),
        ({"signer": "罗" * 41}, "signer"),
        ({"signed_on": None}, "signed_on"),
        ({"signed_on": TODAY - timedelta(days=1)}, "signed_on"),
        ({"signed_on": TODAY + timedelta(days=1)}, "signed_on"),
        ({"number": " "}, "number"),
        ({"number": "1" * 41}, "number"),
    ],
)
def test_paper_with_a_hole_is_not_taken(session: Session, changed: dict[str, Any], field: str) -> None:
    cast = a_cast(session, REVIEWED)
    paper = SIGNED._replace(**changed)
    error = refused(
        "bad_paper", approve, session, cast.article, seen=cast.article.version, by=cast.chief.id, now=NOON,
        paper=paper,
    )  # fmt: skip
    assert set(error.extra["fields"]) == {field}


def test_rejected_article_is_a_draft_with_its_reason_and_its_text(session: Session) -> None:
    cast = a_cast(session, PROPOSED)
    reject_review(session, cast.article, "  有一处\n写了手机号 ", by=cast.officer.id, now=NOON)
    assert (cast.article.state, cast.article.came_back) == (DRAFT, "有一处 写了手机号")
    assert blocks_of(session, cast.article.id) == [TEXT]
    edited = Edited("沟渠清淤忙", "", "青石村党支部", (Block(BlockKind.TEXT, "改过了。"),))
    save_article(session, cast.article, edited, seen=cast.article.version, by=cast.clerk.id, now=NOON)
    take_steps(session, cast, REVIEWED)
    assert cast.article.came_back is None
    reject_approval(session, cast.article, "时间写错了", by=cast.chief.id, now=NOON)
    assert cast.article.came_back == "时间写错了"
    reasons = [step.act.reason for step in trail_of(session, cast.article.id) if step.act.reason]
    assert reasons == ["有一处 写了手机号", "时间写错了"]


@pytest.mark.parametrize("reason", ["", " ", "不", "不\u200b", "\u2800\u3164", "\x00\x07", "长" * 201])
def test_sending_back_says_why(session: Session, reason: str) -> None:
    cast = a_cast(session, PROPOSED)
    error = refused(
        "reason_missing", reject_review, session, cast.article, reason, by=cast.officer.id, now=NOON
    )
    assert "reason" in error.extra["fields"]
    assert cast.article.state is PROPOSED


@pytest.mark.parametrize("state", [PROPOSED, REVIEWED, APPROVED])
def test_what_was_taken_back_is_signed_anew(session: Session, state: ArticleState) -> None:
    cast = a_cast(session, state)
    take_back(session, cast.article, by=cast.secretary.id, now=NOON)
    signed = (cast.article.proposed_by, cast.article.reviewed_by, cast.article.approved_by)
    assert (cast.article.state, signed) == (DRAFT, (None, None, None))


def test_text_that_changed_meanwhile_is_neither_reviewed_nor_approved(session: Session) -> None:
    cast = a_cast(session, PROPOSED)
    seen = cast.article.version
    take_back(session, cast.article, by=cast.secretary.id, now=NOON)
    edited = Edited("另一篇", "", "青石村党支部", (TEXT,))
    save_article(session, cast.article, edited, seen=seen, by=cast.clerk.id, now=NOON)
    refused("article_moved_on", propose, session, cast.article, seen=seen, by=cast.secretary.id, now=NOON)
    propose(session, cast.article, seen=cast.article.version, by=cast.secretary.id, now=NOON)
    refused(
        "article_moved_on", pass_review, session, cast.article, ALL, seen=seen, by=cast.officer.id, now=NOON
    )


@pytest.mark.parametrize("state", [DRAFT, PROPOSED, REVIEWED, APPROVED, ArticleState.PUBLISHING])
def test_no_step_is_taken_out_of_turn(session: Session, state: ArticleState) -> None:
    cast = a_cast(session, state)
    article, seen, chief = cast.article, cast.article.version, cast.chief.id
    verbs: dict[ArticleState, Callable[[], object]] = {
        DRAFT: lambda: propose(session, article, seen=seen, by=cast.secretary.id, now=NOON),
        PROPOSED: lambda: pass_review(session, article, ALL, seen=seen, by=cast.officer.id, now=NOON),
        REVIEWED: lambda: approve(session, article, seen=seen, by=chief, now=NOON, paper=None),
        APPROVED: lambda: order_publication(session, article, seen=seen, by=chief, now=NOON),
    }
    for needed, verb in verbs.items():
        if needed is not state:
            refused("article_moved_on", verb)
    assert article.state is state


def test_empty_article_is_not_proposed(session: Session) -> None:
    cast = a_cast(session)
    edited = Edited("只有标题", "", "青石村党支部", ())
    save_article(session, cast.article, edited, seen=cast.article.version, by=cast.clerk.id, now=NOON)
    refused(
        "article_empty", propose, session, cast.article, seen=cast.article.version, by=cast.secretary.id,
        now=NOON,
    )  # fmt: skip


def test_article_waits_for_whoever_may_take_its_next_step(session: Session) -> None:
    cast = a_cast(session, PROPOSED)
    far = a_cast(session, PROPOSED)

    def waits(of: Cast, who: str) -> list[Verb]:
        waiting = waiting_of(session, getattr(of, who))
        return [one.verb for one in waiting if one.article.id == cast.article.id]

    review, approval, publication = Verb.REVIEW_ARTICLE, Verb.APPROVE_ARTICLE, Verb.PUBLISH_ARTICLE
    assert [waits(cast, who) for who in ("clerk", "secretary", "officer", "chief")] == [
        [], [], [review], [review],
    ]  # fmt: skip
    assert [waits(far, who) for who in ("officer", "chief")] == [[], []]
    pass_review(session, cast.article, ALL, seen=cast.article.version, by=cast.officer.id, now=NOON)
    assert [waits(cast, who) for who in ("officer", "chief")] == [[], [approval]]
    approve(session, cast.article, seen=cast.article.version, by=cast.chief.id, now=NOON, paper=None)
    assert [waits(cast, who) for who in ("officer", "chief")] == [[], [publication]]


def test_articles_wait_in_the_order_of_the_tree(session: Session) -> None:
    cast = a_cast(session, PROPOSED)
    later = a_branch(session, cast.town, name="柳湾村党支部")
    for branch in (later, cast.branch):
        article = an_article(session, branch, cast.clerk)
        edited = Edited("沟渠清淤忙", "", branch.name, (TEXT,))
        save_article(session, article, edited, seen=article.version, by=cast.clerk.id, now=NOON)
        take_steps(session, cast._replace(article=article), PROPOSED)
    waiting = waiting_of(session, cast.officer)
    assert [one.org.name for one in waiting] == ["青石村党支部", "青石村党支部", "柳湾村党支部"]


def test_article_published_by_hand_keeps_its_address(session: Session) -> None:
    cast = a_cast(session, APPROVED)
    keys: dict[str, Any] = {"seen": cast.article.version, "by": cast.chief.id, "now": NOON}
    url = "https://mp.weixin.qq.com/s/abcDEF_123"
    for bad in ("", "mp.weixin.qq.com/s/a", "http://mp.weixin.qq.com/s/a", "https://mp.weixin.qq.com.evil.cn/s/a",
                "https://mp.weixin.qq.com/", "javascript:alert(1)", "https://x@mp.weixin.qq.com/s/a",
                "https://[mp.weixin.qq.com/s/a", f"{url} a", f"{url}{'a' * 500}"):  # fmt: skip
        error = refused("bad_registration", register_by_hand, session, cast.article, bad, TODAY, **keys)
        assert set(error.extra["fields"]) == {"url"}
    for day in (None, TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        error = refused("bad_registration", register_by_hand, session, cast.article, url, day, **keys)
        assert set(error.extra["fields"]) == {"on"}
    register_by_hand(session, cast.article, url, TODAY, **keys)
    assert (cast.article.state, cast.article.url) == (ArticleState.PUBLISHED, url)
    assert trail_of(session, cast.article.id)[-1].name == "顾云飞"


def test_withdrawn_article_is_withdrawn_for_good(session: Session) -> None:
    for state in (DRAFT, PROPOSED, REVIEWED, APPROVED, ArticleState.PUBLISHING):
        cast = a_cast(session, state)
        refused("reason_missing", withdraw, session, cast.article, "", by=cast.chief.id, now=NOON)
        withdraw(session, cast.article, "活动改期", by=cast.chief.id, now=NOON)
        assert cast.article.state is ArticleState.WITHDRAWN
        refused("article_moved_on", withdraw, session, cast.article, "再撤", by=cast.chief.id, now=NOON)


def test_two_reviewers_at_once_leave_one_act(sessions: Sessions) -> None:
    with sessions.begin() as session:
        cast = a_cast(session, PROPOSED)
        seen = cast.article.version

    def review(by: int) -> str:
        with sessions.begin() as session:
            article = session.get_one(Article, cast.article.id)
            pass_review(session, article, ALL, seen=seen, by=by, now=NOON)
        return "passed"

    hands = [cast.officer.id, cast.chief.id, cast.second.id] * 3
    ends = at_once([partial(review, by) for by in hands])
    assert sorted(ends) == ["article_moved_on"] * 8 + ["passed"]
    with sessions() as session:
        acts = [step.act.act for step in trail_of(session, cast.article.id)]
        assert acts == [Act.PROPOSED, Act.REVIEW_PASSED]
