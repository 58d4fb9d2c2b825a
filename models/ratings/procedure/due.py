"""Which cycle of a branch is to be rated now, and which ratings it has had."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import false, func, or_, select
from sqlalchemy.orm import Session

from models.clock import day_of
from models.people.org import Org, tree_order
from models.points.cycle import cycle_of, months_of, span_of
from models.points.entry import PointEntry
from models.points.schemes.published import document_of
from models.points.schemes.use import scheme_for
from models.ratings.procedure.rating import Rating, RatingState
from models.ratings.publicity.publicity import RatingPublicity


class CycleDue(NamedTuple):
    """A cycle that is not rated yet, and from which day on it can be begun."""

    cycle: str
    first_day: date
    opens_on: date
    scheme_title: str


def ratings_of(session: Session, branch_ids: Sequence[int]) -> list[Rating]:
    """Return the ratings of these branches, the latest cycle first."""
    query = select(Rating).where(Rating.branch_id.in_(branch_ids))
    return list(session.scalars(query.order_by(Rating.begun_at.desc(), Rating.id.desc())))


def running_of(ratings: Sequence[Rating]) -> Rating | None:
    """Return the rating that is still under way: of several the one that began first."""
    return next((one for one in reversed(ratings) if one.state is not RatingState.ARCHIVED), None)


def cycles_due(session: Session, branch: Org, ratings: Sequence[Rating], *, now: datetime) -> list[CycleDue]:
    """Return the cycles to begin: the last one if it has entries and was never rated, then today's.

    `ratings`: those the branch has had. None without a scheme.
    """
    rated, today = {one.cycle for one in ratings}, day_of(now)
    this = _due_on(session, branch, today)
    if this is None:
        return []
    eve = this.first_day - timedelta(days=1)
    last = None
    if not rated.issuperset(_cycles_posted(session, branch, eve)):
        last = _due_on(session, branch, eve)
    return [one for one in (last, this) if one is not None and one.cycle not in rated]


def _due_on(session: Session, branch: Org, day: date) -> CycleDue | None:
    """Return the cycle in which `day` lies, by the scheme that holds then."""
    month = f"{day:%Y-%m}"
    scheme = scheme_for(session, branch, month)
    if scheme is None:
        return None
    document = document_of(scheme.document)
    cycle = cycle_of(document.cycle, month)
    days = span_of(document.cycle, cycle).first_days
    return CycleDue(cycle, days[0], days[-1], document.title)


def _cycles_posted(session: Session, branch: Org, eve: date) -> list[str]:
    """Return the cycle that ended on `eve`, if the branch's ledger has it."""
    query = (
        select(PointEntry.cycle)
        .where(
            PointEntry.branch_id == branch.id,
            PointEntry.period.between(f"{eve.year - 1}-{eve:%m}", f"{eve:%Y-%m}"),
        )
        .order_by(PointEntry.period.desc())
        .limit(1)
    )
    return [cycle for cycle in session.scalars(query) if months_of(cycle)[-1] == f"{eve:%Y-%m}"]


def cycles_below(session: Session, org: Org, *, now: datetime) -> list[str]:
    """Return the cycles that branches in this subtree have been rated for, the latest first.

    Without any, the cycle of today by the scheme of `org`, or the year.
    """
    query = (
        select(Rating.cycle, func.max(Rating.begun_at))
        .join(Org, Org.id == Rating.branch_id)
        .where(Org.path.startswith(org.path))
        .group_by(Rating.cycle)
    )
    latest = sorted(session.execute(query), key=lambda row: row[1], reverse=True)
    due = _due_on(session, org, day_of(now))
    today = due.cycle if due else str(day_of(now).year)
    return [cycle for cycle, _ in latest] or [today]


def ratings_to_file(session: Session, orgs: Sequence[Org]) -> list[tuple[Rating, Org, date]]:
    """Return the ratings below these organisations that are on the board, with the last day there.

    In the order of the tree, as many statements for one as for many.
    """
    last = (
        select(RatingPublicity.rating_id, func.max(RatingPublicity.ends_on).label("ends_on"))
        .group_by(RatingPublicity.rating_id)
        .subquery()
    )
    query = (
        select(Rating, Org, last.c.ends_on)
        .join(Org, Org.id == Rating.branch_id)
        .join(last, last.c.rating_id == Rating.id)
        .where(
            Rating.state == RatingState.PUBLICISED,
            or_(false(), *(Org.path.startswith(org.path) for org in orgs)),
        )
    )
    rows = [(row[0], row[1], row[2]) for row in session.execute(query)]
    return sorted(rows, key=lambda row: tree_order(row[1]))
