"""Writes the facts of a rating into the tables, and tells them as they then stand there."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from itertools import count, islice
from typing import Any

from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from models.base import Base
from models.gatherings.gathering import Gathering, GatheringKind, GatheringState
from models.people.member import Member, MemberStatus, Spell, SpellKind
from models.points.cycle import cycle_of, months_of, span_of
from models.points.entry import PointEntry
from models.points.facts import Entry, Facts, MemberFacts
from models.points.schemes.document import SchemeDocument, canonical
from models.ratings.meeting.decision import GradeKind, MemberGrade, Ruling, RulingKind
from models.ratings.meeting.veto import Veto
from models.ratings.procedure.rating import Rating, RatingState
from models.ratings.runs.branch_facts import cycle_before
from models.ratings.runs.results import RatingResult, RatingRun
from tests.conftest import NOON
from tests.factories import NEW_YEAR, THREE_O_CLOCK, a_branch, a_scheme, a_township, a_zone, an_account

NUMBER = count(1)
PLAIN = ("item", "level", "period", "occurred_on", "quantity", "points", "source")
Row = dict[str, Any]


def write_facts(session: Session, document: SchemeDocument, facts: Facts) -> Facts:
    """Write branches of one township with members, spells and entries; return the facts under their ids."""
    facts = _as_tables_say(document, facts)
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
    seats = tuple((star, frozenset(known[one] for one in named)) for star, named in facts.seats)
    facts = Facts(facts.cycle, tuple(members), seats)
    _decide(session, document, facts, usual)
    return replace(facts, members=tuple(_posted(session, document, members, usual)))


def _as_tables_say(document: SchemeDocument, facts: Facts) -> Facts:
    """Return the facts without what no table can hold.

    Whoever has no grade has nothing of an appraisal; a meeting decides one thing about a person; nobody is
    on a roster who came after the last day.
    """
    last_day, moved = span_of(document.cycle, facts.cycle).last_day, set[int]()
    members = []
    for one in facts.members:
        told = replace(one, since=min(one.since, last_day) if one.since else None)
        if document.initial_mode != "carry_over":
            told = replace(told, previous_total=None)
        if one.grade is None:
            told = replace(told, votes=None, at_host=False, voices=())
        if one.adjust:
            moved.add(one.id)
        members.append(told)
    seats = []
    for star, named in sorted(facts.seats):
        if named - moved:
            seats.append((star, named - moved))
        moved |= named
    return replace(facts, members=tuple(members), seats=tuple(seats))


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


def _decide(session: Session, document: SchemeDocument, facts: Facts, usual: Row) -> None:
    """Write what meetings and papers decided, each in the rating of the member's branch."""
    by = {"account_id": usual["account_id"], "written_at": NOON, "decided_on": NOON.date()}
    branches = sorted({one.branch for one in facts.members})
    ratings = _begin(session, branches, facts.cycle, usual, RatingState.COLLECTING)
    for one in facts.members:
        here = by | {"rating_id": ratings[one.branch], "member_id": one.id}
        if one.grade:
            told: Row = {"grade": GradeKind(one.grade), "votes": one.votes, "at_host": one.at_host}
            told |= {"voices": dict(one.voices)} if one.voices else {}
            session.add(MemberGrade(**here, **told))
        if one.adjust:
            kind = RulingKind.RAISE if one.adjust > 0 else RulingKind.LOWER
            session.add(Ruling(**here, kind=kind, reason="会议研究"))
        for veto in one.vetoes:
            decided_on = date.fromisoformat(f"{months_of(veto.cycle)[-1]}-28")
            paper = {"document": veto.document, "decided_by": "镇纪委", "decided_on": decided_on}
            account = usual["account_id"]
            session.add(Veto(member_id=one.id, code=veto.id, cycle=veto.cycle, account_id=account, **paper))
        for star in (star for star, named in facts.seats if one.id in named):
            session.add(Ruling(**here, kind=RulingKind.SEAT, star=star, reason="会议研究"))
    if document.initial_mode == "carry_over":
        before = _begin(session, branches, cycle_before(document, facts.cycle), usual, RatingState.CONFIRMED)
        for branch, rating_id in before.items():
            own = [one for one in facts.members if one.branch == branch and one.previous_total is not None]
            _print_totals(session, rating_id, own, usual["account_id"])
    session.flush()


def _begin(
    session: Session, branches: Sequence[int], cycle: str, usual: Row, state: RatingState
) -> dict[int, int]:
    rows = [
        {
            "branch_id": branch, "cycle": cycle, "scheme_id": usual["scheme_id"], "state": state,
            "begun_at": NOON, "begun_by": usual["account_id"],
        }
        for branch in branches
    ]  # fmt: skip
    return dict(zip(branches, insert_rows(session, Rating, rows), strict=True))


def _print_totals(session: Session, rating_id: int, members: Sequence[MemberFacts], account: int) -> None:
    run = RatingRun(rating_id=rating_id, number=1, sha="0" * 64, account_id=account, made_at=NOON)
    session.add(run)
    session.flush()
    for one in members:
        kept: Row = {"standing": "rated", "total": one.previous_total, "detail": {}}
        session.add(RatingResult(run_id=run.id, member_id=one.id, **kept))


def _held(session: Session, branches: Sequence[int]) -> dict[int, list[int]]:
    """Let each branch have held five gatherings; return their ids."""
    usual = {
        "state": GatheringState.PUBLISHED, "starts_at": THREE_O_CLOCK, "kind": GatheringKind.THEME_DAY,
        "ends_at": THREE_O_CLOCK + timedelta(hours=2), "period": "2026-11", "title": "十一月主题党日",
        "place": "村部", "hall_salt": bytes(16),
    }  # fmt: skip
    held = iter(
        insert_rows(session, Gathering, [usual | {"org_id": one} for one in branches for _ in range(5)])
    )
    return {branch: list(islice(held, 5)) for branch in branches}


def _posted(
    session: Session, document: SchemeDocument, members: Sequence[MemberFacts], usual: Row
) -> Iterator[MemberFacts]:
    """Post the entries, then the reversals: each is of the period of its entry, as the database asks."""
    gatherings = _held(session, sorted({one.branch for one in members}))
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


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """Every statement that is sent meanwhile."""
    seen: list[str] = []
    listen = ("before_cursor_execute", lambda *args: seen.append(args[2]))
    event.listen(session.connection(), *listen)
    yield seen
    event.remove(session.connection(), *listen)
