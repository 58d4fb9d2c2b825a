"""Whatever became of a workbook or of the settings on the way, the answer is a sentence."""

from pathlib import Path

from tests.handlers.world import open_world
from tests.hard.fuzz_files import books, fuzz, fuzz_settings
from tests.hard.fuzz_run import Fuzzed

GROWS = 40  # megabytes


def test_spoilt_workbook_is_read_or_refused_in_a_sentence() -> None:
    run = Fuzzed()
    with open_world() as world:
        kinds = set(books(world))
        fuzz(world, run, 120)
    assert not run.wrong, run.shown()
    # Each was read at least as it is, and each was refused.
    assert {name for name, status in run.answers if status == 200} == kinds
    assert {name for name, status in run.answers if status == 400} == kinds
    assert run.growth() < GROWS, run.shown()


def test_spoilt_settings_load_or_are_refused_in_a_sentence(tmp_path: Path) -> None:
    run = Fuzzed()
    run.settle()
    fuzz_settings(run, 400, tmp_path)
    assert not run.wrong, run.shown()
    assert run.answers["settings", 200] > 20
    assert run.answers["settings", 400] > 100
    assert run.growth() < GROWS, run.shown()
