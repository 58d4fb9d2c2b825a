"""One installation for each worker of the test run; every test puts a hall of its own into it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hard.zones import Zone, open_zone


@pytest.fixture(scope="session")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zone]:
    """Web with two workers, the simulator, a database and a Valkey, at ten to three on the theme day."""
    with open_zone(tmp_path_factory.mktemp("zone")) as zone:
        yield zone
    log = zone.running.logs()
    assert "Traceback" not in log, log


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder: each test asks processes of the product's own."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.processes)
