"""The page of what is to be made up: done with day and content, by the own branch's or group's people."""

from datetime import timedelta

from sqlalchemy import select

from models.gatherings.leave.makeup import Makeup
from tests.handlers.console.rolls.test_roll_rows import field
from tests.handlers.console.rolls.test_rolls import mark
from tests.handlers.console_site import Site, publish_theme_day


def planned(site: Site, *names: str) -> int:
    """Let these people have leave and a make-up; return the roll."""
    roll = publish_theme_day(site)["home"]
    browser = site.browser("clerk")
    for name in names:
        browser.post(f"/console/rolls/{roll}/marks", mark(site, name, "leave"))
        browser.post(f"/console/rolls/{roll}/makeup", field(site, "u", name, "home_study"))
    site.clock[0] += timedelta(days=6)
    return roll


def address(site: Site, name: str) -> str:
    return f"/console/makeups/{site.gathering_id}/{site.members[name].id}"


def test_what_is_due_says_until_when_and_is_recorded_with_day_content_and_hand(site: Site) -> None:
    planned(site, "白玉珍")
    browser = site.browser("clerk")
    page = browser.get("/console/makeups").text
    assert "送学上门" in page
    assert "12月24日" in page
    answer = browser.post(address(site, "白玉珍"), {"done_on": "2026-11-28", "content": "学习粮食安全文件"})
    assert answer.status_code == 303
    page = browser.get("/console/makeups").text
    assert "没有要补学的同志" in page
    assert "11月28日</span>：学习粮食安全文件" in page
    assert "林小满登记" in page


def test_wrong_day_or_empty_content_is_said_beside_its_field(site: Site) -> None:
    planned(site, "白玉珍")
    browser = site.browser("clerk")
    for fields, words in (
        ({"done_on": "2026-11-24", "content": "学习"}, "活动当天到今天之间"),
        ({"done_on": "2026-12-02", "content": "学习"}, "活动当天到今天之间"),
        ({"done_on": "", "content": "学习"}, "请写补学的日子"),
        ({"done_on": "2026-11-28", "content": " "}, "请写补了什么"),
    ):
        answer = browser.post(address(site, "白玉珍"), fields)
        assert answer.status_code == 400
        assert words in answer.text
        assert 'aria-invalid="true"' in answer.text


def test_record_is_taken_back(site: Site) -> None:
    planned(site, "白玉珍")
    browser = site.browser("secretary")
    browser.post(address(site, "白玉珍"), {"done_on": "2026-11-28", "content": "学习"})
    browser.post(address(site, "白玉珍"), {"undo": "1"})
    assert "记下补学" in browser.get("/console/makeups").text
    with site.sessions() as session:
        assert session.scalars(select(Makeup.done_on)).all() == [None]


def test_leader_sees_and_records_the_own_group_only(site: Site) -> None:
    planned(site, "白玉珍", "丁立民")
    leader = site.browser("leader")
    page = leader.get("/console/makeups").text
    assert "白玉珍" in page
    assert "丁立民" not in page
    fields = {"done_on": "2026-11-28", "content": "学习"}
    assert leader.post(address(site, "丁立民"), fields).status_code == 404
    assert leader.post(address(site, "白玉珍"), fields).status_code == 303


def test_another_branch_and_officers_have_nothing_here(site: Site) -> None:
    planned(site, "白玉珍")
    assert "白玉珍" not in site.browser("neighbour").get("/console/makeups").text
    fields = {"done_on": "2026-11-28", "content": "学习"}
    assert site.browser("neighbour").post(address(site, "白玉珍"), fields).status_code == 404
    assert site.browser("town").get("/console/makeups").status_code == 403
    assert site.browser("town").post(address(site, "白玉珍"), fields).status_code == 403
