"""What of a rating is on the board: which stars, until when, and which a recheck has changed since."""

from collections import defaultdict
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.clock import day_of, long_day
from models.ratings.meeting.undecided import check_decided
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.procedure import acts_done
from models.ratings.procedure.rating import DONE, Act, Rating
from models.ratings.publicity.publicity import RatingPublicity
from models.ratings.runs.results import RatingResult, RatingRun
from models.ratings.runs.run import Reckoned, last_run, reckon
from models.refused import Refused


class Posted(NamedTuple):
    """A star as it was last put up, and the last full workday it hangs there."""

    star: int | None
    ends_on: date


class Board(NamedTuple):
    """Sheets since the rating last came back, member -> what hangs, and whose star is another by now."""

    sheets: tuple[RatingPublicity, ...]
    posted: dict[int, Posted]
    changed: frozenset[int]

    @property
    def ends_on(self) -> date | None:
        """Return the last day on which anything hangs, None before the first sheet."""
        return max((one.ends_on for one in self.posted.values()), default=None)


def board_of(session: Session, seen: RatingSeen) -> Board:
    """Return what hangs on the board and what would have to be put up again. Four statements."""
    meeting = acts_done(session, seen.rating.id).get(Act.ASSEMBLY_APPRAISAL)
    run = last_run(session, seen.rating.id)
    if meeting is None or meeting.run_id is None or run is None:
        return Board((), {}, frozenset())
    query = select(RatingPublicity).where(
        RatingPublicity.rating_id == seen.rating.id, RatingPublicity.run_id >= meeting.run_id
    )
    sheets = tuple(session.scalars(query.order_by(RatingPublicity.id)))
    stars = _stars(session, {run.id, *(sheet.run_id for sheet in sheets)})
    posted: dict[int, Posted] = {}
    for sheet in sheets:
        own = stars[sheet.run_id]
        for member_id in [sheet.member_id] if sheet.member_id else own:
            posted[member_id] = Posted(own.get(member_id), sheet.ends_on)
    changed = frozenset(
        member_id
        for member_id, star in stars[run.id].items()
        if sheets and star != (posted[member_id].star if member_id in posted else None)
    )
    return Board(sheets, posted, changed)


def check_same(session: Session, seen: RatingSeen) -> Reckoned:
    """Reckon again and hold it against the last run; nothing is filed that the ledger no longer says.

    Return what was reckoned. Refused: pool_open, results_changed, and what `check_decided` refuses.
    """
    reckoned = check_complete(session, seen)
    run = last_run(session, seen.rating.id)
    if run is None or run.sha != reckoned.sha:
        raise changed()
    return reckoned


def check_complete(session: Session, seen: RatingSeen) -> Reckoned:
    """Reckon again and refuse what other branches, or a meeting, have still to decide; return it.

    Refused: pool_open, and what `check_decided` refuses.
    """
    reckoned = reckon(session, seen)
    if reckoned.pool_open:
        raise Refused("pool_open", "星级名额由全镇统一安排，要等各支部都评议了再办")
    check_decided(session, seen, reckoned)
    _check_filed(session, seen, reckoned)
    return reckoned


def _check_filed(session: Session, seen: RatingSeen, reckoned: Reckoned) -> None:
    """Refuse what would give a seat of the township twice: a filed branch keeps its stars until reopened."""
    last = (
        select(func.max(RatingRun.id))
        .join(Rating, Rating.id == RatingRun.rating_id)
        .where(
            Rating.branch_id.in_({one.branch for one in reckoned.others}),
            Rating.cycle == seen.rating.cycle,
            Rating.state.in_(DONE),
        )
        .group_by(RatingRun.rating_id)
    )
    filed = _stars(session, set(session.scalars(last))) if reckoned.others else {}
    now = {one.member_id: one.star_final for one in reckoned.others}
    if any(star != now.get(member_id) for stars in filed.values() for member_id, star in stars.items()):
        raise Refused("pool_open", "同镇已备案支部的星级会跟着变，请上级先对那些支部办重新评定，再办这一步")


def changed() -> Refused:
    """Make the refusal of what the ledger no longer says."""
    return Refused("results_changed", "会议以后积分或名册有变化，请先写明原因复核，再办这一步")


def check_hung(session: Session, seen: RatingSeen, day: date, *, now: datetime) -> None:
    """Refuse to go on while anything hangs, or a changed star was not put up. `day`: that typed for the act.

    Refused: sheet_missing, publicity_running with `ends_on`.
    """
    board = board_of(session, seen)
    if board.ends_on is None or board.changed:
        raise Refused("sheet_missing", "有星级还没有公示，请先公示满规定的工作日")
    if min(day, day_of(now)) <= board.ends_on:
        until = board.ends_on
        words = f"公示到 {long_day(until)}，期满以后再办"
        raise Refused("publicity_running", words, ends_on=until.isoformat())


def _stars(session: Session, run_ids: set[int]) -> dict[int, dict[int, int | None]]:
    query = select(RatingResult.run_id, RatingResult.member_id, RatingResult.star_final).where(
        RatingResult.run_id.in_(run_ids)
    )
    stars: dict[int, dict[int, int | None]] = defaultdict(dict)
    for run_id, member_id, star in session.execute(query):
        stars[run_id][member_id] = star
    return stars
