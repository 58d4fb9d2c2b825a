"""The hands on a gathering's doors: open to phones, close, show a new code."""

import secrets
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.gatherings.expected import sync_rolls
from models.gatherings.gathering import Gathering, GatheringState, state_at
from models.gatherings.roll import Roll
from models.refused import Refused


def open_gathering(
    session: Session, gathering: Gathering, *, by: int, now: datetime, via: Via = Via.CONSOLE
) -> None:
    """Open to phones by hand, or again after closing, which makes every older code worthless.

    Refused: not_published (a draft), roll_confirmed, cancelled.
    """
    state = state_at(gathering.state, gathering.starts_at, gathering.opened_at, now=now)
    if state is GatheringState.OPEN:
        return
    if state is GatheringState.DRAFT:
        raise Refused("not_published", "还没有发布")
    if state is GatheringState.CANCELLED:
        raise Refused("cancelled", "这次活动取消了")
    confirmed = select(exists().where(Roll.gathering_id == gathering.id, Roll.confirmed_at.is_not(None)))
    if state is GatheringState.CONFIRMED or session.scalar(confirmed):
        raise Refused("roll_confirmed", "有名册已经确认，不能再开放签到")
    if state is GatheringState.CLOSED:
        gathering.hall_salt = secrets.token_bytes(16)
    else:
        sync_rolls(session, gathering)
    gathering.state, gathering.opened_at, gathering.closed_at = GatheringState.OPEN, now, None
    _note(session, "open", gathering, by, via)


def close_gathering(
    session: Session, gathering: Gathering, *, by: int, now: datetime, via: Via = Via.CONSOLE
) -> None:
    """Close to phones; what was seen before still counts. Refused: not_open."""
    state = state_at(gathering.state, gathering.starts_at, gathering.opened_at, now=now)
    if state is not GatheringState.OPEN:
        raise Refused("not_open", "现在没有开放签到")
    gathering.opened_at = gathering.opened_at or gathering.starts_at
    gathering.state, gathering.closed_at = GatheringState.CLOSED, now
    _note(session, "close", gathering, by, via)


def new_code(session: Session, gathering: Gathering, *, by: int) -> None:
    """Make every code shown so far worthless (换一个码). Refused: not_published."""
    if gathering.hall_salt is None:
        raise Refused("not_published", "还没有发布")
    gathering.hall_salt = secrets.token_bytes(16)
    _note(session, "new_code", gathering, by, Via.CONSOLE)


def _note(session: Session, verb: str, gathering: Gathering, by: int, via: Via) -> None:
    after = {"state": gathering.state}
    record(
        session, verb, "gathering", gathering.id, via=via, account_id=by, org_id=gathering.org_id,
        after=after,
    )  # fmt: skip
