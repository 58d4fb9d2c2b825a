"""Every page of the mini-program in the states that tell: how it is opened, as whom, and what must be seen.

`{…}` in a query is an id of the branch in full swing (rich.py). Nothing a row does may change the branch, but
for the one that signs in.
"""

import json
from collections.abc import Callable
from typing import NamedTuple

import requests
from playwright.sync_api import Browser, Route

from tests.handlers.console_site import MINI
from tests.mini_program import hall, rich
from tests.mini_program.built import SOURCE
from tests.mini_program.conftest import BASE
from tests.mini_program.phone import Phone, code_of
from tests.mini_program.rich import (
    AWAY,
    EXEMPT,
    LONG_NAME,
    MEMBER,
    OF_POINTS,
    ON_LEAVE,
    SECRETARY,
    TOLD_NO,
    WAITS,
    Rich,
)  # fmt: skip

APP = json.loads((SOURCE / "app.json").read_text("utf-8"))
PAGES = APP["pages"] + [f"{part['root']}/{page}" for part in APP["subPackages"] for page in part["pages"]]
Before = Callable[[Phone, Rich], None]
FORGET = "Object.keys(localStorage).filter(one => /^mp:m/.test(one)).forEach(one => delete localStorage[one])"
AT_WORK = "at work"  # the secretary's phone after the eight digits
ROLL_NAME = "赵大有"


class Row(NamedTuple):
    """A page in one state. `who` is a member, AT_WORK, or None for somebody on no roster.

    `before` is what is done until the state is there.
    """

    name: str
    page: str
    who: str | None
    sees: str
    query: str = ""
    before: Before | None = None

    @property
    def path(self) -> str:
        """Where it is."""
        folder, _, name = self.page.rpartition("/")
        return f"{folder or 'pages'}/{name}/{name}"


def asked_to_unbind(phone: Phone, _: Rich) -> None:
    """Go as far as the question before the binding ends."""
    phone.see("青石村党支部")
    phone.tap("解除绑定")


def taps(*names: str) -> Before:
    """Return what taps these, one after the other."""

    def tap(phone: Phone, _: Rich) -> None:
        for name in names:
            phone.tap(name)

    return tap


def without_network(phone: Phone, _: Rich) -> None:
    """Open the page once more where there is no network."""
    phone.see("12月主题党日")
    phone.offline()
    phone.pull_down()


def failed(phone: Phone, _: Rich) -> None:
    """Open the page where there is no network, and nothing kept of an earlier look."""
    phone.see("加起来")
    phone.page.evaluate(FORGET)
    phone.offline()
    phone.open("pages/points/points")


def looked_at_the_slip(phone: Phone, full: Rich) -> None:
    """Type a slip's digits and go on to whose they are."""
    phone.type("纸条上的 12 位数字", hall.slip(full.zone, WAITS))
    phone.tap("下一步")


def signed_in(phone: Phone, full: Rich) -> None:
    """Scan the hall's code."""
    phone.scan(hall.picture(full.zone, full.ids["theme"]))
    phone.tap("扫一扫签到")


def scanned_something_else(phone: Phone, _: Rich) -> None:
    """Scan a code that is not for signing in."""
    phone.scan("https://example.com/a")
    phone.tap("扫一扫签到")


def signed_without_network(phone: Phone, full: Rich) -> None:
    """Scan where there is no network, and try once more."""
    phone.see("扫一扫签到")
    phone.offline()
    signed_in(phone, full)
    phone.see("没有收到结果")
    phone.tap("重试")


def filled_in_a_deed(phone: Phone, _: Rich) -> None:
    """Fill in a deed as far as its last field."""
    phone.tap("志愿服务")
    phone.pick("哪一天 选日期", "2026-12-12")
    phone.type("做了什么", "和第二党小组一起清扫村口到学校的路，帮两户老人家搬煤，下午回来整理器具登记入库")


def wrote_without_network(phone: Phone, _: Rich) -> None:
    """Write an objection and send it where there is no network."""
    phone.type("哪里不对", rich.SAID)
    phone.offline()
    phone.tap("提交异议")


def ticked_without_network(phone: Phone, _: Rich) -> None:
    """Tick somebody where there is no network."""
    phone.offline()
    phone.tap(f"{ROLL_NAME} 到会")


def chose_the_rest(phone: Phone, _: Rich) -> None:
    """Say what becomes of who is not recorded, and count heads."""
    phone.tap("未查明")
    phone.type("现场清点，屋里几个人", "19")


def typed_some(phone: Phone, _: Rich) -> None:
    """Type six of the eight digits."""
    phone.type("八位数字", "551820")


ROWS = (
    Row("home", "home", MEMBER, "12月主题党日"),
    Row("home-secretary", "home", SECRETARY, "发通知、出示签到码、打勾、确认"),
    Row("home-away", "home", AWAY, "您已报备外出，这次不要求您到会。"),
    Row("home-exempt", "home", EXEMPT, "这次不要求您到会。"),
    Row("home-stranger", "home", None, "供青山示范区各支部党员使用"),
    Row("home-offline", "home", MEMBER, "没有网不能用手机签到", before=without_network),
    Row("binding", "binding", None, "还差 12 位"),
    Row("binding-whose", "binding", None, "葛*兰", before=looked_at_the_slip),
    Row("check-in", "check-in", MEMBER, "扫一扫签到"),
    Row("check-in-digits", "check-in", MEMBER, "改用扫一扫", before=taps("输入数字签到")),
    Row("check-in-done", "check-in", OF_POINTS, "签", before=signed_in),
    Row("check-in-other", "check-in", MEMBER, "这个码不是签到用的。", before=scanned_something_else),
    Row("check-in-offline", "check-in", MEMBER, "还是没有网络", before=signed_without_network),
    Row("gatherings", "gatherings", MEMBER, "接下来"),
    Row("notices", "notices", MEMBER, "读过"),
    Row("me", "me", SECRETARY, "发通知、出示签到码"),
    Row("me-unbind", "me", MEMBER, "解除绑定？", before=asked_to_unbind),
    Row("me-stranger", "me", None, "绑定我的身份"),
    Row("article", "article", None, "清通以后的东渠", "id={article}"),
    Row("articles", "articles", None, "把会开到地头"),
    Row("away", "away", MEMBER, "还没选哪天走"),
    Row("away-reported", "away", ON_LEAVE, "报备已提交"),
    Row("away-now", "away", AWAY, "您已报备外出"),
    Row("branch", "work/day", AT_WORK, "结束支部工作"),
    Row("branch-digits", "work/day", SECRETARY, "还差 2 位", before=typed_some),
    Row("branch-confirm", "work/confirm", AT_WORK, "确认名册", "roll={roll}", chose_the_rest),
    Row("branch-draft", "work/draft", AT_WORK, "发布并通知", "id={draft}"),
    Row("branch-draft-agenda", "work/draft", AT_WORK, "加一项", "id={draft}", taps("议程")),
    Row("branch-hall", "work/hall", AT_WORK, "六位数字", "id={theme}"),
    Row("branch-leaves", "work/leaves", AT_WORK, "接孙子放学"),
    Row("branch-leaves-no", "work/leaves", AT_WORK, "答复不同意", "", taps(f"不同意 {ON_LEAVE}")),
    Row("branch-phone-list", "work/phone-list", AT_WORK, "用途", "id={theme}"),
    Row("branch-roll", "work/roll", AT_WORK, "应到", "roll={roll}"),
    Row("branch-roll-other", "work/roll", AT_WORK, "不改了", "roll={roll}", taps(f"{LONG_NAME} 其他")),
    Row("branch-roll-unsaved", "work/roll", AT_WORK, "再存一次", "roll={roll}", ticked_without_network),
    Row("branch-texts", "work/texts", AT_WORK, "公示栏", "id={next}"),
    Row("complaint", "complaint", MEMBER, "您说得对"),
    Row("correction", "correction", MEMBER, "哪一处不对"),
    Row("declaration", "declaration", MEMBER, "申报已提交", "id={declaration_submitted}"),
    Row("declaration-refused", "declaration", MEMBER, "没有同意", "id={declaration_rejected}"),
    Row("declaration-counted", "declaration", MEMBER, "已经记分", "id={declaration_approved}"),
    Row("declare", "declare", MEMBER, "领办实事"),
    Row("declare-filled", "declare", MEMBER, "提交申报", "", filled_in_a_deed),
    Row("entries", "entries", OF_POINTS, "清扫村道"),
    Row("entries-objected", "entries", MEMBER, "主题党日缺席"),
    Row("gathering", "gathering", MEMBER, "商议冬季沟渠清淤", "id={theme}"),
    Row("gathering-next", "gathering", MEMBER, "交纳党费", "id={next}"),
    Row("gathering-past", "gathering", MEMBER, "名册已确认", "id={past_10}"),
    Row("guides", "guides", None, "转", "", taps("组织关系转接")),
    Row("help", "help", None, "怎"),
    Row("host-attendance", "host-attendance", AWAY, "等支部答复"),
    Row("leave", "leave", MEMBER, "请先选一个原因", "id={next}"),
    Row("leave-asked", "leave", ON_LEAVE, "请假已提交", "id={theme}"),
    Row("leave-refused", "leave", TOLD_NO, "这次要表决，请尽量到会", "id={next}"),
    Row("link-code", "link-code", MEMBER, "只用一次"),
    Row("my-data", "my-data", MEMBER, "绑定"),
    Row("notice", "notice", MEMBER, "现在的安排", "id={notice_new}"),
    Row("objection", "objection", MEMBER, "提异议不影响积分和星级", "entry={entry}"),
    Row("objection-offline", "objection", MEMBER, "您写的话", "entry={entry}", wrote_without_network),
    Row("objection-answer", "objection-answer", MEMBER, "已更正", "id={objection_answered}"),
    Row("objection-open", "objection-answer", MEMBER, "撤回异议", "id={objection_open}"),
    Row("objections", "objections", MEMBER, "申报做了的事"),
    Row("points", "points", OF_POINTS, "合计", "", taps("履职 看怎么算的")),
    Row("points-failed", "points", MEMBER, "有信号了，点重试", before=failed),
    Row("privacy", "privacy", MEMBER, "有一处不对"),
    Row("star", "star", OF_POINTS, "为什么是"),
    Row("star-none", "star", WAITS, "还没有评定过星级"),
    Row("star-stranger", "star", None, "绑定以后才看得到"),
)
BY_NAME = {row.name: row for row in ROWS}


def show_picture(route: Route, address: str) -> None:
    """Answer for the demonstration's address, which nobody serves, with a picture of an article."""
    answer = requests.get(address + route.request.url.removeprefix(BASE), timeout=20)
    route.fulfill(body=answer.content, content_type="image/jpeg")


def phone_for(browser: Browser, full: Rich, row: Row) -> Phone:
    """Return the phone of who looks, not opened yet; what it kept is said to be a demonstration."""
    login = code_of(full.zone.simulator, MINI, full.zone.openid(row.who or "stranger"))
    kept = {"demonstration": True} | ({"session": full.kept(row.who)} if row.who else {})
    phone = Phone(browser, full.zone.address, login, clock=lambda: full.zone.site.now, kept=kept)
    phone.context.route(f"{BASE}/a/**", lambda route: show_picture(route, full.zone.address))
    return phone


def opened(browser: Browser, full: Rich, row: Row) -> Phone:
    """Return a phone that shows the page in its state."""
    phone = phone_for(browser, full, row).open(row.path, row.query.format(**full.ids))
    if row.before:
        row.before(phone, full)
    phone.see(row.sees)
    return phone
