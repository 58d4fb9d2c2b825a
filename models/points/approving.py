"""Deciding what was proposed: by a second person, once; an approval posts for all, a no says why."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, func, literal, or_, select, update
from sqlalchemy.orm import Session

from models.audit import Via
from models.clock import day_of
from models.people.account import Account, Post, Role
from models.people.console import in_force
from models.people.org import Org
from models.people.request import Answer, held, settle, tidy_answer
from models.people.rights import OFFICERS, RIGHTS, SECRETARIES, Verb
from models.people.said import Said
from models.points.appending import append_entries
from models.points.deed import Deed, Ground, check_deed, each_points, ground_of, refuse_late, wrong
from models.points.proposal import Proposal, ProposalMember
from models.points.proposing import check_categories, held_waiting, note
from models.refused import Refused


def approve(
    session: Session, proposal_id: int, *, without: Collection[int] = (), answer: str = "",
    told_how: Said | None = None, by: int, via: Via, now: datetime, late: bool = False,
) -> int:  # fmt: skip
    """Approve a proposal but for the members struck (`without`); return how many entries that posted.

    All is judged again: if the deed's cycle was filed meanwhile it becomes 上期事项, and the approver says
    `late`. Of two hands one posts and the other is refused. Refused: not_found, not_waiting, bad_proposal,
    own_entry, branch_decides, no_scheme, unknown_item, item_not_for_member, cycle_closed, late_fact,
    reason_missing (too long).
    """
    said = tidy_answer(answer, approve=True)
    proposal = held_waiting(session, proposal_id)
    of = members_of(session, proposal_id)
    members = [member for member in of if member not in without]
    if not members:
        raise wrong(without="名字都划去了；不同意请用“不同意”，写明原因")
    check_hand(session, proposal, members, by=by, now=now)
    ground = _judge_again(session, proposal, members, now=now)
    if ground.late and ground.cycle != proposal.cycle and not late:
        raise refuse_late(ground, proposal.occurred_on)
    if len(members) < len(of):
        struck = ProposalMember.member_id.not_in(members)
        session.execute(
            update(ProposalMember)
            .where(ProposalMember.proposal_id == proposal.id, struck)
            .values(struck=True)
        )
    proposal.scheme_id, proposal.cycle, proposal.period = ground.scheme.id, ground.cycle, ground.period
    given = Answer(approve=True, answer=answer, told_how=told_how, by=by, via=via, now=now)
    settle(session, proposal, said, given)
    posted = _post(session, proposal, ground, members)
    note(session, "approve_proposal", proposal, via, by, entries=posted, struck=len(of) - len(members))
    return posted


def _judge_again(session: Session, proposal: Proposal, members: Sequence[int], *, now: datetime) -> Ground:
    """Return where a proposal counts today, for those who are left on it; its cycle is held open."""
    branch = session.get_one(Org, proposal.branch_id)
    ground = ground_of(session, branch, members, proposal.item, proposal.occurred_on, now=now, hold=True)
    check_deed(ground.item, deed_of(proposal))
    check_categories(session, ground.item, members, proposal.occurred_on)
    return ground


def deed_of(proposal: Proposal) -> Deed:
    """Return what a proposal says was done."""
    return Deed(
        proposal.item, proposal.occurred_on, proposal.title, proposal.quantity, proposal.level,
        proposal.evidence,
    )  # fmt: skip


def _post(session: Session, proposal: Proposal, ground: Ground, members: Sequence[int]) -> int:
    points = each_points(ground.item, proposal.level) * proposal.quantity
    rows = [(f"proposal:{proposal.id}:{member}", member, ground.item.id, points) for member in members]
    return append_entries(
        session,
        rows,
        {
            "branch_id": proposal.branch_id,
            "scheme_id": proposal.scheme_id,
            "level": proposal.level,
            "cycle": proposal.cycle,
            "period": proposal.period,
            "occurred_on": proposal.occurred_on,
            "quantity": proposal.quantity,
            "source": ground.item.source,
            "proposal_id": proposal.id,
            "account_id": proposal.decided_by,
        },
    )


def reject(
    session: Session,
    proposal_id: int,
    *,
    answer: str,
    told_how: Said | None = None,
    by: int,
    via: Via,
    now: datetime,
) -> Proposal:
    """Say no, with a sentence that the proposer reads.

    Refused: not_found, not_waiting, own_entry, branch_decides, reason_missing.
    """
    said = tidy_answer(answer, approve=False)
    proposal = held_waiting(session, proposal_id)
    check_hand(session, proposal, members_of(session, proposal_id), by=by, now=now)
    given = Answer(approve=False, answer=answer, told_how=told_how, by=by, via=via, now=now)
    settle(session, proposal, said, given)
    note(session, "reject_proposal", proposal, via, by)
    return proposal


def members_of(session: Session, proposal_id: int) -> list[int]:
    """Return for whom a proposal is, without those struck."""
    query = select(ProposalMember.member_id).where(
        ProposalMember.proposal_id == proposal_id, ProposalMember.struck.is_(False)
    )
    return list(session.scalars(query.order_by(ProposalMember.member_id)))


def tell(session: Session, proposal_id: int, how: Said, *, by: int, via: Via) -> Proposal:
    """Record how the answer reached whoever has no phone to read it on. Refused: not_found, not_decided."""
    proposal = held(session, Proposal, proposal_id)
    if proposal.decided_at is None:
        raise Refused("not_decided", "这件申报还没有审核")
    proposal.told_how = how
    session.flush()
    note(session, "tell_proposal", proposal, via, by, told_how=how)
    return proposal


def check_hand(
    session: Session, proposal: Proposal, members: Sequence[int], *, by: int, now: datetime
) -> None:
    """Let only a second person decide: not the maker, nobody it is for; officers what is the secretary's.

    Rule: 谁登记谁不审核，本人的由别人审核; the level above only where the branch's secretary made it or is
    among those it is for. Refused: own_entry, branch_decides.
    """
    if proposal.account_id == by:
        raise Refused("own_entry", "这一件是您自己登记的，要由另一位同志审核")
    own = session.get_one(Account, by).member_id
    if own is not None and own == proposal.by_member_id:
        raise Refused("own_entry", "这是您本人的申报，要由另一位同志审核")
    if own is not None and own in members:
        raise Refused("own_entry", "名单里有您本人，请先划去自己，或者请另一位同志审核")
    roles = _roles_over(session, proposal.branch_id, by, now)
    if roles and roles <= set(OFFICERS) and not is_secretarys(session, proposal, members, now=now):
        raise Refused("branch_decides", "这一件由支部自己审核；书记登记的或者为书记登记的，才由上级审核")


def _roles_over(session: Session, branch_id: int, account_id: int, now: datetime) -> set[Role]:
    path = select(Org.path).where(Org.id == branch_id).scalar_subquery()
    query = (
        select(Post.role)
        .join(Account, in_force(day_of(now)))
        .join(Org, Org.id == Post.org_id)
        .where(
            Account.id == account_id,
            Post.role.in_(RIGHTS[Verb.APPROVE_ENTRY]),
            func.starts_with(path, Org.path),
        )
    )
    return set(session.scalars(query))


def is_secretarys(session: Session, proposal: Proposal, members: Sequence[int], *, now: datetime) -> bool:
    """Say whether the branch's secretary or deputy made a proposal or is among those it is for."""
    theirs = or_(
        Account.id == literal(proposal.account_id),
        Account.member_id == literal(proposal.by_member_id),
        Account.member_id.in_(members),
    )
    query = select(Account.id).join(
        Post, and_(in_force(day_of(now)), Post.org_id == proposal.branch_id, Post.role.in_(SECRETARIES))
    )
    return session.scalar(query.where(theirs).limit(1)) is not None
