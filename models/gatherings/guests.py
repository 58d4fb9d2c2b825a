"""Guests: members of other branches who sign in as observers, each on a line that hangs on no roll."""

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple, cast

from sqlalchemy import LargeBinary, Table, and_, bindparam, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from models.clock import day_of
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.marks import surname_order
from models.gatherings.roll import Roll, RollLine, Status
from models.gatherings.roll_head import RollHead
from models.people.member import Member
from models.people.org import Org, tree_order
from models.refused import Refused

Home, Taking, HostsRoll = aliased(Org), aliased(Org), aliased(Roll)


class Guest(NamedTuple):
    """One guest of a gathering as its host reads it."""

    member_id: int
    name: str
    branch: str


class GuestSeat(NamedTuple):
    """One gathering of another branch that a member sat in on, as the own branch reads it."""

    held_on: date
    host: str

    @property
    def remark(self) -> str:
        """Say it on the roll: 11月25日在石桥村列席."""
        return f"{self.held_on.month}月{self.held_on.day}日在{self.host.removesuffix('党支部')}列席"


# Whose branch, or a group of it, has a roll there is no guest: the own branch records them.
_OWN = exists().where(
    Roll.gathering_id == Gathering.id,
    Taking.id == Roll.org_id,
    or_(Home.path.startswith(Taking.path), Taking.path.startswith(Home.path)),
)
# Takes its turn with confirmations and cancellations, which hold the gathering.
_ADMIT = (
    select(Gathering.id)
    .join(Member, and_(Member.id == bindparam("member"), Member.left_on.is_(None)))
    .join(Home, Home.id == Member.branch_id)
    .where(Gathering.id == bindparam("gathering"), Gathering.guests, ~_OWN)
    .with_for_update(read=True, of=Gathering)
)
_LINE = {
    "gathering_id": Gathering.id,
    "member_id": bindparam("member", type_=RollLine.member_id.type),
    "status": literal(Status.OBSERVER.value),
    "checked_in_at": bindparam("at", type_=RollLine.checked_in_at.type),
    "checked_in_via": bindparam("way", type_=RollLine.checked_in_via.type),
    "openid_hash": bindparam("phone", type_=LargeBinary()),
}
_HOSTS_ROLL = exists().where(HostsRoll.gathering_id == Gathering.id, HostsRoll.org_id == Gathering.org_id)
# Until the host's roll is confirmed; where the host only called others together, until the last of theirs is.
_UNDER_WAY = exists().where(
    Roll.gathering_id == Gathering.id,
    Roll.confirmed_at.is_(None),
    or_(Roll.org_id == Gathering.org_id, ~_HOSTS_ROLL),
)
_SEAT = (
    insert(cast(Table, RollLine.__table__))
    .from_select(
        list(_LINE), select(*_LINE.values()).where(Gathering.id == bindparam("gathering"), _UNDER_WAY)
    )
    # On either unique index: of two taps of one guest at once, the second may come upon the phone's first.
    .on_conflict_do_nothing()
    .returning(RollLine.status)
)
_WHOSE_PHONE = select(RollLine.member_id).where(
    RollLine.gathering_id == bindparam("gathering"), RollLine.openid_hash == bindparam("phone")
)
PHONE_USED = "这部手机已为一位同志签到，另一位请找支部登记"


def admits(session: Session, gathering_id: int, member_id: int) -> bool:
    """Return whether this member comes there as a guest: guests are admitted and no roll is the member's."""
    keys = {"gathering": gathering_id, "member": member_id}
    return session.connection().scalar(_ADMIT, keys) is not None


def seat_guest(session: Session, line: dict[str, Any]) -> Status | None:
    """Add the guest's line, the first time among any number of taps; None if it is not written.

    Refused: phone_used. Call it after `admits`, which locks. `line` names gathering, member, at, way, phone.
    """
    status = session.connection().scalar(_SEAT, line)
    if status is None and session.connection().scalar(_WHOSE_PHONE, line) not in (None, line["member"]):
        raise Refused("phone_used", PHONE_USED)
    return status


def guests_of(session: Session, gathering_id: int) -> list[Guest]:
    """Return who came as a guest, by branch and in surname order; for the host's staff alone."""
    rows = session.execute(
        select(Member.id, Member.name, Org)
        .join(RollLine, RollLine.member_id == Member.id)
        .join(Org, Org.id == Member.branch_id)
        .where(RollLine.gathering_id == gathering_id, RollLine.roll_id.is_(None))
    ).all()
    rows = sorted(rows, key=lambda row: (tree_order(row[2]), surname_order(row[1]), row[0]))
    return [Guest(member_id, name, branch.name) for member_id, name, branch in rows]


def guests_on(session: Session, head: RollHead) -> int:
    """Return how many guests a roll's room holds beside its lines: the host's; none on a partner's roll."""
    it = head.gathering
    return guests_number(session, it.id) if it.guests and it.org_id == head.org.id else 0


def guests_number(session: Session, gathering_id: int) -> int:
    """Return how many came to a gathering as guests, without a name."""
    query = select(func.count()).where(RollLine.gathering_id == gathering_id, RollLine.roll_id.is_(None))
    return int(session.scalar(query) or 0)


def guest_seats(session: Session, member_ids: Collection[int], period: str) -> dict[int, list[GuestSeat]]:
    """Return member id -> what they sat in on elsewhere in this month (YYYY-MM), by day. One statement.

    Rule: the own branch sees the proof.
    """
    rows = session.execute(
        select(RollLine.member_id, Gathering.starts_at, Org.name)
        .join(Gathering, Gathering.id == RollLine.gathering_id)
        .join(Org, Org.id == Gathering.org_id)
        .where(
            RollLine.member_id.in_(member_ids),
            RollLine.roll_id.is_(None),
            Gathering.period == period,
            Gathering.state != GatheringState.CANCELLED,
        )
        .order_by(Gathering.starts_at, Gathering.id)
    )
    seats: dict[int, list[GuestSeat]] = {}
    for member_id, starts_at, host in rows:
        seats.setdefault(member_id, []).append(GuestSeat(day_of(starts_at), host))
    return seats
