"""What is known of members when their points are counted: standing, categories, and the decided grade."""

from collections.abc import Collection

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from models.people.member import Member
from models.people.member_move import branch_on
from models.points.cycle import span_of
from models.points.facts import MemberFacts
from models.points.scheme import Scheme
from models.points.scheme_document import SchemeDocument
from models.ratings.branch_facts import (
    decided,
    entries_of,
    graded,
    previous_totals,
    spelled,
    spells_until,
    status_on,
    vetoes_in_force,
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
    session: Session, document: SchemeDocument, cycle: str, member_ids: Collection[int]
) -> list[MemberFacts]:
    """Return members with their entries as they are counted, not yet rated; six statements at the most.

    Also whoever has come or left since. Grades and vetoes are known once the meeting's step is done in the
    branch that rates the member: what is only being written down is nobody's yet.
    """
    last_day = span_of(document.cycle, cycle).last_day
    people = select(Member.id).where(Member.id.in_(member_ids))
    spells = spells_until(session, people, last_day)
    entries = entries_of(session, cycle, people)
    before = previous_totals(session, document, cycle, people)
    told = and_(Rating.branch_id == branch_on(last_day), Rating.cycle == cycle, Rating.state.not_in(DECIDING))
    of_told = people.join(Rating, told)
    grades = decided(MemberGrade).where(told, MemberGrade.member_id.in_(member_ids))
    graded_by_id = {grade.member_id: grade for grade in session.scalars(grades)}
    vetoes = vetoes_in_force(session, document, cycle, of_told) if document.vetoes else {}
    return [
        MemberFacts(
            id=member.id,
            branch=member.branch_id,
            status=status_on(member, last_day),
            since=member.came_on or member.joined_on,
            **spelled(spells[member.id], last_day),
            **graded(graded_by_id.get(member.id)),
            vetoes=tuple(vetoes.get(member.id, ())),
            previous_total=before.get(member.id),
            entries=tuple(entries[member.id]),
        )
        for member in session.scalars(select(Member).where(Member.id.in_(member_ids)))
    ]
