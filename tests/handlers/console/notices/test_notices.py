"""Notices on the console: what is required stays, birthdays are offered, four texts, one address for all."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update
from werkzeug.test import TestResponse

from models.audit import Audit
from models.gatherings.agenda import agenda_of
from models.gatherings.gathering import AgendaKind, GatheringState
from models.gatherings.required_item import RequiredItem, issue_item, withdraw_item
from models.notices.link import notice_token
from models.people.member import Member
from tests.factories import KEYRING, a_branch, a_gathering
from tests.handlers.console.gatherings.test_drafts import XSS, create, form, the_gathering
from tests.handlers.console_site import Browser, Site, publish_theme_day

STUDY = "学习全会精神"


def require(site: Site, title: str = STUDY, org: str = "town", period: str = "2026-11") -> int:
    """Require one item of a month; return its id."""
    with site.sessions.begin() as session:
        by = site.staff["town"].id
        return issue_item(session, site.orgs[org], period, AgendaKind.STUDY, title, by=by, now=site.now).id


def a_draft(site: Site, **fields: Any) -> str:
    """Store a draft; return its address."""
    answer = create(site, site.browser("secretary"), **fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def agenda(site: Site) -> list[str]:
    """Return the titles of the only gathering's agenda."""
    it = the_gathering(site)
    assert it is not None
    with site.sessions() as session:
        return [item.title for item in agenda_of(session, it.id)]


def rows(**titles: int) -> dict[str, Any]:
    """Return the agenda's part of a form: title -> id of what is required, 0 for the branch's own."""
    return {
        "agenda_kind": ["deliberation"] * len(titles),
        "agenda_title": list(titles),
        "agenda_required": [str(number or "") for number in titles.values()],
    }


def statements(site: Site, browser: Browser, address: str) -> int:
    """Return how many statements a page takes."""
    browser.get(address)
    told: list[str] = []

    def note(*args: object) -> None:
        told.append(str(args[2]))

    with site.sessions() as session:
        engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    assert browser.get(address).status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    return len(told)


# What the level above requires.


def test_required_item_is_marked_and_cannot_be_typed_over(site: Site) -> None:
    item = require(site)
    page = site.browser("secretary").get("/console/gatherings/new").text
    assert "镇党委规定" in page
    assert re.search(rf"<textarea[^>]*readonly>{STUDY}</textarea>", page)
    assert f'name="agenda_required" value="{item}"' in page
    assert page.count(">删去</button>") == page.count("支部自选")


def test_branch_that_drops_or_rewords_it_finds_it_there_again(site: Site) -> None:
    item = require(site)
    address = a_draft(site)
    assert agenda(site) == [STUDY, "学习文件", "商议清淤"]
    browser = site.browser("secretary")
    browser.post(address, form(**rows(商议清淤=0)))
    assert agenda(site) == [STUDY, "商议清淤"]
    browser.post(address, form(**rows(商议清淤=0, 学习别的=item)))
    assert agenda(site) == ["商议清淤", STUDY]


def test_item_required_of_the_month_that_is_chosen_comes_with_the_month(site: Site) -> None:
    item = require(site)
    require(site, "学习党章", period="2026-12")
    address = a_draft(site)
    browser = site.browser("secretary")
    typed = form(period="2026-12", do="look", **rows(**{STUDY: item, "商议清淤": 0}))
    page = browser.post(address, typed).text
    assert "学习党章" in page
    assert STUDY not in page
    assert agenda(site)[0] == STUDY


def test_item_required_while_the_page_was_open_is_seen_before_it_is_published(site: Site) -> None:
    # Control: without `_check_agenda` the branch publishes what nobody there has read.
    address = a_draft(site)
    item = require(site)
    browser = site.browser("secretary")
    answer = browser.post(f"{address}/publication", form(people="46"))
    # agenda_changed
    assert answer.status_code == 400
    assert f"上级刚刚规定了“{STUDY}”" in answer.text
    it = the_gathering(site)
    assert it is not None
    assert it.state is GatheringState.DRAFT
    seen = form(people="46", **rows(**{STUDY: item, "商议清淤": 0}))
    assert browser.post(f"{address}/publication", seen).status_code == 303
    assert agenda(site) == [STUDY, "商议清淤"]


def test_publishing_without_a_form_takes_what_is_required_along(site: Site) -> None:
    address = a_draft(site)
    with site.sessions.begin() as session:
        session.add(
            RequiredItem(
                org_id=site.orgs["town"].id, period="2026-11", kind=AgendaKind.STUDY, title=STUDY,
                issued_by=site.staff["town"].id, issued_at=site.now,
            )
        )  # fmt: skip
    assert site.browser("secretary").post(f"{address}/publication").status_code == 303
    assert agenda(site)[0] == STUDY


def test_withdrawn_item_is_gone_when_the_draft_is_opened_again(site: Site) -> None:
    item = require(site)
    address = a_draft(site)
    with site.sessions.begin() as session:
        withdraw_item(session, session.get_one(RequiredItem, item), by=site.staff["town"].id, now=site.now)
    assert STUDY not in site.browser("secretary").get(address).text


def test_officer_requires_and_withdraws_on_one_page(site: Site) -> None:
    a_draft(site)
    browser = site.browser("town")
    page = "/console/required-items"
    typed = {"period": "2026-11", "kind": "study", "title": STUDY}
    assert browser.post(page, typed).status_code == 303
    shown = browser.get(page).text
    assert "镇党委规定" in shown
    assert "已放进 1 份草稿。" in shown
    again = browser.post(page, typed)
    assert again.status_code == 400
    assert "这个月已经有这一项了" in again.text
    assert browser.post(page, typed | {"kind": "party"}).status_code == 400
    with site.sessions() as session:
        item = session.scalars(select(RequiredItem.id)).one()
    assert browser.post(f"{page}/{item}/withdrawal").status_code == 303
    assert "还没有规定内容" in browser.get(page).text
    assert agenda(site) == ["学习文件", "商议清淤"]


def test_month_stays_the_one_typed_and_begins_with_one_that_is_not_over(site: Site) -> None:
    browser, page = site.browser("town"), "/console/required-items"

    def chosen(address: str = page) -> list[str]:
        return re.findall(r'<option value="(\d{4}-\d\d)" selected', browser.get(address).text)

    assert chosen() == ["2026-11"]
    site.clock[0] += timedelta(days=1)
    browser = site.browser("town")
    assert chosen() == ["2026-12"]
    saved = browser.post(page, {"period": "2027-01", "kind": "study", "title": STUDY})
    assert saved.status_code == 303
    assert chosen(saved.location) == ["2027-01"]
    assert chosen(f"{page}?period=2031-01") == ["2026-12"]


def test_officer_reads_in_one_sentence_how_many_had_published(site: Site) -> None:
    publish_theme_day(site)
    require(site)
    page = site.browser("town").get("/console/required-items").text
    assert "有 1 个支部发布在先" in page
    assert "青石村" not in page


def test_page_of_the_items_takes_the_same_statements_for_one_branch_and_for_many(site: Site) -> None:
    require(site)
    a_draft(site)
    browser = site.browser("town")
    few = statements(site, browser, "/console/required-items")
    with site.sessions.begin() as session:
        for number in range(8):
            branch = a_branch(session, site.orgs["town"], name=f"{number}村党支部")
            a_gathering(session, branch, GatheringState.DRAFT, hall_salt=None)
    assert statements(site, browser, "/console/required-items") == few


def test_published_branch_reads_what_is_new_above_and_adds_it_by_a_change(site: Site) -> None:
    publish_theme_day(site)
    require(site)
    browser, it = site.browser("secretary"), f"/console/gatherings/{site.gathering_id}"
    page = browser.get(it).text
    assert f"上级新增：</b>{STUDY}（镇党委规定）" in page
    assert "上级新增" not in site.browser("clerk").get(it).text
    shown = browser.get(f"{it}/change").text
    assert "上级新增规定内容" in shown
    assert re.search(rf"<textarea[^>]*readonly>{STUDY}</textarea>", shown)


# Birthdays.


def born(site: Site, *names: str) -> dict[str, int]:
    """Let members have joined on 8 November 1999; return their ids."""
    with site.sessions.begin() as session:
        session.execute(update(Member).where(Member.name.in_(names)).values(joined_on=date(1999, 11, 8)))
        return dict(session.execute(select(Member.name, Member.id).where(Member.name.in_(names))).all())


def test_birthdays_are_offered_by_day_and_not_inserted(site: Site) -> None:
    born(site, "何桂芳", "唐开运")
    page = site.browser("secretary").get("/console/gatherings/new").text
    assert "何桂芳（8日）" in page
    assert "1999" not in page
    assert "过政治生日</textarea>" not in page


def test_ticked_birthdays_are_one_item_and_unticked_ones_none(site: Site) -> None:
    people = born(site, "何桂芳", "唐开运")
    browser = site.browser("secretary")
    ticked = {"birthdays": list(people.values())}
    shown = create(site, browser, do="birthdays", **ticked)
    assert "为 何桂芳、唐开运 过政治生日</textarea>" in shown.text
    assert the_gathering(site) is None
    address = create(site, browser, **ticked).headers["Location"]
    assert agenda(site)[-1] == "为 何桂芳、唐开运 过政治生日"
    stored = browser.get(address).text
    assert stored.count("checked") == 2
    one = rows(**{"商议清淤": 0, "为 何桂芳、唐开运 过政治生日": 0})
    browser.post(address, form(birthdays=[people["唐开运"]], **one))
    assert agenda(site) == ["商议清淤", "为 唐开运 过政治生日"]
    browser.post(address, form(**rows(**{"商议清淤": 0, "为 唐开运 过政治生日": 0})))
    assert agenda(site) == ["商议清淤"]


def test_strangers_are_not_celebrated(site: Site) -> None:
    with site.sessions.begin() as session:
        session.execute(update(Member).values(joined_on=date(1999, 11, 8)))
    create(site, site.browser("secretary"), birthdays=[site.members["远山人"].id, 10**17])
    assert agenda(site) == ["学习文件", "商议清淤"]


# The four texts.


def test_texts_stand_on_a_draft_before_it_is_stored_and_follow_what_is_typed(site: Site) -> None:
    browser = site.browser("secretary")
    shown = create(site, browser, place="老祠堂", do="look")
    assert shown.status_code == 200
    assert shown.text.count("老祠堂") >= 5
    assert "十一月二十七号，星期五，下午三点，青石村党支部在老祠堂过主题党日。" in shown.text
    length = re.search(r"(\d+) 字，不超过 120 字", shown.text)
    assert length is not None
    assert 40 < int(length[1]) <= 120
    assert "存草稿以后带链接" in shown.text
    assert the_gathering(site) is None
    assert "四份文字。</p>" in create(site, browser, day="", do="look").text


def test_texts_of_a_published_gathering_are_those_that_went_out(site: Site) -> None:
    publish_theme_day(site)
    page = site.browser("clerk").get(f"/console/gatherings/{site.gathering_id}").text
    assert "定于11月25日（周三）15:00和柳湾村党支部一起在村部二楼会议室过主题党日" in page
    assert f"/n/{notice_token(KEYRING, site.gathering_id)}" in page
    assert "提示：带党徽、11月党费，不能来请告诉支部</pre>" in page
    assert "data-copy" in page
    assert "text-group" not in site.browser("town").get(f"/console/gatherings/{site.gathering_id}").text


def test_scripts_typed_into_a_plan_stay_text_in_every_text(site: Site) -> None:
    address = a_draft(site, title=XSS, place=XSS, bring=XSS, agenda_title=[XSS, XSS])
    browser = site.browser("secretary")
    for page in (address, f"{address}/sheet"):
        assert XSS not in browser.get(page).text
    browser.post(f"{address}/publication")
    number = int(address.rpartition("/")[2])
    assert XSS not in browser.get(f"/n/{notice_token(KEYRING, number)}").text


def test_sheet_for_the_board_is_one_page_with_the_same_facts(site: Site) -> None:
    publish_theme_day(site)
    page = site.browser("leader").get(f"/console/gatherings/{site.gathering_id}/sheet").text
    for text in ("定于2026年11月25日（周三）15:00在村部二楼会议室", "商议冬季沟渠清淤", "2026年11月20日"):
        assert text in page


# The address in the chat group.


def public(site: Site, number: int | None = None) -> TestResponse:
    """Open the address as anybody."""
    return site.browser().get(f"/n/{notice_token(KEYRING, number or site.gathering_id)}")


def test_address_shows_anybody_what_holds_and_no_person(site: Site) -> None:
    publish_theme_day(site)
    page = public(site)
    assert page.status_code == 200
    assert "11月25日 周三 15:00" in page.text
    assert not any(name in page.text for name in site.members)
    assert "商议冬季沟渠清淤" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]


def test_address_of_a_draft_or_a_guess_is_a_page_that_says_so(site: Site) -> None:
    number = int(a_draft(site).rpartition("/")[2])
    guess = "A" * 15
    for answer in (public(site, number), public(site, 999), site.browser().get(f"/n/{guess}A")):
        assert answer.status_code == 404
        assert answer.mimetype == "text/html"
    for token in ("x", guess, f"{guess}号", "=" * 16):
        assert site.browser().get(f"/n/{token}").status_code == 404


def test_address_says_when_the_gathering_is_off(site: Site) -> None:
    publish_theme_day(site)
    it = f"/console/gatherings/{site.gathering_id}"
    site.browser("secretary").post(f"{it}/cancellation", {"reason": "大雪封路"})
    assert "这次活动取消了" in public(site).text
    assert "原因：大雪封路" in public(site).text


# Changing what was published.


def change_form(**fields: Any) -> dict[str, Any]:
    """Return the form that changes today's theme day and changes nothing."""
    return {
        "day": "2026-11-25", "start": "15:00", "end": "16:30", "place": "村部二楼会议室",
        "leave_until": "2026-11-25T12:00", "bring": "党徽、11月党费", "contact": "",
        "agenda_kind": ["study", "deliberation"], "agenda_required": ["", ""],
        "agenda_title": ["学习粮食安全文件", "商议冬季沟渠清淤"], "reason": "会议室停电",
    } | fields  # fmt: skip


def changing(site: Site) -> tuple[Browser, str]:
    """Publish, and go to the page of the change."""
    publish_theme_day(site)
    site.clock[0] = site.now - timedelta(days=2)
    return site.browser("secretary"), f"/console/gatherings/{site.gathering_id}"


def test_change_is_saved_shown_and_told_once_more(site: Site) -> None:
    browser, it = changing(site)
    assert browser.get(f"{it}/change").status_code == 200
    moved = browser.post(f"{it}/change", change_form(day="2026-11-27", place="老祠堂"))
    assert moved.status_code == 303
    page = browser.get(it).text
    assert "11月27日 周五 15:00" in page
    assert "这次活动改过安排。</b>原因：会议室停电" in page
    assert "变动的消息" in page
    assert "安排有变动，以这里写的为准" in public(site).text
    # An untouched deadline moves along.
    assert "11月27日 周五 12:00" in page


def test_change_without_a_change_or_a_reason_comes_back_with_the_form(site: Site) -> None:
    browser, it = changing(site)
    same = browser.post(f"{it}/change", change_form())
    assert (same.status_code, "没有改动" in same.text) == (400, True)
    silent = browser.post(f"{it}/change", change_form(place="老祠堂", reason=" "))
    assert silent.status_code == 400
    assert "老祠堂" in silent.text
    wrong = browser.post(f"{it}/change", change_form(day="2026-11-31"))
    assert (wrong.status_code, "请写日期" in wrong.text) == (400, True)
    rows_only = browser.post(f"{it}/change", change_form(do="add"))
    assert rows_only.status_code == 200
    assert rows_only.text.count('name="agenda_title"') == 3


def test_change_cannot_move_title_or_month(site: Site) -> None:
    browser, it = changing(site)
    browser.post(f"{it}/change", change_form(place="老祠堂", title="别的", period="2026-12"))
    found = the_gathering(site)
    assert found is not None
    assert (found.title, found.period, found.place) == ("学习粮食安全文件", "2026-11", "老祠堂")


def test_cancelled_theme_day_leaves_its_month_free(site: Site) -> None:
    browser, it = changing(site)
    assert 'value="2026-12-25"' in browser.get("/console/gatherings/new").text
    browser.post(f"{it}/cancellation", {"reason": "大雪封路"})
    assert 'value="2026-11-25"' in browser.get("/console/gatherings/new").text


# Emergencies at night.


def night(site: Site) -> tuple[Browser, str]:
    """Publish, change at ten in the evening; return the township's browser and the gathering."""
    browser, it = changing(site)
    site.clock[0] = site.now.replace(hour=14)
    browser = site.browser("secretary")
    assert browser.post(f"{it}/change", change_form(place="老祠堂")).status_code == 303
    return site.browser("town"), it


def test_officer_lets_a_message_out_at_night_and_the_branch_reads_who_and_why(site: Site) -> None:
    town, it = night(site)
    assert "夜里就发" in town.get(it).text
    assert "夜里就发" not in site.browser("secretary").get(it).text
    assert town.post(f"{it}/night-override", {"reason": "上游放水"}).status_code == 303
    page = site.browser("clerk").get(it).text
    assert "夜里紧急发出：</b>程若兰" in page
    assert "11月23日 周一 22:50" in page
    assert "原因：上游放水" in page
    with site.sessions() as session:
        act = session.scalars(select(Audit).where(Audit.verb == "override_night")).one()
    assert act.after is not None
    assert act.after["messages"] == 36


@pytest.mark.parametrize("reason", ["", "  ", "急" * 201])
def test_override_needs_a_reason_that_fits(site: Site, reason: str) -> None:
    town, it = night(site)
    answer = town.post(f"{it}/night-override", {"reason": reason})
    assert (answer.status_code, "请写明紧急的原因" in answer.text) == (400, True)


def test_override_is_not_offered_by_day(site: Site) -> None:
    publish_theme_day(site)
    assert "夜里就发" not in site.browser("town").get(f"/console/gatherings/{site.gathering_id}").text


def test_second_override_and_one_of_a_draft_are_refused(site: Site) -> None:
    town, it = night(site)
    assert town.post(f"{it}/night-override", {"reason": "上游放水"}).status_code == 303
    again = town.post(f"{it}/night-override", {"reason": "上游放水"})
    assert (again.status_code, "已经在夜里发过一次" in again.text) == (409, True)
    address = a_draft(site, day="2026-12-25", period="2026-12", leave_until="")
    answer = town.post(f"{address}/night-override", {"reason": "上游放水"})
    assert (answer.status_code, "还没有发布" in answer.text) == (409, True)
