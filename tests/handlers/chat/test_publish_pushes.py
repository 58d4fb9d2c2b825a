"""What WeChat pushes of a publication reaches the article, in every mode, as often as it is pushed."""

from typing import Any

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.pool import NullPool

from models.articles.act import Act, ArticleAct
from models.articles.article import Article, ArticleState
from models.articles.claim import claim_publication
from models.articles.press import keep_submitted
from models.base import Sessions
from tests.articles.hands import a_cast
from tests.conftest import NOON, OWNER, url
from tests.handlers.chat.follower import Chat

URL = "https://mp.weixin.qq.com/s/abcDEF"


@pytest.fixture(params=[True, False], ids=["safe", "plain"])
def chat(sessions: Sessions, request: pytest.FixtureRequest) -> Chat:
    """The callback in WeChat's two pure modes."""
    return Chat(sessions, is_safe=request.param)


def submitted(sessions: Sessions) -> int:
    """Return an article that WeChat publishes under the number 100."""
    with sessions.begin() as session:
        cast = a_cast(session, ArticleState.PUBLISHING)
        claim = claim_publication(session, now=NOON)
        assert claim is not None
        assert keep_submitted(session, claim, "100", now=NOON)
        return cast.article.id


def ended(chat: Chat, status: int, number: str = "100", event: str = "PUBLISHJOBFINISH") -> dict[str, Any]:
    """Return the elements of the event that tells how a publication ended."""
    info: dict[str, Any] = {"publish_id": number, "publish_status": status}
    if status == 0:
        item = {"idx": 1, "article_url": URL}
        info |= {"article_id": " b5O2-g ", "article_detail": {"count": 1, "item": item}}
    else:
        info["fail_idx"] = [1]
    return chat.elements("o_system", "event", Event=event, PublishEventInfo=info)


def article_of(chat: Chat, article_id: int) -> Article:
    """The article as it stands."""
    with chat.sessions() as session:
        return session.get_one(Article, article_id)


@pytest.mark.parametrize("event", ["PUBLISHJOBFINISH", "FREEPUBLISHJOBFINISH"])
def test_published_article_has_its_address_once(chat: Chat, event: str) -> None:
    article_id = submitted(chat.sessions)
    for _ in range(3):
        assert chat.shown(chat.push(ended(chat, 0, event=event))) == "success"
    article = article_of(chat, article_id)
    assert (article.state, article.url) == (ArticleState.PUBLISHED, URL)
    with chat.sessions() as session:
        acts = session.scalars(select(ArticleAct.act).where(ArticleAct.article_id == article_id)).all()
    assert acts.count(Act.PUBLISHED) == 1


def test_failed_article_is_a_draft_with_the_reason(chat: Chat) -> None:
    article_id = submitted(chat.sessions)
    assert chat.shown(chat.push(ended(chat, 4))) == "success"
    article = article_of(chat, article_id)
    assert (article.state, article.came_back) == (ArticleState.DRAFT, "没有通过微信的平台审核")


def test_publication_that_is_not_ours_is_taken_and_changes_nothing(chat: Chat) -> None:
    article_id = submitted(chat.sessions)
    assert chat.shown(chat.push(ended(chat, 0, number="999"))) == "success"
    assert article_of(chat, article_id).state is ArticleState.PUBLISHING


def test_event_that_could_not_be_kept_is_told_again(sessions: Sessions, database: str) -> None:
    chat = Chat(sessions)
    article_id = submitted(sessions)
    engine = create_engine(url(OWNER, database), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ALTER TABLE article_act RENAME TO away"))
        chat.app.testing = False
        chat.app.config["PROPAGATE_EXCEPTIONS"] = False
        assert chat.push(ended(chat, 0)).status_code >= 500
        connection.execute(text("ALTER TABLE away RENAME TO article_act"))
    assert article_of(chat, article_id).state is ArticleState.PUBLISHING
    assert chat.shown(chat.push(ended(chat, 0))) == "success"
    assert article_of(chat, article_id).state is ArticleState.PUBLISHED
