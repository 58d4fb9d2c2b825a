"""The console over a database of the test's own."""

import os

import pytest

from models.base import Sessions
from tests.conftest import REDIS
from tests.handlers.console_site import Site, open_site


@pytest.fixture
def site(sessions: Sessions) -> Site:
    """A console with people and nothing planned."""
    return open_site(sessions, os.environ[REDIS])
