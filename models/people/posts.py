"""Accounts and posts of the level below: who gives them, to whom, and how they end."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import day_of
from models.people.account import Account, Post, Role, in_office
from models.people.account_member import link_new
from models.people.console import HASHER, first_password, log_out_everywhere, make_account
from models.people.org import BRANCHES, Org, OrgKind, tree_order
from models.people.rights import BRANCH_STAFF, PostAt, Verb, may
from models.refused import Refused

# At which organisations a role is held.
HELD_AT: dict[Role, tuple[OrgKind, ...]] = {
    **dict.fromkeys(BRANCH_STAFF, (*BRANCHES, OrgKind.GENERAL_BRANCH)),
    Role.GROUP_LEADER: (OrgKind.PARTY_GROUP,),
    Role.POINTS_GROUP: BRANCHES,
    Role.TOWNSHIP_OFFICER: (OrgKind.PARTY_COMMITTEE,),
    Role.ZONE_OFFICER: (OrgKind.WORKING_COMMITTEE,),
    Role.AUDITOR: (OrgKind.WORKING_COMMITTEE, OrgKind.PARTY_COMMITTEE),
}
BELOW_TOWNSHIP = (Role.GROUP_LEADER, *BRANCH_STAFF, Role.POINTS_GROUP)
GIVES: dict[Role, tuple[Role, ...]] = {
    Role.TOWNSHIP_OFFICER: BELOW_TOWNSHIP,
    Role.ZONE_OFFICER: (*BELOW_TOWNSHIP, Role.TOWNSHIP_OFFICER, Role.AUDITOR),
}


class Held(NamedTuple):
    """One post in force with its account and organisation."""

    post: Post
    account: Account
    org: Org


def may_give(posts: Sequence[PostAt], role: Role, org: Org) -> bool:
    """Return whether these posts may give `role` at `org`: only what stands below the giver's own."""
    givers = [post for post in posts if role in GIVES.get(post.role, ())]
    return may(givers, Verb.GIVE_POSTS, org.path) and org.kind in HELD_AT[role]


def roles_given(posts: Sequence[PostAt]) -> list[Role]:
    """Return the roles that these posts may give somewhere, in their usual order."""
    given = {role for post in posts for role in GIVES.get(post.role, ())}
    return [role for role in Role if role in given]


def posts_below(session: Session, posts: Sequence[PostAt], *, now: datetime) -> list[Held]:
    """Return the posts in force that these posts may give and end, in the order of the tree."""
    paths = [post.org_path for post in posts if post.role in GIVES]
    query = (
        select(Post, Account, Org)
        .join(Account, Account.id == Post.account_id)
        .join(Org, Org.id == Post.org_id)
        .where(
            or_(*(Org.path.startswith(path) for path in paths)),
            Post.not_over(day_of(now)),
            Account.ended_at.is_(None),
        )
    )
    held = [Held(*row) for row in session.execute(query).all()] if paths else []
    given = [row for row in held if may_give(posts, row.post.role, row.org)]
    return sorted(
        given, key=lambda row: (tree_order(row.org), list(Role).index(row.post.role), row.account.login)
    )


def held_by(session: Session, account_ids: Sequence[int], *, now: datetime) -> dict[int, list[Held]]:
    """Return account id -> its posts in force or to come; one statement."""
    query = (
        select(Post, Account, Org)
        .join(Account, Account.id == Post.account_id)
        .join(Org, Org.id == Post.org_id)
        .where(
            Account.id.in_(account_ids),
            Account.ended_at.is_(None),
            Post.not_over(day_of(now)),
        )
    )
    held: dict[int, list[Held]] = {}
    for row in session.execute(query):
        held.setdefault(row[1].id, []).append(Held(*row))
    return held


def orgs_below(session: Session, posts: Sequence[PostAt]) -> list[Org]:
    """Return the organisations at which these posts may give anything, in the order of the tree."""
    paths = [post.org_path for post in posts if post.role in GIVES]
    if not paths:
        return []
    query = select(Org).where(or_(*(Org.path.startswith(path) for path in paths)), Org.dissolved_on.is_(None))
    given = roles_given(posts)
    orgs = [org for org in session.scalars(query) if any(may_give(posts, role, org) for role in given)]
    return sorted(orgs, key=tree_order)


def leaders_of(session: Session, group_ids: Sequence[int], *, now: datetime) -> dict[int, str]:
    """Return group id -> name of its leader in force, where it has one with an account."""
    today = day_of(now)
    query = (
        select(Post.org_id, Account.name)
        .join(Account, Account.id == Post.account_id)
        .where(
            Post.org_id.in_(group_ids),
            Post.role == Role.GROUP_LEADER,
            in_office(today),
        )
    )
    return dict(session.execute(query).all())


def siblings_of(session: Session, org: Org) -> list[Org]:
    """Return the other organisations of this kind below the same parent: they may meet together."""
    query = select(Org).where(
        Org.parent_id == org.parent_id,
        Org.id != org.id,
        Org.kind == org.kind,
        Org.dissolved_on.is_(None),
    )
    return sorted(session.scalars(query), key=tree_order)


def give_post(
    session: Session, posts: Sequence[PostAt], org: Org, role: Role, login: str, name: str, *, by: int,
    now: datetime,
) -> tuple[Account, str]:  # fmt: skip
    """Add an account with a post; return it with the first password, which is shown once.

    Refused: role_not_here, login_taken.
    """
    if not may_give(posts, role, org):
        raise Refused("role_not_here", "这个岗位不在这个组织，或不由您来定", fields={"role": "请换一个"})
    account, password = make_account(session, login, name)
    session.add(Post(account_id=account.id, org_id=org.id, role=role, from_on=day_of(now), granted_by=by))
    record(
        session, "give_post", "account", account.id, via=Via.CONSOLE, account_id=by, org_id=org.id,
        after={"role": role},
    )  # fmt: skip
    link_new(session, [(account, org)], by=by, via=Via.CONSOLE)
    return account, password


def account_below(session: Session, posts: Sequence[PostAt], account_id: int, *, now: datetime) -> Account:
    """Return an account all of whose posts these posts may give. Refused: not_found, not_yours."""
    held = held_by(session, [account_id], now=now).get(account_id, [])
    if not any(may(posts, Verb.GIVE_POSTS, row.org.path) for row in held):
        raise Refused("not_found", "没有找到这个账号")
    if not all(may_give(posts, row.post.role, row.org) for row in held):
        raise Refused("not_yours", "这个账号还有别的岗位，不由您来定")
    return held[0].account


def end_account(session: Session, account: Account, *, by: int, now: datetime) -> None:
    """End an account, its posts and its sessions at once; what it did stays in the records."""
    account.ended_at = now
    for post in session.scalars(select(Post).where(Post.account_id == account.id, Post.to_on.is_(None))):
        post.to_on = max(day_of(now), post.from_on)
    log_out_everywhere(session, account.id)
    record(session, "end_account", "account", account.id, via=Via.CONSOLE, account_id=by)


def new_first_password(session: Session, account: Account, *, by: int) -> str:
    """Give an account a new first password, which must be changed; whoever was logged in is not."""
    password = first_password()
    account.password_hash, account.must_change = HASHER.hash(password), True
    log_out_everywhere(session, account.id)
    record(session, "new_first_password", "account", account.id, via=Via.CONSOLE, account_id=by)
    return password
