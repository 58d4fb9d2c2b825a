"""Seats of a whole township: which branches share them, and which of those have not appraised yet."""

from sqlalchemy import exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from models.people.org import BRANCHES, Org, OrgKind, tree_order
from models.points.schemes.document import SchemeDocument
from models.points.schemes.published import Scheme
from models.points.schemes.use import SchemeUse
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.rating import DECIDING, Rating


def is_pooled(document: SchemeDocument) -> bool:
    """Say whether any star has seats of the whole township."""
    return any(quota.scope == "township" for quota in document.quotas)


def branches_of(session: Session, seen: RatingSeen) -> list[int]:
    """Return the ids of the branches that are rated together with this one, itself included."""
    if not is_pooled(seen.document):
        return [seen.branch.id]
    return [branch.id for branch in _sharing(session, seen)]


def pool_missing(session: Session, seen: RatingSeen) -> list[Org]:
    """Return the other branches whose meeting is still to come, in the order of the tree.

    None where no star is shared. For the township only: a branch is told that others are missing, not which.
    """
    if not is_pooled(seen.document):
        return []
    appraised = exists().where(
        Rating.branch_id == Org.id, Rating.cycle == seen.rating.cycle, Rating.state.not_in(DECIDING)
    )
    ids = [branch.id for branch in _sharing(session, seen) if branch.id != seen.branch.id]
    return sorted(session.scalars(select(Org).where(Org.id.in_(ids), ~appraised)), key=tree_order)


def _sharing(session: Session, seen: RatingSeen) -> list[Org]:
    """Return the township's branches for which this scheme holds in this cycle."""
    above = aliased(Org)
    township = (
        select(Org.path)
        .where(literal(seen.branch.path).startswith(Org.path), Org.kind == OrgKind.PARTY_COMMITTEE)
        .order_by(func.length(Org.path).desc())
        .limit(1)
    )
    path = session.scalar(township) or seen.branch.path
    holds = (
        select(SchemeUse.scheme_id)
        .join(above, above.id == SchemeUse.org_id)
        .join(Scheme, Scheme.id == SchemeUse.scheme_id)
        .where(
            Org.path.startswith(above.path),
            SchemeUse.from_month <= f"{seen.first_day:%Y-%m}",
            Scheme.published_at.is_not(None),
        )
        .order_by(func.length(above.path).desc(), SchemeUse.from_month.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(Org).where(
        Org.path.startswith(path),
        Org.kind.in_(BRANCHES),
        Org.dissolved_on.is_(None),
        (holds == seen.scheme.id) | (Org.id == seen.branch.id),
    )
    return list(session.scalars(query.order_by(Org.id)))
