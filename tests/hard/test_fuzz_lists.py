"""Nothing that stands behind a question mark becomes part of a statement."""

from sqlalchemy import text

from tests.handlers.world import open_world
from tests.hard.fuzz_lists import MARK, fuzz, names, statements
from tests.hard.fuzz_run import Fuzzed


def test_no_word_behind_a_question_mark_becomes_part_of_a_statement() -> None:
    run = Fuzzed()
    with open_world() as world:
        ran = fuzz(world, run, 1)
        # The watch sees what goes wrong where somebody builds a statement by hand.
        with statements(world.engine) as texts, world.engine.connect() as connection:
            connection.execute(text(f"SELECT 1 AS {MARK}"))
    assert [MARK in one for one in texts] == [True]
    assert not run.wrong, run.shown()
    assert ran > run.asked
    assert {"org", "state", "cycle", "before", "sort"} <= set(names())
