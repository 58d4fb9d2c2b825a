"""The road, walked once over HTTP and the command line: roster, notice, sign-in, confirmed roll, points.

The first test of the suite. It never looks into the database.
"""

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import xlsxwriter
import zxingcpp
from PIL import Image

from tests.conftest import APP, OWNER, REDIS, url
from tests.plain_browser import PlainBrowser
from tests.running import Running, until

pytestmark = pytest.mark.processes

ACCOUNT, MINI = "wxdemooa00000001", "wxdemomini000001"
SCHEMES = Path(__file__).parents[1] / "models" / "points" / "schemes"
BEFORE = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)  # Wednesday, ten in the morning in Shanghai
HALL = datetime(2026, 11, 25, 6, 45, tzinfo=UTC)  # 14:45, a quarter of an hour before the meeting
AFTER = datetime(2026, 11, 25, 8, 40, tzinfo=UTC)

TREE = [
    ("ZONE", "青山示范区党工委", "党工委", "", 25),
    ("TOWN", "河东镇党委", "党委", "ZONE", ""),
    ("A", "云溪村党支部", "党支部", "TOWN", ""),
    ("B", "石桥村党支部", "党支部", "TOWN", ""),
    ("QS01", "青石村党支部", "党支部", "TOWN", ""),
    ("HX01", "河西村党支部", "党支部", "TOWN", ""),
]
PEOPLE = [
    ("云溪村党支部", "王建国", "13800000001", "第一党小组", "正式党员", "1986-07-01", ""),
    ("云溪村党支部", "张建国", "13800000002", "第一党小组", "正式党员", "1998-05-04", ""),
    ("云溪村党支部", "张建国", "13800000003", "第二党小组", "正式党员", "2011-06-20", ""),
    ("云溪村党支部", "何桂芳", "", "第二党小组", "正式党员", "1979-03-08", "是"),
    ("云溪村党支部", "许志远", "13800000005", "第二党小组", "预备党员", "2026-01-12", ""),
    ("石桥村党支部", "丁立民", "13800000006", "", "正式党员", "2004-09-01", ""),
    ("石桥村党支部", "杨雪梅", "13800000007", "", "正式党员", "2015-07-01", ""),
]


@pytest.fixture
def zone(tmp_path: Path, database: str) -> Any:
    """The processes of one installation on an empty database, a week before the theme day."""
    running = Running(
        tmp_path,
        database=url(APP, database),
        owner=url(OWNER, database),
        redis=os.environ[REDIS],
        at=BEFORE,
    )
    yield running
    running.stop()


def workbook(path: Path, head: list[str], rows: list[Any]) -> str:
    """Write an .xlsx with a library that is not the reader's."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for at, row in enumerate([head, *rows]):
        sheet.write_row(at, 0, row)
    book.close()
    return str(path)


def test_the_road(zone: Running, tmp_path: Path) -> None:
    zone.command("migrate")
    import_people(zone, tmp_path)
    zone.start_simulator()
    passwords = open_console(zone)
    yunxi, shiqiao = log_in(zone, "yunxi", passwords), log_in(zone, "shiqiao", passwords)
    slips = print_slips(yunxi, 5) | print_slips(shiqiao, 2)
    follow(zone, slips)
    phones = bind_phones(zone, slips)
    gathering = publish(zone, yunxi)
    each_message_arrives_once(zone, gathering, yunxi)
    chat_answers(zone)  # in safe mode, as config.toml says

    zone.set_chat_mode(safe=False)
    zone.jump(HALL)
    chat_answers(zone)
    yunxi, shiqiao = log_in(zone, "yunxi", passwords), log_in(zone, "shiqiao", passwords)
    sign_in_every_way(zone, gathering, yunxi, slips, phones)
    other_branch_signs_by_chat(zone, gathering, yunxi, slips)

    zone.set_chat_mode(safe=True)
    zone.jump(AFTER)
    yunxi, shiqiao = log_in(zone, "yunxi", passwords), log_in(zone, "shiqiao", passwords)
    confirm(yunxi, gathering, by_hand="何桂芳", rest="张建国")
    confirm(shiqiao, gathering, by_hand="丁立民", rest="杨雪梅")
    points_are_explained(zone, yunxi, phones)
    amend(yunxi, gathering, phones["王建国"])

    log = zone.logs()
    assert not re.search(r"1380000000\d|o_王建国|m_王建国", log), "somebody's number or openid in the log"
    assert "Traceback" not in log, log


def import_people(zone: Running, folder: Path) -> None:
    """2. Orgs and roster: dry run, every bad row with its reason, for good, and nothing the second time."""
    orgs = workbook(folder / "orgs.xlsx", ["代码", "名称", "类型", "上级代码", "主题党日"], TREE)
    head = ["支部", "姓名", "手机号", "党小组", "党员身份", "入党时间", "不用手机"]
    bad = workbook(
        folder / "bad.xlsx", head,
        [
            PEOPLE[0],
            ("没有的支部", "李四", "123", "", "群众", "昨天", ""),
            ("云溪村党支部", "", "", "", "", "", ""),
        ],
    )  # fmt: skip
    good = workbook(folder / "roster.xlsx", head, PEOPLE)
    assert "试运行" in zone.command("import-orgs", orgs, "--dry-run")
    assert "新增 6" in zone.command("import-orgs", orgs)
    assert "新增 0" in zone.command("import-orgs", orgs)
    said = zone.command("import-roster", bad, fails=True)
    assert all(word in said for word in ("第 3 行", "第 4 行", "支部", "手机号", "入党时间")), said
    assert "试运行" in zone.command("import-roster", good, "--dry-run")
    assert "新增 7" in zone.command("import-roster", good)
    again = zone.command("import-roster", good)
    assert "新增 0" in again
    assert "更新 0" in again
    libre_office = str(Path(__file__).parent / "fixtures" / "roster-saved-by-libreoffice.xlsx")
    assert "新增 7" in zone.command("import-roster", libre_office)
    assert "新增 0 行，更新 0 行" in zone.command("import-roster", libre_office)
    zone.command("scheme", "publish", str(SCHEMES / "ATTEND.json"), "--org", "A")
    zone.command("scheme", "publish", str(SCHEMES / "DEMO.json"), "--org", "B")


def open_console(zone: Running) -> dict[str, str]:
    """The first officer comes from the command line; the officer gives posts in the console."""
    said = zone.command("create-admin", "--login", "officer", "--name", "周明远", "--org", "ZONE")
    first = re.search(r"初始密码 (\S+?)，", said)
    assert first, said
    zone.start(jobs=False)
    passwords = {"officer": first[1]}
    officer = log_in(zone, "officer", passwords)
    for login, name, org in (("yunxi", "周秀英", "云溪村党支部"), ("shiqiao", "丁立民", "石桥村党支部")):
        page = officer.open("/console/accounts")
        page = page.press("设账号", 姓名=name, 登录名=login, 组织=org, 岗位="支部书记")
        shown = re.search(r'class="password">([^<]+)<', page.html)
        assert shown, page.words
        passwords[login] = shown[1].strip()
    return passwords


def log_in(zone: Running, login: str, passwords: dict[str, str]) -> PlainBrowser:
    """Log in; a first password is changed at once, as the console asks."""
    browser = PlainBrowser(zone.web)
    page = browser.open("/console/").press("登录", 登录名=login, 密码=passwords[login])
    if "初始密码" in page.words:
        new = f"qing-shan-{len(passwords)}-lv-shui"
        page = page.press("换成新密码", 初始密码=passwords[login], 新密码=new, 新密码再输一次=new)
        passwords[login] = new
        if "退出" not in page.words:
            page = browser.open("/console/").press("登录", 登录名=login, 密码=new)
    assert "退出" in page.words, page.words
    browser.password = passwords[login]
    return browser


def print_slips(secretary: PlainBrowser, number: int) -> dict[str, str]:
    """3. The secretary prints slips; the codes stand on that one page only."""
    page = secretary.open("/console/slips")
    page = page.follow("选中还没有绑定条的")
    printed = page.press("打印绑定条", 您的密码=secretary.password)
    people = re.findall(r'class="whose"><b>([^<]+)</b>.*?class="code">([^<]+)<', printed.html, re.DOTALL)
    assert len(people) == number, printed.words
    slips: dict[str, str] = {}
    for name, code in people:
        slips[name if name not in slips else f"{name}2"] = code.strip()
    assert all(re.fullmatch(r"\d{4} \d{4} \d{4}", code) for code in slips.values()), slips
    assert not set(slips.values()) & set(re.findall(r"\d{4} \d{4} \d{4}", page.words))
    return slips


def follow(zone: Running, slips: dict[str, str]) -> None:
    """Followers type `绑定 CODE` in the account's chat; a stranger and a forged code get polite answers."""
    zone.sim("POST", "follow", appid=ACCOUNT, openid="o_stranger")
    for name in ("王建国", "许志远"):
        openid = f"o_{name}"
        zone.sim("POST", "follow", appid=ACCOUNT, openid=openid)
        assert name in say(zone, openid, f"绑定 {slips[name]}")
    wrong = slips["王建国"][:-1] + str((int(slips["王建国"][-1]) + 1) % 10)
    assert "有一位" in say(zone, "o_stranger", f"绑定 {wrong}")
    assert "绑定" in say(zone, "o_stranger", "积分")


def say(zone: Running, openid: str, text: str) -> str:
    """Type in the account's chat; return the reply, which must come in the first try."""
    answer = zone.sim("POST", "say", appid=ACCOUNT, openid=openid, text=text)
    assert answer["verdict"] in ("reply", "ok"), answer
    assert answer["tries"] == 1, answer
    return "\n".join(reply["content"] for reply in answer["replies"])


class Phone:
    """One member's phone with the mini-program: logs in by wx.login and calls the API."""

    def __init__(self, zone: Running, openid: str, scan: str | None = None) -> None:
        self.zone, self.openid = zone, openid
        self.session = self.renew(scan)

    def renew(self, scan: str | None = None) -> dict[str, Any]:
        code = self.zone.sim("POST", "login-code", appid=MINI, openid=self.openid)["code"]
        body = {"code": code} | ({"scan": scan} if scan else {})
        self.session = self.call("POST", "session", body, expect=201)
        return self.session

    def call(self, method: str, path: str, body: Any = None, *, expect: int) -> Any:
        headers = {"Authorization": f"Bearer {self.session['token']}"} if hasattr(self, "session") else {}
        answer = requests.request(
            method, f"{self.zone.web}/api/v1/{path}", json=body, headers=headers, timeout=20
        )
        assert answer.status_code == expect, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None


def bind_phones(zone: Running, slips: dict[str, str]) -> dict[str, Phone]:
    """A phone binds in two steps; the first shows a masked name and uses nothing."""
    phones = {}
    for name in ("王建国", "张建国"):
        phone = Phone(zone, f"m_{name}")
        assert phone.session["bound"] is False
        assert phone.call("GET", "me/points", expect=403)["error"]["code"] == "not_bound"
        seen = phone.call("POST", "binding", {"bind_code": slips[name]}, expect=200)
        assert (seen["name"], seen["branch"]) == (f"{name[0]}*国", "云溪村党支部")
        assert phone.call("POST", "binding", {"bind_code": slips[name], "confirm": True}, expect=201)["bound"]
        used = Phone(zone, f"m_other_{name}").call("POST", "binding", {"bind_code": slips[name]}, expect=409)
        assert used["error"]["code"] == "bind_code_used"
        phones[name] = phone
    return phones


def publish(zone: Running, secretary: PlainBrowser) -> int:
    """4. Draft with the proposed date and its reason, see the audience by channel, publish to all seven."""
    page = secretary.open("/console/gatherings").follow("起草")
    assert 'value="2026-11-25"' in page.html
    assert "每月 25 日" in page.html
    page = page.press(
        "存草稿",
        主题="学习粮食安全文件，商议冬季沟渠清淤",
        地点="村委会二楼会议室",
        石桥村党支部=["石桥村党支部"],
    )
    assert "发布给 7 人" in page.words, page.words
    assert re.search(r"公众号消息 2\b", page.words), page.words
    assert re.search(r"要打电话 5\b", page.words), page.words
    page = page.press("发布给 7 人")
    found = re.search(r"/console/gatherings/(\d+)", page.url)
    assert found, page.url
    return int(found[1])


def each_message_arrives_once(zone: Running, gathering: int, secretary: PlainBrowser) -> None:
    """The jobs process sends; each inbox shows one; events close them; the rest are telephoned."""
    zone.start_jobs()
    address = f"/console/gatherings/{gathering}"
    until(lambda: re.search(r"已送达 2\b", secretary.open(address).words))
    items = zone.sim("GET", "messages", appid=ACCOUNT)["items"]
    assert sorted(item["openid"] for item in items) == ["o_王建国", "o_许志远"]
    assert all("村委会二楼会议室" in str(item["data"]) for item in items), items
    page = secretary.open(address).follow("位同志打电话")
    assert "何桂芳" in page.words
    assert "138 0000 0002" in page.words, "the branch's own secretary may call"
    page = page.press("已告知", near="何桂芳")
    assert re.search(r"还要打 2\b", secretary.open(page.url).words), page.words
    sums = [
        int(number) for number in re.findall(r"<dt>[^<]+</dt><dd>(\d+)</dd>", secretary.open(address).html)
    ]
    assert 7 in sums


def chat_answers(zone: Running) -> None:
    """7. 帮助, 主题党日, 积分: answered within the request, to a member and to a stranger, in either mode."""
    assert "签到" in say(zone, "o_王建国", "帮助")
    assert "村委会二楼会议室" in say(zone, "o_王建国", "主题党日")
    assert "0" in say(zone, "o_王建国", "积分")
    assert "村委会" not in say(zone, "o_stranger", "主题党日")
    assert "绑定" in say(zone, "o_stranger", "积分")


def projected(secretary: PlainBrowser, gathering: int) -> dict[str, Any]:
    """Return what the hall's screen shows, its picture decoded; the screen holds no names."""
    page = secretary.open(f"/console/gatherings/{gathering}/projector")
    assert page.status == 200
    shown = secretary.http.get(f"{secretary.base}/console/gatherings/{gathering}/projector/code", timeout=20)
    assert not any(name in shown.text for name in ("建国", "桂芳", "志远", "立民", "雪梅"))
    screen: dict[str, Any] = shown.json()
    address = read_picture(screen["picture"])
    assert address.startswith(f"{secretary.base}/c/")
    return screen | {"token": address.rsplit("/", 1)[1]}


def read_picture(svg: str) -> str:
    """Decode the QR code of an SVG: its one path is drawn in rows of unit squares."""
    box = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg)
    path = re.search(r'<path[^>]* d="([^"]+)"', svg)
    assert box, svg[:200]
    assert path, svg[:200]
    size, scale = int(box[1]), 4
    image = Image.new("L", (size * scale, size * scale), 255)
    x, y = 0.0, 0.0
    for verb, numbers in re.findall(r"([MmhH])([-0-9. ]*)", path[1]):
        values = [float(number) for number in re.findall(r"-?[0-9.]+", numbers)]
        if verb == "M":
            x, y = values
        elif verb == "m":
            x, y = x + values[0], y + values[1]
        else:
            for dx in range(int(values[0])):
                left, top = int(x + dx) * scale, int(y) * scale
                image.paste(0, (left, top, left + scale, top + scale))
            x += values[0]
    (code,) = zxingcpp.read_barcodes(image)
    return str(code.text)


def sign_in_every_way(
    zone: Running, gathering: int, secretary: PlainBrowser, slips: dict[str, str], phones: dict[str, "Phone"]
) -> None:
    """5. QR token, ticket after a late binding, digits, chat, and a tick by hand; two branches, two rolls."""
    for phone in phones.values():
        phone.renew()
    screen_address = f"{zone.web}/console/gatherings/{gathering}/projector/code"
    assert requests.get(screen_address, timeout=20).status_code == 401
    screen = projected(secretary, gathering)
    token = {"token": screen["token"]}
    first = phones["王建国"].call("POST", "check-ins", token, expect=201)
    assert first["status"] == "present"
    assert phones["王建国"].call("POST", "check-ins", token, expect=200) == first
    late = Phone(zone, "m_许志远", scan=screen["token"])
    assert late.call("POST", "check-ins", token, expect=403)["error"]["code"] == "not_bound"
    late.call("POST", "binding", {"bind_code": slips["许志远"], "confirm": True}, expect=201)
    ticket = late.session["ticket"]
    assert late.call("POST", "check-ins", {"ticket": ticket}, expect=201)["gathering_id"] == gathering
    typed = {"gathering_id": gathering, "code": screen["digits"]}
    assert phones["张建国"].call("POST", "check-ins", typed, expect=201)["status"] == "present"
    # By chat: already signed in by phone, so the same answer, and a wrong number is told so.
    assert "签到" in say(zone, "o_王建国", f"签到 {screen['digits']}")


def other_branch_signs_by_chat(
    zone: Running, gathering: int, secretary: PlainBrowser, slips: dict[str, str]
) -> None:
    """A member of the second branch binds in the chat and signs in by the digits of the shared screen."""
    zone.sim("POST", "follow", appid=ACCOUNT, openid="o_丁立民")
    assert "丁立民" in say(zone, "o_丁立民", f"绑定 {slips['丁立民']}")
    digits = projected(secretary, gathering)["digits"]
    assert "签到" in say(zone, "o_丁立民", f"签到{digits[:3]} {digits[3:]}")


def confirm(secretary: PlainBrowser, gathering: int, *, by_hand: str, rest: str) -> None:
    """6. A tick by hand for the member without a phone, heads counted, the rest settled, confirmed once."""
    roll = secretary.open(f"/console/gatherings/{gathering}").follow("打开名册")
    roll.press("到会", near=by_hand)
    page = secretary.open(roll.url).press("去确认名册", 现场清点="4")
    assert rest in page.words, page.words
    done = page.press("确认名册", 未查明="未查明")
    assert "名册已确认" in done.words, done.words
    again = page.press("确认名册")
    assert "已经确认" in again.words or "名册已确认" in again.words, again.words


def points_are_explained(zone: Running, secretary: PlainBrowser, phones: dict[str, "Phone"]) -> None:
    """The member reads every number; the page shows the same for the member without a phone."""
    mine = phones["王建国"].call("GET", "me/points", expect=200)
    (entry,) = mine["entries"]
    assert (entry["points"], entry["counted"]) == ("1.0", "1.0")
    assert "周秀英" in entry["by"]
    assert mine["total"] == "1.0"
    assert mine["parts"][0]["subtotal"] == "1.0"
    paper = secretary.open("/console/members").follow("看积分：何桂芳")
    assert "1.0" in paper.words
    assert entry["title"] in paper.words
    assert "周秀英" in paper.words
    assert "【" in say(zone, "o_王建国", "积分")


def amend(secretary: PlainBrowser, gathering: int, phone: "Phone") -> None:
    """8. An amendment reverses and reposts: three lines that explain each other, and the total follows."""
    roll = secretary.open(f"/console/gatherings/{gathering}").follow("打开名册")
    page = roll.follow("更正名册").press("更正名册", 王建国="改为请假", 原因="当天公出，支委会已同意")
    assert "第 2 版" in page.words, page.words
    mine = phone.call("GET", "me/points", expect=200)
    assert mine["total"] == "0.0"
    assert [entry["points"] for entry in mine["entries"]] == ["-1.0", "1.0"]
    assert mine["entries"][0]["reverses"] == mine["entries"][1]["id"]
    page = secretary.open(roll.url).follow("更正名册")
    page.press("更正名册", 王建国="改为到会", 原因="核对后确实到会")
    assert phone.call("GET", "me/points", expect=200)["total"] == "1.0"
