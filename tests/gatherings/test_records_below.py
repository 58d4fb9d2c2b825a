"""What a committee sees of its branches' month: held, filed, and hints where numbers do not fit."""

from collections.abc import Collection
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, event, func, select, update
from sqlalchemy.orm import Session

from models.audit import Audit, Via
from models.gatherings.gathering import Gathering, GatheringKind, GatheringState
from models.gatherings.minutes.below import BelowRow, Held, RecordBelow, records_below
from models.gatherings.minutes.filing import file_minutes, return_minutes
from models.gatherings.minutes.minutes import Minutes, MinutesState
from models.gatherings.minutes.review import RecordLook, look_at_record, unread_records
from models.gatherings.roll import LeaveState, Roll, RollLine, Status
from models.people.member import Member, MemberStatus
from models.people.org import Org, OrgKind, Setting, put_setting
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import (
    THREE_O_CLOCK,
    a_branch,
    a_gathering,
    a_group,
    a_leave,
    a_member,
    a_roll,
    a_township,
    a_zone,
    an_account,
    an_org,
    filed_minutes,
    some_minutes,
)

EVENING = THREE_O_CLOCK + timedelta(hours=5)
MONTH = "2026-11"


class Town:
    """A township with two branches, one of them in a general branch, and who writes there."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.zone = a_zone(session)
        self.town = a_township(session, self.zone)
        self.branch = a_branch(session, self.town)
        self.general = an_org(session, OrgKind.GENERAL_BRANCH, "石桥北村党总支", self.town)
        self.inner = a_branch(session, self.general, name="第一党支部")
        self.clerk = an_account(session)
        self.officer = an_account(session)

    def held(self, branch: Org | None = None, statuses: str = "ppl", **columns: object) -> Roll:
        """Hold and confirm a theme day: p was there, l on leave, u unclear; leave is granted."""
        branch = branch or self.branch
        it = a_gathering(self.session, branch, GatheringState.CONFIRMED)
        # A general branch's people are its branches'.
        home = self.inner if branch is self.general else branch
        members = [a_member(self.session, home, f"党员{mark}{n}") for n, mark in enumerate(statuses)]
        done = {"confirmed_at": EVENING, "confirmed_by": self.clerk.id, "revision": 1}
        roll = a_roll(self.session, it, branch, members, **done | columns)
        marks = {"p": Status.PRESENT, "l": Status.LEAVE, "u": Status.UNCLEAR}
        for member, mark in zip(members, statuses, strict=True):
            line = self.session.get_one(RollLine, (it.id, member.id))
            line.status, line.marked_by, line.marked_at = marks[mark], self.clerk.id, EVENING
            if mark == "l":
                granted = a_leave(self.session, it, member)
                granted.state, granted.decided_by = LeaveState.APPROVED, self.clerk.id
                granted.decided_at = NOON
        self.session.flush()
        return roll

    def rows(self, org: Org | None = None, readers: Collection[int] = ()) -> list[BelowRow]:
        return records_below(self.session, org or self.town, period=MONTH, now=EVENING, readers=readers)

    def theme_day(self, branch: Org | None = None, readers: Collection[int] = ()) -> RecordBelow:
        wanted = (branch or self.branch).id
        (row,) = [row for row in self.rows(readers=readers) if row.org.id == wanted]
        assert row.theme_day is not None
        return row.theme_day

    def hints(self) -> tuple[str, ...]:
        return self.theme_day().hints


@pytest.fixture
def town(session: Session) -> Town:
    """Nothing is planned yet."""
    return Town(session)


def test_branch_without_a_theme_day_has_a_row_that_says_so(town: Town) -> None:
    rows = town.rows()
    assert [(row.org.name, row.held) for row in rows] == [
        (town.branch.name, Held.NONE),
        ("第一党支部", Held.NONE),
    ]
    assert [one.name for one in rows[1].above] == ["石桥北村党总支"]
    assert {row.committee_id for row in rows} == {town.town.id}


def test_zone_sees_the_townships_between_and_who_reads_what(town: Town) -> None:
    own = a_branch(town.session, town.zone, name="机关党支部")
    rows = town.rows(town.zone)
    assert [[one.name for one in row.above] for row in rows] == [
        [town.town.name],
        [town.town.name, "石桥北村党总支"],
        [],
    ]
    assert rows[2].org.id == own.id
    assert rows[2].committee_id == town.zone.id


def test_draft_of_a_branch_is_nobodys_above_it(town: Town) -> None:
    it = a_gathering(town.session, town.branch, GatheringState.DRAFT, hall_salt=None)
    a_roll(town.session, it, town.branch)
    assert town.rows()[0].theme_day is None


def test_gathering_waits_until_it_is_over_and_then_its_record(town: Town) -> None:
    it = a_gathering(town.session, town.branch)
    a_roll(town.session, it, town.branch, [a_member(town.session, town.branch)])
    before = records_below(town.session, town.town, period=MONTH, now=NOON)[0].theme_day
    after = town.theme_day()
    assert before is not None
    assert (before.held, before.waits) == (Held.WAITING, False)
    assert (after.held, after.waits, after.confirmed) == (Held.HELD, True, False)
    assert (after.due_on, after.due_known) == (date(2026, 11, 30), False)


def test_cancelled_one_gives_way_to_the_one_that_took_its_place(town: Town) -> None:
    gone = a_gathering(town.session, town.branch, GatheringState.CANCELLED, reason="大雪封路")
    a_roll(town.session, gone, town.branch)
    assert (town.theme_day().held, town.theme_day().reason) == (Held.CANCELLED, "大雪封路")
    roll = town.held()
    row = town.rows()[0]
    assert town.theme_day().roll_id == roll.id
    assert [one.held for one in row.others] == [Held.CANCELLED]


def test_filed_returned_and_filed_again(town: Town) -> None:
    roll = town.held()
    some_minutes(town.session, roll, town.clerk)
    assert town.theme_day().state is MinutesState.DRAFT
    minutes = town.session.get_one(Minutes, roll.id)
    minutes.host, minutes.recorder, minutes.discussion = "李书平", "周敏", "议了清淤"
    minutes.began_at, minutes.ended_at = THREE_O_CLOCK, THREE_O_CLOCK + timedelta(hours=2)
    file_minutes(town.session, roll.id, by=town.clerk.id, via=Via.CONSOLE, now=EVENING)
    assert (town.theme_day().filed, town.theme_day().again) == (True, False)
    return_minutes(town.session, roll.id, "缺表决", by=town.officer.id, via=Via.CONSOLE, now=EVENING)
    back = town.theme_day()
    assert (back.state, back.return_reason, back.waits) == (MinutesState.RETURNED, "缺表决", True)
    file_minutes(town.session, roll.id, by=town.clerk.id, via=Via.CONSOLE, now=EVENING)
    again = town.theme_day()
    assert (again.filed, again.again, again.return_reason) == (True, True, "")


def test_reason_of_a_day_stands_only_where_it_is_not_the_usual_one(town: Town) -> None:
    it = a_gathering(town.session, town.branch, date_reason="村委会换电线")
    a_roll(town.session, it, town.branch)
    assert town.theme_day().date_reason == ""
    put_setting(town.session, town.town.id, Setting.THEME_DAY, 20)
    town.session.flush()
    assert town.theme_day().date_reason == "村委会换电线"
    put_setting(town.session, town.branch.id, Setting.THEME_DAY, 25)
    town.session.flush()
    assert town.theme_day().date_reason == ""


def test_roll_of_a_general_branch_is_every_branchs_without_its_numbers(town: Town) -> None:
    town.held(town.general)
    inner = town.theme_day(town.inner)
    assert (inner.held, inner.shared, inner.org) == (Held.HELD, True, "石桥北村党总支")
    assert town.rows()[0].theme_day is None


def test_roll_of_a_group_stands_in_its_branchs_row(town: Town) -> None:
    group = a_group(town.session, town.branch)
    it = a_gathering(town.session, group, kind=GatheringKind.GROUP)
    a_roll(town.session, it, group)
    assert [one.org for one in town.rows()[0].others] == [group.name]


def test_joint_gathering_names_its_host_to_the_partner(town: Town) -> None:
    roll = town.held()
    a_roll(town.session, town.session.get_one(Gathering, roll.gathering_id), town.inner)
    assert town.theme_day().host == ""
    assert town.theme_day(town.inner).host == town.branch.name


def test_dissolved_branch_stays_in_the_months_that_it_lived(town: Town) -> None:
    town.inner.dissolved_on, town.inner.dissolved_doc = date(2026, 11, 10), "镇党〔2026〕3号"
    town.session.flush()
    assert len(town.rows()) == 2
    later = records_below(town.session, town.town, period="2026-12", now=EVENING)
    assert [row.org.id for row in later] == [town.branch.id]


def test_roll_whose_numbers_fit_has_no_hint(town: Town) -> None:
    filed_minutes(town.session, town.held(heads=3, observers=1), town.clerk)
    assert (town.theme_day().came, town.theme_day().expected) == (2, 3)
    assert town.hints() == ()


def test_heads_that_differ_from_the_roll_are_a_hint(town: Town) -> None:
    town.held(heads=5, observers=1)
    assert town.hints() == ("现场清点 5 人，名册上到会和列席 3 人",)


def test_guests_of_the_host_count_as_heads_and_not_as_a_partners(town: Town) -> None:
    roll = town.held(heads=3)
    guest = a_member(town.session, a_branch(town.session, town.town, name="柳湾村党支部"))
    line = {"status": Status.OBSERVER, "checked_in_at": EVENING, "checked_in_via": "qr"}
    town.session.add(RollLine(gathering_id=roll.gathering_id, member_id=guest.id, **line))
    town.session.flush()
    assert town.hints() == ()
    gathering = town.session.get_one(Gathering, roll.gathering_id)
    gathering.org_id = town.inner.id
    town.session.flush()
    assert town.hints() == ("现场清点 3 人，名册上到会和列席 2 人",)


@pytest.mark.parametrize("state", [None, LeaveState.SUBMITTED, LeaveState.WITHDRAWN])
def test_leave_that_nobody_granted_is_a_hint(town: Town, state: LeaveState | None) -> None:
    roll = town.held(statuses="pu")
    line = town.session.scalars(
        select(RollLine).where(RollLine.roll_id == roll.id, RollLine.status == Status.UNCLEAR)
    ).one()
    line.status = Status.LEAVE
    if state is not None:
        gathering = town.session.get_one(Gathering, roll.gathering_id)
        a_leave(town.session, gathering, town.session.get_one(Member, line.member_id), state=state)
    town.session.flush()
    assert town.hints() == ("记为请假的 1 人，没有批准的请假记录",)


def test_somebody_of_the_days_roster_without_a_line_is_a_hint(town: Town) -> None:
    roll = town.held()
    left_out = a_member(town.session, town.branch, "赵大有")
    a_member(town.session, town.branch, "钱有粮", status=MemberStatus.SUSPENDED)
    # Entered before the gathering, whatever day these tests run on.
    later = THREE_O_CLOCK.replace(year=2099)
    move = update(Gathering).where(Gathering.id == roll.gathering_id)
    town.session.execute(move.values(starts_at=later, ends_at=later + timedelta(hours=2)))
    assert town.hints() == ("当天支部名册上的 1 人，到会名册上没有",)
    left_out.status, left_out.left_on = MemberStatus.TRANSFERRED_OUT, date(2026, 11, 1)
    town.session.flush()
    assert town.hints() == ()


def test_newcomer_entered_after_the_gathering_is_no_hint(town: Town) -> None:
    roll = town.held()
    earlier = THREE_O_CLOCK.replace(year=2020)
    move = update(Gathering).where(Gathering.id == roll.gathering_id)
    town.session.execute(move.values(starts_at=earlier, ends_at=earlier + timedelta(hours=2)))
    a_member(town.session, town.branch, "赵大有")
    assert town.hints() == ()


@pytest.mark.parametrize(("left_on", "hinted"), [(date(2026, 11, 24), True), (date(2026, 11, 25), False)])
def test_line_of_somebody_who_had_left_by_then_is_a_hint(town: Town, left_on: date, hinted: bool) -> None:
    roll = town.held()
    line = town.session.scalars(select(RollLine).where(RollLine.roll_id == roll.id)).first()
    assert line is not None
    gone = town.session.get_one(Member, line.member_id)
    gone.status, gone.left_on = MemberStatus.TRANSFERRED_OUT, left_on
    town.session.flush()
    assert town.hints() == (("到会名册上的 1 人，当天已不在支部名册上",) if hinted else ())


def test_roll_that_was_corrected_after_filing_is_a_hint(town: Town) -> None:
    roll = town.held()
    filed_minutes(town.session, roll, town.clerk)
    roll.revision = 2
    town.session.flush()
    assert town.hints() == ("归档以后名册更正过",)


def test_discussion_that_repeats_an_earlier_one_is_a_hint(town: Town) -> None:
    past = a_gathering(
        town.session, town.branch, GatheringState.CONFIRMED, THREE_O_CLOCK - timedelta(days=31),
        period="2026-10", title="十月主题党日",
    )  # fmt: skip
    earlier = a_roll(
        town.session, past, town.branch, confirmed_at=past.ends_at, confirmed_by=town.clerk.id, revision=1
    )
    filed_minutes(town.session, earlier, town.clerk)
    filed_minutes(town.session, town.held(), town.clerk)
    filed_minutes(town.session, town.held(town.inner), town.clerk)
    assert town.hints() == ("讨论要点与 2026年10月25日“十月主题党日”的记录相同",)
    assert town.theme_day(town.inner).hints == ()


def test_unconfirmed_roll_has_no_hints_yet(town: Town) -> None:
    it = a_gathering(town.session, town.branch)
    a_roll(town.session, it, town.branch, [a_member(town.session, town.branch)], heads=9)
    assert town.hints() == ()


def look(town: Town, roll: Roll, seen: str | None = None, org: Org | None = None) -> None:
    look_at_record(
        town.session, roll.id, (org or town.town).id, town.theme_day().filing if seen is None else seen,
        by=town.officer.id, via=Via.CONSOLE, now=EVENING,
    )  # fmt: skip


def unread(town: Town, reader: Org | None = None) -> list[tuple[str, bool]]:
    found = unread_records(town.session, [reader or town.town], since=EVENING - timedelta(days=31))
    return [(one.org.name, one.again) for one in found]


def test_record_is_unread_until_its_committee_looks_and_again_once_it_changed(town: Town) -> None:
    roll = town.held()
    assert unread(town) == []
    minutes = filed_minutes(town.session, roll, town.clerk)
    assert unread(town) == [(town.branch.name, False)]
    look(town, roll)
    look(town, roll)
    assert unread(town) == []
    assert town.theme_day(readers=[town.town.id]).looked
    assert not town.theme_day(readers=[town.zone.id]).looked
    return_minutes(town.session, roll.id, "缺表决", by=town.officer.id, via=Via.CONSOLE, now=EVENING)
    assert unread(town) == []
    file_minutes(town.session, roll.id, by=town.clerk.id, via=Via.CONSOLE, now=EVENING + timedelta(minutes=1))
    assert minutes.state is MinutesState.FILED
    assert unread(town) == [(town.branch.name, True)]
    assert town.session.scalar(select(func.count()).select_from(RecordLook)) == 1
    looks = select(func.count()).where(Audit.verb == "look", Audit.subject_id == roll.id)
    assert town.session.scalar(looks) == 1


def test_corrected_roll_makes_its_record_unread_again(town: Town) -> None:
    roll = town.held()
    filed_minutes(town.session, roll, town.clerk)
    look(town, roll)
    roll.revision = 2
    town.session.flush()
    assert unread(town) == [(town.branch.name, False)]


def test_records_of_a_township_are_not_the_zones_to_read(town: Town) -> None:
    filed_minutes(town.session, town.held(), town.clerk)
    own = a_branch(town.session, town.zone, name="机关党支部")
    filed_minutes(town.session, town.held(own), town.clerk)
    assert unread(town, town.zone) == [("机关党支部", False)]
    assert unread(town) == [(town.branch.name, False)]


def test_look_at_what_changed_meanwhile_or_is_not_filed_is_refused(town: Town) -> None:
    roll = town.held()
    with pytest.raises(Refused) as refused:
        look(town, roll)
    assert refused.value.code == "not_filed"
    filed_minutes(town.session, roll, town.clerk)
    seen = town.theme_day().filing
    roll.revision = 2
    town.session.flush()
    with pytest.raises(Refused) as refused:
        look(town, roll, seen)
    assert refused.value.code == "minutes_changed"


def test_number_of_statements_grows_neither_with_branches_nor_with_years(
    session: Session, engine: Engine, town: Town
) -> None:
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    def statements() -> int:
        seen.clear()
        town.rows(readers=[town.town.id])
        return len(seen)

    filed_minutes(session, town.held(), town.clerk)
    event.listen(engine, "before_cursor_execute", note)
    try:
        few = statements()
        for number in range(6):
            branch = a_branch(session, town.town, name=f"第{number}村党支部")
            filed_minutes(session, town.held(branch, heads=9), town.clerk)
        many = statements()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert few == many <= 9
