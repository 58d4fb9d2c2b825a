"""Hostile input for as long as somebody likes: `python -m tests.hard.fuzz 20000 [SEED [PART …]]`.

The parts are api, forms, lists, files (workbooks) and settings; each gets that many.
Prints how many were asked, each status, the slowest and the memory; 1 where an answer was none.
The suite sends a small part of it, from another seed each time.
"""

import gc
import logging
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace
from typing import cast

import pytest

from tests.conftest import pytest_configure, pytest_unconfigure
from tests.handlers.world import POSTS, World, open_world
from tests.hard import fuzz_api, fuzz_files, fuzz_forms, fuzz_lists
from tests.hard.fuzz_run import Fuzzed

PARTS: dict[str, Callable[[World, Fuzzed, int], object]] = {
    "api": fuzz_api.fuzz,
    "forms": partial(fuzz_forms.fuzz, roles=tuple(POSTS), all_rows=True),
    "lists": lambda world, run, number: fuzz_lists.fuzz(world, run, number // 130 + 1),
    "files": fuzz_files.fuzz,
    "settings": lambda _, run, number: fuzz_files.fuzz_settings(run, number, Path(mkdtemp())),
}
GROWS = 60.0  # megabytes that a process may grow in a long run


def main() -> int:
    """Send as many as the command line says to the API and to the forms."""
    number, seeds, only = int(sys.argv[1]), sys.argv[2:3], sys.argv[3:]
    logging.disable(logging.CRITICAL)
    config = cast(pytest.Config, SimpleNamespace())
    pytest_configure(config)
    bad = False
    try:
        for part in only or PARTS:
            run = Fuzzed(int(seeds[0])) if seeds else Fuzzed()
            started = time.perf_counter()
            with open_world() as world:
                gc.collect()
                gc.freeze()
                PARTS[part](world, run, number)
            print(f"== {part}, {time.perf_counter() - started:.0f} s\n{run.shown()}", flush=True)
            bad |= bool(run.wrong) or run.growth() > GROWS
    finally:
        pytest_unconfigure(config)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
