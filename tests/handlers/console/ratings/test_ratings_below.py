"""Ratings below: who is listed; 都试算一遍, whose results are the branches' own."""

import re

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models.ratings.runs.results import RatingRun
from tests.handlers.console.ratings.rated_site import add_deed, begin, grades, meet, rate_by
from tests.handlers.console.ratings.test_rating_pages import part, words
from tests.handlers.console_site import Site

RUNS = "/console/ratings/below/runs"
NOTHING = "没有要试算的支部：支部开始评定以后、开大会以前，才能试算"


def try_all(site: Site, who: str = "town", cycle: str = "2026") -> TestResponse:
    return site.browser(who).post(RUNS, {"org": site.orgs["town"].id, "cycle": cycle})


def told(site: Site, answer: TestResponse) -> str:
    """The sentence on the page to which the officer is sent back."""
    assert answer.status_code == 303
    return part(site.browser("town").get(answer.headers["Location"]).text, 'role="status">', "</p>")


def runs(site: Site) -> int:
    with site.sessions() as session:
        return session.scalar(select(func.count(RatingRun.id))) or 0


def test_one_button_tries_every_branch_out_and_its_secretary_sees_what_differs(site: Site) -> None:
    rate_by(site)
    place, secretary = begin(site), site.browser("secretary")
    secretary.post(f"{place}/grades", grades(site))
    before = runs(site)
    add_deed(site, "方国栋", "volunteer", 1)
    page = site.browser("town").get("/console/ratings/below?cycle=2026").text
    assert "都试算一遍" in page
    assert told(site, try_all(site)) == "试算了 1 个支部，1 个有新的结果，支部自己能看到。"
    assert runs(site) == before + 1
    seen = secretary.get(f"{place}/results").text
    assert "方国栋 ：上次 75.0 分，这次 76.0 分：新增志愿服务 1 次" in part(seen, 'id="differs"')
    assert "程若兰" in words(seen)  # whose hand it was
    # Pressed once more it changes nothing.
    assert told(site, try_all(site, "zone")) == "试算了 1 个支部，和上一次都一样。"
    assert runs(site) == before + 1


def test_whoever_tries_them_out_reads_no_result_before_the_meeting(site: Site) -> None:
    rate_by(site)
    place = begin(site)
    site.browser("secretary").post(f"{place}/grades", grades(site))
    answer = try_all(site)
    town = site.browser("town")
    pages = town.get(answer.headers["Location"]).text + town.get(place).text
    assert "方国栋" not in pages
    assert re.search(r"\d\.\d", words(pages)) is None
    assert town.get(f"{place}/results").status_code == 404


def test_only_who_files_ratings_there_may_press_it(site: Site) -> None:
    rate_by(site)
    begin(site)
    for who, status in (("secretary", 403), ("auditor", 403), ("leader", 403)):
        assert try_all(site, who).status_code == status, who
    beside = {"org": site.orgs["far"].id, "cycle": "2026"}
    assert site.browser("far").post("/console/ratings", beside).status_code == 303
    assert site.browser("town").post(RUNS, beside).status_code == 404
    assert runs(site) == 0
    assert site.browser("zone").post(RUNS, beside).status_code == 303
    assert runs(site) == 1


def test_where_there_is_nothing_to_try_out_a_sentence_says_so(site: Site) -> None:
    rate_by(site)
    town = site.browser("town")
    assert "都试算一遍" not in town.get("/console/ratings/below?cycle=2026").text
    refused = try_all(site)
    assert refused.status_code == 409
    assert NOTHING in refused.text
    meet(site, begin(site))
    before = runs(site)
    assert NOTHING in try_all(site).text
    for cycle in ("", "never", "2026Q5"):
        refused = try_all(site, cycle=cycle)
        assert refused.status_code == 400
        assert "没有这一期，请先选好是哪一期" in refused.text
    assert runs(site) == before


def test_branch_that_rates_by_the_year_is_not_said_to_be_late_with_a_quarter(site: Site) -> None:
    # Control: without `_rated_otherwise` in listing.py the branch is listed as 还没有开始.
    rate_by(site)
    town = site.browser("town")
    by_quarter, by_year = (
        part(town.get(f"/console/ratings/below?cycle={cycle}").text, "<main", "</main>")
        for cycle in ("2026Q3", "2026")
    )
    assert "青石村党支部" in by_year
    assert "青石村党支部" not in by_quarter
