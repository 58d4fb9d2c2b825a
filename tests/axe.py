"""What axe finds on a page: https://github.com/dequelabs/axe-core, from npm."""

from typing import Any

from playwright.sync_api import Page

from tests.chromium import MODULES

SCRIPT = MODULES / "axe-core/axe.min.js"
GRAVE = ("serious", "critical")


def violations(page: Page) -> list[str]:
    """Return what is serious or critical on the page as it stands: a line for each element, with its rule."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate("axe.run().then(said => said.violations)")
    return [
        f"{rule['impact']} {rule['id']}: {rule['help']}: {node['html'][:160]}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]
