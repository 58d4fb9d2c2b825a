"""Whom a rating knows, and where: as everybody stood on the cycle's last day, whatever came later."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Via
from models.gatherings.marks import set_marks
from models.gatherings.roll import Status
from models.people.member import Member, MemberStatus
from models.people.membership import let_go, move_member
from models.people.org import Org
from models.points.deed import Deed
from models.points.entry import PointEntry
from models.points.posting import confirm_roll
from models.points.proposing import propose
from models.points.reversal import reverse_entry
from models.points.schemes.published import document_of
from models.ratings.archive.verify import verify_rating
from models.ratings.objections.dispute import disputable_of
from models.ratings.objections.raising import object_to, rating_around
from models.ratings.procedure.beginning import rating_seen
from models.ratings.runs.branch_facts import on_roster, standing_in, status_on
from models.ratings.runs.run import reckon
from models.ratings.runs.sums import stream_sums
from models.ratings.statement.statement import statement_of
from tests.factories import a_branch, a_gathering, a_member, a_roll, a_township, a_zone, an_account, an_entry
from tests.points.strategies import shipped
from tests.ratings.walk import JANUARY, Walk, a_walk, refused

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


def test_entries_of_a_branch_that_is_rated_by_the_quarter_count_in_the_year_of_the_new_one(
    session: Session, hand: dict[str, Any]
) -> None:
    """Known items by the new branch's scheme, the others 0 with a reason; the same on both ways."""
    zone = a_zone(session)
    old = a_walk(session, full=1, township=a_township(session, zone), code="DEMO")
    new = a_walk(session, full=2, township=a_township(session, zone, "河西镇党委"))
    [member] = old.members
    gone = {"item": "gone", "cycle": "2026Q2", "period": "2026-06", "occurred_on": date(2026, 6, 2)}
    an_entry(session, member, old.scheme, old.officer, **gone)
    helped = {"item": "volunteer", "cycle": "2026Q2", "period": "2026-05", "occurred_on": date(2026, 5, 3)}
    an_entry(session, member, old.scheme, old.officer, **helped)
    before = {"item": "volunteer", "cycle": "2025Q4", "period": "2025-12", "occurred_on": date(2025, 12, 3)}
    an_entry(session, member, old.scheme, old.officer, **before)
    move_member(session, member.id, new.branch, moved_on=EVE, document="组转7号", **hand)
    results = {one.member_id: one for one in reckon(session, rating_seen(session, new.begins().id)).results}
    assert {part.code: part.subtotal for part in results[member.id].parts}["task"] == 1
    [(_, sums)] = stream_sums(session, document_of(new.scheme.document), "2026", [member.id])
    assert [share.counted for share in sums["task"]] == [1]
    statement = statement_of(session, member.id, cycle="2026", now=FEBRUARY)
    assert statement is not None
    assert [(one.occurred_on.month, one.counted) for one in statement.entries] == [
        (6, Decimal(0)),
        (5, Decimal(1)),
    ]
    assert statement.entries[0].why == "本办法没有这个项目，不计"


def test_page_of_a_cycle_that_is_over_is_that_of_the_branch_that_rated_it(
    session: Session, hand: dict[str, Any]
) -> None:
    old = a_walk(session, full=3)
    new = a_walk(session, full=3, township=old.township, scheme=old.scheme)
    member = old.members[0]
    old.confirmed([member])
    move_member(session, member.id, new.branch, moved_on=LATER, document="组转7号", **hand)
    statement = statement_of(session, member.id, cycle="2026", now=FEBRUARY)
    assert statement is not None
    assert (statement.balance.grade, statement.balance.provisional) == ("excellent", False)


@pytest.fixture
def rated_elsewhere(session: Session, hand: dict[str, Any]) -> tuple[Walk, Walk, Member]:
    """A member who moved before the last day, and whose year the new branch has filed; the old one's runs."""
    old = a_walk(session, full=3)
    new = a_walk(session, full=3, township=old.township, scheme=old.scheme)
    member = old.members[0]
    old.earns(member, "volunteer", "1")
    move_member(session, member.id, new.branch, moved_on=EVE, document="组转7号", **hand)
    new.members.append(member)
    new.confirmed()
    return old, new, member


def test_late_roll_of_the_branch_left_behind_counts_where_the_year_still_runs(
    session: Session, rated_elsewhere: tuple[Walk, Walk, Member], hand: dict[str, Any]
) -> None:
    old, _, member = rated_elsewhere
    roll = a_roll(session, a_gathering(session, old.branch), old.branch, [member, old.members[1]])
    set_marks(
        session,
        roll.id,
        dict.fromkeys((member.id, old.members[1].id), Status.ABSENT),
        by=hand["by"],
        now=FEBRUARY,
    )
    confirm_roll(session, roll.id, by=hand["by"], now=FEBRUARY)
    query = select(PointEntry.member_id, PointEntry.cycle).where(PointEntry.gathering_id == roll.gathering_id)
    assert dict(session.execute(query).all()) == {member.id: "2027", old.members[1].id: "2026"}


def test_what_counted_in_a_year_filed_elsewhere_is_not_taken_back(
    session: Session, rated_elsewhere: tuple[Walk, Walk, Member]
) -> None:
    old, new, member = rated_elsewhere
    entry = session.scalars(select(PointEntry).where(PointEntry.member_id == member.id)).one()
    with refused("cycle_closed"):
        reverse_entry(session, entry.id, reason="记错了人", by=old.secretary.id, via=Via.CONSOLE)
    assert verify_rating(session, new.id) == []


def test_deed_of_a_year_filed_by_the_branch_left_behind_is_late(
    session: Session, hand: dict[str, Any]
) -> None:
    old = a_walk(session, full=3)
    new = a_walk(session, full=3, township=old.township, scheme=old.scheme)
    member = old.members[0]
    old.confirmed()
    move_member(session, member.id, new.branch, moved_on=LATER, document="组转7号", **hand)
    deed = Deed("mediation", date(2026, 12, 3), "调解邻里纠纷")
    whose: dict[str, Any] = {
        "by": new.secretary.id,
        "by_member": None,
        "how": None,
        "via": Via.CONSOLE,
        "now": FEBRUARY,
    }
    with refused("late_fact"):
        propose(session, new.branch.id, [member.id], deed, **whose)
    with refused("bad_proposal"):
        propose(session, new.branch.id, [member.id, new.members[0].id], deed, **whose)
    assert propose(session, new.branch.id, [member.id], deed, **whose, late=True).cycle == "2027"
    assert propose(session, new.branch.id, [new.members[0].id], deed, **whose).cycle == "2026"


def test_entry_of_the_branch_left_behind_is_disputed_until_the_new_one_files(
    session: Session, hand: dict[str, Any]
) -> None:
    old = a_walk(session, full=3)
    new = a_walk(session, full=3, township=old.township, scheme=old.scheme)
    member = old.members[0]
    old.earns(member, "volunteer", "1")
    move_member(session, member.id, new.branch, moved_on=EVE, document="组转7号", **hand)
    entry = session.scalars(select(PointEntry).where(PointEntry.member_id == member.id)).one()
    new.members.append(member)
    new.begins()
    rating = rating_around(session, entry)
    assert rating is not None
    assert rating.id == new.id
    new.grades()
    new.meets()
    new.posts()
    new.files()
    with refused("objection_closed"):
        object_to(
            session, member_id=member.id, entry_id=entry.id, said="不是我做的", filing=None, via=Via.PHONE,
            now=FEBRUARY,
        )  # fmt: skip


def test_star_of_the_branch_left_behind_can_be_disputed_while_it_hangs_there(
    session: Session, hand: dict[str, Any]
) -> None:
    old = a_walk(session, full=3)
    new = a_walk(session, full=3, township=old.township, scheme=old.scheme)
    member = old.members[0]
    old.begins().grades()
    old.meets()
    old.posts()
    move_member(session, member.id, new.branch, moved_on=LATER, document="组转7号", **hand)
    star = disputable_of(session, member.id, now=JANUARY).star
    assert star is not None
    assert star.id == old.id
    assert disputable_of(session, new.members[0].id, now=JANUARY).star is None
