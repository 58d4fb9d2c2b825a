"""支部工作: the eight digits, and a whole theme day run from the secretary's phone alone."""

from datetime import UTC, datetime, timedelta

import pytest

from models.gatherings.agenda import agenda_of
from models.people.link_code import LIFE
from tests.conftest import NOON
from tests.handlers.console_site import publish_theme_day
from tests.handlers.mini_program.at_work import digits_for
from tests.mini_program.branch.working import (
    BRANCH,
    at_work,
    close_the_month,
    code_on,
    newest_gathering,
    type_digits,
)
from tests.mini_program.conftest import BASE, PhoneOf, Zone
from tests.mini_program.hall import CHECK_IN

pytestmark = pytest.mark.browser

EIGHTEENTH = datetime(2026, 12, 18, 2, 0, tzinfo=UTC)
HALL = datetime(2026, 12, 25, 6, 50, tzinfo=UTC)
AFTER = datetime(2026, 12, 25, 8, 41, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_ten_to_three(zone: Zone) -> None:
    """Begin each test at ten to three of November's theme day."""
    zone.site.clock[0] = NOON


def test_digits_of_the_console_begin_the_work(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("周明远").open(BRANCH)
    phone.see("请输入电脑上的八位数字")
    phone.see("电脑登录支部工作台，右上角点“手机办公”。")
    phone.see("还差 8 位")
    assert phone.axe() == []
    phone.type("八位数字", "551820")
    phone.see("还差 2 位")
    phone.type("八位数字", "55182046")
    phone.tap("开始办事")
    phone.see("没有这八位数字，请对着屏幕看一遍")
    old = digits_for(zone.site, "secretary")
    zone.site.clock[0] += LIFE
    phone.type("八位数字", old)
    phone.not_see("没有这八位数字")
    phone.tap("开始办事")
    phone.see("这八位数字用过了，或过了五分钟，请再取一次")
    assert phone.axe() == []
    # Full-width digits and a space are the same digits.
    fresh = digits_for(zone.site, "secretary")
    phone.type("八位数字", fresh[:4].translate({48 + n: 0xFF10 + n for n in range(10)}) + " " + fresh[4:])
    with phone.slow("POST", "/branch/session"):
        phone.tap("开始办事")
        phone.see("正在核对…")
    phone.see("用的是周明远的后台账号：青石村党支部 书记。")


def test_digits_that_were_tried_too_often_wait_an_hour(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("贺永年").open(BRANCH)
    for number in range(5):
        phone.type("八位数字", f"{number:08d}")
        phone.tap("开始办事")
        phone.see("没有这八位数字")
    phone.type("八位数字", digits_for(zone.site, "secretary"))
    phone.tap("开始办事")
    phone.see("试得太多了，请一小时后再来，或在电脑上办")


def test_who_stops_working_is_a_member_again(zone: Zone, phone_of: PhoneOf) -> None:
    phone = at_work(zone, phone_of)
    phone.tap("结束支部工作")
    phone.see("要结束支部工作吗？")
    assert phone.axe() == []
    phone.tap("不结束，接着办")
    phone.not_see("要结束支部工作吗？")
    phone.tap("结束支部工作")
    phone.page.get_by_role("dialog").get_by_text("结束支部工作", exact=True).click()
    phone.see("支部工作已结束。这部手机现在只办您本人的事。")
    phone.open(BRANCH)
    phone.see("请输入电脑上的八位数字")
    phone.not_see("手机办公到时间了")


def test_theme_day_from_the_draft_to_the_confirmed_roll(zone: Zone, phone_of: PhoneOf) -> None:
    november = publish_theme_day(zone.site, partners=False)["home"]
    close_the_month(zone, november, NOON + timedelta(hours=3))
    zone.site.clock[0] = EIGHTEENTH

    phone = at_work(zone, phone_of)
    phone.see("该起草下一次主题党日了，照上个月的样子，改几处就行。")
    phone.tap("起草下一次主题党日")
    for seen in ("12月主题党日", "12月25日 周五 15:00", "村部二楼会议室", "党徽、12月党费", "0 项"):
        phone.see(seen)
    phone.see("发给 46 人")
    # 公众号 and 小程序 make up 微信; with 电话 that is everybody.
    phone.see("公众号 36 人")
    phone.see("10 人")
    phone.see("不要求到会，另发一份，写明在家学习")
    assert phone.axe() == []
    phone.tap("地点")
    phone.type("地点", "  ")
    phone.tap("存下")
    phone.see("请写地点，最多 60 个字")
    phone.type("地点", "老年活动室")
    phone.tap("存下")
    phone.see("老年活动室")
    phone.not_see("存下")

    phone.tap("议程")
    phone.tap("加一项")
    phone.type("议程 1", "学习冬季防火")
    phone.tap("加一项")
    phone.type("议程 2", "商议清淤")
    phone.pick("这一项是什么 2", "民主议事")
    assert phone.axe() == []
    phone.tap("存下")
    phone.see("2 项")
    with zone.site.sessions() as session:
        items = agenda_of(session, newest_gathering(zone).id)
    assert [(one.kind, one.title) for one in items] == [
        ("other", "学习冬季防火"), ("deliberation", "商议清淤"),
    ]  # fmt: skip

    phone.open("work/day/day")
    phone.see("还没有发布，谁也没有通知")
    phone.not_see("应到 0 人")
    phone.tap("看草稿，发布通知")
    phone.tap("发布并通知 46 人")
    phone.see("通知已发布")
    phone.see("要通知 46 人")
    phone.tap("复制到支部群")
    phone.tap("复制，贴到支部群")
    phone.see("复制好了，去贴上就行。")
    assert "老年活动室" in phone.calls("setClipboardData")[0]["data"]
    phone.tap("返回")
    phone.see("打电话告知 10 人")
    phone.tap("过一会儿再打")
    phone.see("46 人：正在发 36，还差 10")
    phone.see("12月25日 周五 15:00")
    assert phone.axe() == []

    zone.site.clock[0] = HALL
    phone.open(BRANCH)
    phone.see("手机办公到时间了（一次十二小时）")
    type_digits(zone, phone)
    phone.see("今天 15:00")
    phone.tap("出示签到码")
    phone.see("到会 0")
    member = phone_of("王丽娟").open(CHECK_IN)
    address = code_on(phone)
    assert address.startswith(f"{BASE}/c/")
    member.scan(address)
    member.tap("扫一扫签到")
    member.see("签到成功")
    # Nobody touches the phone on the table: it asks by itself.
    phone.see("到会 1")
    phone.see("未登记 44")
    assert phone.axe() == []

    phone.tap("去名册打勾")
    phone.see("应到 45：到会 1，未登记 44")
    phone.tap("高长山 到会")
    phone.see("高长山 记为到会")
    phone.fail_next("POST", f"/branch/rolls/{newest_roll(phone)}/marks", 503)
    phone.tap("方国栋 到会")
    phone.see("1 人没有存上")
    phone.see("这会儿人多，没有办成。过一会儿再点一次。")
    phone.tap("再存一次", within="方国栋")
    phone.not_see("没有存上")
    phone.see("应到 45：到会 3，未登记 42")

    zone.site.clock[0] = AFTER
    phone.follow_clock()
    phone.tap("打完了，去确认")
    phone.see("没登记的 42 人记为")
    phone.see("先定没登记的同志")
    phone.type("现场清点，屋里几个人", "4")
    phone.see("清点 4 人，名册 3 人，差 1 人。")
    phone.tap("未查明")
    phone.see("这样确认：到会 3，请假 0，缺席 0，未查明 42。")
    assert phone.axe() == []
    phone.tap("确认名册，积分入账")
    phone.see("名册已确认")
    phone.see("12月25日 周五 16:41")
    phone.see("到会 3，请假 0，缺席 0，未查明 42")
    phone.see("清点 4 人，名册 3 人，差 1 人。")
    assert phone.axe() == []
    phone.tap("好的")
    phone.see("现在没有要办的活动")
    phone.tap("看确认过的名册")
    phone.see("到会 3/45")
    assert newest_gathering(zone).place == "老年活动室"


def newest_roll(phone: object) -> str:
    """Return the id of the roll that the phone has open."""
    paths = [one["path"] for one in phone.requests if "/branch/rolls/" in one["path"]]  # type: ignore[attr-defined]
    return str(paths[-1]).split("/branch/rolls/")[1].split("/")[0]
