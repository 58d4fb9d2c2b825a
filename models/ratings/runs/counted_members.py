"""What is known of members when their points are counted: standing, categories, and the decided grade."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, select
from sqlalchemy.orm import Session

from models.people.member import Member
from models.people.member_move import branch_on
from models.points.cycle import span_of
from models.points.facts import MemberFacts, VetoFact
from models.points.schemes.document import SchemeDocument
from models.points.schemes.published import Scheme
from models.ratings.meeting.decision import MemberGrade
from models.ratings.procedure.rating import DECIDING, Rating
from models.ratings.runs.branch_facts import (
    entries_of,
    graded,
    previous_totals,
    spelled,
    spells_until,
    status_on,
    vetoes_in_force,
)


def _told(day: date | BindParameter[date], cycle: str | BindParameter[str]) -> ColumnElement[bool]:
    """Say in SQL that a rating is that of a member's branch on `day`, and that its meeting has decided."""
    return and_(Rating.branch_id == branch_on(day), Rating.cycle == cycle, Rating.state.not_in(DECIDING))


# Built once: they are asked whenever somebody looks at points.
KEPT = (
    select(Rating, Scheme)
    .join(Scheme, Scheme.id == Rating.scheme_id)
    .where(Rating.branch_id == bindparam("branch"), Rating.cycle == bindparam("cycle"))
)
GRADED = (
    select(Member, MemberGrade)
    .select_from(Member)
    .outerjoin(Rating, _told(bindparam("day"), bindparam("cycle")))
    .outerjoin(MemberGrade, and_(MemberGrade.rating_id == Rating.id, MemberGrade.member_id == Member.id))
    .where(Member.id.in_(bindparam("members", expanding=True)))
)


def rating_of(session: Session, branch_id: int, cycle: str) -> tuple[Rating | None, Scheme | None]:
    """Return the rating of a branch for a cycle with the scheme it keeps, if it has begun."""
    row = session.execute(KEPT, {"branch": branch_id, "cycle": cycle}).first()
    return (row[0], row[1]) if row else (None, None)


def counted_members(
    session: Session, document: SchemeDocument, cycle: str, member_ids: Collection[int]
) -> list[MemberFacts]:
    """Return members with their entries as they are counted, not yet rated; five statements at the most.

    Also whoever has come or left since. Grades and vetoes are known once the meeting's step is done in the
    branch that rates the member: what is only being written down is nobody's yet.
    """
    last_day = span_of(document.cycle, cycle).last_day
    people = select(Member.id).where(Member.id.in_(member_ids))
    spells = spells_until(session, people, last_day)
    entries = entries_of(session, cycle, people)
    before = previous_totals(session, document, cycle, people)
    vetoes: dict[int, list[VetoFact]] = {}
    if document.vetoes:
        vetoes = vetoes_in_force(session, document, cycle, people.join(Rating, _told(last_day, cycle)))
    asked = {"members": list(member_ids), "day": last_day, "cycle": cycle}
    return [
        MemberFacts(
            id=member.id,
            branch=member.branch_id,
            status=status_on(member, last_day),
            since=member.came_on or member.joined_on,
            **spelled(spells[member.id], last_day),
            **graded(grade),
            vetoes=tuple(vetoes.get(member.id, ())),
            previous_total=before.get(member.id),
            entries=tuple(entries[member.id]),
        )
        for member, grade in session.execute(GRADED, asked)
    ]
