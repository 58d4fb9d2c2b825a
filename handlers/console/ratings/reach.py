"""Which ratings the person behind a request reads, leads through their steps, or files."""

from handlers.edge import current
from handlers.identity import require, staff
from models.people.rights import Verb, may
from models.ratings.procedure.beginning import RatingSeen, rating_seen
from models.ratings.procedure.rating import DECIDING


def rating_read(rating_id: int) -> tuple[RatingSeen, bool]:
    """Return a rating that the person may read, and whether it is their own branch's.

    Refused: not_found, not_yours.
    """
    seen = rating_seen(current().session, rating_id)
    own = may(staff().posts, Verb.SEE_ROSTER, seen.branch.path)
    if not own:
        require(Verb.FILE_RATING, seen.branch)
    return seen, own


def rating_led(rating_id: int) -> RatingSeen:
    """Return a rating that the person leads: the branch's secretary. Refused: not_found, not_yours."""
    seen = rating_seen(current().session, rating_id)
    require(Verb.RATE, seen.branch)
    return seen


def rating_judged(rating_id: int) -> RatingSeen:
    """Return a rating that the person files, returns or lets be done again. Refused: not_found, not_yours."""
    seen = rating_seen(current().session, rating_id)
    require(Verb.FILE_RATING, seen.branch)
    return seen


def shows_results(seen: RatingSeen, *, own: bool) -> bool:
    """Say whether the results are shown: what a branch tries out before its meeting is its own."""
    return own or seen.rating.state not in DECIDING
