"""What a branch has still to decide of a cycle is counted before its meeting, and holds nothing up."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.gatherings.gathering import GatheringState
from models.points.proposal import Proposal, ProposalState
from models.ratings.procedure.beginning import rating_seen
from models.ratings.procedure.outstanding import Unsettled, unsettled_in
from models.ratings.procedure.rating import RatingState
from tests.factories import a_gathering, a_group, a_proposal, a_roll
from tests.ratings.walk import DAY, JANUARY, Walk, a_walk


@pytest.fixture
def walk(session: Session) -> Walk:
    return a_walk(session, full=3).begins()


def unsettled(walk: Walk) -> Unsettled:
    return unsettled_in(walk.session, rating_seen(walk.session, walk.id), now=JANUARY)


def proposed(walk: Walk, **columns: Any) -> Proposal:
    return a_proposal(walk.session, walk.members[0], walk.scheme, **{"period": "2026-12"} | columns)


def held(walk: Walk, **columns: Any) -> None:
    told: dict[str, Any] = {"starts_at": JANUARY - 20 * DAY, "period": "2026-12"}
    told |= {"state": GatheringState.PUBLISHED}
    gathering = a_gathering(walk.session, walk.branch, **told | columns)
    a_roll(walk.session, gathering, walk.branch, walk.members)


def test_proposals_and_rolls_of_the_cycle_are_counted(walk: Walk) -> None:
    assert unsettled(walk) == (0, 0)
    proposed(walk)
    held(walk)
    assert unsettled(walk) == (1, 1)


def test_what_is_of_another_cycle_decided_to_come_or_called_off_is_not(walk: Walk) -> None:
    proposed(walk, cycle="2027", period="2027-01")
    proposed(walk).state = ProposalState.WITHDRAWN
    held(walk, period="2027-01")
    held(walk, starts_at=JANUARY + DAY)
    held(walk, state=GatheringState.CANCELLED, reason="大风改期")
    assert unsettled(walk) == (0, 0)


def test_roll_of_a_group_is_one_of_the_branch(walk: Walk) -> None:
    gathering = a_gathering(
        walk.session, walk.branch, starts_at=JANUARY - timedelta(days=20), period="2026-12"
    )
    gathering.state = GatheringState.PUBLISHED
    a_roll(walk.session, gathering, a_group(walk.session, walk.branch), walk.members)
    assert unsettled(walk) == (0, 1)


def test_no_meeting_waits_for_it(walk: Walk) -> None:
    proposed(walk)
    held(walk)
    walk.grades()
    walk.meets()
    assert walk.stands() is RatingState.APPRAISED
