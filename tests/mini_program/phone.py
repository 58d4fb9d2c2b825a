"""One phone with the mini-program in it: its real sources in a browser, the real backend behind them.

How to write a flow, with the fixtures of conftest.py:

    def test_member_signs_in(zone: Zone, phone_of: PhoneOf) -> None:
        phone = phone_of("王丽娟")  # bound; None is a stranger; bound=False has no binding yet
        phone.open()  # a cold start; open("pages/me/me", "tab=1") elsewhere
        phone.scan(address)  # what the camera will see; nothing queued: the person goes back
        phone.tap("扫一扫签到")  # a button, link, tab or row by its name, else by its text
        phone.see("签到成功")  # waits; what is missed is told together with what is there
        assert phone.requests[-1]["path"] == "/api/v1/check-ins"

Nothing waits by the clock. Whatever the mini-program throws, warns of or leaves unhandled makes the test
fail when the phone is put away, unless `expect_error` took it.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from playwright.sync_api import Browser, Route, expect

from tests.mini_program import screen
from tests.mini_program.built import BUILT, SOURCE, folder_of
from tests.mini_program.handset import PATIENCE, take_up
from tests.mini_program.network import Network, Order, refusal

BESIDE = "/__mp__"  # where the backend's server has the mini-program for the browser
SCROLLED = ".mp-frame:not([hidden]) .mp-scroll"
BELOW = "selector => (one => one.scrollHeight - one.clientHeight)(document.querySelector(selector))"


def code_of(simulator: str, appid: str, openid: str) -> Callable[[], str]:
    """Return how a phone gets its wx.login codes: from WeChat's simulator, a new one each time."""

    def ask() -> str:
        body = {"appid": appid, "openid": openid}
        answer = requests.post(f"{simulator}/_sim/login-code", json=body, timeout=20)
        answer.raise_for_status()
        code: str = answer.json()["code"]
        return code

    return ask


def _off_the_phone(route: Route) -> None:
    route.fulfill(path=BUILT / urlsplit(route.request.url).path.removeprefix(f"{BESIDE}/"))


class Phone:
    """A phone of one person.

    `login` gives the codes of wx.login, `clock` the time it shows; `kept` is what the mini-program stored
    earlier, by name; `launch` sets hooks of hooks.js.
    """

    def __init__(
        self,
        chromium: Browser,
        address: str,
        login: Callable[[], str],
        *,
        clock: Callable[[], datetime],
        size: tuple[int, int] = (375, 667),
        source: Path = SOURCE,
        kept: Mapping[str, Any] | None = None,
        **launch: Any,
    ) -> None:
        self._start, self._launch = f"{address}{BESIDE}/{folder_of(source).name}/index.html", launch
        self._past: list[dict[str, Any]] = []
        self._faults: list[str] = []
        self._expected: list[str] = []
        self._is_on, self._is_put_away, self._clock = False, False, clock
        self._kept: Mapping[str, Any] | None = kept or {}
        self.size = {"width": size[0], "height": size[1]}
        self._handset = take_up(chromium, self.size, login)
        self.context, self.page = self._handset.context, self._handset.page
        self._network = Network(self.context)

    # Coming and going

    def open(self, path: str = "pages/home/home", query: str = "", scene: int = 1001) -> "Phone":
        """Start the mini-program anew at a page, as from WeChat; what it stored stays."""
        self._leave()
        self.follow_clock()
        self._launch["enter"] = {"path": path, "query": query, "scene": scene}
        told = self._launch | ({} if self._kept is None else {"kept": self._kept})
        self._kept = None
        self._handset.starts += 1
        # The number makes it another page than the one before, from which it differs after the # alone.
        self.page.goto(f"{self._start}?{self._handset.starts}#{quote(json.dumps(told))}")
        self._is_on = True
        assert self.page.evaluate("window.__mp?.ready"), f"the mini-program does not start: {self.errors()}"
        return self

    def warm(self, path: str | None = None, query: str = "", scene: int = 1001) -> None:
        """Leave the mini-program and come back while it still runs; by an address, as from a message."""
        self.page.evaluate("given => __mp.warm(given)", {"path": path, "query": query, "scene": scene})

    def follow_clock(self) -> None:
        """Set the phone's clock to the backend's; `open` does so by itself."""
        self._handset.set_time(self._clock())

    def pull_down(self) -> None:
        """Pull the page down to refresh it."""
        self.page.evaluate("__mp.pullDown()")

    def close(self) -> None:
        """Put the phone away; AssertionError if anything in it went wrong."""
        self._leave()
        if not self._is_put_away:
            self._handset.put_down()
        self._is_put_away = True
        assert self.errors() == [], "\n".join(self.errors())

    def _leave(self) -> None:
        if self._is_on:
            self._past, self._faults = self.requests, self._all_faults()
        self._is_on = False

    # What a person does and sees

    def tap(self, text: str, within: str = "") -> None:
        """Tap what has this name or text, in the row with the words `within` if given; waits for it."""
        screen.touchable(self.page, text, within).click()

    def type(self, field: str, value: str) -> None:
        """Write into the field of this label or placeholder, over what stood there."""
        screen.field(self.page, field).fill(value)

    def pick(self, field: str, value: str) -> None:
        """Open a picker and take the choice, or the date or time, from its wheel."""
        self.tap(field)
        wheel = self.page.locator(".mp-sheet")
        if wheel.get_by_role("listbox").count():
            wheel.get_by_role("option", name=value, exact=True).click()
        else:
            wheel.locator("input").fill(value)
        wheel.get_by_role("button", name="确定").click()

    def see(self, text: str) -> None:
        """Wait until this text is on the screen."""
        screen.first_of(self.page, self.page.get_by_text(text), missed=f"not seen: {text}")

    def not_see(self, text: str) -> None:
        """Wait until this text is not on the screen."""
        shown = self.page.get_by_text(text).filter(visible=True)
        expect(shown, f"still seen: {text}").to_have_count(0, timeout=PATIENCE)

    def words(self) -> str:
        """Return what is on the screen."""
        return screen.words(self.page)

    # What happens to the phone

    def scan(self, *results: str) -> None:
        """Say what the camera sees in the next scans; `path:pages/…` is a code of this mini-program."""
        self._queue("scan", results)

    def subscribe(self, *answers: str | int) -> None:
        """Say what the person answers when next reminded: accept, reject, ban, or an error such as 20004."""
        self._queue("subscribe", answers)

    def font_scale(self, scale: float) -> None:
        """Set the letters of WeChat."""
        self.tell("fontScale", scale)

    def privacy_needed(self) -> None:
        """Let the person not have agreed to the privacy guide yet."""
        self.tell("privacyNeeded", True)

    def offline(self) -> None:
        """Take the network away; the mini-program is on the phone."""
        self.context.route(f"**{BESIDE}/**", _off_the_phone)
        self.context.set_offline(True)

    def online(self) -> None:
        """Give the network back."""
        self.context.set_offline(False)
        self.context.unroute(f"**{BESIDE}/**", _off_the_phone)

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
        self._network.order(Order(method, path, refusal(status, code, message, headers or {})))

    def answer_next(self, method: str, path: str, body: str, content_type: str) -> None:
        """Answer the next such request with 200 and a body that is not the backend's."""
        answer: dict[str, object] = {"status": 200, "body": body, "headers": {"content-type": content_type}}
        self._network.order(Order(method, path, answer))

    def slow(self, method: str, path: str) -> AbstractContextManager[None]:
        """Hold such requests back within a `with` block: what is seen meanwhile can be looked at."""
        return self._network.held(Order(method, path))

    def late(self, method: str, path: str) -> AbstractContextManager[None]:
        """Hold the answers to such requests back within a `with` block: they are of before."""
        return self._network.held(Order(method, path, late=True))

    def no_answer(self, method: str, path: str, *, arrives: bool = False) -> None:
        """Let the next such request run out of time: before the backend had it, or after (`arrives`)."""
        self._queue("lost", [{"method": method, "path": f"/api/v1{path}", "arrives": arrives}])

    # What a test asks afterwards

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Return the requests since `forget`: method, path, status (0: no answer), bytes, timeout."""
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
        if whole:
            height = self.size["height"] + self.page.evaluate(BELOW, SCROLLED)
            self.page.set_viewport_size({"width": self.size["width"], "height": height})
        self.page.screenshot(path=path)
        if whole:
            self.page.set_viewport_size(self.size)  # type: ignore[arg-type]

    def axe(self) -> list[str]:
        """Return what axe finds serious or critical on the page as it stands, contrast included."""
        return screen.grave(self.page)

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

    def tell(self, hook: str, value: Any) -> None:
        """Set a hook of hooks.js, now and for the next start."""
        self._launch[hook] = value
        if self._is_on:
            self.page.evaluate("([hook, value]) => { __mp[hook] = value; }", [hook, value])

    def _queue(self, hook: str, values: Any) -> None:
        assert self._is_on, "open the mini-program first"
        self.page.evaluate("([hook, values]) => __mp[hook].push(...values)", [hook, list(values)])
