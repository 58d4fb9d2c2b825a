"""请假与报备 in the console: answered in its row, recorded for whoever has no phone, within one's reach."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from models.audit import Audit, Via
from models.gatherings.delegate import name_delegate
from models.gatherings.leave.host_attendance import HostAttendance, Visit, report_host_attendance
from models.gatherings.leave.leave import ask_leave
from models.gatherings.marks import set_marks
from models.gatherings.roll import Amendment, Leave, LeaveReason, LeaveState, RollLine, Status
from models.people.away_report import AwayReport, ReportState, Trip, report_away
from models.people.member import Spell, SpellKind
from models.people.said import Filing, Said
from models.points.posting import confirm_roll
from tests.factories import a_spell, an_away_report
from tests.handlers.console_site import Browser, Site, publish_theme_day


def ask(site: Site, name: str, reason: LeaveReason = LeaveReason.FAMILY, by: str | None = None) -> str:
    """Let somebody have asked leave, by phone or through one of the staff; return the row's address."""
    filing = Filing(site.staff[by].id, Said.PHONE_CALL) if by else None
    member = site.members[name].id
    with site.sessions.begin() as session:
        ask_leave(
            session, site.gathering_id, member, reason, None, filing=filing, via=Via.PHONE,
            now=site.now - timedelta(hours=20),
        )  # fmt: skip
    return f"/console/leaves/{site.gathering_id}/{member}"


def leave_of(site: Site, name: str) -> Leave:
    with site.sessions() as session:
        return session.get_one(Leave, (site.gathering_id, site.members[name].id))


def status_of(site: Site, name: str) -> Status:
    with site.sessions() as session:
        return session.get_one(RollLine, (site.gathering_id, site.members[name].id)).status


def recorded(site: Site, name: str, **more: str) -> dict[str, str]:
    """Return the form that records leave for somebody."""
    return {
        "member": str(site.members[name].id),
        "gathering": str(site.gathering_id),
        "reason": "family",
        "how": "phone_call",
    } | more


def section(page: str, name: str) -> str:
    """Return one section of the page."""
    return page.split(f'id="{name}"')[1].split("</section>")[0]


def test_what_waits_stands_first_with_who_why_and_by_whom(site: Site) -> None:
    publish_theme_day(site)
    ask(site, "白玉珍")
    ask(site, "宋桂兰", LeaveReason.ILLNESS, by="leader")
    page = site.browser("secretary").get("/console/leaves").text
    assert "2 件等答复" in page
    waiting = section(page, "waiting")
    assert re.findall(r"白玉珍|宋桂兰", waiting)[0] == "白玉珍"
    for told in ("家中有事", "身体不适", "本人手机提出", "何桂芳代录（电话）"):
        assert told in waiting
    assert page.count('class="button red"') == 1


def test_yes_is_one_tap_and_marks_the_roll(site: Site) -> None:
    publish_theme_day(site)
    row, browser = ask(site, "白玉珍"), site.browser("secretary")
    answer = browser.post(f"{row}/answer", {"say": "yes"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/leaves")
    assert status_of(site, "白玉珍") is Status.LEAVE
    page = browser.get("/console/leaves").text
    assert "没有等您答复的请假" in section(page, "waiting")
    assert "周明远" in section(page, "answered")


def test_no_needs_its_line_and_keeps_the_request(site: Site) -> None:
    publish_theme_day(site)
    row, browser = ask(site, "白玉珍"), site.browser("secretary")
    refused = browser.post(f"{row}/answer", {"say": "no", "answer": ""})
    assert refused.status_code == 400
    assert "请写一句原因" in refused.text
    assert leave_of(site, "白玉珍").state is LeaveState.SUBMITTED
    browser.post(f"{row}/answer", {"say": "no", "answer": "这次要表决"})
    assert leave_of(site, "白玉珍").answer == "这次要表决"
    assert "没有同意</b>：这次要表决" in browser.get("/console/leaves").text


def test_second_answer_is_told_that_the_first_was_there(site: Site) -> None:
    publish_theme_day(site)
    row, browser = ask(site, "白玉珍"), site.browser("secretary")
    browser.post(f"{row}/answer", {"say": "yes"})
    again = browser.post(f"{row}/answer", {"say": "no", "answer": "再想一想"})
    assert again.status_code == 409
    assert "已经答复过了" in again.text


def test_leader_sees_and_records_the_own_group_and_answers_nothing(site: Site) -> None:
    publish_theme_day(site)
    mine, others = ask(site, "白玉珍"), ask(site, "丁立民")
    browser = site.browser("leader")
    page = browser.get("/console/leaves").text
    assert "白玉珍" in page
    assert "丁立民" not in page
    assert "同意</button>" not in page
    assert "登记不作要求" not in page
    assert browser.post(f"{mine}/answer", {"say": "yes"}).status_code == 403
    assert browser.post(f"{others}/withdrawal", {"how": "phone_call"}).status_code == 404
    assert browser.post("/console/leaves", recorded(site, "贺永年")).status_code == 404
    assert browser.post("/console/leaves", recorded(site, "陈春生")).status_code == 303
    kept = leave_of(site, "陈春生")
    assert (kept.state, kept.filed_by, kept.filed_how) == (
        LeaveState.SUBMITTED, site.staff["leader"].id, Said.PHONE_CALL,
    )  # fmt: skip


def test_leader_cannot_agree_through_the_form(site: Site) -> None:
    publish_theme_day(site)
    answer = site.browser("leader").post("/console/leaves", recorded(site, "陈春生", then="approve"))
    assert answer.status_code == 403
    with site.sessions() as session:
        assert session.scalars(select(Leave)).all() == []


def test_secretary_on_the_telephone_records_and_agrees_at_once(site: Site) -> None:
    publish_theme_day(site)
    site.browser("secretary").post("/console/leaves", recorded(site, "陈春生", then="approve"))
    kept = leave_of(site, "陈春生")
    assert (kept.state, kept.told_how) == (LeaveState.APPROVED, Said.PHONE_CALL)
    assert status_of(site, "陈春生") is Status.LEAVE


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        ({"how": ""}, 400, "请选本人怎么说的"),
        ({"reason": "dancing"}, 400, "请选一个事由"),
        ({"reason": "illness", "note": "感冒发烧"}, 400, "不用写病情"),
        ({"member": ""}, 400, "请选一位同志"),
        ({"gathering": ""}, 400, "请选哪次活动"),
    ],
    ids=["how", "reason", "illness in words", "nobody", "no gathering"],
)
def test_form_comes_back_with_what_was_typed_and_what_is_wrong(
    site: Site, more: dict[str, str], status: int, said: str
) -> None:
    publish_theme_day(site)
    answer = site.browser("clerk").post("/console/leaves", recorded(site, "陈春生", note="接孩子") | more)
    assert answer.status_code == status
    assert said in answer.text
    assert f'value="{more.get("note", "接孩子")}"' in answer.text


def test_answer_to_somebody_without_a_phone_is_told_and_kept(site: Site) -> None:
    publish_theme_day(site)
    row = ask(site, "宋桂兰", by="leader")
    leader = site.browser("leader")
    assert leader.post(f"{row}/telling", {"how": "in_person"}).status_code == 409
    site.browser("secretary").post(f"{row}/answer", {"say": "yes"})
    assert "已告诉本人" in leader.get("/console/leaves").text
    assert leader.post(f"{row}/telling", {"how": "in_person"}).status_code == 303
    assert leave_of(site, "宋桂兰").told_how is Said.IN_PERSON
    assert "当面告诉了本人" in leader.get("/console/leaves").text


def test_whoever_can_come_after_all_has_the_leader_take_it_back(site: Site) -> None:
    publish_theme_day(site)
    row = ask(site, "宋桂兰", by="leader")
    site.browser("secretary").post(f"{row}/answer", {"say": "yes"})
    assert site.browser("leader").post(f"{row}/withdrawal", {"how": "family"}).status_code == 303
    assert leave_of(site, "宋桂兰").state is LeaveState.WITHDRAWN
    assert status_of(site, "宋桂兰") is Status.UNRECORDED


def test_delegate_answers_leave_of_the_whole_roll_and_no_report(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    mine, others = ask(site, "白玉珍"), ask(site, "丁立民")
    with site.sessions.begin() as session:
        report = an_away_report(session, site.members["陈春生"]).id
        by = site.staff["secretary"].id
        name_delegate(session, roll, site.staff["leader"].id, by=by, now=site.now)
    browser = site.browser("leader")
    page = browser.get("/console/leaves").text
    assert page.count('value="yes"') == 2
    assert [browser.post(f"{row}/answer", {"say": "yes"}).status_code for row in (mine, others)] == [303] * 2
    assert browser.post(f"/console/away-reports/{report}/answer", {"say": "yes"}).status_code == 403


def test_answer_after_the_confirmation_corrects_the_roll(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    row, by = ask(site, "白玉珍"), site.staff["secretary"].id
    with site.sessions.begin() as session:
        lines = session.scalars(select(RollLine.member_id).where(RollLine.roll_id == roll)).all()
        set_marks(session, roll, dict.fromkeys(lines, Status.UNCLEAR), by=by, now=site.now)
        confirm_roll(session, roll, by=by, now=site.now)
    assert site.browser("secretary").post(f"{row}/answer", {"say": "yes"}).status_code == 303
    assert status_of(site, "白玉珍") is Status.LEAVE
    with site.sessions() as session:
        assert len(session.scalars(select(Amendment)).all()) == 1


def away_form(site: Site, name: str, **more: str) -> dict[str, str]:
    return {
        "member": str(site.members[name].id),
        "from_on": "2026-12-01",
        "place": "浙江省义乌市",
        "how": "message",
    } | more


def test_absence_recorded_by_the_clerk_waits_and_by_the_secretary_holds(site: Site) -> None:
    site.browser("clerk").post("/console/away-reports", away_form(site, "白玉珍"))
    site.browser("secretary").post("/console/away-reports", away_form(site, "陈春生", then="approve"))
    with site.sessions() as session:
        states = {report.member_id: report.state for report in session.scalars(select(AwayReport))}
    assert states == {
        site.members["白玉珍"].id: ReportState.SUBMITTED,
        site.members["陈春生"].id: ReportState.ACCEPTED,
    }
    page = site.browser("clerk").get("/console/leaves").text
    assert "陈春生" in section(page, "spells")
    assert "白玉珍" not in section(page, "spells")
    assert "2026年12月1日</span>起" in section(page, "waiting")


def test_accepted_absence_marks_the_published_roll_and_its_end_gives_the_line_back(site: Site) -> None:
    # Control: without following the roster after the answer the line stays open.
    site.clock[0] -= timedelta(days=3)
    publish_theme_day(site)
    with site.sessions.begin() as session:
        member = site.members["白玉珍"].id
        trip = Trip(date(2026, 11, 22), None, "杭州市")
        report = report_away(session, member, trip, filing=None, via=Via.PHONE, now=site.now).id
    browser = site.browser("secretary")
    browser.post(f"/console/away-reports/{report}/answer", {"say": "yes"})
    assert status_of(site, "白玉珍") is Status.AWAY
    with site.sessions() as session:
        spell = session.get_one(AwayReport, report).spell_id
    assert (
        site.browser("leader").post(f"/console/spells/{spell}/ending", {"how": "in_person"}).status_code
        == 303
    )
    assert status_of(site, "白玉珍") is Status.UNRECORDED
    again = browser.post(f"/console/spells/{spell}/ending", {"how": "in_person"})
    assert again.status_code == 409


def test_exemption_is_for_the_secretary_to_record_and_to_end(site: Site) -> None:
    site.clock[0] -= timedelta(days=3)
    publish_theme_day(site)
    form = {"member": str(site.members["白玉珍"].id), "ground": "frail", "how": "in_person"}
    assert site.browser("clerk").post("/console/spells", form).status_code == 403
    browser = site.browser("secretary")
    assert browser.post("/console/spells", form | {"ground": "高血压"}).status_code == 400
    assert browser.post("/console/spells", form).status_code == 303
    assert status_of(site, "白玉珍") is Status.EXEMPT
    assert "年老体弱" in section(browser.get("/console/leaves").text, "spells")
    with site.sessions() as session:
        spell = session.scalars(select(Spell.id).where(Spell.kind == SpellKind.EXEMPT)).one()
    said = {"how": "in_person"}
    assert site.browser("leader").post(f"/console/spells/{spell}/ending", said).status_code == 403
    assert browser.post(f"/console/spells/{spell}/ending", said).status_code == 303
    assert status_of(site, "白玉珍") is Status.UNRECORDED


def test_wrong_dates_and_places_come_back_in_their_form(site: Site) -> None:
    browser = site.browser("clerk")
    for wrong, said in (
        ({"from_on": ""}, "请写哪天走"),
        ({"from_on": "2026-13-01"}, "请写年月日"),
        ({"place": "义乌市商城大道8号"}, "请写到县区"),
        ({"to_on": "2026-11-01"}, "应当不早于开始那天"),
    ):
        answer = browser.post("/console/away-reports", away_form(site, "白玉珍") | wrong)
        assert (answer.status_code, said in answer.text) == (400, True)


def test_attendance_recorded_for_another_is_accepted_on_the_roll(site: Site) -> None:
    publish_theme_day(site)
    form = {
        "member": str(site.members["段文斌"].id), "attended_on": "2026-11-20", "host": "杭州市阡陌党支部",
        "contact": "张书记", "how": "message",
    }  # fmt: skip
    assert site.browser("leader").post("/console/host-attendances", form).status_code == 303
    again = site.browser("clerk").post("/console/host-attendances", form)
    assert (again.status_code, "已经报过了" in again.text) == (409, True)
    with site.sessions() as session:
        one = session.scalars(select(HostAttendance.id)).one()
    browser = site.browser("secretary")
    assert "杭州市阡陌党支部" in section(browser.get("/console/leaves").text, "waiting")
    assert browser.post(f"/console/host-attendances/{one}/answer", {"say": "yes"}).status_code == 303
    assert status_of(site, "段文斌") is Status.HOST_BRANCH
    told = {"how": "message"}
    assert site.browser("leader").post(f"/console/host-attendances/{one}/telling", told).status_code == 303
    assert browser.post(f"/console/host-attendances/{one}/withdrawal", told).status_code == 409


def test_reports_are_taken_back_for_whoever_says_so(site: Site) -> None:
    with site.sessions.begin() as session:
        member = site.members["白玉珍"].id
        report = an_away_report(session, site.members["白玉珍"]).id
        visit = Visit(date(2026, 11, 20), "杭州市阡陌党支部", "张书记")
        one = report_host_attendance(session, member, visit, filing=None, via=Via.PHONE, now=site.now).id
    browser, said = site.browser("leader"), {"how": "phone_call"}
    for place in (f"/console/away-reports/{report}", f"/console/host-attendances/{one}"):
        assert browser.post(f"{place}/withdrawal", {}).status_code == 400
        assert browser.post(f"{place}/withdrawal", said).status_code == 303
        assert browser.post(f"{place}/withdrawal", said).status_code == 409


def test_queries_do_not_grow_with_what_waits(site: Site) -> None:
    publish_theme_day(site)
    browser = site.browser("secretary")
    ask(site, "白玉珍")
    few = statements(site, browser)
    for name in ("陈春生", "方国栋", "高长山", "郭爱莲", "丁立民", "杜文秀", "曹振海", "金巧云"):
        ask(site, name, by="leader")
    with site.sessions.begin() as session:
        for name in ("黄秋菊", "李春梅", "罗清平"):
            an_away_report(session, site.members[name])
            a_spell(session, site.members[name], SpellKind.EXEMPT)
    assert statements(site, browser) == few


def statements(site: Site, browser: Browser) -> int:
    """Return how many statements the page sends."""
    with site.sessions() as session:
        engine = session.get_bind()
    sent: list[str] = []

    def count(*said: object) -> None:
        sent.append(str(said[2]))

    event.listen(engine, "before_cursor_execute", count)
    assert browser.get("/console/leaves").status_code == 200
    event.remove(engine, "before_cursor_execute", count)
    return len(sent)


def test_acts_on_the_page_are_in_the_log_by_its_door(site: Site) -> None:
    publish_theme_day(site)
    site.browser("secretary").post("/console/leaves", recorded(site, "陈春生", then="approve"))
    with site.sessions() as session:
        acts = session.scalars(select(Audit).where(Audit.subject == "leave").order_by(Audit.id)).all()
    by = site.staff["secretary"].id
    assert [(act.verb, act.via, act.account_id) for act in acts] == [
        ("ask_leave", Via.CONSOLE, by),
        ("decide_leave", Via.CONSOLE, by),
    ]
