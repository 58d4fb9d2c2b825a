"""公示: putting the stars of a branch on its board for so many full workdays."""

import re
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import day_of
from models.gatherings.calendar.workdays import after_workdays
from models.ratings.procedure.beginning import RatingSeen, rating_seen
from models.ratings.procedure.procedure import check_next
from models.ratings.procedure.rating import Act, Rating, RatingAct, RatingState
from models.ratings.procedure.step import move_on
from models.ratings.procedure.wording import short_text
from models.ratings.publicity.board import board_of, changed, check_complete, check_same
from models.ratings.publicity.publicity import RatingPublicity
from models.ratings.runs.pool import branches_of, is_pooled
from models.ratings.runs.results import RatingResult
from models.ratings.runs.run import Reckoned, keep_run, last_run, reckon
from models.refused import Refused

PHONE = re.compile(r"[0-9-]{5,20}")
LONGEST_CONTACT = 40


def post_sheet(
    session: Session,
    rating_id: int,
    *,
    posted_on: date,
    contact: str,
    contact_phone: str,
    township_phone: str,
    member_id: int | None = None,
    by: int,
    now: datetime,
) -> RatingPublicity:
    """Note that the sheet was put up on `posted_on`; that day does not count, the workdays after it do.

    `member_id` None: the stars of the whole branch, which takes the step; else the star of one member that
    a recheck changed. Phones are those of offices. Refused: not_found, wrong_step, bad_sheet with `fields`
    posted_on, contact, contact_phone, township_phone; holidays_unknown, pool_open, results_changed,
    not_changed, and what the meeting left undecided.
    """
    seen = rating_seen(session, rating_id, lock=True)
    if member_id is None:
        check_next(session, seen, Act.PUBLICITY)
    elif seen.rating.state is not RatingState.PUBLICISED:
        raise Refused("wrong_step", "全支部的公示还没有办，不用单独公示")
    told = _checked(session, seen, posted_on, (contact, contact_phone, township_phone), now=now)
    check_postable(session, seen)
    _run_of_township(session, seen, by=by, now=now)
    if member_id is not None and member_id not in board_of(session, seen).changed:
        raise Refused("not_changed", "这位同志的星级没有变化，不用重新公示")
    sheet = _sheet(session, seen, posted_on, told, member_id, by=by, now=now)
    if member_id is None:
        move_on(session, seen, _act(seen, sheet))
    else:
        record(
            session, "post_sheet", "rating", rating_id, via=Via.CONSOLE, account_id=by,
            org_id=seen.branch.id, after={"sheet": sheet.id, "member": member_id},
        )  # fmt: skip
    return sheet


def check_postable(session: Session, seen: RatingSeen) -> Reckoned:
    """Refuse to put up what a meeting has not decided, or the ledger no longer says; return what it says.

    The run that gives the township's seats is made with the sheet: there only totals, grades and what they
    lead to must be those of the meeting. Refused: as `check_same`.
    """
    if not is_pooled(seen.document):
        return check_same(session, seen)
    reckoned = check_complete(session, seen)
    run = last_run(session, seen.rating.id)
    query = select(RatingResult.member_id, RatingResult.total, RatingResult.grade, RatingResult.star_by_band)
    kept = session.execute(query.where(RatingResult.run_id == (run and run.id))).all()
    if set(kept) != {(one.member_id, one.total, one.grade, one.star_by_band) for one in reckoned.results}:
        raise changed()
    return reckoned


def _sheet(
    session: Session,
    seen: RatingSeen,
    posted_on: date,
    told: tuple[str, str, str],
    member_id: int | None,
    *,
    by: int,
    now: datetime,
) -> RatingPublicity:
    workdays = seen.document.publicity_workdays
    ends_on = _last_workday(session, posted_on, workdays)
    run = last_run(session, seen.rating.id)
    sheet = RatingPublicity(
        rating_id=seen.rating.id, run_id=run and run.id, member_id=member_id, posted_on=posted_on,
        workdays=workdays, ends_on=ends_on, contact=told[0], contact_phone=told[1],
        township_phone=told[2], account_id=by, acted_at=now,
    )  # fmt: skip
    session.add(sheet)
    session.flush()
    return sheet


def _act(seen: RatingSeen, sheet: RatingPublicity) -> RatingAct:
    return RatingAct(
        rating_id=seen.rating.id, act=Act.PUBLICITY, held_on=sheet.posted_on, run_id=sheet.run_id,
        account_id=sheet.account_id, acted_at=sheet.acted_at,
    )  # fmt: skip


def _run_of_township(session: Session, seen: RatingSeen, *, by: int, now: datetime) -> None:
    """Make the run that gives the township's seats, once all its branches have appraised."""
    if not is_pooled(seen.document):
        return
    reckoned, last = reckon(session, seen), last_run(session, seen.rating.id)
    if not reckoned.pool_open and last is not None and last.sha != reckoned.sha:
        keep_run(session, seen, reckoned, by=by, now=now)


def _checked(
    session: Session, seen: RatingSeen, posted_on: date, told: tuple[str, str, str], *, now: datetime
) -> tuple[str, str, str]:
    wrong = {}
    if posted_on > day_of(now):
        wrong["posted_on"] = "张贴的日期还没有到，请核对"
    elif posted_on < (known := _known_on(session, seen)):
        wrong["posted_on"] = f"星级 {known.month}月{known.day}日才定下来，张贴的日期早于这一天，请核对"
    contact, *phones = (short_text(one) for one in told)
    if not 1 <= len(contact) <= LONGEST_CONTACT:
        wrong["contact"] = f"请写联系人，最多 {LONGEST_CONTACT} 个字"
    for name, phone in zip(("contact_phone", "township_phone"), phones, strict=True):
        if PHONE.fullmatch(phone) is None:
            wrong[name] = "请写办公电话，只用数字和短横，例如 0391-3550123"
    if wrong:
        raise Refused("bad_sheet", "有几处要改：" + "；".join(wrong.values()), fields=wrong)
    return contact, phones[0], phones[1]


def _known_on(session: Session, seen: RatingSeen) -> date:
    """Return since which day the stars are known: that of the last meeting, or of a recheck."""
    ratings = select(Rating.id).where(
        Rating.cycle == seen.rating.cycle, Rating.branch_id.in_(branches_of(session, seen))
    )
    query = select(func.max(RatingAct.held_on)).where(
        or_(
            and_(RatingAct.act == Act.ASSEMBLY_APPRAISAL, RatingAct.rating_id.in_(ratings)),
            and_(RatingAct.act == Act.RECHECK, RatingAct.rating_id == seen.rating.id),
        )
    )
    return session.scalar(query) or seen.first_day


def _last_workday(session: Session, posted_on: date, workdays: int) -> date:
    """Count the full workdays after a day. Refused: holidays_unknown: an end is never guessed."""
    ends_on, known = after_workdays(session, posted_on, workdays)
    if not known:
        words = f"{posted_on.year} 年或下一年的放假安排还没有录入，算不出公示到哪一天；请上级先录入"
        raise Refused("holidays_unknown", words)
    return ends_on
