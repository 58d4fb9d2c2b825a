"""A guide of docs/, followed line by line on a phone: what it prints in bold is tapped, nothing else."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Download, Locator, Page, Request, Response, expect

from models.people.account import Account
from models.people.console import HASHER, start_session
from tests.finger import MENU, PAGE, TAPPABLE, Each, Part, Seen
from tests.handlers.console_site import Site, served

DOCS = Path(__file__).parents[2] / "docs"
COPIES = ("复制", "全部复制")  # begin what no page can do without a script
PASSWORD = "river-stone-42"
HEADINGS = Part("h1, h2, h3")


class Step(NamedTuple):
    """One numbered line of a guide, and its bold words in order."""

    number: int
    sentence: str
    taps: tuple[str, ...]


def steps_of(name: str) -> list[Step]:
    """Read the numbered lines of a guide in docs/; they are numbered without a gap."""
    lines = re.findall(r"^(\d+)\. (.+)$", (DOCS / name).read_text("utf-8"), re.MULTILINE)
    steps = [Step(int(number), said, tuple(re.findall(r"\*\*(.+?)\*\*", said))) for number, said in lines]
    assert [step.number for step in steps] == list(range(1, len(steps) + 1)), name
    return steps


# Where a bold word is tapped: on the page, in one part of it, or in several one after the other.
Places = Part | Each | Sequence[Part] | None
# What is done beside the bold words of one step; each `yield` has the next of them tapped.
Beside = Callable[["Walk"], Iterator[Places] | None]
NOWHERE: tuple[Part, ...] = ()


class Walk:
    """Somebody with a guide in one hand and a phone in the other; counts taps, not typing."""

    def __init__(self, page: Page, site: Site, login: str, *, script: bool) -> None:
        self.page, self.site, self.login, self.script = page, site, login, script
        self.actions = 0
        self.step = Step(0, "", ())
        self.beside: Page | None = None  # what the last tap opened in another tab
        self.file: Download | None = None  # what the last tap saved
        self.shifts = False  # whether a script changes the page while it is open

    def follow(self, steps: Sequence[Step], table: Mapping[int, Beside]) -> None:
        """Do step after step, with what `table` says beside the bold words of each."""
        numbers = {step.number for step in steps}
        assert numbers == set(table), f"steps of the guide and of the table: {numbers ^ set(table)}"
        for self.step in steps:
            acting: Iterator[Places] = iter(table[self.step.number](self) or NOWHERE)
            for words in self.step.taps:
                places = next(acting, NOWHERE)
                if self.script or not words.startswith(COPIES):
                    assert places != NOWHERE, f"nobody says where to tap “{words}”: {self.step.sentence}"
                    self.tap_all(words, places)
            assert next(acting, NOWHERE) is NOWHERE, f"more taps than bold words: {self.step.sentence}"

    def tap_all(self, words: str, places: Places) -> None:
        """Tap the words on the page, in one part, or in one part after the other."""
        if not isinstance(places, Each):
            for part in [places or PAGE] if places is None or isinstance(places, Part) else places:
                self.tap_words(words, part)
            return
        between = places.part.press(self.page, words)
        assert between, f"“{words}” is not in many: {places.part}"
        assert set(map(tuple, between)) == {()}, f"“{words}” is not once in each, but there is {between}"
        self.actions += len(between)
        for part in (places.part.first, places.part.last):
            self.tap_words(words, part)

    def tap_words(self, words: str, part: Part = PAGE) -> None:
        """Tap what reads exactly like this; fail if nothing does, or if it is several things."""
        seen = part.look(self.page, words, script=self.script)
        where = f"step {self.step.number}, {self.page.url}"
        assert seen.ways, f"{where}: no “{words}” among {seen.shown}"
        assert len(seen.ways) == 1, f"{where}: “{words}” is {len(seen.ways)} things: {seen.ways}"
        self._tap(seen, self.find(part).locator(TAPPABLE).nth(seen.which))

    def tap(self, part: Part) -> None:
        """Tap something."""
        seen = part.look(self.page, None, script=self.script)
        if len(seen.shown) != 1:
            expect(self.find(part)).to_be_visible()
            seen = part.look(self.page, None, script=self.script)
        self._tap(seen, self.find(part))

    def _tap(self, seen: Seen, target: Locator) -> None:
        """Touch it, and wait for the page it opens."""
        self.actions += 1
        if seen.opens == "beside":
            with self.page.context.expect_page() as opened:
                self._touch(seen, target)
            self.beside = opened.value
            self.beside.wait_for_load_state()
        elif seen.opens == "file":
            with self.page.expect_download() as saved:
                self._touch(seen, target)
            self.file = saved.value
        elif seen.opens == "page":
            with self.page.expect_navigation():
                self._touch(seen, target)
            self.shifts = False
        else:
            self._touch(seen, target)

    def _touch(self, seen: Seen, target: Locator) -> None:
        """Touch the spot that was seen; where it is covered or may move, wait until it can be touched."""
        if seen.spot is None or self.shifts:
            target.tap()
        else:
            self.page.touchscreen.tap(*seen.spot)

    def go_to(self, entry: str) -> None:
        """Open an entry of the menu: two taps on a phone."""
        self.tap_words("菜单")
        self.tap_words(entry, MENU)

    def type(self, label: str, words: str, part: Part = PAGE) -> None:
        """Type into a field, for which nobody taps."""
        if not part.write(self.page, label, words, option=False):
            self.find(part).get_by_label(label).fill(words)

    def choose(self, label: str, option: str, part: Part = PAGE) -> None:
        """Choose from a list, which a phone opens by itself; counts like a tap."""
        self.actions += 1
        if not part.write(self.page, label, option, option=True):
            self.find(part).get_by_label(label).select_option(label=option)

    def find(self, part: Part) -> Locator:
        """Return what waits for a part of the page."""
        return part.on(self.page)

    def sees(self, words: str, part: Part = PAGE) -> None:
        """Find these words in a part of the page, or wait for them."""
        read = part.read(self.page)
        if len(read) != 1 or words not in read[0]:
            expect(self.find(part)).to_contain_text(words, use_inner_text=True)

    def reads(self, words: str, part: Part) -> None:
        """Find a part of the page that reads exactly so, or wait for it."""
        if part.read(self.page) != [words]:
            expect(self.find(part)).to_have_text(words, use_inner_text=True)

    def counts(self, number: int, part: Part) -> None:
        """Find a part so often, or wait for it."""
        if part.count(self.page) != number:
            expect(self.find(part)).to_have_count(number)

    def sees_heading(self, words: str) -> None:
        """Find a heading that reads exactly so, or wait for it."""
        if words not in HEADINGS.read(self.page):
            expect(self.page.get_by_role("heading", name=words, exact=True)).to_be_visible()

    def type_log_in(self) -> None:
        """Open the console's address and type login and password into the form that it shows."""
        self.page.goto("/console/")
        self.type("登录名", self.login)
        self.type("密码", PASSWORD)

    def come_back(self, at: datetime, login: str | None = None) -> None:
        """Open the console on another day, logged in anew; or as another."""
        self.site.clock[0] = at
        self.login = login or self.login
        with self.site.sessions.begin() as session:
            token = start_session(session, self.site.staff[self.login], now=at)
        self.page.context.add_cookies(
            [{"name": "console", "value": token, "domain": "127.0.0.1", "path": "/"}]
        )
        self.page.goto("/console/")
        self.sees_heading("今天")


@cache
def password_hash() -> str:
    """Return the hash of `PASSWORD`, which takes its time by design."""
    return HASHER.hash(PASSWORD)


def give_password(site: Site, login: str) -> None:
    """Let one of the staff log in with `PASSWORD`."""
    with site.sessions.begin() as session:
        session.get_one(Account, site.staff[login].id).password_hash = password_hash()


@contextmanager
def walk_as(chromium: Browser, site: Site, login: str, *, script: bool) -> Iterator[Walk]:
    """Give somebody a phone of 360 px; a breach of the policy or a fault of script or server fails."""
    give_password(site, login)
    with served(site) as address:
        context = chromium.new_context(
            viewport={"width": 360, "height": 740},
            base_url=address,
            has_touch=True,
            is_mobile=True,
            locale="zh-CN",
            java_script_enabled=script,
            permissions=["clipboard-read", "clipboard-write"],
        )
        page, wrong = context.new_page(), list[str]()
        page.set_default_timeout(10_000)

        def answered(answer: Response) -> None:
            if answer.status >= 500:
                wrong.append(f"{answer.status} {answer.url}")

        page.on("response", answered)
        page.on("console", lambda said: wrong.append(said.text) if "Security Policy" in said.text else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        walk = Walk(page, site, login, script=script)

        def asked(request: Request) -> None:
            walk.shifts = walk.shifts or request.resource_type in ("fetch", "xhr")

        page.on("request", asked)
        try:
            yield walk
        finally:
            context.close()
        assert wrong == [], wrong
