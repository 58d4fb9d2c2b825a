"""A delegate for one gathering: named by the secretary, one at a time, ended by hand or a week after."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Audit
from models.base import Sessions
from models.gatherings.delegate import (
    Delegate,
    delegate_of,
    end_delegate,
    is_delegate,
    may_stand_in,
    name_delegate,
)
from models.gatherings.gathering import GatheringState
from models.gatherings.marks import set_marks
from models.gatherings.roll import Status
from models.people.account import Account, Role
from models.points.posting import confirm_roll
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import a_gathering, a_group, a_post, a_roll, an_account
from tests.gatherings.halls import Hall, a_hall
from tests.together import at_once

LATER = NOON + timedelta(hours=2)
WEEK = timedelta(days=7)


def staffed(session: Session) -> tuple[Hall, Account, Account]:
    """Return a hall with a clerk and a group leader."""
    hall = a_hall(session, 1)
    clerk, leader = an_account(session, name="林小满"), an_account(session, name="何桂芳")
    a_post(session, clerk, hall.branch, Role.CLERK)
    a_post(session, leader, a_group(session, hall.branch), Role.GROUP_LEADER)
    return hall, clerk, leader


def refusal(session: Session, hall: Hall, account: Account) -> str:
    with pytest.raises(Refused) as refused:
        name_delegate(session, hall.roll.id, account.id, by=hall.secretary.id, now=NOON)
    return refused.value.code


def test_staff_and_group_leaders_may_stand_in_and_nobody_who_confirms_anyway(session: Session) -> None:
    hall, clerk, leader = staffed(session)
    both = an_account(session, name="安思齐")
    a_post(session, both, hall.branch, Role.CLERK)
    a_post(session, both, hall.branch, Role.DEPUTY)
    gone = an_account(session, name="远山人", ended_at=NOON)
    a_post(session, gone, hall.branch, Role.CLERK)
    assert [one.id for one in may_stand_in(session, hall.branch, now=NOON)] == [leader.id, clerk.id]


def test_delegate_stands_in_on_this_roll_alone(session: Session) -> None:
    hall, clerk, leader = staffed(session)
    other = a_roll(session, a_gathering(session, hall.branch), hall.branch)
    name_delegate(session, hall.roll.id, leader.id, by=hall.secretary.id, now=NOON)
    assert is_delegate(session, hall.roll.id, leader.id, now=LATER)
    assert not is_delegate(session, other.id, leader.id, now=LATER)
    assert not is_delegate(session, hall.roll.id, clerk.id, now=LATER)
    assert delegate_of(session, hall.roll.id, now=LATER) == (leader.id, "何桂芳", NOON)


def test_one_at_a_time_and_the_end_is_at_once(session: Session) -> None:
    hall, clerk, leader = staffed(session)
    name_delegate(session, hall.roll.id, leader.id, by=hall.secretary.id, now=NOON)
    assert refusal(session, hall, clerk) == "delegate_named"
    end_delegate(session, hall.roll.id, by=hall.secretary.id, now=LATER)
    end_delegate(session, hall.roll.id, by=hall.secretary.id, now=LATER)
    assert not is_delegate(session, hall.roll.id, leader.id, now=LATER)
    name_delegate(session, hall.roll.id, clerk.id, by=hall.secretary.id, now=LATER)
    told = session.execute(
        select(Audit.verb, Audit.after["account"].as_integer())
        .where(Audit.verb.endswith("delegate"))
        .order_by(Audit.id)
    ).all()
    assert [tuple(row) for row in told] == [
        ("name_delegate", leader.id), ("end_delegate", leader.id), ("name_delegate", clerk.id),
    ]  # fmt: skip


def test_delegate_ends_seven_days_after_the_confirmation(session: Session) -> None:
    hall, clerk, leader = staffed(session)
    name_delegate(session, hall.roll.id, leader.id, by=hall.secretary.id, now=NOON)
    assert is_delegate(session, hall.roll.id, leader.id, now=NOON + 10 * WEEK)
    set_marks(session, hall.roll.id, {hall.members[0].id: Status.PRESENT}, by=leader.id, now=LATER)
    confirm_roll(session, hall.roll.id, by=leader.id, now=LATER)
    assert is_delegate(session, hall.roll.id, leader.id, now=LATER + WEEK - timedelta(seconds=1))
    assert not is_delegate(session, hall.roll.id, leader.id, now=LATER + WEEK)
    with pytest.raises(Refused) as refused:
        name_delegate(session, hall.roll.id, clerk.id, by=hall.secretary.id, now=LATER + WEEK)
    assert refused.value.code == "delegate_over"


def test_strangers_secretaries_and_oneself_are_no_delegates(session: Session) -> None:
    hall, _, _ = staffed(session)
    deputy, stranger = an_account(session), an_account(session)
    a_post(session, deputy, hall.branch, Role.DEPUTY)
    assert refusal(session, hall, deputy) == "bad_delegate"
    assert refusal(session, hall, stranger) == "bad_delegate"
    assert refusal(session, hall, hall.secretary) == "bad_delegate"


def test_drafts_and_what_is_called_off_have_no_delegate(session: Session) -> None:
    hall, clerk, _ = staffed(session)
    hall.gathering.state = GatheringState.DRAFT
    session.flush()
    assert refusal(session, hall, clerk) == "not_published"
    hall.gathering.state, hall.gathering.reason = GatheringState.CANCELLED, "大雪"
    session.flush()
    assert refusal(session, hall, clerk) == "cancelled"


def test_second_naming_waits_for_the_first_and_is_refused(sessions: Sessions) -> None:
    # Control: without the lock on the roll, the second finds nobody named and does not wait.
    with sessions.begin() as session:
        hall, clerk, leader = staffed(session)
    results: list[object] = []

    def naming() -> None:
        with sessions.begin() as session:
            name_delegate(session, hall.roll.id, leader.id, by=hall.secretary.id, now=NOON)

    with sessions() as first:
        name_delegate(first, hall.roll.id, clerk.id, by=hall.secretary.id, now=NOON)
        second = threading.Thread(target=lambda: results.extend(at_once([naming])))
        second.start()
        second.join(0.5)
        assert results == []
        first.commit()
    second.join(20)
    assert results == ["delegate_named"]
    with sessions() as session:
        assert len(session.scalars(select(Delegate)).all()) == 1
