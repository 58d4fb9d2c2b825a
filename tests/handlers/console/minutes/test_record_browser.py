"""From the confirmed roll to the record that was sent back, filed again and copied, in a real browser."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, expect

from handlers.console.minutes.words import facts_of, whole_text
from models.gatherings.marks import settle_rest
from models.gatherings.minutes.reading import record_of
from models.gatherings.roll import Status
from models.people.console import start_session
from models.points.posting import confirm_roll
from tests.handlers.console.minutes.test_minutes_pages import filed
from tests.handlers.console_site import Site, publish_theme_day

pytestmark = pytest.mark.browser


def a_context(site: Site, address: str, chromium: Chromium, who: str, script: bool = True) -> BrowserContext:
    with site.sessions.begin() as session:
        token = start_session(session, site.staff[who], now=site.now)
    context = chromium.new_context(
        viewport={"width": 1280, "height": 900}, base_url=address, java_script_enabled=script
    )
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": "console", "value": token, "url": address}])
    return context


def a_page(site: Site, address: str, chromium: Chromium, who: str) -> Page:
    return a_context(site, address, chromium, who).new_page()


def test_record_is_written_filed_returned_filed_and_copied_field_by_field(
    site: Site, address: str, chromium: Chromium
) -> None:
    roll = publish_theme_day(site)["home"]
    site.clock[0] += timedelta(hours=3)
    with site.sessions.begin() as session:
        by = site.staff["secretary"].id
        settle_rest(session, roll, Status.UNCLEAR, by=by, now=site.now)
        confirm_roll(session, roll, by=by, now=site.now)

    clerk = a_page(site, address, chromium, "clerk")
    clerk.goto("/console/")
    clerk.get_by_role("link", name="写记录").click()
    clerk.get_by_label("主持人").fill("周明远")
    clerk.get_by_label("记录人").fill("林小满")
    clerk.locator("#items .item").nth(0).get_by_text("已进行").click()
    clerk.locator("#items .item").nth(1).get_by_text("改为").click()
    clerk.get_by_label("改成了什么").last.fill("商量路灯")
    clerk.get_by_label("讨论要点").fill("白玉珍：路灯先修桥头。\n陈春生：同意。")
    clerk.get_by_role("button", name="加一条决议").click()
    expect(clerk.get_by_label("决定了什么")).to_have_count(2)
    clerk.get_by_label("决定了什么").nth(0).fill("桥头路灯月底前修好")
    clerk.get_by_label("责任人").nth(0).fill("高长山")
    clerk.get_by_label("决定了什么").nth(1).fill("下个月议清淤")
    clerk.get_by_role("button", name="存好，看一遍").click()
    expect(clerk.locator(".record")).to_contain_text("商议冬季沟渠清淤（改为：商量路灯）")

    secretary = a_page(site, address, chromium, "secretary")
    secretary.goto("/console/")
    secretary.get_by_role("link", name="看一遍再归档").click()
    secretary.get_by_role("button", name="归档").click()
    expect(secretary.locator(".head .state")).to_have_text("已归档")

    town = a_page(site, address, chromium, "town")
    town.goto(f"/console/rolls/{roll}/record")
    town.get_by_label("哪里要补、要改").fill("第二条请写责任人")
    town.get_by_role("button", name="退回补正").click()
    expect(town.locator(".head .state")).to_have_text("退回补正")

    clerk.goto("/console/")
    expect(clerk.locator(".owed").first).to_contain_text("第二条请写责任人")
    clerk.get_by_role("link", name="去补正").click()
    clerk.get_by_label("责任人").nth(1).fill("白玉珍")
    clerk.get_by_role("button", name="存好，看一遍").click()
    secretary.goto(f"/console/rolls/{roll}/record")
    secretary.get_by_role("button", name="归档").click()
    secretary.get_by_role("link", name="转报").click()
    copied = everything_copied(secretary)
    with site.sessions() as session:
        record = record_of(session, roll)
        assert record is not None
        facts = facts_of(record)
    assert copied == [(fact.label, fact.text) for fact in facts] + [("", whole_text(facts))]
    assert ("责任人", "1. 高长山\n2. 白玉珍") in copied
    for page in (clerk, secretary, town):
        page.context.close()


def everything_copied(page: Page) -> list[tuple[str, str]]:
    """Press each button and return what the clipboard then holds, with the field's name."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    found = []
    for fact in page.locator(".fact").all():
        fact.get_by_role("button").click()
        expect(fact.get_by_role("status")).to_have_text("已复制")
        found.append((fact.locator("h2").inner_text(), page.evaluate("navigator.clipboard.readText()")))
    page.get_by_role("button", name="全部复制").click()
    expect(page.locator(".head [role=status]")).to_have_text("已复制")
    return [*found, ("", page.evaluate("navigator.clipboard.readText()"))]


def test_without_a_script_a_field_is_selected_by_a_click(
    site: Site, address: str, chromium: Chromium
) -> None:
    roll = filed(site)
    context = a_context(site, address, chromium, "clerk", script=False)
    page = context.new_page()
    page.goto(f"/console/rolls/{roll}/relay")
    assert page.locator("#discussion").evaluate("one => getComputedStyle(one).userSelect") == "all"
    expect(page.get_by_role("button", name=re.compile("复制")).first).to_be_hidden()
    context.close()
