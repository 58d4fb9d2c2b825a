"""Calls and the day in docs/党小组长一页.md, done line by line on a phone, and what one does not see."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, expect
from sqlalchemy import select

from jobs.gatherings import open_due
from models.base import Sessions
from models.gatherings.dues_tick import DuesTick
from models.gatherings.roll import Leave, RollLine, Status
from models.people.said import Said
from tests.conftest import NOON, REDIS
from tests.guide import Beside, Places, Walk, steps_of, walk_as
from tests.handlers.at_work import bound_phone
from tests.handlers.console_site import NAMES, Site, open_site, publish_theme_day, rolls_by_org
from tests.test_first_theme_day import digits_of

pytestmark = pytest.mark.browser

STEPS = steps_of("党小组长一页.md")
DAY_BEFORE = NOON - timedelta(days=1)
OLD, ON_LEAVE, SCANNED = "白玉珍", "孟凡林", "黄秋菊"
CAME, SENT_WORD, PAID, SLIPPED = "何桂芳", "陈春生", "方国栋", "高长山"
OWN, *OTHERS = (set(names.split()) for names in NAMES)
STRANGERS = set().union(*OTHERS) - OWN


@pytest.fixture
def site(sessions: Sessions) -> Site:
    """A branch of three groups, told of its theme day of tomorrow."""
    site = open_site(sessions, os.environ[REDIS])
    publish_theme_day(site, partners=False)
    site.clock[0] = DAY_BEFORE
    return site


def is_own_group_alone(walk: Walk) -> None:
    """Look for the name of anybody in another group, also in lists to choose from."""
    words = walk.page.content()
    assert [name for name in STRANGERS if name in words] == []


def row(walk: Walk, name: str) -> Locator:
    return walk.page.locator("#lines .line", has_text=name)


def call(walk: Walk, name: str) -> Locator:
    return walk.page.locator(".calls .line", has_text=name)


# Telephoning.


def log_in(walk: Walk) -> Iterator[Places]:
    walk.type_log_in()
    yield None
    expect(walk.page.get_by_role("heading", name="今天", exact=True)).to_be_visible()


def open_phone_list(walk: Walk) -> Iterator[Places]:
    expect(walk.page.locator(".owed").first).to_contain_text("给 4 位同志打电话")
    yield walk.page.locator(".owed").first


def call_own_group(walk: Walk) -> None:
    is_own_group_alone(walk)
    expect(call(walk, OLD)).to_contain_text("不用手机")
    expect(call(walk, OLD).get_by_role("link")).to_have_attribute("href", "tel:13800000000")
    expect(walk.page.locator("main")).to_contain_text("11月25日 周三 15:00 · 村部二楼会议室")


def tick_told(walk: Walk) -> Iterator[Places]:
    yield call(walk, OLD)
    expect(call(walk, OLD)).to_contain_text("已告知 14:50 何桂芳")
    list_of = f"/console/gatherings/{walk.site.gathering_id}/phone-list"
    assert "已告知" in walk.site.browser("secretary").get(list_of).text


def take_back(walk: Walk) -> Iterator[Places]:
    yield call(walk, OLD)
    expect(call(walk, OLD).get_by_role("button", name="已告知")).to_be_visible()


# Leave for somebody else.


def open_leaves(walk: Walk) -> Iterator[Places]:
    yield None
    yield walk.page.locator(".menu")
    is_own_group_alone(walk)


def file_leave(walk: Walk) -> Iterator[Places]:
    yield None
    form = walk.page.locator("#leave")
    walk.choose(form.get_by_label("哪位同志"), ON_LEAVE)
    walk.choose(form.get_by_label("事由"), "身体不适")
    walk.choose(form.get_by_label("本人怎么说的"), "电话")
    yield form
    expect(walk.page.locator("#waiting .ask", has_text=ON_LEAVE)).to_contain_text("等书记答复")


def tell_answer(walk: Walk) -> Iterator[Places]:
    member, secretary = walk.site.members[ON_LEAVE], walk.site.browser("secretary")
    answer = f"/console/leaves/{walk.site.gathering_id}/{member.id}/answer"
    assert secretary.post(answer, {"say": "yes"}).status_code == 303
    walk.page.reload()
    asked = walk.page.locator("#answered .ask", has_text=ON_LEAVE)
    expect(asked).to_contain_text("同意")
    yield asked
    walk.choose(asked.get_by_label("怎么告诉的"), "电话")
    yield asked
    expect(asked).to_contain_text("电话告诉了本人")


# The day.


def open_roll(walk: Walk) -> Iterator[Places]:
    assert open_due(walk.site.sessions, NOON) == 1
    walk.site.clock[0] = NOON
    code = {"gathering_id": walk.site.gathering_id, "code": digits_of(walk.site)}
    phone = bound_phone(walk.site, walk.site.members[SCANNED])
    assert phone.ask("POST", "check-ins", code).status_code == 201
    walk.come_back(NOON)
    yield None
    is_own_group_alone(walk)
    expect(row(walk, SCANNED).locator(".now")).to_have_text("到会")
    expect(row(walk, ON_LEAVE).locator(".now")).to_have_text("请假")


def tick(walk: Walk) -> Iterator[Places]:
    yield [row(walk, CAME), row(walk, SLIPPED)]
    yield row(walk, SENT_WORD)
    for name in (CAME, SLIPPED, SENT_WORD):
        expect(row(walk, name)).to_contain_text("已存")


def tick_dues(walk: Walk) -> Iterator[Places]:
    yield row(walk, PAID)
    expect(row(walk, PAID).locator(".dues")).to_have_attribute("aria-pressed", "true")


def undo(walk: Walk) -> Iterator[Places]:
    yield row(walk, SLIPPED)
    yield row(walk, SLIPPED)
    yield row(walk, SLIPPED)
    expect(row(walk, SLIPPED)).to_contain_text("未登记")


TABLE: dict[int, Beside] = {
    1: log_in,
    2: open_phone_list,
    3: call_own_group,
    4: tick_told,
    5: take_back,
    6: open_leaves,
    7: file_leave,
    8: tell_answer,
    9: open_roll,
    10: tick,
    11: tick_dues,
    12: undo,
}


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_first_part_is_true_line_by_line(site: Site, chromium: Browser, script: bool) -> None:
    with walk_as(chromium, site, "leader", script=script) as walk:
        walk.follow(STEPS[: len(TABLE)], TABLE)
    with site.sessions() as session:
        marks = {
            name: session.get_one(RollLine, (site.gathering_id, site.members[name].id)).status
            for name in (CAME, SCANNED, SENT_WORD, ON_LEAVE, SLIPPED)
        }
        leave = session.get_one(Leave, (site.gathering_id, site.members[ON_LEAVE].id))
        paid = session.scalars(select(DuesTick.member_id)).all()
    assert marks == {
        CAME: Status.PRESENT,
        SCANNED: Status.PRESENT,
        SENT_WORD: Status.LEAVE,
        ON_LEAVE: Status.LEAVE,
        SLIPPED: Status.UNRECORDED,
    }
    assert (leave.filed_how, leave.told_how) == (Said.PHONE_CALL, Said.PHONE_CALL)
    assert paid == [site.members[PAID].id]


def test_what_the_page_says_one_does_not_see_is_neither_shown_nor_answered(site: Site) -> None:
    leader, roll = site.browser("leader"), rolls_by_org(site)["home"]
    home, it = leader.get("/console/").text, leader.get(f"/console/gatherings/{site.gathering_id}").text
    for words in ("党员名册", "积分", "起草", "确认名册", "取消这次活动", *STRANGERS):
        assert words not in home
        assert words not in it
    own = site.members[OLD].id
    assert leader.get(f"/console/members/{own}/points").status_code == 403
    assert leader.get(f"/console/rolls/{roll}/confirmation").status_code == 403
    answer = f"/console/leaves/{site.gathering_id}/{own}/answer"
    assert leader.post(answer, {"say": "yes"}).status_code == 403
