"""A committee calls branches together: each holds it with its own roll, and nobody above sees a person."""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models.gatherings.gathering import Gathering, GatheringKind, GatheringState
from models.gatherings.hall_code import qr_token
from models.gatherings.marks import settle_rest
from models.gatherings.plan import draft
from models.gatherings.roll import Roll, RollLine, Status
from models.notices.delivery import Delivery, DeliveryState
from models.notices.notice import Notice, NoticeKind
from tests.factories import KEYRING
from tests.handlers.console.gatherings.test_drafts import form
from tests.handlers.console.gatherings.test_today import a_plan, lines, titles
from tests.handlers.console.minutes.test_minutes_pages import FORM as MINUTES
from tests.handlers.console_site import Browser, Site
from tests.handlers.mini_program.at_work import bound_phone, phone_at_work

TODAY = {"day": "2026-11-25", "leave_until": ""}
NAMES = ("何桂芳", "周明远", "冯小军", "葛秀兰", "段文斌")


def create(site: Site, browser: Browser, *branches: str, org: str = "town", **fields: Any) -> TestResponse:
    """Send what a committee calls these branches to, on the 27th."""
    partners = [site.orgs[name].id for name in branches]
    return browser.post("/console/gatherings", form(org=site.orgs[org].id, partners=partners, **fields))


def called(site: Site, *branches: str, who: str = "town", **fields: Any) -> str:
    """Draft and publish it; return the address of its page."""
    browser = site.browser(who)
    address = create(site, browser, *(branches or ("home", "neighbour")), org=who, **fields).headers[
        "Location"
    ]
    assert browser.post(f"{address}/publication").status_code == 303
    site.gathering_id = int(address.rpartition("/")[2])
    return address


def rolls(site: Site) -> dict[str, int]:
    """Return branch -> roll of the gathering."""
    names = {org.id: name for name, org in site.orgs.items()}
    with site.sessions() as session:
        found = session.scalars(select(Roll).where(Roll.gathering_id == site.gathering_id))
        return {names[roll.org_id]: roll.id for roll in found}


def test_officer_ticks_branches_by_township_and_all_at_once(site: Site) -> None:
    zone = site.browser("zone")
    page = zone.get("/console/gatherings/new").text
    for text in ("召集支部一起开", "河东镇党委", "河西镇党委", "青石村党支部", "远山村党支部", "全选"):
        assert text in page
    town = site.browser("town").get("/console/gatherings/new").text
    assert "远山村党支部" not in town

    def ticked(do: str, *branches: str) -> set[str]:
        text = create(site, zone, *branches, org="zone", do=do).text
        return {
            name for name in ("home", "neighbour", "far") if f'value="{site.orgs[name].id}" checked' in text
        }

    assert ticked("all") == {"home", "neighbour", "far"}
    assert ticked("none", "home", "far") == set()
    assert ticked(f"all-{site.orgs['town'].id}", "far") == {"home", "neighbour", "far"}
    assert ticked(f"none-{site.orgs['town'].id}", "home", "far") == {"far"}
    assert ticked("look", "home") == {"home"}


def test_all_does_not_tick_a_branch_that_has_its_theme_day(site: Site) -> None:
    called(site, "neighbour")
    browser = site.browser("zone")
    page = create(site, browser, "far", org="zone", do="all").text
    assert "11月已经有主题党日" in page
    assert f'value="{site.orgs["neighbour"].id}" checked' not in page
    assert f'value="{site.orgs["home"].id}" checked' in page
    wrong = create(site, browser, "neighbour", "far", org="zone")
    assert wrong.status_code == 400
    assert "柳湾村党支部11月已经有主题党日了，请先去掉勾" in wrong.text
    assert f'value="{site.orgs["neighbour"].id}" checked' in wrong.text
    study = create(site, browser, "neighbour", "far", org="zone", kind="study", title="宪法专题学习")
    assert study.status_code == 303


def test_committees_plan_wants_a_branch_and_a_kind(site: Site) -> None:
    browser = site.browser("town")
    none = create(site, browser, title="一件事")
    assert (none.status_code, "请至少勾选一个支部" in none.text, "一件事" in none.text) == (400, True, True)
    assert create(site, browser, "far").status_code == 400
    for kind in ("committee", "nonsense", ""):
        assert "哪一种活动" in create(site, browser, "home", kind=kind).text
        assert create(site, browser, "home", kind=kind).status_code == 400
    with site.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Gathering)) == 0


def test_officer_sees_how_many_would_be_told_and_nobody_by_name(site: Site) -> None:
    browser = site.browser("town")
    address = create(site, browser, "home", "neighbour").headers["Location"]
    page = browser.get(address).text
    assert "通知 2 个支部 49 人" in page
    assert "发布给 49 人" in page
    assert not [name for name in NAMES if name in page]
    for word in ("要打电话", "公众号消息", "小程序消息", "政治生日"):
        assert word not in page


def test_draft_of_a_committee_is_its_officers_own(site: Site) -> None:
    browser = site.browser("town")
    address = create(site, browser, "home", title="还没定的事").headers["Location"]
    assert "还没定的事" in browser.get("/console/gatherings").text
    assert "发布“还没定的事”的通知" in titles(site, "town")
    for who, status in (("secretary", 404), ("far", 404), ("zone", 403), ("auditor", 404)):
        other = site.browser(who)
        assert other.get(address).status_code == status
        assert "还没定的事" not in other.get("/console/gatherings").text
        assert other.post(f"{address}/publication").status_code == status
    browser.post(f"{address}/cancellation", {"reason": "不开了"})
    assert "还没定的事" not in site.browser("zone").get("/console/gatherings").text
    assert site.browser("secretary").get(address).status_code == 404


def test_everybody_of_the_branches_called_is_told_once_with_one_text(site: Site) -> None:
    address = called(site)
    with site.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 49
        words = session.scalars(select(Notice)).one().texts["member"]
    assert words["title"] == "河东镇党委十一月主题党日"
    for who in ("town", "secretary", "neighbour"):
        page = site.browser(who).get(address).text
        assert "在村部过十一月主题党日，青石村党支部、柳湾村党支部参加。" in page
        sheet = site.browser(who).get(f"{address}/sheet").text
        assert "参加人员：青石村党支部、柳湾村党支部全体党员。" in sheet


def test_committee_reads_sums_of_what_it_sent_and_no_channel(site: Site) -> None:
    address = called(site)
    page = site.browser("town").get(address).text
    for text in ("2 个支部，已确认 0 个", "已告知", "还在通知", "应到 45", "应到 3"):
        assert text in page
    for word in ("要打电话", "待发送", "送达", "公众号消息", "电话名单", *NAMES):
        assert word not in page
    assert site.browser("town").get(f"{address}/phone-list").status_code == 403
    assert site.browser("town").get(f"/console/rolls/{rolls(site)['home']}").status_code == 403
    assert "还在通知" not in site.browser("zone").get(address).text


def reds(page: str) -> list[str]:
    return re.findall(r'class="button[^"]* red"[^>]*>([^<]*)<', page)


def test_officer_reads_that_it_was_told_and_projects_on_the_day_only(site: Site) -> None:
    # Control: with the projector red at all times the first list is ["会场投屏"].
    address = called(site)
    page = site.browser("town").get(address).text
    assert "<b>通知已发布</b>，2 个支部 49 人。" in page
    assert reds(page) == []
    assert "会场投屏" in page
    assert not [red for red in reds(site.browser("secretary").get(address).text) if "会场投屏" in red]
    site.clock[0] += timedelta(days=2)
    page = site.browser("town").get(address).text
    assert reds(page) == ["会场投屏"]


def test_branch_reads_ticks_and_phones_its_own_and_cannot_call_it_off(site: Site) -> None:
    address, of = called(site), rolls(site)
    for who, own, other in (("secretary", "home", "neighbour"), ("neighbour", "neighbour", "home")):
        browser = site.browser(who)
        page = browser.get(address).text
        assert "由河东镇党委召集，另有 1 个支部参加" in page
        assert "由河东镇党委召集" in browser.get("/console/gatherings").text + browser.get("/console/").text
        for act in ("cancellation", "change", "projector", "opening", "closing", "new-code", "screen-links"):
            assert f"{address}/{act}" not in page
            assert browser.post(f"{address}/{act}", {"reason": "不想开"}).status_code in (404, 405)
        assert browser.get(f"/console/rolls/{of[own]}").status_code == 200
        assert browser.get(f"/console/rolls/{of[other]}").status_code == 404
    phones = site.browser("neighbour").get(f"{address}/phone-list").text
    assert "葛秀兰" in phones
    assert "何桂芳" not in phones
    member = site.members["葛秀兰"].id
    mark = {f"m-{member}": "present"}
    assert site.browser("neighbour").post(f"/console/rolls/{of['neighbour']}/marks", mark).status_code == 303
    assert site.browser("far").get(address).status_code == 404


def test_branchs_own_draft_says_that_the_committee_calls_instead(site: Site) -> None:
    with site.sessions.begin() as session:
        plan = a_plan("自己的党日", site.now + timedelta(days=4), "2026-11")
        by = site.staff["secretary"].id
        kind = GatheringKind.THEME_DAY
        own = draft(session, site.orgs["home"].id, plan, kind=kind, by=by, now=site.now).id
    assert "发布“自己的党日”的通知" in titles(site)
    assert (
        "自己起草了一份"
        in site.browser("town").get("/console/gatherings/new?org=").text.replace("12月", "")
        + create(site, site.browser("town"), do="look").text
    )
    called(site)
    browser = site.browser("secretary")
    page = browser.get(f"/console/gatherings/{own}").text
    assert "11月的主题党日由河东镇党委召集" in page
    assert f"/console/gatherings/{site.gathering_id}" in page
    answer = browser.post(f"/console/gatherings/{own}/publication", form(title="自己的党日"))
    assert answer.status_code == 400
    assert "这份草稿不能再发布" in answer.text
    line = next(line for line in lines(site) if line[0] == "“自己的党日”的草稿用不上了")
    assert "由河东镇党委召集" in line[1]
    assert browser.post(f"/console/gatherings/{own}/publication").status_code == 409
    assert phone_at_work(site, "secretary").refusal(
        "POST", f"branch/gatherings/{own}/publication", {"people": 46}
    ) == (409, "theme_day_taken")


def test_committee_moves_it_and_everybody_is_told_once_more(site: Site) -> None:
    address = called(site)
    moved = form(start="16:00", end="17:30", place="镇文化站", leave_until="", reason="会议室漏雨")
    browser = site.browser("town")
    assert "改时间、地点或安排" in browser.get(f"{address}/change").text
    assert browser.post(f"{address}/change", moved).status_code == 303
    assert "镇文化站" in site.browser("neighbour").get(address).text
    with site.sessions() as session:
        told = select(func.count()).select_from(Delivery).join(Notice, Notice.id == Delivery.notice_id)
        assert session.scalar(told.where(Notice.kind == NoticeKind.CHANGE)) == 49


def test_moved_study_stays_free_of_what_theme_days_require(site: Site) -> None:
    site.browser("town").post(
        "/console/required-items",
        {"org": site.orgs["town"].id, "period": "2026-11", "kind": "study", "title": "学习全会精神"},
    )
    address = called(site, kind="study", title="宪法专题学习")
    browser = site.browser("town")
    page = browser.get(f"{address}/change").text
    assert "学习全会精神" not in page + browser.get(address).text
    moved = form(place="镇文化站", leave_until="", reason="会议室漏雨")
    assert browser.post(f"{address}/change", moved).status_code == 303
    assert "学习全会精神" not in browser.get(address).text
    theme = create(site, browser, "home").headers["Location"]
    assert "学习全会精神" in browser.get(theme).text


def test_committee_calls_it_off_and_every_branch_is_told(site: Site) -> None:
    address = called(site)
    browser = site.browser("town")
    assert browser.post(f"{address}/cancellation", {"reason": "大雪封路"}).status_code == 303
    for who in ("town", "secretary", "neighbour"):
        page = site.browser(who).get(address).text
        assert "这次活动取消了" in page
        assert "大雪封路" in page
    assert "已告知" in browser.get(address).text
    with site.sessions() as session:
        told = select(func.count()).select_from(Delivery).join(Notice, Notice.id == Delivery.notice_id)
        assert session.scalar(told.where(Notice.kind == NoticeKind.CHANGE)) == 49
        first = select(Delivery.state).join(Notice).where(Notice.kind == NoticeKind.NOTICE)
        states = set(session.scalars(first))
    assert DeliveryState.QUEUED not in states
    again = create(site, browser, "home", "neighbour")
    assert again.status_code == 303


def hall(site: Site, address: str) -> dict[str, str]:
    """Open the doors; return what a scan of the hall's code sends."""
    assert site.browser("town").post(f"{address}/opening").status_code == 303
    with site.sessions() as session:
        salt = session.get_one(Gathering, site.gathering_id).hall_salt or b""
    return {"token": qr_token(KEYRING, site.gathering_id, salt, now=site.now)}


def screen_counts(site: Site, address: str) -> dict[str, int]:
    """Return what the hall's screen counts."""
    said = site.browser("town").get(f"{address}/projector/code").json
    assert said is not None
    counts: dict[str, int] = said["counts"]
    return counts


def test_members_of_every_branch_sign_in_by_the_committees_code(site: Site) -> None:
    address = called(site, **TODAY)
    scan = hall(site, address)
    screen = site.browser("town").get(f"{address}/projector")
    assert screen.status_code == 200
    assert screen_counts(site, address)["expected"] == 48
    for name in ("何桂芳", "葛秀兰"):
        phone = bound_phone(site, site.members[name])
        assert phone.ask("POST", "check-ins", scan).status_code == 201
        seat = phone.get("gatherings")["items"][0]
        assert (seat["host"], seat["status"]) == ("河东镇党委", "present")
    far = bound_phone(site, site.members["远山人"])
    assert far.refusal("POST", "check-ins", scan) == (403, "wrong_branch")
    assert screen_counts(site, address)["present"] == 2


def test_guests_sit_in_until_the_last_branch_has_confirmed(site: Site) -> None:
    address = called(site, guests="1", **TODAY)
    scan, of = hall(site, address), rolls(site)
    everybody = {f"m-{site.members[name].id}": "present" for name in ("冯小军", "葛秀兰", "蒋大海")}
    neighbour = site.browser("neighbour")
    assert neighbour.post(f"/console/rolls/{of['neighbour']}/confirmation", everybody).status_code == 303
    # Control: with the host's roll alone in `_UNDER_WAY` nobody sits in where the host has none.
    assert bound_phone(site, site.members["远山人"]).ask("POST", "check-ins", scan).status_code == 201
    with site.sessions() as session:
        line = session.scalars(select(RollLine).where(RollLine.roll_id.is_(None))).one()
        assert (line.member_id, line.status) == (site.members["远山人"].id, Status.OBSERVER)
    page = site.browser("town").get(address).text
    assert "其他支部来了 1 位同志" in page
    assert "远山人" not in page
    assert "远山人" not in site.browser("secretary").get(address).text


def test_each_branch_confirms_its_own_roll_and_the_last_one_closes_the_whole(site: Site) -> None:
    called(site, "neighbour", "far", who="zone", **TODAY)
    of = rolls(site)
    people = {"neighbour": ("冯小军", "葛秀兰", "蒋大海"), "far": ("远山人",)}
    for who, names in people.items():
        marks = {f"m-{site.members[name].id}": "present" for name in names}
        other = "far" if who == "neighbour" else "neighbour"
        assert site.browser(who).post(f"/console/rolls/{of[other]}/confirmation", marks).status_code == 404
        assert site.browser("zone").post(f"/console/rolls/{of[who]}/confirmation", marks).status_code == 403
    site.clock[0] += timedelta(hours=1)
    for who, names in people.items():
        marks = {f"m-{site.members[name].id}": "present" for name in names}
        assert site.browser(who).post(f"/console/rolls/{of[who]}/confirmation", marks).status_code == 303
    with site.sessions() as session:
        assert session.get_one(Gathering, site.gathering_id).state is GatheringState.CONFIRMED
    assert "2 / 2" in site.browser("zone").get("/console/gatherings").text


def test_township_sees_the_part_of_the_zones_gathering_that_is_its_own(site: Site) -> None:
    address = called(site, "neighbour", "far", who="zone")
    page = site.browser("town").get(address).text
    assert "柳湾村党支部" in page
    assert "由青山示范区党工委召集，另有 1 个支部参加" in page
    for act in ("cancellation", "change", "opening"):
        assert f"{address}/{act}" not in page
        assert site.browser("town").post(f"{address}/{act}", {"reason": "改"}).status_code == 404


def test_phone_at_work_shows_a_branch_its_part_and_an_officer_no_draft(site: Site) -> None:
    called(site)
    detail = phone_at_work(site, "neighbour").get(f"branch/gatherings/{site.gathering_id}")
    assert (detail["host"], [one["org"] for one in detail["rolls"]]) == ("河东镇党委", ["柳湾村党支部"])
    assert detail["may"] == []
    assert detail["told"]["audience"] == 3
    work = phone_at_work(site, "town")
    assert work.refusal("POST", "branch/gatherings") == (404, "not_found")
    assert work.get(f"branch/gatherings/{site.gathering_id}")["told"] is None


def text_of(page: str) -> str:
    """Return what a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2]))


def test_branch_holds_confirms_writes_and_files_what_a_committee_called(site: Site) -> None:
    # Control: without `subject_of` the record does not say who called it.
    address = called(site)
    roll = rolls(site)["home"]
    site.clock[0] += timedelta(days=2, hours=3)
    with site.sessions.begin() as session:
        settle_rest(session, roll, Status.UNCLEAR, by=site.staff["secretary"].id, now=site.now)
    secretary, town = site.browser("secretary"), site.browser("town")
    assert f"/console/rolls/{roll}" in secretary.get(address).text
    assert secretary.post(f"/console/rolls/{roll}/confirmation").status_code == 303
    assert "写“十一月主题党日”的会议记录" in titles(site)
    assert secretary.post(f"/console/rolls/{roll}/minutes", MINUTES).status_code == 303
    assert secretary.post(f"/console/rolls/{roll}/minutes/filing", {"seen": "2"}).status_code == 303
    for reader in (secretary, town):
        record = text_of(reader.get(f"/console/rolls/{roll}/record").text)
        assert "主题：十一月主题党日（由河东镇党委召集）" in record
    assert "11月开展与归档 › 十一月主题党日" in record
    below = text_of(town.get("/console/below?period=2026-11").text)
    assert "2 / 2 已开展 1 / 2 已归档" in below
    assert "青石村党支部 河东镇党委召集" in below
    assert "会议记录已归档 会议记录 ：青石村党支部" in text_of(town.get(address).text)
    assert town.post(f"/console/rolls/{roll}/minutes/return", {"reason": "请补上责任人"}).status_code == 303
    assert "退回补正" in text_of(town.get("/console/below?period=2026-11&show=open").text)
