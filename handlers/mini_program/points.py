"""GET /api/v1/me/points and /me/ratings: one's own points and stars, every number explained."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field

from handlers.edge import current
from handlers.identity import member_id, member_needed
from handlers.mini_program import api
from handlers.mini_program.fields import fields_of
from models.people.roster import member_seen
from models.ratings.statement.balance import Balance, Subtotal
from models.ratings.statement.part_lines import PartLine
from models.ratings.statement.stars import stars_of
from models.ratings.statement.statement import EntryView, Statement, statement_of


class LineOut(BaseModel):
    """One line under a part: what, how it came, its own limit, what it counts (null waits)."""

    title: str
    how: str
    limit: str
    counted: str | None


class PartOut(BaseModel):
    """One part of the total; `pending` reads 待评. The lines add up to the subtotal."""

    code: str
    title: str
    initial: str
    subtotal: str
    cap: str | None
    why: str
    pending: bool
    lines: list[LineOut]


class EntryOut(BaseModel):
    """One entry: what, when, who proposed and who approved it, what it counts and why."""

    id: int
    occurred_on: str
    title: str
    about: str
    points: str
    counted: str
    why: str
    by: str
    reverses: int | None
    proposed_by: str
    evidence: str
    reason: str
    reversed_by: int | None
    is_late: bool
    objection: str | None
    contestable: bool


class SubtotalPart(BaseModel):
    """One part at the end of a stretch of the cycle."""

    code: str
    title: str
    subtotal: str


class SubtotalOut(BaseModel):
    """What the running cycle came to at the end of `month`, not rated."""

    month: str
    total: str
    parts: list[SubtotalPart]


class Points(BaseModel):
    """The running total of one cycle, decimal strings throughout; who is 不参评 has parts and no total."""

    cycle: str | None
    scheme: str | None
    total: str | None
    total_how: str
    standing: str | None
    provisional: bool
    parts: list[PartOut]
    entries: list[EntryOut]
    subtotals: list[SubtotalOut]


class RatingOut(BaseModel):
    """One cycle's star, told once it was put up; until then `label` is 未评定 and the rest is empty."""

    id: int
    cycle: str
    state: str
    star: int | None
    label: str
    total: str | None
    grade: str
    reasons: list[str]
    published_on: str | None
    ends_on: str | None


class Ratings(BaseModel):
    """The member's own stars, the newest cycle first."""

    items: list[RatingOut]


def text(points: Decimal) -> str:
    """Return points as the contract writes them: a plain decimal string, never an exponent."""
    return f"{points:f}"


class Cycle(BaseModel):
    """Which cycle is asked for."""

    cycle: str = Field(default="", description="2026、2026H2、2026Q4 或 2026-11；不写就是当前周期")


@api.get("/me/points")
@api.input(Cycle, location="query", arg_name="asked")
@api.output(Points)
@member_needed
def show_points(asked: Cycle) -> dict[str, Any]:
    """The member's own points of `?cycle=` (by default the running one). 400 for a cycle that is none."""
    edge = current()
    found = statement_of(edge.session, member_id(), cycle=asked.cycle or None, now=edge.now)
    if found is None:
        nothing = dict.fromkeys(("cycle", "scheme", "total", "standing"))
        return nothing | {"total_how": "", "provisional": True, "parts": [], "entries": [], "subtotals": []}
    return _told(found)


@api.get("/me/ratings")
@api.output(Ratings)
@member_needed
def show_ratings() -> dict[str, Any]:
    """The member's own stars with their reasons, and nothing about anybody else."""
    session, own = current().session, member_id()
    _, branch, _ = member_seen(session, own)
    return {
        "items": [
            fields_of(
                RatingOut,
                star,
                id=star.rating_id,
                total=None if star.total is None else text(star.total),
                reasons=list(star.reasons),
                published_on=star.sheet and star.sheet.posted_on,
                ends_on=star.sheet and star.sheet.ends_on,
            )
            for star in stars_of(session, own, branch.id)
        ]
    }


def _told(found: Statement) -> dict[str, Any]:
    balance = found.balance
    return {
        "cycle": balance.cycle,
        "scheme": balance.scheme_title,
        "total": None if balance.is_outside else text(balance.total),
        "total_how": "" if balance.is_outside else balance.total_how,
        "standing": balance.standing,
        "provisional": balance.provisional,
        "parts": list(_parts(balance)),
        "entries": [_entry(entry) for entry in found.entries],
        "subtotals": [] if balance.is_outside else [_subtotal(one) for one in found.subtotals],
    }


def _parts(balance: Balance) -> Iterator[dict[str, Any]]:
    for part in balance.parts:
        yield fields_of(
            PartOut,
            part,
            initial=text(part.initial),
            subtotal=text(part.subtotal),
            cap=None if part.cap is None else text(part.cap),
            lines=[_line(line) for line in balance.lines[part.code]],
        )


def _line(line: PartLine) -> dict[str, Any]:
    return fields_of(LineOut, line, counted=None if line.counted is None else text(line.counted))


def _entry(entry: EntryView) -> dict[str, Any]:
    return fields_of(EntryOut, entry, points=text(entry.points), counted=text(entry.counted))


def _subtotal(one: Subtotal) -> dict[str, Any]:
    parts = [{"code": part.code, "title": part.title, "subtotal": text(part.subtotal)} for part in one.parts]
    return {"month": one.month, "total": text(one.total), "parts": parts}
