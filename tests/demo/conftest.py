"""The demonstration, loaded once for all workers: nobody here does more than look at it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models.base import connect
from models.demo import load_demo
from models.notices.audience import Channels
from tests.conftest import APP, NOON, database_for_all, url
from tests.factories import KEYRING

PASSWORD = "river-bridge-lamp-7"
CHANNELS = Channels("wxoa", "wxmini", "TPL")


def load(session: Session, now: datetime = NOON) -> list[Any]:
    """Load the demonstration; return what it says of its log-ins."""
    return load_demo(session, KEYRING, password=PASSWORD, channels=CHANNELS, now=now)


def fill(database: str) -> None:
    """Load it for good."""
    engine = connect(url(APP, database), pool_size=1)
    with Session(engine) as session, session.begin():
        load(session)
    engine.dispose()


@pytest.fixture(scope="session")
def demonstration() -> Iterator[Engine]:
    """A database with the demonstration in it."""
    engine = connect(url(APP, database_for_all("demonstration", fill)), pool_size=1)
    yield engine
    engine.dispose()
