"""Five organisations with the same three gatherings each, and somebody of every kind who asks about them."""

import json
import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from redis import Redis
from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session, sessionmaker

from handlers.edge import App, Installation, Parts
from models.articles.article import ArticleBlock, ArticleState, BlockKind
from models.audit import Via
from models.base import connect, sessions_of
from models.gatherings.gathering import AgendaItem, AgendaKind, Gathering, GatheringKind, GatheringState
from models.gatherings.hall_code import qr_token
from models.gatherings.leave.makeup import Makeup, MakeupForm
from models.gatherings.roll import LeaveState, Roll, RollLine, Status
from models.gatherings.screen_link import issue_screen_link
from models.notices.audience import Channels
from models.people.account import Account, ConsoleSession, Role
from models.people.away_report import ReportState
from models.people.bind import issue_codes
from models.people.complaint import receive_complaint
from models.people.console import HASHER, start_session
from models.people.link_code import LinkKind, issue_link_code
from models.people.member import Member
from models.people.org import Org
from models.people.phone import start_phone_session
from models.people.said import Said
from models.points.schemes.published import Scheme, publish_scheme
from models.points.schemes.use import SchemeUse, use_scheme
from models.ratings.meeting.decision import Ruling, RulingKind
from models.ratings.meeting.veto import Veto
from models.ratings.objections.objection import ObjectionState
from tests.conftest import APP, NOON, REDIS, Filled, clone_database, drop_database, url
from tests.factories import (
    KEYRING,
    THREE_O_CLOCK,
    a_binding,
    a_branch,
    a_delivery,
    a_gathering,
    a_group,
    a_handover,
    a_host_attendance,
    a_leave,
    a_member,
    a_notice,
    a_picture,
    a_post,
    a_proposal,
    a_rating,
    a_required_item,
    a_roll,
    a_spell,
    a_township,
    a_zone,
    an_account,
    an_article,
    an_away_report,
    an_entry,
    an_objection,
    filed_minutes,
)
from tests.handlers.mini_program.at_work import put_to_work
from tests.handlers.one_app import app_with
from tests.undone import can_undo, undone
from wechat.callback import Callback
from wechat.log_in import OpenSession

MINI, OA = "wxmini00", "wxaccount00"
PASSWORD = "river-stone-42"
MISSING = 3_999_999_999
SALT = b"sixteen byte salt"[:16]
# To be copied: each factory that is made makes a class of its own, for every question anew.
SAVEPOINTS = sessionmaker(join_transaction_mode="create_savepoint", expire_on_commit=False)
# Whose row is asked for, seen from the branch where the people of `WHO` are.
PLACES = ("own", "same", "joint", "other", "parent")
POSTS = {
    "leader": Role.GROUP_LEADER,
    "clerk": Role.CLERK,
    "commissioner": Role.COMMISSIONER,
    "secretary": Role.SECRETARY,
    "deputy": Role.DEPUTY,
    "town": Role.TOWNSHIP_OFFICER,
    "zone": Role.ZONE_OFFICER,
    "auditor": Role.AUDITOR,
    "ended_post": Role.SECRETARY,
}
WHO = ("anonymous", "stranger", "member", "ended_binding", *POSTS)


@dataclass
class World:
    """The application over one database; every map is by place, `sessions` and `csrf` by who asks.

    `own` is the branch of those who ask, `same` a group in it that is not the leader's, `joint` a
    neighbour that invites it, `other` a branch of another township, `parent` the township.
    """

    app: App
    engine: Engine
    orgs: dict[str, Org] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    gatherings: dict[tuple[str, GatheringState], int] = field(default_factory=dict)
    rolls: dict[tuple[str, GatheringState], int] = field(default_factory=dict)  # the host's
    deliveries: dict[str, int] = field(default_factory=dict)
    reports: dict[str, int] = field(default_factory=dict)
    spells: dict[str, int] = field(default_factory=dict)
    attendances: dict[str, int] = field(default_factory=dict)
    proposals: dict[str, int] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    posts: dict[str, int] = field(default_factory=dict)  # of those accounts
    handovers: dict[str, int] = field(default_factory=dict)
    complaints: dict[str, int] = field(default_factory=dict)
    ratings: dict[str, int] = field(default_factory=dict)
    vetoes: dict[str, int] = field(default_factory=dict)
    objections: dict[str, int] = field(default_factory=dict)
    receipt: str = ""  # of what the member wrote
    items: dict[str, int] = field(default_factory=dict)
    schemes: dict[str, int] = field(default_factory=dict)
    slips: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    csrf: dict[str, str] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)  # of the staff, after the eight digits
    digits: str = ""  # for one phone more
    screens: dict[str, str] = field(default_factory=dict)
    articles: dict[tuple[str, ArticleState], int] = field(default_factory=dict)
    pictures: dict[tuple[str, ArticleState], int] = field(default_factory=dict)

    @contextmanager
    def rolled_back(self, **parts: Any) -> Iterator[Connection]:
        """Let the application do as it likes on one connection, with these parts, and undo all of it."""
        kept = self.app.parts
        with self.engine.connect() as connection, undone(connection):
            self.app.parts = replace(kept, **{"sessions": self.on(connection)} | parts)
            try:
                yield connection
            finally:
                self.app.parts = kept

    @staticmethod
    def on(connection: Connection) -> sessionmaker[Session]:
        """Return a session factory on this connection: its commits hold until they are undone."""
        sessions = copy(SAVEPOINTS)
        sessions.kw = sessions.kw | {"bind": connection}
        return sessions

    def token(self, gathering_id: int) -> str:
        """Return what the hall's QR code of a gathering shows."""
        return qr_token(KEYRING, gathering_id, SALT, now=NOON)


@contextmanager
def open_world() -> Iterator[World]:
    """Open a copy of the world in a database of its own, at ten to three on the theme day, and drop it."""
    built = _built()
    name = clone_database(built.database)
    engine = connect(url(APP, name), pool_size=2)
    can_undo(engine)
    try:
        yield World(app_with(parts_on(engine)), engine, **pickle.loads(built.known))  # noqa: S301
    finally:
        engine.dispose()
        drop_database(name)


@cache
def _built() -> Filled:
    """Build the world, once for each process of the test run."""
    name = clone_database()
    engine = connect(url(APP, name), pool_size=2)
    world = World(app_with(parts_on(engine)), engine)
    with world.app.parts.sessions.begin() as session:
        _tree(session, world)
        _members(session, world)
        _ratings(session, world)
        _people(session, world)
        _staff(session, world)
        _letters(session, world)
        _phones(session, world)
        for place in PLACES:
            _gatherings(session, world, place)
            world.items[place] = a_required_item(
                session, world.orgs[place], world.accounts["author"], period="2027-05"
            ).id
            _articles(session, world, place)
        for place in ("own", "same", "joint", "other"):
            _requests(session, world, place)
    engine.dispose()
    known = {part.name: getattr(world, part.name) for part in fields(World)[2:]}  # all but app and engine
    return Filled(name, pickle.dumps(known))


def parts_on(engine: Engine) -> Parts:
    """Return the application's parts over a database; WeChat says that the log-in code is the openid."""
    nobody = Callback(OA, "token", ("A" * 43,), True, "gh_1")
    return Parts(
        sessions=sessions_of(engine),
        keyring=KEYRING,
        redis=Redis.from_url(os.environ[REDIS]),
        clock=lambda: NOON,
        log_in=lambda code: OpenSession(code, None),
        account_callback=nobody,
        mini_callback=nobody,
        installation=Installation(
            zone_name="青山示范区",
            owner="青山示范区党群工作部",
            filing_no="",
            complaint_phone="0000-0000000",
            base_url="http://127.0.0.1:8000",
            demonstration=False,
            mini_appid=MINI,
            account_appid=OA,
            channels=Channels(OA, MINI, "S1"),
            publishes=True,
            public_articles=True,
            verification_files={"MP_verify_abc.txt": "abc"},
        ),
    )


def _letters(session: Session, world: World) -> None:
    for place in PLACES:
        who = KEYRING.openid_hash(MINI, "openid-member") if place == "own" else None
        written = receive_complaint(
            session, "通知发得太晚", None, openid_hash=who, via=Via.PHONE, due_on=date(2026, 12, 9), now=NOON
        )
        world.complaints[place] = written.id
        world.receipt = world.receipt or written.receipt


def _tree(session: Session, world: World) -> None:
    zone = a_zone(session)
    town = a_township(session, zone)
    home = a_branch(session, town)
    world.orgs |= {
        "zone": zone,
        "parent": town,
        "own": home,
        "group": a_group(session, home),
        "same": a_group(session, home, "第二党小组"),
        "joint": a_branch(session, town, name="柳湾村党支部"),
        "other": a_branch(session, a_township(session, zone, "河西镇党委"), name="远山村党支部"),
    }
    scheme = attend() | {"narrow": ["parts.duty.cap"], "show_every": "quarter"}
    before = NOON - timedelta(days=300)
    published = publish_scheme(session, json.dumps(scheme), issuer=zone, by=None, now=before)
    use_scheme(session, zone, published, from_month="2020-01", by=None)
    of_others = scheme | {"code": "OTHERS", "narrow": [], "parent": {"code": "ATTEND", "version": 1}}
    beside = session.get_one(Org, world.orgs["other"].parent_id)
    other = publish_scheme(session, json.dumps(of_others), issuer=beside, by=None, now=before)
    world.schemes |= {"own": published.id, "same": published.id, "other": other.id}


def attend() -> dict[str, Any]:
    """Return the scheme by attendance as JSON content."""
    text = files("models.points.schemes").joinpath("ATTEND.json").read_text("utf-8")
    content: dict[str, Any] = json.loads(text, parse_float=str)
    return content


def _members(session: Session, world: World) -> None:
    home, published = world.orgs["own"], session.get_one(Scheme, world.schemes["own"])
    author = an_account(session, "author", "李书平")
    world.accounts["author"] = author.id
    for place, org, group, name in (
        ("own", home, world.orgs["group"], "王建国"),
        ("same", home, world.orgs["same"], "何桂芳"),
        ("unbound", home, world.orgs["group"], "段文斌"),
        ("joint", world.orgs["joint"], None, "冯小军"),
        ("other", world.orgs["other"], None, "蒋大海"),
    ):
        number = f"1380000{len(world.members):04d}"
        member = a_member(
            session, org, name, group, joined_on=date(1986, 7, 1),
            phone_box=KEYRING.seal(number), phone_hash=KEYRING.phone_hash(number),
            family_phone_box=KEYRING.seal(number.replace("138", "139", 1)),
        )  # fmt: skip
        world.members[place] = member
        # A number that stands nowhere else: whoever reads it has read this person's points.
        points = Decimal(f"{len(world.members)}.173")
        entry = an_entry(session, member, published, author, item="pledge_finished", points=points)
        world.entries[place] = entry.id
        world.proposals[f"{place} answered"] = entry.proposal_id or 0
        world.proposals[place] = a_proposal(session, member, published, item="activity_day").id
        _objections(session, world, place, published, author)


def _objections(session: Session, world: World, place: str, scheme: Scheme, author: Account) -> None:
    """Let the member have objected twice: one waits, one had a no from a hand that holds no post."""
    hand, member = an_account(session, name="方国栋"), world.members[place]
    no = {"finding": "没有错", "answered_by": hand.id, "answered_at": NOON, "state": ObjectionState.REJECTED}
    for key, more in ((f"{place} answered", no), (place, {})):
        entry = an_entry(session, member, scheme, author, points=Decimal(0))
        row = an_objection(session, entry, recorded_by=hand.id, how=Said.IN_PERSON, **more)
        world.objections[key] = row.id


def _ratings(session: Session, world: World) -> None:
    """Begin to rate each branch for last year, by a scheme with grades and a veto that holds for somebody."""
    document = json.loads(files("models.points.schemes").joinpath("ZONE.json").read_text("utf-8"))
    most = {"effect": "max_star", "max_star": 2}
    rules = [
        {"id": "discipline", "title": "受到党纪处分"} | most,
        {"id": "court", "title": "受到法院判决"} | most,
    ]
    text = json.dumps(document | {"code": "RATED", "vetoes": rules}, ensure_ascii=False)
    zone, before = world.orgs["zone"], NOON - timedelta(days=700)
    scheme = publish_scheme(session, text, issuer=zone, by=None, now=before)
    session.add(SchemeUse(org_id=zone.id, from_month="2025-01", scheme_id=scheme.id))
    session.add(SchemeUse(org_id=zone.id, from_month="2026-01", scheme_id=world.schemes["own"]))
    author = session.get_one(Account, world.accounts["author"])
    for place in ("own", "joint", "other"):
        rating = a_rating(session, world.orgs[place], scheme, author, cycle="2025")
        world.ratings[place] = rating.id
        session.add(
            Ruling(
                rating_id=rating.id, member_id=world.members[place].id, kind=RulingKind.LOWER,
                reason="会议讨论过", decided_on=date(2026, 1, 12), account_id=author.id, written_at=NOON,
            )
        )  # fmt: skip
        row = Veto(
            member_id=world.members[place].id, code="discipline", cycle="2025", document="河东纪〔2025〕8号",
            decided_by="河东镇纪委", decided_on=date(2025, 6, 1), account_id=author.id,
        )  # fmt: skip
        session.add(row)
        session.flush()
        world.vetoes[place] = row.id


def _people(session: Session, world: World) -> None:
    a_binding(session, world.members["own"], MINI, "openid-member")
    ended = a_binding(session, world.members["unbound"], MINI, "openid-ended_binding")
    ended.openid, ended.ended_at = None, NOON - timedelta(days=1)
    for who in WHO[1:4]:
        world.sessions[who] = start_phone_session(session, KEYRING, MINI, f"openid-{who}", now=NOON)
    slips = issue_codes(
        session, KEYRING, [one.id for one in world.members.values()], by=world.accounts["author"], now=NOON
    )
    world.slips |= {place: slips[member.id] for place, member in world.members.items()}


def _staff(session: Session, world: World) -> None:
    hashed = HASHER.hash(PASSWORD)
    places = {"leader": "group", "town": "parent", "zone": "zone", "auditor": "zone"}
    for who, role in POSTS.items():
        account = an_account(session, who, f"任{who}", password_hash=hashed)
        ended = {"to_on": date(2026, 11, 24)} if who == "ended_post" else {}
        a_post(session, account, world.orgs[places.get(who, "own")], role, **ended)
        world.sessions[who] = start_session(session, account, now=NOON)
        row = select(ConsoleSession.csrf).where(ConsoleSession.account_id == account.id)
        world.csrf[who] = session.scalars(row).one()
    roles = (Role.CLERK, Role.GROUP_LEADER, Role.SECRETARY, Role.SECRETARY, Role.TOWNSHIP_OFFICER)
    for place, role in zip(PLACES, roles, strict=True):
        account = an_account(session, f"at_{place}", f"别{place}")
        world.posts[place] = a_post(session, account, world.orgs[place], role).id
        world.accounts[place] = account.id
        author = session.get_one(Account, world.accounts["author"])
        world.handovers[place] = a_handover(session, world.orgs[place], author, account, role=role).id


def _phones(session: Session, world: World) -> None:
    """Give each of the staff a phone, bound to somebody whom no row is about; ended posts have no work."""
    elsewhere = a_branch(session, a_township(session, world.orgs["zone"], "河源镇党委"), name="石桥村党支部")
    for who in POSTS:
        account = session.scalars(select(Account).where(Account.login == who)).one()
        member = a_member(session, elsewhere, f"石{who}")
        if who != "ended_post":
            world.phones[who] = put_to_work(session, account, member)
        else:
            a_binding(session, member, MINI, f"openid-{who}")
            world.phones[who] = start_phone_session(session, KEYRING, MINI, f"openid-{who}", now=NOON)
        if who == "secretary":
            world.digits = issue_link_code(session, KEYRING, LinkKind.BRANCH, account_id=account.id, now=NOON)


def _gatherings(session: Session, world: World, place: str) -> None:
    """Add a draft of next month, an open gathering of today and a confirmed one of last month."""
    _gathering(session, world, place, GatheringState.DRAFT, 30, "2026-12")
    it = _gathering(session, world, place, GatheringState.PUBLISHED, 0, "2026-11")
    past = _gathering(session, world, place, GatheringState.CONFIRMED, -30, "2026-10")
    author = session.get_one(Account, world.accounts["author"])
    for line in session.scalars(select(RollLine).where(RollLine.gathering_id == past.id)):
        line.status, line.marked_by, line.marked_at = Status.PRESENT, author.id, past.starts_at
        makeup = Makeup(gathering_id=past.id, member_id=line.member_id, form=MakeupForm.SELF_STUDY)
        makeup.due_on, makeup.planned_at, makeup.planned_by = date(2026, 11, 24), past.starts_at, author.id
        session.add(makeup)
    filed_minutes(session, session.get_one(Roll, world.rolls[place, GatheringState.CONFIRMED]), author)
    world.screens[place] = issue_screen_link(session, KEYRING, it, by=author.id, now=NOON)
    notice = a_notice(session, it, author)
    for member in reversed(_expected(world, place)):
        world.deliveries[place] = a_delivery(session, notice, member).id
        if (place, member.name) == ("own", "何桂芳"):
            world.deliveries["line"] = world.deliveries[place]


def _gathering(
    session: Session, world: World, place: str, state: GatheringState, days: int, period: str
) -> Gathering:
    kind = GatheringKind.GROUP if place == "same" else GatheringKind.THEME_DAY
    host, starts_at = world.orgs[place], THREE_O_CLOCK + timedelta(days=days)
    is_draft, confirmed = state is GatheringState.DRAFT, state is GatheringState.CONFIRMED
    salt = None if is_draft else SALT
    it = a_gathering(session, host, state, starts_at, kind, period=period, hall_salt=salt)
    world.gatherings[place, state] = it.id
    by = world.accounts["author"]
    done = {"confirmed_at": starts_at, "confirmed_by": by, "revision": 1} if confirmed else {}
    roll = a_roll(session, it, host, [] if is_draft else _expected(world, place), **done)
    world.rolls[place, state] = roll.id
    if place == "joint":
        a_roll(session, it, world.orgs["own"], [] if is_draft else _expected(world, "own"), **done)
    if place == "own" and is_draft:
        a_roll(session, it, world.orgs["joint"])
    session.add(AgendaItem(gathering_id=it.id, position=1, kind=AgendaKind.STUDY, title="学习文件"))
    return it


def _articles(session: Session, world: World, place: str) -> None:
    """Add an article for each step on the way, each by another hand, none of those who ask."""
    steps = {
        "proposed": world.accounts["author"],
        "reviewed": world.accounts["joint"],
        "approved": world.accounts["other"],
    }
    author = session.get_one(Account, world.accounts["author"])
    for state, taken in (
        (ArticleState.DRAFT, 0), (ArticleState.PROPOSED, 1), (ArticleState.REVIEWED, 2),
        (ArticleState.APPROVED, 3), (ArticleState.PUBLISHED, 3),
    ):  # fmt: skip
        it = an_article(session, world.orgs[place], author, title=f"清淤忙（{place}）")
        picture = a_picture(session, it)
        for n, kind, text, shown in (
            (1, BlockKind.TEXT, "渠通了。", None),
            (2, BlockKind.PICTURE, "", picture.id),
        ):
            session.add(ArticleBlock(article_id=it.id, position=n, kind=kind, text=text, picture_id=shown))
        session.flush()
        world.articles[place, state], world.pictures[place, state] = it.id, picture.id
        for step, account_id in list(steps.items())[:taken]:
            setattr(it, f"{step}_by", account_id)
            setattr(it, f"{step}_at", NOON)
        it.state, it.published_at = state, NOON if state is ArticleState.PUBLISHED else None
        session.flush()


def _requests(session: Session, world: World, place: str) -> None:
    """Add what waits: leave, an attendance, a report (by another, at home); an absence of next summer.

    And what was answered with a no, under the place with `answered` behind it; leave on last month's roll.
    """
    member, by = world.members[place], world.accounts["author"]
    no: dict[str, Any] = {
        "state": ReportState.REJECTED,
        "decided_by": by,
        "decided_at": NOON,
        "answer": "再等一等",
    }
    refused = no | {"state": LeaveState.REJECTED}
    for state, more in ((GatheringState.PUBLISHED, {}), (GatheringState.CONFIRMED, refused)):
        gathering = session.get_one(Gathering, world.gatherings[place, state])
        a_leave(session, gathering, member, **more)
    spell = a_spell(session, member, from_on=date(2027, 6, 1))
    for key, month, more in ((place, 10, {}), (f"{place} answered", 9, no)):
        attended_on = date(2026, month, 20)
        row = a_host_attendance(
            session, member, period=f"{attended_on:%Y-%m}", attended_on=attended_on, **more
        )
        world.attendances[key] = row.id
    world.reports[f"{place} answered"] = an_away_report(session, member, **no).id
    world.reports[place] = an_away_report(session, world.members["unbound"] if place == "own" else member).id
    world.spells[place] = spell.id


def _expected(world: World, place: str) -> list[Member]:
    members = world.members
    several = {
        "own": [members["own"], members["same"], members["unbound"]],
        # Somebody from a branch stands for the township's own meeting.
        "parent": [members["joint"]],
    }
    return several.get(place) or [members[place]]
