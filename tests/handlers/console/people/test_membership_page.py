"""The secretary writes down what changed in a membership; the officer above moves somebody."""

from datetime import date

import pytest
from sqlalchemy import select

from models.audit import Audit
from models.people.member import Member, MemberStatus, SpellKind
from models.people.membership import spells_of_member
from models.people.org import Org
from models.ratings.procedure.rating import RatingState
from tests.factories import a_rating
from tests.handlers.console.people.test_persons import acts
from tests.handlers.console_site import Site
from tests.points.proposers import a_scheme_of_deeds
from tests.points.published import publish_for


def spells(site: Site, member: Member) -> list[tuple[SpellKind, str | None, date]]:
    with site.sessions() as session:
        return [(one.kind, one.code, one.from_on) for one in spells_of_member(session, member.id)]


def now_of(site: Site, member: Member) -> Member:
    with site.sessions() as session:
        return session.get_one(Member, member.id)


def address(site: Site, name: str) -> str:
    return f"/console/members/{site.members[name].id}/membership"


def test_category_and_standing_outside_the_rating_are_written_from_a_day_on(site: Site) -> None:
    browser, member = site.browser("secretary"), site.members["王丽娟"]
    sent = {"change": "category", "category": "cadre", "from_on": "2026-10-01"}
    assert browser.post(address(site, "王丽娟"), sent).status_code == 303
    wish = {"change": "unrated", "how": "in_person", "decided_on": "2026-11-20"}
    assert browser.post(address(site, "王丽娟"), wish).status_code == 303
    assert spells(site, member) == [
        (SpellKind.NOT_RATED, "own_wish", date(2026, 11, 20)),
        (SpellKind.CATEGORY, "cadre", date(2026, 10, 1)),
    ]
    page = browser.get(address(site, "王丽娟")).text
    assert "村组干部" in page
    assert "恢复参评" in page
    assert browser.post(address(site, "王丽娟"), {"change": "rated"}).status_code == 303
    assert "登记不参评" in browser.get(address(site, "王丽娟")).text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"change": "category", "category": "", "from_on": "2026-10-01"}, "请选一个类别"),
        ({"change": "category", "category": "cadre", "from_on": ""}, "请写日期"),
        ({"change": "category", "category": "cadre", "from_on": "1 Oct"}, "请写年月日"),
        ({"change": "unrated", "how": "", "decided_on": "2026-11-20"}, "请选本人怎么说的"),
        ({"change": "left", "status": "", "left_on": "2026-11-20", "document": "7号"}, "请选一项"),
        ({"change": "left", "status": "removed", "left_on": "2026-11-20", "document": ""}, "请写文号"),
        ({"change": "coming", "came_on": "2027-01-01"}, "应当在入党时间以后、今天以前"),
    ],
)
def test_what_is_wrong_is_said_in_its_place_and_what_was_typed_stays(
    site: Site, sent: dict[str, str], said: str
) -> None:
    answer = site.browser("secretary").post(address(site, "王丽娟"), sent)
    assert answer.status_code == 400
    assert said in answer.text
    assert answer.text.count('role="alert"') == 1
    for value in sent.values():
        assert not value or value in answer.text
    assert spells(site, site.members["王丽娟"]) == []


def test_whoever_left_is_off_the_roster_and_off_the_coming_roll(site: Site) -> None:
    browser, member = site.browser("secretary"), site.members["王丽娟"]
    sent = {"change": "left", "status": "transferred_out", "left_on": "2026-11-20", "document": "组转7号"}
    assert browser.post(address(site, "王丽娟"), sent).status_code == 303
    assert now_of(site, member).status is MemberStatus.TRANSFERRED_OUT
    assert "王丽娟" not in browser.get("/console/members").text
    assert browser.post(address(site, "王丽娟"), {"change": "rated"}).status_code == 404


def test_officer_moves_somebody_to_another_branch_below(site: Site) -> None:
    browser, member = site.browser("town"), site.members["冯小军"]
    old, new = member.branch_id, site.orgs["home"]
    page = browser.post(f"/console/people/{member.id}", {"purpose": "record"}).text
    assert "转到本区另一个支部" in page
    sent = {"purpose": "record", "branch": f"{new.id}", "moved_on": "2026-11-20", "document": "组转7号"}
    answer = browser.post(f"/console/people/{member.id}/move", sent)
    assert (answer.status_code, f"已转到{new.name}" in answer.text) == (200, True)
    assert now_of(site, member).branch_id == new.id != old
    assert [verb for verb, *_ in acts(site, "move_member")] == ["move_member"]
    assert "冯小军" in site.browser("secretary").get("/console/members").text


def test_officer_moves_nobody_out_of_the_own_subtree(site: Site) -> None:
    browser, member = site.browser("town"), site.members["冯小军"]
    far = site.members["远山人"].branch_id
    sent = {"purpose": "record", "branch": f"{far}", "moved_on": "2026-11-20", "document": "组转7号"}
    answer = browser.post(f"/console/people/{member.id}/move", sent)
    assert (answer.status_code, "请选另一个党支部" in answer.text) == (400, True)
    assert now_of(site, member).branch_id == site.members["葛秀兰"].branch_id


def file_third_quarter(site: Site, org: str) -> None:
    """Let the branch be rated by the quarter, and its third quarter be filed."""
    with site.sessions.begin() as session:
        scheme = a_scheme_of_deeds(session, site.orgs[org], f"DEEDS_{org.upper()}")
        secretary = site.staff["secretary"]
        a_rating(session, site.orgs[org], scheme, secretary, cycle="2026Q3", state=RatingState.CONFIRMED)


@pytest.mark.parametrize(
    "sent",
    [
        {"change": "category", "category": "cadre", "from_on": "2026-09-30"},
        {"change": "unrated", "how": "in_person", "decided_on": "2026-09-30"},
    ],
)
def test_nothing_is_dated_back_into_a_filed_cycle(site: Site, sent: dict[str, str]) -> None:
    file_third_quarter(site, "home")
    answer = site.browser("secretary").post(address(site, "王丽娟"), sent)
    assert (answer.status_code, "2026年第三季度的星级已经备案" in answer.text) == (400, True)
    assert spells(site, site.members["王丽娟"]) == []
    later = {name: "2026-10-01" if value == "2026-09-30" else value for name, value in sent.items()}
    assert site.browser("secretary").post(address(site, "王丽娟"), later).status_code == 303


@pytest.mark.parametrize("filed", ["home", "neighbour"])
def test_nobody_is_moved_back_into_a_filed_cycle_of_either_branch(site: Site, filed: str) -> None:
    file_third_quarter(site, filed)
    browser, member = site.browser("town"), site.members["冯小军"]
    assert member.branch_id == site.orgs["neighbour"].id
    sent = {"purpose": "record", "branch": f"{site.orgs['home'].id}", "document": "组转7号"}
    answer = browser.post(f"/console/people/{member.id}/move", sent | {"moved_on": "2026-09-30"})
    assert (answer.status_code, "2026年第三季度的星级已经备案" in answer.text) == (400, True)
    assert now_of(site, member).branch_id == site.orgs["neighbour"].id
    assert (
        browser.post(f"/console/people/{member.id}/move", sent | {"moved_on": "2026-10-01"}).status_code
        == 200
    )


def test_nobody_is_put_outside_the_rating_by_a_category_they_did_not_ask_for(site: Site) -> None:
    with site.sessions.begin() as session:
        publish_for(session, session.get_one(Org, site.orgs["home"].id), "ZONE")
    browser, member = site.browser("secretary"), site.members["王丽娟"]
    sent = {"change": "category", "category": "veteran_or_ill", "from_on": "2026-10-01"}
    page = browser.post(address(site, "王丽娟"), sent)
    assert page.status_code == 400
    assert "这一类不参评，要本人提出，请选本人怎么说的" in page.text
    assert 'value="2026-10-01"' in page.text
    assert spells(site, member) == []
    assert browser.post(address(site, "王丽娟"), sent | {"how": "in_person"}).status_code == 303
    assert spells(site, member) == [(SpellKind.CATEGORY, "veteran_or_ill", date(2026, 10, 1))]
    with site.sessions() as session:
        [noted] = session.scalars(select(Audit).where(Audit.verb == "set_category"))
        assert (noted.after or {})["how"] == "in_person"
    # A category that is rated needs no such word.
    back = {"change": "category", "category": "resident", "from_on": "2026-11-01"}
    assert browser.post(address(site, "王丽娟"), back).status_code == 303
