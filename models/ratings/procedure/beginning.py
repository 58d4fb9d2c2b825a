"""Beginning the rating of a branch for a cycle, and laying hold of one that runs."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import day_of, long_day
from models.people.org import BRANCHES, Org
from models.points.cycle import cycle_words, months_of, span_of
from models.points.schemes.document import SchemeDocument
from models.points.schemes.published import Scheme, document_of
from models.points.schemes.use import scheme_for
from models.ratings.procedure.rating import Rating
from models.refused import Refused

# Built once: they are asked at each step of a rating.
_SEEN = (
    select(Rating, Org, Scheme)
    .join(Org, Org.id == Rating.branch_id)
    .join(Scheme, Scheme.id == Rating.scheme_id)
    .where(Rating.id == bindparam("rating"))
)
_LOCKED = _SEEN.with_for_update(of=Rating).execution_options(populate_existing=True)


class RatingSeen(NamedTuple):
    """One rating with its branch, its scheme as published, and the document read."""

    rating: Rating
    branch: Org
    scheme: Scheme
    document: SchemeDocument

    @property
    def first_day(self) -> date:
        """Return the cycle's first day."""
        return span_of(self.document.cycle, self.rating.cycle).first_days[0]

    @property
    def last_day(self) -> date:
        """Return the cycle's last day, on which it is said where everybody stands."""
        return span_of(self.document.cycle, self.rating.cycle).last_day


def rating_seen(session: Session, rating_id: int, *, lock: bool = False) -> RatingSeen:
    """Return a rating with all it stands on, locked against other hands if asked. Refused: not_found."""
    row = session.execute(_LOCKED if lock else _SEEN, {"rating": rating_id}).first()
    if row is None:
        raise Refused("not_found", "没有找到这次定星")
    return RatingSeen(row[0], row[1], row[2], document_of(row[2].document))


def begin_rating(session: Session, branch_id: int, cycle: str, *, by: int, now: datetime) -> Rating:
    """Begin to rate a branch for `cycle`, from the first day of the cycle's last month on.

    The rating keeps the version of the scheme that holds in the cycle's first month.
    Refused: not_found, cycle_invalid, no_scheme, too_early with `opens_on`, rating_begun, cycle_overlaps.
    """
    # The branch's row is held, so that two who begin overlapping cycles at once do not both pass.
    held = select(Org).where(Org.id == branch_id).with_for_update(key_share=True)
    branch = session.scalar(held)
    if branch is None or branch.kind not in BRANCHES or branch.dissolved_on is not None:
        raise Refused("not_found", "没有找到这个支部")
    months = months_of(cycle)
    scheme = scheme_for(session, branch, months[0])
    if scheme is None:
        raise Refused("no_scheme", "这一期还没有可用的积分办法，请上级先发布")
    span = span_of(document_of(scheme.document).cycle, cycle)
    opens_on = span.first_days[-1]
    if day_of(now) < opens_on:
        words = f"{long_day(opens_on)}起可以开始这一期的定星"
        raise Refused("too_early", words, opens_on=opens_on.isoformat())
    _check_free(session, branch_id, cycle, months)
    rating = Rating(branch_id=branch_id, cycle=cycle, scheme_id=scheme.id, begun_at=now, begun_by=by)
    session.add(rating)
    session.flush()
    record(
        session, "begin", "rating", rating.id, via=Via.CONSOLE, account_id=by, org_id=branch_id,
        after={"cycle": cycle, "scheme": scheme.id},
    )  # fmt: skip
    return rating


def _check_free(session: Session, branch_id: int, cycle: str, months: list[str]) -> None:
    for other in session.scalars(select(Rating.cycle).where(Rating.branch_id == branch_id)):
        if other == cycle:
            raise Refused("rating_begun", "这一期的定星已经开始了")
        if not set(months).isdisjoint(months_of(other)):
            raise Refused("cycle_overlaps", f"这一期的月份在{cycle_words(other)}的定星里已经评过，不重复评")
