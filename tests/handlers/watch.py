"""A browser that notices whatever hostile text does in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import ConsoleMessage, Dialog, Error, Page, Request, Route
from werkzeug.test import TestResponse

from tests.hard.payloads import INJECTED, READ


@dataclass
class Watched:
    """A page of a browser and everything that went wrong in it, each with its address."""

    page: Page
    faults: list[str] = field(default_factory=list)
    shown: int = 0

    def open(self, address: str) -> str:
        """Open a page; return what can be read on it and in its fields."""
        with self.watching():
            answer = self.page.goto(address)
            assert answer is not None
            if answer.status != 200:
                self.note(f"answered {answer.status}")
            return self.judge()
        return ""

    def show(self, base: str, answer: TestResponse) -> str:
        """Show the answer to a form that somebody else sent, with the headers it came with."""
        self.shown += 1
        address = f"{base}/answer/{self.shown}"

        def give(route: Route) -> None:
            headers = {name: value for name, value in answer.headers.items() if name != "Set-Cookie"}
            route.fulfill(headers=headers, body=answer.data)

        self.page.route(address, give)
        with self.watching():
            self.page.goto(address)
        self.page.unroute(address, give)  # with a route there the browser asks for each style sheet again
        with self.watching():
            return self.judge()
        return ""

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note it where the page leads the browser away."""
        try:
            yield
        except Error as error:
            self.note(error.message[:200])

    def judge(self) -> str:
        """Note what is in the page and was not put there by us; return what can be read."""
        self.faults += [f"{self.page.url}: injected {one}" for one in self.page.evaluate(INJECTED)]
        if self.page.evaluate("window.__xss"):
            self.faults.append(f"{self.page.url}: a script ran")
        return str(self.page.evaluate(READ))

    def note(self, what: str) -> None:
        """Keep what the browser told by itself."""
        self.faults.append(f"{self.page.url}: {what}")


@contextmanager
def watched(chromium: Chromium, *hosts: str, cookie: str = "") -> Iterator[Watched]:
    """Open a browser that may ask these hosts alone, logged in to the first where there is a cookie."""
    with chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=hosts[0]) as context:
        if cookie:
            context.add_cookies([{"name": "console", "value": cookie, "url": hosts[0]}])
        page = context.new_page()
        watch = Watched(page)

        def asked(request: Request) -> None:
            parts = urlsplit(request.url)
            elsewhere = f"{parts.scheme}://{parts.netloc}" not in hosts
            if (elsewhere and parts.scheme != "about") or "xss" in request.url.lower():
                watch.note(f"asked for {request.url[:100]}")

        def said(message: ConsoleMessage) -> None:
            if "Security Policy" in message.text or message.type == "error":
                watch.note(message.text[:200])

        def dialog(it: Dialog) -> None:
            watch.note(f"dialog {it.message}")
            it.dismiss()

        page.on("request", asked)
        page.on("console", said)
        page.on("dialog", dialog)
        page.on("pageerror", lambda error: watch.note(str(error)))
        yield watch
