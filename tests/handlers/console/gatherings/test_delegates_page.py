"""The delegate in the console: opens, answers leave, confirms and amends one roll, and does nothing else."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from models.audit import Via
from models.gatherings.leave.leave import ask_leave
from models.gatherings.roll import LeaveReason, Status
from models.people.account import Post, Role
from tests.factories import a_post
from tests.handlers.console.rolls.test_rolls import mark, status_of
from tests.handlers.console_site import Browser, Site, publish_theme_day, rolls_by_org


def named(site: Site, who: str) -> int:
    """Let the secretary name somebody; return the roll."""
    roll = publish_theme_day(site)["home"]
    answer = site.browser("secretary").post(
        f"/console/rolls/{roll}/delegate", {"account": str(site.staff[who].id)}
    )
    assert answer.status_code == 303
    return roll


def confirm(browser: Browser, roll: int) -> int:
    page = browser.get(f"/console/rolls/{roll}/confirmation").text
    names = dict.fromkeys(re.findall(r'name="(l-\d+)"', page), "1")
    return browser.post(f"/console/rolls/{roll}/confirmation", names | {"rest": "unclear"}).status_code


@pytest.mark.parametrize("who", ["clerk", "leader"])
def test_delegate_opens_closes_confirms_and_amends(site: Site, who: str) -> None:
    roll = named(site, who)
    browser, it = site.browser(who), f"/console/gatherings/{site.gathering_id}"
    site.clock[0] -= timedelta(hours=2)
    page = browser.get(it).text
    assert "现在开放签到" in page
    assert "取消这次活动" not in page
    assert browser.post(f"{it}/opening").status_code == 303
    assert "换一个码" not in browser.get(it).text
    assert browser.post(f"{it}/closing").status_code == 303
    site.clock[0] += timedelta(hours=4)
    browser = site.browser(who)
    # The whole roll, also for the leader of one group.
    assert browser.post(f"/console/rolls/{roll}/marks", mark(site, "丁立民", "present")).status_code == 303
    assert confirm(browser, roll) == 303
    fields = mark(site, "丁立民", "leave") | {"reason": "当天公出"}
    assert browser.post(f"/console/rolls/{roll}/amendment", fields).status_code == 303
    assert status_of(site, "丁立民") is Status.LEAVE


@pytest.mark.parametrize("who", ["clerk", "leader"])
def test_without_the_secretary_s_word_none_of_it(site: Site, who: str) -> None:
    roll = publish_theme_day(site)["home"]
    browser, it = site.browser(who), f"/console/gatherings/{site.gathering_id}"
    assert "结束签到" not in browser.get(it).text
    assert browser.post(f"{it}/opening").status_code == 403
    assert browser.post(f"{it}/closing").status_code == 403
    assert browser.get(f"/console/rolls/{roll}/confirmation").status_code == 403
    assert browser.get(f"/console/rolls/{roll}/amendment").status_code == 403


def test_delegate_does_nothing_else(site: Site) -> None:
    named(site, "clerk")
    browser, it = site.browser("clerk"), f"/console/gatherings/{site.gathering_id}"
    assert browser.post(f"{it}/cancellation", {"reason": "大雪"}).status_code == 403
    assert browser.post(f"{it}/new-code").status_code == 403
    assert browser.post("/console/slips").status_code == 403


def test_delegate_of_one_roll_has_no_say_on_another(site: Site) -> None:
    named(site, "clerk")
    other = rolls_by_org(site)["neighbour"]
    assert site.browser("clerk").get(f"/console/rolls/{other}/confirmation").status_code == 404


def test_delegate_names_nobody_and_does_not_end_it(site: Site) -> None:
    roll = named(site, "clerk")
    browser = site.browser("clerk")
    address = f"/console/rolls/{roll}/delegate"
    assert browser.post(address, {"account": str(site.staff["leader"].id)}).status_code == 403
    assert browser.post(f"{address}/ending").status_code == 403
    page = browser.get(f"/console/rolls/{roll}").text
    assert "林小满" in page
    assert "结束委托" not in page


def test_end_is_at_once_and_by_itself_a_week_after_the_confirmation(site: Site) -> None:
    roll = named(site, "clerk")
    secretary = site.browser("secretary")
    assert "结束委托" in secretary.get(f"/console/rolls/{roll}").text
    assert secretary.post(f"/console/rolls/{roll}/delegate/ending").status_code == 303
    assert site.browser("clerk").get(f"/console/rolls/{roll}/confirmation").status_code == 403
    secretary.post(f"/console/rolls/{roll}/delegate", {"account": str(site.staff["clerk"].id)})
    assert confirm(site.browser("clerk"), roll) == 303
    site.clock[0] += timedelta(days=6, hours=23)
    assert site.browser("clerk").get(f"/console/rolls/{roll}/amendment").status_code == 200
    site.clock[0] += timedelta(hours=1)
    assert site.browser("clerk").get(f"/console/rolls/{roll}/amendment").status_code == 403


def test_delegate_whose_post_has_ended_stands_in_no_longer(site: Site) -> None:
    roll = named(site, "clerk")
    browser = site.browser("clerk")
    assert browser.get(f"/console/rolls/{roll}/confirmation").status_code == 200
    with site.sessions.begin() as session:
        ended = site.now.date() - timedelta(days=1)
        session.execute(update(Post).where(Post.account_id == site.staff["clerk"].id).values(to_on=ended))
    assert browser.get(f"/console/rolls/{roll}/confirmation").status_code == 404


@pytest.mark.parametrize(("role", "org"), [(Role.CLERK, "neighbour"), (Role.TOWNSHIP_OFFICER, "town")])
def test_delegate_who_has_gone_elsewhere_reads_and_answers_nothing_of_it(
    site: Site, role: Role, org: str
) -> None:
    # Control: with the naming alone, leave goes on being named to somebody who serves another branch.
    roll, member = named(site, "clerk"), site.members["白玉珍"].id
    with site.sessions.begin() as session:
        ask_leave(
            session, site.gathering_id, member, LeaveReason.FAMILY, None,
            filing=None, via=Via.PHONE, now=site.now - timedelta(days=1),
        )  # fmt: skip
        ended = site.now.date() - timedelta(days=1)
        session.execute(update(Post).where(Post.account_id == site.staff["clerk"].id).values(to_on=ended))
        a_post(session, site.staff["clerk"], site.orgs[org], role)
    browser = site.browser("clerk")
    assert "白玉珍" not in browser.get("/console/").text + browser.get("/console/leaves").text
    for page in (f"rolls/{roll}", f"rolls/{roll}/confirmation", f"gatherings/{site.gathering_id}/projector"):
        assert browser.get(f"/console/{page}").status_code in (403, 404)
    answer = f"/console/leaves/{site.gathering_id}/{member}/answer"
    assert browser.post(answer, {"say": "yes"}).status_code in (403, 404)


@pytest.mark.parametrize("account", ["", "x", "99999999999999999999", "-1", "0"])
def test_nobody_of_the_branch_is_no_delegate(site: Site, account: str) -> None:
    roll = publish_theme_day(site)["home"]
    answer = site.browser("secretary").post(f"/console/rolls/{roll}/delegate", {"account": account})
    assert answer.status_code == 400


def test_people_of_other_branches_are_no_delegates(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    for who in ("neighbour", "town", "secretary"):
        fields = {"account": str(site.staff[who].id)}
        assert site.browser("secretary").post(f"/console/rolls/{roll}/delegate", fields).status_code == 400


@pytest.mark.parametrize(("who", "status"), [("clerk", 303), ("leader", 403)])
def test_delegate_answers_leave_of_this_roll(site: Site, who: str, status: int) -> None:
    named(site, "clerk")
    member = site.members["白玉珍"].id
    with site.sessions.begin() as session:
        ask_leave(
            session, site.gathering_id, member, LeaveReason.FAMILY, None,
            filing=None, via=Via.PHONE, now=site.now - timedelta(days=1),
        )  # fmt: skip
    answer = site.browser(who).post(f"/console/leaves/{site.gathering_id}/{member}/answer", {"say": "yes"})
    assert answer.status_code == status
    assert (status_of(site, "白玉珍") is Status.LEAVE) == (who == "clerk")
