"""A branch's year, made from the filed results of its cycles; shown, and never a rating of its own."""

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple, cast

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from models.people.member import ON_ROLLS, Member, surname_order
from models.people.org import Org
from models.points.cycle import cycle_of
from models.points.scheme import document_of
from models.points.scheme_stars import Grade
from models.points.scheme_use import scheme_for
from models.points.year import Year, year_of
from models.ratings.branch_facts import DONE
from models.ratings.rating import Rating
from models.ratings.run import RatingResult, RatingRun
from models.refused import Refused


class YearRow(NamedTuple):
    """One member's year, None where no filed cycle gives one."""

    member: Member
    year: Year | None


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
