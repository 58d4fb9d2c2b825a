"""What the chat answers: to members, to strangers, to mistakes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from stdnum.iso7064 import mod_11_10

from models.audit import Audit
from models.base import Sessions
from models.gatherings.gathering import AgendaItem, AgendaKind, GatheringState
from models.gatherings.roll import CheckedIn, RollLine, Status
from models.people.bind import issue_codes
from models.people.binding import Binding
from models.people.tries import Tries
from tests.conftest import NOON
from tests.factories import KEYRING, THREE_O_CLOCK, a_branch, a_member, an_account, an_entry
from tests.handlers.chat.follower import OA, Chat, Hall, a_hall, another_gathering
from tests.points.published import publish_for

STRANGER = "oStranger"
MINUTE = timedelta(minutes=1)
ITEM = "volunteer"


@pytest.fixture
def chat(sessions: Sessions) -> Chat:
    """The account's chat."""
    return Chat(sessions)


def a_slip(chat: Chat, hall: Hall, name: str = "李秀英") -> str:
    with chat.sessions.begin() as session:
        member = a_member(session, hall.branch, name)
        return issue_codes(session, KEYRING, [member.id], by=an_account(session).id, now=NOON)[member.id]


def tries(chat: Chat) -> int:
    with chat.sessions() as session:
        return sum(session.scalars(select(Tries.n)))


def line_of(chat: Chat, hall: Hall) -> RollLine:
    with chat.sessions() as session:
        return session.get_one(RollLine, (hall.gathering.id, hall.member.id))


@pytest.mark.parametrize(
    "typed", ["签到 {}", "签到{}", "签到　{}", "签到：{}", "【签到 {}】", "签到+{}", " 签到 {}。"]
)
def test_digits_sign_in_however_they_are_typed(chat: Chat, typed: str) -> None:
    hall = a_hall(chat.sessions)
    assert chat.say(hall.openid, typed.format(hall.digits())) == (
        "【签到成功】\n王建国 同志\n14:50，记为到会\n十一月主题党日\n青石村党支部"
    )
    line = line_of(chat, hall)
    assert (line.status, line.checked_in_via) == (Status.PRESENT, CheckedIn.CHAT)


def test_full_width_and_spaced_digits_sign_in(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    digits = hall.digits()
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in digits)
    assert chat.say(hall.openid, f"签到 {wide[:3]} {wide[3:]}").startswith("【签到成功】")


def test_signing_in_again_costs_no_try_and_keeps_the_first_time(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    chat.say(hall.openid, f"签到 {hall.digits()}")
    chat.now = NOON + 12 * MINUTE
    assert chat.say(hall.openid, "签到 000000") == "您已于 14:50 签到，记为到会。\n再发也没有关系。"
    assert tries(chat) == 0


def test_fifth_wrong_guess_is_the_last_and_the_right_one_then_comes_too_late(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    answers = [chat.say(hall.openid, f"签到 {hall.wrong_digits()}") for _ in range(5)]
    assert answers[0].endswith("还可以试 4 次。")
    assert answers[4].startswith("这六位数字不对。\n请十分钟后再试")
    assert "试得太多了" in chat.say(hall.openid, f"签到 {hall.digits()}")
    assert line_of(chat, hall).checked_in_at is None
    chat.now = NOON + 11 * MINUTE
    assert chat.say(hall.openid, f"签到 {hall.digits(chat.now)}").startswith("【签到成功】")


@pytest.mark.parametrize("typed", ["签到", "签到 12345", "签到 abcdef", "签到 1234567"])
def test_digits_that_are_none_cost_nothing(chat: Chat, typed: str) -> None:
    hall = a_hall(chat.sessions)
    assert chat.say(hall.openid, typed) == "请发“签到”和屏幕上的\n六位数字，例如：签到 123456"
    assert tries(chat) == 0


def test_digits_find_the_right_one_of_two_open_gatherings(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        other = another_gathering(session, hall, state=GatheringState.OPEN, title="党课", period="2026-10")
        session.refresh(other)
    for gathering in (other, hall.gathering):
        here = replace(hall, gathering=gathering)
        assert gathering.title in chat.say(hall.openid, f"签到 {here.digits()}")
    assert tries(chat) == 0


def test_nothing_open_names_the_next_date_and_costs_nothing(chat: Chat) -> None:
    hall = a_hall(chat.sessions, GatheringState.PUBLISHED, starts_at=THREE_O_CLOCK + timedelta(days=3))
    assert chat.say(hall.openid, "签到 306512") == (
        "现在没有开始签到的活动。\n您的下一次：\n11月28日 周六 15:00"
    )
    assert tries(chat) == 0


def test_too_early_on_the_day_says_when_it_opens(chat: Chat) -> None:
    hall = a_hall(chat.sessions, GatheringState.PUBLISHED, starts_at=THREE_O_CLOCK + timedelta(hours=3))
    assert chat.say(hall.openid, f"签到 {hall.digits()}") == "11月25日 周三 17:30 开始签到"
    assert tries(chat) == 0


def test_closed_gathering_sends_to_the_branch(chat: Chat) -> None:
    hall = a_hall(chat.sessions, GatheringState.CLOSED, closed_at=NOON - MINUTE)
    assert chat.say(hall.openid, f"签到 {hall.digits()}") == "签到已结束，请找支部登记"


def test_stranger_is_asked_to_bind_and_costs_nothing(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    answer = chat.say(STRANGER, f"签到 {hall.digits()}")
    assert answer.startswith("请先绑定。\n发：绑定 纸条上的12位数字")
    assert tries(chat) == 0


def test_mark_of_a_person_stays_and_is_asked_about(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        by = an_account(session).id
        session.execute(update(RollLine).values(status=Status.LEAVE, marked_at=NOON, marked_by=by))
    answer = chat.say(hall.openid, f"签到 {hall.digits()}")
    assert answer.startswith("已告知支部核对。\n您签到的时间 14:50 已经记下。\n名册上原来写的是请假")
    assert line_of(chat, hall).status is Status.LEAVE


@pytest.mark.parametrize("scanned", ["https://dj.example.cn/c/{}", "{}"])
def test_scan_from_the_menu_signs_in(chat: Chat, scanned: str) -> None:
    hall = a_hall(chat.sessions)
    assert chat.scan(hall.openid, scanned.format(hall.token())).startswith("【签到成功】")
    assert line_of(chat, hall).checked_in_via is CheckedIn.QR


@pytest.mark.parametrize("scanned", ["https://other.cn/c/{}", "https://dj.example.cn/d/{}", "hello", ""])
def test_scan_of_something_else_is_no_code(chat: Chat, scanned: str) -> None:
    hall = a_hall(chat.sessions)
    assert chat.scan(hall.openid, scanned.format(hall.token())) == "请扫会场屏幕上的二维码"


def test_scan_of_an_old_code_asks_for_another(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    assert chat.scan(hall.openid, hall.token(NOON - 5 * MINUTE)) == "二维码已更新，请再扫一次"


def test_scan_of_another_branchs_code_signs_nobody_in(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        other = a_branch(session, name="石桥村党支部")
        gathering = another_gathering(session, replace(hall, branch=other, member=a_member(session, other)))
        session.refresh(gathering)
    foreign = replace(hall, branch=other, gathering=gathering)
    assert "不是您支部的活动" in chat.scan(hall.openid, foreign.token())


def test_stranger_who_scans_is_asked_to_bind(chat: Chat) -> None:
    assert chat.scan(STRANGER, a_hall(chat.sessions).token()).startswith("请先绑定。")


@pytest.mark.parametrize("typed", ["绑定 {}", "绑定{}", "绑定：{}"])
def test_slip_binds_and_names_the_member(chat: Chat, typed: str) -> None:
    code = a_slip(chat, a_hall(chat.sessions))
    spaced = f"{code[:4]} {code[4:8]} {code[8:]}"
    assert chat.say(STRANGER, typed.format(spaced)).startswith("绑定好了，李秀英同志。\n青石村党支部\n")
    assert tries(chat) == 0
    with chat.sessions() as session:
        assert session.scalars(select(Audit.via).where(Audit.verb == "bind")).all() == ["chat"]


def test_slip_of_the_finger_costs_no_try(chat: Chat) -> None:
    code = a_slip(chat, a_hall(chat.sessions))
    slipped = f"{(int(code[0]) + 1) % 10}{code[1:]}"
    assert "有一位输得不对" in chat.say(STRANGER, f"绑定 {slipped}")
    assert tries(chat) == 0


def test_sixth_wrong_slip_in_an_hour_is_not_even_looked_at(chat: Chat) -> None:
    code = a_slip(chat, a_hall(chat.sessions))
    wrong = "00000000000" + mod_11_10.calc_check_digit("00000000000")
    assert all("没有这张纸条" in chat.say(STRANGER, f"绑定 {wrong}") for _ in range(5))
    assert "试得太多了" in chat.say(STRANGER, f"绑定 {code}")
    with chat.sessions() as session:
        assert session.scalars(select(Binding.openid).where(Binding.openid == STRANGER)).all() == []
    chat.now = NOON + 61 * MINUTE
    assert chat.say(STRANGER, f"绑定 {code}").startswith("绑定好了")


def test_used_slip_and_foreign_holder_are_refused(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    code = a_slip(chat, hall)
    assert "已经绑定了另一位同志" in chat.say(hall.openid, f"绑定 {code}")
    chat.say(STRANGER, f"绑定 {code}")
    assert "用过了" in chat.say("oThird", f"绑定 {code}")


def test_bind_without_a_code_says_how(chat: Chat) -> None:
    assert chat.say(STRANGER, "绑定").startswith("请发“绑定”和数字，例如：\n绑定 1234 5678 9012")


def test_member_reads_when_where_and_how_they_stand(chat: Chat) -> None:
    hall = a_hall(
        chat.sessions, GatheringState.PUBLISHED, starts_at=THREE_O_CLOCK + timedelta(hours=1), bring="党徽"
    )
    with chat.sessions.begin() as session:
        for position, title in ((1, "学党章"), (2, "商议冬季清淤")):
            row = {"position": position, "kind": AgendaKind.STUDY, "title": title}
            session.add(AgendaItem(gathering_id=hall.gathering.id, **row))
    assert chat.say(hall.openid, "主题党日") == (
        "【十一月主题党日】\n时间：11月25日 周三 16:00\n地点：村部二楼会议室\n带上：党徽\n"
        "议程：学党章，商议冬季清淤\n\n您的状态：未登记\n会场 15:30 开始签到。\n不能来，请发：请假"
    )


def test_second_gathering_is_told_in_two_lines(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        later = THREE_O_CLOCK + timedelta(days=30)
        another_gathering(session, hall, starts_at=later, title="十二月主题党日", period="2026-12")
    assert chat.say(hall.openid, "主题党日").endswith("【十二月主题党日】\n12月25日 周五 15:00")


def test_stranger_reads_the_general_rule_and_no_place(chat: Chat) -> None:
    a_hall(chat.sessions)
    answer = chat.say(STRANGER, "主题党日")
    assert answer.startswith("主题党日一般在每月 25 日，\n")
    assert "村部" not in answer


def test_stranger_reads_no_points(chat: Chat) -> None:
    assert chat.say(STRANGER, "积分").startswith("积分只给本人看，请先绑定。")


def test_member_of_a_branch_without_a_scheme_is_told_so(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    assert chat.say(hall.openid, "积分") == "支部还没有定积分办法，\n定好了这里就能看。"


def test_member_reads_total_parts_and_newest_entries(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        scheme = publish_for(session, hall.branch, "DEMO")
        an_entry(session, hall.member, scheme, an_account(session, name="周明远"), cycle="2026Q4", item=ITEM)
    answer = chat.say(hall.openid, "积分")
    assert answer.startswith("王建国 同志\n2026年第四季度\n【到今天 ")
    # Whose hand it was stands in the mini-program; the chat names nobody but the member.
    assert "周明远" not in answer
    assert answer.endswith("星级由支部大会定。\n哪条不对，请告诉支部。")
    assert len(answer.encode()) <= 2048


def test_points_of_many_entries_stay_within_what_wechat_takes(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        scheme = publish_for(session, hall.branch, "DEMO")
        by = an_account(session, name="周明远")
        for _ in range(60):
            an_entry(session, hall.member, scheme, by, cycle="2026Q4", item=ITEM)
    assert len(chat.say(hall.openid, "积分").encode()) <= 2048


@pytest.mark.parametrize("typed", ["签", "绑", "好的", "[微笑]", "今天天气不错"])
def test_anything_else_gets_the_short_help(chat: Chat, typed: str) -> None:
    assert chat.say(STRANGER, typed).startswith("您可以发：\n主题党日、签到、请假、积分")


def test_menu_answers_like_the_typed_word(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    assert chat.event(hall.openid, "CLICK", EventKey="主题党日").startswith("【十一月主题党日】")
    assert chat.event(hall.openid, "CLICK", EventKey="unheard of").startswith("您可以发：")


def test_member_is_not_told_to_bind_again(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    assert "第一次用请先绑定" not in chat.say(hall.openid, "帮助")
    assert "第一次用请先绑定" in chat.say(STRANGER, "帮助")


def test_binding_of_another_app_counts_for_nothing_here(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        session.execute(update(Binding).where(Binding.appid == OA).values(appid="wxmini"))
    assert chat.say(hall.openid, "积分").startswith("积分只给本人看")
