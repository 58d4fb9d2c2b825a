"""Pictures as attackers upload them to the editor: an answer in words, nothing stored; who may open one."""

import re
from io import BytesIO
from itertools import cycle
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from models.articles.article import Article, ArticleState, Picture
from models.audit import Audit
from tests.articles.photos import HTML, SECRET, SVG, WRONG, a_photo, a_photo_of_a_phone
from tests.articles.standing import an_article_at, bring
from tests.factories import a_picture, an_article
from tests.handlers.console_site import Site

NAMES = (
    "../../etc/passwd", "..\\..\\windows\\win.ini", "照" * 300 + ".jpg", "x\0.jpg", "\u202egpj.exe", "",
    "<img src=x onerror=alert(1)>.jpg", '"; filename="x.html', "page.html", "photo.svg", "x.php.jpg", "CON",
)  # fmt: skip
CHINESE = re.compile("[\u4e00-\u9fff]{4}")


def a_draft(site: Site, org: str = "home") -> int:
    with site.sessions.begin() as session:
        return an_article(session, site.orgs[org], site.staff["clerk"]).id


def upload(
    site: Site, article: int, file: bytes, name: str = "照片.jpg", mime: str = "image/jpeg", **changed: Any
) -> Any:
    with site.sessions() as session:
        seen = session.get_one(Article, article).version
    form = {
        "title": "清淤忙", "byline": "支部", "seen": seen, "do": "picture", "consent": "yes",
        "block_kind": "text", "block_text": "渠通了", "block_picture": "",
        "picture": FileStorage(BytesIO(file), name, content_type=mime),
    }  # fmt: skip
    answer = site.browser("clerk").post(f"/console/articles/{article}/edit", form | changed)
    answer.request.environ["wsgi.input"].close()  # a large one is a file of the client's
    return answer


def stored(site: Site) -> list[bytes]:
    with site.sessions() as session:
        return list(session.scalars(select(Picture.jpeg).order_by(Picture.id)))


def test_what_is_no_photo_is_refused_in_words_and_leaves_nothing(site: Site) -> None:
    article, kinds = a_draft(site), cycle(("image/jpeg", "text/html", "image/svg+xml", ""))
    for (what, file), mime in zip(WRONG.items(), kinds, strict=False):
        answer = upload(site, article, file, mime=mime)
        assert answer.status_code == 400, what
        assert CHINESE.search(answer.text), what
        assert "图" in re.sub("<[^>]*>", "", answer.text.partition("<main")[2]), what
        assert "渠通了" in answer.text, what
        assert (HTML.decode() in answer.text, SVG.decode() in answer.text) == (False, False), what
    with site.sessions() as session:
        assert session.get_one(Article, article).version == 1
        assert session.scalar(select(func.count()).where(Audit.verb == "add_picture")) == 0
    assert stored(site) == []


def test_file_of_twenty_five_megabytes_is_refused_with_what_was_typed(site: Site) -> None:
    article = a_draft(site)
    answer = upload(site, article, a_photo() + bytes(25_000_000))
    assert (answer.status_code, "每张不超过 10 MB" in answer.text, "渠通了" in answer.text) == (
        413,
        True,
        True,
    )
    answer = upload(site, article, bytes(31_000_000))
    assert (answer.status_code, "每张不超过 10 MB" in answer.text) == (413, True)
    assert stored(site) == []


@pytest.mark.parametrize("name", NAMES)
def test_name_of_a_file_is_never_asked_nor_shown_nor_kept(site: Site, name: str) -> None:
    article = a_draft(site)
    answer = upload(site, article, a_photo(), name, "text/html")
    if not name:
        assert (answer.status_code, "请先选一张图片" in answer.text) == (400, True)
        return
    assert answer.status_code == 303
    page = site.browser("clerk").get(f"/console/articles/{article}/edit").text
    assert name.replace("照" * 300, "照" * 9) not in page
    with site.sessions() as session:
        told = session.scalars(select(Audit.after).where(Audit.verb == "add_picture")).one()
    assert told is not None
    assert set(told) == {"picture", "bytes"}


def test_page_behind_a_photo_stays_behind_and_the_stored_one_tells_nothing(site: Site) -> None:
    gif = b"GIF89a" + a_photo()[6:]
    sent = (a_photo_of_a_phone() + HTML, a_photo(kind="PNG", pnginfo=_told()) + b"PK\x03\x04" + HTML)
    for file in sent:
        assert upload(site, a_draft(site), file).status_code == 303
    assert upload(site, a_draft(site), gif).status_code == 400
    kept = stored(site)
    assert len(kept) == 2
    for jpeg in kept:
        assert [
            word for word in (b"<script", b"PK", SECRET, b"Exif", b"http://ns.adobe", b"ICC_") if word in jpeg
        ] == []
        assert jpeg.endswith(b"\xff\xd9")
        assert Image.open(BytesIO(jpeg)).getexif() == {}


def _told() -> PngInfo:
    info = PngInfo()
    info.add_text("Comment", SECRET.decode() + "<script>alert(1)</script>")
    return info


def test_picture_of_a_draft_is_found_by_its_own_staff_alone(site: Site) -> None:
    article = a_draft(site)
    assert upload(site, article, a_photo()).status_code == 303
    with site.sessions() as session:
        picture = session.scalars(select(Picture.id)).one()
    inside = f"/console/articles/{article}/pictures/{picture}.jpg"
    outside = f"/a/{article}/pictures/{picture}.jpg"
    answers = {
        who: site.browser(who).get(inside).status_code
        for who in ("clerk", "secretary", "neighbour", "far", "town", "zone", "leader", "auditor", None)
    }
    assert answers == {
        "clerk": 200, "secretary": 200, "neighbour": 404, "far": 404, "town": 404, "zone": 404, "leader": 404,
        "auditor": 404, None: 401,
    }  # fmt: skip
    assert {who: site.browser(who).get(outside).status_code for who in ("clerk", None)} == {
        "clerk": 404, None: 404,
    }  # fmt: skip


def test_picture_is_sent_as_one_and_as_nothing_else(site: Site) -> None:
    with site.sessions.begin() as session:
        article = an_article_at(session, site.orgs["home"], ArticleState.DRAFT)
        other = an_article_at(session, site.orgs["home"], ArticleState.PUBLISHED)
        picture = a_picture(session, article)
        ids = article.id, other.id, picture.id
    mine = site.browser("clerk").get(f"/console/articles/{ids[0]}/pictures/{ids[2]}.jpg")
    assert mine.mimetype == "image/jpeg"
    assert mine.headers["X-Content-Type-Options"] == "nosniff"
    assert mine.headers["Content-Disposition"] == f"attachment; filename={ids[2]}.jpg"
    assert mine.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in mine.headers["Content-Security-Policy"]
    # The address of a published article opens no picture of another one.
    assert site.browser().get(f"/a/{ids[1]}/pictures/{ids[2]}.jpg").status_code == 404
    for ending in (".svg", ".html", ".jpg/x.html", ".jpg%00.html", ""):
        assert site.browser().get(f"/a/{ids[1]}/pictures/{ids[2]}{ending}").status_code == 404


@pytest.mark.parametrize("state", list(ArticleState))
def test_article_is_the_publics_while_it_is_published_and_never_else(site: Site, state: ArticleState) -> None:
    with site.sessions.begin() as session:
        article = an_article_at(
            session, site.orgs["home"], ArticleState.DRAFT, "没有发布的话", title="没有发布的题"
        )
        picture = a_picture(session, article)
        ids = article.id, picture.id
        bring(session, article, state)
    shown = 200 if state is ArticleState.PUBLISHED else 404
    for who in (None, "neighbour", "far", "leader", "auditor", "clerk", "town", "zone"):
        browser = site.browser(who)
        for address in (f"/a/{ids[0]}", f"/a/{ids[0]}/pictures/{ids[1]}.jpg"):
            answer = browser.get(address)
            assert answer.status_code == shown, (who, address)
            assert ("没有发布的" in answer.text if shown == 404 else False) is False
    home = site.browser().get("/api/v1/home").text
    assert ("没有发布的题" in home) is (shown == 200)
    assert "没有发布的话" not in home
