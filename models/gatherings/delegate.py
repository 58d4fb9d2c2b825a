"""A named delegate: stands in for the secretary at one gathering, and only there."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Index,
    and_,
    bindparam,
    exists,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, aliased

from models.audit import Via, record
from models.base import Base, Created, Key, Moment, ref
from models.clock import day_of
from models.gatherings.roll import Roll
from models.gatherings.roll_head import RollHead, check_held, roll_seen
from models.people.account import Account, Post, Role, in_office
from models.people.org import Org
from models.people.rights import RIGHTS, Verb
from models.refused import Refused

# How long after the confirmation a delegate may still amend.
KEEPS = timedelta(days=7)


class Delegate(Base):
    """One account may decide leave, open, close, confirm and amend for one roll's organisation."""

    __tablename__ = "delegate"
    id: Mapped[Key]
    roll_id: Mapped[int] = ref("roll.id", index=True)
    account_id: Mapped[int] = ref("account.id", index=True)
    named_by: Mapped[int] = ref("account.id")
    named_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("account_id <> named_by", name="not_oneself"),
        Index(
            "uq_delegate_open",
            "roll_id",
            "account_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class Standin(NamedTuple):
    """A delegate in force, with the account's name."""

    account_id: int
    name: str
    named_at: datetime


def _in_force() -> ColumnElement[bool]:
    """Select delegates of rolls unconfirmed or confirmed within seven days, not ended, who still serve there.

    Whoever holds no post any more that ticks the roll's organisation, or a group of it, has gone elsewhere.
    """
    home, held = aliased(Org), aliased(Org)
    today = bindparam("today", type_=Post.from_on.type)
    serves = exists().where(
        Post.account_id == Delegate.account_id,
        Post.role.in_(RIGHTS[Verb.TICK]),
        Post.on(today),
        Post.org_id == held.id,
        home.id == Roll.org_id,
        or_(home.path.startswith(held.path), and_(held.parent_id == home.id, Post.role == Role.GROUP_LEADER)),
    )
    return and_(
        Delegate.ended_at.is_(None),
        exists().where(
            Roll.id == Delegate.roll_id,
            or_(Roll.confirmed_at.is_(None), Roll.confirmed_at > bindparam("kept_since")),
            serves.correlate(Delegate, Roll),
        ),
    )


# Built once: each step on a roll asks for them.
_IS_DELEGATE = select(
    exists().where(
        Delegate.roll_id == bindparam("roll"), Delegate.account_id == bindparam("account"), _in_force()
    )
)
_STANDIN = (
    select(Account.id, Account.name, Delegate.named_at)
    .join(Account, Account.id == Delegate.account_id)
    .where(Delegate.roll_id == bindparam("roll"), _in_force())
)
_STANDING_IN = (
    select(Delegate.roll_id)
    .where(Delegate.account_id == bindparam("account"), _in_force())
    .order_by(Delegate.roll_id)
)


def _moments(now: datetime) -> dict[str, date | datetime]:
    return {"today": day_of(now), "kept_since": now - KEEPS}


def is_delegate(session: Session, roll_id: int, account_id: int, *, now: datetime) -> bool:
    """Say whether an account stands in for the secretary on this roll now."""
    return bool(session.scalar(_IS_DELEGATE, {"roll": roll_id, "account": account_id} | _moments(now)))


def delegate_of(session: Session, roll_id: int, *, now: datetime) -> Standin | None:
    """Return who stands in for the secretary on this roll now."""
    row = session.execute(_STANDIN, {"roll": roll_id} | _moments(now)).first()
    return Standin(*row) if row else None


def standing_in(session: Session, account_id: int, *, now: datetime) -> list[int]:
    """Return the rolls on which an account stands in for the secretary now."""
    return list(session.scalars(_STANDING_IN, {"account": account_id} | _moments(now)))


def may_stand_in(session: Session, org: Org, *, now: datetime) -> list[Account]:
    """Return the branch's staff and group leaders who cannot confirm its rolls by their own post."""
    today = day_of(now)
    posts = session.execute(
        select(Account, Post.role)
        .join(Post, Post.account_id == Account.id)
        .join(Org, Org.id == Post.org_id)
        .where(
            or_(Org.id == org.id, and_(Org.parent_id == org.id, Post.role == Role.GROUP_LEADER)),
            in_office(today),
        )
    ).all()
    confirm = {account.id for account, role in posts if role in RIGHTS[Verb.CONFIRM]}
    found = {account.id: account for account, role in posts if role in RIGHTS[Verb.TICK]}
    return sorted(
        (account for account in found.values() if account.id not in confirm),
        key=lambda account: (account.name.encode("gbk", errors="replace"), account.id),
    )


def name_delegate(session: Session, roll_id: int, account_id: int, *, by: int, now: datetime) -> None:
    """Let one account open, close, answer leave, confirm and amend for this roll, and nothing else.

    It ends by `end_delegate`, or by itself seven days after the roll is confirmed.
    Refused: not_found, not_published, cancelled, delegate_over, delegate_named, bad_delegate.
    """
    head = roll_seen(session, roll_id, lock=True)
    check_held(head.gathering)
    if head.roll.confirmed_at is not None and head.roll.confirmed_at <= now - KEEPS:
        raise Refused("delegate_over", "名册确认已过七天，不能再委托")
    if delegate_of(session, roll_id, now=now) is not None:
        raise Refused("delegate_named", "已经委托了一位同志，请先结束委托")
    if account_id == by or account_id not in {one.id for one in may_stand_in(session, head.org, now=now)}:
        raise Refused("bad_delegate", "请选本支部的一位专干、委员或小组长")
    session.add(Delegate(roll_id=roll_id, account_id=account_id, named_by=by, named_at=now))
    session.flush()
    _note(session, "name_delegate", head, account_id, by)


def end_delegate(session: Session, roll_id: int, *, by: int, now: datetime) -> None:
    """End whoever stands in on this roll; nothing where nobody does. Refused: not_found."""
    head = roll_seen(session, roll_id, lock=True)
    ended = session.scalars(
        update(Delegate)
        .where(Delegate.roll_id == roll_id, Delegate.ended_at.is_(None))
        .values(ended_at=now)
        .returning(Delegate.account_id)
    ).all()
    for account_id in ended:
        _note(session, "end_delegate", head, account_id, by)


def _note(session: Session, verb: str, head: RollHead, account_id: int, by: int) -> None:
    record(
        session, verb, "roll", head.roll.id, via=Via.CONSOLE, account_id=by, org_id=head.org.id,
        after={"account": account_id, "gathering": head.gathering.id},
    )  # fmt: skip
