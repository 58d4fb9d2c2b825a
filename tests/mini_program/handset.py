"""Browser pages in which phones live one after the other: a new page costs more than most tests."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from playwright.sync_api import Browser, BrowserContext, Page

PATIENCE = 5000  # milliseconds until what should be seen is missed
WORN_OUT = 60  # starts; after them a new one is cheaper than what the old one has piled up
IDLE = defaultdict[Browser, list["Handset"]](list)


@dataclass
class Handset:
    """A page with what it was last told; `login` answers the wx.login of whose phone it is now."""

    context: BrowserContext
    page: Page
    login: Callable[[], str] = str
    starts: int = 0
    time: datetime | None = None

    def set_time(self, time: datetime) -> None:
        """Set the clock, which goes on standing there."""
        if time != self.time:
            self.page.clock.set_fixed_time(time)
        self.time = time

    def put_down(self) -> None:
        """Let nothing of this phone reach the next one: what ran ends, the network is as it was."""
        self.page.goto("about:blank")
        self.context.unroute_all(behavior="ignoreErrors")
        self.context.set_offline(False)
        if self.starts < WORN_OUT and self.context.browser:
            IDLE[self.context.browser].append(self)
        else:
            self.context.close()


def take_up(chromium: Browser, size: dict[str, int], login: Callable[[], str]) -> Handset:
    """Return a handset that nobody uses; what its last phone stored is cleared when the next one starts."""
    handset = IDLE[chromium].pop() if IDLE[chromium] else _made(chromium)
    handset.login = login
    if handset.page.viewport_size != size:
        handset.page.set_viewport_size(size)  # type: ignore[arg-type]
    return handset


def _made(chromium: Browser) -> Handset:
    context = chromium.new_context(device_scale_factor=2, locale="zh-CN", timezone_id="Asia/Shanghai")
    handset = Handset(context, context.new_page())
    context.expose_function("__loginCode", lambda: handset.login())
    handset.page.set_default_timeout(PATIENCE)
    return handset
