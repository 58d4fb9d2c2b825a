"""What happens to gatherings by the clock: opening, closing, and the roster followed until then."""

from datetime import datetime

from sqlalchemy import select

from models.audit import Via, record
from models.base import Sessions
from models.gatherings.expected import sync_rolls
from models.gatherings.gathering import TO_COME, Gathering, GatheringState, closes_at, opens_at, state_at
from models.gatherings.plan import gathering_seen
from models.notices.publish import add_joiners


def open_due(sessions: Sessions, now: datetime) -> int:
    """Follow the roster of every published gathering, and write down that its time to open has come.

    Phones need not wait for this: the state in force goes by the clock. Returns how many opened.
    """
    return sum(_follow_or_open(sessions, one, now) for one in _ids(sessions, GatheringState.PUBLISHED))


def _follow_or_open(sessions: Sessions, gathering_id: int, now: datetime) -> bool:
    with sessions.begin() as session:
        gathering = gathering_seen(session, gathering_id, lock=True)
        if gathering.state is not GatheringState.PUBLISHED:
            return False
        sync_rolls(session, gathering)
        add_joiners(session, gathering, now=now)
        if now < opens_at(gathering.starts_at):
            return False
        gathering.state, gathering.opened_at = GatheringState.OPEN, opens_at(gathering.starts_at)
        record(session, "open", "gathering", gathering.id, via=Via.JOB, org_id=gathering.org_id)
        return True


def close_gatherings(sessions: Sessions, now: datetime) -> int:
    """Close what was left open at midnight; return how many."""
    ids = _ids(sessions, *TO_COME)
    return sum(_close(sessions, one, now) for one in ids)


def _close(sessions: Sessions, gathering_id: int, now: datetime) -> bool:
    with sessions.begin() as session:
        gathering = gathering_seen(session, gathering_id, lock=True)
        starts_at, opened_at = gathering.starts_at, gathering.opened_at
        left_open = gathering.state in TO_COME
        state = state_at(gathering.state, starts_at, opened_at, now=now)
        if not left_open or state is not GatheringState.CLOSED:
            return False
        gathering.state, gathering.opened_at = GatheringState.CLOSED, opened_at or opens_at(starts_at)
        gathering.closed_at = closes_at(starts_at, opened_at)
        record(session, "close", "gathering", gathering.id, via=Via.JOB, org_id=gathering.org_id)
        return True


def _ids(sessions: Sessions, *states: GatheringState) -> list[int]:
    with sessions() as session:
        query = select(Gathering.id).where(Gathering.state.in_(states)).order_by(Gathering.id)
        return list(session.scalars(query))
