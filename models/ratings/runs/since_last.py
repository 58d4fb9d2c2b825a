"""What the ledger took in between one run of a rating and the run before: why totals moved."""

from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.points.cycle import months_of
from models.points.entry import PointEntry
from models.ratings.procedure.rating import Rating
from models.ratings.runs.results import RatingResult, RatingRun


class Posted(NamedTuple):
    """Entries of one item: how much came, or, with `undone`, how much was taken back."""

    item: str
    quantity: Decimal
    undone: bool


def run_before(session: Session, run: RatingRun) -> RatingRun | None:
    """Return the run before this one, None for the first."""
    query = select(RatingRun).where(RatingRun.rating_id == run.rating_id, RatingRun.number == run.number - 1)
    return session.scalar(query)


def posted_since(session: Session, run: RatingRun, before: RatingRun) -> dict[int, list[Posted]]:
    """Return member id -> the cycle's entries that were written between two runs, items in their own order.

    Of whoever is in the run, whichever branch posted them. By the database's own clock.
    """
    undone = PointEntry.reverses.is_not(None).label("undone")
    months = months_of(session.get_one(Rating, run.rating_id).cycle)
    rated = select(RatingResult.member_id).where(RatingResult.run_id == run.id)
    query = (
        select(PointEntry.member_id, PointEntry.item, func.sum(PointEntry.quantity), undone)
        .where(
            PointEntry.member_id.in_(rated),
            PointEntry.period.between(months[0], months[-1]),
            PointEntry.created_at > before.created_at,
            PointEntry.created_at <= run.created_at,
        )
        .group_by(PointEntry.member_id, PointEntry.item, undone)
        .order_by(PointEntry.item, undone)
    )
    found: dict[int, list[Posted]] = {}
    for member_id, item, quantity, taken_back in session.execute(query):
        found.setdefault(member_id, []).append(Posted(item, quantity, taken_back))
    return found
