"""One phone with the mini-program in it: its real sources in a browser, the real backend behind them.

How to write a flow, with the fixtures of conftest.py:

    def test_member_signs_in(zone: Zone, phone_of: PhoneOf) -> None:
        phone = phone_of("王丽娟")  # bound; None is a stranger; bound=False has no binding yet
        phone.open()  # a cold start; open("pages/me/me", "tab=1") elsewhere
        phone.scan(address)  # what the camera will see; nothing queued: the person goes back
        phone.tap("扫一扫签到")  # a button, link, tab or row by its name, else by its text
        phone.see("签到成功")  # waits; what is not seen names what is
        assert phone.requests[-1]["path"] == "/api/v1/check-ins"

Nothing waits by the clock. Whatever the mini-program throws, warns of or leaves unhandled makes the test
fail when the phone is put away, unless `expect_error` took it.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Browser, Locator, Page, Route, TimeoutError
from playwright.sync_api import expect as expecting

from tests.faults import GRAVE, SCRIPT
from tests.mini_program.built import SOURCE, served_files

PATIENCE = 5000  # milliseconds until what should be seen is missed
NO_ANSWER = 60  # milliseconds after which a request that is not answered ends, in place of its own
ROLES = (
    "button",
    "link",
    "tab",
    "radio",
    "checkbox",
    "switch",
    "option",
    "menuitem",
)
SHOWN = ".mp-frame:not([hidden]), .mp-over"
BELOW = """() => {
  const {scrollHeight, clientHeight} = document.querySelector('.mp-frame:not([hidden]) .mp-scroll');
  return scrollHeight - clientHeight;
}"""
AXE = """shown => axe.run({include: [...document.querySelectorAll(shown)]
  .filter(one => one.children.length)}).then(said => said.violations)"""


def code_of(simulator: str, appid: str, openid: str) -> Callable[[], str]:
    """Return how a phone gets its wx.login codes: from WeChat's simulator, a new one each time."""

    def ask() -> str:
        body = {"appid": appid, "openid": openid}
        answer = requests.post(f"{simulator}/_sim/login-code", json=body, timeout=20)
        answer.raise_for_status()
        code: str = answer.json()["code"]
        return code

    return ask


class Phone:
    """A phone of one person. `login` gives the codes of wx.login; `launch` sets hooks of hooks.js."""

    def __init__(
        self,
        chromium: Browser,
        address: str,
        login: str | Callable[[], str] = "",
        *,
        size: tuple[int, int] = (375, 667),
        source: Path = SOURCE,
        **launch: Any,
    ) -> None:
        self._login = login if callable(login) else lambda: login
        self._files, self._launch = served_files(source), launch
        self._orders: list[dict[str, Any]] = []
        self._past: list[dict[str, Any]] = []
        self._faults: list[str] = []
        self._expected: list[str] = []
        self._is_on = self._routes_api = False
        self.context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=2,
            base_url=address,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        self.context.route("**/__mp__/**", self._serve)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)

    def _serve(self, route: Route) -> None:
        name = route.request.url.partition("/__mp__/")[2].partition("?")[0]
        if name == "login-code":
            route.fulfill(body=self._login(), content_type="text/plain")
        elif name == "index.html":
            told = json.dumps(self._launch, ensure_ascii=False).replace("</", "<\\/")
            html = self._files[name][0].decode()
            script = f"<body><script>window.__launch = {told}</script>"
            route.fulfill(body=html.replace("<body>", script), content_type="text/html; charset=utf-8")
        else:
            body, kind = self._files[name]
            route.fulfill(body=body, content_type=kind)

    # Coming and going

    def open(self, path: str = "pages/home/home", query: str = "", scene: int = 1001) -> "Phone":
        """Start the mini-program anew at a page, as from WeChat; what it stored stays."""
        self._leave()
        self._launch["enter"] = {"path": path, "query": query, "scene": scene}
        self.page.goto("/__mp__/index.html")
        self._is_on = True
        if not self.page.evaluate("window.__mp?.ready"):
            raise AssertionError(f"the mini-program does not start: {self.errors()}")
        return self

    def warm(self, path: str | None = None, query: str = "", scene: int = 1001) -> None:
        """Leave the mini-program and come back while it still runs; by an address, as from a message."""
        self.page.evaluate("given => __mp.warm(given)", {"path": path, "query": query, "scene": scene})

    def pull_down(self) -> None:
        """Pull the page down to refresh it."""
        self.page.evaluate("__mp.pullDown()")

    def close(self) -> None:
        """Put the phone away; AssertionError if anything in it went wrong."""
        self._leave()
        self.context.close()
        assert self.errors() == [], "\n".join(self.errors())

    def _leave(self) -> None:
        if self._is_on:
            self._past = self.requests
            self._faults = self._all_faults()
        self._is_on = False

    # What a person does and sees

    def tap(self, text: str, within: str = "") -> None:
        """Tap what has this name or text, in the row that contains `within` if given; waits for it.

        A name wins over a text, the whole over a part. Two buttons of one name: say within which row.
        """
        area: Page | Locator = self.page
        if within:
            area = self.page.locator(f":is({SHOWN}) *", has_text=within).filter(
                has=self.page.get_by_text(text)
            )
            area = area.last
        found = self._first(
            *(self._named(area, text, exact=exact) for exact in (True,)),
            area.get_by_text(text, exact=True),
            self._named(area, text, exact=False),
            area.get_by_text(text),
            missed=f"nothing to tap: {text}",
        )
        found.click()

    def type(self, field: str, value: str) -> None:
        """Write into the field of this label or placeholder."""
        found = self._first(
            self.page.get_by_label(field, exact=True),
            self.page.get_by_label(field),
            self.page.get_by_placeholder(field),
            missed=f"no field: {field}",
        )
        found.fill(value)

    def pick(self, field: str, value: str) -> None:
        """Open a picker and take the choice, or the date or time, from its wheel."""
        self.tap(field)
        wheel = self.page.get_by_role("dialog")
        option = wheel.get_by_role("option", name=value, exact=True)
        if option.count():
            option.click()
        else:
            wheel.locator("input").fill(value)
        wheel.get_by_role("button", name="确定").click()

    def see(self, text: str) -> None:
        """Wait until this text is on the screen."""
        self._first(self.page.get_by_text(text), missed=f"not seen: {text}")

    def not_see(self, text: str) -> None:
        """Wait until this text is not on the screen."""
        shown = self.page.get_by_text(text).filter(visible=True)
        expecting(shown, f"still seen: {text}").to_have_count(0, timeout=PATIENCE)

    def words(self) -> str:
        """Return what is on the screen."""
        told: str = self.page.evaluate(
            "shown => [...document.querySelectorAll(shown)].map(one => one.innerText).join('\\n')", SHOWN
        )
        return told

    def _named(self, area: Page | Locator, text: str, *, exact: bool) -> Locator:
        first, *rest = (area.get_by_role(role, name=text, exact=exact) for role in ROLES)  # type: ignore[arg-type]
        for other in rest:
            first = first.or_(other)
        return first

    def _first(self, *ways: Locator, missed: str) -> Locator:
        """Wait for any of these; of what is there the earliest way wins, and must be one thing."""
        seen = [way.filter(visible=True) for way in ways]
        every = seen[0]
        for way in seen[1:]:
            every = every.or_(way)
        try:
            every.first.wait_for()
        except TimeoutError:
            raise AssertionError(
                f"{missed}\n--- on the screen:\n{self.words()}\n--- {self.errors()}"
            ) from None
        return next((way for way in seen if way.count()), every).first

    # What happens to the phone

    def scan(self, *results: str) -> None:
        """Say what the camera sees in the next scans."""
        self._queue("scan", *results)

    def subscribe(self, *answers: str | int) -> None:
        """Say what the person answers when next reminded: accept, reject, ban, or an error such as 20004."""
        self._queue("subscribe", *answers)

    def font_scale(self, scale: float) -> None:
        """Set the letters of WeChat."""
        self._tell("fontScale", scale)

    def privacy_needed(self) -> None:
        """Let the person not have agreed to the privacy guide yet."""
        self._tell("privacyNeeded", True)

    def offline(self) -> None:
        """Take the network away."""
        self.context.set_offline(True)

    def online(self) -> None:
        """Give the network back."""
        self.context.set_offline(False)

    def fail_next(
        self,
        method: str,
        path: str,
        status: int,
        code: str = "unavailable",
        message: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        """Answer the next such request, to /api/v1 + `path`, with an error in place of the backend."""
        body = {"error": {"code": code, "message": message}}
        self._order(method, path, status=status, body=json.dumps(body), headers=headers or {})

    def no_answer(self, method: str, path: str) -> None:
        """Let the next such request reach nobody; its time is up at once."""
        self._tell("patience", NO_ANSWER)
        self._order(method, path, lost=True)

    @contextmanager
    def slow(self, method: str, path: str) -> Iterator[None]:
        """Hold such a request back until the block ends."""
        order = self._order(method, path, held=[])
        yield
        for route in order["held"]:
            route.continue_()
        order["held"] = None

    # What a test asks afterwards

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Return the requests since `forget`: method, path, status (0: none), bytes, timeout."""
        now: list[dict[str, Any]] = self.page.evaluate("__mp.requests") if self._is_on else []
        return self._past + now

    def forget(self) -> None:
        """Forget the requests and calls so far."""
        self._past = []
        self.page.evaluate("() => { __mp.requests.length = 0; __mp.calls.length = 0; }")

    def calls(self, api: str) -> list[dict[str, Any]]:
        """Return what this interface of wx was asked, since the start or `forget`."""
        asked: list[dict[str, Any]] = self.page.evaluate(
            "api => __mp.calls.filter(one => one[0] === api).map(one => one[1])", api
        )
        return asked

    def storage(self) -> dict[str, Any]:
        """Return what the mini-program keeps on the phone."""
        kept: dict[str, str] = self.page.evaluate("({...localStorage})")
        return {name[3:]: json.loads(text)["data"] for name, text in kept.items() if name.startswith("mp:")}

    def screenshot(self, path: Path | str, *, whole: bool = False) -> None:
        """Take a picture of the screen, or of the whole page at the width of the screen."""
        before = self.page.viewport_size
        assert before
        if whole:
            height = before["height"] + self.page.evaluate(BELOW)
            self.page.set_viewport_size({"width": before["width"], "height": height})
        self.page.screenshot(path=path)
        self.page.set_viewport_size(before)

    def axe(self) -> list[str]:
        """Return what axe finds serious or critical on the page as it stands, contrast included."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(SCRIPT.read_text("utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate(AXE, SHOWN)
        return [
            f"{rule['id']}: {node['html'][:160]}: {node['failureSummary'].splitlines()[-1].strip()}"
            for rule in found
            if rule["impact"] in GRAVE
            for node in rule["nodes"]
        ]

    def errors(self) -> list[str]:
        """Return what went wrong inside and was not expected."""
        return [one for one in self._all_faults() if not any(text in one for text in self._expected)]

    def expect_error(self, text: str) -> None:
        """Wait for a fault with this text, which then counts as none."""
        self._expected.append(text)
        if not any(text in one for one in self._all_faults()):
            self.page.wait_for_function("text => __errors.some(one => one.includes(text))", arg=text)

    def _all_faults(self) -> list[str]:
        return self._faults + (self.page.evaluate("window.__errors || []") if self._is_on else [])

    # How the phone is told

    def _tell(self, hook: str, value: Any) -> None:
        self._launch[hook] = value
        if self._is_on:
            self.page.evaluate("([hook, value]) => { __mp[hook] = value; }", [hook, value])

    def _queue(self, hook: str, *values: Any) -> None:
        assert self._is_on, "open the mini-program first"
        self.page.evaluate("([hook, values]) => __mp[hook].push(...values)", [hook, list(values)])

    def _order(self, method: str, path: str, **order: Any) -> dict[str, Any]:
        if not self._routes_api:
            self.context.route(re.compile("/api/v1/"), self._answer)
            self._routes_api = True
        order |= {"method": method, "path": f"/api/v1{path}"}
        self._orders.append(order)
        return order

    def _answer(self, route: Route) -> None:
        asked = route.request
        path = asked.url.partition("/api/v1")[2].partition("?")[0]
        for order in self._orders:
            if (order["method"], order["path"]) != (asked.method, f"/api/v1{path}"):
                continue
            if order.get("held", ()) is None:
                continue
            if "held" in order:
                order["held"].append(route)
                return
            self._orders.remove(order)
            if not order.get("lost"):
                route.fulfill(
                    status=order["status"],
                    body=order["body"],
                    headers={"content-type": "application/json", **order["headers"]},
                )
            return
        route.continue_()
