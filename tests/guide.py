"""A guide of docs/, followed line by line on a phone: what it prints in bold is tapped, nothing else."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Download, Locator, Page, Response, expect

from models.people.account import Account
from models.people.console import HASHER
from tests.handlers.console_site import Site, served

DOCS = Path(__file__).parent.parent / "docs"
BLANK = "……"  # stands for a number or a name
COPIES = ("复制", "全部复制")  # begin what no page can do without a script
PASSWORD = "river-stone-42"
# What can be tapped, as it is read: without words that only a screen reader hears or that a phone hides.
TAPPABLE = "a, button, summary, label, input[type=submit]"
READ = """all => all.map(one => {
  const box = one.getBoundingClientRect();
  if (!one.checkVisibility() || box.width < 2 || box.height < 2) return null;
  const texts = document.createTreeWalker(one, NodeFilter.SHOW_TEXT), said = [];
  while (texts.nextNode()) {
    const by = texts.currentNode.parentElement;
    if (by.checkVisibility() && !by.closest('.unseen')) said.push(texts.currentNode.data);
  }
  const form = one.matches('button, input') ? one.form : null;
  const sent = form && [one.getAttribute('formaction') || form.action, one.name, one.value];
  const to = one.href || (sent ? sent.join(' ') : one.htmlFor || '');
  const words = (one.matches('input') ? one.value : said.join('')).replace(/\\s+/g, ' ').trim();
  return {words, to};
})"""
# Whether a tap opens another page, here or beside this one, saves a file, or changes a part of this one.
OPENS = """(one, script) => {
  if (/[.]zip$|[/]ledgers[/]./.test(one.href || one.formAction)) return 'file';
  if (one.matches('a[target=_blank]')) return 'beside';
  if (one.matches('a[href]')) return one.href.split('#')[0] === location.href.split('#')[0] ? 'part' : 'page';
  const sends = one.matches('button, input') && one.form && one.type === 'submit';
  return sends && !(script && one.closest('[hx-post], [data-part]')) ? 'page' : 'part';
}"""


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
Places = Locator | Sequence[Locator] | None
# What is done beside the bold words of one step; each `yield` has the next of them tapped.
Beside = Callable[["Walk"], Iterator[Places] | None]
NOWHERE: tuple[Locator, ...] = ()


class Walk:
    """Somebody with a guide in one hand and a phone in the other; counts taps, not typing."""

    def __init__(self, page: Page, site: Site, login: str, *, script: bool) -> None:
        self.page, self.site, self.login, self.script = page, site, login, script
        self.actions = 0
        self.step = Step(0, "", ())
        self.beside: Page | None = None  # what the last tap opened in another tab
        self.file: Download | None = None  # what the last tap saved

    def follow(self, steps: Sequence[Step], table: Mapping[int, Beside]) -> None:
        """Do step after step, with what `table` says beside the bold words of each."""
        numbers = {step.number for step in steps}
        assert numbers == set(table), f"steps of the guide and of the table: {numbers ^ set(table)}"
        for self.step in steps:
            acting: Iterator[Places] = iter(table[self.step.number](self) or NOWHERE)
            for words in self.step.taps:
                places = next(acting, NOWHERE)
                if self.script or not words.startswith(COPIES):
                    several = [places] if places is None or isinstance(places, Locator) else places
                    assert several, f"nobody says where to tap “{words}”: {self.step.sentence}"
                    for place in several:
                        self.tap_words(words, place)
            assert next(acting, NOWHERE) is NOWHERE, f"more taps than bold words: {self.step.sentence}"

    def tap_words(self, words: str, place: Locator | None = None) -> None:
        """Tap what reads exactly like this; fail if nothing does, or if it is several things."""
        every = (place or self.page.locator("body")).locator(TAPPABLE)
        read: list[dict[str, str] | None] = every.evaluate_all(READ)
        pattern = re.compile(".+".join(re.escape(part) for part in words.split(BLANK)))
        fits = [at for at, one in enumerate(read) if one and pattern.fullmatch(one["words"])]
        where, shown = f"step {self.step.number}, {self.page.url}", [one["words"] for one in read if one]
        assert fits, f"{where}: no “{words}” among {shown}"
        ways = {one["to"] for at in fits if (one := read[at])}
        assert len(ways) == 1, f"{where}: “{words}” is {len(ways)} things: {ways}"
        self.tap(every.nth(fits[0]))

    def tap(self, target: Locator) -> None:
        """Tap something, and wait for the page it opens."""
        self.actions += 1
        opens = target.evaluate(OPENS, self.script)
        if opens == "beside":
            with self.page.context.expect_page() as opened:
                target.tap()
            self.beside = opened.value
            self.beside.wait_for_load_state()
        elif opens == "file":
            with self.page.expect_download() as saved:
                target.tap()
            self.file = saved.value
        elif opens == "page":
            with self.page.expect_navigation():
                target.tap()
        else:
            target.tap()

    def go_to(self, entry: str) -> None:
        """Open an entry of the menu: two taps on a phone."""
        self.tap_words("菜单")
        self.tap_words(entry, self.page.locator(".menu"))

    def choose(self, field: Locator, option: str) -> None:
        """Choose from a list, which a phone opens by itself; counts like a tap."""
        self.actions += 1
        field.select_option(label=option)

    def type_log_in(self) -> None:
        """Open the console's address and type login and password into the form that it shows."""
        self.page.goto("/console/")
        self.page.get_by_label("登录名").fill(self.login)
        self.page.get_by_label("密码").fill(PASSWORD)

    def come_back(self, at: datetime, login: str | None = None) -> None:
        """Open the console on another day, when whoever was logged in is not any longer; or as another."""
        self.site.clock[0] = at
        if login is not None:
            self.login = login
            self.page.context.clear_cookies()
        self.type_log_in()
        self.tap_words("登录")
        expect(self.page.get_by_role("heading", name="今天", exact=True)).to_be_visible()


def give_password(site: Site, login: str) -> None:
    """Let one of the staff log in with `PASSWORD`."""
    with site.sessions.begin() as session:
        session.get_one(Account, site.staff[login].id).password_hash = HASHER.hash(PASSWORD)


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
        try:
            yield Walk(page, site, login, script=script)
        finally:
            context.close()
        assert wrong == [], wrong
