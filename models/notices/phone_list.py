"""Who is left for somebody to telephone about a message, and who was told so."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from models.audit import Via, record
from models.gatherings.marks import surname_order
from models.keyring import Keyring
from models.notices.delivery import Delivery, DeliveryState
from models.notices.notice import TO_EVERYBODY, Notice, NoticeKind
from models.notices.reason import Reason, reason_text
from models.people.account import Account
from models.people.member import Member
from models.people.org import Org
from models.refused import Refused

ON_LIST = (DeliveryState.PHONE_LIST, DeliveryState.PHONED)
# Somebody may also be told while WeChat's answer is still out.
MAY_PHONE = (DeliveryState.PHONE_LIST, DeliveryState.UNKNOWN)


@dataclass(frozen=True)
class Sums:
    """How many of the audience stand where, and why; `audience` is the sum of `counts`."""

    audience: int
    counts: Counter[DeliveryState]
    reasons: Counter[tuple[DeliveryState, str]]


class Message(NamedTuple):
    """One message of a gathering that some of these people are telephoned about; `to_phone` are left."""

    notice_id: int
    kind: NoticeKind
    version: int
    published_at: datetime
    to_phone: int


@dataclass(frozen=True)
class PhoneRow:
    """One person to telephone, or told already; `phone` is their own, `family_phone` a relative's.

    `joined_year` only where two on the list share a name.
    """

    delivery_id: int
    member_id: int
    name: str
    joined_year: int | None
    branch_id: int
    group_id: int | None
    group_name: str | None
    phone: str | None
    family_phone: str | None
    at_home: bool
    reason: str
    phoned_at: datetime | None
    phoned_by: str | None


class Tick(NamedTuple):
    """Whether one person was told by telephone: when, and by whom."""

    delivery_id: int
    name: str
    phoned_at: datetime | None
    phoned_by: str | None


def newest_message(session: Session, gathering_id: int) -> Notice | None:
    """Return the newest message that everybody is to hear of: the notice or a change; None before it."""
    query = select(Notice).where(Notice.gathering_id == gathering_id, Notice.kind.in_(TO_EVERYBODY))
    return session.scalar(query.order_by(Notice.published_at.desc(), Notice.id.desc()).limit(1))


def _theirs(org_ids: Sequence[int]) -> ColumnElement[bool]:
    return or_(Member.branch_id.in_(org_ids), Member.group_id.in_(org_ids))


def messages_of(session: Session, gathering_id: int, *, org_ids: Sequence[int]) -> list[Message]:
    """Return the messages with people of these branches or groups on the phone list, the newest first."""
    to_phone = func.count().filter(Delivery.state == DeliveryState.PHONE_LIST)
    rows = session.execute(
        select(Notice.id, Notice.kind, Notice.version, Notice.published_at, to_phone)
        .join(Delivery, Delivery.notice_id == Notice.id)
        .join(Member, Member.id == Delivery.member_id)
        .where(
            Notice.gathering_id == gathering_id,
            Notice.kind != NoticeKind.PROMPT,
            Delivery.state.in_(ON_LIST),
            _theirs(org_ids),
        )
        .group_by(Notice.id)
        .order_by(Notice.published_at.desc(), Notice.id.desc())
    ).all()
    found = [Message(*row) for row in rows]
    # What a change has overtaken nobody is told any more.
    changes = [n for n, one in enumerate(found) if one.kind is NoticeKind.CHANGE]
    return found[: changes[0] + 1] if changes else found


def sums_of(
    session: Session,
    gathering_id: int,
    *,
    notice_id: int | None = None,
    org_ids: Sequence[int] | None = None,
) -> Sums:
    """Count a message of a gathering by state, the newest unless named; all zero before publishing.

    `org_ids` limits it to the people of these branches or groups.
    """
    if notice_id is None:
        newest = newest_message(session, gathering_id)
        notice_id = newest.id if newest else 0
    query = select(Delivery.state, func.coalesce(Delivery.reason, ""), func.count()).where(
        Delivery.notice_id == notice_id
    )
    if org_ids is not None:
        query = query.join(Member, Member.id == Delivery.member_id).where(_theirs(org_ids))
    counts, reasons = Counter[DeliveryState](), Counter[tuple[DeliveryState, str]]()
    for state, reason, number in session.execute(query.group_by(Delivery.state, Delivery.reason)):
        counts[state] += number
        reasons[state, reason] += number
    return Sums(counts.total(), counts, reasons)


def phone_list(
    session: Session, keyring: Keyring, gathering_id: int, *, notice_id: int | None = None,
    org_ids: Sequence[int], by: int, via: Via = Via.CONSOLE,
) -> list[PhoneRow]:  # fmt: skip
    """Return whom to telephone about a message, by group and in surname order, the told included.

    The newest message unless one is named. `org_ids` are the branches or groups whose people the reader may
    telephone. Opening the list leaves one row in the log. Rule: numbers are readable on the phone list of
    one's own branch or group only.
    """
    notice = session.get(Notice, notice_id) if notice_id else newest_message(session, gathering_id)
    group = aliased(Org)
    rows = session.execute(
        select(Delivery, Member, group.name, Account.name)
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Member, Member.id == Delivery.member_id)
        .outerjoin(group, group.id == Member.group_id)
        .outerjoin(Account, Account.id == Delivery.phoned_by)
        .where(
            Notice.id == (notice.id if notice else None),
            Notice.gathering_id == gathering_id,
            Delivery.state.in_(ON_LIST),
            _theirs(org_ids),
        )
    ).all()
    record(
        session,
        "open_phone_list",
        "gathering",
        gathering_id,
        via=via,
        account_id=by,
        after={"purpose": notice.kind if notice else "none", "orgs": list(org_ids), "rows": len(rows)},
    )
    names = Counter(member.name for _, member, _, _ in rows)
    people = [_row(keyring, *row, names[row[1].name] > 1) for row in rows]
    return sorted(
        people, key=lambda one: (one.branch_id, one.group_id or 0, surname_order(one.name), one.member_id)
    )


def _row(
    keyring: Keyring,
    delivery: Delivery,
    member: Member,
    group_name: str | None,
    caller: str | None,
    has_namesake: bool,
) -> PhoneRow:
    return PhoneRow(
        delivery_id=delivery.id,
        member_id=member.id,
        name=member.name,
        joined_year=member.joined_on.year if has_namesake and member.joined_on else None,
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


def mark_phoned(
    session: Session, delivery_id: int, *, org_ids: Sequence[int], by: int, via: Via = Via.CONSOLE,
    now: datetime,
) -> None:  # fmt: skip
    """Tick 已告知 once; a second tick keeps the first one's time and hand.

    Refused: not_found for rows outside `org_ids`, not_on_phone_list.
    """
    told: dict[str, Any] = {"state": DeliveryState.PHONED, "phoned_at": now, "phoned_by": by}
    if not _moved(session, delivery_id, org_ids, MAY_PHONE, told):
        _expect(session, delivery_id, org_ids, DeliveryState.PHONED)
        return
    record(session, "phoned", "delivery", delivery_id, via=via, account_id=by)


def unmark_phoned(
    session: Session, delivery_id: int, *, org_ids: Sequence[int], by: int, via: Via = Via.CONSOLE
) -> None:
    """Take a tick back (撤销): somebody has yet to telephone. Taking it back again changes nothing.

    Refused: not_found for rows outside `org_ids`, not_on_phone_list.
    """
    untold = {
        "state": DeliveryState.PHONE_LIST,
        "phoned_at": None,
        "phoned_by": None,
        # Whoever was told while WeChat's answer was out is still in doubt.
        "reason": func.coalesce(Delivery.reason, Reason.MAYBE.value),
    }
    if not _moved(session, delivery_id, org_ids, (DeliveryState.PHONED,), untold):
        _expect(session, delivery_id, org_ids, DeliveryState.PHONE_LIST)
        return
    record(session, "not_phoned", "delivery", delivery_id, via=via, account_id=by)


def tick_of(session: Session, delivery_id: int) -> Tick:
    """Return the tick of one row, after `mark_phoned` or `unmark_phoned` let it be seen."""
    row = session.execute(
        select(Delivery.id, Member.name, Delivery.phoned_at, Account.name)
        .join(Member, Member.id == Delivery.member_id)
        .outerjoin(Account, Account.id == Delivery.phoned_by)
        .where(Delivery.id == delivery_id)
    ).one()
    return Tick(*row)


def _mine(delivery_id: int, org_ids: Sequence[int]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Delivery.id == delivery_id, Delivery.member_id.in_(select(Member.id).where(_theirs(org_ids)))


def _moved(
    session: Session,
    delivery_id: int,
    org_ids: Sequence[int],
    before: Sequence[DeliveryState],
    values: dict[str, Any],
) -> bool:
    """Change one row of one's own people if it stands in one of these states; say whether it did."""
    done = session.execute(
        update(Delivery)
        .where(*_mine(delivery_id, org_ids), Delivery.state.in_(before))
        .values(values)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).first()
    return done is not None


def _expect(session: Session, delivery_id: int, org_ids: Sequence[int], wanted: DeliveryState) -> None:
    state = session.scalar(select(Delivery.state).where(*_mine(delivery_id, org_ids)))
    if state is None:
        raise Refused("not_found", "没有找到这一行")
    if state is not wanted:
        raise Refused("not_on_phone_list", "这位同志不在电话名单上")
