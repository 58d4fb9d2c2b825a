"""What holds on every page: a light first screen, the type one chose, nobody else's traces, no dead end."""

import json
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from models.notices.notice import NoticeKind
from tests.conftest import NOON
from tests.handlers.console_site import NAMES
from tests.mini_program.branch.planned import plan
from tests.mini_program.conftest import PhoneOf, Zone
from tests.mini_program.hall import hold, picture, slip
from tests.mini_program.pages import PAGES
from tests.mini_program.phone import Phone
from tests.mini_program.test_notices import tell

pytestmark = pytest.mark.browser

HOME, NOTICES, COMPLAINT = "pages/home/home", "pages/notices/notices", "pages/complaint/complaint"
KILOBYTES = 20_000
HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"
WAIT = "试得太多了，请十分钟后再来"
BUSY = "这会儿人多，没有办成。过一会儿再点一次。"
AGAIN = ["重试", "再看一次", "提交"]
OFFERED = "ways => ways.some(one => document.querySelector('.mp-view').innerText.includes(one))"
LARGE = ".page.large"
TAPS = "() => { window.taps = 0; addEventListener('pointerdown', () => { taps += 1 }, true) }"


class Failure(NamedTuple):
    """How a request fails, what a page then says, and what is said beside a form."""

    said: str
    beside: str
    status: int = 0
    code: str = ""
    message: str = ""
    html: str = ""
    lost: bool = False


FAILURES = {
    "429": Failure("先歇一会儿再试", WAIT, 429, "too_many_tries", WAIT),
    "500": Failure("这会儿人多，没打开", BUSY, 500, "failed"),
    "503": Failure("这会儿人多，没打开", BUSY, 503, "unavailable"),
    "502 of a proxy": Failure("这会儿人多，没打开", BUSY, 502, html=HTML),
    "no network": Failure("现在没有网络", "现在没有网络"),
    "no answer": Failure("网络太慢，没有收到结果", "网络太慢，没有收到结果", lost=True),
}


@pytest.fixture(autouse=True)
def at_ten_to_three(zone: Zone) -> None:
    """Begin each test at ten to three."""
    zone.site.clock[0] = NOON


def fail(phone: Phone, method: str, path: str, failure: Failure) -> None:
    """Let the next such request fail so."""
    if failure.html:
        answer = {"status": failure.status, "body": failure.html, "content_type": "text/html"}
        phone.context.route(f"**/api/v1{path}", lambda route: route.fulfill(**answer), times=1)
    elif failure.status:
        wait = {"retry-after": "600"} if failure.status in (429, 503) else {}
        phone.fail_next(method, path, failure.status, failure.code, failure.message, wait)
    elif failure.lost:
        phone.no_answer(method, path)
    else:
        phone.offline()


def test_first_screen_takes_two_requests_and_twenty_kilobytes(zone: Zone, phone_of: PhoneOf) -> None:
    who = "王丽娟"
    for number in range(4):
        it = plan(zone.site, who, zone.site.now + timedelta(days=number + 1), title=f"第{number + 1}次党课")
        tell(zone, who, it, NoticeKind.NOTICE)
    stranger, member = phone_of(None), phone_of(who)
    for phone, seen in ((stranger, "供青山示范区各支部党员使用"), (member, "第1次党课")):
        phone.open()
        phone.see(seen)
        light(phone.requests)
    zone.site.clock[0] += timedelta(days=8)  # the session is over, and so is all that was planned
    member.forget()
    member.open()
    member.see("近期没有安排")
    light(member.requests)
    assert [one["path"] for one in member.requests] == ["/api/v1/session", "/api/v1/home"]


def light(requests: list[dict[str, Any]]) -> None:
    """Check that these are few and small."""
    assert len(requests) <= 2, requests
    assert sum(one["bytes"] for one in requests) <= KILOBYTES, requests


@pytest.mark.parametrize(("scale", "is_large"), [(1, False), (1.2, False), (1.25, True), (1.6, True)])
def test_large_type_follows_wechats_letters(phone_of: PhoneOf, scale: float, is_large: bool) -> None:
    phone = phone_of(None, fontScale=scale).open()
    phone.see("绑定我的身份")
    assert bool(phone.page.locator(LARGE).count()) == is_large


def test_the_type_one_chose_wins_and_stays(phone_of: PhoneOf) -> None:
    phone = phone_of("白玉珍", fontScale=1.6).open("pages/me/me")
    phone.see("解除绑定")
    phone.page.locator("switch").click()
    for path in (HOME, NOTICES, COMPLAINT):
        phone.open(path)
        phone.page.locator(".page").first.wait_for()
        assert phone.page.locator(LARGE).count() == 0, path
    phone.font_scale(1)
    phone.open("pages/me/me")
    phone.see("解除绑定")
    phone.page.locator("switch").click()
    phone.page.locator(LARGE).wait_for()
    phone.open().see("我的星级")
    assert phone.page.locator(LARGE).count() == 1


def test_nothing_of_one_person_is_left_for_the_next(zone: Zone, phone_of: PhoneOf) -> None:
    first, second = "陈春生", "葛秀兰"
    it = plan(zone.site, first, zone.site.now + timedelta(days=1), title="沟渠清淤")
    tell(zone, first, it)
    phone = phone_of(first).open()
    phone.see("沟渠清淤")
    typed = {COMPLAINT: ("想说的话", "甲的投诉"), "pages/away/away": ("去哪里（写到县区就行）", "甲的去处")}
    for path, (field, text) in typed.items():
        phone.open(path).type(field, text)
    for path in (NOTICES, "pages/gatherings/gatherings"):
        phone.open(path).see("沟渠清淤")
    phone.open("pages/points/points").see("星级由年底的支部大会定")
    assert "甲的投诉" in json.dumps(phone.storage(), ensure_ascii=False)
    phone.open("pages/me/me").tap("解除绑定")
    phone.tap("解除绑定", within="不解除")
    phone.see("绑定我的身份")
    phone.tap("绑定我的身份")
    phone.type("纸条上的 12 位数字", slip(zone, second))
    phone.tap("下一步")
    phone.tap("是我，绑定")
    phone.see(f"绑定好了，{second}同志。")
    kept = json.dumps(phone.storage(), ensure_ascii=False)
    mine = f"m{zone.site.members[first].id}:"
    assert not [word for word in (first, "沟渠清淤", "甲的", mine) if word in kept], kept
    for path in (HOME, NOTICES, "pages/gatherings/gatherings", "pages/points/points", "pages/me/me", *typed):
        words = phone.open(path).words()
        fields = phone.page.locator("input, textarea").evaluate_all("all => all.map(one => one.value)")
        assert not [word for word in (first, "沟渠清淤", "甲的") if word in words + str(fields)], path


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_list_that_fails_says_why_and_comes_back(zone: Zone, phone_of: PhoneOf, failure: Failure) -> None:
    phone = phone_of("冯小军")
    phone.open("pages/privacy/privacy")
    fail(phone, "GET", "/notices", failure)
    phone.warm(NOTICES)
    phone.see(failure.said)
    if failure.message:
        phone.see(failure.message)
    phone.see("回首页")
    assert phone.axe() == []
    phone.online()
    phone.tap("重试")
    phone.see("没有新通知")
    assert not phone.page.get_by_text(failure.said).filter(visible=True).count()


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_form_that_fails_says_why_and_keeps_what_was_typed(
    zone: Zone, phone_of: PhoneOf, failure: Failure
) -> None:
    text, place = f"路灯不亮，{failure.said}", [*FAILURES.values()].index(failure)
    # Each by another phone: a day takes five.
    phone = phone_of(NAMES[1].split()[place]).open(COMPLAINT)
    phone.type("想说的话", text)
    fail(phone, "POST", "/complaints", failure)
    phone.tap("提交")
    phone.see(failure.beside)
    field = phone.page.get_by_label("想说的话")
    assert field.input_value() == text
    phone.open(COMPLAINT)  # left and opened again, without network if there is none
    assert field.input_value() == text
    phone.online()
    phone.tap("提交")
    phone.see("好的，回首页")
    sent = [
        one["status"]
        for one in phone.requests
        if one["path"] == "/api/v1/complaints" and one["method"] == "POST"
    ]
    assert sent == [failure.status, 201]
    phone.tap("好的，回首页")
    phone.see("近期没有安排")


def test_no_page_is_a_dead_end_when_every_request_fails(phone_of: PhoneOf) -> None:
    phone = phone_of("高长山").open("pages/privacy/privacy")
    answer = {"status": 503, "body": HTML, "content_type": "text/html"}
    phone.context.route("**/api/v1/**", lambda route: route.fulfill(**answer))
    for path in PAGES:
        phone.forget()
        phone.warm(path, "id=1&roll=1&entry=1")
        if phone.requests:
            phone.page.wait_for_function(OFFERED, arg=AGAIN)
        home = phone.page.locator(".mp-back[data-to=home]").filter(visible=True).count()
        assert home or "回首页" in phone.words() or "首页\n活动" in phone.words(), path


def test_a_month_of_a_member_is_three_taps(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "郭爱莲")
    phone = phone_of("郭爱莲").open()
    phone.page.evaluate(TAPS)
    phone.tap("签到")
    phone.scan(picture(zone, it))
    phone.tap("扫一扫签到")
    phone.see("签到成功")
    phone.tap("好的，回首页")
    phone.see("已签到 14:50")
    assert phone.page.evaluate("taps") == 3
