"""Gatherings, posts and articles in docs/乡镇一页.md, done line by line on a phone, and what they lead to."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser
from sqlalchemy import select

from models.articles.article import Article, ArticleState
from models.base import Sessions
from models.duties.handover import Handover
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.minutes.minutes import Minutes, MinutesState
from models.gatherings.required_item import RequiredItem
from models.gatherings.roll import Roll
from models.people.account import Account
from tests.articles.records import PEOPLE, a_record
from tests.conftest import NOON, REDIS
from tests.finger import MENU, Part
from tests.guides.guide import PASSWORD, Beside, Places, Walk, steps_of, walk_as
from tests.guides.test_publicity_page import proposed
from tests.handlers.console_site import Site, open_site

pytestmark = pytest.mark.browser

STEPS = steps_of("乡镇一页.md")
NEXT_DAY = NOON + timedelta(days=1)
HOME, NEIGHBOUR = "青石村党支部", "柳湾村党支部"
LOOKED_AT = "李春梅"
MISSING, TO_MEND = "请补上决议的完成时限", "请写明是哪一段沟渠"
RIGHT, WRONG = "沟渠清淤忙", "清淤一上午"


@pytest.fixture
def site(sessions: Sessions) -> Site:
    """A township with two branches that filed the records of their theme days yesterday."""
    site = open_site(sessions, os.environ[REDIS])
    with site.sessions.begin() as session:
        a_record(session, site.orgs["home"])
        a_record(session, site.orgs["neighbour"])
    site.clock[0] = NEXT_DAY
    return site


def branch(name: str) -> Part:
    return Part(".below tbody tr", name)


# Held and filed.


def log_in(walk: Walk) -> Iterator[Places]:
    walk.type_log_in()
    yield None
    walk.sees_heading("今天")


def open_new_records(walk: Walk) -> Iterator[Places]:
    walk.sees("看 2 份11月的会议记录", Part(".owed").first)
    yield Part(".owed").first
    walk.sees_heading("11月开展与归档")


def see_all(walk: Walk) -> Iterator[Places]:
    yield None
    for name in (HOME, NEIGHBOUR):
        walk.sees("已归档", branch(name))


def read_one(walk: Walk) -> Iterator[Places]:
    yield None
    yield branch(HOME)
    record = Part(".record")
    for words in ("议程", "讨论要点", "表决和决议", "实到"):
        walk.sees(words, record)
    walk.sees("1 人", record)
    for row in ("请假", "缺席"):
        (line,) = record.part("dl > div", row).read(walk.page)
        assert [name for name in PEOPLE if name in line] == []


def put_away(walk: Walk) -> Iterator[Places]:
    yield None
    walk.sees(NEIGHBOUR, Part(".below"))
    walk.counts(0, branch(HOME))


def send_back(walk: Walk) -> Iterator[Places]:
    yield branch(NEIGHBOUR)
    walk.type("哪里要补、要改", MISSING)
    yield None
    walk.reads("退回补正", Part(".head .state"))
    assert MISSING in walk.site.browser("neighbour").get("/console/").text


# What is required.


def require_item(walk: Walk) -> Iterator[Places]:
    yield None
    yield MENU
    walk.choose("月份", "2026年12月")
    walk.choose("类别", "学习")
    walk.type("内容", "学习中央一号文件")
    yield None
    walk.sees("学习中央一号文件", Part(".owed", "学习中央一号文件"))


def withdraw_item(walk: Walk) -> Iterator[Places]:
    yield None
    walk.counts(0, Part(".owed", "学习中央一号文件"))


# Several branches together.


def begin_together(walk: Walk) -> Iterator[Places]:
    yield None
    yield MENU
    yield None
    walk.sees_heading("召集支部一起开")


def plan_together(walk: Walk) -> Iterator[Places]:
    walk.choose("哪一种活动", "主题党日")
    walk.type("主题", "十二月主题党日")
    walk.type("日期", "2026-12-25")
    walk.type("开始", "15:00")
    walk.type("结束", "16:30")
    walk.type("地点", "镇党群中心")
    yield None
    for name in (HOME, NEIGHBOUR):
        walk.counts(1, Part("label.tick:has(:checked)", name))
    yield None
    walk.sees("草稿，已存")


def publish_together(walk: Walk) -> Iterator[Places]:
    walk.sees("在册党员", Part("section", "发给谁").part("dl"))
    yield None
    walk.sees("2 个支部，已确认 0 个")


def call_off(walk: Walk) -> Iterator[Places]:
    yield None
    walk.type("原因", "大雪封路")
    yield None
    walk.sees("这次活动取消了。")


# Accounts, slips, a handover.


def type_list(walk: Walk) -> Iterator[Places]:
    yield None
    yield MENU
    yield None
    rows = f"{HOME}\t白玉珍\tbaiyz\t支部委员\n{NEIGHBOUR}\t葛秀兰\tgexl\t党务专干"
    walk.type("名单", rows)
    yield None
    walk.counts(2, Part(".verdicts tbody tr"))


def make_accounts(walk: Walk) -> Iterator[Places]:
    yield None
    walk.counts(2, Part(".slip"))


def print_passwords(walk: Walk) -> Iterator[Places]:
    walk.sees("离开这一页，密码就看不到了")
    yield None
    walk.sees_heading("账号与岗位")


def print_slips(walk: Walk) -> Iterator[Places]:
    yield None
    yield MENU
    for name in (HOME, NEIGHBOUR):
        walk.tap(Part("label.tick", name))
    walk.type("您的密码", PASSWORD)
    yield None
    walk.counts(2, Part(".sheet"))


def choose_post(walk: Walk) -> Iterator[Places]:
    yield None
    yield MENU
    walk.choose("组织", HOME)
    yield None
    walk.sees_heading(HOME)


def hand_over(walk: Walk) -> Iterator[Places]:
    walk.tap(Part("label.tick", "支部书记 周明远"))
    walk.choose("接任的同志", "林小满（clerk，现任党务专干）")
    walk.type("从哪一天起", "2026-11-26")
    walk.type("依据", "河东党〔2026〕18号")
    yield None
    walk.sees_heading(f"{HOME} 支部书记交接清单")


def sign_list(walk: Walk) -> None:
    for words in ("移交人", "接任人"):
        walk.sees(words)


# One person.


def find_person(walk: Walk) -> Iterator[Places]:
    yield None
    yield MENU
    walk.type("姓名", LOOKED_AT)
    walk.tap(Part("label.tick", "核对会议记录和到会名册"))
    yield None
    walk.sees(HOME, Part("#found"))


def see_person(walk: Walk) -> Iterator[Places]:
    yield None
    walk.sees_heading(LOOKED_AT)
    walk.sees("这次的用途：核对会议记录和到会名册，已经记录在案")
    assert "1380000" not in walk.page.content()


# Articles.


def owed(title: str) -> Part:
    return Part(".owed", title)


def go_to_review(walk: Walk) -> Iterator[Places]:
    for title in (RIGHT, WRONG):
        proposed(walk.site, title)
    yield None
    yield MENU
    yield owed(RIGHT)
    walk.sees_heading(RIGHT)


def pass_it(walk: Walk) -> Iterator[Places]:
    ticks = Part("fieldset", "保密审核").part("label.tick")
    walk.counts(6, ticks)
    for number in range(6):
        walk.tap(replace(ticks, at=number))
    yield None
    walk.sees("等示范区党建干部审批")


def reject_it(walk: Walk) -> Iterator[Places]:
    walk.go_to("今天")
    walk.tap_words("去审核", owed(WRONG))
    yield None
    walk.type("原因", TO_MEND)
    yield None
    walk.sees_heading("活动宣传")


# The sum of it.


def take_excel(walk: Walk) -> Iterator[Places]:
    yield None
    yield MENU
    walk.choose("从哪个月", "2026年11月")
    walk.choose("到哪个月", "2026年11月")
    walk.choose("用途", "报上级组织")
    yield None
    assert walk.file is not None
    assert walk.file.suggested_filename.endswith(".xlsx")
    with walk.file.path().open("rb") as saved:
        cells = {cell for row in load_workbook(saved).worksheets[0].values for cell in row}
    assert {"类型", "日期", "应到", "实到", "记录是否归档", "主题党日"} <= cells


TABLE: dict[int, Beside] = {
    1: log_in,
    2: open_new_records,
    3: see_all,
    4: read_one,
    5: put_away,
    6: send_back,
    7: require_item,
    8: withdraw_item,
    9: begin_together,
    10: plan_together,
    11: publish_together,
    12: call_off,
    13: type_list,
    14: make_accounts,
    15: print_passwords,
    16: print_slips,
    17: choose_post,
    18: hand_over,
    19: sign_list,
    20: find_person,
    21: see_person,
    22: go_to_review,
    23: pass_it,
    24: reject_it,
    25: take_excel,
}


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_first_part_is_true_line_by_line(site: Site, chromium: Browser, script: bool) -> None:
    with walk_as(chromium, site, "town", script=script) as walk:
        walk.follow(STEPS[: len(TABLE)], TABLE)
    with site.sessions() as session:
        records = session.execute(
            select(Roll.org_id, Minutes.state).join(Minutes, Minutes.roll_id == Roll.id)
        ).all()
        articles = session.execute(select(Article.title, Article.state, Article.came_back)).all()
        item = session.scalars(select(RequiredItem)).one()
        together = session.scalars(select(Gathering).where(Gathering.title == "十二月主题党日")).one()
        handed = session.scalars(select(Handover)).one()
        made = session.scalars(select(Account.name).where(Account.login.in_(["baiyz", "gexl"]))).all()
    assert dict(records) == {
        site.orgs["home"].id: MinutesState.FILED,
        site.orgs["neighbour"].id: MinutesState.RETURNED,
    }
    assert set(articles) == {(RIGHT, ArticleState.REVIEWED, None), (WRONG, ArticleState.DRAFT, TO_MEND)}
    assert item.withdrawn_at is not None
    assert (together.state, together.org_id) == (GatheringState.CANCELLED, site.orgs["town"].id)
    assert handed.document == "河东党〔2026〕18号"
    assert set(made) == {"白玉珍", "葛秀兰"}
