"""Every page of the mini-program, with the longest real data, on each screen and in both sizes of type."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Browser, Route

from tests.mini_program.conftest import a_served_zone
from tests.mini_program.measured import faults, show
from tests.mini_program.pages import BY_NAME, PAGES, ROWS, Row, opened, phone_for
from tests.mini_program.rich import Rich, fill
from tests.simulated import Account

# Each plants one fault into a page, in the measure's name.
PLANTED = {
    "outside": "<view style='width:110vw'>很宽</view>",
    "spilled": "<view style='width:60px;white-space:nowrap'>一行写不下的一句话</view>",
    "small": "<view style='font-size:13px'>小字</view>",
    "low": "<view role='button' style='height:30px'>矮</view>",
    "overlapping": "<view style='height:0'>上面的一句</view><view>下面的一句</view>",
    "primaries": "<button class='button primary'>好的</button><button class='button primary'>好的</button>",
    "covered": "<view style='height:120vh'></view><view>末尾</view>"
    "<view class='bar' style='height:300px'></view>",
    "broken": "<view style='width:3em'>11月25日 15:00</view>",
    "unreadable": "<view>\U0010fffd</view>",
    "axe": "<view role='button' style='min-height:60px'></view>",
}

# What people write, in the answers of the server; codes, dates and numbers stay.
WRITTEN = {
    "about", "answer", "bring", "byline", "caption", "contact", "digest", "evidence", "finding", "group",
    "host", "member", "name", "org", "place", "reason", "said", "summary", "text", "title", "why",
}  # fmt: skip
MARKUP = "<img src=x onerror='window.hit = 1'><b>{{member}}</b>\"&amp;" + "x" * 100 + "长" * 3200
HOSTILE = (
    "home", "articles", "article", "branch", "branch-leaves", "branch-phone-list", "branch-roll",
    "branch-texts", "complaint", "declare", "entries", "gathering", "gatherings", "host-attendance",
    "leave-refused", "my-data", "notice", "notices", "objection-answer", "objections", "points", "star",
)  # fmt: skip
NUMBER = count(1)  # no two texts are the same


@pytest.fixture(scope="module")
def full(account: Account) -> Iterator[Rich]:
    """One branch in full swing for all rows: looking changes nothing."""
    with a_served_zone(account) as zone:
        yield fill(zone)


def test_every_page_of_the_mini_program_has_a_row() -> None:
    assert {row.path for row in ROWS} == set(PAGES)
    assert len(BY_NAME) == len(ROWS)


@pytest.mark.browser
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_page_fits_every_screen_and_type(full: Rich, chromium: Browser, row: Row) -> None:
    phone = opened(chromium, full, row)
    found = faults(phone)
    phone.close()
    assert found == [], "\n".join(found)


@pytest.mark.browser
def test_each_measure_finds_what_was_planted(full: Rich, chromium: Browser) -> None:
    phone = opened(chromium, full, BY_NAME["help"])
    assert faults(phone) == []
    plant = """html => { const one = document.createElement('view'); one.id = 'planted'; one.innerHTML = html;
      document.querySelector('.page').append(one) }"""
    for measure, html in PLANTED.items():
        phone.page.evaluate(plant, html)
        found = faults(phone)
        assert any(f"{measure}: " in one for one in found), (measure, found)
        phone.page.evaluate("document.querySelector('#planted').remove()")
    phone.page.evaluate("document.querySelector('.page').style.fontSize = '15px'")
    assert any("body: " in one for one in faults(phone))
    phone.close()


def spoilt(answer: Any, name: str = "") -> Any:
    """Return an answer of the server in which everything that somebody wrote is ten kilobytes of markup."""
    if isinstance(answer, dict):
        return {key: spoilt(value, key) for key, value in answer.items()}
    if isinstance(answer, list):
        return [spoilt(value, name) for value in answer]
    return f"{MARKUP}{next(NUMBER)}" if isinstance(answer, str) and name in WRITTEN else answer


def spoil(route: Route) -> None:
    """Let the server answer, and spoil what it says."""
    if route.request.method == "GET":
        answer = route.fetch()
        route.fulfill(response=answer, json=spoilt(answer.json()))
    else:
        route.continue_()


@pytest.mark.browser
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answer_changes_nothing_but_text(full: Rich, chromium: Browser, name: str) -> None:
    row = BY_NAME[name]
    phone = phone_for(chromium, full, row)
    phone.context.route("**/api/v1/**", spoil)
    phone.open(row.path, row.query.format(**full.ids)).see("<img src=x")
    assert phone.page.evaluate("window.hit") is None
    assert phone.page.locator("img[src=x], .mp-frame b").count() == 0
    show(phone, (320, 568), large=True)
    assert phone.page.evaluate("measures.outside()") == []
    phone.context.unroute_all(behavior="wait")
    phone.close()
