"""Answering an objection: the finding, and where it is upheld the correction, in one act."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Via
from models.clock import day_of
from models.gatherings.roll import STATUS_TEXT, Roll, RollLine, Status
from models.gatherings.roll_head import roll_seen
from models.people.member import Member
from models.people.member_move import branch_on
from models.people.org import Org
from models.people.request import check_waits, held
from models.people.said import Said
from models.points.closing import KINDS, refuse_closed
from models.points.cycle import cycle_of, last_day_of
from models.points.entry import PointEntry
from models.points.posting import amend_roll
from models.points.proposal import Proposal
from models.points.reversal import reverse_entry
from models.points.schemes.published import document_of
from models.points.schemes.use import scheme_for
from models.ratings.objections.answerers import check_hand, hands_of
from models.ratings.objections.objection import Objection, ObjectionState
from models.ratings.objections.raising import (
    is_undone,
    note,
    rating_around,
    receipt_of,
    tidy_words,
)
from models.ratings.procedure.rating import DONE, Rating, RatingState
from models.ratings.procedure.recheck import recheck_rating
from models.ratings.runs.results import RatingResult
from models.ratings.runs.run import last_run
from models.ratings.statement.statement import statement_of
from models.refused import Refused

# From the meeting's step on a run stands, which an answer can change only by running it again.
RUN_STANDS = (RatingState.APPRAISED, RatingState.PUBLICISED)


class Standing(NamedTuple):
    """What a member has in the disputed cycle: the total, and the star once a meeting's run stands."""

    total: Decimal | None
    star: int | None


class Answer(NamedTuple):
    """Whether an objection is upheld, what was found, and for a roll what it should say."""

    uphold: bool
    finding: str
    status: Status | None = None


class Change(NamedTuple):
    """What an answer would do, before it is sent."""

    before: Standing
    after: Standing


def answer_objection(
    session: Session, objection_id: int, answer: Answer, *, by: int, via: Via, now: datetime
) -> Objection:
    """Answer an objection once, with what was found; upheld, the correction is made in the same act.

    An entry of a roll: the roll is amended to the answer's status, with the objection's number as reason. An
    entry of a proposal: it is reversed. A star, or an entry whose rating has been appraised: the rating is
    rechecked.
    Refused: bad_objection with `fields`, not_found, not_waiting, own_entry, not_your_desk, cycle_closed,
    nothing_changed, and what the correction refuses.
    """
    finding = tidy_words(answer.finding, "finding", "请写核实的情况")
    seen = session.get(Objection, objection_id)
    entry = session.get_one(PointEntry, seen.entry_id) if seen is not None and seen.entry_id else None
    roll_id = _hold_ground(session, entry) if entry is not None and answer.uphold else None
    objection = held(session, Objection, objection_id)
    check_waits(objection)
    hands = hands_of(session, [objection], now=now)[objection.id]
    check_hand(hands, by)
    before = standing_of(session, objection, now=now)
    if answer.uphold:
        _correct(session, objection, entry, roll_id, answer.status, by=by, via=via, now=now)
    after = standing_of(session, objection, now=now) if answer.uphold else before
    if answer.uphold and objection.rating_id is not None and after == before:
        raise Refused("nothing_changed", "重新计算以后没有变化。请先更正有误的那一条，再答复属实")
    objection.state = ObjectionState.UPHELD if answer.uphold else ObjectionState.REJECTED
    objection.desk, objection.finding = hands.desk, finding
    objection.answered_by, objection.answered_at = by, now
    objection.total_before, objection.star_before = before
    objection.total_after, objection.star_after = after
    session.flush()
    told = {"state": objection.state, "desk": objection.desk, "status": answer.status if roll_id else None}
    note(session, "answer_objection", objection, via, {"account_id": by}, told)
    return objection


def look_ahead(
    session: Session, objection_id: int, answer: Answer, *, by: int, via: Via, now: datetime
) -> Change:
    """Try an answer out and undo it: the numbers are those that sending would store. Refused: as sending."""
    trial = session.begin_nested()
    try:
        answered = answer_objection(session, objection_id, answer, by=by, via=via, now=now)
        return Change(
            Standing(answered.total_before, answered.star_before),
            Standing(answered.total_after, answered.star_after),
        )
    finally:
        trial.rollback()


def standing_of(session: Session, objection: Objection, *, now: datetime) -> Standing:
    """Return what the member has now in the cycle that the objection is about."""
    rating, cycle = _rating_of(session, objection)
    run = last_run(session, rating.id) if rating is not None and rating.state in RUN_STANDS else None
    if run is not None:
        result = session.get(RatingResult, (run.id, objection.member_id))
        return Standing(result.total, result.star_final) if result else Standing(None, None)
    statement = statement_of(session, objection.member_id, cycle=cycle, now=now)
    balance = statement.balance if statement else None
    return Standing(None if balance is None or balance.is_outside else balance.total, None)


def result_disputed(session: Session, objection: Objection) -> RatingResult | None:
    """Return the latest result of a disputed star, with its parts and reasons; None for an entry."""
    run = last_run(session, objection.rating_id) if objection.rating_id is not None else None
    return session.get(RatingResult, (run.id, objection.member_id)) if run is not None else None


def _rating_of(session: Session, objection: Objection) -> tuple[Rating | None, str]:
    """Return the rating an objection touches, if begun, and its cycle."""
    if objection.rating_id is not None:
        rating = session.get_one(Rating, objection.rating_id, populate_existing=True)
        return rating, rating.cycle
    entry = session.get_one(PointEntry, objection.entry_id)
    begun = rating_around(session, entry)
    return begun, begun.cycle if begun is not None else _cycle_of(session, entry)


def _cycle_of(session: Session, entry: PointEntry) -> str:
    """Return the cycle in which an entry counts, by the scheme of the branch that rates the member.

    Perhaps not the one it was posted in: a branch that somebody moved to may be rated by longer ones.
    """
    for cycle in (entry.cycle, *(cycle_of(kind, entry.period) for kind in KINDS)):
        home = Org.id == branch_on(last_day_of(cycle))
        branch = session.scalars(select(Org).join(Member, home).where(Member.id == entry.member_id)).one()
        scheme = scheme_for(session, branch, entry.period)
        if scheme is not None and cycle_of(document_of(scheme.document).cycle, entry.period) == cycle:
            return cycle
    return entry.cycle


def _hold_ground(session: Session, entry: PointEntry) -> int | None:
    """Lock what an entry came from, and return its roll; None for a proposal's.

    Before objection and rating: whoever amends the roll or takes the entry back waits at the same place.
    """
    if entry.gathering_id is None:
        session.get(Proposal, entry.proposal_id, with_for_update=True, populate_existing=True)
        return None
    of_member = RollLine.gathering_id == entry.gathering_id, RollLine.member_id == entry.member_id
    query = select(Roll.id).join(RollLine, RollLine.roll_id == Roll.id).where(*of_member)
    roll_id = session.scalars(query).one()
    roll_seen(session, roll_id, lock=True)
    return roll_id


def _correct(
    session: Session, objection: Objection, entry: PointEntry | None, roll_id: int | None,
    status: Status | None, *, by: int, via: Via, now: datetime,
) -> None:  # fmt: skip
    """Put right what was found wrong, then reckon the rating again where the meeting has appraised."""
    reason = f"异议 {receipt_of(objection)} 核实后更正"
    rating, cycle = _rating_of(session, objection)
    if rating is not None:
        # At once as strongly as the recheck needs it: two that begin weaker would wait for each other.
        session.refresh(rating, with_for_update=True)
        if rating.state in DONE:
            raise refuse_closed(cycle)
    if entry is not None and status is None and objection.appeals is None and is_undone(session, entry.id):
        # Somebody put it right while it waited: there is nothing left to correct.
        entry = None
    if entry is not None and roll_id is not None:
        if status is None:
            words = "请选名册上应当记成什么"
            raise Refused("bad_objection", words, fields={"status": words})
        try:
            amend_roll(session, roll_id, {entry.member_id: status}, reason=reason, by=by, now=now, via=via)
        except Refused as error:
            if error.code != "nothing_changed":
                raise
            said = f"名册上已经记的是{STATUS_TEXT[status]}"
            raise Refused("nothing_changed", said, fields={"status": said}) from None
    elif entry is not None:
        reverse_entry(session, entry.id, reason=reason, by=by, via=via)
    if rating is not None and rating.state in RUN_STANDS:
        recheck_rating(session, rating.id, reason=reason, by=by, now=now)


def tell_answer(
    session: Session, objection_id: int, how: Said, told_on: date | None, *, by: int, via: Via, now: datetime
) -> None:
    """Keep how and when an answer reached somebody without a phone; the days to appeal run from there.

    Refused: not_found, not_answered, not_waiting (told already), bad_objection with `fields`.
    """
    objection = held(session, Objection, objection_id)
    if objection.answered_at is None:
        raise Refused("not_answered", "还没有答复，先不用告诉本人")
    if objection.told_on is not None:
        raise Refused("not_waiting", "已经记过告诉本人了")
    words = ""
    if told_on is None:
        words = "请写哪天告诉的"
    elif told_on > day_of(now) or told_on < day_of(objection.answered_at):
        words = "要在答复的那天到今天之间"
    if words:
        raise Refused("bad_objection", words, fields={"told_on": words})
    objection.told_how, objection.told_on = how, told_on
    session.flush()
    note(session, "tell_answer", objection, via, {"account_id": by}, {"told_how": how})
