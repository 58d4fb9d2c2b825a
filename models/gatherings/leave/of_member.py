"""From which gatherings one member may still ask leave, and how it stands there."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.leave.leave import MOST_HOURS
from models.gatherings.roll import CAME, NOT_EXPECTED, Leave, Roll, RollLine, Status
from models.people.org import Org, Setting, settings_of

NO_LEAVE = (*NOT_EXPECTED, *CAME, Status.OBSERVER)


class LeaveSeat(NamedTuple):
    """One gathering that expects the member, and the leave asked from it, whatever its state."""

    gathering: Gathering
    leave: Leave | None


def leave_seats(session: Session, member_id: int, *, now: datetime) -> list[LeaveSeat]:
    """Return where the member is expected and has not come: what is ahead or going on, the nearest first.

    Only where nothing is ahead, what ended within the hours for late leave (补假), the latest first.
    """
    rows = session.execute(_expecting(member_id, now)).all()
    ahead = [LeaveSeat(gathering, leave) for gathering, leave, _ in rows if gathering.ends_at > now]
    return ahead or [
        LeaveSeat(gathering, leave)
        for gathering, leave, org in reversed(rows)
        if _in_time(session, gathering, org, now)
    ]


def may_ask_leave(session: Session, member_id: int, gathering_id: int, *, now: datetime) -> bool:
    """Return whether `ask_leave` would take leave from this gathering now."""
    row = session.execute(_expecting(member_id, now).where(Gathering.id == gathering_id)).first()
    if row is None:
        return False
    gathering, leave, org = row
    return not (leave and leave.stands) and _in_time(session, gathering, org, now)


def _in_time(session: Session, gathering: Gathering, org: Org, now: datetime) -> bool:
    return now <= gathering.starts_at + timedelta(hours=settings_of(session, org)[Setting.LEAVE_HOURS])


def _expecting(member_id: int, now: datetime) -> Select[Gathering, Leave, Org]:
    return (
        select(Gathering, Leave, Org)
        .join(RollLine, RollLine.gathering_id == Gathering.id)
        .join(Roll, Roll.id == RollLine.roll_id)
        .join(Org, Org.id == Roll.org_id)
        .outerjoin(Leave, and_(Leave.gathering_id == Gathering.id, Leave.member_id == RollLine.member_id))
        .where(
            RollLine.member_id == member_id,
            RollLine.status.not_in(NO_LEAVE),
            RollLine.checked_in_at.is_(None),
            Gathering.state.not_in((GatheringState.DRAFT, GatheringState.CANCELLED)),
            Gathering.starts_at > now - MOST_HOURS,
            Roll.confirmed_at.is_(None),
        )
        .order_by(Gathering.starts_at, Gathering.id)
    )
