"""The secretary's page, docs/第一次主题党日.md, done line by line on a phone: every word of it is true.

From the log-in to the published notice in at most twelve actions, a roll of 45 in at most ten.
"""

import os
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Locator, expect
from sqlalchemy import func, select

from jobs.drafts import draft_ahead
from jobs.gatherings import open_due
from models.base import Sessions
from models.gatherings.gathering import Gathering
from models.gatherings.hall_code import hall_digits
from models.gatherings.roll import Roll, RollLine, Status
from models.people.member import Member
from tests.conftest import NOON, REDIS
from tests.factories import KEYRING, a_required_item
from tests.guide import Beside, Places, Walk, steps_of, walk_as
from tests.handlers.at_work import bound_phone
from tests.handlers.console_site import Site, open_site, publish_theme_day

pytestmark = pytest.mark.browser

STEPS = steps_of("第一次主题党日.md")
MOST_TO_PUBLISH, MOST_FOR_THE_ROLL = 12, 10
WEEK_BEFORE = NOON - timedelta(days=7, hours=5, minutes=20)  # Wednesday, half past nine
DAY_BEFORE, AFTERWARDS = NOON - timedelta(days=1), NOON + timedelta(hours=2)
BORN = "李春梅"  # her day of admission is in November
AWAY, TICKED, ON_LEAVE = "段文斌", "宋桂兰", "任家和"
# When the meeting is over three more came, one sent word, and of two nobody knows.
CAME, SENT_WORD, UNKNOWN = ("高长山", "郭爱莲", "曹振海"), ("丁立民",), ("唐开运", "许志远")
SAID = "高长山：渠口先清，路灯排在后面。"
OPEN = (*CAME, *SENT_WORD, *UNKNOWN)


@pytest.fixture
def site(sessions: Sessions) -> Site:
    """A branch with 45 people expected and one away."""
    return open_site(sessions, os.environ[REDIS])


def a_week_before(site: Site) -> None:
    """Let the clock draft what is due in a week; the township requires one thing of it."""
    site.clock[0] = WEEK_BEFORE
    with site.sessions.begin() as session:
        a_required_item(session, site.orgs["town"], site.staff["town"].id, issued_at=WEEK_BEFORE)
        session.get_one(Member, site.members[BORN].id).joined_on = date(1991, 11, 20)
    assert draft_ahead(site.sessions, WEEK_BEFORE) > 0


def gathering_id(site: Site) -> int:
    with site.sessions() as session:
        query = select(Gathering.id).where(Gathering.org_id == site.orgs["home"].id)
        return session.scalars(query).one()


def digits_of(site: Site) -> str:
    """Return the six digits that the screen of the hall shows."""
    with site.sessions() as session:
        it = session.get_one(Gathering, gathering_id(site))
    assert it.hall_salt is not None
    return hall_digits(KEYRING, it.id, it.hall_salt, now=site.now)


def sign_in(site: Site, digits: str, *but: str) -> None:
    """Let the phones of all but these type the six digits of the screen."""
    with site.sessions() as session:
        at_home = Member.branch_id == site.orgs["home"].id
        members = session.scalars(select(Member).where(at_home, Member.name.not_in([AWAY, *but]))).all()
    for member in members:
        code = {"gathering_id": gathering_id(site), "code": digits}
        answer = bound_phone(site, member).ask("POST", "check-ins", code)
        assert answer.status_code == 201, answer.text


def statuses(site: Site) -> dict[Status, int]:
    with site.sessions() as session:
        query = select(RollLine.status, func.count()).where(RollLine.gathering_id == gathering_id(site))
        return dict(session.execute(query.group_by(RollLine.status)).all())


def row(walk: Walk, name: str) -> Locator:
    return walk.page.locator("#lines .line", has_text=name)


def is_saved(walk: Walk, *names: str) -> None:
    """Wait until these rows are stored: then they say so, or are not among the open ones any more."""
    for name in names:
        if walk.script:
            expect(row(walk, name).locator(".now")).to_be_visible()
        else:
            expect(row(walk, name)).to_have_count(0)


# The notice.


def log_in(walk: Walk) -> Iterator[Places]:
    walk.type_log_in()
    yield None
    expect(walk.page.get_by_role("heading", name="今天", exact=True)).to_be_visible()


def open_draft(walk: Walk) -> Iterator[Places]:
    yield walk.page.locator(".owed").first
    expect(walk.page.get_by_label("日期")).to_have_value("2026-11-25")


def fill_in(walk: Walk) -> None:
    expect(walk.page.get_by_label("为什么是这一天")).to_have_value(re.compile("每月 25 日"))
    walk.page.get_by_label("地点").fill("村部二楼会议室")
    walk.page.get_by_label("开始").fill("15:00")
    walk.page.get_by_label("结束").fill("16:30")
    walk.page.get_by_label("带什么").fill("党徽、11月党费")


def add_own_matter(walk: Walk) -> None:
    above = walk.page.locator(".agenda", has_text="规定")
    expect(above.get_by_role("textbox")).to_have_value("学习全会精神")
    expect(above.get_by_role("button", name="删去")).to_have_count(0)
    walk.page.locator("[name=agenda_title]").last.fill("商议冬季沟渠清淤")


def offer_birthday(walk: Walk) -> Iterator[Places]:
    walk.tap(walk.page.locator("label.tick", has_text=BORN))
    yield None
    titles = walk.page.locator("[name=agenda_title]")
    expect(titles.filter(has_text=f"为 {BORN} 过政治生日")).to_be_visible()


def see_audience(walk: Walk) -> None:
    sums = walk.page.locator("section", has_text="发给谁").locator("dd")
    *parts, total = (int(number) for number in sums.all_inner_texts())
    assert sum(parts) == total == 46


def publish(walk: Walk) -> Iterator[Places]:
    yield None
    expect(walk.page.get_by_text("通知已发布，共 46 人")).to_be_visible()
    assert walk.actions <= MOST_TO_PUBLISH


def copy_text(walk: Walk) -> Iterator[Places]:
    yield None
    text = walk.page.locator("#text-group").inner_text()
    assert "11月25日" in text
    assert "/n/" in text
    if walk.script:
        expect(walk.page.get_by_text("已复制")).to_be_visible()
        assert walk.page.evaluate("navigator.clipboard.readText()").strip() == text.strip()
    expect(walk.page.get_by_role("heading", name="大喇叭")).to_be_visible()
    expect(walk.page.get_by_role("heading", name="张贴")).to_be_visible()


def open_phone_list(walk: Walk) -> Iterator[Places]:
    yield None
    expect(walk.page.locator(".calls .group h2")).to_contain_text([f"第{n}党小组" for n in "一二三"])


def tick_told(walk: Walk) -> Iterator[Places]:
    first = walk.page.locator(".calls .line").first
    yield first
    expect(first).to_contain_text("已告知 09:30 周明远")
    expect(walk.page.locator("#progress")).to_contain_text("电话已告知")


# Leave.


def go_to_answer(walk: Walk) -> Iterator[Places]:
    asked = {"reason": "family"}
    walk.site.clock[0] = DAY_BEFORE
    phone = bound_phone(walk.site, walk.site.members[ON_LEAVE])
    assert phone.ask("POST", f"gatherings/{gathering_id(walk.site)}/leave", asked).status_code == 201
    walk.come_back(DAY_BEFORE)
    yield None


def say_yes(walk: Walk) -> Iterator[Places]:
    asks = walk.page.locator("#waiting .ask", has_text=ON_LEAVE)
    expect(asks).to_contain_text("家中有事")
    yield asks
    expect(walk.page.locator("#answered .ask", has_text=ON_LEAVE)).to_contain_text("同意")


# The day.


def show_screen(walk: Walk) -> Iterator[Places]:
    assert open_due(walk.site.sessions, NOON) == 1
    walk.come_back(NOON)
    yield None
    yield None
    hall = walk.beside
    assert hall is not None
    expect(hall.locator("#picture svg")).to_be_visible()
    sign_in(walk.site, hall.locator("#digits").inner_text(), *OPEN, TICKED, ON_LEAVE)
    hall.close()


def tick_in_hall(walk: Walk) -> Iterator[Places]:
    walk.go_to("今天")
    yield None
    yield row(walk, TICKED)
    expect(row(walk, TICKED).locator(".now")).to_have_text("到会")


# Afterwards.


def open_roll(walk: Walk) -> Iterator[Places]:
    walk.come_back(AFTERWARDS)
    yield None
    walk.actions = 0  # from the roll's page on
    yield None
    expect(walk.page.locator("#lines .line")).to_have_count(statuses(walk.site)[Status.UNRECORDED])


def settle(walk: Walk) -> Iterator[Places]:
    yield [row(walk, name) for name in CAME]
    yield [row(walk, name) for name in SENT_WORD]
    is_saved(walk, *CAME, *SENT_WORD)


def count_heads(walk: Walk) -> Iterator[Places]:
    walk.page.get_by_label("现场清点").fill("41")
    yield None
    expect(walk.page.get_by_text("清点 41 人，和名册相符")).to_be_visible()


def settle_rest(walk: Walk) -> Iterator[Places]:
    yield walk.page.locator(".pick.all")
    if walk.script:
        unclear = walk.page.locator("#sums .inner", has_text="未查明").locator("dd")
        expect(unclear).to_have_text(str(statuses(walk.site)[Status.UNRECORDED]))


def confirm(walk: Walk) -> Iterator[Places]:
    expect(walk.page.locator("#sums .total")).to_contain_text("45")
    yield None
    expect(walk.page.get_by_text("名册已确认")).to_be_visible()
    assert walk.actions <= MOST_FOR_THE_ROLL


# The record.


def write_record(walk: Walk) -> Iterator[Places]:
    walk.go_to("今天")
    yield None
    expect(walk.page.get_by_label("开始")).to_have_value("15:00")
    walk.page.get_by_label("主持人").fill("李书平")
    walk.page.get_by_label("记录人").fill("周敏")


def say_what_was_held(walk: Walk) -> Iterator[Places]:
    yield walk.page.locator("#items fieldset.item").all()


def write_up(walk: Walk) -> Iterator[Places]:
    expect(walk.page.get_by_label("讨论要点")).to_have_value("")
    walk.page.get_by_label("讨论要点").fill(SAID)
    yield None
    expect(walk.page.get_by_text(SAID).first).to_be_visible()


def file_record(walk: Walk) -> Iterator[Places]:
    yield None
    expect(walk.page.get_by_text("已归档")).to_be_visible()


def relay(walk: Walk) -> Iterator[Places]:
    yield None
    if walk.script:
        yield None
        copied = walk.page.evaluate("navigator.clipboard.readText()")
        assert "应到：45" in copied
        assert SAID in copied


NOTICE: dict[int, Beside] = {
    1: log_in,
    2: open_draft,
    3: fill_in,
    4: add_own_matter,
    5: offer_birthday,
    6: see_audience,
    7: publish,
    8: copy_text,
    9: open_phone_list,
    10: tick_told,
}
LEAVE: dict[int, Beside] = {11: go_to_answer, 12: say_yes}
HALL: dict[int, Beside] = {13: show_screen, 14: tick_in_hall}
ROLL: dict[int, Beside] = {15: open_roll, 16: settle, 17: count_heads, 18: settle_rest, 19: confirm}
RECORD: dict[int, Beside] = {
    20: write_record,
    21: say_what_was_held,
    22: write_up,
    23: file_record,
    24: relay,
}


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_page_is_true_line_by_line(site: Site, chromium: Browser, script: bool) -> None:
    a_week_before(site)
    with walk_as(chromium, site, "secretary", script=script) as walk:
        walk.follow(STEPS, NOTICE | LEAVE | HALL | ROLL | RECORD)
    came = 45 - len(OPEN) - 1 + len(CAME)
    assert statuses(site) == {
        Status.PRESENT: came,
        Status.LEAVE: len(SENT_WORD) + 1,
        Status.UNCLEAR: len(UNKNOWN),
        Status.AWAY: 1,
    }


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_roll_of_45_with_38_signed_is_finished_in_ten_actions(
    site: Site, chromium: Browser, script: bool
) -> None:
    publish_theme_day(site, partners=False)
    with walk_as(chromium, site, "secretary", script=script) as walk:
        sign_in(site, digits_of(site), *OPEN, ON_LEAVE)
        assert statuses(site)[Status.PRESENT] == 38
        walk.follow([step for step in STEPS if step.number in ROLL], ROLL)
    with site.sessions() as session:
        roll = session.scalars(select(Roll).where(Roll.confirmed_at.is_not(None))).one()
        assert roll.heads == 41
