"""Filing minutes and sending them back; a filed record is changed only after it was returned."""

from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import day_of
from models.gatherings.minutes.minutes import (
    FilingAct,
    ItemOutcome,
    Minutes,
    MinutesAct,
    MinutesItem,
    MinutesState,
)
from models.gatherings.minutes.writing import minutes_seen, tidy_text
from models.gatherings.roll_head import roll_seen
from models.people.said import check_reason
from models.refused import Refused


def file_minutes(
    session: Session, roll_id: int, *, by: int, via: Via, now: datetime, seen: int | None = None
) -> Minutes:
    """File the minutes of a confirmed roll: every planned item settled, host, recorder, times, discussion.

    The roll is locked first, so that the revision kept is the one that was filed. `seen` is the version
    that the hand had read. Refused: not_found, not_confirmed, minutes_filed, minutes_changed,
    minutes_incomplete with `fields`.
    """
    head = roll_seen(session, roll_id, lock=True)
    minutes = minutes_seen(session, roll_id, lock=True)
    if head.roll.confirmed_at is None:
        raise Refused("not_confirmed", "名册还没有确认，确认以后才能归档")
    if minutes.state is MinutesState.FILED:
        raise Refused("minutes_filed", "这份记录已经归档了")
    if seen is not None and minutes.version != seen:
        raise Refused("minutes_changed", "另一位同志刚刚存过这份记录，请看过再归档")
    missing = _missing_in(session, minutes, day_of(head.gathering.starts_at), now=now)
    if missing:
        raise Refused("minutes_incomplete", "还差几处，补上再归档", fields=missing)
    minutes.state, minutes.filed_at, minutes.filed_by = MinutesState.FILED, now, by
    minutes.filed_revision = head.roll.revision
    session.add(MinutesAct(roll_id=roll_id, act=FilingAct.FILED, account_id=by, acted_at=now))
    session.flush()
    record(
        session, "file", "minutes", roll_id, via=via, account_id=by, org_id=head.org.id,
        after={"version": minutes.version, "revision": head.roll.revision},
    )  # fmt: skip
    return minutes


def _missing_in(session: Session, minutes: Minutes, held_on: date, *, now: datetime) -> dict[str, str]:
    """Return what has still to be written before filing, field -> sentence, in the order of the form."""
    missing = {}
    for name, words in (("host", "请写主持人"), ("recorder", "请写记录人"), ("began_at", "请写开始时间"),
                        ("ended_at", "请写结束时间")):  # fmt: skip
        value = getattr(minutes, name)
        if value is None:
            missing[name] = words
        elif isinstance(value, datetime) and day_of(value) != held_on:
            # Begun as the doors opened, and moved after that.
            missing[name] = f"活动改到了 {held_on.month}月{held_on.day}日，请把时间再存一次"
    if minutes.ended_at is not None and minutes.ended_at > now:
        missing["ended_at"] = "还没有到结束时间"
    open_items = exists().where(
        MinutesItem.roll_id == minutes.roll_id, MinutesItem.outcome == ItemOutcome.PLANNED
    )
    if session.scalar(select(open_items)):
        missing["items"] = "议程每一项都请写明：已进行、未进行，还是改为别的"
    if not minutes.discussion:
        missing["discussion"] = "请写讨论要点"
    return missing


def return_minutes(
    session: Session, roll_id: int, reason: str, *, by: int, via: Via, now: datetime, seen: int | None = None
) -> Minutes:
    """Send a filed record back to its branch with a reason of 2 to 200 characters; its text stays.

    `seen` is the version that the hand had read. Refused: not_found, not_filed, minutes_changed,
    reason_missing.
    """
    head = roll_seen(session, roll_id)
    minutes = minutes_seen(session, roll_id, lock=True)
    if minutes.state is not MinutesState.FILED:
        raise Refused("not_filed", "这份记录没有归档，不用退回")
    if seen is not None and minutes.version != seen:
        raise Refused("minutes_changed", "支部刚刚改过这份记录，又归档了，请看过再退回")
    reason = check_reason(tidy_text(reason), "退回")
    minutes.state, minutes.returned_at, minutes.returned_by = MinutesState.RETURNED, now, by
    minutes.return_reason = reason
    session.add(
        MinutesAct(roll_id=roll_id, act=FilingAct.RETURNED, reason=reason, account_id=by, acted_at=now)
    )
    session.flush()
    record(
        session, "return", "minutes", roll_id, via=via, account_id=by, org_id=head.org.id,
        after={"version": minutes.version, "revision": minutes.filed_revision},
    )  # fmt: skip
    return minutes
