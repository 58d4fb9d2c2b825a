"""An article in a real browser: from the record to a follower's phone, sent back once on the way."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect

from jobs.publish import publish_articles
from models.articles.article import Article, ArticleState
from models.people.console import start_session
from tests.articles.records import a_record
from tests.faults import misfits, violations
from tests.handlers.console_site import Site
from tests.running import until
from tests.simulated import Account, running_simulator
from wechat.callback import Callback

pytestmark = pytest.mark.browser

SUBMIT = "/cgi-bin/freepublish/submit"


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    """The address of a simulator."""
    with running_simulator() as url:
        yield url


@dataclass
class Zone:
    """The site with its account on the simulator, and a browser for each of the staff."""

    site: Site
    address: str
    account: Account
    chromium: Browser
    contexts: list[BrowserContext]

    def page(self, who: str, width: int = 360) -> Page:
        """Open a browser as one of the staff."""
        with self.site.sessions.begin() as session:
            token = start_session(session, self.site.staff[who], now=self.site.now)
        context = self.chromium.new_context(viewport={"width": width, "height": 740}, base_url=self.address)
        self.contexts.append(context)
        context.add_cookies([{"name": "console", "value": token, "url": self.address}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        return page

    def publish(self, after: timedelta = timedelta()) -> None:
        """Let the clock's job run, so much later."""
        self.site.clock[0] += after
        gateway = self.account.gateway()
        publish_articles(self.site.sessions, self.site.now, gateway=gateway, base_url=self.address)

    def said(self, text: str) -> str:
        """Type in the account's chat as a follower; return the reply."""
        told = {"appid": self.account.appid, "openid": "o_follower"}
        self.account.order("follow", told)
        answer = self.account.order("say", told | {"text": text})
        return "\n".join(reply["content"] for reply in answer["replies"])

    def stands(self) -> ArticleState:
        """How the article stands."""
        with self.site.sessions() as session:
            return session.query(Article).one().state


@pytest.fixture
def zone(site: Site, address: str, simulator: str, chromium: Browser) -> Iterator[Zone]:
    """A filed record in the branch, and an account that pushes to the site."""
    account = Account(simulator, callback_url=f"{address}/wechat/official-account")
    told = account.settings
    callback = Callback(account.appid, told["token"], (told["aes_key"],), False, told["original_id"])
    site.app.parts = replace(site.app.parts, account_callback=callback)
    # The callback takes nothing whose time is far from its own.
    account.order("clock", {"offset_seconds": (site.now - datetime.now(site.now.tzinfo)).total_seconds()})
    with site.sessions.begin() as session:
        a_record(session, site.orgs["home"])
    zone = Zone(site, address, account, chromium, [])
    yield zone
    for context in zone.contexts:
        context.close()


def press(page: Page, name: str) -> None:
    """Press the one button of this name."""
    page.get_by_role("button", name=name, exact=True).click()


def drafted(zone: Zone) -> Page:
    """Let the secretary draft an article from the record and save it; return the article's page."""
    page = zone.page("secretary")
    page.goto("/console/articles/new")
    page.locator("[name=record]").first.check()
    press(page, "起草")
    page.get_by_label("标题").fill("沟渠清淤忙")
    press(page, "保存，看预览")
    expect(page.get_by_role("heading", name="沟渠清淤忙")).to_be_visible()
    return page


def reviewed(page: Page, address: str) -> None:
    """Let the township tick every line and pass the review."""
    page.goto(address)
    for box in page.get_by_role("group", name="保密审核").get_by_role("checkbox").all():
        box.check()
    press(page, "审核通过")
    expect(page.get_by_text("等示范区党建干部审批")).to_be_visible()


def on_paper(page: Page, address: str) -> None:
    """Let the zone enter an approval signed on paper."""
    page.goto(address)
    page.locator("summary", has_text="录入纸质审批").click()
    page.get_by_label("签字的人").fill("罗正清")
    page.get_by_label("审批单编号或卷号").fill("青宣审〔2026〕18 号")
    press(page, "录入纸质审批")
    expect(page.get_by_role("button", name="发布到公众号")).to_be_visible()


def fits(page: Page) -> None:
    """The page has no grave fault and fits a phone."""
    assert (violations(page), misfits(page)) == ([], [])


def test_article_goes_from_the_record_to_a_followers_phone(zone: Zone) -> None:
    page, town, chief = drafted(zone), zone.page("town"), zone.page("zone")
    article = page.url
    fits(page)
    press(page, "供稿，送保密审核")
    expect(page.get_by_text("等上级党建干部做保密审核")).to_be_visible()

    town.goto(article)
    fits(town)
    town.get_by_text("有问题，退回修改").click()
    town.get_by_label("原因").fill("请写明清淤的是哪一段")
    press(town, "退回修改")
    expect(town).to_have_url(re.compile("/console/articles$"))

    page.reload()
    expect(page.get_by_text("请写明清淤的是哪一段").first).to_be_visible()
    page.get_by_role("link", name="修改稿件").click()
    page.locator("[name=block_text]").first.fill("支部商量了村东头南段沟渠的清淤。")
    press(page, "保存，看预览")
    press(page, "供稿，送保密审核")

    reviewed(town, article)
    fits(town)
    on_paper(chief, article)
    fits(chief)
    press(chief, "发布到公众号")
    zone.publish()
    # WeChat tells of the end by itself.
    until(lambda: zone.stands() is ArticleState.PUBLISHED)
    chief.reload()
    expect(chief.get_by_text("纸面签批：罗正清")).to_be_visible()
    with chief.expect_navigation():
        chief.get_by_role("link", name="在公众号里看这篇").click()
    expect(chief.get_by_role("heading", name="沟渠清淤忙")).to_be_visible()
    expect(chief.get_by_text("支部商量了村东头南段沟渠的清淤。")).to_be_visible()
    in_account = chief.url

    with_follower(zone, chief, in_account)


def with_follower(zone: Zone, page: Page, in_account: str) -> None:
    """A follower finds it by 动态, and reads on at our own page."""
    reply = zone.said("动态")
    assert "沟渠清淤忙" in reply
    assert in_account in reply
    with page.expect_navigation():
        page.get_by_role("link", name="阅读原文").click()
    expect(page.get_by_text("支部商量了村东头南段沟渠的清淤。")).to_be_visible()
    assert page.url.startswith(f"{zone.address}/a/")


def test_publication_that_failed_comes_back_with_its_reason_and_goes_out_mended(zone: Zone) -> None:
    page, town, chief = drafted(zone), zone.page("town"), zone.page("zone")
    article = page.url
    zone.account.fault("publish_status", path=SUBMIT, status=4, count=1)
    for wanted in (ArticleState.DRAFT, ArticleState.PUBLISHED):
        press(page, "供稿，送保密审核")
        reviewed(town, article)
        chief.goto(article)
        press(chief, "批准")
        press(chief, "发布到公众号")
        expect(chief.get_by_text("正在发布").first).to_be_visible()
        zone.publish(timedelta(minutes=1))
        until(lambda wanted=wanted: zone.stands() is wanted)  # type: ignore[misc]
        page.goto(article)
        if wanted is ArticleState.DRAFT:
            expect(page.get_by_text("没有通过微信的平台审核").first).to_be_visible()
            assert "沟渠清淤忙" not in zone.said("动态")
    page.goto(article)
    fits(page)
    assert "沟渠清淤忙" in zone.said("动态")


def test_withdrawn_article_is_gone_everywhere(zone: Zone) -> None:
    page, town, chief = drafted(zone), zone.page("town"), zone.page("zone")
    article = page.url
    press(page, "供稿，送保密审核")
    reviewed(town, article)
    chief.goto(article)
    press(chief, "批准")
    press(chief, "发布到公众号")
    zone.publish()
    until(lambda: zone.stands() is ArticleState.PUBLISHED)
    chief.goto(article)
    in_account = chief.get_by_role("link", name="在公众号里看这篇").get_attribute("href") or ""
    chief.get_by_text("撤下这篇").click()
    expect(chief.get_by_text("公众号里的由平台删除")).to_be_visible()
    chief.get_by_label("原因").fill("照片里有没问过的人")
    press(chief, "撤下")
    zone.publish(timedelta(minutes=1))
    chief.reload()
    expect(chief.get_by_text("公众号上的文章已经删除")).to_be_visible()
    fits(chief)
    chief.goto(in_account)
    expect(chief.get_by_text("已被发布者删除").first).to_be_visible()
    assert requests.get(f"{zone.address}/a/{article.rpartition('/')[2]}", timeout=20).status_code == 404
    assert "沟渠清淤忙" not in zone.said("动态")


def test_officers_own_article_offers_its_writer_no_approval(zone: Zone) -> None:
    site = zone.site
    with site.sessions.begin() as session:
        a_record(session, site.orgs["home"])
    page = zone.page("zone")
    page.goto(f"/console/articles/new?org={site.orgs['zone'].id}&period=2026-11")
    page.locator("[name=record]").first.check()
    press(page, "起草")
    press(page, "保存，看预览")
    press(page, "供稿，送保密审核")
    expect(page.get_by_text("您写过或供过这篇稿件")).to_be_visible()
    expect(page.get_by_role("button", name="审核通过")).to_have_count(0)
    fits(page)


def test_approval_sheet_prints_on_one_page(zone: Zone) -> None:
    page = drafted(zone)
    press(page, "供稿，送保密审核")
    page.get_by_role("link", name="打印审批单").click()
    expect(page.get_by_role("heading", name="宣传稿件审批单")).to_be_visible()
    fits(page)
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1
