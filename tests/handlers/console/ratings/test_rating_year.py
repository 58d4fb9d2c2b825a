"""A year of quarters is read on the page of ratings once one is filed, by surname, and rated by nobody."""

import re

from sqlalchemy import select

from models.people.member import Member
from models.people.org import Org
from models.points.schemes.published import Scheme
from tests.handlers.console_site import Site
from tests.points.published import publish_for
from tests.ratings.test_cycles import quarter
from tests.ratings.walk import Walk, holidays

LINE = re.compile(r'<tr><td><span class="keep">(.*?)</span>.*?</td><td class="muted">(.*?)</td>'
                  r'<td class="keep">(.*?)</td><td class="num">(.*?)</td></tr>')  # fmt: skip


def rate_quarters(site: Site, *cycles: str, code: str = "DEMO") -> None:
    """File these quarters of the home branch; in the first of them the first member is 优秀."""
    with site.sessions.begin() as session:
        home = session.get_one(Org, site.orgs["home"].id)
        scheme: Scheme = publish_for(session, home, code)
        members = list(session.scalars(select(Member).where(Member.branch_id == home.id).order_by(Member.id)))
        holidays(session, 2026, 2027)
        staff = site.staff["secretary"], site.staff["town"]
        walk = Walk(session, site.orgs["town"], home, scheme, members, *staff)
        for number, cycle in enumerate(cycles):
            quarter(walk, cycle, best=1 - number)


def year_of(site: Site, who: str = "secretary") -> list[tuple[str, ...]]:
    page = site.browser(who).get("/console/ratings").text
    return LINE.findall(page.partition('id="year"')[2])


def test_filed_quarters_come_to_a_year_by_surname(site: Site) -> None:
    rate_quarters(site, "2026Q1", "2026Q2")
    lines = year_of(site)
    assert len(lines) == 46
    assert lines[0] == ("白玉珍", "第一季度、第二季度", "三星", "77.5")
    assert {line[1:] for line in lines[1:]} == {("第一季度、第二季度", "三星", "75.0")}
    assert [line[0] for line in lines[:4]] == ["白玉珍", "曹振海", "陈春生", "丁立民"]
    page = site.browser("secretary").get("/console/ratings").text
    assert "2026年全年" in page
    assert "全年取各期的平均分，只算已经备案的期" in page


def test_year_is_not_shown_before_a_quarter_is_filed_nor_where_a_year_is_rated(site: Site) -> None:
    assert 'id="year"' not in site.browser("secretary").get("/console/ratings").text
    rate_quarters(site)
    assert 'id="year"' not in site.browser("secretary").get("/console/ratings").text
