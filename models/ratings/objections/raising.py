"""Objecting (提出异议): to an entry of one's own, or to one's star while it is on the board."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import day_of, long_day
from models.gatherings.calendar.workdays import after_workdays
from models.people.member import Member
from models.people.said import Filing, Said, hand_of, readable
from models.points.closing import rated_in
from models.points.cycle import cycle_words
from models.points.entry import PointEntry
from models.ratings.objections.answerers import NOBODY, Makers, makers_of, makers_of_entries, makers_of_stars
from models.ratings.objections.objection import Objection, ObjectionState
from models.ratings.procedure.rating import DONE, Act, Rating, RatingAct, RatingState
from models.ratings.publicity.publicity import RatingPublicity
from models.ratings.runs.results import RatingResult, RatingRun
from models.refused import Refused

ANSWER_WORKDAYS = 15  # within which every objection is answered
LONGEST_SAID = 200  # characters, of what is said and of what is found
MOST_A_DAY = 10  # objections and appeals by one member's phone, those taken back included
A_DAY = timedelta(days=1)


def receipt_of(objection: Objection) -> str:
    """Return the number by which an objection is spoken of: 2026-0037."""
    return f"{day_of(objection.asked_at).year}-{objection.id:04d}"


def object_to(
    session: Session, *, member_id: int, entry_id: int | None = None, rating_id: int | None = None,
    said: str, filing: Filing | None, via: Via, now: datetime,
) -> Objection:  # fmt: skip
    """Take in a member's objection to an entry, or with `rating_id` to the star that is on the board.

    Whoever stands behind what is disputed writes it down only from a paper of the member's own. Refused:
    bad_objection with `fields`, not_found, reversed_already, is_reversal, not_publicised, objection_closed
    (with the last day in words), objection_open, objection_answered, own_entry, too_many_tries.
    """
    said = tidy_words(said, "said", "请说一说哪里不对")
    if (entry_id is None) == (rating_id is None):
        words = "请选一条记分，或者星级，一次说一件"
        raise Refused("bad_objection", words, fields={"entry_id": words})
    if entry_id is not None:
        branch_id = _entry_open(session, member_id, entry_id)
        makers = makers_of_entries(session, [entry_id]).get(entry_id, NOBODY)
    else:
        star = (rating_id or 0, member_id)
        branch_id = _star_open(session, *star, now=now)
        makers = makers_of_stars(session, [star]).get(star, NOBODY)
    check_recorder(makers, filing)
    _check_first(session, member_id, entry_id, rating_id)
    objection = Objection(
        branch_id=branch_id, member_id=member_id, entry_id=entry_id, rating_id=rating_id, said=said
    )
    return take_in(session, objection, filing=filing, via=via, now=now)


def take_in(
    session: Session, objection: Objection, *, filing: Filing | None, via: Via, now: datetime
) -> Objection:
    """Store a new objection or appeal with its day, and note it. Refused: too_many_tries."""
    if filing is None:
        _check_flood(session, objection.member_id, now)
    objection.recorded_by, objection.how = filing or (None, None)
    objection.asked_at = now
    objection.due_on, _ = after_workdays(session, day_of(now), ANSWER_WORKDAYS)
    session.add(objection)
    session.flush()
    after = {"entry": objection.entry_id, "rating": objection.rating_id, "appeals": objection.appeals}
    note(session, "object", objection, via, hand_of(filing, objection.member_id), after)
    return objection


def _check_flood(session: Session, member_id: int, now: datetime) -> None:
    """Bound what one phone writes in a day: said and taken back over and over, it would bury the rest."""
    # Held, so that many sent at once are counted one after the other.
    session.execute(select(Member.id).where(Member.id == member_id).with_for_update(key_share=True))
    sent = select(func.count()).where(
        Objection.member_id == member_id,
        Objection.recorded_by.is_(None),
        Objection.asked_at > now - A_DAY,
    )
    if (session.scalar(sent) or 0) >= MOST_A_DAY:
        words = f"一天最多用手机提 {MOST_A_DAY} 件，请明天再提，或者请支部代录"
        raise Refused("too_many_tries", words, retry_after=int(A_DAY.total_seconds()))


def tidy_words(words: str, field: str, missing: str) -> str:
    """Return a text as it is stored, 2 to 200 characters. Refused: bad_objection with `fields`."""
    words = readable(words)
    if not 2 <= len(words) <= LONGEST_SAID:
        said = f"{missing}，2 到 {LONGEST_SAID} 个字"
        raise Refused("bad_objection", said, fields={field: said})
    return words


def check_recorder(makers: Makers, filing: Filing | None) -> None:
    """Let another hand write it down, or copy a paper of the member's own. Refused: own_entry."""
    if filing is not None and filing.account_id in makers.accounts and filing.how is not Said.PAPER:
        raise Refused(
            "own_entry", "这一条是您经手的，口头说的请别的同志代录；本人写了纸条的，选“纸条”可以照录"
        )


def note(
    session: Session, verb: str, of: Objection, via: Via, hand: Mapping[str, Any], after: dict[str, Any]
) -> None:
    """Log an act on an objection, without what was said."""
    record(session, verb, "objection", of.id, via=via, org_id=of.branch_id, after=after, **hand)


def closing_day(session: Session, rating: Rating) -> date | None:
    """Return the day on which a rating was filed, until when its entries could be disputed."""
    query = select(func.max(RatingAct.held_on)).where(RatingAct.rating_id == rating.id)
    return session.scalar(query.where(RatingAct.act == Act.UPPER_REVIEW))


def rating_around(session: Session, entry: PointEntry, *, lock: bool = False) -> Rating | None:
    """Return the rating in which an entry counts, if begun; `lock` keeps it from being filed.

    That of the branch which rates the member: perhaps not the one that posted the entry.
    """
    homes = rated_in([entry.member_id], entry.period)
    here = and_(Rating.branch_id == homes.c.branch_id, Rating.cycle == homes.c.cycle)
    query = select(Rating).join(homes, here).order_by(Rating.state.in_(DONE).desc()).limit(1)
    if lock:
        query = query.with_for_update(read=True, of=Rating).execution_options(populate_existing=True)
    return session.scalar(query)


def _entry_open(session: Session, member_id: int, entry_id: int) -> int:
    """Return the branch of an entry that can be disputed: until the rating of its cycle is filed."""
    entry = session.get(PointEntry, entry_id)
    if entry is None or entry.member_id != member_id:
        raise Refused("not_found", "没有找到这一条记分")
    rating = rating_around(session, entry, lock=True)
    if rating is not None and rating.state in DONE:
        last = closing_day(session, rating)
        until = f"最后一天是{long_day(last)}" if last else "已经截止"
        raise Refused("objection_closed", f"{cycle_words(rating.cycle)}的评定已经备案，提异议{until}")
    if is_undone(session, entry_id):
        raise Refused("reversed_already", "这一条已经冲回，不计分了，不用再提")
    if entry.reverses is not None and entry.gathering_id is None:
        raise Refused("is_reversal", "这一条是冲回。原来的事该记分的，请重新申报")
    return entry.branch_id


def is_undone(session: Session, entry_id: int) -> bool:
    """Say whether an entry was taken back by a reversal."""
    return session.scalar(select(PointEntry.id).where(PointEntry.reverses == entry_id)) is not None


def _star_open(session: Session, rating_id: int, member_id: int, *, now: datetime) -> int:
    """Return the branch of a star that is on the board today."""
    query = select(Rating).where(Rating.id == rating_id)
    rating = session.scalar(query.with_for_update(read=True).execution_options(populate_existing=True))
    if rating is None or not _is_rated(session, rating_id, member_id):
        raise Refused("not_found", "没有找到本人的星级")
    last = board_until(session, rating_id, member_id)
    if last is None or rating.state not in (RatingState.PUBLICISED, *DONE):
        raise Refused("not_publicised", "星级还没有公示，公示以后才能提")
    if rating.state in DONE or day_of(now) > last:
        raise Refused("objection_closed", f"公示已经结束，提异议最后一天是{long_day(last)}")
    return rating.branch_id


def board_until(session: Session, rating_id: int, member_id: int) -> date | None:
    """Return the last day on which this member's star is on the board, None if it never was."""
    sheet = RatingPublicity.member_id
    query = select(func.max(RatingPublicity.ends_on))
    return session.scalar(
        query.where(RatingPublicity.rating_id == rating_id, or_(sheet.is_(None), sheet == member_id))
    )


def _is_rated(session: Session, rating_id: int, member_id: int) -> bool:
    runs = select(RatingRun.id).where(RatingRun.rating_id == rating_id)
    result = select(RatingResult.run_id).where(
        RatingResult.member_id == member_id, RatingResult.run_id.in_(runs)
    )
    return session.scalar(result.limit(1)) is not None


def _check_first(session: Session, member_id: int, entry_id: int | None, rating_id: int | None) -> None:
    """Let no second objection to the same thing go on; after a no there is the appeal.

    A star that an answer changed is on the board anew, and so is the right to object to it.
    """
    query = select(Objection.state).where(
        Objection.member_id == member_id,
        Objection.entry_id == entry_id if entry_id else Objection.rating_id == rating_id,
        Objection.state != ObjectionState.WITHDRAWN,
    )
    state = session.scalar(query.order_by(Objection.id.desc()).limit(1))
    if state is ObjectionState.SUBMITTED:
        raise Refused("objection_open", "已经提过了，正在办理，不用再提")
    if state is ObjectionState.REJECTED:
        raise Refused("objection_answered", "这一件已经答复过，不同意可以申请复核，不用重新提")


def objection_held(session: Session, objection_id: int) -> Objection:
    """Return an objection, locked against every other hand. Refused: not_found."""
    objection = session.get(Objection, objection_id, with_for_update=True, populate_existing=True)
    if objection is None:
        raise Refused("not_found", "没有找到这件异议")
    return objection


def withdraw_objection(
    session: Session, objection_id: int, *, member_id: int, filing: Filing | None, via: Via
) -> Objection:
    """Take back what is not answered yet; it may be raised again.

    Whoever stands behind what is disputed does so only from a paper of the member's own, as in object_to.
    Refused: not_found, not_waiting, own_entry.
    """
    objection = objection_held(session, objection_id)
    if objection.member_id != member_id:
        raise Refused("not_found", "没有找到这件异议")
    if objection.state is not ObjectionState.SUBMITTED:
        raise Refused("not_waiting", "已经答复过了，或者本人撤回了")
    check_recorder(makers_of(session, objection), filing)
    objection.state = ObjectionState.WITHDRAWN
    session.flush()
    note(session, "withdraw_objection", objection, via, hand_of(filing, member_id), {})
    return objection
