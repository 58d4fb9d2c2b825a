"""Gatherings as one member sees them: those on whose roll the member stands, or where a guest."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from models.gatherings.agenda import agenda_of
from models.gatherings.gathering import AgendaItem, Gathering, GatheringKind, GatheringState, state_at
from models.gatherings.roll import Leave, LeaveState, Roll, RollLine, Status
from models.people.account import Account
from models.people.org import Org
from models.refused import Refused

PAGE = 20


class Seat(NamedTuple):
    """One gathering, the state in force, its host, what is recorded of the member, and leave that stands."""

    gathering: Gathering
    state: GatheringState
    host: str
    status: Status
    checked_in_at: datetime | None
    confirmed: bool
    leave_state: LeaveState | None = None


class Record(NamedTuple):
    """How a line came about (qr, ticket, digits, chat, hand or report), by whose hand, and who confirmed."""

    how: str | None
    at: datetime | None
    by: str | None
    confirmed_at: datetime | None
    confirmed_by: str | None


def _seats(
    member_id: int,
) -> Select[Gathering, str, Status, datetime | None, datetime | None, LeaveState | None]:
    mine = and_(
        Leave.gathering_id == Gathering.id,
        Leave.member_id == member_id,
        Leave.state != LeaveState.WITHDRAWN,
    )
    return (
        select(Gathering, Org.name, RollLine.status, RollLine.checked_in_at, Roll.confirmed_at, Leave.state)
        .join(RollLine, RollLine.gathering_id == Gathering.id)
        .outerjoin(Leave, mine)
        .outerjoin(Roll, Roll.id == RollLine.roll_id)
        .join(Org, Org.id == Gathering.org_id)
        .where(RollLine.member_id == member_id, Gathering.state != GatheringState.DRAFT)
    )


def _seat(row: Any, now: datetime) -> Seat:
    gathering, host, status, checked_in_at, confirmed_at, leave_state = row
    state = state_at(gathering.state, gathering.starts_at, gathering.opened_at, now=now)
    return Seat(gathering, state, host, status, checked_in_at, confirmed_at is not None, leave_state)


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


def record_of(session: Session, member_id: int, gathering_id: int) -> Record | None:
    """Return how one member's line came about; None where nothing is recorded yet."""
    hand, confirmer = aliased(Account), aliased(Account)
    line, by, confirmed_at, confirmed_by = session.execute(
        select(RollLine, hand.name, Roll.confirmed_at, confirmer.name)
        .outerjoin(Roll, Roll.id == RollLine.roll_id)
        .outerjoin(hand, hand.id == RollLine.marked_by)
        .outerjoin(confirmer, confirmer.id == Roll.confirmed_by)
        .where(RollLine.gathering_id == gathering_id, RollLine.member_id == member_id)
    ).one()
    if line.marked_at is not None:
        return Record("hand", line.marked_at, by, confirmed_at, confirmed_by)
    if line.checked_in_via is not None:
        return Record(line.checked_in_via, line.checked_in_at, None, confirmed_at, confirmed_by)
    how = "report" if line.spell_id is not None else None
    return Record(how, None, None, confirmed_at, confirmed_by) if how or confirmed_at else None


def attendance_of_year(session: Session, member_id: int, year: int) -> dict[GatheringKind, dict[Status, int]]:
    """Return kind -> status -> how often, of the gatherings that count for this year; one statement.

    Only what a secretary has confirmed: a scan alone is no record.
    """
    rows = session.execute(
        select(Gathering.kind, RollLine.status, func.count())
        .join(Roll, Roll.id == RollLine.roll_id)
        .join(Gathering, Gathering.id == Roll.gathering_id)
        .where(
            RollLine.member_id == member_id,
            Roll.confirmed_at.is_not(None),
            Gathering.state != GatheringState.CANCELLED,
            Gathering.period.startswith(f"{year}-"),
        )
        .group_by(Gathering.kind, RollLine.status)
    )
    found: dict[GatheringKind, dict[Status, int]] = {}
    for kind, status, number in rows:
        found.setdefault(kind, {})[status] = number
    return {kind: found[kind] for kind in GatheringKind if kind in found}
