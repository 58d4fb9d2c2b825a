"""The list of articles, drafting from records, and the editor: nothing typed is lost, no script is needed."""

import html
import re
from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import event, func, select
from werkzeug.test import TestResponse

from handlers.console.articles.articles import A_PAGE
from models.articles.article import Article, ArticleState, BlockKind, Picture
from models.articles.editing import Edited, blocks_of, save_article
from models.articles.html import Block
from models.articles.pictures import MOST_BYTES
from models.gatherings.gathering import GatheringKind
from models.people.org import Org
from tests.articles.photos import SECRET, WRONG, a_photo, a_photo_of_a_phone
from tests.articles.records import a_record
from tests.articles.standing import an_article_at
from tests.conftest import NOON
from tests.factories import THREE_O_CLOCK
from tests.handlers.console_site import Browser, Site

XSS = "<script>alert(1)</script>"
DRAFT, PROPOSED = ArticleState.DRAFT, ArticleState.PROPOSED


def home(site: Site, state: ArticleState = DRAFT, place: str = "home", **columns: Any) -> int:
    """Add an article of one paragraph of a branch."""
    with site.sessions.begin() as session:
        return an_article_at(session, session.get_one(Org, site.orgs[place].id), state, **columns).id


def a_filed_record(site: Site, place: str = "home", **gathering: Any) -> int:
    """File a record of a branch; return its roll."""
    with site.sessions.begin() as session:
        return a_record(session, session.get_one(Org, site.orgs[place].id), gathering=gathering).roll.id


def form(
    blocks: Sequence[tuple[str, str, str]] = (("text", "渠通了。", ""),), **fields: Any
) -> dict[str, Any]:
    """Return an article's form that holds: blocks are kind, text and picture."""
    return {
        "seen": "1", "title": "清淤忙", "digest": "渠通了", "byline": "青石村党支部", "do": "save",
        "block_kind": [kind for kind, _, _ in blocks],
        "block_text": [text for _, text, _ in blocks],
        "block_picture": [picture for _, _, picture in blocks],
    } | fields  # fmt: skip


def send(browser: Browser, article_id: int, fields: dict[str, Any]) -> TestResponse:
    """Send the editor's form."""
    return browser.post(f"/console/articles/{article_id}/edit", fields)


def photo(jpeg: bytes, name: str = "IMG_1.jpg") -> tuple[BytesIO, str]:
    """Return a file field."""
    return BytesIO(jpeg), name


def texts(answer: TestResponse) -> list[str]:
    """Return what stands in the blocks of the form."""
    areas = re.findall(r'name="block_text"[^>]*>\n(.*?)</textarea>', answer.text, re.DOTALL)
    return [html.unescape(area) for area in areas]


def stored(site: Site, article_id: int) -> tuple[str, list[Block]]:
    """Return title and blocks as they are kept."""
    with site.sessions() as session:
        return session.get_one(Article, article_id).title, blocks_of(session, article_id)


# From records


def test_article_is_drafted_from_the_record_that_was_read(site: Site) -> None:
    roll_id = a_filed_record(site)
    browser = site.browser("clerk")
    assert f'value="{roll_id}" checked' in browser.get(f"/console/articles/new?record={roll_id}").text
    answer = browser.post("/console/articles", {"org": site.orgs["home"].id, "record": roll_id})
    assert answer.status_code == 303
    edit = browser.get(answer.headers["Location"])
    assert texts(edit)[0].startswith("11月25日，青石村党支部在文化广场开展11月主题党日活动，3 名党员参加。")
    assert "已有 1 篇稿件" in browser.get("/console/articles/new").text
    assert "青石村党支部开展11月主题党日活动" in browser.get("/console/articles").text


def test_township_drafts_one_article_for_its_branches(site: Site) -> None:
    rolls = [a_filed_record(site), a_filed_record(site, "neighbour"), a_filed_record(site, "far")]
    browser = site.browser("town")
    page = browser.get("/console/articles/new?period=2026-11").text
    assert [f'name="record" value="{roll}"' in page for roll in rolls] == [True, True, False]
    answer = browser.post("/console/articles", {"org": site.orgs["town"].id, "record": rolls[:2]})
    assert "河东镇党委所属 2 个党支部" in browser.get(answer.headers["Location"]).text
    refused = browser.post("/console/articles", {"org": site.orgs["town"].id, "record": rolls})
    assert refused.status_code == 404


def test_months_without_a_record_say_so(site: Site) -> None:
    october = a_filed_record(site, period="2026-10", starts_at=THREE_O_CLOCK - timedelta(30))
    browser = site.browser("town")
    assert "2026年11月还没有归档的会议记录" in browser.get("/console/articles/new").text
    assert f'value="{october}"' in browser.get("/console/articles/new?period=2026-10").text
    assert f'value="{october}" checked' in browser.get(f"/console/articles/new?record={october}").text


def test_without_a_tick_the_page_comes_back_and_says_what_to_do(site: Site) -> None:
    a_filed_record(site)
    answer = site.browser("secretary").post("/console/articles", {"org": site.orgs["home"].id})
    assert (answer.status_code, "请选 1 到 40 次活动" in answer.text) == (400, True)


def test_each_kind_of_gathering_can_be_told_of(site: Site) -> None:
    browser = site.browser("secretary")
    for n, kind in enumerate(GatheringKind):
        roll = a_filed_record(site, kind=kind, period=f"2025-{n + 1:02d}")
        answer = browser.post("/console/articles", {"org": site.orgs["home"].id, "record": roll})
        assert answer.status_code == 303, kind


# The list


def test_drafts_are_listed_for_their_own_branch_and_proposals_above(site: Site) -> None:
    home(site, title="甲稿")
    home(site, PROPOSED, title="乙稿")
    home(site, ArticleState.PUBLISHED, title="丙稿")
    home(site, PROPOSED, "far", title="丁稿")
    seen = {
        who: [
            name
            for name in ("甲稿", "乙稿", "丙稿", "丁稿")
            if name in site.browser(who).get("/console/articles").text
        ]
        for who in ("clerk", "neighbour", "town", "zone")
    }
    assert seen == {"clerk": ["甲稿", "乙稿"], "neighbour": [], "town": ["乙稿"], "zone": ["乙稿", "丁稿"]}
    assert '<span class="muted">青石村党支部</span>' in site.browser("town").get("/console/articles").text
    assert (
        '<span class="muted">青石村党支部</span>' not in site.browser("clerk").get("/console/articles").text
    )
    assert "丙稿" in site.browser("clerk").get("/console/articles?state=published").text
    assert site.browser("clerk").get("/console/articles?state=x").status_code == 404


def test_long_list_goes_on_on_the_next_page_with_as_many_statements(site: Site) -> None:
    with site.sessions.begin() as session:
        org = session.get_one(Org, site.orgs["home"].id)
        for n in range(A_PAGE + 2):
            an_article_at(session, org, PROPOSED, title=f"第{n}号稿")
    browser, sent = site.browser("secretary"), []
    page = browser.get("/console/articles").text
    assert ("第1号稿" in page, "第2号稿" in page) == (False, True)
    older = browser.get(html.unescape(re.findall(r'href="(/console/articles\?before=\d+)"', page)[0])).text
    assert ("第1号稿" in older, "第2号稿" in older) == (True, False)
    engine = site.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", lambda *asked: sent.append(asked[2]))
    browser.get("/console/articles")
    assert len(sent) <= 6, sent


# The editor


def test_form_is_saved_and_the_preview_reads_as_typed(site: Site) -> None:
    article_id, browser = home(site), site.browser("clerk")
    blocks = (("text", f"渠通了。\n{XSS}", ""), ("list", "南段\n北段", ""))
    answer = send(browser, article_id, form(blocks, title=f"{XSS[:20]}"))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/console/articles/{article_id}")
    page = browser.get(answer.headers["Location"]).text
    assert "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>" in page
    assert "<ul><li>南段</li><li>北段</li></ul>" in page
    assert XSS not in page


def test_blocks_are_added_moved_and_taken_away_without_a_script(site: Site) -> None:
    article_id, browser = home(site), site.browser("secretary")
    blocks = (("text", "甲", ""), ("list", "乙", ""), ("text", "丙", ""))
    for wish, wanted in (
        ("add-text", ["甲", "乙", "丙", ""]), ("add-list", ["甲", "乙", "丙", ""]),
        ("up-1", ["乙", "甲", "丙"]), ("down-1", ["甲", "丙", "乙"]), ("remove-0", ["乙", "丙"]),
        ("up-0", ["甲", "乙", "丙"]),
        ("down-2", ["甲", "乙", "丙"]), ("remove-9", ["甲", "乙", "丙"]), ("down-99", ["甲", "乙", "丙"]),
    ):  # fmt: skip
        answer = send(browser, article_id, form(blocks, do=wish, title="还没存的题"))
        assert (answer.status_code, texts(answer)) == (200, wanted), wish
        assert "还没存的题" in answer.text
    assert stored(site, article_id)[1] == [Block(BlockKind.TEXT, "渠通了。")]


def test_wrong_form_comes_back_with_everything_typed(site: Site) -> None:
    article_id, browser = home(site), site.browser("secretary")
    answer = send(browser, article_id, form(title="题" * 33, byline="", digest=XSS))
    assert answer.status_code == 400
    for words in ("标题最多 32 个字，现在是 33 个", "请写署名", "题" * 33, html.escape(XSS)):
        assert words in answer.text
    assert texts(answer) == ["渠通了。"]
    assert stored(site, article_id)[0] == "沟渠清淤忙"


def test_what_somebody_saved_meanwhile_is_shown_before_it_is_overwritten(site: Site) -> None:
    article_id = home(site)
    with site.sessions.begin() as session:
        article = session.get_one(Article, article_id)
        edited = Edited("别人的题", "", "支部", (Block(BlockKind.TEXT, "别人的话"),))
        save_article(session, article, edited, seen=1, by=site.staff["clerk"].id, now=NOON)
    browser = site.browser("secretary")
    answer = send(browser, article_id, form(title="我的题"))
    assert (answer.status_code, "刚刚有人改过这篇稿件" in answer.text, "我的题" in answer.text) == (
        409,
        True,
        True,
    )
    assert stored(site, article_id)[0] == "别人的题"
    assert send(browser, article_id, form(title="我的题", seen="2")).status_code == 303
    assert stored(site, article_id)[0] == "我的题"


def test_picture_comes_in_with_the_text_typed_beside_it(site: Site) -> None:
    article_id, browser = home(site), site.browser("clerk")
    sent = form(do="picture", consent="yes", picture=photo(a_photo_of_a_phone(), "../../etc/passwd.jpg"))
    answer = send(browser, article_id, sent)
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        f"/console/articles/{article_id}/edit#pictures",
    )
    title, blocks = stored(site, article_id)
    assert (title, [block.kind.value for block in blocks]) == ("清淤忙", ["text", "picture"])
    picture = browser.get(f"/console/articles/{article_id}/pictures/{blocks[1].picture_id}.jpg")
    assert picture.mimetype == "image/jpeg"
    assert SECRET not in picture.data
    edit = browser.get(answer.headers["Location"]).text
    assert f'src="/console/articles/{article_id}/pictures/{blocks[1].picture_id}.jpg"' in edit
    assert "passwd" not in edit


def test_picture_taken_out_of_the_form_is_gone_once_it_is_saved(site: Site) -> None:
    article_id, browser = home(site), site.browser("clerk")
    send(browser, article_id, form(do="picture", consent="yes", picture=photo(a_photo())))
    assert send(browser, article_id, form(seen="3")).status_code == 303
    with site.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Picture)) == 0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"consent": "yes"}, "请先选一张图片"),
        ({"picture": photo(a_photo())}, "请先确认照片里的人同意公开"),
        ({"consent": "yes", "picture": photo(WRONG["html"], "x.jpg")}, "这个文件不是能用的图片"),
        ({"consent": "yes", "picture": photo(WRONG["svg"], "x.svg")}, "这个文件不是能用的图片"),
        ({"consent": "yes", "picture": photo(WRONG["bomb"], "x.png")}, "图片"),
    ],
)
def test_picture_that_cannot_be_used_is_said_beside_its_field(
    site: Site, changed: dict[str, Any], words: str
) -> None:
    article_id, browser = home(site), site.browser("clerk")
    answer = send(browser, article_id, form(do="picture", title="还没存的题") | changed)
    assert (answer.status_code, words in answer.text, "还没存的题" in answer.text) == (400, True, True)
    assert stored(site, article_id) == ("沟渠清淤忙", [Block(BlockKind.TEXT, "渠通了。")])


@pytest.mark.parametrize(("more", "keeps"), [(1, True), (3 * MOST_BYTES, False)])
def test_picture_that_is_too_large_is_refused_and_the_text_kept_where_it_was_read(
    site: Site, more: int, keeps: bool
) -> None:
    article_id, browser = home(site), site.browser("clerk")
    large = photo(a_photo() + b"\x00" * (MOST_BYTES + more))
    answer = send(browser, article_id, form(do="picture", consent="yes", title="还没存的题", picture=large))
    assert (answer.status_code, "图片太大" in answer.text, "还没存的题" in answer.text) == (413, True, keeps)
    answer.request.input_stream.close()  # the test client's own copy of what was sent


def test_what_was_proposed_is_edited_by_nobody(site: Site) -> None:
    article_id, browser = home(site, PROPOSED), site.browser("secretary")
    assert browser.get(f"/console/articles/{article_id}/edit").status_code == 409
    assert send(browser, article_id, form()).status_code == 409
    assert "修改稿件" not in browser.get(f"/console/articles/{article_id}").text


def test_editor_and_page_warn_of_what_should_not_be_told(site: Site) -> None:
    article_id, browser = home(site), site.browser("secretary")
    send(browser, article_id, form((("text", "王丽娟家是困难户，电话 13800001111", ""),)))
    for address in (f"/console/articles/{article_id}", f"/console/articles/{article_id}/edit"):
        page = browser.get(address).text
        for words in ("第 1 段有像手机号的数字", "困难户", "写了支部党员的姓名：王丽娟"):
            assert words in page


def test_article_that_came_back_says_why(site: Site) -> None:
    article_id = home(site, came_back="第二段有姓名")
    for address in (f"/console/articles/{article_id}", f"/console/articles/{article_id}/edit"):
        assert "第二段有姓名" in site.browser("clerk").get(address).text
