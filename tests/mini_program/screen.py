"""What is on the screen of a phone."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, TimeoutError
from playwright.sync_api import expect as expecting

from tests.faults import GRAVE, SCRIPT

PATIENCE = 5000  # milliseconds until what should be seen is missed
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


class Screen:
    """The pages of one phone, as a person sees them."""

    page: Page

    def errors(self) -> list[str]:
        """Return what went wrong inside and was not expected."""
        raise NotImplementedError

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
