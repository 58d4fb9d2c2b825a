"""GET /api/v1/articles: what was published, for everybody, as plain text and pictures."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from handlers.edge import current
from handlers.mini_program import api
from handlers.mini_program.fields import fields_of
from handlers.mini_program.paging import Paging
from models.articles.article import BlockKind
from models.articles.editing import blocks_of
from models.articles.html import Block
from models.articles.listing import Shown, published, published_seen
from models.refused import Refused

PAGE = 20


class News(BaseModel):
    """A published article, with the address where it is read."""

    id: int
    title: str
    digest: str
    url: str
    published_on: str


class ArticleOut(News):
    """The same with who signed it."""

    byline: str


class Articles(BaseModel):
    """A list and where it goes on."""

    items: list[ArticleOut]
    next: str | None


class BlockOut(BaseModel):
    """One paragraph, a list with an entry a line, or a picture with its caption."""

    kind: str
    text: str
    picture: str | None
    caption: str


class ArticleText(ArticleOut):
    """One article with its blocks."""

    blocks: list[BlockOut]


def newest(*, after: int | None = None, most: int) -> list[Shown]:
    """Return the newest articles, those older than `after`; none where the zone shows no news in here.

    News asks for a category of its own in a mini-program: shown only where the zone says so.
    """
    edge = current()
    if not edge.parts.installation.public_articles:
        return []
    return published(edge.session, before=after, most=most)


def news(shape: type[News], one: Shown, **own: Any) -> dict[str, Any]:
    """Return a published article as JSON values."""
    return fields_of(shape, one, url=one.address(current().parts.installation.base_url), **own)


@api.get("/articles")
@api.input(Paging, location="query", arg_name="page")
@api.output(Articles)
def list_articles(page: Paging) -> dict[str, Any]:
    """What was published, newest first, twenty a page (`?before=` the id that `next` names)."""
    found = newest(after=page.id, most=PAGE + 1)
    following = str(found[PAGE - 1].id) if len(found) > PAGE else None
    return {"items": [news(ArticleOut, one) for one in found[:PAGE]], "next": following}


@api.get("/articles/<int:article_id>")
@api.output(ArticleText)
def show_article(article_id: int) -> dict[str, Any]:
    """One published article; 404 for any other, and for all where the zone shows no news in here."""
    edge = current()
    if not edge.parts.installation.public_articles:
        raise Refused("not_found", "没有找到这篇文章，可能已经撤下")
    one = published_seen(edge.session, article_id)
    blocks = [shown for block in blocks_of(edge.session, one.id) for shown in _shown(one.id, block)]
    return news(ArticleText, one, blocks=blocks)


def _shown(article_id: int, block: Block) -> Iterator[dict[str, Any]]:
    """Yield a block as JSON values: each paragraph its own, a list as one with a dot before each entry."""
    lines = [line.strip() for line in block.text.split("\n") if line.strip()]
    if block.kind is BlockKind.PICTURE:
        base = current().parts.installation.base_url
        picture = f"{base}/a/{article_id}/pictures/{block.picture_id}.jpg"
        yield {"kind": "picture", "text": "", "picture": picture, "caption": block.text}
    elif block.kind is BlockKind.LIST:
        yield _paragraph("\n".join(f"· {line}" for line in lines))
    else:
        yield from map(_paragraph, lines)


def _paragraph(text: str) -> dict[str, Any]:
    return {"kind": "text", "text": text, "picture": None, "caption": ""}
