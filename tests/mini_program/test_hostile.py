"""A phone that changes hands, answers that come too late, and what a proxy sends in the backend's place."""

from typing import Any

import pytest

from tests.conftest import NOON
from tests.factories import THREE_O_CLOCK
from tests.mini_program.branch.planned import plan
from tests.mini_program.branch.working import at_work, type_digits
from tests.mini_program.conftest import PhoneOf, Zone
from tests.mini_program.hall import hand_over, slip
from tests.mini_program.phone import Phone

pytestmark = pytest.mark.browser

CAME = "before => __mp.requests.slice(before).some(one => one.path === '/api/v1/home' && one.status)"
FIELD = "纸条上的 12 位数字"


@pytest.fixture(autouse=True)
def at_ten_to_three(zone: Zone) -> None:
    """Begin each test at ten to three."""
    zone.site.clock[0] = NOON


def whose(phone: Phone) -> Any:
    """Return whom the phone takes itself for."""
    member = phone.storage()["session"]["member"]
    return member and member["name"]


def test_answer_from_before_the_binding_does_not_end_it(zone: Zone, phone_of: PhoneOf) -> None:
    # Control: without `personId() !== who` in request.js the late answer to nobody ends the new binding.
    phone = phone_of("王丽娟", bound=False).open("pages/binding/binding")
    phone.see("请输入纸条上的 12 位数字")
    phone.tap("暂不登录")
    phone.see("绑定我的身份")
    before = len(phone.requests)
    with phone.late("GET", "/home"):
        phone.pull_down()
        phone.tap("绑定我的身份")
        phone.type(FIELD, slip(zone, "王丽娟"))
        phone.tap("下一步")
        phone.tap("是我，绑定")
        phone.see("绑定好了，王丽娟同志。")
    phone.page.wait_for_function(CAME, arg=before)
    assert whose(phone) == "王丽娟"
    phone.tap("好的，回首页")
    phone.see("近期没有安排")
    assert whose(phone) == "王丽娟"


def test_another_person_on_the_same_phone_sees_nothing_of_the_first(zone: Zone, phone_of: PhoneOf) -> None:
    # Control: without `followBinding` the second one's answers are kept under the first one's name.
    plan(zone.site, "刘玉兰", THREE_O_CLOCK)
    phone = phone_of("刘玉兰").open()
    phone.tap("我的")
    phone.see("刘玉兰")
    hand_over(zone, "刘玉兰", "陈春生")
    phone.tap("首页")
    phone.see("近期没有安排")
    assert whose(phone) == "陈春生"
    kept = [name for name in phone.storage() if name.startswith("m")]
    assert all(name.startswith(f"m{zone.site.members['陈春生'].id}:") for name in kept), kept
    with phone.slow("GET", "/home"):
        phone.tap("我的")
        phone.not_see("刘玉兰")
    phone.see("陈春生")


NONSENSE = {
    "a portal's page": ("text/html", "<html>请先登录上网</html>"),
    "an empty object": ("application/json", "{}"),
    "null": ("application/json", "null"),
    "lists that are null": ("application/json", '{"items": null, "next": null}'),
}


@pytest.mark.parametrize("kind", NONSENSE)
def test_page_says_that_it_failed_where_a_proxy_answers(zone: Zone, phone_of: PhoneOf, kind: str) -> None:
    # Control: without the `try` in opening.js the page stays at 正在加载.
    phone = phone_of("高长山").open("pages/me/me")
    phone.see("高长山")
    typed, body = NONSENSE[kind]
    for path in ("/notices", "/gatherings", "/home"):
        phone.answer_next("GET", path, body, typed)
    for tab in ("通知", "活动"):
        phone.tap(tab)
        phone.see("重试")
        phone.tap("重试")
        phone.not_see("重试")
    phone.tap("首页")
    phone.see("近期没有安排")
    assert whose(phone) == "高长山"


def test_what_an_older_version_kept_does_not_break_a_page(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("高长山").open()
    key = f"mp:m{zone.site.members['高长山'].id}:notices"
    phone.page.evaluate('key => localStorage.setItem(key, \'{"data":{"value":[],"at":1}}\')', key)
    phone.tap("通知")
    phone.see("没有新通知")


def test_nothing_of_the_branch_is_left_once_the_work_is_over(zone: Zone, phone_of: PhoneOf) -> None:
    # Controls: without `load` in `end` the late answer opens the day again; without `earlier` in OVER
    # the list of the one who ended stands before whoever begins next.
    phone = at_work(zone, phone_of)
    phone.tap("看确认过的名册")
    phone.see("近四个月没有确认过的名册。")
    with phone.late("GET", "/branch/today"):
        phone.pull_down()
        phone.tap("结束支部工作")
        phone.page.get_by_role("dialog").get_by_text("结束支部工作", exact=True).click()
        phone.see("支部工作已结束。")
    phone.see("支部工作已结束。")
    phone.not_see("周明远")
    type_digits(zone, phone)
    phone.see("结束支部工作")
    phone.not_see("近四个月没有确认过的名册。")


def test_file_of_ones_own_record_goes_with_the_binding(zone: Zone, phone_of: PhoneOf) -> None:
    # Control: without `unlink` in `forgetPerson` the whole record of the one who left lies on the phone.
    phone = phone_of("白玉珍").open()
    phone.tap("我的")
    phone.see("白玉珍")
    phone.page.evaluate("__mp.files['wxfile://usr/my-record.txt'] = '白玉珍'")
    hand_over(zone, "白玉珍", "赵大有")
    phone.tap("首页")
    phone.see("近期没有安排")
    phone.tap("我的")
    phone.see("赵大有")
    assert phone.page.evaluate("__mp.files") == {}
