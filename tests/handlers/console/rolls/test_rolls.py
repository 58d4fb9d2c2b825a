"""The roll in the console: marks, heads, confirmation, correction, and the points that follow."""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from models.audit import Audit
from models.gatherings.roll import CheckedIn, RollLine, Status
from tests.handlers.console_site import Site, publish_theme_day


def status_of(site: Site, name: str) -> Status:
    """Return what is recorded of somebody."""
    with site.sessions() as session:
        return session.get_one(RollLine, (site.gathering_id, site.members[name].id)).status


def mark(site: Site, name: str, status: str) -> dict[str, str]:
    """Return the field that a tap on a chip sends."""
    return {f"m-{site.members[name].id}": status}


def scan(site: Site, name: str, **values: Any) -> None:
    """Let somebody's phone have signed in."""
    with site.sessions.begin() as session:
        session.execute(
            update(RollLine)
            .where(RollLine.member_id == site.members[name].id)
            .values(checked_in_at=site.now, checked_in_via=CheckedIn.QR, **values)
        )


def test_one_tap_saves_and_leads_back_to_its_row(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("clerk")
    answer = browser.post(f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "late"))
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"#m{site.members['白玉珍'].id}")
    assert status_of(site, "白玉珍") is Status.LATE
    assert "手工 14:50" in browser.get(f"/console/rolls/{roll}").text


def test_script_gets_the_row_and_the_sums_and_reads_that_it_is_saved(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    answer = site.browser("clerk").post(
        f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "present"), **{"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "已存 14:50" in answer.text
    assert 'id="tally" hx-swap-oob="true"' in answer.text


def test_many_marks_are_saved_at_once(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    fields = mark(site, "白玉珍", "leave") | mark(site, "陈春生", "absent")
    assert site.browser("clerk").post(f"/console/rolls/{roll}/marks", fields).status_code == 303
    assert (status_of(site, "白玉珍"), status_of(site, "陈春生")) == (Status.LEAVE, Status.ABSENT)


def test_unknown_status_or_stranger_on_the_roll_is_refused(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("clerk")
    assert browser.post(f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "dancing")).status_code == 400
    assert browser.post(f"/console/rolls/{roll}/marks", mark(site, "冯小军", "present")).status_code == 404
    assert status_of(site, "白玉珍") is Status.UNRECORDED


def test_group_leader_sees_and_marks_the_own_group_only(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("leader")
    page = browser.get(f"/console/rolls/{roll}").text
    assert "白玉珍" in page
    assert "丁立民" not in page
    assert browser.post(f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "present")).status_code == 303
    assert browser.post(f"/console/rolls/{roll}/marks", mark(site, "丁立民", "present")).status_code == 404
    assert browser.post(f"/console/rolls/{roll}/heads", {"heads": "3"}).status_code == 403
    assert browser.get(f"/console/rolls/{roll}/confirmation").status_code == 403
    # Also the sums are the own group's.
    assert "/ 15 人已登记" in page
    assert status_of(site, "丁立民") is Status.UNRECORDED


def test_scan_against_a_mark_asks_in_its_row_and_on_today(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("secretary")
    browser.post(f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "leave"))
    scan(site, "白玉珍")
    assert "人来了吗" in browser.get(f"/console/rolls/{roll}").text
    assert "核对 1 位同志到没到" in browser.get("/console/").text
    assert "陈春生" not in browser.get(f"/console/rolls/{roll}?show=asks").text


def test_roll_is_filtered_by_what_is_open_and_by_first_letters(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("clerk")
    browser.post(f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "present"))
    left = browser.get(f"/console/rolls/{roll}?show=unrecorded").text
    assert "白玉珍" not in left
    assert "陈春生" in left
    found = browser.get(f"/console/rolls/{roll}?q=wfg").text
    assert "王福贵" in found
    assert "王丽娟" not in found


def test_namesakes_are_told_apart_by_their_year(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    page = site.browser("clerk").get(f"/console/rolls/{roll}").text
    assert "1986年" in page
    assert "1988年" in page
    assert "1987年" not in page


def test_wrong_heads_are_said_and_right_ones_lead_on(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("secretary")
    for heads in ("many", "-1", "2001", "１２"):
        assert browser.post(f"/console/rolls/{roll}/heads", {"heads": heads}).status_code == 400
    answer = browser.post(
        f"/console/rolls/{roll}/heads", {"heads": "37", "observers": "2", "next": "confirmation"}
    )
    assert answer.headers["Location"] == f"/console/rolls/{roll}/confirmation"


def test_sums_follow_the_choices_and_a_difference_of_heads_is_said(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("secretary")
    browser.post(f"/console/rolls/{roll}/marks", mark(site, "陈春生", "present"))
    browser.post(f"/console/rolls/{roll}/heads", {"heads": "3", "observers": "1"})
    address = f"/console/rolls/{roll}/confirmation?m-{site.members['白玉珍'].id}=leave"
    # On the roster, less one away; expected; came, leave, absent, unclear, unrecorded.
    assert sums_of(browser.get(address).text) == ["46", "−1", "45", "1", "1", "0", "0", "43"]
    page = browser.get(f"{address}&rest=unclear").text
    assert sums_of(page) == ["46", "−1", "45", "1", "1", "0", "43", "0"]
    assert "清点 3 人，名册 2 人，差 1 人" in page
    assert status_of(site, "白玉珍") is Status.UNRECORDED


def test_nothing_is_chosen_beforehand_for_whoever_is_still_open(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    page = site.browser("secretary").get(f"/console/rolls/{roll}/confirmation").text
    assert "还有 45 人没登记" in page
    assert " checked" not in page


def sums_of(page: str) -> list[str]:
    """Return the numbers of the confirmation's sums."""
    return [part.split("</dd>")[0] for part in page.split('id="sums"')[1].split("<dd>")[1:]]


def listed(page: str) -> dict[str, str]:
    """Return the hidden fields that say whose names a confirmation page listed."""
    return dict.fromkeys(re.findall(r'name="(l-\d+)"', page), "1")


def test_rest_is_recorded_as_chosen_and_who_has_a_choice_of_their_own_as_that(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("secretary")
    page = browser.get(f"/console/rolls/{roll}/confirmation").text
    fields = listed(page) | mark(site, "白玉珍", "absent") | {"rest": "leave"}
    assert browser.post(f"/console/rolls/{roll}/confirmation", fields).status_code == 303
    assert status_of(site, "白玉珍") is Status.ABSENT
    assert status_of(site, "陈春生") is Status.LEAVE
    assert status_of(site, "段文斌") is Status.AWAY


def test_rest_never_covers_a_name_that_the_page_did_not_list(site: Site) -> None:
    # Somebody's mark was taken back after the page was opened.
    roll = publish_theme_day(site)["home"]
    browser = site.browser("secretary")
    browser.post(f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "present"))
    page = browser.get(f"/console/rolls/{roll}/confirmation").text
    browser.post(f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "unrecorded"))
    answer = browser.post(f"/console/rolls/{roll}/confirmation", listed(page) | {"rest": "unclear"})
    assert answer.status_code == 400
    assert "还有 1 人未登记" in answer.text
    assert status_of(site, "陈春生") is Status.UNRECORDED


def test_confirming_settles_posts_and_shows_the_points(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("secretary")
    browser.post(f"/console/rolls/{roll}/marks", mark(site, "何桂芳", "present"))
    page = browser.get(f"/console/rolls/{roll}/confirmation").text
    assert "参加组织生活 1 人，每人加 1 分" in page
    with site.sessions() as session:
        lines = session.scalars(select(RollLine.member_id).where(RollLine.roll_id == roll)).all()
    rest = {f"m-{member}": "unclear" for member in lines}
    assert browser.post(f"/console/rolls/{roll}/confirmation", rest).status_code == 303
    # What was recorded before stays; only open lines are settled.
    assert status_of(site, "何桂芳") is Status.PRESENT
    assert status_of(site, "段文斌") is Status.AWAY
    points = browser.get(f"/console/members/{site.members['何桂芳'].id}/points").text
    assert "参加组织生活" in points
    assert "+1.0" in points
    assert "名册 · 周明远确认" in points
    assert browser.post(f"/console/rolls/{roll}/confirmation").status_code == 409
    assert browser.post(f"/console/rolls/{roll}/marks", mark(site, "白玉珍", "late")).status_code == 409


def test_confirming_with_open_lines_changes_nothing(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("secretary")
    answer = browser.post(f"/console/rolls/{roll}/confirmation", mark(site, "白玉珍", "absent"))
    assert answer.status_code == 400
    assert "还有 44 人未登记" in answer.text
    assert status_of(site, "白玉珍") is Status.UNRECORDED
    chosen = answer.text.split(f'id="r{site.members["白玉珍"].id}-absent"')[1].split(">")[0]
    assert "checked" in chosen


def test_rest_is_never_absent_as_a_whole(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("secretary")
    fields = listed(browser.get(f"/console/rolls/{roll}/confirmation").text)
    for rest in ("absent", "present", "each", ""):
        answer = browser.post(f"/console/rolls/{roll}/confirmation", fields | {"rest": rest})
        assert answer.status_code == 400
        assert "还有 45 人未登记" in answer.text


def test_amendment_needs_a_reason_keeps_the_choice_and_shows_both_entries(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("secretary")
    browser.post(f"/console/rolls/{roll}/marks", mark(site, "何桂芳", "present"))
    assert browser.get(f"/console/rolls/{roll}/amendment").status_code == 409
    fields = listed(browser.get(f"/console/rolls/{roll}/confirmation").text)
    browser.post(f"/console/rolls/{roll}/confirmation", fields | {"rest": "unclear"})
    refused = browser.post(f"/console/rolls/{roll}/amendment", mark(site, "何桂芳", "leave") | {"reason": ""})
    assert refused.status_code == 400
    assert '<option value="leave" selected>' in refused.text
    done = browser.post(
        f"/console/rolls/{roll}/amendment", mark(site, "何桂芳", "leave") | {"reason": "当天请假"}
    )
    assert done.status_code == 303
    points = browser.get(f"/console/members/{site.members['何桂芳'].id}/points").text
    assert "+1.0" in points
    assert "−1.0" in points
    assert "名册第 2 版 · 周明远更正" in points
    page = browser.get(f"/console/rolls/{roll}").text
    assert "第 2 版" in page
    assert "周明远：当天请假" in page


def test_person_to_correct_is_found_by_first_letters(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser("secretary")
    fields = listed(browser.get(f"/console/rolls/{roll}/confirmation").text)
    browser.post(f"/console/rolls/{roll}/confirmation", fields | {"rest": "unclear"})
    page = browser.get(f"/console/rolls/{roll}/amendment?q=wfg").text
    assert "王福贵" in page
    assert "白玉珍" not in page


def test_calls_are_ticked_with_time_and_hand_and_the_list_is_logged(site: Site) -> None:
    publish_theme_day(site)
    browser = site.browser("leader")
    address = f"/console/gatherings/{site.gathering_id}/phone-list"
    page = browser.get(address).text
    tick = page.split(f'hx-post="{address}/')[1].split('"')[0]
    part = browser.post(f"{address}/{tick}", None, **{"HX-Request": "true"})
    assert "已告知" in part.text
    assert "14:50 何桂芳" in part.text
    assert 'id="progress" hx-swap-oob="true"' in part.text
    assert browser.post(f"{address}/{tick}").status_code == 303
    with site.sessions() as session:
        opened = session.scalars(select(Audit).where(Audit.verb == "open_phone_list")).all()
    assert [row.account_id for row in opened] == [site.staff["leader"].id]


def test_phones_are_let_in_and_shut_out_by_hand(site: Site) -> None:
    publish_theme_day(site)
    site.clock[0] -= timedelta(hours=2)
    browser, it = site.browser("secretary"), f"/console/gatherings/{site.gathering_id}"
    assert browser.get(f"{it}/projector/code").json["message"] == "14:30 开始签到"  # type: ignore[index]
    assert browser.post(f"{it}/opening").status_code == 303
    first = browser.get(f"{it}/projector/code").json
    assert browser.post(f"{it}/new-code").status_code == 303
    second = browser.get(f"{it}/projector/code").json
    assert first is not None
    assert second is not None
    assert first["picture"] != second["picture"]
    assert browser.post(f"{it}/closing").status_code == 303
    closed = browser.get(f"{it}/projector/code").json
    assert closed is not None
    assert (closed["picture"], closed["digits"]) == (None, None)
