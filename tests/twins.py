"""Two members of one branch with the same year of facts: one has a phone, of the other all is on paper.

They attend, ask leave, go away, volunteer and declare.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from models.audit import Via
from models.clock import day_of
from models.gatherings.check_in import Proof, Typed, check_in_by_binding, check_in_by_session
from models.gatherings.expected import publish_rolls
from models.gatherings.gathering import Gathering
from models.gatherings.hall_code import hall_digits, qr_token, read_token
from models.gatherings.leave.host_attendance import HostAttendance, Visit, report_host_attendance
from models.gatherings.leave.leave import ask_leave, decide_leave, withdraw_leave
from models.gatherings.leave.makeup import MakeupForm
from models.gatherings.leave.makeup_plan import plan_makeup, record_makeup
from models.gatherings.marks import set_marks
from models.gatherings.roll import CheckedIn, LeaveReason, Roll, RollLine, Status
from models.keyring import token_hash
from models.notices.joiners import follow_roster
from models.people.account import Account, Role
from models.people.away_report import Trip, decide_away, report_away
from models.people.binding import Binding
from models.people.member import Member, SpellKind
from models.people.org import Org
from models.people.phone import start_phone_session
from models.people.said import Filing, Said
from models.people.spells import end_spell, spell_to_end
from models.points.approving import approve, reject
from models.points.deed import Deed, items_for
from models.points.entry import PointEntry
from models.points.late_answers import answer_host_attendance
from models.points.posting import confirm_roll
from models.points.proposal import Proposal
from models.points.proposing import propose, withdraw
from models.points.reversal import reverse_entry
from models.ratings.objections.answering import Answer, answer_objection
from models.ratings.objections.objection import Objection
from models.ratings.objections.raising import object_to
from tests.conftest import NOON
from tests.factories import (
    KEYRING,
    a_binding,
    a_branch,
    a_gathering,
    a_group,
    a_member,
    a_post,
    an_account,
)
from tests.gatherings.halls import MINI, spender
from tests.points.published import publish_for


@dataclass
class Twins:
    """The branch, its secretary and a group leader, the two, and the gathering of the month."""

    session: Session
    branch: Org
    secretary: Account
    leader: Account
    phone: Member
    paper: Member
    binding: Binding
    gathering: Gathering
    roll: Roll
    attendances: list[int]
    item: str  # what members of this scheme declare

    @property
    def start(self) -> datetime:
        return self.gathering.starts_at

    def by_hand(self, member: Member, status: Status, *, by: Account | None = None, after: int = 0) -> None:
        """Mark one line, so many hours after the start."""
        hand, now = (by or self.leader).id, self.start + timedelta(hours=after)
        set_marks(self.session, self.roll.id, {member.id: status}, by=hand, now=now)

    def scan(self) -> None:
        token = qr_token(KEYRING, self.gathering.id, self.gathering.hall_salt or b"", now=self.start)
        self._sign_in(read_token(token))

    def type_digits(self) -> None:
        digits = hall_digits(KEYRING, self.gathering.id, self.gathering.hall_salt or b"", now=self.start)
        self._sign_in(Typed(self.gathering.id, digits))

    def chat_digits(self) -> None:
        digits = hall_digits(KEYRING, self.gathering.id, self.gathering.hall_salt or b"", now=self.start)
        proof = Typed(self.gathering.id, digits, CheckedIn.CHAT)
        spend = spender(self.session, now=self.start)
        check_in_by_binding(self.session, KEYRING, self.binding.id, proof, spend=spend, now=self.start)

    def _sign_in(self, proof: Proof) -> None:
        opened = start_phone_session(self.session, KEYRING, MINI, self.binding.openid or "", now=self.start)
        check_in_by_session(
            self.session, KEYRING, token_hash(opened), proof, spend=spender(self.session, now=self.start),
            now=self.start,
        )  # fmt: skip

    def ways(self) -> tuple[tuple[Member, dict[str, Any]], ...]:
        """Return each of the two with how a wish of theirs reaches the branch."""
        said = Filing(self.leader.id, Said.PHONE_CALL)
        return (
            (self.phone, {"filing": None, "via": Via.PHONE}),
            (self.paper, {"filing": said, "via": Via.CONSOLE}),
        )

    def answer(self, now: datetime, *, approve: bool = True) -> dict[str, Any]:
        return {
            "approve": approve, "answer": "" if approve else "请尽量参加", "told_how": None,
            "by": self.secretary.id, "via": Via.CONSOLE, "now": now,
        }  # fmt: skip

    def leave(self, reason: LeaveReason, *, hours: int, approve: bool = True) -> None:
        """Let both ask leave so many hours after the start, and the secretary answer."""
        now = self.start + timedelta(hours=hours)
        for member, way in self.ways():
            ask_leave(self.session, self.gathering.id, member.id, reason, None, **way, now=now)
            decide_leave(self.session, self.gathering.id, member.id, **self.answer(now, approve=approve))


def signs_in_by_code(of: Twins) -> None:
    of.scan()
    of.by_hand(of.paper, Status.PRESENT, by=of.secretary)


def signs_in_by_digits(of: Twins) -> None:
    of.type_digits()
    of.by_hand(of.paper, Status.PRESENT)


def signs_in_by_chat(of: Twins) -> None:
    of.chat_digits()
    # From the paper sheet, the next morning.
    of.by_hand(of.paper, Status.PRESENT, after=18)


def asks_leave_and_makes_up(of: Twins) -> None:
    of.leave(LeaveReason.FAMILY, hours=-20)
    later = of.start + timedelta(days=5)
    for member, way in of.ways():
        form = MakeupForm.ONE_TO_ONE if way["filing"] else MakeupForm.SELF_STUDY
        plan_makeup(of.session, of.roll.id, member.id, form, by=of.leader.id, via=Via.CONSOLE, now=of.start)
        record_makeup(
            of.session, of.gathering.id, member.id, done_on=day_of(later), content="学习文件",
            by=of.leader.id, via=Via.CONSOLE, now=later,
        )  # fmt: skip


def asks_leave_late(of: Twins) -> None:
    of.leave(LeaveReason.ILLNESS, hours=3)


def goes_away(of: Twins) -> None:
    now = of.start - timedelta(days=4)
    for member, way in of.ways():
        trip = Trip(day_of(now), None, "浙江省义乌市", "商贸城党支部")
        report = report_away(of.session, member.id, trip, **way, now=now)
        decide_away(of.session, report.id, **of.answer(now))
        follow_roster(of.session, [of.branch.id], now=now)


def attends_elsewhere(of: Twins) -> None:
    """Report an attendance that is accepted before the roll is confirmed."""
    for one in _reports(of):
        answer_host_attendance(of.session, one.id, **of.answer(of.start))


def attends_elsewhere_and_is_believed_later(of: Twins) -> None:
    """Report one that is answered once the roll says absent and is confirmed (see `a_year_of_twins`)."""
    for member in (of.phone, of.paper):
        of.by_hand(member, Status.ABSENT)
    of.attendances = [one.id for one in _reports(of)]


def _reports(of: Twins) -> list[HostAttendance]:
    visit = Visit(day_of(of.start), "商贸城党支部", "张书记")
    return [
        report_host_attendance(of.session, member.id, visit, **way, now=of.start) for member, way in of.ways()
    ]


def comes_back_and_is_late(of: Twins) -> None:
    now = of.start - timedelta(days=4)
    for member, way in of.ways():
        spell = spell_to_end(of.session, member.id, SpellKind.AWAY, now=now)
        if spell is not None:
            end_spell(of.session, spell.id, member_id=member.id, **way, now=now)
        follow_roster(of.session, [of.branch.id], now=now)
    of.scan()
    for member in (of.phone, of.paper):
        of.by_hand(member, Status.LATE)


def asks_leave_gets_none_and_stays_away(of: Twins) -> None:
    of.leave(LeaveReason.OTHER, hours=-20, approve=False)
    for member in (of.phone, of.paper):
        of.by_hand(member, Status.ABSENT, by=of.secretary, after=2)


def asks_leave_and_comes_after_all(of: Twins) -> None:
    of.leave(LeaveReason.OFFICIAL, hours=-20)
    for member, way in of.ways():
        withdraw_leave(of.session, of.gathering.id, member.id, **way, now=of.start - timedelta(hours=1))
    signs_in_by_code(of)


def declare(of: Twins, title: str = "清淤") -> list[Proposal]:
    """Let both declare a deed of the day, one by phone and one by word of mouth."""
    deed, now = Deed(of.item, day_of(of.start), title), of.start + timedelta(days=1)
    hands: tuple[tuple[Member, dict[str, Any]], ...] = (
        (of.phone, {"by": None, "how": None, "via": Via.PHONE}),
        (of.paper, {"by": of.leader.id, "how": Said.PHONE_CALL, "via": Via.CONSOLE}),
    )
    return [
        propose(of.session, of.branch.id, [one.id], deed, by_member=one.id, now=now, **hand)
        for one, hand in hands
    ]


def approve_all(of: Twins, proposals: Sequence[Proposal]) -> None:
    for one in proposals:
        told = Said.IN_PERSON if one.account_id else None
        approve(
            of.session, one.id, told_how=told, by=of.secretary.id, via=Via.CONSOLE,
            now=of.start + timedelta(days=2),
        )  # fmt: skip


def volunteer_on_one_list(of: Twins) -> None:
    """Let the leader put both on one list."""
    deed, both = Deed(of.item, day_of(of.start), "修剪绿化带"), [of.phone.id, of.paper.id]
    made = propose(
        of.session, of.branch.id, both, deed, by=of.leader.id, by_member=None, how=None, via=Via.CONSOLE,
        now=of.start + timedelta(days=1),
    )  # fmt: skip
    approve_all(of, [made])


def declare_and_are_believed(of: Twins) -> None:
    approve_all(of, declare(of))


def declare_and_are_not(of: Twins) -> None:
    for one in declare(of):
        hand: dict[str, Any] = {
            "by": of.secretary.id,
            "via": Via.CONSOLE,
            "now": of.start + timedelta(days=2),
        }
        reject(of.session, one.id, answer="那天没有活动", **hand)


def declare_and_think_better(of: Twins) -> None:
    for one in declare(of):
        by, how = (of.leader.id, Said.FAMILY) if one.account_id else (None, None)
        via = Via.CONSOLE if by else Via.PHONE
        withdraw(of.session, one.id, by=by, by_member=one.by_member_id, how=how, via=via)


def are_put_down_by_mistake(of: Twins) -> None:
    """Let what was declared and approved be taken back."""
    declared = declare(of, "疏通渠口")
    approve_all(of, declared)
    made = PointEntry.proposal_id.in_([one.id for one in declared])
    for entry in of.session.scalars(select(PointEntry).where(made).order_by(PointEntry.id)).all():
        reverse_entry(of.session, entry.id, reason="那天没有做", by=of.secretary.id, via=Via.CONSOLE)


# What both did beside the gatherings, by month.
DEEDS: dict[int, Callable[[Twins], None]] = {
    2: declare_and_are_believed,
    3: volunteer_on_one_list,
    5: declare_and_are_not,
    6: declare_and_think_better,
    8: are_put_down_by_mistake,
    11: declare_and_are_believed,
}


def leaves_early(of: Twins) -> None:
    of.scan()
    for member in (of.phone, of.paper):
        of.by_hand(member, Status.LEFT_EARLY, after=1)


def object_to_an_absence(of: Twins, member: Member, way: dict[str, Any]) -> Objection:
    """Let one of them say that the September roll is wrong; somebody else looks, and finds a leave."""
    undo = aliased(PointEntry)
    entry = of.session.scalars(
        select(PointEntry)
        .outerjoin(undo, undo.reverses == PointEntry.id)
        .where(PointEntry.member_id == member.id, PointEntry.period == "2026-09", undo.id.is_(None))
    ).one()
    now = NOON.replace(month=12)
    objection = object_to(
        of.session, member_id=member.id, entry_id=entry.id, said="那天请过假", **way, now=now
    )
    other = an_account(of.session, name="李桂兰")
    a_post(of.session, other, of.branch, Role.COMMISSIONER)
    found = Answer(True, "请假条在，支部漏答复了", Status.LEAVE)
    return answer_objection(of.session, objection.id, found, by=other.id, via=Via.CONSOLE, now=now)


# What happened from January to December, and how the roll then reads.
YEAR: tuple[tuple[Callable[[Twins], None], Status], ...] = (
    (signs_in_by_code, Status.PRESENT),
    (signs_in_by_digits, Status.PRESENT),
    (asks_leave_and_makes_up, Status.LEAVE),
    (signs_in_by_chat, Status.PRESENT),
    (goes_away, Status.AWAY),
    (attends_elsewhere, Status.HOST_BRANCH),
    (attends_elsewhere_and_is_believed_later, Status.HOST_BRANCH),
    (comes_back_and_is_late, Status.LATE),
    (asks_leave_gets_none_and_stays_away, Status.ABSENT),
    (asks_leave_and_comes_after_all, Status.PRESENT),
    (asks_leave_late, Status.LEAVE),
    (leaves_early, Status.LEFT_EARLY),
)


def a_year_of_twins(session: Session, scheme: str) -> Twins:
    """Let the year happen to both, each in the own way, and its rolls be confirmed."""
    branch = a_branch(session)
    publish_for(session, branch, scheme)
    group = a_group(session, branch)
    phone = a_member(session, branch, "白玉珍", group)
    paper = a_member(session, branch, "陈春生", group, no_phone=True)
    secretary, leader = an_account(session, name="周明远"), an_account(session, name="何桂芳")
    a_post(session, secretary, branch)
    binding = a_binding(session, phone, MINI)
    item = items_for(session, branch, declared=True, now=NOON)[0].id
    of: Twins | None = None
    for month, (happens, _) in enumerate(YEAR, start=1):
        starts_at = NOON.replace(month=month, hour=7, minute=0)
        gathering = a_gathering(session, branch, starts_at=starts_at, period=f"2026-{month:02d}")
        publish_rolls(session, gathering, [branch.id])
        roll = session.scalars(select(Roll).where(Roll.gathering_id == gathering.id)).one()
        of = Twins(session, branch, secretary, leader, phone, paper, binding, gathering, roll, [], item)
        happens(of)
        session.expire_all()
        later = starts_at + timedelta(days=1)
        confirm_roll(session, roll.id, by=secretary.id, now=later)
        for one in of.attendances:
            answer_host_attendance(session, one, **of.answer(later))
        if month in DEEDS:
            DEEDS[month](of)
    assert of is not None
    return of


def statuses(session: Session, member: Member) -> list[Status]:
    """Return what the rolls of the year say of somebody, January first."""
    query = (
        select(RollLine.status)
        .join(Gathering, Gathering.id == RollLine.gathering_id)
        .where(RollLine.member_id == member.id)
        .order_by(Gathering.period)
    )
    return list(session.scalars(query))
