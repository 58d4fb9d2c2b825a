"""异议 by phone: two taps from the entry, answered by another hand, appealed, refused in words."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.audit import Via
from models.gatherings.roll import Status
from models.people.member import Member
from models.people.said import Filing, Said
from models.points.entry import PointEntry
from models.points.posting import amend_roll
from models.points.schemes.published import Scheme
from models.ratings.objections.raising import MOST_A_DAY, object_to, withdraw_objection
from models.ratings.procedure.rating import RatingState
from tests.factories import a_rating, an_entry
from tests.handlers.console.objections.disputing import WHO, dispute
from tests.handlers.console.objections.test_objections_pages import FOUND, answer
from tests.handlers.console_site import rolls_by_org
from tests.mini_program.conftest import PhoneOf, Zone
from tests.mini_program.phone import Phone

pytestmark = pytest.mark.browser

ENTRIES, OBJECTION = "pages/entries/entries", "pages/objection/objection"
LIST, ANSWER = "pages/objections/objections", "pages/objection-answer/objection-answer"
SAID, FIELD, SEND = "那天我到会了，坐在后排", "哪里不对", "提交异议"
OTHERS = "白玉珍 陈春生 方国栋 高长山 郭爱莲 黄秋菊 贾满仓 李春梅".split()  # noqa: SIM905


@pytest.fixture(scope="module", autouse=True)
def absent(zone: Zone) -> dict[str, int]:
    """Let each of them be absent by the secretary's hand; return whose entry is which."""
    site = zone.site
    entries = {WHO: dispute(site)}
    with site.sessions.begin() as session:
        ids = {site.members[name].id: name for name in OTHERS}
        roll = rolls_by_org(site)["home"]
        marks = dict.fromkeys(ids, Status.ABSENT)
        amend_roll(session, roll, marks, reason="漏登记", by=site.staff["secretary"].id, now=site.now)
        query = select(PointEntry.member_id, PointEntry.id).where(PointEntry.member_id.in_(ids))
        entries |= {ids[member]: entry for member, entry in session.execute(query)}
    return entries


def objects(phone: Phone, said: str = SAID) -> None:
    """Go from the entry to its receipt."""
    phone.open(ENTRIES)
    phone.tap("有异议", within="主题党日缺席")
    phone.type(FIELD, said)
    phone.tap(SEND)
    phone.see("异议已收到")


def test_two_taps_lead_from_an_entry_to_who_answers_until_when(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of(WHO).open(ENTRIES)
    phone.tap("有异议", within="主题党日缺席")  # the first
    phone.see("−3")
    phone.see("提异议不影响积分和星级。不由原来登记的人办理。")
    phone.type(FIELD, SAID)
    phone.tap(SEND)  # the second
    phone.see("异议已收到")
    [made] = zone.ask(WHO).get("me/objections")["items"]
    assert made["said"] == SAID
    page = phone.words()
    for words in (
        f"编号 {made['receipt']}",
        "由李桂兰、宋桂兰办理",
        "不由原来登记的人办理",
        "12月16日以前答复",
    ):
        assert words in page, words
    phone.tap("好的")
    phone.see("异议办理中")
    phone.not_see("有异议")
    phone.open(LIST)
    phone.see("由支部 李桂兰、宋桂兰答复")
    phone.see("12月16日以前答复")
    assert "−3" in phone.words()


def test_the_answer_is_read_with_before_and_after_and_goes_up_to_the_township(
    zone: Zone, phone_of: PhoneOf
) -> None:
    phone = phone_of(OTHERS[0])
    objects(phone)
    [made] = zone.ask(OTHERS[0]).get("me/objections")["items"]
    answer(zone.site.browser("committee"), made["id"], status="late")
    phone.pull_down()
    phone.see(FOUND)
    for words in ("已更正", "李桂兰", "总分 57 分", "总分 59 分"):
        phone.see(words)
    phone.see("原来的 −3 还留在记录里，后面加了一条 +3 冲回。")
    phone.see("12月9日以前可以申请，一份答复申请一次。")
    phone.tap("不同意，请镇党委复核")
    phone.type("为什么不同意", "我没有迟到")
    phone.tap("提交复核申请")
    phone.see("复核申请已收到")
    phone.see("镇党委核实")
    phone.see("由程若兰办理")
    newest = zone.ask(OTHERS[0]).get("me/objections")["items"][0]
    answer(zone.site.browser("town"), newest["id"], status="present")
    phone.pull_down()
    phone.see("总分 60 分")
    phone.see("不同意，请示范区复核")
    phone.tap("原来的答复")
    phone.see("您已经申请镇党委复核")
    phone.not_see("不同意，请镇党委复核")  # once for each answer
    phone.open(ENTRIES)
    phone.see("冲回：主题党日缺席")


def test_a_no_says_what_was_found_and_until_when_to_appeal(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of(OTHERS[1])
    objects(phone)
    [made] = zone.ask(OTHERS[1]).get("me/objections")["items"]
    answer(zone.site.browser("committee"), made["id"], say="reject", finding="签到表上没有您的名字")
    phone.pull_down()
    phone.see("核实后维持")
    phone.see("签到表上没有您的名字")
    phone.see("积分和星级没有变。")
    phone.tap("不同意，请镇党委复核")
    phone.type("为什么不同意", "我坐在后排")
    before = zone.site.now
    zone.site.clock[0] += timedelta(days=15)  # the page was left open
    phone.tap("提交复核申请")
    phone.see("申请复核最后一天是2026年12月9日，已经过了")
    phone.see("您写的话还在这里。")
    phone.open(ANSWER, f"id={made['id']}")
    phone.see("申请复核到 12月9日 为止，已经过了。")
    phone.not_see("不同意，请镇党委复核")
    zone.site.clock[0] = before


def test_taken_back_by_a_second_answer_and_raised_again(phone_of: PhoneOf) -> None:
    phone = phone_of(OTHERS[2])
    objects(phone)
    phone.tap("撤回异议")
    phone.tap("不撤回")
    phone.see("异议已收到")
    phone.tap("撤回异议")
    phone.tap("撤回异议", within="撤回以后，支部不再核实")
    phone.see("您已撤回这件异议")
    phone.tap("好的")
    phone.see("有异议")
    objects(phone, "再想一想，还是不对")


def test_what_was_written_survives_a_bad_network(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of(OTHERS[3]).open(ENTRIES)
    phone.tap("有异议", within="主题党日缺席")
    phone.type(FIELD, SAID)
    phone.offline()
    phone.tap(SEND)
    phone.see("您写的话还在这里。")
    phone.online()
    phone.open(ENTRIES)  # the phone was put away meanwhile
    phone.tap("有异议", within="主题党日缺席")
    assert phone.page.get_by_label(FIELD).input_value() == SAID
    with phone.slow("POST", "/me/objections"):
        phone.tap(SEND)
        phone.tap("正在提交…")
    phone.see("异议已收到")
    assert [one["status"] for one in phone.requests if one["method"] == "POST"] == [0, 201]
    assert not [key for key in phone.storage() if "draft" in key]


def test_a_sentence_is_put_in_by_a_tap(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of(OTHERS[4]).open(ENTRIES)
    phone.tap("有异议", within="主题党日缺席")
    phone.tap(SEND)
    phone.see("请说一说哪里不对，两个字以上。")
    phone.tap("那天我请过假")
    phone.tap(SEND)
    phone.see("异议已收到")
    assert zone.ask(OTHERS[4]).get("me/objections")["items"][0]["said"] == "那天我请过假。"


def test_one_that_the_branch_wrote_down_meanwhile_is_shown(
    zone: Zone, phone_of: PhoneOf, absent: dict[str, int]
) -> None:
    name = OTHERS[5]
    phone = phone_of(name).open(ENTRIES)
    phone.tap("有异议", within="主题党日缺席")
    phone.type(FIELD, SAID)
    with zone.site.sessions.begin() as session:
        object_to(
            session, member_id=zone.site.members[name].id, entry_id=absent[name], said="他说他到会了",
            filing=Filing(zone.site.staff["clerk"].id, Said.IN_PERSON), via=Via.CONSOLE, now=zone.site.now,
        )  # fmt: skip
    phone.tap(SEND)
    phone.see("正在办理")
    phone.tap("看这件异议")
    phone.see("他说他到会了")


def test_too_many_in_a_day_are_refused_in_words(
    zone: Zone, phone_of: PhoneOf, absent: dict[str, int]
) -> None:
    name = OTHERS[6]
    phone = phone_of(name).open(ENTRIES)
    told_by: dict[str, Any] = {"member_id": zone.site.members[name].id, "filing": None, "via": Via.PHONE}
    with zone.site.sessions.begin() as session:
        for _ in range(MOST_A_DAY):
            one = object_to(session, entry_id=absent[name], said=SAID, now=zone.site.now, **told_by)
            withdraw_objection(session, one.id, **told_by)
    phone.tap("有异议", within="主题党日缺席")
    phone.type(FIELD, SAID)
    phone.tap(SEND)
    phone.see("一天最多用手机提 10 件，请明天再提，或者请支部代录")


def test_a_filed_year_is_closed_with_its_last_day(zone: Zone, phone_of: PhoneOf) -> None:
    site, who = zone.site, "葛秀兰"  # of the other branch
    with site.sessions.begin() as session:
        scheme = session.scalars(select(Scheme).where(Scheme.code == "ATTEND")).one()
        member = session.get_one(Member, site.members[who].id)
        an_entry(session, member, scheme, site.staff["neighbour"], item="activity_day")
    phone = phone_of(who).open(ENTRIES)
    phone.tap("有异议")
    phone.type(FIELD, SAID)
    with site.sessions.begin() as session:
        a_rating(
            session, site.orgs["neighbour"], scheme, site.staff["neighbour"], state=RatingState.CONFIRMED
        )
    phone.tap(SEND)
    phone.see("2026年的评定已经备案，提异议已经截止")
    phone.open(ENTRIES)
    phone.see("每月固定活动日")
    phone.not_see("有异议")


def test_nothing_is_there_for_what_is_not_ones_own(phone_of: PhoneOf, absent: dict[str, int]) -> None:
    phone = phone_of("李守田")  # never objects to anything
    phone.open(OBJECTION, f"entry={absent[WHO]}")
    phone.see("没有找到这一条")
    phone.open(ANSWER, "id=1")
    phone.see("没有找到这件异议")


def test_the_lists_say_that_they_are_empty_and_stay_without_network(phone_of: PhoneOf) -> None:
    phone = phone_of("李守田").open(LIST)
    phone.see("您没有提过异议")
    phone.see("您没有申报过")
    phone.offline()
    phone.open(LIST)
    phone.see("现在没有网络。下面是")
    phone.see("您没有提过异议")


def test_an_appeal_that_was_begun_is_there_again(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of(OTHERS[7])
    objects(phone)
    [made] = zone.ask(OTHERS[7]).get("me/objections")["items"]
    answer(zone.site.browser("committee"), made["id"], say="reject", finding="签到表上没有")
    phone.pull_down()
    phone.tap("不同意，请镇党委复核")
    phone.type("为什么不同意", "我坐在后排")
    phone.fail_next("POST", f"/me/objections/{made['id']}/appeal", 503)
    phone.tap("提交复核申请")
    phone.see("您写的话还在这里。")
    phone.open(ANSWER, f"id={made['id']}")
    phone.see("提交复核申请")
    assert phone.page.get_by_label("为什么不同意").input_value() == "我坐在后排"
    assert zone.ask(OTHERS[7]).get("me/objections")["items"][0]["appealed_by"] is None
