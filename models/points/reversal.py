"""冲回: taking back an entry that was approved; both lines stay, and neither counts."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.people.account import Account
from models.people.said import check_reason, readable_line
from models.points.closing import filed_members, is_closed, refuse_closed
from models.points.entry import PointEntry
from models.points.proposal import Proposal
from models.refused import Refused

SAME = ("member_id", "branch_id", "scheme_id", "item", "level", "cycle", "period", "occurred_on", "quantity",
        "source", "proposal_id")  # fmt: skip


def reverse_entry(session: Session, entry_id: int, *, reason: str, by: int, via: Via) -> PointEntry:
    """Append the reversal of an entry that came from a proposal, with its reason.

    Once, and no reversal is reversed. Refused: not_found, reason_missing, from_roll (a roll is amended),
    is_reversal, reversed_already, own_entry (one's own points, or what one wrote oneself), cycle_closed.
    """
    reason = check_reason(readable_line(reason), "冲回")
    entry = session.get(PointEntry, entry_id)
    if entry is None:
        raise Refused("not_found", "没有找到这一条记分")
    if entry.reverses is not None:
        raise Refused("is_reversal", "这一条本身是冲回，不能再冲回")
    if entry.proposal_id is None:
        raise Refused("from_roll", "这一条是名册记的，要改请更正名册")
    # Entries are never written again and so cannot be locked: whoever reverses holds their proposal.
    proposal = session.get_one(Proposal, entry.proposal_id, with_for_update=True)
    _check_hand(session, entry, proposal, by)
    if session.scalar(select(PointEntry.id).where(PointEntry.reverses == entry.id)) is not None:
        raise Refused("reversed_already", "这一条已经冲回过了")
    if is_closed(session, entry.branch_id, entry.cycle, hold=True) or filed_members(
        session, [entry.member_id], entry.period, hold=True
    ):
        raise refuse_closed(entry.cycle)
    undo = PointEntry(
        **{name: getattr(entry, name) for name in SAME}, about=f"reverse:{entry.id}", points=-entry.points,
        reverses=entry.id, reason=reason, account_id=by,
    )  # fmt: skip
    session.add(undo)
    session.flush()
    record(
        session, "reverse_entry", "point_entry", entry.id, via=via, account_id=by, org_id=entry.branch_id,
        after={"reversal": undo.id, "item": entry.item},
    )  # fmt: skip
    return undo


def _check_hand(session: Session, entry: PointEntry, proposal: Proposal, by: int) -> None:
    if proposal.account_id == by:
        raise Refused("own_entry", "这一条是您自己登记的，要由另一位同志冲回")
    if session.get_one(Account, by).member_id == entry.member_id:
        raise Refused("own_entry", "这是您本人的积分，要由另一位同志冲回")
