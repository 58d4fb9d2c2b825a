"""Today's page: what this person owes, the most urgent first, a line each with its one button."""

import re
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import Engine, event, select, update

from jobs.drafts import draft_ahead
from models.articles.article import ArticleState
from models.audit import Via
from models.clock import at
from models.gatherings.delegate import name_delegate
from models.gatherings.gathering import AgendaKind, Gathering, GatheringKind, GatheringState
from models.gatherings.leave.leave import ask_leave
from models.gatherings.leave.makeup import Makeup, MakeupForm
from models.gatherings.plan import Plan, draft
from models.gatherings.roll import LeaveReason
from models.people.complaint import receive_complaint
from models.people.member import SpellKind
from models.people.org import Org
from models.people.said import Filing, Said
from tests.articles.standing import an_article_at
from tests.factories import THREE_O_CLOCK, a_gathering, a_spell
from tests.handlers.console.gatherings.test_drafts import form
from tests.handlers.console_site import Site, publish_theme_day

Line = tuple[str, str, str]
LINE = re.compile(
    r'<div class="owed"><div><h2>(.*?)</h2><p class="muted">(.*?)</p></div>\s*'
    r'<a class="button( red)?" href="[^"]+">(.*?)</a></div>'
)
HOUR = timedelta(hours=1)


def lines(site: Site, who: str = "secretary") -> list[Line]:
    """Title, reason and button of each line."""
    page = site.browser(who).get("/console/").text
    found = LINE.findall(page)
    assert [red for _, _, red, _ in found].count(" red") == min(len(found), 1)
    return [(title, why, button) for title, why, _, button in found]


def titles(site: Site, who: str = "secretary") -> list[str]:
    return [title for title, _, _ in lines(site, who)]


def a_plan(title: str, starts_at: datetime, period: str = "2026-12") -> Plan:
    return Plan(title, starts_at, starts_at + HOUR, "村部", period, agenda=((AgendaKind.STUDY, "学习"),))


def drafted(
    site: Site, title: str = "冬季学习", days: int = 3, kind: GatheringKind = GatheringKind.STUDY
) -> None:
    with site.sessions.begin() as session:
        plan = a_plan(title, THREE_O_CLOCK + timedelta(days=days))
        by = site.staff["secretary"].id
        draft(session, site.orgs["home"].id, plan, kind=kind, by=by, now=site.now)


def leave_of(site: Site, name: str, by: str | None = None, reason: LeaveReason = LeaveReason.FAMILY) -> None:
    with site.sessions.begin() as session:
        filing = Filing(site.staff[by].id, Said.PHONE_CALL) if by else None
        ask_leave(
            session, site.gathering_id, site.members[name].id, reason, None,
            filing=filing, via=Via.CONSOLE if by else Via.PHONE, now=site.now,
        )  # fmt: skip


def to_make_up(site: Site, *names: str, due_on: date = date(2026, 11, 27)) -> None:
    with site.sessions.begin() as session:
        missed = a_gathering(
            session, site.orgs["home"], GatheringState.CONFIRMED, THREE_O_CLOCK - timedelta(days=31),
            period="2026-10", title="十月主题党日",
        )  # fmt: skip
        for name in names:
            member, by = site.members[name].id, site.staff["secretary"].id
            how = {"form": MakeupForm.HOME_STUDY, "planned_at": site.now, "planned_by": by}
            session.add(Makeup(gathering_id=missed.id, member_id=member, due_on=due_on, **how))


def test_nothing_owed_is_one_quiet_sentence(site: Site) -> None:
    site.clock[0] = at(date(2026, 11, 2), time(9))
    page = site.browser("secretary").get("/console/").text
    assert "今天没有要办的事。" in page
    assert "件事等您" not in page


def test_lines_stand_in_the_order_of_their_urgency(site: Site) -> None:
    publish_theme_day(site)
    drafted(site)
    leave_of(site, "宋桂兰", by="leader", reason=LeaveReason.ILLNESS)
    to_make_up(site, "钱有粮", "田喜凤")
    with site.sessions.begin() as session:
        a_spell(session, site.members["白玉珍"], SpellKind.EXEMPT, to_on=date(2026, 11, 30))
    assert lines(site) == [
        (
            "给 10 位同志打电话",
            "“学习粮食安全文件”，微信没有送达或不用手机。今天 15:00 以前",
            "打开电话名单",
        ),
        ("发布“冬季学习”的通知", "11月28日 周六 15:00 开，草稿已存", "看草稿"),
        (
            "答复宋桂兰同志的请假",
            "身体不适，“学习粮食安全文件”。今天 14:50 由何桂芳代录",
            "去答复",
        ),
        ("给 2 位同志补学", "“十月主题党日”：钱有粮、田喜凤。11月27日 周五到期", "登记补学"),
        ("问一问白玉珍同志能不能来", "登记11月30日 周一到期，到期以后算应到", "看登记"),
    ]


def test_calls_about_a_gathering_still_far_off_wait_for_the_draft(site: Site) -> None:
    publish_theme_day(site)
    drafted(site)
    site.clock[0] -= timedelta(days=3)
    assert titles(site)[:2] == ["发布“冬季学习”的通知", "给 10 位同志打电话"]


def test_several_requests_are_one_line_with_some_of_their_names(site: Site) -> None:
    publish_theme_day(site)
    for name in ("宋桂兰", "李春梅", "方国栋", "高长山"):
        leave_of(site, name)
    found = {title: why for title, why, _ in lines(site)}
    assert found["答复 4 件请假和报备"].endswith("等 4 位同志")


def test_roll_that_is_over_asks_to_be_confirmed_and_is_one_step_away(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    site.clock[0] += 3 * HOUR
    assert ("确认“学习粮食安全文件”的名册", "今天 15:00 开的，还有 45 人未登记", "去确认") in lines(site)
    with site.sessions.begin() as session:
        session.execute(update(Gathering).values(state=GatheringState.CLOSED, opened_at=THREE_O_CLOCK))
    page = site.browser("secretary").get("/console/").text
    assert "等您确认的活动" in page
    assert re.search(rf'href="/console/rolls/{roll}">打开到会名册', page)


def test_six_lines_at_most_and_how_many_more_there_are(site: Site) -> None:
    for number in range(8):
        drafted(site, f"第{number + 1}次学习", days=number + 1)
    assert len(lines(site)) == 6
    assert "还有 3 件" in site.browser("secretary").get("/console/").text


def test_draft_of_the_clock_says_so_and_asks_for_the_place(site: Site) -> None:
    site.clock[0] = at(date(2026, 11, 18), time(8, 30))
    assert "起草11月主题党日通知" in titles(site)
    draft_ahead(site.sessions, site.now)
    (line,) = lines(site)
    assert line == ("发布“11月主题党日”的通知", "11月25日 周三 15:00 开，地点还没有写", "看草稿")
    with site.sessions.begin() as session:
        session.execute(update(Gathering).values(place="村部"))
    assert lines(site)[0][1] == "11月25日 周三 15:00 开，草稿照上次的样子起好了"
    site.clock[0] = at(date(2026, 11, 20), time(9))
    assert lines(site)[0][1] == "11月25日 周三 15:00 开，还没有发通知"


def test_draft_whose_day_has_passed_asks_for_another_day(site: Site) -> None:
    drafted(site, "十一月主题党日", days=1, kind=GatheringKind.THEME_DAY)
    site.clock[0] += timedelta(days=2)
    why = next(why for title, why, _ in lines(site) if title.startswith("发布"))
    assert why == "原定 11月26日 周四 15:00，没有发通知，请改个日子"


def test_month_that_ends_without_a_theme_day_is_told_to_who_may_publish(site: Site) -> None:
    site.clock[0] = at(date(2026, 11, 28), time(9))
    assert ("11月主题党日还没有开", "青石村党支部，月底以前要开", "起草通知") in lines(site)
    assert "11月主题党日还没有开" not in titles(site, "clerk")
    site.clock[0] = at(date(2026, 11, 26), time(9))
    assert "11月主题党日还没有开" not in titles(site)


def test_month_with_its_theme_day_says_nothing_at_its_end(site: Site) -> None:
    publish_theme_day(site)
    site.clock[0] = at(date(2026, 11, 28), time(9))
    assert "11月主题党日还没有开" not in titles(site)
    assert "11月主题党日还没有开" not in titles(site, "neighbour")  # took part


def test_spell_followed_by_another_is_not_ending(site: Site) -> None:
    with site.sessions.begin() as session:
        member = site.members["白玉珍"]
        a_spell(session, member, SpellKind.EXEMPT, to_on=date(2026, 11, 30))
        a_spell(session, member, SpellKind.EXEMPT, from_on=date(2026, 12, 1))
    assert not [title for title in titles(site) if title.startswith("问一问")]


def test_makeups_are_shown_when_they_fall_due_and_after(site: Site) -> None:
    to_make_up(site, "钱有粮", due_on=date(2026, 11, 29))
    assert "给 1 位同志补学" not in titles(site)
    site.clock[0] += timedelta(days=1)
    assert "给 1 位同志补学" in titles(site)
    site.clock[0] += timedelta(days=5)
    assert ("给 1 位同志补学", "“十月主题党日”：钱有粮。已经过期", "登记补学") in lines(site)


def test_group_leader_is_shown_the_own_groups_people_alone(site: Site) -> None:
    publish_theme_day(site)
    leave_of(site, "宋桂兰")
    drafted(site)
    to_make_up(site, "白玉珍", "钱有粮")
    assert lines(site, "leader") == [
        (
            "给 4 位同志打电话",
            "“学习粮食安全文件”，微信没有送达或不用手机。今天 15:00 以前",
            "打开电话名单",
        ),
        ("给 1 位同志补学", "“十月主题党日”：白玉珍。11月27日 周五到期", "登记补学"),
    ]


def test_delegate_answers_and_confirms_for_that_roll_alone(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    leave_of(site, "宋桂兰")
    assert "答复宋桂兰同志的请假" not in titles(site, "clerk")
    with site.sessions.begin() as session:
        by = site.staff["secretary"].id
        name_delegate(session, roll, site.staff["clerk"].id, by=by, now=site.now)
    assert "答复宋桂兰同志的请假" in titles(site, "clerk")
    site.clock[0] += 3 * HOUR
    assert "确认“学习粮食安全文件”的名册" in titles(site, "clerk")


def test_sums_of_a_group_leader_say_whose_they_are(site: Site) -> None:
    publish_theme_day(site)
    leader, secretary = (site.browser(who).get("/console/").text for who in ("leader", "secretary"))
    assert "本组已告知</dt><dd>0 / 16" in leader
    assert "全支部应到</dt><dd>45 人" in leader
    assert "通知已告知</dt><dd>0 / 46" in secretary
    assert "全支部" not in secretary


def test_articles_wait_for_the_next_hand_and_come_back_to_the_first(site: Site) -> None:
    with site.sessions.begin() as session:
        home = session.get_one(Org, site.orgs["home"].id)
        an_article_at(session, home, ArticleState.PROPOSED, title="甲稿")
        an_article_at(session, home, ArticleState.REVIEWED, title="乙稿")
        an_article_at(session, home, ArticleState.APPROVED, title="丙稿")
        an_article_at(session, home, ArticleState.DRAFT, title="丁稿", came_back="有姓名")
        an_article_at(session, home, ArticleState.DRAFT, title="戊稿")
    assert [line for line in lines(site, "clerk") if "稿" in line[0]] == [
        ("修改稿件“丁稿”", "退回原因：有姓名", "去修改")
    ]
    assert lines(site, "town") == [("保密审核“甲稿”", "青石村党支部", "去审核")]
    assert titles(site, "zone") == ["保密审核“甲稿”", "审批“乙稿”", "发布“丙稿”"]
    assert [line for line in lines(site, "far") if "稿" in line[0]] == []


@pytest.mark.parametrize("who", ["town", "zone"])
def test_officer_with_nothing_to_do_is_led_to_the_branches(site: Site, who: str) -> None:
    publish_theme_day(site)
    leave_of(site, "宋桂兰")
    page = site.browser(who).get("/console/").text
    assert lines(site, who) == []
    assert '各支部开没开、归档没归档，在“<a href="/console/below">开展与归档</a>”里看。' in page


def test_auditor_is_shown_nobody(site: Site) -> None:
    publish_theme_day(site)
    assert lines(site, "auditor") == []


def test_officer_who_answers_the_public_sees_what_waits(site: Site) -> None:
    with site.sessions.begin() as session:
        receive_complaint(
            session, "会议室的灯坏了", None,
            openid_hash=None, via=Via.PHONE, due_on=date(2026, 12, 9), now=site.now,
        )  # fmt: skip
    assert lines(site, "zone") == [("答复 1 件投诉与建议", "最早的一件12月9日 周三以前答复", "去答复")]
    assert titles(site, "town") == []


def test_number_of_statements_does_not_grow_with_what_waits(site: Site) -> None:
    publish_theme_day(site)
    browser, told = site.browser("secretary"), []
    with site.sessions() as session:
        engine = session.get_bind()
    assert isinstance(engine, Engine)

    def note(*args: object) -> None:
        told.append(str(args[2]))

    spent = []
    for names in (("宋桂兰",), ("李春梅", "方国栋", "高长山")):
        for name in names:
            leave_of(site, name)
        told.clear()
        event.listen(engine, "before_cursor_execute", note)
        browser.get("/console/")
        event.remove(engine, "before_cursor_execute", note)
        spent.append(len(told))
    assert spent[0] == spent[1] < 30


def test_draft_of_the_clock_is_published_once_its_place_is_written(site: Site) -> None:
    site.clock[0] = at(date(2026, 11, 18), time(8, 30))
    draft_ahead(site.sessions, site.now)
    with site.sessions() as session:
        own = Gathering.org_id == site.orgs["home"].id
        gathering_id = session.scalars(select(Gathering.id).where(own)).one()
    browser = site.browser("secretary")
    address = f"/console/gatherings/{gathering_id}/publication"
    asked = form(day="2026-11-25", period="2026-11", place="地点待定", leave_until="", people="46")
    answer = browser.post(address, asked)
    assert (answer.status_code, "请写地点" in answer.text) == (400, True)
    assert browser.post(address, asked | {"place": "村部"}).status_code == 303
