"""The head of a roll: which gathering and organisation it belongs to, and whether it may be written on."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.roll import Amendment, Roll, RollLine
from models.people.account import Account
from models.people.org import Org
from models.refused import Refused

HEADS = (
    select(Roll, Gathering, Org)
    .join(Gathering, Gathering.id == Roll.gathering_id)
    .join(Org, Org.id == Roll.org_id)
)
# Built once: they are asked at each step on a roll.
_SEEN = HEADS.where(Roll.id == bindparam("roll"))
_LOCKED = _SEEN.with_for_update(of=Roll).execution_options(populate_existing=True)


class RollHead(NamedTuple):
    """A roll with the gathering and the organisation it belongs to."""

    roll: Roll
    gathering: Gathering
    org: Org


def roll_seen(session: Session, roll_id: int, *, lock: bool = False) -> RollHead:
    """Return one roll, locked against confirmations and check-ins if asked. Refused: not_found."""
    row = session.execute(_LOCKED if lock else _SEEN, {"roll": roll_id}).first()
    if row is None:
        raise Refused("not_found", "没有找到这份名册")
    return RollHead(*row)


def check_held(gathering: Gathering) -> None:
    """Let go on what needs a gathering that is published and stands. Refused: not_published, cancelled."""
    if gathering.state is GatheringState.DRAFT:
        raise Refused("not_published", "还没有发布")
    if gathering.state is GatheringState.CANCELLED:
        raise Refused("cancelled", "这次活动取消了")


def line_held(session: Session, roll_id: int, member_id: int) -> tuple[RollHead, RollLine]:
    """Return one line of a roll, locked, whether or not the roll is confirmed.

    Refused: not_found, not_published, cancelled, not_on_roll.
    """
    head = roll_seen(session, roll_id)
    check_held(head.gathering)
    query = select(RollLine).where(RollLine.roll_id == roll_id, RollLine.member_id == member_id)
    line = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if line is None:
        raise Refused("not_on_roll", "名册上没有这位同志")
    return head, line


class Correction(NamedTuple):
    """One correction of a confirmed roll, as its page shows it."""

    revision: int
    reason: str
    name: str
    at: datetime


def amendments_of(session: Session, roll_id: int) -> list[Correction]:
    """Return the corrections of a roll, the newest first."""
    rows = session.execute(
        select(Amendment.revision, Amendment.reason, Account.name, Amendment.created_at)
        .join(Account, Account.id == Amendment.account_id)
        .where(Amendment.roll_id == roll_id)
        .order_by(Amendment.revision.desc())
    )
    return [Correction(*row) for row in rows.all()]
