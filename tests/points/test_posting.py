"""From confirmed roll to ledger: posted once, by status and not by the way, amended by reversals."""

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.marks import count_heads, set_marks, settle_rest
from models.gatherings.roll import Amendment, RollLine, Status
from models.gatherings.roll_head import roll_seen
from models.points.entry import PointEntry
from models.points.posting import amend_roll, confirm_roll, post_attendance
from models.ratings.statement.statement import Statement, statement_of
from models.refused import Refused
from tests.conftest import NOON
from tests.gatherings.halls import Hall, a_hall
from tests.points.published import publish_for


def a_marked_hall(session: Session, scheme: str | None, *statuses: Status) -> Hall:
    """Add a hall whose lines a person has marked with these statuses."""
    hall = a_hall(session, members=len(statuses))
    if scheme:
        publish_for(session, hall.branch, scheme)
    marks = {member.id: status for member, status in zip(hall.members, statuses, strict=True)}
    set_marks(session, hall.roll.id, marks, by=hall.secretary.id, now=NOON)
    return hall


def confirm(session: Session, hall: Hall) -> int:
    return confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=NOON).entries


def entries(session: Session, hall: Hall) -> list[tuple[str, Decimal]]:
    query = select(PointEntry).where(PointEntry.branch_id == hall.branch.id).order_by(PointEntry.id)
    return [(entry.item, entry.points) for entry in session.scalars(query)]


def points_of(session: Session, hall: Hall, n: int) -> Statement:
    found = statement_of(session, hall.members[n].id, now=NOON)
    assert found is not None
    return found


def test_attendance_earns_a_point_and_absence_none_where_a_town_counts_attendance(session: Session) -> None:
    hall = a_marked_hall(session, "ATTEND", Status.PRESENT, Status.LATE, Status.ABSENT, Status.LEAVE)
    assert confirm(session, hall) == 2
    assert entries(session, hall) == [("attended", Decimal(1)), ("attended", Decimal(1))]
    assert points_of(session, hall, 0).balance.total == Decimal("1.0")


def test_only_absence_costs_where_the_base_is_deducted_from(session: Session) -> None:
    hall = a_marked_hall(session, "DEMO", Status.PRESENT, Status.ABSENT, Status.LATE)
    confirm(session, hall)
    assert sorted(entries(session, hall)) == [("absent_theme", Decimal(-3)), ("late", Decimal(-1))]
    assert points_of(session, hall, 1).balance.parts[0].subtotal == Decimal(57)


NEVER_COUNT = (Status.LEAVE, Status.UNCLEAR, Status.EXEMPT, Status.AWAY, Status.HOST_BRANCH)


@pytest.mark.parametrize("scheme", ["DEMO", "ATTEND", "ZONE"])
def test_leave_away_exempt_host_branch_and_unclear_never_have_an_entry(session: Session, scheme: str) -> None:
    hall = a_marked_hall(session, scheme, *NEVER_COUNT)
    assert confirm(session, hall) == 0


def test_branch_without_a_scheme_confirms_without_points(session: Session) -> None:
    hall = a_marked_hall(session, None, Status.PRESENT)
    assert confirm(session, hall) == 0
    assert statement_of(session, hall.members[0].id, now=NOON) is None


def test_posting_a_revision_twice_adds_nothing(session: Session) -> None:
    hall = a_marked_hall(session, "ATTEND", Status.PRESENT)
    confirm(session, hall)
    head = roll_seen(session, hall.roll.id)
    lines = {hall.members[0].id: Status.PRESENT}
    assert post_attendance(session, head, lines, by=hall.secretary.id, now=NOON) == 0


def test_unrecorded_is_not_an_absence(session: Session) -> None:
    hall = a_marked_hall(session, "DEMO", Status.PRESENT, Status.UNRECORDED)
    with pytest.raises(Refused) as caught:
        confirm(session, hall)
    assert (caught.value.code, caught.value.extra) == ("roll_incomplete", {"unrecorded": 1})
    assert entries(session, hall) == []


def test_rest_is_settled_as_unclear_or_leave_and_never_as_absent(session: Session) -> None:
    hall = a_marked_hall(session, "DEMO", Status.PRESENT, Status.UNRECORDED, Status.UNRECORDED)
    with pytest.raises(Refused):
        settle_rest(session, hall.roll.id, Status.ABSENT, by=hall.secretary.id, now=NOON)
    assert settle_rest(session, hall.roll.id, Status.UNCLEAR, by=hall.secretary.id, now=NOON) == 2
    assert confirm(session, hall) == 0


def test_heads_that_differ_do_not_block(session: Session) -> None:
    hall = a_marked_hall(session, None, Status.PRESENT)
    count_heads(session, hall.roll.id, 40, 2)
    confirm(session, hall)
    assert roll_seen(session, hall.roll.id).roll.heads == 40


def test_last_confirmation_confirms_the_gathering(session: Session) -> None:
    hall = a_marked_hall(session, None, Status.PRESENT)
    confirm(session, hall)
    assert session.get_one(Gathering, hall.gathering.id).state is GatheringState.CONFIRMED


def test_confirmed_roll_takes_no_more_marks(session: Session) -> None:
    hall = a_marked_hall(session, None, Status.PRESENT)
    confirm(session, hall)
    with pytest.raises(Refused) as caught:
        set_marks(session, hall.roll.id, {hall.members[0].id: Status.LEAVE}, by=hall.secretary.id, now=NOON)
    assert caught.value.code == "roll_confirmed"


def test_roll_is_not_confirmed_before_its_gathering(session: Session) -> None:
    hall = a_marked_hall(session, None, Status.PRESENT)
    hall.gathering.starts_at = NOON.replace(day=26)
    hall.gathering.ends_at = NOON.replace(day=27)
    session.flush()
    with pytest.raises(Refused) as caught:
        confirm(session, hall)
    assert caught.value.code == "too_early"


def amend(session: Session, hall: Hall, status: Status, n: int = 0, reason: str = "当天因公外出") -> object:
    marks = {hall.members[n].id: status}
    return amend_roll(session, hall.roll.id, marks, reason=reason, by=hall.secretary.id, now=NOON)


def test_amendment_reverses_what_changed_and_posts_anew(session: Session) -> None:
    hall = a_marked_hall(session, "DEMO", Status.ABSENT, Status.ABSENT)
    confirm(session, hall)
    amend(session, hall, Status.LATE)
    assert [points for _, points in entries(session, hall)] == [-3, -3, 3, -1]
    assert points_of(session, hall, 0).balance.parts[0].subtotal == 59
    assert points_of(session, hall, 1).balance.parts[0].subtotal == 57


def test_amendments_back_and_forth_end_where_they_began(session: Session) -> None:
    hall = a_marked_hall(session, "DEMO", Status.ABSENT)
    confirm(session, hall)
    before = points_of(session, hall, 0).balance.total
    for status in (Status.LEAVE, Status.ABSENT, Status.PRESENT, Status.ABSENT):
        amend(session, hall, status)
    after = points_of(session, hall, 0)
    assert after.balance.total == before
    assert len(after.entries) == 5
    assert roll_seen(session, hall.roll.id).roll.revision == 5


def test_amendment_keeps_who_and_why(session: Session) -> None:
    hall = a_marked_hall(session, None, Status.ABSENT)
    confirm(session, hall)
    amend(session, hall, Status.LEAVE)
    (kept,) = session.scalars(select(Amendment).where(Amendment.roll_id == hall.roll.id))
    assert (kept.revision, kept.reason, kept.account_id) == (2, "当天因公外出", hall.secretary.id)


REFUSED_AMENDMENTS = [
    ("without a reason", Status.LEAVE, " ", "reason_missing"),
    ("changes nothing", Status.ABSENT, "写错了", "nothing_changed"),
    ("back to unrecorded", Status.UNRECORDED, "写错了", "status_not_by_hand"),
]


@pytest.mark.parametrize(
    ("status", "reason", "code"),
    [case[1:] for case in REFUSED_AMENDMENTS],
    ids=[case[0] for case in REFUSED_AMENDMENTS],
)
def test_amendment_that_is_none_is_refused(session: Session, status: Status, reason: str, code: str) -> None:
    hall = a_marked_hall(session, None, Status.ABSENT)
    confirm(session, hall)
    with pytest.raises(Refused) as caught:
        amend(session, hall, status, reason=reason)
    assert caught.value.code == code
    assert session.get_one(RollLine, (hall.gathering.id, hall.members[0].id)).status is Status.ABSENT


def test_only_a_confirmed_roll_is_amended(session: Session) -> None:
    hall = a_marked_hall(session, None, Status.ABSENT)
    with pytest.raises(Refused) as caught:
        amend(session, hall, Status.LEAVE)
    assert caught.value.code == "not_confirmed"
