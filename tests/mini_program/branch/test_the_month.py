"""A whole month on two phones, from the slip to the answered objection."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser
from sqlalchemy import select

from jobs.deliver import Outlets, deliver_due
from jobs.gatherings import open_due
from jobs.reminders import remind_of_gatherings
from jobs.subscribe import subscribe_sender
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.marks import set_marks
from models.gatherings.roll import Status
from models.notices.audience import Channels
from models.notices.delivery import Channel
from models.people.account import Role
from models.people.console import start_session
from models.points.posting import confirm_roll
from models.ratings.objections.objection import Objection
from tests.factories import a_post, an_account
from tests.gatherings.holidays import enter
from tests.handlers.console_site import MINI
from tests.handlers.mini_program.at_work import digits_for
from tests.mini_program.conftest import REMINDERS, PhoneOf, Zone
from tests.mini_program.hall import hold, slip
from tests.mini_program.phone import Phone
from tests.points.published import publish_for
from tests.simulated import Account
from wechat.breaker import Breaker

pytestmark = pytest.mark.browser

MEMBER, SECRETARY, WITHOUT_PHONE = "葛秀兰", "冯小军", "蒋大海"
GATHERING = "pages/gathering/gathering"
OCTOBER = datetime(2026, 10, 23, 7, 0, tzinfo=UTC)
EIGHTEENTH = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
EVE = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
HALL = datetime(2026, 11, 25, 6, 45, tzinfo=UTC)
AFTER = datetime(2026, 11, 25, 8, 40, tzinfo=UTC)


def test_a_month_of_a_member_and_of_a_secretary(
    zone: Zone, phone_of: PhoneOf, account: Account, chromium: Browser
) -> None:
    an_absence_in_october(zone)
    zone.site.clock[0] = EIGHTEENTH
    member, secretary = phone_of(MEMBER, bound=False), phone_of(SECRETARY)
    bind(zone, member)
    publish(zone, secretary)
    allow_one_reminder(zone, member, account)

    zone.site.clock[0] = EVE
    come_back_by_the_reminder(zone, member, account)

    zone.site.clock[0] = HALL
    sign_in_from_the_screen(zone, member, chromium)

    zone.site.clock[0] = AFTER
    confirm(zone, secretary)
    understand_points_and_object(zone, member)


def an_absence_in_october(zone: Zone) -> None:
    """Let the branch have held October's theme day, and its roll say that the member was absent."""
    site = zone.site
    with site.sessions.begin() as session:
        enter(session, 2026)
        publish_for(session, site.orgs["neighbour"], "DEMO")
        site.staff["other hand"] = an_account(session, "other-hand", "蒋大海")
        a_post(session, site.staff["other hand"], site.orgs["neighbour"], Role.COMMISSIONER)
    _, roll_id = hold(
        zone, MEMBER, org="neighbour", starts_at=OCTOBER, title="十月主题党日", period="2026-10"
    )
    by = site.staff["neighbour"].id
    with site.sessions.begin() as session:
        marks = {site.members[MEMBER].id: Status.ABSENT}
        set_marks(session, roll_id, marks, by=by, now=OCTOBER + timedelta(hours=2))
        confirm_roll(session, roll_id, by=by, now=OCTOBER + timedelta(hours=3))


def bind(zone: Zone, phone: Phone) -> None:
    """A slip of twelve digits, two steps, and the first screen is the member's own."""
    phone.open()
    phone.see("供青山示范区各支部党员使用")
    phone.tap("绑定我的身份")
    phone.type("纸条上的 12 位数字", slip(zone, MEMBER))
    phone.tap("下一步")
    phone.see("葛*兰")
    phone.tap("是我，绑定")
    phone.see(f"绑定好了，{MEMBER}同志。")
    phone.tap("好的，回首页")
    phone.see("近期没有安排")


def publish(zone: Zone, phone: Phone) -> None:
    """The console's eight digits, the draft like last month's, and one tap tells everybody."""
    begin_work(zone, phone)
    phone.tap("起草")
    phone.see("发给 3 人")
    phone.tap("发布并通知 3 人")
    phone.see("通知已发布")


def begin_work(zone: Zone, phone: Phone) -> None:
    """The console shows eight digits; the phone works for twelve hours with them."""
    phone.open("work/day/day")
    phone.type("八位数字", digits_for(zone.site, "neighbour"))
    phone.tap("开始办事")


def allow_one_reminder(zone: Zone, phone: Phone, account: Account) -> None:
    """The notice stands under 通知; one tap there allows one reminder."""
    phone.open("pages/notices/notices")
    phone.tap("11月主题党日的安排")
    phone.subscribe("accept")
    phone.tap("会前提醒我")
    phone.see("好了。会前提醒您一次")
    choices = {"appid": MINI, "openid": zone.openid(MEMBER), "choices": {REMINDERS[0]["id"]: "accept"}}
    account.follow([zone.openid(MEMBER)])
    account.order("subscribe", choices)


def come_back_by_the_reminder(zone: Zone, phone: Phone, account: Account) -> None:
    """On the eve the reminder arrives at WeChat; a tap on it opens the gathering."""
    channels = Channels(None, MINI, str(REMINDERS[0]["id"]))
    assert remind_of_gatherings(zone.site.sessions, zone.site.now, channels=channels) == 1
    send = subscribe_sender(
        account.gateway(), str(REMINDERS[0]["id"]), {"thing1": "title", "time2": "time"}, page=GATHERING
    )
    deliver_due(zone.site.sessions, Outlets(channels, {Channel.SUBSCRIBE: send}, Breaker()), zone.site.now)
    (message,) = [one for one in account.inbox() if one["openid"] == zone.openid(MEMBER)]
    path, _, query = message["page"].partition("?")
    phone.follow_clock()
    phone.warm(path, query, scene=1014)
    phone.see("11月25日 周三 15:00")


def sign_in_from_the_screen(zone: Zone, phone: Phone, chromium: Browser) -> None:
    """The hall's screen is pictured, read and scanned: three taps from the first screen, one request."""
    open_due(zone.site.sessions, zone.site.now)
    phone.open()
    phone.forget()
    phone.tap("签到")
    phone.scan(on_the_screen(zone, chromium))
    before = len(phone.requests)
    phone.tap("扫一扫签到")
    phone.see("签到成功")
    assert [one["path"] for one in phone.requests[before:]][:1] == ["/api/v1/check-ins"]
    phone.tap("好的，回首页")
    phone.see("已签到 14:45")


def on_the_screen(zone: Zone, chromium: Browser) -> str:
    """Photograph the projector's page from the last row; return what the picture of the code says."""
    with zone.site.sessions.begin() as session:
        cookie = start_session(session, zone.site.staff["neighbour"], now=zone.site.now)
        it = session.scalars(select(Gathering.id).where(Gathering.state == GatheringState.OPEN)).one()
    # The backend believes in https; a browser keeps no cookie of that name of plain http.
    headers = {"Cookie": f"__Host-console={cookie}"}
    with chromium.new_context(
        viewport={"width": 1920, "height": 1080}, extra_http_headers=headers
    ) as context:
        page = context.new_page()
        page.goto(f"{zone.address}/console/gatherings/{it}/projector")
        page.locator("#picture svg").wait_for()
        picture = Image.open(BytesIO(page.screenshot()))
    (found,) = zxingcpp.read_barcodes(picture.resize((picture.width // 3, picture.height // 3)))
    return str(found.text)


def confirm(zone: Zone, phone: Phone) -> None:
    """The secretary ticks who has no phone and himself, counts heads, and confirms on the phone."""
    begin_work(zone, phone)
    phone.tap("打勾")
    for name in (WITHOUT_PHONE, SECRETARY):
        phone.tap("到会", within=name)
        phone.see(f"{name} 记为到会")
    phone.tap("打完了，去确认")
    phone.type("现场清点，屋里几个人", "3")
    phone.see("清点 3 人，和名册相符。")
    phone.tap("确认名册，积分入账")
    phone.see("名册已确认")


def understand_points_and_object(zone: Zone, phone: Phone) -> None:
    """October's absence is explained, objected to in two taps, looked into by another hand, and answered."""
    phone.open("pages/points/points")
    phone.see("57")
    phone.tap("看每一条记录")
    phone.see("主题党日缺席")
    phone.tap("有异议")
    phone.type("哪里不对", "那天我到会了，坐在后排")
    phone.tap("提交异议")
    phone.see("2026-")
    answer(zone)
    phone.open("pages/objections/objections")
    phone.tap("主题党日缺席")
    phone.see("已更正")
    phone.open("pages/points/points")
    phone.see("60")
    phone.open("pages/star/star")
    phone.see("还没有评定过星级")


def answer(zone: Zone) -> None:
    """Another hand than the one that marked looks into it in the console, and corrects the record."""
    with zone.site.sessions() as session:
        objection_id = session.scalars(select(Objection.id)).one()
    browser = zone.site.browser("other hand")
    said = {"say": "uphold", "status": "present", "finding": "查了签到表，本人坐在后排"}
    looked = browser.post(f"/console/objections/{objection_id}/answer", said | {"do": "look"})
    seen = re.search(r'name="seen" value="([^"]+)"', looked.text)
    assert seen, looked.text
    sent = browser.post(f"/console/objections/{objection_id}/answer", said | {"do": "send", "seen": seen[1]})
    assert sent.status_code == 303, sent.text
