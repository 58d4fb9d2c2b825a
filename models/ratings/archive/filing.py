"""What the level above does with a rating: files it, sends it back, lets it be done again."""

from datetime import date, datetime

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from models.clock import day_of, long_day
from models.points.cycle import months_of
from models.points.entry import PointEntry
from models.ratings.archive.filing_hands import check_filer
from models.ratings.archive.freeze import freeze
from models.ratings.objections.objection import Objection, ObjectionState
from models.ratings.procedure.beginning import RatingSeen, rating_seen
from models.ratings.procedure.procedure import check_next, step_of
from models.ratings.procedure.rating import DONE, Act, Rating, RatingAct, RatingState
from models.ratings.procedure.step import move_on
from models.ratings.procedure.wording import paper_of, reason_of
from models.ratings.publicity.board import check_hung, check_same
from models.ratings.runs.results import RatingResult
from models.ratings.runs.run import Reckoned, last_run
from models.refused import Refused


def file_rating(
    session: Session, rating_id: int, *, document: str, filed_on: date, by: int, now: datetime
) -> Rating:
    """File a rating under a paper's number and date: it is confirmed and frozen, and its cycle is closed.

    Refused: not_found, wrong_step, own_entry (somebody else files), document_missing and bad_step with
    `fields`, and all that `check_fileable` refuses.
    """
    seen = rating_seen(session, rating_id, lock=True)
    done = check_next(session, seen, Act.UPPER_REVIEW)
    check_filer(session, seen, by, now=now)
    number = paper_of(document)
    earliest = max(one.held_on for one in done.values())
    if not earliest <= filed_on <= day_of(now):
        told = f"应当不早于 {long_day(earliest)}，不晚于今天"
        raise Refused("bad_step", f"备案的日期{told}", fields={"filed_on": told})
    reckoned = check_fileable(session, seen, filed_on, now=now)
    run = last_run(session, rating_id)
    act = RatingAct(
        rating_id=rating_id, act=Act.UPPER_REVIEW, held_on=filed_on, body="party_committee",
        document=number, run_id=run and run.id, account_id=by, acted_at=now,
    )  # fmt: skip
    move_on(session, seen, act)
    freeze(session, seen, reckoned, by=by, now=now)
    return seen.rating


def check_fileable(session: Session, seen: RatingSeen, day: date, *, now: datetime) -> Reckoned:
    """Refuse to file what is not ripe; return what was reckoned. `day`: the paper's.

    Refused: too_early with `opens_on` (the cycle still runs), sheet_missing, publicity_running,
    objections_open, pool_open, results_changed, and what the meeting left undecided.
    """
    if day_of(now) <= seen.last_day:
        last = seen.last_day
        words = f"这一期到 {long_day(last)}，过了这一天再备案"
        raise Refused("too_early", words, opens_on=last.isoformat())
    if step_of(seen.document, Act.PUBLICITY) is not None:
        check_hung(session, seen, day, now=now)
    _check_no_objection(session, seen)
    return check_same(session, seen)


def return_rating(session: Session, rating_id: int, reason: str, *, by: int, now: datetime) -> Rating:
    """Send a rating that is not yet filed back to its branch: the meeting appraises again.

    Refused: not_found, wrong_step, reason_missing.
    """
    seen = rating_seen(session, rating_id, lock=True)
    if seen.rating.state not in (RatingState.APPRAISED, RatingState.PUBLICISED):
        raise Refused("wrong_step", "会议评议以后、备案以前才能退回")
    _back(session, seen, Act.RETURN, reason_of(reason, "退回"), None, by=by, now=now)
    return seen.rating


def reopen_rating(
    session: Session, rating_id: int, *, reason: str, document: str, by: int, now: datetime
) -> Rating:
    """Let a filed rating be done again on a paper of the level above; what was frozen stays.

    Refused: not_found, wrong_step, reason_missing, document_missing.
    """
    seen = rating_seen(session, rating_id, lock=True)
    if seen.rating.state not in DONE:
        raise Refused("wrong_step", "还没有备案，不用重新评定，可以退回")
    told, number = reason_of(reason, "重新评定"), paper_of(document)
    _back(session, seen, Act.REOPEN, told, number, by=by, now=now)
    return seen.rating


def archive_rating(session: Session, rating_id: int, *, by: int, now: datetime) -> Rating:
    """Note that the papers of a filed rating are in the archive. Refused: not_found, wrong_step."""
    seen = rating_seen(session, rating_id, lock=True)
    check_next(session, seen, Act.ARCHIVE)
    act = RatingAct(rating_id=rating_id, act=Act.ARCHIVE, held_on=day_of(now), account_id=by, acted_at=now)
    move_on(session, seen, act)
    return seen.rating


def _back(
    session: Session, seen: RatingSeen, act: Act, reason: str, document: str | None, *, by: int, now: datetime
) -> None:
    row = RatingAct(
        rating_id=seen.rating.id, act=act, held_on=day_of(now), reason=reason, document=document,
        account_id=by, acted_at=now,
    )  # fmt: skip
    move_on(session, seen, row)


def _check_no_objection(session: Session, seen: RatingSeen) -> None:
    run, months = last_run(session, seen.rating.id), months_of(seen.rating.cycle)
    rated = select(RatingResult.member_id).where(RatingResult.run_id == (run.id if run else None))
    about_entry = and_(
        PointEntry.id == Objection.entry_id,
        # By its month: a branch that somebody left may be rated by cycles of another length.
        PointEntry.period.between(months[0], months[-1]),
        Objection.member_id.in_(rated),
    )
    waiting = exists().where(
        Objection.state == ObjectionState.SUBMITTED,
        or_(Objection.rating_id == seen.rating.id, exists().where(about_entry)),
    )
    if session.scalar(select(waiting)):
        raise Refused("objections_open", "还有异议在办理，答复以后再备案")
