"""Everything a rating of one branch is made from, gathered from the ledger and the meetings' decisions."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeVar

from sqlalchemy import ColumnElement, Select, String, and_, func, literal, or_, select, type_coerce
from sqlalchemy.orm import Session

from models.people.member import ON_ROLLS, Member, MemberStatus, Spell, SpellKind
from models.people.member_move import belonged, branch_on
from models.points.cycle import cycle_of, cycles_between, months_of, span_of
from models.points.entry import PointEntry
from models.points.facts import Category, Entry, Facts, MemberFacts, VetoFact
from models.points.schemes.document import SchemeDocument
from models.ratings.meeting.decision import MemberGrade, Ruling, RulingKind
from models.ratings.meeting.veto import Veto
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.rating import DONE, Rating
from models.ratings.runs.pool import branches_of
from models.ratings.runs.results import RatingResult, RatingRun

STEP: dict[RulingKind, Literal[-1, 1]] = {RulingKind.RAISE: 1, RulingKind.LOWER: -1}
PROBATION = timedelta(days=365)
Decided = TypeVar("Decided", MemberGrade, Ruling)
Spells = dict[int, list[Spell]]
People = Select[int]
SPELLS = (
    select(Spell)
    .where(
        Spell.kind.in_((SpellKind.CATEGORY, SpellKind.NOT_RATED)),
        Spell.not_over(Spell.from_on),
    )
    .order_by(Spell.from_on)
)
# Columns, not objects: a township has a hundred thousand entries.
ENTRIES = select(
    PointEntry.member_id, PointEntry.id, PointEntry.item, PointEntry.period, PointEntry.occurred_on,
    PointEntry.quantity, PointEntry.points, type_coerce(PointEntry.source, String),
    PointEntry.gathering_id, PointEntry.reverses, literal(None), PointEntry.level,
).order_by(PointEntry.id)  # fmt: skip


def facts_for(session: Session, seen: RatingSeen) -> Facts:
    """Return all that a rating is made from as it stands now, entries included, members by id.

    Where the scheme has seats of the whole township, the members of all its branches are there. The
    number of statements does not grow with members or entries.
    """
    branch_ids = branches_of(session, seen)
    facts = standing_in(session, seen.document, seen.rating.cycle, branch_ids)
    people = select(Member.id).where(_on_roster(branch_ids, seen.last_day))
    entries = entries_of(session, facts.cycle, people)
    members = (replace(one, entries=tuple(entries[one.id])) for one in facts.members)
    return replace(facts, members=tuple(members))


def standing_in(session: Session, document: SchemeDocument, cycle: str, branch_ids: Collection[int]) -> Facts:
    """Return what is known of the members of these branches for `cycle`, by id, all but their entries.

    Seven statements at the most, however many members.
    """
    last_day = span_of(document.cycle, cycle).last_day
    people = select(Member.id).where(_on_roster(branch_ids, last_day))
    spells = spells_until(session, people, last_day)
    rated = (Rating.cycle == cycle, Rating.branch_id.in_(branch_ids), Rating.branch_id == branch_on(last_day))
    # What another branch wrote down of somebody who then moved here does not count.
    grades = {one.member_id: one for one in session.scalars(decided(MemberGrade).where(*rated))}
    rulings = list(session.scalars(decided(Ruling).where(*rated)))
    steps = {one.member_id: STEP[one.kind] for one in rulings if one.kind in STEP}
    vetoes = vetoes_in_force(session, document, cycle, people)
    before = previous_totals(session, document, cycle, people)
    members = tuple(
        MemberFacts(
            id=member.id,
            branch=branch_id,
            status=status_on(member, last_day),
            since=member.came_on or member.joined_on,
            **spelled(spells[member.id], last_day),
            **graded(grades.get(member.id)),
            vetoes=tuple(vetoes[member.id]),
            previous_total=before.get(member.id),
            adjust=steps.get(member.id, 0),
        )
        for member, branch_id in _rostered(session, branch_ids, last_day)
    )
    return Facts(cycle, members, _seats(rulings))


def decided(table: type[Decided]) -> Select[Decided]:
    """Ask for decisions about members, beside the rating in which each was written down."""
    rating, member = Rating.id == table.rating_id, Member.id == table.member_id
    return select(table).join(Rating, rating).join(Member, member)


def on_roster(session: Session, branch_ids: Collection[int], day: date) -> list[Member]:
    """Return who was a member of these branches on `day`, by id, also whoever moved, left or died later."""
    return [member for member, _ in _rostered(session, branch_ids, day)]


def _rostered(session: Session, branch_ids: Collection[int], day: date) -> list[tuple[Member, int]]:
    """Return these members, each with the branch of that day."""
    query = select(Member, branch_on(day)).where(_on_roster(branch_ids, day)).order_by(Member.id)
    return [(member, branch_id) for member, branch_id in session.execute(query)]


def _on_roster(branch_ids: Collection[int], day: date) -> ColumnElement[bool]:
    return and_(
        belonged(branch_ids, day),
        or_(Member.status.in_(ON_ROLLS), Member.left_on > day),
        or_(Member.joined_on.is_(None), Member.joined_on <= day),
        or_(Member.came_on.is_(None), Member.came_on <= day),
    )


def status_on(member: Member, day: date) -> Literal["full", "probationary"]:
    """Return whether somebody on the roster was a full member on `day`.

    Whoever left since, and whose day of becoming full was never entered, was on probation for a year.
    """
    if member.full_on is not None:
        return "full" if member.full_on <= day else "probationary"
    if member.left_on is None:
        return "probationary" if member.status is MemberStatus.PROBATIONARY else "full"
    young = member.joined_on is not None and member.joined_on > day - PROBATION
    return "probationary" if young else "full"


def spells_until(session: Session, people: People, last_day: date) -> Spells:
    """Return member -> categories, and stretches outside the rating begun by `last_day`, oldest first."""
    found: Spells = defaultdict(list)
    # What was entered after the last day goes by the category of its own day.
    begun = or_(Spell.kind == SpellKind.CATEGORY, Spell.from_on <= last_day)
    for spell in session.scalars(SPELLS.where(Spell.member_id.in_(people), begun)):
        found[spell.member_id].append(spell)
    return found


def spelled(spells: Iterable[Spell], last_day: date) -> dict[str, Any]:
    """Return what these spells say of a member: `categories`, and `not_rated` as on the last day."""
    outside = [one for one in spells if one.kind is SpellKind.NOT_RATED]
    return {
        "categories": tuple(
            Category(one.code or "", one.from_on, one.to_on)
            for one in spells
            if one.kind is SpellKind.CATEGORY
        ),
        "not_rated": any(one.to_on is None or one.to_on >= last_day for one in outside),
    }


def graded(grade: MemberGrade | None) -> dict[str, Any]:
    """Return what the meeting's grade says of a member; nothing without one."""
    if grade is None:
        return {}
    voices = tuple(sorted((grade.voices or {}).items()))
    return {"grade": str(grade.grade), "votes": grade.votes, "at_host": grade.at_host, "voices": voices}


def _seats(rulings: Iterable[Ruling]) -> tuple[tuple[int, frozenset[int]], ...]:
    seats: dict[int, set[int]] = defaultdict(set)
    for one in rulings:
        if one.kind is RulingKind.SEAT and one.star is not None:
            seats[one.star].add(one.member_id)
    return tuple((star, frozenset(members)) for star, members in sorted(seats.items()))


def vetoes_in_force(
    session: Session, document: SchemeDocument, cycle: str, people: People
) -> dict[int, list[VetoFact]]:
    """Return the vetoes of the scheme that are in force in `cycle` and were not lifted."""
    found: dict[int, list[VetoFact]] = defaultdict(list)
    reach = {veto.id: veto.valid_cycles for veto in document.vetoes}
    query = select(Veto).where(Veto.member_id.in_(people), Veto.code.in_(reach), Veto.lifted_at.is_(None))
    for veto in session.scalars(query.order_by(Veto.id)):
        decided_in = cycle_of_veto(document, veto)
        if 0 <= cycles_between(document.cycle, decided_in, cycle) < reach[veto.code]:
            found[veto.member_id].append(VetoFact(veto.code, decided_in, veto.document))
    return found


def cycle_of_veto(document: SchemeDocument, veto: Veto) -> str:
    """Return in which of this scheme's cycles a veto was decided, perhaps under one of another length."""
    return cycle_of(document.cycle, f"{veto.decided_on:%Y-%m}")


def previous_totals(
    session: Session, document: SchemeDocument, cycle: str, people: People
) -> dict[int, Decimal]:
    """Return the printed totals of the cycle before, where the scheme carries them over."""
    if document.initial_mode != "carry_over":
        return {}
    latest = (
        select(RatingRun.rating_id, func.max(RatingRun.number).label("number"))
        .join(Rating, Rating.id == RatingRun.rating_id)
        .where(Rating.state.in_(DONE), Rating.cycle == cycle_before(document, cycle))
        .group_by(RatingRun.rating_id)
        .subquery()
    )
    query = (
        select(RatingResult.member_id, RatingResult.total)
        .join(RatingRun, RatingRun.id == RatingResult.run_id)
        .join(latest, and_(latest.c.rating_id == RatingRun.rating_id, latest.c.number == RatingRun.number))
        .where(RatingResult.member_id.in_(people))
    )
    return {member_id: total for member_id, total in session.execute(query) if total is not None}


def cycle_before(document: SchemeDocument, cycle: str) -> str:
    """Return the name of the cycle before this one."""
    first = span_of(document.cycle, cycle).first_days[0]
    return cycle_of(document.cycle, f"{first - timedelta(days=1):%Y-%m}")


def entries_of(session: Session, cycle: str, people: People) -> dict[int, list[Entry]]:
    """Return the entries of these members in this cycle, whichever branch posted them.

    By their months: a branch that somebody left may be rated by cycles of another length.
    """
    found: dict[int, list[Entry]] = defaultdict(list)
    months = months_of(cycle)
    asked = ENTRIES.where(PointEntry.member_id.in_(people), PointEntry.period.between(months[0], months[-1]))
    for member_id, *told in session.execute(asked):
        found[member_id].append(Entry(*told))
    return found
