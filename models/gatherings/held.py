"""What was held: one row a roll with its numbers and its record, read as a stream for the ledger."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, Row, Select, case, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from models.clock import day_of
from models.gatherings.gathering import (
    GATHERING_KIND_TEXT,
    Gathering,
    GatheringKind,
    GatheringState,
    GatheringTag,
)
from models.gatherings.minutes.minutes import MINUTES_STATE_TEXT, Minutes, MinutesState
from models.gatherings.roll import CAME, NOT_EXPECTED, Roll, RollLine, Status
from models.people.org import Org, OrgKind

Above = aliased(Org)
ROWS_AT_A_TIME = 500


class Held(NamedTuple):
    """One roll of a gathering that has begun; without numbers until its roll is confirmed."""

    org: str  # the branch, also where one of its groups met
    kind: str  # 主题党日、党课；党小组会（第一党小组）
    day: date
    title: str
    place: str
    expected: int | None
    came: int | None
    leave: int | None
    absent: int | None
    record: str

    @property
    def share(self) -> float | None:
        """Return 实到 of 应到; nothing where nobody is expected."""
        return self.came / self.expected if self.came is not None and self.expected else None


def held_between(session: Session, org: Org, *, since: str, until: str, now: datetime) -> Iterator[Held]:
    """Yield what `org` and the organisations below held for these months (YYYY-MM, both included).

    Organisations in the order of the tree, each one's by day. One statement, a few hundred rows in memory
    at a time. A gathering called off, or still to come, was not held.
    """
    query = _rolls(org).where(Gathering.period.between(since, until), Gathering.starts_at <= now)
    for row in session.execute(query.execution_options(yield_per=ROWS_AT_A_TIME)):
        yield _held(row)


def _rolls(org: Org) -> Select[*tuple[object, ...]]:
    # A group stands with its branch, so that what the branch did reads by day.
    of_group = Org.kind == OrgKind.PARTY_GROUP
    path = case((of_group, Above.path), else_=Org.path)
    steps = cast(func.string_to_array(func.rtrim(path, "/"), "/"), ARRAY(BigInteger))
    tags = select(func.array_agg(GatheringTag.tag)).where(GatheringTag.gathering_id == Gathering.id)
    numbers = [
        func.count().filter(RollLine.status.in_(statuses))
        for statuses in (CAME, (Status.LEAVE,), (Status.ABSENT,))
    ]
    return (
        select(
            case((of_group, Above.name), else_=Org.name).label("org"),
            case((of_group, Org.name)).label("group"),
            Gathering.kind,
            tags.scalar_subquery().label("tags"),
            Gathering.starts_at,
            Gathering.title,
            Gathering.place,
            Roll.confirmed_at,
            func.count().filter(RollLine.status.not_in(NOT_EXPECTED)).label("expected"),
            *(count.label(name) for count, name in zip(numbers, ("came", "leave", "absent"), strict=True)),
            Minutes.state,
        )
        .select_from(Roll)
        .join(Gathering, Gathering.id == Roll.gathering_id)
        .join(Org, Org.id == Roll.org_id)
        .outerjoin(Above, Above.id == Org.parent_id)
        .outerjoin(Minutes, Minutes.roll_id == Roll.id)
        .outerjoin(RollLine, RollLine.roll_id == Roll.id)
        .where(
            Org.path.startswith(org.path),
            Gathering.state.not_in((GatheringState.DRAFT, GatheringState.CANCELLED)),
        )
        .group_by(Roll.id, Gathering.id, Org.id, Above.id, Minutes.roll_id)
        .order_by(steps, Gathering.starts_at, Roll.id)
    )


def _held(row: Row[*tuple[object, ...]]) -> Held:
    kinds = [row.kind, *sorted(GatheringKind(tag) for tag in row.tags or () if tag != row.kind)]
    kind = "、".join(GATHERING_KIND_TEXT[one] for one in kinds) + (f"（{row.group}）" if row.group else "")
    where = (row.org, kind, day_of(row.starts_at), row.title, row.place)
    if row.confirmed_at is None:
        return Held(*where, None, None, None, None, "名册待确认")
    record = MINUTES_STATE_TEXT[row.state or MinutesState.DRAFT]
    return Held(*where, row.expected, row.came, row.leave, row.absent, record)
