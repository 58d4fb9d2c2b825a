"""Gatherings, posts and articles in docs/乡镇一页.md, done line by line on a phone, and what they lead to."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Locator, expect
from sqlalchemy import select

from models.articles.article import Article, ArticleState
from models.base import Sessions
from models.duties.handover import Handover
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.minutes import Minutes, MinutesState
from models.gatherings.required_item import RequiredItem
from models.gatherings.roll import Roll
from models.people.account import Account
from tests.articles.records import PEOPLE, a_record
from tests.conftest import NOON, REDIS
from tests.guide import PASSWORD, Beside, Places, Walk, steps_of, walk_as
from tests.handlers.console_site import Site, open_site
from tests.test_publicity_page import proposed

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


def heading(walk: Walk, words: str) -> None:
    expect(walk.page.get_by_role("heading", name=words, exact=True)).to_be_visible()


def branch(walk: Walk, name: str) -> Locator:
    return walk.page.locator(".below tbody tr", has_text=name)


# Held and filed.


def log_in(walk: Walk) -> Iterator[Places]:
    walk.type_log_in()
    yield None
    heading(walk, "今天")


def open_new_records(walk: Walk) -> Iterator[Places]:
    expect(walk.page.locator(".owed").first).to_contain_text("看 2 份11月的会议记录")
    yield walk.page.locator(".owed").first
    heading(walk, "11月开展与归档")


def see_all(walk: Walk) -> Iterator[Places]:
    yield None
    for name in (HOME, NEIGHBOUR):
        expect(branch(walk, name)).to_contain_text("已归档")


def read_one(walk: Walk) -> Iterator[Places]:
    yield None
    yield branch(walk, HOME)
    record = walk.page.locator(".record")
    for words in ("议程", "讨论要点", "表决和决议", "实到"):
        expect(record).to_contain_text(words)
    expect(record).to_contain_text("1 人")
    for row in ("请假", "缺席"):
        line = record.locator("dl > div", has=walk.page.locator("dt", has_text=row)).inner_text()
        assert [name for name in PEOPLE if name in line] == []


def put_away(walk: Walk) -> Iterator[Places]:
    yield None
    expect(walk.page.locator(".below")).to_contain_text(NEIGHBOUR)
    expect(branch(walk, HOME)).to_have_count(0)


def send_back(walk: Walk) -> Iterator[Places]:
    yield branch(walk, NEIGHBOUR)
    walk.page.get_by_label("哪里要补、要改").fill(MISSING)
    yield None
    expect(walk.page.locator(".head .state")).to_have_text("退回补正")
    assert MISSING in walk.site.browser("neighbour").get("/console/").text


# What is required.


def require_item(walk: Walk) -> Iterator[Places]:
    yield None
    yield walk.page.locator(".menu")
    walk.choose(walk.page.get_by_label("月份"), "2026年12月")
    walk.choose(walk.page.get_by_label("类别"), "学习")
    walk.page.get_by_label("内容").fill("学习中央一号文件")
    yield None
    expect(walk.page.locator(".owed", has_text="学习中央一号文件")).to_be_visible()


def withdraw_item(walk: Walk) -> Iterator[Places]:
    yield None
    expect(walk.page.locator(".owed", has_text="学习中央一号文件")).to_have_count(0)


# Several branches together.


def begin_together(walk: Walk) -> Iterator[Places]:
    yield None
    yield walk.page.locator(".menu")
    yield None
    heading(walk, "召集支部一起开")


def plan_together(walk: Walk) -> Iterator[Places]:
    page = walk.page
    walk.choose(page.get_by_label("哪一种活动"), "主题党日")
    page.get_by_label("主题", exact=True).fill("十二月主题党日")
    page.get_by_label("日期").fill("2026-12-25")
    page.get_by_label("开始").fill("15:00")
    page.get_by_label("结束").fill("16:30")
    page.get_by_label("地点").fill("镇党群中心")
    yield None
    for name in (HOME, NEIGHBOUR):
        expect(page.get_by_label(name)).to_be_checked()
    yield None
    expect(page.get_by_text("草稿，已存")).to_be_visible()


def publish_together(walk: Walk) -> Iterator[Places]:
    expect(walk.page.locator("section", has_text="发给谁").locator("dl")).to_contain_text("在册党员")
    yield None
    expect(walk.page.get_by_text("2 个支部，已确认 0 个")).to_be_visible()


def call_off(walk: Walk) -> Iterator[Places]:
    yield None
    walk.page.get_by_label("原因").fill("大雪封路")
    yield None
    expect(walk.page.get_by_text("这次活动取消了。", exact=True)).to_be_visible()


# Accounts, slips, a handover.


def type_list(walk: Walk) -> Iterator[Places]:
    yield None
    yield walk.page.locator(".menu")
    yield None
    rows = f"{HOME}\t白玉珍\tbaiyz\t支部委员\n{NEIGHBOUR}\t葛秀兰\tgexl\t党务专干"
    walk.page.get_by_label("名单").fill(rows)
    yield None
    expect(walk.page.locator(".verdicts tbody tr")).to_have_count(2)


def make_accounts(walk: Walk) -> Iterator[Places]:
    yield None
    expect(walk.page.locator(".slip")).to_have_count(2)


def print_passwords(walk: Walk) -> Iterator[Places]:
    expect(walk.page.get_by_text("离开这一页，密码就看不到了")).to_be_visible()
    yield None
    heading(walk, "账号与岗位")


def print_slips(walk: Walk) -> Iterator[Places]:
    yield None
    yield walk.page.locator(".menu")
    for name in (HOME, NEIGHBOUR):
        walk.page.get_by_role("checkbox", name=name).check()
    walk.page.get_by_label("您的密码").fill(PASSWORD)
    yield None
    expect(walk.page.locator(".sheet")).to_have_count(2)


def choose_post(walk: Walk) -> Iterator[Places]:
    yield None
    yield walk.page.locator(".menu")
    walk.choose(walk.page.get_by_label("组织"), HOME)
    yield None
    heading(walk, HOME)


def hand_over(walk: Walk) -> Iterator[Places]:
    walk.page.get_by_role("radio", name="支部书记 周明远").check()
    walk.choose(walk.page.get_by_label("接任的同志"), "林小满（clerk，现任党务专干）")
    walk.page.get_by_label("从哪一天起").fill("2026-11-26")
    walk.page.get_by_label("依据").fill("河东党〔2026〕18号")
    yield None
    heading(walk, f"{HOME} 支部书记交接清单")


def sign_list(walk: Walk) -> None:
    for words in ("移交人", "接任人"):
        expect(walk.page.get_by_text(words)).to_be_visible()


# One person.


def find_person(walk: Walk) -> Iterator[Places]:
    yield None
    yield walk.page.locator(".menu")
    walk.page.get_by_label("姓名").fill(LOOKED_AT)
    walk.page.get_by_role("radio", name="核对会议记录和到会名册").check()
    yield None
    expect(walk.page.locator("#found")).to_contain_text(HOME)


def see_person(walk: Walk) -> Iterator[Places]:
    yield None
    heading(walk, LOOKED_AT)
    expect(walk.page.get_by_text("这次的用途：核对会议记录和到会名册，已经记录在案")).to_be_visible()
    assert "1380000" not in walk.page.content()


# Articles.


def owed(walk: Walk, title: str) -> Locator:
    return walk.page.locator(".owed", has_text=title)


def go_to_review(walk: Walk) -> Iterator[Places]:
    for title in (RIGHT, WRONG):
        proposed(walk.site, title)
    yield None
    yield walk.page.locator(".menu")
    yield owed(walk, RIGHT)
    heading(walk, RIGHT)


def pass_it(walk: Walk) -> Iterator[Places]:
    boxes = walk.page.get_by_role("group", name="保密审核").get_by_role("checkbox")
    expect(boxes).to_have_count(6)
    for box in boxes.all():
        box.check()
    yield None
    expect(walk.page.get_by_text("等示范区党建干部审批")).to_be_visible()


def reject_it(walk: Walk) -> Iterator[Places]:
    walk.go_to("今天")
    walk.tap_words("去审核", owed(walk, WRONG))
    yield None
    walk.page.get_by_label("原因").fill(TO_MEND)
    yield None
    heading(walk, "活动宣传")


# The sum of it.


def take_excel(walk: Walk) -> Iterator[Places]:
    yield None
    yield walk.page.locator(".menu")
    walk.choose(walk.page.get_by_label("从哪个月"), "2026年11月")
    walk.choose(walk.page.get_by_label("到哪个月"), "2026年11月")
    walk.choose(walk.page.get_by_label("用途"), "报上级组织")
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
