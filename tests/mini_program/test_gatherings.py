"""活动 and 活动详情: what is coming, what is recorded of oneself and how that came about."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.gatherings.gathering import Gathering, GatheringState
from models.people.member import SpellKind
from tests.factories import a_leave, a_spell
from tests.mini_program.branch.planned import marked, plan, scanned
from tests.mini_program.conftest import PhoneOf, Zone

pytestmark = pytest.mark.browser

LIST, ONE = "pages/gatherings/gatherings", "pages/gathering/gathering"
AHEAD = datetime(2026, 11, 28, 0, 30, tzinfo=UTC)  # 8:30 in Shanghai
PAST = datetime(2026, 10, 24, 7, tzinfo=UTC)


def test_list_goes_by_month_with_what_is_recorded_in_words(zone: Zone, phone_of: PhoneOf) -> None:
    site, who = zone.site, "王丽娟"
    present = scanned(PAST - timedelta(minutes=8))
    plan(site, who, PAST, GatheringState.CONFIRMED, present, title="十月主题党日")
    plan(
        site,
        who,
        PAST - timedelta(days=12),
        GatheringState.CONFIRMED,
        marked(site, "leave", PAST),
        title="党课",
    )
    plan(site, who, PAST - timedelta(days=29), GatheringState.CLOSED, title="九月主题党日")
    old = PAST - timedelta(days=330)
    plan(site, who, old, GatheringState.CONFIRMED, marked(site, "absent", old), title="旧年主题党日")
    plan(site, who, AHEAD, title="沟渠清淤", place="东渠桥头集合")
    off = plan(
        site, who, AHEAD + timedelta(days=9), GatheringState.CANCELLED, title="观摩", reason="大雪封路"
    )
    asked = plan(site, who, site.now + timedelta(minutes=10), title="主题党日")
    with site.sessions.begin() as session:
        a_leave(session, session.get_one(Gathering, asked), site.members[who])
    phone = phone_of(who).open(LIST)
    phone.see("接下来")
    words = phone.words().partition("接下来")[2]
    order = [
        "主题党日\n已请假，等支部答复", "沟渠清淤\n还没有登记", "观摩\n已取消",
        "10月\n", "十月主题党日\n到会", "党课\n请假", "9月\n", "九月主题党日\n还没有登记",
        "2025年11月", "旧年主题党日\n缺席",
    ]  # fmt: skip
    at = [words.find(word) for word in order]
    assert -1 not in at, (order[at.index(-1)], words)
    assert at == sorted(at), words
    assert "今天" in words
    assert phone.axe() == []
    phone.tap("观摩")
    phone.see("这次活动取消了")
    phone.see("原因：大雪封路")
    phone.see("已取消")
    phone.not_see("不能来，请假")
    assert phone.requests[-1]["path"] == f"/api/v1/gatherings/{off}"


def test_older_gatherings_come_by_twenty_and_stay_when_one_was_read(zone: Zone, phone_of: PhoneOf) -> None:
    site, who = zone.site, "白玉珍"
    for number in range(45):
        at = PAST - timedelta(days=10 * (45 - number))
        plan(site, who, at, GatheringState.CONFIRMED, scanned(at), title=f"第{number + 1}次")
    phone = phone_of(who).open(LIST)
    phone.see("第45次")
    phone.see("近期没有安排")
    phone.not_see("第25次")
    phone.fail_next("GET", "/gatherings", 503)
    phone.tap("再看以前的")
    phone.see("这会儿人多")
    phone.tap("再看以前的")
    phone.see("第25次")
    phone.tap("再看以前的")
    phone.see("第1次")
    phone.not_see("再看以前的")
    phone.tap("第3次")
    phone.see("我的记录")
    phone.tap("返回")
    phone.see("第3次")


def test_nothing_yet_nobody_and_a_busy_server_are_said(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("远山人").open(LIST)
    phone.see("还没有活动")
    phone.tap("长期外出报备")
    phone.see("哪天走")
    phone.tap("返回")
    phone.tap("在流入地参加")
    phone.see("哪天参加的")
    stranger = phone_of(None).open(LIST)
    stranger.see("绑定以后才看得到")
    busy = phone_of("冯小军")
    busy.fail_next("GET", "/gatherings", 503)
    busy.open(LIST)
    busy.see("这会儿人多，没打开")
    busy.tap("重试")
    busy.see("还没有活动")


def test_without_network_the_old_list_stands_with_its_time(zone: Zone, phone_of: PhoneOf) -> None:
    it = plan(zone.site, "高长山", AHEAD, title="沟渠清淤")
    phone = phone_of("高长山").open(LIST)
    phone.tap("沟渠清淤")
    phone.see("商议冬季沟渠清淤")
    phone.offline()
    phone.tap("返回")
    phone.see("现在没有网络。下面是 14:50 的内容。")
    phone.tap("沟渠清淤")
    phone.see("现在没有网络。下面是 14:50 的内容。")
    phone.see("商议冬季沟渠清淤")
    phone.online()
    phone.tap("重试")
    phone.not_see("现在没有网络")
    phone.forget()
    phone.pull_down()
    phone.tap("返回")
    phone.see("接下来")
    assert phone.requests[0]["path"] == f"/api/v1/gatherings/{it}"


def test_plan_says_when_where_what_to_bring_and_calls_the_number_typed_into_it(
    zone: Zone, phone_of: PhoneOf
) -> None:
    told: dict[str, Any] = {"date_reason": "本支部每月 25 日", "leave_until": AHEAD - timedelta(hours=12)}
    it = plan(zone.site, "罗清平", AHEAD, title="沟渠清淤", place="东渠桥头集合", **told)
    phone = phone_of("罗清平").open(ONE, f"id={it}")
    for said in (
        "11月28日 周六 8:30", "到 10:30", "东渠桥头集合", "党徽、笔记本", "周明远书记", "138 0000 0000",
        "本支部每月 25 日", "11月27日 周五 20:30", "在这以前说一声", "青石村党支部", "还没有登记",
        "年老体弱、行动不便的同志不作要求，支部送学上门。",
    ):  # fmt: skip
        phone.see(said)
    assert "1\n学习粮食安全文件\n2\n商议冬季沟渠清淤" in phone.words()
    phone.tap("拨打")
    assert phone.calls("makePhoneCall") == [{"phoneNumber": "13800000000"}]
    phone.not_see("我的记录")
    phone.tap("不能来，请假")
    phone.see("为什么不能来？")


def test_gathering_that_moved_says_so_first(zone: Zone, phone_of: PhoneOf) -> None:
    it = plan(zone.site, "罗清平", AHEAD, reason="村部停电", contact=None)
    phone = phone_of("罗清平").open(ONE, f"id={it}")
    phone.see("这次活动改过")
    phone.see("原因：村部停电")
    phone.not_see("拨打")


def test_gathering_that_is_open_offers_to_sign_in(zone: Zone, phone_of: PhoneOf) -> None:
    it = plan(zone.site, "何桂芳", zone.site.now + timedelta(minutes=10))
    phone = phone_of("何桂芳").open(ONE, f"id={it}")
    phone.see("不能来，请假")
    phone.tap("签到")
    phone.see("扫一扫签到")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"scan": 1}, ["到会", "扫码", "10月24日 周六 14:52", "10月24日 周六 17:00", "看积分，或提异议"]),
        ({"status": "absent"}, ["缺席", "支部登记", "10月24日 周六 15:00", "周明远"]),
        ({"status": "late"}, ["迟到"]),
        ({"status": "left_early"}, ["早退"]),
        ({"status": "unclear"}, ["未查明"]),
        ({"status": "host_branch"}, ["在流入地参加"]),
    ],
    ids=["scanned", "absent", "late", "left early", "unclear", "elsewhere"],
)
def test_record_says_how_it_came_about_and_who_confirmed(
    zone: Zone, phone_of: PhoneOf, line: dict[str, str], said: list[str]
) -> None:
    how = scanned(PAST - timedelta(minutes=8)) if "scan" in line else marked(zone.site, line["status"], PAST)
    it = plan(zone.site, "孟凡林", PAST, GatheringState.CONFIRMED, how)
    phone = phone_of("孟凡林").open(ONE, f"id={it}")
    phone.see("我的记录")
    for one in (*said, "名册已确认", "这次做了什么"):
        phone.see(one)


def test_past_gathering_whose_roll_waits_says_so_and_takes_late_leave(zone: Zone, phone_of: PhoneOf) -> None:
    it = plan(zone.site, "宋桂兰", zone.site.now - timedelta(hours=3), GatheringState.CLOSED)
    phone = phone_of("宋桂兰").open(ONE, f"id={it}")
    for said in ("还没有登记", "名册还没有确认", "确认以后才算数"):
        phone.see(said)
    phone.tap("没有来，补请假")
    phone.see("为什么没有来？")


@pytest.mark.parametrize(
    ("who", "kind", "code", "said"),
    [
        ("黄秋菊", SpellKind.EXEMPT, "frail", "这次不要求您到会。想来随时欢迎，来了就记到会。"),
        ("贾满仓", SpellKind.AWAY, None, "您已报备外出，这次不要求您到会。"),
    ],
)
def test_who_need_not_come_reads_why_and_is_not_asked_for_leave(
    zone: Zone, phone_of: PhoneOf, who: str, kind: SpellKind, code: str | None, said: str
) -> None:
    with zone.site.sessions.begin() as session:
        spell = a_spell(session, zone.site.members[who], kind, code=code)
    it = plan(zone.site, who, AHEAD, line={"status": kind.value, "spell_id": spell.id})
    phone = phone_of(who).open(ONE, f"id={it}")
    phone.see(said)
    phone.see("按长期报备")
    phone.not_see("不能来，请假")
    if kind is SpellKind.AWAY:
        phone.tap("报一次在当地参加的活动")
        phone.see("哪天参加的")


def test_gathering_of_others_is_not_there(zone: Zone, phone_of: PhoneOf) -> None:
    it = plan(zone.site, "李春梅", AHEAD)
    phone = phone_of("远山人").open(ONE, f"id={it}")
    phone.see("没有找到")
    phone.see("回首页")
