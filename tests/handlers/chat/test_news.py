"""What is published is seen by everybody: in the chat, on the home page, at its address; nothing else is."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.articles.article import ArticleState
from models.base import Sessions
from models.people.org import Org
from tests.articles.standing import an_article_at
from tests.conftest import NOON
from tests.factories import a_branch, a_picture
from tests.handlers.chat.follower import Chat
from tests.handlers.console_site import Site

PUBLISHED = ArticleState.PUBLISHED
UNSEEN = [state for state in ArticleState if state is not PUBLISHED]
XSS = "<img src=x onerror=alert(1)>"


def put(
    site: Site, state: ArticleState = PUBLISHED, title: str = "清淤忙", hours: int = 0, url: str | None = None
) -> int:
    """Add an article of the home branch, published some hours ago if it is."""
    with site.sessions.begin() as session:
        at = NOON - timedelta(hours=hours) if state is PUBLISHED else None
        home = session.get_one(Org, site.orgs["home"].id)
        it = an_article_at(session, home, state, title=title, url=url, digest="渠通了", published_at=at)
        return it.id


def news(site: Site) -> list[dict[str, Any]]:
    """Return what the mini-program's first page shows."""
    body = site.browser().get("/api/v1/home").json
    assert body is not None
    return list(body["articles"])


@pytest.fixture
def chat(sessions: Sessions) -> Chat:
    """The account's chat."""
    return Chat(sessions)


def test_home_shows_the_five_newest_with_where_to_read_them(site: Site) -> None:
    ids = [put(site, title=f"第{n}篇", hours=n) for n in range(6)]
    put(site, title="在公众号里", url="https://mp.weixin.qq.com/s/abc", hours=-1)
    shown = news(site)
    assert [one["title"] for one in shown] == ["在公众号里", "第0篇", "第1篇", "第2篇", "第3篇"]
    assert shown[0]["url"] == "https://mp.weixin.qq.com/s/abc"
    assert shown[1] == {
        "id": ids[0],
        "title": "第0篇",
        "digest": "渠通了",
        "url": f"http://127.0.0.1:8000/a/{ids[0]}",
        "published_on": "2026-11-25",
    }


def test_home_shows_none_until_the_zone_may_show_news(site: Site) -> None:
    put(site)
    house = replace(site.app.parts.installation, public_articles=False)
    site.app.parts = replace(site.app.parts, installation=house)
    assert news(site) == []


@pytest.mark.parametrize("state", UNSEEN)
def test_what_is_not_published_is_seen_nowhere(site: Site, state: ArticleState) -> None:
    article_id = put(site, state)
    assert Chat(site.sessions).say("oStranger", "动态").startswith("还没有发布的动态，")
    assert news(site) == []
    answer = site.browser("zone").get(f"/a/{article_id}")
    assert (answer.status_code, "清淤忙" in answer.text) == (404, False)


def test_chat_tells_the_three_newest_with_their_addresses(site: Site, chat: Chat) -> None:
    assert chat.say("oStranger", "动态").startswith("还没有发布的动态，")
    ids = [put(site, title=f"第{n}篇", hours=n) for n in range(4)]
    base = "https://dj.example.cn/a"
    assert chat.say("oStranger", "动态") == (
        f"近期动态\n\n第0篇\n{base}/{ids[0]}\n\n第1篇\n{base}/{ids[1]}\n\n第2篇\n{base}/{ids[2]}"
    )
    assert chat.event("oOther", "CLICK", EventKey="动态").startswith("近期动态\n\n第0篇\n")


def test_chat_tells_as_many_as_one_reply_holds(site: Site, chat: Chat) -> None:
    for n in range(3):
        put(site, title="题" * 32, url=f"https://mp.weixin.qq.com/s/{n}{'x' * 470}", hours=n)
    said = chat.say("oStranger", "动态")
    assert len(said.encode()) <= 2000
    assert said.count("https://") == 3
    with site.sessions.begin() as session:
        an_article_at(session, a_branch(session), PUBLISHED, url=f"https://mp.weixin.qq.com/{'字' * 470}")
    assert len(chat.say("oOther", "动态").encode()) <= 2000


def test_page_is_read_by_anybody_and_says_nothing_of_the_console(site: Site) -> None:
    with site.sessions.begin() as session:
        home = session.get_one(Org, site.orgs["home"].id)
        it = an_article_at(session, home, PUBLISHED, f"渠通了。\n{XSS}", title=f"{XSS[:20]}&", digest='"><b>')
    answer = site.browser().get(f"/a/{it.id}")
    assert answer.status_code == 200
    assert "渠通了。" in answer.text
    assert "2026年11月25日" in answer.text
    assert "&lt;img src=x onerror=alert(1)&gt;" in answer.text
    assert [word for word in (XSS, XSS[:20], '"><b>', "<script", "退出") if word in answer.text] == []
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_picture_is_a_jpeg_of_a_published_article_and_of_no_other(site: Site) -> None:
    with site.sessions.begin() as session:
        home = session.get_one(Org, site.orgs["home"].id)
        draft = an_article_at(session, home, ArticleState.DRAFT)
        hidden = a_picture(session, draft)
        other = an_article_at(session, home, ArticleState.DRAFT)
        picture = a_picture(session, other)
        done = an_article_at(session, home, PUBLISHED)
    browser = site.browser()
    for article_id, picture_id in (
        (draft.id, hidden.id), (other.id, picture.id), (done.id, hidden.id), (done.id, 999_999),
    ):  # fmt: skip
        assert browser.get(f"/a/{article_id}/pictures/{picture_id}.jpg").status_code == 404
    answer = site.browser("secretary").get(f"/console/articles/{draft.id}/pictures/{hidden.id}.jpg")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={hidden.id}.jpg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data[:3] == b"\xff\xd8\xff"
    assert site.browser("neighbour").get(answer.request.path).status_code == 404
    assert browser.get(answer.request.path).status_code == 401
