"""A notice to many on a bad day: calls and events go wrong, the day's calls run out, senders are killed."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any, NamedTuple

from redis import Redis
from sqlalchemy import Executable, func, insert, select, text

from app import channels_of
from jobs.results import match_events, phone_list_doubtful
from models.gatherings.gathering import GatheringState
from models.notices.delivery import Channel, Delivery, DeliveryState
from models.notices.outbox import LEASE
from models.notices.publish import publish
from models.notices.subscription import Subscription
from models.people.binding import Binding, BoundBy
from models.people.member import Member, MemberStatus
from settings import load
from tests.conftest import NOON
from tests.factories import THREE_O_CLOCK, a_branch, a_gathering, an_account
from tests.hard.zones import ACCOUNT, MINI, Zone
from tests.running import until
from wechat.subscribe import SUBSCRIBE_SEND
from wechat.template import TEMPLATE_SEND

# Tuesday, half past three in Shanghai: within a day of the theme day, for which nobody is reminded then.
TUESDAY = NOON - timedelta(hours=23, minutes=20)
MIDNIGHT = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
MORNING = MIDNIGHT + timedelta(hours=8, minutes=1)
LAST_CALL = THREE_O_CLOCK - timedelta(minutes=100)
LATE = 300.0  # seconds: later than everything else of a morning
# At which parts of all that WeChat accepts a sender is killed.
BEFORE_QUOTA, AFTER_QUOTA = ((0.1, 0.25), (0.3, 0.45)), ((0.7, 0.78), (0.82, 0.92))
HELD = 600.0  # seconds: until the fault is lifted
WAITING = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING)
PATHS = {Channel.TEMPLATE: (ACCOUNT, TEMPLATE_SEND), Channel.SUBSCRIBE: (MINI, SUBSCRIBE_SEND)}
UNCLEAR = ("timeout_before", "timeout_after", "reset_before", "reset_after", "html_502")
# What a refusal says about one call; the last of each is for good.
REFUSED = {Channel.TEMPLATE: (-1, 40001, 43004), Channel.SUBSCRIBE: (-1, 40001, 43101)}
EVENTS = {"event_twice": 0.3, "event_before_response": 0.1, "event_late": 0.05, "event_lost": 0.03}
TOKENS_KILLED = 2  # by each channel
BEGUN_BY = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start <= :moment"
)


class Size(NamedTuple):
    """How many follow the account, have the mini-program, and have both; how long an answer is held back."""

    followers: int
    phones: int
    both: int
    held: float = 0.3

    @property
    def people(self) -> int:
        """Everybody the notice is for."""
        return self.followers + self.phones + self.both


@dataclass
class BadDay:
    """The installation and what struck it; people are told apart by their member's id."""

    zone: Zone
    size: Size
    chance: random.Random
    channel: dict[int, Channel] = field(default_factory=dict)  # by which each is tried first
    struck: dict[int, str] = field(default_factory=dict)  # by which kind of fault or errcode
    in_flight: set[int] = field(default_factory=set)  # while a sender was killed
    held: list[int] = field(default_factory=list)  # the two whose calls were under way at the first kill
    kills: int = 0
    fetching: Counter[str] = field(default_factory=Counter)  # tokens on their way while a sender was killed

    def live(self) -> None:
        """Publish, and go through the day until nothing more may go before midnight."""
        self._publish()
        self._order_faults()
        self._kill_amid_two_calls()
        two = [self.zone.running.start_jobs() for _ in range(2)]
        for moment, sender in zip(BEFORE_QUOTA, two, strict=True):  # the second goes on alone
            self._kill_at(moment, sender)
        self._go_on_to(MIDNIGHT)

    def next_morning(self) -> None:
        """Let the night pass, and two more senders die before the rest has gone out."""
        running = self.zone.running
        running.stop("web")
        running.set_clock(MORNING)
        self._move_simulator(0)  # before anybody sends by the new day
        running.start(jobs=False)
        sender = running.start_jobs()
        for moment in AFTER_QUOTA:
            self._kill_at(moment, sender)
            sender = self._after_lease()
        self._go_on_to(THREE_O_CLOCK, sender)
        self._move_simulator(LATE)

    def states(self) -> dict[int, DeliveryState]:
        """Return how each person's delivery stands."""
        with self.zone.sessions() as session:
            return dict(session.execute(select(Delivery.member_id, Delivery.state)).all())

    def messages(self) -> list[dict[str, Any]]:
        """Return what the simulator has accepted, of either account."""
        found: list[dict[str, Any]] = self.zone.running.sim("GET", "messages")["items"]
        return found

    def arrived(self) -> Counter[int]:
        """Return how often each person's message was accepted, by the simulator's own ledger."""
        return Counter(_member(message["openid"]) for message in self.messages())

    def met(self, *kinds: str) -> set[int]:
        """Return whose call was to go wrong in one of these ways."""
        return {member for member, kind in self.struck.items() if kind in kinds}

    def silent(self) -> set[int]:
        """Return whose result was never told to us, by the simulator's own ledger."""
        return {_member(message["openid"]) for message in self.messages() if not message["event_sent"]}

    def settled(self) -> bool:
        """Match what waits as the schedule does; return whether every result that was told has its end."""
        match_events(self.zone.sessions, self.zone.now())
        open_ones = {member for member, state in self.states().items() if state == DeliveryState.ACCEPTED}
        return open_ones <= self.silent()

    def leave_the_rest_to_the_telephone(self) -> None:
        """Let the gathering come near, as the schedule looks at it."""
        phone_list_doubtful(self.zone.sessions, LAST_CALL)

    def calls_after_quota(self) -> int:
        """Return how many calls by template were too many: each that was under way may learn it itself."""
        log = self.zone.running.sim("GET", "log", limit=2000)["items"]
        calls = [row["answer"] for row in log if row["path"] == TEMPLATE_SEND]
        refused = ["45009" in answer for answer in calls]
        assert any(refused)
        assert not refused[0], "the log has forgotten the beginning"
        return sum(refused)

    def invalidations(self, channel: Channel) -> int:
        """Return how often the simulator called a token invalid, let it die of age in the night, or handed
        one to a sender that was killed before it could keep it."""
        appid = PATHS[channel][0]
        told = [one for one in self.zone.running.sim("GET", "faults")["items"] if one.get("appid") == appid]
        fired = [
            int(one["fired"]) for one in told if one["kind"] == "token_invalid" or one.get("errcode") == 40001
        ]
        return sum(fired) + 1 + self.fetching[appid]

    def _publish(self) -> None:
        zone = self.zone
        with zone.sessions.begin() as session:
            branch, by = a_branch(session), an_account(session).id
            names = [
                {"name": f"党员{n}", "branch_id": branch.id, "status": MemberStatus.FULL}
                for n in range(self.size.people)
            ]
            ids = list(session.scalars(insert(Member).returning(Member.id), names))
            self.chance.shuffle(ids)
            phones, followers = ids[: self.size.phones], ids[self.size.phones :]
            both = followers[: self.size.both]
            self.channel = dict.fromkeys(followers, Channel.TEMPLATE)
            self.channel |= dict.fromkeys(phones, Channel.SUBSCRIBE)
            rows = [self._link(ACCOUNT, one) for one in followers]
            rows += [self._link(MINI, one) for one in phones + both]
            bound = session.execute(insert(Binding).returning(Binding.id, Binding.appid), rows).all()
            channels = channels_of(load(env=zone.running.environment))
            allowed = [
                {"binding_id": id, "template_id": channels.template_id, "remaining": 1}
                for id, appid in bound
                if appid == MINI
            ]
            session.execute(insert(Subscription), allowed)
            it = a_gathering(session, branch, GatheringState.DRAFT, hall_salt=None)
            publish(session, it.id, org_ids=[branch.id], by=by, channels=channels, now=zone.now())
        grants = {channels.template_id: 1}
        zone.running.sim("POST", "followers", appid=ACCOUNT, followers=_rows(followers))
        zone.running.sim("POST", "followers", appid=MINI, followers=_rows(phones + both, grants=grants))

    def _link(self, appid: str, member: int) -> dict[str, Any]:
        return {
            "appid": appid,
            "openid": _openid(member),
            "openid_hash": self.zone.keyring.openid_hash(appid, _openid(member)),
            "member_id": member,
            "bound_at": TUESDAY - timedelta(days=30),
            "how": BoundBy.SLIP,
        }

    def _order_faults(self) -> None:
        """Let one call in twenty go wrong, in all ways by turns, and the events; leave too few calls."""
        for channel, (appid, path) in PATHS.items():
            mine = [member for member, first in self.channel.items() if first is channel]
            chosen = self.chance.sample(mine, len(mine) // 20)
            kinds: cycle[str | int] = cycle([*UNCLEAR, *REFUSED[channel]])
            for number, member in enumerate(chosen):
                kind = "token_invalid" if number < TOKENS_KILLED else next(kinds)
                self.struck[member] = str(kind)
                self._fault(kind, appid=appid, path=path, openid=_openid(member), count=1)
            for kind, share in EVENTS.items():
                seed = self.chance.randrange(2**32)
                self._fault(kind, appid=appid, path=path, share=share, seed=seed)
        templates = sum(first is Channel.TEMPLATE for first in self.channel.values())
        left = templates * 6 // 10
        self.zone.running.sim("POST", "quota", appid=ACCOUNT, path=TEMPLATE_SEND, left=left)

    def _fault(self, kind: str | int, **where: Any) -> None:
        if isinstance(kind, int):
            where |= {"errcode": kind}
        elif kind.startswith("timeout"):
            where = {"seconds": self.size.held} | where
        elif kind == "event_late":
            where |= {"seconds": LATE}
        self.zone.running.sim("POST", "faults", kind="errcode" if isinstance(kind, int) else kind, **where)

    def _kill_amid_two_calls(self) -> None:
        """Kill a sender that has claimed two messages: of one the call has done nothing, the other's answer
        is on its way."""
        first_ones = select(Delivery.member_id).where(Delivery.channel == "template").order_by(Delivery.id)
        calm = [member for member in self._read(first_ones.limit(50)) if member not in self.struck]
        self.held = calm[:2]
        for kind, member in zip(("timeout_before", "timeout_after"), self.held, strict=True):
            where = {"appid": ACCOUNT, "path": TEMPLATE_SEND, "openid": _openid(member)}
            self._fault(kind, **where, count=1, seconds=HELD)
        sender = self.zone.running.start_jobs()
        until(lambda: all(one["fired"] for one in self._held_back()))
        self._kill(sender)
        for fault in self._held_back():
            self.zone.running.sim("DELETE", f"faults/{fault['id']}")

    def _held_back(self) -> list[dict[str, Any]]:
        faults = self.zone.running.sim("GET", "faults")["items"]
        return [one for one in faults if one.get("seconds") == HELD]

    def _kill_at(self, moment: tuple[float, float], name: str) -> None:
        """Kill a sender once a part of all messages is accepted."""
        goal, running = self.chance.uniform(*moment) * self.size.people, self.zone.running
        until(lambda: running.sim("GET", "ledger")["accepted"] >= goal, seconds=300)
        self._kill(name)

    def _kill(self, name: str) -> None:
        """Kill a sender and keep who was in flight."""
        self.zone.running.kill(name)
        self.kills += 1
        with Redis.from_url(self.zone.valkey.url()) as redis:
            self.fetching.update(
                appid for appid, _ in PATHS.values() if redis.exists(f"wx:{appid}:token:lock")
            )
        killed_at = self._read(select(func.clock_timestamp()))[0]
        until(lambda: self._read(BEGUN_BY, moment=killed_at) == [0])  # what it had begun is done
        self.in_flight |= set(self._read(select(Delivery.member_id).where(Delivery.state == "sending")))

    def _after_lease(self) -> str:
        """Start a sender at a moment at which what was in flight is free again; return its name."""
        self.zone.running.set_clock(self.zone.now() + LEASE + timedelta(seconds=1))
        self._move_simulator(0)
        return self.zone.running.start_jobs()

    def _move_simulator(self, seconds: float) -> None:
        running = self.zone.running
        running.sim("POST", "clock", offset_seconds=running.ahead + seconds)

    def _go_on_to(self, moment: datetime, sender: str = "") -> None:
        """Send until nothing waits that may go before `moment`."""
        sender = sender or self._after_lease()
        while True:
            until(lambda: not self._waiting(self.zone.now() + timedelta(seconds=5)), seconds=300)
            self.zone.running.stop(sender)
            if not self._waiting(moment):
                return
            sender = self._after_lease()

    def _waiting(self, before: datetime) -> int:
        waits = select(func.count()).where(Delivery.state.in_(WAITING), Delivery.not_before < before)
        return int(self._read(waits)[0])

    def _read(self, query: Executable, **values: Any) -> list[Any]:
        with self.zone.sessions() as session:
            return list(session.scalars(query, values))


def _openid(member: int) -> str:
    return f"o{member}"


def _member(openid: str) -> int:
    return int(openid.removeprefix("o"))


def _rows(members: list[int], **more: Any) -> list[dict[str, Any]]:
    return [{"openid": _openid(member), "subscribed": True} | more for member in members]
