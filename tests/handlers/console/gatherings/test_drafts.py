"""Drafting and publishing: nothing typed is lost, nobody is told twice or by surprise."""

from typing import Any

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models.gatherings.gathering import Gathering, GatheringState
from models.notices.delivery import Delivery
from tests.handlers.console_site import Browser, Site, publish_theme_day

XSS = "<script>alert(1)</script>"


def form(**fields: Any) -> dict[str, Any]:
    """Return a draft's form that holds."""
    return {
        "title": "十一月主题党日",
        "day": "2026-11-27",
        "start": "15:00",
        "end": "16:30",
        "place": "村部",
        "period": "2026-11",
        "date_reason": "25 日停电，改到 27 日",
        "leave_until": "2026-11-27T12:00",
        "bring": "党徽",
        "contact": "",
        "agenda_kind": ["study", "deliberation"],
        "agenda_title": ["学习文件", "商议清淤"],
    } | fields


def create(site: Site, browser: Browser, **fields: Any) -> TestResponse:
    """Send a new draft of the home branch."""
    return browser.post("/console/gatherings", form(org=site.orgs["home"].id, **fields))


def the_gathering(site: Site) -> Gathering | None:
    """Return the only gathering there is."""
    with site.sessions() as session:
        return session.scalar(select(Gathering))


def test_new_draft_is_filled_with_the_proposed_day_and_its_reason(site: Site) -> None:
    page = site.browser("secretary").get("/console/gatherings/new").text
    assert 'value="2026-11-25"' in page
    assert "本支部每月 25 日" in page


def test_branch_that_joins_anothers_theme_day_is_proposed_the_next_month(site: Site) -> None:
    browser = site.browser("neighbour")
    assert "起草11月主题党日通知" in browser.get("/console/").text
    publish_theme_day(site)
    assert "起草11月主题党日通知" not in browser.get("/console/").text
    assert 'value="2026-12-25"' in browser.get("/console/gatherings/new").text


def test_draft_is_stored_and_shown_again_as_typed(site: Site) -> None:
    browser = site.browser("clerk")
    answer = create(site, browser)
    assert answer.status_code == 303
    page = browser.get(answer.headers["Location"]).text
    for text in ("十一月主题党日", "2026-11-27", "25 日停电，改到 27 日", "商议清淤", "党徽"):
        assert text in page


def test_wrong_draft_comes_back_with_everything_typed(site: Site) -> None:
    answer = create(site, site.browser("secretary"), day="2026-11-31", place="", contact="李春梅")
    assert answer.status_code == 400
    for text in ("2026-11-31", "十一月主题党日", "商议清淤", "李春梅", "请写日期"):
        assert text in answer.text
    assert the_gathering(site) is None


def test_day_that_is_over_is_refused_beside_its_field(site: Site) -> None:
    answer = create(site, site.browser("secretary"), day="2026-11-20")
    assert answer.status_code == 400
    assert "开始时间已经过了" in answer.text


def test_second_theme_day_of_a_month_is_refused_with_the_form(site: Site) -> None:
    browser = site.browser("secretary")
    create(site, browser)
    answer = create(site, browser, title="又一次")
    assert answer.status_code == 400
    assert "又一次" in answer.text


def test_rows_of_the_agenda_come_and_go_without_a_script(site: Site) -> None:
    browser = site.browser("secretary")
    more = create(site, browser, do="add")
    assert more.status_code == 200
    assert more.text.count('name="agenda_title"') == 3
    fewer = create(site, browser, do="remove-0")
    assert fewer.text.count('name="agenda_title"') == 1
    assert "学习文件" not in fewer.text
    turned = create(site, browser, do="up-1").text
    assert turned.index("商议清淤") < turned.index("学习文件")
    assert the_gathering(site) is None


def test_scripts_in_any_field_stay_text(site: Site) -> None:
    browser = site.browser("secretary")
    answer = create(
        site,
        browser,
        title=XSS,
        place=XSS,
        bring=XSS,
        contact=XSS,
        date_reason=XSS,
        agenda_title=[XSS, '"><i>x'],
    )
    page = browser.get(answer.headers["Location"]).text
    assert XSS not in page
    assert '"><i>x' not in page
    assert page.count("&lt;script&gt;") >= 6
    refused = create(site, browser, day=XSS, title=XSS)
    assert XSS not in refused.text


def test_audience_is_known_before_publishing(site: Site) -> None:
    page = site.browser("secretary").get("/console/gatherings/new").text
    assert "要打电话的 10 位" in page
    assert "何桂芳去打" in page


def test_publishing_saves_the_form_and_tells_everybody_once(site: Site) -> None:
    browser = site.browser("secretary")
    address = create(site, browser).headers["Location"]
    answer = browser.post(f"{address}/publication", form(title="改过的题目", people="46"))
    assert answer.status_code == 303
    it = the_gathering(site)
    assert it is not None
    assert (it.title, it.state) == ("改过的题目", GatheringState.PUBLISHED)
    assert browser.post(f"{address}/publication").status_code == 409
    with site.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 46


def test_publishing_to_more_people_than_the_button_said_is_refused(site: Site) -> None:
    browser = site.browser("secretary")
    address = create(site, browser).headers["Location"]
    answer = browser.post(f"{address}/publication", form(people="46", partners=[site.orgs["neighbour"].id]))
    assert answer.status_code == 400
    assert "现在要通知 49 人" in answer.text
    assert "发布给 49 人" in answer.text
    it = the_gathering(site)
    assert it is not None
    assert it.state is GatheringState.DRAFT


def test_branch_of_another_town_cannot_be_asked_to_join(site: Site) -> None:
    answer = create(site, site.browser("secretary"), partners=[site.orgs["far"].id])
    assert answer.status_code == 400


def test_draft_of_a_foreign_branch_cannot_be_made(site: Site) -> None:
    answer = site.browser("secretary").post("/console/gatherings", form(org=site.orgs["far"].id))
    assert answer.status_code == 404


def test_clerk_drafts_and_does_not_publish(site: Site) -> None:
    browser = site.browser("clerk")
    address = create(site, browser).headers["Location"]
    assert "publication" not in browser.get(address).text
    assert browser.post(f"{address}/publication").status_code == 403


def test_cancelling_wants_a_reason_and_keeps_what_was_typed(site: Site) -> None:
    browser = site.browser("secretary")
    address = create(site, browser).headers["Location"]
    assert browser.post(f"{address}/cancellation", {"reason": " "}).status_code == 400
    long = "停电" * 60
    answer = browser.post(f"{address}/cancellation", {"reason": long})
    assert answer.status_code == 400
    assert long in answer.text
    assert browser.post(f"{address}/cancellation", {"reason": "停电"}).status_code == 303
    assert "原因：停电" in browser.get(address).text


def test_branch_says_itself_whether_it_admits_guests(site: Site) -> None:
    browser = site.browser("secretary")
    page = browser.get("/console/gatherings/new").text
    assert '<input type="checkbox" name="guests" value="1">接待其他支部的同志列席' in page
    create(site, browser, guests="1")
    it = the_gathering(site)
    assert it is not None
    assert it.guests
    assert 'name="guests" value="1" checked' in browser.get(f"/console/gatherings/{it.id}").text
    browser.post(f"/console/gatherings/{it.id}", form())
    it = the_gathering(site)
    assert it is not None
    assert not it.guests
