"""Who moved, or changed category, did so after the last cycle that was filed; whoever files knows of it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.audit import Via
from models.base import Sessions
from models.people.member_move import MemberMove
from models.people.membership import move_member
from models.people.org import Org
from models.points.back_dating import check_not_filed
from models.ratings.procedure.rating import Rating, RatingState
from models.refused import Refused
from tests.factories import a_branch, a_rating
from tests.points.proposers import a_village
from tests.ratings.test_many_hands import files, in_own, on_the_board, prepared
from tests.ratings.walk import DAY, JANUARY, Walk
from tests.together import meanwhile


@pytest.mark.parametrize(
    ("state", "cycle", "day", "is_free"),
    [
        (RatingState.PUBLICISED, "2026Q3", date(2026, 9, 30), True),
        (RatingState.CONFIRMED, "2026Q3", date(2026, 9, 30), False),
        (RatingState.ARCHIVED, "2026Q3", date(2026, 9, 30), False),
        (RatingState.CONFIRMED, "2026Q3", date(2026, 10, 1), True),
        # Before a filed cycle is as wrong as in it.
        (RatingState.CONFIRMED, "2026Q3", date(1, 1, 1), False),
        (RatingState.CONFIRMED, "2025", date(2026, 1, 1), True),
    ],
)
def test_day_comes_after_every_filed_cycle(
    session: Session, state: RatingState, cycle: str, day: date, is_free: bool
) -> None:
    village = a_village(session)
    village.rated(cycle, state)
    told: list[str] = []
    try:
        check_not_filed(session, [village.branch.id], day, field="moved_on")
    except Refused as error:
        told = list(error.extra["fields"])
    assert told == ([] if is_free else ["moved_on"])


def test_either_branch_of_a_move_is_asked(session: Session) -> None:
    village = a_village(session)
    other = a_branch(session, session.get_one(Org, village.branch.parent_id))
    a_rating(session, other, village.scheme, village.secretary, cycle="2026Q3", state=RatingState.CONFIRMED)
    check_not_filed(session, [village.branch.id], date(2026, 9, 1), field="moved_on")
    with pytest.raises(Refused, match="2026年第三季度的星级已经备案，请写 2026年10月1日以后的日期"):
        check_not_filed(session, [village.branch.id, other.id], date(2026, 9, 1), field="moved_on")


def moves(walk: Walk, to_id: int) -> Callable[[Session], Any]:
    """Move the first member into the year that is being filed."""
    member_id, branch_id, by = walk.members[0].id, walk.branch.id, walk.officer.id

    def run(session: Session) -> None:
        day = date(2026, 12, 20)
        check_not_filed(session, [branch_id, to_id], day, field="moved_on")
        move_member(
            session, member_id, session.get_one(Org, to_id), moved_on=day, document="组转7号", by=by,
            via=Via.CONSOLE, now=JANUARY + 7 * DAY,
        )  # fmt: skip

    return run


def walked_beside(sessions: Sessions) -> tuple[Walk, int]:
    """Commit a branch with its stars on the board, and another of its township."""
    walk = prepared(sessions, on_the_board)
    with sessions.begin() as session:
        return walk, a_branch(session, session.get_one(Org, walk.township.id)).id


def test_move_waits_for_whoever_files_the_cycle_and_is_then_refused(sessions: Sessions) -> None:
    walk, to_id = walked_beside(sessions)
    with sessions.begin() as session:
        files(walk)(session)
        result = meanwhile(in_own(sessions, moves(walk, to_id)), session)
    assert result() == "bad_change"
    with sessions() as session:
        assert session.query(MemberMove).count() == 0


def test_whoever_files_waits_for_a_move_and_then_sees_it(sessions: Sessions) -> None:
    walk, to_id = walked_beside(sessions)
    with sessions.begin() as session:
        moves(walk, to_id)(session)
        result = meanwhile(in_own(sessions, files(walk)), session)
    assert result() == "results_changed"
    with sessions() as session:
        assert session.get_one(Rating, walk.id).state is RatingState.PUBLICISED
