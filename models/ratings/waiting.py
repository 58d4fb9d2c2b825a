"""What the next step of a rating waits for, in the words with which it would be refused."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from models.clock import day_of
from models.ratings.beginning import RatingSeen
from models.ratings.decided import check_decided
from models.ratings.filing import check_fileable
from models.ratings.publicising import check_postable
from models.ratings.rating import Act
from models.ratings.running import reckon
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
