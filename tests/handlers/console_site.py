"""A console with people in it: two branches that share a gathering, one far away, somebody for each post."""

import pickle
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from handlers.edge import App, Installation, Parts
from models.base import Sessions, connect, sessions_of
from models.gatherings.gathering import AgendaKind
from models.gatherings.plan import Plan, draft
from models.gatherings.standing import rolls_of
from models.notices.audience import Channels
from models.notices.publish import publish
from models.people.account import Account, Role
from models.people.console import start_session
from models.people.member import Member, SpellKind
from models.people.org import Org
from models.points.schemes.published import publish_scheme
from models.points.schemes.use import use_scheme
from tests.conftest import APP, NOON, clone_database, drop_database, url
from tests.emptied import Rows, put, rows_of
from tests.factories import (
    KEYRING,
    THREE_O_CLOCK,
    a_binding,
    a_branch,
    a_group,
    a_member,
    a_post,
    a_spell,
    a_township,
    a_zone,
    an_account,
)
from tests.handlers.one_app import app_with
from wechat.callback import Callback
from wechat.log_in import OpenSession

NAMES = (  # a line for each group
    "白玉珍 陈春生 方国栋 高长山 郭爱莲 何桂芳 黄秋菊 贾满仓 李春梅 罗清平 孟凡林 宋桂兰 王丽娟 张建国 周明远",  # noqa: E501
    "丁立民 杜文秀 韩德福 贺永年 侯建军 李守田 林小满 刘玉兰 马德顺 欧阳静 钱有粮 邵翠萍 唐开运 许志远 郑巧珍",  # noqa: E501
    "曹振海 金巧云 刘根生 卢志强 潘小芹 彭思源 任家和 沈秀英 孙铁柱 田喜凤 王福贵 吴长河 杨雪梅 张建国 赵大有",  # noqa: E501
)
OA, MINI = "wxaccount00", "wxmini00"
# Organisations, staff by log-in and members by name.
People = tuple[dict[str, Org], dict[str, Account], dict[str, Member]]


@dataclass
class Site:
    """The application over one database, its clock, and the rows that tests speak of."""

    app: App
    sessions: Sessions
    clock: list[datetime]
    orgs: dict[str, Org] = field(default_factory=dict)
    staff: dict[str, Account] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    gathering_id: int = 0

    @property
    def now(self) -> datetime:
        """The site's moment."""
        return self.clock[0]

    def browser(self, who: str | None = None) -> "Browser":
        """Return a browser, logged in as one of the staff if named."""
        browser = Browser(self.app.test_client())
        if who is not None:
            with self.sessions.begin() as session:
                token = start_session(session, self.staff[who], now=self.now)
            https = self.app.parts.installation.base_url.startswith("https://")
            browser.client.set_cookie("__Host-console" if https else "console", token)
        return browser


@dataclass
class Browser:
    """A browser without script: it gets pages and posts their forms with the hidden field."""

    client: FlaskClient
    fields: dict[str, str] = field(default_factory=dict)  # hidden ones, by the cookie they belong to

    def get(self, address: str) -> TestResponse:
        """Open a page."""
        return self.client.get(address)

    def csrf(self) -> str:
        """Return the hidden field, which is in every page of a log-in; the one that costs least is read."""
        cookie = self.client.get_cookie("console") or self.client.get_cookie("__Host-console")
        token = cookie.value if cookie else ""
        if token not in self.fields:
            found = re.search(r'name="csrf" value="([^"]+)"', self.client.get("/console/password").text)
            if found is None:
                return ""
            self.fields[token] = found[1]
        return self.fields[token]

    def post(self, address: str, fields: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        """Send a form."""
        return self.client.post(address, data={"csrf": self.csrf()} | (fields or {}), headers=headers)


def nobody_logs_in(code: str) -> OpenSession:
    """Stand for WeChat where no phone logs in."""
    raise AssertionError(code)


def open_site(
    sessions: Sessions,
    redis_url: str,
    *,
    log_in: Callable[[str], OpenSession] = nobody_logs_in,
    base_url: str = "http://127.0.0.1:8000",
) -> Site:
    """Return the site with its people, at ten to three on the theme day, with nothing planned yet."""
    clock = [NOON]
    nobody = Callback(OA, "token", ("A" * 43,), True, "gh_1")
    parts = Parts(
        sessions=sessions,
        keyring=KEYRING,
        redis=Redis.from_url(redis_url),
        clock=lambda: clock[0],
        log_in=log_in,
        account_callback=nobody,
        mini_callback=nobody,
        installation=Installation(
            zone_name="青山示范区",
            owner="青山示范区党群工作部",
            filing_no="",
            complaint_phone="0000-0000000",
            base_url=base_url,
            demonstration=True,
            mini_appid=MINI,
            account_appid=OA,
            channels=Channels(OA, MINI, "S1"),
            publishes=True,
            public_articles=True,
            verification_files={"MP_verify_abc.txt": "abc"},
        ),
    )
    orgs, staff, members = _people_of(sessions)
    return Site(app_with(parts), sessions, clock, orgs, staff, members)


@cache
def _peopled() -> tuple[Rows, bytes]:
    """Return the rows of a database with everybody in it, and who they are; made once for each process."""
    name = clone_database()
    engine = connect(url(APP, name), pool_size=1)
    with sessions_of(engine).begin() as session:
        orgs, members = _people(session)
        people: People = orgs, _staff(session, orgs), members
    engine.dispose()
    rows = rows_of(name)
    drop_database(name)
    return rows, pickle.dumps(people)


def _people_of(sessions: Sessions) -> People:
    """Put everybody into a database, unless they are in it."""
    rows, known = _peopled()
    with sessions() as session:
        database = session.scalars(text("SELECT current_database()")).one()
        empty = session.scalar(select(Org.id).limit(1)) is None
    if empty:
        put(rows, database)
    people: People = pickle.loads(known)  # noqa: S301
    return people


@contextmanager
def served(site: Site) -> Iterator[str]:
    """Serve the site by a thread; give its address."""
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    # So often it looks whether it shall end; its own half a second would be waited for after every test.
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _people(session: Session) -> tuple[dict[str, Org], dict[str, Member]]:
    zone = a_zone(session)
    town = a_township(session, zone)
    home = a_branch(session, town, name="青石村党支部")
    neighbour = a_branch(session, town, name="柳湾村党支部")
    far = a_branch(session, a_township(session, zone, "河西镇党委"), name="远山村党支部")
    orgs = {"zone": zone, "town": town, "home": home, "neighbour": neighbour, "far": far}
    people: dict[str, Member] = {}
    for number, names in enumerate(NAMES):
        group = a_group(session, home, f"第{'一二三'[number]}党小组")
        orgs[f"group{number + 1}"] = group
        for place, name in enumerate(names.split()):
            box = KEYRING.seal(f"138{number:04d}{place:04d}")
            member = a_member(
                session, home, name, group, phone_box=box, phone_hash=KEYRING.phone_hash(f"{number}-{place}"),
                joined_on=datetime(1986 + number, 7, 1).date(), no_phone=place % 5 == 0,  # noqa: DTZ001
            )  # fmt: skip
            people.setdefault(name, member)
            if place % 5:
                a_binding(session, member, OA)
    away = a_member(session, home, "段文斌", orgs["group1"])
    a_spell(session, away, SpellKind.AWAY, place="杭州市")
    people["段文斌"] = away
    for name in ("冯小军", "葛秀兰", "蒋大海"):
        people[name] = a_member(session, neighbour, name)
    people["远山人"] = a_member(session, far, "远山人")
    scheme = publish_scheme(
        session, files("models.points.schemes").joinpath("ATTEND.json").read_text("utf-8"),
        issuer=zone, by=None, now=NOON - timedelta(days=300),
    )  # fmt: skip
    use_scheme(session, zone, scheme, from_month="2020-01", by=None)
    return orgs, people


def _staff(session: Session, orgs: dict[str, Org]) -> dict[str, Account]:
    posts = {
        "secretary": ("周明远", Role.SECRETARY, "home"),
        "clerk": ("林小满", Role.CLERK, "home"),
        "leader": ("何桂芳", Role.GROUP_LEADER, "group1"),
        "neighbour": ("冯小军", Role.SECRETARY, "neighbour"),
        "far": ("远山人", Role.SECRETARY, "far"),
        "town": ("程若兰", Role.TOWNSHIP_OFFICER, "town"),
        "zone": ("顾云飞", Role.ZONE_OFFICER, "zone"),
        "auditor": ("安思齐", Role.AUDITOR, "zone"),
    }
    staff = {login: an_account(session, login, name) for login, (name, _, _) in posts.items()}
    for login, (_, role, org) in posts.items():
        a_post(session, staff[login], orgs[org], role)
    return staff


def publish_theme_day(
    site: Site, *, partners: bool = True, title: str = "学习粮食安全文件"
) -> dict[str, int]:
    """Draft and publish the theme day of today, five days ago; return org -> roll id."""
    before = site.now - timedelta(days=5)
    together = (site.orgs["neighbour"].id,) if partners else ()
    plan = Plan(
        title=title,
        starts_at=THREE_O_CLOCK,
        ends_at=THREE_O_CLOCK + timedelta(minutes=90),
        place="村部二楼会议室",
        period="2026-11",
        date_reason="本支部每月 25 日；当天是工作日，不顺延",
        bring="党徽、11月党费",
        leave_until=THREE_O_CLOCK - timedelta(hours=3),
        agenda=((AgendaKind.STUDY, "学习粮食安全文件"), (AgendaKind.DELIBERATION, "商议冬季沟渠清淤")),
        partners=together,
    )
    by = site.staff["secretary"].id
    with site.sessions.begin() as session:
        it = draft(session, site.orgs["home"].id, plan, by=by, now=before)
        orgs = [site.orgs["home"].id, *together]
        publish(session, it.id, org_ids=orgs, by=by, channels=Channels(OA, None, None), now=before)
        site.gathering_id = it.id
    return rolls_by_org(site)


def rolls_by_org(site: Site) -> dict[str, int]:
    """Return "home" and "neighbour" -> id of their roll."""
    names = {org.id: name for name, org in site.orgs.items()}
    with site.sessions() as session:
        return {names[row.org.id]: row.roll.id for row in rolls_of(session, site.gathering_id, now=site.now)}
