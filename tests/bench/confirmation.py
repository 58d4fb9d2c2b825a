"""Confirming rolls of 150: the one verb that closes a roll and posts its points, alone and four at once."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

import models.points.schemes.published as scheme_room
from models.base import Sessions, connect, sessions_of
from models.gatherings.gathering import Gathering, GatheringKind, GatheringState
from models.gatherings.roll import Roll, RollLine, Status
from models.people.account import Account
from models.people.member import Member, MemberStatus
from models.people.org import Org, OrgKind
from models.points.posting import confirm_roll
from models.points.schemes.published import publish_scheme
from models.points.schemes.use import use_scheme
from tests.bench.ground import SIZES, figure, platform, tidy

ROLLS, EACH, THREADS, FEW = 120, 150, 4, 15
SCHEME = Path(scheme_room.__file__).parent / "ATTEND.json"  # an entry for everybody who came


def measure(folder: Path) -> dict[str, dict[str, Any]]:
    """Return how long one confirmation takes, and how many a second four secretaries get through."""
    with platform(folder) as (owner, running):
        engine = connect(running.environment["DATABASE_URL"], pool_size=THREADS)
        sessions = sessions_of(engine)
        with sessions.begin() as session:
            by, zone = _zone(session)
            small = {size: _rolls(session, zone, by, FEW, EACH // parts) for size, parts in SIZES.items()}
            rolls = _rolls(session, zone, by, ROLLS, EACH)
        tidy(owner)
        growth = {
            f"confirmation at {size} of 150 lines": figure(_median(_confirm(sessions, by, few)), "ms")
            for size, few in small.items()
        }
        alone = sorted(_confirm(sessions, by, rolls[: ROLLS // 3]))
        rest = rolls[ROLLS // 3 :]
        begin = time.monotonic()
        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(partial(_confirm, sessions, by), [rest[n::THREADS] for n in range(THREADS)]))
        together = len(rest) / (time.monotonic() - begin)
        engine.dispose()
    median = _median(alone)
    return growth | {
        "roll of 150: confirmation, median": figure(median, "ms", "< 50", median < 50),
        "roll of 150: confirmation, slowest": figure(alone[-1], "ms"),
        "roll of 150: four at once": figure(together, "/s"),
    }


def _confirm(sessions: Sessions, by: int, rolls: list[int]) -> list[float]:
    """Confirm one after another; return the milliseconds of each."""
    waits = []
    for roll_id in rolls:
        begin = time.monotonic()
        with sessions.begin() as session:
            confirm_roll(session, roll_id, by=by, now=datetime.now(UTC))
        waits.append((time.monotonic() - begin) * 1000)
    return waits


def _median(waits: list[float]) -> float:
    return sorted(waits)[len(waits) // 2]


def _zone(session: Session) -> tuple[int, Org]:
    zone = Org(kind=OrgKind.WORKING_COMMITTEE, code="Z", name="示范区党工委")
    account = Account(login="bench", name="书记", password_hash="-", must_change=False)
    session.add_all([zone, account])
    session.flush()
    scheme = publish_scheme(session, SCHEME.read_text("utf-8"), issuer=zone, by=None, now=datetime.now(UTC))
    use_scheme(session, zone, scheme, from_month="2020-01", by=None)
    return account.id, zone


def _rolls(session: Session, zone: Org, by: int, rolls: int, each: int) -> list[int]:
    """Open so many rolls with so many people each, marked and ready to be confirmed; return them."""
    began = datetime.now(UTC) - timedelta(hours=2)
    ids = []
    for number in range(rolls):
        org = Org(
            kind=OrgKind.BRANCH,
            code=f"B{each}-{number}-{secrets.token_hex(3)}",
            name=f"第{number}党支部",
            parent_id=zone.id,
        )
        session.add(org)
        session.flush()
        people = [{"name": f"党员{n}", "branch_id": org.id, "status": MemberStatus.FULL} for n in range(each)]
        session.execute(insert(Member), people)
        gathering = Gathering(
            org_id=org.id, kind=GatheringKind.THEME_DAY, period="2026-11", title="主题党日", place="会议室",
            starts_at=began, ends_at=began + timedelta(hours=1), state=GatheringState.OPEN, opened_at=began,
            hall_salt=b"sixteen byte salt"[:16],
        )  # fmt: skip
        session.add(gathering)
        session.flush()
        roll = Roll(gathering_id=gathering.id, org_id=org.id)
        session.add(roll)
        session.flush()
        members = session.scalars(select(Member.id).where(Member.branch_id == org.id)).all()
        session.execute(
            insert(RollLine),
            [
                {
                    "gathering_id": gathering.id, "member_id": member_id, "roll_id": roll.id,
                    "status": Status.LEAVE if turn % 6 == 5 else Status.PRESENT,
                    "marked_at": began, "marked_by": by,
                }
                for turn, member_id in enumerate(members)
            ],
        )  # fmt: skip
        ids.append(roll.id)
    return ids
