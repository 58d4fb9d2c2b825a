"""请假: asked in three taps, answered by the secretary, taken back; each refusal in words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.audit import Via
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.leave.leave import ask_leave, decide_leave, withdraw_leave
from models.gatherings.roll import Leave, LeaveReason, RollLine, Status
from tests.factories import a_leave
from tests.mini_program.branch.planned import marked, plan
from tests.mini_program.conftest import PhoneOf, Zone

pytestmark = pytest.mark.browser

PAGE = "pages/leave/leave"
TOMORROW = datetime(2026, 11, 26, 7, tzinfo=UTC)


def leave_of(zone: Zone, it: int, who: str) -> Leave | None:
    with zone.site.sessions() as session:
        return session.get(Leave, (it, zone.site.members[who].id))


def decide(zone: Zone, it: int, who: str, *, approve: bool, answer: str = "") -> None:
    with zone.site.sessions.begin() as session:
        decide_leave(
            session, it, zone.site.members[who].id, approve=approve, answer=answer, told_how=None,
            by=zone.site.staff["secretary"].id, via=Via.CONSOLE, now=zone.site.now,
        )  # fmt: skip


def change(zone: Zone, it: int, who: str, **line: Any) -> None:
    """Write into the member's line."""
    with zone.site.sessions.begin() as session:
        row = session.get_one(RollLine, (it, zone.site.members[who].id))
        for name, value in line.items():
            setattr(row, name, value)


def test_leave_is_asked_in_three_taps_answered_and_taken_back(zone: Zone, phone_of: PhoneOf) -> None:
    who = "王丽娟"
    it = plan(zone.site, who, TOMORROW, title="主题党日")
    phone = phone_of(who).open()
    phone.tap("不能来，请假")  # 1
    phone.see("为什么不能来？")
    assert phone.page.get_by_role("radio", checked=True).count() == 0
    phone.see("请先选一个原因")
    phone.tap("家中有事")  # 2
    phone.tap("提交请假")  # 3
    for said in (
        "请假已提交", "您已提交：家中有事", "11月25日 周三 14:50", "等支部答复",
        "支部会前答复，答复写在这一页", "会后补学",
    ):  # fmt: skip
        phone.see(said)
    assert phone.axe() == []
    phone.tap("好的，回首页")
    phone.see("已请假，等支部答复")
    phone.not_see("不能来，请假")
    decide(zone, it, who, approve=True, answer="路上小心")
    phone.tap("看安排")
    for said in ("您已提交：家中有事", "支部同意", "路上小心", "请假"):
        phone.see(said)
    phone.tap("看请假")
    phone.see("支部同意请假")
    phone.tap("能来了，撤回请假")
    phone.see("撤回以后，名册上不再记请假")
    phone.tap("不撤回")
    phone.tap("能来了，撤回请假")
    phone.tap("能来了，撤回请假", within="不撤回")
    phone.see("请假已撤回")
    phone.tap("好的，回首页")
    phone.see("还没有登记")
    with zone.site.sessions() as session:
        assert session.get_one(RollLine, (it, zone.site.members[who].id)).status is Status.UNRECORDED


def test_illness_takes_no_words_and_the_others_may(zone: Zone, phone_of: PhoneOf) -> None:
    who = "白玉珍"
    it = plan(zone.site, who, TOMORROW)
    phone = phone_of(who).open(PAGE, f"id={it}")
    phone.tap("身体不适")
    phone.see("不用写病情，也不用交证明")
    assert phone.page.get_by_role("textbox").count() == 0
    for reason in ("公出", "家中有事", "外出务工", "其他"):
        phone.tap(reason)
        phone.see("想补充一句（可以不写）")
    phone.type("想补充一句（可以不写）", "送孩子上学")
    phone.tap("身体不适")
    phone.tap("提交请假")
    phone.see("您已提交：身体不适")
    leave = leave_of(zone, it, who)
    assert leave
    assert (leave.reason, leave.note) == (LeaveReason.ILLNESS, None)


def test_what_was_typed_stays_when_it_could_not_be_sent(zone: Zone, phone_of: PhoneOf) -> None:
    who = "陈春生"
    it = plan(zone.site, who, TOMORROW)
    phone = phone_of(who).open(PAGE, f"id={it}")
    phone.tap("其他")
    phone.type("想补充一句（可以不写）", "县里开会")
    phone.offline()
    phone.tap("提交请假")
    phone.see("现在没有网络")
    phone.online()
    phone.fail_next("POST", f"/gatherings/{it}/leave", 503)
    phone.tap("提交请假")
    phone.see("这会儿人多")
    with phone.slow("POST", f"/gatherings/{it}/leave"):
        phone.tap("提交请假")
        phone.see("正在提交…")
        phone.page.get_by_role("button", name="正在提交…").click()
    phone.see("请假已提交")
    assert [one["status"] for one in phone.requests if one["method"] == "POST"][-3:] == [0, 503, 201]
    leave = leave_of(zone, it, who)
    assert leave
    assert leave.note == "县里开会"


def test_text_that_was_not_sent_is_there_when_the_page_opens_again(zone: Zone, phone_of: PhoneOf) -> None:
    it = plan(zone.site, "方国栋", TOMORROW)
    phone = phone_of("方国栋").open(PAGE, f"id={it}")
    phone.tap("公出")
    phone.type("想补充一句（可以不写）", "去镇里")
    phone.open(PAGE, f"id={it}")
    phone.tap("公出")
    assert phone.page.get_by_role("textbox").input_value() == "去镇里"


def test_no_is_read_with_its_reason_and_leave_asked_again(zone: Zone, phone_of: PhoneOf) -> None:
    who = "高长山"
    it = plan(zone.site, who, TOMORROW)
    with zone.site.sessions.begin() as session:
        a_leave(session, session.get_one(Gathering, it), zone.site.members[who])
    decide(zone, it, who, approve=False, answer="这次要表决，请尽量到会")
    phone = phone_of(who).open()
    phone.see("支部没有同意请假")
    phone.tap("不能来，请假")
    phone.see("支部没有同意")
    phone.see("这次要表决，请尽量到会")
    phone.not_see("会后补学")
    phone.tap("再请一次")
    phone.tap("公出")
    phone.tap("提交请假")
    phone.see("等支部答复")


def test_late_leave_is_told_so(zone: Zone, phone_of: PhoneOf) -> None:
    it = plan(zone.site, "郭爱莲", zone.site.now - timedelta(hours=3), GatheringState.CLOSED)
    phone = phone_of("郭爱莲").open(PAGE, f"id={it}")
    phone.see("已经开始了，算会后补假。")
    phone.tap("外出务工")
    phone.tap("提交请假")
    phone.see("支部会答复，答复写在这一页")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("cancelled", "这次活动取消了。原因：大雪封路"),
        ("leave_closed", "这次请假已经截止，有事请直接找支部"),
        ("already_signed_in", "名册上已经记了到会，不用请假"),
        ("not_required", "这次不作要求，不用请假"),
    ],
)
def test_leave_that_cannot_be_asked_any_more_says_why(
    zone: Zone, phone_of: PhoneOf, what: str, said: str
) -> None:
    who = "何桂芳"
    it = plan(zone.site, who, TOMORROW)
    phone = phone_of(who).open(PAGE, f"id={it}")
    phone.tap("公出")
    with zone.site.sessions.begin() as session:
        gathering = session.get_one(Gathering, it)
        if what == "cancelled":
            gathering.state, gathering.reason = GatheringState.CANCELLED, "大雪封路"
        if what == "leave_closed":
            gathering.starts_at -= timedelta(days=4)
    if what == "already_signed_in":
        change(zone, it, who, **marked(zone.site, "present", zone.site.now))
    if what == "not_required":
        change(zone, it, who, **marked(zone.site, "host_branch", zone.site.now))
    phone.tap("提交请假")
    phone.see(said)
    if what == "leave_closed":
        phone.see("不能来，请直接告诉支部，效果一样。")
        phone.tap("给支部打电话")
        assert phone.calls("makePhoneCall") == [{"phoneNumber": "13800000000"}]
    else:
        phone.not_see("给支部打电话")
    phone.tap("看安排")
    phone.see("学习粮食安全文件")


def test_leave_asked_elsewhere_or_answered_meanwhile_shows_how_it_stands(
    zone: Zone, phone_of: PhoneOf
) -> None:
    who = "李春梅"
    it = plan(zone.site, who, TOMORROW)
    mine = zone.site.members[who].id
    phone = phone_of(who).open(PAGE, f"id={it}")
    phone.tap("公出")
    with zone.site.sessions.begin() as session:
        ask_leave(
            session, it, mine, LeaveReason.FAMILY, None, filing=None, via=Via.CHAT, now=zone.site.now
        )  # fmt: skip
    phone.tap("提交请假")
    phone.see("您已提交：家中有事")
    phone.see("已经请过假了")
    phone.tap("能来了，撤回请假")
    decide(zone, it, who, approve=False, answer="请到会")
    phone.tap("能来了，撤回请假", within="不撤回")
    phone.see("没有要撤回的请假")
    phone.see("请到会")


def test_leave_granted_is_not_taken_back_after_the_end(zone: Zone, phone_of: PhoneOf) -> None:
    who = "罗清平"
    it = plan(zone.site, who, zone.site.now - timedelta(hours=1))
    with zone.site.sessions.begin() as session:
        a_leave(session, session.get_one(Gathering, it), zone.site.members[who])
    decide(zone, it, who, approve=True)
    phone = phone_of(who).open(PAGE, f"id={it}")
    phone.tap("能来了，撤回请假")
    with zone.site.sessions.begin() as session:
        session.get_one(Gathering, it).ends_at = zone.site.now - timedelta(minutes=1)
    phone.tap("能来了，撤回请假", within="不撤回")
    phone.see("活动已经结束，要改请找支部")
    phone.see("支部同意请假")


def test_page_of_nobody_and_of_no_gathering_says_so(zone: Zone, phone_of: PhoneOf) -> None:
    it = plan(zone.site, "孟凡林", TOMORROW)
    phone_of(None).open(PAGE, f"id={it}").see("绑定以后才看得到")
    phone_of("远山人").open(PAGE, f"id={it}").see("没有找到")


def test_leave_taken_back_in_the_chat_may_be_asked_again(zone: Zone, phone_of: PhoneOf) -> None:
    who = "宋桂兰"
    it = plan(zone.site, who, TOMORROW)
    mine = zone.site.members[who].id
    with zone.site.sessions.begin() as session:
        a_leave(session, session.get_one(Gathering, it), zone.site.members[who])
        withdraw_leave(session, it, mine, filing=None, via=Via.CHAT, now=zone.site.now)
    phone = phone_of(who).open(PAGE, f"id={it}")
    phone.see("为什么不能来？")
    phone.tap("要长期外出？去报备")
    phone.see("哪天走")
