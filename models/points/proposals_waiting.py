"""Proposals as lists show them: what waits, what was decided lately, and who was on the last list."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from models.clock import day_of
from models.gatherings.dues_tick import DuesTick
from models.people.account import Account, Post
from models.people.console import in_force
from models.people.member import ON_ROLLS, Member, surname_order
from models.people.org import Org, tree_order
from models.people.request import over_since, waiting, waiting_or_granted
from models.people.rights import SECRETARIES
from models.people.whose import HAS_NAMESAKE, Home, at_home_below, year_beside
from models.points.deed import each_points
from models.points.entry import PointEntry
from models.points.proposal import Proposal, ProposalMember
from models.points.schemes.published import Scheme, document_of

Other, Undone = aliased(PointEntry), aliased(PointEntry)
Maker, Decider = aliased(Account), aliased(Account)
Undo, Undoer = aliased(PointEntry), aliased(Account)


class Named(NamedTuple):
    """One of those a proposal is for; the joining year only where the branch has two of the name.

    `again`: something else counts for the same item on the same day. `entry` is what was posted, `undone`
    why and by whom it was taken back.
    """

    member_id: int
    name: str
    joined_year: int | None
    home: Org
    struck: bool = False
    again: bool = False
    entry: int | None = None
    undone: tuple[str, str] | None = None


class ProposalRow(NamedTuple):
    """One proposal with its people by group and in surname order; `points` are those of one person."""

    proposal: Proposal
    branch: Org
    title: str
    points: Decimal
    people: tuple[Named, ...]
    made_by: str | None
    decided_by: str | None

    @property
    def late(self) -> bool:
        """Say whether it counts as 上期事项: in the month of posting, not in that of the deed."""
        return self.proposal.period != f"{self.proposal.occurred_on:%Y-%m}"

    @property
    def own(self) -> bool:
        """Say whether it is somebody's own wish, and not an entry of staff."""
        return self.proposal.by_member_id is not None


def waiting_below(
    session: Session, paths: Sequence[str], *, above: Sequence[str] = (), now: datetime
) -> list[ProposalRow]:
    """Return what waits for members below `paths`, the oldest first; as many statements for one as for all.

    Below `above`, which are officers' own, only what is the branch's secretary's. Of a list that reaches
    beyond a group, whoever sees the group alone reads the names of the group.
    """
    seen = or_(_for_someone_below(paths), and_(_in_branches_below(above), _is_secretarys(now)))
    query = _rows(seen, waiting(Proposal))
    return _shown(session, query.order_by(Proposal.submitted_at, Proposal.id), [*paths, *above])


def decided_below(
    session: Session, paths: Sequence[str], *, above: Sequence[str] = (), since: datetime, now: datetime
) -> list[ProposalRow]:
    """Return what was decided or taken back since then, of the same people, the latest first."""
    seen = or_(_for_someone_below(paths), and_(_in_branches_below(above), _is_secretarys(now)))
    at = func.coalesce(Proposal.decided_at, Proposal.submitted_at)
    query = _rows(seen, over_since(Proposal, Proposal.decided_at, Proposal.submitted_at, since))
    return _shown(session, query.order_by(at.desc(), Proposal.id.desc()), [*paths, *above])


def declarations_of(session: Session, member_id: int) -> list[ProposalRow]:
    """Return what one member declared, or had recorded for them, the newest first."""
    query = _rows(Proposal.by_member_id == member_id)
    return _shown(session, query.order_by(Proposal.id.desc()))


def proposal_seen(session: Session, proposal_id: int) -> ProposalRow | None:
    """Return one proposal, None where there is none."""
    return next(iter(_shown(session, _rows(Proposal.id == proposal_id))), None)


def last_list(session: Session, branch_id: int, item: str | None) -> list[int]:
    """Return for whom staff last wrote down this item (any, without one): 照上次名单."""
    query = (
        select(Proposal.id)
        .where(
            Proposal.branch_id == branch_id,
            Proposal.by_member_id.is_(None),
            waiting_or_granted(Proposal),
            Proposal.item == item if item else true(),
        )
        .order_by(Proposal.id.desc())
        .limit(1)
    )
    of = select(ProposalMember.member_id).where(
        ProposalMember.proposal_id == query.scalar_subquery(), ProposalMember.struck.is_(False)
    )
    return list(session.scalars(of))


def unpaid_of(session: Session, branch_id: int, period: str) -> list[int]:
    """Return who of the branch has no tick 党费已交 for this month."""
    ticked = exists().where(DuesTick.member_id == Member.id, DuesTick.period == period)
    query = select(Member.id).where(Member.branch_id == branch_id, Member.status.in_(ON_ROLLS), ~ticked)
    return list(session.scalars(query))


def _for_someone_below(paths: Sequence[str]) -> ColumnElement[bool]:
    found = (
        select(ProposalMember.member_id)
        .join(Member, Member.id == ProposalMember.member_id)
        .join(Home, Home.id == func.coalesce(Member.group_id, Member.branch_id))
        .where(ProposalMember.proposal_id == Proposal.id, at_home_below(paths))
    )
    return found.exists()


def _in_branches_below(paths: Sequence[str]) -> ColumnElement[bool]:
    return or_(false(), *(Org.path.startswith(path) for path in paths))


def _is_secretarys(now: datetime) -> ColumnElement[bool]:
    """Say in SQL what models.points.approving.is_secretarys says of one."""
    whom = select(ProposalMember.member_id).where(
        ProposalMember.proposal_id == Proposal.id, ProposalMember.struck.is_(False)
    )
    theirs = or_(
        Account.id == Proposal.account_id,
        Account.member_id == Proposal.by_member_id,
        Account.member_id.in_(whom),
    )
    found = (
        select(Account.id)
        .join(Post, in_force(day_of(now)))
        .where(Post.org_id == Proposal.branch_id, Post.role.in_(SECRETARIES), theirs)
    )
    return found.exists()


def _rows(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(Proposal, Org, Scheme.document, Maker.name, Decider.name)
        .join(Org, Org.id == Proposal.branch_id)
        .join(Scheme, Scheme.id == Proposal.scheme_id)
        .outerjoin(Maker, Maker.id == Proposal.account_id)
        .outerjoin(Decider, Decider.id == Proposal.decided_by)
        .where(*conditions)
    )


def _shown(
    session: Session, query: Select[*tuple[Any, ...]], within: Sequence[str] | None = None
) -> list[ProposalRow]:
    found = session.execute(query).all()
    people = _people(session, [row[0].id for row in found])
    rows = []
    for proposal, branch, document, made_by, decided_by in found:
        items = {item.id: item for item in document_of(document).items}
        item = items.get(proposal.item)
        points = each_points(item, proposal.level) * proposal.quantity if item else Decimal(0)
        title = item.title if item else "办法里没有的项目"
        title = f"{title}（{proposal.level}）" if proposal.level else title
        whom = people[proposal.id]
        # A branch reads its lists whole, also those who moved since; a group of a list only its own.
        if within is not None and not _is_below(branch, within):
            whom = tuple(one for one in whom if _is_below(one.home, within))
        rows.append(ProposalRow(proposal, branch, title, points, whom, made_by, decided_by))
    return rows


def _is_below(org: Org, paths: Sequence[str]) -> bool:
    return any(org.path.startswith(path) for path in paths)


def _people(session: Session, proposal_ids: Sequence[int]) -> dict[int, tuple[Named, ...]]:
    if not proposal_ids:
        return {}
    again = exists().where(
        Other.member_id == ProposalMember.member_id,
        Other.item == Proposal.item,
        Other.occurred_on == Proposal.occurred_on,
        Other.reverses.is_(None),
        func.coalesce(Other.proposal_id, 0) != Proposal.id,
        ~exists().where(Undone.reverses == Other.id),
    )
    query = (
        select(
            Proposal.id, Member, HAS_NAMESAKE, Home, ProposalMember.struck, again, PointEntry.id,
            Undo.reason, Undoer.name,
        )
        .join(Proposal, Proposal.id == ProposalMember.proposal_id)
        .join(Member, Member.id == ProposalMember.member_id)
        .join(Home, Home.id == func.coalesce(Member.group_id, Member.branch_id))
        .outerjoin(
            PointEntry,
            and_(
                PointEntry.proposal_id == Proposal.id,
                PointEntry.member_id == Member.id,
                PointEntry.reverses.is_(None),
            ),
        )
        .outerjoin(Undo, Undo.reverses == PointEntry.id)
        .outerjoin(Undoer, Undoer.id == Undo.account_id)
        .where(Proposal.id.in_(proposal_ids))
    )  # fmt: skip
    people: dict[int, list[Named]] = defaultdict(list)
    for proposal_id, member, twin, of, struck, twice, entry, reason, undoer in session.execute(query):
        year = year_beside(member, twin)
        undone_by = (reason, undoer) if reason else None
        people[proposal_id].append(Named(member.id, member.name, year, of, struck, twice, entry, undone_by))
    return defaultdict(tuple, {of: tuple(sorted(rows, key=_order)) for of, rows in people.items()})


def _order(one: Named) -> tuple[list[int], bytes, int]:
    return tree_order(one.home), surname_order(one.name), one.member_id
