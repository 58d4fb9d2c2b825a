"""The arithmetic of rolls holds after every step of any history.

应到 = 名册 − 不作要求 − 外出 − 在流入地参加 = 实到 + 请假 + 缺席 + 未查明 + 未登记; late and left early came;
observers stand apart; a confirmed roll has nothing open, and its points follow it.
"""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, aliased

from models.audit import Via
from models.clock import day_of
from models.gatherings.check_in import check_in_by_binding
from models.gatherings.doors import close_gathering, open_gathering
from models.gatherings.expected import publish_rolls
from models.gatherings.gathering import Gathering, GatheringState, state_at
from models.gatherings.hall_code import qr_token, read_token
from models.gatherings.leave.host_attendance import HostAttendance, Visit, report_host_attendance
from models.gatherings.leave.leave import ask_leave, withdraw_leave
from models.gatherings.marks import set_marks, settle_rest
from models.gatherings.roll import CheckedIn, Leave, LeaveReason, LeaveState, Roll, RollLine, Status, counts
from models.notices.joiners import follow_roster
from models.people.account import Account
from models.people.away_report import AwayReport, ReportState, Trip, decide_away, report_away
from models.people.binding import Binding
from models.people.member import ON_ROLLS, Member, MemberStatus, Spell, SpellKind
from models.people.org import Org
from models.people.spells import AT_HOME, Ground, end_spell, record_spell
from models.points.entry import PointEntry
from models.points.late_answers import answer_host_attendance, answer_leave
from models.points.posting import amend_roll, confirm_roll
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import (
    KEYRING,
    THREE_O_CLOCK,
    a_binding,
    a_branch,
    a_gathering,
    a_group,
    a_member,
    a_township,
    a_zone,
    an_account,
)
from tests.points.published import publish_for

BY_HAND = (
    Status.PRESENT, Status.LATE, Status.LEFT_EARLY, Status.LEAVE, Status.ABSENT, Status.UNCLEAR,
    Status.EXEMPT, Status.AWAY, Status.HOST_BRANCH, Status.UNRECORDED,
)  # fmt: skip


@dataclass
class History:
    """Two branches over a few months, and the moment that the next step happens at."""

    session: Session
    orgs: list[Org]
    by: int
    counted: tuple[Status, ...]
    now: datetime = NOON - timedelta(days=3)

    def pick(self, query: Any, n: int) -> Any:
        """Return the n-th row of a query, counted round and round; None where it has none."""
        found = self.session.scalars(query).all()
        return found[n % len(found)] if found else None

    def member(self, n: int) -> Member:
        found: Member = self.pick(select(Member).where(Member.left_on.is_(None)).order_by(Member.id), n)
        return found

    def gathering(self, n: int) -> Gathering:
        found: Gathering = self.pick(select(Gathering).order_by(Gathering.id), n)
        return found

    def roll(self, n: int) -> Roll:
        found: Roll = self.pick(select(Roll).order_by(Roll.id), n)
        return found

    def line(self, n: int) -> RollLine:
        query = select(RollLine).where(RollLine.roll_id.is_not(None))
        found: RollLine = self.pick(query.order_by(RollLine.gathering_id, RollLine.member_id), n)
        return found

    def follow(self) -> None:
        """Bring rolls not yet open up to the roster, as whoever changes it does, and the clock."""
        follow_roster(self.session, [org.id for org in self.orgs], now=self.now)

    def answer(self, approve: bool) -> dict[str, Any]:
        return {
            "approve": approve, "answer": "" if approve else "请尽量参加", "told_how": None, "by": self.by,
            "via": Via.CONSOLE, "now": self.now,
        }  # fmt: skip


def pass_time(it: History, n: int, m: int) -> None:
    it.now += (timedelta(hours=1), timedelta(hours=9), timedelta(days=1), timedelta(days=11))[n % 4]


def go_to_the_hall(it: History, n: int, m: int) -> None:
    """Move on to ten minutes before the newest gathering."""
    newest = it.session.scalars(select(Gathering).order_by(Gathering.id.desc())).first()
    if newest is not None:
        it.now = max(it.now, newest.starts_at - timedelta(minutes=10))


def publish(it: History, n: int, m: int) -> None:
    number = it.session.scalar(select(func.count()).select_from(Gathering)) or 0
    starts_at = max(THREE_O_CLOCK + timedelta(days=30 * number), it.now + timedelta(hours=1))
    gathering = a_gathering(
        it.session, it.orgs[0], starts_at=starts_at, period=f"{starts_at:%Y-%m}", guests=True
    )
    publish_rolls(it.session, gathering, [org.id for org in it.orgs[: 1 + n % 2]])


def open_door(it: History, n: int, m: int) -> None:
    open_gathering(it.session, it.gathering(n), by=it.by, now=it.now)


def close_door(it: History, n: int, m: int) -> None:
    close_gathering(it.session, it.gathering(n), by=it.by, now=it.now)


def scan(it: History, n: int, m: int) -> None:
    gathering = it.gathering(m)
    binding = it.pick(select(Binding).order_by(Binding.id), n)
    token = read_token(qr_token(KEYRING, gathering.id, gathering.hall_salt or b"", now=it.now))
    check_in_by_binding(it.session, KEYRING, binding.id, token, spend=lambda _: 1, now=it.now)
    it.session.expire_all()


def mark(it: History, n: int, m: int) -> None:
    line = it.line(n)
    marks = {line.member_id: BY_HAND[m % len(BY_HAND)]}
    set_marks(it.session, line.roll_id or 0, marks, by=it.by, now=it.now)
    it.follow()


def ask(it: History, n: int, m: int) -> None:
    line, reason = it.line(n), list(LeaveReason)[m % 5]
    ask_leave(
        it.session, line.gathering_id, line.member_id, reason, None, filing=None, via=Via.PHONE, now=it.now
    )


def decide(it: History, n: int, m: int) -> None:
    leave = it.pick(select(Leave).where(Leave.state == LeaveState.SUBMITTED), n)
    if leave is not None:
        answer_leave(it.session, leave.gathering_id, leave.member_id, **it.answer(m % 4 > 0))


def withdraw(it: History, n: int, m: int) -> None:
    leave = it.pick(select(Leave).order_by(Leave.gathering_id, Leave.member_id), n)
    if leave is not None:
        withdraw_leave(
            it.session, leave.gathering_id, leave.member_id, filing=None, via=Via.PHONE, now=it.now
        )
        it.follow()


def go_away(it: History, n: int, m: int) -> None:
    first = day_of(it.now) + timedelta(days=m % 40 if m % 2 else 0)
    trip = Trip(first, first + timedelta(days=m % 60) if m % 3 else None, "浙江省义乌市")
    report_away(it.session, it.member(n).id, trip, filing=None, via=Via.PHONE, now=it.now)


def answer_away(it: History, n: int, m: int) -> None:
    report = it.pick(select(AwayReport).where(AwayReport.state == ReportState.SUBMITTED), n)
    if report is not None:
        decide_away(it.session, report.id, **it.answer(m % 4 > 0))
        it.follow()


def exempt(it: History, n: int, m: int) -> None:
    record_spell(
        it.session, it.member(n).id, SpellKind.EXEMPT, code=list(Ground)[m % 4], from_on=day_of(it.now),
        by=it.by, via=Via.CONSOLE,
    )  # fmt: skip
    it.follow()


def come_back(it: History, n: int, m: int) -> None:
    spell = it.pick(select(Spell).where(Spell.kind.in_(AT_HOME)).order_by(Spell.id), n)
    if spell is not None:
        end_spell(it.session, spell.id, member_id=spell.member_id, filing=None, via=Via.PHONE, now=it.now)
        it.follow()


def attend_elsewhere(it: History, n: int, m: int) -> None:
    visit = Visit(day_of(it.now) - timedelta(days=m % 20), "商贸城党支部", "张书记")
    report_host_attendance(it.session, it.member(n).id, visit, filing=None, via=Via.PHONE, now=it.now)


def answer_attendance(it: History, n: int, m: int) -> None:
    one = it.pick(select(HostAttendance).where(HostAttendance.state == ReportState.SUBMITTED), n)
    if one is not None:
        answer_host_attendance(it.session, one.id, **it.answer(m % 4 > 0))


def join(it: History, n: int, m: int) -> None:
    a_binding(it.session, a_member(it.session, it.orgs[n % 2], f"新同志{n}"))
    it.follow()


def leave_branch(it: History, n: int, m: int) -> None:
    member = it.member(n)
    if it.session.scalar(select(func.count()).where(Member.left_on.is_(None))) == 2:
        return
    member.status, member.left_on = MemberStatus.TRANSFERRED_OUT, day_of(it.now)
    it.session.flush()
    it.follow()


def visit(it: History, n: int, m: int) -> None:
    """Let somebody of another branch sit in, on no roll."""
    gathering, guest = it.gathering(m), it.member(n)
    if it.session.get(RollLine, (gathering.id, guest.id)) is None:
        it.session.add(
            RollLine(
                gathering_id=gathering.id, member_id=guest.id, status=Status.OBSERVER,
                checked_in_at=it.now, checked_in_via=CheckedIn.QR,
            )
        )  # fmt: skip
        it.session.flush()


def settle(it: History, n: int, m: int) -> None:
    status = (Status.UNCLEAR, Status.LEAVE)[m % 2]
    settle_rest(it.session, it.roll(n).id, status, by=it.by, now=it.now)


def confirm(it: History, n: int, m: int) -> None:
    roll = it.roll(n)
    settle_rest(it.session, roll.id, (Status.UNCLEAR, Status.LEAVE)[m % 2], by=it.by, now=it.now)
    confirm_roll(it.session, roll.id, by=it.by, now=it.now)


def amend(it: History, n: int, m: int) -> None:
    line = it.line(n)
    marks = {line.member_id: BY_HAND[m % len(BY_HAND)]}
    amend_roll(it.session, line.roll_id or 0, marks, reason="当时看错了", by=it.by, now=it.now)


Step = Callable[[History, int, int], None]
# What happens before a gathering, in the hall, and once its first roll is confirmed; all of it at any time.
ANY: tuple[Step, ...] = (
    pass_time, open_door, close_door, scan, mark, ask, decide, withdraw, go_away, answer_away, exempt,
    come_back, attend_elsewhere, answer_attendance, join, leave_branch, visit, settle, confirm, amend,
)  # fmt: skip
BEFORE = (*ANY, *[ask, decide] * 5, go_away, go_away, answer_away, answer_away, exempt, attend_elsewhere)
WITHIN = (*ANY, *[scan, mark, decide] * 5, ask, withdraw, answer_attendance, visit)
AFTER = (*ANY, *[amend, withdraw, decide] * 5, attend_elsewhere, answer_attendance, answer_attendance)


# Which statuses have an entry under a scheme, one each.
COUNTED = {
    "ATTEND": (Status.PRESENT, Status.LATE, Status.LEFT_EARLY),
    "DEMO": (Status.ABSENT, Status.LATE),
}


def begin(session: Session, scheme: str) -> History:
    town = a_township(session, a_zone(session))
    orgs = [a_branch(session, town), a_branch(session, town, name="柳湾村党支部")]
    publish_for(session, town, scheme)
    group = a_group(session, orgs[0])
    for n, org in enumerate((orgs[0], orgs[0], orgs[0], orgs[1])):
        a_binding(session, a_member(session, org, f"王建{n}", group if n == 1 else None))
    clerk: Account = an_account(session)
    return History(session, orgs, clerk.id, COUNTED[scheme])


def wrong_with(it: History) -> list[str]:
    """Return what does not add up on any roll, counted apart from the code that counts."""
    session, wrong = it.session, []
    session.expire_all()
    lines: dict[int | None, list[Status]] = {}
    for roll_id, status in session.execute(select(RollLine.roll_id, RollLine.status)):
        lines.setdefault(roll_id, []).append(status)
    guests = set(lines.pop(None, []))
    if guests - {Status.OBSERVER}:
        wrong.append(f"guests are counted: {guests}")
    points = _standing_entries(session)
    for roll in session.scalars(select(Roll)):
        statuses = lines.get(roll.id, [])
        tally, said = Counter(statuses), counts(statuses)
        came = tally[Status.PRESENT] + tally[Status.LATE] + tally[Status.LEFT_EARLY]
        expected = tally.total() - tally[Status.EXEMPT] - tally[Status.AWAY] - tally[Status.HOST_BRANCH]
        parts = came + sum(
            tally[one] for one in (Status.LEAVE, Status.ABSENT, Status.UNCLEAR, Status.UNRECORDED)
        )
        if not said.expected == expected == parts:
            wrong.append(f"expected {said.expected}, by the roster {expected}, by its parts {parts}")
        if said.came != came or said.unrecorded != tally[Status.UNRECORDED]:
            wrong.append(f"came {said.came} of {came}, open {said.unrecorded}")
        if roll.confirmed_at is None:
            wrong += _wrong_before_opening(it, roll)
            continue
        if tally[Status.UNRECORDED]:
            wrong.append("lines open on a confirmed roll")
        counted = sum(tally[status] for status in it.counted)
        if points.get((roll.gathering_id, roll.org_id), 0) != counted:
            wrong.append(f"points of a confirmed roll, for {counted}: {points}")
    return wrong


UNDO = aliased(PointEntry)
STANDING = (
    select(PointEntry.gathering_id, PointEntry.branch_id, func.count())
    .outerjoin(UNDO, UNDO.reverses == PointEntry.id)
    .where(PointEntry.reverses.is_(None), UNDO.id.is_(None))
    .group_by(PointEntry.gathering_id, PointEntry.branch_id)
)


def _standing_entries(session: Session) -> dict[tuple[int | None, int], int]:
    """Return gathering and branch -> entries that nothing has reversed."""
    return {
        (gathering_id, branch_id): number for gathering_id, branch_id, number in session.execute(STANDING)
    }


def _wrong_before_opening(it: History, roll: Roll) -> list[str]:
    """Until a roll opens it is the roster: one line for each, and none for whoever left untouched."""
    gathering = it.session.get_one(Gathering, roll.gathering_id)
    state = state_at(gathering.state, gathering.starts_at, gathering.opened_at, now=it.now)
    if state is not GatheringState.PUBLISHED:
        return []
    roster = set(
        it.session.scalars(
            select(Member.id).where(Member.branch_id == roll.org_id, Member.status.in_(ON_ROLLS))
        )
    )
    # Somebody who sat in first is on no roll.
    in_gathering = select(RollLine).where(RollLine.gathering_id == gathering.id)
    lines = {line.member_id: line for line in it.session.scalars(in_gathering)}
    mine = {one for one, line in lines.items() if line.roll_id == roll.id}
    touched = {one for one in mine if lines[one].marked_by or lines[one].checked_in_at}
    missing = {one for one in roster - mine if one not in lines}
    return (
        [f"roster and roll differ: {missing}, {mine - roster - touched}"]
        if missing or (mine - roster - touched)
        else []
    )


def a_year(chance: random.Random, months: int) -> list[tuple[Step, int, int]]:
    """Return steps as a branch might take them: before each gathering, in the hall, and afterwards."""
    moves: list[tuple[Step, int, int]] = []
    for n in range(months):
        for first, steps, most in ((publish, BEFORE, 9), (go_to_the_hall, WITHIN, 10), (confirm, AFTER, 9)):
            moves.append((first, 2 * n if first is confirm else n, n))
            some = chance.choices(steps, k=chance.randint(2, most))
            moves += [(step, chance.randrange(60), chance.randrange(120)) for step in some]
    return moves


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow],
    # A history that fails is read as it is: to shorten it would take minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)  # fmt: skip
@given(
    scheme=st.sampled_from(sorted(COUNTED)),
    # Evenly among all steps, where lists that are drawn prefer the first.
    chance=st.randoms(use_true_random=True),
    months=st.integers(1, 2),
)
def test_sums_hold_after_every_step_of_any_history(
    engine: Engine, scheme: str, chance: random.Random, months: int
) -> None:
    with engine.connect() as connection, connection.begin() as outer:
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            history, past = begin(session, scheme), []
            for step, n, m in a_year(chance, months):
                past.append(f"{step.__name__}({n}, {m})")
                # What the rules do not allow is undone, as at the edge.
                with suppress(Refused), session.begin_nested():
                    step(history, n, m)
                assert wrong_with(history) == [], past
        outer.rollback()
