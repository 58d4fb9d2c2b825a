"""A branch's year, made from the filed results of shorter cycles; shown, and never a rating of its own.

Seats and ties are those of the cycles, as their meetings decided; a year's star is by points and grade.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple, cast

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from models.people.member import ON_ROLLS, Member, surname_order
from models.people.org import Org
from models.points.cycle import cycle_of
from models.points.schemes.document import SchemeDocument
from models.points.schemes.published import document_of
from models.points.schemes.stars import Grade
from models.points.schemes.use import scheme_for
from models.points.year import Year, year_of
from models.ratings.procedure.rating import DONE, Rating
from models.ratings.runs.results import RatingResult, RatingRun
from models.refused import Refused


class YearRow(NamedTuple):
    """One member's year, None where no filed cycle gives one."""

    member: Member
    year: Year | None


def year_to_see(
    session: Session, branch: Org, ratings: Sequence[Rating]
) -> tuple[int, SchemeDocument] | None:
    """Return the latest year with a filed cycle, and the scheme that makes it.

    `ratings`: those the branch has had. None before the first, or where the scheme makes no year of cycles.
    """
    years = [int(one.cycle[:4]) for one in ratings if one.state in DONE]
    scheme = scheme_for(session, branch, f"{max(years)}-01") if years else None
    document = document_of(scheme.document) if scheme is not None else None
    if document is None or document.aggregate_up is None:
        return None
    return max(years), document


def year_result(session: Session, branch: Org, year: int) -> list[YearRow]:
    """Return the year of everybody on the roster in surname order, from the printed totals of filed cycles.

    Cycles that another branch rated count too; one that is not filed, or without a result for the member,
    is left out and never 0. The grade is that of the last filed cycle. Refused: no_scheme.
    """
    scheme = scheme_for(session, branch, f"{year}-01")
    if scheme is None:
        raise Refused("no_scheme", "这一年还没有可用的积分办法，请上级先发布")
    document = document_of(scheme.document)
    cycles = {cycle_of(document.cycle, f"{year}-{month:02}") for month in range(1, 13)}
    here = Member.branch_id == branch.id, Member.status.in_(ON_ROLLS)
    totals: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    grades: dict[int, Grade | None] = {}
    for result, cycle in session.execute(_filed(cycles).where(*here)):
        grades[result.member_id] = cast(Grade | None, result.grade)
        if result.total is not None:
            totals[result.member_id].append((cycle, result.total))
    members = sorted(session.scalars(select(Member).where(*here)), key=_by_surname)
    return [
        YearRow(member, year_of(document, totals[member.id], grade=grades.get(member.id)))
        for member in members
    ]


def _filed(cycles: set[str]) -> Select[RatingResult, str]:
    """Ask for the results of the last run of every filed rating of these cycles, the earliest cycle first."""
    latest = (
        select(RatingRun.rating_id, func.max(RatingRun.number).label("number"))
        .join(Rating, Rating.id == RatingRun.rating_id)
        .where(Rating.state.in_(DONE), Rating.cycle.in_(cycles))
        .group_by(RatingRun.rating_id)
        .subquery()
    )
    return (
        select(RatingResult, Rating.cycle)
        .join(RatingRun, RatingRun.id == RatingResult.run_id)
        .join(latest, and_(latest.c.rating_id == RatingRun.rating_id, latest.c.number == RatingRun.number))
        .join(Rating, Rating.id == RatingRun.rating_id)
        .join(Member, Member.id == RatingResult.member_id)
        .order_by(Rating.cycle)
    )


def _by_surname(member: Member) -> tuple[bytes, int]:
    return (surname_order(member.name), member.id)
