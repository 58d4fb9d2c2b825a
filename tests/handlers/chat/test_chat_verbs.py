"""Every verb of the chat, in WeChat's plain and safe modes: what a member, a stranger and the menu get."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from handlers.account_menu import MENU
from handlers.chat.points_words import SHARED_PHONE
from handlers.chat.words import LINE, NOT_UNDERSTOOD, width
from models.base import Sessions
from models.gatherings.gathering import GatheringState
from models.people.bind import issue_codes
from models.people.binding import Binding, BoundBy
from models.people.link_code import LinkKind, issue_link_code
from models.people.member import MemberStatus, SpellKind
from models.people.org import Setting, put_setting
from models.people.tries import Tries
from tests.conftest import NOON
from tests.factories import KEYRING, THREE_O_CLOCK, a_binding, a_member, a_spell, an_account, an_entry
from tests.handlers.chat.follower import Chat, Hall, a_hall, another_gathering
from tests.points.published import publish_for

STRANGER = "oStranger"
MINUTE = timedelta(minutes=1)

# Typed, what a bound member reads first, what a stranger reads first.
VERBS = [
    ("主题党日", "【十一月主题党日】\n时间：11月25日 周三 15:00\n", "主题党日一般在每月 25 日，"),
    ("下个月", "12月的主题党日：\n一般在 12月25日 周五。\n", "主题党日一般在每月 25 日，"),
    ("积分", "王建国 同志\n2026年第四季度\n【到今天 ", "积分只给本人看，请先绑定。"),
    ("星级", "王建国 同志\n星级由支部大会定，还没有评。", "星级只给本人看，请先绑定。"),
    ("请假", "【十一月主题党日】\n11月25日 周三 15:00\n为什么不能来？", "请假要先知道您是谁。"),
    ("请假 2", "【请假已提交】公出\n十一月主题党日\n", "请假要先知道您是谁。"),
    ("撤回请假", "没有要撤回的请假", "请先绑定。"),
    ("签到 {digits}", "【签到成功】\n王建国 同志\n", "请先绑定。"),
    ("签到", "请发“签到”和屏幕上的\n六位数字", "请发“签到”和屏幕上的"),
    ("绑定 {slip}", "这个微信已经绑定了另一位同志", "绑定好了，李秀英同志。\n青石村党支部\n"),
    ("绑定 {link}", "这个微信已经绑定了另一位同志", "绑定好了，李秀英同志。\n青石村党支部\n"),
    ("绑定", "请发“绑定”和数字，例如：", "请发“绑定”和数字，例如："),
    ("解绑", "解绑以后，这里不再给您发通知，", "这个微信没有绑定，"),
    ("确认解绑", "已经解绑。\n您的记录都在支部，没有变。", "这个微信没有绑定，"),
    ("动态", "还没有发布的动态，", "还没有发布的动态，"),
    ("投诉", "请发“投诉”和要说的话，", "请发“投诉”和要说的话，"),
    ("投诉 通知发得太晚", "收到了，编号：\n20261125", "收到了，编号：\n20261125"),
    ("投诉 202611250001", "没有这个编号，", "没有这个编号，"),
    ("组织关系转接", "【组织关系转接】\n", "【组织关系转接】\n"),
    ("怎么入党", "【入党流程，五个阶段】\n", "【入党流程，五个阶段】\n"),
    ("流动党员", "【流动党员报到】\n", "【流动党员报到】\n"),
    ("服务中心电话", "【地址和电话】\n青山示范区党群工作部\n", "【地址和电话】\n"),
    ("帮助", "您好，这里是青山示范区党建。\n\n党员可以发：", "您好，这里是青山示范区党建。"),
    ("在吗", "在。您可以发：", "在。您可以发："),
    ("7", "只有数字，不知道要办什么。", "只有数字，不知道要办什么。"),
    ("23", "只有数字，不知道要办什么。\n请假，请发：请假\n", "只有数字，不知道要办什么。"),
    ("今天天气不错", "您可以发：", "您可以发："),
]


@pytest.fixture(params=[True, False], ids=["safe", "plain"])
def chat(sessions: Sessions, request: pytest.FixtureRequest) -> Chat:
    """The account's chat in WeChat's two pure modes."""
    return Chat(sessions, is_safe=request.param)


@pytest.fixture
def safe(sessions: Sessions) -> Chat:
    """The chat in safe mode."""
    return Chat(sessions)


def a_full_hall(chat: Chat) -> tuple[Hall, dict[str, str]]:
    """Add an open gathering, a scheme, an entry and somebody with a slip and a link code; what is typed."""
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        by = an_account(session, name="周明远")
        scheme = publish_for(session, hall.branch, "DEMO")
        an_entry(session, hall.member, scheme, by, cycle="2026Q4", item="volunteer")
        member = a_member(session, hall.branch, "李秀英")
        slip = issue_codes(session, KEYRING, [member.id], by=by.id, now=NOON)[member.id]
        link = issue_link_code(session, KEYRING, LinkKind.CHAT, member_id=member.id, now=NOON)
    return hall, {"digits": hall.digits(), "slip": slip, "link": link}


@pytest.mark.parametrize(("typed", "to_member", "to_stranger"), VERBS, ids=[row[0] for row in VERBS])
def test_every_verb_answers_whoever_asks(chat: Chat, typed: str, to_member: str, to_stranger: str) -> None:
    hall, given = a_full_hall(chat)
    for openid, expected in ((hall.openid, to_member), (STRANGER, to_stranger)):
        said = chat.say(openid, typed.format(**given))
        assert said.startswith(expected)
        assert len(said.encode()) <= 2048
        assert "周明远" not in said
        assert "！" not in said


def test_every_button_of_the_menu_is_answered_like_its_word(chat: Chat) -> None:
    hall, _ = a_full_hall(chat)
    for button in [one for first in MENU for one in (first, *first.under) if one.type == "click"]:
        said = chat.event(hall.openid, "CLICK", EventKey=button.key)
        assert said != NOT_UNDERSTOOD
        assert said == chat.say(hall.openid, button.key)


def test_new_follower_reads_what_it_is_for_and_that_nobody_must(chat: Chat) -> None:
    assert chat.event("oNew", "subscribe", EventKey="") == (
        "您好，这里是青山示范区党建。\n\n支部的党员可以发：\n【主题党日】看时间地点\n"
        "【签到 六位数字】会场登记\n【请假】不能来时用\n【积分】看分数和来由\n【帮助】看全部说法\n\n"
        "第一次用请先绑定，发：\n绑定 纸条上的12位数字\n\n不是党员，也可以问：\n入党流程、组织关系转接\n\n"
        "自愿使用，不作为考核依据。\n不用手机也一样，请支部登记。\n有意见，请发：投诉"
    )


# Lines that hold what the installation wrote.
LONGER = ("您好，这里是",)


def test_lines_fit_a_phone_with_large_type(safe: Chat) -> None:
    hall, given = a_full_hall(safe)
    said = [safe.event("oNew", "subscribe", EventKey="")]
    for typed, _, _ in VERBS:
        said += [safe.say(openid, typed.format(**given)) for openid in (hall.openid, STRANGER)]
    wide = {
        line
        for text in said
        for line in text.splitlines()
        if width(line) > LINE and not line.startswith(LONGER)
    }
    assert wide == set()


def test_nothing_personal_is_said_to_a_stranger(safe: Chat) -> None:
    _, given = a_full_hall(safe)
    for typed, _, _ in VERBS:
        if typed.startswith("绑定 {"):
            continue
        said = safe.say(STRANGER, typed.format(**given))
        assert not any(word in said for word in ("王建国", "李秀英", "青石村", "村部", "十一月主题党日")), (
            typed
        )


def test_whoever_left_the_books_is_a_stranger_and_may_still_unbind(safe: Chat) -> None:
    # Control: with the binding alone as proof 积分 names the member.
    hall, _ = a_full_hall(safe)
    with safe.sessions.begin() as session:
        member = session.merge(hall.member)
        member.status, member.left_on = MemberStatus.TRANSFERRED_OUT, NOON.date()
    assert safe.say(hall.openid, "积分").startswith("积分只给本人看")
    assert safe.say(hall.openid, "请假 2").startswith("请假要先知道您是谁。")
    assert safe.say(hall.openid, f"签到 {hall.digits()}").startswith("请先绑定。")
    assert safe.say(hall.openid, "确认解绑").startswith("已经解绑。")


# Points and stars.


def test_family_that_shares_a_number_reads_totals_only(safe: Chat) -> None:
    # Control: without `shares_phone` the entries are told.
    hall, _ = a_full_hall(safe)
    box, number = KEYRING.seal("13800000001"), KEYRING.phone_hash("13800000001")
    with safe.sessions.begin() as session:
        member = session.merge(hall.member)
        member.phone_box, member.phone_hash = box, number
    assert "最近几条" in safe.say(hall.openid, "积分")
    with safe.sessions.begin() as session:
        wife = a_member(session, hall.branch, "赵桂花", phone_box=box, phone_hash=number)
    said = safe.say(hall.openid, "积分")
    assert said.endswith(f" 分】\n\n{SHARED_PHONE}")
    assert "志愿" not in said
    with safe.sessions.begin() as session:
        gone = session.merge(wife)
        gone.status, gone.left_on = MemberStatus.DECEASED, NOON.date()
    assert "最近几条" in safe.say(hall.openid, "积分")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (SpellKind.NOT_RATED, "王建国 同志\n【不参评】\n这是支部大会定的，"),
        # Freed from duties is not out of the rating.
        (SpellKind.EXEMPT, "王建国 同志\n星级由支部大会定，还没有评。"),
        (SpellKind.AWAY, "王建国 同志\n星级由支部大会定，还没有评。"),
    ],
)
def test_star_is_not_spoken_of_where_somebody_stands_outside(safe: Chat, kind: SpellKind, said: str) -> None:
    hall = a_hall(safe.sessions)
    with safe.sessions.begin() as session:
        publish_for(session, hall.branch, "ZONE")
        a_spell(session, hall.member, kind, code="ill" if kind is SpellKind.EXEMPT else None)
    assert safe.say(hall.openid, "星级").startswith(said)
    assert "患病" not in safe.say(hall.openid, "星级")


# Next month.


def test_next_month_is_told_as_published_once_it_is(safe: Chat) -> None:
    hall = a_hall(safe.sessions, contact="周书记 0000-1234567")
    assert safe.say(hall.openid, "下个月").endswith("时间地点等支部通知。\n\n要问，请找周书记 0000-1234567")
    with safe.sessions.begin() as session:
        later = THREE_O_CLOCK + timedelta(days=30)
        another_gathering(session, hall, starts_at=later, title="十二月主题党日", period="2026-12")
    assert safe.say(hall.openid, "下个月呢").startswith("【十二月主题党日】\n时间：12月25日 周五 15:00\n")


def test_next_month_follows_the_branchs_own_rule_into_the_next_year(safe: Chat) -> None:
    hall = a_hall(safe.sessions)
    with safe.sessions.begin() as session:
        put_setting(session, hall.branch.id, Setting.THEME_DAY, 8)
    safe.now = NOON + timedelta(days=20)
    assert safe.say(hall.openid, "下个月").startswith("1月的主题党日：\n一般在 1月8日 周五。")


def test_no_gathering_says_the_rule_and_whom_to_ask(safe: Chat) -> None:
    hall = a_hall(safe.sessions, contact="周书记 0000-1234567")
    safe.now = NOON + timedelta(days=2)
    assert safe.say(hall.openid, "主题党日") == (
        "近期没有安排。\n主题党日一般在每月 25 日，\n定下来会通知您。\n\n要问，请找周书记 0000-1234567"
    )


# Binding and unbinding.


def tries(chat: Chat) -> int:
    with chat.sessions() as session:
        return session.scalar(select(func.sum(Tries.n))) or 0


def test_link_code_binds_once_and_says_how(safe: Chat) -> None:
    _, given = a_full_hall(safe)
    link = given["link"]
    assert safe.say(STRANGER, f"关联码 {link[:4]} {link[4:]}").startswith("绑定好了，李秀英同志。")
    assert tries(safe) == 0
    with safe.sessions() as session:
        bound = session.scalars(select(Binding).where(Binding.openid == STRANGER)).one()
    assert bound.how is BoundBy.LINK_CODE
    assert safe.say("oThird", f"绑定 {link}").startswith("这八位数字用过了，")


def test_link_code_is_dead_after_five_minutes(safe: Chat) -> None:
    _, given = a_full_hall(safe)
    safe.now = NOON + 5 * MINUTE
    assert "或过了五分钟" in safe.say(STRANGER, f"绑定 {given['link']}")


def test_sixth_wrong_link_code_in_an_hour_is_not_even_looked_at(safe: Chat) -> None:
    _, given = a_full_hall(safe)
    wrong = f"{(int(given['link']) + 1) % 10**8:08d}"
    assert all("没有这八位数字" in safe.say(STRANGER, f"绑定 {wrong}") for _ in range(5))
    assert "试得太多了" in safe.say(STRANGER, f"绑定 {given['link']}")
    safe.now = NOON + 61 * MINUTE
    assert "或过了五分钟" in safe.say(STRANGER, f"绑定 {given['link']}")


def test_link_code_of_a_member_ends_the_older_link_of_this_account(safe: Chat) -> None:
    hall, _ = a_full_hall(safe)
    with safe.sessions.begin() as session:
        digits = issue_link_code(session, KEYRING, LinkKind.CHAT, member_id=hall.member.id, now=NOON)
        a_binding(session, hall.member, "wxmini")
    assert safe.say(STRANGER, f"绑定 {digits}").startswith("绑定好了，王建国同志。")
    assert safe.say(hall.openid, "积分").startswith("积分只给本人看")
    with safe.sessions() as session:
        open_ones = select(Binding.appid).where(
            Binding.ended_at.is_(None), Binding.member_id == hall.member.id
        )
        assert sorted(session.scalars(open_ones)) == ["wxaccount000001", "wxmini"]


def test_unbinding_is_explained_once_then_done_and_the_record_stays(safe: Chat) -> None:
    hall, _ = a_full_hall(safe)
    assert safe.say(hall.openid, "解绑").endswith("确定要解，请发：确认解绑\n不解，不用理会。")
    assert safe.say(hall.openid, "积分").startswith("王建国 同志")
    first = safe.say(hall.openid, "确认解绑", 5)
    assert first == safe.say(hall.openid, "确认解绑", 5)
    assert safe.say(hall.openid, "确认解绑") == "这个微信没有绑定，\n不用解绑。"
    assert safe.say(hall.openid, "积分").startswith("积分只给本人看")


def test_unbinding_that_is_told_late_asks_again_and_leaves_the_link_made_since(safe: Chat) -> None:
    # Control: without the comparison of the times a first try that failed ends the new link by its second.
    hall = a_hall(safe.sessions)
    late = {"CreateTime": int((NOON - timedelta(days=31)).timestamp())}
    said = safe.shown(safe.push(safe.typed(hall.openid, "确认解绑") | late))
    assert said.endswith("不解，不用理会。")
    assert safe.say(hall.openid, "确认解绑").startswith("已经解绑。")


def test_closed_hall_and_published_one_are_told_from_each_other(safe: Chat) -> None:
    hall = a_hall(safe.sessions, GatheringState.PUBLISHED, starts_at=THREE_O_CLOCK + timedelta(days=3))
    assert "现在没有开始签到的活动。" in safe.say(hall.openid, "123456")
