"""Drafts that the clock makes, for a secretary to look at and publish."""

import logging
from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, or_, select

from models.base import Sessions
from models.clock import day_of
from models.gatherings.gathering import PLACE_TO_COME, Gathering, GatheringKind, GatheringState
from models.gatherings.plan import DRAFT_AHEAD, draft, suggest
from models.gatherings.roll import Roll
from models.people.member import ON_ROLLS, Member
from models.people.org import BRANCHES, Org
from models.refused import Refused

log = logging.getLogger(__name__)


def draft_ahead(sessions: Sessions, now: datetime) -> int:
    """Draft the theme day of every branch seven days ahead, with what is required of it; return how many.

    Not where the month has a theme day already, whatever became of it, nor where the branch is on the roll of
    somebody else's, were it only a draft; unless that draft was given up before anybody heard of it.
    """
    members = exists().where(Member.branch_id == Org.id, Member.status.in_(ON_ROLLS))
    query = select(Org.id).where(Org.kind.in_(BRANCHES), Org.dissolved_on.is_(None), members)
    with sessions() as session:
        ids = list(session.scalars(query.order_by(Org.id)))
    return sum(_draft(sessions, one, now) for one in ids)


def _draft(sessions: Sessions, org_id: int, now: datetime) -> bool:
    try:
        with sessions.begin() as session:
            suggestion = suggest(session, session.get_one(Org, org_id), now=now)
            if suggestion.day - DRAFT_AHEAD > day_of(now):
                return False
            takes_part = exists().where(
                Roll.org_id == org_id,
                Roll.gathering_id == Gathering.id,
                Gathering.kind == GatheringKind.THEME_DAY,
                Gathering.period == suggestion.period,
                or_(
                    Gathering.org_id == org_id,
                    Gathering.state != GatheringState.CANCELLED,
                    Gathering.hall_salt.is_not(None),
                ),
            )
            if session.scalar(select(takes_part)):
                return False
            plan = suggestion.plan()
            draft(session, org_id, replace(plan, place=plan.place or PLACE_TO_COME), by=None, now=now)
    except Refused as refused:
        # A secretary was quicker, or last month's hour does not hold for this one.
        log.info("no draft for organisation %s: %s", org_id, refused.code)
        return False
    return True
