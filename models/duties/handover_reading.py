"""Handovers as they are read, and whose post can pass to whom."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, aliased

from models.clock import day_of
from models.duties.handover import Handover
from models.people.account import Account, Post, Role, in_office
from models.people.member import surname_order
from models.people.org import Org
from models.people.posts import Held
from models.people.rights import RIGHTS, PostAt, Verb
from models.refused import Refused

# What a branch elects or names, as it is spoken of; officers are appointed otherwise.
HANDED = (Role.SECRETARY, Role.DEPUTY, Role.COMMISSIONER, Role.CLERK, Role.GROUP_LEADER)
MOST = 50  # handovers on one list
Giver, Taker, Officer = aliased(Account), aliased(Account), aliased(Account)


class Seen(NamedTuple):
    """One handover as it is read: where, from whom to whom, and by whose act."""

    handover: Handover
    org: Org
    giver: Account
    taker: Account
    officer: str


class Follower(NamedTuple):
    """Who is offered to take over, with the posts that the account holds at the organisation itself."""

    account: Account
    roles: tuple[Role, ...]


class Beside(NamedTuple):
    """What else the new hand held at the organisation: kept beside the new post, or ended with the act."""

    kept: tuple[Role, ...]
    ended: tuple[Role, ...]


def post_seen(session: Session, post_id: int) -> Held:
    """Return a post, in force or not. Refused: not_found."""
    row = session.execute(_held().where(Post.id == post_id)).first()
    if row is None:
        raise Refused("not_found", "没有找到这个岗位")
    return Held(*row)


def _held() -> Select[Post, Account, Org]:
    return (
        select(Post, Account, Org)
        .join(Account, Account.id == Post.account_id)
        .join(Org, Org.id == Post.org_id)
    )


def posts_at(session: Session, org: Org, *, now: datetime) -> list[Held]:
    """Return the posts in force at an organisation that can be handed over, in their usual order."""
    query = _held().where(Org.id == org.id, Post.role.in_(HANDED), in_office(day_of(now)))
    held = [Held(*row) for row in session.execute(query)]
    return sorted(held, key=lambda row: (HANDED.index(row.post.role), row.account.login))


def may_follow(session: Session, org: Org, *, now: datetime) -> list[Follower]:
    """Return who is offered to take over: whoever holds a post there or in a group of it, by surname."""
    query = _held().where(Org.path.startswith(org.path), in_office(day_of(now))).order_by(Post.id)
    found: dict[int, Follower] = {}
    for post, account, at in session.execute(query):
        one = found.setdefault(account.id, Follower(account, ()))
        if at.id == org.id:
            found[account.id] = one._replace(roles=(*one.roles, post.role))
    return sorted(found.values(), key=lambda one: (surname_order(one.account.name), one.account.id))


def held_beside(session: Session, seen: Sequence[Seen]) -> dict[int, Beside]:
    """Return handover id -> the other posts of the new hand, where there were any; one statement."""
    items = {one.handover.id: one.handover.items for one in seen}
    ids = [post_id for of in items.values() for kind in ("kept", "ended") for post_id in of.get(kind, ())]
    roles = dict(session.execute(select(Post.id, Post.role).where(Post.id.in_(ids))).all())

    def named(of: dict[str, Any], kind: str) -> tuple[Role, ...]:
        return tuple(roles[post_id] for post_id in of.get(kind, ()))

    return {key: Beside(named(of, "kept"), named(of, "ended")) for key, of in items.items()}


def _handovers() -> Select[Handover, Org, Account, Account, str]:
    return (
        select(Handover, Org, Giver, Taker, Officer.name)
        .join(Org, Org.id == Handover.org_id)
        .join(Giver, Giver.id == Handover.from_account_id)
        .join(Taker, Taker.id == Handover.to_account_id)
        .join(Officer, Officer.id == Handover.account_id)
    )


def handover_seen(session: Session, handover_id: int) -> Seen:
    """Return one handover. Refused: not_found."""
    row = session.execute(_handovers().where(Handover.id == handover_id)).first()
    if row is None:
        raise Refused("not_found", "没有找到这次交接")
    return Seen(*row)


def handovers_below(session: Session, posts: Sequence[PostAt]) -> list[Seen]:
    """Return the newest handovers below these posts' organisations, the newest first; one statement."""
    paths = [post.org_path for post in posts if post.role in RIGHTS[Verb.GIVE_POSTS]]
    if not paths:
        return []
    query = _handovers().where(or_(*(Org.path.startswith(path) for path in paths)))
    rows = session.execute(query.order_by(Handover.acted_at.desc(), Handover.id.desc()).limit(MOST))
    return [Seen(*row) for row in rows]


def handed_to(session: Session, account_id: int, *, since: datetime) -> list[Seen]:
    """Return what was handed to an account since then, the newest first: its holder reads the list."""
    query = _handovers().where(Handover.to_account_id == account_id, Handover.acted_at >= since)
    return [Seen(*row) for row in session.execute(query.order_by(Handover.id.desc()))]
