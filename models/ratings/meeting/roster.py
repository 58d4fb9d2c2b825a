"""What is written down for a meeting so far: grades, one level up or down, seats, vetoes in force."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people.member import Member, Spell, SpellKind, surname_order
from models.people.org import Org, tree_order
from models.points.cycle import cycles_between
from models.ratings.meeting.decision import MemberGrade, Ruling
from models.ratings.meeting.veto import Veto
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.runs.branch_facts import cycle_of_veto, on_roster, status_on


class RosterRow(NamedTuple):
    """One member who is rated here, with the group."""

    member: Member
    group: Org | None


class VetoRow(NamedTuple):
    """One veto with the member it holds for."""

    member: Member
    veto: Veto


def rated_roster(session: Session, seen: RatingSeen) -> list[RosterRow]:
    """Return the branch's roster on the cycle's last day, by group and surname. Two statements."""
    members = on_roster(session, [seen.branch.id], seen.last_day)
    ids = {member.group_id for member in members}
    groups = {group.id: group for group in session.scalars(select(Org).where(Org.id.in_(ids)))}
    rows = [RosterRow(member, groups.get(member.group_id or 0)) for member in members]
    return sorted(rows, key=_place)


def graded_roster(session: Session, seen: RatingSeen) -> list[RosterRow]:
    """Return those whom the appraisal gives a grade: the full members."""
    rows = rated_roster(session, seen)
    return [row for row in rows if status_on(row.member, seen.last_day) == "full"]


def away_in(session: Session, seen: RatingSeen) -> set[int]:
    """Return who of the branch is away on the cycle's last day: some are appraised where they live."""
    query = (
        select(Spell.member_id)
        .join(Member, Member.id == Spell.member_id)
        .where(
            Member.branch_id == seen.branch.id,
            Spell.kind == SpellKind.AWAY,
            Spell.on(seen.last_day),
        )
    )
    return set(session.scalars(query))


def grades_of(session: Session, rating_id: int) -> dict[int, MemberGrade]:
    """Return member id -> the grade written down."""
    rows = session.scalars(select(MemberGrade).where(MemberGrade.rating_id == rating_id))
    return {row.member_id: row for row in rows}


def rulings_of(session: Session, rating_id: int) -> dict[int, Ruling]:
    """Return member id -> what the meeting decided beside the grade."""
    rows = session.scalars(select(Ruling).where(Ruling.rating_id == rating_id))
    return {row.member_id: row for row in rows}


def vetoes_of(session: Session, seen: RatingSeen) -> list[VetoRow]:
    """Return the vetoes in force in this cycle on members of the branch, in surname order."""
    reach = {veto.id: veto.valid_cycles for veto in seen.document.vetoes}
    query = (
        select(Member, Veto)
        .join(Veto, Veto.member_id == Member.id)
        .where(Member.branch_id == seen.branch.id, Veto.code.in_(reach), Veto.lifted_at.is_(None))
    )
    in_force = []
    for row in (VetoRow(*found) for found in session.execute(query)):
        decided_in = cycle_of_veto(seen.document, row.veto)
        if 0 <= cycles_between(seen.document.cycle, decided_in, seen.rating.cycle) < reach[row.veto.code]:
            in_force.append(row)
    return sorted(in_force, key=lambda row: (surname_order(row.member.name), row.member.id, row.veto.id))


def by_group(rows: Sequence[RosterRow], branch: Org) -> list[tuple[str, list[RosterRow]]]:
    """Return roster rows under the names of their groups; who is in none stands under the branch's."""
    groups: dict[str, list[RosterRow]] = {}
    for row in rows:
        groups.setdefault(row.group.name if row.group else branch.name, []).append(row)
    return list(groups.items())


def _place(row: RosterRow) -> tuple[list[int], bytes, int]:
    return (tree_order(row.group) if row.group else [], surname_order(row.member.name), row.member.id)
