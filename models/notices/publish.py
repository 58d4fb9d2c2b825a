"""Publishing and cancelling a gathering: its rolls, its words and one delivery per person, all at once."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.gatherings.calendar.theme_month import claim_month
from models.gatherings.expected import publish_rolls
from models.gatherings.gathering import PLACE_TO_COME, TO_COME, Gathering, GatheringState, state_at
from models.gatherings.plan import gathering_seen, taking_part
from models.gatherings.roll import NOT_EXPECTED, Roll, RollLine
from models.notices.audience import Channels, audience_of
from models.notices.delivery import Delivery, DeliveryState
from models.notices.dispatch import Published, dispatch, event_of, take_back, write_notice
from models.notices.notice import TO_EVERYBODY, Notice, NoticeKind
from models.notices.phone_list import newest_message
from models.notices.reason import Reason
from models.notices.words import cancellation_words, notice_words
from models.people.org import Org
from models.refused import Refused


def publish(
    session: Session,
    gathering_id: int,
    *,
    org_ids: Sequence[int],
    by: int,
    channels: Channels,
    now: datetime,
    via: Via = Via.CONSOLE,
) -> Published:
    """Publish a draft: rolls with their lines, the notice, and a delivery for each person expected.

    The audience is frozen here, each person with the first of `channels` that reaches them.
    Refused: not_found, already_published, gathering_past, bad_plan without a place, theme_day_taken.
    """
    gathering = gathering_seen(session, gathering_id, lock=True)
    if gathering.state is not GatheringState.DRAFT:
        raise Refused("already_published", "这次活动已经发布过了")
    if gathering.place == PLACE_TO_COME:
        raise Refused("bad_plan", "请先写明地点，再发布", fields={"place": "请写地点"})
    if gathering.ends_at <= now:
        raise Refused("gathering_past", "活动时间已经过了，请先改时间")
    claim_month(session, gathering, org_ids)
    gathering.state, gathering.hall_salt = GatheringState.PUBLISHED, secrets.token_bytes(16)
    session.flush()
    publish_rolls(session, gathering, org_ids)
    host = session.get_one(Org, gathering.org_id)
    audience = audience_of(session, org_ids, channels=channels, now=gathering.starts_at)
    words = notice_words(gathering, host.name)
    notice = write_notice(session, gathering, NoticeKind.NOTICE, words, by=by, now=now)
    published = dispatch(session, gathering, notice, audience.recipients, now=now)
    _note(session, "publish", gathering, by, published, via)
    return published


def cancel(
    session: Session, gathering_id: int, *, reason: str, by: int, channels: Channels, now: datetime
) -> Published:
    """Call a gathering off and tell everybody of its audience, once; what had not gone out stays unsent.

    Refused: not_found, reason_missing, too_late_to_cancel (also once a roll is confirmed).
    """
    if not reason.strip():
        raise Refused("reason_missing", "请写明取消的原因", fields={"reason": "请写明原因"})
    gathering = gathering_seen(session, gathering_id, lock=True)
    state = state_at(gathering.state, gathering.starts_at, gathering.opened_at, now=now)
    if state not in (GatheringState.DRAFT, *TO_COME):
        raise Refused("too_late_to_cancel", "活动已经结束，不能再取消")
    if session.scalar(
        select(exists().where(Roll.gathering_id == gathering_id, Roll.confirmed_at.is_not(None)))
    ):
        raise Refused("too_late_to_cancel", "有名册已经确认，不能再取消")
    gathering.state, gathering.reason = GatheringState.CANCELLED, reason.strip()
    gathering.version += 1
    session.flush()
    published = Published(0, 0, 0)
    if state is not GatheringState.DRAFT:
        told = take_back(session, gathering.id)
        audience = audience_of(
            session,
            taking_part(session, gathering.id),
            channels=channels,
            now=gathering.starts_at,
        )
        host = session.get_one(Org, gathering.org_id)
        words = cancellation_words(gathering, host.name, gathering.reason)
        notice = write_notice(session, gathering, NoticeKind.CHANGE, words, by=by, now=now)
        people = [one for one in audience.recipients if one.member_id in told]
        published = dispatch(session, gathering, notice, people, now=now)
    _note(session, "cancel", gathering, by, published)
    return published


def add_joiners(session: Session, gathering: Gathering, *, now: datetime) -> int:
    """Put those who came onto a roll after publishing on the phone list; return how many they are.

    They are told by the newest message: the notice, or the change that overtook it.
    """
    notice = newest_message(session, gathering.id)
    if notice is None:
        return 0
    told = exists().where(
        Notice.gathering_id == gathering.id,
        Notice.kind.in_(TO_EVERYBODY),
        Delivery.notice_id == Notice.id,
        Delivery.member_id == RollLine.member_id,
    )
    newcomers = session.execute(
        select(RollLine.member_id, RollLine.status)
        .where(RollLine.gathering_id == gathering.id, RollLine.roll_id.is_not(None), ~told)
        .order_by(RollLine.member_id)
    ).all()
    rows = [
        {
            "about": f"gathering:{gathering.id}:{event_of(notice)}:{member_id}",
            "notice_id": notice.id,
            "member_id": member_id,
            "at_home": status in NOT_EXPECTED,
            "state": DeliveryState.PHONE_LIST,
            "reason": Reason.JOINED_LATER,
            "not_before": now,
        }
        for member_id, status in newcomers
    ]
    if rows:
        session.execute(insert(Delivery).on_conflict_do_nothing(), rows)
    return len(rows)


def _note(
    session: Session,
    verb: str,
    gathering: Gathering,
    by: int,
    published: Published,
    via: Via = Via.CONSOLE,
) -> None:
    record(
        session,
        verb,
        "gathering",
        gathering.id,
        via=via,
        account_id=by,
        org_id=gathering.org_id,
        after={"state": gathering.state, "version": gathering.version, **published._asdict()},
    )
