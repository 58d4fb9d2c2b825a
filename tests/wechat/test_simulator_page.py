"""The simulator's own page: published articles open as on a phone, and a publication is ended by hand."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.wechat.phone import Phone
from tests.wechat.test_articles_against_simulator import OURS, a_draft
from wechat.articles import add_draft, submit_publication

pytestmark = pytest.mark.browser


def test_article_is_published_opened_and_banned_by_hand(wechat: str, chromium: Browser) -> None:
    phone = Phone(wechat)
    gateway = phone.gateway(None)
    phone.order("faults", {"kind": "publish_status", "status": 1, "appid": phone.appid})
    draft = a_draft(gateway, content="<p>正文</p><script>document.title = '坏'</script>")
    submit_publication(gateway, add_draft(gateway, draft))
    with chromium.new_context(viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(wechat)
        page.locator("#account").select_option(phone.appid)
        articles = page.locator("#articles")
        expect(articles).to_contain_text("发布中")
        expect(articles.get_by_role("link")).to_have_count(0)
        articles.get_by_role("button", name="发布 publish").click()
        with context.expect_page() as opened:
            articles.get_by_role("link", name="主题党日").click()
        reader = opened.value
        expect(reader.get_by_role("heading", name="主题党日")).to_be_visible()
        expect(reader).to_have_title("主题党日")
        expect(reader.get_by_role("link", name="阅读原文")).to_have_attribute("href", OURS)
        assert reader.evaluate("document.documentElement.scrollWidth") == 360
        articles.get_by_role("button", name="封禁 ban").click()
        expect(articles).to_contain_text("已封禁")
        reader.reload()
        expect(reader.get_by_text(re.compile("因违规无法查看"))).to_be_visible()
        assert errors == []
