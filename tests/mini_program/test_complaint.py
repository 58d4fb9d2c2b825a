"""投诉与建议: with and without a session, drafts that outlive everything but the sending, answers to read."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.people.complaint import Complaint, answer_complaint
from tests.conftest import NOON
from tests.mini_program.conftest import PhoneOf, Zone
from tests.mini_program.phone import Phone

pytestmark = pytest.mark.browser

PAGE = "pages/complaint/complaint"
TEXT, CONTACT = "想说的话", "联系方式（愿意留就留）"
KNOWN = "答复写在这一页，不留也看得到。"
LOST = "网络太慢，没有收到结果，可能已经送到。"


@pytest.fixture(autouse=True)
def at_ten_to_three(zone: Zone) -> None:
    """Begin each test at ten to three."""
    zone.site.clock[0] = NOON


def written(phone: Phone, field: str = TEXT) -> str:
    """Return what stands in a field."""
    return phone.page.get_by_label(field).filter(visible=True).input_value()


def kept(zone: Zone, text: str) -> Complaint:
    """Return what the office got."""
    with zone.site.sessions() as session:
        return session.scalars(select(Complaint).where(Complaint.text == text)).one()


def test_member_writes_gets_a_number_and_reads_the_answer(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("王丽娟").open(PAGE)
    phone.see("由示范区的同志答复，不告诉您的支部是谁写的。")
    phone.see(KNOWN)
    phone.not_see("我写过的")
    phone.tap("提交")
    phone.see("请写两个字以上。")
    assert phone.axe() == []
    phone.type(TEXT, "开会的通知能不能早两天")
    phone.tap("提交")
    for seen in ("收到了", "编号 202611250", "12月9日 周三以前答复。", "答复写在“投诉与建议”里"):
        phone.see(seen)
    assert phone.axe() == []
    phone.privacy_needed()
    phone.tap("复制编号")
    phone.tap("不同意")
    phone.see("没有复制成。字都在这一页，长按可以选，照着抄也行。")
    phone.tap("复制编号")
    phone.tap("同意")
    phone.see("编号复制好了。")
    letter = kept(zone, "开会的通知能不能早两天")
    assert phone.calls("setClipboardData")[-1] == {"data": letter.receipt}
    phone.open(PAGE)
    assert written(phone) == ""
    phone.see("12月9日以前答复")
    with zone.site.sessions.begin() as session:
        by = zone.site.staff["zone"].id
        answer_complaint(session, letter.id, "您说得对，从下月起提前五天。", by=by, now=zone.site.now)
    phone.open(PAGE)
    for seen in ("11月25日 已答复", "答复：您说得对，从下月起提前五天。", letter.receipt):
        phone.see(seen)
    assert phone.axe() == []


def test_stranger_writes_too_and_is_told_that_no_answer_shows_here(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of(None).open(PAGE)
    phone.see("没有登录，看不到答复；想要答复，请留联系方式。")
    phone.type(TEXT, "村口的灯坏了")
    phone.type(CONTACT, "孙大娘 139 0000 0000")
    phone.open(PAGE)  # called away, and back
    assert written(phone) == "村口的灯坏了"
    assert written(phone, CONTACT) == "孙大娘 139 0000 0000"
    phone.offline()
    phone.tap("提交")
    phone.see("现在没有网络。有信号了，再点一次。")
    phone.online()
    phone.no_answer("POST", "/complaints")
    phone.tap("提交")
    phone.see(LOST)
    assert written(phone) == "村口的灯坏了"
    assert phone.axe() == []
    phone.tap("提交")
    phone.see("没有登录，这里看不到答复。请把编号记下来，问的时候用得上。")
    letter = kept(zone, "村口的灯坏了")
    assert (letter.contact, letter.openid_hash) == ("孙大娘 139 0000 0000", None)
    assert not [name for name in phone.storage() if "draft" in name]
    phone.tap("好的，回首页")
    phone.see("绑定我的身份")
    phone.open(PAGE)
    assert written(phone) == ""


def test_members_draft_is_nobody_elses(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("白玉珍").open(PAGE)
    phone.see(KNOWN)
    phone.type(TEXT, "先写到这里")
    phone.open("pages/me/me")
    phone.tap("投诉与建议")
    assert written(phone) == "先写到这里"
    phone.tap("返回")
    phone.tap("解除绑定")
    phone.tap("解除绑定", within="解除绑定？")
    phone.see("绑定我的身份")
    phone.open(PAGE)
    phone.see("由示范区的同志答复")
    assert written(phone) == ""
    assert "先写到这里" not in str(phone.storage())


def test_lost_answer_is_looked_up_in_what_one_wrote(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("陈春生").open(PAGE)
    phone.see(KNOWN)
    phone.type(TEXT, "渠边的护栏松了")
    phone.no_answer("POST", "/complaints", arrives=True)
    phone.tap("提交")
    phone.see(LOST)
    phone.see("12月9日以前答复")  # it had arrived
    assert kept(zone, "渠边的护栏松了").text in phone.words()
    phone.forget()
    with phone.slow("POST", "/complaints"):
        phone.tap("提交")
        phone.see("正在提交…")
        phone.tap("正在提交…")
    phone.see("收到了")
    assert [one["method"] for one in phone.requests] == ["POST"]


def test_sixth_of_a_day_is_refused_and_older_ones_come_by_twenty(zone: Zone, phone_of: PhoneOf) -> None:
    asking = zone.ask("方国栋")
    for number in range(1, 22):
        zone.site.clock[0] = NOON - timedelta(days=21 - number)
        answer = asking.ask("POST", "complaints", {"text": f"第{number}件", "contact": None})
        assert answer.status_code == 201
    for number in range(22, 26):
        asking.ask("POST", "complaints", {"text": f"第{number}件", "contact": None})
    phone = phone_of("方国栋").open(PAGE)
    phone.see("第25件")
    phone.not_see("第5件")
    phone.type(TEXT, "第26件")
    phone.tap("提交")
    phone.see("收到的太多了，请过些时候再写，或者打电话")
    assert written(phone) == "第26件"
    phone.fail_next("GET", "/complaints", 503)
    phone.tap("再看以前的")
    phone.see("这会儿人多，没有办成。过一会儿再点一次。")
    phone.tap("再看以前的")
    phone.see("第1件")
    phone.not_see("再看以前的")
    phone.fail_next("GET", "/complaints", 503)
    phone.open(PAGE)
    phone.see("我写过的")
    phone.tap("再看一次")
    phone.see("第25件")
