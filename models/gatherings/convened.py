"""Gatherings that a committee calls and branches hold: where each stands, for whoever called them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import false, func, or_, select
from sqlalchemy.orm import Session

from models.gatherings.gathering import TO_COME, Gathering, GatheringKind, GatheringState, state_at
from models.gatherings.roll import Roll
from models.people.org import COMMITTEES, Org
from models.people.rights import OFFICERS, PostAt, Verb, may


class Convened(NamedTuple):
    """One gathering with the committee that called it; `state` is the one in force now."""

    gathering: Gathering
    host: Org
    state: GatheringState
    branches: int
    confirmed: int  # of their rolls

    @property
    def is_draft(self) -> bool:
        """Whether nobody was told of it: never published, be it called off since."""
        return self.gathering.hall_salt is None


def convened_below(
    session: Session, posts: Sequence[PostAt], *, periods: Sequence[str], now: datetime
) -> list[Convened]:
    """Return what committees of these officers' subtrees called in these months, the newest day first.

    What is still a draft or ahead is there whatever its month; a draft only for who drafts there.
    One statement.
    """
    paths = [Org.path.startswith(post.org_path) for post in posts if post.role in OFFICERS]
    rows = session.execute(
        select(Gathering, Org, func.count(Roll.id), func.count(Roll.confirmed_at))
        .join(Org, Org.id == Gathering.org_id)
        .join(Roll, Roll.gathering_id == Gathering.id)
        .where(
            or_(false(), *paths),
            Org.kind.in_(COMMITTEES),
            or_(Gathering.period.in_(periods), Gathering.state.in_((GatheringState.DRAFT, *TO_COME))),
        )
        .group_by(Gathering.id, Org.id)
        .order_by(Gathering.starts_at.desc(), Org.path, Gathering.id)
    ).all()
    found = [
        Convened(it, host, state_at(it.state, it.starts_at, it.opened_at, now=now), branches, confirmed)
        for it, host, branches, confirmed in rows
    ]
    return [one for one in found if not one.is_draft or may(posts, Verb.DRAFT, one.host.path)]


def own_drafts(session: Session, org_ids: Sequence[int], period: str) -> set[int]:
    """Return which organisations have a theme day of this month drafted and not published."""
    query = select(Gathering.org_id).where(
        Gathering.org_id.in_(org_ids),
        Gathering.kind == GatheringKind.THEME_DAY,
        Gathering.period == period,
        Gathering.state == GatheringState.DRAFT,
    )
    return set(session.scalars(query))
