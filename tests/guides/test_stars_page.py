"""The end of the year in docs/积分定星一页.md, done line by line on a phone: from the start to the archive.

The branch has four seats for five stars; five earned them, and two of these are even.
"""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from models.base import Sessions
from models.ratings.procedure.rating import Act, Rating, RatingAct, RatingState
from tests.conftest import NOON, REDIS
from tests.finger import MENU, Each, Part
from tests.guides.guide import Places, Walk, walk_as
from tests.guides.test_points_page import FIRST_GROUP, STEPS, approved, numbered, owed
from tests.guides.test_points_page import TABLE as DURING_THE_YEAR
from tests.handlers.console.ratings.rated_site import DECEMBER, rate_by
from tests.handlers.console_site import Site, open_site

pytestmark = pytest.mark.browser

LED, SWEPT = FIRST_GROUP[:5], FIRST_GROUP[:3]
CHOSEN, LATER = "郭爱莲", "宋桂兰"
JANUARY = DECEMBER + timedelta(days=24)
PAPER = "河东党〔2027〕3号"


@pytest.fixture
def site(sessions: Sessions) -> Site:
    """A branch whose deeds of the year are all approved, on a day in December."""
    site = open_site(sessions, os.environ[REDIS])
    rate_by(site)
    site.clock[0] = NOON
    with site.sessions.begin() as session:
        approved(session, site, "led_project", "领办村口路灯", *LED)
        approved(session, site, "volunteer", "清扫村道", *SWEPT)
    return site


# The end of the year.


def begin(walk: Walk) -> Iterator[Places]:
    walk.come_back(DECEMBER)
    yield owed("开始2026年星级评定")
    yield None
    walk.reads("个人申报", Part("#next-title"))


def close_declarations(walk: Walk) -> Iterator[Places]:
    yield None
    yield None
    walk.reads("支委会审核", Part("#next-title"))


def review(walk: Walk) -> Iterator[Places]:
    yield None
    walk.type("应到", "5")
    walk.type("实到", "5")
    yield None
    walk.reads("党员大会通报评议", Part("#next-title"))


def grade(walk: Walk) -> Iterator[Places]:
    yield Part(".next")
    walk.sees("三分之一")
    yield Each(Part(".graded"))
    yield None
    walk.sees_heading("试算")


def try_again(walk: Walk) -> Iterator[Places]:
    walk.counts(46, Part(".member"))
    with walk.site.sessions.begin() as session:
        approved(session, walk.site, "mediation", "宅边排水", LATER)
    yield None
    walk.counts(1, Part("#differs li"))
    walk.sees(f"{LATER}：", Part("#differs"))


def settle_tie(walk: Walk) -> Iterator[Places]:
    ties = Part("#ties")
    walk.sees("五星名额 4 个，3 个已定，下面 2 位条件相同，请会议定 1 位", ties)
    walk.tap(ties.part("label.tick", CHOSEN))
    walk.type("会议的理由", "全年义务调解最多", ties)
    yield ties
    walk.counts(0, ties)
    walk.sees(f"{CHOSEN}：", Part("#differs"))


def hold_meeting(walk: Walk) -> Iterator[Places]:
    yield None
    yield MENU
    yield owed("党员大会通报评议")
    for label, number in (("实到", "40"), ("赞成", "39"), ("反对", "0"), ("弃权", "1")):
        walk.type(label, number)
    yield None
    walk.reads("公示", Part("#next-title"))


# The board, the paper, the archive.


def print_board(walk: Walk) -> Iterator[Places]:
    yield None
    yield None
    five = Part(".board section", "五星")
    assert five.part("li").read(walk.page) == [*SWEPT, CHOSEN]
    assert "分" not in walk.find(five).inner_text()


def put_up(walk: Walk) -> Iterator[Places]:
    yield Part(".crumbs")
    offices = {"联系人": "沈秀英", "联系电话": "0391-3550123", "监督电话": "0391-3550100"}
    for label, words in offices.items():
        walk.type(label, words)
    yield None
    walk.sees("公示到 2026年12月21日", Part(".posted"))


def wait_for_paper(walk: Walk) -> None:
    site = walk.site
    site.clock[0] = JANUARY
    with site.sessions() as session:
        rating = session.scalars(select(Rating.id)).one()
    paper = {"document": PAPER, "filed_on": "2027-01-07"}
    assert site.browser("town").post(f"/console/ratings/{rating}/filing", paper).status_code == 303


def go_to_archive(walk: Walk) -> Iterator[Places]:
    walk.come_back(JANUARY)
    yield owed("归档")
    walk.sees_heading("归档")


def archive(walk: Walk) -> Iterator[Places]:
    yield None
    walk.sees(PAPER, Part(".archive"))
    yield Part(".crumbs")
    yield None
    yield None
    walk.reads("已归档", Part(".head .state"))


TABLE = numbered(
    begin, close_declarations, review, grade, try_again, settle_tie, hold_meeting, print_board, put_up,
    wait_for_paper, go_to_archive, archive, after=len(DURING_THE_YEAR),
)  # fmt: skip


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_second_half_is_true_line_by_line(site: Site, chromium: Browser, script: bool) -> None:
    with walk_as(chromium, site, "secretary", script=script) as walk:
        walk.follow(STEPS[len(DURING_THE_YEAR) :], TABLE)
    with site.sessions() as session:
        assert session.scalars(select(Rating.state)).one() is RatingState.ARCHIVED
        assert session.scalars(select(RatingAct.act).order_by(RatingAct.id)).all() == [
            Act.SELF_DECLARE, Act.COMMITTEE_REVIEW, Act.ASSEMBLY_APPRAISAL, Act.PUBLICITY, Act.UPPER_REVIEW,
            Act.ARCHIVE,
        ]  # fmt: skip
