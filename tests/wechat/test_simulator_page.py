"""The simulator's own page in a browser: phones that are tapped, typed on and scanned with."""

import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
import segno
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.faults import misfits, out_of_reach, violations
from tests.wechat.phone import SEND, TEMPLATE, Phone, listening
from tests.wechat.scene import lively
from tests.wechat.test_articles_against_simulator import OURS, a_draft
from wechat.articles import add_draft, submit_publication

pytestmark = pytest.mark.browser

Opener = Callable[[Phone], Page]
VENDOR = Path(__file__).parents[2] / "simulator/page/vendor"
MENU = [
    {"type": "click", "name": "主题", "key": "theme"},
    {"type": "scancode_waitmsg", "name": "扫码", "key": "hall"},
    {"name": "我的", "sub_button": [{"type": "click", "name": "积分", "key": "points"}]},
]
HOSTILE = '<img src=x onerror="document.title=1">'


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    with chromium.new_context(viewport={"width": 360, "height": 740}) as context:
        yield context


@pytest.fixture
def opened(context: BrowserContext) -> Iterator[Opener]:
    """Opens the page on the wall of a phone's account; no script of it may fail."""
    errors: list[str] = []

    def open_page(phone: Phone) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.goto(f"{phone.url}/?appid={phone.appid}")
        expect(page.locator(".phone").first).to_be_visible()
        return page

    yield open_page
    assert errors == []


def token_of(phone: Phone) -> str:
    asked = {"grant_type": "client_credential", "appid": phone.appid, "secret": phone.account["secret"]}
    answer = requests.post(f"{phone.url}/cgi-bin/stable_token", json=asked, timeout=5)
    return str(answer.json()["access_token"])


def send(phone: Phone, note: str = "主题党日", to: str = "") -> dict[str, Any]:
    """Send a template message as any client would."""
    data = {"thing1": note, "time2": "2026年11月25日 15:00", "phrase3": "照常", "name4": "李"}
    body = {"touser": to or phone.openid, "template_id": TEMPLATE["id"]}
    body |= {"data": {key: {"value": value} for key, value in data.items()}}  # type: ignore[dict-item]
    answer = requests.post(f"{phone.url}{SEND}?access_token={token_of(phone)}", json=body, timeout=5)
    told: dict[str, Any] = answer.json()
    return told


def publish_menu(phone: Phone) -> None:
    address = f"{phone.url}/cgi-bin/menu/create?access_token={token_of(phone)}"
    menu = str({"button": MENU}).replace("'", '"').encode()  # as it is: no sign of it escaped
    assert requests.post(address, menu, timeout=5).json()["errcode"] == 0


def qr_code(text: str) -> bytes:
    drawn = BytesIO()
    segno.make(text, micro=False).save(drawn, kind="png", scale=6)
    return drawn.getvalue()


def rows(page: Page) -> Locator:
    return page.locator("#rows tr.call")


def test_card_comes_without_reloading_and_a_withheld_event_is_let_go(wechat: str, opened: Opener) -> None:
    phone = Phone(wechat)
    with listening(phone, safe=False) as pushed:
        page = opened(phone)
        phone.fault("event_withheld")
        assert send(phone)["errcode"] == 0
        card = page.locator(".message")
        expect(card).to_contain_text("活动通知")
        expect(card).to_contain_text("主题党日")
        assert pushed == []
        page.get_by_role("button", name="放行 release").click()
        expect(card).to_contain_text("已回报 reported")
        assert len(pushed) == 1
        phone.act("block")
        send(phone)
        expect(page.locator(".chat .failed")).to_contain_text("没有送到")


def test_words_pictures_and_recordings_are_sent_from_the_phone(wechat: str, opened: Opener) -> None:
    phone = Phone(wechat)
    with listening(phone, safe=False) as pushed:
        page = opened(phone)
        page.get_by_label("发消息 type").fill("请假 https://example.cn/a")
        page.get_by_role("button", name="发送").click()
        expect(page.locator(".said")).to_have_text("请假 https://example.cn/a")
        expect(page.locator(".reply").get_by_role("link")).to_have_attribute("href", "https://example.cn/a")
        page.get_by_label("图片 picture").set_input_files(
            {"name": "a.png", "mimeType": "image/png", "buffer": qr_code("任意")}
        )
        expect(page.locator(".said img")).to_have_js_property("complete", True)
        assert page.locator(".said img").evaluate("picture => picture.naturalWidth") > 0
        page.get_by_label("发别的").click()
        page.get_by_role("button", name="语音 voice").click()
        expect(page.locator(".said").last).to_contain_text("语音")
        assert len(pushed) == 3


def test_menu_is_tapped_on_both_levels(wechat: str, opened: Opener) -> None:
    phone = Phone(wechat)
    publish_menu(phone)
    with listening(phone, safe=False) as pushed:
        page = opened(phone)
        page.get_by_role("button", name="主题").click()
        expect(page.locator(".said")).to_have_text("[菜单 menu] 主题")
        expect(page.get_by_role("button", name="积分")).to_be_hidden()
        page.locator(".bar summary").press("Enter")
        page.get_by_role("button", name="积分").press("Enter")
        expect(page.locator(".said").last).to_have_text("[菜单 menu] 积分")
        expect(page.get_by_role("button", name="积分")).to_be_hidden()
        assert [getattr(push, "key", None) for push in pushed] == ["theme", "points"]


def test_picture_of_a_code_is_scanned_chosen_or_dropped(wechat: str, opened: Opener) -> None:
    phone = Phone(wechat)
    publish_menu(phone)
    with listening(phone, safe=False) as pushed:
        page = opened(phone)
        page.get_by_role("button", name="扫码").click()
        picture = page.locator("#scan-picture")
        picture.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": qr_code("会场 17")})
        expect(page.locator("#scan-text")).to_have_value("会场 17")
        assert violations(page) == []
        page.get_by_role("button", name="扫 scan", exact=True).click()
        expect(page.locator(".said")).to_have_text("[菜单 menu] 扫码 会场 17")
        assert getattr(pushed[0], "result", None) == "会场 17"
        made = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "hall-3"}}}
        address = f"{wechat}/cgi-bin/qrcode/create?access_token={token_of(phone)}"
        url = requests.post(address, json=made, timeout=5).json()["url"]
        drop(page.locator(".phone"), qr_code(url))
        expect(page.locator("#scan-text")).to_have_value(url)
        page.get_by_role("button", name="扫 scan", exact=True).click()
        expect(page.locator(".chat")).to_contain_text("扫描二维码 scan hall-3")
        drop(page.locator(".phone"), b"no picture")
        expect(page.locator("#scan-said")).to_contain_text("没有二维码")


def drop(where: Locator, content: bytes) -> None:
    where.evaluate(
        """(element, bytes) => {
          const carried = new DataTransfer();
          carried.items.add(new File([new Uint8Array(bytes)], "a.png", {type: "image/png"}));
          const how = {dataTransfer: carried, bubbles: true, cancelable: true};
          element.dispatchEvent(new DragEvent("drop", how));
        }""",
        list(content),
    )


def test_decoder_is_the_one_named_beside_it(wechat: str) -> None:
    served = requests.get(f"{wechat}/_sim/page/vendor/jsQR.js", timeout=5).content
    assert sha256(served).hexdigest() in (VENDOR / "README").read_text("utf-8")


def test_fault_strikes_while_its_switch_is_on(wechat: str, opened: Opener) -> None:
    phone = Phone(wechat)
    page = opened(phone)
    switch = page.get_by_role("switch", name=re.compile("系统繁忙"))
    page.locator("#kinds").click()
    row = page.locator(".fault", has=switch)
    row.locator("summary").click()
    row.get_by_label("多常 how often").select_option("nth")
    row.get_by_label("第 n 次 n").fill("2")
    row.get_by_label("openid").fill(phone.openid)
    switch.check()
    expect(row).to_contain_text("中 0 / 0 struck")
    assert [send(phone)["errcode"] for _ in range(3)] == [0, -1, 0]
    expect(row).to_contain_text("中 1 / 3 struck")
    page.locator("#only").select_option("faults")
    page.locator("#filter").fill(phone.openid)
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("fault errcode")
    expect(rows(page).locator(".bad").first).to_contain_text("-1 system error")
    switch.uncheck()
    expect(row).not_to_contain_text("struck")
    assert send(phone)["errcode"] == 0


def test_clock_is_moved_and_told_in_words(wechat: str, opened: Opener) -> None:
    page = opened(Phone(wechat))
    try:
        expect(page.locator("#ahead")).to_have_text("真实时间 real time")
        page.get_by_role("button", name="+1 天").click()
        page.get_by_role("button", name="+1 时").click()
        expect(page.locator("#ahead")).to_have_text("快 1 天 1 小时 ahead")
        page.get_by_role("button", name="到 0 点").click()
        expect(page.locator("#time")).to_have_text(re.compile("00:00:0."))
        page.get_by_role("button", name="回到真实时间").click()
        expect(page.locator("#ahead")).to_have_text("真实时间 real time")
    finally:
        requests.post(f"{wechat}/_sim/clock", json={"offset_seconds": 0}, timeout=5)


def test_log_is_filtered_opened_and_held(wechat: str, opened: Opener) -> None:
    phone = Phone(wechat)
    page = opened(phone)
    assert send(phone)["errcode"] == 0
    assert send(phone, to="o_nobody")["errcode"] == 40003
    page.locator("#filter").fill(phone.openid)
    expect(rows(page)).to_have_count(1)
    rows(page).get_by_role("button").press("Enter")
    inside = page.locator("#rows .inside")
    expect(inside).to_contain_text('"thing1": { "value": "主题党日" }')
    expect(inside).to_contain_text("access_token=***")
    expect(inside).to_contain_text(re.compile("rid [0-9a-f]{8}-"))
    page.locator("#filter").fill("40003")
    page.locator("#only").select_option("errors")
    expect(rows(page).first.locator(".bad")).to_contain_text("40003")
    page.locator("#filter").fill(phone.openid)
    page.locator("#only").select_option("")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="暂停 pause").click()
    send(phone)
    expect(page.locator(".message")).to_have_count(2)
    expect(rows(page)).to_have_count(1)
    # Another question is answered, once.
    page.locator("#filter").fill("no such call")
    expect(rows(page)).to_have_count(0)
    page.locator("#filter").fill(phone.openid)
    expect(rows(page)).to_have_count(2)
    send(phone)
    expect(page.locator(".message")).to_have_count(3)
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="继续 resume").click()
    expect(rows(page)).to_have_count(3)


def test_quota_left_is_set_by_hand(wechat: str, opened: Opener) -> None:
    phone = Phone(wechat)
    send(phone)
    page = opened(phone)
    left = page.get_by_label(f"还剩 left {SEND}")
    left.fill("0")
    left.press("Enter")
    expect(page.locator("#quotas")).to_contain_text("用了 used 1 / 1")
    assert send(phone)["errcode"] == 45009


def test_popup_of_a_mini_program_grants_messages(wechat: str, opened: Opener) -> None:
    template = {"id": "S1", "title": "会前提醒", "keys": ["thing1"]}
    phone = Phone(wechat, "mini_program", subscribe_templates=[template])
    page = opened(phone)
    page.get_by_role("button", name="弹窗 ask").click()
    assert violations(page) == []
    page.get_by_role("button", name="允许 accept").click()
    expect(page.locator(".chip")).to_have_text("授权 grants 1")
    page.locator(".grants summary").click()
    page.get_by_role("button", name="关闭接收 off").click()
    expect(page.locator(".chip")).to_have_text("授权 grants 0")
    page.get_by_role("button", name="弹窗 ask").click()
    page.get_by_role("button", name="允许 accept").click()
    expect(page.locator(".chat")).to_contain_text("会前提醒 拒绝 reject")


def test_names_and_words_are_never_markup(wechat: str, opened: Opener) -> None:
    phone = Phone(wechat)
    phone.order("followers", {"appid": phone.appid, "followers": [{"openid": HOSTILE, "name": HOSTILE}]})
    phone.order("say", {"appid": phone.appid, "openid": HOSTILE, "text": f"<script>x</script>{HOSTILE}"})
    page = opened(phone)
    expect(page.locator(".who b").first).to_have_text(HOSTILE)
    expect(page.locator(".said")).to_have_text(f"<script>x</script>{HOSTILE}")
    assert page.locator("#wall img, #wall script, #log img").count() == 0
    expect(page).to_have_title("WeChat simulator 微信模拟器")


def test_wall_of_ten_thousand_shows_who_has_something_new_and_finds_anybody(
    wechat: str, opened: Opener
) -> None:
    phone = Phone(wechat)
    people = [{"openid": f"o_{number}", "name": f"第{number}人"} for number in range(10_000)]
    phone.order("followers", {"appid": phone.appid, "followers": people})
    page = opened(phone)
    expect(page.locator("#found")).to_have_text("24 部，共 10001 in all")
    phone.order("say", {"appid": phone.appid, "openid": "o_9999", "text": "在吗"})
    expect(page.locator(".who b").first).to_have_text("第9999人")
    page.locator("#search").fill("第5678人")
    expect(page.locator(".phone")).to_have_count(1)
    page.get_by_label("发消息 type").fill("半句")
    page.locator("#search").evaluate("field => { field.value = ''; }")
    phone.order("say", {"appid": phone.appid, "openid": "o_1", "text": "在吗"})
    expect(page.locator(".phone")).to_have_count(24)
    assert page.get_by_label("发消息 type").evaluate_all("all => all.filter(one => one.value).length") == 1


def test_somebody_is_added_leaves_and_comes_back(wechat: str, opened: Opener) -> None:
    phone = Phone(wechat)
    page = opened(phone)
    page.get_by_text("加一部手机").first.click()
    page.get_by_label("openid", exact=True).first.fill("o_new")
    page.get_by_label("名字 name").fill("新来的")
    page.get_by_role("button", name="加上 add").click()
    added = page.get_by_label("新来的 的手机")
    expect(added).to_contain_text("关注 subscribe")
    added.get_by_label("更多").click()
    added.get_by_role("button", name="取消关注").click()
    expect(added).to_contain_text("已取消关注")
    added.get_by_role("button", name="关注 follow").click()
    expect(added.get_by_label("发消息")).to_be_visible()
    added.get_by_label("更多").click()
    added.get_by_role("button", name="拒收 block").click()
    expect(added.locator(".chip")).to_have_text("已拒收 blocked")


@pytest.mark.parametrize("width", [360, 1280])
def test_lively_page_fits_and_is_usable_by_all(wechat: str, chromium: Browser, width: int) -> None:
    with (
        lively(wechat, f"wx-lively-{width}", f"wx-mini-{width}"),
        chromium.new_context(viewport={"width": width, "height": 800}) as context,
    ):
        page = context.new_page()
        page.goto(f"{wechat}/?appid=wx-lively-{width}")
        page.locator("#rows .hit button").first.click()
        page.locator("#kinds").click()
        page.locator(".fault summary").first.click()
        expect(page.locator("#rows pre").first).to_be_visible()
        assert violations(page) == []
        assert misfits(page) == []
        page.reload()
        expect(page.locator("#rows .hit").first).to_be_visible()
        assert out_of_reach(page) == []


def test_article_is_published_opened_and_banned_by_hand(
    wechat: str, opened: Opener, context: BrowserContext
) -> None:
    phone = Phone(wechat)
    gateway = phone.gateway(None)
    phone.order("faults", {"kind": "publish_status", "status": 1, "appid": phone.appid})
    draft = a_draft(gateway, content="<p>正文</p><script>document.title = '坏'</script>")
    submit_publication(gateway, add_draft(gateway, draft))
    page = opened(phone)
    articles = page.locator("#articles")
    expect(articles).to_contain_text("发布中")
    expect(articles.get_by_role("link")).to_have_count(0)
    articles.get_by_role("button", name="发布 publish").click()
    with context.expect_page() as opening:
        articles.get_by_role("link", name="主题党日").click()
    reader = opening.value
    expect(reader.get_by_role("heading", name="主题党日")).to_be_visible()
    expect(reader).to_have_title("主题党日")
    expect(reader.get_by_role("link", name="阅读原文")).to_have_attribute("href", OURS)
    assert reader.evaluate("document.documentElement.scrollWidth") == 360
    articles.get_by_role("button", name="封禁 ban").click()
    expect(articles).to_contain_text("已封禁")
    reader.reload()
    expect(reader.get_by_text(re.compile("因违规无法查看"))).to_be_visible()
