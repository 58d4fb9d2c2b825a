"""Gatherings of one member's branch, with that member on the roll and as much recorded as a test needs."""

from datetime import datetime, timedelta
from typing import Any

from models.gatherings.gathering import AgendaItem, AgendaKind, GatheringState
from models.gatherings.roll import RollLine
from tests.factories import a_gathering, a_roll
from tests.handlers.console_site import Site

USUAL = {"bring": "党徽、笔记本", "contact": "周明远书记 138 0000 0000"}


def plan(
    site: Site,
    who: str,
    at: datetime,
    state: GatheringState = GatheringState.PUBLISHED,
    line: dict[str, Any] | None = None,
    **columns: Any,
) -> int:
    """Add a gathering of the member's branch at this moment; `line` is what stands beside the member."""
    member = site.members[who]
    with site.sessions.begin() as session:
        org = next(one for one in site.orgs.values() if one.id == member.branch_id)
        closed = state in (GatheringState.CLOSED, GatheringState.CONFIRMED)
        usual = USUAL | {"opened_at": at if closed else None, "closed_at": at if closed else None}
        it = a_gathering(session, org, state, at, **usual | columns)
        for number, title in enumerate(("学习粮食安全文件", "商议冬季沟渠清淤"), 1):
            item = AgendaItem(gathering_id=it.id, position=number, kind=AgendaKind.STUDY, title=title)
            session.add(item)
        by = site.staff["secretary"].id
        done: dict[str, Any] = {"confirmed_at": at + timedelta(hours=2), "confirmed_by": by, "revision": 1}
        roll = a_roll(session, it, org, **done if state is GatheringState.CONFIRMED else {})
        session.add(RollLine(gathering_id=it.id, member_id=member.id, roll_id=roll.id, **line or {}))
        return it.id


def marked(site: Site, status: str, at: datetime) -> dict[str, Any]:
    """Return a line that the secretary wrote."""
    return {"status": status, "marked_at": at, "marked_by": site.staff["secretary"].id}


def scanned(at: datetime) -> dict[str, Any]:
    """Return a line of a phone in the hall."""
    return {"status": "present", "checked_in_at": at, "checked_in_via": "qr"}
