"""Drafts: what an article may be, what is stripped from it, and how drafts are listed."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator.tests.conftest import Caller
from simulator.tests.rules import rule
from simulator.tests.shelf import JPEG, Shelf

ADD, UPDATE = 'WeChat, "draft_add"', 'WeChat, "draft_update"'
LIST = 'WeChat, "draft_batchget"'


@pytest.fixture
def shelf(account: Caller) -> Shelf:
    return Shelf(account)


@rule("A draft is changed article by article and deleted for good", UPDATE)
def test_draft_is_kept_shown_changed_and_thrown_away(shelf: Shelf) -> None:
    article = shelf.article(need_open_comment=1)
    media_id = shelf.add(article, shelf.article(title="第二篇", digest=""))["media_id"]
    first, second = shelf.post("draft/get", {"media_id": media_id})["news_item"]
    assert article.items() <= first.items()
    assert (first["show_cover_pic"], first["only_fans_can_comment"]) == (0, 0)
    assert requests.get(first["thumb_url"], timeout=5).content == JPEG
    assert "正文" in requests.get(first["url"], timeout=5).text
    assert second["digest"] == ""
    changed = {"media_id": media_id, "index": 1, "articles": shelf.article(title="改过的")}
    assert shelf.post("draft/update", changed) == {"errcode": 0, "errmsg": "ok"}
    assert shelf.post("draft/get", {"media_id": media_id})["news_item"][1]["title"] == "改过的"
    assert shelf.post("draft/update", changed | {"index": 2})["errcode"] == 47001
    assert shelf.get("draft/count") == {"total_count": 1}
    assert shelf.post("draft/delete", {"media_id": media_id})["errcode"] == 0
    for path in ("draft/get", "draft/delete"):
        assert shelf.post(path, {"media_id": media_id})["errcode"] == 40007
    assert shelf.get("draft/count") == {"total_count": 0}


@rule("Title 32 signs, author 16, digest 120, content under 20,000, address 1 KB", ADD)
@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"title": "题" * 32}, None),
        ({"title": "题" * 33}, 45003),
        ({"title": ""}, 45003),
        ({"author": "写" * 16}, None),
        ({"author": "写" * 17}, 45110),
        ({"digest": "要" * 120}, None),
        ({"digest": "要" * 121}, 45004),
        ({"content": "正" * 19_999}, None),
        ({"content": "正" * 20_000}, 45002),
        ({"content": ""}, 44003),
        ({"content_source_url": "https://example.org/" + "a" * 1004}, None),
        ({"content_source_url": "https://example.org/" + "a" * 1005}, 45005),
        ({"content_source_url": "https://example.org/" + "党" * 335}, 45005),
        ({"title": 5}, 47001),
        ({"article_type": "newspic"}, 40215),
        ({"article_type": "poem"}, 47001),
        ({"thumb_media_id": "nothing"}, 40007),
        ({"thumb_media_id": None}, 40007),
    ],
)
def test_articles_keep_to_wechats_limits(shelf: Shelf, changes: dict[str, Any], errcode: int | None) -> None:
    assert shelf.add(shelf.article(**changes)).get("errcode") == errcode
    assert len(shelf.kept("drafts")) == (errcode is None)


@rule("thumb_media_id is a permanent picture of the account, else 40007", ADD)
def test_cover_is_a_permanent_picture_of_this_account(make_account: Callable[..., Caller]) -> None:
    ours, theirs = Shelf(make_account()), Shelf(make_account())
    temporary = ours.upload("media/upload", JPEG, type="image")["media_id"]
    sound = ours.upload("material/add_material", b"#!AMR\n", type="voice")["media_id"]
    thumb = ours.upload("material/add_material", JPEG, type="thumb")["media_id"]
    for cover in (temporary, sound, theirs.cover()):
        assert ours.add(ours.article(thumb_media_id=cover))["errcode"] == 40007
    assert "media_id" in ours.add(ours.article(thumb_media_id=thumb))


@pytest.mark.parametrize(("articles", "errcode"), [([], 44003), (None, 44003), ("x", 44003), ([1], 47001)])
def test_draft_without_articles_is_refused(shelf: Shelf, articles: object, errcode: int) -> None:
    assert shelf.post("draft/add", {"articles": articles})["errcode"] == errcode


def test_draft_holds_eight_articles(shelf: Shelf) -> None:
    article = shelf.article()
    assert "media_id" in shelf.add(*[article] * 8)
    assert shelf.add(*[article] * 9)["errcode"] == 45008


@rule("A digest that is left out is the first 54 signs of the text", ADD)
def test_digest_left_out_is_the_beginning_of_the_text(shelf: Shelf) -> None:
    media_id = shelf.drafted(digest="", content=f"<p>{'正' * 50}</p><p>{'文' * 50}</p>")
    (article,) = shelf.post("draft/get", {"media_id": media_id})["news_item"]
    assert article["digest"] == "正" * 50 + "文" * 4


@rule("An escaped sign in a draft is shown as it came", ADD)
def test_escaped_signs_are_shown_as_they_came(shelf: Shelf) -> None:
    cover = shelf.cover()
    body = (
        '{"articles":[{"title":"\\u515a\\u65e5","content":"<p>a\\nb \\\\u515a</p>","thumb_media_id":"'
        + cover
        + '"}]}'
    )
    url = f"{shelf.base}/cgi-bin/draft/add?access_token={shelf.token}"
    media_id = requests.post(url, body, timeout=5).json()["media_id"]
    (article,) = shelf.post("draft/get", {"media_id": media_id})["news_item"]
    assert article["title"] == "\\u515a\\u65e5"
    assert article["content"] == "<p>a\nb \\u515a</p>"


ELSEWHERE = "https://elsewhere.example/a.jpg"
STRIPPED = [
    ("<p>a</p><script>alert(1)</script><p>b</p>", "<p>a</p><p>b</p>"),
    ("<p>a<SCRIPT src='x'></SCRIPT>b</p>", "<p>ab</p>"),
    ("<p>a</p><script>alert(1)", "<p>a</p>"),
    ("<p onclick='alert(1)' class='x'>a</p>", '<p class="x">a</p>'),
    ("<a href=' java\nScript:alert(1)'>a</a>", "<a>a</a>"),
    ("<a href='javascript:alert(1)'>a</a>", "<a>a</a>"),
    ("<a href='&#106;avascript:alert(1)'>a</a>", "<a>a</a>"),
    (f"<p>a<img src='{ELSEWHERE}'>b</p>", "<p>ab</p>"),
    (f"<p>a<img data-src='{ELSEWHERE}'/>b</p>", "<p>ab</p>"),
    ("<img src='data:image/png;base64,AA=='>", ""),
    ("<img>", ""),
    (
        f"<p style='color: red; background: url({ELSEWHERE})'>a</p>",
        '<p style="color: red; background: none">a</p>',
    ),
    ("<iframe src='https://example.org'>x</iframe><style>p{}</style><p>a</p>", "<p>a</p>"),
    (
        "<svg onload=alert(1)><image href='https://elsewhere.example/a.svg'></image></svg>",
        "<svg></image></svg>",
    ),
    ("<![if !supportLists]><p>a</p><![endif]><![x]><p>b</p>", "<p>a</p><p>b</p>"),
    (f"<p style='url({' ' * 9000}'>a</p>", f'<p style="url({" " * 9000}">a</p>'),
    ("<!-- a --><p>1 &lt; 2 &amp; 3</p>", "<p>1 &lt; 2 &amp; 3</p>"),
    ("<p title='&quot;&lt;b&gt;'>a</p>", '<p title="&quot;&lt;b&gt;">a</p>'),
    ("<p>一<br>二</p><hr/>", "<p>一<br>二</p><hr>"),
]


@rule("Scripts and pictures from elsewhere are stripped from an article", ADD)
@pytest.mark.parametrize(("written", "left"), STRIPPED)
def test_scripts_and_foreign_pictures_are_stripped(shelf: Shelf, written: str, left: str) -> None:
    assert shelf.content(f"<p>文</p>{written}") == f"<p>文</p>{left}"


@rule("Pictures uploaded by uploadimg stay in an article", ADD)
def test_pictures_of_the_account_stay(make_account: Callable[..., Caller]) -> None:
    ours, theirs = Shelf(make_account()), Shelf(make_account())
    mine, strange = ours.picture(), theirs.picture()
    kept = ours.upload("material/add_material", JPEG, type="image")["url"]
    assert ours.content(f'<img src="{mine}" alt="会场"><img src="{kept}"><img src="{strange}">') == (
        f'<img src="{mine}" alt="会场"><img src="{kept}">'
    )


@rule("draft/batchget gives 1 to 20 drafts, without content if asked", LIST)
def test_drafts_are_listed_newest_first_with_or_without_content(shelf: Shelf) -> None:
    ids = [shelf.drafted(content_source_url=f"https://example.org/{number}") for number in range(22)]
    first = shelf.post("draft/batchget", {"offset": 0, "count": 20, "no_content": 1})
    assert (first["total_count"], first["item_count"]) == (22, 20)
    assert [item["media_id"] for item in first["item"]] == ids[:1:-1]
    (article,) = first["item"][0]["content"]["news_item"]
    assert article["content_source_url"] == "https://example.org/21"
    assert "content" not in article
    last = shelf.post("draft/batchget", {"offset": 20, "count": 20})
    assert [item["media_id"] for item in last["item"]] == ids[1::-1]
    assert last["item"][0]["content"]["news_item"][0]["content"] == "<p>正文</p>"
    assert shelf.post("draft/batchget", {"offset": 0, "count": 21})["errcode"] == 47001


def test_drafts_belong_to_their_account(make_account: Callable[..., Caller]) -> None:
    ours, theirs = Shelf(make_account()), Shelf(make_account())
    media_id = ours.drafted()
    assert theirs.post("draft/get", {"media_id": media_id})["errcode"] == 40007
    assert theirs.kept("drafts") == []
    assert [draft["media_id"] for draft in ours.kept("drafts")] == [media_id]
    unknown = theirs.caller.sim.get("/_sim/drafts", appid="wxnobody")
    assert unknown["error"]["code"] == "unknown_account"


@rule("The documented example of a draft is taken as it stands", ADD)
def test_documented_draft(shelf: Shelf) -> None:
    crop = {"ratio": "2.35_1", "x1": "0", "y1": "0", "x2": "1", "y2": "0.4"}
    article = {
        "article_type": "news",
        "title": "TITLE",
        "author": "AUTHOR",
        "digest": "DIGEST",
        "content": "<p>CONTENT</p>",
        "content_source_url": "https://example.org/",
        "thumb_media_id": shelf.cover(),
        "need_open_comment": 0,
        "only_fans_can_comment": 0,
        "cover_info": {"crop_percent_list": [crop]},
    }
    answer = shelf.add(article)
    assert set(answer) == {"media_id"}
    assert len(answer["media_id"]) <= 128
    listed = shelf.post("draft/batchget", {"offset": 0, "count": 20, "no_content": 0})
    assert (listed["total_count"], listed["item_count"]) == (1, 1)
    (item,) = listed["item"]
    assert set(item) == {"media_id", "content", "update_time"}
    told = {name: value for name, value in article.items() if name not in ("article_type", "cover_info")}
    assert told.items() <= item["content"]["news_item"][0].items()
