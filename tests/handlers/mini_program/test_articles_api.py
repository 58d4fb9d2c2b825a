"""What was published, and how things are done, on anybody's phone."""

from dataclasses import replace

import pytest

from models.articles.article import Article, ArticleBlock, ArticleState, BlockKind
from models.people.office_answer import Matter, edit_office_answer
from tests.articles.standing import bring
from tests.factories import a_picture
from tests.handlers.chat.test_news import UNSEEN, XSS, put
from tests.handlers.console_site import Site

BASE = "http://127.0.0.1:8000"


def get(site: Site, address: str) -> tuple[int, dict[str, object]]:
    answer = site.app.test_client().get(f"/api/v1/{address}")
    assert answer.json is not None
    return answer.status_code, answer.json


def fill(site: Site, article_id: int) -> int:
    """Put paragraphs, a list and a picture into a draft and publish it; return the picture's id."""
    with site.sessions.begin() as session:
        picture = a_picture(session, session.get_one(Article, article_id))
        blocks = (
            (BlockKind.TEXT, f"渠通了。\n\n{XSS}", None),
            (BlockKind.LIST, "一组\n二组", None),
            (BlockKind.PICTURE, "清淤的同志", picture.id),
        )
        for position, (kind, text, shown) in enumerate(blocks, start=10):
            row = ArticleBlock(article_id=article_id, position=position, kind=kind, text=text)
            row.picture_id = shown
            session.add(row)
        session.flush()
        bring(session, session.get_one(Article, article_id), ArticleState.PUBLISHED)
        return picture.id


def test_article_is_read_as_paragraphs_and_pictures(site: Site) -> None:
    article_id = put(site, ArticleState.DRAFT)
    picture_id = fill(site, article_id)
    status, told = get(site, f"articles/{article_id}")
    picture = f"{BASE}/a/{article_id}/pictures/{picture_id}.jpg"
    plain = {"kind": "text", "picture": None, "caption": ""}
    blocks = told.pop("blocks")
    assert status == 200
    assert isinstance(blocks, list)
    assert blocks[-4:] == [
        plain | {"text": "渠通了。"},
        plain | {"text": XSS},
        plain | {"text": "· 一组\n· 二组"},
        {"kind": "picture", "text": "", "picture": picture, "caption": "清淤的同志"},
    ]
    assert site.app.test_client().get(picture.removeprefix(BASE)).content_type == "image/jpeg"
    assert get(site, "articles")[1] == {"items": [told], "next": None}


def test_list_goes_on_by_the_day_of_publishing_not_by_the_number(site: Site) -> None:
    for n in range(23):
        put(site, title=f"第{n}篇", hours=n)
    _, first = get(site, "articles")
    _, rest = get(site, f"articles?before={first['next']}")
    items = [*first["items"], *rest["items"]]  # type: ignore[misc]
    assert [one["title"] for one in items] == [f"第{n}篇" for n in range(23)]
    assert (len(first["items"]), rest["next"]) == (20, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", UNSEEN)
def test_what_is_not_published_is_not_there(site: Site, state: ArticleState) -> None:
    article_id = put(site, state)
    assert get(site, f"articles/{article_id}")[0] == 404
    assert get(site, "articles")[1] == {"items": [], "next": None}


def test_nothing_is_shown_until_the_zone_may_show_news(site: Site) -> None:
    article_id = put(site)
    house = replace(site.app.parts.installation, public_articles=False)
    site.app.parts = replace(site.app.parts, installation=house)
    assert get(site, "articles") == (200, {"items": [], "next": None})
    assert get(site, f"articles/{article_id}")[0] == 404


def test_guides_are_what_the_official_account_answers(site: Site) -> None:
    with site.sessions.begin() as session:
        edit_office_answer(session, Matter.CENTRE, "镇文化站二楼", by=site.staff["zone"].id, now=site.now)
    items = get(site, "guides")[1]["items"]
    assert isinstance(items, list)
    assert [(one["matter"], one["title"]) for one in items] == [
        ("transfer", "组织关系转接"), ("joining", "入党流程"), ("floating", "流动党员报到"),
        ("centre", "地址和电话"),
    ]  # fmt: skip
    assert items[-1]["text"] == "镇文化站二楼"
    assert "0000-0000000" in items[0]["text"]
