"""Ratings as they are listed: results of a run by group, changes since the run before, branches below."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from models.people.member import Member, surname_order
from models.people.org import Org, branches_among, tree_order
from models.points.cycle import cycle_of, months_of
from models.points.schemes.published import Scheme, document_of
from models.points.schemes.use import SchemeUse
from models.ratings.procedure.rating import Rating, RatingAct
from models.ratings.runs.results import RatingResult, RatingRun
from models.refused import Refused

# What a difference between two runs is told of.
COMPARED = ("standing", "total", "grade", "star_by_band", "star_by_quota", "star_final")


class ResultRow(NamedTuple):
    """One member's result with the member and the group."""

    member: Member
    group: Org | None
    result: RatingResult


class Difference(NamedTuple):
    """What another run says of one member: name of the number -> (before, after); None where none was."""

    member: Member
    changes: dict[str, tuple[Any, Any]]


class BranchRating(NamedTuple):
    """One branch and its rating of the cycle asked for, None before it began; the last thing done in it."""

    branch: Org
    rating: Rating | None
    last_act: RatingAct | None


def results_of(session: Session, run_id: int) -> list[ResultRow]:
    """Return the results of a run by group in the order of the tree, surnames within; never by points."""
    group = aliased(Org)
    query = (
        select(Member, group, RatingResult)
        .join(RatingResult, RatingResult.member_id == Member.id)
        .outerjoin(group, group.id == Member.group_id)
        .where(RatingResult.run_id == run_id)
    )
    rows = [ResultRow(*row) for row in session.execute(query)]
    return sorted(rows, key=_by_group)


def differences(session: Session, run_id: int) -> list[Difference]:
    """Return whose numbers differ from the run before, in surname order; none for a first run.

    Refused: not_found.
    """
    run = session.get(RatingRun, run_id)
    if run is None:
        raise Refused("not_found", "没有找到这次核算")
    before = session.scalar(
        select(RatingRun.id).where(RatingRun.rating_id == run.rating_id, RatingRun.number == run.number - 1)
    )
    if before is None:
        return []
    query = (
        select(Member, RatingResult)
        .join(RatingResult, RatingResult.member_id == Member.id)
        .where(RatingResult.run_id.in_((before, run_id)))
    )
    pairs: dict[int, dict[int, RatingResult]] = {}
    members: dict[int, Member] = {}
    for member, result in session.execute(query):
        members[member.id] = member
        pairs.setdefault(member.id, {})[result.run_id] = result
    found = []
    for member_id, pair in pairs.items():
        told = {
            name: (getattr(pair.get(before), name, None), getattr(pair.get(run_id), name, None))
            for name in COMPARED
        }
        if changes := {name: both for name, both in told.items() if both[0] != both[1]}:
            found.append(Difference(members[member_id], changes))
    return sorted(found, key=lambda one: surname_order(one.member.name))


def ratings_below(session: Session, orgs: Sequence[Org], cycle: str) -> list[BranchRating]:
    """Return the branches below these organisations, each with its rating of `cycle`, in tree order.

    Without those whose scheme rates in cycles of another length: nothing of theirs is still to begin.
    """
    branches = branches_among(session, orgs)
    latest = (
        select(func.max(RatingAct.id))
        .where(RatingAct.rating_id == Rating.id)
        .correlate(Rating)
        .scalar_subquery()
    )
    query = (
        select(Rating, RatingAct)
        .outerjoin(RatingAct, RatingAct.id == latest)
        .where(Rating.cycle == cycle, Rating.branch_id.in_([branch.id for branch in branches]))
    )
    found = {rating.branch_id: (rating, last) for rating, last in session.execute(query)}
    others = _rated_otherwise(session, branches, cycle)
    return [
        BranchRating(branch, *found.get(branch.id, (None, None)))
        for branch in branches
        if branch.id in found or branch.id not in others
    ]


def _rated_otherwise(session: Session, branches: Sequence[Org], cycle: str) -> set[int]:
    """Return the branches whose scheme, as the cycle began, has cycles of another length; one statement."""
    month = months_of(cycle)[0]
    query = (
        select(Org.path, Scheme.document)
        .join(SchemeUse, SchemeUse.org_id == Org.id)
        .join(Scheme, Scheme.id == SchemeUse.scheme_id)
        .where(SchemeUse.from_month <= month, Scheme.published_at.is_not(None))
        .order_by(SchemeUse.from_month)
    )
    held: dict[str, str] = {}  # of each organisation the latest
    for path, text in session.execute(query):
        held[path] = text
    found = set()
    for branch in branches:
        nearest = max((path for path in held if branch.path.startswith(path)), key=len, default=None)
        if nearest and cycle_of(document_of(held[nearest]).cycle, month) != cycle:
            found.add(branch.id)
    return found


def _by_group(row: ResultRow) -> tuple[list[int], bytes]:
    return (tree_order(row.group) if row.group else [], surname_order(row.member.name))
