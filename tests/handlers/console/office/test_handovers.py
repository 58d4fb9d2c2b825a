"""换届交接 on the console: the form, the act, the list for both, and where the new hand finds it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from handlers.console.office.handovers import SHOWN_FOR
from models.duties.handover import Handover
from models.gatherings.gathering import Gathering
from models.people.account import Account, Post, Role
from tests.factories import a_leave, a_post
from tests.handlers.console.people.test_slips import PASSWORD, with_password
from tests.handlers.console_site import Site, publish_theme_day

PAGE = "/console/handovers"
XSS = "<img src=x onerror=alert(1)>"


def post_of(site: Site, who: str) -> int:
    with site.sessions() as session:
        posts = select(Post.id).where(Post.account_id == site.staff[who].id).order_by(Post.id)
        return session.scalars(posts).first() or 0


def form(site: Site, who: str = "secretary", to: str = "clerk", **changed: Any) -> dict[str, Any]:
    usual = {"post": post_of(site, who), "successor": site.staff[to].id, "day": "2026-11-24"}
    return usual | {"document": "河东党〔2026〕18号"} | changed


def test_post_passes_the_old_hand_is_out_and_both_have_the_list(site: Site) -> None:
    publish_theme_day(site)
    with site.sessions.begin() as session:
        a_post(session, site.staff["secretary"], site.orgs["neighbour"], Role.CLERK)
    old = site.browser("secretary")
    done = site.browser("town").post(PAGE, form(site))
    assert done.status_code == 303
    place = done.headers["Location"]
    assert old.get("/console/").status_code == 401
    for who in ("town", "zone", "clerk", "secretary"):
        page = site.browser(who).get(place)
        assert page.status_code == 200, who
        assert "没有确认的到会名册：1 件" in page.text
        assert "<dt>移交</dt><dd>周明远</dd>" in page.text
    assert site.browser("clerk").get(f"/console/rolls/{rolls(site)}/confirmation").status_code == 200


def rolls(site: Site) -> int:
    with site.sessions() as session:
        kept = session.scalars(select(Handover)).one()
        return int(kept.items["rolls"][0])


@pytest.mark.parametrize(("ticked", "said"), [({}, "仍任党务专干"), ({"ends_others": "1"}, "不再任党务专干")])
def test_page_and_list_say_what_becomes_of_the_other_post(
    site: Site, ticked: dict[str, str], said: str
) -> None:
    town = site.browser("town")
    asked = town.get(f"{PAGE}/new?org={site.orgs['home'].id}").text
    assert "林小满（clerk，现任党务专干）" in asked
    assert "以选的为准" in asked
    place = town.post(PAGE, form(site, name="别人", login="another", **ticked)).headers["Location"]
    for address in (place, PAGE):
        assert f"，{said}" in town.get(address).text
    with site.sessions() as session:
        posts = session.scalars(select(Post).where(Post.account_id == site.staff["clerk"].id)).all()
        in_force = {post.role for post in posts if post.to_on is None}
    assert in_force == ({Role.SECRETARY} if ticked else {Role.CLERK, Role.SECRETARY})


def test_account_with_its_last_post_cannot_log_in_again(site: Site) -> None:
    with_password(site, "secretary")
    site.browser("town").post(PAGE, form(site))
    answer = site.browser().client.post("/console/login", data={"login": "secretary", "password": PASSWORD})
    assert answer.status_code == 401


def test_new_account_shows_its_first_password_once_and_leads_to_the_list(site: Site) -> None:
    page = site.browser("town").post(PAGE, form(site, successor="", name="白玉珍", login="baiyz"))
    assert page.status_code == 200
    password = page.text.split('class="password">')[1].split("<")[0]
    assert re.search(r'href="/console/handovers/\d+"', page.text)
    logged = site.browser().client.post("/console/login", data={"login": "baiyz", "password": password})
    assert logged.headers["Location"] == "/console/password"


def test_officer_reads_how_many_and_the_branch_reads_who(site: Site) -> None:
    # Control: with `names=True` for everybody the township reads who asked leave.
    publish_theme_day(site)
    with site.sessions.begin() as session:
        gathering = session.get_one(Gathering, site.gathering_id)
        a_leave(session, gathering, site.members["白玉珍"])
    place = site.browser("town").post(PAGE, form(site)).headers["Location"]
    above, own = site.browser("town").get(place).text, site.browser("clerk").get(place).text
    assert "等答复的请假：1 件" in above
    assert "白玉珍" not in above
    assert "白玉珍，2026年11月25日" in own


def test_neighbours_and_leaders_do_not_read_the_list(site: Site) -> None:
    place = site.browser("town").post(PAGE, form(site)).headers["Location"]
    for who, status in (("neighbour", 404), ("far", 404), ("leader", 403), ("auditor", 404)):
        assert site.browser(who).get(place).status_code == status, who


def test_new_hand_finds_the_list_on_today_for_thirty_days(site: Site) -> None:
    place = site.browser("town").post(PAGE, form(site)).headers["Location"]
    assert place in site.browser("clerk").get("/console/").text
    assert place not in site.browser("leader").get("/console/").text
    site.clock[0] += SHOWN_FOR + timedelta(hours=1)
    assert place not in site.browser("clerk").get("/console/").text


def test_list_does_not_change_when_the_work_is_done(site: Site) -> None:
    publish_theme_day(site)
    place = site.browser("town").post(PAGE, form(site)).headers["Location"]
    clerk = site.browser("clerk")
    clerk.post(f"/console/gatherings/{site.gathering_id}/cancellation", {"reason": "大雨"})
    assert "没有确认的到会名册：1 件" in clerk.get(place).text


WRONG = (
    ({"day": "2026-11-26"}, "不能晚于今天"),
    ({"day": "2026-01-01"}, "要晚于 2026年1月1日"),
    ({"day": "第一天"}, "请写交接的日期"),
    ({"document": ""}, "请写批复或选举结果的文号"),
    ({"successor": "", "name": "", "login": ""}, "请选一位，或在下面填写姓名和登录名"),
    ({"successor": "", "name": "白玉珍", "login": "白"}, "登录名用小写字母和数字"),
    ({"successor": "", "name": "白玉珍", "login": "town"}, "这个登录名已经有人用了"),
    ({"successor": "999999"}, "请选接任的同志"),
)


@pytest.mark.parametrize(("changed", "said"), WRONG)
def test_wrong_form_comes_back_as_typed_and_nothing_changed(
    site: Site, changed: dict[str, str], said: str
) -> None:
    answer = site.browser("town").post(PAGE, form(site, document=XSS) | changed)
    assert answer.status_code == 400
    assert said in answer.text
    assert XSS not in answer.text
    if "document" not in changed:
        assert 'value="&lt;img src=x' in answer.text
    with site.sessions() as session:
        assert session.scalar(select(Handover.id)) is None
        secretary = session.get_one(Account, site.staff["secretary"].id)
        assert secretary.ended_at is None
    assert site.browser("secretary").get("/console/").status_code == 200


def test_password_is_asked_again_after_ten_minutes(site: Site) -> None:
    town = with_password(site, "town")
    site.clock[0] += timedelta(minutes=11)
    answer = town.post(PAGE, form(site))
    assert answer.status_code == 400
    assert "请再输一次您的密码" in answer.text
    assert town.post(PAGE, form(site, password=PASSWORD)).status_code == 303


def test_second_officer_is_told_that_the_post_is_gone(site: Site) -> None:
    wanted = form(site, successor="", name="白玉珍", login="baiyz")
    site.browser("town").post(PAGE, form(site))
    answer = site.browser("zone").post(PAGE, wanted)
    assert answer.status_code == 409
    assert "已经交接或结束了" in answer.text


def test_form_says_how_much_is_open_and_offers_the_branchs_own(site: Site) -> None:
    publish_theme_day(site)
    page = site.browser("town").get(f"{PAGE}/new?org={site.orgs['home'].id}").text
    assert "<dt>没有确认的到会名册</dt><dd>1</dd>" in page
    for said in ("周明远", "林小满（clerk，现任党务专干）", "何桂芳（leader）"):
        assert said in page
    assert "冯小军" not in page
    above = site.browser("town").get(f"{PAGE}/new?org={site.orgs['town'].id}").text
    assert "这里没有可以交接的岗位" in above
