"""Points in docs/党小组长一页.md, done line by line on a phone for members of the own group alone."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from models.base import Sessions
from models.people.account import Role
from models.people.said import Said
from models.points.proposal import Proposal, ProposalState
from models.ratings.objections.objection import Objection
from tests.conftest import NOON, REDIS
from tests.factories import a_post
from tests.finger import MENU, Part
from tests.guides.guide import Places, Walk, walk_as
from tests.guides.test_group_leader import OWN, STEPS, STRANGERS
from tests.guides.test_group_leader import TABLE as MEETINGS
from tests.guides.test_points_page import (
    FOURTEEN,
    WRONGED,
    approve_by_commissioner,
    approved,
    numbered,
    put_down,
    write_down,
)
from tests.handlers.console.ratings.rated_site import rate_by
from tests.handlers.console_site import Site, open_site

pytestmark = pytest.mark.browser

HELPED, AWAY = "白玉珍", "段文斌"
STRANGER = "曹振海"
HANDS = {"林小满", "沈秀英"}  # who put down and who approved stand at every deed


@pytest.fixture
def site(sessions: Sessions) -> Site:
    """A branch in November, with a deed that members of two groups did together."""
    site = open_site(sessions, os.environ[REDIS])
    rate_by(site)
    site.clock[0] = NOON
    with site.sessions.begin() as session:
        approved(session, site, "volunteer", "清扫村道", WRONGED, STRANGER)
    return site


def declared(site: Site, title: str) -> Proposal:
    with site.sessions() as session:
        return session.scalars(select(Proposal).where(Proposal.title == title)).one()


def approve_it(site: Site, title: str) -> None:
    with site.sessions.begin() as session:
        approve_by_commissioner(session, site, session.merge(declared(site, title)))


def is_own_group_alone(words: str) -> None:
    """Look for the name of anybody in another group, also in lists to choose from."""
    assert [name for name in STRANGERS - HANDS if name in words] == []


def open_form(walk: Walk) -> Iterator[Places]:
    walk.come_back(NOON)
    yield None
    yield MENU
    is_own_group_alone(walk.page.content())
    yield None
    expect(walk.page.get_by_role("heading", name="代人申报")).to_be_in_viewport()


def declare_for(walk: Walk) -> Iterator[Places]:
    form = Part("#declaration")
    walk.choose("哪位同志", HELPED, form)
    walk.choose("项目", "志愿服务（每次 1 分）", form)
    walk.type("做了什么", "给独居老人送药", form)
    walk.type("哪天", "2026-11-24", form)
    walk.choose("本人怎么说的", "电话", form)
    yield form
    walk.sees("等另一位同志审核", Part("#waiting .ask", "送药"))


def tell_answer(walk: Walk) -> Iterator[Places]:
    approve_it(walk.site, "给独居老人送药")
    walk.page.reload()
    row = Part("#decided .ask", "送药")
    yield row
    walk.choose("怎么告诉的", "当面", row)
    yield row
    walk.sees("当面告诉了本人", row)


def list_group(walk: Walk) -> Iterator[Places]:
    yield None
    is_own_group_alone(walk.page.content())
    walk.choose("项目", "志愿服务（每次 1 分）")
    walk.type("做了什么", "清淤")
    yield None
    for name in OWN - set(FOURTEEN) | {AWAY}:
        walk.tap(Part("label.tick", name))
    yield None
    walk.sees("14 人，每人 1 分", Part("#waiting .ask", "清淤"))


def look_at_records(walk: Walk) -> Iterator[Places]:
    yield None
    yield None
    is_own_group_alone(walk.page.content())
    walk.choose("姓名", WRONGED)
    yield None
    walk.sees_heading(f"{WRONGED}的异议")


def approve_as_elected(walk: Walk) -> Iterator[Places]:
    site = walk.site
    with site.sessions.begin() as session:
        a_post(session, site.staff["leader"], site.orgs["home"], Role.POINTS_GROUP)
        put_down(session, site, "volunteer", "修剪行道树", STRANGER)
    walk.page.goto("/console/")
    yield Part(".owed", "申报")
    row = Part("#waiting .ask", "行道树")
    yield row
    walk.counts(0, row)


TABLE = numbered(
    open_form, declare_for, tell_answer, list_group, look_at_records, write_down, approve_as_elected,
    after=len(MEETINGS),
)  # fmt: skip


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_second_part_is_true_line_by_line(site: Site, chromium: Browser, script: bool) -> None:
    with walk_as(chromium, site, "leader", script=script) as walk:
        walk.follow(STEPS[len(MEETINGS) :], TABLE)
    with site.sessions() as session:
        objection = session.scalars(select(Objection)).one()
    told, listed, judged = (declared(site, title) for title in ("给独居老人送药", "清淤", "修剪行道树"))
    leader = site.staff["leader"].id
    assert (told.state, told.told_how) == (ProposalState.APPROVED, Said.IN_PERSON)
    assert (listed.state, listed.account_id) == (ProposalState.SUBMITTED, leader)
    assert (judged.state, judged.decided_by) == (ProposalState.APPROVED, leader)
    assert (objection.member_id, objection.recorded_by) == (site.members[WRONGED].id, leader)


def test_of_a_list_of_the_whole_branch_the_leader_reads_the_own_group_alone(site: Site) -> None:
    with site.sessions.begin() as session:
        put_down(session, site, "volunteer", "修剪行道树", *FOURTEEN[:2], STRANGER)
    page = site.browser("leader").get("/console/proposals").text
    for words in ("修剪行道树", "清扫村道", WRONGED, *FOURTEEN[:2]):
        assert words in page
    is_own_group_alone(page)
    assert STRANGER in site.browser("clerk").get("/console/proposals").text
