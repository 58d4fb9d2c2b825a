"""Objections and other hands at the same moment: one answer, one correction, nothing behind a filing."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from handlers.errors import BY_CONSTRAINT
from models.audit import Via
from models.base import Sessions
from models.gatherings.roll import Amendment, Roll, RollLine, Status
from models.gatherings.roll_head import roll_seen
from models.people.account import Role
from models.points.entry import PointEntry
from models.points.posting import amend_roll
from models.points.proposal import Proposal
from models.points.reversal import reverse_entry
from models.ratings.objections.answering import Answer, answer_objection
from models.ratings.objections.appealing import appeal
from models.ratings.objections.objection import Objection
from models.ratings.objections.raising import object_to, withdraw_objection
from models.ratings.procedure.rating import Rating, RatingState
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import a_rating
from tests.ratings.disputes import CYCLE, Branch, a_disputed_branch
from tests.together import at_once, meanwhile

FOUND = Answer(True, "会议记录有本人的发言", Status.PRESENT)
NO = Answer(False, "在场的同志都说没有到")


def a_real_branch(sessions: Sessions, *, rated: bool = False) -> tuple[Branch, int]:
    """Add the branch and an objection that waits, for all to see; with `rated` its rating has begun."""
    with sessions.begin() as session:
        branch = a_disputed_branch(session)
        if rated:
            a_rating(session, branch.org, branch.scheme, branch.hands[Role.SECRETARY], cycle=CYCLE)
        return branch, branch.objects().id


def answering(
    sessions: Sessions, branch: Branch, objection_id: int, role: Role, told: Answer = FOUND
) -> Callable[[], Any]:
    def answer() -> Any:
        with sessions.begin() as session:
            by = branch.hands[role].id
            return answer_objection(session, objection_id, told, by=by, via=Via.CONSOLE, now=NOON).state

    return answer


def objecting(sessions: Sessions, branch: Branch) -> Callable[[], Any]:
    def object_once() -> Any:
        try:
            with sessions.begin() as session:
                object_to(
                    session, member_id=branch.member.id, entry_id=branch.absent.id, said="那天我到会了",
                    filing=None, via=Via.PHONE, now=NOON,
                )  # fmt: skip
        except IntegrityError as error:
            # As the edge answers for it.
            name = getattr(error.orig, "diag").constraint_name  # noqa: B009
            raise Refused(*BY_CONSTRAINT[name]) from None
        return "taken in"

    return object_once


def test_two_hands_answer_once_and_correct_once(sessions: Sessions) -> None:
    branch, objection = a_real_branch(sessions)
    hands = (Role.COMMISSIONER, Role.POINTS_GROUP)
    found = at_once([answering(sessions, branch, objection, role) for role in hands * 2])
    assert Counter(found) == {"upheld": 1, "not_waiting": 3}
    with sessions() as session:
        entries = session.scalars(select(PointEntry.points).order_by(PointEntry.id))
        assert [int(points) for points in entries] == [-3, 3]
        assert len(session.scalars(select(Amendment)).all()) == 1


def test_yes_and_no_at_once_leave_what_the_one_who_came_first_said(sessions: Sessions) -> None:
    branch, objection = a_real_branch(sessions)
    both = [
        answering(sessions, branch, objection, Role.COMMISSIONER, FOUND),
        answering(sessions, branch, objection, Role.POINTS_GROUP, NO),
    ]
    found = at_once(both)
    assert found.count("not_waiting") == 1
    with sessions() as session:
        state = session.scalars(select(Objection.state)).one()
        entries = session.scalars(select(PointEntry.points).order_by(PointEntry.id))
        posted = [int(points) for points in entries]
    assert posted == ([-3, 3] if state == "upheld" else [-3])


def test_an_answer_waits_for_whoever_corrects_the_same_roll_and_never_across(sessions: Sessions) -> None:
    # Control: with the rating held before the roll the two wait for each other, and one is thrown out.
    branch, objection = a_real_branch(sessions, rated=True)
    with sessions() as amending:
        roll = amending.scalars(select(Roll)).one()
        roll_seen(amending, roll.id, lock=True)
        result = meanwhile(answering(sessions, branch, objection, Role.COMMISSIONER), of=amending)
        by = branch.hands[Role.SECRETARY].id
        amend_roll(amending, roll.id, {branch.member.id: Status.LEAVE}, reason="请过假", by=by, now=NOON)
        amending.commit()
    assert result() == "upheld"
    with sessions() as session:
        assert sum(session.scalars(select(PointEntry.points))) == 0
        assert session.scalars(select(RollLine.status)).one() is Status.PRESENT


def test_an_answer_waits_for_whoever_takes_the_same_entry_back(sessions: Sessions) -> None:
    # Control: with the rating held before the proposal the two wait for each other.
    branch, _ = a_real_branch(sessions, rated=True)
    with sessions.begin() as session:
        branch.session = session
        entry = branch.helped()
        objection = branch.objects(entry).id
    with sessions() as undoing:
        undoing.get_one(Proposal, entry.proposal_id, with_for_update=True)
        told = FOUND._replace(status=None)
        answer = answering(sessions, branch, objection, Role.POINTS_GROUP, told)
        result = meanwhile(answer, of=undoing)
        by = branch.hands[Role.SECRETARY].id
        reverse_entry(undoing, entry.id, reason="重复登记", by=by, via=Via.CONSOLE)
        undoing.commit()
    # It was put right meanwhile.
    assert result() == "upheld"


def test_one_thing_is_taken_in_once_however_often_it_is_sent(sessions: Sessions) -> None:
    with sessions.begin() as session:
        branch = a_disputed_branch(session)
    found = at_once([objecting(sessions, branch)] * 4)
    assert Counter(found) == {"taken in": 1, "objection_open": 3}


def test_taken_back_and_answered_at_once_is_one_of_the_two(sessions: Sessions) -> None:
    branch, objection = a_real_branch(sessions)

    def withdraw() -> Any:
        with sessions.begin() as session:
            return withdraw_objection(
                session, objection, member_id=branch.member.id, filing=None, via=Via.PHONE
            ).state

    found = at_once([withdraw, answering(sessions, branch, objection, Role.COMMISSIONER)])
    assert sorted(found) in (["not_waiting", "upheld"], ["not_waiting", "withdrawn"])


def test_an_answer_is_appealed_once_however_often_it_is_sent(sessions: Sessions) -> None:
    branch, objection = a_real_branch(sessions)
    answering(sessions, branch, objection, Role.COMMISSIONER, NO)()

    def appealing() -> Any:
        with sessions.begin() as session:
            return appeal(
                session, objection, member_id=branch.member.id, said="我坐在后排", filing=None, via=Via.PHONE,
                now=NOON,
            ).desk  # fmt: skip

    assert Counter(at_once([appealing] * 4)) == {"township": 1, "appealed": 3}


def test_nothing_is_objected_to_behind_a_filing(sessions: Sessions) -> None:
    # Control: without the lock on the rating the objection slips in while it is being filed.
    with sessions.begin() as session:
        branch = a_disputed_branch(session)
        a_rating(session, branch.org, branch.scheme, branch.hands[Role.SECRETARY], cycle=CYCLE)
    with sessions() as filing:
        rating = filing.scalars(select(Rating)).one()
        filing.refresh(rating, with_for_update=True)
        rating.state = RatingState.CONFIRMED
        filing.flush()
        result = meanwhile(objecting(sessions, branch), of=filing)
        filing.commit()
    assert result() == "objection_closed"
