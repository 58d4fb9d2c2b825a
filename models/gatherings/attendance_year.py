"""A member's year in numbers: how often each status was recorded, on confirmed rolls only."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.gatherings.gathering import Gathering, GatheringKind, GatheringState
from models.gatherings.roll import Roll, RollLine, Status


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
