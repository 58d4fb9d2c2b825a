"""Some months of a small zone: what is published, moved and called off, and what WeChat makes of it."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.deliver import Outlets, deliver_due
from jobs.schedule import schedule
from models.base import Sessions
from models.clock import at, day_of
from models.gatherings.calendar.calendar import DayKind, HolidayRule, HolidayYear, Workday
from models.gatherings.gathering import AgendaKind, Gathering, GatheringKind, GatheringState
from models.gatherings.plan import Plan, draft, taking_part
from models.notices.audience import Channels
from models.notices.change import Change, move_gathering
from models.notices.delivery import Channel, Delivery
from models.notices.event import Outcome
from models.notices.matching import Result, keep_result
from models.notices.night_override import let_out
from models.notices.notice import Notice
from models.notices.outbox import Claimed
from models.notices.publish import cancel, publish
from models.notices.subscription import allow
from models.people.account import Role
from models.people.binding import Binding
from models.people.member import Member, SpellKind
from models.people.org import Org, Setting, put_setting
from models.refused import Refused
from tests.factories import (
    KEYRING,
    a_binding,
    a_branch,
    a_member,
    a_post,
    a_spell,
    a_township,
    a_zone,
    an_account,
)
from wechat.breaker import Breaker
from wechat.errors import NoClearAnswer, NotSent, WechatError

ACCOUNT, MINI, TEMPLATE = "wxaccount0000001", "wxmini0000000001", "S1"
CHANNELS = Channels(ACCOUNT, MINI, TEMPLATE)
BEGINS, ENDS = datetime(2026, 9, 1, 1, 0, tzinfo=UTC), datetime(2026, 12, 6, 1, 0, tzinfo=UTC)
HOURS = (time(7, 30), time(9), time(15), time(15), time(19, 30), time(20, 30))
PATH = "/somewhere"
# Jobs that have nothing to do with messages.
ELSEWHERE = ("watch_guesses", "retain")


class Sent(NamedTuple):
    """One message that reached a phone."""

    delivery_id: int
    channel: Channel
    openid: str
    at: datetime
    urgent: bool


@dataclass
class Wechat:
    """WeChat as these months see it: by chance, and the same again for the same seed."""

    seed: int
    now: datetime = BEGINS
    sent: list[Sent] = field(default_factory=list)
    events: list[Result] = field(default_factory=list)
    known: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # id of ours -> msgid, since
    taken: int = 0
    lock: Lock = field(default_factory=Lock)

    def outlets(self) -> Outlets:
        """What the jobs process sends by."""
        return Outlets(
            CHANNELS, {Channel.TEMPLATE: self.template, Channel.SUBSCRIBE: self.subscribe}, Breaker()
        )

    def _chance(self, claim: Claimed) -> random.Random:
        return random.Random(f"{self.seed}:{claim.delivery_id}:{claim.channel}:{claim.attempt_no}")

    def template(self, claim: Claimed) -> str:
        """Take a template message once under its id, for ten minutes."""
        chance = self._chance(claim)
        with self.lock:
            fate = chance.random()
            if fate < 0.06:
                raise NotSent(None, "refused", path=PATH)
            if fate < 0.10:
                raise NoClearAnswer(None, "reset before", path=PATH)
            if fate < 0.24:
                code = chance.choice([43004, 43004, 43004, -1, 45011, 45009, 40037])
                raise WechatError(code, "no", path=PATH)
            msgid, since = self.known.get(claim.client_msg_id, ("", self.now - timedelta(days=1)))
            if self.now - since >= timedelta(minutes=10):
                msgid = self._arrives(claim, ACCOUNT, chance)
                self.known[claim.client_msg_id] = (msgid, self.now)
            if fate < 0.32:
                raise NoClearAnswer(None, "reset after", path=PATH)
            return msgid

    def subscribe(self, claim: Claimed) -> str:
        """Take a subscription message, each time anew."""
        chance = self._chance(claim)
        with self.lock:
            fate = chance.random()
            if fate < 0.05:
                raise NotSent(None, "refused", path=PATH)
            if fate < 0.20:
                raise WechatError(chance.choice([43101, 43101, -1, 43108]), "no", path=PATH)
            msgid = self._arrives(claim, MINI, chance)
            if fate < 0.30:
                raise NoClearAnswer(None, "reset after", path=PATH)
            return chance.choice([msgid, msgid, "0"])

    def _arrives(self, claim: Claimed, appid: str, chance: random.Random) -> str:
        self.taken += 1
        msgid, fate = f"{self.taken}", chance.random()
        blocked = fate < 0.08
        if not blocked:
            self.sent.append(Sent(claim.delivery_id, claim.channel, claim.openid, self.now, claim.urgent))
        if fate < 0.9:
            self.events.append(
                Result(
                    appid=appid,
                    natural_key=f"event-{msgid}",
                    msgid=msgid if chance.random() < 0.8 else None,
                    openid_hash=KEYRING.openid_hash(appid, claim.openid),
                    happened_at=self.now + timedelta(seconds=2),
                    outcome=Outcome.FAILED if blocked else Outcome.DELIVERED,
                    reason="user block" if blocked else None,
                )
            )
        return msgid


class Months:
    """The zone, its clock, and the hands and jobs at work on it."""

    def __init__(self, sessions: Sessions, seed: int) -> None:
        self.sessions, self.chance = sessions, random.Random(seed)
        self.wechat, self.now = Wechat(seed), BEGINS
        self.changes: Counter[int] = Counter()  # real changes by gathering
        self.done: dict[str, datetime] = {}
        self.branches: list[int] = []
        with sessions.begin() as session:
            self._calendar(session)
            self._people(session)

    def _calendar(self, session: Session) -> None:
        session.add(HolidayYear(year=2026))
        days = self.chance.sample(range(95), 14)
        for number, days_on in enumerate(days):
            kind = DayKind.OFF if number % 3 else DayKind.WORK
            session.add(Workday(day=day_of(BEGINS) + timedelta(days=days_on), kind=kind))

    def _people(self, session: Session) -> None:
        town = a_township(session, a_zone(session))
        for name in ("青石村党支部", "柳青村党支部"):
            branch = a_branch(session, town, name=name)
            self.branches.append(branch.id)
            put_setting(session, branch.id, Setting.THEME_DAY, self.chance.randint(1, 28))
            put_setting(session, branch.id, Setting.HOLIDAY_RULE, self.chance.choice(list(HolidayRule)).value)
            put_setting(session, branch.id, Setting.MONTH_LIMIT, self.chance.choice([1, 2, 3, 4, 4]))
            people = [a_member(session, branch, f"王{sign}") for sign in "一二三四五"]
            for number, member in enumerate(people):
                if number != 4:
                    self._reach(session, member, account=number != 1)
            a_spell(session, people[2], SpellKind.AWAY, to_on=date(2026, 10, self.chance.randint(1, 31)))
            a_post(session, an_account(session, member=people[0]), branch, Role.SECRETARY)
        self.by = an_account(session).id

    def _reach(self, session: Session, member: Member, account: bool) -> None:
        if account:
            a_binding(session, member, ACCOUNT)
        phone = a_binding(session, member, MINI)
        for _ in range(self.chance.randint(0, 6)):
            allow(session, phone.id, TEMPLATE, 1, now=self.now + timedelta(days=self.chance.randint(0, 900)))

    def run(self) -> None:
        """Let the months pass, and two weeks more in which nothing new happens."""
        for now in self._moments():
            self.now = self.wechat.now = now
            if now < ENDS and self.chance.random() < 0.6:
                self._act()
            self.work()
        while self.now < ENDS + timedelta(days=15):
            self.now = self.wechat.now = self.now + timedelta(hours=23)
            self.work()

    def _moments(self) -> Iterator[datetime]:
        now = BEGINS
        while now < ENDS:
            step = self.chance.choice([timedelta(minutes=7), timedelta(hours=3), timedelta(hours=12)])
            now += step * self.chance.uniform(0.5, 3)
            if self.chance.random() < 0.3:
                edge = self.chance.choice([time(20, 58), time(21, 2), time(7, 58), time(8, 0), time(8, 40)])
                now = max(now, at(day_of(now), edge))
            yield now

    def work(self) -> None:
        """Let the clock's jobs and the sending do what is due."""
        for line in schedule(CHANNELS, lambda *_: 0, lambda *_: 0):
            due_at = line.last_due(self.now)
            if line.kind not in ELSEWHERE and self.done.get(line.kind) != due_at:
                self.done[line.kind] = due_at
                line.verb(self.sessions, self.now)
        for _ in range(6):
            if not deliver_due(self.sessions, self.wechat.outlets(), self.now, limit=50):
                break
        told, self.wechat.events = self.wechat.events, []
        for event in told:
            with self.sessions.begin() as session:
                keep_result(session, event, now=self.now)

    def _act(self) -> None:
        acts = (self._publish, self._call, self._move, self._cancel, self._let_out, self._allow)
        (act,) = self.chance.choices(acts, weights=(2, 1, 2, 1, 1, 1))
        try:
            with self.sessions.begin() as session:
                act(session)
        except Refused:
            pass

    def _one(self, session: Session, *states: GatheringState) -> Gathering:
        found = session.scalars(
            select(Gathering).where(Gathering.state.in_(states)).order_by(Gathering.id)
        ).all()
        if not found:
            raise Refused("not_found", "没有")
        return self.chance.choice(found)

    def _publish(self, session: Session) -> None:
        it = self._one(session, GatheringState.DRAFT)
        it.place = "村部"
        session.flush()
        orgs = taking_part(session, it.id)
        publish(session, it.id, org_ids=orgs, by=self.by, channels=CHANNELS, now=self.now)

    def _call(self, session: Session) -> None:
        """Draft something beside the theme day and publish it at once, perhaps together with a neighbour."""
        org = session.get_one(Org, self.chance.choice(self.branches))
        day = day_of(self.now) + timedelta(days=self.chance.randint(0, 9))
        starts_at = at(day, self.chance.choice(HOURS))
        partners = tuple(one for one in self.branches if one != org.id and self.chance.random() < 0.4)
        plan = Plan(
            "学习", starts_at, starts_at + timedelta(hours=1), "村部", f"{day:%Y-%m}",
            agenda=((AgendaKind.STUDY, "学习"),), partners=partners,
        )  # fmt: skip
        it = draft(session, org.id, plan, kind=GatheringKind.STUDY, by=self.by, now=self.now)
        orgs = taking_part(session, it.id)
        publish(session, it.id, org_ids=orgs, by=self.by, channels=CHANNELS, now=self.now)

    def _move(self, session: Session) -> None:
        it = self._one(session, GatheringState.PUBLISHED, GatheringState.OPEN)
        later = timedelta(hours=self.chance.choice([-20, -2, 0, 3, 24, 50]))
        change = Change(
            it.starts_at + later, it.ends_at + later, self.chance.choice(["村部", "礼堂"]), it.bring,
            it.contact, None, ((AgendaKind.STUDY, "学习"),),
        )  # fmt: skip
        version = it.version
        move_gathering(session, it.id, change, reason="另有安排", by=self.by, channels=CHANNELS, now=self.now)
        session.refresh(it)
        self.changes[it.id] += it.version - version

    def _cancel(self, session: Session) -> None:
        if self.chance.random() < 0.6:
            return
        it = self._one(session, GatheringState.PUBLISHED, GatheringState.OPEN)
        cancel(session, it.id, reason="有大雨", by=self.by, channels=CHANNELS, now=self.now)
        self.changes[it.id] += 1

    def _let_out(self, session: Session) -> None:
        it = self._one(session, GatheringState.PUBLISHED, GatheringState.OPEN, GatheringState.CANCELLED)
        let_out(session, it.id, "汛情紧急", by=self.by, now=self.now)

    def _allow(self, session: Session) -> None:
        phones = session.scalars(select(Binding).where(Binding.appid == MINI).order_by(Binding.id)).all()
        allow(session, self.chance.choice(phones).id, TEMPLATE, 1, now=self.now)


class Told(NamedTuple):
    """One delivery with what it is about, and the messages of it that reached a phone."""

    row: Delivery
    notice: Notice
    sent: list[Sent]


def told_in(months: Months) -> list[Told]:
    """Return every delivery of these months."""
    by_delivery: dict[int, list[Sent]] = {}
    for one in months.wechat.sent:
        by_delivery.setdefault(one.delivery_id, []).append(one)
    with months.sessions() as session:
        rows = session.execute(select(Delivery, Notice).join(Notice, Notice.id == Delivery.notice_id)).all()
    return [Told(row, notice, by_delivery.get(row.id, [])) for row, notice in rows]
