"""A simulator for the worker, and a fresh account on it for each test."""

import os
from collections.abc import Iterator

import pytest
from redis import Redis

from tests.simulated import Account, running_simulator


@pytest.fixture(scope="session")
def simulator() -> Iterator[str]:
    """The address of the worker's simulator."""
    with running_simulator() as url:
        yield url


@pytest.fixture
def account(simulator: str) -> Account:
    """An account of this test's own on a simulator that has forgotten everything else."""
    return Account(simulator)


@pytest.fixture
def redis() -> Iterator[Redis]:
    """A connection to the run's Valkey."""
    with Redis.from_url(os.environ["TEST_REDIS_URL"]) as redis:
        yield redis
