"""通知: what was told to a member, read or not in weight and words, and the gathering as it is now."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.roll import RollLine
from models.notices.notice import NoticeKind
from models.people.account import Account
from tests.factories import a_delivery, a_notice
from tests.mini_program.branch.planned import plan
from tests.mini_program.conftest import PhoneOf, Zone

pytestmark = pytest.mark.browser

LIST, ONE = "pages/notices/notices", "pages/notice/notice"
WORDS = {
    "title": "主题党日",
    "time": "11月26日 周四 15:00",
    "place": "村部二楼会议室",
    "note": "不能来请先说一声",
}


def tell(
    zone: Zone, who: str, it: int, kind: NoticeKind = NoticeKind.NOTICE, *, at_home: bool = False
) -> int:
    """Let the member have been told of a gathering."""
    words = WORDS | ({"note": "您在家学习即可"} if at_home else {})
    with zone.site.sessions.begin() as session:
        author = session.get_one(Account, zone.site.staff["secretary"].id)
        gathering = session.get_one(Gathering, it)
        number = 1 if kind is NoticeKind.NOTICE else 2
        notice = a_notice(
            session, gathering, author, version=number, texts={"member": words, "at_home": words}
        )
        if kind is not NoticeKind.NOTICE:
            notice.kind = kind
        if kind is NoticeKind.REMINDER:
            notice.published_by = None
        return a_delivery(session, notice, zone.site.members[who], at_home=at_home).id


def test_unread_is_weight_and_read_is_a_word(zone: Zone, phone_of: PhoneOf) -> None:
    who = "王丽娟"
    tomorrow = zone.site.now + timedelta(days=1)
    it = plan(zone.site, who, tomorrow, title="主题党日")
    first = tell(zone, who, it)
    tell(zone, who, plan(zone.site, who, tomorrow + timedelta(days=9), title="党课"))
    phone = phone_of(who).open()
    phone.tap("通知")
    phone.see("主题党日的安排")
    phone.not_see("读过")
    titles = phone.page.locator(".strong", has_text="的安排").filter(visible=True)
    expect(titles).to_have_count(2)
    phone.tap("主题党日的安排")
    for said in ("11月20日", "时间：11月26日 周四 15:00", "不能来请先说一声", "现在的安排", "还没有登记"):
        phone.see(said)
    assert phone.axe() == []
    assert phone.requests[-1]["path"] == f"/api/v1/notices/{first}/read"
    phone.tap("返回")
    phone.see("读过")
    expect(titles).to_have_count(1)
    assert phone.axe() == []
    phone.tap("党课的安排")
    phone.tap("不能来，请假")
    phone.see("为什么不能来？")
    phone.tap("返回")
    phone.tap("看安排")
    phone.see("商议冬季沟渠清淤")


def test_list_grows_by_twenty(zone: Zone, phone_of: PhoneOf) -> None:
    who = "白玉珍"
    for number in range(21):
        at = zone.site.now + timedelta(days=number + 1)
        tell(zone, who, plan(zone.site, who, at, title=f"第{number + 1}次"))
    phone = phone_of(who).open(LIST)
    phone.see("第21次的安排")
    phone.not_see("第1次的安排")
    phone.fail_next("GET", "/notices", 503)
    phone.tap("再看以前的")
    phone.see("这会儿人多")
    phone.tap("再看以前的")
    phone.tap("第1次的安排")
    phone.see("现在的安排")
    phone.tap("返回")
    phone.see("第1次的安排")
    phone.not_see("再看以前的")


def test_nothing_nobody_and_a_busy_server_are_said(zone: Zone, phone_of: PhoneOf) -> None:
    phone_of("远山人").open(LIST).see("没有新通知")
    phone_of(None).open(LIST).see("绑定以后才看得到")
    busy = phone_of("冯小军")
    busy.fail_next("GET", "/notices", 503)
    busy.open(LIST).see("这会儿人多，没打开")
    busy.tap("重试")
    busy.see("没有新通知")


def test_without_network_the_old_notices_stand_with_their_time(zone: Zone, phone_of: PhoneOf) -> None:
    who = "陈春生"
    tell(zone, who, plan(zone.site, who, zone.site.now + timedelta(days=1)))
    phone = phone_of(who).open(LIST)
    phone.tap("十一月主题党日的安排")
    phone.see("不能来请先说一声")
    phone.offline()
    phone.tap("返回")
    phone.see("现在没有网络。下面是 14:50 的内容。")
    phone.tap("十一月主题党日的安排")
    phone.see("现在没有网络。下面是 14:50 的内容。")
    phone.see("不能来请先说一声")


def test_notice_that_could_not_be_marked_read_is_read_all_the_same(zone: Zone, phone_of: PhoneOf) -> None:
    who = "方国栋"
    notice = tell(zone, who, plan(zone.site, who, zone.site.now + timedelta(days=1)))
    phone = phone_of(who)
    phone.fail_next("POST", f"/notices/{notice}/read", 503)
    phone.open(ONE, f"id={notice}")
    phone.see("不能来请先说一声")
    phone.open(LIST)
    phone.see("十一月主题党日的安排")
    phone.not_see("读过")


def test_notice_of_an_open_gathering_offers_to_sign_in(zone: Zone, phone_of: PhoneOf) -> None:
    who = "高长山"
    notice = tell(zone, who, plan(zone.site, who, zone.site.now + timedelta(minutes=10)))
    phone = phone_of(who).open(ONE, f"id={notice}")
    phone.tap("签到")
    phone.see("扫一扫签到")


@pytest.mark.parametrize(
    ("kind", "state", "title", "said"),
    [
        (NoticeKind.CHANGE, GatheringState.PUBLISHED, "十一月主题党日有变动", "还没有登记"),
        (NoticeKind.REMINDER, GatheringState.PUBLISHED, "十一月主题党日快到了", "还没有登记"),
        (NoticeKind.CHANGE, GatheringState.CANCELLED, "十一月主题党日取消了", "已取消"),
    ],
    ids=["change", "reminder", "cancellation"],
)
def test_each_kind_of_notice_says_what_it_is(
    zone: Zone, phone_of: PhoneOf, kind: NoticeKind, state: GatheringState, title: str, said: str
) -> None:
    who = "郭爱莲"
    it = plan(zone.site, who, zone.site.now + timedelta(days=1), state, version=2, reason="大雪封路")
    phone = phone_of(who).open(ONE, f"id={tell(zone, who, it, kind)}")
    phone.see(title)
    phone.see(said)
    if state is GatheringState.CANCELLED:
        phone.not_see("不能来，请假")
    phone.tap("看安排")
    phone.see("原因：大雪封路")


def test_who_studies_at_home_reads_what(zone: Zone, phone_of: PhoneOf) -> None:
    who = "何桂芳"
    it = plan(zone.site, who, zone.site.now + timedelta(days=1))
    phone = phone_of(who).open(ONE, f"id={tell(zone, who, it, at_home=True)}")
    phone.see("您在家学习即可")
    phone.see("学习材料")
    phone.see("学习粮食安全文件")


def test_gathering_that_is_no_longer_the_members_is_told(zone: Zone, phone_of: PhoneOf) -> None:
    who = "黄秋菊"
    it = plan(zone.site, who, zone.site.now + timedelta(days=1))
    notice = tell(zone, who, it)
    with zone.site.sessions.begin() as session:
        session.delete(session.get_one(RollLine, (it, zone.site.members[who].id)))
    phone = phone_of(who).open(ONE, f"id={notice}")
    phone.see("这次活动已经不在您的名册上，有疑问请问支部。")
    phone_of("冯小军").open(ONE, f"id={notice}").see("没有找到")
