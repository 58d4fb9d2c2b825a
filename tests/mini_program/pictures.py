"""`python -m tests.mini_program.pictures [NAME…]`: every page of the mini-program, for docs/pictures.

Each row of pages.py, the whole page, at 375 and 414 px, in normal and in large type. The data and the clock
are those of rich.py, so that a second run takes the same pictures.
"""

import logging
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.chromium import launched
from tests.conftest import pytest_configure, pytest_unconfigure
from tests.handlers.console_site import MINI
from tests.mini_program.conftest import REMINDERS, a_served_zone
from tests.mini_program.measured import show
from tests.mini_program.pages import ROWS, Row, opened
from tests.mini_program.phone import BELOW, SCROLLED
from tests.mini_program.rich import Rich, fill
from tests.pictures import OUT
from tests.simulated import Account, running_simulator

COLOURS = 48
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


def take(browser: Browser, full: Rich, row: Row, folder: Path) -> None:
    """Take the four pictures of a row."""
    phone = opened(browser, full, row)
    for size in SIZES:
        for large in (False, True):
            show(phone, size, large=large)
            path = folder / f"mini-{row.name}-{size[0]}{'-large' * large}.png"
            over = phone.page.locator(".shade").filter(visible=True).count()
            low = phone.page.evaluate(f"({BELOW})({SCROLLED!r}) + innerHeight") <= LONGEST
            phone.screenshot(path, whole=low and not over)
            with Image.open(path) as picture:
                few = picture.convert("RGB").reduce(2).quantize(COLOURS, dither=Image.Dither.NONE)
                few.save(path, optimize=True)
    phone.close()


def main() -> int:
    """Take every picture, or those of the rows whose names begin with the words given."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    wanted = [row for row in ROWS if not sys.argv[1:] or row.name.startswith(tuple(sys.argv[1:]))]
    OUT.mkdir(exist_ok=True)
    with launched() as browser, branch() as full, tempfile.TemporaryDirectory() as folder:
        for row in wanted:
            take(browser, full, row, Path(folder))
            print(row.name)
        for path in Path(folder).iterdir():
            shutil.move(path, OUT / path.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
