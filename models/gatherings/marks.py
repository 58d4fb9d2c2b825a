"""Marks by hand: who is on a roll, how each was recorded, and what a person writes there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from models.audit import Via, record
from models.clock import clock_text
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.roll import (
    CAME,
    NOT_EXPECTED,
    CheckedIn,
    Counts,
    Roll,
    RollLine,
    Status,
    counts,
)
from models.people.member import Member, Spell, SpellKind
from models.people.org import Org
from models.refused import Refused

BY_HAND = tuple(status for status in Status if status is not Status.OBSERVER)
HOW = {
    CheckedIn.QR: "扫码",
    CheckedIn.TICKET: "扫码",
    CheckedIn.DIGITS: "数字",
    CheckedIn.CHAT: "公众号",
}


class RollHead(NamedTuple):
    """A roll with the gathering and the organisation it belongs to."""

    roll: Roll
    gathering: Gathering
    org: Org


@dataclass(frozen=True)
class LineView:
    """One line as a page shows it. `asks`: a phone signed in where a person had written otherwise."""

    member_id: int
    name: str
    group_id: int | None
    group_name: str | None
    joined_year: int | None  # only where two on this roll share a name
    status: Status
    how: str
    asks: str
    no_phone: bool


def surname_order(name: str) -> bytes:
    """Return the key for the order of surnames: GBK puts common characters in the order of their sound."""
    return name.encode("gbk", errors="replace")


def roll_seen(session: Session, roll_id: int, *, lock: bool = False) -> RollHead:
    """Return one roll, locked against confirmations and check-ins if asked. Refused: not_found."""
    query = (
        select(Roll, Gathering, Org)
        .join(Gathering, Gathering.id == Roll.gathering_id)
        .join(Org, Org.id == Roll.org_id)
        .where(Roll.id == roll_id)
    )
    if lock:
        query = query.with_for_update(of=Roll).execution_options(populate_existing=True)
    row = session.execute(query).first()
    if row is None:
        raise Refused("not_found", "没有找到这份名册")
    return RollHead(*row)


def lines_of(session: Session, roll_id: int) -> list[LineView]:
    """Return the lines by group, then in surname order."""
    group = aliased(Org)
    rows = session.execute(
        select(RollLine, Member, group)
        .join(Member, Member.id == RollLine.member_id)
        .outerjoin(group, group.id == Member.group_id)
        .where(RollLine.roll_id == roll_id)
        .execution_options(populate_existing=True)
    ).all()
    names = [member.name for _, member, _ in rows]
    views = [
        LineView(
            member_id=member.id,
            name=member.name,
            group_id=group.id if group else None,
            group_name=group.name if group else None,
            joined_year=_year_apart(member, names),
            status=line.status,
            how=_how(line),
            asks=_question(line),
            no_phone=member.no_phone,
        )
        for line, member, group in rows
    ]
    return sorted(views, key=lambda line: (line.group_id or 0, surname_order(line.name), line.member_id))


def _year_apart(member: Member, names: list[str]) -> int | None:
    return member.joined_on.year if names.count(member.name) > 1 and member.joined_on else None


def _how(line: RollLine) -> str:
    if line.marked_at is not None:
        return f"手工 {clock_text(line.marked_at)}"
    if line.checked_in_at is not None and line.checked_in_via is not None:
        return f"{HOW[line.checked_in_via]} {clock_text(line.checked_in_at)}"
    return "长期报备" if line.spell_id is not None else ""


def _question(line: RollLine) -> str:
    if line.checked_in_at is None or line.status in CAME:
        return ""
    return f"{clock_text(line.checked_in_at)} 扫过码。人来了吗？"


def counts_of(session: Session, roll_id: int) -> Counts:
    """Return the arithmetic of one roll."""
    return counts(list(session.scalars(select(RollLine.status).where(RollLine.roll_id == roll_id))))


def unconfirmed(session: Session, roll_id: int) -> RollHead:
    """Lock a roll that may still be written to.

    Refused: not_found, not_published, cancelled, roll_confirmed.
    """
    head = roll_seen(session, roll_id, lock=True)
    if head.gathering.state is GatheringState.DRAFT:
        raise Refused("not_published", "还没有发布")
    if head.gathering.state is GatheringState.CANCELLED:
        raise Refused("cancelled", "这次活动取消了")
    if head.roll.confirmed_at is not None:
        raise Refused("roll_confirmed", "名册已经确认，要改请用更正")
    return head


def begin_confirmation(session: Session, roll_id: int) -> RollHead:
    """Lock the gathering, then one of its rolls, as all do who hold both. Refused: as `unconfirmed`.

    Two branches that confirm their last two rolls at once take turns, and a gathering called off meanwhile
    is seen to be.
    """
    head = roll_seen(session, roll_id)
    session.refresh(head.gathering, with_for_update=True)
    return unconfirmed(session, roll_id)


def set_marks(session: Session, roll_id: int, marks: Mapping[int, Status], *, by: int, now: datetime) -> None:
    """Write marks by hand, member id -> status; other lines stay as they are.

    `unrecorded` takes a mark back: what a phone did then counts again.
    Refused: as `unconfirmed`, not_on_roll, status_not_by_hand.
    """
    head = unconfirmed(session, roll_id)
    write_marks(session, head, marks, by=by, now=now)


def write_marks(
    session: Session, head: RollHead, marks: Mapping[int, Status], *, by: int, now: datetime
) -> None:
    """Write marks on a roll that is locked; three statements, whatever their number.

    Refused: not_on_roll, status_not_by_hand.
    """
    if any(status not in BY_HAND for status in marks.values()):
        raise Refused("status_not_by_hand", "这个状态不能手工登记")
    rows = session.execute(
        select(RollLine, Spell.kind)
        .outerjoin(Spell, Spell.id == RollLine.spell_id)
        .where(RollLine.roll_id == head.roll.id, RollLine.member_id.in_(marks))
        # Two hands lock in one order.
        .order_by(RollLine.member_id)
        .with_for_update(of=RollLine)
        .execution_options(populate_existing=True)
    ).all()
    if len(rows) != len(marks):
        raise Refused("not_on_roll", "名册上没有这位同志")
    for line, spell_kind in rows:
        before, status = line.status, marks[line.member_id]
        if status is Status.UNRECORDED:
            line.marked_at = line.marked_by = None
            line.status = _unmarked(line, spell_kind)
        else:
            line.status, line.marked_at, line.marked_by = status, now, by
        record(
            session,
            "mark",
            "member",
            line.member_id,
            via=Via.CONSOLE,
            account_id=by,
            org_id=head.org.id,
            before={"status": before},
            after={"status": line.status, "gathering": head.gathering.id},
        )
    session.flush()


def _unmarked(line: RollLine, spell_kind: SpellKind | None) -> Status:
    """Return what holds without a mark: the phone's check-in, else the spell, else nothing."""
    if line.checked_in_at is not None:
        return Status.PRESENT
    return Status(spell_kind) if spell_kind is not None else Status.UNRECORDED


def settle_rest(session: Session, roll_id: int, status: Status, *, by: int, now: datetime) -> int:
    """Record every unrecorded line as 请假 or 未查明; return how many. Never absent for a whole list.

    Refused: as `unconfirmed`, status_not_by_hand.
    """
    if status not in (Status.LEAVE, Status.UNCLEAR):
        raise Refused("status_not_by_hand", "其余只能登记为请假或未查明，缺席要逐个定")
    head = unconfirmed(session, roll_id)
    query = select(RollLine.member_id).where(
        RollLine.roll_id == roll_id, RollLine.status == Status.UNRECORDED
    )
    rest = dict.fromkeys(session.scalars(query), status)
    write_marks(session, head, rest, by=by, now=now)
    return len(rest)


def count_heads(session: Session, roll_id: int, heads: int | None, observers: int) -> None:
    """Keep the heads counted in the room and the observers. Refused: as `unconfirmed`, bad_heads."""
    if not (heads is None or 0 <= heads <= 2000) or not 0 <= observers <= 2000:
        raise Refused("bad_heads", "人数应当是 0 到 2000", fields={"heads": "0 到 2000"})
    head = unconfirmed(session, roll_id)
    session.execute(update(Roll).where(Roll.id == head.roll.id).values(heads=heads, observers=observers))


def expected_of(lines: list[LineView]) -> list[LineView]:
    """Return the lines that count as expected (应到)."""
    return [line for line in lines if line.status not in NOT_EXPECTED]
