"""Held and filed below a committee: a row for each branch and month, in neutral words and without persons."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Row, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from models.clock import day_of
from models.gatherings.calendar.workdays import after_workdays_each
from models.gatherings.gathering import Gathering, GatheringKind, GatheringState, state_at
from models.gatherings.minutes.hints import hints_of
from models.gatherings.minutes.minutes import Minutes, MinutesState
from models.gatherings.minutes.reading import WORKDAYS_TO_FILE
from models.gatherings.minutes.review import RecordLook, filing_of
from models.gatherings.roll import Roll, RollLine, Status, counts
from models.people.org import BRANCHES, COMMITTEES, DEFAULTS, Org, OrgKind, OrgSetting, Setting, tree_order

OVER = (GatheringState.CLOSED, GatheringState.CONFIRMED)
Home, Host = aliased(Org), aliased(Org)


class Held(StrEnum):
    """How far a branch's gathering has come."""

    WAITING = "waiting"
    HELD = "held"
    CANCELLED = "cancelled"
    NONE = "none"


HELD_TEXT = {
    Held.WAITING: "待开展",
    Held.HELD: "已开展",
    Held.CANCELLED: "已取消",
    Held.NONE: "本月未安排",
}


class RecordBelow(NamedTuple):
    """One roll of a branch, or of a group of it, with its gathering and where its record stands.

    `host` names who called it, where that is another. `date_reason` stands where the day is not the
    branch's usual one. `shared`: the general branch's roll, on which the
    branch's people stand with others, so that its numbers are not the branch's. `looked`: a reader's
    committee has read the record as it is filed now.
    """

    roll_id: int
    gathering_id: int
    org_id: int
    org: str
    kind: GatheringKind
    title: str
    starts_at: datetime
    host: str
    date_reason: str
    reason: str
    held: Held
    confirmed: bool
    expected: int
    came: int
    state: MinutesState | None
    return_reason: str
    filing: str  # which filing this is; empty where it is not filed
    again: bool  # filed after it had been returned
    due_on: date
    due_known: bool
    looked: bool
    shared: bool
    hints: tuple[str, ...]

    @property
    def waits(self) -> bool:
        """Whether it was held and is still to be filed."""
        return self.held is Held.HELD and self.state is not MinutesState.FILED

    @property
    def filed(self) -> bool:
        """Whether it is filed."""
        return self.state is MinutesState.FILED


class BelowRow(NamedTuple):
    """One branch in one month: its theme day, where there is one, and whatever else it held or called."""

    org: Org
    above: tuple[Org, ...]  # between the committee that was asked for and the branch, highest first
    committee_id: int  # the nearest committee above: its officer reads this branch's records
    theme_day: RecordBelow | None
    others: tuple[RecordBelow, ...]

    @property
    def held(self) -> Held:
        """How far the month's theme day has come."""
        return self.theme_day.held if self.theme_day else Held.NONE

    @property
    def records(self) -> tuple[RecordBelow, ...]:
        """The theme day first, then the others by their time."""
        return (self.theme_day, *self.others) if self.theme_day else self.others


def records_below(
    session: Session, org: Org, *, period: str, now: datetime, readers: Collection[int] = ()
) -> list[BelowRow]:
    """Return a row for each branch of the subtree of `org` in this month (YYYY-MM), in tree order.

    `readers`: the committees whose looks count. A draft is nobody's above its branch. Nine statements,
    whatever the number of branches and years.
    """
    tree = {one.id: one for one in session.scalars(select(Org).where(_of_month(org, period)))}
    usual = _usual_days(session, tree)
    by_org: dict[int, list[RecordBelow]] = {}
    for path, one in _records(session, org, period, now, readers):
        upward = [int(step) for step in reversed(path.split("/")) if step]
        day = next((usual[step] for step in upward if step in usual), DEFAULTS[Setting.THEME_DAY])
        differs = one.kind is GatheringKind.THEME_DAY and day_of(one.starts_at).day != day
        # A group's roll stands in its branch's row.
        keeper = next((step for step in upward if step in tree), 0)
        by_org.setdefault(keeper, []).append(one if differs else one._replace(date_reason=""))
    branches = sorted((one for one in tree.values() if one.kind in BRANCHES), key=tree_order)
    return [_row(branch, org, tree, by_org) for branch in branches]


def _of_month(org: Org, period: str) -> Any:
    """Select what stands in the subtree and above it in a month; groups belong to their branch."""
    first = date.fromisoformat(f"{period}-01")
    following = (first + timedelta(days=31)).replace(day=1)
    return (
        or_(Org.path.startswith(org.path), literal(org.path).startswith(Org.path))
        & (Org.kind != OrgKind.PARTY_GROUP)
        & or_(Org.dissolved_on.is_(None), Org.dissolved_on >= first)
        & or_(Org.set_up_on.is_(None), Org.set_up_on < following)
    )


def _usual_days(session: Session, tree: Collection[int]) -> dict[int, int]:
    """Return organisation -> the day of the month on which it and those below hold their theme day."""
    query = select(OrgSetting.org_id, OrgSetting.value).where(
        OrgSetting.org_id.in_(tree), OrgSetting.key == Setting.THEME_DAY
    )
    return dict(session.execute(query).all())


def _row(branch: Org, asked: Org, tree: dict[int, Org], by_org: dict[int, list[RecordBelow]]) -> BelowRow:
    above = [tree[step] for step in tree_order(branch)[:-1] if step in tree]
    own = by_org.get(branch.id, [])
    general = [one for one in above if one.kind is OrgKind.GENERAL_BRANCH]
    # Whose general branch meets as one stands on its roll, with everybody else of it.
    shared = [one._replace(shared=True) for of in general for one in by_org.get(of.id, [])]
    theme_days = [one for one in (*shared, *own) if one.kind is GatheringKind.THEME_DAY]
    theme_day = max(theme_days, key=lambda one: one.held is not Held.CANCELLED, default=None)
    others = [one for one in (*shared, *own) if one is not theme_day]
    return BelowRow(
        branch,
        tuple(one for one in above if one.path.startswith(asked.path) and one.id != asked.id),
        next((one.id for one in reversed(above) if one.kind in COMMITTEES), 0),
        theme_day,
        tuple(sorted(others, key=lambda one: (one.starts_at, one.roll_id))),
    )


def _records(
    session: Session, org: Org, period: str, now: datetime, readers: Collection[int]
) -> list[tuple[str, RecordBelow]]:
    """Return each roll of the month that was told of, beside the path of its organisation."""
    rows = session.execute(_rolls(org, period, readers)).all()
    roll_ids = [row.roll_id for row in rows]
    lines: dict[int | None, list[Status]] = {}
    for roll_id, status, number in session.execute(
        select(RollLine.roll_id, RollLine.status, func.count())
        .where(RollLine.roll_id.in_(roll_ids))
        .group_by(RollLine.roll_id, RollLine.status)
    ):
        lines.setdefault(roll_id, []).extend([status] * number)
    hints = hints_of(session, roll_ids)
    due = after_workdays_each(session, {day_of(row.starts_at) for row in rows}, WORKDAYS_TO_FILE)
    return [
        (
            row.path,
            _record(
                row, lines.get(row.roll_id, []), due[day_of(row.starts_at)], hints.get(row.roll_id, ()), now
            ),
        )
        for row in rows
    ]


def _rolls(org: Org, period: str, readers: Collection[int]) -> Any:
    looked = exists().where(
        RecordLook.roll_id == Roll.id,
        RecordLook.org_id.in_(readers),
        RecordLook.filed_at == Minutes.filed_at,
        RecordLook.revision == Roll.revision,
    )
    return (
        select(
            Roll.id.label("roll_id"), Roll.confirmed_at, Roll.revision, Gathering.id.label("gathering_id"),
            Gathering.kind, Gathering.title, Gathering.starts_at, Gathering.ends_at, Gathering.state,
            Gathering.opened_at, Gathering.date_reason, Gathering.reason, Home.id.label("org_id"),
            Home.name.label("org"), Home.path, Host.id.label("host_id"), Host.name.label("host"),
            Minutes.state.label("minutes"), Minutes.return_reason, Minutes.filed_at, Minutes.returned_at,
            looked.label("looked"),
        )
        .join(Gathering, Gathering.id == Roll.gathering_id)
        .join(Home, Home.id == Roll.org_id)
        .join(Host, Host.id == Gathering.org_id)
        .outerjoin(Minutes, Minutes.roll_id == Roll.id)
        .where(
            Gathering.period == period, Gathering.hall_salt.is_not(None), Home.path.startswith(org.path)
        )
        .order_by(Gathering.starts_at, Roll.id)
    )  # fmt: skip


def _record(
    row: Row[Any], statuses: list[Status], due: tuple[date, bool], hints: tuple[str, ...], now: datetime
) -> RecordBelow:
    sums = counts(statuses)
    return RecordBelow(
        row.roll_id, row.gathering_id, row.org_id, row.org, row.kind, row.title, row.starts_at,
        host="" if row.host_id == row.org_id else row.host,
        date_reason=row.date_reason or "",
        reason=row.reason or "",
        held=_held(row, now),
        confirmed=row.confirmed_at is not None,
        expected=sums.expected,
        came=sums.came,
        state=row.minutes,
        return_reason=row.return_reason if row.minutes is MinutesState.RETURNED else "",
        filing=filing_of(row.filed_at, row.revision) if row.minutes is MinutesState.FILED else "",
        again=row.minutes is MinutesState.FILED and row.returned_at is not None,
        due_on=due[0],
        due_known=due[1],
        looked=row.looked,
        shared=False,
        hints=hints,
    )  # fmt: skip


def _held(row: Row[Any], now: datetime) -> Held:
    if row.state is GatheringState.CANCELLED:
        return Held.CANCELLED
    state = state_at(row.state, row.starts_at, row.opened_at, now=now)
    over = row.confirmed_at is not None or state in OVER or row.ends_at <= now
    return Held.HELD if over else Held.WAITING
