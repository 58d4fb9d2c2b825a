"""签到 on a real phone screen: each answer of the server in its words, with what to do next."""

from datetime import timedelta

import pytest

from models.gatherings.doors import close_gathering
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.roll import Status
from models.notices.audience import Channels
from models.notices.publish import cancel
from models.points.posting import confirm_roll
from tests.conftest import NOON
from tests.factories import THREE_O_CLOCK
from tests.handlers.console_site import MINI, OA
from tests.mini_program.conftest import PhoneOf, Zone
from tests.mini_program.hall import CHECK_IN, digits, end_sessions, hand_over, hold, mark, picture, token
from tests.mini_program.phone import Phone

pytestmark = pytest.mark.browser

ROSTER = "手机不方便？请支部在名册上登记，效果一样。"


@pytest.fixture(autouse=True)
def at_ten_to_three(zone: Zone) -> None:
    """Begin each test at ten to three."""
    zone.site.clock[0] = NOON


def later(zone: Zone, phone: Phone, minutes: float) -> None:
    """Let time go by, for everybody."""
    zone.site.clock[0] += timedelta(minutes=minutes)
    phone.follow_clock()


def asked(phone: Phone) -> list[str]:
    """Return the requests since the phone forgot, in order."""
    return [f"{one['method']} {one['path'].removeprefix('/api/v1')}" for one in phone.requests]


def scanned(phone: Phone, *texts: str, button: str = "扫一扫签到") -> None:
    """Hold the camera before a code."""
    phone.scan(*texts)
    phone.tap(button)


def test_scan_signs_in_by_one_request_and_again_is_a_success_too(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "王丽娟", contact="周秀英书记 139 0000 0118")
    phone = phone_of("王丽娟").open(CHECK_IN)
    for seen in ("十一月主题党日", "青石村党支部", "11月25日 周三 15:00", "村部二楼会议室", ROSTER):
        phone.see(seen)
    assert phone.axe() == []
    phone.forget()
    scanned(phone, picture(zone, it))
    for seen in (
        "签到成功",
        "王丽娟 同志",
        "14:50",
        "11月25日 周三",
        "记为到会",
        "十一月主题党日",
        "青石村党支部",
    ):
        phone.see(seen)
    assert asked(phone) == ["POST /check-ins", "GET /home"]
    assert phone.calls("scanCode")[0]["onlyFromCamera"] is False
    assert phone.axe() == []
    phone.tap("好的，回首页")
    phone.see("已签到 14:50")
    later(zone, phone, 12)
    phone.open(CHECK_IN)
    phone.see("已签到 14:50")
    scanned(phone, token(zone, it), button="再扫一次")
    for seen in ("您已签到", "您已于 14:50 签到，记为到会。", "再扫一次也没有关系。"):
        phone.see(seen)


def test_six_digits_are_typed_corrected_and_in_the_end_wait(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "刘玉兰")
    good = digits(zone, it)
    wrong = f"{(int(good) + 1) % 10**6:06d}"
    phone = phone_of("刘玉兰").open(CHECK_IN)
    phone.tap("输入数字签到")
    phone.see("还差 6 位")
    phone.type("屏幕上的六位数字", wrong[:4])
    phone.see("还差 2 位")
    phone.not_see("扫一扫签到")
    for left in (4, 3, 2, 1):
        phone.type("屏幕上的六位数字", wrong)
        phone.tap("输入数字签到")
        phone.see("请看屏幕重新输入")
        phone.see(f"这六位数字不对，还可以试 {left} 次。")
        phone.see("数字两分钟换一次，以屏幕为准。")
        phone.tap("重新输入")
    assert phone.axe() == []
    phone.type("屏幕上的六位数字", wrong)
    phone.tap("输入数字签到")
    phone.see("先歇十分钟再输")
    phone.not_see("还可以试 0 次")
    phone.see("可以改用扫一扫，或请支部在名册上登记，效果一样。")
    scanned(phone, picture(zone, it), button="改用扫一扫")
    phone.see("签到成功")


def test_digits_of_full_width_sign_in(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "许志远")
    phone = phone_of("许志远").open(CHECK_IN)
    full = digits(zone, it).translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    phone.type("屏幕上的六位数字", f"{full[:3]} {full[3:]}")
    phone.tap("输入数字签到")
    phone.see("签到成功")


def test_what_a_person_had_recorded_stays_and_the_branch_is_told(zone: Zone, phone_of: PhoneOf) -> None:
    it, roll = hold(zone, "郑巧珍")
    mark(zone, roll, "郑巧珍", Status.LEAVE)
    phone = phone_of("郑巧珍").open(CHECK_IN)
    scanned(phone, picture(zone, it))
    phone.see("已告知支部核对")
    phone.see("您扫码的时间 14:50 已经记下。")
    phone.see("名册上原来写的是请假，支部会核对，您不用再做什么。")
    phone.tap("好的，回首页")


def test_a_code_that_is_none_or_was_is_scanned_again(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "马德顺")
    code = picture(zone, it)
    other = "A" if code[-5] != "A" else "B"
    phone = phone_of("马德顺").open(CHECK_IN)
    phone.see("十一月主题党日")
    phone.forget()
    phone.tap("扫一扫签到")  # and back without scanning
    phone.see("请扫会场屏幕上的二维码")
    scanned(phone, "https://example.com/pay?id=1")
    phone.see("这个码不是签到用的。")
    phone.see(ROSTER)
    assert asked(phone) == []
    scanned(phone, code[:-5] + other + code[-4:], button="再扫一次")
    phone.see("这个码不是签到用的。")
    later(zone, phone, 3)
    scanned(phone, code, button="再扫一次")
    phone.see("二维码已更新")
    phone.see("请再扫一次现在屏幕上的码。")
    phone.tap("改输六位数字")
    phone.type("屏幕上的六位数字", digits(zone, it))
    phone.tap("输入数字签到")
    phone.see("签到成功")


def test_other_branch_names_its_host_and_ones_own_next_time(zone: Zone, phone_of: PhoneOf) -> None:
    theirs, _ = hold(zone, "葛秀兰", org="neighbour")
    hold(zone, "韩德福", starts_at=THREE_O_CLOCK + timedelta(days=2))
    phone = phone_of("韩德福").open(CHECK_IN)
    scanned(phone, picture(zone, theirs))
    for seen in (
        "这不是您支部的活动",
        "这是柳湾村党支部的活动。",
        "您的支部：青石村党支部",
        "您的下一次：11月27日 周五 15:00",
    ):
        phone.see(seen)
    phone.see("受邀参加的同志，请对方支部在列席名单上登记。")
    phone.tap("看我支部的活动")
    guests, _ = hold(zone, "葛秀兰", org="neighbour", guests=True, title="两村联建")
    phone.open(CHECK_IN)
    scanned(phone, picture(zone, guests))
    for seen in ("签到成功", "记为列席", "两村联建", "柳湾村党支部", "您的支部也看得到这一次。"):
        phone.see(seen)


def test_too_early_says_when_and_the_plan_is_one_tap_away(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "杜文秀", starts_at=THREE_O_CLOCK + timedelta(hours=1))
    phone = phone_of("杜文秀").open(CHECK_IN)
    scanned(phone, picture(zone, it))
    phone.see("还没开始签到")
    phone.see("今天 15:30 开始签到，")
    phone.see("到时候再点一次就行。")
    phone.forget()
    phone.tap("看今天的安排")
    phone.see("村部二楼会议室")
    phone.tap("返回")
    phone.see("还没开始签到")
    assert "POST /check-ins" not in asked(phone)
    later(zone, phone, 45)
    phone.tap("到点再试")
    scanned(phone, picture(zone, it))
    phone.see("签到成功")


def closed(zone: Zone, it: int, roll: int) -> None:
    with zone.site.sessions.begin() as session:
        close_gathering(session, session.get_one(Gathering, it), by=zone.site.staff["secretary"].id, now=NOON)


def confirmed(zone: Zone, it: int, roll: int) -> None:
    mark(zone, roll, "李守田", Status.UNCLEAR)
    with zone.site.sessions.begin() as session:
        confirm_roll(session, roll, by=zone.site.staff["secretary"].id, now=NOON)


def cancelled(zone: Zone, it: int, roll: int) -> None:
    by, channels = zone.site.staff["secretary"].id, Channels(OA, MINI, "S1")
    with zone.site.sessions.begin() as session:
        cancel(session, it, reason="防汛，全体上堤", by=by, channels=channels, now=NOON)


def without_scan(zone: Zone, it: int, roll: int) -> None:
    with zone.site.sessions.begin() as session:
        session.get_one(Gathering, it).scan = False


def taken_down(zone: Zone, it: int, roll: int) -> None:
    with zone.site.sessions.begin() as session:
        session.get_one(Gathering, it).state = GatheringState.DRAFT


@pytest.mark.parametrize(
    ("become", "headline", "beneath", "button"),
    [
        (closed, "签到已结束", "请找支部登记，效果一样。", "知道了，回首页"),
        (confirmed, "名册已经确认", "请找支部登记，支部可以更正。", "知道了，回首页"),
        (cancelled, "这次活动取消了", "原因：防汛，全体上堤", "看活动"),
        (without_scan, "这次由支部在名册上登记", "您到场就行，不用扫码。", "知道了，回首页"),
        (taken_down, "没有找到这次活动", "可能还没有发布。请看“活动”，或问支部。", "看活动"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_gathering_that_takes_no_phone_says_why(
    zone: Zone, phone_of: PhoneOf, become: object, headline: str, beneath: str, button: str
) -> None:
    it, roll = hold(zone, "李守田", title="联建活动")
    code = picture(zone, it)
    assert callable(become)
    become(zone, it, roll)
    phone = phone_of("李守田").open(CHECK_IN)
    scanned(phone, code)
    for seen in (headline, beneath):
        phone.see(seen)
    phone.tap(button)
    phone.not_see(headline)


def test_cancelled_names_the_next_time(zone: Zone, phone_of: PhoneOf) -> None:
    it, roll = hold(zone, "侯建军")
    hold(zone, "侯建军", starts_at=THREE_O_CLOCK + timedelta(days=5))
    code = picture(zone, it)
    cancelled(zone, it, roll)
    phone = phone_of("侯建军").open(CHECK_IN)
    scanned(phone, code)
    phone.see("下一次：11月30日 周一 15:00")


def test_nobody_known_scans_and_is_signed_in_by_a_ticket(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "贺永年")
    phone = phone_of("贺永年", logged_in=False).open(CHECK_IN)
    phone.see("扫一扫签到")
    phone.forget()
    scanned(phone, picture(zone, it))
    phone.see("签到成功")
    phone.see("贺永年 同志")
    assert asked(phone)[:2] == ["POST /session", "POST /check-ins"]
    assert phone.storage()["session"]["member"]["name"] == "贺永年"


def test_ended_session_is_renewed_without_a_word(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "钱有粮")
    phone = phone_of("钱有粮").open(CHECK_IN)
    phone.see("十一月主题党日")
    end_sessions(zone)
    phone.forget()
    scanned(phone, picture(zone, it))
    phone.see("签到成功")
    assert asked(phone)[:3] == ["POST /check-ins", "POST /session", "POST /check-ins"]


def test_three_requests_with_an_ended_session_log_in_once(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("邵翠萍").open()
    phone.see("近期没有安排")
    end_sessions(zone)
    phone.forget()
    phone.page.evaluate("() => { for (let n = 0; n < 3; n++) __mp.warm(); }")
    phone.page.wait_for_function("__mp.requests.filter(one => one.status === 200).length === 3")
    assert asked(phone).count("POST /session") == 1
    assert asked(phone).count("GET /home") == 6


def test_only_a_failed_renewal_asks_to_tap_again(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "唐开运")
    phone = phone_of("唐开运").open(CHECK_IN)
    phone.see("十一月主题党日")
    end_sessions(zone)
    phone.fail_next("POST", "/session", 401, "login_again", "请再点一次")
    scanned(phone, picture(zone, it))
    phone.see("请再点一次")
    phone.see(ROSTER)
    phone.tap("重试")
    phone.see("签到成功")


def test_one_phone_signs_in_one_person(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "曹振海", "金巧云")
    phone = phone_of("曹振海").open(CHECK_IN)
    scanned(phone, picture(zone, it))
    phone.see("签到成功")
    hand_over(zone, "曹振海", "金巧云")
    end_sessions(zone)
    phone.open(CHECK_IN)
    scanned(phone, picture(zone, it))
    phone.see("这部手机已为一位同志签到")
    phone.see("一部手机一次活动只签一位。")
    phone.see("另一位请找支部登记，效果和积分都一样。")
    phone.tap("知道了，回首页")
    assert "曹振海" not in str(phone.storage())


def test_camera_that_was_refused_leaves_the_digits(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "刘根生")
    phone = phone_of("刘根生").open(CHECK_IN)
    phone.privacy_needed()
    scanned(phone, picture(zone, it))
    phone.see("用相机以前，先问您一声")
    assert phone.axe() == []
    phone.tap("不同意")
    phone.see("没有扫成，请输入屏幕上的六位数字。")
    phone.tap("扫一扫签到")
    phone.tap("同意")
    phone.see("签到成功")
