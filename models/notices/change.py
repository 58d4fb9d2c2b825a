"""Moving a published gathering: those who were told are told once more, and of real changes only."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import day_of
from models.gatherings.agenda import Line, agendas_of, write_agendas
from models.gatherings.expected import sync_rolls
from models.gatherings.gathering import (
    TO_COME,
    AgendaKind,
    Gathering,
    GatheringKind,
    GatheringState,
    opens_at,
    state_at,
)
from models.gatherings.plan import Plan, check_plan, gathering_seen, taking_part
from models.gatherings.required_item import required_of, with_required
from models.gatherings.roll import CAME, Roll, RollLine
from models.notices.audience import Channels, audience_of
from models.notices.dispatch import Published, dispatch, take_back, write_notice
from models.notices.notice import NoticeKind
from models.notices.words import change_words
from models.people.org import Org
from models.refused import Refused

LONGEST_REASON = 100
SAID = {
    "day": "日期",
    "time": "时间",
    "place": "地点",
    "bring": "带的东西",
    "agenda": "议程",
    "leave_until": "请假截止",
    "contact": "联系人",
}


@dataclass(frozen=True)
class Change:
    """What a published gathering is to be from now on; title, month and those who take part stay."""

    starts_at: datetime
    ends_at: datetime
    place: str
    bring: str | None
    contact: str | None
    leave_until: datetime | None
    agenda: tuple[tuple[AgendaKind, str], ...]


def move_gathering(
    session: Session,
    gathering_id: int,
    change: Change,
    *,
    reason: str,
    by: int,
    channels: Channels,
    via: Via = Via.CONSOLE,
    now: datetime,
) -> Published:
    """Write a change of a published gathering and tell everybody of its audience once, by a new version.

    Rolls and leave stay; the codes of another day are worthless. The agenda's order alone is told to nobody.
    Refused: not_found, not_published, cancelled, too_late_to_move, reason_missing, bad_plan with `fields`,
    nothing_changed.
    """
    gathering = gathering_seen(session, gathering_id, lock=True)
    may_move(session, gathering, now=now)
    lines = _checked(session, gathering, change, reason, now)
    before = agendas_of(session, [gathering_id])[gathering_id]
    changed = _changed(gathering, change, before, lines)
    if not changed:
        _reorder(session, gathering, before, lines, by, via)
        return Published(0, 0, 0)
    if "day" in changed and _has_come(session, gathering_id):
        raise Refused("too_late_to_move", "已经有人签到，不能再改日期。可以取消以后另外起草一次")
    was = {"version": gathering.version, "starts_at": gathering.starts_at.isoformat()}
    # Who would have set out for the old hour must know before it.
    needed_by = min(gathering.starts_at, change.starts_at)
    _write(session, gathering, change, lines, changed, reason, now)
    published = _tell(session, gathering, changed, by=by, channels=channels, needed_by=needed_by, now=now)
    after = {"version": gathering.version, "starts_at": gathering.starts_at.isoformat(), "changed": changed}
    record(
        session, "move", "gathering", gathering_id, via=via, account_id=by, org_id=gathering.org_id,
        before=was, after=after | published._asdict(),
    )  # fmt: skip
    return published


def _tell(
    session: Session,
    gathering: Gathering,
    changed: Sequence[str],
    *,
    by: int,
    channels: Channels,
    needed_by: datetime,
    now: datetime,
) -> Published:
    """Take back what had not gone out and tell everybody of the frozen audience once."""
    told = take_back(session, gathering.id)
    org_ids = taking_part(session, gathering.id)
    people = audience_of(session, org_ids, channels=channels, now=gathering.starts_at).recipients
    host = session.get_one(Org, gathering.org_id)
    words = change_words(gathering, host.name, [SAID[name] for name in changed])
    notice = write_notice(session, gathering, NoticeKind.CHANGE, words, by=by, now=now)
    once_more = [one for one in people if one.member_id in told]
    return dispatch(session, gathering, notice, once_more, needed_by=needed_by, now=now)


def may_move(session: Session, gathering: Gathering, *, now: datetime) -> None:
    """Let a published gathering be moved. Refused: not_published, cancelled, too_late_to_move."""
    state = state_at(gathering.state, gathering.starts_at, gathering.opened_at, now=now)
    if state is GatheringState.DRAFT:
        raise Refused("not_published", "还没有发布，请直接改草稿")
    if state is GatheringState.CANCELLED:
        raise Refused("cancelled", "这次活动取消了")
    confirmed = exists().where(Roll.gathering_id == gathering.id, Roll.confirmed_at.is_not(None))
    if state not in TO_COME or gathering.starts_at <= now or session.scalar(select(confirmed)):
        raise Refused("too_late_to_move", "活动已经开始，不能再改")


def _has_come(session: Session, gathering_id: int) -> bool:
    """Say whether somebody's presence on the old day is recorded already, or just being recorded."""
    rolls = select(Roll.id).where(Roll.gathering_id == gathering_id).order_by(Roll.id)
    session.execute(rolls.with_for_update())
    came = exists().where(
        RollLine.gathering_id == gathering_id,
        or_(RollLine.checked_in_at.is_not(None), RollLine.status.in_(CAME)),
    )
    return bool(session.scalar(select(came)))


def _checked(
    session: Session, gathering: Gathering, change: Change, reason: str, now: datetime
) -> list[Line]:
    """Return the agenda with what is required on it, if the change holds."""
    plan = Plan(
        title=gathering.title,
        starts_at=change.starts_at,
        ends_at=change.ends_at,
        place=change.place,
        period=gathering.period,
        bring=change.bring,
        contact=change.contact,
        leave_until=change.leave_until,
        agenda=change.agenda,
    )
    check_plan(plan, {}, now=now)
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        raise Refused(
            "reason_missing", f"请写明改动的原因，最多 {LONGEST_REASON} 个字", fields={"reason": "请写明原因"}
        )
    lines = [Line(kind, title) for kind, title in change.agenda]
    if gathering.kind is not GatheringKind.THEME_DAY:
        return lines
    return with_required(lines, required_of(session, gathering.org_id, gathering.period))


def _changed(
    gathering: Gathering, change: Change, before: Sequence[Line], lines: Sequence[Line]
) -> list[str]:
    """Return what is really another than before, the most important first."""
    moved = (gathering.starts_at, gathering.ends_at) != (change.starts_at, change.ends_at)
    other = {
        "day": day_of(gathering.starts_at) != day_of(change.starts_at),
        "time": moved and day_of(gathering.starts_at) == day_of(change.starts_at),
        "agenda": sorted(line[:2] for line in before) != sorted(line[:2] for line in lines),
    } | {
        name: getattr(gathering, name) != getattr(change, name)
        for name in ("place", "bring", "leave_until", "contact")
    }
    return [name for name in SAID if other[name]]


def _reorder(
    session: Session, gathering: Gathering, before: Sequence[Line], lines: Sequence[Line], by: int, via: Via
) -> None:
    if [line[:2] for line in before] == [line[:2] for line in lines]:
        raise Refused("nothing_changed", "没有改动，不用再通知大家")
    write_agendas(session, {gathering.id: lines})
    record(
        session, "reorder_agenda", "gathering", gathering.id, via=via, account_id=by, org_id=gathering.org_id
    )


def _write(
    session: Session,
    gathering: Gathering,
    change: Change,
    lines: Sequence[Line],
    changed: Sequence[str],
    reason: str,
    now: datetime,
) -> None:
    """Let the gathering be what the change says, with doors that open by the new hour."""
    for name in ("starts_at", "ends_at", "place", "bring", "contact", "leave_until"):
        setattr(gathering, name, getattr(change, name))
    gathering.reason = reason.strip()
    gathering.version += 1
    if "day" in changed:
        gathering.hall_salt = secrets.token_bytes(16)
    if opens_at(gathering.starts_at) > now:
        gathering.state, gathering.opened_at = GatheringState.PUBLISHED, None
    write_agendas(session, {gathering.id: lines})
    session.flush()
    if gathering.state is GatheringState.PUBLISHED:
        # Whose long absence runs on the new day is not expected then.
        sync_rolls(session, gathering)
