"""Appealing (申请复核): once from the branch's answer to the township's, once more to the zone's."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Via
from models.clock import day_of, long_day
from models.gatherings.calendar.workdays import after_workdays
from models.people.said import Filing
from models.points.entry import PointEntry
from models.ratings.objections.answerers import Makers
from models.ratings.objections.objection import Desk, Objection, ObjectionState
from models.ratings.objections.raising import check_recorder, objection_held, take_in, tidy_words
from models.refused import Refused

APPEAL_WORKDAYS = 10  # from the day on which the answer reached the person
ANSWERED = (ObjectionState.UPHELD, ObjectionState.REJECTED)
ABOVE = {Desk.BRANCH: Desk.TOWNSHIP, Desk.TOWNSHIP: Desk.ZONE}


def reached_on(objection: Objection) -> date | None:
    """Return the day on which an answer reached the person: on a phone at once, by word once told."""
    if objection.answered_at is None or objection.recorded_by is not None:
        return objection.told_on
    return day_of(objection.answered_at)


def appeal_until(session: Session, objection: Objection) -> date | None:
    """Return the last day to appeal, None while the answer has not reached the person.

    None too as long as the holidays until then are not entered: nobody is shut out by a guess.
    """
    reached = reached_on(objection)
    if reached is None:
        return None
    last, known = after_workdays(session, reached, APPEAL_WORKDAYS)
    return last if known else None


def appeal(
    session: Session, objection_id: int, *, member_id: int, said: str, filing: Filing | None, via: Via,
    now: datetime,
) -> Objection:  # fmt: skip
    """Ask those above to look again, once for each answer; another hand answers.

    An entry that an answer took away is gone, so there is nothing left to appeal. Refused: bad_objection with
    `fields`, not_found, not_answered, answer_final, appealed, appeal_closed (the last day in words),
    own_entry.
    """
    said = tidy_words(said, "said", "请说一说为什么不同意")
    answered = objection_held(session, objection_id)
    if answered.member_id != member_id:
        raise Refused("not_found", "没有找到这件异议")
    if answered.state not in ANSWERED:
        raise Refused("not_answered", "还没有答复，请等一等")
    if answered.desk not in ABOVE:
        raise Refused("answer_final", "示范区已经复核过，这是最后的答复")
    if is_settled(session, answered):
        raise Refused("answer_final", "已经照您说的改了，没有要复核的")
    if session.scalar(select(Objection.id).where(Objection.appeals == objection_id)) is not None:
        raise Refused("appealed", "已经申请过复核了，不用再申请")
    last = appeal_until(session, answered)
    if last is not None and day_of(now) > last:
        raise Refused("appeal_closed", f"申请复核最后一天是{long_day(last)}，已经过了")
    check_recorder(Makers(frozenset(filter(None, [answered.answered_by])), frozenset()), filing)
    objection = Objection(
        branch_id=answered.branch_id, member_id=member_id, entry_id=answered.entry_id,
        rating_id=answered.rating_id, appeals=objection_id, desk=ABOVE[answered.desk], said=said,
    )  # fmt: skip
    return take_in(session, objection, filing=filing, via=via, now=now)


def is_settled(session: Session, answered: Objection) -> bool:
    """Say whether the answer took a proposal's entry away, which is all that could be asked."""
    if answered.state is not ObjectionState.UPHELD or answered.entry_id is None:
        return False
    return session.get_one(PointEntry, answered.entry_id).gathering_id is None
