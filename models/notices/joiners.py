"""When a roster changes while a notice is out: rolls follow, and newcomers are telephoned."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from models.gatherings.expected import sync_rolls
from models.gatherings.gathering import Gathering, GatheringState, state_at
from models.gatherings.plan import gathering_seen
from models.gatherings.roll import Roll
from models.notices.publish import add_joiners
from models.people.org import Org


def follow_roster(session: Session, branch_ids: Sequence[int], *, now: datetime) -> int:
    """Bring gatherings of these branches that are published and not yet open up to their rosters.

    Returns how many newcomers went onto a phone list. Call it in the transaction that changed the rosters.
    """
    host, branch = aliased(Org), aliased(Org)
    ids = session.scalars(
        select(Gathering.id)
        .distinct()
        .join(Roll, Roll.gathering_id == Gathering.id)
        .join(host, host.id == Roll.org_id)
        # A roll may be a branch's, one of its groups', or that of an organisation above.
        .join(branch, or_(branch.path.startswith(host.path), host.path.startswith(branch.path)))
        .where(Gathering.state == GatheringState.PUBLISHED, branch.id.in_(branch_ids))
        .order_by(Gathering.id)
    ).all()
    added = 0
    for gathering_id in ids:
        gathering = gathering_seen(session, gathering_id, lock=True)
        state = state_at(gathering.state, gathering.starts_at, gathering.opened_at, now=now)
        if state is GatheringState.PUBLISHED:
            sync_rolls(session, gathering)
            added += add_joiners(session, gathering, now=now)
    return added
