"""The reminder of the day before: one for each gathering, to those whom a channel reaches."""

from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from models.gatherings.gathering import TO_COME, Gathering
from models.gatherings.plan import gathering_seen, taking_part
from models.gatherings.roll import Leave, LeaveState, RollLine, Status
from models.notices.audience import Channels, audience_of
from models.notices.dispatch import dispatch, write_notice
from models.notices.notice import TO_EVERYBODY, Notice, NoticeKind
from models.notices.quiet import first_loud
from models.notices.words import Words, facts, joined
from models.people.org import Org

BEFORE = timedelta(hours=24)
# Later than this it would reach people on their way.
AT_LEAST = timedelta(hours=2)


def to_remind(session: Session, *, now: datetime) -> list[int]:
    """Return the gatherings that begin within a day and were not reminded of yet."""
    reminded = exists().where(Notice.gathering_id == Gathering.id, Notice.kind == NoticeKind.REMINDER)
    query = select(Gathering.id).where(
        Gathering.state.in_(TO_COME),
        Gathering.starts_at >= now + AT_LEAST,
        Gathering.starts_at <= now + BEFORE,
        ~reminded,
    )
    return list(session.scalars(query.order_by(Gathering.id)))


def remind(session: Session, gathering_id: int, channels: Channels, *, now: datetime) -> bool:
    """Remind those expected who have no leave, once, whatever becomes of the gathering; return whether.

    Nobody phones about a reminder. Whoever was told within the last day before the start, by a notice or a
    change, is not reminded as well.
    """
    gathering = gathering_seen(session, gathering_id, lock=True)
    if gathering_id not in to_remind(session, now=now):
        return False
    told = select(func.max(Notice.published_at)).where(Notice.kind.in_(TO_EVERYBODY))
    told_at = session.scalar(told.where(Notice.gathering_id == gathering_id))
    if told_at is None or first_loud(told_at) > gathering.starts_at - BEFORE:
        return False
    host = session.get_one(Org, gathering.org_id)
    words = reminder_words(gathering, host.name)
    notice = write_notice(session, gathering, NoticeKind.REMINDER, words, by=None, now=now, version=1)
    audience = audience_of(
        session, taking_part(session, gathering_id), channels=channels, now=gathering.starts_at
    )
    expected = _expected(session, gathering_id)
    people = [
        one for one in audience.recipients if one.channel and not one.at_home and one.member_id in expected
    ]
    dispatch(session, gathering, notice, people, now=now)
    return True


def reminder_words(gathering: Gathering, host: str) -> dict[str, Words]:
    """Return the values of the reminder; alike for everybody."""
    bring = f"带{gathering.bring}" if gathering.bring else ""
    told = facts(gathering, host, before="提醒：") | {"note": joined(bring, "来不了请告诉支部", "不用回复")}
    return {"member": told, "at_home": told}


def _expected(session: Session, gathering_id: int) -> set[int]:
    """Return who stands on a roll, is still awaited and has no leave."""
    on_leave = exists().where(
        Leave.gathering_id == RollLine.gathering_id,
        Leave.member_id == RollLine.member_id,
        Leave.state == LeaveState.APPROVED,
    )
    query = select(RollLine.member_id).where(
        RollLine.gathering_id == gathering_id,
        RollLine.roll_id.is_not(None),
        RollLine.status == Status.UNRECORDED,
        ~on_leave,
    )
    return set(session.scalars(query))
