"""The page of one article: where it stands, how it reads, what to look at, and the steps it may take."""

from collections.abc import Mapping
from typing import Any

from flask import Response, url_for
from markupsafe import Markup

from handlers.console.pages import page
from handlers.edge import current
from handlers.identity import staff
from models.articles.article import ARTICLE_STATE_TEXT, Article, ArticleState
from models.articles.editing import blocks_of
from models.articles.html import article_html
from models.articles.listing import sources_of
from models.articles.secrecy import warnings_of
from models.articles.trail import trail_of
from models.people.org import Org
from models.people.rights import Verb, may

OVER = (ArticleState.PUBLISHED, ArticleState.WITHDRAWN)


def article_page(article: Article, steps: Mapping[str, Any], status: int = 200) -> Response:
    """Show an article; `steps` goes to the template of its steps, after a refusal with what was typed."""
    session = current().session
    org = session.get_one(Org, article.org_id)
    return page(
        "articles/article.html",
        status,
        article=article,
        org=org,
        state=ARTICLE_STATE_TEXT[article.state],
        is_draft=article.state is ArticleState.DRAFT,
        is_over=article.state in OVER,
        is_published=article.state is ArticleState.PUBLISHED,
        may_edit=article.state is ArticleState.DRAFT and may(staff().posts, Verb.DRAFT, org.path),
        body=body_of(article.id),
        warnings=warnings_of(session, article),
        sources=sources_of(session, article.id),
        may_read_records=may(staff().posts, Verb.SEE_FILED, org.path),
        trail=trail_of(session, article.id),
        **steps,
    )


def body_of(article_id: int) -> Markup:
    """Return the article's body for the console, with pictures that only its readers here may open."""
    session = current().session
    return Markup(  # noqa: S704 - article_html escapes every word of it
        article_html(blocks_of(session, article_id), lambda picture_id: picture_at(article_id, picture_id))
    )


def picture_at(article_id: int, picture_id: int) -> str:
    """Return the address of a picture in the console."""
    return url_for("console.article_picture", article_id=article_id, picture_id=picture_id)
