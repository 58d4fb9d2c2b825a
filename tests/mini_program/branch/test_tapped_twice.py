"""A thumb that taps twice sends once, on every button that sends."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest

from models.gatherings.gathering import Gathering
from tests.factories import a_leave
from tests.handlers.console.points.a_year_of_points import WHO, count_by_the_zone, live_the_year
from tests.handlers.console_site import publish_theme_day
from tests.handlers.mini_program.at_work import digits_for
from tests.mini_program import screen
from tests.mini_program.branch.planned import plan
from tests.mini_program.branch.working import at_work
from tests.mini_program.conftest import PhoneOf, Zone
from tests.mini_program.hall import digits, slip
from tests.mini_program.phone import Phone
from tests.mini_program.test_away import AWAY, HOST, ON, fill
from tests.mini_program.test_declarations import declares

pytestmark = pytest.mark.browser

Ready = Callable[[Zone, PhoneOf], Phone]
FIELD, SHEET = "纸条上的 12 位数字", "不撤回"


class Button(NamedTuple):
    """A button that sends: what it is called, what is seen after; `ready` goes as far as the button."""

    ready: Ready
    name: str
    then: str
    within: str = ""


@pytest.fixture(scope="module", autouse=True)
def branch(zone: Zone) -> None:
    """Count by the zone's scheme; the theme day is published, one leave asked."""
    live_the_year(zone.site, count_by_the_zone(zone.site))
    publish_theme_day(zone.site)
    with zone.site.sessions.begin() as session:
        a_leave(session, session.get_one(Gathering, zone.site.gathering_id), zone.site.members["高长山"])


def binding(zone: Zone, phone_of: PhoneOf, who: str = "冯小军") -> Phone:
    """Go as far as a slip's digits."""
    phone = phone_of(who, bound=False).open("pages/binding/binding")
    phone.type(FIELD, slip(zone, who))
    return phone


def whose(zone: Zone, phone_of: PhoneOf) -> Phone:
    """Go as far as whose slip it is."""
    phone = binding(zone, phone_of, "葛秀兰")
    phone.tap("下一步")
    return phone


def in_the_hall(zone: Zone, phone_of: PhoneOf) -> Phone:
    """Go as far as the six digits."""
    phone = phone_of("蒋大海").open("pages/check-in/check-in")
    phone.tap("输入数字签到")
    phone.type("屏幕上的六位数字", digits(zone, zone.site.gathering_id))
    return phone


def leaving(zone: Zone, phone_of: PhoneOf) -> Phone:
    """Go as far as a reason."""
    it = plan(zone.site, "陈春生", zone.site.now + timedelta(days=1))
    phone = phone_of("陈春生").open("pages/leave/leave", f"id={it}")
    phone.tap("家中有事")
    return phone


def coming_after_all(zone: Zone, phone_of: PhoneOf) -> Phone:
    """Go as far as the question before a leave is taken back."""
    it = plan(zone.site, "方国栋", zone.site.now + timedelta(days=1))
    with zone.site.sessions.begin() as session:
        a_leave(session, session.get_one(Gathering, it), zone.site.members["方国栋"])
    phone = phone_of("方国栋").open("pages/leave/leave", f"id={it}")
    phone.tap("能来了，撤回请假")
    return phone


def going_away(zone: Zone, phone_of: PhoneOf) -> Phone:
    """Fill in a report of absence."""
    phone = phone_of("郭爱莲").open(AWAY)
    fill(phone, from_on="2026-12-01", place="浙江省义乌市")
    return phone


def been_elsewhere(zone: Zone, phone_of: PhoneOf) -> Phone:
    """Fill in an attendance elsewhere."""
    phone = phone_of("段文斌").open(HOST)
    phone.pick(ON, "2026-11-20")
    phone.type("那边的党组织", "商贸城党支部")
    phone.type("那边的联系人或电话", "张书记")
    return phone


def complaining(zone: Zone, phone_of: PhoneOf) -> Phone:
    """Write a complaint."""
    phone = phone_of("黄秋菊").open("pages/complaint/complaint")
    phone.type("想说的话", "路灯不亮")
    return phone


def correcting(zone: Zone, phone_of: PhoneOf) -> Phone:
    """Write what is not right in one's record."""
    phone = phone_of("贾满仓").open("pages/correction/correction")
    phone.page.get_by_role("radio").first.click()
    phone.type("应该是什么", "贾满苍")
    return phone


def declaring(zone: Zone, phone_of: PhoneOf) -> Phone:
    """Fill in a deed."""
    phone = phone_of("李春梅")
    declares(phone)
    return phone


def objecting(zone: Zone, phone_of: PhoneOf) -> Phone:
    """Write an objection."""
    phone = phone_of(WHO).open("pages/entries/entries")
    phone.tap("有异议", within="主题党日缺席")
    phone.type("哪里不对", "那天我到会了")
    return phone


def unbinding(zone: Zone, phone_of: PhoneOf) -> Phone:
    """Go as far as the question before the binding ends."""
    phone = phone_of("罗清平").open("pages/me/me")
    phone.tap("解除绑定")
    return phone


def beginning_work(zone: Zone, phone_of: PhoneOf) -> Phone:
    """Type the console's eight digits."""
    phone = phone_of("周明远").open("work/day/day")
    phone.type("八位数字", digits_for(zone.site, "secretary"))
    return phone


def on_page(name: str, query: str = "") -> Ready:
    """Return what opens a page of the branch's work."""

    def ready(zone: Zone, phone_of: PhoneOf) -> Phone:
        roll = zone.site.gathering_id  # one gathering, one roll of the home branch
        return at_work(zone, phone_of).open(f"work/{name}/{name}", query.format(it=roll))

    return ready


BUTTONS = {
    "slip": Button(binding, "下一步", "冯*军"),
    "binding": Button(whose, "是我，绑定", "绑定好了，葛秀兰同志。"),
    "digits": Button(in_the_hall, "输入数字签到", "签到成功"),
    "leave": Button(leaving, "提交请假", "请假已提交"),
    "leave taken back": Button(coming_after_all, "能来了，撤回请假", "请假已撤回", SHEET),
    "away": Button(going_away, "提交报备", "报备已提交"),
    "elsewhere": Button(been_elsewhere, "提交", "已报给支部"),
    "complaint": Button(complaining, "提交", "好的，回首页"),
    "correction": Button(correcting, "提交", "好的，回首页"),
    "declaration": Button(declaring, "提交申报", "申报已提交"),
    "objection": Button(objecting, "提交异议", "异议已收到"),
    "unbinding": Button(unbinding, "解除绑定", "绑定我的身份", "不解除"),
    "eight digits": Button(beginning_work, "开始办事", "结束支部工作"),
    "answer to a leave": Button(on_page("leaves"), "同意 高长山", "已同意"),
    "telephoned": Button(on_page("phone-list", "id={it}"), "白玉珍 已告知", "撤回"),
    "mark": Button(on_page("roll", "roll={it}"), "金巧云 到会", "已存"),
}


@pytest.mark.parametrize("button", BUTTONS.values(), ids=BUTTONS)
def test_two_taps_send_one_request(zone: Zone, phone_of: PhoneOf, button: Button) -> None:
    phone = button.ready(zone, phone_of)
    found = screen.touchable(phone.page, button.name, button.within)
    phone.forget()
    # No answer comes before both taps are done.
    phone.context.route("**/api/v1/**", lambda route: route.continue_())
    found.dblclick()
    phone.see(button.then)
    sent = [one["path"] for one in phone.requests if one["method"] != "GET"]
    # Whoever is bound no longer is logged in anew.
    assert [one for one in sent if one != "/api/v1/session"] == sent[:1], sent
