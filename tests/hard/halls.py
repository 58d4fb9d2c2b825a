"""A hall with people in it at a running installation, and what a secretary's browser posts."""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

import requests
from sqlalchemy import select, update

from models.clock import day_of
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.hall_code import hall_digits, make_ticket, qr_token
from models.gatherings.roll import Roll, RollLine
from models.people.account import Account, Post, Role
from models.people.bind import issue_codes
from models.people.binding import Binding, BoundBy
from models.people.console import HASHER
from models.people.member import Member
from models.people.org import Org
from tests.factories import a_branch, a_gathering, a_member, a_post, a_roll, an_account
from tests.hard.zones import ACCOUNT, MINI, Phone, Zone
from tests.plain_browser import PlainBrowser

PASSWORD = "qing-shan-lv-shui-7"
HASHED = HASHER.hash(PASSWORD)


@dataclass(frozen=True)
class Hall:
    """A branch at its open gathering; each member has a phone, bound, and follows the account."""

    zone: Zone
    branch: Org
    gathering: Gathering
    roll: Roll
    members: list[Member]
    openids: list[str]
    officers: list[Account]

    @property
    def salt(self) -> bytes:
        """The hall's salt as it is now."""
        with self.zone.sessions() as session:
            return session.get_one(Gathering, self.gathering.id).hall_salt or b""

    def phone(self, n: int = 0) -> Phone:
        """Log the phone of the n-th member in."""
        return self.zone.phone(self.openids[n])

    def token(self, ago: timedelta = timedelta(0)) -> str:
        """Return what the hall's QR code shows."""
        now = self.zone.now() - ago
        return qr_token(self.zone.keyring, self.gathering.id, self.salt, now=now)

    def digits(self) -> str:
        """Return the six digits on the hall's screen."""
        return hall_digits(self.zone.keyring, self.gathering.id, self.salt, now=self.zone.now())

    def ticket(self, n: int = 0) -> str:
        """Return the ticket of the n-th member's phone for a scan of this moment."""
        return make_ticket(
            self.zone.keyring,
            gathering_id=self.gathering.id,
            hall_salt=self.salt,
            appid=MINI,
            openid=self.openids[n],
            seen_at=self.zone.now(),
        )

    def lines(self) -> list[RollLine]:
        """Return the roll's lines as they are now, in the order of the members."""
        with self.zone.sessions() as session:
            mine = select(RollLine).where(RollLine.roll_id == self.roll.id).order_by(RollLine.member_id)
            return list(session.scalars(mine))

    def end_post(self, n: int) -> None:
        """Let one of the two secretaries' posts have ended yesterday."""
        with self.zone.sessions.begin() as session:
            yesterday = day_of(self.zone.now()) - timedelta(days=1)
            session.execute(
                update(Post).where(Post.account_id == self.officers[n].id).values(to_on=yesterday)
            )

    def console(self, n: int = 0) -> "Console":
        """Log one of the two secretaries in to the console."""
        return Console(self.zone, self.officers[n].login)


class Console:
    """A secretary's browser that posts forms and keeps to its status, without following on."""

    def __init__(self, zone: Zone, login: str) -> None:
        self.browser = PlainBrowser(zone.running.web)
        page = self.browser.open("/console/").press("登录", 登录名=login, 密码=PASSWORD)
        found = re.search(r'name="csrf" value="([^"]+)"', page.html)
        assert found, page.words
        self.csrf = found[1]

    def post(self, path: str, **fields: str) -> requests.Response:
        """Post a form of this session."""
        return self.browser.http.post(
            f"{self.browser.base}/console/{path}",
            data=fields | {"csrf": self.csrf},
            allow_redirects=False,
            timeout=30,
        )


def a_hall(zone: Zone, members: int = 1) -> Hall:
    """Put such a hall into the zone: open now, nobody recorded, two who may confirm."""
    openids = [f"o{secrets.token_hex(10)}" for _ in range(members)]
    with zone.sessions.begin() as session:
        branch = a_branch(session)
        people = [a_member(session, branch, name=f"王建{n}") for n in range(members)]
        for person, openid in zip(people, openids, strict=True):
            for appid in (MINI, ACCOUNT):
                session.add(a_link(zone, person, appid, openid))
        gathering = a_gathering(
            session,
            branch,
            GatheringState.OPEN,
            zone.now() + timedelta(minutes=5),
            hall_salt=secrets.token_bytes(16),
        )
        roll = a_roll(session, gathering, branch, people)
        officers = [an_account(session, name=name, password_hash=HASHED) for name in ("周明远", "刘芳")]
        for officer, role in zip(officers, (Role.SECRETARY, Role.DEPUTY), strict=True):
            a_post(session, officer, branch, role)
    zone.running.sim(
        "POST", "followers", appid=ACCOUNT, followers=[{"openid": one, "subscribed": True} for one in openids]
    )
    return Hall(zone, branch, gathering, roll, people, openids, officers)


def a_link(zone: Zone, member: Member, appid: str, openid: str) -> Binding:
    """Return the binding of a WeChat user, hashed with the installation's own keys."""
    return Binding(
        appid=appid,
        openid=openid,
        openid_hash=zone.keyring.openid_hash(appid, openid),
        member_id=member.id,
        bound_at=zone.now() - timedelta(days=30),
        how=BoundBy.SLIP,
    )


def a_slip(hall: Hall, member: Member) -> str:
    """Print a slip for a member; return its twelve digits."""
    zone = hall.zone
    with zone.sessions.begin() as session:
        codes = issue_codes(session, zone.keyring, [member.id], by=hall.officers[0].id, now=zone.now())
    return codes[member.id]
