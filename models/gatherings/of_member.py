"""Gatherings as one member sees them: those on whose roll the member stands, or where a guest."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.gatherings.agenda import agenda_of
from models.gatherings.gathering import AgendaItem, Gathering, GatheringState, state_at
from models.gatherings.roll import Roll, RollLine, Status
from models.people.org import Org
from models.refused import Refused

PAGE = 20


class Seat(NamedTuple):
    """One gathering, the state in force, its host, and what is recorded of the member."""

    gathering: Gathering
    state: GatheringState
    host: str
    status: Status
    checked_in_at: datetime | None
    confirmed: bool


def _seats(member_id: int) -> Select[Gathering, str, Status, datetime | None, datetime | None]:
    return (
        select(Gathering, Org.name, RollLine.status, RollLine.checked_in_at, Roll.confirmed_at)
        .join(RollLine, RollLine.gathering_id == Gathering.id)
        .outerjoin(Roll, Roll.id == RollLine.roll_id)
        .join(Org, Org.id == Gathering.org_id)
        .where(RollLine.member_id == member_id, Gathering.state != GatheringState.DRAFT)
    )


def _seat(row: Any, now: datetime) -> Seat:
    gathering, host, status, checked_in_at, confirmed_at = row
    state = state_at(gathering.state, gathering.starts_at, gathering.opened_at, now=now)
    return Seat(gathering, state, host, status, checked_in_at, confirmed_at is not None)


def seats_of(
    session: Session, member_id: int, *, before: int | None = None, now: datetime
) -> tuple[list[Seat], str | None]:
    """Return a page of the member's gatherings, newest first, and the cursor of the next page."""
    query = _seats(member_id).order_by(Gathering.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(Gathering.id < before)
    seats = [_seat(row, now) for row in session.execute(query)]
    following = str(seats[PAGE - 1].gathering.id) if len(seats) > PAGE else None
    return seats[:PAGE], following


def coming_up(session: Session, member_id: int, *, now: datetime) -> list[Seat]:
    """Return what is still ahead or going on, the nearest first."""
    query = (
        _seats(member_id)
        .where(Gathering.ends_at > now, Gathering.state != GatheringState.CANCELLED)
        .order_by(Gathering.starts_at)
        .limit(3)
    )
    return [_seat(row, now) for row in session.execute(query)]


def seat_if_any(session: Session, member_id: int, gathering_id: int, *, now: datetime) -> Seat | None:
    """Return one gathering, None where the member has no line in it any longer."""
    row = session.execute(_seats(member_id).where(Gathering.id == gathering_id)).first()
    return None if row is None else _seat(row, now)


def seat_of(
    session: Session, member_id: int, gathering_id: int, *, now: datetime
) -> tuple[Seat, list[AgendaItem]]:
    """Return one gathering with its agenda. Refused: not_found for any the member has no line in."""
    seat = seat_if_any(session, member_id, gathering_id, now=now)
    if seat is None:
        raise Refused("not_found", "没有找到这次活动")
    return seat, agenda_of(session, gathering_id)
