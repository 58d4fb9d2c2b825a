"""Whatever a phone sends, every operation of the API answers as its description says."""

from collections.abc import Iterator

import pytest

from tests.handlers.world import World, open_world
from tests.hard.fuzz_api import fuzz
from tests.hard.fuzz_run import Fuzzed


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for all; each request in it is undone."""
    with open_world() as world:
        yield world


def test_whatever_is_sent_the_answer_is_one_that_the_description_names(world: World) -> None:
    run = Fuzzed()
    fuzz(world, run, 360)
    assert not run.wrong, run.shown()
    labels = {label for label, _ in run.answers}
    assert [label for label in sorted(labels) if not run.succeeded(label)] == []
    assert sum(map(run.succeeded, labels)) > run.asked // 8, run.shown()


def test_request_that_never_ends_is_ended_and_named() -> None:
    run = Fuzzed()
    with run.timed("GET /for-ever", most=0.05):
        while True:
            pass
    assert run.wrong == ["no end: GET /for-ever"]
