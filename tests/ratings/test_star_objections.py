"""A star on the board: objected to until the last day, and rechecked once what was wrong is put right."""

from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from sqlalchemy.orm import Session

from models.audit import Via
from models.gatherings.roll import Roll, Status
from models.people.account import Role
from models.points.posting import amend_roll
from models.ratings.meeting.decision import GradeKind
from models.ratings.objections.answerers import hands_of
from models.ratings.objections.answering import Answer, look_ahead
from models.ratings.objections.objection import ObjectionState
from models.ratings.procedure.beginning import rating_seen
from models.ratings.procedure.rating import Rating, RatingState
from models.ratings.publicity.board import board_of
from models.ratings.runs.run import last_run
from tests.conftest import NOON
from tests.factories import a_member
from tests.ratings.disputes import DAY, Branch, a_disputed_branch, put_up
from tests.ratings.test_objections import refused


class Board(NamedTuple):
    """The branch, and its rating whose stars hang since NOON: 57 points and 优秀 make three stars."""

    branch: Branch
    rating: Rating

    def objects(self, **more: Any) -> Any:
        """Let the member object to the star."""
        return self.branch.objects(rating_id=self.rating.id, said="次数不对", **more)

    def changed(self) -> set[int]:
        """Return whose star is another than hangs."""
        session = self.branch.session
        return set(board_of(session, rating_seen(session, self.rating.id)).changed)


@pytest.fixture
def board(session: Session) -> Board:
    branch = a_disputed_branch(session)
    others = [a_member(session, branch.org, name) for name in ("何桂芳", "刘玉兰", "马德顺")]
    grades = {branch.member: GradeKind.EXCELLENT} | dict.fromkeys(others, GradeKind.QUALIFIED)
    rating = put_up(session, branch.org, branch.scheme, branch.hands[Role.SECRETARY], grades)
    return Board(branch, rating)


def test_a_star_is_objected_to_until_the_last_day_on_the_board(board: Board) -> None:
    with refused("objection_closed", "最后一天是2026年12月2日"):
        board.objects(after=8)
    objection = board.objects(after=7)
    assert (objection.rating_id, objection.entry_id) == (board.rating.id, None)


def test_a_star_that_is_not_on_the_board_yet_is_not_objected_to(board: Board) -> None:
    board.rating.state = RatingState.APPRAISED
    board.branch.session.flush()
    with refused("not_publicised"):
        board.objects()


def test_whoever_is_not_rated_there_has_no_star_to_object_to(board: Board) -> None:
    stranger = a_member(board.branch.session, board.branch.org, "远山人")
    board.branch.member = stranger
    with refused("not_found"):
        board.objects()


def test_a_star_is_not_for_the_branchs_secretaries_to_answer(board: Board) -> None:
    objection = board.objects()
    hands = hands_of(board.branch.session, [objection], now=NOON)[objection.id]
    assert [hand.name for hand in hands.free] == ["李桂兰", "宋桂兰"]
    with refused("not_your_desk"):
        board.branch.answers(objection, Role.DEPUTY, status=None)


def test_an_upheld_entry_rechecks_the_star_which_goes_up_again(board: Board) -> None:
    branch = board.branch
    assert board.changed() == set()
    answered = branch.answers(branch.objects())
    assert (answered.total_before, answered.total_after) == (Decimal(77), Decimal(80))
    assert (answered.star_before, answered.star_after) == (3, 4)
    assert board.changed() == {branch.member.id}


def test_a_star_is_upheld_after_what_was_wrong_is_corrected_and_not_before(board: Board) -> None:
    branch = board.branch
    objection = board.objects()
    with refused("nothing_changed"):
        branch.answers(objection, status=None)
    assert objection.state is ObjectionState.SUBMITTED
    roll = branch.session.query(Roll).one()
    amend_roll(
        branch.session, roll.id, {branch.member.id: Status.PRESENT}, reason="当时在场",
        by=branch.hands[Role.SECRETARY].id, now=NOON,
    )  # fmt: skip
    answered = branch.answers(objection, status=None)
    assert (answered.star_before, answered.star_after) == (3, 4)
    # The star is on the board anew, and so is the right to object to it.
    board.objects(after=2)


def test_what_an_answer_would_do_to_the_star_is_shown_before(board: Board) -> None:
    branch = board.branch
    run = last_run(branch.session, board.rating.id)
    change = look_ahead(
        branch.session, branch.objects().id, Answer(True, "会议记录有发言", Status.PRESENT),
        by=branch.hands[Role.COMMISSIONER].id, via=Via.CONSOLE, now=NOON + DAY,
    )  # fmt: skip
    assert (change.before.star, change.after.star) == (3, 4)
    assert last_run(branch.session, board.rating.id) is run
    assert board.changed() == set()


def test_a_star_that_was_filed_is_not_changed_by_an_answer(board: Board) -> None:
    objection = board.objects()
    board.rating.state = RatingState.CONFIRMED
    board.branch.session.flush()
    with refused("cycle_closed"):
        board.branch.answers(objection, status=None)
    with refused("objection_closed", "2026年12月2日"):
        board.objects(after=1)
