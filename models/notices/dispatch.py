"""Sending a notice out: one delivery for each person, and taking back what has not gone yet."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.gatherings.gathering import Gathering
from models.notices.audience import Recipient
from models.notices.delivery import Delivery, DeliveryState
from models.notices.month_limit import full_this_month
from models.notices.notice import Notice, NoticeKind
from models.notices.quiet import quiet_until
from models.notices.reason import Reason

UNSENT = (DeliveryState.QUEUED, DeliveryState.HELD)
ROWS_AT_ONCE = 1000
# Where somebody goes who has had the month's messages.
OVER_LIMIT = {
    NoticeKind.NOTICE: DeliveryState.PHONE_LIST,
    NoticeKind.REMINDER: DeliveryState.DROPPED,
    NoticeKind.PROMPT: DeliveryState.DROPPED,
}


class Published(NamedTuple):
    """How many messages go out at once, wait for the morning, or are left to a telephone call."""

    queued: int
    held: int
    phone_list: int


def take_back(session: Session, gathering_id: int) -> set[int]:
    """Cancel what has not gone out; return the members of the frozen audience."""
    about_it = select(Notice.id).where(Notice.gathering_id == gathering_id, Notice.kind != NoticeKind.PROMPT)
    # With a first sending in doubt the message may be on the phone: its own rules end it.
    unsent = and_(Delivery.state.in_(UNSENT), Delivery.first_sent_at.is_(None))
    session.execute(
        update(Delivery)
        .where(Delivery.notice_id.in_(about_it), or_(unsent, Delivery.state == DeliveryState.FAILED))
        .values(state=DeliveryState.CANCELLED)
        .execution_options(synchronize_session=False)
    )
    return set(session.scalars(select(Delivery.member_id).where(Delivery.notice_id.in_(about_it))))


def write_notice(
    session: Session,
    gathering: Gathering,
    kind: NoticeKind,
    words: dict[str, dict[str, str]],
    *,
    by: int | None,
    now: datetime,
    version: int | None = None,
) -> Notice:
    """Keep the words of one event of a gathering. `by` is None for what the clock writes.

    `version` is the gathering's own unless given.
    """
    notice = Notice(
        gathering_id=gathering.id,
        kind=kind,
        version=version or gathering.version,
        texts=words,
        published_at=now,
        published_by=by,
    )
    session.add(notice)
    session.flush()
    return notice


def dispatch(
    session: Session,
    gathering: Gathering,
    notice: Notice,
    people: Iterable[Recipient],
    *,
    needed_by: datetime | None = None,
    now: datetime,
) -> Published:
    """Write one delivery for each person: on its way, held for the night, or on the phone list.

    `needed_by` is when it would come too late: the gathering's start, unless it was to be sooner before.
    Whoever has had the month's messages is phoned about a notice, and gets no reminder or prompt; a change
    is told all the same.
    """
    people = list(people)
    morning = quiet_until(now)
    full = _full(session, notice, people, morning or now)
    rows: list[dict[str, Any]] = []
    for one in people:
        state, reason = _first_state(one, needed_by or gathering.starts_at, morning)
        if one.member_id in full:
            state, reason = OVER_LIMIT[notice.kind], Reason.MONTH_LIMIT
        rows.append(
            {
                "about": f"gathering:{gathering.id}:{event_of(notice)}:{one.member_id}",
                "notice_id": notice.id,
                "state": state,
                "reason": reason,
                "not_before": morning or now,
            }
            | {name: getattr(one, name) for name in ("member_id", "binding_id", "channel", "at_home")}
        )
    for start in range(0, len(rows), ROWS_AT_ONCE):
        session.execute(insert(Delivery), rows[start : start + ROWS_AT_ONCE])
    states = [row["state"] for row in rows]
    counted = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.PHONE_LIST)
    return Published(*(states.count(state) for state in counted))


def _full(session: Session, notice: Notice, people: Iterable[Recipient], moment: datetime) -> set[int]:
    """Return who has had the messages of the month; of a change nobody has."""
    if notice.kind is NoticeKind.CHANGE:
        return set()
    reached = [one.member_id for one in people if one.channel]
    return full_this_month(session, reached, moment=moment)


def event_of(notice: Notice) -> str:
    """Return what a notice is about beside its gathering; there is one notice and one reminder."""
    counted = notice.kind in (NoticeKind.CHANGE, NoticeKind.PROMPT)
    return f"{notice.kind}-{notice.version}" if counted else notice.kind


def _first_state(
    one: Recipient, needed_by: datetime, morning: datetime | None
) -> tuple[DeliveryState, Reason | None]:
    if one.channel is None:
        return DeliveryState.PHONE_LIST, one.reason
    if morning is None:
        return DeliveryState.QUEUED, None
    # Whoever meets before the morning would read of it too late.
    if needed_by <= morning:
        return DeliveryState.PHONE_LIST, Reason.BEFORE_MORNING
    return DeliveryState.HELD, Reason.NIGHT
