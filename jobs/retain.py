"""What is deleted when its time is up."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update

from models.base import Sessions
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.roll import Roll, RollLine
from models.gatherings.screen_link import ScreenLink
from models.notices.event import InboundMessage
from models.people.account import ConsoleSession
from models.people.binding import PhoneSession
from models.people.console import IDLE, LONGEST
from models.people.link_code import LinkCode
from models.people.tries import Tries
from models.planned_run import forget_before

# Which phone signed in whom is needed only while somebody may still ask about it.
PHONES_OF_LINES = timedelta(days=7)
TRIES = timedelta(days=2)  # the longest count of tries is a day's
REPLIES = timedelta(days=7)
RUNS = timedelta(days=30)


def retain(sessions: Sessions, now: datetime) -> int:
    """Delete what is kept for a time only: phones of lines, tries, sessions, codes, replies, planned runs.

    Returns how many lines forgot their phone.
    """
    with sessions.begin() as session:
        confirmed = func.max(Roll.confirmed_at)
        done = (
            select(Roll.gathering_id)
            .group_by(Roll.gathering_id)
            .having(func.count() == func.count(Roll.confirmed_at), confirmed <= now - PHONES_OF_LINES)
        )
        called_off = select(Gathering.id).where(
            Gathering.state == GatheringState.CANCELLED, Gathering.ends_at <= now - PHONES_OF_LINES
        )
        lines = session.execute(
            update(RollLine)
            .where(RollLine.openid_hash.is_not(None), RollLine.gathering_id.in_(done.union(called_off)))
            .values(openid_hash=None)
            .returning(RollLine.member_id)
            .execution_options(synchronize_session=False)
        ).all()
        session.execute(delete(Tries).where(Tries.minute < int((now - TRIES).timestamp()) // 60))
        for once in (PhoneSession, LinkCode, ScreenLink):
            session.execute(delete(once).where(once.expires_at <= now))
        idle = ConsoleSession.seen_at <= now - IDLE
        session.execute(delete(ConsoleSession).where(or_(idle, ConsoleSession.started_at <= now - LONGEST)))
        session.execute(delete(InboundMessage).where(InboundMessage.created_at <= now - REPLIES))
        forget_before(session, now - RUNS)
    return len(lines)
