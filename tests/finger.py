"""A finger over the screen of a phone: the parts of a page, what can be tapped there, where it is touched.

Each look is one question to the page. A locator of Playwright first brings a script of its own into every new
page, which costs as much as the page itself; it is left for what has to be waited for.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from playwright.sync_api import Locator, Page

BLANK = "……"  # stands for a number or a name
TAPPABLE = "a, button, summary, label, input[type=submit]"
SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")


class Seen(NamedTuple):
    """What can be tapped, the different things that read as asked, and the first of these."""

    shown: list[str]
    ways: list[str]
    which: int  # the number of the first
    opens: Literal["page", "beside", "file", "part", ""]
    spot: tuple[float, float] | None  # none if something covers it, or it takes no tap


@dataclass(frozen=True)
class Part:
    """What a selector finds on a page, which has these words in it; and in that, again."""

    css: str
    has: str = ""
    within: "Part | None" = None
    at: int | None = None  # the one of this number alone; the last is -1

    def part(self, css: str, has: str = "") -> "Part":
        """Return what another selector finds in it."""
        assert self.at is None, self
        return Part(css, has, self)

    @property
    def first(self) -> "Part":
        """The first of them."""
        return replace(self, at=0)

    @property
    def last(self) -> "Part":
        """The last of them."""
        return replace(self, at=-1)

    def on(self, page: Page) -> Locator:
        """Return Playwright's locator of it, which waits."""
        place = self.within.on(page) if self.within else page
        found = place.locator(self.css, has_text=self.has or None)
        return found if self.at is None else found.nth(self.at)

    def look(self, page: Page, words: str | None, *, script: bool) -> Seen:
        """Look for what can be tapped and reads exactly so; without words, at the part itself."""
        return Seen(**self._ask(page, "look", {"words": _pattern(words), "script": script}))

    def press(self, page: Page, words: str) -> list[list[str]]:
        """Click it in each but the first and the last; where it is not there once, say what is."""
        pressed: list[list[str]] = self._ask(page, "press", {"words": _pattern(words)})
        return pressed

    def count(self, page: Page) -> int:
        """Return how many there are, shown or not."""
        return int(self._ask(page, "count", {}))

    def read(self, page: Page) -> list[str]:
        """Return the words of each that is shown."""
        words: list[str] = self._ask(page, "read", {})
        return words

    def write(self, page: Page, label: str, value: str, *, option: bool) -> bool:
        """Type into the field with this label, or choose; return whether it was found."""
        asked = {"label": label, "value": value, "option": option}
        return bool(self._ask(page, "write", asked))

    def _ask(self, page: Page, what: str, asked: dict[str, object]) -> Any:
        """Call a function of finger.js."""
        steps: list[tuple[str, str]] = []
        step: Part | None = self
        while step:
            steps.insert(0, (step.css, step.has))
            step = step.within
        part: dict[str, object] = {"steps": steps, "at": self.at, "tappable": TAPPABLE}
        return page.evaluate(f"asked => {{ {SCRIPT} return {what}(asked); }}", part | asked)


class Each(NamedTuple):
    """One part after the other: the first and the last by finger, in between without."""

    part: Part


def _pattern(words: str | None) -> str | None:
    return words if words is None else f"^{'.+'.join(map(re.escape, words.split(BLANK)))}$"


PAGE = Part("body")
MENU = Part(".menu")
