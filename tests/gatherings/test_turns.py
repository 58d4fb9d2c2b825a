"""Who holds a gathering and its rolls takes them in one order: nobody waits in a ring, nothing is undone."""

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.gatherings import open_due
from models.base import Sessions
from models.gatherings.expected import sync_rolls
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.marks import begin_confirmation, set_marks, unconfirmed, write_marks
from models.gatherings.plan import gathering_seen
from models.gatherings.roll import RollLine, Status
from models.notices.audience import Channels
from models.notices.joiners import follow_roster
from models.notices.publish import cancel
from models.people.member import Member, MemberStatus
from models.people.org import Org
from models.points.entry import PointEntry
from models.points.posting import confirm_roll
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import a_branch, a_gathering, a_member, a_roll, a_spell, a_township, a_zone, an_account
from tests.gatherings.halls import Hall, a_hall
from tests.gatherings.test_races import confirming
from tests.points.published import publish_for
from tests.together import at_once


class Joint(NamedTuple):
    """A gathering of two branches; the first one's roll is confirmed, with somebody away on it."""

    gathering_id: int
    branch_id: int
    roll_id: int
    away_id: int
    secretary_id: int


def half_confirmed(session: Session, state: GatheringState) -> Joint:
    town = a_township(session, a_zone(session))
    first, second = a_branch(session, town), a_branch(session, town, name="柳湾村党支部")
    member, away = a_member(session, first), a_member(session, first, "段文斌")
    a_spell(session, away)
    gathering = a_gathering(session, first, state=state)
    roll = a_roll(session, gathering, first)
    a_roll(session, gathering, second)
    sync_rolls(session, gathering)
    by = an_account(session).id
    set_marks(session, roll.id, {member.id: Status.PRESENT}, by=by, now=NOON)
    confirm_roll(session, roll.id, by=by, now=NOON)
    return Joint(gathering.id, first.id, roll.id, away.id, by)


def all_present(sessions: Sessions, state: GatheringState) -> Hall:
    with sessions.begin() as session:
        hall = a_hall(session, 2, state)
        publish_for(session, hall.branch, "ATTEND")
        marks = {member.id: Status.PRESENT for member in hall.members}
        set_marks(session, hall.roll.id, marks, by=hall.secretary.id, now=NOON)
        return hall


def waiting(doing: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Begin something that has to wait for the caller's transaction; return its thread and its result."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.extend(at_once([doing])))
    thread.start()
    thread.join(0.5)
    return thread, results


def following(sessions: Sessions, hall: Hall) -> Callable[[], str]:
    def follow() -> str:
        with sessions.begin() as session:
            a_member(session, session.get_one(Org, hall.branch.id), "周新来")
            sync_rolls(session, gathering_seen(session, hall.gathering.id, lock=True))
            return "followed"

    return follow


def test_confirmation_does_not_undo_the_calling_off_it_waited_for(sessions: Sessions) -> None:
    # Control: without the gathering's lock in `begin_confirmation` it ends confirmed, with points.
    hall = all_present(sessions, GatheringState.OPEN)
    with sessions() as calling_off:
        by = hall.secretary.id
        cancel(
            calling_off,
            hall.gathering.id,
            reason="有大雨",
            by=by,
            channels=Channels(None, None, None),
            now=NOON,
        )
        thread, results = waiting(confirming(sessions, hall))
        calling_off.commit()
    thread.join(20)
    with sessions() as session:
        assert session.get_one(Gathering, hall.gathering.id).state is GatheringState.CANCELLED
        assert session.scalars(select(PointEntry.id)).all() == []
    assert results == ["cancelled"]


def test_gathering_with_a_confirmed_roll_is_not_called_off(session: Session) -> None:
    joint = half_confirmed(session, GatheringState.OPEN)
    with pytest.raises(Refused) as caught:
        cancel(
            session,
            joint.gathering_id,
            reason="有大雨",
            by=joint.secretary_id,
            channels=Channels(None, None, None),
            now=NOON,
        )
    assert caught.value.code == "too_late_to_cancel"


def test_late_opening_adds_nobody_to_a_roll_that_is_confirmed(sessions: Sessions) -> None:
    with sessions.begin() as session:
        joint = half_confirmed(session, GatheringState.PUBLISHED)
        a_member(session, session.get_one(Org, joint.branch_id), "周新来")
    assert open_due(sessions, NOON) == 1
    with sessions() as session:
        statuses = session.scalars(select(RollLine.status).where(RollLine.roll_id == joint.roll_id)).all()
    assert sorted(statuses) == [Status.AWAY, Status.PRESENT]


def test_late_opening_takes_nobody_from_a_roll_that_is_confirmed(sessions: Sessions) -> None:
    with sessions.begin() as session:
        joint = half_confirmed(session, GatheringState.PUBLISHED)
        away = session.get_one(Member, joint.away_id)
        away.status, away.left_on = MemberStatus.TRANSFERRED_OUT, NOON.date()
    assert open_due(sessions, NOON) == 1
    with sessions() as session:
        line = session.scalars(select(RollLine).where(RollLine.member_id == joint.away_id)).one()
    assert line.roll_id == joint.roll_id


def test_following_the_roster_waits_for_marks_and_loses_neither(sessions: Sessions) -> None:
    # Control: without the rolls' lock in `sync_rolls` the database ends one of the two as a deadlock.
    hall = all_present(sessions, GatheringState.PUBLISHED)
    with sessions() as marking:
        head = unconfirmed(marking, hall.roll.id)
        thread, results = waiting(following(sessions, hall))
        marks = {hall.members[0].id: Status.LEAVE}
        write_marks(marking, head, marks, by=hall.secretary.id, now=NOON)
        marking.commit()
    thread.join(20)
    assert results == ["followed"]


def test_following_the_roster_waits_for_a_confirmation_and_adds_nobody(sessions: Sessions) -> None:
    # Control: with the roll locked before the gathering the database ends one of the two as a deadlock.
    hall = all_present(sessions, GatheringState.PUBLISHED)
    with sessions() as session:
        begin_confirmation(session, hall.roll.id)
        thread, results = waiting(following(sessions, hall))
        confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=NOON)
        session.commit()
    thread.join(20)
    assert results == ["followed"]
    with sessions() as session:
        assert len(session.scalars(select(RollLine).where(RollLine.roll_id == hall.roll.id)).all()) == 2


def test_import_waits_for_whoever_holds_the_gathering(sessions: Sessions) -> None:
    # Control: without the gathering's lock in `follow_roster` each waits for what the other holds.
    hall = all_present(sessions, GatheringState.PUBLISHED)

    def importing() -> int:
        with sessions.begin() as session:
            a_member(session, session.get_one(Org, hall.branch.id), "周新来")
            return follow_roster(session, [hall.branch.id], now=NOON.replace(hour=1))

    with sessions() as session:
        gathering = gathering_seen(session, hall.gathering.id, lock=True)
        thread, results = waiting(importing)
        sync_rolls(session, gathering)
        session.commit()
    thread.join(20)
    assert results == [0]
