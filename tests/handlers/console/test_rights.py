"""Who may open which page: 401 without a log-in, 404 outside one's subtree, 403 without the right."""

import pytest
from sqlalchemy import select

from models.gatherings.roll import Roll
from tests.handlers.console_site import Site, publish_theme_day
from tests.handlers.mini_program.at_work import phone_at_work

# Page -> what each person gets. Rows: secretary, clerk, leader, neighbour, far, town, zone, auditor.
WHO = ("secretary", "clerk", "leader", "neighbour", "far", "town", "zone", "auditor")
MATRIX = {
    "/console/": (200, 200, 200, 200, 200, 200, 200, 200),
    "/console/gatherings": (200, 200, 200, 200, 200, 200, 200, 403),
    "/console/gatherings/new": (200, 200, 403, 200, 200, 200, 200, 403),
    "/console/members": (200, 200, 403, 200, 200, 403, 403, 403),
    "/console/members/MEMBER/points": (200, 200, 403, 404, 404, 403, 403, 404),
    "/console/slips": (200, 403, 403, 200, 200, 200, 200, 403),
    "/console/accounts": (403, 403, 403, 403, 403, 200, 200, 403),
    "/console/gatherings/IT": (200, 200, 200, 200, 404, 200, 200, 404),
    "/console/gatherings/IT/phone-list": (200, 200, 200, 200, 404, 403, 403, 404),
    "/console/gatherings/IT/cancellation": (200, 403, 403, 404, 404, 403, 403, 404),
    "/console/gatherings/IT/projector": (200, 403, 403, 404, 404, 403, 403, 404),
    "/console/gatherings/IT/projector/code": (200, 403, 403, 404, 404, 403, 403, 404),
    "/console/rolls/ROLL": (200, 200, 200, 404, 404, 403, 403, 404),
    "/console/rolls/ROLL/confirmation": (200, 403, 403, 404, 404, 403, 403, 404),
    "/console/rolls/999999": (404,) * 8,
    "/console/gatherings/999999": (404,) * 8,
}
POSTS = {
    "/console/gatherings/IT/opening": (303, 403, 403, 404, 404, 403, 403, 404),
    "/console/gatherings/IT/new-code": (303, 403, 403, 404, 404, 403, 403, 404),
    "/console/gatherings/IT/publication": (409, 403, 403, 404, 404, 403, 403, 404),
    "/console/rolls/ROLL/heads": (303, 303, 403, 404, 404, 403, 403, 404),
    "/console/rolls/ROLL/marks": (303, 303, 303, 404, 404, 403, 403, 404),
}


def filled(site: Site, address: str, roll: int) -> str:
    """Put the site's own numbers into an address."""
    member = site.members["何桂芳"].id
    return (
        address.replace("IT", str(site.gathering_id))
        .replace("ROLL", str(roll))
        .replace("MEMBER", str(member))
    )


@pytest.mark.parametrize("who", WHO)
def test_each_post_opens_its_own_pages_and_no_others(site: Site, who: str) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser(who)
    got = {address: browser.get(filled(site, address, roll)).status_code for address in MATRIX}
    assert got == {address: row[WHO.index(who)] for address, row in MATRIX.items()}


@pytest.mark.parametrize("who", WHO)
def test_each_post_does_its_own_acts_and_no_others(site: Site, who: str) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser(who)
    got = {address: browser.post(filled(site, address, roll)).status_code for address in POSTS}
    assert got == {address: row[WHO.index(who)] for address, row in POSTS.items()}


def test_nothing_opens_without_logging_in(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser = site.browser()
    for address in MATRIX:
        assert browser.get(filled(site, address, roll)).status_code == 401, address
    for address in POSTS:
        answer = browser.client.post(filled(site, address, roll), data={"csrf": "x"})
        assert answer.status_code == 401, address


def test_projector_says_no_to_strangers_as_json(site: Site) -> None:
    publish_theme_day(site)
    answer = site.browser().get(f"/console/gatherings/{site.gathering_id}/projector/code")
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["error"]["code"] == "not_logged_in"


@pytest.mark.parametrize("csrf", [None, "", "wrong", "错"])
def test_form_without_the_hidden_field_of_its_session_is_refused(site: Site, csrf: str | None) -> None:
    publish_theme_day(site)
    browser = site.browser("secretary")
    fields = {} if csrf is None else {"csrf": csrf}
    answer = browser.client.post(f"/console/gatherings/{site.gathering_id}/closing", data=fields)
    assert answer.status_code == 400
    assert "正在签到" in browser.get(f"/console/gatherings/{site.gathering_id}").text


def test_hidden_field_of_another_session_is_refused(site: Site) -> None:
    publish_theme_day(site)
    strange = site.browser("clerk").csrf()
    answer = site.browser("secretary").client.post(
        f"/console/gatherings/{site.gathering_id}/closing", data={"csrf": strange}
    )
    assert answer.status_code == 400


def test_neighbour_opens_the_own_roll_and_not_the_hosts(site: Site) -> None:
    rolls = publish_theme_day(site)
    browser = site.browser("neighbour")
    assert browser.get(f"/console/rolls/{rolls['neighbour']}").status_code == 200
    page = browser.get(f"/console/gatherings/{site.gathering_id}").text
    assert f"/console/rolls/{rolls['home']}" not in page
    assert "和青石村党支部一起开" in page


def test_phone_list_holds_the_numbers_of_the_own_branch_or_group_only(site: Site) -> None:
    publish_theme_day(site)
    address = f"/console/gatherings/{site.gathering_id}/phone-list"
    assert "138 0000 0000" in site.browser("secretary").get(address).text
    assert "138 0001 0000" in site.browser("secretary").get(address).text
    leader = site.browser("leader").get(address).text
    assert "138 0000 0000" in leader
    assert "138 0001 0000" not in leader
    assert "138 000" not in site.browser("neighbour").get(address).text


def test_menu_shows_only_what_works(site: Site) -> None:
    menus = {who: site.browser(who).get("/console/").text for who in WHO}
    assert "账号与岗位" in menus["town"]
    assert "账号与岗位" not in menus["secretary"]
    assert "绑定条" in menus["secretary"]
    assert "绑定条" not in menus["clerk"]
    assert "组织生活" not in menus["auditor"]


def test_officer_above_sees_no_count_of_channels(site: Site) -> None:
    publish_theme_day(site)
    page = site.browser("town").get(f"/console/gatherings/{site.gathering_id}").text
    assert "应到 45" in page
    for word in ("要打电话", "待发送", "已送达", "公众号"):
        assert word not in page


def test_draft_called_off_before_anybody_was_told_stays_with_its_branch(site: Site) -> None:
    # Control: with its state alone, calling a draft off shows it to the neighbours and to the township.
    form = {
        "title": "商议一件还没定的事", "day": "2026-12-25", "start": "15:00", "end": "16:30", "place": "村部",
        "period": "2026-12", "partners": str(site.orgs["neighbour"].id),
    }  # fmt: skip
    secretary = site.browser("secretary")
    place = secretary.post("/console/gatherings", form).headers["Location"]
    secretary.post(f"{place}/cancellation", {"reason": "不开了"})
    assert "商议一件还没定的事" in secretary.get("/console/gatherings").text + secretary.get(place).text
    with site.sessions() as session:
        roll = session.scalars(select(Roll).where(Roll.org_id == site.orgs["neighbour"].id)).one().id
    for who, status in (("neighbour", 404), ("town", 403)):
        browser = site.browser(who)
        assert "商议一件还没定的事" not in browser.get("/console/gatherings?period=2026-12").text
        assert browser.get(place).status_code == status
    assert site.browser("neighbour").get(f"/console/rolls/{roll}").status_code == 404
    work = phone_at_work(site, "neighbour")
    assert work.get("branch/gatherings")["items"] == []
    assert work.ask("GET", f"branch/gatherings/{place.rpartition('/')[2]}").status_code == 404
