"""One request is one transaction: opened, committed or rolled back here and nowhere else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Any, cast

from apiflask import APIFlask
from flask import g
from redis import Redis
from sqlalchemy.orm import Session

from handlers.limits import Counter
from models.base import Sessions
from models.keyring import Keyring
from models.notices.audience import Channels
from models.people.tries import Guess, give_back_try, spend_try, spent_tries
from wechat.callback import Callback
from wechat.log_in import OpenSession

VERSION = "0.1.0"

VOLUNTARY = "本小程序自愿使用，是否使用本小程序不作为考核依据。不用手机的同志由支部代为登记，权利和义务相同。"


@dataclass(frozen=True)
class Installation:
    """What the pages say about who runs this, and what the account may do."""

    zone_name: str
    owner: str
    filing_no: str
    complaint_phone: str
    base_url: str
    demonstration: bool
    mini_appid: str
    account_appid: str
    channels: Channels
    publishes: bool  # whether the account may publish articles by the interface
    public_articles: bool  # whether the home page shows them
    verification_files: Mapping[str, str]


@dataclass(frozen=True)
class Parts:
    """What app.py built for the handlers."""

    sessions: Sessions = field(repr=False)
    keyring: Keyring
    redis: Redis
    clock: Callable[[], datetime]
    log_in: Callable[[str], OpenSession]  # wx.login code -> openid; the only call to WeChat from here
    account_callback: Callback
    mini_callback: Callback
    installation: Installation
    counter: Counter | None = field(default=None, repr=False)  # without one nobody's calls are counted
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()  # who may give a request its id
    metrics_token: str | None = field(default=None, repr=False)  # without one nobody reads the figures


@dataclass(frozen=True)
class Edge:
    """One request: its transaction, its moment (when it arrived) and the parts it may use."""

    session: Session
    now: datetime
    parts: Parts

    def spend(self, purpose: Guess, who_hash: bytes, *limits: tuple[timedelta, int]) -> int:
        """Count one try in a transaction of its own, so that no later refusal gives it back.

        `limits` are (span, most tries in it). Returns how many are left after this one, or -1 when none
        was left: that try is not counted, so that hammering does not lengthen the wait.
        Whatever this request read so far is committed along: call it before the first real write.
        """
        spend_try(self.session, purpose, who_hash, now=self.now)
        left = min(
            most - spent_tries(self.session, purpose, who_hash, within=span, now=self.now)
            for span, most in limits
        )
        if left < 0:
            give_back_try(self.session, purpose, who_hash, now=self.now)
        self.session.commit()
        return max(left, -1)

    def keep(self) -> None:
        """Keep what this request has written so far, whatever becomes of it."""
        self.session.commit()


def current() -> Edge:
    """Return the request's edge."""
    return cast(Edge, g.edge)


class App(APIFlask):
    """Flask with one transaction around each view; a refusal is raised, never returned."""

    parts: Parts

    def dispatch_request(self, *args: Any) -> Any:
        """Run the view inside its transaction; the session takes a connection at its first query."""
        session = self.parts.sessions()
        g.edge = Edge(session, self.parts.clock(), self.parts)
        try:
            answer = super().dispatch_request(*args)
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()
        return answer
