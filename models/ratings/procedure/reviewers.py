"""Which body reviews the points of a branch before its meeting: never the secretary alone."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.clock import day_of
from models.people.account import Account, Post, Role, in_office
from models.points.schemes.procedure import Step
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.runs.branch_facts import on_roster, status_on
from models.refused import Refused

BODY_TEXT = {
    "points_group": "积分小组",
    "committee": "支部委员会",
    "assembly": "党员大会",
    "party_committee": "上级党委",
}
USUAL = {
    "committee_review": "committee",
    "assembly_appraisal": "assembly",
    "upper_review": "party_committee",
}
# From so many full members on a branch has a committee.
# Source: the regulations on the work of Party branches.
HAS_COMMITTEE = 7
GROUP_SIZES = range(3, 6)


def body_of(session: Session, seen: RatingSeen, step: Step, *, now: datetime) -> str | None:
    """Return who takes a step; a branch too small for a committee has its points group review."""
    body = step.body or USUAL.get(step.step)
    if body == "committee" and not has_committee(session, seen, now=now):
        return "points_group"
    return body


def has_committee(session: Session, seen: RatingSeen, *, now: datetime) -> bool:
    """Say whether the branch has a committee: by its size, or because somebody holds a seat on one."""
    if full_members(session, seen) >= HAS_COMMITTEE:
        return True
    return _holders(session, seen, Role.COMMISSIONER, now=now) > 0


def full_members(session: Session, seen: RatingSeen) -> int:
    """Return how many full members the branch had on the cycle's last day."""
    members = on_roster(session, [seen.branch.id], seen.last_day)
    return sum(status_on(member, seen.last_day) == "full" for member in members)


def check_body(
    session: Session, seen: RatingSeen, step: Step, body: str | None, *, now: datetime
) -> str | None:
    """Return the body that took a step; where it is the points group, its three to five members must exist.

    `body` None: the usual one. Where there is a committee a complete points group may review in its place.
    Refused: body_missing.
    """
    usual = body_of(session, seen, step, now=now)
    chosen = body or usual
    if chosen != usual and (usual, chosen) != ("committee", "points_group"):
        told = BODY_TEXT.get(usual or "", "支部")
        raise Refused("body_missing", f"这一步由{told}办", fields={"body": f"请选{told}"})
    if chosen == "points_group":
        members = _holders(session, seen, Role.POINTS_GROUP, now=now)
        if members not in GROUP_SIZES:
            words = f"这一步要积分小组办，小组 3 到 5 人，现在登记了 {members} 人；请先选好小组，再登记这一步"
            raise Refused("body_missing", words, fields={"body": words})
    return chosen


def _holders(session: Session, seen: RatingSeen, role: Role, *, now: datetime) -> int:
    today = day_of(now)
    query = (
        select(func.count(Post.account_id.distinct()))
        .join(Account, Account.id == Post.account_id)
        .where(
            Post.org_id == seen.branch.id,
            Post.role == role,
            in_office(today),
        )
    )
    return session.scalar(query) or 0
