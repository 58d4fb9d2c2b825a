"""请假补学登记: who did not come, on whose yes, and how it was made up."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from models.clock import day_of
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.leave.leave import LEAVE_REASON_TEXT
from models.gatherings.leave.makeup import MAKEUP_FORM_TEXT, Makeup, planned_of
from models.gatherings.roll import STATUS_TEXT, Leave, Roll, RollLine, Status
from models.people.account import Account
from models.people.member import Member, surname_order
from models.people.org import Org, OrgKind, tree_order
from models.people.request import waiting_or_granted

Above, Decider, Doer = aliased(Org), aliased(Account), aliased(Account)


class Registered(NamedTuple):
    """One person who had leave from a gathering, or makes it up; empty where nothing is recorded."""

    branch: str
    name: str
    held_on: date
    ground: str  # coarse; illness is a word and no more
    approved_by: str
    form: str
    made_up_on: date | None
    done_by: str


def leave_register(session: Session, org: Org, *, since: str, until: str) -> list[Registered]:
    """Return leave and make-ups of the months (YYYY-MM, both included) on the rolls of `org` and below.

    By day, then in the order of the tree and of surnames; one statement.
    """
    query = (
        select(RollLine, Member, Org, Above, Gathering, Leave, Decider.name, Makeup, Doer.name)
        .join(Roll, Roll.id == RollLine.roll_id)
        .join(Org, Org.id == Roll.org_id)
        .join(Gathering, Gathering.id == RollLine.gathering_id)
        .join(Member, Member.id == RollLine.member_id)
        .outerjoin(Above, Above.id == Org.parent_id)
        .outerjoin(
            Leave,
            (Leave.gathering_id == RollLine.gathering_id)
            & (Leave.member_id == RollLine.member_id)
            # Refused or taken back, it says nothing.
            & waiting_or_granted(Leave),
        )
        .outerjoin(Decider, Decider.id == Leave.decided_by)
        .outerjoin(Makeup, planned_of(RollLine.gathering_id, RollLine.member_id))
        .outerjoin(Doer, Doer.id == Makeup.done_by)
        .where(
            Org.path.startswith(org.path),
            Gathering.period.between(since, until),
            Gathering.state.not_in((GatheringState.DRAFT, GatheringState.CANCELLED)),
            or_(RollLine.status == Status.LEAVE, Makeup.member_id.is_not(None)),
        )
    )
    rows = [_registered(*row) for row in session.execute(query)]
    return [registered for _, registered in sorted(rows, key=lambda row: row[0])]


def _registered(
    line: RollLine,
    member: Member,
    org: Org,
    above: Org | None,
    gathering: Gathering,
    leave: Leave | None,
    decider: str | None,
    makeup: Makeup | None,
    doer: str | None,
) -> tuple[tuple[Any, ...], Registered]:
    """Return one row with the key that puts it in its place."""
    branch = above if above and org.kind is OrgKind.PARTY_GROUP else org
    held_on, group = day_of(gathering.starts_at), member.group_id or 0
    place = (held_on, gathering.id, tree_order(branch), group, surname_order(member.name), member.id)
    return place, Registered(
        branch.name,
        member.name,
        held_on,
        _ground(line, leave),
        decider or "",
        MAKEUP_FORM_TEXT[makeup.form] if makeup else "",
        makeup.done_on if makeup else None,
        doer or "",
    )


def _ground(line: RollLine, leave: Leave | None) -> str:
    if line.status is not Status.LEAVE or leave is None:
        return STATUS_TEXT[line.status]
    return LEAVE_REASON_TEXT[leave.reason] + ("（补假）" if leave.late else "")
