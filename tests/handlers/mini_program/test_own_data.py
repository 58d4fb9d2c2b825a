"""下载我的全部记录 and 有一处不对: all that is kept about oneself, nothing of others, and who mends it."""

import re
from datetime import date, timedelta
from typing import Any

from sqlalchemy import event, select

from models.audit import Audit, Via
from models.gatherings.gathering import Gathering
from models.gatherings.roll import RollLine, Status
from models.notices.kept import SECTIONS
from models.people.account import Account
from models.people.complaint import answer_complaint, receive_complaint
from models.people.member import Member
from models.people.member_move import MemberMove
from models.points.schemes.published import Scheme
from models.tables import TABLES
from tests.factories import (
    KEYRING,
    a_host_attendance,
    a_leave,
    a_spell,
    an_away_report,
    an_entry,
    an_objection,
)
from tests.handlers.console_site import MINI, Site, publish_theme_day
from tests.handlers.mini_program.at_work import Phone, bound_phone

# Which section tells of a table that knows a member.
TOLD = {
    "account": "后台账号和岗位", "spell": "外出、不作要求和类别", "roll_line": "到会", "leave": "请假",
    "dues_tick": "党费登记", "away_report": "长期外出报备", "host_attendance": "在流入地参加",
    "makeup": "补学", "binding": "绑定", "bind_code": "绑定条", "delivery": "通知",
    "member_move": "支部变动", "point_entry": "积分", "proposal": "申报", "proposal_member": "申报",
    "objection": "异议",
    # What a meeting decided is told with the star, from the day it was put up.
    **dict.fromkeys(("member_grade", "ruling", "rating_result", "rating_publicity", "veto"), "星级"),
}  # fmt: skip
GONE_IN_MINUTES = {"link_code"}


def kept(phone: Phone) -> dict[str, list[list[str]]]:
    return {one["title"]: one["rows"] for one in phone.get("me/data")["sections"]}


def test_every_table_that_knows_a_member_has_its_section() -> None:
    knows = {
        table.name
        for table in TABLES.values()
        if any(key.column.table.name == "member" for key in table.foreign_keys)
    }
    assert knows == TOLD.keys() | GONE_IN_MINUTES
    assert {*TOLD.values(), "投诉与建议"} == SECTIONS.keys()


def a_life(site: Site, member: Member) -> None:
    """Let something stand in as many sections as a few lines can fill."""
    publish_theme_day(site)
    with site.sessions.begin() as session:
        author = session.get_one(Account, site.staff["secretary"].id)
        session.add(
            MemberMove(
                member_id=member.id, from_branch_id=site.orgs["far"].id, to_branch_id=site.orgs["home"].id,
                moved_on=date(2026, 6, 1), document="组转〔2026〕7号", account_id=author.id,
            )
        )  # fmt: skip
        a_spell(session, member, place="杭州市", from_on=date(2026, 3, 1), to_on=date(2026, 4, 1))
        an_away_report(session, member)
        a_host_attendance(session, member)
        a_leave(session, session.get_one(Gathering, site.gathering_id), member)
        scheme = session.scalars(select(Scheme)).one()
        entry = an_entry(session, member, scheme, author, item="pledge_finished")
        an_objection(session, entry)
        who = KEYRING.openid_hash(MINI, "openid-of-somebody-else")
        for own in (False, True):
            receive_complaint(
                session, "通知发得太晚" if own else "别人写的", None, via=Via.PHONE, due_on=date(2026, 12, 9),
                openid_hash=hash_of(site, member) if own else who, now=site.now,
            )  # fmt: skip


def hash_of(site: Site, member: Member) -> bytes:
    with site.sessions() as session:
        table = TABLES["binding"]
        mine = select(table.c.openid_hash).where(table.c.member_id == member.id, table.c.appid == MINI)
        return bytes(session.execute(mine).scalar_one())


def test_member_reads_all_that_is_kept_about_them(site: Site) -> None:
    member = site.members["陈春生"]
    phone = bound_phone(site, member)
    a_life(site, member)
    told = kept(phone)
    assert list(told) == ["名册", *SECTIONS]
    roster: dict[str, str] = {row[0]: row[1] for row in told["名册"]}
    assert (roster["姓名"], roster["党小组"], roster["入党日期"]) == ("陈春生", "第一党小组", "1986-07-01")
    assert (roster["手机号"], roster["职务"]) == ("尾号 0001", "没有记")
    assert told["支部变动"] == [["2026-06-01", "从远山村党支部转到青石村党支部，组转〔2026〕7号"]]
    assert told["外出、不作要求和类别"] == [["长期外出", "2026-03-01 到 2026-04-01，杭州市"]]
    assert told["长期外出报备"][0][1] == "2026-12-01 到 2026-12-31，浙江省义乌市，等支部答复"
    assert told["在流入地参加"][0][1] == "商贸城党支部，张书记，等支部答复"
    assert told["到会"] == [["2026-11-25 15:00", "学习粮食安全文件，未登记"]]
    assert told["请假"][0][1] == "学习粮食安全文件，家中有事，等支部答复"
    assert told["积分"][0][1].endswith(" 1 分，记在 2026年，周明远确认")
    assert told["申报"][0][1].endswith("清扫村道，本人申报，已记分")
    assert told["异议"][0][1] == "这一条不对，办理中"
    assert [row[1] for row in told["投诉与建议"]] == ["通知发得太晚，还没有答复"]
    assert [row[0] for row in told["绑定"]] == ["小程序", "公众号"]
    assert told["通知"] == [
        ["2026-11-20 14:50", "学习粮食安全文件的安排，2026年11月25日 15:00 村部二楼会议室"],
    ]


def test_nothing_in_it_names_other_people_their_numbers_or_whom_wechat_knows(site: Site) -> None:
    member = site.members["陈春生"]
    phone = bound_phone(site, member)
    a_life(site, member)
    text = phone.ask("GET", "me/data").text
    others = {name for name in site.members if name not in ("陈春生", "周明远")}
    assert {name for name in others if name in text} == set()
    assert not re.search(r"1[3-9]\d{9}|openid|别人写的", text)


def statements(site: Site, phone: Phone) -> int:
    sent: list[Any] = []
    with site.sessions() as session:
        engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", count := lambda *what: sent.append(what))
    try:
        phone.get("me/data")
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(sent)


def test_number_of_statements_does_not_grow_with_what_is_kept(site: Site) -> None:
    member = site.members["陈春生"]
    phone = bound_phone(site, member)
    a_life(site, member)
    few = statements(site, phone)
    with site.sessions.begin() as session:
        author = session.get_one(Account, site.staff["secretary"].id)
        scheme = session.scalars(select(Scheme)).one()
        for number in range(5):
            an_objection(session, an_entry(session, member, scheme, author, item="pledge_finished"))
            a_spell(session, member, from_on=date(2027, number + 1, 1), to_on=date(2027, number + 1, 9))
    assert statements(site, phone) == few < 25


def test_wish_to_have_it_mended_reaches_the_office_with_a_name_and_its_answer_comes_back(site: Site) -> None:
    phone = bound_phone(site, site.members["陈春生"])
    asked = phone.ask("POST", "me/corrections", {"what": "joined_on", "text": "应当是1987年7月1日"})
    assert (asked.status_code, asked.json) == (201, {"receipt": "202611250001", "due_on": "2026-12-09"})
    words = "更正请求（入党日期）：青石村党支部 陈春生。应当是1987年7月1日"
    page = site.browser("zone").get("/console/complaints").text
    assert words in page
    with site.sessions.begin() as session:
        waiting = session.execute(select(TABLES["complaint"].c.id)).scalar_one()
        answer_complaint(session, waiting, "已请支部改好。", by=site.staff["zone"].id, now=site.now)
    told = phone.get("complaints/202611250001")
    assert (told["text"], told["answer"]) == (words, "已请支部改好。")
    with site.sessions() as session:
        assert "陈春生" not in str([act.after for act in session.scalars(select(Audit))])


def test_wish_to_be_taken_out_says_so_and_empty_words_do_not_count(site: Site) -> None:
    phone = bound_phone(site, site.members["陈春生"])
    assert phone.refusal("POST", "me/corrections", {"what": "erase", "text": "   "}) == (400, "bad_complaint")
    for body in ({"what": "sex", "text": "女"}, {"what": "name", "text": "字" * 201}, {"what": "name"}):
        assert phone.refusal("POST", "me/corrections", body) == (400, "bad_input")
    for _ in range(5):
        assert phone.ask("POST", "me/corrections", {"what": "erase", "text": "已经调走"}).status_code == 201
    # One box for all letters of a phone, so that nobody writes more by calling it something else.
    assert phone.refusal("POST", "me/corrections", {"what": "erase", "text": "再说一次"}) == (
        429, "too_many_tries",
    )  # fmt: skip
    assert phone.get("complaints")["items"][0]["text"] == "删除请求：青石村党支部 陈春生。已经调走"


def test_no_receipt_is_lost(site: Site) -> None:
    mine, other = bound_phone(site, site.members["陈春生"]), bound_phone(site)
    receipts: list[str] = []
    for _ in range(21):
        written = mine.ask("POST", "complaints", {"text": "通知发得太晚"})
        assert written.json is not None
        receipts.insert(0, written.json["receipt"])
        site.clock[0] += timedelta(hours=6)
    first = mine.get("complaints")
    assert [one["receipt"] for one in first["items"]] == receipts[:20]
    rest = mine.get(f"complaints?before={first['next']}")
    assert [one["receipt"] for one in rest["items"]] == receipts[20:]
    assert (rest["next"], other.get("complaints")) == (None, {"items": [], "next": None})
    assert first["items"][0] == mine.get(f"complaints/{receipts[0]}")


def test_who_signed_in_is_told_when(site: Site) -> None:
    publish_theme_day(site)
    member = site.members["陈春生"]
    with site.sessions.begin() as session:
        line = session.get_one(RollLine, (site.gathering_id, member.id))
        line.status, line.marked_at, line.marked_by = Status.PRESENT, site.now, site.staff["secretary"].id
    told = kept(bound_phone(site, member))
    assert told["到会"] == [["2026-11-25 15:00", "学习粮食安全文件，到会，2026-11-25 14:50 由支部登记"]]
