"""Every page of the mini-program, in normal and in large type.

Each row of tests/mini_program/pages.py, the whole page, at 375 and 414 px. The data and the clock are those
of rich.py, so that a second run takes the same pictures.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Browser

from tests.chromium import launched
from tests.conftest import pytest_configure, pytest_unconfigure
from tests.handlers.console_site import MINI
from tests.mini_program.conftest import REMINDERS, a_served_zone
from tests.mini_program.measured import show
from tests.mini_program.pages import ROWS, Row, opened
from tests.mini_program.phone import BELOW, SCROLLED
from tests.mini_program.rich import Rich, fill
from tests.pictures.shelf import ALL, wanted, with_palette
from tests.simulated import Account, running_simulator

# Longer pages are pictured as far as the screen goes, and so is what lies over a page.
LONGEST = 1500
SIZES = ((375, 667), (414, 896))
# The controller of a run that has no workers.
ALONE = cast(pytest.Config, None)


@contextmanager
def branch() -> Iterator[Rich]:
    """Serve the branch in full swing, on servers of its own."""
    pytest_configure(ALONE)
    try:
        with running_simulator() as simulator:
            told = {"kind": "mini_program", "templates": [], "subscribe_templates": REMINDERS}
            account = Account(simulator, alone=False, appid=MINI, **told)
            with a_served_zone(account) as zone:
                yield fill(zone)
    finally:
        pytest_unconfigure(ALONE)


def take(browser: Browser, full: Rich, row: Row) -> Iterator[Path]:
    """Take the four pictures of a row."""
    phone = opened(browser, full, row)
    for size in SIZES:
        for large in (False, True):
            show(phone, size, large=large)
            path = ALL / f"mini-{row.name}-{size[0]}{'-large' * large}.png"
            over = phone.page.locator(".shade").filter(visible=True).count()
            low = phone.page.evaluate(f"({BELOW})({SCROLLED!r}) + innerHeight") <= LONGEST
            phone.screenshot(path, whole=low and not over)
            with_palette(path, times_smaller=2)
            yield path
    phone.close()


def take_all(words: Sequence[str]) -> list[Path]:
    """Take every picture, or those whose names begin with one of the words; all begin with `mini-`."""
    rows = [row for row in ROWS if wanted(f"mini-{row.name}", words)]
    taken: list[Path] = []
    if not rows:
        return taken
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with launched() as browser, branch() as full:
        for row in rows:
            taken += take(browser, full, row)
            print(row.name)
    return taken
