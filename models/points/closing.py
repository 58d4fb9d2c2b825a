"""Whether a cycle of a branch is filed: then it takes no entry."""

from sqlalchemy import column, select, table
from sqlalchemy.orm import Session

from models.points.cycle import cycle_words
from models.refused import Refused

# Ratings stand to the right of points; all that is asked of one here is whether its cycle is still open.
RATING = table("rating", column("branch_id"), column("cycle"), column("state"))
CLOSED = ("confirmed", "archived")


def is_closed(session: Session, branch_id: int, cycle: str, *, hold: bool = False) -> bool:
    """Say whether the cycle's rating is filed; `hold` keeps anybody from filing it before the commit."""
    query = select(RATING.c.state).where(RATING.c.branch_id == branch_id, RATING.c.cycle == cycle)
    return session.scalar(query.with_for_update(read=True) if hold else query) in CLOSED


def refuse_closed(cycle: str) -> Refused:
    """Make the refusal of what would change a filed cycle."""
    return Refused("cycle_closed", f"{cycle_words(cycle)}的评定已经备案，积分不能再动；有异议请走复核")
