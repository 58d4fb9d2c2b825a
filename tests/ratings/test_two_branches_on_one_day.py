"""Somebody who belongs to two branches on one day is rated once, and loses nothing twice for one absence."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Via
from models.gatherings.marks import set_marks
from models.gatherings.roll import Status
from models.people.member import Member
from models.people.membership import move_member
from models.people.org import Org
from models.points.entry import PointEntry
from models.points.posting import confirm_roll
from models.points.schemes.published import document_of
from models.ratings.runs.branch_facts import on_roster, standing_in
from models.ratings.statement.statement import statement_of
from tests.factories import a_branch, a_gathering, a_roll
from tests.ratings.walk import Walk, a_walk

MORNING = datetime(2026, 12, 20, 1, tzinfo=UTC)
AFTERNOON = datetime(2026, 12, 20, 7, tzinfo=UTC)
THAT_DAY, EVE = date(2026, 12, 20), date(2026, 12, 19)
CHRISTMAS = datetime(2026, 12, 25, 7, tzinfo=UTC)


@pytest.fixture
def walk(session: Session) -> Walk:
    return a_walk(session, full=3)


def moves(walk: Walk, member: Member, to: Org) -> None:
    hand: dict[str, Any] = {"by": walk.officer.id, "via": Via.CONSOLE, "now": CHRISTMAS}
    move_member(walk.session, member.id, to, moved_on=THAT_DAY, document="组转7号", **hand)


def test_whoever_moves_twice_on_one_day_is_on_one_roster_and_rated_once(walk: Walk) -> None:
    session, member = walk.session, walk.members[0]
    there, back = (a_branch(session, walk.township, name=name) for name in ("白水村党支部", "黑山村党支部"))
    moves(walk, member, there)
    moves(walk, member, back)
    branches = [walk.branch.id, there.id, back.id]
    homes = {
        day: [one for one in branches if member in on_roster(session, [one], day)] for day in (EVE, THAT_DAY)
    }
    assert homes == {EVE: [walk.branch.id], THAT_DAY: [back.id]}
    facts = standing_in(session, document_of(walk.scheme.document), "2026", branches)
    assert [one.branch for one in facts.members if one.id == member.id] == [back.id]


def missed(walk: Walk, branch: Org, starts_at: datetime, status: Status) -> None:
    """Confirm a theme day of a branch on which the first member is so recorded."""
    session, member = walk.session, walk.members[0]
    gathering = a_gathering(session, branch, starts_at=starts_at, period="2026-12")
    roll = a_roll(session, gathering, branch, [member])
    set_marks(session, roll.id, {member.id: status}, by=walk.secretary.id, now=starts_at)
    confirm_roll(session, roll.id, by=walk.secretary.id, now=CHRISTMAS)


@pytest.mark.parametrize(
    ("there", "costs"),
    [(Status.ABSENT, [-2, -2]), (Status.PRESENT, [-2]), (Status.HOST_BRANCH, [-2])],
)
def test_each_branch_answers_for_its_own_roll_of_the_day_and_all_of_it_counts_in_one(
    walk: Walk, there: Status, costs: list[int]
) -> None:
    session, member = walk.session, walk.members[0]
    other = a_branch(session, walk.township, name="白水村党支部")
    missed(walk, walk.branch, MORNING, Status.ABSENT)
    moves(walk, member, other)
    missed(walk, other, AFTERNOON, there)
    posted = session.scalars(select(PointEntry.points).where(PointEntry.member_id == member.id)).all()
    assert [int(points) for points in posted] == costs
    statement = statement_of(session, member.id, cycle="2026", now=CHRISTMAS)
    assert statement is not None
    assert statement.balance.total == Decimal(60 + sum(costs))
    assert [int(one.counted) for one in statement.entries] == costs
