"""The paper sheet: printed with what phones have signed, typed back in the same order, nobody's work lost."""

import re

import pytest

from models.gatherings.roll import Status
from tests.handlers.console.rolls.test_rolls import mark, status_of
from tests.handlers.console.rolls.test_rolls import scan as write_scan
from tests.handlers.console_site import Browser, Site, publish_theme_day


def scan(site: Site, name: str) -> None:
    """Let somebody's phone have signed in, as the check-in does."""
    write_scan(site, name, status=Status.PRESENT)


def fields_of(page: str) -> dict[str, str]:
    """Return what a browser would send of the page as it is."""
    fields = dict(re.findall(r'<input type="hidden" name="(v-\d+)" value="([^"]*)"', page))
    for name in re.findall(r'<input type="checkbox" name="([to]-\d+)" value="1" checked', page):
        fields[name] = "1"
    for name, options in re.findall(r'<select name="(m-\d+)".*?>(.*?)</select>', page, re.DOTALL):
        found = re.search(r'value="([^"]*)" selected', options)
        fields[name] = found[1] if found else ""
    return fields


def opened(browser: Browser, roll: int, query: str = "") -> dict[str, str]:
    return fields_of(browser.get(f"/console/rolls/{roll}/paper{query}").text)


def names_in_order(page: str) -> list[tuple[str, str]]:
    """Return (number, name) as the sheet or the page shows them."""
    paper = re.findall(r'<span class="num">(\d*)</span>\s*<div><h3 class="keep">(\S+?)[ <]', page)
    return paper or re.findall(r'<tr><td>(\d+)</td><td><span class="keep">(.+?)</span>', page)


def test_page_has_the_order_and_the_numbers_of_the_printed_sheet(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("clerk")
    paper = names_in_order(browser.get(f"/console/rolls/{roll}/paper").text)
    sheet = names_in_order(browser.get(f"/console/rolls/{roll}/sheet").text)
    assert [number for number, _ in sheet] == [str(n) for n in range(1, 46)]
    assert paper[:45] == sheet
    assert paper[45:] == [("", "段文斌")]
    # A later mark shifts no number.
    browser.post(f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "exempt"))
    assert names_in_order(browser.get(f"/console/rolls/{roll}/sheet").text) == sheet


def test_what_was_changed_on_the_page_is_written_and_nothing_else(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("clerk")
    scan(site, "方国栋")
    browser.post(f"/console/rolls/{roll}/marks", mark(site, "高长山", "leave"))
    fields = opened(browser, roll)
    fields |= {f"t-{site.members['白玉珍'].id}": "1", f"m-{site.members['陈春生'].id}": "late"}
    answer = browser.post(f"/console/rolls/{roll}/paper", fields)
    assert answer.headers["Location"] == f"/console/rolls/{roll}/paper?saved=2"
    assert [status_of(site, name) for name in ("白玉珍", "陈春生", "方国栋", "高长山", "郭爱莲")] == [
        Status.PRESENT, Status.LATE, Status.PRESENT, Status.LEAVE, Status.UNRECORDED,
    ]  # fmt: skip
    assert "扫码" in browser.get(f"/console/rolls/{roll}").text
    assert (
        browser.post(f"/console/rolls/{roll}/paper", opened(browser, roll)).headers["Location"].endswith("=0")
    )


def test_tick_taken_off_and_choice_changed_are_written_too(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("clerk")
    people = [site.members[name].id for name in ("白玉珍", "陈春生", "方国栋", "高长山")]
    browser.post(
        f"/console/rolls/{roll}/marks",
        {
            f"m-{member}": status
            for member, status in zip(people, ("present", "leave", "leave", "absent"), strict=True)
        },
    )
    fields = opened(browser, roll)
    del fields[f"t-{people[0]}"]
    fields[f"m-{people[1]}"] = ""
    fields[f"m-{people[2]}"] = "left_early"
    fields[f"t-{people[3]}"] = "1"
    browser.post(f"/console/rolls/{roll}/paper", fields)
    assert [status_of(site, name) for name in ("白玉珍", "陈春生", "方国栋", "高长山")] == [
        Status.UNRECORDED, Status.UNRECORDED, Status.LEFT_EARLY, Status.PRESENT,
    ]  # fmt: skip


def test_row_changed_meanwhile_stays_until_the_clerk_says_so(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    clerk, secretary = site.browser("clerk"), site.browser("secretary")
    fields = opened(clerk, roll)
    ticks = {f"t-{site.members[name].id}": "1" for name in ("白玉珍", "陈春生", "方国栋")}
    secretary.post(f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "leave"))
    scan(site, "方国栋")
    answer = clerk.post(f"/console/rolls/{roll}/paper", fields | ticks)
    assert answer.status_code == 409
    assert "存了 2 行，还有 1 行别人先登记了" in answer.text
    assert "手工 14:50 周明远 登记为请假" in answer.text
    # The other rows are saved, and a phone that agrees is no quarrel.
    assert status_of(site, "陈春生") is Status.PRESENT
    assert status_of(site, "白玉珍") is Status.LEAVE
    again = fields_of(answer.text)
    assert clerk.post(f"/console/rolls/{roll}/paper", again).headers["Location"].endswith("saved=0")
    assert status_of(site, "白玉珍") is Status.LEAVE
    anyway = again | {f"o-{site.members['白玉珍'].id}": "present"}
    assert clerk.post(f"/console/rolls/{roll}/paper", anyway).headers["Location"].endswith("saved=1")
    assert status_of(site, "白玉珍") is Status.PRESENT


def test_all_open_rows_are_ticked_on_the_page_and_nothing_is_saved_yet(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("clerk")
    browser.post(f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "leave"))
    fields = opened(browser, roll, "?all=1")
    assert status_of(site, "陈春生") is Status.UNRECORDED
    del fields[f"t-{site.members['郭爱莲'].id}"]
    browser.post(f"/console/rolls/{roll}/paper", fields)
    assert [status_of(site, name) for name in ("白玉珍", "陈春生", "郭爱莲", "段文斌")] == [
        Status.LEAVE, Status.PRESENT, Status.UNRECORDED, Status.AWAY,
    ]  # fmt: skip


def test_whoever_need_not_come_and_came_is_ticked_at_the_end_of_the_page(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("clerk")
    fields = opened(browser, roll) | {f"t-{site.members['段文斌'].id}": "1"}
    browser.post(f"/console/rolls/{roll}/paper", fields)
    assert status_of(site, "段文斌") is Status.PRESENT


@pytest.mark.parametrize(("status", "code"), [("dancing", 400), ("observer", 400)])
def test_status_that_no_hand_gives_is_refused(site: Site, status: str, code: int) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("clerk")
    fields = opened(browser, roll) | {f"m-{site.members['白玉珍'].id}": status}
    assert browser.post(f"/console/rolls/{roll}/paper", fields).status_code == code


def test_leader_has_the_own_group_with_the_numbers_of_the_whole_sheet(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    leader = site.browser("leader")
    page = leader.get(f"/console/rolls/{roll}/paper").text
    assert ("15", "周明远") in names_in_order(page)
    assert "丁立民" not in page
    assert "丁立民" not in leader.get(f"/console/rolls/{roll}/sheet").text
    member = site.members["丁立民"].id
    foreign = {f"v-{member}": "unrecorded..", f"t-{member}": "1"}
    assert leader.post(f"/console/rolls/{roll}/paper", foreign).status_code == 404


def test_confirmed_roll_takes_no_paper(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("secretary")
    fields = opened(browser, roll)
    page = browser.get(f"/console/rolls/{roll}/confirmation").text
    names = dict.fromkeys(re.findall(r'name="(l-\d+)"', page), "1")
    browser.post(f"/console/rolls/{roll}/confirmation", names | {"rest": "unclear"})
    assert browser.get(f"/console/rolls/{roll}/paper").status_code == 409
    ticks = {f"t-{site.members['白玉珍'].id}": "1"}
    assert browser.post(f"/console/rolls/{roll}/paper", fields | ticks).status_code == 409


def test_sheet_prints_who_signed_by_phone_and_leaves_lines_for_the_others(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("clerk")
    scan(site, "白玉珍")
    browser.post(
        f"/console/rolls/{roll}/marks", mark(site, "陈春生", "leave") | mark(site, "方国栋", "present")
    )
    page = browser.get(f"/console/rolls/{roll}/sheet").text
    assert signs(page)["白玉珍"] == "手机已签 14:50"
    assert signs(page)["陈春生"] == "已请假"
    # Ticked by hand: there is still a name to sign.
    assert signs(page)["方国栋"] == signs(page)["高长山"] == ""
    assert "段文斌" not in signs(page)
    assert "外出 1：</b>段文斌" in page
    for word in (
        "应到 45",
        "实到<i>",
        "请假<i>",
        "缺席<i>",
        "不作要求<i>",
        "列席<i>",
        "现场清点",
        "主持人",
        "记录人",
    ):
        assert word in page
    assert "第 1 页，共 1 页" in page
    assert "1380" not in page
    blank = browser.get(f"/console/rolls/{roll}/sheet?blank=1").text
    assert set(signs(blank).values()) == {""}
    assert len(signs(blank)) == 44  # of two namesakes one stands here


def signs(page: str) -> dict[str, str]:
    """Return name -> what stands in place of the signature."""
    rows = re.findall(r'<tr><td>\d+</td><td><span class="keep">(.+?)</span>.*?</td><td>(.*?)</td>', page)
    return dict(rows)
