"""A notice to many against the simulator, where one call in twenty goes wrong in one of nine ways."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any, NamedTuple

from redis import Redis
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from jobs.deliver import Outlets, deliver_until
from jobs.run import DELIVERIES
from jobs.subscribe import subscribe_sender
from jobs.template import template_sender
from models.base import Sessions
from models.gatherings.gathering import GatheringState
from models.notices.audience import Channels
from models.notices.delivery import Channel, Delivery, DeliveryState
from models.notices.publish import publish
from models.notices.subscription import Subscription
from models.people.binding import Binding, BoundBy
from models.people.member import Member, MemberStatus
from tests.bench.log import NO_ANSWER, quiet_about
from tests.conftest import NOON
from tests.factories import KEYRING, a_branch, a_gathering, an_account
from tests.simulated import FIELDS, SEND, Account
from wechat.breaker import Breaker
from wechat.subscribe import SUBSCRIBE_SEND

FRIDAY = NOON - timedelta(days=5)
SUBSCRIBE = {"id": "S1", "title": "主题党日通知", "keys": list(FIELDS)}
EACH = 20  # of so many people the call of one goes wrong, in these ways by turns
UNCLEAR: tuple[tuple[str, dict[str, Any]], ...] = (
    ("timeout_before", {"seconds": 0.3}),
    ("timeout_after", {"seconds": 0.3}),
    ("reset_before", {}),
    ("html_502", {}),
)
ERRCODES = {Channel.TEMPLATE: (-1, 40001, 43004), Channel.SUBSCRIBE: (-1, 40001, 43101)}
HURRIED = 45011  # pauses a whole channel: two of the last people meet it
PATHS = {Channel.TEMPLATE: SEND, Channel.SUBSCRIBE: SUBSCRIBE_SEND}
# What the gateway will say of them.
ORDERED = [
    (path, errcode) for channel, path in PATHS.items() for errcode in (NO_ANSWER, *ERRCODES[channel], HURRIED)
]
WAITING = (DeliveryState.QUEUED, DeliveryState.SENDING)


class Outcome(NamedTuple):
    """Seconds until nearly all and until all were settled; who got it how often, and how each ended."""

    nearly: float
    wholly: float
    arrived: Counter[str]
    states: dict[str, str]
    faults: dict[str, tuple[Channel, str]]  # openid -> channel, and the kind of fault or the errcode

    @property
    def lost_or_doubled(self) -> list[str]:
        """Who got it twice, or did not and is in none of our lists."""
        listed = (DeliveryState.UNKNOWN, DeliveryState.PHONE_LIST)
        return [
            openid
            for openid, state in self.states.items()
            if self.arrived[openid] > 1 or (not self.arrived[openid] and state not in listed)
        ]

    @property
    def unexplained(self) -> list[str]:
        """Who did not plainly get it although no fault of theirs leaves it open or forbids it."""
        open_ended = {kind for kind, _ in UNCLEAR}
        forbidden = {str(codes[-1]) for codes in ERRCODES.values()}
        return [
            openid
            for openid, state in self.states.items()
            if (state == DeliveryState.UNKNOWN and not self._met(openid, open_ended))
            or (state == DeliveryState.PHONE_LIST and not self._met(openid, forbidden))
        ]

    def _met(self, openid: str, kinds: set[str]) -> bool:
        return openid in self.faults and self.faults[openid][1] in kinds


def send_to_all(sessions: Sessions, redis: Redis, simulator: str, people: int, phones: int) -> Outcome:
    """Publish to so many followers of an account and phones of a mini-program, and deliver to the last."""
    account = Account(simulator)
    mini = Account(simulator, alone=False, kind="mini_program", templates=[], subscribe_templates=[SUBSCRIBE])
    with sessions.begin() as session:
        openids = _told(session, account, mini, people, phones)
    for one, grants in ((account, None), (mini, {"S1": 1})):
        rows = [{"openid": openid, "grants": grants} for openid in openids[one.appid]]
        one.order("followers", {"appid": one.appid, "followers": rows})
    faults = _order_faults(account, Channel.TEMPLATE, openids[account.appid])
    faults |= _order_faults(mini, Channel.SUBSCRIBE, openids[mini.appid])
    clock = _Clock()
    began = time.monotonic()
    with quiet_about(ORDERED), _delivering(sessions, _outlets(account, mini, redis), clock):
        nearly = _seconds_until(sessions, (people + phones) // EACH, began, clock)
        wholly = _seconds_until(sessions, 0, began, clock)
    arrived = Counter(message["openid"] for message in (*account.inbox(), *mini.inbox()))
    with sessions() as session:
        ends = session.execute(
            select(Binding.openid, Delivery.state)
            .join(Delivery, Delivery.member_id == Binding.member_id)
            .where(Binding.appid.in_([account.appid, mini.appid]))
        )
        states = {openid or "": str(state) for openid, state in ends}
    return Outcome(nearly, wholly, arrived, states, faults)


def _told(
    session: Session, account: Account, mini: Account, people: int, phones: int
) -> dict[str, list[str]]:
    """Publish to so many of one branch, the last of them with the mini-program; openids by appid."""
    branch, by = a_branch(session), an_account(session).id
    names = [
        {"name": f"党员{n}", "branch_id": branch.id, "status": MemberStatus.FULL}
        for n in range(people + phones)
    ]
    ids = session.scalars(insert(Member).returning(Member.id), names).all()
    appids = [account.appid] * people + [mini.appid] * phones
    rows = [
        {
            "appid": appid,
            "openid": f"o{member_id}",
            "openid_hash": KEYRING.openid_hash(appid, f"o{member_id}"),
            "member_id": member_id,
            "bound_at": FRIDAY,
            "how": BoundBy.SLIP,
        }
        for appid, member_id in zip(appids, ids, strict=True)
    ]
    bound = session.execute(insert(Binding).returning(Binding.id, Binding.appid), rows).all()
    allowed = [
        {"binding_id": id, "template_id": "S1", "remaining": 1} for id, app in bound if app == mini.appid
    ]
    session.execute(insert(Subscription), allowed)
    it = a_gathering(session, branch, GatheringState.DRAFT, hall_salt=None)
    channels = Channels(account.appid, mini.appid, "S1")
    publish(session, it.id, org_ids=[branch.id], by=by, channels=channels, now=FRIDAY)
    openids: dict[str, list[str]] = {account.appid: [], mini.appid: []}
    for row in rows:
        openids[str(row["appid"])].append(str(row["openid"]))
    return openids


def _order_faults(account: Account, channel: Channel, openids: list[str]) -> dict[str, tuple[Channel, str]]:
    struck: dict[str, tuple[Channel, str]] = {}
    errcodes = [("errcode", {"errcode": errcode}) for errcode in ERRCODES[channel]]
    for openid, (kind, more) in zip(openids[7::EACH], cycle([*UNCLEAR, *errcodes]), strict=False):
        account.fault(kind, path=PATHS[channel], openid=openid, count=1, **more)
        struck[openid] = channel, str(more.get("errcode", kind))
    for openid in openids[-2:]:
        account.fault("errcode", path=PATHS[channel], openid=openid, count=1, errcode=HURRIED)
        struck.setdefault(openid, (channel, str(HURRIED)))
    return struck


class _Clock:
    """A clock that starts on a Friday afternoon and is set forward where the rules say to wait."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return FRIDAY + timedelta(seconds=time.monotonic() - self.began) + self.ahead


def _outlets(account: Account, mini: Account, redis: Redis) -> Outlets:
    breaker = Breaker()
    template = template_sender(
        account.gateway(redis, breaker=breaker), "T1", FIELDS, url="https://example.cn", mini=None
    )
    subscribe = subscribe_sender(
        mini.gateway(redis, breaker=breaker), "S1", FIELDS, page="pages/gathering/index"
    )
    channels = Channels(account.appid, mini.appid, "S1")
    return Outlets(channels, {Channel.TEMPLATE: template, Channel.SUBSCRIBE: subscribe}, breaker)


@contextmanager
def _delivering(sessions: Sessions, outlets: Outlets, clock: _Clock) -> Iterator[None]:
    """Deliver as a jobs process does."""
    stopping = threading.Event()
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


def _seconds_until(sessions: Sessions, left: int, began: float, clock: _Clock) -> float:
    """Wait until no more than so many are left; where all of them have to wait, the clock need not."""
    query = select(
        func.count(),
        func.count().filter(Delivery.state == DeliveryState.SENDING),
        func.min(Delivery.not_before),
    ).where(Delivery.state.in_(WAITING))
    while True:
        with sessions() as session:
            waiting, under_way, due = session.execute(query).one()
        if waiting <= left:
            return time.monotonic() - began
        if not under_way and due > clock():
            clock.ahead += due - clock()
        time.sleep(0.1)
