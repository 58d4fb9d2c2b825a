"""Each refusal that no other test brings about by its code: where it comes from and what the person reads."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from handlers.command_line import commands
from handlers.desk import Desk
from models.notices.audience import Channels
from models.people.account import Account
from models.points.schemes.published import publish_scheme
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import KEYRING
from tests.handlers.asking import asked
from tests.handlers.world import MINI, OA, PASSWORD, World, open_world

ROLL = "POST /console/rolls/<int:roll_id>"
GATHERING = "POST /console/gatherings/<int:gathering_id>"
ACCOUNTS = "POST /console/accounts"
BINDING = "POST /api/v1/binding"
ITEMS = "POST /console/required-items"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for all refusals; what led to each is undone."""
    with open_world() as world:
        yield world


class Case(NamedTuple):
    """What is sent, by whom, about which row; the status; what the person reads."""

    code: str
    who: str
    route: str
    row: str
    fields: dict[str, Any]
    status: int
    words: str


PLAN = {
    "title": "十二月主题党日", "day": "2026-12-25", "start": "15:00", "end": "16:30", "place": "村部",
    "period": "2026-12",
}  # fmt: skip
UNCHANGED = {
    "day": "2026-11-25", "start": "15:00", "end": "17:00", "place": "村部二楼会议室",
    "agenda_kind": "study", "agenda_title": "学习文件",
}  # fmt: skip
NEW = {"old": PASSWORD, "new": "short", "again": "short"}
CASES = [
    Case("bad_plan", "secretary", "POST /console/gatherings", "own", {"title": ""}, 400, "请写主题"),
    Case("bad_plan", "secretary", "POST /console/gatherings", "own", {"day": "0001-01-01"}, 400, "请写日期"),
    Case("theme_day_taken", "secretary", "POST /console/gatherings", "own",
         {"period": "2026-12", "day": "2026-12-28"}, 400, "这个月已经有了"),
    Case("not_a_draft", "secretary", GATHERING, "own", PLAN, 409, "已经发布，不能再改草稿"),
    Case("audience_changed", "secretary", f"{GATHERING}/publication draft", "own",
         {"people": "99"}, 409, "和刚才不一样"),
    Case("nothing_changed", "secretary", f"{GATHERING}/change", "own", UNCHANGED, 400, "没有改动"),
    Case("bad_plan", "secretary", f"{GATHERING}/change", "own", {"place": ""}, 400, "请写地点"),
    Case("nothing_held", "town", f"{GATHERING}/night-override", "own", {}, 409, "没有等到早上才发的消息"),
    Case("bad_item", "town", ITEMS, "parent", {"title": " "}, 400, "请写内容"),
    Case("bad_item", "town", ITEMS, "parent", {"kind": "x"}, 400, "请选一个类别"),
    Case("not_published", "secretary", f"{GATHERING}/opening draft", "own", {}, 409, "还没有发布"),
    Case("not_open", "secretary", f"{GATHERING}/closing draft", "own", {}, 409, "现在没有开放签到"),
    Case("bad_heads", "secretary", f"{ROLL}/heads", "own", {"heads": "许多"}, 400, "人数请写"),
    Case("not_on_roll", "secretary", f"{ROLL}/marks", "own", {"m-999999": "present"}, 404, "名册上没有"),
    Case("status_not_by_hand", "secretary", f"{ROLL}/marks", "own", {"m-1": "here"}, 400, "不能手工登记"),
    Case("not_yours", "clerk", f"{GATHERING}/closing", "own", {}, 403, "要有相应的职务"),
    Case("bad_login", "town", ACCOUNTS, "own", {"login": "陈丽"}, 400, "登录名用小写字母"),
    Case("login_taken", "town", ACCOUNTS, "own", {"login": "clerk"}, 400, "已经有人用了"),
    Case("name_missing", "town", ACCOUNTS, "own", {"name": ""}, 400, "请写姓名"),
    Case("role_not_here", "town", ACCOUNTS, "own", {"role": "zone_officer"}, 400, "这个岗位不在这个组织"),
    Case("password_wrong", "town", ACCOUNTS, "own", {"password": "no"}, 400, "密码不对"),
    Case("password_wrong", "secretary", "POST /console/password", "-", NEW | {"old": "x"}, 400, "原密码"),
    Case("password_weak", "secretary", "POST /console/password", "-", NEW, 400, "新密码至少"),
    Case("login_wrong", "anonymous", "POST /console/login", "-", {"password": "no"}, 401, "登录名或密码不对"),
    Case("code_mistyped", "stranger", BINDING, "own", {"bind_code": "123456789015"}, 400, "这次不算次数"),
    Case("bind_code_wrong", "stranger", BINDING, "missing", {}, 400, "没有这张纸条"),
    Case("already_bound", "member", BINDING, "same", {}, 409, "已经绑定了另一位同志"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code} {case.route}")
def test_refusal_has_its_status_and_says_what_to_do(world: World, case: Case) -> None:
    with asked(world, case.route, case.row, case.who, **case.fields) as answer:
        assert answer.status_code == case.status
        assert case.words in answer.text
        if answer.is_json:
            assert json.loads(answer.text)["error"]["code"] == case.code


def test_act_with_passwords_asks_for_ones_own_after_ten_minutes(world: World) -> None:
    later = NOON.replace(hour=7, minute=1)
    with world.rolled_back(clock=lambda: later), asked(world, ACCOUNTS, "own", "town") as answer:
        # password_needed
        assert (answer.status_code, "请再输一次您的密码" in answer.text) == (400, True)


def test_first_password_opens_nothing_but_its_change(world: World) -> None:
    with world.rolled_back() as connection:
        with world.on(connection).begin() as session:
            session.query(Account).filter_by(login="secretary").update({"must_change": True})
        client = world.app.test_client()
        client.set_cookie("console", world.sessions["secretary"])
        # must_change_password
        assert [client.get(f"/console/{page}").status_code for page in ("", "members", "password")] == [
            403, 403, 200,
        ]  # fmt: skip


def test_published_version_of_a_scheme_is_never_published_again(world: World) -> None:
    text = files("models.points.schemes").joinpath("ATTEND.json").read_text("utf-8")
    with world.rolled_back() as connection, world.on(connection)() as session:
        with pytest.raises(Refused) as refused:
            publish_scheme(session, text, issuer=world.orgs["zone"], by=None, now=NOON)
        assert refused.value.code == "scheme_version_taken"


def test_demonstration_is_never_loaded_in_production(world: World) -> None:
    desk = Desk(
        world.app.parts.sessions,
        KEYRING,
        lambda: NOON,
        Channels(OA, MINI, None),
        production=True,
        demo_password="x",
    )
    ended = CliRunner().invoke(commands, ["demo"], obj=lambda: desk)
    assert isinstance(ended.exception, Refused)
    assert ended.exception.code == "in_production"


ODD = [
    ("secretary", "POST /console/gatherings", "own", {"title": "十二月\0"}),
    ("secretary", "POST /console/gatherings", "own", {"partners": "9" * 17}),
    ("secretary", "POST /console/gatherings", "own", {"leave_until": "0001-01-01T00:00"}),
    ("secretary", "POST /console/gatherings", "own", {"day": "9999-12-31"}),
    ("secretary", f"{GATHERING}/cancellation", "own", {"reason": "大雪\0"}),
    ("secretary", f"{GATHERING}/change", "own", {"reason": "停电\0"}),
    ("secretary", f"{GATHERING}/change", "own", {"agenda_title": "学习\0", "agenda_required": "²"}),
    ("secretary", f"{GATHERING} draft", "own", {"birthdays": ["²", "9" * 17], "period": "²"}),
    ("town", f"{GATHERING}/night-override", "own", {"reason": "急\0" * 101}),
    ("town", ITEMS, "parent", {"title": "学习\0"}),
    ("town", ITEMS, "parent", {"period": "9" * 30, "org": "²"}),
    ("town", f"POST /console/required-items/{'9' * 17}/withdrawal", "-", {}),
    ("secretary", f"GET /console/gatherings/<int:gathering_id>/phone-list?message={'9' * 40}", "own", {}),
    ("anonymous", f"GET /n/{'9' * 5000}", "-", {}),
    ("secretary", f"{ROLL}/amendment", "own", {"reason": "看错了\0"}),
    ("secretary", f"{ROLL}/marks", "own", {f"m-{'9' * 17}": "present"}),
    ("secretary", f"{ROLL}/heads", "own", {"heads": "²"}),
    ("secretary", f"GET /console/rolls/<int:roll_id>/confirmation?m-{'9' * 5000}=present", "own", {}),
    ("secretary", f"GET /console/rolls/{'9' * 40}", "-", {}),
    ("town", ACCOUNTS, "own", {"name": "赵\0一"}),
    ("town", ACCOUNTS, "own", {"org": "²"}),
    ("anonymous", "POST /console/login", "-", {"login": "a\0b"}),
]


@pytest.mark.parametrize(("who", "route", "row", "fields"), ODD, ids=range(len(ODD)))
def test_signs_and_numbers_that_no_column_holds_are_refused_and_crash_nothing(
    world: World, who: str, route: str, row: str, fields: dict[str, Any]
) -> None:
    with asked(world, route, row, who, **fields) as answer:
        assert answer.status_code in (200, 400, 404)
        assert answer.mimetype == "text/html"
