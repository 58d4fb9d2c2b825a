"""Rating many branches at once: the ledger is summed in one statement, then rated branch by branch."""

from collections.abc import Collection, Iterator, Mapping
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from models.people.org import Org, OrgKind
from models.points.rating import rate_sums
from models.points.result import Result
from models.points.scheme_document import SchemeDocument
from models.ratings.branch_facts import standing_in
from models.ratings.pool import is_pooled
from models.ratings.sums import stream_sums


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
