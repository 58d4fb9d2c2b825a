"""Filed records for articles to tell of."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from models.gatherings.gathering import AgendaKind
from models.gatherings.minutes.minutes import Decision, ItemOutcome, MinutesItem, MinutesState
from models.gatherings.roll import Roll, RollLine, Status
from models.people.account import Account
from models.people.org import Org
from tests.conftest import NOON
from tests.factories import (
    THREE_O_CLOCK,
    a_branch,
    a_gathering,
    a_member,
    a_roll,
    an_account,
    some_minutes,
)

# Three came.
PEOPLE = {
    "王建国": Status.PRESENT, "李素芬": Status.LATE, "张大山": Status.LEFT_EARLY, "赵铁柱": Status.LEAVE,
    "周小燕": Status.ABSENT,
}  # fmt: skip
HELD, NOT_HELD, CHANGED = ItemOutcome.HELD, ItemOutcome.NOT_HELD, ItemOutcome.CHANGED
Item = tuple[str, ItemOutcome, str | None]
ITEMS: tuple[Item, ...] = (
    ("学习全会精神", HELD, None),
    ("商量沟渠清淤", CHANGED, "商量路灯"),
    ("观看党课录像", NOT_HELD, None),
)


class Filed(NamedTuple):
    """A branch's filed record, and whose hand filed it."""

    branch: Org
    roll: Roll
    by: Account


def a_record(
    session: Session,
    branch: Org | None = None,
    *,
    items: Iterable[Item] = ITEMS,
    decisions: Iterable[str] = ("十二月十日前清完南段",),
    gathering: dict[str, Any] | None = None,
    **minutes: Any,
) -> Filed:
    """File the record of a theme day of 25 November 2026 to which three came."""
    branch = branch or a_branch(session)
    by = an_account(session)
    it = a_gathering(session, branch, **{"place": "文化广场"} | (gathering or {}))
    members = [a_member(session, branch, name) for name in PEOPLE]
    roll = a_roll(session, it, branch, members)
    for member in members:
        line = session.get_one(RollLine, (it.id, member.id))
        line.status, line.marked_by, line.marked_at = PEOPLE[member.name], by.id, NOON
    session.flush()
    roll.confirmed_at, roll.confirmed_by, roll.revision = NOON, by.id, 1
    began = it.starts_at
    record = some_minutes(
        session, roll, by, host="李书平", recorder="周敏", began_at=began,
        ended_at=began + timedelta(hours=2), discussion="王建国说先清南段，赵铁柱请假。", **minutes,
    )  # fmt: skip
    for n, (title, outcome, to) in enumerate(items, 1):
        session.add(
            MinutesItem(
                roll_id=roll.id, position=n, kind=AgendaKind.STUDY, title=title, outcome=outcome,
                changed_to=to,
            )
        )  # fmt: skip
    for n, text in enumerate(decisions, 1):
        session.add(Decision(roll_id=roll.id, position=n, text=text, owner="王建国"))
    session.flush()
    record.state, record.filed_at, record.filed_by = MinutesState.FILED, THREE_O_CLOCK, by.id
    record.filed_revision = 1
    session.flush()
    return Filed(branch, roll, by)
