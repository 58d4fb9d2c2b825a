"""Hints beside a record, where numbers do not fit: something to ask the branch about, never a verdict."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, cast, exists, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from models.clock import long_day
from models.gatherings.gathering import Gathering
from models.gatherings.minutes.minutes import Minutes
from models.gatherings.minutes.reading import Alike, alike_of
from models.gatherings.roll import CAME, Leave, LeaveState, Roll, RollLine, Status
from models.people.member import ON_ROLLS, Member

MISSING, LEFT = "missing", "left"


def hints_of(session: Session, roll_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return roll id -> hints of the confirmed ones among these rolls, for a list. Three statements.

    The numbers that do not fit, a correction after filing, a discussion that says what an earlier one said.
    """
    alike, found = alike_of(session, roll_ids), {}
    for roll_id, (numbers, corrected) in _numbers(session, roll_ids).items():
        hints = [*numbers, *(["归档以后名册更正过"] if corrected else [])]
        if roll_id in alike:
            hints.append(_alike_words(alike[roll_id]))
        if hints:
            found[roll_id] = tuple(hints)
    return found


def number_hints(session: Session, roll_id: int) -> list[str]:
    """Return the hints of one roll that are about numbers, none before it is confirmed. Two statements."""
    numbers, _ = _numbers(session, [roll_id]).get(roll_id, ([], False))
    return numbers


def _numbers(session: Session, roll_ids: Collection[int]) -> dict[int, tuple[list[str], bool]]:
    """Return confirmed roll -> what does not fit, without names, and whether it was corrected since filing.

    Heads counted in the room against the roll, leave that nobody granted, the roster of the day against
    the lines.
    """
    rosters, found = _rosters(session, roll_ids), {}
    for roll_id, heads, in_room, ungranted, corrected in session.execute(_rolls(roll_ids)):
        hints = []
        if heads is not None and heads != in_room:
            hints.append(f"现场清点 {heads} 人，名册上到会和列席 {in_room} 人")
        if ungranted:
            hints.append(f"记为请假的 {ungranted} 人，没有批准的请假记录")
        found[roll_id] = ([*hints, *_roster_words(rosters.get(roll_id, {}))], corrected)
    return found


def _alike_words(earlier: Alike) -> str:
    day = earlier.held_on
    return f"讨论要点与 {long_day(day)}“{earlier.title}”的记录相同"


def _roster_words(differs: dict[str, int]) -> list[str]:
    words = []
    if MISSING in differs:
        words.append(f"当天支部名册上的 {differs[MISSING]} 人，到会名册上没有")
    if LEFT in differs:
        words.append(f"到会名册上的 {differs[LEFT]} 人，当天已不在支部名册上")
    return words


def _rolls(roll_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """Select each confirmed roll: heads, people in the room by the roll, leave not granted, corrected."""
    granted = exists().where(
        Leave.gathering_id == RollLine.gathering_id,
        Leave.member_id == RollLine.member_id,
        Leave.state == LeaveState.APPROVED,
    )
    lines = (
        select(
            RollLine.roll_id,
            func.count().filter(RollLine.status.in_(CAME)).label("came"),
            func.count().filter(RollLine.status == Status.LEAVE, ~granted).label("ungranted"),
        )
        .where(RollLine.roll_id.in_(roll_ids))
        .group_by(RollLine.roll_id)
        .subquery()
    )
    guest = aliased(RollLine)
    # Guests hang on the gathering; in the room the host counted them.
    guests = (
        select(func.count())
        .where(guest.gathering_id == Gathering.id, guest.roll_id.is_(None), Gathering.org_id == Roll.org_id)
        .correlate(Gathering, Roll)
        .scalar_subquery()
    )
    return (
        select(
            Roll.id,
            Roll.heads,
            func.coalesce(lines.c.came, 0) + Roll.observers + guests,
            func.coalesce(lines.c.ungranted, 0),
            func.coalesce(Roll.revision > Minutes.filed_revision, literal(False)),
        )
        .join(Gathering, Gathering.id == Roll.gathering_id)
        .outerjoin(lines, lines.c.roll_id == Roll.id)
        .outerjoin(Minutes, Minutes.roll_id == Roll.id)
        .where(Roll.id.in_(roll_ids), Roll.confirmed_at.is_not(None))
    )


def _rosters(session: Session, roll_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Return roll id -> how many of the day's roster have no line, how many lines are of who had left.

    Only of rolls of whole branches. Who was entered after the gathering was not yet on the roster.
    """
    # The lines of these gatherings alone: else every line of every year would be read.
    of = aliased(Roll)
    lines = (
        select(RollLine.gathering_id, RollLine.member_id)
        .join(of, of.gathering_id == RollLine.gathering_id)
        .where(of.id.in_(roll_ids))
        .cte("lines")
    )
    on_line = exists().where(lines.c.gathering_id == Roll.gathering_id, lines.c.member_id == Member.id)
    missing = (
        _counted(MISSING, roll_ids)
        .join(Member, and_(Member.branch_id == Roll.org_id, Member.status.in_(ON_ROLLS)))
        .where(Member.created_at <= Gathering.starts_at, ~on_line)
    )
    left = (
        _counted(LEFT, roll_ids)
        .join(RollLine, RollLine.roll_id == Roll.id)
        .join(Member, and_(Member.id == RollLine.member_id, Member.left_on.is_not(None)))
        .where(Member.left_on < _day(Gathering.starts_at))
    )
    found: dict[int, dict[str, int]] = {}
    for what, roll_id, number in session.execute(union_all(missing, left)):
        found.setdefault(roll_id, {})[what] = number
    return found


def _counted(what: str, roll_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(literal(what), Roll.id, func.count())
        .select_from(Roll)
        .join(Gathering, Gathering.id == Roll.gathering_id)
        .where(Roll.id.in_(roll_ids), Roll.confirmed_at.is_not(None))
        .group_by(Roll.id)
    )


def _day(moment: Any) -> ColumnElement[Any]:
    return cast(func.timezone("Asia/Shanghai", moment), Date)
