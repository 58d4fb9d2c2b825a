"""What is known of members when their points are counted: standing, categories, and the decided grade."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people.member import Member
from models.points.cycle import span_of
from models.points.facts import MemberFacts
from models.points.scheme import Scheme
from models.points.scheme_document import SchemeDocument
from models.ratings.branch_facts import (
    entries_of,
    graded,
    previous_totals,
    spelled,
    spells_until,
    status_on,
)
from models.ratings.grade import MemberGrade
from models.ratings.rating import DECIDING, Rating


def rating_of(session: Session, branch_id: int, cycle: str) -> tuple[Rating | None, Scheme | None]:
    """Return the rating of a branch for a cycle with the scheme it keeps, if it has begun."""
    row = session.execute(
        select(Rating, Scheme)
        .join(Scheme, Scheme.id == Rating.scheme_id)
        .where(Rating.branch_id == branch_id, Rating.cycle == cycle)
    ).first()
    return (row[0], row[1]) if row else (None, None)


def counted_members(
    session: Session, document: SchemeDocument, cycle: str, branch_id: int, member_ids: Collection[int]
) -> list[MemberFacts]:
    """Return members with their entries as they are counted, not yet rated; five statements at the most.

    Also whoever has come or left since. A grade is known once the meeting's step is done: what is only
    being written down is nobody's yet.
    """
    last_day = span_of(document.cycle, cycle).last_day
    people = select(Member.id).where(Member.id.in_(member_ids))
    spells = spells_until(session, people, last_day)
    entries = entries_of(session, cycle, people)
    before = previous_totals(session, document, cycle, people)
    grades = _grades(session, branch_id, cycle)
    return [
        MemberFacts(
            id=member.id,
            branch=member.branch_id,
            status=status_on(member, last_day),
            since=member.came_on or member.joined_on,
            **spelled(spells[member.id], last_day),
            **graded(grades.get(member.id)),
            previous_total=before.get(member.id),
            entries=tuple(entries[member.id]),
        )
        for member in session.scalars(select(Member).where(Member.id.in_(member_ids)))
    ]


def _grades(session: Session, branch_id: int, cycle: str) -> dict[int, MemberGrade]:
    query = (
        select(MemberGrade)
        .join(Rating, Rating.id == MemberGrade.rating_id)
        .where(Rating.branch_id == branch_id, Rating.cycle == cycle, Rating.state.not_in(DECIDING))
    )
    return {grade.member_id: grade for grade in session.scalars(query)}
