"""GET /api/v1/me/points: one's own points, every number explained."""

from decimal import Decimal
from typing import Any

from flask import request
from pydantic import BaseModel

from handlers.edge import current
from handlers.identity import member_id, member_needed
from handlers.mini_program import api
from models.points.statement import statement_of


class PartOut(BaseModel):
    """One part of the total; `pending` reads 待评."""

    code: str
    title: str
    initial: str
    subtotal: str
    cap: str | None
    why: str
    pending: bool


class EntryOut(BaseModel):
    """One entry: what, when, who recorded it, what it counts and why."""

    id: int
    occurred_on: str
    title: str
    about: str
    points: str
    counted: str
    why: str
    by: str
    reverses: int | None


class Points(BaseModel):
    """The running total of one cycle; decimal strings throughout."""

    cycle: str | None
    scheme: str | None
    total: str | None
    provisional: bool
    parts: list[PartOut]
    entries: list[EntryOut]


def text(points: Decimal) -> str:
    """Return points as the contract writes them: a plain decimal string, never an exponent."""
    return f"{points:f}"


@api.get("/me/points")
@api.output(Points)
@member_needed
def show_points() -> dict[str, Any]:
    """The member's own points of `?cycle=` (by default the running one). 400 for a cycle that is none."""
    edge = current()
    found = statement_of(edge.session, member_id(), cycle=request.args.get("cycle") or None, now=edge.now)
    if found is None:
        return {"cycle": None, "scheme": None, "total": None, "provisional": True, "parts": [], "entries": []}
    return {
        "cycle": found.cycle,
        "scheme": found.scheme_title,
        "total": text(found.total),
        "provisional": found.provisional,
        "parts": [
            {
                "code": part.code,
                "title": part.title,
                "initial": text(part.initial),
                "subtotal": text(part.subtotal),
                "cap": None if part.cap is None else text(part.cap),
                "why": part.why,
                "pending": part.pending,
            }
            for part in found.parts
        ],
        "entries": [
            {
                "id": entry.id,
                "occurred_on": entry.occurred_on.isoformat(),
                "title": entry.title,
                "about": entry.about,
                "points": text(entry.points),
                "counted": text(entry.counted),
                "why": entry.why,
                "by": entry.by,
                "reverses": entry.reverses,
            }
            for entry in found.entries
        ],
    }
