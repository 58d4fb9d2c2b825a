"""What is done all year in docs/积分定星一页.md, line by line on a phone: deeds, papers, an objection."""

import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Browser
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Via
from models.base import Sessions
from models.people.said import Said
from models.points.approving import approve
from models.points.deed import Deed
from models.points.entry import PointEntry
from models.points.proposal import Proposal, ProposalState
from models.points.proposing import propose
from models.ratings.objections.objection import Objection, ObjectionState
from tests.conftest import NOON, REDIS
from tests.finger import MENU, Part
from tests.guides.guide import Beside, Places, Walk, steps_of, walk_as
from tests.handlers.console.ratings.rated_site import rate_by
from tests.handlers.console_site import NAMES, Site, open_site

pytestmark = pytest.mark.browser

STEPS = steps_of("积分定星一页.md")
FIRST_GROUP = NAMES[0].split()
AWAY, SECRETARY = "段文斌", "周明远"
FOURTEEN = [name for name in FIRST_GROUP if name != SECRETARY]
# Five carried out a project, the sixth did not; three swept the road, the fourth did not.
LED, STRUCK, SWEPT = FIRST_GROUP[:5], FIRST_GROUP[5], FIRST_GROUP[:3]
WRONGED = "黄秋菊"
DECLARED, REFUSED = "李春梅", "罗清平"


def put_down(session: Session, site: Site, item: str, title: str, *names: str) -> Proposal:
    """Let the clerk put a deed of the middle of November down for these."""
    deed = Deed(item, date(2026, 11, 15), title)
    members = [site.members[name].id for name in names]
    return propose(
        session, site.orgs["home"].id, members, deed, by=site.staff["clerk"].id, by_member=None, how=None,
        via=Via.CONSOLE, now=site.now,
    )  # fmt: skip


def approved(session: Session, site: Site, *what: str) -> None:
    """Let a commissioner approve what the clerk put down."""
    approve_by_commissioner(session, site, put_down(session, site, *what))


def approve_by_commissioner(session: Session, site: Site, proposal: Proposal) -> None:
    """Let a commissioner approve a list."""
    by = site.staff["commissioner"].id
    approve(session, proposal.id, by=by, via=Via.CONSOLE, now=site.now)


def declare(session: Session, site: Site, name: str, title: str) -> None:
    """Let a member declare by phone."""
    member = site.members[name].id
    propose(
        session, site.orgs["home"].id, [member], Deed("volunteer", date(2026, 11, 24), title), by=None,
        by_member=member, how=None, via=Via.PHONE, now=site.now,
    )  # fmt: skip


@pytest.fixture
def site(sessions: Sessions) -> Site:
    """A branch in November: one deed approved by a commissioner, three more wait for the secretary."""
    site = open_site(sessions, os.environ[REDIS])
    rate_by(site)
    site.clock[0] = NOON
    with site.sessions.begin() as session:
        approved(session, site, "volunteer", "清扫村道", *SWEPT, WRONGED)
        put_down(session, site, "led_project", "领办村口路灯", *LED, STRUCK)
        declare(session, site, DECLARED, "给独居老人送药")
        declare(session, site, REFUSED, "打扫自家院子")
    return site


def waiting(title: str) -> Part:
    return Part("#waiting .ask", title)


def owed(words: str) -> Part:
    return Part(".owed", words)


# A deed.


def log_in(walk: Walk) -> Iterator[Places]:
    walk.type_log_in()
    yield None
    walk.sees_heading("今天")


def open_list(walk: Walk) -> Iterator[Places]:
    yield None
    yield MENU
    yield None
    walk.sees_heading("登记一批")


def name_fourteen(walk: Walk) -> Iterator[Places]:
    walk.choose("项目", "志愿服务（每次 1 分）")
    walk.type("做了什么", "清淤")
    yield Part("[role=group]", "第一党小组")
    for name in (AWAY, SECRETARY):
        walk.tap(Part("label.tick", name))
    walk.counts(len(FOURTEEN), Part("[name=member]:checked"))


def send_list(walk: Walk) -> Iterator[Places]:
    yield None
    walk.sees("14 人，每人 1 分", waiting("清淤"))
    walk.sees("等另一位同志审核", waiting("清淤"))
    with walk.site.sessions.begin() as session:
        mine = session.scalars(select(Proposal).where(Proposal.title == "清淤")).one()
        approve_by_commissioner(session, walk.site, mine)


# The second hand.


def go_to_approve(walk: Walk) -> Iterator[Places]:
    walk.go_to("今天")
    yield owed("审核 3 件申报")
    walk.sees_heading("申报")


def say_yes(walk: Walk) -> Iterator[Places]:
    walk.sees(DECLARED, waiting("送药"))
    yield waiting("送药")
    walk.counts(0, waiting("送药"))


def strike_one(walk: Walk) -> Iterator[Places]:
    row = waiting("村口路灯")
    yield row
    walk.tap(row.part("label.tick", STRUCK))
    yield row
    walk.sees(f"{STRUCK}（划去）", Part("#decided", "村口路灯"))


def say_no(walk: Walk) -> Iterator[Places]:
    row = waiting("自家院子")
    yield row
    walk.type("为什么", "自己家的事不算志愿服务", row)
    yield row
    walk.sees_heading("等审核 0 件")


# On paper.


def print_month(walk: Walk) -> Iterator[Places]:
    yield None
    yield MENU
    walk.sees(FOURTEEN[0], Part(".book tr", FOURTEEN[0]))
    yield None
    walk.sees_heading("11月积分通报")


def read_month(walk: Walk) -> Iterator[Places]:
    board = Part(".board")
    walk.sees(FOURTEEN[-1], board.part("tr", "清淤"))
    assert "分" not in walk.find(board.part(".deeds")).inner_text()
    yield Part(".crumbs")
    walk.sees_heading("积分账本")


def print_cards(walk: Walk) -> Iterator[Places]:
    yield None
    yield None
    walk.counts(46, Part(".point-card"))


# An objection.


def write_for(walk: Walk) -> Iterator[Places]:
    yield None
    yield MENU
    yield None
    yield None
    walk.choose("姓名", WRONGED)
    yield None
    walk.sees_heading(f"{WRONGED}的异议")


def write_down(walk: Walk) -> Iterator[Places]:
    walk.tap(Part(".choice", "清扫村道"))
    walk.type("照本人的话写", "那天扫村道的不是我")
    walk.choose("本人怎么说的", "当面")
    yield None
    yield None
    walk.counts(2, Part(".slip-half"))
    walk.sees(WRONGED, Part(".slip-half").first)


def go_to_answer(walk: Walk) -> Iterator[Places]:
    yield None
    yield MENU
    yield owed("答复一件异议")
    walk.sees_heading("核实和答复")


def answer(walk: Walk) -> Iterator[Places]:
    yield None
    walk.type("核实的情况", "问过同去的三位同志，那天去的是另一位")
    yield None
    walk.sees("冲回", Part("#change"))
    yield None
    walk.sees("属实", Part("#answered"))


def tell(walk: Walk) -> Iterator[Places]:
    walk.choose("怎么告诉的", "当面")
    yield None
    yield None
    walk.sees(f"{WRONGED}同志", Part(".reply"))


def numbered(*acts: Beside, after: int = 0) -> dict[int, Beside]:
    """Return what is done beside each step, from the one `after` so many."""
    return dict(enumerate(acts, after + 1))


TABLE = numbered(
    log_in, open_list, name_fourteen, send_list, go_to_approve, say_yes, strike_one, say_no, print_month,
    read_month, print_cards, write_for, write_down, go_to_answer, answer, tell,
)  # fmt: skip


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_first_half_is_true_line_by_line(site: Site, chromium: Browser, script: bool) -> None:
    with walk_as(chromium, site, "secretary", script=script) as walk:
        walk.follow(STEPS[: len(TABLE)], TABLE)
    with site.sessions() as session:
        objection = session.scalars(select(Objection)).one()
        states = dict(session.execute(select(Proposal.title, Proposal.state)).all())
        posted = func.sum(PointEntry.points)
        counted = dict(session.execute(select(PointEntry.item, posted).group_by(PointEntry.item)).all())
    assert (objection.state, objection.how) == (ObjectionState.UPHELD, Said.IN_PERSON)
    assert {title for title, state in states.items() if state is ProposalState.REJECTED} == {"打扫自家院子"}
    # Fourteen, four who swept less the one who did not, one who declared; five who led, at three each.
    assert counted == {"volunteer": Decimal(14 + 3 + 1), "led_project": Decimal(15)}
