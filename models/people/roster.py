"""The roster of branches as their own staff see it: who is on it, and who holds no slip yet."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from models.clock import day_of
from models.people.binding import BindCode, Binding
from models.people.member import ON_ROLLS, Member, Spell, SpellKind
from models.people.org import Org
from models.people.whose import MEMBERS
from models.refused import Refused

# Built once: it is asked wherever the console is about a person.
_SEEN = MEMBERS.where(Member.id == bindparam("member"))


class RosterRow(NamedTuple):
    """One member with branch and group, and what holds for them today."""

    member: Member
    branch: Org
    group: Org | None
    spells: frozenset[SpellKind]


def roster_of(session: Session, branch_ids: Collection[int], *, now: datetime) -> list[RosterRow]:
    """Return the full and probationary members of these branches, unordered; two statements."""
    of_branches = MEMBERS.where(Member.branch_id.in_(branch_ids), Member.status.in_(ON_ROLLS))
    rows = session.execute(of_branches).all()
    spells = _spells_today(session, branch_ids, now)
    return [
        RosterRow(member, branch, of, frozenset(spells.get(member.id, ()))) for member, branch, of in rows
    ]


def _spells_today(session: Session, branch_ids: Collection[int], now: datetime) -> dict[int, list[SpellKind]]:
    today = day_of(now)
    query = (
        select(Spell.member_id, Spell.kind)
        .join(Member, Member.id == Spell.member_id)
        .where(
            Member.branch_id.in_(branch_ids),
            Spell.on(today),
        )
    )
    spells: dict[int, list[SpellKind]] = {}
    for member_id, kind in session.execute(query):
        spells.setdefault(member_id, []).append(kind)
    return spells


def member_seen(session: Session, member_id: int) -> tuple[Member, Org, Org | None]:
    """Return a member with branch and group. Refused: not_found."""
    row = session.execute(_SEEN, {"member": member_id}).first()
    if row is None:
        raise Refused("not_found", "没有找到这位同志")
    return row[0], row[1], row[2]


def without_slip(session: Session, member_ids: Sequence[int], *, now: datetime) -> set[int]:
    """Return who of these has neither a binding nor a slip that still works: for their own secretary."""
    query = select(Member.id).where(
        Member.id.in_(member_ids),
        ~exists().where(Binding.member_id == Member.id, Binding.ended_at.is_(None)),
        ~exists().where(
            BindCode.member_id == Member.id, BindCode.void_at.is_(None), BindCode.expires_at > now
        ),
    )
    return set(session.scalars(query))


def never_printed(session: Session, member_ids: Sequence[int]) -> set[int]:
    """Return for whom of these no slip was ever printed, be they bound or not.

    What those above may ask: it tells of paper, and of nobody's phone.
    """
    query = select(Member.id).where(
        Member.id.in_(member_ids), ~exists().where(BindCode.member_id == Member.id)
    )
    return set(session.scalars(query))


def roster_numbers(session: Session, branch_ids: Collection[int]) -> dict[int, int]:
    """Return branch id -> how many members are on its roster; nothing of a branch without any."""
    query = (
        select(Member.branch_id, func.count())
        .where(Member.branch_id.in_(branch_ids), Member.status.in_(ON_ROLLS))
        .group_by(Member.branch_id)
    )
    return dict(session.execute(query).all())
