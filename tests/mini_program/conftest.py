"""Phones on real parts: the application over a database of the module's own, WeChat as a process."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest
import requests
from playwright.sync_api import Browser
from sqlalchemy import QueuePool, select
from werkzeug.middleware.shared_data import SharedDataMiddleware

from models.base import connect, sessions_of
from models.people.binding import Binding
from models.people.phone import start_phone_session
from tests.conftest import APP, REDIS, clone_database, drop_database, url
from tests.factories import KEYRING, a_binding
from tests.handlers.console_site import MINI, Site, open_site, served
from tests.handlers.mini_program.at_work import Phone as Asking
from tests.mini_program.built import BUILT, SOURCE
from tests.mini_program.phone import BESIDE, Phone, code_of
from tests.running import until
from tests.simulated import Account, running_simulator
from wechat.log_in import log_in

# Where the mini-program believes the backend to be.
BASE = (SOURCE / "config.js").read_text("utf-8").split("const BASE = '")[1].split("'")[0]
REMINDERS = [{"id": "S1", "title": "活动提醒", "keys": ["thing1", "time2"]}]


@dataclass
class Zone:
    """A served site and the simulator behind it. `site.clock[0]` moves the clock."""

    site: Site
    address: str
    simulator: str
    # The counters of the limits are shared by all databases of a run: nobody's openid comes twice.
    tag: str = field(default_factory=lambda: secrets.token_hex(4))
    bound: set[str] = field(default_factory=set)

    def openid(self, name: str) -> str:
        """Return the WeChat user of a member, in this zone."""
        return f"m_{self.tag}_{name}"

    def bind(self, name: str) -> None:
        """Bind the member's WeChat user, once; who was bound by another phone comes over to this one."""
        if name in self.bound:
            return
        member, openid = self.site.members[name], self.openid(name)
        with self.site.sessions.begin() as session:
            here = (Binding.appid == MINI, Binding.member_id == member.id, Binding.ended_at.is_(None))
            if row := session.scalars(select(Binding).where(*here)).one_or_none():
                row.openid, row.openid_hash = openid, KEYRING.openid_hash(MINI, openid)
            else:
                a_binding(session, member, MINI, openid)
        self.bound.add(name)

    def ask(self, name: str) -> Asking:
        """Return what asks the API in the name of this member, as the phone does."""
        self.bind(name)
        with self.site.sessions.begin() as session:
            token = start_phone_session(session, KEYRING, MINI, self.openid(name), now=self.site.now)
        return Asking(self.site.app.test_client(), token)


class PhoneOf(Protocol):
    """Gives somebody's phone; None is a person who is on no roster."""

    def __call__(
        self, name: str | None, *, bound: bool = True, logged_in: bool = True, **phone: Any
    ) -> Phone:
        """Make the phone."""


@pytest.fixture(scope="session")
def simulator() -> Iterator[str]:
    """The address of WeChat's simulator, with the mini-program's account."""
    with running_simulator() as address:
        yield address


@pytest.fixture(scope="session")
def account(simulator: str) -> Account:
    """The mini-program's account at WeChat."""
    return Account(
        simulator,
        alone=False,
        kind="mini_program",
        appid=MINI,
        templates=[],
        subscribe_templates=REMINDERS,
    )


@contextmanager
def a_served_zone(account: Account) -> Iterator[Zone]:
    """Open a site on a database of its own and serve it."""
    name = clone_database()
    engine = connect(url(APP, name), pool_size=8)
    gateway = account.gateway()
    site = open_site(
        sessions_of(engine), os.environ[REDIS], log_in=lambda code: log_in(gateway, code), base_url=BASE
    )
    # A browser keeps what is served so: of a page that a test gives it itself it keeps nothing.
    built = {BESIDE: str(BUILT)}
    site.app.wsgi_app = SharedDataMiddleware(site.app.wsgi_app, built)  # type: ignore[method-assign]
    with served(site) as address:
        yield Zone(site, address, account.url)
    # What a phone asked last may still be under way.
    pool = engine.pool
    assert isinstance(pool, QueuePool)
    until(lambda: pool.checkedout() == 0)
    engine.dispose()
    drop_database(name)


@pytest.fixture(scope="module")
def zone(account: Account) -> Iterator[Zone]:
    """One site for the tests of a module, at ten to three on the theme day; nothing is planned yet."""
    with a_served_zone(account) as zone:
        yield zone


def session_kept(zone: Zone, code: str) -> dict[str, Any]:
    """Log in as the mini-program did some other day; return what it then kept."""
    answer = requests.post(f"{zone.address}/api/v1/session", json={"code": code}, timeout=20)
    answer.raise_for_status()
    until = round((zone.site.now.timestamp() + answer.json()["expires_in"]) * 1000)
    return {key: answer.json()[key] for key in ("token", "member")} | {"until": until}


@pytest.fixture
def phone_of(zone: Zone, chromium: Browser) -> Iterator[PhoneOf]:
    """Make phones of members; each is put away after the test, which fails if anything in one went wrong."""
    phones: list[Phone] = []

    def make(name: str | None, *, bound: bool = True, logged_in: bool = True, **phone: Any) -> Phone:
        if name and bound:
            zone.bind(name)
        openid = zone.openid(name or f"stranger_{secrets.token_hex(4)}")
        login: Callable[[], str] = code_of(zone.simulator, MINI, openid)
        kept = {"session": session_kept(zone, login())} if name and bound and logged_in else {}
        clock = lambda: zone.site.now  # noqa: E731
        phones.append(Phone(chromium, zone.address, login, clock=clock, kept=kept, **phone))
        return phones[-1]

    yield make
    for phone in phones:
        phone.close()
