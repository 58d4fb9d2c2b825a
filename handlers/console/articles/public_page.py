"""A published article as everybody may read it: the address that stands in the official account's article."""

from flask import Response, url_for
from markupsafe import Markup

from handlers.console.articles.articles import picture_file
from handlers.console.pages import console, page
from handlers.edge import current
from models.articles.editing import blocks_of
from models.articles.html import article_html
from models.articles.listing import published_seen
from models.articles.pictures import picture_seen


@console.get("/a/<int:article_id>")
def public_article(article_id: int) -> Response:
    """Show a published article to anybody. Refused: not_found, also for one that is withdrawn."""
    session = current().session
    shown = published_seen(session, article_id)
    body = article_html(
        blocks_of(session, article_id),
        lambda picture_id: url_for("console.public_picture", article_id=article_id, picture_id=picture_id),
    )
    return page("articles/public_page.html", shown=shown, body=Markup(body))  # noqa: S704 - escaped word by word


@console.get("/a/<int:article_id>/pictures/<int:picture_id>.jpg")
def public_picture(article_id: int, picture_id: int) -> Response:
    """Send a picture of a published article to anybody. Refused: not_found."""
    session = current().session
    shown = published_seen(session, article_id)
    return picture_file(picture_seen(session, shown.id, picture_id).jpeg, picture_id)
