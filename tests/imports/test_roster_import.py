"""Importing a roster."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Audit
from models.base import Sessions
from models.people.imports.report import Report
from models.people.imports.roster_import import import_roster
from models.people.member import Member, MemberStatus, Spell, SpellKind
from models.people.org import Org, OrgKind
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import KEYRING, a_branch, a_group, a_member, a_spell, a_township, a_zone
from tests.imports.sheets import a_merged_workbook, a_workbook

HEADER = ["支部", "姓名", "手机号", "党员身份", "入党时间"]
WANG: list[Any] = ["QS", "王建国", "13800000001", "正式党员", "2011-07"]
LI: list[Any] = ["QS", "李秀英", None, "预备党员", "2026-06"]


def run(
    session: Session,
    rows: Sequence[Sequence[Any]],
    header: Sequence[str] = HEADER,
    *,
    org_code: str | None = None,
    dry_run: bool = False,
    now: datetime = NOON,
) -> Report:
    file = a_workbook([header, *rows])
    return import_roster(session, KEYRING, file, org_code=org_code, dry_run=dry_run, now=now, by=None)


def members(session: Session) -> list[Member]:
    return list(session.scalars(select(Member).order_by(Member.id).execution_options(populate_existing=True)))


@pytest.fixture
def branch(session: Session) -> Org:
    return a_branch(session, code="QS")


def test_every_column_is_kept(session: Session, branch: Org) -> None:
    header = [*HEADER, "转正时间", "家属电话", "党小组", "职务", "类别", "流动", "不用手机"]
    report = run(
        session, [[*WANG, "2012-07", "0391-3550000", "第一党小组", "支委", "村干部", "是", "是"]], header
    )
    (member,) = members(session)
    group = session.scalars(select(Org).where(Org.kind == OrgKind.PARTY_GROUP)).one()
    assert report.problems == []
    assert (member.name, member.branch_id, member.status) == ("王建国", branch.id, MemberStatus.FULL)
    assert (member.joined_on, member.full_on) == (date(2011, 7, 1), date(2012, 7, 1))
    assert (member.office, member.no_phone, member.group_id) == ("支委", True, group.id)
    assert (group.name, group.parent_id, group.code) == ("第一党小组", branch.id, "QS-1")
    spells = {
        spell.kind: (spell.code, spell.from_on, spell.to_on) for spell in session.scalars(select(Spell))
    }
    assert spells == {
        SpellKind.AWAY: (None, date(2026, 11, 25), None),
        SpellKind.CATEGORY: ("cadre", date(2026, 1, 1), None),
    }


def test_phones_are_sealed_and_hashed(session: Session, branch: Org) -> None:
    run(session, [[*WANG, "13900000002"]], [*HEADER, "家属电话"])
    (member,) = members(session)
    assert member.phone_box is not None
    assert member.family_phone_box is not None
    assert KEYRING.unseal(member.phone_box) == "13800000001"
    assert member.phone_hash == KEYRING.phone_hash("13800000001")
    assert KEYRING.unseal(member.family_phone_box) == "13900000002"


def test_the_same_file_again_changes_nothing(session: Session, branch: Org) -> None:
    header = [*HEADER, "家属电话", "党小组", "类别", "流动"]
    rows = [[*WANG, "13900000002", "第一党小组", "在职", "是"], [*LI, None, None, None, "否"]]
    run(session, rows, header)
    acts = session.scalar(select(func.count()).select_from(Audit))
    boxes = [member.phone_box for member in members(session)]
    report = run(session, rows, header, now=NOON + timedelta(days=40))
    assert (report.added, report.changed, report.unchanged, report.missing) == ([], [], 2, [])
    assert [member.phone_box for member in members(session)] == boxes
    assert session.scalar(select(func.count()).select_from(Audit)) == acts
    assert session.scalar(select(func.count()).select_from(Spell)) == 2
    assert report.branch_ids == ()


def test_a_dry_run_shows_and_writes_nothing(session: Session, branch: Org) -> None:
    run(session, [WANG])
    moved = [*WANG[:2], "13800000009", *WANG[3:]]
    report = run(session, [[*moved, "一组"], [*LI, "一组"]], [*HEADER, "党小组"], dry_run=True)
    assert [(added.row, added.who) for added in report.added] == [(3, "青石村党支部 李秀英")]
    assert [(c.row, c.who, c.fields) for c in report.changed] == [
        (2, "青石村党支部 王建国", ("手机号", "党小组"))
    ]
    assert report.notices == ["平台上还没有、随这次导入新建的党小组：青石村党支部 一组"]
    (member,) = members(session)
    assert member.phone_hash == KEYRING.phone_hash("13800000001")
    assert session.scalar(select(func.count()).where(Org.kind == OrgKind.PARTY_GROUP)) == 0


def test_an_empty_cell_keeps_what_is_known(session: Session, branch: Org) -> None:
    run(session, [WANG])
    report = run(session, [["QS", "王建国", None, None, None]])
    assert report.unchanged == 1
    assert members(session)[0].joined_on == date(2011, 7, 1)


def test_a_person_missing_from_the_file_is_listed_and_stays(session: Session, branch: Org) -> None:
    run(session, [WANG, LI])
    report = run(session, [WANG])
    assert report.missing == ["青石村党支部 李秀英"]
    assert len(members(session)) == 2


def test_one_bad_row_stops_everything_and_each_is_listed(session: Session, branch: Org) -> None:
    rows: list[list[Any]] = [
        WANG,
        ["QS", None, "138", "积极分子", "2011"],
        ["河西村党支部", "李秀英", None, None, None],
    ]
    report = run(session, rows)
    assert [(p.row, p.column) for p in report.problems] == [
        (3, "姓名"),
        (3, "手机号"),
        (3, "党员身份"),
        (3, "入党时间"),
        (4, "支部"),
    ]
    assert members(session) == []


def test_days_in_every_shape_are_the_same_day(session: Session, branch: Org) -> None:
    shapes: list[Any] = [
        date(1985, 7, 1), "1985-07-01", "1985年7月1日", "1985.7", 1985.7, "198507", 198507, "19850701",
        "１９８５年７月１日", "１９８５．０７．０１", 31229, "31229", "1985/7/1",
    ]  # fmt: skip
    rows = [
        ["QS", f"王建{'甲乙丙丁戊己庚辛壬癸子丑寅'[n]}", None, "正式党员", shape]
        for n, shape in enumerate(shapes)
    ]
    assert run(session, rows).problems == []
    assert {member.joined_on for member in members(session)} == {date(1985, 7, 1)}
    assert len(members(session)) == len(shapes)


def test_each_problem_is_told_with_row_column_and_what_to_do(session: Session, branch: Org) -> None:
    rows: list[list[Any]] = [
        ["QS", "王建甲", None, "正式党员", "1985-02-30"],
        ["QS", "王建乙", None, "正式党员", "85.7"],
        ["QS", "王建丙", "1380000000", "正式党员", "=TODAY()"],
        ["石", "王建丁", None, None, None],
    ]
    said = run(session, rows).sentences(dry_run=True)
    assert [line.strip() for line in said] == [
        "有 5 处要改，一行也没有写入：",
        "第 2 行 E 列“入党时间”：日历上没有这一天，请核对年、月、日",
        "第 3 行 E 列“入党时间”：年份只有两位，分不清是哪一年，请写四位，例如 1985-07",
        "第 4 行 E 列“入党时间”：这一格是公式，不会替您计算，请复制后用“选择性粘贴—数值”改成值",
        "第 4 行 C 列“手机号”：应是 1 开头的 11 位手机号，一格一个；"
        "如果显示成 1.38E+10，请把这一列设成文本再填",
        "第 5 行 A 列“支部”：没有“石”这个支部，或不在导入范围内，请填支部的代码或全称",
    ]


@pytest.mark.parametrize(
    ("status", "joined", "full", "column"),
    [
        (None, "2011-07", None, "党员身份"),
        ("正式党员", "2011-07", "2010-07", "转正时间"),
        ("预备党员", "2011-07", "2012-07", "转正时间"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(
    session: Session, branch: Org, status: str | None, joined: str, full: str | None, column: str
) -> None:
    report = run(session, [["QS", "王建国", None, status, joined, full]], [*HEADER, "转正时间"])
    assert [(p.row, p.column) for p in report.problems] == [(2, column)]


def test_a_row_that_contradicts_what_is_known_is_refused(session: Session, branch: Org) -> None:
    run(session, [WANG])
    report = run(session, [["QS", "王建国", "2010-01"]], ["支部", "姓名", "转正时间"])
    assert [(p.row, p.column) for p in report.problems] == [(2, "转正时间")]


def test_a_date_of_full_membership_makes_a_full_member(session: Session, branch: Org) -> None:
    run(session, [["QS", "王建国", "2012-07"]], ["支部", "姓名", "转正时间"])
    assert members(session)[0].status is MemberStatus.FULL


def test_a_branch_is_found_by_name_in_any_width(session: Session) -> None:
    branch = a_branch(session, name="青石村（北）党支部")
    run(session, [["青石村 (北) 党支部", *WANG[1:]]])
    assert members(session)[0].branch_id == branch.id


def test_two_branches_of_one_name_need_the_code(session: Session) -> None:
    zone = a_zone(session)
    for town in ("河东镇党委", "河西镇党委"):
        a_branch(session, a_township(session, zone, town))
    report = run(session, [["青石村党支部", *WANG[1:]]])
    assert "请改填支部代码" in report.problems[0].reason


def test_a_file_for_one_branch_needs_no_branch_column(session: Session, branch: Org) -> None:
    run(session, [WANG[1:]], HEADER[1:], org_code="QS")
    assert members(session)[0].branch_id == branch.id


def test_a_file_for_one_branch_takes_no_other(session: Session, branch: Org) -> None:
    a_branch(session, session.get(Org, branch.parent_id), code="HX", name="河西村党支部")
    report = run(session, [["HX", *WANG[1:]]], org_code="QS")
    assert [(p.row, p.column) for p in report.problems] == [(2, "支部")]


def test_without_a_branch_column_the_whole_zone_is_refused(session: Session, branch: Org) -> None:
    with pytest.raises(Refused) as refused:
        run(session, [WANG[1:]], HEADER[1:])
    assert refused.value.code == "header_missing"


def test_a_group_is_no_place_for_an_import(session: Session, branch: Org) -> None:
    a_group(session, branch, code="G1")
    with pytest.raises(Refused) as refused:
        run(session, [WANG], org_code="G1")
    assert refused.value.code == "not_a_branch"


def test_an_unknown_organisation_is_refused(session: Session) -> None:
    with pytest.raises(Refused) as refused:
        run(session, [WANG], org_code="ZZ")
    assert refused.value.code == "unknown_org"


def test_a_township_lists_the_missing_of_branches_not_in_the_file(session: Session, branch: Org) -> None:
    town = session.get_one(Org, branch.parent_id)
    other = a_branch(session, town, name="河西村党支部")
    a_member(session, other, "赵大山")
    assert run(session, [WANG]).missing == []
    assert run(session, [WANG], org_code=town.code).missing == ["河西村党支部 赵大山"]


def test_a_member_away_already_gets_no_second_spell(session: Session, branch: Org) -> None:
    a_spell(session, a_member(session, branch))
    report = run(session, [["QS", "王建国", "是"]], ["支部", "姓名", "流动"])
    assert (report.unchanged, session.scalar(select(func.count()).select_from(Spell))) == (1, 1)


def test_an_import_says_and_does_not_decide_that_somebody_came_back(session: Session, branch: Org) -> None:
    a_spell(session, a_member(session, branch))
    report = run(session, [["QS", "王建国", "否"]], ["支部", "姓名", "流动"])
    assert (report.unchanged, "请支部核对" in report.notices[0]) == (1, True)
    assert session.scalars(select(Spell)).one().to_on is None


def test_a_new_category_follows_the_old_one(session: Session, branch: Org) -> None:
    a_spell(session, a_member(session, branch), SpellKind.CATEGORY, code="resident")
    report = run(session, [["QS", "王建国", "村组干部"]], ["支部", "姓名", "类别"])
    assert report.changed[0].fields == ("类别",)
    spells = session.scalars(select(Spell).order_by(Spell.from_on).execution_options(populate_existing=True))
    assert [(spell.code, spell.from_on, spell.to_on) for spell in spells] == [
        ("resident", date(2026, 1, 1), date(2026, 11, 24)),
        ("cadre", date(2026, 11, 25), None),
    ]


def test_an_existing_group_is_joined(session: Session, branch: Org) -> None:
    group = a_group(session, branch)
    run(session, [[*WANG, "第一党小组"]], [*HEADER, "党小组"])
    assert members(session)[0].group_id == group.id


def test_the_branches_touched_are_told(session: Session, branch: Org) -> None:
    other = a_branch(session, session.get(Org, branch.parent_id), code="HX", name="河西村党支部")
    run(session, [WANG])
    assert run(session, [WANG, ["HX", *LI[1:]]]).branch_ids == (other.id,)


def test_the_log_holds_codes_and_dates_and_nobody(session: Session, branch: Org) -> None:
    run(session, [[*WANG, "一组"]], [*HEADER, "党小组"])
    run(session, [["QS", "王建国", "13800000009", None, "2011-07"]])
    rows = session.scalars(select(Audit).order_by(Audit.id)).all()
    assert [row.verb for row in rows] == ["add", "add", "import_roster", "change", "import_roster"]
    assert (rows[3].before or {})["joined_on"] == "2011-07-01"
    assert (rows[3].after or {})["fields"] == ["phone"]
    held = repr([(row.before, row.after) for row in rows])
    assert not any(word in held for word in ("王", "一组", "13800000001", "13800000009"))


def test_two_imports_at_once_add_everybody_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_branch(session, code="QS")
    start = Barrier(2)

    def import_once(_: int) -> int:
        with sessions.begin() as session:
            session.scalar(select(1))
            start.wait(timeout=10)
            return len(run(session, [WANG, LI]).added)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(import_once, range(2))) == [0, 2]
    with sessions() as session:
        assert len(members(session)) == 2


def test_a_branch_merged_down_a_whole_roster_is_read(session: Session, branch: Org) -> None:
    rows: list[list[Any]] = [
        ["青石村党支部党员名册"],
        ["支部", "姓名", "党员身份"],
        ["青石村党支部", "王建国", "正式党员"],
        [None, "李秀英", "正式党员"],
    ]
    file = a_merged_workbook(rows, "A1:C1", "A3:A4")
    report = import_roster(session, KEYRING, file, org_code=None, dry_run=False, now=NOON, by=None)
    assert (report.problems, len(report.added)) == ([], 2)
    assert {member.branch_id for member in members(session)} == {branch.id}


def test_a_file_without_a_row_is_refused_before_everybody_is_called_missing(
    session: Session, branch: Org
) -> None:
    with pytest.raises(Refused) as refused:
        run(session, [])
    assert refused.value.code == "workbook_empty"
