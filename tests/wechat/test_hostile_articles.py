"""An article of hostile texts in the account: on the simulator's page and to its reader it stays text."""

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from models.articles.article import BlockKind
from models.articles.editing import plain_text
from models.articles.html import Block, article_html
from tests.handlers.test_hostile_text import read_as_typed
from tests.handlers.watch import watched
from tests.hard.payloads import ALL, fitting
from tests.wechat.phone import Phone
from tests.wechat.test_articles_against_simulator import a_jpeg
from wechat.articles import (
    ArticleDraft,
    add_cover,
    add_draft,
    find_published,
    submit_publication,
    upload_article_picture,
)

pytestmark = pytest.mark.browser


def test_article_of_hostile_texts_stays_text_in_the_account(wechat: str, chromium: Chromium) -> None:
    phone = Phone(wechat)
    gateway = phone.gateway(None)
    picture, cover = upload_article_picture(gateway, a_jpeg()), add_cover(gateway, a_jpeg())
    kinds = (BlockKind.TEXT, BlockKind.LIST)
    blocks = [Block(kinds[n % 2], plain_text(text)) for n, text in enumerate(ALL)]
    blocks += [Block(BlockKind.PICTURE, text, 1) for text in fitting(40)[:9]]
    content = article_html(blocks, lambda _: picture)
    published = []
    for n, title in enumerate(fitting(32)[:8]):
        source = f"https://example.cn/a/{n}?p=1"
        draft = ArticleDraft(title, fitting(16)[n], fitting(60)[n], content, source, cover)
        submit_publication(gateway, add_draft(gateway, draft))
        found = find_published(gateway, source)
        assert found is not None
        published.append(found.url)
    with watched(chromium, wechat) as watch:
        pages = [watch.open(url) for url in published]
        watch.page.goto(wechat)
        watch.page.locator("#account").select_option(phone.appid)
        expect(watch.page.locator("#published a")).to_have_count(len(published))
        wall = watch.judge()
    assert not watch.faults, "\n".join(watch.faults)
    assert [text for text in ALL if not read_as_typed(text, pages[0])] == []
    assert [title for title in fitting(32)[:8] if title not in wall] == []
