"""Coming by WeChat's own scan: each arrival is handled once, and a stranger's code opens nothing."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.conftest import NOON
from tests.mini_program.conftest import BASE, PhoneOf, Zone
from tests.mini_program.hall import CHECK_IN, hold, picture, slip, token
from tests.mini_program.phone import Phone

pytestmark = pytest.mark.browser

BY_LINK, BY_CODE = 1011, 1047  # how WeChat numbers these entries


@pytest.fixture(autouse=True)
def at_ten_to_three(zone: Zone) -> None:
    """Begin each test at ten to three."""
    zone.site.clock[0] = NOON


def link(text: str) -> dict[str, Any]:
    """Return how WeChat hands over a link that was scanned."""
    return {"path": CHECK_IN, "query": f"q={quote(text, safe='')}&scancode_time=1764053400", "scene": BY_LINK}


def posted(phone: Phone) -> list[str]:
    """Return what was sent since the phone forgot, in order."""
    return [one["path"].removeprefix("/api/v1") for one in phone.requests if one["method"] == "POST"]


def test_cold_start_by_a_link_signs_in_by_one_request_and_never_again(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "王丽娟")
    phone = phone_of("王丽娟").open(**link(picture(zone, it)))
    phone.see("签到成功")
    phone.see("王丽娟 同志")
    assert phone.requests[0]["path"] == "/api/v1/check-ins"
    phone.warm()
    phone.warm()
    phone.see("签到成功")
    phone.tap("好的，回首页")
    phone.see("已签到 14:50")
    phone.warm()
    assert posted(phone) == ["/check-ins"]


def test_coming_back_from_another_page_never_signs_in_twice(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "刘玉兰", starts_at=NOON + timedelta(hours=2))
    phone = phone_of("刘玉兰").open(**link(picture(zone, it)))
    phone.see("还没开始签到")
    phone.tap("看今天的安排")
    phone.see("村部二楼会议室")
    phone.tap("返回")
    phone.see("还没开始签到")
    phone.warm()
    phone.tap("到点再试")
    phone.see("扫一扫签到")
    phone.warm()
    phone.see("扫一扫签到")
    assert posted(phone) == ["/check-ins"]


def test_warm_start_by_another_code_signs_in_there_too(zone: Zone, phone_of: PhoneOf) -> None:
    first, _ = hold(zone, "许志远")
    second, _ = hold(zone, "许志远", title="党员大会")
    phone = phone_of("许志远").open(**link(picture(zone, first)))
    phone.see("签到成功")
    phone.forget()
    phone.warm(**link(picture(zone, second)))  # the page is open: only onShow runs
    phone.see("党员大会")
    phone.see("签到成功")
    assert posted(phone) == ["/check-ins"]
    phone.tap("好的，回首页")
    phone.forget()
    phone.warm(**link(picture(zone, second)))  # the page is opened anew: a scan like any other
    phone.see("您已签到")
    assert posted(phone) == ["/check-ins"]


def test_code_of_the_mini_program_carries_the_same_signs(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "郑巧珍")
    phone = phone_of("郑巧珍").open(CHECK_IN, f"scene={quote(token(zone, it), safe='')}", BY_CODE)
    phone.see("签到成功")
    assert posted(phone) == ["/check-ins"]
    phone.open(CHECK_IN)
    phone.see("已签到 14:50")
    for other in ("pages/me/me?scene=" + token(zone, it), f"{CHECK_IN}?q={token(zone, it)}", "path"):
        phone.scan("path:" + other)
        phone.tap("再扫一次")
        phone.see("这个码不是签到用的。")
    phone.scan(f"path:{CHECK_IN}?scene={token(zone, it)}")
    phone.tap("再扫一次")
    phone.see("您已签到")


SIGNS = "AQAAAAEDjW5hAAAAAAAAAAAAAA"
HOSTILE = {
    "script": "javascript:wx.request({url:'https://example.com'})",
    "other host": f"https://example.com/c/{SIGNS}",
    "other scheme": f"{BASE.replace('https', 'http')}/c/{SIGNS}",
    "host as a name": f"{BASE}@example.com/c/{SIGNS}",
    "host as a beginning": f"{BASE}.example.com/c/{SIGNS}",
    "no sign at all": f"{BASE}/c/",
    "one sign less": f"{BASE}/c/{SIGNS[1:]}",
    "one sign more": f"{BASE}/c/{SIGNS}A",
    "up and away": f"{BASE}/c/../../work/day/day",
    "query behind": f"{BASE}/c/{SIGNS}?to=/pages/me/me",
    "line below": f"{BASE}/c/{SIGNS}\nhttps://example.com",
    "coded twice": quote(f"{BASE}/c/{SIGNS}", safe=""),
    "pictures": "😀" * 13,
    "a page": "/work/day/day?id=1",
    "long": "A" * 10_240,
}


def test_hostile_codes_open_nothing_but_an_explanation(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("马德顺").open()
    phone.see("近期没有安排")
    queries = {name: str(link(text)["query"]) for name, text in HOSTILE.items()}
    queries |= {
        "broken %": "q=%E0%A4%A",
        "lonely %": "scene=%",
        "scene of a host": "scene=https%3A%2F%2Fexample.com",
    }
    for name, query in queries.items():
        phone.forget()
        phone.warm(CHECK_IN, query, BY_LINK)
        phone.see("这个码不是签到用的。")
        assert phone.requests == [], name
        assert phone.calls("navigateTo") == [], name
        phone.warm("pages/home/home")
        phone.see("近期没有安排")
    phone.open(**link(HOSTILE["script"]))
    phone.see("这个码不是签到用的。")
    assert phone.calls("request") == []
    phone.warm(**link(HOSTILE["other host"]))
    phone.see("请扫会场屏幕上的二维码")
    assert phone.calls("request") == []
    assert phone.axe() == []


def test_camera_reads_hostile_codes_just_so(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("韩德福").open(CHECK_IN)
    phone.see("扫一扫签到")
    phone.page.wait_for_function("__mp.requests.length && __mp.requests.every(one => one.status)")
    phone.forget()
    button = "扫一扫签到"
    for text in HOSTILE.values():
        phone.scan(text)
        phone.tap(button)
        phone.see("这个码不是签到用的。")
        button = "再扫一次"
    assert phone.requests == []


def test_somebody_unbound_binds_and_is_signed_in_as_of_the_scan(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "杜文秀")
    code = slip(zone, "杜文秀")
    phone = phone_of("杜文秀", bound=False).open(**link(picture(zone, it)))
    phone.see("先绑定，绑好自动签到")
    phone.see("您扫码的时间 14:50 已经记下，10 分钟内绑好都算数。")
    phone.see("手边没有纸条，请支部在名册上登记，效果一样。")
    assert phone.axe() == []
    zone.site.clock[0] += timedelta(minutes=9)
    phone.follow_clock()
    phone.tap("输入纸条上的数字")
    phone.type("纸条上的 12 位数字", code)
    phone.tap("下一步")
    phone.tap("是我，绑定")
    phone.see("签到成功")
    phone.see("杜文秀 同志")
    phone.see("14:50")
    assert posted(phone)[-1] == "/check-ins"
    phone.warm()
    assert posted(phone).count("/check-ins") == 2  # refused before, done now
    assert "ticket" not in phone.storage()


def test_ticket_that_ran_out_says_so_and_the_scan_is_there_again(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "李守田")
    code = slip(zone, "李守田")
    phone = phone_of("李守田", bound=False).open(**link(picture(zone, it)))
    phone.tap("输入纸条上的数字")
    zone.site.clock[0] += timedelta(minutes=11)
    phone.follow_clock()
    phone.type("纸条上的 12 位数字", code)
    phone.tap("下一步")
    phone.tap("是我，绑定")
    phone.see("绑定好了，请再扫一次")
    phone.see("扫码以后过了 10 分钟，那一次不算了。")
    phone.scan(picture(zone, it))
    phone.tap("再扫一次")
    phone.see("签到成功")


def test_ticket_of_long_ago_is_forgotten(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "侯建军")
    code = slip(zone, "侯建军")
    phone = phone_of("侯建军", bound=False).open(**link(picture(zone, it)))
    phone.see("先绑定，绑好自动签到")
    phone.tap("暂不登录")
    zone.site.clock[0] += timedelta(hours=3)
    phone.follow_clock()
    phone.tap("绑定我的身份")
    phone.type("纸条上的 12 位数字", code)
    phone.tap("下一步")
    phone.tap("是我，绑定")
    phone.see("绑定好了，侯建军同志。")


def test_slow_log_in_does_not_outlive_the_code(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "贺永年")
    phone = phone_of("贺永年", logged_in=False)
    with phone.slow("POST", "/check-ins"):
        phone.open(**link(picture(zone, it)))
        phone.see("正在登记…")
        phone.page.wait_for_function("__mp.requests.length === 2")
        zone.site.clock[0] += timedelta(minutes=5)
    phone.see("签到成功")
    phone.see("14:50")
