"""Whom a rating knows, and where: as everybody stood on the cycle's last day, whatever came later."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.audit import Via
from models.people.member import Member, MemberStatus
from models.people.membership import let_go, move_member
from models.people.org import Org
from models.ratings.branch_facts import on_roster, standing_in, status_on
from tests.factories import a_branch, a_member, a_township, a_zone, an_account
from tests.points.strategies import shipped

LAST_DAY = date(2026, 12, 31)
EVE, LATER = date(2026, 12, 20), date(2027, 1, 5)
FEBRUARY = datetime(2027, 2, 1, 8, tzinfo=UTC)


@pytest.fixture
def places(session: Session) -> tuple[Org, Org]:
    town = a_township(session, a_zone(session))
    return a_branch(session, town), a_branch(session, town, name="白水村党支部")


@pytest.fixture
def hand(session: Session) -> dict[str, Any]:
    return {"by": an_account(session).id, "via": Via.CONSOLE, "now": FEBRUARY}


def rated_in(session: Session, branch: Org) -> dict[int, int]:
    facts = standing_in(session, shipped("ZONE"), "2026", [branch.id])
    return {one.id: one.branch for one in facts.members}


@pytest.mark.parametrize(("day", "where"), [(EVE, 1), (LAST_DAY, 1), (LATER, 0)])
def test_whoever_moved_is_rated_where_they_were_on_the_last_day(
    session: Session, places: tuple[Org, Org], hand: dict[str, Any], day: date, where: int
) -> None:
    member = a_member(session, places[0])
    move_member(session, member.id, places[1], moved_on=day, document="组转7号", **hand)
    assert rated_in(session, places[where]) == {member.id: places[where].id}
    assert rated_in(session, places[1 - where]) == {}


def test_whoever_moved_twice_is_followed_through_both_moves(
    session: Session, places: tuple[Org, Org], hand: dict[str, Any]
) -> None:
    member = a_member(session, places[0])
    move_member(session, member.id, places[1], moved_on=EVE, document="组转7号", **hand)
    move_member(session, member.id, places[0], moved_on=LATER, document="组转8号", **hand)
    assert rated_in(session, places[1]) == {member.id: places[1].id}
    assert rated_in(session, places[0]) == {}


@pytest.mark.parametrize(("day", "known"), [(EVE, False), (LAST_DAY, False), (LATER, True)])
def test_whoever_died_or_left_later_is_still_rated(
    session: Session, places: tuple[Org, Org], hand: dict[str, Any], day: date, known: bool
) -> None:
    member = a_member(session, places[0])
    let_go(session, member.id, MemberStatus.DECEASED, left_on=day, document="证明已核对", **hand)
    assert [one.id for one in on_roster(session, [places[0].id], LAST_DAY)] == [member.id] * known


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"full_on": date(2026, 12, 31)}, "full"),
        ({"full_on": date(2027, 1, 1)}, "probationary"),
        ({"joined_on": date(2026, 7, 1)}, "probationary"),
        ({"joined_on": date(2020, 7, 1)}, "full"),
        ({}, "full"),
    ],
)
def test_standing_of_whoever_left_later_is_that_of_the_last_day(
    columns: dict[str, date], expected: str
) -> None:
    member = Member(status=MemberStatus.TRANSFERRED_OUT, left_on=LATER, **columns)
    assert status_on(member, LAST_DAY) == expected


def test_move_is_not_dated_before_the_one_before(
    session: Session, places: tuple[Org, Org], hand: dict[str, Any]
) -> None:
    member = a_member(session, places[0])
    move_member(session, member.id, places[1], moved_on=EVE, document="组转7号", **hand)
    with pytest.raises(Exception, match="早于上一次"):
        move_member(
            session, member.id, places[0], moved_on=EVE - timedelta(days=1), document="组转8号", **hand
        )
    assert member.branch_id == places[1].id
