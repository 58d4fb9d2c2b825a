"""Proposing points: a member declares, or staff write down what one or many did; nothing counts yet."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, insert, literal, select
from sqlalchemy.orm import Session, aliased

from models.audit import Via, record
from models.people.member import ON_ROLLS, Member, Spell, SpellKind
from models.people.org import Org
from models.people.request import check_flood, check_waits, held, waiting, waiting_or_granted
from models.people.said import Said
from models.points.deed import Deed, check_deed, ground_of, is_declared, refuse_late, tidy_deed, wrong
from models.points.entry import PointEntry
from models.points.proposal import Proposal, ProposalMember, ProposalState
from models.points.schemes.document import Item
from models.refused import Refused

MOST_WAITING = 20  # declarations of one member
MOST_A_DAY = 20  # by one member's phone, those taken back included
NAMED = 3


def propose(
    session: Session, branch_id: int, member_ids: Sequence[int], deed: Deed, *, by: int | None,
    by_member: int | None, how: Said | None, via: Via, now: datetime, late: bool = False,
) -> Proposal:  # fmt: skip
    """Put a deed before the branch, for one member or many; it counts once somebody else approves.

    By a member's phone: `by_member` alone. Recorded for a member (代录): the account `by` too, and `how` it
    was said. Staff's own entry: `by` alone. `late`: the proposer was told that it becomes 上期事项. As many
    statements for 150 members as for one. Refused: bad_proposal with `fields`, no_scheme, unknown_item,
    item_not_by_hand, item_not_declared, item_not_for_member, cycle_closed, late_fact, proposed_already,
    declarations_waiting, too_many_tries with `retry_after` in seconds.
    """
    # The branch is held, so that a form sent twice is one proposal.
    branch = session.get_one(Org, branch_id, with_for_update={"key_share": True})
    deed = tidy_deed(deed)
    _check_hand(session, member_ids, by, by_member, how)
    if by is None and by_member is not None:
        sent = select(Proposal).where(Proposal.by_member_id == by_member, Proposal.account_id.is_(None))
        words = f"一天最多用手机报 {MOST_A_DAY} 件，请明天再报，或者请支部代为登记"
        check_flood(session, sent, Proposal.submitted_at, MOST_A_DAY, words, now)
    members = _members(session, branch, member_ids)
    ground = ground_of(session, branch, list(members), deed.item, deed.occurred_on, now=now)
    check_deed(ground.item, deed)
    if by_member is not None and not is_declared(ground.item):
        raise Refused("item_not_declared", f"“{ground.item.title}”由支部登记，不用本人申报")
    check_categories(session, ground.item, list(members), deed.occurred_on)
    _check_not_proposed(session, members, deed)
    if ground.late and not late:
        raise refuse_late(ground, deed.occurred_on)
    proposal = Proposal(
        branch_id=branch.id, scheme_id=ground.scheme.id, cycle=ground.cycle, period=ground.period,
        by_member_id=by_member, account_id=by, how=how, submitted_at=now, **deed._asdict(),
    )  # fmt: skip
    session.add(proposal)
    session.flush()
    rows = select(literal(proposal.id), Member.id).where(Member.id.in_(members))
    session.execute(insert(ProposalMember).from_select(["proposal_id", "member_id"], rows))
    note(session, "propose", proposal, via, by, by_member, members=len(members), late=ground.late)
    return proposal


def note(
    session: Session, verb: str, proposal: Proposal, via: Via, by: int | None, by_member: int | None = None,
    **more: Any,
) -> None:  # fmt: skip
    """Add to the log what was done to a proposal, without its words."""
    after = {"state": proposal.state or ProposalState.SUBMITTED, "item": proposal.item, "how": proposal.how}
    after |= {"cycle": proposal.cycle, "period": proposal.period, "quantity": str(proposal.quantity)}
    record(
        session, verb, "proposal", proposal.id, via=via, org_id=proposal.branch_id, account_id=by,
        member_id=None if by else by_member, after=after | more,
    )  # fmt: skip


def _check_hand(
    session: Session, member_ids: Sequence[int], by: int | None, by_member: int | None, how: Said | None
) -> None:
    if not member_ids:
        raise wrong(members="请至少选一位同志")
    if by_member is None:
        return
    if by is not None and how is None:
        raise wrong(how="请选本人怎么说的")
    if set(member_ids) != {by_member}:
        raise wrong(members="申报只能为本人")
    declared = select(func.count()).where(Proposal.by_member_id == by_member, waiting(Proposal))
    if (session.scalar(declared) or 0) >= MOST_WAITING:
        raise Refused("declarations_waiting", f"有 {MOST_WAITING} 件申报还在等审核，等审核了再报")


def _members(session: Session, branch: Org, member_ids: Sequence[int]) -> dict[int, str]:
    """Return id -> name of these members, all of whom must be on the branch's roster."""
    query = select(Member.id, Member.name).where(
        Member.id.in_(member_ids), Member.branch_id == branch.id, Member.status.in_(ON_ROLLS)
    )
    found = dict(session.execute(query).all())
    if len(found) != len(set(member_ids)):
        raise wrong(members="名单里有人不在本支部的名册上，请重新选")
    return found


def names(found: Sequence[str]) -> str:
    """Return a few names and how many there are: 王建国、李兰、赵平等 5 位同志."""
    shown = "、".join(found[:NAMED])
    return shown if len(found) <= NAMED else f"{shown}等 {len(found)} 位同志"


def check_categories(session: Session, item: Item, member_ids: Sequence[int], day: date) -> None:
    """Refuse an item for whom it is not: by the category held on the day. Refused: item_not_for_member."""
    if item.applies_to is None:
        return
    fits = exists().where(
        Spell.member_id == Member.id,
        Spell.kind == SpellKind.CATEGORY,
        Spell.code.in_(item.applies_to),
        Spell.on(day),
    )
    others = session.scalars(select(Member.name).where(Member.id.in_(member_ids), ~fits)).all()
    if others:
        raise Refused(
            "item_not_for_member", f"“{item.title}”不适用于{names(others)}当天的类别，请把这些名字去掉"
        )


def _check_not_proposed(session: Session, members: dict[int, str], deed: Deed) -> None:
    """Refuse what is word for word there already, waiting or standing, for one of these members."""
    undo = aliased(PointEntry)
    taken_back = exists().where(
        PointEntry.proposal_id == Proposal.id,
        PointEntry.member_id == ProposalMember.member_id,
        undo.reverses == PointEntry.id,
    )
    query = (
        select(ProposalMember.member_id)
        .join(Proposal, Proposal.id == ProposalMember.proposal_id)
        .where(
            ProposalMember.member_id.in_(members),
            ProposalMember.struck.is_(False),
            waiting_or_granted(Proposal),
            Proposal.item == deed.item,
            Proposal.occurred_on == deed.occurred_on,
            Proposal.title == deed.title,
            ~taken_back,
        )
    )
    same = sorted(set(session.scalars(query)))
    if same:
        whose = names([members[one] for one in same])
        raise Refused("proposed_already", f"{whose}当天的这件事已经登记过了，不用再登记一次")


def withdraw(
    session: Session, proposal_id: int, *, by: int | None, by_member: int | None, how: Said | None, via: Via
) -> Proposal:
    """Take back what is not decided: the member's own wish, said by phone or to staff; or one's own list.

    Refused: not_found (also for another member's), not_waiting, bad_proposal (a member's without `how`),
    not_yours (a list that somebody else wrote).
    """
    proposal = held_waiting(session, proposal_id)
    if by is None and proposal.by_member_id != by_member:
        raise Refused("not_found", Proposal.MISSING)
    if by is not None and proposal.by_member_id is not None and how is None:
        raise wrong(how="请选本人怎么说的")
    if by is not None and proposal.by_member_id is None and proposal.account_id != by:
        raise Refused("not_yours", "这份名单由登记的同志自己撤回；不该记分的，审核时答复不同意")
    proposal.state = ProposalState.WITHDRAWN
    session.flush()
    note(session, "withdraw_proposal", proposal, via, by, by_member, said=how)
    return proposal


def held_waiting(session: Session, proposal_id: int) -> Proposal:
    """Lock a proposal that still waits. Refused: not_found, not_waiting."""
    proposal = held(session, Proposal, proposal_id)
    check_waits(proposal)
    return proposal
