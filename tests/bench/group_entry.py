"""One deed of 150 members: proposed by the clerk, approved by the secretary, an entry for each of them."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.audit import Via
from models.base import Sessions, connect, sessions_of
from models.clock import day_of
from models.people.account import Account, Post, Role
from models.people.member import Member, MemberStatus
from models.people.org import Org, OrgKind
from models.points.approving import approve
from models.points.deed import Deed
from models.points.proposing import propose
from models.points.schemes.published import publish_scheme
from models.points.schemes.use import use_scheme
from tests.bench.ground import SIZES, figure, platform, tidy
from tests.bench.ledger import SCHEME

BRANCHES, EACH, FEW = 40, 150, 15


def measure(folder: Path) -> dict[str, dict[str, Any]]:
    """Return how long an entry for a whole branch takes to propose and to approve."""
    with platform(folder) as (owner, running):
        engine = connect(running.environment["DATABASE_URL"], pool_size=1)
        sessions = sessions_of(engine)
        with sessions.begin() as session:
            clerk, secretary, branches = _fill(session)
        tidy(owner)
        growth, all_branches = {}, list(branches.items())
        for n, (size, parts) in enumerate(SIZES.items()):
            mine = all_branches[BRANCHES + n * FEW :][:FEW]
            few = {branch: members[: EACH // parts] for branch, members in mine}
            _, approved = _enter(sessions, clerk, secretary, few)
            growth[f"entry at {size} of 150 members: approval"] = figure(sorted(approved)[FEW // 2], "ms")
        proposed, approved = _enter(sessions, clerk, secretary, dict(all_branches[:BRANCHES]))
        engine.dispose()
    first, second = sorted(proposed)[BRANCHES // 2], sorted(approved)[BRANCHES // 2]
    return growth | {
        "entry for 150: proposal, median": figure(first, "ms", "< 50", first < 50),
        "entry for 150: approval, median": figure(second, "ms", "< 50", second < 50),
        "entry for 150: approval, slowest": figure(max(approved), "ms"),
    }


def _enter(
    sessions: Sessions, clerk: int, secretary: int, branches: dict[int, list[int]]
) -> tuple[list[float], list[float]]:
    """Propose and approve one deed in each branch; return the milliseconds of both steps."""
    proposed, approved = [], []
    for branch_id, members in branches.items():
        now = datetime.now(UTC)
        deed = Deed("volunteer", day_of(now), "河道清淤")
        begin = time.monotonic()
        with sessions.begin() as session:
            proposal = propose(
                session, branch_id, members, deed, by=clerk, by_member=None, how=None, via=Via.CONSOLE,
                now=now,
            )  # fmt: skip
        middle = time.monotonic()
        with sessions.begin() as session:
            posted = approve(session, proposal.id, by=secretary, via=Via.CONSOLE, now=now)
        assert posted == len(members), posted
        proposed.append((middle - begin) * 1000)
        approved.append((time.monotonic() - middle) * 1000)
    return proposed, approved


def _fill(session: Session) -> tuple[int, int, dict[int, list[int]]]:
    """Return the clerk, the secretary, and branch -> members."""
    now = datetime.now(UTC)
    zone = Org(kind=OrgKind.WORKING_COMMITTEE, code="Z", name="示范区党工委")
    clerk, secretary = (
        Account(login=login, name=name, password_hash="-", must_change=False)
        for login, name in (("clerk", "周敏"), ("secretary", "李书平"))
    )
    session.add_all([zone, clerk, secretary])
    session.flush()
    scheme = publish_scheme(session, SCHEME.read_text("utf-8"), issuer=zone, by=None, now=now)
    use_scheme(session, zone, scheme, from_month=f"{now.year}-01", by=None)
    branches = [
        Org(kind=OrgKind.BRANCH, code=f"B{number}", name=f"第{number}党支部", parent_id=zone.id)
        for number in range(BRANCHES + FEW * len(SIZES))
    ]
    session.add_all(branches)
    session.flush()
    for branch in branches:
        session.add_all(
            Post(account_id=account.id, org_id=branch.id, role=role, from_on=day_of(now))
            for account, role in ((clerk, Role.CLERK), (secretary, Role.SECRETARY))
        )
    people = [
        {"name": f"党员{number}", "branch_id": branch.id, "status": MemberStatus.FULL}
        for branch in branches
        for number in range(EACH)
    ]
    session.execute(insert(Member), people)
    return (
        clerk.id,
        secretary.id,
        {
            branch.id: list(session.scalars(select(Member.id).where(Member.branch_id == branch.id)))
            for branch in branches
        },
    )
