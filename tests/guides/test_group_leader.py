"""Calls and the day in docs/党小组长一页.md, done line by line on a phone, and what one does not see."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from jobs.gatherings import open_due
from models.base import Sessions
from models.gatherings.dues_tick import DuesTick
from models.gatherings.roll import Leave, RollLine, Status
from models.people.said import Said
from tests.conftest import NOON, REDIS
from tests.finger import MENU, Part
from tests.guides.guide import Beside, Places, Walk, steps_of, walk_as
from tests.guides.test_first_theme_day import digits_of
from tests.handlers.console_site import NAMES, Site, open_site, publish_theme_day, rolls_by_org
from tests.handlers.mini_program.at_work import bound_phone

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


def row(name: str) -> Part:
    return Part("#lines .line", name)


def call(name: str) -> Part:
    return Part(".calls .line", name)


# Telephoning.


def log_in(walk: Walk) -> Iterator[Places]:
    walk.type_log_in()
    yield None
    walk.sees_heading("今天")


def open_phone_list(walk: Walk) -> Iterator[Places]:
    walk.sees("给 4 位同志打电话", Part(".owed").first)
    yield Part(".owed").first


def call_own_group(walk: Walk) -> None:
    is_own_group_alone(walk)
    walk.sees("不用手机", call(OLD))
    walk.counts(1, call(OLD).part("a[href='tel:13800000000']"))
    walk.sees("11月25日 周三 15:00 · 村部二楼会议室", Part("main"))


def tick_told(walk: Walk) -> Iterator[Places]:
    yield call(OLD)
    walk.sees("已告知 14:50 何桂芳", call(OLD))
    list_of = f"/console/gatherings/{walk.site.gathering_id}/phone-list"
    assert "已告知" in walk.site.browser("secretary").get(list_of).text


def take_back(walk: Walk) -> Iterator[Places]:
    yield call(OLD)
    walk.sees("已告知", call(OLD).part("button", "已告知"))


# Leave for somebody else.


def open_leaves(walk: Walk) -> Iterator[Places]:
    yield None
    yield MENU
    is_own_group_alone(walk)


def file_leave(walk: Walk) -> Iterator[Places]:
    yield None
    form = Part("#leave")
    walk.choose("哪位同志", ON_LEAVE, form)
    walk.choose("事由", "身体不适", form)
    walk.choose("本人怎么说的", "电话", form)
    yield form
    walk.sees("等书记答复", Part("#waiting .ask", ON_LEAVE))


def tell_answer(walk: Walk) -> Iterator[Places]:
    member, secretary = walk.site.members[ON_LEAVE], walk.site.browser("secretary")
    answer = f"/console/leaves/{walk.site.gathering_id}/{member.id}/answer"
    assert secretary.post(answer, {"say": "yes"}).status_code == 303
    walk.page.reload()
    asked = Part("#answered .ask", ON_LEAVE)
    walk.sees("同意", asked)
    yield asked
    walk.choose("怎么告诉的", "电话", asked)
    yield asked
    walk.sees("电话告诉了本人", asked)


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
    walk.reads("到会", row(SCANNED).part(".now"))
    walk.reads("请假", row(ON_LEAVE).part(".now"))


def tick(walk: Walk) -> Iterator[Places]:
    yield [row(CAME), row(SLIPPED)]
    yield row(SENT_WORD)
    for name in (CAME, SLIPPED, SENT_WORD):
        walk.sees("已存", row(name))


def tick_dues(walk: Walk) -> Iterator[Places]:
    yield row(PAID)
    walk.counts(1, row(PAID).part(".dues[aria-pressed=true]"))


def undo(walk: Walk) -> Iterator[Places]:
    yield row(SLIPPED)
    yield row(SLIPPED)
    yield row(SLIPPED)
    expect(walk.find(row(SLIPPED))).to_contain_text("未登记")


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
