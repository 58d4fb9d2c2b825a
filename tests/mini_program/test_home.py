"""首页: whom it serves, the next gathering with its one verb in each state, points, star and notices."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models.gatherings.gathering import Gathering
from models.notices.audience import Channels
from models.notices.publish import cancel
from models.people.member import SpellKind
from models.points.schemes.use import SchemeUse
from tests.conftest import NOON
from tests.factories import THREE_O_CLOCK, a_leave, a_spell
from tests.handlers.chat.test_news import put
from tests.handlers.console_site import MINI, OA
from tests.mini_program.branch.planned import plan, scanned
from tests.mini_program.conftest import PhoneOf, Zone
from tests.mini_program.phone import Phone

pytestmark = pytest.mark.browser

SOON = THREE_O_CLOCK + timedelta(days=2)
LEGAL = (
    "本小程序自愿使用，是否使用本小程序不作为考核依据。", "主办：青山示范区党群工作部", "备案号：试运行",
    "投诉与建议", "隐私说明",
)  # fmt: skip
NOBODY = "近期没有安排"


@pytest.fixture(autouse=True)
def at_ten_to_three(zone: Zone) -> None:
    """Begin each test at ten to three."""
    zone.site.clock[0] = NOON


def see_all(phone: Phone, *texts: str) -> None:
    """Wait until all this is on the screen."""
    for text in texts:
        phone.see(text)


def buttons(phone: Phone) -> list[str]:
    """Return the red buttons on the screen."""
    return phone.page.locator(".button.primary").filter(visible=True).all_inner_texts()


def come(phone_of: PhoneOf, zone: Zone, who: str, **planned: Any) -> Phone:
    """Open the first screen of somebody for whom a gathering is planned."""
    plan(zone.site, who, planned.pop("at", THREE_O_CLOCK), **planned)
    return phone_of(who).open()


def test_stranger_reads_whom_it_serves_and_may_look_around(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of(None).open()
    see_all(phone, "演示数据", "供青山示范区各支部党员使用", "看主题党日、签到、请假、查积分。", *LEGAL)
    phone.not_see("公开文章")
    assert buttons(phone) == ["绑定我的身份"]
    put(zone.site, title="三个支部一起清淤")
    phone.warm()
    see_all(phone, "公开文章", "三个支部一起清淤", "其他朋友可以看下面的文章。", "绑定过的，也点这里进来。")
    assert phone.axe() == []
    phone.tap("暂不登录，先看看")
    phone.see("以后要绑定，点这里")
    assert buttons(phone) == []
    assert phone.axe() == []
    phone.tap("三个支部一起清淤")
    phone.see("渠通了。")
    phone.tap("返回")
    phone.tap("办事指南")
    phone.see("组织关系转接")
    phone.tap("返回")
    phone.tap("怎样绑定：一张纸条，两步")
    phone.see("长期在外地")
    phone.tap("返回")
    phone.tap("以后要绑定，点这里")
    phone.see("还差 12 位")


def test_day_of_the_meeting_has_one_verb_and_then_says_it_is_done(zone: Zone, phone_of: PhoneOf) -> None:
    phone = come(phone_of, zone, "王丽娟")
    see_all(
        phone, "今天下午", "十一月主题党日", "11月25日 周三 15:00", "村部二楼会议室", "党徽、笔记本",
        "还没有登记", *LEGAL,
    )  # fmt: skip
    assert buttons(phone) == ["签到"]
    assert phone.axe() == []
    phone.tap("不能来，请假")
    phone.see("为什么不能来？")
    phone.tap("返回")
    phone.tap("看安排")
    phone.see("商议冬季沟渠清淤")
    phone.tap("返回")
    phone.tap("签到")
    phone.see("扫一扫签到")


def test_who_signed_in_asked_leave_or_has_time_sees_the_plan(zone: Zone, phone_of: PhoneOf) -> None:
    signed = come(phone_of, zone, "白玉珍", line=scanned(NOON))
    signed.see("已签到 14:50")
    assert buttons(signed) == ["看安排"]
    signed.not_see("不能来，请假")
    asked = plan(zone.site, "陈春生", THREE_O_CLOCK)
    with zone.site.sessions.begin() as session:
        a_leave(session, session.get_one(Gathering, asked), zone.site.members["陈春生"])
    waiting = phone_of("陈春生").open()
    waiting.see("已请假，等支部答复")
    assert buttons(waiting) == ["签到"]  # who comes after all signs in
    waiting.not_see("不能来，请假")
    far = come(phone_of, zone, "方国栋", at=SOON + timedelta(days=9))
    see_all(far, "12月6日 周日 15:00", "不能来，请假")
    assert buttons(far) == ["看安排"]
    far.tap("看安排")
    far.see("商议冬季沟渠清淤")


def test_moved_gathering_shows_its_new_time_and_a_cancelled_one_goes(zone: Zone, phone_of: PhoneOf) -> None:
    site = zone.site
    it = plan(site, "高长山", SOON)
    phone = phone_of("高长山").open()
    see_all(phone, "后天下午", "11月27日 周五 15:00")
    with site.sessions.begin() as session:
        gathering = session.get_one(Gathering, it)
        gathering.starts_at, gathering.ends_at = SOON + timedelta(days=1), SOON + timedelta(days=1, hours=2)
        gathering.place = "小学操场"
    phone.warm()
    see_all(phone, "11月28日 周六 15:00", "小学操场")
    with site.sessions.begin() as session:
        by, channels = site.staff["secretary"].id, Channels(OA, MINI, None)
        cancel(session, it, reason="大雪封路", by=by, channels=channels, now=site.now)
    phone.pull_down()
    see_all(phone, NOBODY, "主题党日一般在每月 25 日，定下来会通知您。")
    phone.not_see("小学操场")
    assert buttons(phone) == []


def by_spell(zone: Zone, who: str, kind: SpellKind, **spell: Any) -> dict[str, Any]:
    """Return the line of somebody of whom nothing is required."""
    with zone.site.sessions.begin() as session:
        return {"status": kind, "spell_id": a_spell(session, zone.site.members[who], kind, **spell).id}


def test_who_need_not_come_reads_so_first(zone: Zone, phone_of: PhoneOf) -> None:
    exempt = come(phone_of, zone, "郭爱莲", line=by_spell(zone, "郭爱莲", SpellKind.EXEMPT, code="frail"))
    see_all(exempt, "这次不要求您到会。", "想来随时欢迎，来了就记到会。", "签到")
    assert buttons(exempt) == ["看学习材料"]
    assert exempt.axe() == []
    exempt.tap("给支部打电话")
    assert exempt.calls("makePhoneCall") == [{"phoneNumber": "13800000000"}]
    away = come(phone_of, zone, "何桂芳", line=by_spell(zone, "何桂芳", SpellKind.AWAY), at=SOON)
    see_all(away, "您已报备外出，这次不要求您到会。", "在当地参加了组织生活，告诉支部一声就行。")
    assert buttons(away) == ["报一次在当地参加的活动"]
    assert away.axe() == []
    away.tap("报一次在当地参加的活动")
    away.see("哪天参加的")


def test_without_network_the_old_screen_stands_with_its_time(zone: Zone, phone_of: PhoneOf) -> None:
    phone = come(phone_of, zone, "黄秋菊")
    phone.see("还没有登记")
    phone.offline()
    zone.site.clock[0] += timedelta(minutes=30)
    phone.open()
    see_all(
        phone, "现在没有网络。下面是 14:50 的内容。", "11月25日 周三 15:00",
        "没有网不能用手机签到，请支部在名册上登记，效果一样。",
    )  # fmt: skip
    assert buttons(phone) == ["重试"]
    assert phone.axe() == []
    phone.tap("看安排")
    phone.see("现在没有网络")
    phone.tap("返回")
    phone.online()
    phone.pull_down()
    phone.not_see("现在没有网络")
    assert buttons(phone) == ["签到"]


def test_busy_server_never_says_there_is_no_network(zone: Zone, phone_of: PhoneOf) -> None:
    phone = come(phone_of, zone, "贾满仓")
    phone.see("还没有登记")
    phone.fail_next("GET", "/home", 503)
    phone.open()
    see_all(phone, "这会儿人多，没打开下面是 14:50 的内容。", "一直打不开，请支部在名册上登记，效果一样。")
    phone.not_see("没有网")
    phone.tap("重试", within="没打开")
    phone.not_see("没打开")
    assert buttons(phone) == ["签到"]
    far = come(phone_of, zone, "李春梅", at=SOON)
    far.see("还没有登记")
    far.offline()
    far.warm()
    far.see("现在没有网络。下面是 14:50 的内容。")
    far.not_see("没有网不能用手机签到")  # it is the day after tomorrow
    new = phone_of("罗清平")
    new.fail_next("GET", "/home", 503)
    new.open()
    see_all(new, "这会儿人多，没打开", "您的记录都在，没有变。过一会儿再试。")
    assert buttons(new) == ["重试"]
    new.tap("重试")
    new.see(NOBODY)


@contextmanager
def no_scheme(zone: Zone) -> Iterator[None]:
    """Let no scheme hold yet."""
    for month in ("2027-01", "2020-01"):
        with zone.site.sessions.begin() as session:
            session.execute(update(SchemeUse).values(from_month=month))
        if month == "2027-01":
            yield


def test_star_and_points_are_words_and_who_is_not_rated_reads_no_nought(
    zone: Zone, phone_of: PhoneOf
) -> None:
    phone = phone_of("孟凡林").open()
    total = zone.ask("孟凡林").get("home")["points"]["total"]
    see_all(phone, "我的星级", "未评定", "今年积分", f"{total.removesuffix('.0')} 分", "没有新通知")
    with zone.site.sessions.begin() as session:
        a_spell(session, zone.site.members["孟凡林"], SpellKind.NOT_RATED, code="own_wish")
    phone.warm()
    phone.see("不参评")
    assert " 分" not in phone.words()
    phone.tap("今年积分")
    phone.see("支部大会决定，这一期不参评。")
    phone.tap("返回")
    phone.tap("我的星级")
    phone.see("还没有评定过星级")
    phone.tap("返回")
    with no_scheme(zone):
        phone.warm()
        phone.see("还没有")
        phone.not_see("不参评")
    phone.tap("全部")
    phone.see("没有新通知")
