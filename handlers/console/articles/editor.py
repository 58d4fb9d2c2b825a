"""Editing an article: its form as typed, blocks added, moved and removed, pictures, all without a script."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from itertools import zip_longest
from typing import Any

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from handlers.console.articles.page import picture_at
from handlers.console.articles.reach import article_reached
from handlers.console.form_rows import move_row
from handlers.console.pages import console, form_page, go, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import staff
from models.articles.article import Article, ArticleState, BlockKind
from models.articles.editing import (
    LONGEST_BLOCK,
    LONGEST_BYLINE,
    LONGEST_DIGEST,
    LONGEST_TITLE,
    MOST_BLOCKS,
    Edited,
    article_seen,
    blocks_of,
    save_article,
)
from models.articles.html import Block
from models.articles.pictures import MOST_BYTES, MOST_PICTURES, TOO_LARGE, add_picture
from models.articles.secrecy import warnings_of
from models.people.org import Org
from models.people.rights import Verb
from models.refused import Refused

# A file that is somewhat too large is still read, so that the form comes back with what was typed.
MOST_SENT = 3 * MOST_BYTES
FORM_CODES = ("bad_article", "article_changed", "bad_picture", "picture_too_large")
KIND_TEXT = {BlockKind.TEXT: "文字", BlockKind.LIST: "列表", BlockKind.PICTURE: "图片"}
ADDED = {"add-text": BlockKind.TEXT, "add-list": BlockKind.LIST}


@dataclass
class Typed:
    """An article's form as text, whether or not it holds; `seen` is the version that it was made from."""

    title: str
    digest: str
    byline: str
    blocks: list[Block]
    seen: int

    @property
    def edited(self) -> Edited:
        """What the form stands for."""
        return Edited(self.title, self.digest, self.byline, tuple(self.blocks))


def with_picture(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let this one form carry a picture; far larger ones are refused unread. Refused: picture_too_large."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        request.max_content_length = MOST_SENT
        try:
            return view(*args, **kwargs)
        except RequestEntityTooLarge as error:
            raise Refused("picture_too_large", TOO_LARGE) from error
        finally:
            request.close()  # a large file lies on the disk until then

    return guarded


def draft_reached(article_id: int) -> Article:
    """Return a draft that the person may edit. Refused: not_found, not_yours, not_a_draft."""
    article = article_reached(article_id, Verb.DRAFT)
    if article.state is not ArticleState.DRAFT:
        raise Refused("not_a_draft", "稿件已经供稿，要改请先收回修改")
    return article


@console.get("/console/articles/<int:article_id>/edit")
@staff_page
def edit_article(article_id: int) -> Response:
    """Show a draft's form."""
    article = draft_reached(article_id)
    blocks = blocks_of(current().session, article_id)
    typed = Typed(article.title, article.digest, article.byline, blocks, article.version)
    return _form_page(article, typed)


@console.post("/console/articles/<int:article_id>/edit")
@with_picture
@staff_page
def save_edited(article_id: int) -> Response:
    """Change the form as its button asks, or save it, with a picture put in at the end where one was chosen.

    400 with the form as typed where it does not hold; 409 where somebody saved meanwhile.
    """
    edge, by = current(), staff().account_id
    article, typed = draft_reached(article_id), _typed()
    wish = request.form.get("do", "")
    if _changed(typed, wish):
        return _form_page(article, typed)
    try:
        save_article(edge.session, article, typed.edited, seen=typed.seen, by=by, now=edge.now)
        if wish == "picture":
            consent = request.form.get("consent") == "yes"
            add_picture(edge.session, article, _sent(), consent=consent, by=by, now=edge.now)
    except Refused as error:
        if error.code not in FORM_CODES:
            raise
        refuse_form(error)
        article = article_seen(edge.session, article_id)
        if error.code == "article_changed":
            typed.seen = article.version  # what was typed is saved over it, once it was looked at
        return _form_page(article, typed, error)
    if wish == "save":
        return go("console.article", article_id=article_id)
    return go(
        "console.edit_article", article_id=article_id, _anchor="pictures" if wish == "picture" else None
    )


def _typed() -> Typed:
    form = request.form
    rows = zip_longest(
        form.getlist("block_kind"), form.getlist("block_text"), form.getlist("block_picture"), fillvalue=""
    )
    blocks = [
        Block(BlockKind(kind), text, _number(picture)) for kind, text, picture in rows if kind in KIND_TEXT
    ]
    seen = _number(form.get("seen", "")) or 0
    title, digest, byline = (form.get(name, "") for name in ("title", "digest", "byline"))
    return Typed(title, digest, byline, blocks[: 2 * MOST_BLOCKS], seen)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def _sent() -> bytes:
    file = request.files.get("picture")
    if file is None or not file.filename:
        raise Refused("bad_picture", "请先选一张图片", fields={"picture": "请先选一张图片"})
    return bytes(file.read())


def _changed(typed: Typed, wish: str) -> bool:
    """Add, move or take away a block as a button of the form wishes; False if it was none."""
    rows = typed.blocks
    if wish in ADDED:
        rows.append(Block(ADDED[wish]))
        return True
    return move_row(rows, wish)


def _form_page(article: Article, typed: Typed, error: Refused | None = None) -> Response:
    session = current().session
    return form_page(
        "articles/edit.html",
        error,
        article=article,
        org=session.get_one(Org, article.org_id),
        typed=typed,
        kinds=BlockKind,
        kind_text=KIND_TEXT,
        picture_at=lambda picture_id: picture_at(article.id, picture_id),
        warnings=warnings_of(session, article),
        consent=request.form.get("consent") == "yes" and bool(error),
        longest={"title": LONGEST_TITLE, "digest": LONGEST_DIGEST, "byline": LONGEST_BYLINE},
        longest_block=LONGEST_BLOCK,
        most_pictures=MOST_PICTURES,
        megabytes=MOST_BYTES // 1_000_000,
    )
