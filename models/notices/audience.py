"""Whom a notice reaches, and by what: one row per person expected, none left out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.clock import day_of
from models.gatherings.marks import surname_order
from models.notices.delivery import Channel
from models.notices.reason import Reason
from models.people.binding import Binding
from models.people.member import ON_ROLLS, Member, Spell, SpellKind
from models.people.org import Org


class Recipient(NamedTuple):
    """One person, and the channel that reaches them; without one, `reason` says why somebody phones.

    `at_home`: exempt or away, told that they need not come. `in_mini`: bound in the mini-program, which
    shows the notice but tells nobody of it.
    """

    member_id: int
    name: str
    branch_id: int
    group_id: int | None
    channel: Channel | None
    binding_id: int | None
    reason: Reason | None
    in_mini: bool
    at_home: bool


@dataclass(frozen=True)
class Audience:
    """Everybody a notice is for, by group and in surname order."""

    recipients: tuple[Recipient, ...]

    @property
    def by_channel(self) -> Counter[Channel | None]:
        """How many are reached by which channel; under None, by a telephone call."""
        return Counter(one.channel for one in self.recipients)


def audience_of(
    session: Session,
    org_ids: Sequence[int],
    *,
    account_appid: str | None,
    mini_appid: str | None,
    now: datetime,
) -> Audience:
    """Return everybody expected of these organisations with the channel that reaches them.

    `account_appid` is None where the account may not send. `now` decides whose absence runs: for a
    gathering, give its start. Two statements, whatever the number of people.
    """
    paths = session.scalars(select(Org.path).where(Org.id.in_(org_ids))).all()
    if not paths:
        return Audience(())
    rows = session.execute(_query(paths, account_appid, mini_appid, day_of(now)))
    people = [
        Recipient(
            member_id=member.id,
            name=member.name,
            branch_id=member.branch_id,
            group_id=member.group_id,
            channel=Channel.TEMPLATE if binding_id else None,
            binding_id=binding_id,
            reason=None if binding_id else _why(member, account_appid),
            in_mini=in_mini,
            at_home=at_home,
        )
        for member, binding_id, in_mini, at_home in rows
    ]
    people.sort(key=lambda one: (one.branch_id, one.group_id or 0, surname_order(one.name), one.member_id))
    return Audience(tuple(people))


def _query(
    paths: Sequence[str], account_appid: str | None, mini_appid: str | None, today: date
) -> Select[Member, int | None, bool, bool]:
    """Ask for each person expected below `paths`: the account's binding, one in the mini-program, at home."""
    home, mini = aliased(Org), aliased(Binding)
    at_home = exists().where(
        Spell.member_id == Member.id,
        Spell.kind.in_((SpellKind.AWAY, SpellKind.EXEMPT)),
        Spell.from_on <= today,
        or_(Spell.to_on.is_(None), Spell.to_on >= today),
    )
    followed = and_(
        Binding.member_id == Member.id, Binding.appid == account_appid, Binding.ended_at.is_(None)
    )
    used = and_(mini.member_id == Member.id, mini.appid == mini_appid, mini.ended_at.is_(None))
    return (
        select(Member, Binding.id, mini.id.is_not(None), at_home)
        .join(home, home.id == func.coalesce(Member.group_id, Member.branch_id))
        .outerjoin(Binding, followed)
        .outerjoin(mini, used)
        .where(Member.status.in_(ON_ROLLS), or_(*(home.path.startswith(path) for path in paths)))
    )


def _why(member: Member, account_appid: str | None) -> Reason:
    if account_appid is None:
        return Reason.ACCOUNT_CANNOT_SEND
    return Reason.NO_PHONE if member.no_phone else Reason.NOT_FOLLOWING
