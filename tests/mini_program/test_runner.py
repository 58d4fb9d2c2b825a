"""The runner refuses what WeChat refuses; a small mini-program of its own shows it."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.mini_program.built import BuildError, build
from tests.mini_program.conftest import PhoneOf
from tests.mini_program.phone import Phone

pytestmark = pytest.mark.browser

SAMPLE = Path(__file__).parents[1] / "fixtures/mini_program"
HOME, SECOND, DETAIL, FIELDS = (f"pages/{name}/{name}" for name in ("home", "second", "detail", "fields"))
BORDER = "one => getComputedStyle(one).borderTopColor"
COLOUR = "one => getComputedStyle(one).color"
DEEPEST = 10


@pytest.fixture
def phone(phone_of: PhoneOf) -> Phone:
    """A phone with the small mini-program."""
    return phone_of(None, source=SAMPLE).open()


def log(phone: Phone) -> list[str]:
    """Return what the small mini-program noted of its life, and begin anew."""
    told: list[str] = phone.page.evaluate("__mp.app.log.splice(0)")
    return told


# Pages


def test_lives_of_app_and_page_come_in_wechats_order(phone: Phone) -> None:
    phone.see("便条")
    phone.page.wait_for_function("__mp.app.log.includes('home ready')")
    assert log(phone) == ["app launch", "app show 1001", "home load {}", "home show", "home ready"]
    phone.tap("看详情")
    assert log(phone) == ["home hide"]
    phone.tap("返回")
    assert log(phone) == ["home show"]
    phone.warm()
    assert log(phone) == ["home hide", "app hide", "app show 1001", "home show"]
    phone.warm(HOME, "a=1", scene=1047)
    assert log(phone) == ["home hide", "app hide", "app show 1047", "home show"]
    phone.warm(DETAIL, "id=9&name=x")
    phone.see("编号 9 姓名 x")
    assert log(phone) == ["home hide", "app hide", "app show 1001", "home unload"]


def test_query_comes_as_it_is_written(phone: Phone) -> None:
    phone.tap("看详情")
    phone.see("编号 7 姓名 %E7%8E%8B，第 2 层")
    assert phone.page.locator(".mp-title").inner_text() == "编号7", "the title that it set in its onLoad"


def test_tab_pages_live_on_and_their_bars_know_them(phone: Phone) -> None:
    for turn in ("1", "2"):
        phone.tap("第二页")
        phone.see(f"第 {turn} 次")
        shown = phone.page.get_by_role("tab", name="第二页", selected=True).filter(visible=True)
        assert shown.count() == 1
        phone.tap("首页")
        phone.see("便条")
    assert [one for one in log(phone) if "load" in one] == ["home load {}"]


@pytest.mark.parametrize(
    ("button", "said"),
    [
        ("切到详情", "switchTab:fail can not switch to no-tabBar page"),
        ("打开标签页", "navigateTo:fail can not navigateTo a tabbar page"),
        ("打开没有的页", 'navigateTo:fail page \\"pages/none/none\\" is not found'),
        ("后退", "navigateBack:fail cannot navigate back at first page"),
    ],
)
def test_page_that_cannot_be_opened_fails(phone: Phone, button: str, said: str) -> None:
    phone.tap(button)
    phone.see(said)


def test_no_more_than_ten_pages_are_open(phone: Phone) -> None:
    phone.open(DETAIL)
    for _ in range(DEEPEST - 1):
        phone.tap("再深一层")
    phone.not_see("navigateTo:fail")
    phone.tap("再深一层")
    phone.see("navigateTo:fail page limit exceeded: 10")


def test_page_asks_before_it_is_left(phone: Phone) -> None:
    phone.tap("去填写")
    phone.tap("离开前问我")
    phone.tap("返回")
    phone.see("没有提交，要离开吗")
    phone.tap("取消")
    phone.tap("返回")
    phone.tap("确定")
    phone.see("便条")


def test_page_is_pulled_down(phone: Phone) -> None:
    phone.pull_down()
    phone.see("刷新了")
    assert phone.page.evaluate("document.body.dataset.refreshing") is None
    phone.tap("第二页")
    phone.pull_down()
    phone.expect_error("pulled down without enablePullDownRefresh")


# Looks


def test_styles_reach_as_far_as_wechat_lets_them(phone: Phone) -> None:
    page = phone.page
    assert page.get_by_text("便条", exact=True).evaluate(COLOUR) == "rgb(1, 2, 3)", "app.wxss in a component"
    assert page.locator("note > view").evaluate(BORDER) == "rgb(4, 5, 6)", "the component's own"
    assert page.get_by_text("插槽").evaluate(COLOUR) == "rgb(7, 8, 9)", "the page's, in the slot"
    phone.tap("第二页")
    assert page.get_by_text("第 1 次").evaluate(COLOUR) == "rgb(10, 11, 12)"
    phone.tap("首页")
    assert page.locator(".said").evaluate(COLOUR) != "rgb(10, 11, 12)", "not the other page's"
    pale = page.get_by_role("button", name="不能按").evaluate("one => getComputedStyle(one).backgroundColor")
    assert pale == "rgb(247, 247, 247)", "nor does one class colour a disabled one"
    wide: dict[str, Any] = page.get_by_role("button", name="看详情").bounding_box()  # type: ignore[assignment]
    assert wide["width"] == 184, "one class does not widen a button of style v2"


# Interfaces


def test_unknown_interface_throws(phone: Phone) -> None:
    phone.tap("没有的接口")
    phone.expect_error("wx.reportEvent is not supplied")


def test_exception_of_a_handler_is_kept_and_fails_the_test(phone: Phone) -> None:
    phone.tap("出错")
    phone.page.wait_for_function("__errors.length")
    with pytest.raises(AssertionError, match="the handler fails"):
        phone.close()
    phone.expect_error("the handler fails")


def test_disabled_button_is_dead(phone: Phone) -> None:
    phone.page.get_by_role("button", name="不能按").click(force=True)
    assert phone.errors() == []


def test_reminder_is_asked_in_a_tap_only(phone: Phone) -> None:
    phone.subscribe("accept", 20004)
    phone.tap("晚些提醒我")
    phone.see("can only be invoked by user TAP gesture")
    phone.tap("提醒我")
    phone.see('"S1":"accept"')
    phone.tap("提醒我")
    phone.see('"errCode":20004')
    assert phone.calls("requestSubscribeMessage")[0] == {"tmplIds": ["S1"]}


def test_camera_sees_what_was_queued_and_else_the_person_goes_back(phone: Phone) -> None:
    phone.tap("扫一扫")
    phone.see("scanCode:fail cancel")
    phone.scan("https://example.cn/s/1")
    phone.tap("扫一扫")
    phone.see("https://example.cn/s/1")


def test_private_interface_waits_until_somebody_agreed(phone: Phone) -> None:
    phone.scan("first")
    phone.privacy_needed()
    phone.tap("扫一扫")
    phone.see("用户隐私保护提示")
    phone.tap("拒绝")
    phone.see("scanCode:fail privacy permission is not authorized")
    phone.tap("扫一扫")
    phone.tap("同意")
    phone.see('"result":"first"')


def test_pages_own_privacy_question_counts_by_the_tap_on_its_button(phone: Phone) -> None:
    phone.open(FIELDS)
    phone.scan("first", "second")
    phone.privacy_needed()
    phone.tap("扫一扫")
    phone.see("等您同意")
    phone.tap("说是同意了")
    phone.see("privacy permission is not authorized")
    phone.expect_error('"agree" without a tap')
    phone.tap("扫一扫")
    phone.tap("我同意")
    phone.see('"result":"first"')
    phone.tap("扫一扫")
    phone.see('"result":"second"')


def test_question_is_answered(phone: Phone) -> None:
    phone.tap("问一问")
    phone.tap("要")
    phone.see('"confirm":true')


def test_storage_outlives_a_cold_start(phone: Phone) -> None:
    phone.tap("记下")
    assert phone.storage() == {"kept": {"a": 1}}
    phone.open()
    phone.tap("读出")
    phone.see('{"a":1}')


# The network


def test_request_goes_to_the_declared_domain_only(phone: Phone) -> None:
    phone.tap("取首页")
    phone.see("200 供青山示范区")
    asked = phone.requests[-1]
    assert asked["bytes"] > 0
    assert asked | {"bytes": 0} == {
        "method": "GET", "path": "/api/v1/home", "status": 200, "bytes": 0, "timeout": 8000,
    }  # fmt: skip
    phone.tap("取别处")
    phone.see("request:fail url not in domain list")
    phone.expect_error("not among the declared domains")


def test_network_is_gone_and_comes_back(phone: Phone) -> None:
    phone.offline()
    phone.see("网络 none")
    phone.tap("取首页")
    phone.see("request:fail errcode")
    phone.tap("登录")
    phone.see("login:fail")
    phone.open()
    phone.see("便条")
    phone.online()
    phone.see("网络 wifi")
    phone.tap("取首页")
    phone.see("200 供青山示范区")


def test_answer_fails_waits_or_is_lost(phone: Phone) -> None:
    phone.fail_next("GET", "/home", 503)
    phone.tap("取首页")
    phone.see("503")
    phone.no_answer("GET", "/home")
    phone.tap("取首页")
    phone.see("request:fail timeout")
    with phone.slow("GET", "/home"):
        phone.tap("取首页")
        phone.see("正在取")
    phone.see("200 供青山示范区")
    assert [one["status"] for one in phone.requests] == [503, 0, 200]


def test_time_of_a_request_runs_out(phone: Phone) -> None:
    with phone.slow("GET", "/home"):
        phone.tap("马上要取到")
        phone.see("request:fail timeout")


def test_login_gives_a_new_code_each_time(phone: Phone) -> None:
    phone.tap("登录")
    phone.see("code ")
    first = phone.page.get_by_role("status").inner_text()
    phone.tap("登录")
    phone.not_see(first)
    phone.see("code ")


# Fields


def test_fields_say_what_was_typed_and_chosen(phone: Phone) -> None:
    phone.open(FIELDS)
    phone.type("姓名", "欧阳静静静静")
    phone.see("写的是欧阳静静。")
    phone.type("说明", "两行\n说明")
    phone.tap("大字")
    phone.see("开了")
    phone.pick("原因", "家中有事")
    phone.see("家中有事")
    phone.pick("哪一天", "2026-11-25")
    phone.see("2026-11-25")
    phone.tap("周二")
    phone.see("勾了tue")
    phone.tap("甲")
    phone.tap("乙")
    phone.see("选了b")
    phone.tap("提交")
    phone.see('{"name":"欧阳静静","note":"两行\\n说明","large":true,"kind":"1","days":["tue"],"one":"b"}')
    phone.tap("清空姓名")
    phone.see("写的是。")
    phone.see("富文本")
    assert phone.axe() == []


def test_axe_sees_grey_on_grey(phone: Phone) -> None:
    phone.open(DETAIL, "id=1")
    phone.page.add_style_tag(content="view { color: #999; }")
    assert any("color-contrast" in one for one in phone.axe())


# The build


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("pages/detail/detail.wxml", "<view>", "pages/detail/detail.wxml:1:"),
        ("pages/detail/detail.wxml", "<div></div>", "<div> is neither a component"),
        ("pages/detail/detail.wxml", "<canvas></canvas>", "<canvas> is neither a component"),
        ("pages/detail/detail.wxml", "<view>{{id.trim()}}</view>", "calls id.trim(): WeChat shows nothing"),
        ("pages/detail/detail.wxml", '<view wx:elif="{{id}}"></view>', "pages/detail/detail.wxml:1:"),
        ("pages/detail/detail.wxss", ".a { color: red;", "a brace is not closed"),
        ("pages/detail/detail.wxss", "@import 'none.wxss';", "no file pages/detail/none.wxss"),
        ("pages/detail/detail.json", "{", "pages/detail/detail.json: "),
        ("pages/home/home.json", '{"usingComponents": {"note": "/none/none"}}', "none/none.wxml is missing"),
        ("components/note/note.json", "{}", '"component": true is missing'),
    ],
)
def test_faulty_source_is_not_built(tmp_path: Path, file: str, text: str, said: str) -> None:
    source = tmp_path / "source"
    shutil.copytree(SAMPLE, source)
    (source / file).write_text(text, "utf-8")
    with pytest.raises(BuildError) as refused:
        build(source, tmp_path / "out")
    assert said in str(refused.value)
