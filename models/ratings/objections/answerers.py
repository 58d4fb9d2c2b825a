"""Who may answer an objection: another hand than the one behind what is disputed, as near as there is one."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session, aliased

from models.clock import day_of
from models.gatherings.roll import Roll, RollLine
from models.people.account import ROLE_TEXT, Account, Post, Role, in_office
from models.people.member import Member, surname_order
from models.people.org import Org
from models.people.rights import RIGHTS, SECRETARIES, Verb
from models.points.entry import PointEntry
from models.points.proposal import Proposal
from models.ratings.meeting.decision import MemberGrade, Ruling
from models.ratings.objections.objection import Desk, Objection
from models.ratings.procedure.rating import Rating
from models.refused import Refused

DESK_TEXT = {Desk.BRANCH: "支部", Desk.TOWNSHIP: "镇党委", Desk.ZONE: "示范区"}
DESKS = (Desk.BRANCH, Desk.TOWNSHIP, Desk.ZONE)
OFFICE = {Role.TOWNSHIP_OFFICER: Desk.TOWNSHIP, Role.ZONE_OFFICER: Desk.ZONE}  # all other posts: the branch's

Branch, First, Second = aliased(Org), aliased(Objection), aliased(Objection)


class Hand(NamedTuple):
    """One account with a post at a branch or above it."""

    account_id: int
    name: str
    member_id: int | None
    role: Role

    @property
    def desk(self) -> Desk:
        """Return the desk at which this post answers."""
        return OFFICE.get(self.role, Desk.BRANCH)


class Hands(NamedTuple):
    """Where an objection is answered as things stand, who may do it there, and whose hands are tied."""

    desk: Desk
    free: tuple[Hand, ...]  # in surname order, each account once
    tied: frozenset[int]

    @property
    def names(self) -> str:
        """Return who may answer, in words."""
        if not self.free:
            return f"{DESK_TEXT[self.desk]}（现在没有可以答复的人，请上级明确一位）"
        return "、".join(f"{hand.name}（{ROLE_TEXT[hand.role]}）" for hand in self.free)


class Makers(NamedTuple):
    """Behind what is disputed: the accounts that wrote or approved it, and members who proposed it."""

    accounts: frozenset[int]
    members: frozenset[int]


NOBODY = Makers(frozenset(), frozenset())


def makers_of_entries(session: Session, entry_ids: Collection[int]) -> dict[int, Makers]:
    """Return entry id -> who confirmed the roll, marked the line, proposed and approved; one statement."""
    line = (RollLine.gathering_id == PointEntry.gathering_id) & (RollLine.member_id == PointEntry.member_id)
    query = (
        select(
            PointEntry.id, Proposal.by_member_id, PointEntry.account_id, Roll.confirmed_by,
            RollLine.marked_by, Proposal.account_id, Proposal.decided_by,
        )
        .outerjoin(RollLine, line)
        .outerjoin(Roll, Roll.id == RollLine.roll_id)
        .outerjoin(Proposal, Proposal.id == PointEntry.proposal_id)
        .where(PointEntry.id.in_(entry_ids))
    )  # fmt: skip
    return {
        entry_id: Makers(frozenset(filter(None, accounts)), frozenset(filter(None, [member_id])))
        for entry_id, member_id, *accounts in session.execute(query)
    }


def makers_of_stars(session: Session, stars: Collection[tuple[int, int]]) -> dict[tuple[int, int], Makers]:
    """Return (rating, member) -> who began the rating and wrote down grade and ruling; one statement."""
    query = (
        select(Rating.id, Member.id, Rating.begun_by, MemberGrade.account_id, Ruling.account_id)
        .join(Member, tuple_(Rating.id, Member.id).in_(stars))
        .outerjoin(MemberGrade, (MemberGrade.rating_id == Rating.id) & (MemberGrade.member_id == Member.id))
        .outerjoin(Ruling, (Ruling.rating_id == Rating.id) & (Ruling.member_id == Member.id))
    )
    return (
        {
            (rating_id, member_id): Makers(frozenset(filter(None, accounts)), frozenset())
            for rating_id, member_id, *accounts in session.execute(query)
        }
        if stars
        else {}
    )


def _answered_before(session: Session, objections: Iterable[Objection]) -> dict[int, frozenset[int]]:
    """Return objection id -> whose answers it appeals from, one above the other."""
    ids = [one.id for one in objections if one.appeals is not None]
    if not ids:
        return {}
    rows = session.execute(
        select(Objection.id, First.answered_by, Second.answered_by)
        .join(First, First.id == Objection.appeals)
        .outerjoin(Second, Second.id == First.appeals)
        .where(Objection.id.in_(ids))
    )
    return {of: frozenset(filter(None, accounts)) for of, *accounts in rows}


def makers_of(session: Session, objection: Objection) -> Makers:
    """Return who stands behind what an objection or appeal disputes, with the answers it appeals from."""
    star = (objection.rating_id or 0, objection.member_id)
    found = (
        makers_of_entries(session, [objection.entry_id]).get(objection.entry_id, NOBODY)
        if objection.entry_id
        else makers_of_stars(session, [star]).get(star, NOBODY)
    )
    before = _answered_before(session, [objection]).get(objection.id, frozenset())
    return found._replace(accounts=found.accounts | before)


def posts_around(session: Session, branch_ids: Collection[int], *, now: datetime) -> dict[int, list[Hand]]:
    """Return branch id -> the posts in force there and above that answer objections; one statement."""
    today = day_of(now)
    rows = session.execute(
        select(Branch.id, Account.id, Account.name, Account.member_id, Post.role)
        .join(Org, Branch.path.startswith(Org.path))
        .join(Post, Post.org_id == Org.id)
        .join(Account, Account.id == Post.account_id)
        .where(
            Branch.id.in_(branch_ids),
            Post.role.in_(RIGHTS[Verb.ANSWER_OBJECTION]),
            in_office(today),
        )
    )
    found: dict[int, list[Hand]] = {branch_id: [] for branch_id in branch_ids}
    for branch_id, account_id, name, member_id, role in rows:
        found[branch_id].append(Hand(account_id, name, member_id, role))
    return found


def hands_of(session: Session, objections: Sequence[Objection], *, now: datetime) -> dict[int, Hands]:
    """Return objection id -> who may answer it; at most four statements, however many they are."""
    if not objections:
        return {}
    entries = makers_of_entries(session, {one.entry_id for one in objections if one.entry_id})
    stars = makers_of_stars(session, {(one.rating_id, one.member_id) for one in objections if one.rating_id})
    before = _answered_before(session, objections)
    posts = posts_around(session, {one.branch_id for one in objections}, now=now)
    found = {}
    for one in objections:
        makers = entries.get(one.entry_id or 0) or stars.get((one.rating_id or 0, one.member_id)) or NOBODY
        found[one.id] = _free(one, makers, before.get(one.id, frozenset()), posts[one.branch_id])
    return found


def _free(objection: Objection, makers: Makers, before: frozenset[int], posts: Sequence[Hand]) -> Hands:
    """Return the nearest desk with a free hand, from the objection's own upwards.

    The secretary's own doing, a star that the branch's secretary led to, and the secretary's own points are
    not for secretaries to answer: the committee, the points group, or those above.
    """
    secretaries = {hand.account_id for hand in posts if hand.role in SECRETARIES}
    theirs = {hand.account_id for hand in posts if hand.member_id == objection.member_id}
    proposed = {hand.account_id for hand in posts if hand.member_id in makers.members}
    tied = makers.accounts | before | theirs | proposed
    is_theirs = objection.rating_id or secretaries & (makers.accounts | theirs)
    out = tied | secretaries if is_theirs else tied
    desk = objection.desk
    for desk in DESKS[DESKS.index(objection.desk) :]:
        free = {hand.account_id: hand for hand in posts if hand.desk is desk and hand.account_id not in out}
        if free:
            in_order = sorted(free.values(), key=lambda hand: (surname_order(hand.name), hand.account_id))
            return Hands(desk, tuple(in_order), tied)
    return Hands(desk, (), tied)


def check_hand(hands: Hands, account_id: int) -> None:
    """Let the answer of this account go on. Refused: own_entry, not_your_desk; both say who can answer."""
    if any(hand.account_id == account_id for hand in hands.free):
        return
    if account_id in hands.tied:
        raise Refused("own_entry", f"这一件和您自己办过的事有关，要由别的同志答复：{hands.names}")
    raise Refused("not_your_desk", f"这一件不在您这里答复，由{DESK_TEXT[hands.desk]}答复：{hands.names}")
