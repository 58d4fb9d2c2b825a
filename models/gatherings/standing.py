"""Where gatherings stand: rolls with their gathering, state and counts, for lists and screens."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.gatherings.gathering import Gathering, GatheringState, state_at
from models.gatherings.line_words import asks
from models.gatherings.roll import Counts, Roll, RollLine, Status, counts
from models.people.account import Role
from models.people.org import COMMITTEES, Org, tree_order
from models.people.rights import PostAt, parent_path

Host = aliased(Org)
# Built once: they are asked for each gathering, and for each list.
_ROLLS = (
    select(Roll, Gathering, Org, Host)
    .join(Gathering, Gathering.id == Roll.gathering_id)
    .join(Org, Org.id == Roll.org_id)
    .join(Host, Host.id == Gathering.org_id)
)
_SUMS = (
    select(RollLine.roll_id, RollLine.status, func.count(), func.count().filter(asks()))
    .where(RollLine.roll_id.in_(bindparam("rolls", expanding=True)))
    .group_by(RollLine.roll_id, RollLine.status)
)


class Standing(NamedTuple):
    """One organisation's roll at one gathering; `state` is the one in force now."""

    roll: Roll
    gathering: Gathering
    org: Org
    host: Org
    state: GatheringState
    counts: Counts
    questions: int  # lines where a phone signed in although a person had written otherwise

    @property
    def is_draft(self) -> bool:
        """Whether nobody was told of it: never published, be it called off since."""
        return self.gathering.hall_salt is None

    @property
    def is_host(self) -> bool:
        """Whether this is the roll of the organisation that called the gathering."""
        return self.org.id == self.host.id

    @property
    def is_convened(self) -> bool:
        """Whether a committee called this organisation, which holds it with a roll of its own."""
        return self.host.kind in COMMITTEES and not self.is_host


def seen_orgs(posts: Sequence[PostAt]) -> ColumnElement[bool]:
    """Select the organisations whose rolls these posts see (as models.people.rights.sees)."""
    below = [Org.path.startswith(post.org_path) for post in posts if post.role is not Role.AUDITOR]
    above = [Org.path == parent_path(post.org_path) for post in posts if post.role is Role.GROUP_LEADER]
    return or_(Org.id.is_(None), *below, *above)


def own_branches(posts: Sequence[PostAt]) -> ColumnElement[bool]:
    """Select the organisations at which these posts are held; a group leader's is the branch above."""
    leads = [parent_path(post.org_path) for post in posts if post.role is Role.GROUP_LEADER]
    held = [post.org_id for post in posts if post.role is not Role.AUDITOR]
    return or_(Org.id.in_(held), Org.path.in_(leads))


def months_back(today: date, months: int) -> list[str]:
    """Return the months (YYYY-MM) from next month back, newest first."""
    month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    back = []
    for _ in range(months):
        back.append(f"{month:%Y-%m}")
        month = (month - timedelta(days=1)).replace(day=1)
    return back


def rolls_among(
    session: Session, orgs: ColumnElement[bool], *, periods: Sequence[str], now: datetime
) -> list[Standing]:
    """Return the rolls of these organisations and months, newest day first, then in the order of the tree.

    A draft is seen by its own organisation only. Two statements, whatever the number of rolls.
    """
    query = _ROLLS.where(
        orgs,
        Gathering.period.in_(periods),
        or_(Gathering.hall_salt.is_not(None), Roll.org_id == Gathering.org_id),
    )
    found = _standings(session, query, now)
    in_tree = sorted(found, key=lambda row: tree_order(row.org))
    return sorted(in_tree, key=lambda row: row.gathering.starts_at, reverse=True)


def rolls_of(session: Session, gathering_id: int, *, now: datetime) -> list[Standing]:
    """Return the rolls of one gathering, the host's first, then in the order of the tree."""
    query = _ROLLS.where(Gathering.id == gathering_id)
    return sorted(_standings(session, query, now), key=lambda row: (not row.is_host, tree_order(row.org)))


def _standings(session: Session, query: Select[Roll, Gathering, Org, Org], now: datetime) -> list[Standing]:
    rows = session.execute(query).all()
    lines = session.execute(_SUMS, {"rolls": [row[0].id for row in rows]}).all()
    statuses: dict[Any, list[Status]] = {}
    questions: dict[Any, int] = {}
    for roll_id, status, number, asking in lines:
        statuses.setdefault(roll_id, []).extend([status] * number)
        questions[roll_id] = questions.get(roll_id, 0) + asking
    return [
        Standing(
            roll, gathering, org, host,
            state_at(gathering.state, gathering.starts_at, gathering.opened_at, now=now),
            counts(statuses.get(roll.id, [])),
            questions.get(roll.id, 0),
        )
        for roll, gathering, org, host in rows
    ]  # fmt: skip
