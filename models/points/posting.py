"""From a confirmed roll to the ledger: confirming posts once, amending reverses and posts anew."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from models.audit import Via, record
from models.clock import day_of
from models.gatherings.gathering import Gathering, GatheringState, opens_at
from models.gatherings.marks import begin_confirmation, counts_of, write_marks
from models.gatherings.roll import Amendment, Counts, Roll, RollLine, Status
from models.gatherings.roll_head import RollHead, roll_seen
from models.people.org import Org, OrgKind
from models.people.said import LONGEST_REASON
from models.points.appending import append_entries
from models.points.closing import filed_members, is_closed, refuse_closed
from models.points.cycle import cycle_of
from models.points.entry import PointEntry, Source
from models.points.schemes.document import attendance_items
from models.points.schemes.published import Scheme, document_of
from models.points.schemes.use import scheme_for
from models.refused import Refused


@dataclass(frozen=True)
class Confirmation:
    """What a confirmation did: the arithmetic of the roll and the number of entries posted."""

    counts: Counts
    entries: int


@dataclass(frozen=True)
class Amended:
    """What an amendment did: the new revision, entries reversed and entries posted."""

    revision: int
    reversed: int
    posted: int


class Slot(NamedTuple):
    """By which scheme, in which cycle and month (YYYY-MM) entries count."""

    scheme: Scheme
    cycle: str
    month: str


def confirm_roll(
    session: Session, roll_id: int, *, by: int, now: datetime, via: Via = Via.CONSOLE
) -> Confirmation:
    """Confirm the roll and post its points, or neither.

    Gathering and roll are locked first, so that of two hands one confirms and the other is refused, and a
    check-in running meanwhile is either counted or refused. Never guesses an absence.
    Refused: not_found, not_published, cancelled, roll_confirmed, too_early, roll_incomplete.
    """
    head = begin_confirmation(session, roll_id)
    begins = opens_at(head.gathering.starts_at)
    if now < begins:
        raise Refused("too_early", "活动还没有开始，不能确认名册")
    counts = counts_of(session, roll_id)
    if counts.unrecorded:
        raise Refused("roll_incomplete", f"还有 {counts.unrecorded} 人未登记", unrecorded=counts.unrecorded)
    head.roll.confirmed_at, head.roll.confirmed_by, head.roll.revision = now, by, 1
    session.flush()
    entries = post_attendance(session, head, _lines(session, roll_id), by=by, now=now)
    _confirm_gathering_when_last(session, head)
    record(
        session,
        "confirm",
        "roll",
        roll_id,
        via=via,
        account_id=by,
        org_id=head.org.id,
        after={**counts._asdict(), "heads": head.roll.heads, "entries": entries},
    )
    return Confirmation(counts, entries)


def _confirm_gathering_when_last(session: Session, head: RollHead) -> None:
    open_rolls = exists().where(Roll.gathering_id == head.gathering.id, Roll.confirmed_at.is_(None))
    if not session.scalar(select(open_rolls)):
        head.gathering.state = GatheringState.CONFIRMED


def _lines(session: Session, roll_id: int) -> dict[int, Status]:
    query = select(RollLine.member_id, RollLine.status).where(RollLine.roll_id == roll_id)
    return dict(session.execute(query.order_by(RollLine.member_id)).all())


def post_attendance(
    session: Session, head: RollHead, lines: Mapping[int, Status], *, by: int, now: datetime
) -> int:
    """Append the entries that the scheme makes of these lines; return the rows added.

    Unique `about`: posting the same revision twice adds nothing. One absence is one entry, that of the
    gathering's primary kind. Leave, away, exempt, host branch and 未查明 never have an item. An item by the
    hour counts the planned hours. For whom the month is filed already, the entries count in the running
    cycle, with their own day (上期事项). Refused: cycle_closed.
    """
    month, running = head.gathering.period, f"{day_of(now):%Y-%m}"
    if (slot := _slot(session, head, month)) is None:
        return 0
    late = filed_members(session, lines, month, hold=True)
    if _is_filed(session, head, slot):
        late = set(lines)
    in_time = {member_id: status for member_id, status in lines.items() if member_id not in late}
    posted = _post(session, head, in_time, slot, by=by)
    if late and (slot := _slot(session, head, running)) is not None:
        if _is_filed(session, head, slot) or filed_members(session, late, running, hold=True):
            raise refuse_closed(slot.cycle)
        posted += _post(session, head, {member_id: lines[member_id] for member_id in late}, slot, by=by)
    return posted


def _post(session: Session, head: RollHead, lines: Mapping[int, Status], slot: Slot, *, by: int) -> int:
    gathering, revision = head.gathering, head.roll.revision
    constant: dict[str, Any] = {
        "branch_id": rated_branch(head.org),
        "scheme_id": slot.scheme.id,
        "cycle": slot.cycle,
        "period": slot.month,
        "occurred_on": day_of(gathering.starts_at),
        "gathering_id": gathering.id,
        "revision": revision,
        "account_id": by,
    }
    rows: dict[tuple[Source, Decimal], list[tuple[str, int, str, Decimal]]] = defaultdict(list)
    document = document_of(slot.scheme.document)
    for member_id, status in lines.items():
        for item in attendance_items(document, gathering.kind, status):
            about = f"roll:{gathering.id}:{revision}:{member_id}:{item.id}"
            quantity = _hours(gathering) if item.unit == "hour" else Decimal(1)
            rows[item.source, quantity].append((about, member_id, item.id, item.pts * quantity))
    return sum(
        append_entries(session, of, constant | {"source": source, "quantity": quantity})
        for (source, quantity), of in rows.items()
    )


def _slot(session: Session, head: RollHead, month: str) -> Slot | None:
    """Return what the roll's entries of a month count by, None without a scheme."""
    scheme = scheme_for(session, head.org, month)
    if scheme is None:
        return None
    return Slot(scheme, cycle_of(document_of(scheme.document).cycle, month), month)


def _is_filed(session: Session, head: RollHead, slot: Slot) -> bool:
    return is_closed(session, rated_branch(head.org), slot.cycle, hold=True)


def rated_branch(org: Org) -> int:
    """Return whose points the rolls of an organisation make: a group's are its branch's, rated as a whole."""
    return org.parent_id if org.kind is OrgKind.PARTY_GROUP and org.parent_id else org.id


def _hours(gathering: Gathering) -> Decimal:
    planned = Decimal(int((gathering.ends_at - gathering.starts_at).total_seconds()))
    return (planned / 3600).quantize(Decimal("0.01"), ROUND_HALF_UP)


def amend_roll(
    session: Session, roll_id: int, marks: Mapping[int, Status], *, reason: str, by: int, now: datetime,
    via: Via = Via.CONSOLE,
) -> Amended:  # fmt: skip
    """Correct a confirmed roll: raise its revision, reverse what changed and post anew.

    Entries whose line did not change stay as they are. Refused: not_found, not_confirmed, reason_missing,
    nothing_changed, not_on_roll, status_not_by_hand, cycle_closed.
    """
    head = roll_seen(session, roll_id, lock=True)
    if head.roll.confirmed_at is None:
        raise Refused("not_confirmed", "名册还没有确认，直接登记就行")
    if not 2 <= len(reason.strip()) <= LONGEST_REASON:
        words = f"2 到 {LONGEST_REASON} 个字"
        raise Refused("reason_missing", f"请写更正的原因，{words}", fields={"reason": words})
    before = _lines(session, roll_id)
    changed = {member: status for member, status in marks.items() if before.get(member) is not status}
    if not changed:
        raise Refused("nothing_changed", "没有改动")
    if Status.UNRECORDED in changed.values():
        raise Refused("status_not_by_hand", "已经确认的名册不能改回未登记")
    write_marks(session, head, changed, by=by, now=now, via=via)
    head.roll.revision += 1
    session.add(Amendment(roll_id=roll_id, revision=head.roll.revision, reason=reason.strip(), account_id=by))
    session.flush()
    undone = _reverse(session, head, list(changed), by=by)
    posted = post_attendance(session, head, changed, by=by, now=now)
    record(
        session,
        "amend",
        "roll",
        roll_id,
        via=via,
        account_id=by,
        org_id=head.org.id,
        after={"revision": head.roll.revision, "reversed": undone, "posted": posted},
    )
    return Amended(head.roll.revision, undone, posted)


def _reverse(session: Session, head: RollHead, member_ids: Sequence[int], *, by: int) -> int:
    """Append a reversal for each standing entry of these lines; return how many.

    What counted in a cycle that is filed stays: its rating is opened again on paper, or never.
    Refused: cycle_closed.
    """
    undo = aliased(PointEntry)
    standing = session.scalars(
        select(PointEntry)
        .outerjoin(undo, undo.reverses == PointEntry.id)
        .where(
            PointEntry.gathering_id == head.gathering.id,
            PointEntry.member_id.in_(member_ids),
            PointEntry.reverses.is_(None),
            undo.id.is_(None),
        )
        .order_by(PointEntry.id)
    ).all()
    # A member stands on one roll of a gathering.
    kept = ("member_id", "branch_id", "scheme_id", "item", "cycle", "period", "occurred_on", "quantity",
            "source", "gathering_id")  # fmt: skip
    for cycle, month in sorted({(entry.cycle, entry.period) for entry in standing}):
        of = [entry.member_id for entry in standing if entry.period == month]
        if is_closed(session, rated_branch(head.org), cycle, hold=True) or filed_members(
            session, of, month, hold=True
        ):
            raise refuse_closed(cycle)
    for entry in standing:
        session.add(
            PointEntry(
                **{name: getattr(entry, name) for name in kept},
                about=f"reverse:{entry.id}",
                points=-entry.points,
                revision=head.roll.revision,
                reverses=entry.id,
                account_id=by,
            )
        )
    session.flush()
    return len(standing)
