"""What every page of one rating shows at its head."""

from typing import Any

from handlers.console.ratings.words import STATE_SHAPE
from handlers.edge import current
from handlers.identity import staff
from models.people.org import Org
from models.people.rights import Verb, may
from models.points.cycle import cycle_words
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.rating import DECIDING, RATING_STATE_TEXT


def rating_frame(seen: RatingSeen, *, own: bool) -> dict[str, Any]:
    """Return rating, branch, scheme and state as the templates know them; `own`: of one's own branch."""
    return {
        "rating": seen.rating,
        "org": seen.branch,
        "document": seen.document,
        "title": cycle_words(seen.rating.cycle),
        "state": RATING_STATE_TEXT[seen.rating.state],
        "shape": STATE_SHAPE[seen.rating.state],
        "own": own,
        "leads": may(staff().posts, Verb.RATE, seen.branch.path),
        "deciding": seen.rating.state in DECIDING,
    }


def township_of(org: Org) -> str:
    """Return the name of the committee above a branch, which reviews its rating."""
    session = current().session
    above = session.get(Org, org.parent_id) if org.parent_id else None
    while above is not None and above.kind == "general_branch" and above.parent_id:
        above = session.get(Org, above.parent_id)
    return above.name if above else "上级党委"
