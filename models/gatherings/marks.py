"""Marks by hand: who is on a roll, how each was recorded, and what a person writes there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.attributes import set_committed_value

from models.audit import Via, record_each
from models.gatherings.dues_tick import DuesTick
from models.gatherings.gathering import Gathering
from models.gatherings.leave.makeup import Makeup, MakeupForm, drop_makeups, planned_of
from models.gatherings.line_words import how_recorded, question, version
from models.gatherings.roll import CAME, Counts, Roll, RollLine, Status, counts, unmarked
from models.gatherings.roll_head import RollHead, check_held, roll_seen
from models.people.account import Account
from models.people.member import Member, Spell, SpellKind
from models.people.member import surname_order as surname_order
from models.people.org import Org
from models.refused import Refused

BY_HAND = tuple(status for status in Status if status is not Status.OBSERVER)
Group = aliased(Org)


@dataclass(frozen=True)
class LineView:
    """One line as a page shows it. `asks`: a phone signed in after a person had written otherwise."""

    member_id: int
    name: str
    group_id: int | None
    group_name: str | None
    joined_year: int | None  # only where two on this roll share a name
    status: Status
    how: str
    asks: str
    no_phone: bool
    version: str  # differs once a phone or a hand has changed the line
    saved_at: datetime | None
    saved_by: str  # whose hand; empty where a phone signed in
    signed_at: datetime | None  # when a phone signed in
    premarked: bool  # a long absence or exemption holds
    dues: bool  # this month's dues are ticked
    makeup: MakeupForm | None
    made_up: bool


def lines_of(session: Session, roll_id: int) -> list[LineView]:
    """Return the lines by group, then in surname order; one statement."""
    rows = session.execute(
        select(RollLine, Member, Group, Account.name, DuesTick.member_id, Makeup)
        .join(Gathering, Gathering.id == RollLine.gathering_id)
        .join(Member, Member.id == RollLine.member_id)
        .outerjoin(Group, Group.id == Member.group_id)
        .outerjoin(Account, Account.id == RollLine.marked_by)
        .outerjoin(DuesTick, (DuesTick.member_id == Member.id) & (DuesTick.period == Gathering.period))
        .outerjoin(Makeup, planned_of(RollLine.gathering_id, RollLine.member_id))
        .where(RollLine.roll_id == roll_id)
        .execution_options(populate_existing=True)
    ).all()
    names = [row[1].name for row in rows]
    views = [
        LineView(
            member_id=member.id,
            name=member.name,
            group_id=of.id if of else None,
            group_name=of.name if of else None,
            joined_year=_year_apart(member, names),
            status=line.status,
            how=how_recorded(line),
            asks=question(line),
            no_phone=member.no_phone,
            version=version(line),
            saved_at=line.marked_at or line.checked_in_at,
            saved_by=by or "",
            signed_at=line.checked_in_at,
            premarked=line.spell_id is not None,
            dues=dues is not None,
            makeup=makeup.form if makeup else None,
            made_up=makeup is not None and makeup.done_on is not None,
        )
        for line, member, of, by, dues, makeup in rows
    ]
    return sorted(views, key=lambda line: (line.group_id or 0, surname_order(line.name), line.member_id))


def _year_apart(member: Member, names: list[str]) -> int | None:
    return member.joined_on.year if names.count(member.name) > 1 and member.joined_on else None


def counts_of(session: Session, roll_id: int) -> Counts:
    """Return the arithmetic of one roll."""
    return counts(list(session.scalars(select(RollLine.status).where(RollLine.roll_id == roll_id))))


def unrecorded_of(session: Session, roll_id: int) -> list[int]:
    """Return the members on a roll of whom nothing is recorded yet."""
    query = select(RollLine.member_id).where(
        RollLine.roll_id == roll_id, RollLine.status == Status.UNRECORDED
    )
    return list(session.scalars(query))


def unconfirmed(session: Session, roll_id: int) -> RollHead:
    """Lock a roll that may still be written to.

    Refused: not_found, not_published, cancelled, roll_confirmed.
    """
    head = roll_seen(session, roll_id, lock=True)
    check_held(head.gathering)
    if head.roll.confirmed_at is not None:
        raise Refused("roll_confirmed", "名册已经确认，要改请用更正")
    return head


def begin_confirmation(session: Session, roll_id: int) -> RollHead:
    """Lock the gathering, then one of its rolls, as all do who hold both. Refused: as `unconfirmed`.

    Two branches that confirm their last two rolls at once take turns, and a gathering called off meanwhile
    is seen to be.
    """
    head = roll_seen(session, roll_id)
    # Not the key: leave, dues and entries that refer to the gathering wait in no ring with this.
    session.refresh(head.gathering, with_for_update={"key_share": True})
    return unconfirmed(session, roll_id)


def set_marks(
    session: Session,
    roll_id: int,
    marks: Mapping[int, Status],
    *,
    by: int,
    now: datetime,
    via: Via = Via.CONSOLE,
    seen: Mapping[int, str] | None = None,
) -> set[int]:
    """Write marks by hand, member id -> status; other lines stay as they are.

    `unrecorded` takes a mark back: what a phone did then counts again. `seen` holds the versions of the
    lines that the hand had before it: a line that a phone or somebody else changed meanwhile is left
    alone. Returns the members whose lines were left so.
    Refused: as `unconfirmed`, not_on_roll, status_not_by_hand.
    """
    head = unconfirmed(session, roll_id)
    return write_marks(session, head, marks, by=by, now=now, via=via, seen=seen)


def write_marks(
    session: Session,
    head: RollHead,
    marks: Mapping[int, Status],
    *,
    by: int,
    now: datetime,
    via: Via = Via.CONSOLE,
    seen: Mapping[int, str] | None = None,
) -> set[int]:
    """Write marks on a roll that is locked, as `set_marks`; a few statements, whatever their number.

    Refused: not_on_roll, status_not_by_hand.
    """
    if any(status not in BY_HAND for status in marks.values()):
        raise Refused("status_not_by_hand", "这个状态不能手工登记")
    rows = _lock_lines(session, head.roll.id, marks)
    theirs = {
        line.member_id for line, _ in rows if _changed_by_other(line, (seen or {}).get(line.member_id), by)
    }
    kept = {
        line.member_id
        for line, _ in rows
        if line.member_id in theirs and line.status != marks[line.member_id]
    }
    changes = {}
    for line, spell_kind in rows:
        before, wish = line.status, marks[line.member_id]
        # The same again leaves a phone's time as the record, unless it answers a question about it.
        if line.member_id in theirs or (wish is before and not question(line)):
            continue
        _write(line, wish, spell_kind, by=by, now=now)
        after = {"status": line.status, "gathering": head.gathering.id}
        changes[line.member_id] = ({"status": before}, after)
    if changes:
        _store(session, [line for line, _ in rows if line.member_id in changes])
        record_each(session, "mark", "member", changes, via=via, account_id=by, org_id=head.org.id)
    drop_makeups(session, head.gathering.id, [line.member_id for line, _ in rows if line.status in CAME], now)
    return kept


def _store(session: Session, lines: Sequence[RollLine]) -> None:
    """Send what was written on these lines, one statement for each status and hand."""

    def written(line: RollLine) -> tuple[Status, bool]:
        return line.status, line.marked_by is not None

    for _, alike in groupby(sorted(lines, key=written), key=written):
        of = list(alike)
        values = {name: getattr(of[0], name) for name in ("status", "marked_at", "marked_by")}
        for line in of:
            for name, value in values.items():
                set_committed_value(line, name, value)
        session.execute(
            update(RollLine)
            .where(
                RollLine.gathering_id == of[0].gathering_id,
                RollLine.member_id.in_([line.member_id for line in of]),
            )
            .values(values)
            .execution_options(synchronize_session=False)
        )


def _lock_lines(
    session: Session, roll_id: int, members: Collection[int]
) -> list[tuple[RollLine, SpellKind | None]]:
    """Lock these lines, in one order for all hands. Refused: not_on_roll."""
    rows = session.execute(
        select(RollLine, Spell.kind)
        .outerjoin(Spell, Spell.id == RollLine.spell_id)
        .where(RollLine.roll_id == roll_id, RollLine.member_id.in_(members))
        .order_by(RollLine.member_id)
        .with_for_update(of=RollLine)
        .execution_options(populate_existing=True)
    ).all()
    if len(rows) != len(members):
        raise Refused("not_on_roll", "名册上没有这位同志")
    return [(line, kind) for line, kind in rows]


def _write(line: RollLine, wish: Status, spell_kind: SpellKind | None, *, by: int, now: datetime) -> None:
    if wish is Status.UNRECORDED:
        line.marked_at = line.marked_by = None
        line.status = unmarked(line, spell_kind)
    else:
        line.status, line.marked_at, line.marked_by = wish, now, by


def _changed_by_other(line: RollLine, seen: str | None, by: int) -> bool:
    """Say whether a phone or another hand changed the line after it was seen.

    One's own newer mark is no change: the answer to it may have been lost on the way.
    """
    now = version(line)
    if seen is None or seen == now:
        return False
    same_phone = seen.rpartition(".")[2] == now.rpartition(".")[2]
    return not (same_phone and line.marked_by == by)


def settle_rest(
    session: Session, roll_id: int, status: Status, *, by: int, now: datetime, via: Via = Via.CONSOLE
) -> int:
    """Record every unrecorded line as 请假 or 未查明; return how many. Never absent for a whole list.

    Refused: as `unconfirmed`, status_not_by_hand.
    """
    if status not in (Status.LEAVE, Status.UNCLEAR):
        raise Refused("status_not_by_hand", "其余只能登记为请假或未查明，缺席要逐个定")
    head = unconfirmed(session, roll_id)
    rest = dict.fromkeys(unrecorded_of(session, roll_id), status)
    write_marks(session, head, rest, by=by, now=now, via=via)
    return len(rest)


def count_heads(session: Session, roll_id: int, heads: int | None, observers: int) -> None:
    """Keep the heads counted in the room and the observers. Refused: as `unconfirmed`, bad_heads."""
    if not (heads is None or 0 <= heads <= 2000) or not 0 <= observers <= 2000:
        raise Refused("bad_heads", "人数应当是 0 到 2000", fields={"heads": "0 到 2000"})
    head = unconfirmed(session, roll_id)
    session.execute(update(Roll).where(Roll.id == head.roll.id).values(heads=heads, observers=observers))
