"""Running the calculation for a branch, trying it out and keeping what came out."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.points.facts import Facts
from models.points.rating import rate
from models.points.result import Reason, Result, result_json, results_text
from models.ratings.procedure.beginning import RatingSeen, rating_seen
from models.ratings.procedure.rating import DECIDING
from models.ratings.runs.branch_facts import facts_for
from models.ratings.runs.pool import pool_missing
from models.ratings.runs.results import RatingResult, RatingRun
from models.refused import Refused


class Reckoned(NamedTuple):
    """What a rating is made from now, and what comes out for its own branch.

    `pool_open`: the township's seats wait for other branches; nobody has a star yet. `others`: what comes
    out for the branches that share the seats.
    """

    facts: Facts
    results: tuple[Result, ...]
    pool_open: bool
    others: tuple[Result, ...] = ()

    @property
    def sha(self) -> str:
        """Return the hash of the one text of these results."""
        return sha256(results_text(self.results).encode()).hexdigest()


def run_rating(session: Session, rating_id: int, *, by: int, now: datetime) -> RatingRun:
    """Try the calculation out before the meeting, with what is written down so far, and keep the run.

    If nothing changed since the run before, that one is returned. The meeting's own run is made with its
    step. Refused: not_found, wrong_step (the meeting has decided: only a recheck changes anything), and
    what the calculation refuses.
    """
    seen = rating_seen(session, rating_id, lock=True)
    if seen.rating.state not in DECIDING:
        raise Refused("wrong_step", "会议已经评议过了，有变化请走复核")
    reckoned = reckon(session, seen)
    last = last_run(session, rating_id)
    if last is not None and last.sha == reckoned.sha:
        return last
    return keep_run(session, seen, reckoned, by=by, now=now)


def reckon(session: Session, seen: RatingSeen) -> Reckoned:
    """Calculate the branch's results from all that stands now, and keep nothing.

    As long as other branches of a township that shares its seats have not appraised, the branch is
    reckoned by itself and every star is left open. Refused: what the calculation refuses.
    """
    facts = facts_for(session, seen)
    if not pool_missing(session, seen):
        everybody = rate(seen.document, facts)
        own = tuple(one for one in everybody if one.branch == seen.branch.id)
        others = tuple(one for one in everybody if one.branch != seen.branch.id)
        return Reckoned(facts, own, pool_open=False, others=others)
    quotas = tuple(quota for quota in seen.document.quotas if quota.scope == "branch")
    alone = replace(facts, members=tuple(one for one in facts.members if one.branch == seen.branch.id))
    results = rate(seen.document.model_copy(update={"quotas": quotas}), alone)
    return Reckoned(facts, tuple(_left_open(one) for one in results), pool_open=True)


def _left_open(result: Result) -> Result:
    if result.standing != "rated":
        return result
    told = Reason("pool_open", "星级名额由全镇统一安排，各支部评议齐了再定")
    return replace(result, star_by_quota=None, star_final=None, reasons=(*result.reasons, told))


def keep_run(session: Session, seen: RatingSeen, reckoned: Reckoned, *, by: int, now: datetime) -> RatingRun:
    """Store a run with every member's numbers; nothing of it is ever changed."""
    last = last_run(session, seen.rating.id)
    number = last.number + 1 if last else 1
    run = RatingRun(rating_id=seen.rating.id, number=number, sha=reckoned.sha, account_id=by, made_at=now)
    session.add(run)
    session.flush()
    if reckoned.results:
        session.execute(insert(RatingResult), [result_row(run.id, one) for one in reckoned.results])
    record(
        session, "run", "rating", seen.rating.id, via=Via.CONSOLE, account_id=by, org_id=seen.branch.id,
        after={"run": run.id, "number": number},
    )  # fmt: skip
    return run


def last_run(session: Session, rating_id: int) -> RatingRun | None:
    """Return the latest run of a rating, None before the first."""
    query = select(RatingRun).where(RatingRun.rating_id == rating_id).order_by(RatingRun.number.desc())
    return session.scalar(query.limit(1))


def result_row(run_id: int, result: Result) -> dict[str, Any]:
    """Return what is stored of a result, by column."""
    return {
        "run_id": run_id,
        "member_id": result.member_id,
        "standing": result.standing,
        "total": result.total,
        "grade": result.grade,
        "star_by_total": result.star_by_total,
        "star_by_band": result.star_by_band,
        "star_by_quota": result.star_by_quota,
        "star_final": result.star_final,
        "detail": result_json(result),
    }
