"""复核: after the meeting results change only by a new run, with the reason and the old one kept."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.clock import day_of
from models.ratings.procedure.beginning import rating_seen
from models.ratings.procedure.rating import Act, RatingAct, RatingState
from models.ratings.procedure.step import move_on
from models.ratings.procedure.wording import reason_of
from models.ratings.runs.results import RatingRun
from models.ratings.runs.run import keep_run, reckon
from models.refused import Refused


def recheck_rating(session: Session, rating_id: int, *, reason: str, by: int, now: datetime) -> RatingRun:
    """Run a rating again between its meeting and its filing, e.g. after an objection was upheld.

    A star that is another now is put up again for its member (`board_of(...).changed`).
    Refused: not_found, wrong_step, reason_missing, and what the calculation refuses.
    """
    seen = rating_seen(session, rating_id, lock=True)
    if seen.rating.state not in (RatingState.APPRAISED, RatingState.PUBLICISED):
        raise Refused("wrong_step", "会议评议以后、备案以前才能复核")
    told = reason_of(reason, "复核")
    run = keep_run(session, seen, reckon(session, seen), by=by, now=now)
    act = RatingAct(
        rating_id=rating_id, act=Act.RECHECK, held_on=day_of(now), reason=told, run_id=run.id,
        account_id=by, acted_at=now,
    )  # fmt: skip
    move_on(session, seen, act)
    return run
