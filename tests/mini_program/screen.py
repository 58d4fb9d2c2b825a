"""What stands on a phone's screen, and how a person would find it."""

from typing import Any

from playwright.sync_api import Locator, Page, TimeoutError

from tests.faults import GRAVE, SCRIPT

ROLES = ("button", "link", "tab", "radio", "checkbox", "switch", "option", "menuitem")
SHOWN = ".mp-frame:not([hidden]), .mp-over"
WORDS = "shown => [...document.querySelectorAll(shown)].map(one => one.innerText).join('\\n').trim()"
AXE = """shown => axe.run({include: [...document.querySelectorAll(shown)]
  .filter(one => one.children.length)}).then(said => said.violations)"""


def words(page: Page) -> str:
    """Return the words of the page and of what lies over it."""
    told: str = page.evaluate(WORDS, SHOWN)
    return told


def touchable(page: Page, text: str, within: str) -> Locator:
    """Wait for the one thing of this name or text; a name wins over a text, the whole over a part."""
    shown = page.locator(SHOWN)
    ways = [_named(page, text, exact=True), shown.get_by_text(text, exact=True)]
    ways += [_named(page, text, exact=False), shown.get_by_text(text)]
    if within:
        any_way = ways[2].or_(ways[3])
        row = page.locator("*").filter(has_text=within).filter(has=any_way).filter(visible=True).last
        ways = [_named(row, text, exact=True), row.get_by_text(text, exact=True)]
        ways += [_named(row, text, exact=False), row.get_by_text(text)]
    found = first_of(page, *ways, missed=f"nothing to tap: {text}")
    number = found.count()
    assert number <= 1, f"{number} things are called {text}: say within which row\n{words(page)}"
    return found


def field(page: Page, name: str) -> Locator:
    """Wait for the field of this label or placeholder."""
    label, placeholder = page.get_by_label, page.get_by_placeholder
    ways = (label(name, exact=True), placeholder(name, exact=True), label(name), placeholder(name))
    return first_of(page, *ways, missed=f"no field: {name}").first


def first_of(page: Page, *ways: Locator, missed: str) -> Locator:
    """Wait until something is visible; return all there is of the earliest way that finds anything."""
    seen = [way.filter(visible=True) for way in ways]
    every = seen[0]
    for way in seen[1:]:
        every = every.or_(way)
    try:
        every.first.wait_for()
    except TimeoutError:
        raise AssertionError(f"{missed}\n--- on the screen:\n{words(page)}") from None
    return next((way for way in seen if way.count()), every)


def _named(area: Page | Locator, text: str, *, exact: bool) -> Locator:
    first, *rest = (area.get_by_role(role, name=text, exact=exact) for role in ROLES)  # type: ignore[arg-type]
    for other in rest:
        first = first.or_(other)
    return first


def grave(page: Page) -> list[str]:
    """Return what axe finds serious or critical on the page as it stands, contrast included."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(AXE, SHOWN)
    return [
        f"{rule['id']}: {node['html'][:160]}: {' '.join(node['failureSummary'].split())}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]
