"""Rating many branches at once: the ledger is summed in one statement, then rated branch by branch."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from models.audit import Via, record_each
from models.people.org import Org, OrgKind
from models.points.cycle import CYCLE
from models.points.rating import rate_sums
from models.points.result import Result, results_text
from models.points.schemes.document import SchemeDocument
from models.points.schemes.published import Scheme, document_of
from models.ratings.procedure.rating import DECIDING, Rating
from models.ratings.runs.branch_facts import standing_in
from models.ratings.runs.pool import is_pooled
from models.ratings.runs.results import RatingResult, RatingRun
from models.ratings.runs.run import result_row
from models.ratings.runs.sums import stream_sums
from models.refused import Refused

Row = dict[str, Any]


class Tried(NamedTuple):
    """Numbers of branches: those tried out, those of them with a new run, and those left to themselves.

    `pooled` share seats with their township: only their own run knows who is missing.
    """

    branches: int
    changed: int
    pooled: int


def run_below(session: Session, org: Org, cycle: str, *, by: int, now: datetime) -> Tried:
    """Try the calculation out for every branch at and below `org` whose meeting is still to come.

    A run is kept where something changed since the run before, or where there was none. The number of
    statements does not grow with branches, members or entries. Refused: cycle_invalid, wrong_step (no
    branch has begun, or all have met), what the calculation refuses.
    """
    if CYCLE.fullmatch(cycle) is None:
        raise Refused("cycle_invalid", "没有这一期，请先选好是哪一期")
    query = (
        select(Rating, Scheme.document)
        .join(Org, Org.id == Rating.branch_id)
        .join(Scheme, Scheme.id == Rating.scheme_id)
        .where(Org.path.startswith(org.path), Rating.cycle == cycle, Rating.state.in_(DECIDING))
        .order_by(Rating.scheme_id, Rating.id)
        .with_for_update(of=Rating)
        .execution_options(populate_existing=True)
    )
    branches = changed = pooled = 0
    for text, rows in groupby(session.execute(query).all(), key=lambda row: row.document):
        document, ratings = document_of(text), {row.Rating.branch_id: row.Rating for row in rows}
        if is_pooled(document):
            pooled += len(ratings)
        else:
            branches += len(ratings)
            changed += _run(session, document, cycle, ratings, org=org, by=by, now=now)
    if not branches + pooled:
        raise Refused("wrong_step", "没有要试算的支部：支部开始评定以后、开大会以前，才能试算")
    return Tried(branches, changed, pooled)


def _run(
    session: Session,
    document: SchemeDocument,
    cycle: str,
    ratings: Mapping[int, Rating],
    *,
    org: Org,
    by: int,
    now: datetime,
) -> int:
    """Rate branch id -> rating under one scheme; keep what differs from the last run."""
    before = _last_runs(session, ratings.values())
    runs: list[Row] = []
    results = []
    for own in rate_branches(session, document, cycle, list(ratings)):
        rating_id, sha = ratings[own[0].branch].id, sha256(results_text(own).encode()).hexdigest()
        number, last_sha = before.get(rating_id, (0, ""))
        if sha != last_sha:
            runs.append(
                {"rating_id": rating_id, "number": number + 1, "sha": sha, "account_id": by, "made_at": now}
            )
            results.append(own)
    if not runs:
        return 0
    keys = insert(RatingRun).returning(RatingRun.id, sort_by_parameter_order=True)
    ids = session.scalars(keys, runs).all()
    rows = (result_row(run_id, one) for run_id, own in zip(ids, results, strict=True) for one in own)
    # Without nulls, rows with different stars would each be a statement of their own.
    session.execute(insert(RatingResult), list(rows), execution_options={"render_nulls": True})
    changes: dict[int, tuple[Row, Row]] = {
        run["rating_id"]: ({}, {"run": run_id, "number": run["number"]})
        for run_id, run in zip(ids, runs, strict=True)
    }
    record_each(session, "run", "rating", changes, via=Via.CONSOLE, account_id=by, org_id=org.id)
    return len(runs)


def _last_runs(session: Session, ratings: Iterable[Rating]) -> dict[int, tuple[int, str]]:
    query = (
        select(RatingRun.rating_id, RatingRun.number, RatingRun.sha)
        .where(RatingRun.rating_id.in_([rating.id for rating in ratings]))
        .ext(distinct_on(RatingRun.rating_id))
        .order_by(RatingRun.rating_id, RatingRun.number.desc())
    )
    return {row.rating_id: (row.number, row.sha) for row in session.execute(query)}


def rate_branches(
    session: Session, document: SchemeDocument, cycle: str, branch_ids: Collection[int]
) -> Iterator[tuple[Result, ...]]:
    """Yield the results of these branches under one scheme, a branch at a time.

    The same results as from the entries one by one. Where the scheme has seats of a whole township, those
    branches of it that are given contest for them, and are yielded together. The number of statements does
    not grow with branches, members or entries. Refused: what the calculation refuses.
    """
    facts = standing_in(session, document, cycle, branch_ids)
    pools = _townships(session, branch_ids) if is_pooled(document) else {}
    # Branches of one township stand together.
    members = sorted(facts.members, key=lambda one: (pools.get(one.branch, ""), one.branch, one.id))
    sums = stream_sums(session, document, cycle, [one.id for one in members])
    counted = ((one, own) for one, (_, own) in zip(members, sums, strict=True))
    for _, together in groupby(counted, key=lambda pair: pools.get(pair[0].branch) or pair[0].branch):
        yield rate_sums(document, cycle, together, facts.seats)


def _townships(session: Session, branch_ids: Collection[int]) -> Mapping[int, str]:
    """Return branch id -> path of the nearest township above it, where there is one."""
    above = aliased(Org)
    query = (
        select(Org.id, func.max(above.path))  # of two above one branch, the longer
        .join(above, (above.kind == OrgKind.PARTY_COMMITTEE) & Org.path.startswith(above.path))
        .where(Org.id.in_(branch_ids))
        .group_by(Org.id)
    )
    return dict(session.execute(query).all())
