"""Writes the facts of a rating into the tables, and tells them as they then stand there."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from models.base import Base
from models.people.member import Member, MemberStatus, Spell, SpellKind
from models.people.org import Org
from models.points.cycle import cycle_of
from models.points.entry import PointEntry
from models.points.facts import Entry, Facts, MemberFacts
from models.points.scheme_document import SchemeDocument, canonical
from tests.factories import NEW_YEAR, a_branch, a_gathering, a_scheme, a_township, a_zone, an_account

NUMBER = count(1)
PLAIN = ("item", "level", "period", "occurred_on", "quantity", "points", "source")
Row = dict[str, Any]


def write_facts(session: Session, document: SchemeDocument, facts: Facts) -> Facts:
    """Write branches of one township with members, spells and entries; return the facts under their ids."""
    township = a_township(session, a_zone(session))
    codes = sorted({one.branch for one in facts.members})
    branches = {code: a_branch(session, township).id for code in codes}
    members = [replace(one, branch=branches[one.branch]) for one in facts.members]
    ids = insert_rows(session, Member, [_member(one) for one in members])
    known = {one.id: number for one, number in zip(members, ids, strict=True)}
    members = [replace(one, id=known[one.id]) for one in members]
    insert_rows(session, Spell, [spell for one in members for spell in _spells(one)])
    scheme = a_scheme(session, township, f"C{next(NUMBER)}", document=canonical(document))
    usual = {"scheme_id": scheme.id, "account_id": an_account(session).id}
    members = list(_posted(session, document, members, usual))
    seats = tuple((star, frozenset(known[one] for one in named)) for star, named in facts.seats)
    return Facts(facts.cycle, tuple(members), seats)


def insert_rows(session: Session, table: type[Base], rows: Sequence[Row]) -> list[int]:
    """Insert rows of one shape; return their ids in the same order."""
    if not rows:
        return []
    statement = insert(table).returning(table.__table__.c.id, sort_by_parameter_order=True)
    return list(session.scalars(statement, rows))


def _member(one: MemberFacts) -> Row:
    status = MemberStatus(one.status)
    return {"name": f"党员{one.id}", "branch_id": one.branch, "status": status, "came_on": one.since}


def _spells(one: MemberFacts) -> Iterator[Row]:
    category = {"member_id": one.id, "kind": SpellKind.CATEGORY}
    for spell in one.categories:
        yield category | {"code": spell.code, "from_on": spell.from_on, "to_on": spell.to_on}
    if one.not_rated:
        yield category | {"kind": SpellKind.NOT_RATED, "code": None, "from_on": NEW_YEAR, "to_on": None}


def _posted(
    session: Session, document: SchemeDocument, members: Sequence[MemberFacts], usual: Row
) -> Iterator[MemberFacts]:
    """Post the entries, then the reversals: each is of the period of its entry, as the database asks."""
    gatherings = {
        branch: [a_gathering(session, session.get_one(Org, branch)).id for _ in range(5)]
        for branch in {one.branch for one in members}
    }
    posted: dict[int, Entry] = {}

    def post(told: Sequence[tuple[MemberFacts, Entry]]) -> None:
        entries = []
        for one, entry in told:
            original = posted[entry.reverses] if entry.reverses else None
            entries.append(
                replace(
                    entry,
                    gathering_id=gatherings[one.branch][entry.gathering_id or 0],
                    reverses=original.id if original else None,
                    period=original.period if original else entry.period,
                )
            )
        rows = [_entry(document, one, entry, usual) for (one, _), entry in zip(told, entries, strict=True)]
        for number, (_, was), entry in zip(
            insert_rows(session, PointEntry, rows), told, entries, strict=True
        ):
            posted[was.id] = replace(entry, id=number)

    told = [(one, entry) for one in members for entry in one.entries]
    post([pair for pair in told if pair[1].reverses is None])
    post([pair for pair in told if pair[1].reverses is not None])
    for one in members:
        yield replace(one, entries=tuple(posted[entry.id] for entry in one.entries))


def _entry(document: SchemeDocument, one: MemberFacts, entry: Entry, usual: Row) -> Row:
    about = f"reverse:{entry.reverses}" if entry.reverses else f"x:{next(NUMBER)}"
    return usual | {
        "about": about,
        "member_id": one.id,
        "branch_id": one.branch,
        "cycle": cycle_of(document.cycle, entry.period),
        "gathering_id": entry.gathering_id,
        "revision": 1,
        "reverses": entry.reverses,
        **{name: getattr(entry, name) for name in PLAIN},
    }
