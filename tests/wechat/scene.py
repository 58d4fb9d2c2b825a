"""A lively wall of the simulator's page, by its control side: what the pictures in its README show.

`python -m tests.wechat.scene` takes them anew.
"""

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import requests
from PIL import Image
from playwright.sync_api import Browser, FloatRect, Page

from tests.chromium import launched
from tests.simulated import running_simulator

CHINA = timezone(timedelta(hours=8))
PICTURES = Path(__file__).parents[2] / "simulator"
SEND = "/cgi-bin/message/template/send"
PEOPLE = {
    "o_qianyouliang": "钱有粮",
    "o_xuzhiyuan": "许志远",
    "o_yangxuemei": "杨雪梅",
    "o_stranger7": "小路",
    "o_guoailian": "郭爱莲",
    "o_dinglimin": "丁立民",
    "o_zhoushulan": "周淑兰",
    "o_hemanying": "何曼英",
}
MENU = {
    "button": [
        {"type": "click", "name": "订座", "key": "book"},
        {"type": "scancode_waitmsg", "name": "扫码取号", "key": "queue"},
        {
            "name": "我的",
            "sub_button": [
                {"type": "click", "name": "积分", "key": "points"},
                {"type": "view", "name": "帮助", "url": "https://example.cn/help"},
            ],
        },
    ]
}
REPLIES = {
    "积分": "您有 320 分，可以换一杯豆浆。",
    "points": "您有 320 分，可以换一杯豆浆。",
    "营业时间": "每天 6:30–20:00。路线看 https://example.cn/map",
    "book": "请回复：订座 人数 时间，例如“订座 4 18:30”。",
    "订座 4 18:30": "已订好：四位，今天 18:30。",
    "A-17 号桌": "取到 17 号，前面还有 3 位。",
    "subscribe": "欢迎关注！回复“营业时间”看几点开门。",
}


NEWS = {"新菜": ("酸菜鱼上桌了：三种鱼，两种辣", "https://example.cn/fish")}


class Wall:
    """A simulator with two accounts and a callback that answers as a small restaurant would."""

    def __init__(self, url: str, appid: str, mini: str) -> None:
        self.url, self.appid, self.mini, self.token = url, appid, mini, ""
        self.settings: dict[str, Any] = {
            "kind": "official",
            "appid": self.appid,
            "secret": secrets.token_hex(16),
            "original_id": f"gh_{secrets.token_hex(6)}",
            "token": secrets.token_hex(16),
            "templates": [{"id": "T1", "title": "订座提醒", "keys": ["time1", "thing2", "thing3"]}],
        }

    def order(self, what: str, **body: Any) -> Any:
        """Post to the control side, about the official account unless another is named."""
        answer = requests.post(f"{self.url}/_sim/{what}", json={"appid": self.appid} | body, timeout=20)
        answer.raise_for_status()
        return answer.json()

    def call(self, path: str, **body: Any) -> Any:
        """Call WeChat's side, with a token."""
        address = f"{self.url}{path}?access_token={self.token}"
        # As it is: a menu in which signs are escaped is refused.
        return requests.post(address, json.dumps(body, ensure_ascii=False).encode(), timeout=20).json()

    def open(self, callback_url: str) -> None:
        """Make the official account with its menu and followers."""
        self.set_clock(24, 18, 2)
        self.order("accounts", **self.settings, callback_url=callback_url)
        self.order("followers", followers=[{"openid": one, "name": name} for one, name in PEOPLE.items()])
        self.fetch_token()
        assert self.call("/cgi-bin/menu/create", **MENU)["errcode"] == 0

    def fetch_token(self) -> None:
        """Fetch a token for the calls from now on."""
        asked = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self.settings["secret"],
        }
        answer = requests.post(f"{self.url}/cgi-bin/stable_token", json=asked, timeout=5)
        self.token = answer.json()["access_token"]

    def send(self, openid: str, note: str, client_msg_id: str = "") -> Any:
        """Send a template message."""
        data = {"time1": "2026年11月25日 18:30", "thing2": "二楼靠窗四人桌", "thing3": note}
        values = {key: {"value": value} for key, value in data.items()}
        more = {"client_msg_id": client_msg_id} if client_msg_id else {}
        return self.call(
            SEND, touser=openid, template_id="T1", data=values, url="https://example.cn/a", **more
        )

    def set_clock(self, day: int, hour: int, minute: int) -> None:
        """Set the simulator's clock to a time of November 2026 in China."""
        ahead = datetime(2026, 11, day, hour, minute, 12, tzinfo=CHINA) - datetime.now(UTC)
        requests.post(f"{self.url}/_sim/clock", json={"offset_seconds": ahead.total_seconds()}, timeout=5)


class Restaurant(BaseHTTPRequestHandler):
    """Answers a push with the words for it, or with `success`."""

    def do_POST(self) -> None:
        push = ElementTree.fromstring(self.rfile.read(int(self.headers["Content-Length"])))
        told = {child.tag: child.text or "" for child in push}
        scanned = push.findtext("ScanCodeInfo/ScanResult")
        said = scanned or told.get("Content") or told.get("EventKey") or told.get("Event", "")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(_answer(said, told["FromUserName"], told["ToUserName"]).encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


def _answer(said: str, to: str, sender: str) -> str:
    """Write what WeChat takes as a reply."""
    if said in REPLIES:
        told = f"<MsgType>text</MsgType><Content>{REPLIES[said]}</Content>"
    elif said in NEWS:
        title, url = NEWS[said]
        item = f"<item><Title>{title}</Title><Description/><PicUrl/><Url>{url}</Url></item>"
        told = f"<MsgType>news</MsgType><ArticleCount>1</ArticleCount><Articles>{item}</Articles>"
    else:
        return "success"
    head = f"<ToUserName>{to}</ToUserName><FromUserName>{sender}</FromUserName><CreateTime>1</CreateTime>"
    return f"<xml>{head}{told}</xml>"


@contextmanager
def lively(url: str, appid: str, mini: str) -> Iterator[Wall]:
    """Let a restaurant and its guests live through two days on a simulator; then the clock is real again."""
    wall = Wall(url, appid, mini)
    with ThreadingHTTPServer(("127.0.0.1", 0), Restaurant) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            wall.open(f"http://127.0.0.1:{server.server_port}/wechat")
            _first_day(wall)
            wall.set_clock(25, 14, 58)
            wall.fetch_token()
            _second_day(wall)
            _mini_program(wall)
            yield wall
        finally:
            requests.delete(f"{url}/_sim/faults", timeout=5)
            requests.post(f"{url}/_sim/clock", json={"offset_seconds": 0}, timeout=5)
            server.shutdown()
            thread.join()


def _first_day(wall: Wall) -> None:
    for openid in ("o_hemanying", "o_zhoushulan", "o_yangxuemei", "o_xuzhiyuan", "o_qianyouliang"):
        wall.send(openid, "请提前十分钟到店")
    wall.order("unfollow", openid="o_guoailian")


def _second_day(wall: Wall) -> None:
    wall.send("o_guoailian", "请提前十分钟到店")
    wall.order("follow", openid="o_stranger7")
    wall.order("say", openid="o_stranger7", text="营业时间")
    wall.order("block", openid="o_zhoushulan")
    wall.send("o_zhoushulan", "厨师推荐：酸菜鱼")
    wall.order("say", openid="o_hemanying", text="新菜")
    wall.order("tap", openid="o_yangxuemei", key="book")
    wall.order("say", openid="o_yangxuemei", text="订座 4 18:30")
    wall.order("faults", kind="event_withheld", openid="o_dinglimin", path=SEND)
    wall.send("o_dinglimin", "厨师推荐：酸菜鱼")
    wall.order("tap", openid="o_xuzhiyuan", key="queue", result="A-17 号桌")
    wall.order("faults", kind="timeout_after", openid="o_qianyouliang", count=1, seconds=0.05)
    try:
        wall.send("o_qianyouliang", "桌子已备好，恭候光临", client_msg_id="seat-20418")
    except requests.RequestException:
        wall.send("o_qianyouliang", "桌子已备好，恭候光临", client_msg_id="seat-20418")
    wall.order("say", openid="o_qianyouliang", text="积分")
    wall.order("faults", kind="html_502", share=0.01, seed=25)


def _mini_program(wall: Wall) -> None:
    template = {"id": "S1", "title": "取餐提醒", "keys": ["thing1", "time2"]}
    known = {"kind": "mini_program", "appid": wall.mini, "secret": "s", "original_id": "gh_mini"}
    wall.order("accounts", **known, token="minitoken", subscribe_templates=[template])
    wall.order("followers", appid=wall.mini, followers=[{"openid": "o_mini_xu", "name": "许志远"}])
    wall.order("subscribe", appid=wall.mini, openid="o_mini_xu", choices={"S1": "accept"})


def _page(browser: Browser, url: str, width: int, height: int) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(url)
    page.locator("#rows .hit button").first.click()
    page.locator("#rows pre").first.wait_for()
    return page


def _wide(browser: Browser, url: str) -> Image.Image:
    clip: FloatRect = {"x": 0, "y": 0, "width": 1280, "height": 2240}
    return Image.open(BytesIO(_page(browser, url, 1280, 860).screenshot(full_page=True, clip=clip)))


def _narrow(browser: Browser, url: str) -> Image.Image:
    """Three screens of one phone beside each other: the chat, the faults, the log."""
    page, gap = _page(browser, url, 360, 780), 24
    sheet = Image.new("RGB", (3 * 360 + 2 * gap, 780), "white")
    for at, part in enumerate(("header", "#faults", "#log")):
        page.locator(part).evaluate("part => part.scrollIntoView()")
        sheet.paste(Image.open(BytesIO(page.screenshot())), (at * (360 + gap), 0))
    return sheet


if __name__ == "__main__":
    with (
        running_simulator() as simulator,
        lively(simulator, "wx-demo-oa", "wx-demo-mini"),
        launched() as chromium,
    ):
        for name, picture in {
            "360": _narrow(chromium, simulator),
            "1280": _wide(chromium, simulator),
        }.items():
            # A palette keeps the files small.
            small = picture.convert("RGB").quantize(96, dither=Image.Dither.NONE)
            small.save(PICTURES / f"page-{name}.png", optimize=True)
