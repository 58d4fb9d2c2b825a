"""What a confirmed roll posts beyond attendance, and where it counts once the cycle is filed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.gatherings.gathering import GatheringKind
from models.gatherings.marks import set_marks
from models.gatherings.roll import Roll, Status
from models.people.account import Account
from models.people.org import Org
from models.points.entry import PointEntry
from models.points.posting import amend_roll, confirm_roll
from models.points.schemes.published import Scheme, publish_scheme
from models.points.schemes.use import use_scheme
from models.ratings.procedure.rating import RatingState
from models.ratings.statement.statement import statement_of
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import (
    THREE_O_CLOCK,
    a_branch,
    a_gathering,
    a_group,
    a_member,
    a_rating,
    a_roll,
    an_account,
)
from tests.points.published import publish_for

LATER = THREE_O_CLOCK + timedelta(hours=3)
NEXT_YEAR = LATER + timedelta(days=60)
HOURS = """
{"code": "HOURS", "version": 1, "title": "按时长计分", "cycle": "year",
 "parts": [{"code": "learn", "title": "学习和服务", "cap": 40}],
 "items": [
  {"id": "training", "title": "集中培训", "part": "learn", "pts": 0.5, "unit": "hour", "source": "training",
   "when": {"kinds": ["study"], "status": ["present"]}},
  {"id": "helped", "title": "志愿服务", "part": "learn", "pts": 1, "unit": "event", "source": "volunteer",
   "when": {"kinds": ["study", "volunteering"], "status": ["present"]}}],
 "rounding": {"scale": 1}}
"""


def entries(session: Session, org: Org) -> list[tuple[str, str, str, Decimal, Decimal]]:
    rows = session.scalars(
        select(PointEntry).where(PointEntry.branch_id == org.id).order_by(PointEntry.id)
    ).all()
    return [(row.item, row.cycle, row.period, row.quantity, row.points) for row in rows]


def test_training_counts_its_planned_hours_and_service_once(session: Session) -> None:
    branch = a_branch(session)
    scheme = publish_scheme(session, HOURS, issuer=branch, by=None, now=NOON)
    use_scheme(session, branch, scheme, from_month="2026-01", by=None)
    by, member = an_account(session), a_member(session, branch)
    gathering = a_gathering(
        session, branch, kind=GatheringKind.STUDY, ends_at=THREE_O_CLOCK + timedelta(minutes=100)
    )
    roll = a_roll(session, gathering, branch, [member])
    set_marks(session, roll.id, {member.id: Status.PRESENT}, by=by.id, now=LATER)
    confirm_roll(session, roll.id, by=by.id, now=LATER)
    assert entries(session, branch) == [
        ("training", "2026", "2026-11", Decimal("1.67"), Decimal("0.835")),
        ("helped", "2026", "2026-11", Decimal(1), Decimal(1)),
    ]
    amend_roll(session, roll.id, {member.id: Status.LEAVE}, reason="补到请假条", by=by.id, now=LATER)
    assert [points for *_, points in entries(session, branch)[2:]] == [Decimal("-0.835"), Decimal(-1)]


@pytest.fixture
def hall(session: Session) -> tuple[Org, Roll, int, int]:
    """A branch under the zone's scheme, its roll of November with one absent member, not yet confirmed."""
    branch = a_branch(session)
    publish_for(session, branch, "ZONE")
    by, member = an_account(session), a_member(session, branch)
    roll = a_roll(session, a_gathering(session, branch), branch, [member])
    set_marks(session, roll.id, {member.id: Status.ABSENT}, by=by.id, now=LATER)
    return branch, roll, member.id, by.id


def file_the_year(session: Session, branch: Org, by: int, cycle: str = "2026") -> None:
    scheme = the_scheme(session)
    rating = a_rating(session, branch, scheme, session.get_one(Account, by), cycle=cycle)
    rating.state = RatingState.CONFIRMED
    session.flush()


def the_scheme(session: Session) -> Scheme:
    return session.scalars(select(Scheme).where(Scheme.code == "ZONE")).one()


def test_roll_confirmed_after_the_year_was_filed_counts_in_the_running_year(
    session: Session, hall: tuple[Org, Roll, int, int]
) -> None:
    branch, roll, _, by = hall
    file_the_year(session, branch, by)
    confirm_roll(session, roll.id, by=by, now=NEXT_YEAR)
    assert entries(session, branch) == [("absent_theme", "2027", "2027-01", Decimal(1), Decimal(-2))]
    occurred = session.scalar(select(PointEntry.occurred_on).where(PointEntry.branch_id == branch.id))
    assert f"{occurred}" == "2026-11-25"


def test_roll_of_a_filed_year_is_not_amended_where_it_would_take_back_points(
    session: Session, hall: tuple[Org, Roll, int, int]
) -> None:
    branch, roll, member, by = hall
    confirm_roll(session, roll.id, by=by, now=LATER)
    file_the_year(session, branch, by)
    with pytest.raises(Refused) as refused:
        amend_roll(session, roll.id, {member: Status.LEAVE}, reason="补到请假条", by=by, now=NEXT_YEAR)
    assert refused.value.code == "cycle_closed"
    assert "2026年" in refused.value.message


def test_roll_waits_where_the_running_year_is_filed_too(
    session: Session, hall: tuple[Org, Roll, int, int]
) -> None:
    branch, roll, _, by = hall
    for cycle in ("2026", "2027"):
        file_the_year(session, branch, by, cycle)
    with pytest.raises(Refused) as refused:
        confirm_roll(session, roll.id, by=by, now=NEXT_YEAR)
    assert refused.value.code == "cycle_closed"


def test_roll_of_a_group_makes_points_of_its_branch_and_keeps_out_of_its_filed_year(session: Session) -> None:
    branch = a_branch(session)
    publish_for(session, branch, "ZONE")
    by, group = an_account(session), a_group(session, branch)
    member = a_member(session, branch, group=group)
    first, second = (a_roll(session, a_gathering(session, group), group, [member]) for _ in range(2))
    for roll in (first, second):
        set_marks(session, roll.id, {member.id: Status.ABSENT}, by=by.id, now=LATER)
    confirm_roll(session, first.id, by=by.id, now=LATER)
    file_the_year(session, branch, by.id)
    confirm_roll(session, second.id, by=by.id, now=NEXT_YEAR)
    assert [(cycle, period) for _, cycle, period, *_ in entries(session, branch)] == [
        ("2026", "2026-11"),
        ("2027", "2027-01"),
    ]
    with pytest.raises(Refused) as refused:
        amend_roll(session, first.id, {member.id: Status.LEAVE}, reason="补到请假条", by=by.id, now=NEXT_YEAR)
    assert refused.value.code == "cycle_closed"


@pytest.mark.parametrize(
    ("month", "held_on", "late"),
    [
        ("2026-12", datetime(2027, 1, 5, 7, tzinfo=UTC), True),  # held late, of the year that is filed
        ("2027-01", datetime(2026, 12, 30, 7, tzinfo=UTC), False),  # held early, of the year that runs
    ],
)
def test_gathering_is_of_the_cycle_of_its_month_whatever_the_day(
    session: Session, month: str, held_on: datetime, late: bool
) -> None:
    branch = a_branch(session)
    publish_for(session, branch, "ZONE")
    by, member = an_account(session), a_member(session, branch)
    roll = a_roll(session, a_gathering(session, branch, period=month, starts_at=held_on), branch, [member])
    set_marks(session, roll.id, {member.id: Status.ABSENT}, by=by.id, now=NEXT_YEAR)
    file_the_year(session, branch, by.id)
    confirm_roll(session, roll.id, by=by.id, now=NEXT_YEAR)
    statement = statement_of(session, member.id, cycle="2027", now=NEXT_YEAR)
    assert statement is not None
    assert [entry.is_late for entry in statement.entries] == [late]
