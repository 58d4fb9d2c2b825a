"""Freezing a filed rating: one text of everything it was made from, with its hash."""

import json
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Base
from models.clock import iso
from models.gatherings.calendar.calendar import Workday
from models.points.schemes.document import canonical
from models.ratings.archive.snapshot import RatingSnapshot
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.rating import RatingAct
from models.ratings.publicity.board import board_of
from models.ratings.publicity.publicity import RatingPublicity
from models.ratings.runs.facts_text import facts_json
from models.ratings.runs.results import RatingResult, RatingRun
from models.ratings.runs.run import Reckoned, last_run

FORMAT = 1


def freeze(
    session: Session, seen: RatingSeen, reckoned: Reckoned, *, by: int, now: datetime
) -> RatingSnapshot:
    """Keep scheme, facts, results, acts and sheets of a rating as one text that is never changed.

    Members are numbers in it, never names: it outlives them. `reckoned` is what its last run says too.
    """
    run = last_run(session, seen.rating.id)
    if run is None:
        raise RuntimeError("a rating is frozen after its run")
    text = snapshot_text(session, seen, run, reckoned)
    row = RatingSnapshot(
        rating_id=seen.rating.id, run_id=run.id, document=text, sha=sha256(text.encode()).hexdigest(),
        account_id=by, made_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def snapshot_text(session: Session, seen: RatingSeen, run: RatingRun, reckoned: Reckoned) -> str:
    """Write the one canonical text: keys sorted, no blanks, numbers as text."""
    acts = session.scalars(
        select(RatingAct).where(RatingAct.rating_id == seen.rating.id).order_by(RatingAct.id)
    )
    results = session.scalars(
        select(RatingResult).where(RatingResult.run_id == run.id).order_by(RatingResult.member_id)
    )
    sheets = board_of(session, seen).sheets
    content = {
        "format": FORMAT,
        "rating": {
            "id": seen.rating.id,
            "branch": seen.branch.id,
            "branch_code": seen.branch.code,
            "cycle": seen.rating.cycle,
            "run": run.number,
            "results_sha": run.sha,
        },
        "scheme": {
            "code": seen.scheme.code,
            "version": seen.scheme.version,
            "sha": seen.scheme.sha,
            "document": json.loads(canonical(seen.document)),
        },
        "facts": facts_json(reckoned.facts),
        "results": [result.detail for result in results],
        "acts": [act_json(act) for act in acts],
        "sheets": [sheet_json(sheet) for sheet in sheets],
        "special_days": _special_days(session, sheets),
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def act_json(act: RatingAct) -> dict[str, Any]:
    """Write one act as JSON content."""
    return _row(act, "id", "act", "held_on", "body", "base", "present", "votes_for", "votes_against",
                "abstained", "document", "reason", "run_id", "account_id", "acted_at")  # fmt: skip


def sheet_json(sheet: RatingPublicity) -> dict[str, Any]:
    """Write one sheet as JSON content."""
    return _row(sheet, "id", "run_id", "member_id", "posted_on", "workdays", "ends_on", "contact",
                "contact_phone", "township_phone", "account_id", "acted_at")  # fmt: skip


def _row(row: Base, *names: str) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in names}
    return {name: _plain(value) for name, value in found.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    return value.isoformat() if isinstance(value, date) else value


def _special_days(session: Session, sheets: tuple[RatingPublicity, ...]) -> dict[str, str]:
    """Return the days off and worked while sheets hung, day -> kind: the ends can be counted again."""
    if not sheets:
        return {}
    first = min(sheet.posted_on for sheet in sheets) + timedelta(days=1)
    last = max(sheet.ends_on for sheet in sheets)
    query = select(Workday.day, Workday.kind).where(Workday.day.between(first, last)).order_by(Workday.day)
    return {day.isoformat(): str(kind) for day, kind in session.execute(query)}
