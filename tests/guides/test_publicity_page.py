"""The editor's page, docs/宣传编辑一页.md, done line by line on a phone: from a record to the account."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from jobs.publish import publish_articles
from models.articles.approval import CHECKLIST, approve, propose
from models.articles.article import Article, ArticleState
from models.articles.drafting import draft_from_records
from models.base import Sessions
from models.gatherings.roll import Roll
from tests.articles.photos import SECRET, a_photo_of_a_phone
from tests.articles.records import a_record
from tests.conftest import NOON, REDIS
from tests.finger import MENU, Part
from tests.guides.guide import DOCS, Beside, Places, Walk, steps_of, walk_as
from tests.handlers.console_site import Site, open_site
from tests.simulated import Account, running_simulator

pytestmark = pytest.mark.browser

PAGE = "宣传编辑一页.md"
STEPS = steps_of(PAGE)
NEXT_DAY = NOON + timedelta(days=1)
TITLE, ON_PAPER, BY_HAND = "沟渠清淤忙", "一堂公开的党课", "重阳节看望老人"
ADDED = "大家约好，十二月十日以前清完南段。"
PLACE = "清淤的是村东头南段。"
TO_MEND = "请写明清淤的是哪一段"
SUBMIT = "/cgi-bin/freepublish/submit"
NO_RIGHT = "这个公众号不能由平台发布。"
IN_ACCOUNT = "https://mp.weixin.qq.com/s/abc123"


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    """The address of a simulator."""
    with running_simulator() as url:
        yield url


@pytest.fixture
def account(simulator: str) -> Account:
    """An official account that may publish, and pushes nothing: the clock's job asks how it ended."""
    return Account(simulator)


@pytest.fixture
def site(sessions: Sessions) -> Site:
    """A branch whose record was filed yesterday."""
    site = open_site(sessions, os.environ[REDIS])
    with site.sessions.begin() as session:
        a_record(session, site.orgs["home"])
    site.clock[0] = NEXT_DAY
    return site


def run_the_clock(account: Account, walk: Walk) -> None:
    """Let the job publish, and ask two minutes later how it ended."""
    site = walk.site
    for _ in range(2):
        publish_articles(site.sessions, site.now, gateway=account.gateway(), base_url="http://127.0.0.1:8000")
        site.clock[0] += timedelta(minutes=3)


def owed(title: str) -> Part:
    return Part(".owed", title)


def proposed(site: Site, title: str) -> None:
    """Let the branch propose another article of the same record."""
    with site.sessions.begin() as session:
        home, by = site.orgs["home"], site.staff["clerk"].id
        roll = session.scalars(select(Roll.id).where(Roll.org_id == home.id)).first()
        assert roll is not None
        article = draft_from_records(session, home, [roll], by=by, now=site.now)
        article.title = title
        session.flush()
        propose(session, article, seen=article.version, by=site.staff["secretary"].id, now=site.now)


def stands(site: Site, title: str) -> ArticleState:
    with site.sessions() as session:
        return session.scalars(select(Article.state).where(Article.title == title)).one()


def reviewed(site: Site, title: str, **fields: str) -> None:
    """Let the township review it: passed, or sent back with a reason."""
    with site.sessions() as session:
        article = session.scalars(select(Article).where(Article.title == title)).one()
    ticks = {f"c-{code}": "1" for code in CHECKLIST}
    fields = {"seen": str(article.version)} | (fields or {"say": "yes", **ticks})
    answer = site.browser("town").post(f"/console/articles/{article.id}/review", fields)
    assert answer.status_code == 303


# The draft.


def log_in(walk: Walk) -> Iterator[Places]:
    walk.type_log_in()
    yield None
    walk.sees_heading("今天")


def begin(walk: Walk) -> Iterator[Places]:
    yield None
    yield MENU
    yield None
    walk.sees_heading("起草稿件")


def choose_record(walk: Walk) -> Iterator[Places]:
    walk.tap(Part("label:has([name=record])").first)
    yield None
    text = "".join(box.input_value() for box in walk.find(Part("[name=block_text]")).all())
    assert "3 名党员" in text
    assert "王建国" not in text


def mend(walk: Walk) -> Iterator[Places]:
    blocks = Part("#blocks .block")
    walk.type("标题", TITLE)
    walk.type("摘要", "支部商量沟渠清淤")
    before = walk.find(blocks).count()
    yield blocks.last
    walk.counts(before - 1, blocks)
    yield None
    walk.counts(before, blocks)
    expect(walk.find(blocks.last).get_by_role("textbox")).to_have_value("")
    walk.find(blocks.last).get_by_role("textbox").fill(ADDED)


def put_picture(walk: Walk) -> Iterator[Places]:
    photo = a_photo_of_a_phone()
    walk.page.get_by_label("选一张照片").set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )
    walk.page.get_by_label("照片里的人都同意公开").check()
    yield None
    walk.counts(1, Part("#blocks img"))
    kept = walk.page.request.get(walk.find(Part("#blocks img")).get_attribute("src") or "").body()
    assert SECRET in photo
    assert SECRET not in kept


def preview(walk: Walk) -> Iterator[Places]:
    yield None
    reading = Part(".reading")
    walk.sees(ADDED, reading)
    walk.counts(1, reading.part("img"))


# 供稿.


def sign(walk: Walk) -> Iterator[Places]:
    yield None
    walk.sees("等上级党建干部做保密审核")
    walk.reads("收回修改", Part("button", "收回修改"))


def sign_again(walk: Walk) -> Iterator[Places]:
    reviewed(walk.site, TITLE, say="no", reason=TO_MEND)
    walk.go_to("今天")
    walk.sees(TO_MEND, owed(TITLE))
    yield owed(TITLE)
    walk.find(Part("[name=block_text]").first).fill(PLACE)
    yield None
    yield None
    assert stands(walk.site, TITLE) is ArticleState.PROPOSED


# Approval.


def approve_on_screen(walk: Walk) -> Iterator[Places]:
    proposed(walk.site, ON_PAPER)
    reviewed(walk.site, TITLE)
    reviewed(walk.site, ON_PAPER)
    walk.come_back(walk.site.now, "zone")
    yield owed(TITLE)
    walk.sees(PLACE, Part(".reading"))
    yield None
    assert stands(walk.site, TITLE) is ArticleState.APPROVED


def print_sheet(walk: Walk) -> Iterator[Places]:
    walk.go_to("今天")
    yield None
    walk.sees_heading(ON_PAPER)
    yield None
    walk.sees_heading("宣传稿件审批单")


def enter_paper(walk: Walk) -> Iterator[Places]:
    walk.tap_words(ON_PAPER, Part(".crumbs"))
    yield None
    walk.type("签字的人", "罗正清")
    walk.type("签字的日期", "2026-11-26")
    walk.type("审批单编号或卷号", "青宣审〔2026〕18 号")
    yield None
    walk.sees("纸面签批：罗正清")


# Publication.


def publish(account: Account, walk: Walk) -> Iterator[Places]:
    yield None
    walk.sees("正在发布")
    run_the_clock(account, walk)
    assert stands(walk.site, ON_PAPER) is ArticleState.PUBLISHED


def read_it(walk: Walk) -> Iterator[Places]:
    walk.page.reload()
    article = walk.page.url
    yield None
    walk.sees_heading(ON_PAPER)
    news = walk.site.app.test_client().get("/api/v1/home").json
    assert news is not None
    assert [one["title"] for one in news["articles"]] == [ON_PAPER]
    walk.page.goto(article)


def fail(account: Account, walk: Walk) -> None:
    walk.go_to("今天")
    walk.tap_words("去发布", owed(TITLE))
    account.fault("publish_status", path=SUBMIT, status=4, count=1)
    walk.tap_words("发布到公众号")
    run_the_clock(account, walk)
    assert stands(walk.site, TITLE) is ArticleState.DRAFT
    today = walk.site.browser("secretary").get("/console/").text
    assert "没有通过微信的平台审核" in today
    assert "去修改" in today


def withdraw(account: Account, walk: Walk) -> Iterator[Places]:
    walk.go_to("活动宣传")
    walk.tap_words("已发布")
    walk.tap_words("查看")
    yield None
    walk.type("原因", "照片里有没问过的人")
    yield None
    run_the_clock(account, walk)
    walk.page.reload()
    walk.sees("公众号上的文章已经删除")


# Without the right.


def take_pack(walk: Walk) -> Iterator[Places]:
    site = walk.site
    mine = replace(site.app.parts.installation, publishes=False)
    site.app.parts = replace(site.app.parts, installation=mine)
    proposed(site, BY_HAND)
    reviewed(site, BY_HAND)
    with site.sessions.begin() as session:
        article = session.scalars(select(Article).where(Article.title == BY_HAND)).one()
        approve(session, article, seen=article.version, by=site.staff["zone"].id, now=site.now, paper=None)
    walk.go_to("今天")
    yield owed(BY_HAND)
    walk.sees(NO_RIGHT)
    yield None
    assert walk.file is not None
    with ZipFile(walk.file.path()) as pack:
        assert {"正文.html", "正文.txt", "说明.txt"} <= set(pack.namelist())
    yield None
    walk.sees_heading("逐项复制")


def register(walk: Walk) -> Iterator[Places]:
    walk.tap_words(BY_HAND, Part(".crumbs"))
    walk.type("文章的链接", IN_ACCOUNT)
    yield None
    walk.reads("在公众号里看这篇", Part(f"a[href='{IN_ACCOUNT}']"))


def table_of(account: Account) -> dict[int, Beside]:
    return {
        1: log_in,
        2: begin,
        3: choose_record,
        4: mend,
        5: put_picture,
        6: preview,
        7: sign,
        8: sign_again,
        9: approve_on_screen,
        10: print_sheet,
        11: enter_paper,
        12: partial(publish, account),
        13: read_it,
        14: partial(fail, account),
        15: partial(withdraw, account),
        16: take_pack,
        17: register,
    }


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_page_is_true_line_by_line(site: Site, account: Account, chromium: Browser, script: bool) -> None:
    with walk_as(chromium, site, "secretary", script=script) as walk:
        walk.follow(STEPS, table_of(account))
    expected = {
        TITLE: ArticleState.DRAFT, ON_PAPER: ArticleState.WITHDRAWN, BY_HAND: ArticleState.PUBLISHED,
    }  # fmt: skip
    assert {title: stands(site, title) for title in expected} == expected


def test_page_names_what_the_review_looks_at_word_for_word() -> None:
    lines = (DOCS / PAGE).read_text("utf-8").splitlines()
    assert [line.removeprefix("- ") for line in lines if line.startswith("- ")] == list(CHECKLIST.values())
