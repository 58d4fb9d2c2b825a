"""The ledgers as Excel: the columns as the trade prints them, real dates and numbers, no text a formula."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from models.audit import Audit
from models.gatherings.gathering import Gathering, GatheringKind, GatheringState, GatheringTag
from models.gatherings.leave.makeup import Makeup, MakeupForm
from models.gatherings.minutes.minutes import MinutesState
from models.gatherings.roll import CheckedIn, LeaveReason, LeaveState, Roll, RollLine, Status
from models.people.away_report import ReportState
from models.people.member import MemberStatus, Spell, SpellKind
from models.people.org import OrgKind
from tests.conftest import NOON
from tests.factories import (
    KEYRING,
    THREE_O_CLOCK,
    a_branch,
    a_gathering,
    a_host_attendance,
    a_leave,
    a_member,
    a_post,
    a_roll,
    a_spell,
    an_org,
    filed_minutes,
    some_minutes,
)
from tests.handlers.console_site import Site, publish_theme_day

MONTHS = "since=2026-10&until=2026-11"
# As the trade prints them.
PRINTED = {
    "roster": "序号 姓名 性别 党小组 党员身份 入党时间 转正时间 职务 是否流动 是否参评 备注",
    "sign-in": "序号 姓名 党小组 签到（亲签） 到会情况 备注",
    "meetings": "类型 日期 主题 地点 应到 实到 出席率 请假 缺席 记录是否归档",
    "leave-makeup": "姓名 活动日期 事由类别 批准人 补学方式 补学日期 经办人",
    "points": "姓名 类别 初始分 组织生活小计 履职小计 承诺小计 加分 扣分 测评等次 总分 建议星级 评定星级"
    " 备注",
    "stars": "姓名 评定星级 公示起止 联系人 电话 监督电话",
    "floating": "姓名 流向（县级） 时间 联系方式（脱敏） 联系人 最近联系 流入地党组织 参加活动情况",
}
ODD = ("=1+1", "+86", "@x", "-2", "王\t建国", "#N/A", "𠮷田𬭎", '=HYPERLINK("http://x","点")')


def ask(
    site: Site, kind: str, query: str = MONTHS, who: str = "secretary", purpose: str = "archive"
) -> TestResponse:
    return site.browser(who).client.get(f"/console/ledgers/{kind}?{query}&purpose={purpose}", buffered=True)


def sheet_of(answer: TestResponse) -> Worksheet:
    assert answer.status_code == 200, answer.text
    sheet = load_workbook(BytesIO(answer.data)).active
    assert isinstance(sheet, Worksheet)
    return sheet


def head_of(sheet: Worksheet) -> int:
    """Return the row of the heads: the one that stays in sight and is printed on each page."""
    assert sheet.print_title_rows is not None
    row = int(sheet.print_title_rows.rpartition("$")[2])
    assert sheet.freeze_panes == f"A{row + 1}"
    return row


def foot_of(sheet: Worksheet) -> tuple[str, str]:
    """Return what stands at the left and the right of each page's foot."""
    assert sheet.oddFooter is not None
    return sheet.oddFooter.left.text or "", sheet.oddFooter.right.text or ""


def rows_of(sheet: Worksheet) -> list[list[Any]]:
    """Return the rows of the table beneath its heads: those with a frame around their cells."""
    rows = sheet.iter_rows(min_row=head_of(sheet) + 1)
    return [[cell.value for cell in row] for row in rows if row[-1].border.bottom.style]


def said_in(sheet: Worksheet) -> list[str]:
    """Return what stands above and beneath the table."""
    return [
        row[0].value
        for row in sheet.iter_rows()
        if isinstance(row[0].value, str) and not row[-1].border.bottom.style
    ]


def ledger(site: Site, kind: str, *about: Any, **asked: Any) -> list[list[Any]]:
    return rows_of(sheet_of(ask(site, kind, *about, **asked)))


def confirmed(site: Site, org: str, statuses: Sequence[tuple[str, Status]], **columns: Any) -> int:
    """Let an organisation have held a gathering whose roll is confirmed; return the roll."""
    by = site.staff["secretary"].id
    with site.sessions.begin() as session:
        past = {"starts_at": NOON - timedelta(hours=3)} | columns
        it = a_gathering(session, site.orgs[org], GatheringState.CONFIRMED, **past)
        roll = a_roll(session, it, site.orgs[org], confirmed_at=it.ends_at, confirmed_by=by, revision=1)
        for name, status in statuses:
            session.add(
                RollLine(
                    gathering_id=it.id, member_id=site.members[name].id, roll_id=roll.id, status=status,
                    marked_by=by, marked_at=it.starts_at,
                )
            )  # fmt: skip
        return roll.id


OCTOBER = {"starts_at": THREE_O_CLOCK - timedelta(days=31), "period": "2026-10", "title": "十月主题党日"}


@pytest.mark.parametrize("kind", PRINTED)
def test_each_ledger_has_the_columns_that_the_trade_prints(site: Site, kind: str) -> None:
    roll = publish_theme_day(site)["home"]
    sheet = sheet_of(ask(site, kind, f"{MONTHS}&roll={roll}"))
    assert [cell.value for cell in sheet[head_of(sheet)]] == PRINTED[kind].split()


@pytest.mark.parametrize("kind", PRINTED)
def test_each_ledger_prints_on_a4_with_its_head_and_page_numbers(site: Site, kind: str) -> None:
    roll = publish_theme_day(site)["home"]
    sheet = sheet_of(ask(site, kind, f"{MONTHS}&roll={roll}"))
    assert sheet.page_setup.paperSize == 9
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    left, right = foot_of(sheet)
    assert right == "第 &P 页 共 &N 页"
    assert "周明远" in left


@pytest.mark.parametrize("kind", PRINTED)
def test_each_ledger_says_of_whom_it_is_and_who_took_it_out_when_and_what_for(site: Site, kind: str) -> None:
    roll = publish_theme_day(site)["home"]
    said = said_in(sheet_of(ask(site, kind, f"{MONTHS}&roll={roll}", purpose="meeting")))
    assert "青石村党支部" in said[1]
    assert said[-1] == "导出人：周明远　导出时间：2026-11-25 14:50　用途：会上使用　仅供内部使用"


@pytest.mark.parametrize("kind", PRINTED)
def test_each_download_leaves_one_row_in_the_log(site: Site, kind: str) -> None:
    roll = publish_theme_day(site)["home"]
    rows = ledger(site, kind, f"{MONTHS}&roll={roll}")
    with site.sessions() as session:
        [act] = session.scalars(select(Audit).where(Audit.verb == "export"))
    assert act.account_id == site.staff["secretary"].id
    assert act.org_id == site.orgs["home"].id
    assert (act.subject, act.subject_id) == (("roll", roll) if kind == "sign-in" else ("org", act.org_id))
    months = {"since": "2026-10", "until": "2026-11"} if kind not in ("roster", "sign-in") else {}
    assert act.after == {"ledger": kind, "rows": len(rows), "purpose": "archive", **months}


@pytest.mark.parametrize("odd", ODD)
def test_no_name_becomes_a_formula_an_error_or_a_number(site: Site, odd: str) -> None:
    roll = confirmed(site, "home", [("何桂芳", Status.LEAVE)], title=odd, place=odd)
    with site.sessions.begin() as session:
        person = session.merge(site.members["何桂芳"])
        person.name, person.office = odd, odd
        a_spell(session, person, place=odd, host=odd, contact=odd)
    for kind in PRINTED.keys() - {"stars"}:  # nobody has a star yet
        sheet = sheet_of(ask(site, kind, f"{MONTHS}&roll={roll}"))
        found = [cell for row in sheet.iter_rows() for cell in row if cell.value == odd]
        assert found, kind
        assert {(cell.data_type, cell.number_format) for cell in found} == {("s", "@")}
        assert [cell for row in sheet.iter_rows() for cell in row if cell.data_type in "fe"] == []


def test_signs_that_no_cell_holds_or_that_turn_a_text_are_left_out(site: Site) -> None:
    with site.sessions.begin() as session:
        session.merge(site.members["何桂芳"]).name = "何\x01桂\u202e芳\uffff"
    assert "何桂芳" in [row[1] for row in ledger(site, "roster", "")]


def test_dates_are_dates_and_numbers_are_numbers(site: Site) -> None:
    confirmed(site, "home", [("白玉珍", Status.PRESENT), ("何桂芳", Status.LEAVE)])
    sheet = sheet_of(ask(site, "meetings"))
    [cells] = [sheet[head_of(sheet) + 1]]
    assert [cell.data_type for cell in cells] == list("sdssnnnnns")
    assert [cell.value for cell in cells[4:9]] == [2, 1, 0.5, 1, 0]
    assert (cells[1].number_format, cells[6].number_format) == ("yyyy-mm-dd", "0.0%")


# 党员名册.


def test_roster_stands_by_group_and_surname_with_what_holds_today(site: Site) -> None:
    with site.sessions.begin() as session:
        person = session.merge(site.members["白玉珍"])
        person.full_on, person.office = date(1987, 7, 1), "支部委员"
        a_spell(session, person, SpellKind.NOT_RATED)
        a_spell(session, person, SpellKind.EXEMPT, code="frail")
        a_member(session, site.orgs["home"], "丁小妹", status=MemberStatus.PROBATIONARY)
        a_member(session, site.orgs["home"], "走了的", status=MemberStatus.DECEASED, left_on=date(2026, 1, 1))
    rows = ledger(site, "roster", "")
    assert [row[0] for row in rows] == list(range(1, 48))
    joined, full = datetime(1986, 7, 1), datetime(1987, 7, 1)  # noqa: DTZ001 - a cell has no zone
    assert ["白玉珍", None, "第一党小组", "正式党员", joined, full, "支部委员", "否", "否", "不作要求"] in [
        row[1:] for row in rows
    ]
    [away] = [row for row in rows if row[1] == "段文斌"]
    assert away[8:] == ["是", "是", None]
    assert [row[4] for row in rows if row[1] == "丁小妹"] == ["预备党员"]
    assert "走了的" not in [row[1] for row in rows]


def test_roster_has_no_telephone_and_says_nothing_of_sex(site: Site) -> None:
    answer = ask(site, "roster", "")
    assert {row[2] for row in rows_of(sheet_of(answer))} == {None}
    assert "138" not in "".join(str(cell) for row in rows_of(sheet_of(answer)) for cell in row)


# 签到表.


def test_sign_in_sheet_has_the_order_and_numbers_of_the_paper_and_the_sums(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    with site.sessions.begin() as session:
        lines = {
            name: session.get_one(RollLine, (site.gathering_id, site.members[name].id))
            for name in ("白玉珍", "陈春生", "方国栋")
        }
        by = site.staff["clerk"].id
        lines["白玉珍"].status, lines["白玉珍"].checked_in_at = Status.PRESENT, NOON
        lines["白玉珍"].checked_in_via = CheckedIn.QR
        for name, status in (("陈春生", Status.LEAVE), ("方国栋", Status.LATE)):
            lines[name].status, lines[name].marked_by, lines[name].marked_at = status, by, NOON
    sheet = sheet_of(ask(site, "sign-in", f"roll={roll}"))
    rows = rows_of(sheet)
    assert [row[0] for row in rows] == [*range(1, 46), None]
    assert rows[0][1:5] == ["白玉珍", "第一党小组", "手机 14:50", "到会"]
    assert [row[3:5] for row in rows if row[1] in ("陈春生", "方国栋")] == [[None, "请假"], [None, "迟到"]]
    assert rows[3][3:5] == [None, None]
    assert rows[-1][1:5] == ["段文斌", "第一党小组", None, "外出"]
    assert [line.rstrip("　") for line in said_in(sheet)[3:5]] == [
        "应到 45　实到 ＿＿　请假 ＿＿　缺席 ＿＿　不作要求 ＿＿　列席 ＿＿",
        "主持人：　　　　　　　　　　记录人：",
    ]


def test_sign_in_sheet_names_who_held_and_wrote_it_once_that_is_written(site: Site) -> None:
    lines = [("白玉珍", Status.PRESENT), ("陈春生", Status.UNCLEAR), ("段文斌", Status.AWAY)]
    roll = confirmed(site, "home", lines)
    with site.sessions.begin() as session:
        session.get_one(Roll, roll).observers = 3
        filed_minutes(session, session.get_one(Roll, roll), site.staff["secretary"])
    said = said_in(sheet_of(ask(site, "sign-in", f"roll={roll}")))
    assert said[3:5] == [
        "应到 2　实到 1　请假 0　缺席 0　不作要求 0　列席 3　外出 1　未查明 1",
        "主持人：李书平　　记录人：周敏",
    ]


@pytest.mark.parametrize("roll", ["", "x", "٣", "9" * 17, "9" * 30])
def test_sign_in_sheet_of_no_roll_is_not_found(site: Site, roll: str) -> None:
    assert ask(site, "sign-in", f"roll={roll}").status_code == 404


# 三会一课情况汇总.


def test_meetings_stand_by_day_with_the_numbers_of_the_confirmed_roll(site: Site) -> None:
    came = [("白玉珍", Status.PRESENT), ("陈春生", Status.LATE), ("方国栋", Status.ABSENT)]
    later = confirmed(site, "home", [*came, ("高长山", Status.UNCLEAR), ("段文斌", Status.AWAY)])
    confirmed(site, "home", [("白玉珍", Status.PRESENT)], kind=GatheringKind.MEMBER_ASSEMBLY, **OCTOBER)
    with site.sessions.begin() as session:
        filed_minutes(session, session.get_one(Roll, later), site.staff["secretary"])
    days = [datetime(2026, 10, 25), datetime(2026, 11, 25)]  # noqa: DTZ001 - a cell has no zone
    assert ledger(site, "meetings") == [
        ["党员大会", days[0], "十月主题党日", "村部二楼会议室", 1, 1, 1, 0, 0, "待归档"],
        ["主题党日", days[1], "十一月主题党日", "村部二楼会议室", 4, 2, 0.5, 0, 1, "已归档"],
    ]


def test_meeting_that_fulfils_more_than_one_duty_names_them_all(site: Site) -> None:
    roll = confirmed(site, "home", [])
    with site.sessions.begin() as session:
        it = session.get_one(Roll, roll).gathering_id
        for tag in (GatheringKind.LECTURE, GatheringKind.THEME_DAY):
            session.add(GatheringTag(gathering_id=it, tag=tag))
    [row] = ledger(site, "meetings")
    assert row[0] == "主题党日、党课"
    assert row[4:9] == [0, 0, None, 0, 0]


def test_group_meeting_stands_with_its_branch(site: Site) -> None:
    confirmed(site, "group1", [("白玉珍", Status.PRESENT)], kind=GatheringKind.GROUP)
    assert [row[0] for row in ledger(site, "meetings")] == ["党小组会（第一党小组）"]
    assert [row[:2] for row in ledger(site, "meetings", who="town")] == [
        ["青石村党支部", "党小组会（第一党小组）"]
    ]


def test_unconfirmed_roll_has_no_numbers_and_what_is_not_held_is_not_there(site: Site) -> None:
    publish_theme_day(site)
    with site.sessions.begin() as session:
        for state in (GatheringState.CANCELLED, GatheringState.DRAFT):
            it = a_gathering(session, site.orgs["home"], state, reason="大雪", starts_at=NOON)
            a_roll(session, it, site.orgs["home"])
    assert ledger(site, "meetings") == []
    site.clock[0] = THREE_O_CLOCK
    assert [row[4:] for row in ledger(site, "meetings")] == [[None] * 5 + ["名册待确认"]]


def test_record_sent_back_or_only_drafted_is_not_filed(site: Site) -> None:
    rolls = [confirmed(site, "home", [], **OCTOBER), confirmed(site, "home", [])]
    with site.sessions.begin() as session:
        by = site.staff["secretary"]
        some_minutes(session, session.get_one(Roll, rolls[0]), by)
        back = {"returned_at": NOON, "returned_by": by.id, "return_reason": "主持人写错了"}
        filed_minutes(session, session.get_one(Roll, rolls[1]), by, state=MinutesState.RETURNED, **back)
    assert [row[-1] for row in ledger(site, "meetings")] == ["待归档", "退回补正"]


def test_officers_get_their_subtree_in_the_order_of_the_tree_and_nobody_elses(site: Site) -> None:
    for org in ("far", "neighbour", "home"):
        confirmed(site, org, [])
        confirmed(site, org, [], **OCTOBER)
    near = ["青石村党支部"] * 2 + ["柳湾村党支部"] * 2
    assert [row[0] for row in ledger(site, "meetings", who="town")] == near
    assert [row[0] for row in ledger(site, "meetings", who="zone")] == [*near, *["远山村党支部"] * 2]
    assert [row[0] for row in ledger(site, "meetings", who="far")] == ["主题党日"] * 2
    assert [row[1] for row in ledger(site, "meetings", "since=2026-11&until=2026-11", who="zone")] == [
        "主题党日"
    ] * 3
    strange = site.orgs["far"].id
    assert ask(site, "meetings", f"{MONTHS}&org={strange}", who="town").status_code == 404


# 请假补学登记.


def test_leave_register_says_why_who_agreed_and_how_it_was_made_up(site: Site) -> None:
    names = {
        "何桂芳": Status.LEAVE,
        "高长山": Status.LEAVE,
        "白玉珍": Status.ABSENT,
        "陈春生": Status.PRESENT,
    }
    roll = confirmed(site, "home", list(names.items()))
    by, clerk = site.staff["secretary"].id, site.staff["clerk"].id
    with site.sessions.begin() as session:
        gathering = session.get_one(Gathering, session.get_one(Roll, roll).gathering_id)
        yes = {"state": LeaveState.APPROVED, "decided_by": by, "decided_at": NOON}
        for name, late in (("何桂芳", True), ("陈春生", False)):
            asked = a_leave(session, gathering, site.members[name], LeaveReason.ILLNESS, **yes)
            asked.late = late
        a_leave(session, gathering, site.members["高长山"], state=LeaveState.WITHDRAWN)
        for name, done in (("何桂芳", date(2026, 11, 25)), ("白玉珍", None)):
            session.add(
                Makeup(
                    gathering_id=gathering.id,
                    member_id=site.members[name].id, form=MakeupForm.ONE_TO_ONE,
                    due_on=date(2026, 12, 24), planned_at=NOON, planned_by=by, done_on=done,
                    done_by=clerk if done else None, content="学习" if done else None,
                )
            )  # fmt: skip
    day = datetime(2026, 11, 25)  # noqa: DTZ001 - a cell has no zone
    assert ledger(site, "leave-makeup") == [
        ["白玉珍", day, "缺席", None, "一对一补学", None, None],
        ["高长山", day, "请假", None, None, None, None],
        ["何桂芳", day, "身体不适（补假）", "周明远", "一对一补学", day, "林小满"],
    ]


# 流动党员.


def test_floating_members_stand_with_what_they_took_part_in_and_no_whole_number(site: Site) -> None:
    confirmed(site, "home", [("段文斌", Status.PRESENT)], **OCTOBER)
    away = site.members["段文斌"]
    with site.sessions.begin() as session:
        person = session.merge(away)
        person.phone_box, person.phone_hash = KEYRING.seal("13812345678"), b"x"
        spell = session.scalars(select(Spell).where(Spell.member_id == away.id)).one()
        spell.to_on, spell.host, spell.contact = date(2026, 12, 31), "商贸城党支部", "张书记 139-8765-4321"
        by = {"state": ReportState.ACCEPTED, "decided_by": site.staff["secretary"].id, "decided_at": NOON}
        a_host_attendance(session, person, **by)
        over = a_member(session, site.orgs["home"], "早回来", no_phone=True)
        a_spell(session, over, to_on=date(2026, 9, 30))
        called_off = a_member(session, site.orgs["home"], "没有去")
        a_spell(session, called_off, from_on=date(2026, 11, 1), to_on=date(2026, 10, 31))
    assert ledger(site, "floating") == [
        [
            "段文斌", "杭州市", "2026-01-01 至 2026-12-31", "138****5678", "张书记 139****4321",
            datetime(2026, 11, 24), "商贸城党支部", "在流入地参加 1 次，回支部参加 1 次",  # noqa: DTZ001
        ]
    ]  # fmt: skip
    assert [
        row[:4] for row in ledger(site, "floating", "since=2026-09&until=2026-09") if row[0] == "早回来"
    ] == [["早回来", None, "2026-01-01 至 2026-09-30", "没有手机"]]


# The page, and what is asked wrongly.


def test_page_offers_what_the_person_may_take_out(site: Site) -> None:
    publish_theme_day(site)
    own = site.browser("secretary").get("/console/ledgers").text
    assert all(f"/console/ledgers/{kind}" in own for kind in PRINTED)
    above = site.browser("town").get("/console/ledgers").text
    assert "/console/ledgers/meetings" in above
    assert not any(f"/console/ledgers/{kind}" in above for kind in PRINTED if kind != "meetings")


def test_link_without_a_purpose_leads_to_the_page_with_its_choices_made(site: Site) -> None:
    browser, org = site.browser("town"), site.orgs["home"].id
    answer = browser.get(f"/console/ledgers/meetings?org={org}&since=2026-03&until=2026-04")
    assert answer.status_code == 303
    page = browser.get(answer.headers["Location"]).text
    assert f'<option value="{org}" selected>' in page
    assert page.count('<option value="2026-03" selected>') == 1
    with site.sessions() as session:
        assert session.scalars(select(Audit).where(Audit.verb == "export")).all() == []


def test_sign_in_sheet_to_print_leads_to_the_excel_one_with_its_roll_chosen(site: Site) -> None:
    roll, browser = publish_theme_day(site)["home"], site.browser("clerk")
    assert f'href="/console/ledgers/sign-in?roll={roll}"' in browser.get(f"/console/rolls/{roll}/sheet").text
    answer = browser.get(f"/console/ledgers/sign-in?roll={roll}")
    assert answer.headers["Location"] == f"/console/ledgers?roll={roll}#sign-in"
    assert f'<option value="{roll}" selected>' in browser.get(answer.headers["Location"]).text
    assert "Excel" not in site.browser("leader").get(f"/console/rolls/{roll}/sheet").text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("since=2026-01&until=2026-11&purpose=", "请选一项用途"),
        ("since=2026-01&until=2026-11&purpose=fun", "请选一项用途"),
        ("since=2026-02&until=2026-01&purpose=check", "结束月份不早于开始月份"),
        ("since=2025-11&until=2026-11&purpose=check", "一次最多 12 个月"),
        ("since=2026-13&until=2026-11&purpose=check", "月份请从列表里选"),
        ("since=2026-1%2701&until=9999-99&purpose=check", "月份请从列表里选"),
    ],
)
def test_what_is_chosen_wrongly_is_said_beside_the_field_and_stays(site: Site, query: str, said: str) -> None:
    answer = site.browser("secretary").get(f"/console/ledgers/floating?{query}")
    assert answer.status_code == 400
    assert said in answer.text
    assert ('<option value="check" selected>' in answer.text) is query.endswith("check")
    with site.sessions() as session:
        assert session.scalars(select(Audit).where(Audit.verb == "export")).all() == []


@pytest.mark.parametrize("odd", ["endpoint=x", "_anchor=x", "_external=1&_scheme=x", "kind=a&self=b"])
def test_link_chooses_nothing_but_what_the_page_asks(site: Site, odd: str) -> None:
    answer = site.browser("secretary").get(f"/console/ledgers/meetings?{odd}&until=2026-03")
    assert answer.headers["Location"] == "/console/ledgers?until=2026-03#meetings"


def test_ledger_of_months_without_anything_says_so(site: Site) -> None:
    said = said_in(sheet_of(ask(site, "leave-makeup", "since=2026-03&until=2026-03")))
    assert said[2] == "没有记录。"


def test_person_who_moved_since_stays_where_the_leave_was_recorded(site: Site) -> None:
    confirmed(site, "group1", [("何桂芳", Status.LEAVE)], kind=GatheringKind.GROUP)
    with site.sessions.begin() as session:
        person = session.merge(site.members["何桂芳"])
        person.group_id, person.branch_id = None, site.orgs["far"].id
    assert [row[0] for row in ledger(site, "leave-makeup")] == ["何桂芳"]
    assert ledger(site, "leave-makeup", who="far") == []


@pytest.mark.parametrize("kind", ["", *(f"/{kind}" for kind in PRINTED)])
def test_number_of_statements_does_not_grow_with_the_people(site: Site, kind: str) -> None:
    rolls, spent = publish_theme_day(site), {}
    with site.sessions() as session:
        engine = session.get_bind()
    for who, org in (("secretary", "home"), ("neighbour", "neighbour")):
        client = site.browser(who).client
        address = f"/console/ledgers{kind}?{MONTHS}&purpose=check&roll={rolls[org]}"
        told: list[Any] = []

        def note(*args: Any, told: list[Any] = told) -> None:
            told.append(args[2])

        event.listen(engine, "before_cursor_execute", note)
        assert client.get(address, buffered=True).status_code == 200
        event.remove(engine, "before_cursor_execute", note)
        spent[org] = len(told)
    assert spent["home"] == spent["neighbour"] < 15


def test_twelve_months_are_taken_out_at_once_across_a_new_year(site: Site) -> None:
    said = said_in(sheet_of(ask(site, "meetings", "since=2025-12&until=2026-11")))
    assert said[1] == "组织：青石村党支部　　期间：2025年12月至2026年11月"


def test_group_has_no_ledger_of_its_own(site: Site) -> None:
    for kind in ("", "/meetings", "/roster"):
        answer = site.browser("secretary").get(f"/console/ledgers{kind}?org={site.orgs['group1'].id}")
        assert answer.status_code == 409


def test_file_has_a_chinese_name_that_every_computer_takes(site: Site) -> None:
    with site.sessions.begin() as session:
        session.merge(site.orgs["home"]).name = 'A/B\\..:"村\u202ecod'
    answer = ask(site, "meetings")
    assert unquote(answer.headers["Content-Disposition"].rpartition("''")[2]) == (
        "A_B_..__村cod 三会一课情况汇总 2026年10月至11月.xlsx"
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_exporters_name_is_no_code_of_the_page_foot(site: Site) -> None:
    with site.sessions.begin() as session:
        session.merge(site.staff["secretary"]).name = "周&P&N" * 6
    left, right = foot_of(sheet_of(ask(site, "meetings")))
    assert "&" not in left
    assert len(left + right) < 200


def test_general_branch_names_the_branch_in_each_row(site: Site) -> None:
    with site.sessions.begin() as session:
        general = an_org(session, OrgKind.GENERAL_BRANCH, "河东镇机关党总支", site.orgs["town"])
        for name in ("财政所党支部", "农技站党支部"):
            person = a_member(session, a_branch(session, general, name=name), f"{name[:2]}人")
            a_spell(session, person)
        a_post(session, site.staff["far"], general)
    found = ledger(site, "roster", f"org={general.id}", who="far")
    assert [row[:3] for row in found] == [["财政所党支部", 1, "财政人"], ["农技站党支部", 2, "农技人"]]
    assert [row[0] for row in ledger(site, "floating", f"{MONTHS}&org={general.id}", who="far")] == [
        "财政所党支部", "农技站党支部",
    ]  # fmt: skip
