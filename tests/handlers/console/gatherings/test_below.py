"""Held and filed below: the month's page of a township and the zone, and what waits on their today."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect
from sqlalchemy import Engine, event, select

from models.audit import Audit, Via
from models.gatherings.gathering import GatheringKind, GatheringState
from models.gatherings.minutes.filing import file_minutes, return_minutes
from models.gatherings.minutes.minutes import Minutes, MinutesState
from models.gatherings.roll import Roll
from models.people.console import start_session
from models.people.member import Member
from models.people.org import Org
from tests.factories import THREE_O_CLOCK, a_branch, a_gathering, a_roll, filed_minutes
from tests.faults import misfits, out_of_reach, violations
from tests.handlers.console.gatherings.test_today import lines
from tests.handlers.console_site import Site

EVENING = THREE_O_CLOCK + timedelta(hours=5)
ROW = re.compile(r"<tr class=\"(?!within)[^\"]*\">(.*?)</tr>", re.DOTALL)


def held(site: Site, place: str = "home", **columns: object) -> int:
    """Hold a theme day of a branch and confirm its roll; return the roll."""
    with site.sessions.begin() as session:
        branch, by = session.get_one(Org, site.orgs[place].id), site.staff["secretary"].id
        it = a_gathering(session, branch, GatheringState.CONFIRMED)
        done = {"confirmed_at": it.ends_at, "confirmed_by": by, "revision": 1}
        members = session.scalars(select(Member).where(Member.branch_id == branch.id))
        return a_roll(session, it, branch, members, **done | columns).id


def filed(site: Site, place: str = "home", **columns: object) -> int:
    """Hold a theme day and file its record."""
    roll_id = held(site, place, **columns)
    with site.sessions.begin() as session:
        filed_minutes(session, session.get_one(Roll, roll_id), site.staff["clerk"])
    return roll_id


def send_back(site: Site, roll_id: int, *, again: bool = False) -> None:
    with site.sessions.begin() as session:
        by = site.staff["town"].id
        return_minutes(session, roll_id, "缺表决结果", by=by, via=Via.CONSOLE, now=EVENING)
        if again:
            later = EVENING + timedelta(minutes=5)
            file_minutes(session, roll_id, by=site.staff["secretary"].id, via=Via.CONSOLE, now=later)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def rows(site: Site, who: str = "town", query: str = "") -> list[str]:
    """The lines of the table, as words."""
    page = site.browser(who).get(f"/console/below?{query}").text
    return [words(row) for row in ROW.findall(page)]


@pytest.fixture(autouse=True)
def evening(site: Site) -> None:
    """The theme day is over."""
    site.clock[0] = EVENING + timedelta(minutes=10)


def test_every_branch_has_a_line_in_tree_order_in_neutral_words(site: Site) -> None:
    held(site, "neighbour")
    assert rows(site) == [
        "青石村党支部 本月未安排",
        "柳湾村党支部 25日 15:00 已开展 到会 0 / 3 待归档 三个工作日以内",
    ]


def test_zone_sees_all_townships_and_may_narrow_to_one(site: Site) -> None:
    page = site.browser("zone").get("/console/below").text
    assert re.findall(r"<option value=\"\d+\"[^>]*>([^<]+党[^<]*)</option>", page) == [
        "青山示范区党工委",
        "河东镇党委",
        "河西镇党委",
    ]
    everything = rows(site, "zone")
    assert [row.split()[0] for row in everything] == ["青石村党支部", "柳湾村党支部", "远山村党支部"]
    (town,) = re.findall(r"<option value=\"(\d+)\"[^>]*>河东镇党委", page)
    assert rows(site, "zone", f"org={town}") == everything[:2]


def test_returned_record_says_why_and_counts_as_still_to_be_filed(site: Site) -> None:
    roll_id = filed(site)
    send_back(site, roll_id)
    assert rows(site, query="show=open") == [
        "青石村党支部 25日 15:00 已开展 到会 0 / 46 退回补正 缺表决结果 查看 ：青石村党支部"
    ]
    assert rows(site, query="show=filed") == []


def test_tabs_count_what_they_show(site: Site) -> None:
    filed(site)
    held(site, "neighbour")
    page = site.browser("town").get("/console/below").text
    tabs = re.findall(r">(全部|要我看|待归档|已归档) (\d+)</a>", page)
    assert dict(tabs) == {"全部": "2", "要我看": "1", "待归档": "1", "已归档": "1"}
    figures = words(page.partition("figures")[2].partition("</section>")[0])
    assert "2 / 2 已开展 1 / 2 已归档 0 退回补正" in figures
    for show, number in (("mine", 1), ("open", 1), ("filed", 1)):
        assert len(rows(site, query=f"show={show}")) == number


def test_record_that_was_read_leaves_the_list_and_comes_back_filed_again(site: Site) -> None:
    roll_id = filed(site)
    browser = site.browser("town")
    page = browser.get("/console/below?show=mine").text
    found = re.search(r'/look">.*?name="seen" value="([^"]+)"', page, re.DOTALL)
    assert found
    seen = found[1]
    answer = browser.post(f"/console/below/{roll_id}/look", {"seen": seen, "show": "mine"})
    assert answer.status_code == 303
    assert "归档的记录都看过了。" in browser.get(answer.location).text
    assert lines(site, "town") == []
    send_back(site, roll_id, again=True)
    assert browser.post(f"/console/below/{roll_id}/look", {"seen": seen}).status_code == 409
    assert lines(site, "town") == [("看 1 份11月的会议记录", "青石村党支部。退回后再归档", "去看")]
    with site.sessions() as session:
        looks = session.scalars(select(Audit).where(Audit.verb == "look")).all()
    assert [(one.subject_id, one.org_id) for one in looks] == [(roll_id, site.orgs["town"].id)]


def test_record_is_read_and_put_away_on_its_own_page(site: Site) -> None:
    roll_id = filed(site, heads=9)
    browser, address = site.browser("town"), f"/console/rolls/{roll_id}/record"
    page = browser.get(address).text
    assert "现场清点 9 人，名册上到会和列席 0 人" in page
    found = re.search(r'/look">.*?name="seen" value="([^"]+)"', page, re.DOTALL)
    assert found
    seen = found[1]
    answer = browser.post(f"/console/below/{roll_id}/look", {"seen": seen, "show": "mine"})
    assert answer.status_code == 303
    assert "看过了" not in browser.get(address).text
    assert rows(site, query="show=mine") == []


def test_branch_is_not_asked_to_look_at_its_own_record(site: Site) -> None:
    page = site.browser("secretary").get(f"/console/rolls/{filed(site, heads=9)}/record").text
    assert "看过了" not in page
    assert "现场清点 9 人，名册上" not in page


def test_today_names_the_branches_whose_records_are_new(site: Site) -> None:
    send_back(site, filed(site), again=True)
    filed(site, "neighbour")
    expected = "青石村党支部、柳湾村党支部。其中 1 份退回后再归档"
    assert lines(site, "town") == [("看 2 份11月的会议记录", expected, "去看")]
    assert lines(site, "zone") == []
    site.clock[0] += timedelta(days=40)
    assert lines(site, "town") == []


def test_zone_is_shown_a_townships_record_only_where_numbers_do_not_fit(site: Site) -> None:
    filed(site, "home")
    filed(site, "neighbour", heads=9)
    assert [row.split()[0] for row in rows(site, "zone", "show=mine")] == ["柳湾村党支部"]
    assert len(rows(site, "town", "show=mine")) == 2


def test_draft_of_a_record_is_not_opened_from_above(site: Site) -> None:
    roll_id = held(site)
    with site.sessions.begin() as session:
        session.add(Minutes(roll_id=roll_id, state=MinutesState.DRAFT, drafted_by=site.staff["clerk"].id))
    (row, _) = rows(site)
    assert row == "青石村党支部 25日 15:00 已开展 到会 0 / 46 待归档 三个工作日以内"


def test_page_names_no_person_and_compares_nobody(site: Site) -> None:
    filed(site, "neighbour", heads=3)
    page = site.browser("town").get("/console/below").text
    main = page.partition("<main")[2]
    assert [name for name in site.members if name in main] == []
    assert "%" not in main


@pytest.mark.parametrize("query", ["period=2026-13", "period=1999-01", "show=best", "period=x&show=<b>"])
def test_unknown_choices_show_this_month_and_everything(site: Site, query: str) -> None:
    held(site, "neighbour")
    assert len(rows(site, query=query)) == 2


def test_other_gatherings_stand_below_the_theme_day_until_they_are_filed_and_read(site: Site) -> None:
    with site.sessions.begin() as session:
        by = site.staff["secretary"].id
        branch = session.get_one(Org, site.orgs["home"].id)
        it = a_gathering(
            session, branch, GatheringState.CONFIRMED, kind=GatheringKind.COMMITTEE, title="研究清淤"
        )
        done = {"confirmed_at": it.ends_at, "confirmed_by": by, "revision": 1}
        members = session.scalars(select(Member).where(Member.branch_id == branch.id))
        roll_id = a_roll(session, it, branch, members, **done).id
    assert "支委会：研究清淤 25日 15:00 已开展 到会 0 / 46 待归档 三个工作日以内" in rows(site)
    with site.sessions.begin() as session:
        filed_minutes(session, session.get_one(Roll, roll_id), site.staff["clerk"])
    browser = site.browser("town")
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', browser.get("/console/below").text)
    browser.post(f"/console/below/{roll_id}/look", {"seen": seen})
    assert rows(site) == ["青石村党支部 本月未安排", "柳湾村党支部 本月未安排"]


def test_page_takes_twelve_statements_at_most_whatever_the_number_of_branches(site: Site) -> None:
    filed(site, "neighbour", heads=9)
    browser, seen = site.browser("zone"), []
    with site.sessions() as session:
        engine = session.get_bind()
    assert isinstance(engine, Engine)

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    def statements() -> int:
        seen.clear()
        assert browser.get("/console/below").status_code == 200
        return len(seen)

    browser.get("/console/below")
    event.listen(engine, "before_cursor_execute", note)
    few = statements()
    with site.sessions.begin() as session:
        town = session.get_one(Org, site.orgs["town"].id)
        for number in range(5):
            site.orgs[f"more{number}"] = a_branch(session, town, name=f"第{number}村党支部")
    for number in range(5):
        filed(site, f"more{number}")
    many = statements()
    event.remove(engine, "before_cursor_execute", note)
    assert few == many <= 12


@pytest.mark.browser
def test_lines_of_every_kind_fit_a_phone_and_a_screen_reader(
    site: Site, address: str, chromium: Chromium
) -> None:
    filed(site, heads=9)
    send_back(site, filed(site, "neighbour"))
    with site.sessions.begin() as session:
        token = start_session(session, site.staff["town"], now=site.now)
    context = chromium.new_context(viewport={"width": 360, "height": 740}, base_url=address)
    context.add_cookies([{"name": "console", "value": token, "url": address}])
    page = context.new_page()
    page.goto("/console/below")
    assert violations(page) + misfits(page) + out_of_reach(page) == []
    page.get_by_role("button", name="看过了").click()
    page.get_by_role("link", name="要我看 0").click()
    expect(page.get_by_text("归档的记录都看过了。")).to_be_visible()
    context.close()
