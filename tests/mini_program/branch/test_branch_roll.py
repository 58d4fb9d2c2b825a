"""名册 on a phone: one tap a person, nothing lost where the network is bad, nobody overruled unseen."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from models.audit import Audit
from models.gatherings.roll import CheckedIn, RollLine, Status
from models.people.member import Member
from tests.conftest import NOON
from tests.handlers.console_site import NAMES
from tests.mini_program.branch.working import at_work, mark, other_hand
from tests.mini_program.conftest import PhoneOf, Zone
from tests.mini_program.hall import hold
from tests.mini_program.phone import Phone

pytestmark = pytest.mark.browser

ROLL = "work/roll/roll"
OVERFLOW = """() => [...document.querySelectorAll('.mp-frame:not([hidden]) *')]
  .filter(one => { const {width, right, left} = one.getBoundingClientRect();
    return width && (right > innerWidth + 0.5 || left < -0.5) })
  .map(one => one.innerText)"""


@pytest.fixture(autouse=True)
def at_ten_to_three(zone: Zone) -> None:
    """Begin each test at ten to three, ten minutes before the gatherings."""
    zone.site.clock[0] = NOON


def on_roll(zone: Zone, phone_of: PhoneOf, roll: int, who: str = "secretary", **phone: Any) -> Phone:
    """Return somebody's phone with this roll open."""
    made = at_work(zone, phone_of, who, **phone)
    made.open(ROLL, f"roll={roll}")
    made.see("应到")
    return made


def stored(zone: Zone, roll: int, name: str) -> str:
    """Return what the roll says of a member."""
    with zone.site.sessions() as session:
        line = select(RollLine.status).where(RollLine.roll_id == roll)
        return str(session.scalars(line.where(RollLine.member_id == zone.site.members[name].id)).one())


def marks_in_order(zone: Zone, roll: int) -> Iterator[tuple[str, str]]:
    """Yield (name, status) of the marks on a roll as they were logged."""
    with zone.site.sessions() as session:
        gathering = session.scalars(select(RollLine.gathering_id).where(RollLine.roll_id == roll)).first()
        acts = session.scalars(select(Audit).where(Audit.verb == "mark").order_by(Audit.id)).all()
        for act in acts:
            if act.after and act.after["gathering"] == gathering:
                yield session.get_one(Member, act.subject_id).name, act.after["status"]


def see_saved(phone: Phone, number: int) -> None:
    """Wait until so many rows say that they are saved."""
    expect(phone.page.get_by_text("已存 14:50")).to_have_count(number)


def marks_sent(phone: Phone) -> int:
    """Return how many marks the phone has tried to send."""
    return sum(one["path"].endswith("/marks") for one in phone.requests)


def test_quick_taps_wait_their_turn_and_go_out_one_by_one(zone: Zone, phone_of: PhoneOf) -> None:
    # Control: without `roll.sending` in roll.js the three go out at once, and marks_sent is 3.
    _, roll = hold(zone, "陈春生", "方国栋", "高长山", "郭爱莲")
    phone = on_roll(zone, phone_of, roll)
    phone.forget()
    with phone.slow("POST", f"/branch/rolls/{roll}/marks"):
        phone.tap("高长山 到会")
        phone.tap("陈春生 到会")
        phone.tap("方国栋 其他")
        phone.see("核实过才记，本人看得到、可提异议")
        assert phone.axe() == []
        phone.tap("缺席")
        phone.see("方国栋 记为缺席")
        assert phone.words().count("正在存…") == 3
        assert marks_sent(phone) == 1
        # Still the rows of the unrecorded: nothing jumps under the thumb.
        phone.see("未登记 4")
    phone.see("应到 4：到会 2，缺席 1，未登记 1")
    assert phone.words().count("已存 14:50") == 3
    phone.see("未登记 1")
    assert list(marks_in_order(zone, roll)) == [
        ("高长山", "present"), ("陈春生", "present"), ("方国栋", "absent"),
    ]  # fmt: skip


def test_tap_on_a_row_that_is_on_its_way_follows_it(zone: Zone, phone_of: PhoneOf) -> None:
    _, roll = hold(zone, "黄秋菊", "贾满仓")
    phone = on_roll(zone, phone_of, roll)
    with phone.slow("POST", f"/branch/rolls/{roll}/marks"):
        phone.tap("黄秋菊 到会")
        phone.tap("黄秋菊 其他")
        phone.tap("迟到")
    phone.see("已存 14:50")
    phone.see("应到 2：到会 1，未登记 1")
    assert [status for _, status in marks_in_order(zone, roll)] == ["present", "late"]


def test_marks_without_network_stay_unsaved_until_sent_again(zone: Zone, phone_of: PhoneOf) -> None:
    _, roll = hold(zone, "李春梅", "罗清平", "孟凡林")
    phone = on_roll(zone, phone_of, roll)
    phone.offline()
    phone.tap("李春梅 到会")
    phone.see("1 人没有存上")
    phone.tap("罗清平 到会")
    phone.see("2 人没有存上")
    phone.see("现在没有网络")
    assert phone.axe() == []
    # Neither the way back nor the way on loses them unsaid.
    phone.tap("打完了，去确认")
    phone.see("没存上的同志，确认时还算未登记。")
    phone.page.get_by_role("dialog").get_by_role("button", name="都再存一次").click()
    phone.see("2 人没有存上")
    phone.online()
    phone.tap("再存一次", within="李春梅")
    see_saved(phone, 1)
    phone.see("1 人没有存上")
    assert stored(zone, roll, "李春梅") == "present"
    assert stored(zone, roll, "罗清平") == "unrecorded"
    phone.tap("都再存一次")
    phone.see("应到 3：到会 2，未登记 1")
    phone.not_see("没有存上")
    assert stored(zone, roll, "罗清平") == "present"


def test_going_back_with_unsaved_marks_asks(zone: Zone, phone_of: PhoneOf) -> None:
    # Control: without `guard` in work/roll/roll.js the page is left at once.
    _, roll = hold(zone, "宋桂兰")
    phone = at_work(zone, phone_of)
    phone.open("work/confirm/confirm", f"roll={roll}")
    phone.tap("先回名册看看")
    phone.offline()
    phone.tap("宋桂兰 到会")
    phone.see("1 人没有存上")
    phone.tap("返回")
    phone.see("还有没存上的，离开就没有了。要离开吗？")
    phone.tap("取消")
    phone.see("1 人没有存上")
    phone.online()
    phone.tap("都再存一次")
    see_saved(phone, 1)
    phone.tap("返回")
    phone.see("确认以后")
    phone.see("1 人")


def test_answer_that_was_lost_is_no_other_hand(zone: Zone, phone_of: PhoneOf) -> None:
    _, roll = hold(zone, "周明远", "丁立民")
    phone = on_roll(zone, phone_of, roll)
    phone.no_answer("POST", f"/branch/rolls/{roll}/marks", arrives=True)
    phone.tap("丁立民 到会")
    phone.see("1 人没有存上")
    phone.see("网络太慢，没有收到结果")
    phone.tap("再存一次", within="丁立民")
    phone.see("已存 14:50")
    phone.not_see("刚刚改过")


def test_line_that_another_hand_changed_is_left_and_says_so(zone: Zone, phone_of: PhoneOf) -> None:
    # Control: without `seen` in what is sent the clerk's leave is overwritten unread.
    _, roll = hold(zone, "杜文秀", "韩德福")
    phone = on_roll(zone, phone_of, roll)
    mark(zone, roll, "clerk", Status.LEAVE, "杜文秀")
    phone.tap("杜文秀 到会")
    phone.see("林小满刚刚改过，现在是请假，没有动。")
    phone.not_see("杜文秀 记为到会")
    assert phone.axe() == []
    assert stored(zone, roll, "杜文秀") == "leave"
    phone.tap("仍记到会")
    phone.not_see("刚刚改过")
    phone.see("应到 2：到会 1，未登记 1")
    assert stored(zone, roll, "杜文秀") == "present"


def test_last_act_is_taken_back(zone: Zone, phone_of: PhoneOf) -> None:
    it, roll = hold(zone, "侯建军", "李守田")
    scan(zone, it, "李守田")
    phone = on_roll(zone, phone_of, roll)
    phone.tap("侯建军 到会")
    phone.see("应到 2：到会 2，未登记 0")
    phone.tap("撤销")
    phone.see("应到 2：到会 1，未登记 1")
    phone.not_see("撤销")
    # A slip on the row of somebody whose phone had signed in: taken back, the scan counts again.
    phone.tap("全部 2")
    phone.see("扫码 14:40")
    phone.tap("李守田 其他")
    phone.tap("缺席")
    phone.see("应到 2：到会 0，缺席 1，未登记 1")
    phone.tap("撤销")
    phone.see("应到 2：到会 1，未登记 1")
    # Control: with `back = before` the phone's own record is overwritten by a hand's.
    with zone.site.sessions() as session:
        line = session.get_one(RollLine, (it, zone.site.members["李守田"].id))
        assert (line.status, line.marked_by) == (Status.PRESENT, None)


def test_act_that_never_went_out_is_only_forgotten(zone: Zone, phone_of: PhoneOf) -> None:
    _, roll = hold(zone, "刘玉兰")
    phone = on_roll(zone, phone_of, roll)
    phone.offline()
    phone.tap("刘玉兰 到会")
    phone.see("1 人没有存上")
    phone.online()
    phone.forget()
    phone.tap("撤销")
    phone.not_see("没有存上")
    assert marks_sent(phone) == 0
    assert stored(zone, roll, "刘玉兰") == "unrecorded"


def scan(zone: Zone, gathering: int, name: str) -> None:
    """Let a member's phone have signed in ten minutes ago."""
    with zone.site.sessions.begin() as session:
        line = session.get_one(RollLine, (gathering, zone.site.members[name].id))
        if line.marked_at is None:
            line.status = Status.PRESENT
        line.checked_in_at = zone.site.now - timedelta(minutes=10)
        line.checked_in_via = CheckedIn.QR


def test_scan_against_a_mark_asks_in_its_row(zone: Zone, phone_of: PhoneOf) -> None:
    it, roll = hold(zone, "马德顺", "欧阳静", "钱有粮")
    zone.site.clock[0] -= timedelta(minutes=30)
    mark(zone, roll, "clerk", Status.LEAVE, "马德顺", "欧阳静")
    zone.site.clock[0] = NOON
    for name in ("马德顺", "欧阳静"):
        scan(zone, it, name)
    phone = on_roll(zone, phone_of, roll)
    phone.see("要核对")
    assert phone.words().count("14:40 扫过码。人来了吗？") == 2
    assert phone.axe() == []
    phone.tap("来了，记到会", within="马德顺")
    phone.see("应到 3：到会 1，请假 1，未登记 1")
    phone.tap("没来，仍是请假", within="欧阳静")
    see_saved(phone, 2)
    phone.not_see("人来了吗？")
    assert (stored(zone, roll, "马德顺"), stored(zone, roll, "欧阳静")) == ("present", "leave")
    with zone.site.sessions() as session:
        line = session.get_one(RollLine, (it, zone.site.members["欧阳静"].id))
        assert line.marked_by == zone.site.staff["secretary"].id


def test_two_of_one_name_say_since_when(zone: Zone, phone_of: PhoneOf) -> None:
    everybody = everyone(zone)
    _, roll = hold(zone, *everybody)
    phone = on_roll(zone, phone_of, roll)
    phone.type("找姓名", "张建国")
    phone.see("1986年入党")
    phone.see("1988年入党")
    phone.tap("张建国 1988年入党 到会")
    phone.see("张建国（1988年入党） 记为到会")
    phone.tap("张建国 1986年入党 其他")
    phone.see("张建国（1986年入党）")
    phone.tap("不改了")
    phone.type("找姓名", "李小龙")
    phone.see("名册上没有找到这个姓名。")


def everyone(zone: Zone) -> list[str]:
    """Return all of the branch, the second of two namesakes under a name of its own in `members`."""
    with zone.site.sessions() as session:
        twin = session.scalars(
            select(Member).where(Member.name == "张建国").order_by(Member.id.desc())
        ).first()
    assert twin
    zone.site.members["张建国二"] = twin
    return [*dict.fromkeys(" ".join(NAMES).split()), "张建国二"]


def test_forty_five_rows_fit_the_smallest_phone_in_large_type(zone: Zone, phone_of: PhoneOf) -> None:
    _, roll = hold(zone, *everyone(zone))
    phone = on_roll(zone, phone_of, roll, size=(320, 568), fontScale=1.4)
    phone.see("未登记 45")
    assert phone.words().count("其他") == 45
    for group in ("第一党小组", "第二党小组", "第三党小组"):
        phone.see(group)
    names = phone.page.locator(".mp-frame:not([hidden]) .line .strong").all_inner_texts()
    assert names == " ".join(NAMES).split()
    assert phone.page.evaluate(OVERFLOW) == []
    assert phone.axe() == []
    phone.tap("欧阳静 其他")
    phone.tap("未查明")
    phone.see("已存 14:50")
    phone.tap("已登记 1")
    assert phone.page.evaluate(OVERFLOW) == []


def test_group_leader_ticks_the_own_group_alone(zone: Zone, phone_of: PhoneOf) -> None:
    _, roll = hold(zone, "何桂芳", "王丽娟", "丁立民", "曹振海")
    phone = at_work(zone, phone_of, "leader")
    phone.not_see("出示签到码")
    phone.not_see("去确认")
    phone.open(ROLL, f"roll={roll}")
    phone.see("您打勾的是本组的同志。")
    phone.see("全支部应到 4：到会 0，未登记 4")
    phone.see("全部 2")
    for name in ("丁立民", "曹振海"):
        phone.not_see(name)
    phone.tap("王丽娟 到会")
    phone.see("全支部应到 4：到会 1，未登记 3")
    phone.not_see("打完了，去确认")
    assert phone.axe() == []
    # And the server lets no other line through, whatever a phone sends.
    foreign = {"member_id": zone.site.members["丁立民"].id, "status": "present"}
    hand = other_hand(zone, "leader")
    assert hand.refusal("POST", f"branch/rolls/{roll}/marks", {"marks": [foreign]}) == (404, "not_on_roll")


def test_confirmed_roll_is_only_read(zone: Zone, phone_of: PhoneOf) -> None:
    _, roll = hold(zone, "邵翠萍", "唐开运")
    mark(zone, roll, "clerk", Status.PRESENT, "邵翠萍")
    hand = other_hand(zone, "secretary")
    phone = on_roll(zone, phone_of, roll)
    assert hand.ask("POST", f"branch/rolls/{roll}/confirmation", {"rest": "unclear"}).status_code == 200
    phone.tap("唐开运 到会")
    phone.see("1 人没有存上")
    phone.see("名册已经确认，要改请用更正")
    phone.tap("撤销")
    phone.pull_down()
    phone.see("名册已经确认，要更正请在电脑上办。")
    phone.not_see("其他")
    phone.tap("全部 2")
    phone.see("到会")
    phone.see("未查明")
    assert phone.axe() == []
