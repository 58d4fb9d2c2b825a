"""政治生日: who joined the Party in a month, offered for the agenda by day and month, never by year."""

import re
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from models.gatherings.marks import surname_order
from models.people.member import ON_ROLLS, Member
from models.people.org import Org

LONGEST = 80  # of an agenda item
ITEM = re.compile(r"为 .+ 过政治生日")


class Birthday(NamedTuple):
    """One member's day of admission in the month; `year` only where two of the branch share a name."""

    member_id: int
    name: str
    day: int
    year: int | None

    @property
    def called(self) -> str:
        """The name, told from another of the same."""
        return f"{self.name}（{self.year}年入党）" if self.year else self.name


def birthdays_of(session: Session, org: Org, period: str) -> list[Birthday]:
    """Return who below `org` joined in the month of `period` (YYYY-MM), in surname order; one statement."""
    month = extract("month", Member.joined_on) == int(period[5:])
    same_name = func.count().over(partition_by=(Member.branch_id, Member.name))
    on_rolls = (
        select(
            Member.id, Member.name, Member.joined_on, month.label("is_now"), same_name.label("of_one_name")
        )
        .join(Org, Org.id == Member.branch_id)
        .where(Org.path.startswith(org.path), Member.status.in_(ON_ROLLS))
        .subquery()
    )
    rows = session.execute(select(on_rolls).where(on_rolls.c.is_now))
    people = [
        Birthday(row.id, row.name, row.joined_on.day, row.joined_on.year if row.of_one_name > 1 else None)
        for row in rows
    ]
    return sorted(people, key=lambda one: (surname_order(one.name), one.member_id))


def birthday_item(people: Collection[Birthday]) -> str:
    """Return the agenda item for these people: 为 张三、李四 过政治生日."""
    names = [one.called for one in people]
    for shown in range(len(names), 0, -1):
        more = f" 等 {len(names)} 位同志" if shown < len(names) else ""
        item = f"为 {'、'.join(names[:shown])}{more} 过政治生日"
        if len(item) <= LONGEST:
            return item
    return f"为 {len(names)} 位同志 过政治生日"


def is_birthday_item(title: str) -> bool:
    """Return whether an agenda item is one that this page made."""
    return ITEM.fullmatch(title) is not None


def named_in(title: str, people: Collection[Birthday]) -> set[int]:
    """Return the members among these whom a birthday item names."""
    names = title[2:-6].split("、") if is_birthday_item(title) else []
    return {one.member_id for one in people if one.called in names}
