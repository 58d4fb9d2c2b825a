"""Points and stars in docs/乡镇一页.md, done line by line on a phone: what only the level above can do.

One branch is filed and then done again, the other is sent back; somebody of the first did not agree.
"""

import os
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Via
from models.base import Sessions
from models.people.account import Role
from models.points.deed import Deed
from models.points.entry import PointEntry
from models.points.proposal import Proposal, ProposalState
from models.points.proposing import propose
from models.points.schemes.published import Scheme
from models.points.schemes.use import use_scheme
from models.ratings.objections.answering import Answer, answer_objection
from models.ratings.objections.appealing import appeal
from models.ratings.objections.objection import Desk, Objection, ObjectionState
from models.ratings.objections.raising import object_to
from models.ratings.procedure.rating import Rating, RatingAct, RatingState
from tests.conftest import NOON, REDIS
from tests.factories import a_post, an_account
from tests.finger import MENU, Part
from tests.guides.guide import Places, Walk, walk_as
from tests.guides.test_points_page import approved, numbered, owed
from tests.guides.test_township_page import HOME, NEIGHBOUR, STEPS, branch
from tests.guides.test_township_page import TABLE as ALL_YEAR
from tests.handlers.console.ratings.rated_site import DECEMBER, HUNG, begin, meet, put_up, rate_by
from tests.handlers.console_site import Site, open_site

pytestmark = pytest.mark.browser

JANUARY = DECEMBER + HUNG
DISAGREES, SAID, FOUND = "黄秋菊", "那天我还清了水沟", "问过同去的两位，只扫了村道"
PAPER, AGAIN = "河东党〔2027〕3号", "河东党〔2027〕5号"
TO_MEND, IN_ERROR = "大会的票数请核对", "有一位同志的等次登错了"


@pytest.fixture
def site(sessions: Sessions) -> Site:
    """Two branches on the board since the middle of December, and an answer that somebody appealed."""
    site = open_site(sessions, os.environ[REDIS])
    rate_by(site)
    with site.sessions.begin() as session:
        scheme = session.scalars(select(Scheme).where(Scheme.code == "ZONE")).one()
        use_scheme(session, site.orgs["neighbour"], scheme, from_month="2026-01", by=None)
        a_post(session, an_account(session, "other", "蒋大海"), site.orgs["neighbour"], Role.COMMISSIONER)
        site.clock[0] = NOON
        approved(session, site, "volunteer", "清扫村道", DISAGREES)
    site.clock[0] = DECEMBER
    for who, org in (("secretary", "home"), ("neighbour", "neighbour")):
        place = begin(site, who, org)
        meet(site, place, who, org)
        put_up(site, place, who)
    with site.sessions.begin() as session:
        appealed(session, site)
        listed_by_secretary(session, site)
    return site


def appealed(session: Session, site: Site) -> None:
    """Let a member dispute an entry, the secretary leave it as it is, the member ask those above."""
    member, later = site.members[DISAGREES].id, DECEMBER + timedelta(days=14)
    entry = session.scalars(select(PointEntry.id).where(PointEntry.member_id == member)).one()
    asked = object_to(
        session, member_id=member, entry_id=entry, said=SAID, filing=None, via=Via.PHONE, now=DECEMBER
    )
    secretary, found = site.staff["secretary"].id, Answer(False, "名单上只有扫村道")
    answer_objection(session, asked.id, found, by=secretary, via=Via.CONSOLE, now=DECEMBER)
    appeal(session, asked.id, member_id=member, said="还有人看见我了", filing=None, via=Via.PHONE, now=later)


def listed_by_secretary(session: Session, site: Site) -> None:
    """Let a secretary put something down for a member of the committee."""
    propose(
        session, site.orgs["neighbour"].id, [site.members["葛秀兰"].id],
        Deed("volunteer", date(2027, 1, 5), "给路口除冰"), by=site.staff["neighbour"].id, by_member=None,
        how=None, via=Via.CONSOLE, now=JANUARY,
    )  # fmt: skip


def has_state(walk: Walk, name: str, state: str) -> Part:
    row = branch(name)
    walk.sees(state, row)
    return row


# Proposals and objections.


def say_yes(walk: Walk) -> Iterator[Places]:
    walk.come_back(JANUARY)
    yield owed("审核")
    row = Part("#waiting .ask", "除冰")
    yield row
    walk.counts(0, row)


def go_to_answer(walk: Walk) -> Iterator[Places]:
    yield None
    yield MENU
    yield owed("答复一件异议")
    walk.sees("名单上只有扫村道")


def answer(walk: Walk) -> Iterator[Places]:
    yield None
    walk.type("核实的情况", FOUND)
    yield None
    walk.sees("不变", Part("#change"))
    yield None
    walk.sees(FOUND, Part("#answered"))


# Filing.


def see_branches(walk: Walk) -> Iterator[Places]:
    yield None
    yield MENU
    for name in (HOME, NEIGHBOUR):
        has_state(walk, name, "公示期满，等备案")


def file_one(walk: Walk) -> Iterator[Places]:
    yield branch(HOME)
    walk.sees_heading(HOME)
    walk.sees_heading("怎么评出来的")
    walk.type("备案的文号", PAPER)
    walk.type("备案的日期", "2027-01-07")
    yield None
    walk.reads("已备案", Part(".head .state"))


def send_back(walk: Walk) -> Iterator[Places]:
    yield Part(".crumbs")
    yield branch(NEIGHBOUR)
    yield None
    walk.type("哪里要改", TO_MEND)
    yield None
    assert TO_MEND in walk.site.browser("neighbour").get("/console/").text


def open_filed(walk: Walk) -> Iterator[Places]:
    yield Part(".crumbs")
    yield has_state(walk, HOME, "已备案")
    yield None
    walk.sees_heading(HOME)


def let_do_again(walk: Walk) -> Iterator[Places]:
    yield None
    walk.type("为什么", IN_ERROR)
    walk.type("决定的文号", AGAIN)
    yield None
    assert IN_ERROR in walk.site.browser("secretary").get("/console/").text


TABLE = numbered(
    say_yes, go_to_answer, answer, see_branches, file_one, send_back, open_filed, let_do_again,
    after=len(ALL_YEAR),
)  # fmt: skip


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_second_part_is_true_line_by_line(site: Site, chromium: Browser, script: bool) -> None:
    with walk_as(chromium, site, "town", script=script) as walk:
        walk.follow(STEPS[len(ALL_YEAR) :], TABLE)
    with site.sessions() as session:
        answers = dict(session.execute(select(Objection.desk, Objection.state)).all())
        mine = session.scalars(select(Proposal).where(Proposal.title == "给路口除冰")).one()
        states = session.scalars(select(Rating.state)).all()
        papers = session.scalars(select(RatingAct.document).where(RatingAct.document.is_not(None))).all()
    assert answers == {Desk.BRANCH: ObjectionState.REJECTED, Desk.TOWNSHIP: ObjectionState.REJECTED}
    assert (mine.state, mine.decided_by) == (ProposalState.APPROVED, site.staff["town"].id)
    assert states == [RatingState.REVIEWING, RatingState.REVIEWING]
    assert set(papers) == {PAPER, AGAIN}
