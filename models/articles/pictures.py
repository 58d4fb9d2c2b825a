"""Pictures of an article: taken by what they are, made anew, so that nothing of the phone comes along."""

import struct
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from threading import Lock

from PIL import Image, ImageOps
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.articles.article import Article, ArticleBlock, BlockKind, Picture
from models.articles.editing import MOST_BLOCKS, draft_held, written
from models.audit import Via, record
from models.refused import Refused

MOST_BYTES = 10_000_000  # of a file
# Looked at before anything is unpacked. A plain JPEG, as phones make them, is read small; the others take up
# to 17 bytes a point at once, and a file of five kilobytes can hold as many points as it likes.
MOST_PIXELS, MOST_PIXELS_AT_ONCE = 50_000_000, 12_500_000
MOST_PICTURES = 9  # in one article
LONGEST_SIDE, NARROWEST = 1280, 50
LARGEST_JPEG = 1_000_000  # bytes: WeChat takes less than a megabyte
QUALITIES = (85, 75, 60, 45, 30)
FORMATS = ("JPEG", "PNG", "WEBP")
SEVERAL = "MPO"  # a JPEG with further pictures behind it, as some phones make: the first is the photo
UNREADABLE = "这个文件不是能用的图片。请选 JPG、PNG 或 WebP 图片"
TOO_LARGE = f"图片太大，每张不超过 {MOST_BYTES // 1_000_000} MB，请缩小后再选"
ALONE = Lock()  # one picture at a time is unpacked, however many are sent at once
# In pieces of more than 32 MB the C library gives memory back at once, in smaller ones when it likes.
Image.core.set_block_size(64 * 1024 * 1024)  # type: ignore[attr-defined]
# What Pillow raises for files that are broken, cut short or made to mislead.
BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, struct.error,
    Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip


def add_picture(
    session: Session, article: Article, upload: bytes, *, consent: bool, by: int, now: datetime
) -> Picture:
    """Put a picture at the end of a draft, made anew as a JPEG of at most 1280 points and a megabyte.

    `consent`: whoever adds it says that those shown agree.

    Refused: not_a_draft, bad_picture with `fields` picture, consent; picture_too_large.
    """
    draft_held(session, article)
    if not consent:
        raise _bad("consent", "请先确认照片里的人同意公开，再放入")
    jpeg, size = made_anew(upload)
    sha = sha256(jpeg).digest()
    there = set(session.scalars(select(Picture.sha).where(Picture.article_id == article.id)))
    if sha in there:
        raise _bad("picture", "这张图片已经在稿件里了")
    if len(there) >= MOST_PICTURES:
        raise _bad("picture", f"一篇稿件最多 {MOST_PICTURES} 张图片")
    picture = Picture(
        article_id=article.id, sha=sha, jpeg=jpeg, width=size[0], height=size[1], added_by=by, added_at=now,
        consent_at=now,
    )  # fmt: skip
    session.add(picture)
    session.flush()
    _place(session, article, picture.id)
    written(session, article, by=by, now=now)
    record(
        session, "add_picture", "article", article.id, via=Via.CONSOLE, account_id=by, org_id=article.org_id,
        after={"picture": picture.id, "bytes": len(jpeg)},
    )  # fmt: skip
    return picture


def _place(session: Session, article: Article, picture_id: int) -> None:
    last = func.coalesce(func.max(ArticleBlock.position), 0)
    position = session.scalars(select(last).where(ArticleBlock.article_id == article.id)).one() + 1
    if position > MOST_BLOCKS:
        raise _bad("picture", f"最多 {MOST_BLOCKS} 段，可以先把几段并成一段")
    session.add(
        ArticleBlock(
            article_id=article.id, position=position, kind=BlockKind.PICTURE, picture_id=picture_id, text=""
        )
    )


def picture_seen(session: Session, article_id: int, picture_id: int) -> Picture:
    """Return one picture of this article. Refused: not_found, also for another article's."""
    query = select(Picture).where(Picture.id == picture_id, Picture.article_id == article_id)
    picture = session.scalar(query)
    if picture is None:
        raise Refused("not_found", "没有找到这张图片")
    return picture


def made_anew(upload: bytes) -> tuple[bytes, tuple[int, int]]:
    """Return the JPEG made of a file's first picture, upright, on white, and its width and height.

    Only the points are carried over: place, time, device, comments and whatever stands behind the picture
    stay in the file that was sent. What a file is, its content says; its name is not asked.

    Refused: bad_picture, picture_too_large.
    """
    if len(upload) > MOST_BYTES:
        raise Refused("picture_too_large", TOO_LARGE, fields={"picture": TOO_LARGE})
    try:
        with ALONE:
            plain = _unpacked(upload)
    except BROKEN as error:
        raise _bad("picture", UNREADABLE) from error
    for quality in QUALITIES:
        jpeg = BytesIO()
        plain.save(jpeg, "JPEG", quality=quality, optimize=True)
        if jpeg.tell() < LARGEST_JPEG:
            return jpeg.getvalue(), plain.size
    raise _bad("picture", "这张图片压缩不到一兆以内，请换一张")


def _unpacked(upload: bytes) -> Image.Image:
    """Return a file's first picture, small and plain; when it returns, nothing is left of the large one."""
    with Image.open(BytesIO(upload), formats=FORMATS) as sent:
        _check(sent)
        small = _scalable(sent)
        # Small before anything else: a large JPEG is never unpacked to its full size.
        small.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
        return _on_white(ImageOps.exif_transpose(small))


def _check(sent: Image.Image) -> None:
    width, height = sent.size
    is_plain = sent.format in ("JPEG", SEVERAL) and "progressive" not in sent.info
    if width * height > (MOST_PIXELS if is_plain else MOST_PIXELS_AT_ONCE):
        raise _bad("picture", f"图片尺寸太大（{width}×{height}），请缩小后再选")
    if sent.format != SEVERAL and getattr(sent, "n_frames", 1) > 1:
        raise _bad("picture", "会动的图片不能用，请选一张照片")
    if min(width, height) < NARROWEST:
        raise _bad("picture", f"图片太小，边长至少 {NARROWEST} 点")


def _scalable(sent: Image.Image) -> Image.Image:
    """Return a picture whose points can be mixed: palettes and 16 bits of grey cannot."""
    if sent.mode in ("P", "PA"):
        return sent.convert("RGBA" if sent.has_transparency_data else "RGB")
    if sent.mode.startswith(("I", "F")):  # Pillow's own way down clips them to white
        return sent.point(lambda value: value / 256).convert("L")
    return sent.convert("L") if sent.mode == "1" else sent


def _on_white(image: Image.Image) -> Image.Image:
    """Return the points alone, as a picture that knows nothing of the file it came from."""
    plain = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        plain.paste(image, mask=image.getchannel("A"))
    else:
        plain.paste(image.convert("RGB"))
    return plain


def _bad(field: str, words: str) -> Refused:
    return Refused("bad_picture", words, fields={field: words})
