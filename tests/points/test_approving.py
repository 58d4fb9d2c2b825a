"""Two hands for every point: who approves, what that posts, and what can be taken back."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from models.audit import Audit, Via
from models.base import Sessions
from models.gatherings.marks import set_marks
from models.gatherings.roll import Status
from models.people.account import Account, Role
from models.points.approving import approve, reject
from models.points.entry import PointEntry, Source
from models.points.posting import confirm_roll
from models.points.proposal import Proposal, ProposalMember, ProposalState
from models.points.proposing import propose
from models.points.reversal import reverse_entry
from models.ratings.procedure.rating import Rating, RatingState
from tests.conftest import NOON
from tests.factories import a_branch, a_post, a_township, a_zone, an_account
from tests.gatherings.halls import a_hall
from tests.points.proposers import Village, a_deed, a_village
from tests.points.published import publish_for
from tests.points.test_proposing import refused
from tests.together import at_once, meanwhile


def entries(session: Session) -> list[PointEntry]:
    return list(session.scalars(select(PointEntry).order_by(PointEntry.id)))


def turn_down(village: Village, proposal: Proposal, by: Account, answer: str = "没有做完") -> Proposal:
    return reject(village.session, proposal.id, answer=answer, by=by.id, via=Via.CONSOLE, now=NOON)


def take_back(village: Village, entry: PointEntry, by: Account, reason: str = "记错了人") -> PointEntry:
    return reverse_entry(village.session, entry.id, reason=reason, by=by.id, via=Via.CONSOLE)


def test_approval_posts_one_entry_for_each_with_the_approvers_hand(session: Session) -> None:
    village = a_village(session)
    proposal = village.propose(deed=a_deed("hours", quantity=Decimal("2.5")))
    assert village.approve(proposal) == 3
    posted = entries(session)
    assert [one.member_id for one in posted] == [one.id for one in village.members]
    assert {(one.points, one.quantity, one.source, one.account_id, one.cycle) for one in posted} == {
        (Decimal("1.25"), Decimal("2.5"), Source.VOLUNTEER, village.commissioner.id, "2026Q4")
    }
    act = session.scalars(select(Audit).where(Audit.verb == "approve_proposal")).one()
    assert (act.account_id, act.after and act.after["entries"]) == (village.commissioner.id, 3)


def test_outcome_gives_its_own_points(session: Session) -> None:
    village = a_village(session, members=1)
    village.approve(village.declare(village.members[0], a_deed("report", level="按时")))
    assert [(one.points, one.level) for one in entries(session)] == [(Decimal(2), "按时")]


def test_whoever_is_struck_gets_nothing(session: Session) -> None:
    village = a_village(session)
    proposal = village.propose()
    assert village.approve(proposal, without=[village.members[1].id]) == 2
    assert [one.member_id for one in entries(session)] == [village.members[n].id for n in (0, 2)]
    struck = select(ProposalMember.member_id).where(ProposalMember.struck)
    assert session.scalars(struck).all() == [village.members[1].id]


def test_list_with_every_name_struck_is_no_approval(session: Session) -> None:
    village = a_village(session)
    everybody = [one.id for one in village.members]
    error = refused(village.approve, village.propose(), without=everybody)
    assert list(error.extra["fields"]) == ["without"]


def test_nobody_approves_what_they_wrote_down(session: Session) -> None:
    village = a_village(session)
    proposal = village.propose()
    error = refused(village.approve, proposal, village.clerk)
    assert (error.code, error.message) == ("own_entry", "这一件是您自己登记的，要由另一位同志审核")
    assert refused(turn_down, village, proposal, village.clerk).code == "own_entry"


def test_nobody_approves_what_is_for_them(session: Session) -> None:
    village = a_village(session)
    village.commissioner.member_id = village.members[0].id
    listed, own = village.propose(), village.declare(village.members[0], a_deed(title="修渠"))
    assert "先划去自己" in refused(village.approve, listed).message
    assert refused(village.approve, own).message == "这是您本人的申报，要由另一位同志审核"
    assert refused(turn_down, village, own, village.commissioner).code == "own_entry"
    assert village.approve(listed, without=[village.members[0].id]) == 2
    assert village.approve(own, village.secretary) == 1


def test_level_above_decides_only_what_is_the_secretarys(session: Session) -> None:
    village = a_village(session)
    ours = village.propose()
    assert refused(village.approve, ours, village.officer).code == "branch_decides"
    assert refused(turn_down, village, ours, village.officer).code == "branch_decides"
    by_secretary = village.propose(deed=a_deed(title="修渠"), by=village.secretary.id)
    assert village.approve(by_secretary, village.officer) == 3
    village.secretary.member_id = village.members[0].id
    for_secretary = village.declare(village.members[0], a_deed(title="值夜"))
    assert village.approve(for_secretary, village.officer) == 1
    among_others = village.propose(deed=a_deed(title="植树"))
    assert village.approve(among_others, village.officer) == 3


def test_member_of_the_points_group_approves(session: Session) -> None:
    village = a_village(session)
    elected = an_account(session, name="宋桂兰")
    a_post(session, elected, village.branch, Role.POINTS_GROUP)
    assert village.approve(village.propose(), elected) == 3


def test_officer_who_also_has_a_post_in_the_branch_approves_as_its_own(session: Session) -> None:
    village = a_village(session)
    a_post(session, village.officer, village.branch, Role.COMMISSIONER)
    assert village.approve(village.propose(), village.officer) == 3


def test_secretary_of_another_branch_makes_nothing_the_secretarys(session: Session) -> None:
    village = a_village(session)
    elsewhere = a_branch(session, a_township(session, a_zone(session)))
    a_post(session, village.clerk, elsewhere, Role.SECRETARY)
    assert refused(village.approve, village.propose(), village.officer).code == "branch_decides"


@pytest.mark.parametrize("answer", ["", " ", "不", "不" * 61])
def test_no_needs_its_sentence(session: Session, answer: str) -> None:
    village = a_village(session)
    proposal = village.propose()
    assert refused(turn_down, village, proposal, village.commissioner, answer).code == "reason_missing"
    turned = turn_down(village, proposal, village.commissioner)
    assert (turned.state, turned.answer) == (ProposalState.REJECTED, "没有做完")
    assert entries(session) == []
    assert refused(village.approve, proposal).code == "not_waiting"


def test_second_approval_posts_nothing(session: Session) -> None:
    village = a_village(session)
    proposal = village.propose()
    village.approve(proposal)
    assert refused(village.approve, proposal, village.secretary).code == "not_waiting"
    assert refused(village.approve, Proposal(id=0)).code == "not_found"
    assert len(entries(session)) == 3


def test_cycle_that_was_filed_meanwhile_is_told_to_the_approver(session: Session) -> None:
    village = a_village(session)
    proposal = village.propose(deed=a_deed(day=date(2026, 9, 29)))
    assert proposal.cycle == "2026Q3"
    village.rated("2026Q3", RatingState.CONFIRMED)
    assert refused(village.approve, proposal).code == "late_fact"
    village.approve(proposal, late=True)
    assert {(one.cycle, one.period) for one in entries(session)} == {("2026Q4", "2026-11")}


def statements(session: Session, doing: Any) -> int:
    sent: list[str] = []
    connection = session.connection()

    def count(*args: Any) -> None:
        sent.append(args[2])

    event.listen(connection, "before_cursor_execute", count)
    doing()
    event.remove(connection, "before_cursor_execute", count)
    return len(sent)


def sent_for(village: Village, number: int) -> tuple[int, int]:
    """Return how many statements it takes to propose for so many members, and to approve all but one."""
    ids = [one.id for one in village.members[:number]]
    deed, branch, by = a_deed(title=f"清淤 {number} 人"), village.branch.id, village.clerk.id
    hand: dict[str, Any] = {"by": village.commissioner.id, "via": Via.CONSOLE, "now": NOON}
    made: list[Proposal] = []

    def proposing() -> None:
        wish: dict[str, Any] = {"by": by, "by_member": None, "how": None, "via": Via.CONSOLE, "now": NOON}
        made.append(propose(village.session, branch, ids, deed, **wish))

    village.session.flush()
    village.session.expire_all()
    proposed, proposal = statements(village.session, proposing), made[0].id
    village.session.flush()
    village.session.expire_all()
    return proposed, statements(
        village.session, partial(approve, village.session, proposal, without=ids[:1], **hand)
    )


def test_list_of_150_takes_as_many_statements_as_a_list_of_two(session: Session) -> None:
    village = a_village(session, members=150)
    assert sent_for(village, 2) == sent_for(village, 150)
    assert len(entries(session)) == 1 + 149


def test_two_hands_at_once_post_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        village = a_village(session, members=30)
        proposal = village.propose().id
        hands = [village.commissioner.id, village.secretary.id] * 4

    def one(by: int) -> int:
        with sessions.begin() as session:
            return approve(session, proposal, by=by, via=Via.CONSOLE, now=NOON)

    results = at_once([partial(one, by) for by in hands])
    assert sorted(map(str, results)) == ["30"] + ["not_waiting"] * 7
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(PointEntry)) == 30


def test_form_sent_twice_at_once_is_one_proposal(sessions: Sessions) -> None:
    with sessions.begin() as session:
        village = a_village(session)

        branch, ids, by = village.branch.id, [one.id for one in village.members], village.clerk.id

    def one() -> int:
        hand: dict[str, Any] = {"by": by, "by_member": None, "how": None, "via": Via.CONSOLE, "now": NOON}
        with sessions.begin() as session:
            return propose(session, branch, ids, a_deed(), **hand).id

    results = at_once([one, one, one])
    assert results.count("proposed_already") == 2


def test_filing_waits_for_an_approval_under_way_and_sees_its_entries(sessions: Sessions) -> None:
    with sessions.begin() as session:
        village = a_village(session)
        proposal = village.propose().id
        by, rating = village.commissioner.id, village.rated("2026Q4", RatingState.PUBLICISED).id

    def filing() -> int:
        with sessions.begin() as session:
            session.get_one(Rating, rating, with_for_update=True).state = RatingState.CONFIRMED
            session.flush()
            return session.scalar(select(func.count()).select_from(PointEntry)) or 0

    with sessions.begin() as session:
        approve(session, proposal, by=by, via=Via.CONSOLE, now=NOON)
        seen = meanwhile(filing, session)
    assert seen() == 3


def test_reversal_keeps_both_lines_and_its_reason(session: Session) -> None:
    village = a_village(session)
    village.approve(village.propose(deed=a_deed("report", level="按时")))
    entry = entries(session)[0]
    undo = take_back(village, entry, village.commissioner)
    assert (undo.points, undo.reverses, undo.reason, undo.level) == (
        Decimal(-2),
        entry.id,
        "记错了人",
        "按时",
    )
    assert (undo.cycle, undo.period, undo.occurred_on) == (entry.cycle, entry.period, entry.occurred_on)
    assert len(entries(session)) == 4
    act = session.scalars(select(Audit).where(Audit.verb == "reverse_entry")).one()
    assert (act.subject_id, "记错" in str(act.after)) == (entry.id, False)
    village.declare(village.members[0], a_deed("report", level="按时"))


def test_what_can_not_be_reversed(session: Session) -> None:
    village = a_village(session)
    village.approve(village.propose())
    entry, other, third = entries(session)
    undo = take_back(village, entry, village.commissioner)
    assert refused(take_back, village, entry, village.secretary).code == "reversed_already"
    assert refused(take_back, village, undo, village.secretary).code == "is_reversal"
    assert refused(take_back, village, other, village.clerk).code == "own_entry"
    for reason in ("", "错", "错" * 201):
        assert refused(take_back, village, other, village.secretary, reason).code == "reason_missing"
    village.secretary.member_id = other.member_id
    assert refused(take_back, village, other, village.secretary).code == "own_entry"
    assert refused(take_back, village, PointEntry(id=0), village.secretary).code == "not_found"
    village.rated("2026Q4", RatingState.CONFIRMED)
    assert refused(take_back, village, third, village.secretary).code == "cycle_closed"


def test_entry_of_a_roll_is_corrected_on_the_roll(session: Session) -> None:
    hall = a_hall(session)
    publish_for(session, hall.branch, "ATTEND")
    set_marks(
        session, hall.roll.id, dict.fromkeys((one.id for one in hall.members), Status.PRESENT),
        by=hall.secretary.id, now=NOON,
    )  # fmt: skip
    confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=NOON)
    hand = {"reason": "记错了人", "by": an_account(session).id, "via": Via.CONSOLE}
    assert refused(reverse_entry, session, entries(session)[0].id, **hand).code == "from_roll"


def test_two_reversals_at_once_are_one(sessions: Sessions) -> None:
    with sessions.begin() as session:
        village = a_village(session, members=1)
        village.approve(village.propose())
        entry, hands = entries(session)[0].id, [village.commissioner.id, village.secretary.id]

    def one(by: int) -> Any:
        with sessions.begin() as session:
            return reverse_entry(session, entry, reason="记错了人", by=by, via=Via.CONSOLE).id

    results = at_once([partial(one, by) for by in hands])
    assert "reversed_already" in results
    assert sum(isinstance(result, int) for result in results) == 1
