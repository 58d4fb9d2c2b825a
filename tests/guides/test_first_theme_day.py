"""The secretary's page, docs/第一次主题党日.md, done line by line on a phone: every word of it is true.

From the log-in to the published notice in at most twelve actions, a roll of 45 in at most ten.
"""

import os
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, expect
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
from tests.finger import Each, Part
from tests.guides.guide import Beside, Places, Walk, steps_of, walk_as
from tests.handlers.console_site import Site, open_site
from tests.handlers.mini_program.at_work import bound_phone

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


def row(name: str) -> Part:
    return Part("#lines .line", name)


def is_saved(walk: Walk, *names: str) -> None:
    """Wait until these rows are stored: then they say so, or are not among the open ones any more."""
    for name in names:
        if walk.script:
            expect(walk.find(row(name).part(".now"))).to_be_visible()
        else:
            walk.counts(0, row(name))


# The notice.


def log_in(walk: Walk) -> Iterator[Places]:
    walk.type_log_in()
    yield None
    walk.sees_heading("今天")


def open_draft(walk: Walk) -> Iterator[Places]:
    yield Part(".owed").first
    expect(walk.page.get_by_label("日期")).to_have_value("2026-11-25")


def fill_in(walk: Walk) -> None:
    expect(walk.page.get_by_label("为什么是这一天")).to_have_value(re.compile("每月 25 日"))
    walk.type("地点", "村部二楼会议室")
    walk.type("开始", "15:00")
    walk.type("结束", "16:30")
    walk.type("带什么", "党徽、11月党费")


def add_own_matter(walk: Walk) -> None:
    above = Part(".agenda", "规定")
    expect(walk.find(above).get_by_role("textbox")).to_have_value("学习全会精神")
    expect(walk.find(above).get_by_role("button", name="删去")).to_have_count(0)
    walk.find(Part("[name=agenda_title]").last).fill("商议冬季沟渠清淤")


def offer_birthday(walk: Walk) -> Iterator[Places]:
    walk.tap(Part("label.tick", BORN))
    yield None
    expect(walk.find(Part("[name=agenda_title]", f"为 {BORN} 过政治生日"))).to_be_visible()


def see_audience(walk: Walk) -> None:
    sums = Part("section", "发给谁").part("dd")
    *parts, total = (int(number) for number in walk.find(sums).all_inner_texts())
    assert sum(parts) == total == 46


def publish(walk: Walk) -> Iterator[Places]:
    yield None
    walk.sees("通知已发布，共 46 人")
    assert walk.actions <= MOST_TO_PUBLISH


def copy_text(walk: Walk) -> Iterator[Places]:
    yield None
    text = walk.find(Part("#text-group")).inner_text()
    assert "11月25日" in text
    assert "/n/" in text
    if walk.script:
        walk.sees("已复制")
        assert walk.page.evaluate("navigator.clipboard.readText()").strip() == text.strip()
    walk.sees_heading("大喇叭")
    walk.sees_heading("张贴")


def open_phone_list(walk: Walk) -> Iterator[Places]:
    yield None
    assert [head.split()[0] for head in Part(".calls .group h2").read(walk.page)] == [
        f"第{n}党小组" for n in "一二三"
    ]


def tick_told(walk: Walk) -> Iterator[Places]:
    first = Part(".calls .line").first
    yield first
    walk.sees("已告知 09:30 周明远", first)
    walk.sees("电话已告知", Part("#progress"))


# Leave.


def go_to_answer(walk: Walk) -> Iterator[Places]:
    asked = {"reason": "family"}
    walk.site.clock[0] = DAY_BEFORE
    phone = bound_phone(walk.site, walk.site.members[ON_LEAVE])
    assert phone.ask("POST", f"gatherings/{gathering_id(walk.site)}/leave", asked).status_code == 201
    walk.come_back(DAY_BEFORE)
    yield None


def say_yes(walk: Walk) -> Iterator[Places]:
    asks = Part("#waiting .ask", ON_LEAVE)
    walk.sees("家中有事", asks)
    yield asks
    walk.sees("同意", Part("#answered .ask", ON_LEAVE))


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
    yield row(TICKED)
    walk.reads("到会", row(TICKED).part(".now"))


# Afterwards.


def open_roll(walk: Walk) -> Iterator[Places]:
    walk.come_back(AFTERWARDS)
    assert statuses(walk.site)[Status.PRESENT] == 38  # signed, of 45
    yield None
    walk.actions = 0  # from the roll's page on
    yield None
    walk.counts(statuses(walk.site)[Status.UNRECORDED], Part("#lines .line"))


def settle(walk: Walk) -> Iterator[Places]:
    yield [row(name) for name in CAME]
    yield [row(name) for name in SENT_WORD]
    is_saved(walk, *CAME, *SENT_WORD)


def count_heads(walk: Walk) -> Iterator[Places]:
    walk.type("现场清点", "41")
    yield None
    walk.sees("清点 41 人，和名册相符")


def settle_rest(walk: Walk) -> Iterator[Places]:
    yield Part(".pick.all")
    if walk.script:
        unclear = Part("#sums .inner", "未查明").part("dd")
        walk.reads(str(statuses(walk.site)[Status.UNRECORDED]), unclear)


def confirm(walk: Walk) -> Iterator[Places]:
    walk.sees("45", Part("#sums .total"))
    yield None
    walk.sees("名册已确认")
    assert walk.actions <= MOST_FOR_THE_ROLL


# The record.


def write_record(walk: Walk) -> Iterator[Places]:
    walk.go_to("今天")
    yield None
    expect(walk.page.get_by_label("开始")).to_have_value("15:00")
    walk.type("主持人", "李书平")
    walk.type("记录人", "周敏")


def say_what_was_held(walk: Walk) -> Iterator[Places]:
    yield Each(Part("#items fieldset.item"))


def write_up(walk: Walk) -> Iterator[Places]:
    expect(walk.page.get_by_label("讨论要点")).to_have_value("")
    walk.type("讨论要点", SAID)
    yield None
    walk.sees(SAID)


def file_record(walk: Walk) -> Iterator[Places]:
    yield None
    walk.sees("已归档")


def relay(walk: Walk) -> Iterator[Places]:
    yield None
    if walk.script:
        yield None
        copied = walk.page.evaluate("navigator.clipboard.readText()")
        assert "应到：45" in copied
        assert SAID in copied


TABLE: dict[int, Beside] = {
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
    11: go_to_answer,
    12: say_yes,
    13: show_screen,
    14: tick_in_hall,
    15: open_roll,
    16: settle,
    17: count_heads,
    18: settle_rest,
    19: confirm,
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
        walk.follow(STEPS, TABLE)
    came = 45 - len(OPEN) - 1 + len(CAME)
    assert statuses(site) == {
        Status.PRESENT: came,
        Status.LEAVE: len(SENT_WORD) + 1,
        Status.UNCLEAR: len(UNKNOWN),
        Status.AWAY: 1,
    }
    with site.sessions() as session:
        assert session.scalars(select(Roll.heads).where(Roll.confirmed_at.is_not(None))).one() == 41
