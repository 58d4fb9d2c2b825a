"""我的: large type, the ways to one's own, branch work for who has it, the end of the binding."""

import pytest

from models.people.account import Account
from tests.conftest import NOON
from tests.mini_program.branch.working import type_digits
from tests.mini_program.conftest import PhoneOf, Zone

pytestmark = pytest.mark.browser

ME, HELP, HOME = "pages/me/me", "pages/help/help", "pages/home/home"
WORK = "发通知、出示签到码、打勾、确认"


@pytest.fixture(autouse=True)
def at_ten_to_three(zone: Zone) -> None:
    """Begin each test at ten to three."""
    zone.site.clock[0] = NOON


def test_every_row_leads_somewhere_and_back(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("王丽娟").open(ME)
    for seen in ("演示数据", "王丽娟", "青石村党支部　第一党小组", "所有页面的字放大", "解除绑定"):
        phone.see(seen)
    phone.not_see("支部工作")
    assert phone.axe() == []
    for row, seen in {
        "积分与星级": "2026年度，到今天",
        "我的异议和申报": "您没有提过异议",
        "长期外出报备": "报备一次，外出期间不用每月请假，也不算缺席。",
        "在公众号里也能用": "5 分钟内有效，只用一次",
        "隐私说明和我的数据": "我们记什么",
        "帮助，替家人看看": "来不了，怎样请假",
        "投诉与建议": "由示范区的同志答复",
        "办事指南": "入党流程",
        "公开文章": "还没有公开的文章。",
    }.items():
        phone.tap(row)
        phone.see(seen)
        phone.tap("返回")
        phone.see("所有页面的字放大")


def test_large_type_holds_on_every_page_and_after_a_cold_start(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("白玉珍").open(ME)
    phone.see("关")
    phone.tap("大字")
    phone.see("开")
    large = phone.page.locator(".page.large").filter(visible=True)
    assert large.count() == 1
    assert phone.axe() == []
    phone.tap("办事指南")
    phone.see("入党流程")
    assert large.count() == 1
    phone.open()
    phone.see("近期没有安排")
    assert large.count() == 1
    phone.tap("我的")
    phone.tap("大字")
    phone.see("关")
    assert large.count() == 0
    assert phone.storage()["large"] is False


def test_stranger_finds_what_is_for_everybody_and_the_way_in(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of(None).open(ME)
    for seen in ("还没有绑定", "不绑定也能看文章和办事指南。", "大字", "帮助，替家人看看", "演示数据"):
        phone.see(seen)
    for unseen in ("积分与星级", "解除绑定", "在公众号里也能用"):
        phone.not_see(unseen)
    assert phone.axe() == []
    phone.tap("投诉与建议")
    phone.see("由示范区的同志答复")
    phone.tap("返回")
    phone.tap("绑定我的身份")
    phone.see("还差 12 位")


def test_without_network_the_way_to_what_is_kept_stays(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("陈春生").open(ME)
    phone.see("陈春生")
    phone.offline()
    phone.open(ME)
    phone.see("现在没有网络。下面是 14:50 的内容。")
    phone.see("陈春生")
    new = phone_of("方国栋").open(HELP)
    new.see("怎样绑定")
    new.fail_next("GET", "/home", 503)
    new.open(ME)
    for seen in ("这会儿人多，没打开", "积分与星级", "解除绑定"):
        new.see(seen)
    new.not_see("还没有绑定")
    assert new.axe() == []
    new.tap("重试")
    new.see("方国栋")


def test_unbinding_says_what_stays_and_the_safe_answer_comes_first(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("高长山").open(ME)
    phone.tap("解除绑定")
    for seen in ("解除绑定？", "您的到会、积分和星级都留着，", "以后想用，请支部再打印一张纸条。"):
        phone.see(seen)
    assert phone.page.locator(".sheet .button.primary").inner_text() == "不解除"
    assert phone.axe() == []
    phone.tap("不解除")
    phone.not_see("解除绑定？")
    phone.forget()
    phone.fail_next("DELETE", "/binding", 503)
    phone.tap("解除绑定")
    phone.tap("解除绑定", within="解除绑定？")
    phone.see("这会儿人多，没有办成。过一会儿再点一次。")
    phone.no_answer("DELETE", "/binding", arrives=True)
    phone.tap("解除绑定")
    phone.tap("解除绑定", within="解除绑定？")
    phone.see("网络太慢，没有收到结果。再点一次就行。")
    phone.see("高长山")
    phone.tap("解除绑定")
    phone.tap("解除绑定", within="解除绑定？")  # done by the time before
    phone.see("绑定我的身份")
    assert "高长山" not in str(phone.storage())
    phone.not_see("改绑到另一个微信")  # one's own doing needs no word of warning


def test_branch_work_stands_in_two_places_for_who_has_a_post(zone: Zone, phone_of: PhoneOf) -> None:
    site = zone.site
    with site.sessions.begin() as session:
        session.get_one(Account, site.staff["clerk"].id).member_id = site.members["林小满"].id
    phone = phone_of("林小满").open()
    phone.see(WORK)
    phone.tap("我的")
    phone.see(WORK)
    assert phone.axe() == []
    phone.tap("支部工作")
    phone.see("请输入电脑上的八位数字")


def test_hand_whose_account_names_no_member_comes_in_by_the_help(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("周明远").open()
    phone.see("近期没有安排")
    phone.not_see(WORK)
    phone.tap("我的")
    phone.tap("帮助，替家人看看")
    phone.tap("支部的同志用手机办公")
    phone.see("电脑登录支部工作台，右上角点“手机办公”，屏幕上有八位数字。")
    assert phone.axe() == []
    phone.tap("输入八位数字，开始支部工作")
    type_digits(zone, phone)
    phone.see("结束支部工作")
    for path in (ME, HOME):
        phone.open(path)
        phone.see(WORK)
    stranger = phone_of(None).open(HELP)
    stranger.tap("支部的同志用手机办公")
    stranger.tap("输入八位数字，开始支部工作")
    stranger.see("绑定以后才看得到")
