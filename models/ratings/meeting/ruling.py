"""What a meeting decides beside the grades: one level up or down, and seats that a tie left open."""

from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import day_of, long_day
from models.ratings.meeting.decision import Ruling, RulingKind
from models.ratings.procedure.beginning import RatingSeen, rating_seen
from models.ratings.procedure.rating import DECIDING
from models.ratings.procedure.wording import reason_of
from models.ratings.runs.branch_facts import on_roster
from models.ratings.runs.run import reckon
from models.refused import Refused


def rule(
    session: Session,
    rating_id: int,
    member_id: int,
    kind: RulingKind,
    star: int | None = None,
    *,
    reason: str,
    decided_on: date,
    by: int,
    now: datetime,
) -> Ruling:
    """Write down what the meeting decided about one member, with its reason.

    RAISE and LOWER move the star by one level where the scheme lets meetings do so, as far as ceilings and
    seats allow; SEAT gives a seat of `star` to one of those whom the calculation left equal. Another
    decision about the same member takes the place of the earlier one. Refused: not_found, wrong_step,
    reason_missing, bad_step with `fields` decided_on, adjust_not_allowed, no_tie.
    """
    seen = _open(session, rating_id)
    told = reason_of(reason, "评定")
    _check_ruling(session, seen, member_id, kind, decided_on, now=now)
    if kind is RulingKind.SEAT and star not in {quota.star for quota in seen.document.quotas}:
        raise Refused("no_tie", "这个星级没有要会议评定的名额")
    row = session.get(Ruling, (rating_id, member_id))
    if row is None:
        row = Ruling(rating_id=rating_id, member_id=member_id)
        session.add(row)
    row.kind, row.star, row.reason = kind, star if kind is RulingKind.SEAT else None, told
    row.decided_on, row.account_id, row.written_at = decided_on, by, now
    session.flush()
    if kind is RulingKind.SEAT:
        _check_seated(session, seen, member_id)
    record(
        session, "rule", "rating", rating_id, via=Via.CONSOLE, account_id=by, org_id=seen.branch.id,
        after={"member": member_id, "kind": kind},
    )  # fmt: skip
    return row


def unrule(session: Session, rating_id: int, member_id: int, *, by: int) -> None:
    """Take back what was written about one member. Refused: not_found, wrong_step."""
    seen = _open(session, rating_id)
    query = delete(Ruling).where(Ruling.rating_id == rating_id, Ruling.member_id == member_id)
    if session.scalar(query.returning(Ruling.member_id)) is None:
        raise Refused("not_found", "没有登记过对这位同志的评定")
    record(
        session, "unrule", "rating", rating_id, via=Via.CONSOLE, account_id=by, org_id=seen.branch.id,
        after={"member": member_id},
    )  # fmt: skip


def _open(session: Session, rating_id: int) -> RatingSeen:
    seen = rating_seen(session, rating_id, lock=True)
    if seen.rating.state not in DECIDING:
        raise Refused("wrong_step", "会议已经评议过了，决定不能再改；要改请上级先退回")
    return seen


def _check_ruling(
    session: Session, seen: RatingSeen, member_id: int, kind: RulingKind, decided_on: date, *, now: datetime
) -> None:
    first = seen.first_day
    if not first <= decided_on <= day_of(now):
        words = f"会议的日期应当不早于 {long_day(first)}，不晚于今天"
        raise Refused("bad_step", words, fields={"decided_on": words})
    if kind is not RulingKind.SEAT and not seen.document.meeting_adjust:
        raise Refused("adjust_not_allowed", "这一版积分办法没有让会议调整星级")
    if not any(member.id == member_id for member in on_roster(session, [seen.branch.id], seen.last_day)):
        raise Refused("not_found", "这个支部的名册上没有这位同志")


def _check_seated(session: Session, seen: RatingSeen, member_id: int) -> None:
    """Refuse a seat that the calculation did not leave open. Refused: no_tie."""
    own = next(one for one in reckon(session, seen).results if one.member_id == member_id)
    if not any(reason.code == "meeting_seat" for reason in own.reasons):
        raise Refused("no_tie", "这位同志不在条件相同、等会议评定的名单里，或者名额已经评满")
