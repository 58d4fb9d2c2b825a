"""An article's blocks as HTML and plain text: one way for preview, public page and official account."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from markupsafe import Markup, escape

from models.articles.article import BlockKind

PARAGRAPH, ENTRY, LIST = Markup("<p>{}</p>"), Markup("<li>{}</li>"), Markup("<ul>{}</ul>")
PICTURE = Markup('<p class="picture"><img src="{}" alt="{}"></p>')
CAPTION = Markup('<p class="caption">{}</p>')
UNTITLED = "活动图片"  # what is read out where a picture has no caption


class Block(NamedTuple):
    """One block as it is edited and shown: plain text; a list has one entry a line, a picture its caption."""

    kind: BlockKind
    text: str = ""
    picture_id: int | None = None


def article_html(blocks: Iterable[Block], address_of: Callable[[int], str]) -> str:
    """Return the body as HTML of p, ul, li and img alone, everything escaped.

    `address_of` gives the address of a picture by its id: the reader's page and WeChat have their own.
    """
    return Markup("\n").join(_block_html(block, address_of) for block in blocks)


def _block_html(block: Block, address_of: Callable[[int], str]) -> Markup:
    lines = _lines(block.text)
    if block.kind is BlockKind.LIST:
        return LIST.format(Markup("").join(ENTRY.format(escape(line)) for line in lines))
    if block.picture_id is None:
        return Markup("\n").join(PARAGRAPH.format(escape(line)) for line in lines)
    picture = PICTURE.format(escape(address_of(block.picture_id)), escape(block.text or UNTITLED))
    return picture + CAPTION.format(escape(block.text)) if block.text else picture


def article_text(blocks: Iterable[Block]) -> str:
    """Return the body as plain text, for copying: paragraphs apart, a list's entries with a dot."""
    parts = []
    for block in blocks:
        if block.kind is BlockKind.PICTURE:
            parts.append(f"（图片：{block.text}）" if block.text else "（图片）")
        elif block.kind is BlockKind.LIST:
            parts.append("\n".join(f"· {line}" for line in _lines(block.text)))
        else:
            parts.append("\n".join(_lines(block.text)))
    return "\n\n".join(parts)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]
