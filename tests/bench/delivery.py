"""A notice to 10,000 followers against the simulator, which answers in 30 ms and fails one call in twenty."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from jobs.deliver import Outlets, deliver_until
from jobs.run import CONNECTIONS, DELIVERIES
from models.base import Sessions, connect, sessions_of
from models.gatherings.gathering import GatheringState
from models.notices.audience import Channels
from models.notices.delivery import Channel, Delivery, DeliveryState
from models.notices.publish import publish
from models.people.binding import Binding, BoundBy
from models.people.member import Member, MemberStatus
from tests.bench.ground import figure, platform
from tests.conftest import NOON
from tests.factories import KEYRING, a_branch, a_gathering, an_account
from tests.simulated import Account, running_simulator
from wechat.breaker import Breaker

PEOPLE = 10_000
FRIDAY = NOON - timedelta(days=5)
# One call in twenty goes wrong: refused as busy, cut off before anything was done, or after it.
FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("errcode", {"errcode": -1, "share": 0.02, "seed": 1}),
    ("reset_before", {"share": 0.02, "seed": 2}),
    ("timeout_after", {"share": 0.01, "seed": 3, "seconds": 0.3}),
)
WAITING = (DeliveryState.QUEUED, DeliveryState.SENDING)


def told(session: Session, appid: str) -> list[str]:
    """Publish to so many followers of one branch; return their openids."""
    branch, by = a_branch(session), an_account(session).id
    people = [
        {"name": f"党员{n}", "branch_id": branch.id, "status": MemberStatus.FULL} for n in range(PEOPLE)
    ]
    ids = session.scalars(insert(Member).returning(Member.id), people).all()
    openids = [f"o{n}" for n in ids]
    rows = [
        {
            "appid": appid,
            "openid": openid,
            "openid_hash": KEYRING.openid_hash(appid, openid),
            "member_id": member_id,
            "bound_at": FRIDAY,
            "how": BoundBy.SLIP,
        }
        for member_id, openid in zip(ids, openids, strict=True)
    ]
    session.execute(insert(Binding), rows)
    it = a_gathering(session, branch, GatheringState.DRAFT, hall_salt=None)
    publish(session, it.id, org_ids=[branch.id], by=by, channels=Channels(appid, None, None), now=FRIDAY)
    return openids


@contextmanager
def delivering(sessions: Sessions, outlets: Outlets) -> Iterator[None]:
    """Deliver as a jobs process does, by a clock that starts on a Friday afternoon."""
    stopping, began = threading.Event(), time.monotonic()

    def clock() -> datetime:
        return FRIDAY + timedelta(seconds=time.monotonic() - began)

    threads = [
        threading.Thread(target=deliver_until, args=(stopping, sessions, outlets, clock))
        for _ in range(DELIVERIES)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


def measure(folder: Path) -> dict[str, dict[str, Any]]:
    """Return how many messages a second went out, and that each arrived once."""
    with platform(folder) as (_, running), running_simulator() as simulator:
        sessions = sessions_of(connect(running.environment["DATABASE_URL"], pool_size=CONNECTIONS + 1))
        account = Account(simulator)
        with sessions.begin() as session:
            account.follow(told(session, account.appid))
        account.fault("slow")
        for kind, fault in FAULTS:
            account.fault(kind, **fault)
        outlets = Outlets(
            Channels(account.appid, None, None), {Channel.TEMPLATE: account.sender()}, Breaker()
        )
        began = time.monotonic()
        with delivering(sessions, outlets):
            sent = _seconds_until(sessions, PEOPLE // 20, began)
            ended = _seconds_until(sessions, 0, began)
        arrived = Counter(message["openid"] for message in account.inbox())
    lost, doubled = PEOPLE - len(arrived), sum(number > 1 for number in arrived.values())
    # What went wrong is tried again after 1, 4 and 16 s by rule: a wait, and no measure of the sending.
    speed = PEOPLE * 0.95 / sent
    return {
        "messages, 5% faults, until 9,500 were out": figure(speed, "1/s", ">= 500", speed >= 500),
        "messages, 5% faults, until the last one": figure(ended, "s"),
        "messages lost or doubled": figure(lost + doubled, "", "= 0", lost + doubled == 0),
    }


def _seconds_until(sessions: Sessions, left: int, began: float) -> float:
    while _waiting(sessions) > left:
        time.sleep(0.1)
    return time.monotonic() - began


def _waiting(sessions: Sessions) -> int:
    with sessions() as session:
        query = select(func.count()).select_from(Delivery).where(Delivery.state.in_(WAITING))
        return session.scalar(query) or 0
