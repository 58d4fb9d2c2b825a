"""长期外出报备 and 在流入地参加: told once, answered by the branch, never finer than a county."""

from datetime import date, timedelta
from typing import Any

import pytest

from models.audit import Via
from models.gatherings.leave.host_attendance import decide_host_attendance
from models.people.away_report import decide_away
from tests.factories import a_host_attendance, a_spell, an_away_report
from tests.mini_program.conftest import PhoneOf, Zone
from tests.mini_program.phone import Phone

pytestmark = pytest.mark.browser

AWAY, HOST = "pages/away/away", "pages/host-attendance/host-attendance"
FROM, TO, ON = "哪天走 请选日期", "哪天回来（没定就空着） 还没定", "哪天参加的 请选日期"
PLACE = "去哪里（写到县区就行）"


def reported(zone: Zone, who: str, **columns: Any) -> int:
    with zone.site.sessions.begin() as session:
        return an_away_report(session, zone.site.members[who], **columns).id


def decide(zone: Zone, report_id: int, *, approve: bool, answer: str = "") -> None:
    by = zone.site.staff["secretary"].id
    with zone.site.sessions.begin() as session:
        decide_away(
            session, report_id, approve=approve, answer=answer, told_how=None, by=by, via=Via.CONSOLE,
            now=zone.site.now,
        )  # fmt: skip


def fill(phone: Phone, **fields: str) -> None:
    for name, value in fields.items():
        if name in ("from_on", "to_on"):
            phone.pick({"from_on": FROM, "to_on": TO}[name], value)
        else:
            label = {
                "place": PLACE,
                "host": "在那边的党组织（没有就空着）",
                "contact": "怎么联系您（可以不填）",
            }[name]
            phone.type(label, value)


def test_absence_is_reported_taken_back_and_reported_again(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("王丽娟").open(AWAY)
    phone.see("报备一次，外出期间不用每月请假，也不算缺席。")
    phone.see("不记位置，不记住址。")
    phone.see("还没选哪天走")
    fill(phone, from_on="2026-12-01")
    phone.see("12月1日 周二")
    phone.see("还没写去哪里")
    fill(phone, place="浙江省义乌市", contact="微信上说", to_on="2027-06-30")
    phone.tap("改成还没定")
    phone.tap("提交报备")
    for said in ("报备已提交", "您已报备：浙江省义乌市", "从 2026年12月1日", "哪天回来没定", "等支部答复"):
        phone.see(said)
    assert phone.axe() == []
    phone.tap("不走了，撤回报备")
    phone.see("撤回以后，每次活动还是要到会或请假")
    phone.tap("不撤回")
    phone.tap("不走了，撤回报备")
    phone.tap("不走了，撤回报备", within="不撤回")
    phone.see("报备已撤回")
    phone.tap("好的，回首页")
    phone.open(AWAY)
    phone.see("还没选哪天走")
    fill(phone, from_on="2026-12-05", place="县城", host="商贸城党支部", to_on="2027-01-31")
    phone.tap("提交报备")
    phone.see("从 2026年12月5日")
    phone.see("到 2027年1月31日")


def test_every_field_that_is_wrong_is_told_beside_it_and_stays(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("白玉珍").open(AWAY)
    fill(phone, from_on="2025-03-01", place="义乌市稠城街道 12 号", to_on="2025-04-01")
    phone.tap("提交报备")
    phone.see("请写到县区，例如“浙江省义乌市”，不写门牌")
    phone.see("请再看一下日期")
    phone.see("应当不早于开始那天，也不早于今天")
    assert phone.axe() == []
    phone.open(AWAY)
    phone.see("3月1日 周六")
    assert phone.page.get_by_label(PLACE).input_value() == "义乌市稠城街道 12 号"
    phone.tap("改成还没定")
    phone.pick("哪天走 3月1日 周六", "2026-12-01")
    fill(phone, place="义乌市")
    phone.offline()
    phone.tap("提交报备")
    phone.see("现在没有网络")
    phone.online()
    phone.tap("提交报备")
    phone.see("报备已提交")


def test_answer_of_the_branch_is_read_and_being_back_is_told(zone: Zone, phone_of: PhoneOf) -> None:
    who = "陈春生"
    report = reported(zone, who, from_on=date(2026, 11, 20), to_on=None, place="杭州市", host="商贸城党支部")
    phone = phone_of(who).open(AWAY)
    phone.see("您已报备：杭州市")
    decide(zone, report, approve=True, answer="保重身体")
    phone.warm()
    for said in ("您已报备外出", "杭州市", "商贸城党支部", "2026年11月20日", "没定", "保重身体"):
        phone.see(said)
    phone.tap("报一次在当地参加的活动")
    phone.see("哪天参加的")
    phone.tap("返回")
    phone.tap("我回来了")
    phone.see("从今天起，支部的活动又会请您到会。")
    phone.tap("还没回来")
    phone.tap("我回来了")
    phone.tap("我回来了", within="还没回来")
    phone.see("好的，您回来了")
    phone.open(AWAY)
    phone.see("还没选哪天走")


def test_no_of_the_branch_is_read_above_the_form(zone: Zone, phone_of: PhoneOf) -> None:
    report = reported(zone, "方国栋")
    decide(zone, report, approve=False, answer="先把值班交接了")
    phone = phone_of("方国栋").open(AWAY)
    phone.see("支部没有同意上一次报备")
    phone.see("“先把值班交接了”。可以改一下再报，也可以问支部。")
    phone.see("还没选哪天走")


def test_absence_to_come_can_be_called_off(zone: Zone, phone_of: PhoneOf) -> None:
    report = reported(zone, "高长山", from_on=date(2026, 12, 1))
    decide(zone, report, approve=True)
    phone = phone_of("高长山").open(AWAY)
    phone.see("支部已收下报备")
    phone.not_see("我回来了")
    phone.tap("不走了，撤回报备")
    phone.tap("不走了，撤回报备", within="不撤回")
    phone.see("报备已撤回")


def test_report_that_cannot_be_made_says_why(zone: Zone, phone_of: PhoneOf) -> None:
    who = "郭爱莲"
    phone = phone_of(who).open(AWAY)
    fill(phone, from_on="2026-12-01", place="义乌市")
    waiting = reported(zone, who, from_on=date(2027, 1, 1), to_on=None)
    phone.tap("提交报备")
    phone.see("上一次报备还在等支部答复，要改请先撤回")
    with zone.site.sessions.begin() as session:
        a_spell(session, zone.site.members[who], from_on=date(2026, 11, 1), to_on=None, place="杭州市")
    decide(zone, waiting, approve=False, answer="重了")
    phone.tap("提交报备")
    phone.see("这段时间已经登记过了，不用再登记一次")
    phone.open(AWAY)
    phone.see("您已报备外出")


def test_report_that_was_answered_meanwhile_shows_how_it_stands(zone: Zone, phone_of: PhoneOf) -> None:
    report = reported(zone, "何桂芳", from_on=date(2026, 12, 1))
    phone = phone_of("何桂芳").open(AWAY)
    phone.tap("不走了，撤回报备")
    decide(zone, report, approve=False, answer="先别走")
    phone.tap("不走了，撤回报备", within="不撤回")
    phone.see("现在没有报备")
    phone.see("“先别走”。可以改一下再报，也可以问支部。")


def test_attendance_elsewhere_is_told_answered_and_taken_back(zone: Zone, phone_of: PhoneOf) -> None:
    who = "段文斌"
    phone = phone_of(who).open(HOST)
    phone.see("您还没有报过")
    phone.see("还没选日期")
    phone.pick(ON, "2026-11-20")
    phone.see("还没写党组织")
    phone.type("那边的党组织", "商贸城党支部")
    phone.see("还没写联系人")
    phone.type("那边的联系人或电话", "张书记")
    phone.tap("提交")
    phone.see("已报给支部")
    for said in ("2026年11月20日", "商贸城党支部", "联系人：张书记", "等支部答复"):
        phone.see(said)
    assert phone.axe() == []
    phone.tap("再报一次")
    phone.pick(ON, "2026-11-21")
    phone.type("那边的党组织", "商贸城党支部")
    phone.type("那边的联系人或电话", "张书记")
    phone.tap("提交")
    phone.see("这个月在流入地参加的情况已经报过了")
    phone.tap("撤回", within="2026年11月20日")
    phone.see("已撤回")
    phone.tap("提交")
    phone.see("已报给支部")


def test_answers_about_attendances_stand_in_the_list(zone: Zone, phone_of: PhoneOf) -> None:
    who, by = "罗清平", zone.site.staff["secretary"].id
    with zone.site.sessions.begin() as session:
        for month, approve, answer in ((9, True, ""), (8, False, "那边说没有见到您")):
            one = a_host_attendance(
                session, zone.site.members[who], period=f"2026-0{month}", attended_on=date(2026, month, 20)
            )
            decide_host_attendance(
                session, one.id, approve=approve, answer=answer, told_how=None, by=by, via=Via.CONSOLE,
                now=zone.site.now,
            )  # fmt: skip
        waits = a_host_attendance(
            session, zone.site.members[who], period="2026-10", attended_on=date(2026, 10, 20)
        )
    phone = phone_of(who).open(HOST)
    for said in ("支部已收下", "没有同意", "支部说：那边说没有见到您", "等支部答复"):
        phone.see(said)
    with zone.site.sessions.begin() as session:
        decide_host_attendance(
            session, waits.id, approve=True, answer="", told_how=None, by=by, via=Via.CONSOLE,
            now=zone.site.now,
        )  # fmt: skip
    phone.tap("撤回", within="2026年10月20日")
    phone.see("已经答复过了，或者本人撤回了")
    phone.not_see("等支部答复")


def test_date_of_an_attendance_that_is_wrong_is_told_beside_it(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("孟凡林").open(HOST)
    phone.pick(ON, "2026-11-25")
    phone.type("那边的党组织", "商贸城党支部")
    phone.type("那边的联系人或电话", "张书记")
    zone.site.clock[0] -= timedelta(days=1)  # a phone whose date is wrong
    phone.tap("提交")
    phone.see("请写一年以内、今天以前的日期")
    zone.site.clock[0] += timedelta(days=1)
    phone.open(HOST)
    phone.see("11月25日 周三")
    assert phone.page.get_by_label("那边的党组织").input_value() == "商贸城党支部"


@pytest.mark.parametrize(("path", "api"), [(AWAY, "/me/away"), (HOST, "/me/host-attendances")])
def test_pages_of_nobody_and_of_a_busy_server_say_so(
    zone: Zone, phone_of: PhoneOf, path: str, api: str
) -> None:
    phone_of(None).open(path).see("绑定以后才看得到")
    busy = phone_of("冯小军")
    busy.fail_next("GET", api, 503)
    busy.open(path)
    busy.see("这会儿人多，没打开")
    busy.tap("重试")
    busy.see("还没选")
