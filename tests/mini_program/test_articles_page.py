"""公开文章, one article with its pictures, 办事指南 and 帮助: for everybody, bound or not."""

import json
import subprocess

import pytest
from playwright.sync_api import Route
from sqlalchemy import select

from models.articles.article import Article, ArticleBlock, ArticleState, BlockKind
from models.people.org import Org
from tests.articles.standing import an_article_at, bring
from tests.factories import a_picture
from tests.handlers.chat.test_news import put
from tests.mini_program.built import SOURCE, node
from tests.mini_program.conftest import PhoneOf, Zone

pytestmark = pytest.mark.browser

LIST, ONE = "pages/articles/articles", "pages/article/article"
GUIDES, HELP = "pages/guides/guides", "pages/help/help"


def with_a_picture(zone: Zone, caption: str) -> tuple[int, str]:
    """Publish an article of paragraphs, a list and a picture; return its id and the picture's path."""
    with zone.site.sessions.begin() as session:
        home = session.get_one(Org, zone.site.orgs["home"].id)
        it = an_article_at(session, home, ArticleState.DRAFT, text="渠通了。\n水来了。", title="东渠清淤")
        picture = a_picture(session, it)
        blocks = ((BlockKind.LIST, "清淤三百米\n加固两处", None), (BlockKind.PICTURE, caption, picture.id))
        for position, (kind, text, picture_id) in enumerate(blocks, 2):
            block = ArticleBlock(
                article_id=it.id, position=position, kind=kind, text=text, picture_id=picture_id
            )
            session.add(block)
        session.flush()
        bring(session, it, ArticleState.PUBLISHED)
        return it.id, f"/a/{it.id}/pictures/{picture.id}.jpg"


def real(route: Route, address: str) -> None:
    """Answer from the site that is served here, whatever address the mini-program was built for."""
    route.fulfill(response=route.fetch(url=address))


def test_article_is_read_in_the_letters_of_the_phone(zone: Zone, phone_of: PhoneOf) -> None:
    caption = "清通以后的东渠"
    it, picture = with_a_picture(zone, caption)
    phone = phone_of(None)
    phone.context.route(f"**{picture}", lambda route: route.abort())
    phone.open(ONE, f"id={it}")
    for seen in (
        "东渠清淤",
        "2026年11月25日",
        "渠通了。",
        "水来了。",
        "· 清淤三百米",
        "图片没有打开",
        caption,
    ):
        phone.see(seen)
    assert phone.axe() == []
    phone.context.unroute(f"**{picture}")
    phone.context.route(f"**{picture}", lambda route: real(route, zone.address + picture))
    phone.open(ONE, f"id={it}")
    phone.see(caption)
    phone.not_see("图片没有打开")
    phone.page.get_by_role("img", name=caption).evaluate("one => one.decode()")  # fails for a broken one
    assert phone.axe() == []
    phone.open(ONE, "id=999999")
    phone.see("没有找到，可能已经撤下")
    phone.tap("回首页")
    phone.see("东渠清淤")


def test_list_is_empty_fails_grows_and_stands_offline(zone: Zone, phone_of: PhoneOf) -> None:
    with zone.site.sessions.begin() as session:
        for article in session.scalars(select(Article)):
            article.state, article.withdrawn_at = ArticleState.WITHDRAWN, zone.site.now
    phone = phone_of("王丽娟").open(LIST)
    phone.see("还没有公开的文章。")
    assert phone.axe() == []
    for number in range(21):
        put(zone.site, title=f"第{number + 1}篇", hours=21 - number)
    phone.open(LIST)
    phone.see("第21篇")
    phone.not_see("第1篇")
    phone.fail_next("GET", "/articles", 503)
    phone.tap("再看以前的")
    phone.see("这会儿人多，没有办成。过一会儿再点一次。")
    with phone.slow("GET", "/articles"):
        phone.tap("再看以前的")
        phone.tap("正在打开…")
    phone.see("第1篇")
    phone.not_see("再看以前的")
    assert phone.page.get_by_text("第1篇", exact=True).count() == 1
    assert phone.axe() == []
    phone.tap("第20篇")
    phone.see("渠通了。")
    phone.tap("返回")
    phone.offline()
    phone.open(LIST)
    phone.see("现在没有网络。下面是 14:50 的内容。")
    phone.see("第21篇")
    phone.tap("第20篇")
    phone.see("现在没有网络")
    phone.online()
    phone.tap("重试")
    phone.see("渠通了。")


def test_guides_open_one_at_a_time(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of(None)
    phone.fail_next("GET", "/guides", 503)
    phone.open(GUIDES)
    phone.see("这会儿人多，没打开")
    phone.tap("重试")
    guides = zone.ask("王丽娟").get("guides")["items"]
    answer = phone.page.locator(".answer")
    for guide in guides:
        phone.tap(guide["title"])
        text = guide["text"].removeprefix(f"【{guide['title']}】\n")  # it stands above already
        assert answer.all_inner_texts() == [text]
    assert guides[0]["text"].startswith("【组织关系转接】")
    assert phone.axe() == []
    phone.tap(guides[-1]["title"])
    assert answer.count() == 0
    member = phone_of("王丽娟").open(GUIDES)
    member.see(guides[0]["title"])
    member.offline()
    member.open(GUIDES)
    member.see("现在没有网络。下面是 14:50 的内容。")
    member.tap(guides[0]["title"])
    member.see(guides[0]["text"].split("\n")[1])


def test_help_answers_each_question_where_it_stands(phone_of: PhoneOf) -> None:
    phone = phone_of(None).open(HELP)
    phone.see("怎样绑定")
    script = f"process.stdout.write(JSON.stringify(require({json.dumps(str(SOURCE / 'words.js'))}).help))"
    help_of = json.loads(subprocess.run([*node(), "-e", script], capture_output=True, check=True).stdout)
    answer = phone.page.locator(".answer")
    for one in help_of["questions"]:
        phone.tap(one["question"])
        assert answer.inner_text().split("\n") == one["answer"]
        assert phone.page.locator("[aria-expanded=true]").count() == 1
    assert phone.axe() == []
    phone.tap(help_of["staff"])
    phone.see(help_of["staffTo"])
    assert answer.count() == 1
