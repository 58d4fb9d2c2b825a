"""Editing an article's text: only a draft, never over what another hand saved meanwhile."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from models.articles.article import Article, ArticleBlock, ArticleState, ArticleWriter, BlockKind, Picture
from models.articles.html import Block, article_html
from models.audit import Via, record
from models.refused import Refused

LONGEST_TITLE, LONGEST_DIGEST, LONGEST_BYLINE = 32, 120, 16  # WeChat's, in characters
LONGEST_BLOCK, MOST_BLOCKS = 4000, 60
LONGEST_HTML = 19_000  # WeChat takes less than 20,000 characters
LONG_ADDRESS = "https://mmbiz.qpic.cn/" + "x" * 180  # about as long as WeChat's own get
# Invisible: controls, direction marks, zero width, halves of characters; and fillers that count as letters.
# Unassigned characters stay: a rare character of a name may be younger than this Python.
UNSEEN = ("Cc", "Cf", "Cs")
FILLERS = "\u034f\u115f\u1160\u2800\u3164\uffa0\ufffe\uffff"
BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
WORDS = "有几处需要改一下"


@dataclass(frozen=True)
class Edited:
    """An article as typed."""

    title: str
    digest: str
    byline: str
    blocks: tuple[Block, ...]


def article_seen(session: Session, article_id: int, *, lock: bool = False) -> Article:
    """Return one article, locked against other hands if asked. Refused: not_found."""
    query = select(Article).where(Article.id == article_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    article = session.scalar(query)
    if article is None:
        raise Refused("not_found", "没有找到这篇稿件")
    return article


def blocks_of(session: Session, article_id: int) -> list[Block]:
    """Return the blocks of an article in their order."""
    query = (
        select(ArticleBlock.kind, ArticleBlock.text, ArticleBlock.picture_id)
        .where(ArticleBlock.article_id == article_id)
        .order_by(ArticleBlock.position)
    )
    return [Block(*row) for row in session.execute(query)]


def writers_of(session: Session, article_id: int) -> set[int]:
    """Return the accounts that wrote on an article: none of them reviews or approves it."""
    query = select(ArticleWriter.account_id).where(ArticleWriter.article_id == article_id)
    return set(session.scalars(query))


def save_article(
    session: Session, article: Article, edited: Edited, *, seen: int, by: int, now: datetime
) -> None:
    """Store what was typed, made plain; a picture that no block shows any more is gone.

    `seen` is the version that the form was made from.

    Refused: not_a_draft, article_changed, bad_article with `fields` title, digest, byline, blocks.
    """
    draft_held(session, article, seen=seen)
    plain = made_plain(edited)
    pictures = set(session.scalars(select(Picture.id).where(Picture.article_id == article.id)))
    _check(plain, pictures)
    before = {"version": article.version}
    article.title, article.digest, article.byline = plain.title, plain.digest, plain.byline
    put_blocks(session, article, plain.blocks)
    if gone := pictures - {block.picture_id for block in plain.blocks}:
        session.execute(delete(Picture).where(Picture.id.in_(gone)))
    written(session, article, by=by, now=now)
    record(
        session, "save_article", "article", article.id, via=Via.CONSOLE, account_id=by, org_id=article.org_id,
        before=before, after={"version": article.version, "blocks": len(plain.blocks)},
    )  # fmt: skip


def draft_held(session: Session, article: Article, *, seen: int | None = None) -> None:
    """Lock an article that may be edited. Refused: not_a_draft; article_changed where `seen` is given."""
    session.refresh(article, with_for_update=True)
    if article.state is not ArticleState.DRAFT:
        raise Refused("not_a_draft", "稿件已经供稿，要改请先收回修改")
    if seen is not None and article.version != seen:
        raise Refused("article_changed", "刚刚有人改过这篇稿件。请先看看新的，再把您的改动写进去")


def written(session: Session, article: Article, *, by: int, now: datetime) -> None:
    """Raise the version of a draft and keep whose hand it was."""
    article.version += 1
    hand = pg_insert(ArticleWriter).values(article_id=article.id, account_id=by, wrote_at=now)
    session.execute(hand.on_conflict_do_nothing())
    session.flush()


def put_blocks(session: Session, article: Article, blocks: Sequence[Block]) -> None:
    """Let these blocks be the article's, in this order."""
    session.execute(delete(ArticleBlock).where(ArticleBlock.article_id == article.id))
    rows = [
        {
            "article_id": article.id, "position": n, "kind": block.kind, "text": block.text,
            "picture_id": block.picture_id,
        }
        for n, block in enumerate(blocks, 1)
    ]  # fmt: skip
    if rows:
        session.execute(insert(ArticleBlock), rows)


def plain_text(text: str) -> str:
    """Return text without what nobody sees: controls, direction marks, zero width; lines trimmed.

    Tags stay as the characters that they are: nothing of ours ever reads them as markup.
    """
    kept = (
        char
        for char in BREAKS.sub("\n", text).replace("\t", " ")
        if char == "\n" or (unicodedata.category(char) not in UNSEEN and char not in FILLERS)
    )
    lines = (line.strip() for line in "".join(kept).split("\n"))
    return "\n".join(line for line in lines if line)


def plain_line(text: str) -> str:
    """Return the same as one line."""
    return " ".join(plain_text(text).split())


def made_plain(edited: Edited) -> Edited:
    """Return the article with every text made plain; blocks without a word or a picture are left out."""
    blocks = (
        Block(block.kind, plain_line(block.text), block.picture_id)
        if block.kind is BlockKind.PICTURE
        else Block(block.kind, plain_text(block.text))
        for block in edited.blocks
    )
    return Edited(
        plain_line(edited.title),
        plain_line(edited.digest),
        plain_line(edited.byline),
        tuple(block for block in blocks if block.text or block.picture_id is not None),
    )


def _check(plain: Edited, pictures: set[int]) -> None:
    wrong = {}
    for name, text, most, called in (
        ("title", plain.title, LONGEST_TITLE, "标题"),
        ("digest", plain.digest, LONGEST_DIGEST, "摘要"),
        ("byline", plain.byline, LONGEST_BYLINE, "署名"),
    ):
        if not text and name != "digest":
            wrong[name] = f"请写{called}"
        elif len(text) > most:
            wrong[name] = f"{called}最多 {most} 个字，现在是 {len(text)} 个"
    if said := _wrong_blocks(plain.blocks, pictures):
        wrong["blocks"] = said
    if wrong:
        raise Refused("bad_article", WORDS, fields=wrong)


def _wrong_blocks(blocks: Sequence[Block], pictures: Iterable[int]) -> str:
    if any((block.kind is BlockKind.PICTURE) != (block.picture_id is not None) for block in blocks):
        return "每张图片要先上传"
    if any(block.picture_id is not None and block.picture_id not in pictures for block in blocks):
        return "有一张图片已经不在了，请去掉它再保存"
    long = [n for n, block in enumerate(blocks, 1) if len(block.text) > LONGEST_BLOCK]
    if long:
        return f"第 {long[0]} 段太长，每段最多 {LONGEST_BLOCK} 个字，可以分成几段"
    if len(blocks) > MOST_BLOCKS:
        return f"最多 {MOST_BLOCKS} 段，可以把几段并成一段"
    if len(article_html(blocks, lambda _: LONG_ADDRESS)) > LONGEST_HTML:
        return f"全文太长，公众号最多收 {LONGEST_HTML // 1000 * 1000} 个字左右，请删短"
    return ""
