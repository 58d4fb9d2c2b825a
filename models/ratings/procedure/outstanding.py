"""What the next step of a rating waits for, in the words of its refusal, and what is open beside it."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.clock import day_of
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.roll import Roll
from models.people.org import Org
from models.points.cycle import months_of
from models.points.proposal import Proposal, ProposalState
from models.ratings.archive.filing import check_fileable
from models.ratings.meeting.undecided import check_decided
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.rating import Act
from models.ratings.publicity.posting_up import check_postable
from models.ratings.runs.run import reckon
from models.refused import Refused


def waits_for(session: Session, seen: RatingSeen, act: Act, *, now: datetime) -> str:
    """Return what stands before this step, empty for nothing but doing it."""
    checks: dict[Act, Callable[[], object]] = {
        Act.ASSEMBLY_APPRAISAL: lambda: check_decided(session, seen, reckon(session, seen)),
        Act.PUBLICITY: lambda: check_postable(session, seen),
        Act.UPPER_REVIEW: lambda: check_fileable(session, seen, day_of(now), now=now),
    }
    if act not in checks:
        return ""
    try:
        checks[act]()
    except Refused as error:
        return error.message
    return ""


class Unsettled(NamedTuple):
    """How much of a cycle may still become points: proposals that wait, rolls that are not confirmed."""

    proposals: int
    rolls: int


def unsettled_in(session: Session, seen: RatingSeen, *, now: datetime) -> Unsettled:
    """Count what the branch has still to decide of this cycle. No meeting waits for it; two statements."""
    months = months_of(seen.rating.cycle)
    proposals = select(func.count()).where(
        Proposal.branch_id == seen.branch.id,
        Proposal.state == ProposalState.SUBMITTED,
        Proposal.period.between(months[0], months[-1]),
    )
    rolls = (
        select(func.count())
        .select_from(Roll)
        .join(Gathering, Gathering.id == Roll.gathering_id)
        .join(Org, Org.id == Roll.org_id)
        .where(
            Org.path.startswith(seen.branch.path),
            Roll.confirmed_at.is_(None),
            Gathering.state.not_in((GatheringState.DRAFT, GatheringState.CANCELLED)),
            Gathering.starts_at <= now,
            Gathering.period.between(months[0], months[-1]),
        )
    )
    return Unsettled(session.scalar(proposals) or 0, session.scalar(rolls) or 0)
