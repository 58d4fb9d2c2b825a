"""支部工作 beside roll and day: notice, texts, code, leave, phone list, confirmation, and what stops each."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from models.audit import Via
from models.clock import day_of
from models.gatherings.calendar.calendar import HolidayRule
from models.gatherings.gathering import Gathering
from models.gatherings.leave.leave import ask_leave
from models.gatherings.roll import Leave, LeaveReason, Status
from models.people.account import Post
from models.people.member import Member
from models.people.org import Setting, put_setting
from models.people.phone import STAFF_LIFE
from models.people.said import Filing, Said
from tests.conftest import NOON
from tests.factories import KEYRING, a_member
from tests.handlers.console_site import publish_theme_day
from tests.mini_program.branch.working import BRANCH, at_work, code_on, mark, other_hand, type_digits
from tests.mini_program.conftest import PhoneOf, Zone, a_served_zone
from tests.mini_program.hall import CHECK_IN, hold
from tests.simulated import Account

pytestmark = pytest.mark.browser

PAGES = {
    "branch": BRANCH,
    "confirm": "work/confirm/confirm",
    "draft": "work/draft/draft",
    "hall": "work/hall/hall",
    "leaves": "work/leaves/leaves",
    "phone-list": "work/phone-list/phone-list",
    "roll": "work/roll/roll",
    "texts": "work/texts/texts",
}


@pytest.fixture
def zone(account: Account) -> Iterator[Zone]:
    """A site of its own for each test, at ten to three on the theme day."""
    with a_served_zone(account) as zone:
        zone.site.clock[0] = NOON
        yield zone


def ask(zone: Zone, gathering: int, name: str, reason: LeaveReason, note: str | None = None) -> None:
    """Let a member have asked for leave yesterday; for 丁立民, who has no phone, the clerk wrote it down."""
    filing = Filing(zone.site.staff["clerk"].id, Said.PHONE_CALL) if name == "丁立民" else None
    with zone.site.sessions.begin() as session:
        ask_leave(
            session, gathering, zone.site.members[name].id, reason, note, filing=filing, via=Via.PHONE,
            now=zone.site.now - timedelta(days=1),
        )  # fmt: skip


def test_leave_is_answered_and_a_no_says_why(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "高长山", "林小满", "丁立民")
    ask(zone, it, "高长山", LeaveReason.FAMILY, "接孙子")
    ask(zone, it, "林小满", LeaveReason.ILLNESS)
    ask(zone, it, "丁立民", LeaveReason.OFFICIAL, "去县里开会")
    phone = at_work(zone, phone_of)
    phone.tap("3 条等您答复")
    for seen in ("家中有事：接孙子", "身体不适", "公出：去县里开会", "林小满 代录", "第二党小组"):
        phone.see(seen)
    assert phone.axe() == []
    phone.tap("同意 林小满")
    phone.see("已同意，名册记为请假")
    phone.tap("不同意 高长山")
    phone.tap("答复不同意")
    phone.see("请写几个字，告诉本人为什么。")
    phone.type("不同意的原因，本人看得到", "当天要表决")
    assert phone.axe() == []
    phone.fail_next("POST", f"/branch/leaves/{it}/{zone.site.members['高长山'].id}/decision", 503)
    phone.tap("答复不同意")
    phone.see("这会儿人多，没有办成。过一会儿再点一次。")
    phone.tap("答复不同意")
    phone.see("已答复不同意：当天要表决")
    # Somebody else was quicker with the last one.
    other = other_hand(zone, "secretary")
    where = f"branch/leaves/{it}/{zone.site.members['丁立民'].id}/decision"
    assert other.ask("POST", where, {"approve": True}).status_code == 200
    phone.tap("同意 丁立民")
    phone.see("已经答复过")
    phone.pull_down()
    phone.see("没有等您答复的请假")
    assert phone.axe() == []
    with zone.site.sessions() as session:
        assert session.get_one(Leave, (it, zone.site.members["高长山"].id)).answer == "当天要表决"


def test_phone_list_is_called_and_ticked_and_stays_nowhere(zone: Zone, phone_of: PhoneOf) -> None:
    with zone.site.sessions.begin() as session:
        of = session.get_one(Member, zone.site.members["何桂芳"].id)
        of.phone_box, of.phone_hash, of.family_phone_box = None, None, KEYRING.seal("13900001111")
    publish_theme_day(zone.site, partners=False)
    phone = at_work(zone, phone_of)
    phone.see("46 人：正在发 36，还差 10")
    phone.tap("名单")
    phone.see("用途：通知 11月25日学习粮食安全文件。打开名单已记入日志，请不要截图外传。")
    phone.see("家人的电话")
    assert phone.axe() == []
    phone.tap("何桂芳 拨打 139 0000 1111 家人的电话")
    assert phone.calls("makePhoneCall") == [{"phoneNumber": "13900001111"}]
    phone.tap("何桂芳 已告知")
    phone.see("14:50 周明远告知")
    phone.see("46 人：电话告知 1，正在发 36，还差 9")
    assert phone.axe() == []
    phone.tap("点错了，撤回 何桂芳")
    phone.see("46 人：正在发 36，还差 10")
    phone.offline()
    phone.tap("何桂芳 已告知")
    phone.see("现在没有网络。")
    phone.online()
    phone.tap("何桂芳 已告知")
    phone.see("电话告知 1")
    kept = str(phone.storage())
    assert "何桂芳" not in kept
    assert "13900001111" not in kept
    phone.tap("返回")
    phone.see("46 人：电话告知 1，正在发 36，还差 9")


def test_group_leader_calls_the_own_group(zone: Zone, phone_of: PhoneOf) -> None:
    publish_theme_day(zone.site, partners=False)
    phone = at_work(zone, phone_of, "leader")
    phone.see("本组 16 人：")
    phone.not_see("起草下一次主题党日")
    phone.tap("名单")
    phone.see("孟凡林")
    phone.not_see("第二党小组")
    phone.not_see("丁立民")


def test_nobody_to_call_is_said(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "王丽娟")
    phone = at_work(zone, phone_of).open(PAGES["phone-list"], f"id={it}")
    phone.see("这次没有要打电话的同志。")


def test_code_is_covered_when_the_network_is_gone_and_comes_back(zone: Zone, phone_of: PhoneOf) -> None:
    # Control: without `covered` in tick() an old code stays on the table.
    it, _ = hold(zone, "王丽娟", guests=True)
    zone.site.clock[0] = NOON + timedelta(seconds=29)
    phone = at_work(zone, phone_of).open(PAGES["hall"], f"id={it}")
    phone.see("1 秒后换新码")
    phone.offline()
    phone.see("网络中断，请在名册上登记")
    phone.see("有了网络，签到码自己会回来。")
    assert phone.page.get_by_label("签到用的二维码").count() == 0
    assert phone.axe() == []
    phone.online()
    phone.see("扫不上，输入六位数字")
    assert phone.calls("setKeepScreenOn")[-1] == {"keepScreenOn": True}
    phone.tap("去名册打勾")
    phone.see("应到 1")
    assert phone.calls("setKeepScreenOn")[-1] == {"keepScreenOn": False}
    asked = len(phone.requests)
    phone.see("未登记 1")
    assert not [one for one in phone.requests[asked:] if one["path"].endswith("/code")]


def test_doors_are_closed_and_opened_again_from_the_table(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "王丽娟", "李春梅")
    phone = at_work(zone, phone_of).open(PAGES["hall"], f"id={it}")
    phone.see("扫不上，输入六位数字")
    before = code_on(phone)
    assert not [name for name in ("王丽娟", "李春梅") if name in phone.words()]
    phone.tap("结束签到")
    phone.see("结束以后扫码不再登记")
    assert phone.axe() == []
    phone.tap("不结束")
    phone.tap("结束签到")
    phone.page.get_by_role("dialog").get_by_text("结束签到", exact=True).click()
    phone.see("签到已结束，请找支部登记")
    phone.tap("重新开放签到")
    phone.see("扫不上，输入六位数字")
    # Every older code is worthless.
    assert code_on(phone) != before
    member = phone_of("王丽娟").open(CHECK_IN)
    member.scan(before)
    member.tap("扫一扫签到")
    member.see("请扫会场屏幕上的二维码")


def test_doors_open_before_their_hour_by_hand(zone: Zone, phone_of: PhoneOf) -> None:
    zone.site.clock[0] -= timedelta(hours=1)
    hold(zone, "王丽娟")
    phone = at_work(zone, phone_of)
    phone.see("会前半小时自动开始")
    phone.tap("出示签到码")
    phone.see("14:30 开始签到")
    phone.tap("现在就开始签到")
    phone.see("扫不上，输入六位数字")


def test_guests_are_counted_apart(zone: Zone, phone_of: PhoneOf) -> None:
    it, roll = hold(zone, "王丽娟", guests=True)
    phone = at_work(zone, phone_of).open(PAGES["hall"], f"id={it}")
    phone.see("应到 1")
    guest = phone_of("远山人").open(CHECK_IN)
    guest.scan(code_on(phone))
    guest.tap("扫一扫签到")
    guest.see("列席")
    phone.open(PAGES["hall"], f"id={it}")
    phone.see("另有列席 1 人，不算在应到里。")
    phone.see("到会 0")
    mark(zone, roll, "secretary", Status.PRESENT, "王丽娟")
    phone.open(PAGES["confirm"], f"roll={roll}")
    phone.see("另有扫码的列席 1 人")
    phone.type("现场清点，屋里几个人", "4")
    phone.see("清点 4 人，名册 2 人，差 2 人。名册是到会 1 加列席 1。")
    phone.type("其中没有登记姓名的列席", "2")
    phone.see("清点 4 人，和名册相符。名册是到会 1 加列席 3。")
    phone.type("现场清点，屋里几个人", "40000")
    phone.type("现场清点，屋里几个人", "3000")
    phone.tap("确认名册，积分入账")
    phone.see("人数请写 0 到 2000 的数字。")
    phone.type("现场清点，屋里几个人", "4")
    phone.tap("确认名册，积分入账")
    phone.see("名册已确认")
    phone.see("清点 4 人，和名册相符。")
    phone.open(PAGES["confirm"], f"roll={roll}")
    phone.see("名册已确认")
    phone.see("清点 4 人，和名册相符。")


def test_confirmation_is_the_secretarys_and_not_before_its_time(zone: Zone, phone_of: PhoneOf) -> None:
    _, roll = hold(zone, "王丽娟", "李春梅")
    clerk = at_work(zone, phone_of, "clerk")
    clerk.see("散会后由书记确认，积分随后入账")
    clerk.see("去名册打勾")
    clerk.not_see("签到码")
    clerk.open(PAGES["confirm"], f"roll={roll}")
    clerk.see("名册由书记确认，您可以接着打勾。")
    zone.site.clock[0] -= timedelta(hours=2)
    phone = at_work(zone, phone_of).open(PAGES["confirm"], f"roll={roll}")
    phone.tap("未查明")
    phone.tap("确认名册，积分入账")
    phone.see("活动还没有开始，不能确认名册")
    zone.site.clock[0] = NOON + timedelta(hours=2)
    # A question about a scan is said again here, and blocks nothing.
    mark(zone, roll, "clerk", Status.LEAVE, "李春梅")
    phone.open(PAGES["confirm"], f"roll={roll}")
    phone.see("没登记的 1 人记为")
    phone.tap("请假")
    phone.see("这样确认：到会 0，请假 2，缺席 0，未查明 0。")
    phone.tap("逐个定")
    phone.tap("回名册逐个定")
    phone.tap("王丽娟 到会")
    phone.see("已存")
    phone.tap("打完了，去确认")
    phone.tap("确认名册，积分入账")
    phone.see("没有填现场清点的人数")


def test_twelve_hours_later_any_page_goes_back_to_the_digits(zone: Zone, phone_of: PhoneOf) -> None:
    # Control: without isOver the roll says 先输入电脑上的八位数字 and leads nowhere.
    _, roll = hold(zone, "王丽娟")
    phone = at_work(zone, phone_of)
    phone.tap("打勾")
    phone.see("应到 1")
    zone.site.clock[0] += STAFF_LIFE
    phone.follow_clock()
    phone.tap("王丽娟 到会")
    phone.see("手机办公到时间了（一次十二小时），或者职务、密码有了变动。请再取一次八位数字。")
    assert phone.axe() == []
    type_digits(zone, phone)
    phone.see("结束支部工作")
    phone.not_see("手机办公到时间了")
    with zone.site.sessions.begin() as session:
        session.execute(update(Post).values(to_on=day_of(NOON) - timedelta(days=1)))
    phone.open(PAGES["roll"], f"roll={roll}")
    phone.see("手机办公到时间了")


@pytest.mark.parametrize("name", PAGES)
def test_page_that_does_not_open_says_what_to_do(zone: Zone, phone_of: PhoneOf, name: str) -> None:
    it, roll = hold(zone, "王丽娟")
    query = "" if name in ("branch", "leaves") else f"id={it}&roll={roll}"
    stranger = phone_of(None).open(PAGES[name], query)
    stranger.see("绑定以后才看得到")
    phone = at_work(zone, phone_of)
    asked = {
        "branch": "/branch/today",
        "leaves": "/branch/leaves",
        "phone-list": f"/branch/gatherings/{it}/phone-list",
        "roll": f"/branch/rolls/{roll}",
        "confirm": f"/branch/rolls/{roll}",
    }.get(name, f"/branch/gatherings/{it}")
    phone.fail_next("GET", asked, 503)
    phone.open(PAGES[name], query)
    phone.see("这会儿人多，没打开")
    assert phone.axe() == []
    phone.tap("重试")
    phone.not_see("这会儿人多，没打开")
    phone.not_see("正在打开…")
    phone.see("王丽娟" if name == "roll" else {"leaves": "没有等您答复的请假"}.get(name, ""))
    if query:
        phone.open(PAGES[name], "id=987654&roll=987654")
        phone.see("没有找到")
        phone.see("回首页")


def test_audience_that_changed_is_said_and_sent_as_it_is_now(zone: Zone, phone_of: PhoneOf) -> None:
    with zone.site.sessions.begin() as session:
        put_setting(session, zone.site.orgs["home"].id, Setting.HOLIDAY_RULE, HolidayRule.NEXT_WORKDAY)
    publish_theme_day(zone.site, partners=False)
    phone = at_work(zone, phone_of)
    draft = other_hand(zone, "secretary").ask("POST", "branch/gatherings", {"place": "村部"}).json
    assert draft is not None
    phone.open(PAGES["draft"], f"id={draft['gathering_id']}")
    phone.see("放假安排")
    phone.see("发布并通知 46 人")
    with zone.site.sessions.begin() as session:
        a_member(session, zone.site.orgs["home"], "新来人", zone.site.orgs["group1"])
    phone.tap("发布并通知 46 人")
    phone.see("发布并通知 47 人")
    phone.see("现在要通知 47 人，和刚才不一样。请看一遍再发布")
    assert phone.axe() == []
    phone.tap("时间")
    phone.pick("哪一天", "2026-11-01")
    phone.tap("存下")
    phone.see("开始时间已经过了")
    phone.pick("哪一天", "2026-12-28")
    phone.pick("几点开始", "09:30")
    phone.tap("存下")
    phone.see("12月28日 周一 9:30")
    clerk = at_work(zone, phone_of, "clerk").open(PAGES["draft"], f"id={draft['gathering_id']}")
    clerk.see("草稿存好了，由书记发布。")
    clerk.not_see("发布并通知")
    phone.tap("发布并通知 47 人")
    phone.see("通知已发布")
    clerk.open(PAGES["draft"], f"id={draft['gathering_id']}")
    clerk.see("已经发布，下面是通知里写的。")
    clerk.not_see("改")


def test_four_texts_are_there_to_look_at_and_to_copy(zone: Zone, phone_of: PhoneOf) -> None:
    publish_theme_day(zone.site, partners=False)
    phone = at_work(zone, phone_of)
    phone.tap("四种文字")
    for heading in ("支部群", "微信消息", "广播", "公示栏"):
        phone.see(heading)
    expect(phone.page.get_by_text("村部二楼会议室").filter(visible=True)).to_have_count(4)
    assert phone.axe() == []
    for button in ("复制，贴到支部群", "复制广播稿", "复制公示栏的一张"):
        phone.tap(button)
        phone.see("复制好了，去贴上就行。")
    group, loud, board = (one["data"] for one in phone.calls("setClipboardData"))
    assert "/n/" in group
    assert len(loud) <= 120
    assert board.startswith("通")


def test_branch_that_joins_shows_no_code_of_the_hosts(zone: Zone, phone_of: PhoneOf) -> None:
    publish_theme_day(zone.site)
    phone = at_work(zone, phone_of, "neighbour")
    phone.see("由青石村党支部召集")
    phone.see("应到 3 人")
    phone.see("去名册打勾")
    phone.not_see("出示签到码")


def test_first_theme_day_of_a_branch_asks_where(zone: Zone, phone_of: PhoneOf) -> None:
    phone = at_work(zone, phone_of)
    phone.tap("起草下一次主题党日")
    phone.see("请写地点，最多 60 个字")
    phone.type("在哪里开", "村部")
    phone.tap("起草下一次主题党日")
    phone.see("发布并通知")
    phone.see("村部")


def test_several_gatherings_are_chosen_from(zone: Zone, phone_of: PhoneOf) -> None:
    hold(zone, "王丽娟", title="主题党日甲")
    hold(zone, "李春梅", title="党课乙", starts_at=NOON + timedelta(days=2))
    phone = at_work(zone, phone_of)
    phone.see("今天 15:00")
    phone.tap("党课乙")
    phone.see("后天 14:50")
    phone.see("主题党日甲")
    assert phone.axe() == []
    # Before its week the next one is nobody's duty yet, but may be drafted.
    phone.tap("起草下一次主题党日")
    phone.see("发布并通知")
    with zone.site.sessions() as session:
        assert session.query(Gathering).count() == 3
