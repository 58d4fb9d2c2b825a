"""The plan that a stored gathering stands for, so that one thing of it can be changed."""

from sqlalchemy.orm import Session

from models.gatherings.agenda import agenda_of
from models.gatherings.gathering import Gathering
from models.gatherings.plan import Plan, taking_part

SAME = (
    "title", "starts_at", "ends_at", "place", "period", "date_reason", "bring", "contact", "leave_until",
    "guests",
)  # fmt: skip


def plan_kept(session: Session, gathering: Gathering) -> Plan:
    """Return what would draft the gathering again as it is, what is required of it among its agenda."""
    return Plan(
        **{name: getattr(gathering, name) for name in SAME},
        agenda=tuple((item.kind, item.title) for item in agenda_of(session, gathering.id)),
        partners=tuple(sorted(set(taking_part(session, gathering.id)) - {gathering.org_id})),
    )
