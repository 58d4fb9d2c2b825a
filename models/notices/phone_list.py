"""How far a notice has come, and who is left for somebody to telephone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, aliased

from models.audit import Via, record
from models.gatherings.marks import surname_order
from models.keyring import Keyring
from models.notices.delivery import Delivery, DeliveryState
from models.notices.notice import Notice
from models.notices.reason import reason_text
from models.people.account import Account
from models.people.member import Member
from models.people.org import Org
from models.refused import Refused

ON_LIST = (DeliveryState.PHONE_LIST, DeliveryState.PHONED)
# Somebody may also be told while WeChat's answer is still out.
MAY_PHONE = (DeliveryState.PHONE_LIST, DeliveryState.UNKNOWN)


@dataclass(frozen=True)
class Sums:
    """How many of the audience stand where; `audience` is the sum of `counts`."""

    audience: int
    counts: Counter[DeliveryState]


@dataclass(frozen=True)
class PhoneRow:
    """One person to telephone, or told already; `phone` is their own, `family_phone` a relative's."""

    delivery_id: int
    member_id: int
    name: str
    branch_id: int
    group_id: int | None
    group_name: str | None
    phone: str | None
    family_phone: str | None
    at_home: bool
    reason: str
    phoned_at: datetime | None
    phoned_by: str | None


def sums_of(session: Session, gathering_id: int) -> Sums:
    """Count the newest notice of a gathering by state; all zero before publishing."""
    query = select(Delivery.state, func.count()).where(
        Delivery.notice_id == _newest_notice(session, gathering_id)
    )
    counts = Counter(dict(session.execute(query.group_by(Delivery.state)).all()))
    return Sums(counts.total(), counts)


def phone_list(
    session: Session, keyring: Keyring, gathering_id: int, *, org_ids: Sequence[int], by: int
) -> list[PhoneRow]:
    """Return whom to telephone about the newest notice, by group and in surname order, the told included.

    `org_ids` are the branches or groups whose people the reader may telephone. Opening the list leaves one
    row in the log. Rule: numbers are readable on the phone list of one's own branch or group only.
    """
    group = aliased(Org)
    rows = session.execute(
        select(Delivery, Member, group.name, Account.name)
        .join(Member, Member.id == Delivery.member_id)
        .outerjoin(group, group.id == Member.group_id)
        .outerjoin(Account, Account.id == Delivery.phoned_by)
        .where(
            Delivery.notice_id == _newest_notice(session, gathering_id),
            Delivery.state.in_(ON_LIST),
            or_(Member.branch_id.in_(org_ids), Member.group_id.in_(org_ids)),
        )
    ).all()
    record(
        session,
        "open_phone_list",
        "gathering",
        gathering_id,
        via=Via.CONSOLE,
        account_id=by,
        after={"purpose": "notice", "orgs": list(org_ids), "rows": len(rows)},
    )
    people = [_row(keyring, *row) for row in rows]
    return sorted(
        people, key=lambda one: (one.branch_id, one.group_id or 0, surname_order(one.name), one.member_id)
    )


def mark_phoned(
    session: Session, delivery_id: int, *, org_ids: Sequence[int], by: int, now: datetime
) -> None:
    """Tick 已告知 once; a second tick keeps the first one's time and hand.

    Refused: not_found for rows outside `org_ids`, not_on_phone_list.
    """
    mine = select(Member.id).where(or_(Member.branch_id.in_(org_ids), Member.group_id.in_(org_ids)))
    seen = (Delivery.id == delivery_id, Delivery.member_id.in_(mine))
    told = session.execute(
        update(Delivery)
        .where(*seen, Delivery.state.in_(MAY_PHONE))
        .values(state=DeliveryState.PHONED, phoned_at=now, phoned_by=by)
        .returning(Delivery.member_id)
        .execution_options(synchronize_session=False)
    ).first()
    if told is not None:
        record(session, "phoned", "delivery", delivery_id, via=Via.CONSOLE, account_id=by)
        return
    state = session.scalar(select(Delivery.state).where(*seen))
    if state is None:
        raise Refused("not_found", "没有找到这一行")
    if state is not DeliveryState.PHONED:
        raise Refused("not_on_phone_list", "这位同志不在电话名单上")


def _newest_notice(session: Session, gathering_id: int) -> int | None:
    query = select(Notice.id).where(Notice.gathering_id == gathering_id)
    return session.scalar(query.order_by(Notice.published_at.desc(), Notice.id.desc()).limit(1))


def _row(
    keyring: Keyring, delivery: Delivery, member: Member, group_name: str | None, caller: str | None
) -> PhoneRow:
    return PhoneRow(
        delivery_id=delivery.id,
        member_id=member.id,
        name=member.name,
        branch_id=member.branch_id,
        group_id=member.group_id,
        group_name=group_name,
        phone=keyring.unseal(member.phone_box) if member.phone_box else None,
        family_phone=keyring.unseal(member.family_phone_box) if member.family_phone_box else None,
        at_home=delivery.at_home,
        reason=reason_text(delivery.reason),
        phoned_at=delivery.phoned_at,
        phoned_by=caller,
    )
