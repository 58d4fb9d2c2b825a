"""One theme day a month: a branch's own, or one that it joins, and never both."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, aliased

from models.clock import moment_text
from models.gatherings.gathering import Gathering, GatheringKind, GatheringState
from models.gatherings.roll import Roll
from models.people.org import COMMITTEES, Org, OrgKind
from models.refused import Refused

NOT_TOLD = (GatheringState.DRAFT, GatheringState.CANCELLED)
Host = aliased(Org)


class Taken(NamedTuple):
    """The published theme day that a branch has in a month, as host or because it takes part."""

    gathering: Gathering
    host: Org

    @property
    def words(self) -> str:
        """Say it: 11月的主题党日由河东镇党委召集，11月25日 周三 15:00 在镇文化站."""
        month, it = int(self.gathering.period[5:]), self.gathering
        return f"{month}月的主题党日由{self.host.name}召集，{moment_text(it.starts_at)} 在{it.place}"


def has_theme_day(session: Session, org_id: int, period: str, *, beside: int = 0) -> bool:
    """Say whether an organisation hosts a theme day of this month, drafted or published."""
    query = select(
        exists().where(
            Gathering.id != beside,
            Gathering.org_id == org_id,
            Gathering.kind == GatheringKind.THEME_DAY,
            Gathering.period == period,
            Gathering.state != GatheringState.CANCELLED,
        )
    )
    return bool(session.scalar(query))


def months_taken(session: Session, org_id: int, since: str) -> set[str]:
    """Return the months (YYYY-MM) from `since` on whose theme day an organisation hosts or joins.

    A draft counts for its host alone: it invites nobody yet. One statement.
    """
    hosts = (Gathering.org_id == org_id) & (Gathering.state != GatheringState.CANCELLED)
    has_roll = exists().where(Roll.gathering_id == Gathering.id, Roll.org_id == org_id)
    query = select(Gathering.period).where(
        Gathering.kind == GatheringKind.THEME_DAY,
        Gathering.period >= since,
        or_(hosts, has_roll & Gathering.state.not_in(NOT_TOLD)),
    )
    return set(session.scalars(query))


def _told(period: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Gathering.kind == GatheringKind.THEME_DAY,
        Gathering.period == period,
        Gathering.state.not_in(NOT_TOLD),
    )


def check_month(session: Session, org_id: int, period: str, *, beside: int = 0) -> None:
    """Refuse a second theme day of a month, also where a button is pressed twice at once.

    Refused: theme_day_taken.
    """
    session.execute(select(Org.id).where(Org.id == org_id).with_for_update(key_share=True))
    if has_theme_day(session, org_id, period, beside=beside):
        raise Refused("theme_day_taken", f"{period} 的主题党日已经有了", fields={"period": "这个月已经有了"})


def taken_by(
    session: Session, orgs: Sequence[Org], period: str, *, beside: int | None = 0
) -> dict[int, Taken]:
    """Return organisation id -> the published theme day of a month in which its members take part.

    A general branch's theme day is that of its branches. Groups are left out: in which of them a branch meets
    is its own matter. One statement, whatever the number of organisations.
    """
    rows = session.execute(
        select(Org.path, Gathering, Host)
        .join(Roll, Roll.org_id == Org.id)
        .join(Gathering, Gathering.id == Roll.gathering_id)
        .join(Host, Host.id == Gathering.org_id)
        .where(
            *_told(period), Gathering.id != (beside or 0), Org.kind.not_in((*COMMITTEES, OrgKind.PARTY_GROUP))
        )
        .order_by(Org.path)
    ).all()
    whole = {path: Taken(gathering, host) for path, gathering, host in rows}
    # A general branch is taken where one of its branches is.
    parts = {above: taken for path, taken in reversed(whole.items()) for above in _and_above(path)}
    found = {
        org.id: next((whole[path] for path in _and_above(org.path) if path in whole), parts.get(org.path))
        for org in orgs
        if org.kind is not OrgKind.PARTY_GROUP
    }
    return {org_id: taken for org_id, taken in found.items() if taken is not None}


def _and_above(path: str) -> list[str]:
    """Return a path and those of the organisations above it: 1/7/31/ -> 1/7/31/, 1/7/, 1/."""
    steps = path.rstrip("/").split("/")
    return ["/".join(steps[:length]) + "/" for length in range(len(steps), 0, -1)]


def claim_month(session: Session, gathering: Gathering, org_ids: Sequence[int]) -> None:
    """Make a theme day that is being published the month's only one of everybody on its rolls.

    Call it with the gathering locked. Refused: theme_day_taken, also where two are published at once.
    """
    if gathering.kind is not GatheringKind.THEME_DAY:
        return
    orgs = list(session.scalars(select(Org).where(Org.id.in_(org_ids))))
    # Two that share a branch wait for one another here, always in the same order.
    ids = {int(step) for org in orgs for step in org.path.split("/") if step}
    each = select(Org.id).where(Org.id.in_(ids), Org.kind.not_in(COMMITTEES))
    session.execute(each.order_by(Org.id).with_for_update(key_share=True))
    taken = taken_by(session, orgs, gathering.period, beside=gathering.id)
    if not taken:
        return
    if gathering.org_id in taken:
        raise Refused("theme_day_taken", f"{taken[gathering.org_id].words}。这份草稿不能再发布")
    raise Refused("theme_day_taken", taken_words(orgs, taken, gathering.period))


def taken_words(orgs: Sequence[Org], taken: dict[int, Taken], period: str) -> str:
    """Say which branches have their theme day already: 青石村党支部、柳湾村党支部 11 月已经有主题党日了."""
    names = [org.name for org in orgs if org.id in taken]
    shown = "、".join(names[:3]) + (f"等 {len(names)} 个支部" if len(names) > 3 else "")
    return f"{shown}{int(period[5:])}月已经有主题党日了，请先去掉勾"
