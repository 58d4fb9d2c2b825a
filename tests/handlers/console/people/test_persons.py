"""One person seen from above: by the full name, for a purpose, each look in the log."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect
from sqlalchemy import select

from models.audit import Audit
from models.gatherings.gathering import GatheringState
from models.gatherings.roll import RollLine, Status
from models.people.console import start_session
from models.people.member import MemberStatus, SpellKind
from models.people.org import Org
from models.people.persons_above import PURPOSE_TEXT, Purpose, purpose_of
from models.refused import Refused
from tests.factories import THREE_O_CLOCK, a_gathering, a_member, a_roll, a_spell
from tests.faults import misfits, out_of_reach, violations
from tests.handlers.console_site import Site


def acts(site: Site, *verbs: str) -> list[tuple[str, int | None, object]]:
    with site.sessions() as session:
        found = session.scalars(select(Audit).where(Audit.verb.in_(verbs)).order_by(Audit.id))
        return [(act.verb, act.subject_id, act.after) for act in found]


def find(site: Site, name: str, purpose: str = "objection", who: str = "town") -> str:
    return site.browser(who).post("/console/people", {"name": name, "purpose": purpose}).text


def found(page: str) -> list[str]:
    return re.findall(r"<tr><td><b>([^<]+)</b>", page)


def test_name_is_found_in_the_own_subtree_alone(site: Site) -> None:
    assert found(find(site, "冯小军")) == ["柳湾村党支部"]
    assert found(find(site, "远山人")) == []
    assert found(find(site, "远山人", who="zone")) == ["远山村党支部"]


def test_part_of_a_name_finds_nobody_and_blanks_do_not_matter(site: Site) -> None:
    assert found(find(site, "冯")) == []
    assert found(find(site, "冯%")) == []
    assert found(find(site, " 冯　小军 ")) == ["柳湾村党支部"]


def test_namesakes_are_told_apart_by_group_and_year(site: Site) -> None:
    page = find(site, "张建国")
    assert found(page) == ["青石村党支部", "青石村党支部"]
    assert re.findall(r"第.党小组", page) == ["第一党小组", "第三党小组"]
    assert re.findall(r"(\d+)年入党", page) == ["1986", "1988"]


def test_who_has_left_is_found_no_more(site: Site) -> None:
    with site.sessions.begin() as session:
        gone = session.merge(site.members["冯小军"])
        gone.status, gone.left_on = MemberStatus.TRANSFERRED_OUT, date(2026, 10, 1)
    assert found(find(site, "冯小军")) == []
    address = f"/console/people/{site.members['冯小军'].id}"
    assert site.browser("town").post(address, {"purpose": "record"}).status_code == 404
    assert acts(site, "see_person") == []


@pytest.mark.parametrize("purpose", ["", "curiosity", "OBJECTION"])
def test_without_a_purpose_nobody_is_shown_and_the_name_stays(site: Site, purpose: str) -> None:
    browser, member = site.browser("town"), site.members["冯小军"].id
    answer = browser.post("/console/people", {"name": "冯小军", "purpose": purpose})
    assert answer.status_code == 400
    assert "请选一个用途，用途会记录在案" in answer.text
    assert 'value="冯小军"' in answer.text
    assert found(answer.text) == []
    answer = browser.post(f"/console/people/{member}", {"purpose": purpose})
    assert answer.status_code == 400
    assert "柳湾村党支部" not in answer.text
    assert acts(site, "find_person", "see_person") == []


def test_purpose_stands_on_a_closed_list() -> None:
    assert [purpose_of(purpose.value) for purpose in Purpose] == list(PURPOSE_TEXT)
    with pytest.raises(Refused) as refused:
        purpose_of("other")
    assert refused.value.code == "purpose_missing"


@pytest.mark.parametrize("name", ["", "　", "长" * 41])
def test_without_a_full_name_nobody_is_looked_for(site: Site, name: str) -> None:
    answer = site.browser("town").post("/console/people", {"name": name, "purpose": "record"})
    assert answer.status_code == 400
    assert "请写全名" in answer.text


def test_every_look_is_logged_with_its_purpose_and_without_a_name(site: Site) -> None:
    browser, member = site.browser("town"), site.members["冯小军"]
    find(site, "冯小军", "rating")
    for purpose in (Purpose.RATING, Purpose.RATING, Purpose.LETTER):
        answer = browser.post(f"/console/people/{member.id}", {"purpose": purpose})
        assert answer.status_code == 200
    assert acts(site, "find_person", "see_person") == [
        ("find_person", None, {"purpose": "rating", "found": [member.id]}),
        ("see_person", member.id, {"purpose": "rating"}),
        ("see_person", member.id, {"purpose": "rating"}),
        ("see_person", member.id, {"purpose": "letter"}),
    ]


def test_no_address_alone_shows_a_person(site: Site) -> None:
    member = site.members["冯小军"].id
    assert site.browser("zone").get(f"/console/people/{member}").status_code == 405
    assert site.browser("zone").get(f"/console/people/{member}?purpose=record").status_code == 405
    assert found(site.browser("zone").get("/console/people?name=冯小军&purpose=record").text) == []
    assert acts(site, "see_person") == []


def with_a_year(site: Site) -> int:
    """Give a member a year: twice present, once on leave; a roll not confirmed, another year, a spell."""
    with site.sessions.begin() as session:
        branch = session.get_one(Org, site.orgs["neighbour"].id)
        member = session.merge(site.members["冯小军"])
        by = site.staff["neighbour"].id
        a_spell(
            session, member, SpellKind.EXEMPT, code="ill", from_on=date(2026, 3, 1), to_on=date(2026, 4, 1)
        )
        for month, status in ((9, "present"), (10, "present"), (8, "leave"), (11, None), (0, "absent")):
            period = f"2026-{month:02}" if month else "2025-12"
            starts_at = THREE_O_CLOCK - timedelta(days=31 * (12 - month))
            it = a_gathering(session, branch, GatheringState.CLOSED, starts_at, period=period)
            done = {"confirmed_at": it.ends_at, "confirmed_by": by, "revision": 1} if status else {}
            roll = a_roll(session, it, branch, [member], **done)
            line = session.get_one(RollLine, (it.id, member.id))
            line.status, line.marked_by = Status(status or "absent"), by
            line.marked_at = it.ends_at
            assert roll.id
        return member.id


def test_page_shows_standing_spells_and_the_years_confirmed_statuses(site: Site) -> None:
    member_id = with_a_year(site)
    page = site.browser("town").post(f"/console/people/{member_id}", {"purpose": "record"}).text
    main = " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())
    assert "柳湾村党支部" in main
    assert "正式党员" in main
    assert "不作要求 2026年3月1日起 ， 到2026年4月1日，已结束" in main
    assert "主题党日 到会 2 次 请假 1 次 只算" in main
    assert "这次的用途：核对会议记录和到会名册，已经记录在案" in main


def test_page_shows_no_telephone_no_ground_and_no_channel(site: Site) -> None:
    member_id = with_a_year(site)
    page = site.browser("town").post(f"/console/people/{member_id}", {"purpose": "record"}).text
    main = page.partition("<main")[2]
    assert not re.search(r"1[3-9]\d[\d*]{8}|患病|openid|微信", main)


def test_strangers_hit_the_walls_of_the_subtree(site: Site) -> None:
    member_id = site.members["远山人"].id
    assert site.browser("town").post(f"/console/people/{member_id}", {"purpose": "record"}).status_code == 404
    own = f"/console/people/{site.members['王丽娟'].id}"
    assert site.browser("secretary").post(own, {"purpose": "record"}).status_code == 403
    assert site.browser("secretary").get("/console/people").status_code == 403
    assert acts(site, "see_person") == []


@pytest.mark.browser
def test_pages_of_a_search_and_a_person_fit_a_phone(site: Site, address: str, chromium: Chromium) -> None:
    with_a_year(site)
    with site.sessions.begin() as session:
        a_member(session, session.get_one(Org, site.orgs["home"].id), "冯小军")
        token = start_session(session, site.staff["town"], now=site.now)
    context = chromium.new_context(viewport={"width": 360, "height": 740}, base_url=address)
    context.add_cookies([{"name": "console", "value": token, "url": address}])
    page = context.new_page()
    page.goto("/console/people")
    page.get_by_label("姓名").fill("冯小军")
    page.get_by_label("核实本人的异议").check()
    page.get_by_role("button", name="查找").click()
    assert violations(page) + misfits(page) + out_of_reach(page) == []
    page.get_by_role("button", name=re.compile("看这位同志.*柳湾村党支部")).click()
    expect(page.get_by_role("heading", name="冯小军")).to_be_visible()
    assert violations(page) + misfits(page) + out_of_reach(page) == []
    context.close()
