"""What another scheme would have made of facts that are known: for how many members, nobody named."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from models.people.org import BRANCHES, Org
from models.points.cycle import cycle_of
from models.points.entry import PointEntry
from models.points.result import PartTally, Result
from models.points.schemes.document import SchemeDocument
from models.points.schemes.published import document_of
from models.points.schemes.use import SchemeUse, scheme_for
from models.ratings.runs.zone_run import rate_branches


class Preview(NamedTuple):
    """Members of one cycle counted by the scheme that holds and by another. `parts`: title, how many differ.

    `graded` is how many of them have a grade already, `stars` how many stars would differ; without grades
    there are none to compare.
    """

    cycle: str
    members: int
    higher: int
    lower: int
    graded: int
    stars: int
    parts: tuple[tuple[str, int], ...]


def preview_scheme(session: Session, document: SchemeDocument, org: Org, month: str) -> Preview | None:
    """Count the latest cycle with entries at and below `org` by `document` and by what holds in `month`.

    None where nothing holds yet, nothing was entered, or the cycles are not as long. Branches that have a
    scheme of their own are left out. The number of statements does not grow with members.
    """
    held = scheme_for(session, org, month)
    before = document_of(held.document) if held is not None else None
    if before is None or before.cycle != document.cycle:
        return None
    branch_ids = _branches_under(session, org, month)
    latest = select(func.max(PointEntry.period)).where(
        PointEntry.branch_id.in_(branch_ids), PointEntry.period <= month
    )
    if (period := session.scalar(latest)) is None:
        return None
    cycle = cycle_of(document.cycle, period)
    was, now = (_rated(session, one, cycle, branch_ids) for one in (before, document))
    return _compared(document, cycle, was, now)


def _branches_under(session: Session, org: Org, month: str) -> list[int]:
    """Return the branches at and below `org` for which no scheme of somebody below it holds."""
    below = aliased(Org)
    own = exists().where(
        SchemeUse.org_id == below.id,
        SchemeUse.from_month <= month,
        and_(below.path.startswith(org.path), below.id != org.id),
        Org.path.startswith(below.path),
    )
    query = select(Org.id).where(Org.path.startswith(org.path), Org.kind.in_(BRANCHES), ~own)
    return list(session.scalars(query))


def _rated(session: Session, document: SchemeDocument, cycle: str, branch_ids: Sequence[int]) -> list[Result]:
    """Return everybody's result by member id: one scheme rates branches, another whole townships together."""
    rated = rate_branches(session, document, cycle, branch_ids)
    return sorted((one for own in rated for one in own), key=lambda one: one.member_id)


def _compared(document: SchemeDocument, cycle: str, was: Sequence[Result], now: Sequence[Result]) -> Preview:
    pairs = list(zip(was, now, strict=True))
    totals = [(old.total, new.total) for old, new in pairs if old.total is not None and new.total is not None]
    differ = dict.fromkeys((part.code for part in document.parts), 0)
    for old, new in pairs:
        for part in new.parts:
            differ[part.code] += _subtotal(old.parts, part.code) != part.subtotal
    return Preview(
        cycle=cycle,
        members=len(totals),
        higher=sum(new > old for old, new in totals),
        lower=sum(new < old for old, new in totals),
        graded=sum(new.grade is not None for _, new in pairs),
        stars=sum(old.star_final != new.star_final for old, new in pairs),
        parts=tuple((part.title, differ[part.code]) for part in document.parts if differ[part.code]),
    )


def _subtotal(parts: Sequence[PartTally], code: str) -> object:
    return next((part.subtotal for part in parts if part.code == code), None)
