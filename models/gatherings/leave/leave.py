"""Leave (请假): asked by a phone or recorded for somebody else, answered by the branch, taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Unpack

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.leave.makeup import drop_makeups
from models.gatherings.roll import (
    CAME,
    NOT_EXPECTED,
    Leave,
    LeaveReason,
    LeaveState,
    Roll,
    RollLine,
    Status,
    unmarked,
)
from models.gatherings.roll_head import HEADS, RollHead
from models.people.member import Member, Spell, SpellKind
from models.people.org import Org, Setting, settings_of
from models.people.request import Answer, check_waits, settle, take_back, take_in, tidy_answer
from models.people.said import Filing, hand_of
from models.people.whose import Home, at_home_below
from models.refused import Refused

LEAVE_REASON_TEXT = {
    LeaveReason.ILLNESS: "身体不适",
    LeaveReason.OFFICIAL: "公出",
    LeaveReason.FAMILY: "家中有事",
    LeaveReason.WORK_AWAY: "外出务工",
    LeaveReason.OTHER: "其他",
}
LEAVE_STATE_TEXT = {
    LeaveState.SUBMITTED: "等支部答复",
    LeaveState.APPROVED: "同意",
    LeaveState.REJECTED: "没有同意",
    LeaveState.WITHDRAWN: "已撤回",
}
LONGEST_NOTE = 60
MOST_HOURS = timedelta(hours=72)  # that an organisation can set
# Leave that is granted takes the place of these; whoever came, or need not come, stays as recorded.
TAKEN_BY_LEAVE = (Status.UNRECORDED, Status.ABSENT, Status.UNCLEAR)


class Place(NamedTuple):
    """One person's line at a gathering, held until the transaction ends, with the leave asked there."""

    line: RollLine
    roll: Roll
    gathering: Gathering
    org: Org
    spell_kind: SpellKind | None
    leave: Leave | None


def hold_place(session: Session, gathering_id: int, member_id: int) -> Place:
    """Lock the roll against a confirmation, then the line against every other hand and phone.

    Sign-ins of others go on. Refused: not_found for a draft and for a gathering without a line of theirs.
    """
    head = head_of_line(session, gathering_id, member_id, lock=True)
    # Leave is read in the statement after the lock, else the older answer would be seen.
    line, spell_kind = session.execute(
        select(RollLine, Spell.kind)
        .outerjoin(Spell, Spell.id == RollLine.spell_id)
        .where(RollLine.gathering_id == gathering_id, RollLine.member_id == member_id)
        .with_for_update(of=RollLine)
        .execution_options(populate_existing=True)
    ).one()
    leave = session.get(Leave, (gathering_id, member_id), populate_existing=True)
    return Place(line, *head, spell_kind, leave)


def ask_leave(
    session: Session,
    gathering_id: int,
    member_id: int,
    reason: LeaveReason,
    note: str | None,
    *,
    filing: Filing | None,
    via: Via,
    now: datetime,
) -> Leave:
    """Ask leave from one gathering; the answer is the branch's. Asked again after a no, it waits again.

    After the start it is late leave (补假), within the hours that the organisation sets. Refused:
    not_found, cancelled, leave_closed, already_signed_in, not_required, leave_asked, bad_leave.
    """
    note = _tidy_note(reason, note)
    place = hold_place(session, gathering_id, member_id)
    gathering, line, leave = place.gathering, place.line, place.leave
    if gathering.state is GatheringState.CANCELLED:
        raise Refused("cancelled", f"这次活动取消了。原因：{gathering.reason}")
    hours = settings_of(session, place.org)[Setting.LEAVE_HOURS]
    if place.roll.confirmed_at is not None or now > gathering.starts_at + timedelta(hours=hours):
        raise Refused("leave_closed", "这次请假已经截止，有事请直接找支部")
    if line.checked_in_at is not None or line.status in CAME:
        raise Refused("already_signed_in", "名册上已经记了到会，不用请假")
    if line.status in NOT_EXPECTED:
        raise Refused("not_required", "这次不作要求，不用请假")
    if leave is not None and leave.stands:
        raise Refused("leave_asked", "已经请过假了，不用再请一次")
    leave = leave or Leave(gathering_id=gathering_id, member_id=member_id)
    leave.reason, leave.note, leave.late = reason, note, now > gathering.starts_at
    take_in(session, leave, filing, now=now)
    _note(session, "ask_leave", place, leave, via, hand_of(filing, member_id))
    return leave


def _tidy_note(reason: LeaveReason, note: str | None) -> str | None:
    note = (note or "").strip()
    if note and reason is LeaveReason.ILLNESS:
        words = "身体不适不用写病情，也不用交证明"
    elif len(note) > LONGEST_NOTE:
        words = f"说明最多 {LONGEST_NOTE} 个字"
    else:
        return note or None
    raise Refused("bad_leave", words, fields={"note": words})


def withdraw_leave(
    session: Session, gathering_id: int, member_id: int, *, filing: Filing | None, via: Via, now: datetime
) -> Leave:
    """Take leave back (能来了). What a yes wrote on the roll goes with it; any other mark stays.

    Refused: not_found, not_waiting (a no, or withdrawn before), roll_confirmed, leave_closed (a yes after
    the end: who was there by then is for the branch to say).
    """
    place = hold_place(session, gathering_id, member_id)
    leave, line = place.leave, place.line
    if leave is None:
        raise Refused("not_found", Leave.MISSING)
    if not leave.stands:
        raise Refused("not_waiting", "没有要撤回的请假")
    if leave.granted:
        if place.roll.confirmed_at is not None:
            raise Refused("roll_confirmed", "名册已经确认，要改请找支部更正")
        if now > place.gathering.ends_at:
            raise Refused("leave_closed", "活动已经结束，要改请找支部")
        if line.status is Status.LEAVE and (line.marked_by, line.marked_at) == (
            leave.decided_by,
            leave.decided_at,
        ):
            line.marked_by = line.marked_at = None
            line.status = unmarked(line, place.spell_kind)
            if line.status in CAME:
                drop_makeups(session, gathering_id, [member_id], now)
    take_back(session, leave)
    _note(session, "withdraw_leave", place, leave, via, hand_of(filing, member_id))
    return leave


def decide_leave(session: Session, gathering_id: int, member_id: int, **answer: Unpack[Answer]) -> Leave:
    """Answer leave once. A yes marks the line 请假 unless the person came or need not come.

    On a confirmed roll a yes needs the line to say so already (models.points.late_answers amends it).
    Refused: not_found, cancelled, not_waiting, roll_confirmed, reason_missing (a no without its line).
    """
    said = tidy_answer(answer["answer"], approve=answer["approve"])
    place = hold_place(session, gathering_id, member_id)
    leave, line = place.leave, place.line
    if leave is None:
        raise Refused("not_found", Leave.MISSING)
    if place.gathering.state is GatheringState.CANCELLED:
        raise Refused("cancelled", "这次活动取消了，不用答复")
    check_waits(leave)
    if answer["approve"] and leave_takes(line):
        if place.roll.confirmed_at is not None:
            raise Refused("roll_confirmed", "名册已经确认，要改请用更正")
        line.status, line.marked_by, line.marked_at = Status.LEAVE, answer["by"], answer["now"]
    settle(session, leave, said, answer)
    _note(session, "decide_leave", place, leave, answer["via"], {"account_id": answer["by"]})
    return leave


def leave_takes(line: RollLine) -> bool:
    """Return whether granted leave changes this line: not where the person came or need not come."""
    return line.status in TAKEN_BY_LEAVE and line.checked_in_at is None


def _note(session: Session, verb: str, place: Place, leave: Leave, via: Via, hand: Mapping[str, Any]) -> None:
    # Not the reason: illness has no place in a log.
    after = {
        "gathering": place.gathering.id,
        "state": leave.state,
        "status": place.line.status,
        "filed_how": leave.filed_how,
        "told_how": leave.told_how,
    }
    record(session, verb, "leave", leave.member_id, via=via, org_id=place.org.id, after=after, **hand)


def head_of_line(session: Session, gathering_id: int, member_id: int, *, lock: bool = False) -> RollHead:
    """Return the roll on which a member stands at a published gathering; `lock` shares it with sign-ins.

    Refused: not_found.
    """
    query = HEADS.join(RollLine, RollLine.roll_id == Roll.id).where(
        RollLine.gathering_id == gathering_id,
        RollLine.member_id == member_id,
        Gathering.state != GatheringState.DRAFT,
    )
    if lock:
        query = query.with_for_update(read=True, of=Roll).execution_options(populate_existing=True)
    row = session.execute(query).first()
    if row is None:
        raise Refused("not_found", "没有找到这次活动")
    return RollHead(*row)


def leave_of_lines(session: Session, gathering_id: int) -> dict[int, Leave]:
    """Return member id -> leave, whatever its state, of one gathering."""
    return {leave.member_id: leave for leave in session.scalars(_leaves(gathering_id))}


def leave_of(session: Session, gathering_id: int, member_id: int) -> Leave | None:
    """Return the leave that one member asked from one gathering."""
    return session.scalar(_leaves(gathering_id).where(Leave.member_id == member_id))


def leave_open(session: Session, paths: Sequence[str], *, now: datetime) -> list[Gathering]:
    """Return the gatherings from which members below these paths may still ask leave, the nearest first.

    As far as any organisation's hours may reach; `ask_leave` judges by the own one's.
    """
    query = (
        select(Gathering)
        .distinct()
        .join(RollLine, RollLine.gathering_id == Gathering.id)
        .join(Roll, Roll.id == RollLine.roll_id)
        .join(Member, Member.id == RollLine.member_id)
        .join(Home, Home.id == func.coalesce(Member.group_id, Member.branch_id))
        .where(
            at_home_below(paths),
            Gathering.state.not_in((GatheringState.DRAFT, GatheringState.CANCELLED)),
            Gathering.starts_at > now - MOST_HOURS,
            Roll.confirmed_at.is_(None),
        )
    )
    return list(session.scalars(query.order_by(Gathering.starts_at, Gathering.id)))


def _leaves(gathering_id: int) -> Select[Leave]:
    return select(Leave).where(Leave.gathering_id == gathering_id)
