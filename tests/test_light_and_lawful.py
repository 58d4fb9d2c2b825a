"""Lawful and light: what the rules forbid does not exist, and a phone gives nobody anything.

Rules 1 to 3 and 10 of the product: signing in is voluntary and all ways weigh the same; unmarked is not
absent; nothing is tracked or ranked; every act that changes a record is in the log.
"""

import re
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Audit, Via
from models.gatherings.check_in import Proof, Typed, check_in_by_binding, check_in_by_session
from models.gatherings.doors import close_gathering, new_code, open_gathering
from models.gatherings.gathering import AgendaKind, Gathering
from models.gatherings.hall_code import read_token
from models.gatherings.marks import lines_of, set_marks, settle_rest, surname_order
from models.gatherings.plan import Plan, draft, redraft
from models.gatherings.roll import RollLine, Status
from models.notices.audience import Channels
from models.notices.change import Change, move_gathering
from models.notices.publish import cancel, publish
from models.notices.reading import UNREAD
from models.people.bind import bind, issue_codes, open_binding, unbind
from models.people.console import change_password, check_password, make_account, start_session
from models.people.member import Member
from models.people.said import Said
from models.points.entry import PointEntry, Source
from models.points.posting import amend_roll, confirm_roll
from models.ratings.statement.statement import statement_of
from models.tables import TABLES
from tests.conftest import NOON
from tests.factories import KEYRING, a_branch, a_member, a_post, an_account
from tests.gatherings.halls import MINI, Hall, a_hall, hashed, spender
from tests.handlers.fields import FIELDS
from tests.points.published import publish_for
from tests.twins import YEAR, a_year_of_twins, object_to_an_absence, statuses

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[1]
SHOWN = [
    path
    for folder in ("handlers", "models", "jobs", "wechat")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".html", ".js", ".css", ".json") and "vendor" not in path.parts
]


# 1. Signing in is voluntary, has no other name, and every way gives the same.


def test_nothing_that_people_read_says_punch_in() -> None:
    assert [path for path in SHOWN if "打卡" in path.read_text("utf-8")] == []


def every_way(session: Session, scheme: str) -> Hall:
    """Let five members come in five ways and one stay away in two; the roll is confirmed."""
    hall = a_hall(session, members=7)
    publish_for(session, hall.branch, scheme)
    proofs: list[tuple[int, Proof]] = [
        (0, read_token(hall.token())),
        (1, Typed(hall.gathering.id, hall.digits())),
    ]
    for n, proof in proofs:
        check_in_by_session(session, KEYRING, hashed(hall.phones[n]), proof, spend=spender(session), now=NOON)
    check_in_by_binding(
        session, KEYRING, hall.bindings[2].id, read_token(hall.token()), spend=spender(session), now=NOON
    )
    by_hand = {
        3: Status.PRESENT,
        4: Status.PRESENT,
        5: Status.ABSENT,
        6: Status.ABSENT,
    }
    marks = {hall.members[n].id: status for n, status in by_hand.items()}
    set_marks(session, hall.roll.id, marks, by=hall.secretary.id, now=NOON)
    confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=NOON)
    return hall


@pytest.mark.parametrize("scheme", ["DEMO", "ATTEND", "ZONE"])
def test_scan_digits_chat_and_tick_leave_the_same_status_and_the_same_ledger(
    session: Session, scheme: str
) -> None:
    hall = every_way(session, scheme)

    def ledger(n: int) -> list[object]:
        query = select(PointEntry).where(PointEntry.member_id == hall.members[n].id)
        same = ("item", "cycle", "period", "occurred_on", "quantity", "points", "source", "account_id")
        return [[getattr(entry, name) for name in same] for entry in session.scalars(query)]

    statuses = {session.get_one(RollLine, (hall.gathering.id, hall.members[n].id)).status for n in range(5)}
    assert statuses == {Status.PRESENT}
    assert all(ledger(n) == ledger(0) for n in range(5))
    assert ledger(5) == ledger(6)


SCHEMES = sorted(path.stem for path in (ROOT / "models" / "points" / "schemes").glob("*.json"))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_twins_with_and_without_a_phone_end_the_year_with_the_same_ledger(
    session: Session, scheme: str
) -> None:
    twins = a_year_of_twins(session, scheme)

    def ledger(member: Member) -> list[list[object]]:
        found = session.scalars(
            select(PointEntry).where(PointEntry.member_id == member.id).order_by(PointEntry.id)
        )
        # Not the revision: two lines corrected one after the other make two.
        same = (
            "branch_id", "scheme_id", "item", "level", "reason", "cycle", "period", "occurred_on", "quantity",
            "points", "source", "gathering_id", "account_id",
        )  # fmt: skip
        return [[*(getattr(entry, name) for name in same), entry.reverses is None] for entry in found]

    assert statuses(session, twins.phone) == statuses(session, twins.paper) == [said for _, said in YEAR]
    assert ledger(twins.phone) == ledger(twins.paper)
    end = NOON.replace(month=12, day=31)
    phone, paper = (statement_of(session, one.id, now=end) for one in (twins.phone, twins.paper))
    assert phone is not None
    assert paper is not None
    assert (phone.balance.total, phone.balance.parts) == (paper.balance.total, paper.balance.parts)


def test_a_year_of_twins_posts_something_and_takes_something_back(session: Session) -> None:
    # Else equal ledgers would say nothing.
    found = {}
    for scheme in ("ATTEND", "DEMO"):
        phone = a_year_of_twins(session, scheme).phone
        query = select(PointEntry.points).where(PointEntry.member_id == phone.id).order_by(PointEntry.id)
        found[scheme] = [int(points) for points in session.scalars(query)]
    assert found == {
        "ATTEND": [1, 1, 1, 1, 1, 1, 1, -1, 1, 1, 1],
        "DEMO": [1, 1, -3, 3, -1, 1, -1, -3, 1],
    }


def test_twins_object_by_phone_and_by_word_of_mouth_and_are_heard_alike(session: Session) -> None:
    twins = a_year_of_twins(session, "DEMO")
    phone, paper = (object_to_an_absence(twins, member, way) for member, way in twins.ways())
    told = ("state", "desk", "due_on", "finding", "total_before", "total_after", "star_before", "star_after")
    assert [getattr(phone, name) for name in told] == [getattr(paper, name) for name in told]
    assert (phone.how, paper.how) == (None, Said.PHONE_CALL)
    assert statuses(session, twins.phone) == statuses(session, twins.paper)
    ledgers = []
    for member in (twins.phone, twins.paper):
        query = select(PointEntry).where(PointEntry.member_id == member.id).order_by(PointEntry.id)
        same = ("item", "cycle", "period", "occurred_on", "quantity", "points", "source", "gathering_id")
        ledgers.append([[getattr(one, name) for name in same] for one in session.scalars(query)])
    assert ledgers[0] == ledgers[1]
    # The absence of September, and its reversal.
    assert [entry[5] for entry in ledgers[0] if entry[2] == "2026-09"] == [-3, 3]


def test_ledger_does_not_know_how_anybody_was_recorded() -> None:
    columns = " ".join(TABLES["point_entry"].columns.keys())
    assert not re.search(r"via|way|phone|scan|openid|checked", columns)
    assert {source.value for source in Source} == {
        "attendance", "dues", "training", "volunteer", "post", "manual", "self_declare",
    }  # fmt: skip


# 2. Unmarked is unrecorded, never absent; absence takes a person's hand.


def test_nobody_becomes_absent_by_not_scanning(session: Session) -> None:
    hall = a_hall(session, members=3)
    close_gathering(session, hall.gathering, by=hall.secretary.id, now=NOON)
    settle_rest(session, hall.roll.id, Status.UNCLEAR, by=hall.secretary.id, now=NOON)
    confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=NOON)
    statuses = session.scalars(select(RollLine.status).where(RollLine.roll_id == hall.roll.id)).all()
    assert set(statuses) == {Status.UNCLEAR}


# 3. Nothing is tracked, nobody is ranked.

FORBIDDEN = re.compile(
    r"(^|_)(rank\w*|percentile|top_?n|streak|badge|latitude|longitude|lat|lng|gps|location|track|device\w*"
    r"|imei|face|photo|online\w*|login_count|log_ins|visits|installs?|last_login|read_count|likes)(_|$)"
)
NEVER_KEPT = re.compile(r"(^|_)(id_card|id_number|sex|gender|birth\w*|address|income|religion)(_|$)")


def test_no_table_has_a_column_for_what_is_never_kept() -> None:
    columns = [f"{table.name}.{column.name}" for table in TABLES.values() for column in table.columns]
    bad = [
        name for name in columns if any(rule.search(name.split(".")[1]) for rule in (FORBIDDEN, NEVER_KEPT))
    ]
    assert bad == []


def test_rule_sees_what_it_forbids() -> None:
    assert all(FORBIDDEN.search(name) for name in ("rank", "rank_no", "device_id", "login_count", "photo"))
    assert not any(FORBIDDEN.search(name) for name in ("position", "checked_in_at", "place", "started_at"))


def test_no_page_and_no_answer_speaks_of_places_or_numbers_one() -> None:
    words = re.compile(r"排名|名次|第一名|排行|打败了|连续签到|全勤王|活跃度|在线时长|安装率|绑定率")
    said = {path.name: words.findall(path.read_text("utf-8")) for path in SHOWN}
    assert {name: found for name, found in said.items() if found} == {}


def test_nothing_asks_a_phone_where_or_what_it_is() -> None:
    # The policy header that switches geolocation off is the opposite of asking.
    asked = re.compile(
        r"getLocation|geolocation(?!=\(\))|chooseLocation|getSystemInfo|User-Agent|user_agent|remote_addr"
    )
    found = {path.name: asked.findall(path.read_text("utf-8")) for path in SHOWN}
    # Whether a request's id comes from our own proxy; the address of a phone stays there.
    assert {name: words for name, words in found.items() if words} == {"log.py": ["remote_addr"]}


# Who may know that a member opened a notice: the member's own phone, through these.
OWN_READING = {
    "models/notices/kept.py",
    "models/notices/kept_rows.py",
    "models/notices/reading.py",
    "models/tables.py",
    "models/migrations/versions/0022_notices_read.py",
    "handlers/mini_program/home.py",
    "handlers/mini_program/notices.py",
    "handlers/mini_program/own_data.py",
}
OF_READING = re.compile(r"notice_read|NoticeRead|notices\.reading|read_at|notices\.kept|kept_rows")


def those_who_know_of_reading() -> set[str]:
    return {f"{path.relative_to(ROOT)}" for path in SHOWN if OF_READING.search(path.read_text("utf-8"))}


def test_what_a_member_has_read_stays_on_the_members_own_phone() -> None:
    assert those_who_know_of_reading() == OWN_READING


def test_no_answer_above_the_member_says_that_something_was_read() -> None:
    told = [route for route, fields in FIELDS.items() if any("read" in field for field in fields)]
    assert told == [
        "GET /api/v1/home",
        "GET /api/v1/notices",
        "GET /api/v1/notices/<int:notice_id>",
        "POST /api/v1/notices/<int:notice_id>/read",
    ]
    # The statement that counts what is unread is bound to one member, and asked for by nothing else.
    assert "member_id = :member" in str(UNREAD)


def test_people_stand_in_surname_order_whatever_they_did(session: Session) -> None:
    hall = a_hall(session, members=0)
    people = [a_member(session, hall.branch, name=name) for name in ("张建国", "白玉珍", "王福贵", "陈春生")]
    for person in people:
        session.add(RollLine(gathering_id=hall.gathering.id, member_id=person.id, roll_id=hall.roll.id))
    session.flush()
    set_marks(session, hall.roll.id, {people[0].id: Status.PRESENT}, by=hall.secretary.id, now=NOON)
    assert [line.name for line in lines_of(session, hall.roll.id)] == ["白玉珍", "陈春生", "王福贵", "张建国"]
    assert surname_order("白") < surname_order("陈") < surname_order("王") < surname_order("张")


def test_no_query_orders_people_by_points_or_time_of_arrival() -> None:
    sorted_by = re.compile(r"order_by\([^)]*\b(points|total|checked_in_at|marked_at|subtotal|star)\b")
    assert [path.name for path in SHOWN if sorted_by.search(path.read_text("utf-8"))] == []


# 10. Every act that changes a record is in the log: who, when, what, by which door.


def plan(title: str = "学习粮食安全文件") -> Plan:
    starts_at = NOON.replace(month=12)
    return Plan(
        title=title,
        starts_at=starts_at,
        ends_at=starts_at.replace(hour=9),
        place="村部会议室",
        period="2026-12",
        agenda=((AgendaKind.STUDY, "学习文件"),),
    )


def acts(session: Session) -> list[tuple[str, str, bool]]:
    query = select(Audit).order_by(Audit.id)
    return [
        (act.verb, act.via, (act.account_id or act.member_id) is not None) for act in session.scalars(query)
    ]


def test_a_gatherings_whole_life_is_in_the_log(session: Session) -> None:
    hall = a_hall(session, members=2)
    by = hall.secretary.id
    made = draft(session, hall.branch.id, plan(), by=by, now=NOON)
    redraft(session, made, plan("商议沟渠清淤"), by=by, now=NOON)
    nothing = Channels(None, None, None)
    publish(session, made.id, org_ids=[hall.branch.id], by=by, channels=nothing, now=NOON)
    moved = Change(made.starts_at, made.ends_at, "老祠堂", None, None, None, ())
    move_gathering(session, made.id, moved, reason="会议室停电", by=by, channels=nothing, now=NOON)
    cancel(session, made.id, reason="会议室停电", by=by, channels=nothing, now=NOON)
    new_code(session, hall.gathering, by=by)
    close_gathering(session, hall.gathering, by=by, now=NOON)
    open_gathering(session, session.get_one(Gathering, hall.gathering.id), by=by, now=NOON)
    marks = {member.id: Status.PRESENT for member in hall.members}
    set_marks(session, hall.roll.id, marks, by=by, now=NOON)
    confirm_roll(session, hall.roll.id, by=by, now=NOON)
    amend_roll(session, hall.roll.id, {hall.members[0].id: Status.LEAVE}, reason="公出", by=by, now=NOON)
    assert acts(session) == [
        (verb, "console", True)
        for verb in (
            "draft", "redraft", "publish", "move", "cancel", "new_code", "close", "open", "mark", "mark",
            "confirm", "mark", "amend",
        )
    ]  # fmt: skip


def test_a_persons_way_in_is_in_the_log(session: Session) -> None:
    branch = a_branch(session)
    member, secretary = a_member(session, branch), an_account(session)
    a_post(session, secretary, branch)
    codes = issue_codes(session, KEYRING, [member.id], by=secretary.id, now=NOON)
    bind(session, KEYRING, codes[member.id], MINI, "o1", via=Via.PHONE, now=NOON)
    binding = open_binding(session, MINI, KEYRING.openid_hash(MINI, "o1"))
    assert binding is not None
    unbind(session, binding.id, member.id, via=Via.PHONE, now=NOON)
    account, password = make_account(session, "chenli", "陈丽")
    change_password(session, account.id, password, "qing-shan-lv-shui-9")
    start_session(session, check_password(session, "chenli", "qing-shan-lv-shui-9"), now=NOON)
    assert [verb for verb, _, _ in acts(session)] == [
        "issue_code",
        "bind",
        "unbind",
        "change_password",
        "log_in",
    ]


def test_log_holds_ids_codes_and_numbers_never_names(session: Session) -> None:
    every_way(session, "DEMO")
    rows = session.execute(select(Audit.before, Audit.after, Audit.subject, Audit.verb)).all()
    assert rows
    assert not re.search(r"[\u4e00-\u9fff]", str(rows))


def test_a_check_in_needs_no_row_in_the_log_for_its_line_is_the_record(session: Session) -> None:
    hall = a_hall(session)
    before = session.scalar(select(func.count()).select_from(Audit))
    check_in_by_session(
        session, KEYRING, hashed(hall.phones[0]), read_token(hall.token()), spend=spender(session), now=NOON
    )
    assert session.scalar(select(func.count()).select_from(Audit)) == before
