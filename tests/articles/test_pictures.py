"""Pictures are taken by what they are and made anew; nothing of the phone comes along."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.articles.article import Article, BlockKind, Picture
from models.articles.editing import Edited, article_seen, blocks_of, save_article, writers_of
from models.articles.html import Block
from models.articles.pictures import (
    MOST_BYTES,
    MOST_PICTURES,
    add_picture,
    made_anew,
    picture_seen,
)
from models.audit import Audit
from models.base import Sessions
from models.people.account import Account
from models.refused import Refused
from tests.articles.photos import SECRET, WRONG, a_bomb, a_photo, a_photo_of_a_phone, noise
from tests.conftest import NOON
from tests.factories import a_branch, an_account, an_article
from tests.together import at_once


def widths_of(session: Session, article: Article) -> list[tuple[int, int]]:
    """Return id and width of an article's pictures, in the order in which they came."""
    query = select(Picture.id, Picture.width).where(Picture.article_id == article.id)
    return [(picture_id, width) for picture_id, width in session.execute(query.order_by(Picture.id))]


def an_own(session: Session) -> tuple[Article, Account]:
    by = an_account(session)
    return an_article(session, a_branch(session), by), by


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(BytesIO(jpeg))
    assert image.format == "JPEG"
    image.load()
    return image


def refused(upload: bytes) -> Refused:
    with pytest.raises(Refused) as error:
        made_anew(upload)
    return error.value


def test_photo_comes_upright_and_tells_nothing_of_the_phone() -> None:
    sent = a_photo_of_a_phone()
    assert SECRET in sent
    jpeg, size = made_anew(sent)
    image = opened(jpeg)
    assert (size, image.size) == ((300, 400), (300, 400))
    assert image.getexif() == {}
    assert sorted(image.info) == ["jfif", "jfif_density", "jfif_unit", "jfif_version"]
    assert SECRET not in jpeg
    # Lying on its side, the red corner was the upper left: upright it is the upper right.
    assert [_red(image, x, y) for x, y in ((250, 50), (50, 50), (250, 350))] == [True, False, False]


def _red(image: Image.Image, x: int, y: int) -> bool:
    point = image.getpixel((x, y))
    assert isinstance(point, tuple)
    return point[0] > 150 > point[2]


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_kinds_lose_what_they_tell_too(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()
    jpeg, _ = made_anew(a_photo(kind=kind, exif=exif, icc_profile=SECRET))
    assert SECRET not in jpeg
    assert opened(jpeg).getexif() == {}


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "P"), ("PNG", "1"), ("PNG", "L"), ("PNG", "LA"),
        ("PNG", "RGBA"), ("PNG", "I;16"), ("WEBP", "RGBA"), ("MPO", "RGB"),
    ],
)  # fmt: skip
def test_every_kind_of_photo_can_be_used(kind: str, mode: str) -> None:
    image = Image.new("RGB", (200, 100), "white")
    image.paste("black", (0, 0, 100, 100))
    if mode == "I;16":
        wide = Image.new("I;16", (200, 100), 65535)
        wide.paste(0, (0, 0, 100, 100))
        image = wide
    file = BytesIO()
    more: dict[str, Any] = {"save_all": True, "append_images": [image]} if kind == "MPO" else {}
    image.convert(mode).save(file, kind, **more)
    made = opened(made_anew(file.getvalue())[0]).convert("L")
    dark, light = made.getpixel((50, 50)), made.getpixel((150, 50))
    assert isinstance(dark, int)
    assert isinstance(light, int)
    assert (dark < 40, light > 215) == (True, True)


def test_large_grey_of_sixteen_bits_is_no_white_sheet() -> None:
    wide = Image.new("I;16", (2000, 1000), 65535)
    wide.paste(0, (0, 0, 1000, 1000))
    file = BytesIO()
    wide.save(file, "PNG")
    made = opened(made_anew(file.getvalue())[0]).convert("L")
    assert (made.size, made.getpixel((100, 100)), made.getpixel((1200, 100))) == ((1280, 640), 0, 255)


def test_what_must_be_unpacked_whole_is_smaller_than_a_photo() -> None:
    image = Image.new("L", (5000, 5000))
    plain, progressive = BytesIO(), BytesIO()
    image.save(plain, "JPEG")
    image.save(progressive, "JPEG", progressive=True)
    assert made_anew(plain.getvalue())[1] == (1280, 1280)
    for whole in (progressive.getvalue(), a_bomb(5000, 5000)):
        assert "图片尺寸太大（5000×5000）" in refused(whole).extra["fields"]["picture"]


def test_what_is_transparent_becomes_white() -> None:
    file = BytesIO()
    Image.new("RGBA", (100, 100), (0, 0, 0, 0)).save(file, "PNG")
    assert opened(made_anew(file.getvalue())[0]).getpixel((50, 50)) == (255, 255, 255)


def test_large_photo_becomes_small_enough_for_wechat() -> None:
    jpeg, size = made_anew(noise((2600, 1300)))
    assert size == (1280, 640)
    assert len(jpeg) < 1_000_000


def test_noise_that_stays_large_is_saved_more_coarsely() -> None:
    jpeg, size = made_anew(noise((1280, 1280)))
    assert size == (1280, 1280)
    assert len(jpeg) < 1_000_000


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_photo_is_refused_by_its_content(what: str) -> None:
    error = refused(WRONG[what])
    assert (error.code, list(error.extra["fields"])) == ("bad_picture", ["picture"])


def test_large_picture_is_refused_before_it_is_unpacked() -> None:
    words = refused(WRONG["larger than a phone's"]).extra["fields"]["picture"]
    assert words == "图片尺寸太大（9000×5800），请缩小后再选"


def test_page_behind_a_photo_is_left_behind() -> None:
    jpeg, _ = made_anew(a_photo() + b"<script>alert(1)</script>")
    assert b"<script>" not in jpeg


def test_file_of_more_than_ten_megabytes_is_refused_unread() -> None:
    error = refused(a_photo() + b"\x00" * MOST_BYTES)
    assert error.code == "picture_too_large"


def test_picture_stands_at_the_end_of_its_draft(session: Session) -> None:
    article, by = an_own(session)
    first = add_picture(session, article, a_photo(), consent=True, by=by.id, now=NOON)
    second = add_picture(session, article, a_photo((500, 300)), consent=True, by=by.id, now=NOON)
    assert [block.picture_id for block in blocks_of(session, article.id)] == [first.id, second.id]
    assert widths_of(session, article) == [(first.id, 400), (second.id, 500)]
    assert (article.version, first.consent_at, first.added_by) == (3, NOON, by.id)
    assert writers_of(session, article.id) == {by.id}
    told = select(Audit.after).where(Audit.verb == "add_picture").order_by(Audit.id)
    acts = session.scalars(told).all()
    assert [act["picture"] for act in acts if act] == [first.id, second.id]


def test_nothing_comes_in_without_consent(session: Session) -> None:
    article, by = an_own(session)
    with pytest.raises(Refused) as error:
        add_picture(session, article, a_photo(), consent=False, by=by.id, now=NOON)
    assert (error.value.code, list(error.value.extra["fields"])) == ("bad_picture", ["consent"])
    assert widths_of(session, article) == []


def test_one_picture_comes_once(session: Session) -> None:
    article, by = an_own(session)
    add_picture(session, article, a_photo(), consent=True, by=by.id, now=NOON)
    with pytest.raises(Refused) as error:
        add_picture(session, article, a_photo(), consent=True, by=by.id, now=NOON)
    assert error.value.extra["fields"] == {"picture": "这张图片已经在稿件里了"}


def test_same_picture_at_the_same_moment_comes_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        article, by = an_own(session)
        article_id, account_id = article.id, by.id

    def add() -> int:
        with sessions.begin() as session:
            mine = article_seen(session, article_id)
            return add_picture(session, mine, a_photo(), consent=True, by=account_id, now=NOON).id

    assert at_once([add] * 4).count("bad_picture") == 3


def test_pictures_are_few(session: Session) -> None:
    article, by = an_own(session)
    for n in range(MOST_PICTURES):
        add_picture(session, article, a_photo((100 + n, 100)), consent=True, by=by.id, now=NOON)
    with pytest.raises(Refused) as error:
        add_picture(session, article, a_photo(), consent=True, by=by.id, now=NOON)
    assert error.value.extra["fields"] == {"picture": "一篇稿件最多 9 张图片"}


def test_proposed_article_takes_no_picture(session: Session) -> None:
    article, by = an_own(session)
    propose = "UPDATE article SET state = 'proposed', proposed_at = now(), proposed_by = drafted_by"
    session.execute(text(propose))
    with pytest.raises(Refused) as error:
        add_picture(session, article, a_photo(), consent=True, by=by.id, now=NOON)
    assert error.value.code == "not_a_draft"


def test_picture_that_no_block_shows_is_gone_with_the_saving(session: Session) -> None:
    article, by = an_own(session)
    kept = add_picture(session, article, a_photo(), consent=True, by=by.id, now=NOON)
    gone = add_picture(session, article, a_photo((500, 300)), consent=True, by=by.id, now=NOON)
    blocks = (Block(BlockKind.PICTURE, "南段清淤", kept.id), Block(BlockKind.TEXT, "渠通了"))
    edited = Edited("题", "", "署", blocks)
    save_article(session, article, edited, seen=article.version, by=by.id, now=NOON)
    assert blocks_of(session, article.id) == list(blocks)
    assert session.scalars(select(Picture.id)).all() == [kept.id] != [gone.id]


def test_picture_of_another_article_is_not_found_and_not_taken(session: Session) -> None:
    mine, by = an_own(session)
    theirs, _ = an_own(session)
    picture = add_picture(session, theirs, a_photo(), consent=True, by=by.id, now=NOON)
    assert picture_seen(session, theirs.id, picture.id).jpeg[:3] == b"\xff\xd8\xff"
    with pytest.raises(Refused) as error:
        picture_seen(session, mine.id, picture.id)
    assert error.value.code == "not_found"
    edited = Edited("题", "", "署", (Block(BlockKind.PICTURE, "", picture.id),))
    with pytest.raises(Refused) as error:
        save_article(session, mine, edited, seen=1, by=by.id, now=NOON)
    assert error.value.code == "bad_article"
