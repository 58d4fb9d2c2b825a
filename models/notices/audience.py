"""Whom a notice reaches, and by what: one row per person expected, none left out."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.clock import day_of
from models.gatherings.marks import surname_order
from models.notices.delivery import Channel
from models.notices.reason import Reason
from models.notices.subscription import Subscription
from models.people.binding import Binding
from models.people.member import ON_ROLLS, Member, Spell, SpellKind
from models.people.org import BRANCHES, Org

Mini = aliased(Binding)
Home = aliased(Org)  # of a member: the group, else the branch


class Channels(NamedTuple):
    """What this installation may send by; each is None where it may not.

    `account_appid`: the account's template. `mini_appid` and `template_id`: the mini-program's subscription
    message; `lasting` where one tap allows more than one of them.
    """

    account_appid: str | None
    mini_appid: str | None
    template_id: str | None
    lasting: bool = False


class Recipient(NamedTuple):
    """One person, and the channel that reaches them; without one, `reason` says why somebody phones.

    `at_home`: exempt or away, told that they need not come.
    """

    member_id: int
    name: str
    branch_id: int
    group_id: int | None
    channel: Channel | None
    binding_id: int | None
    reason: Reason | None
    at_home: bool


@dataclass(frozen=True)
class Audience:
    """Everybody a notice is for, by group and in surname order."""

    recipients: tuple[Recipient, ...]

    @property
    def by_channel(self) -> Counter[Channel | None]:
        """How many are reached by which channel; under None, by a telephone call."""
        return Counter(one.channel for one in self.recipients)


def audience_of(session: Session, org_ids: Sequence[int], *, channels: Channels, now: datetime) -> Audience:
    """Return everybody expected of these organisations with the channel that reaches them.

    The account's template is tried first, then a subscription message that is still allowed. `now` decides
    whose absence runs: for a gathering, give its start. Two statements, whatever the number of people.
    """
    people = _people(session, _expected(session, org_ids), channels, day_of(now))
    people.sort(key=lambda one: (one.branch_id, one.group_id or 0, surname_order(one.name), one.member_id))
    return Audience(tuple(people))


class Size(NamedTuple):
    """How many people a notice is for; `at_home` of them need not come."""

    people: int
    at_home: int


def audience_size(session: Session, org_ids: Sequence[int], *, now: datetime) -> Size:
    """Count everybody expected of these organisations without reading anybody. Two statements."""
    counted = (
        select(func.count(), func.count().filter(_at_home(day_of(now))))
        .select_from(Member)
        .join(Home, Home.id == func.coalesce(Member.group_id, Member.branch_id))
        .where(Member.status.in_(ON_ROLLS), _expected(session, org_ids))
    )
    return Size(*session.execute(counted).one())


def _expected(session: Session, org_ids: Sequence[int]) -> ColumnElement[bool]:
    """Select everybody of these organisations and what lies below them, with `Home` joined."""
    rows = session.execute(select(Org.id, Org.kind, Org.path).where(Org.id.in_(org_ids))).all()
    # Hundreds of branches are one list of ids, not a pattern each.
    branches = [org_id for org_id, kind, _ in rows if kind in BRANCHES]
    others = [path for _, kind, path in rows if kind not in BRANCHES]
    return or_(Member.branch_id.in_(branches), *(Home.path.startswith(path) for path in others))


def reached(
    session: Session, member_ids: Collection[int], *, channels: Channels, now: datetime
) -> list[Recipient]:
    """Return those of these members whom a channel reaches; nobody phones about the others."""
    people = _people(session, Member.id.in_(member_ids), channels, day_of(now))
    return [one for one in people if one.channel is not None]


def _people(session: Session, which: ColumnElement[bool], channels: Channels, today: date) -> list[Recipient]:
    return [
        Recipient(
            member_id=member.id,
            name=member.name,
            branch_id=member.branch_id,
            group_id=member.group_id,
            channel=Channel.TEMPLATE if followed else Channel.SUBSCRIBE if allowed else None,
            binding_id=followed or allowed,
            reason=None if followed or allowed else _why(member, channels, in_mini=mini is not None),
            at_home=at_home,
        )
        for member, followed, mini, allowed, at_home in session.execute(_query(which, channels, today))
    ]


def _query(
    which: ColumnElement[bool], channels: Channels, today: date
) -> Select[Member, int | None, int | None, int | None, bool]:
    """Ask for each person on the rolls: binding of the account, of the mini-program, allowed, at home."""
    followed = and_(
        Binding.member_id == Member.id, Binding.appid == channels.account_appid, Binding.ended_at.is_(None)
    )
    used = and_(Mini.member_id == Member.id, Mini.appid == channels.mini_appid, Mini.ended_at.is_(None))
    allowed = and_(
        Subscription.binding_id == Mini.id,
        Subscription.template_id == channels.template_id,
        Subscription.remaining > 0,
        Subscription.switched_off.is_(False),
    )
    return (
        select(Member, Binding.id, Mini.id, Subscription.binding_id, _at_home(today))
        .join(Home, Home.id == func.coalesce(Member.group_id, Member.branch_id))
        .outerjoin(Binding, followed)
        .outerjoin(Mini, used)
        .outerjoin(Subscription, allowed)
        .where(Member.status.in_(ON_ROLLS), which)
    )


def _at_home(today: date) -> ColumnElement[bool]:
    return exists().where(
        Spell.member_id == Member.id,
        Spell.kind.in_((SpellKind.AWAY, SpellKind.EXEMPT)),
        Spell.on(today),
    )


def _why(member: Member, channels: Channels, *, in_mini: bool) -> Reason:
    if member.no_phone:
        return Reason.NO_PHONE
    if channels.template_id is not None and in_mini:
        return Reason.NOT_ALLOWED
    return Reason.ACCOUNT_CANNOT_SEND if channels.account_appid is None else Reason.NOT_FOLLOWING
