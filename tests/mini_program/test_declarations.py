"""申报 by phone: what may be declared, the answer, a late fact, mistakes told beside their fields."""

from datetime import timedelta
from typing import Any

import pytest

from models.audit import Via
from models.points.approving import approve, reject
from models.points.deed import Deed
from models.points.proposing import MOST_A_DAY, propose, withdraw
from models.ratings.procedure.rating import RatingState
from tests.factories import a_branch, a_member, a_rating, a_township, a_zone
from tests.handlers.console_site import Site
from tests.mini_program.conftest import PhoneOf, Zone
from tests.mini_program.phone import Phone
from tests.points.proposers import a_scheme_of_deeds

pytestmark = pytest.mark.browser

DECLARE, LIST = "pages/declare/declare", "pages/objections/objections"
SEND, TITLE = "提交申报", "做了什么"


@pytest.fixture(scope="module", autouse=True)
def deeds(zone: Zone) -> None:
    """Count by a yearly scheme with an item of each kind; the year before is filed."""
    site = zone.site
    with site.sessions.begin() as session:
        home = session.merge(site.orgs["home"])
        scheme = a_scheme_of_deeds(session, home, "MORE", cycle="year")
        state = {"cycle": "2025", "state": RatingState.CONFIRMED}
        a_rating(session, home, scheme, site.staff["secretary"], **state)


def declares(phone: Phone, item: str = "志愿服务", day: str = "2026-11-20", title: str = "清淤") -> None:
    """Fill in a deed."""
    phone.open(DECLARE)
    phone.tap(item)
    phone.pick("哪一天 选日期", day)
    phone.type(TITLE, title)


def newest(zone: Zone, who: str) -> dict[str, Any]:
    """Return the last declaration as the API tells it."""
    one: dict[str, Any] = zone.ask(who).get("me/declarations")["items"][0]
    return one


def decide(site: Site, declaration_id: int, answer: str | None) -> None:
    """Let the secretary approve it, or say no with a sentence."""
    by = site.staff["secretary"].id
    with site.sessions.begin() as session:
        if answer is None:
            approve(session, declaration_id, by=by, via=Via.CONSOLE, now=site.now)
        else:
            reject(session, declaration_id, answer=answer, by=by, via=Via.CONSOLE, now=site.now)


def test_a_deed_is_declared_reviewed_by_another_hand_and_counted(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("白玉珍")
    declares(phone)
    phone.see("每次 1 分")
    phone.type("几次", "2")
    phone.tap(SEND)
    phone.see("申报已提交")
    phone.see("由支部另一位同志审核")
    phone.see("同意了记 2 分，写进积分记录；没有同意，写明原因")
    made = newest(zone, "白玉珍")
    assert (made["title"], made["quantity"], made["points"], made["late"]) == ("清淤", "2", "2", False)
    assert not [key for key in phone.storage() if "draft" in key]
    decide(zone.site, made["id"], None)
    phone.pull_down()
    phone.see("已经记分")
    phone.open(LIST)
    phone.see("志愿服务 +2")
    phone.see("已记分")


def test_a_no_says_why_and_leads_to_the_next(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("陈春生")
    declares(phone)
    phone.tap(SEND)
    phone.see("申报已提交")
    decide(zone.site, newest(zone, "陈春生")["id"], "请补上地点")
    phone.pull_down()
    phone.see("没有同意")
    phone.see("请补上地点")
    phone.tap("再申报一件")
    phone.see("申报哪一项")


def test_taken_back_by_a_second_answer(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("方国栋")
    declares(phone)
    phone.tap(SEND)
    phone.tap("撤回申报")
    phone.tap("不撤回")
    phone.tap("撤回申报")
    phone.tap("撤回申报", within="撤回以后，支部不再审核")
    phone.see("您已撤回这件申报")
    assert newest(zone, "方国栋")["state"] == "withdrawn"


def test_decided_meanwhile_is_shown_in_place_of_the_withdrawal(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("罗清平")
    declares(phone)
    phone.tap(SEND)
    phone.tap("撤回申报")
    decide(zone.site, newest(zone, "罗清平")["id"], None)  # meanwhile
    phone.tap("撤回申报", within="撤回以后，支部不再审核")
    phone.see("已经审核过了，或者已经撤回")
    phone.see("已经记分")


def test_a_late_fact_is_shown_and_confirmed(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("高长山")
    declares(phone, day="2025-12-30")
    phone.see("支部同意了，作为上期事项计入本期。")
    phone.tap(SEND)
    phone.see("2025年12月30日所在的周期已经备案，这件事会作为上期事项记入2026年，日期仍写当天")
    phone.tap("先不提交")
    assert zone.ask("高长山").get("me/declarations")["items"] == []
    phone.tap(SEND)
    phone.tap("照这样提交")
    phone.see("申报已提交")
    phone.see("2026年度（上期事项）")
    assert newest(zone, "高长山")["late"] is True


def test_each_item_asks_for_what_it_needs(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("郭爱莲").open(DECLARE)
    phone.see("志愿服务")
    assert [one["title"] for one in zone.ask("郭爱莲").get("me/declarations")["choices"]] == [
        one.inner_text().split("\n")[0] for one in phone.page.locator(".choice").all()
    ]
    phone.tap("思想汇报")
    phone.not_see("几次")
    phone.tap(SEND)
    phone.see("请选哪一种结果。")
    phone.tap("按时 2 分")
    phone.tap(SEND)
    phone.see("请选哪一天。")
    phone.tap("换一项")
    phone.tap("值班")
    phone.see("每小时 0.5 分")
    phone.type("几小时", "2.5")
    phone.pick("哪一天 选日期", "2026-11-20")
    phone.type(TITLE, "值夜班")
    phone.tap(SEND)
    phone.see("1.25 分")
    made = newest(zone, "郭爱莲")
    assert (made["item"], made["level"], made["quantity"], made["points"]) == ("hours", None, "2.5", "1.25")


def test_mistakes_stand_beside_their_fields_and_nothing_typed_is_lost(phone_of: PhoneOf) -> None:
    phone = phone_of("黄秋菊")
    declares(phone, "表彰", title="优")
    phone.tap(SEND)
    phone.see("请写做了什么，2 到 60 个字")
    phone.type(TITLE, "优秀党员")
    phone.not_see("请写做了什么，2 到 60 个字")
    phone.tap(SEND)
    phone.see("“表彰”要写依据，例如文件的名称和文号")
    phone.tap("换一项")
    phone.tap("志愿服务")
    phone.type("几次", "1.5")
    phone.tap(SEND)
    phone.see("次数写 1 到 31 的整数")
    phone.type("几次", "二")
    phone.tap(SEND)
    phone.see("请写一个数，例如 1 或 2.5")
    assert phone.page.get_by_label(TITLE).input_value() == "优秀党员"
    phone.tap("换一项")
    phone.tap("流入地活动证明")
    phone.tap(SEND)
    phone.see("不适用于")


def test_what_was_filled_in_survives_a_bad_network(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("贾满仓")
    declares(phone)
    phone.offline()
    phone.tap(SEND)
    phone.see("您填的都还在这里。")
    phone.open(DECLARE)  # old content and the draft, still without network
    phone.see("现在没有网络。下面是")
    assert phone.page.get_by_label(TITLE).input_value() == "清淤"
    phone.see("2026年11月20日")
    phone.online()
    with phone.slow("POST", "/me/declarations"):
        phone.tap(SEND)
        phone.tap("正在提交…")
    phone.see("申报已提交")
    assert [one["status"] for one in phone.requests if one["method"] == "POST"] == [0, 201]


def test_the_same_deed_and_too_many_are_refused_in_words(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("李春梅")
    declares(phone)
    phone.tap(SEND)
    phone.see("申报已提交")
    declares(phone)
    phone.tap(SEND)
    phone.see("当天的这件事已经登记过了，不用再登记一次")
    phone.type(TITLE, "修渠")
    site = zone.site
    member = site.members["李春梅"].id
    own: dict[str, Any] = {"by": None, "by_member": member, "how": None, "via": Via.PHONE}
    with site.sessions.begin() as session:
        for number in range(MOST_A_DAY - 1):
            day = (site.now - timedelta(days=number + 1)).date()
            deed = Deed("volunteer", day, "扫雪")
            withdraw(
                session, propose(session, site.orgs["home"].id, [member], deed, now=site.now, **own).id, **own
            )
    phone.tap(SEND)
    phone.see("一天最多用手机报 20 件，请明天再报，或者请支部代为登记")


def test_what_the_branch_recorded_is_read_with_its_hand(zone: Zone, phone_of: PhoneOf) -> None:
    form = {"item": "volunteer", "title": "清淤", "day": "2026-11-20", "quantity": "1", "how": "in_person"}
    member = zone.site.members["孟凡林"].id
    sent = zone.site.browser("clerk").post("/console/declarations", form | {"member": member})
    assert sent.status_code == 303, sent.text
    phone = phone_of("孟凡林").open(LIST)
    phone.tap("志愿服务")
    phone.see("由林小满代您登记")


def test_nothing_may_be_declared_and_what_is_not_ones_own_is_not_there(zone: Zone, phone_of: PhoneOf) -> None:
    with zone.site.sessions.begin() as session:
        elsewhere = a_branch(session, a_township(session, a_zone(session, "白水示范区"), "白水镇党委"))
        zone.site.members["石大山"] = a_member(session, elsewhere, "石大山")
    phone = phone_of("石大山").open(DECLARE)
    phone.see("现在没有可以申报的项目")
    phone.open("pages/declaration/declaration", "id=1")
    phone.see("没有找到这件申报")
