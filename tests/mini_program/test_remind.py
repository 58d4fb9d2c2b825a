"""会前提醒我: asked in the tap itself, posted as WeChat answered, never nagging."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.gatherings.gathering import Gathering
from models.notices.subscription import Subscription
from models.people.account import Account
from models.people.binding import Binding
from tests.factories import a_delivery, a_notice
from tests.mini_program.branch.planned import plan
from tests.mini_program.conftest import PhoneOf, Zone
from tests.mini_program.phone import Phone

pytestmark = pytest.mark.browser

ONE, LEAVE, NOTICE = "pages/gathering/gathering", "pages/leave/leave", "pages/notice/notice"
BUTTON = "会前提醒我"


def at_gathering(zone: Zone, phone_of: PhoneOf, who: str) -> tuple[Phone, int]:
    """Return a phone that saw the first page, on a gathering of tomorrow."""
    it = plan(zone.site, who, zone.site.now + timedelta(days=1), title="主题党日")
    phone = phone_of(who).open()
    phone.see("主题党日")
    phone.tap("看安排")
    phone.see(BUTTON)
    return phone, it


def allowed(zone: Zone, who: str) -> tuple[int, bool]:
    """Return how many messages the backend may send to a member, and whether they are switched off."""
    with zone.site.sessions() as session:
        row = session.execute(
            select(Subscription.remaining, Subscription.switched_off)
            .join(Binding, Binding.id == Subscription.binding_id)
            .where(Binding.member_id == zone.site.members[who].id)
        ).first()
    return (row[0], row[1]) if row else (0, False)


def test_one_tap_allows_one_message(zone: Zone, phone_of: PhoneOf) -> None:
    who = "王丽娟"
    phone, _ = at_gathering(zone, phone_of, who)
    phone.see("点一次，提醒一次。")
    assert phone.axe() == []
    phone.subscribe("accept")
    phone.tap(BUTTON)
    phone.see("好了。会前提醒您一次")
    phone.not_see(BUTTON)
    assert phone.axe() == []
    assert phone.calls("requestSubscribeMessage") == [{"tmplIds": ["S1"]}]
    assert allowed(zone, who) == (1, False)


def test_no_is_taken_quietly(zone: Zone, phone_of: PhoneOf) -> None:
    who = "白玉珍"
    phone, it = at_gathering(zone, phone_of, who)
    phone.subscribe("reject")
    phone.tap(BUTTON)
    phone.see("没有关系，支部群和公示栏也有这条通知。")
    phone.not_see(BUTTON)
    assert allowed(zone, who) == (0, False)
    phone.open(ONE, f"id={it}").see(BUTTON)


@pytest.mark.parametrize(("who", "answer"), [("陈春生", "ban"), ("方国栋", 20004)])
def test_who_switched_reminders_off_is_not_asked_for_a_week(
    zone: Zone, phone_of: PhoneOf, who: str, answer: str | int
) -> None:
    phone, it = at_gathering(zone, phone_of, who)
    phone.subscribe(answer)
    phone.tap(BUTTON)
    phone.see("您在微信里关了提醒，这里就不再问。")
    assert allowed(zone, who) == (0, True)
    # Before the first page was asked again: the phone itself remembers.
    phone.open(ONE, f"id={it}").see("学习粮食安全文件")
    phone.not_see(BUTTON)
    with zone.site.sessions.begin() as session:
        gathering = session.get_one(Gathering, it)
        gathering.starts_at += timedelta(days=8)
        gathering.ends_at += timedelta(days=8)
    zone.site.clock[0] += timedelta(days=7, minutes=1)
    phone_again = phone_of(who).open()
    phone_again.tap("看安排")
    phone_again.see(BUTTON)
    zone.site.clock[0] -= timedelta(days=7, minutes=1)


def test_failure_of_wechat_itself_says_nothing_bad(zone: Zone, phone_of: PhoneOf) -> None:
    phone, _ = at_gathering(zone, phone_of, "高长山")
    phone.subscribe(20003)
    phone.tap(BUTTON)
    phone.see("没有关系，支部群和公示栏也有这条通知。")


def test_permission_that_did_not_arrive_is_said_and_may_be_given_again(zone: Zone, phone_of: PhoneOf) -> None:
    who = "郭爱莲"
    phone, _ = at_gathering(zone, phone_of, who)
    phone.subscribe("accept", "accept")
    phone.fail_next("POST", "/subscriptions", 503)
    phone.tap(BUTTON)
    phone.see("这会儿人多")
    with phone.slow("POST", "/subscriptions"):
        phone.tap(BUTTON)
        phone.tap("正在问…")
    phone.see("好了。会前提醒您一次")
    assert allowed(zone, who) == (1, False)
    assert len(phone.calls("requestSubscribeMessage")) == 2


def test_button_stands_by_leave_and_by_a_notice_and_nowhere_without_a_template(
    zone: Zone, phone_of: PhoneOf
) -> None:
    who = "何桂芳"
    phone, it = at_gathering(zone, phone_of, who)
    phone.tap("不能来，请假")
    phone.not_see(BUTTON)
    phone.tap("公出")
    phone.tap("提交请假")
    phone.see("请假已提交")
    phone.see(BUTTON)
    with zone.site.sessions.begin() as session:
        author = session.get_one(Account, zone.site.staff["secretary"].id)
        words = {"title": "主题党日", "note": "不能来请先说一声"}
        notice = a_notice(session, session.get_one(Gathering, it), author, texts={"member": words})
        told = a_delivery(session, notice, zone.site.members[who]).id
    phone.open(NOTICE, f"id={told}").see(BUTTON)
    fresh = phone_of(who).open(NOTICE, f"id={told}")
    fresh.see("不能来请先说一声")
    fresh.not_see(BUTTON)
